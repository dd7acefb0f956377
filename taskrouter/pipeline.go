package taskrouter

import "net/http"

// A step sends a request, itself or by the step after it.
type step func(*http.Request) (*http.Response, error)

// Do makes a step what the generated client sends requests with.
func (s step) Do(request *http.Request) (*http.Response, error) { return s(request) }

// newPipeline returns the way that every request goes below the generated
// client: from top to bottom, one file for each step.
func newPipeline(c *config) step {
	return checkAddress(c.baseURL,
		setHeaders(userAgent,
			authenticate(c.credentials,
				c.httpClient.Do)))
}
