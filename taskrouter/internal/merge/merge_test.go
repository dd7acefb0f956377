package merge_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/internal/merge"
)

// mergeProfile is what a program knows of the documents: a field of each kind that
// may go wrong. A field that a test does not touch stays out of the result.
type mergeProfile struct {
	MergeEmbedded
	Owner    string                `json:"owner"`
	Note     string                `json:"note,omitempty"`
	Quoted   int64                 `json:"quoted,string"`
	Big      uint64                `json:"big,omitzero"`
	Inexact  float32               `json:"inexact"`
	Pointer  *string               `json:"pointer"`
	Time     time.Time             `json:"time,omitzero"`
	Place    mergePlace            `json:"place"`
	Optional *mergePlace           `json:"optional,omitempty"`
	Places   []mergePlace          `json:"places"`
	Pointers []*mergePlace         `json:"pointers,omitempty"`
	Names    []string              `json:"names"`
	Numbers  [][]float32           `json:"numbers"`
	Times    []time.Time           `json:"times"`
	Pair     [2]string             `json:"pair"`
	Set      mergeSet              `json:"set"`
	Index    mergeIndex            `json:"index"`
	ByName   map[string]mergePlace `json:"by_name"`
	Any      any                   `json:"any"`
	Raw      json.RawMessage       `json:"raw,omitempty"`
	Untagged bool
}

type MergeEmbedded struct {
	Inner string `json:"inner"`
}

type mergePlace struct {
	ID   int    `json:"id"`
	Name string `json:"name,omitempty"`
}

// mergeSet encodes its entries in order, whatever their order was.
type mergeSet map[string]bool

func (s mergeSet) MarshalJSON() ([]byte, error) {
	return mergeMarshal(append([]string{}, slices.Sorted(maps.Keys(s))...))
}

func (s *mergeSet) UnmarshalJSON(text []byte) error {
	var names []string
	err := json.Unmarshal(text, &names)
	*s = mergeSet{}
	for _, name := range names {
		(*s)[name] = true
	}
	return err
}

// mergeIndex does the same with objects.
type mergeIndex map[int]mergePlace

func (x mergeIndex) MarshalJSON() ([]byte, error) {
	places := []mergePlace{}
	for _, id := range slices.Sorted(maps.Keys(x)) {
		places = append(places, x[id])
	}
	return mergeMarshal(places)
}

func (x *mergeIndex) UnmarshalJSON(text []byte) error {
	var places []mergePlace
	err := json.Unmarshal(text, &places)
	*x = mergeIndex{}
	for _, place := range places {
		(*x)[place.ID] = place
	}
	return err
}

// mergeMarshal leaves <, > and & as they are, as AttributesOf does.
func mergeMarshal(v any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

func mergeEncode(t testing.TB, v any) string {
	t.Helper()
	text, err := mergeMarshal(v)
	require.NoError(t, err)
	return string(text)
}

// mergeChange lets a program that knows a T of the document original change it. It
// returns the result, and checks that the program finds in it what it left.
func mergeChange[T any](t testing.TB, original string, change func(*T)) string {
	t.Helper()
	value := new(T)
	require.NoError(t, json.Unmarshal([]byte(original), value))
	before := mergeEncode(t, value)
	change(value)
	after := mergeEncode(t, value)
	result, err := merge.Objects([]byte(original), []byte(before), []byte(after), func(result []byte) bool {
		found := new(T)
		return json.Unmarshal(result, found) == nil && mergeEncode(t, found) == after
	})
	require.NoError(t, err)
	again := new(T)
	require.NoError(t, json.Unmarshal(result, again), "%s", result)
	assert.Equal(t, mergeCanonical(t, after), mergeCanonical(t, mergeEncode(t, again)), "original %s\nbefore %s\nafter %s\nresult %s", original, before, after, result)
	return string(result)
}

// mergeCanonical evens out what says the same of a json.RawMessage: white space,
// order, escapes.
func mergeCanonical(t testing.TB, text string) string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v))
	return mergeEncode(t, v)
}

// mergeTest is a change and what comes of it.
type mergeTest struct {
	original string
	change   func(*mergeProfile)
	want     string
}

func mergeRun(t *testing.T, tests map[string]mergeTest) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, mergeChange(t, test.original, test.change))
		})
	}
}

