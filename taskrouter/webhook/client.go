package webhook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// A Client sends callbacks as the service does, signed with an auth token, to test
// programs that answer them.
type Client struct {
	// AuthToken signs the callbacks. Required.
	AuthToken string
	// HTTPClient sends them; nil for [http.DefaultClient]. Redirects are not
	// followed.
	HTTPClient *http.Client
}

// PostAssignment posts an assignment callback, within [AssignmentTimeout], and
// returns the instruction that answers it, nil for none. It is an error if the
// service would ask the fallback URL instead: for another status than 200, another
// content type than JSON, or an instruction that it would refuse.
func (c Client) PostAssignment(ctx context.Context, target string, assignment Assignment) (Instruction, error) {
	ctx, cancel := context.WithTimeout(ctx, AssignmentTimeout)
	defer cancel()
	body, err := c.postForAnswer(ctx, target, assignment.Form(), http.StatusOK)
	if err != nil {
		return nil, fmt.Errorf("webhook: post an assignment: %w", err)
	}
	instruction, err := ParseInstruction(body)
	if err != nil {
		return nil, err
	}
	return instruction, CheckInstruction(instruction)
}

// PostEvent posts an event callback, within [EventTimeout]. It is an error if the
// answer is not as documented: status 204 and content type JSON.
func (c Client) PostEvent(ctx context.Context, target string, event Event) error {
	ctx, cancel := context.WithTimeout(ctx, EventTimeout)
	defer cancel()
	if _, err := c.postForAnswer(ctx, target, event.Form(), http.StatusNoContent); err != nil {
		return fmt.Errorf("webhook: post an event: %w", err)
	}
	return nil
}

func (c Client) postForAnswer(ctx context.Context, target string, form url.Values, status int) ([]byte, error) {
	response, err := c.PostForm(ctx, target, form)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	const most = 1 << 20                         // bytes, more than any instruction has
	body, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != status {
		return nil, fmt.Errorf("it was answered with %s, expected %d: %s", response.Status, status, bytes.TrimSpace(body))
	}
	if mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); mediaType != "application/json" {
		return nil, fmt.Errorf("it was answered with content type %q, expected application/json (error 40000 of the service)", mediaType)
	}
	return body, nil
}

// PostForm posts a form. Whoever gets the response closes its body.
func (c Client) PostForm(ctx context.Context, target string, form url.Values) (*http.Response, error) {
	return c.send(ctx, http.MethodPost, target, "application/x-www-form-urlencoded", []byte(form.Encode()), Sign(c.AuthToken, target, form))
}

// PostBody posts a body that is no form, such as JSON, to the URL with its hash.
// Whoever gets the response closes its body.
func (c Client) PostBody(ctx context.Context, target, contentType string, body []byte) (*http.Response, error) {
	target, signature := SignBody(c.AuthToken, target, body)
	return c.send(ctx, http.MethodPost, target, contentType, body, signature)
}

// Get requests a URL, as the service does for the status of a dequeued call and for
// TwiML. Whoever gets the response closes its body.
func (c Client) Get(ctx context.Context, target string) (*http.Response, error) {
	return c.send(ctx, http.MethodGet, target, "", nil, Sign(c.AuthToken, target, nil))
}

func (c Client) send(ctx context.Context, method, target, contentType string, body []byte, signature string) (*http.Response, error) {
	if c.AuthToken == "" {
		return nil, errors.New("webhook: the client has no auth token to sign with")
	}
	request, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("webhook: make a callback: %w", err)
	}
	request.Header.Set(SignatureHeader, signature)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	client := *cmp.Or(c.HTTPClient, http.DefaultClient)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("webhook: send a callback: %w", err)
	}
	return response, nil
}
