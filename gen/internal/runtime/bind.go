package runtime

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	oapi "github.com/oapi-codegen/runtime"
)

// BindStyledParameterWithOptions reads a path or header parameter into dest,
// which is a pointer. The value is not escaped any more: the mux has decoded
// paths, and headers are not escaped.
func BindStyledParameterWithOptions(style string, name string, value string, dest any, opts BindStyledParameterOptions) error {
	// Whether an empty value may pass is for the real runtime to say.
	if value != "" {
		plain, err := plainText(targetType(dest), value)
		if err != nil {
			return fmt.Errorf("parameter %q: %w", name, err)
		}
		value = plain
	}
	return oapi.BindStyledParameterWithOptions(style, name, value, dest, opts)
}

// BindQueryParameterWithOptions reads a query parameter into dest, which is a
// pointer. It rewrites the values into the words that the real runtime
// understands and leaves the rest to it.
func BindQueryParameterWithOptions(style string, explode bool, required bool, name string, query url.Values, dest any, opts BindQueryParameterOptions) error {
	if style != "form" {
		return oapi.BindQueryParameterWithOptions(style, explode, required, name, query, dest, opts)
	}
	target := targetType(dest)
	isArray := target.Kind() == reflect.Slice
	values := query[name]
	if isArray {
		values, target = splitAtCommas(values), target.Elem()
	}
	if !isArray && len(values) > 1 {
		return fmt.Errorf("parameter %q: is given %d times, expected once", name, len(values))
	}
	plain, err := plainTexts(target, values)
	if err != nil {
		return fmt.Errorf("parameter %q: %w", name, err)
	}
	// After the split an array has the exploded form, whatever it came in.
	return oapi.BindQueryParameterWithOptions(style, explode || isArray, required, name, replace(query, name, plain), dest, opts)
}

func targetType(dest any) reflect.Type {
	t := reflect.TypeOf(dest)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// replace returns a copy, because the query belongs to the request, unless there is
// nothing to replace.
func replace(query url.Values, name string, values []string) url.Values {
	if query.Has(name) == (len(values) > 0) && slices.Equal(query[name], values) {
		return query
	}
	query = maps.Clone(query)
	delete(query, name)
	if len(values) > 0 {
		query[name] = values
	}
	return query
}

// splitAtCommas reads arrays as the service does, from repeated keys and from
// values joined with commas. Nothing between two commas is no element.
func splitAtCommas(values []string) []string {
	var elements []string
	for _, value := range values {
		for element := range strings.SplitSeq(value, ",") {
			if element != "" {
				elements = append(elements, element)
			}
		}
	}
	return elements
}

func plainTexts(target reflect.Type, values []string) ([]string, error) {
	var plain []string
	for _, value := range values {
		text, err := plainText(target, value)
		if err != nil {
			return nil, err
		}
		plain = append(plain, text)
	}
	return plain, nil
}

// plainText rewrites what the service accepts into what the real runtime accepts.
func plainText(target reflect.Type, value string) (string, error) {
	switch {
	case isTime(target):
		return plainTime(value)
	case target.Kind() == reflect.Bool:
		return strconv.FormatBool(isTrue(value)), nil
	case target.Kind() == reflect.Int:
		return value, checkInteger(value)
	}
	return value, nil
}

// checkInteger says what is wrong more plainly than the real runtime does.
func checkInteger(value string) error {
	_, err := strconv.ParseInt(value, 10, strconv.IntSize)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is too large", value)
	}
	return fmt.Errorf("%q is no integer", value)
}

// isTrue reads a flag as the service documents it: true, 1 and yes are true,
// and everything else is false.
func isTrue(value string) bool {
	return value == "1" || strings.EqualFold(value, "true") || strings.EqualFold(value, "yes")
}

// plainTime reads a date-time, or a bare date as midnight UTC. It answers in
// UTC, since a plus sign may be taken for a space further on.
func plainTime(value string) (string, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC().Format(time.RFC3339Nano), nil
		}
	}
	return "", fmt.Errorf("%q is no time, expected the like of 2016-07-31T12:00:00Z or 2016-07-31", value)
}
