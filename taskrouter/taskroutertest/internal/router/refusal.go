package router

import "fmt"

// A Refusal is why a request is not carried out, as the service tells it.
type Refusal struct {
	Status int // of HTTP
	// Code is the error code, 0 where none is known.
	Code    int
	Message string
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

// Codes of errors that the service is known to answer with.
const (
	codeInvalid = 20001
	codePaging  = 40153
)

// Invalid is the refusal of a request whose values cannot be, or cannot be now.
func Invalid(format string, arguments ...any) *Refusal {
	return &Refusal{Status: 400, Code: codeInvalid, Message: fmt.Sprintf(format, arguments...)}
}

// InvalidPaging is the refusal of a page that is asked for by its number alone.
func InvalidPaging() *Refusal {
	return &Refusal{Status: 400, Code: codePaging, Message: "Page needs the PageToken of the same link"}
}

// notFound is the refusal of a request for what is not there. The message of the
// answer names the path, which only the answer knows.
func notFound() *Refusal { return &Refusal{Status: 404, Code: 20404} }

// stale is the refusal of a change of what has another version than If-Match says.
func stale(what string) *Refusal {
	return &Refusal{Status: 412, Message: "The " + what + " has another version"}
}

// gone is the refusal of a reservation that another worker was faster with.
func gone() *Refusal {
	return &Refusal{Status: 410, Message: "The reservation is rescinded: another worker accepted the task"}
}
