package router

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// A fileReader reads the JSON of a file and gathers what is wrong with it.
type fileReader struct {
	// absent are the members that were not there.
	absent map[*Resource][]string
	fields fields
	// dates are those that were there.
	dates []*time.Time
	// moved is by how many seconds they are later now.
	moved int64
	// texts are those that are kept once.
	texts map[string]string

	faults []error
	found  int // faults, also those that are not kept
}

const faultsKept = 20

func (r *fileReader) fault(place, format string, arguments ...any) {
	r.found++
	if r.found <= faultsKept {
		r.faults = append(r.faults, fmt.Errorf("%s: "+format, append([]any{place}, arguments...)...))
	}
}

// refuse gathers a refusal of the router. It names no field, since the place does.
func (r *fileReader) refuse(place string, refusal *Refusal) {
	if refusal != nil {
		r.fault(place, "%s", strings.TrimLeft(refusal.Message, " :"))
	}
}

func (r *fileReader) err() error {
	faults := r.faults
	if more := r.found - len(faults); more > 0 {
		faults = append(faults, fmt.Errorf("and %d more", more))
	}
	return errors.Join(faults...)
}

func (r *fileReader) lacks(resource *Resource, name string) bool {
	return slices.Contains(r.absent[resource], name)
}

// read reads the whole of a file, without the byte order mark that editors may leave.
func (r *fileReader) read(data []byte, f *file) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var text json.RawMessage
	err := json.Unmarshal(data, &text)
	syntax, isSyntax := errors.AsType[*json.SyntaxError](err)
	switch {
	case isSyntax:
		before := data[:max(0, min(len(data), int(syntax.Offset)-1))]
		line := bytes.Count(before, []byte("\n")) + 1
		column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
		r.fault(fmt.Sprintf("line %d, column %d", line, column), "%s", syntax.Error())
	case !utf8.Valid(data):
		r.fault("file", "is not UTF-8")
	default:
		r.object("", bytes.TrimLeft(text, whiteSpace), f)
	}
}

// object reads a JSON object into the struct that a pointer leads to. It returns the
// members that are missing and may be.
func (r *fileReader) object(place string, text json.RawMessage, into any) []string {
	if text[0] != '{' {
		r.fault(cmp.Or(place, "file"), "is %s, an object is expected", brief(text))
		return nil
	}
	value := reflect.ValueOf(into).Elem()
	fields := r.fields.of(value.Type())
	seen := make([]bool, len(fields))
	for name, text := range members(text) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		switch {
		case i < 0:
			r.fault(member(place, name), "is no member that is known here")
		case seen[i]:
			r.fault(member(place, name), "is there twice")
		default:
			seen[i] = true
			r.member(place, name, text, value.FieldByIndex(fields[i].index).Addr().Interface())
		}
	}
	var absent []string
	for i, f := range fields {
		switch {
		case seen[i]:
		case slices.Contains(required(into), f.name):
			r.fault(member(place, f.name), "is missing")
		default:
			absent = append(absent, f.name)
		}
	}
	return absent
}

// A field is one of a struct, by its name in JSON.
type field struct {
	name  string
	index []int
}

// fields are those of structs that were asked for.
type fields map[reflect.Type][]field

// of returns the fields of a struct, those of embedded ones, too.
func (known fields) of(t reflect.Type) []field {
	if found, ok := known[t]; ok {
		return found
	}
	var found []field
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("json"); name != "" && name != "-" {
			found = append(found, field{name, f.Index})
		}
	}
	known[t] = found
	return found
}

// An ownForm is what reads and writes itself: a [Table] of any kind, and [Facts].
type ownForm interface {
	read(r *fileReader, place string, text json.RawMessage)
	write(w *fileWriter, depth int) error
}

// member reads a member of an object.
func (r *fileReader) member(object, name string, text json.RawMessage, into any) {
	switch v := into.(type) {
	case ownForm:
		v.read(r, member(object, name), text)
		return
	case *[]*Rules:
		*v = readAll[Rules](r, member(object, name), text)
		return
	case **workflow.Position:
		*v = r.position(member(object, name), text)
		return
	}
	isNull := text[0] == 'n' && reflect.TypeOf(into).Elem().Kind() != reflect.Pointer
	noObject := text[0] != '{' && wantsObject(into)
	err := json.Unmarshal(text, into)
	refusal, refused := errors.AsType[*Refusal](err)
	switch {
	case noObject && text[0] == '"': // as answers have it
		r.fault(member(object, name), "is a text, the object itself is expected")
	case isNull, noObject, err != nil && !refused:
		r.fault(member(object, name), "is %s, %s is expected", brief(text), expected(into))
	case refused:
		r.refuse(member(object, name), refusal)
	default:
		r.date(object, name, into)
	}
}

// date has a date in UTC, and wants one that can be written again.
func (r *fileReader) date(object, name string, into any) {
	t, ok := into.(*time.Time)
	if pointer, isPointer := into.(**time.Time); isPointer && *pointer != nil {
		t, ok = *pointer, true
	}
	if !ok {
		return
	}
	*t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		r.fault(member(object, name), "is not from the year 1 to 9999 in UTC")
		return
	}
	r.dates = append(r.dates, t)
}