func TestWhatAProgramDoesNotKnowKeepsItsText(t *testing.T) {
	for _, text := range []string{
		"null", "true", "1.0", "1", "-0", "1E+2", "1e400", "123456789012345678901234567890.10",
		`""`, `"\u0041\/"`, `"<>&"`, `"\u003c"`, `"é☃\u2028"`, `"\ud800"`, `"a: {,} \"[]\" \\"`,
		"{}", "[]", `[1.0, [ ], null]`, "{\"b\" : 1.0,\n\"a\":{ },\"b\":2}",
	} {
		t.Run(text, func(t *testing.T) {
			const document = `{"owner":%[2]s,"x":%[1]s,"place":{"x":%[1]s,"id":%[3]s},"places":[{"id":5,"x":%[1]s},{"x":%[1]s}],"by_name":{"home":{"x":%[1]s,"id":%[3]s}}}`
			result := mergeChange(t, fmt.Sprintf(document, text, `"ann"`, "1"), func(p *mergeProfile) {
				p.Owner, p.Place.ID, p.Places[0].Name = "bob", 2, "a"
				p.ByName["home"] = mergePlace{ID: 2}
			})
			want := strings.Replace(fmt.Sprintf(document, text, `"bob"`, "2"), `"places":[{"id":5,"x":`+text+`}`, `"places":[{"id":5,"x":`+text+`,"name":"a"}`, 1)
			assert.Equal(t, want, result)
		})
	}
}

// Decoded, the last three would have one name.
func TestNamesThatAProgramDoesNotKnowKeepTheirText(t *testing.T) {
	const names = `"\u0061":1,"a b\"":2,"":3,"<&>":4,"{,:":5,"\ud800":6,"\ud801":7,"�":8`
	assert.Equal(t, `{"owner":"bob",`+names+`}`, mergeChange(t, `{"owner":"ann",`+names+`}`, func(p *mergeProfile) { p.Owner = "bob" }))
}

func TestWhatAProgramChangedIsWritten(t *testing.T) {
	mergeRun(t, map[string]mergeTest{
		"in its place":                   {`{"a":1,"owner":"ann","b":2}`, func(p *mergeProfile) { p.Owner = "bob" }, `{"a":1,"owner":"bob","b":2}`},
		"as it is encoded":               {`{"owner":""}`, func(p *mergeProfile) { p.Owner = "<é>&" }, `{"owner":"<é>&"}`},
		"to nothing":                     {`{"owner":"ann"}`, func(p *mergeProfile) { p.Owner = "" }, `{"owner":""}`},
		"to null":                        {`{"pointer":"a"}`, func(p *mergeProfile) { p.Pointer = nil }, `{"pointer":null}`},
		"in place of null":               {`{"pointer":null,"owner":null}`, func(p *mergeProfile) { p.Pointer, p.Owner = new("a"), "ann" }, `{"pointer":"a","owner":"ann"}`},
		"what was not encoded":           {`{"note":"","x":1}`, func(p *mergeProfile) { p.Note = "a" }, `{"note":"a","x":1}`},
		"what the original lacks":        {`{"x":1}`, func(p *mergeProfile) { p.Note, p.Owner = "a", "ann" }, `{"x":1,"owner":"ann","note":"a"}`},
		"in an empty original":           {` { } `, func(p *mergeProfile) { p.Owner = "ann" }, `{"owner":"ann"}`},
		"within an object":               {`{"place":{"x":1,"id":1}}`, func(p *mergeProfile) { p.Place.Name = "a" }, `{"place":{"x":1,"id":1,"name":"a"}}`},
		"an object that was missing":     {`{}`, func(p *mergeProfile) { p.Place.Name = "a" }, `{"place":{"id":0,"name":"a"}}`},
		"an object in place of null":     {`{"place":null}`, func(p *mergeProfile) { p.Place.Name = "a" }, `{"place":{"id":0,"name":"a"}}`},
		"an object as a whole":           {`{"optional":{"id":1,"x":1}}`, func(p *mergeProfile) { p.Optional = &mergePlace{ID: 2} }, `{"optional":{"id":2,"x":1}}`},
		"a value of another type":        {`{"any":{"a":1}}`, func(p *mergeProfile) { p.Any = []int{1} }, `{"any":[1]}`},
		"an object in place of a list":   {`{"any":[{"a":1}]}`, func(p *mergeProfile) { p.Any = map[string]int{"a": 1} }, `{"any":{"a":1}}`},
		"an object in place of a text":   {`{"any":"a"}`, func(p *mergeProfile) { p.Any = map[string]int{"a": 1} }, `{"any":{"a":1}}`},
		"a list in place of null":        {`{"names":null}`, func(p *mergeProfile) { p.Names = []string{} }, `{"names":[]}`},
		"a number in quotes":             {`{"quoted":"12345678901234567","x":"1"}`, func(p *mergeProfile) { p.Quoted++ }, `{"quoted":"12345678901234568","x":"1"}`},
		"a number beyond float64":        {`{"big":12345678901234567890}`, func(p *mergeProfile) { p.Big++ }, `{"big":12345678901234567891}`},
		"a member of an embedded struct": {`{"inner":"a"}`, func(p *mergeProfile) { p.Inner = "b" }, `{"inner":"b"}`},
		"a member of a map":              {`{"by_name":{"home":{"id":1,"x":1},"Home":{"id":1}}}`, func(p *mergeProfile) { p.ByName["home"] = mergePlace{ID: 2} }, `{"by_name":{"home":{"id":2,"x":1},"Home":{"id":1}}}`},
		"a new member of a map":          {`{"by_name":{"home":{"id":1}}}`, func(p *mergeProfile) { p.ByName["Home"] = mergePlace{ID: 2} }, `{"by_name":{"home":{"id":1},"Home":{"id":2}}}`},
		"within raw text":                {`{"raw":{"a":1.0, "b":[1.0]}}`, func(p *mergeProfile) { p.Raw = json.RawMessage(`{"a":1.0,"b":[1.0,"<"]}`) }, `{"raw":{"a":1.0,"b":[1.0,"<"]}}`},
		"within any":                     {`{"any":{"a":{"b":1.0,"c":12345678901234567890}}}`, func(p *mergeProfile) { p.Any.(map[string]any)["a"].(map[string]any)["b"] = 2 }, `{"any":{"a":{"b":2,"c":12345678901234567890}}}`},
	})
}

