package upstream

// Kind says what the curator can do about a finding.
type Kind int

const (
	// Lack is something that theirs has and ours has not, or that differs.
	Lack Kind = iota
	// Extra is something that ours has and theirs has not.
	Extra
	// Note asks for nothing.
	Note
)

// Finding is one difference between the documents, told once however many
// operations show it.
type Finding struct {
	Kind Kind
	// Where is the place in our document: below a named schema, as in Task.sid,
	// or below an operation, as in listTasks query Priority.
	Where string
	What  string
	// Operations are those that show it, in the order of their paths.
	Operations []Operation
}

// place is where a comparison stands in our document.
type place string

func (p place) member(name string) place { return p + place("."+name) }

func (p place) entries() place { return p + "[]" }

func (p place) values() place { return p + ".*" }
