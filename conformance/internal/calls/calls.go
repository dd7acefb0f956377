// Package calls makes the requests of the document through the facade: for each
// operation it knows the methods that make its requests, and it fills what they
// take with the values of a request.
package calls

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"reflect"
	"runtime"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// A Call is one method of the facade, and the operation whose requests it makes.
type Call struct {
	Operation gen.Operation
	// Method is the name of the method, such as "Tasks.Create".
	Method string
	// Paged tells that the method returns a page at a time. The call reads on to
	// the last page and then back to the first.
	Paged bool

	scope scope
	do    func(context.Context, *taskrouter.Client, Request, []taskrouter.CallOption) (Result, error)
}

// A Request is what a call has to send.
type Request struct {
	Path   map[string]string // decoded, by the names in the template
	Values url.Values        // of the query or the form
	JSON   []byte            // the body, where it is JSON

	// OnePage tells that the next page cannot be had, so that only methods that
	// return a page can read the list.
	OnePage bool
}

// RequestOf is the request of a fixture, with the values in its path.
func RequestOf(r conformance.Request, path map[string]string) (Request, error) {
	values, err := url.ParseQuery(r.Query)
	if err != nil {
		return Request{}, fmt.Errorf("query of %s: %w", r.Path, err)
	}
	for _, field := range r.Form {
		values.Add(field.Name, field.Value)
	}
	request := Request{Path: path, Values: values}
	if r.JSON != "" {
		request.JSON = []byte(r.JSON)
	}
	return request, nil
}

// A Result is what a call returned, in a form that can be encoded again.
type Result struct {
	// Bodies are the answers, one for each request, whole as they came: one
	// resource, or the pages of a list, forth and back.
	Bodies []any
	// Entries are those of all pages of a list, by a method that does not show the
	// pages.
	Entries []any
}

// Makes tells whether the call can make the request. A verb such as Tasks.Cancel
// makes only some of its operation's.
func (c Call) Makes(r Request) bool { return c.scope.holds(r) && (c.Paged || !r.OnePage) }

// Do makes the request.
func (c Call) Do(ctx context.Context, client *taskrouter.Client, r Request, options ...taskrouter.CallOption) (Result, error) {
	return c.do(ctx, client, r, options)
}

// All returns the calls of all operations.
func All() []Call { return all }

// Of returns the calls of one operation.
func Of(operationID string) []Call {
	var found []Call
	for _, call := range all {
		if call.Operation.ID == operationID {
			found = append(found, call)
		}
	}
	return found
}

// A finder finds a service with the values of a path.
type finder[S any] func(c *taskrouter.Client, path map[string]string) S

// identifier is the last value of the path: that of the resource itself.
func identifier(o gen.Operation, r Request) string {
	return r.Path[o.PathParameters[len(o.PathParameters)-1].Name]
}

// collection is a method that takes a request or parameters.
func collection[S, R, T any](o gen.Operation, find finder[S], method func(S, context.Context, R, ...taskrouter.CallOption) (*T, error)) Call {
	return Call{o, nameOf(method), false, everything, func(ctx context.Context, c *taskrouter.Client, r Request, options []taskrouter.CallOption) (Result, error) {
		request, err := decode[R](r, "")
		if err != nil {
			return Result{}, err
		}
		return one(method(find(c, r.Path), ctx, request, options...))
	}}
}

// resource is a method that takes an identifier and a request or parameters.
func resource[S, R, T any](o gen.Operation, find finder[S], method func(S, context.Context, string, R, ...taskrouter.CallOption) (*T, error)) Call {
	return verb(o, find, method, everything, "")
}

// verb is a method as resource is, for some of the operation's requests. Their
// fields are named as those of the method's request are, behind a prefix.
func verb[S, R, T any](o gen.Operation, find finder[S], method func(S, context.Context, string, R, ...taskrouter.CallOption) (*T, error), of scope, prefix string) Call {
	return Call{o, nameOf(method), false, of, func(ctx context.Context, c *taskrouter.Client, r Request, options []taskrouter.CallOption) (Result, error) {
		request, err := decode[R](of.rest(r), prefix)
		if err != nil {
			return Result{}, err
		}
		return one(method(find(c, r.Path), ctx, identifier(o, r), request, options...))
	}}
}

// get is a method that takes an identifier only.
func get[S, T any](o gen.Operation, find finder[S], method func(S, context.Context, string, ...taskrouter.CallOption) (*T, error)) Call {
	return move(o, find, method, everything)
}