func TestWhatAProgramClearedIsGone(t *testing.T) {
	mergeRun(t, map[string]mergeTest{
		"as empty":                {`{"a":1,"note":"a","b":2}`, func(p *mergeProfile) { p.Note = "" }, `{"a":1,"b":2}`},
		"as zero":                 {`{"big":1,"b":2}`, func(p *mergeProfile) { p.Big = 0 }, `{"b":2}`},
		"the only member":         {`{"note":"a"}`, func(p *mergeProfile) { p.Note = "" }, `{}`},
		"an object":               {`{"optional":{"x":1},"b":2}`, func(p *mergeProfile) { p.Optional = nil }, `{"b":2}`},
		"a list":                  {`{"pointers":[{"x":1}],"b":2}`, func(p *mergeProfile) { p.Pointers = p.Pointers[:0] }, `{"b":2}`},
		"within an object":        {`{"place":{"name":"a","x":1}}`, func(p *mergeProfile) { p.Place.Name = "" }, `{"place":{"x":1}}`},
		"within an entry":         {`{"places":[{"name":"a","x":1}]}`, func(p *mergeProfile) { p.Places[0].Name = "" }, `{"places":[{"x":1}]}`},
		"of a map":                {`{"by_name":{"home":{},"Home":{"x":1}}}`, func(p *mergeProfile) { delete(p.ByName, "home") }, `{"by_name":{"Home":{"x":1}}}`},
		"of a map, put elsewhere": {`{"by_name":{"home":{ "id":1 }}}`, func(p *mergeProfile) { p.ByName = map[string]mergePlace{"Home": p.ByName["home"]} }, `{"by_name":{"Home":{"id":1}}}`},
		"in capitals":             {`{"NOTE":"a","b":2}`, func(p *mergeProfile) { p.Note = "" }, `{"b":2}`},
		"in all spellings":        {`{"Note":"a","note":"b","NOTE":"c","b":2}`, func(p *mergeProfile) { p.Note = "" }, `{"b":2}`},
		"within several objects":  {`{"Place":{"name":"a","x":1},"place":{"Name":"b"}}`, func(p *mergeProfile) { p.Place.Name = "" }, `{"Place":{"x":1},"place":{}}`},
	})
}

// What a program decodes to zero it encodes although the original lacks it.
func TestWhatAProgramLeftAloneStaysAsItIs(t *testing.T) {
	const original = "{\"quoted\" : \"1\",\n \"inexact\":0.1234567890, \"pointer\": null, \"owner\":null, \"time\":\"2026-03-01T09:30:00.000Z\", \"place\":{ \"id\":null }," +
		` "places":[ null,{"id" :1} ], "pair":["a"], "set":["b","\u0061"], "by_name":null, "any":[1.0,{"a":1e2}], "raw":{ "a":1.0 }, "UNTAGGED":true, "note":""}`
	t.Run("all of it", func(t *testing.T) {
		assert.Equal(t, original, mergeChange(t, original, func(*mergeProfile) {}))
	})
	t.Run("the rest of it", func(t *testing.T) {
		result := mergeChange(t, original, func(p *mergeProfile) { p.Note = "a" })
		assert.Equal(t, mergeCompact(t, strings.Replace(original, `"note":""`, `"note":"a"`, 1)), mergeCompact(t, result))
	})
}

