package requests

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/taskrouter-go/sdk/conformance/internal/calls"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// newOurs makes a client of the facade.
func newOurs(l login, transport http.RoundTripper) (*taskrouter.Client, error) {
	options := []taskrouter.Option{
		taskrouter.WithHTTPClient(&http.Client{Transport: transport}),
		taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1}),
	}
	switch {
	case l.token != "":
		options = append(options, taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) { return l.token, time.Time{}, nil }))
	case l.user != accountSID:
		options = append(options, taskrouter.WithAPIKey(accountSID, l.user, l.password))
	default:
		options = append(options, taskrouter.WithAuthToken(l.user, l.password))
	}
	if l.region != "" || l.edge != "" {
		options = append(options, taskrouter.WithRegion(l.region, l.edge))
	}
	return taskrouter.NewClient(options...)
}

// request is the call as package calls makes it.
func (c call) request() calls.Request {
	request := calls.Request{Path: c.pathValues, Values: c.values}
	if c.json != "" {
		request.JSON = []byte(c.json)
	}
	return request
}

// do makes a call by a method of the facade.
func do(ctx context.Context, client *taskrouter.Client, method calls.Call, c call) (calls.Result, error) {
	var options []taskrouter.CallOption
	if c.ifMatch != "" {
		options = append(options, taskrouter.WithIfMatch(c.ifMatch))
	}
	result, err := method.Do(ctx, client, c.request(), options...)
	if errors.Is(err, taskrouter.ErrNoPage) { // on the way back, which the peer does not know
		return result, nil
	}
	return result, err
}
