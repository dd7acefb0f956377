package conformance

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// schemes are the ways to authenticate that a fixture can ask for.
var schemes = []string{"Basic", "Bearer"}

// alwaysCompared headers change what a request means or whether it may be made,
// so they must not come where the fixture does not name them.
var alwaysCompared = []string{"Authorization", "If-Match"}

// wire is a request as it came.
type wire struct {
	method string
	path   string // percent-encoded
	query  string // raw
	header http.Header
	body   []byte
}

// diff lists, line by line, what a request lacks (-) and has too much (+). Lines
// that begin with a space show the surroundings. It is empty if the request fits.
func diff(want Request, got wire) []string {
	return slices.Concat(
		diffLine(want, got),
		diffQuery(want, got),
		diffHeader(want, got),
		diffBody(want, got),
	)
}

func diffLine(want Request, got wire) []string {
	if want.Method == got.method && samePath(want.Path, got.path) {
		return nil
	}
	return diffLines([]string{want.Method + " " + want.Path}, []string{got.method + " " + got.path})
}

// samePath compares decoded segments, so that an encoded slash stays different
// from a slash.
func samePath(a, b string) bool {
	return slices.EqualFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) bool {
		return unescape(a) == unescape(b)
	})
}

func unescape(segment string) string {
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return plain
}

func diffQuery(want Request, got wire) []string {
	wantValues, err := url.ParseQuery(want.Query)
	if err != nil {
		return []string{fmt.Sprintf("- ?%s (not a query: %v)", want.Query, err)}
	}
	gotValues, err := url.ParseQuery(got.query)
	if err != nil {
		return []string{"- ?" + want.Query, fmt.Sprintf("+ ?%s (not a query: %v)", got.query, err)}
	}
	return diffValues(wantValues, gotValues, func(key, value string) []string {
		return fieldLines("?"+key, value)
	})
}

func diffHeader(want Request, got wire) []string {
	wanted := make(http.Header)
	for _, field := range want.Header {
		wanted.Add(field.Name, field.Value)
	}
	came := make(http.Header)
	for _, name := range slices.Concat(slices.Collect(maps.Keys(wanted)), alwaysCompared) {
		if values := got.header.Values(name); len(values) > 0 {
			came[name] = values
		}
	}
	// Credentials are cut off before anything is compared or shown.
	if values, ok := came["Authorization"]; ok {
		came["Authorization"] = schemesOf(values)
	}
	if values, ok := came["Content-Type"]; ok {
		came["Content-Type"] = withoutUTF8(values)
	}
	return diffValues(wanted, came, func(name, value string) []string {
		return []string{headerLine(name, value)}
	})
}

// withoutUTF8 leaves out that a body is in UTF-8, which many clients say and
// which every fixture is.
func withoutUTF8(contentTypes []string) []string {
	plain := make([]string, 0, len(contentTypes))
	for _, value := range contentTypes {
		media, parameters, err := mime.ParseMediaType(value)
		if err == nil && len(parameters) == 1 && strings.EqualFold(parameters["charset"], "utf-8") {
			value = media
		}
		plain = append(plain, value)
	}
	return plain
}

func schemesOf(values []string) []string {
	cut := make([]string, 0, len(values))
	for _, value := range values {
		cut = append(cut, schemeOf(value))
	}
	return cut
}

// schemeOf cuts an Authorization to its scheme. Of one that it does not know it
// shows nothing, for that may be a credential without a scheme.
func schemeOf(authorization string) string {
	scheme, credential, _ := strings.Cut(authorization, " ")
	for _, known := range schemes {
		if !strings.EqualFold(scheme, known) {
			continue
		}
		if strings.TrimSpace(credential) == "" {
			return known + " (without a credential)"
		}
		return known
	}
	return "(neither " + strings.Join(schemes, " nor ") + ")"
}

func diffBody(want Request, got wire) []string {
	switch {
	case want.JSON != "":
		return diffJSON(want.JSON, got.body)
	case len(want.Form) > 0:
		return diffForm(want.Form, got.body)
	}
	return diffLines(nil, bodyLines(got.body))
}

func diffForm(want []Field, got []byte) []string {
	wantValues := make(url.Values)
	for _, field := range want {
		wantValues.Add(field.Name, field.Value)
	}
	gotValues, err := url.ParseQuery(string(got))
	if err != nil {
		lines := diffValues(wantValues, nil, fieldLines)
		return append(lines, fmt.Sprintf("+ (not a form: %v)", err))
	}
	return diffValues(wantValues, gotValues, fieldLines)
}

func bodyLines(body []byte) []string {
	if len(body) == 0 {
		return nil
	}
	return strings.Split(strings.ToValidUTF8(string(body), "\uFFFD"), "\n")
}

// diffValues compares the values of each key, in their order, and shows those
// of the keys that differ.
func diffValues(want, got map[string][]string, show func(key, value string) []string) []string {
	keys := slices.Sorted(maps.Keys(want))
	keys = slices.AppendSeq(keys, maps.Keys(got))
	slices.Sort(keys)

	var lines []string
	for _, key := range slices.Compact(keys) {
		if slices.Equal(want[key], got[key]) {
			continue
		}
		lines = append(lines, diffLines(shown(key, want[key], show), shown(key, got[key], show))...)
	}
	return lines
}

func shown(key string, values []string, show func(key, value string) []string) []string {
	var lines []string
	for _, value := range values {
		lines = append(lines, show(key, value)...)
	}
	return lines
}

// diffLines marks the lines between what both begin with and what both end
// with. Values are short, so no better alignment is needed.
func diffLines(want, got []string) []string {
	head := commonPrefix(want, got)
	tail := commonSuffix(want[head:], got[head:])
	return slices.Concat(
		marked("  ", want[:head]),
		marked("- ", want[head:len(want)-tail]),
		marked("+ ", got[head:len(got)-tail]),
		marked("  ", want[len(want)-tail:]),
	)
}

func commonPrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

func marked(mark string, lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		out = append(out, mark+line)
	}
	return out
}