func mergeCompact(t *testing.T, text string) string {
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, []byte(text)))
	return compact.String()
}

// encoding/json decodes "Owner" into a field that it encodes as "owner". Other
// programs tell the two apart.
func TestAMemberIsKnownInAnyCase(t *testing.T) {
	setOwner := func(p *mergeProfile) { p.Owner = "bob" }
	mergeRun(t, map[string]mergeTest{
		"and keeps its name":         {`{"OwneR":"ann"}`, setOwner, `{"OwneR":"bob"}`},
		"by the rules of Unicode":    {`{"placeſ":[{"id":1}]}`, func(p *mergeProfile) { p.Places[0].ID = 2 }, `{"placeſ":[{"id":2}]}`},
		"and if it was not encoded":  {`{"Note":""}`, func(p *mergeProfile) { p.Note = "a" }, `{"Note":"a"}`},
		"as often as it is there":    {`{"owner":"ann","x":1,"Owner":"eve"}`, setOwner, `{"owner":"bob","x":1,"Owner":"bob"}`},
		"in whatever order":          {`{"Owner":"eve","x":1,"owner":"ann"}`, setOwner, `{"Owner":"bob","x":1,"owner":"bob"}`},
		"twice by its own name":      {`{"owner":"eve","owner":"ann"}`, setOwner, `{"owner":"bob","owner":"bob"}`},
		"and its order counts":       {`{"owner":"ann","Owner":"eve","note":"a"}`, func(p *mergeProfile) { p.Note = "b" }, `{"owner":"ann","Owner":"eve","note":"b"}`},
		"and objects add up":         {`{"Place":{"name":"a","x":1},"place":{"id":1}}`, func(p *mergeProfile) { p.Place.Name = "b" }, `{"Place":{"name":"b","x":1},"place":{"id":1,"name":"b"}}`},
		"or by one in place of all":  {`{"optional":{"name":"a"},"Optional":null,"OPTIONAL":{"x":1}}`, func(p *mergeProfile) { p.Optional.ID = 2 }, `{"optional":{"id":2}}`},
		"and entries of lists do":    {`{"Places":[{"name":"a"}],"places":[{"id":1}]}`, func(p *mergeProfile) { p.Places[0].Name = "" }, `{"Places":[{}],"places":[{"id":1}]}`},
		"as does what is in objects": {`{"any":1,"Place":{"Name":"a"},"place":{"name":"b","NAME":"c"}}`, func(p *mergeProfile) { p.Place.Name = "d" }, `{"any":1,"Place":{"Name":"d"},"place":{"name":"d","NAME":"d"}}`},
	})
}

// A field of the exact name goes before one that comes first.
func TestMembersThatDifferByCaseAloneAreKeptApart(t *testing.T) {
	type program struct {
		A string `json:"a"`
		B string `json:"A"`
	}
	set := func(a, b string) func(*program) { return func(p *program) { p.A, p.B = a, b } }
	assert.Equal(t, `{"A":"4","a":"3"}`, mergeChange(t, `{"A":"2","a":"1"}`, set("3", "4")))
	assert.Equal(t, `{"A":"2","a":"3"}`, mergeChange(t, `{"A":"2","a":"1"}`, set("3", "2")))
	assert.Equal(t, `{"A":"2","a":"3"}`, mergeChange(t, `{"A":"2"}`, set("3", "2")))

	assert.Equal(t, `{"B":true,"a":{"A":5}}`, mergeChange(t, `{"B":true,"a":{"A":4}}`, func(p *struct {
		A map[string]int `json:"a"`
		B bool
	}) {
		p.A["A"] = 5
	}))

	// Of several fields, a name that is neither's is for the first.
	type fields struct {
		A string `json:"ab"`
		B string `json:"aB"`
	}
	assert.Equal(t, `{"AB":"2","aB":"3"}`, mergeChange(t, `{"AB":"1"}`, func(f *fields) { f.A, f.B = "2", "3" }))

	type nested struct {
		Programs map[string][]program
	}
	assert.Equal(t, `{"Programs":{"x":[{"A":"3","a":"1"}]}}`, mergeChange(t, `{"Programs":{"x":[{"A":"2","a":"1"}]}}`, func(n *nested) { n.Programs["x"][0].B = "3" }))
}

