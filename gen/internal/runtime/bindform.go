package runtime

import (
	"fmt"
	"net/url"
	"reflect"
)

// BindForm reads the fields of a form into body, a pointer to a struct, which it
// first empties. Fields are read as the parameters of a query are: flags and times as
// the service takes them, and nothing twice but the elements of a list. A field that
// the document requires is required; what has no field in body is ignored. The name
// of the field that is wrong comes with the error.
func BindForm(form url.Values, body any) (name string, err error) {
	v := reflect.ValueOf(body)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return "", fmt.Errorf("form body (%T): is not a pointer to a struct", body)
	}
	v = v.Elem()
	v.SetZero()
	for field, value := range v.Fields() {
		tag := readTag(field)
		if tag.omitEmpty && !form.Has(tag.key) {
			continue // it is empty already
		}
		err = BindQueryParameterWithOptions("form", true, !tag.omitEmpty, tag.key, form, value.Addr().Interface(), BindQueryParameterOptions{})
		if err != nil {
			return tag.key, err
		}
	}
	return "", nil
}
