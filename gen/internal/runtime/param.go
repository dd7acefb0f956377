package runtime

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// StyleParamWithOptions writes a parameter as it stands in a request: a path
// parameter as one escaped segment, a query parameter as key=value pairs
// joined with &, a header parameter as it is.
func StyleParamWithOptions(style string, explode bool, name string, value any, opts StyleParamOptions) (string, error) {
	text, err := styleParam(style, explode, name, reflect.ValueOf(value), opts)
	switch {
	case err == nil:
		return text, nil
	case opts.ParamLocation == ParamLocationPath:
		return "", &PathParameterError{Name: name, Err: err}
	default:
		return "", fmt.Errorf("parameter %q: %w", name, err)
	}
}

// PathParameterError is a value that cannot stand in a path for the parameter
// of that name.
type PathParameterError struct {
	Name string
	Err  error
}

// Error names the parameter and says what is wrong with the value.
func (e *PathParameterError) Error() string { return fmt.Sprintf("parameter %q: %v", e.Name, e.Err) }

// Unwrap returns what is wrong with the value.
func (e *PathParameterError) Unwrap() error { return e.Err }

func styleParam(style string, explode bool, name string, value reflect.Value, opts StyleParamOptions) (string, error) {
	switch {
	case opts.ParamLocation == ParamLocationPath && style == "simple":
		return pathSegment(value)
	case opts.ParamLocation == ParamLocationQuery && style == "form":
		return queryPairs(explode, name, value)
	case opts.ParamLocation == ParamLocationHeader && style == "simple":
		return headerValue(value)
	}
	return "", fmt.Errorf("style %q is not supported in location %d, expected simple in a path or header and form in a query",
		style, opts.ParamLocation)
}

func pathSegment(value reflect.Value) (string, error) {
	text, err := textOf(reflect.Indirect(value))
	if err != nil {
		return "", paramError(value, err, "path")
	}
	if err := checkSegment(text); err != nil {
		return "", err
	}
	return url.PathEscape(text), nil
}

// checkSegment refuses what is no name of one resource. Escaping is not enough:
// dots have no escaped form, url.Parse resolves them, and so do proxies;
// and a SID with a slash in it is a mistake, which is better told than sent.
//
// A percent sign passes. It goes out as %25, so the segment stays one segment
// for whoever decodes it once, as HTTP asks, and `..%2F` arrives as those five
// characters.
func checkSegment(text string) error {
	switch {
	case text == "":
		return errors.New("is empty")
	case text == "." || text == "..":
		return fmt.Errorf("is %q", text)
	case !utf8.ValidString(text):
		return fmt.Errorf("%q is not UTF-8", text)
	}
	for _, r := range text {
		if strings.ContainsRune(`/\?#`, r) || unicode.IsControl(r) {
			return fmt.Errorf("%q contains %q", text, r)
		}
	}
	return nil
}

// queryPairs returns "" when there is nothing to send. Generated clients then
// leave an empty piece between two ampersands, which parsers of queries skip.
func queryPairs(explode bool, name string, value reflect.Value) (string, error) {
	texts, err := textsOf(value)
	if err != nil {
		return "", paramError(value, err, "query")
	}
	if len(texts) == 0 {
		return "", nil
	}
	for i, text := range texts {
		texts[i] = url.QueryEscape(text)
	}
	key := url.QueryEscape(name) + "="
	separator := ","
	if explode {
		separator = "&" + key
	}
	return key + strings.Join(texts, separator), nil
}

func headerValue(value reflect.Value) (string, error) {
	text, err := textOf(reflect.Indirect(value))
	if err != nil {
		return "", paramError(value, err, "header")
	}
	if i := strings.IndexAny(text, "\r\n\x00"); i >= 0 {
		return "", fmt.Errorf("contains %q, expected one line of text", text[i])
	}
	return text, nil
}

func paramError(value reflect.Value, err error, place string) error {
	if !value.IsValid() {
		return fmt.Errorf("nil %w in a %s", err, place)
	}
	return fmt.Errorf("%s %w in a %s", value.Type(), err, place)
}