func TestEntriesThatAreTheSameKeepTheirTextWhereverTheyGo(t *testing.T) {
	const places = `{"places":[{"id":1,"x":1.0},{"id":2,"x":2.0},{"id":3,"x":3.0}]}`
	mergeRun(t, map[string]mergeTest{
		"one moved":         {places, func(p *mergeProfile) { p.Places = append(p.Places[2:], p.Places[:2]...) }, `{"places":[{"id":3,"x":3.0},{"id":1,"x":1.0},{"id":2,"x":2.0}]}`},
		"all reversed":      {places, func(p *mergeProfile) { slices.Reverse(p.Places) }, `{"places":[{"id":3,"x":3.0},{"id":2,"x":2.0},{"id":1,"x":1.0}]}`},
		"the first gone":    {places, func(p *mergeProfile) { p.Places = p.Places[1:] }, `{"places":[{"id":2,"x":2.0},{"id":3,"x":3.0}]}`},
		"all gone":          {places, func(p *mergeProfile) { p.Places = p.Places[:0] }, `{"places":[]}`},
		"one in front":      {places, func(p *mergeProfile) { p.Places = slices.Insert(p.Places, 0, mergePlace{ID: 4}) }, `{"places":[{"id":4},{"id":1,"x":1.0},{"id":2,"x":2.0},{"id":3,"x":3.0}]}`},
		"one behind":        {places, func(p *mergeProfile) { p.Places = append(p.Places, mergePlace{ID: 4}) }, `{"places":[{"id":1,"x":1.0},{"id":2,"x":2.0},{"id":3,"x":3.0},{"id":4}]}`},
		"the first one":     {`{"places":[]}`, func(p *mergeProfile) { p.Places = append(p.Places, mergePlace{ID: 4}) }, `{"places":[{"id":4}]}`},
		"one copied":        {places, func(p *mergeProfile) { p.Places = append(p.Places, p.Places[0]) }, `{"places":[{"id":1,"x":1.0},{"id":2,"x":2.0},{"id":3,"x":3.0},{"id":1}]}`},
		"equal ones":        {`{"places":[{"x":1},{"x":2},{"x":3}]}`, func(p *mergeProfile) { p.Places[1].ID = 1 }, `{"places":[{"x":1},{"x":2,"id":1},{"x":3}]}`},
		"the last of them":  {`{"places":[{"x":1},{"x":2},{"x":3}]}`, func(p *mergeProfile) { p.Places = p.Places[:2] }, `{"places":[{"x":1},{"x":2}]}`},
		"null":              {`{"pointers":[null,{"x":1}]}`, func(p *mergeProfile) { slices.Reverse(p.Pointers) }, `{"pointers":[{"x":1},null]}`},
		"null for zero":     {`{"places":[null,{"id":1,"x":1}]}`, func(p *mergeProfile) { p.Places = append(p.Places, mergePlace{ID: 2}) }, `{"places":[null,{"id":1,"x":1},{"id":2}]}`},
		"null for empty":    {`{"names":["a",null]}`, func(p *mergeProfile) { p.Names = append(p.Names, "c") }, `{"names":["a",null,"c"]}`},
		"escaped texts":     {`{"names":["\u0061","b"]}`, func(p *mergeProfile) { p.Names = append(p.Names[1:], p.Names[0], "c") }, `{"names":["b","\u0061","c"]}`},
		"inexact numbers":   {`{"numbers":[[0.1234567890, 1e0, 1.50]]}`, func(p *mergeProfile) { p.Numbers[0] = append(p.Numbers[0], 2) }, `{"numbers":[[0.1234567890,1e0,1.50,2]]}`},
		"lists":             {`{"numbers":[[1.0],[2.0],[ ]]}`, func(p *mergeProfile) { p.Numbers = p.Numbers[1:] }, `{"numbers":[[2.0],[ ]]}`},
		"lists alike":       {`{"numbers":[[1.0],[1]]}`, func(p *mergeProfile) { p.Numbers = append(p.Numbers, nil) }, `{"numbers":[[1.0],[1],null]}`},
		"anything":          {`{"any":[1.0,12345678901234567890,true,null,"\u0061",{"a":1.0}]}`, func(p *mergeProfile) { p.Any = append(p.Any.([]any), 1) }, `{"any":[1.0,12345678901234567890,true,null,"\u0061",{"a":1.0},1]}`},
		"what is rewritten": {`{"any":{"a":1},"places":[{"ID":1,"x":1.0},{"Id":1,"id":2}]}`, func(p *mergeProfile) { p.Places = append(p.Places, mergePlace{}) }, `{"any":{"a":1},"places":[{"ID":1,"x":1.0},{"Id":1,"id":2},{"id":0}]}`},
	})
}

