package api

import (
	"encoding/json"
	"io"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/taskrouter-go/sdk/gen/server"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest/internal/router"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// checkText wants a query that can be read, which the generated router takes as far
// as it can be.
func checkText(query url.Values, err error) *router.Refusal {
	if err != nil {
		return router.Invalid("The query cannot be read: %v", err)
	}
	return checkUTF8(query)
}

func checkUTF8(values url.Values) *router.Refusal {
	for name, list := range values {
		for _, value := range list {
			if !utf8.ValidString(value) {
				return router.Invalid("%s is not UTF-8", strings.ToValidUTF8(name, "?"))
			}
		}
	}
	return nil
}

// decodeForm reads the form of a request as a body of the document.
func decodeForm[T any](c *call) (T, error) {
	var none T
	text, refusal := c.body(formType)
	if refusal != nil {
		return none, refusal
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		return none, router.Invalid("The form cannot be read: %v", err)
	}
	if refusal := checkUTF8(form); refusal != nil {
		return none, refusal
	}
	return server.DecodeForm[T](form)
}

// decodeJSON reads the JSON of a request. Names of members know no case.
func decodeJSON[T any](c *call) (T, error) {
	var none, value T
	text, refusal := c.body(jsonType)
	if refusal != nil {
		return none, refusal
	}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return none, router.Invalid("The body is not the JSON that is expected: %v", err)
	}
	return value, nil
}

// body returns the body of the request, which must be of a type unless it is empty.
func (c *call) body(mediaType string) (string, *router.Refusal) {
	var text strings.Builder
	if _, err := io.Copy(&text, c.request.Body); err != nil {
		return "", router.Invalid("The body cannot be read: %v", err)
	}
	sent, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if text.Len() > 0 && sent != mediaType {
		return "", router.Invalid("Content-Type must be %s", mediaType)
	}
	return text.String(), nil
}

// What filters compare. One that is not there, or is empty, lets everything pass.

func matches(filter *string, value string) bool { return isEmpty(filter) || *filter == value }

func matchesFlag(filter *bool, value bool) bool { return filter == nil || *filter == value }

func isEmpty(filter *string) bool { return filter == nil || *filter == "" }

// parseFilter parses the expression of a filter, and returns nil for none.
func parseFilter(name string, source *string) (*expression.Expression, error) {
	if isEmpty(source) {
		return nil, nil
	}
	if refusal := router.CheckExpression(name, source); refusal != nil {
		return nil, refusal
	}
	return expression.MustParse(*source), nil
}

// checkFilterSID wants the form of a SID in a filter that is there.
func checkFilterSID(name, prefix string, sid *string) *router.Refusal {
	if isEmpty(sid) {
		return nil
	}
	return router.CheckSID(name, prefix, sid)
}
