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
// programs that answer them. Its errors name the URL without user and password. After
// 403, the log of the verifier says at level debug how its token or its URL differs;
// after 500, at level error what went wrong.
type Client struct {
	// AuthToken signs the callbacks. Required.
	AuthToken string `json:"-"`
	// HTTPClient sends them; nil for [http.DefaultClient]. Redirects are not
	// followed.
	HTTPClient *http.Client
}

// Format writes the name of the type, so that no way to print a client shows its
// token.
func (c Client) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "webhook.Client") // fmt.State keeps the error
}

// PostAssignment posts an assignment callback, within [AssignmentTimeout], and
// returns the instruction that answers it, nil for none. It is an error if the
// service would not act on the answer. For another status than 200, and for another
// content type than JSON, it asks the fallback URL; an instruction that it refuses it
// reports. What is wrong with the answer itself is an [InstructionError].
func (c Client) PostAssignment(ctx context.Context, target string, assignment Assignment) (Instruction, error) {
	ctx, cancel := context.WithTimeout(ctx, AssignmentTimeout)
	defer cancel()
	instruction, err := c.ask(ctx, target, assignment)
	if err != nil {
		return nil, fmt.Errorf("webhook: post an assignment: %w", err)
	}
	return instruction, nil
}

func (c Client) ask(ctx context.Context, target string, assignment Assignment) (Instruction, error) {
	contentType, body, err := c.exchange(ctx, target, assignment.Form(), http.StatusOK)
	if err != nil {
		return nil, err
	}
	if contentType != "application/json" {
		return nil, &InstructionError{Problem: fmt.Sprintf("its content type is %q, expected application/json", contentType), Code: 40000}
	}
	instruction, err := parseInstruction(body)
	if err != nil || instruction == nil {
		return nil, err
	}
	return instruction, errors.Join(instruction.problems()...)
}

// PostEvent posts an event callback, within [EventTimeout]. It is an error if the
// answer is not as documented: status 204 and content type JSON.
func (c Client) PostEvent(ctx context.Context, target string, event Event) error {
	ctx, cancel := context.WithTimeout(ctx, EventTimeout)
	defer cancel()
	contentType, _, err := c.exchange(ctx, target, event.Form(), http.StatusNoContent)
	if err == nil && contentType != "application/json" {
		err = fmt.Errorf("the content type of the answer is %q, expected application/json", contentType)
	}
	if err != nil {
		return fmt.Errorf("webhook: post an event: %w", err)
	}
	return nil
}

// exchange posts a form, and returns an answer of a status.
func (c Client) exchange(ctx context.Context, target string, form url.Values, status int) (contentType string, body []byte, err error) {
	response, err := c.postForm(ctx, target, form)
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	const most = 1 << 20                         // bytes, more than any instruction has
	body, err = io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return "", nil, fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != status {
		const some = 500 // bytes, enough for a line that says why
		return "", nil, fmt.Errorf("%s answered with %s, expected %d: %s", signedURL(target), response.Status, status, bytes.TrimSpace(body[:min(len(body), some)]))
	}
	if len(body) > most {
		return "", nil, fmt.Errorf("%s answered with more than %d bytes", signedURL(target), most)
	}
	contentType, _, _ = mime.ParseMediaType(response.Header.Get("Content-Type"))
	return contentType, body, nil
}

// PostForm posts a form. Whoever gets the response closes its body.
func (c Client) PostForm(ctx context.Context, target string, form url.Values) (*http.Response, error) {
	response, err := c.postForm(ctx, target, form)
	if err != nil {
		return nil, fmt.Errorf("webhook: post a form: %w", err)
	}
	return response, nil
}

func (c Client) postForm(ctx context.Context, target string, form url.Values) (*http.Response, error) {
	return c.send(ctx, http.MethodPost, target, "application/x-www-form-urlencoded", []byte(form.Encode()), form)
}

// PostBody posts a body that is no form, such as JSON, to the URL with its hash.
// Whoever gets the response closes its body.
func (c Client) PostBody(ctx context.Context, target, contentType string, body []byte) (*http.Response, error) {
	response, err := c.send(ctx, http.MethodPost, withHash(target, body), contentType, body, nil)
	if err != nil {
		return nil, fmt.Errorf("webhook: post a body: %w", err)
	}
	return response, nil
}

// Get requests a URL, as the service does for the status of a dequeued call and for
// TwiML. Whoever gets the response closes its body.
func (c Client) Get(ctx context.Context, target string) (*http.Response, error) {
	response, err := c.send(ctx, http.MethodGet, target, "", nil, nil)
	if err != nil {
		return nil, fmt.Errorf("webhook: get: %w", err)
	}
	return response, nil
}

// send sends a body, and signs the URL together with the fields of a form.
func (c Client) send(ctx context.Context, method, target, contentType string, body []byte, form url.Values) (*http.Response, error) {
	if c.AuthToken == "" {
		return nil, errors.New("the client has no auth token to sign with")
	}
	if parsed, err := url.Parse(target); err != nil || !isHTTP(parsed) {
		return nil, errors.New("expected an absolute http or https URL") // it is not shown, as a password may be anywhere in it
	}
	request, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	request.Header.Set(SignatureHeader, Sign(c.AuthToken, requested(request.URL), form))
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	client := *cmp.Or(c.HTTPClient, http.DefaultClient)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if failure, ok := errors.AsType[*url.Error](err); ok {
		return nil, fmt.Errorf("request %s: %w", signedURL(target), failure.Err) // without its URL, which has the user
	}
	return response, err
}

// requested is a URL as net/http asks for it: always with a path, and with escapes
// in the place of what no URL may have.
func requested(u *url.URL) string { return u.Scheme + "://" + u.Host + u.RequestURI() }