func TestAnEntryThatChangedKeepsWhatTheProgramDoesNotKnow(t *testing.T) {
	const places = `{"places":[{"id":1,"name":"a","x":1},{"id":2,"name":"b","x":2}]}`
	call := mergePlace{ID: 3, Name: "c"}
	mergeRun(t, map[string]mergeTest{
		"in its place":                  {places, func(p *mergeProfile) { p.Places[1].Name = "c" }, `{"places":[{"id":1,"name":"a","x":1},{"id":2,"name":"c","x":2}]}`},
		"not if another took its place": {places, func(p *mergeProfile) { p.Places[1] = call }, `{"places":[{"id":1,"name":"a","x":1},{"id":3,"name":"c"}]}`},
		"and moved":                     {places, func(p *mergeProfile) { slices.Reverse(p.Places); p.Places[0].Name = "c" }, `{"places":[{"id":2,"name":"c","x":2},{"id":1,"name":"a","x":1}]}`},
		"all of them, and moved":        {places, func(p *mergeProfile) { p.Places = []mergePlace{{2, "c"}, {1, "d"}} }, `{"places":[{"id":2,"name":"c","x":2},{"id":1,"name":"d","x":1}]}`},
		"while one came":                {places, func(p *mergeProfile) { p.Places[0].Name = "d"; p.Places = append(p.Places, call) }, `{"places":[{"id":1,"name":"d","x":1},{"id":2,"name":"b","x":2},{"id":3,"name":"c"}]}`},
		"while one came before it":      {places, func(p *mergeProfile) { p.Places[0].Name = "d"; p.Places = slices.Insert(p.Places, 0, call) }, `{"places":[{"id":3,"name":"c"},{"id":1,"name":"d","x":1},{"id":2,"name":"b","x":2}]}`},
		"while one before it went":      {places, func(p *mergeProfile) { p.Places[1].Name = "d"; p.Places = p.Places[1:] }, `{"places":[{"id":2,"name":"d","x":2}]}`},
		"while all came":                {`{"places":[]}`, func(p *mergeProfile) { p.Places = []mergePlace{call} }, `{"places":[{"id":3,"name":"c"}]}`},
		"not one that came":             {places, func(p *mergeProfile) { p.Places = append(p.Places[1:], call, mergePlace{4, "d"}) }, `{"places":[{"id":2,"name":"b","x":2},{"id":3,"name":"c"},{"id":4,"name":"d"}]}`},
		"by its name if the id is not":  {`{"places":[{"name":"a","x":1},{"name":"b","x":2}]}`, func(p *mergeProfile) { p.Places = []mergePlace{{1, "b"}} }, `{"places":[{"name":"b","x":2,"id":1}]}`},
		"not if two have its key":       {`{"places":[{"x":1},{"x":2}]}`, func(p *mergeProfile) { p.Places = []mergePlace{{0, "a"}} }, `{"places":[{"id":0,"name":"a"}]}`},
		"not if two come to have it":    {`{"places":[{"x":1}]}`, func(p *mergeProfile) { p.Places = []mergePlace{{0, "a"}, {0, "b"}} }, `{"places":[{"id":0,"name":"a"},{"id":0,"name":"b"}]}`},
		"not if it has no key":          {`{"pointers":[{"id":1,"x":1},{"id":2,"x":2}]}`, func(p *mergeProfile) { p.Pointers = []*mergePlace{nil, {1, "a"}, {2, "b"}} }, `{"pointers":[null,{"id":1,"name":"a"},{"id":2,"name":"b"}]}`},
		"not by what is true or false": {`{"any":[{"a":true,"b":1.0}]}`, func(p *mergeProfile) {
			p.Any = []any{map[string]any{"a": true, "b": 1}, map[string]any{"a": false, "b": 1}}
		}, `{"any":[{"a":true,"b":1.0},{"a":false,"b":1}]}`},
		"in lists of lists":         {`{"any":[[1.0,1],[2.0,2]]}`, func(p *mergeProfile) { p.Any = []any{[]int{1, 2}, []int{2, 2}} }, `{"any":[[1.0,2],[2.0,2]]}`},
		"not by the last of a list": {`{"any":[[1.0,1],[2.0,2]]}`, func(p *mergeProfile) { p.Any = []any{[]int{1, 2}} }, `{"any":[[1,2]]}`},
	})
}