// move is a method as get is, for some of the operation's requests.
func move[S, T any](o gen.Operation, find finder[S], method func(S, context.Context, string, ...taskrouter.CallOption) (*T, error), of scope) Call {
	return Call{o, nameOf(method), false, of, func(ctx context.Context, c *taskrouter.Client, r Request, options []taskrouter.CallOption) (Result, error) {
		return one(method(find(c, r.Path), ctx, identifier(o, r), options...))
	}}
}

// text is a method that takes an identifier and the value of one field.
func text[S, T any](o gen.Operation, find finder[S], method func(S, context.Context, string, string, ...taskrouter.CallOption) (*T, error), of scope, field string) Call {
	return Call{o, nameOf(method), false, of, func(ctx context.Context, c *taskrouter.Client, r Request, options []taskrouter.CallOption) (Result, error) {
		return one(method(find(c, r.Path), ctx, identifier(o, r), r.Values.Get(field), options...))
	}}
}

// remove is a method that returns nothing but an error.
func remove[S any](o gen.Operation, find finder[S], method func(S, context.Context, string, ...taskrouter.CallOption) error) Call {
	return Call{o, nameOf(method), false, everything, func(ctx context.Context, c *taskrouter.Client, r Request, options []taskrouter.CallOption) (Result, error) {
		return Result{}, method(find(c, r.Path), ctx, identifier(o, r), options...)
	}}
}

// list is a method that returns the entries of all pages.
func list[S, R, T any](o gen.Operation, find finder[S], method func(S, context.Context, R, ...taskrouter.CallOption) iter.Seq2[*T, error]) Call {
	return Call{o, nameOf(method), false, everything, func(ctx context.Context, c *taskrouter.Client, r Request, options []taskrouter.CallOption) (Result, error) {
		params, err := decode[R](r, "")
		if err != nil {
			return Result{}, err
		}
		result := Result{Entries: []any{}}
		for item, err := range method(find(c, r.Path), ctx, params, options...) {
			if err != nil {
				return Result{}, err
			}
			result.Entries = append(result.Entries, item)
		}
		return result, nil
	}}
}

// page is a method that returns one page.
func page[S, R, T any](o gen.Operation, find finder[S], method func(S, context.Context, R, ...taskrouter.CallOption) (*taskrouter.Page[T], error)) Call {
	return Call{o, nameOf(method), true, everything, func(ctx context.Context, c *taskrouter.Client, r Request, options []taskrouter.CallOption) (Result, error) {
		params, err := decode[R](r, "")
		if err != nil {
			return Result{}, err
		}
		first, err := method(find(c, r.Path), ctx, params, options...)
		if err != nil {
			return Result{}, err
		}
		if r.OnePage {
			return Result{Bodies: []any{bodyOf(first)}}, nil
		}
		return walk(ctx, first)
	}}
}

// walk reads on to the last page, and then back over as many as were read.
func walk[T any](ctx context.Context, p *taskrouter.Page[T]) (Result, error) {
	result := Result{Bodies: []any{bodyOf(p)}}
	seen := map[string]bool{p.Meta.URL: true}
	for p.HasNext() {
		var err error
		if p, err = p.Next(ctx); err != nil {
			return Result{}, err
		}
		if seen[p.Meta.URL] {
			return Result{}, fmt.Errorf("the pages go round in a circle, back to %s", p.Meta.URL)
		}
		seen[p.Meta.URL] = true
		result.Bodies = append(result.Bodies, bodyOf(p))
	}
	for range len(result.Bodies) - 1 {
		var err error
		if p, err = p.Previous(ctx); err != nil {
			return Result{}, err
		}
		result.Bodies = append(result.Bodies, bodyOf(p))
	}
	return result, nil
}

// bodyOf is the envelope that a page came in.
func bodyOf[T any](p *taskrouter.Page[T]) any {
	return map[string]any{"meta": p.Meta, p.Meta.Key: p.Items}
}

func one[T any](resource *T, err error) (Result, error) {
	if err != nil {
		return Result{}, err
	}
	return Result{Bodies: []any{resource}}, nil
}

// nameOf is the name of a method, from the method itself so that it cannot be
// another one's.
func nameOf(method any) string {
	name := runtime.FuncForPC(reflect.ValueOf(method).Pointer()).Name()
	name = name[strings.LastIndex(name, "/")+1:] // taskrouter.TasksService.Create
	return strings.Replace(strings.TrimPrefix(name, "taskrouter."), "Service.", ".", 1)
}
