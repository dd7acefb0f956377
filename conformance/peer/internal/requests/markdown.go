package requests

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// WriteMarkdown writes a section that tells how many calls are the same, and a table
// of the differences with a row for each reason. Of each entry it shows an example.
func (r *Result) WriteMarkdown(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "## Requests\n\nThe same calls with the same values by both libraries, in %d operations, the %d requests of the fixtures among them:\n", r.Operations, r.Fixtures)
	fmt.Fprintf(&text, "%d calls, each by a method of ours and by one of theirs. Neither sends %d of them, and %d are the same on the wire but for\n", r.Calls, r.Refused, r.Same)
	fmt.Fprintf(&text, "`Accept` and `Content-Type`. The others differ in the ways below and in no other.\n\n")
	fmt.Fprintf(&text, "Both decoded %d successes of the fixtures and encoded them again: %d came back whole from ours, %d from theirs.\n\n", r.Answers, r.OursWhole, r.TheirsWhole)
	text.WriteString("| where | ours sends | theirs sends | calls | whose | why |\n|---|---|---|--:|---|---|\n")
	for i := 0; i < len(r.Entries); {
		group := sameReason(r.Entries[i:])
		i += len(group)
		var where, ours, theirs, calls []string
		for _, e := range group {
			where = append(where, code(strings.Join(e.Operations, " "))+" "+code(e.Place))
			ours = append(ours, code(brief(e.example.ours)))
			theirs = append(theirs, code(brief(e.example.theirs)))
			calls = append(calls, fmt.Sprint(e.Calls))
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s | %s |\n", cell(where), cell(ours), cell(theirs), cell(calls), group[0].Whose, group[0].Reason)
	}
	for _, u := range r.Unexplained {
		fmt.Fprintf(&text, "\nNot explained, in %d calls: %s\n", u.Calls, code(u.Difference))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// sameReason are the first entries, as far as they have one reason.
func sameReason(entries []*Entry) []*Entry {
	n := 1
	for n < len(entries) && entries[n].Reason == entries[0].Reason {
		n++
	}
	return entries[:n]
}

var hexDigits = regexp.MustCompile(`[0-9a-f]{32}`)

// brief leaves out what is the same in every example.
func brief(text string) string {
	text = strings.ReplaceAll(text, "https://taskrouter.twilio.com/v1", "/v1")
	return hexDigits.ReplaceAllString(text, "…")
}

// code writes what stands in a cell as it is.
func code(text string) string {
	return "`" + strings.NewReplacer("|", `\|`, "`", "'").Replace(text) + "`"
}

func cell(lines []string) string { return strings.Join(lines, "<br>") }
