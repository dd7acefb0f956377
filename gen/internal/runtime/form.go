package runtime

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// MarshalForm writes a struct, or a pointer to one, as the fields of a form.
// What is nil or an empty slice is not sent; what has no place in a form is an error.
func MarshalForm(body any) (url.Values, error) {
	v := reflect.Indirect(reflect.ValueOf(body))
	if v.Kind() != reflect.Struct {
		return nil, fmt.Errorf("form body (%T): is not a struct, or is nil", body)
	}
	form := url.Values{}
	if err := addFields(form, v); err != nil {
		return nil, err
	}
	return form, nil
}

func addFields(form url.Values, body reflect.Value) error {
	t := body.Type()
	for i := range t.NumField() { // rather than over body.Fields(), whose closures need memory
		if err := addField(form, t.Field(i), body.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

func addField(form url.Values, field reflect.StructField, value reflect.Value) error {
	tag := readTag(field)
	if tag.skip {
		return checkSkipped(field, value)
	}
	if tag.key == "" && isEmbeddedStruct(field) {
		return addEmbedded(form, value)
	}
	if !field.IsExported() {
		return fieldError(field, fmt.Errorf("is not exported, %w", errUnsendable))
	}
	if tag.key == "" {
		return fieldError(field, fmt.Errorf("has no name in a form or json tag, %w", errUnsendable))
	}
	if tag.omitEmpty && value.IsZero() {
		return nil
	}
	texts, err := textsOf(value)
	if err != nil {
		return fieldError(field, err)
	}
	if len(texts) == 0 {
		return nil
	}
	if form.Has(tag.key) {
		return fieldError(field, fmt.Errorf("key %q is taken by another field, %w", tag.key, errUnsendable))
	}
	form[tag.key] = texts
	return nil
}

func fieldError(field reflect.StructField, err error) error {
	return fmt.Errorf("field %s (%s): %w in a form", field.Name, field.Type, err)
}

// checkSkipped lets a field tagged "-" go, unless it is the map in which
// generated types keep what the document does not name: that is data.
func checkSkipped(field reflect.StructField, value reflect.Value) error {
	if field.Name == "AdditionalProperties" && value.Kind() == reflect.Map && value.Len() > 0 {
		return fieldError(field, errUnsendable)
	}
	return nil
}

func isEmbeddedStruct(field reflect.StructField) bool {
	t := field.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return field.Anonymous && t.Kind() == reflect.Struct && !isTime(t)
}

func addEmbedded(form url.Values, value reflect.Value) error {
	value = reflect.Indirect(value)
	if !value.IsValid() {
		return nil
	}
	return addFields(form, value)
}

type fieldTag struct {
	key       string
	skip      bool
	omitEmpty bool
}

// readTag prefers the form tag. Bodies that are components of the document
// carry only a json tag, written for the same keys.
func readTag(field reflect.StructField) fieldTag {
	for _, name := range []string{"form", "json"} {
		text := field.Tag.Get(name)
		if text == "-" {
			return fieldTag{skip: true}
		}
		key, options, _ := strings.Cut(text, ",")
		if key == "" {
			continue
		}
		return fieldTag{key: key, omitEmpty: omitsEmpty(options)}
	}
	return fieldTag{}
}

func omitsEmpty(options string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == "omitempty" || option == "omitzero" {
			return true
		}
	}
	return false
}
