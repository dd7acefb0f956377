package pipeline

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// addParameters adds the parameters that a caller passes beside the document's:
// to the query or, where a request has a body, to its form.
func addParameters(next Step) Step {
	return func(request *http.Request) (*http.Response, error) {
		call := CallOf(request.Context())
		if len(call.Options.Parameters) == 0 {
			return next(request)
		}
		add := addToQuery
		if request.Method == http.MethodPost {
			add = addToForm
		}
		if err := add(request, call); err != nil {
			return nil, err
		}
		return next(request)
	}
}

func addToQuery(request *http.Request, call *Call) error {
	query, err := appended(request.URL.RawQuery, call)
	if err != nil {
		return err
	}
	request.URL.RawQuery = query
	return nil
}

func addToForm(request *http.Request, call *Call) error {
	if request.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return errors.New("WithParam: the body of this operation is no form")
	}
	text, err := io.ReadAll(request.Body)
	if err != nil {
		return fmt.Errorf("WithParam: read the form: %w", err)
	}
	form, err := appended(string(text), call)
	if err != nil {
		return err
	}
	request.ContentLength = int64(len(form))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(form)), nil }
	request.Body, err = request.GetBody()
	return err
}

// appended adds the parameters of a call to what is encoded already. A link
// to another page has them, as far as the service knew them.
func appended(encoded string, call *Call) (string, error) {
	present, err := url.ParseQuery(encoded)
	if err != nil && !call.FollowsLink {
		return "", fmt.Errorf("WithParam: what the request holds does not parse: %w", err)
	}
	added := url.Values{}
	for name, values := range call.Options.Parameters {
		switch {
		case !present.Has(name):
			added[name] = values
		case !call.FollowsLink:
			return "", fmt.Errorf("WithParam: the request itself sets %s", name)
		}
	}
	if encoded != "" && len(added) > 0 {
		encoded += "&"
	}
	return encoded + added.Encode(), nil
}
