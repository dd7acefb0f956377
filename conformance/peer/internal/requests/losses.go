package requests

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/conformance/internal/calls"
)

// compareAnswer lets both libraries decode the answer of a fixture and encode it
// again, and compares which members are lost. A refusal is decoded as an error, and is
// not compared, nor is what has no body.
func (c *comparison) compareAnswer(ctx context.Context, made call) error {
	if made.answer.status >= http.StatusMultipleChoices || made.answer.body == "" {
		return nil
	}
	ours, err := c.encodedByUs(ctx, made)
	if err != nil {
		return fmt.Errorf("ours: %w", err)
	}
	theirs, err := c.encodedByThem(made)
	if err != nil {
		return fmt.Errorf("theirs: %w", err)
	}
	c.answered.all++
	if len(ours) == 0 {
		c.answered.oursWhole++
	}
	if len(theirs) == 0 {
		c.answered.theirsWhole++
	}
	for _, d := range compareLosses(made.operation.ID, ours, theirs) {
		c.add(d, made.name)
	}
	return nil
}

func (c *comparison) encodedByUs(ctx context.Context, made call) (losses, error) {
	request := made.request()
	request.OnePage = len(theirNames[made.operation.ID]) > 1
	client, err := c.ourClient(made.login)
	if err != nil {
		return nil, err
	}
	for _, method := range calls.Of(made.operation.ID) {
		if !method.Makes(request) {
			continue
		}
		c.ours.wire.begin(made.answer)
		result, err := method.Do(ctx, client, request)
		if err != nil {
			return nil, err
		}
		return lossesOf(made.answer.body, result.Bodies[0])
	}
	return nil, errors.New("no method makes the call")
}

func (c *comparison) encodedByThem(made call) (losses, error) {
	names := theirNames[made.operation.ID]
	method, err := theirMethodNamed(names[len(names)-1]) // of a list that which returns a page
	if err != nil {
		return nil, err
	}
	arguments, _, err := method.arguments(made)
	if err != nil {
		return nil, err
	}
	c.theirs.wire.begin(made.answer)
	result, _, err := method.do(c.theirClient(made.login), arguments)
	if err != nil {
		return nil, err
	}
	return lossesOf(made.answer.body, result)
}

// losses are what became of members that did not come back, by where they stand.
type losses map[string]string

func lossesOf(original string, decoded any) (losses, error) {
	became, err := json.Marshal(decoded)
	if err != nil {
		return nil, fmt.Errorf("encode an answer: %w", err)
	}
	loss, err := conformance.CompareJSON([]byte(original), became)
	if err != nil {
		return nil, err
	}
	found := make(losses)
	for _, lost := range loss.Lost {
		member, what, _ := strings.Cut(lost, ": ") // no member of an answer has such a name
		found[member] = what
	}
	return found, nil
}

// kept stands for a member that came back as it was.
const kept = "kept"

func compareLosses(operation string, ours, theirs losses) []difference {
	all := maps.Clone(ours)
	maps.Copy(all, theirs)
	var found []difference
	for _, member := range slices.Sorted(maps.Keys(all)) {
		d := difference{operation, "answer " + memberName(member), cmp.Or(ours[member], kept), cmp.Or(theirs[member], kept)}
		if d.ours != d.theirs && !slices.Contains(found, d) {
			found = append(found, d)
		}
	}
	return found
}

var (
	indices = regexp.MustCompile(`\[\d+\]`)
	names   = regexp.MustCompile(`\["([^"]*)"\]`)
)

// memberName writes $["tasks"][0]["age"] as tasks[].age.
func memberName(path string) string {
	path = names.ReplaceAllString(indices.ReplaceAllString(path, "[]"), ".$1")
	return strings.TrimPrefix(strings.TrimPrefix(path, "$"), ".")
}
