package runtime

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// timeLayout is the form of a date-time that the service documents: UTC, whole seconds.
const timeLayout = "2006-01-02T15:04:05Z"

var timeType = reflect.TypeFor[time.Time]()

// errUnsendable has no subject and no end: callers say what cannot be sent, and in what.
var errUnsendable = errors.New("cannot be sent")

// textsOf gives the texts to send under one key: none for nil and for an empty
// slice, one for each element of a slice, one for anything else.
func textsOf(v reflect.Value) ([]string, error) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, nil
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		return elementTexts(v)
	}
	text, err := textOf(v)
	if err != nil {
		return nil, err
	}
	return []string{text}, nil
}

func elementTexts(slice reflect.Value) ([]string, error) {
	// Bytes could be meant as text, as base64 or as numbers: nobody can tell.
	if slice.Type().Elem().Kind() == reflect.Uint8 {
		return nil, errUnsendable
	}
	texts := make([]string, 0, slice.Len())
	for i := range slice.Len() {
		text, err := textOf(slice.Index(i))
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// textOf gives the text of one value. It goes by kind, so that enums and other
// named types are written like the type they are made of.
func textOf(v reflect.Value) (string, error) {
	switch {
	case !v.IsValid(): // nil, or what a nil pointer points to
		return "", errUnsendable
	case isTime(v.Type()):
		return timeText(v.Convert(timeType).Interface().(time.Time))
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), nil
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), nil
	case v.CanFloat():
		return floatText(v.Float(), v.Type().Bits())
	}
	return "", errUnsendable
}

func isTime(t reflect.Type) bool {
	return t.ConvertibleTo(timeType)
}

func timeText(t time.Time) (string, error) {
	t = t.UTC()
	// A fifth digit or a sign would make it something else than a date-time.
	if year := t.Year(); year < 0 || year > 9999 {
		return "", fmt.Errorf("year %d %w", year, errUnsendable)
	}
	return t.Format(timeLayout), nil
}

func floatText(f float64, bits int) (string, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", fmt.Errorf("%v %w", f, errUnsendable)
	}
	return strconv.FormatFloat(f, 'f', -1, bits), nil
}
