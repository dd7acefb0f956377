package requests

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	peer "github.com/twilio/twilio-go/rest/taskrouter/v1"

	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/openapi"
	"github.com/taskrouter-go/sdk/openapi/document"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// A comparison makes calls and gathers differences.
type comparison struct {
	document *document.Document
	spec     *openapi3.T
	answers  map[string]answer // by operationId
	ours     pair[*taskrouter.Client]
	theirs   pair[*peer.ApiService]

	called               map[string]bool // by operationId
	fixtures             int
	calls, same, refused int
	answered             struct{ all, oursWhole, theirsWhole int }
	found                map[difference]*found
	order                []difference
}

// pair is the clients of one library, and the wire that they share.
type pair[C any] struct {
	wire    *wire
	clients map[login]C
}

// found is where a difference was found.
type found struct {
	example string
	calls   int
}

func newComparison() (*comparison, error) {
	d, err := document.Load(openapi.Document)
	if err != nil {
		return nil, err
	}
	spec, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, fmt.Errorf("load the document: %w", err)
	}
	answers, err := answersOf(d)
	if err != nil {
		return nil, err
	}
	return &comparison{
		document: d, spec: spec, answers: answers,
		ours:   pair[*taskrouter.Client]{new(wire), make(map[login]*taskrouter.Client)},
		theirs: pair[*peer.ApiService]{new(wire), make(map[login]*peer.ApiService)},
		called: make(map[string]bool), found: make(map[difference]*found),
	}, nil
}

func (c *comparison) run(ctx context.Context) error {
	all, err := fixtureCalls(c.document)
	if err != nil {
		return err
	}
	c.fixtures = len(all)
	for _, each := range all {
		if err := c.compareAnswer(ctx, each); err != nil {
			return fmt.Errorf("%s: %s: its answer: %w", each.operation.ID, each.name, err)
		}
	}
	operations := operationsByID()
	for _, declared := range c.document.Operations() {
		inputs, err := inputsOf(c.spec, declared)
		if err != nil {
			return err
		}
		if err := c.compareFields(declared.ID, inputs); err != nil {
			return err
		}
		all = append(all, callsOf(operations[declared.ID], inputs)...)
	}
	all = append(all, loginCalls(base(gen.OperationGetWorkspace))...)
	for _, each := range all {
		if err := c.compareCall(ctx, each, []answer{c.answers[each.operation.ID]}, everyMethod); err != nil {
			return fmt.Errorf("%s: %s: %w", each.operation.ID, each.name, err)
		}
	}
	for _, operation := range gen.Operations {
		if len(theirNames[operation.ID]) == 1 {
			continue // no list
		}
		if err := c.comparePages(ctx, operation); err != nil {
			return fmt.Errorf("%s: %w", operation.ID, err)
		}
	}
	return c.compareLimits(ctx)
}

func everyMethod(theirMethod) bool { return true }

// compareFields compares what the methods of the peer can be told with what the
// document declares.
func (c *comparison) compareFields(operationID string, inputs []input) error {
	methods, err := theirMethods(operationID)
	if err != nil {
		return err
	}
	theirs := make(map[string]bool)
	for _, method := range methods {
		for _, field := range method.fields() {
			theirs[field] = true
		}
	}
	for _, in := range inputs {
		name := in.Name
		if in.In == document.InJSON {
			name = placeBody
		}
		if !theirs[name] {
			c.add(difference{operationID, in.place(), "declared", noField}, "the fields of its methods")
		}
		delete(theirs, name)
	}
	for name := range theirs {
		c.add(difference{operationID, "field " + name, "not declared", "field"}, "the fields of its methods")
	}
	return nil
}