// moveDates moves all dates so that the moment of the file, or the latest date if there is
// none or it is after that, is now.
func (r *fileReader) moveDates(now, moment time.Time) {
	latest := moment
	for _, date := range r.dates {
		if date.After(latest) {
			latest = *date
		}
	}
	r.moved = now.Unix() - latest.Unix()
	for _, date := range r.dates {
		*date = earlier(*date, now, latest)
		if date.Year() < 1 {
			r.fault("file", "has dates so far apart that none would be in the future only if others were before the year 1")
			return
		}
	}
}

// earlier returns a date as much earlier as one time is before another, which may be
// more than a [time.Duration] can hold.
func earlier(date, before, after time.Time) time.Time {
	seconds := after.Unix() - before.Unix()
	nanoseconds := int64(after.Nanosecond() - before.Nanosecond())
	return time.Unix(date.Unix()-seconds, int64(date.Nanosecond())-nanoseconds).UTC()
}

// wantsObject tells of what is kept as the text of an object.
func wantsObject(into any) bool {
	switch into.(type) {
	case *Attributes, *json.RawMessage:
		return true
	}
	return false
}

// expected says what kind of value is wanted.
func expected(into any) string {
	switch into.(type) {
	case *time.Time, **time.Time:
		return "a time like 2026-01-31T09:30:00Z"
	case *int, *uint64:
		return "a whole number"
	case *bool:
		return "true or false"
	case *map[string]int:
		return "an object of whole numbers"
	case *Attributes, *json.RawMessage:
		return "an object"
	}
	return "a text"
}

// brief returns the beginning of what stands in a file.
func brief(text json.RawMessage) string {
	const most = 40
	short := []rune(compact(string(text)))
	if len(short) <= most {
		return string(short)
	}
	return string(short[:most]) + "…"
}

// read reads a list.
func (t *Table[T]) read(r *fileReader, place string, text json.RawMessage) {
	if text[0] != '[' {
		r.fault(place, "is %s, a list is expected", brief(text))
		return
	}
	for i, text := range elements(text) {
		entry := reflect.New(reflect.TypeFor[T]().Elem()).Interface().(T)
		preset(entry)
		if absent := r.object(element(place, i), text, entry); absent != nil {
			r.absent[entry.resource()] = absent
		}
		t.append(entry)
	}
}

// readAll reads a list of objects that have no SIDs.
func readAll[T any](r *fileReader, place string, text json.RawMessage) []*T {
	all := []*T{}
	if text[0] != '[' {
		r.fault(place, "is %s, a list is expected", brief(text))
		return all
	}
	for i, text := range elements(text) {
		entry := new(T)
		r.object(element(place, i), text, entry)
		all = append(all, entry)
	}
	return all
}

// position reads where a task is in its workflow, which may be nowhere.
func (r *fileReader) position(place string, text json.RawMessage) *workflow.Position {
	if text[0] == 'n' {
		return nil
	}
	at := new(workflow.Position)
	r.object(place, text, at)
	return at
}

// member returns the place of a member of an object.
func member(object, name string) string {
	switch {
	case !uniqueName.MatchString(name):
		return object + "[" + strconv.Quote(name) + "]"
	case object == "":
		return name
	}
	return object + "." + name
}

// element returns the place of an element of a list.
func element(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// shared returns a text, which is kept once however often it is there. Null is the
// empty text; of any other value it is false.
func (r *fileReader) shared(value json.RawMessage) (string, bool) {
	if value[0] != '"' {
		return "", value[0] == 'n'
	}
	text, ok := r.texts[string(value)]
	if !ok {
		text = unquote(value)
		r.texts[string(value)] = text
	}
	return text, true
}

// What follows takes valid JSON apart without copying it. Decoders of encoding/json
// either do not tell places or read everything several times.

const whiteSpace = " \t\r\n"

// members gives the names and values of an object.
func members(object json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		text := bytes.TrimLeft(object[1:], whiteSpace)
		for text[0] != '}' {
			quoted, rest := cut(text)
			value, rest := cut(bytes.TrimLeft(rest[1:], whiteSpace)) // after the colon
			if !yield(unquote(quoted), value) {
				return
			}
			text = afterComma(rest)
		}
	}
}

// unquote returns the text of a JSON string, which is that between the quotes unless
// something is escaped.
func unquote(quoted json.RawMessage) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // which is valid
	return text
}

// elements gives the elements of a list with their numbers.
func elements(list json.RawMessage) iter.Seq2[int, json.RawMessage] {
	return func(yield func(int, json.RawMessage) bool) {
		text := bytes.TrimLeft(list[1:], whiteSpace)
		for i := 0; text[0] != ']'; i++ {
			value, rest := cut(text)
			if !yield(i, value) {
				return
			}
			text = afterComma(rest)
		}
	}
}

func afterComma(text []byte) []byte {
	if text[0] == ',' {
		text = bytes.TrimLeft(text[1:], whiteSpace)
	}
	return text
}

// cut returns the value that a text begins with, and what follows it after white
// space.
func cut(text []byte) (value, rest []byte) {
	end := valueEnd(text)
	return text[:end], bytes.TrimLeft(text[end:], whiteSpace)
}

func valueEnd(text []byte) int {
	switch text[0] {
	case '"':
		return stringEnd(text)
	case '{', '[':
		return bracketEnd(text)
	}
	if end := bytes.IndexAny(text, ",]}"+whiteSpace); end >= 0 {
		return end
	}
	return len(text)
}

func stringEnd(text []byte) int {
	for i := 1; ; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

func bracketEnd(text []byte) int {
	depth := 0
	for i := 0; ; i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
}
