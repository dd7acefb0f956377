package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// Extension is what the file name of a fixture ends with.
const Extension = ".txtar"

// Where a scenario was recorded.
const (
	SourceLive      = "live"      // the service itself
	SourceEmulator  = "emulator"  // an emulator of the service
	SourceReference = "reference" // nowhere: composed from the published documentation
)

// A Scenario is the content of one fixture.
type Scenario struct {
	Name      string     // of the file; reports show it and the file does not hold it
	Source    string     // one of the Source constants
	Comment   string     // what the scenario shows, without the leading "# "
	Exchanges []Exchange // in the order of the conversation
}

// An Exchange is a request and its answer.
type Exchange struct {
	Name     string   // unique in its scenario
	Request  Request  // what a client has to send
	Response Response // what it is answered
}

// A Request is what a client has to send. At most one of Form and JSON is set.
type Request struct {
	Method string  // in capitals
	Path   string  // percent-encoding as in the file
	Query  string  // raw, without the question mark
	Header []Field // those that are compared; of Authorization the scheme only
	Form   []Field // decoded
	JSON   string  // the body as in the file
}

// A Response is what the client is answered.
type Response struct {
	Status int     // 200 to 599
	Header []Field // a name may come more than once
	Body   string  // without the line feed at the end of the section
}

// A Field is a line of a header or of a form. A list of them may repeat a name.
type Field struct {
	Name, Value string
}

// Load reads the fixture of that file name.
func Load(fsys fs.FS, name string) (*Scenario, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	return Parse(name, data)
}

// LoadAll reads every fixture (*.txtar) of a folder, ordered by file name. Its
// error names all the files that could not be read.
func LoadAll(fsys fs.FS) ([]*Scenario, error) {
	files, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var scenarios []*Scenario
	var failures []error
	for _, file := range files {
		if path.Ext(file.Name()) != Extension {
			continue
		}
		scenario, err := Load(fsys, file.Name())
		failures = append(failures, err)
		scenarios = append(scenarios, scenario)
	}
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	if scenarios == nil {
		return nil, fmt.Errorf("expected fixtures, files named *%s, and there are none", Extension)
	}
	return scenarios, nil
}

// equal tells whether two exchanges say the same. Nil and empty lists are the
// same list, which is why reflect.DeepEqual will not do.
func (e Exchange) equal(other Exchange) bool {
	return e.Name == other.Name &&
		e.Request.equal(other.Request) &&
		e.Response.equal(other.Response)
}

func (r Request) equal(other Request) bool {
	return r.Method == other.Method &&
		r.Path == other.Path &&
		r.Query == other.Query &&
		r.JSON == other.JSON &&
		slices.Equal(r.Header, other.Header) &&
		slices.Equal(r.Form, other.Form)
}

func (r Response) equal(other Response) bool {
	return r.Status == other.Status &&
		r.Body == other.Body &&
		slices.Equal(r.Header, other.Header)
}
