package record

import (
	"cmp"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
)

// keptHeaders are those of an answer that a client may act upon. The others
// describe the way of the answer (Date, Server, X-Powered-By), repeat each other,
// or are for browsers.
var keptHeaders = []string{
	"Allow",
	"Content-Type",
	"Etag",
	"Location",
	"Retry-After",
	"Twilio-Request-Id",
	"Www-Authenticate",
	"X-Rate-Limit-Config",
	"X-Rate-Limit-Limit",
	"X-Rate-Limit-Remaining",
	"X-Rate-Limit-Reset",
}

// spelledHeaders are those that net/http spells otherwise than the service.
var spelledHeaders = map[string]string{
	"Etag":             "ETag",
	"Www-Authenticate": "WWW-Authenticate",
}

// volatileHeaders hold a number that depends on when it was asked for.
var volatileHeaders = []string{"Retry-After", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"}

// keep lists the headers that are written, sorted by name.
func keep(header http.Header) []conformance.Field {
	var kept []conformance.Field
	for _, name := range keptHeaders {
		for _, value := range header[name] {
			kept = append(kept, conformance.Field{Name: cmp.Or(spelledHeaders[name], name), Value: keptValue(name, value)})
		}
	}
	slices.SortStableFunc(kept, func(a, b conformance.Field) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return kept
}

// keptValue leaves out that a body is in UTF-8: JSON always is, and so is every
// fixture.
func keptValue(name, value string) string {
	value = oneLine(strings.ToValidUTF8(value, "\uFFFD"))
	if name != "Content-Type" {
		return value
	}
	media, parameters, err := mime.ParseMediaType(value)
	if err != nil {
		return value
	}
	delete(parameters, "charset")
	return cmp.Or(mime.FormatMediaType(media, parameters), media)
}

func oneLine(value string) string {
	return strings.TrimSpace(strings.Join(strings.FieldsFunc(value, isControl), " "))
}

func isControl(r rune) bool {
	return r < ' ' || r == 0x7f
}

// nth is the value that a header has at its nth occurrence, or "".
func nth(header []conformance.Field, name string, n int) string {
	for _, field := range header {
		if !strings.EqualFold(field.Name, name) {
			continue
		}
		if n == 0 {
			return field.Value
		}
		n--
	}
	return ""
}
