package conformance

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// Format writes a scenario in canonical form, the same bytes for the same
// scenario. What the format cannot hold is an error: a body with a line that
// looks like the beginning of a section, a credential, a form without its
// Content-Type and so on.
func Format(s *Scenario) ([]byte, error) {
	data := txtar.Format(archive(s))
	// Reading it back is the whole check, so that no rule is written twice.
	back, err := Parse(s.Name, data)
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	if changed := firstChanged(s, back); changed != "" {
		return nil, fmt.Errorf("format: %s: %s cannot be written so that it reads back the same", s.Name, changed)
	}
	return data, nil
}

// firstChanged names what reads back differently. More exchanges than were
// written need no look: they can only come from the text of one that changed.
func firstChanged(s, back *Scenario) string {
	if s.Source != back.Source || s.Comment != back.Comment {
		return "the comment"
	}
	for i, exchange := range s.Exchanges {
		if i >= len(back.Exchanges) || !exchange.equal(back.Exchanges[i]) {
			return fmt.Sprintf("exchange %q", exchange.Name)
		}
	}
	return ""
}

func archive(s *Scenario) *txtar.Archive {
	a := &txtar.Archive{Comment: []byte(formatComment(s))}
	for _, exchange := range s.Exchanges {
		a.Files = append(a.Files,
			txtar.File{Name: exchange.Name + requestSuffix, Data: []byte(formatRequest(exchange.Request))},
			txtar.File{Name: exchange.Name + responseSuffix, Data: []byte(formatResponse(exchange.Response))},
		)
	}
	return a
}

func formatComment(s *Scenario) string {
	lines := []string{"source: " + s.Source}
	if s.Comment != "" {
		for line := range strings.SplitSeq(s.Comment, "\n") {
			lines = append(lines, commentLine(line))
		}
	}
	return join(lines) + "\n"
}

// commentLine is a bare # for an empty line: editors remove spaces at the end.
func commentLine(text string) string {
	if text == "" {
		return "#"
	}
	return "# " + text
}

func formatRequest(r Request) string {
	lines := append([]string{r.Method + " " + target(r.Path, r.Query)}, headerLines(r.Header)...)
	if len(r.Form) > 0 {
		lines = append(lines, "")
		for _, field := range r.Form {
			lines = append(lines, fieldLines(field.Name, field.Value)...)
		}
	}
	if r.JSON != "" {
		lines = append(lines, "", r.JSON)
	}
	return join(lines)
}

func formatResponse(r Response) string {
	lines := append([]string{strconv.Itoa(r.Status)}, headerLines(r.Header)...)
	if r.Body != "" {
		lines = append(lines, "", r.Body)
	}
	return join(lines)
}

func target(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

func headerLines(header []Field) []string {
	lines := make([]string, 0, len(header))
	for _, field := range header {
		lines = append(lines, headerLine(field.Name, field.Value))
	}
	return lines
}

func headerLine(name, value string) string {
	if value == "" {
		return name + ":"
	}
	return name + ": " + value
}

// fieldLines is a form field as a fixture holds it.
func fieldLines(key, value string) []string {
	if !strings.Contains(value, "\n") {
		return []string{key + "=" + value}
	}
	lines := []string{key + "="}
	for line := range strings.SplitSeq(value, "\n") {
		lines = append(lines, "|"+line)
	}
	return lines
}

func join(lines []string) string {
	return strings.Join(lines, "\n") + "\n"
}