// compareCall makes a call by each method of ours, and by those chosen of the peer.
// A method that returns a page is held beside those that do, and one that returns a
// whole list likewise.
func (c *comparison) compareCall(ctx context.Context, made call, answers []answer, chosen func(theirMethod) bool) error {
	methods, err := theirMethods(made.operation.ID)
	if err != nil {
		return err
	}
	methods = slices.DeleteFunc(methods, func(m theirMethod) bool { return !chosen(m) })
	before := c.calls
	outcomes := make(map[string]outcome)
	for _, method := range methods {
		if outcomes[method.name], err = c.doTheirs(made, method, answers); err != nil {
			return err
		}
	}
	for _, method := range calls.Of(made.operation.ID) {
		if !method.Makes(made.request()) {
			continue
		}
		us, err := c.doOurs(ctx, made, method, answers)
		if err != nil {
			return err
		}
		for _, theirs := range methods {
			if theirs.paged != method.Paged {
				continue
			}
			c.called[made.operation.ID] = true
			if us.unsent() && outcomes[theirs.name].unsent() {
				c.refused++
			}
			c.count(compare(made.operation.ID, us, outcomes[theirs.name]), fmt.Sprintf("%s and %s, %s", method.Method, theirs.name, made.name))
		}
	}
	if c.calls == before {
		return errors.New("no methods of both make the call")
	}
	return nil
}

func (c *comparison) doOurs(ctx context.Context, made call, method calls.Call, answers []answer) (outcome, error) {
	client, err := c.ourClient(made.login)
	if err != nil {
		return outcome{refusal: err.Error()}, nil //nolint:nilerr // which is what is compared
	}
	c.ours.wire.begin(answers...)
	_, err = do(ctx, client, method, made)
	o := outcome{requests: c.ours.wire.sent()}
	if err == nil {
		return o, nil
	}
	if len(o.requests) == 0 && !errors.Is(err, taskrouter.ErrInvalidArgument) {
		return o, fmt.Errorf("expected a request or a refusal: %w", err) // a fault of this package
	}
	o.refusal = strings.TrimPrefix(err.Error(), "taskrouter: "+made.operation.ID+": ")
	return o, nil
}

func (c *comparison) ourClient(l login) (*taskrouter.Client, error) {
	client, ok := c.ours.clients[l]
	if !ok {
		var err error
		if client, err = newOurs(l, c.ours.wire); err != nil {
			return nil, err
		}
		c.ours.clients[l] = client
	}
	return client, nil
}

func (c *comparison) doTheirs(made call, method theirMethod, answers []answer) (outcome, error) {
	service := c.theirClient(made.login)
	arguments, cannotSay, err := method.arguments(made)
	if err != nil {
		return outcome{}, err
	}
	c.theirs.wire.begin(answers...)
	_, records, err := method.do(service, arguments)
	o := outcome{requests: c.theirs.wire.sent()}
	if made.values.Has("limit") {
		o.records = records
	}
	for _, name := range cannotSay {
		o.cannotSay = append(o.cannotSay, "query "+name, "form "+name)
	}
	if err != nil {
		o.refusal = err.Error()
	}
	return o, nil
}

func (c *comparison) theirClient(l login) *peer.ApiService {
	service, ok := c.theirs.clients[l]
	if !ok {
		service = newTheirs(l, c.theirs.wire)
		c.theirs.clients[l] = service
	}
	return service
}

func (c *comparison) count(differences []difference, example string) {
	c.calls++
	if !slices.ContainsFunc(differences, func(d difference) bool { return !aboutEncoding(d.place) }) {
		c.same++
	}
	for _, d := range differences {
		c.add(d, example)
	}
}

// aboutEncoding tells whether a place says only how something is encoded, which differs
// in nearly all calls.
func aboutEncoding(place string) bool {
	return strings.HasSuffix(place, "header Accept") || strings.HasSuffix(place, "header Content-Type")
}

func (c *comparison) add(d difference, example string) {
	if c.found[d] == nil {
		c.found[d] = &found{example: example}
		c.order = append(c.order, d)
	}
	c.found[d].calls++
}
