package record

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/conformance"
)

// A conversation is a scenario being sent.
type conversation struct {
	sender
	transport http.RoundTripper
	clean     *cleaner
	patience  time.Duration
	answers   []answer
	created   workspaces
}

// hold sends each exchange in turn and learns from each answer what the next
// requests need.
func (c *conversation) hold(ctx context.Context, s *conformance.Scenario) error {
	for i, exchange := range s.Exchanges {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("before exchange %q: %w", exchange.Name, err)
		}
		came, err := c.ask(ctx, exchange)
		if err != nil {
			return fmt.Errorf("exchange %q: %w", exchange.Name, err)
		}
		c.learn(exchange, &came)
		if !acceptable(exchange.Response.Status, came.status) {
			return c.unacceptable(i, exchange, came)
		}
		c.answers = append(c.answers, came)
	}
	return nil
}

// send sends a request once.
func (c *conversation) send(ctx context.Context, exchange conformance.Exchange) (answer, error) {
	request, err := c.request(ctx, exchange)
	if err != nil {
		return answer{}, err
	}
	return c.roundTrip(request)
}

// roundTrip goes to the transport and not through an http.Client, which would
// follow redirects, with the credentials, and refuse some that are worth recording.
func (c *conversation) roundTrip(request *http.Request) (answer, error) {
	ctx := request.Context()
	if request.Method != http.MethodGet {
		// An interrupt waits for the answer, which says what must be deleted.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	response, err := c.transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return answer{}, cmp.Or(request.Context().Err(), c.shown(err))
	}
	defer func() { _ = response.Body.Close() }()
	came, err := readAnswer(response, c.clean)
	if err != nil {
		return answer{}, cmp.Or(request.Context().Err(), c.shown(err))
	}
	c.created.note(request, came)
	return came, nil
}

// shown is an error of the transport with the server's address in front instead of
// in it. It may quote the answer, so what must not be shown is taken out.
func (c *conversation) shown(err error) error {
	if atAddress, ok := errors.AsType[*net.OpError](err); ok {
		err = atAddress.Err
	}
	text := c.clean.clean(err.Error())
	return fmt.Errorf("no usable answer from %s: %s", c.base.Host, writer{names: c.names, etags: c.etags}.text(place{}, "", text))
}

// learn takes names and tags from an answer.
func (c *conversation) learn(exchange conformance.Exchange, came *answer) {
	for i, field := range came.header {
		if field.Name != "ETag" {
			c.names.learnText(nth(exchange.Response.Header, field.Name, occurrence(came.header[:i], field.Name)), field.Value)
		}
	}
	c.names.learnText(exchange.Response.Body, came.body)

	resource := lastSegment(exchange.Request.Path)
	if sid := came.document().str("sid"); sid != "" {
		resource = c.names.fixtureText(sid)
	}
	came.etag = c.etags.learn(resource, nth(exchange.Response.Header, "ETag", 0), nth(came.header, "ETag", 0))
}

func occurrence(before []conformance.Field, name string) int {
	count := 0
	for _, field := range before {
		if field.Name == name {
			count++
		}
	}
	return count
}

// acceptable tells whether an answer can stand in the place of another. A refusal
// of the credentials, a limit, a redirect or a breakdown says nothing about what
// was asked.
func acceptable(want, got int) bool {
	if want == got {
		return true
	}
	return got != http.StatusUnauthorized && kindOf(got) != 0 && kindOf(want) == kindOf(got)
}

func kindOf(status int) int {
	switch {
	case status >= 200 && status < 300:
		return 2
	case status == http.StatusTooManyRequests:
		return 0
	case status >= 400 && status < 500:
		return 4
	}
	return 0
}

// maxShown of a body is enough to see what is wrong.
const maxShown = 2000

func (c *conversation) unacceptable(index int, exchange conformance.Exchange, came answer) error {
	shown := writer{names: c.names, etags: c.etags, index: index}.answer(exchange.Response, came)
	body := shown.Body
	if len(body) > maxShown {
		body = strings.ToValidUTF8(body[:maxShown], "") + "…"
	}
	return fmt.Errorf("exchange %q: expected status %d, got %d\n%s", exchange.Name, exchange.Response.Status, came.status, body)
}

// rewritten is the scenario with the answers that came.
func (c *conversation) rewritten(s *conformance.Scenario, source string) *conformance.Scenario {
	written := &conformance.Scenario{Name: s.Name, Source: source, Comment: s.Comment}
	set := c.names.clock.inForms(s)
	for i, exchange := range s.Exchanges {
		asked := append(c.names.clock.inQuery(exchange.Request.Query), set...)
		w := writer{names: c.names, etags: c.etags, index: i, asked: asked}
		exchange.Request.Header = c.withTags(exchange.Request)
		exchange.Response = w.answer(exchange.Response, c.answers[i])
		written.Exchanges = append(written.Exchanges, exchange)
	}
	return written
}

// withTags are the headers of a request with the tags that the fixture now has.
func (c *conversation) withTags(request conformance.Request) []conformance.Field {
	var header []conformance.Field
	for _, field := range request.Header {
		if http.CanonicalHeaderKey(field.Name) == "If-Match" {
			_, field.Value = c.etags.match(lastSegment(request.Path), field.Value)
		}
		header = append(header, field)
	}
	return header
}
