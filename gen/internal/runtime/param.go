package runtime

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// QueryParam writes a parameter of a query as key=value pairs joined with &, one
// for each element of a slice. It returns "" when there is nothing to send.
func QueryParam(name string, value any) (string, error) {
	pairs, err := textsOf(reflect.ValueOf(value))
	if err != nil {
		return "", fmt.Errorf("parameter %q: %T %w in a query", name, value, err)
	}
	key := url.QueryEscape(name) + "="
	for i, text := range pairs {
		pairs[i] = key + url.QueryEscape(text)
	}
	return strings.Join(pairs, "&"), nil
}

// HeaderParam writes a parameter in a header, which is one value and not escaped.
func HeaderParam(name string, value any) (string, error) {
	text, err := textOf(reflect.Indirect(reflect.ValueOf(value)))
	if err != nil {
		return "", fmt.Errorf("parameter %q: %T %w in a header", name, value, err)
	}
	if i := strings.IndexAny(text, "\r\n\x00"); i >= 0 {
		return "", fmt.Errorf("parameter %q: contains %q, expected one line of text", name, text[i])
	}
	return text, nil
}