// The text of the original tells neither where an entry is encoded nor how.
func TestTypesThatEncodeAsTheyLike(t *testing.T) {
	mergeRun(t, map[string]mergeTest{
		"a set":                           {`{"set":["\u0062","a","c"]}`, func(p *mergeProfile) { delete(p.Set, "a") }, `{"set":["b","c"]}`},
		"a set that gains one":            {`{"set":["\u0062","a"]}`, func(p *mergeProfile) { p.Set["0"] = true }, `{"set":["0","\u0062","a"]}`},
		"a set with one twice":            {`{"set":["b","a","b"]}`, func(p *mergeProfile) { delete(p.Set, "b") }, `{"set":["a"]}`},
		"a set of objects":                {`{"index":[{"id":2,"x":2},{"id":1,"x":1}]}`, func(p *mergeProfile) { delete(p.Index, 1) }, `{"index":[{"id":2}]}`},
		"a set with one changed":          {`{"index":[{"id":2,"x":2},{"id":1,"x":1}]}`, func(p *mergeProfile) { p.Index[2] = mergePlace{2, "a"} }, `{"index":[{"id":1},{"id":2,"name":"a"}]}`},
		"an array that is longer":         {`{"pair":["\u0061"]}`, func(p *mergeProfile) { p.Pair[1] = "b" }, `{"pair":["a","b"]}`},
		"an array that is shorter":        {`{"pair":["\u0061","b","c"]}`, func(p *mergeProfile) { p.Pair[1] = "d" }, `{"pair":["a","d"]}`},
		"a time":                          {`{"time":"2026-03-01T09:30:00.000Z"}`, func(p *mergeProfile) { p.Time = p.Time.Add(time.Hour) }, `{"time":"2026-03-01T10:30:00Z"}`},
		"times, rewritten in a list":      {`{"times":["2026-03-01T09:30:00.000Z"]}`, func(p *mergeProfile) { p.Times = append(p.Times, p.Times[0].Add(time.Hour)) }, `{"times":["2026-03-01T09:30:00.000Z","2026-03-01T10:30:00Z"]}`},
		"raw text of another type":        {`{"raw":[1.0]}`, func(p *mergeProfile) { p.Raw = json.RawMessage(`{"a":1.0}`) }, `{"raw":{"a":1.0}}`},
		"raw text that names one twice":   {`{"raw":{"a":1,"a":2}}`, func(p *mergeProfile) { p.Raw = json.RawMessage(`{"a":1,"a":3}`) }, `{"raw":{"a":1,"a":3}}`},
		"raw text that tells a from A":    {`{"raw":{"A":1,"a":2}}`, func(p *mergeProfile) { p.Raw = json.RawMessage(`{"a":2}`) }, `{"raw":{"a":2}}`},
		"raw text in which A gets an a":   {`{"raw":{"A":1}}`, func(p *mergeProfile) { p.Raw = json.RawMessage(`{"A":1,"a":2}`) }, `{"raw":{"A":1,"a":2}}`},
		"a number that gets more precise": {`{"raw":[1.0,{"a":1}]}`, func(p *mergeProfile) { p.Raw = json.RawMessage(`[1.0,{"a":1.0}]`) }, `{"raw":[1.0,{"a":1.0}]}`},
	})
}

// mergeRewritten decodes text and a number, and encodes both as text.
type mergeRewritten string

func (r *mergeRewritten) UnmarshalJSON(text []byte) error {
	*r = mergeRewritten(strings.ToLower(strings.Trim(string(text), `"`)))
	return nil
}

func TestEntriesThatATypeRewritesKeepWhatTheProgramDoesNotKnow(t *testing.T) {
	type entry struct {
		ID mergeRewritten `json:"id"`
	}
	type program struct {
		Entries []entry          `json:"entries"`
		Texts   []mergeRewritten `json:"texts"`
	}
	const original = `{"entries":[{"id":"A","x":1},{"id":7,"x":2}],"texts":["A","b",7]}`
	result := mergeChange(t, original, func(p *program) {
		p.Entries = append(p.Entries, entry{"c"})
		p.Texts = p.Texts[1:]
	})
	assert.Equal(t, `{"entries":[{"id":"A","x":1},{"id":7,"x":2},{"id":"c"}],"texts":["b",7]}`, result)
}

func TestAMapKnowsAll(t *testing.T) {
	result := mergeChange(t, `{"a":1.0,"A":12345678901234567890,"b":{"c":1.0},"d":[1.0,{"e":1.0}]}`, func(m *map[string]any) {
		delete(*m, "b")
		(*m)["d"].([]any)[1].(map[string]any)["f"] = nil
		(*m)["B"] = true
	})
	assert.Equal(t, `{"a":1.0,"A":12345678901234567890,"d":[1.0,{"e":1.0,"f":null}],"B":true}`, result)
}

func TestWithoutAnOriginalTheResultIsWhatTheProgramLeft(t *testing.T) {
	result, err := merge.Objects([]byte("null"), []byte(`{"a":0,"b":0}`), []byte(`{"a":1,"b":0}`), mergeAnyFits)
	require.NoError(t, err)
	assert.Equal(t, `{"a":1,"b":0}`, string(result))
}

