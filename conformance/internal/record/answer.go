package record

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
)

// maxBody is far more than a page of a thousand tasks with full attributes.
const maxBody = 16 << 20

// An answer is what came, without credentials: those are taken out before it is
// kept.
type answer struct {
	status int
	header []conformance.Field
	body   string
	etag   string // what is written of it, once it is known
}

func readAnswer(response *http.Response, clean *cleaner) (answer, error) {
	if encoding := response.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		// Nothing can be found in it, so nothing could be taken out.
		return answer{}, fmt.Errorf("expected a body that is not encoded, not %s", encoding)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return answer{}, fmt.Errorf("read the answer's body: %w", err)
	}
	if len(data) > maxBody {
		return answer{}, fmt.Errorf("expected a body of at most %d MiB", maxBody>>20)
	}
	a := answer{status: response.StatusCode, header: keep(response.Header)}
	for i := range a.header {
		a.header[i].Value = clean.clean(a.header[i].Value)
	}
	a.body = clean.clean(plainText(string(data)))
	return a, nil
}

// plainText is a body in the characters and with the line ends of a fixture.
func plainText(body string) string {
	body = strings.ToValidUTF8(body, "\uFFFD")
	body = strings.ReplaceAll(body, "\r\n", "\n")
	body = strings.ReplaceAll(body, "\r", "\n")
	return strings.Trim(body, "\n")
}

// document is the body if it is JSON, else nil.
func (a answer) document() *node {
	document, _ := parseContainer(a.body)
	return document
}

// written is what the fixture holds of an answer in the place of an old one.
func (w writer) answer(old conformance.Response, came answer) conformance.Response {
	response := conformance.Response{Status: came.status}
	seen := make(map[string]int)
	for _, field := range came.header {
		was := nth(old.Header, field.Name, seen[field.Name])
		seen[field.Name]++
		field.Value = w.header(field, was, came)
		response.Header = append(response.Header, field)
	}
	response.Body = w.body(old.Body, w.etags.rename(came.body))
	return response
}

func (w writer) body(old, came string) string {
	document, ok := parseContainer(came)
	if !ok {
		return w.text(place{}, old, came)
	}
	was, _ := parseContainer(old)
	return indent(w.document(place{}, was, document, came))
}

func (w writer) header(field conformance.Field, old string, came answer) string {
	switch field.Name {
	case "ETag":
		return came.etag
	case "Twilio-Request-Id":
		if old != "" {
			return old
		}
		return fmt.Sprintf("RQ%032x", w.index+1)
	}
	switch {
	case w.names.exact || !slices.Contains(volatileHeaders, field.Name) || !number.MatchString(field.Value):
		return oneLine(w.text(place{}, old, field.Value)) // which may decode line ends
	case number.MatchString(old):
		return old
	case field.Name == "X-Rate-Limit-Remaining":
		// As if nothing was used up: a client must not wait because of us.
		return cmp.Or(nth(came.header, "X-Rate-Limit-Limit", 0), "1")
	}
	return "1"
}
