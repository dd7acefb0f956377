package router

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// A fileWriter writes the JSON of a file, indented. Lists go out an element at a time:
// encoding/json would put a large account together several times over.
type fileWriter struct {
	out     bytes.Buffer
	encoder *json.Encoder
	fields  fields
}

func newFileWriter() *fileWriter {
	w := &fileWriter{fields: make(fields)}
	w.encoder = json.NewEncoder(&w.out)
	w.encoder.SetEscapeHTML(false)
	return w
}

const indentation = "  "

// object writes the struct that a pointer leads to, in lines of a depth.
func (w *fileWriter) object(depth int, from any) error {
	value := reflect.ValueOf(from).Elem()
	w.out.WriteByte('{')
	for i, f := range w.fields.of(value.Type()) {
		if i > 0 {
			w.out.WriteByte(',')
		}
		w.line(depth + 1)
		w.out.WriteString(`"` + f.name + `": `)
		if err := w.value(depth+1, value.FieldByIndex(f.index).Addr().Interface()); err != nil {
			return err
		}
	}
	w.line(depth)
	w.out.WriteByte('}')
	return nil
}

// value writes a value, which has a form of its own or is one for encoding/json.
func (w *fileWriter) value(depth int, from any) error {
	if o, ok := from.(ownForm); ok {
		return o.write(w, depth)
	}
	w.encoder.SetIndent(strings.Repeat(indentation, depth), indentation)
	err := w.encoder.Encode(from)
	w.out.Truncate(max(0, w.out.Len()-1)) // which ends the line
	return err
}

// text writes a text.
func (w *fileWriter) text(text string) error {
	if strings.IndexFunc(text, mayEscape) >= 0 {
		return w.value(0, text)
	}
	w.out.WriteByte('"')
	w.out.WriteString(text)
	w.out.WriteByte('"')
	return nil
}

// mayEscape tells of what encoding/json may write otherwise than as it is.
func mayEscape(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }

func (w *fileWriter) line(depth int) {
	w.out.WriteByte('\n')
	for range depth {
		w.out.WriteString(indentation)
	}
}

// write writes a list.
func (t *Table[T]) write(w *fileWriter, depth int) error {
	w.out.WriteByte('[')
	for i, entry := range t.numbered() {
		if i > 0 {
			w.out.WriteByte(',')
		}
		w.line(depth + 1)
		if err := w.object(depth+1, entry); err != nil {
			return err
		}
	}
	if t.Len() > 0 {
		w.line(depth)
	}
	w.out.WriteByte(']')
	return nil
}
