package calls

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// decode fills a struct of the facade. Its fields are found by the names that the
// wire gives them, or by their own behind a prefix (To of DequeueRequest is
// DequeueTo). A name without a field, and a value that the field cannot hold, is
// an error: nothing of a request may be lost. This is written apart from how the
// SDK encodes, and so is no mirror of its faults.
func decode[T any](r Request, prefix string) (T, error) {
	var into T
	if r.JSON != nil {
		decoder := json.NewDecoder(bytes.NewReader(r.JSON))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&into); err != nil {
			return into, fmt.Errorf("decode %T: %w", into, err)
		}
		return into, nil
	}
	return into, decodeValues(reflect.ValueOf(&into).Elem(), r.Values, prefix)
}

func decodeValues(into reflect.Value, values url.Values, prefix string) error {
	for name, texts := range values {
		field, ok := fieldOf(into, name, prefix)
		if !ok {
			return fmt.Errorf("decode %s: it has no field for %s", into.Type(), name)
		}
		if err := set(field, texts); err != nil {
			return fmt.Errorf("decode %s: %s: %w", into.Type(), name, err)
		}
	}
	return nil
}

func fieldOf(into reflect.Value, name, prefix string) (reflect.Value, bool) {
	for i := range into.NumField() {
		field := into.Type().Field(i)
		wire, _, tagged := strings.Cut(field.Tag.Get("json"), ",")
		if tagged && wire == name {
			return into.Field(i), true
		}
		// SID and URL are written Sid and Url on the wire.
		if !tagged && (strings.EqualFold(field.Name, name) || strings.EqualFold(prefix+field.Name, name)) {
			return into.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func set(field reflect.Value, texts []string) error {
	if field.Kind() == reflect.Slice {
		for _, text := range texts {
			element := reflect.New(field.Type().Elem()).Elem()
			if err := setOne(element, text); err != nil {
				return err
			}
			field.Set(reflect.Append(field, element))
		}
		return nil
	}
	if len(texts) != 1 {
		return fmt.Errorf("expected one value, not %d", len(texts))
	}
	return setOne(field, texts[0])
}

func setOne(field reflect.Value, text string) error {
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	if value, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok { // a time
		return value.UnmarshalText([]byte(text))
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
		return nil
	case reflect.Int:
		n, err := strconv.Atoi(text)
		field.SetInt(int64(n))
		return err
	case reflect.Bool:
		// ParseBool takes more spellings than the SDK sends.
		if text != "true" && text != "false" {
			return fmt.Errorf("expected true or false, not %q", text)
		}
		field.SetBool(text == "true")
		return nil
	}
	return fmt.Errorf("expected a field that holds text, a number, a flag or a time, not %s", field.Type())
}