func TestWhatIsNoObjectIsRefused(t *testing.T) {
	for _, text := range []string{"", " ", "{", `{"a"}`, "{}{}", "[]", `"{}"`, "7", "true", "\xff"} {
		for place := range 3 {
			texts := [][]byte{[]byte("{}"), []byte(`{"a":1}`), []byte(`{"a":2}`)}
			texts[place] = []byte(text)
			result, err := merge.Objects(texts[0], texts[1], texts[2], mergeAnyFits)
			assert.ErrorContains(t, err, "merge: ", "%q in place %d", text, place)
			assert.Nil(t, result)
		}
	}
}

// What is written must be what the program left, or nothing at all.
func TestATypeThatDoesNotDecodeWhatItEncodesIsRefused(t *testing.T) {
	result, err := merge.Objects([]byte(`{"a":1}`), []byte(`{"a":1}`), []byte(`{"a":2}`), func([]byte) bool { return false })
	assert.Nil(t, result)
	assert.EqualError(t, err, "merge: the program does not find in a document what it has left there itself")
}

func TestNothingThatIsPassedIsChanged(t *testing.T) {
	texts := []string{` {"a":[{"x":1,"b":1.0}, {"x":2}],"c":1} `, `{"a":[{"b":1},{}]}`, `{"a":[{},{"b":1},{"b":2}]}`}
	original, before, after := []byte(texts[0]), []byte(texts[1]), []byte(texts[2])
	result, err := merge.Objects(original, before, after, mergeAnyFits)
	require.NoError(t, err)
	for i := range result {
		result[i] = 'x'
	}
	for i, text := range [][]byte{original, before, after} {
		assert.Equal(t, texts[i], string(text))
	}
}

// A key is what stays while the rest of an entry changes, wherever the type has
// its field.
func TestACounterIsNotTakenForAKey(t *testing.T) {
	type leg struct {
		Seconds int    `json:"seconds"`
		ID      string `json:"id,omitempty"`
	}
	type program struct {
		Legs []leg `json:"legs"`
	}
	count := func(p *program) {
		for i := range p.Legs {
			p.Legs[i].Seconds++
		}
	}
	assert.Equal(t, `{"legs":[{"id":"a","seconds":2,"agent":"ann"},{"id":"b","seconds":3,"agent":"bob"}]}`,
		mergeChange(t, `{"legs":[{"id":"a","seconds":1,"agent":"ann"},{"id":"b","seconds":2,"agent":"bob"}]}`, count))
	t.Run("nor a position", func(t *testing.T) {
		type entry struct {
			Rank int `json:"rank"`
			ID   int `json:"id"`
		}
		renumber := func(p *struct {
			Entries []entry `json:"entries"`
		}) {
			p.Entries = append(p.Entries[1:], entry{ID: 4})
			for i := range p.Entries {
				p.Entries[i].Rank = i + 1
			}
		}
		assert.Equal(t, `{"entries":[{"rank":1,"id":2,"x":2},{"rank":2,"id":3,"x":3},{"rank":3,"id":4}]}`,
			mergeChange(t, `{"entries":[{"rank":1,"id":1,"x":1},{"rank":2,"id":2,"x":2},{"rank":3,"id":3,"x":3}]}`, renumber))
	})
	t.Run("and a text goes before a number", func(t *testing.T) {
		type entry struct {
			Rank int    `json:"rank"`
			Name string `json:"name"`
		}
		swap := func(p *struct {
			Entries []entry `json:"entries"`
		}) {
			p.Entries[0].Name, p.Entries[1].Name = p.Entries[1].Name, p.Entries[0].Name
		}
		assert.Equal(t, `{"entries":[{"rank":1,"name":"b","x":2},{"rank":2,"name":"a","x":1}]}`,
			mergeChange(t, `{"entries":[{"rank":1,"name":"a","x":1},{"rank":2,"name":"b","x":2}]}`, swap))
	})
	t.Run("and an entry whose only member changes stays the same", func(t *testing.T) {
		rename := func(p *struct {
			People []struct {
				Name string `json:"name"`
			} `json:"people"`
		}) {
			p.People[0].Name = "anna"
		}
		assert.Equal(t, `{"people":[{"name":"anna","phone":1},{"name":"bob","phone":2}]}`,
			mergeChange(t, `{"people":[{"name":"ann","phone":1},{"name":"bob","phone":2}]}`, rename))
	})
	t.Run("also if there is no key", func(t *testing.T) {
		assert.Equal(t, `{"legs":[{"seconds":5,"agent":"ann"},{"seconds":5,"agent":"bob"},{"seconds":2,"agent":"cid"}]}`,
			mergeChange(t, `{"legs":[{"seconds":4,"agent":"ann"},{"seconds":4,"agent":"bob"},{"seconds":1,"agent":"cid"}]}`, count))
	})
}

// mergeAnyFits is a program that finds in any document what it left.
func mergeAnyFits([]byte) bool { return true }
