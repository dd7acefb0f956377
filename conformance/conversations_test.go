package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/conformance"
)

// A fixture is a conversation that a service could have: what is asked follows
// from what was answered, and an answer is about what was asked. The document
// cannot tell, nor can one exchange alone.
func TestEveryFixtureIsAConversation(t *testing.T) {
	for _, scenario := range fixtures(t) {
		t.Run(scenario.Name, func(t *testing.T) {
			for _, problem := range inConversation(scenario.Exchanges) {
				t.Error(problem)
			}
		})
	}
}

func inConversation(exchanges []conformance.Exchange) []error {
	var problems []error
	given := make(map[string]bool)
	for _, e := range exchanges {
		for _, problem := range slices.Concat(unfounded(e, given), unrelated(e)) {
			problems = append(problems, fmt.Errorf("%s: %w", e.Name, problem))
		}
		for _, sid := range sids.FindAllString(e.Response.Body, -1) {
			given[sid] = true
		}
	}
	return problems
}

var sids = regexp.MustCompile(`[A-Z]{2}[0-9a-f]{32}`)

// unfounded are the SIDs in a request that succeeds, and those of the workspace and
// so on that one fails in, which no answer before has given.
func unfounded(e conformance.Exchange, given map[string]bool) []error {
	if e.Response.Status >= http.StatusBadRequest && len(given) == 0 {
		return nil // of things that nobody made, as the scenario says
	}
	texts := []string{e.Request.Path, e.Request.Query, e.Request.JSON}
	for _, field := range e.Request.Form {
		if !strings.HasPrefix(field.Name, "RedirectCall") && field.Name != "Attributes" { // SIDs of calls come from elsewhere
			texts = append(texts, field.Value)
		}
	}
	var problems []error
	for _, sid := range sids.FindAllString(strings.Join(texts, " "), -1) {
		if !given[sid] && !strings.HasSuffix(sid, strings.Repeat("0", 32)) {
			problems = append(problems, fmt.Errorf("%s was given by no answer before", sid))
		}
	}
	return problems
}

// unrelated is how an answer is not about the request.
func unrelated(e conformance.Exchange) []error {
	var body struct {
		SID, URL string
		Meta     *struct{ URL string }
		Status   *int
	}
	if json.Unmarshal([]byte(e.Response.Body), &body) != nil {
		return nil
	}
	var problems []error
	request := e.Request
	if status := body.Status; status != nil && *status != e.Response.Status {
		problems = append(problems, fmt.Errorf("the body says status %d", *status))
	}
	if e.Response.Status == http.StatusPreconditionFailed && headerOf(request.Header).Get("If-Match") == "" {
		problems = append(problems, errors.New("a precondition failed that was not made"))
	}
	if e.Response.Status >= http.StatusBadRequest {
		return problems
	}
	address := body.URL
	if body.Meta != nil {
		address = body.Meta.URL
	}
	path := request.Path
	if e.Response.Status == http.StatusCreated {
		path += "/" + body.SID
	}
	if last := path[strings.LastIndex(path, "/")+1:]; body.SID != "" && !sids.MatchString(last) {
		path = strings.TrimSuffix(path, last) + body.SID // a channel was asked for by its name
	}
	if at, err := url.Parse(address); err != nil || at.EscapedPath() != path {
		problems = append(problems, fmt.Errorf("the body has the url %s, expected %s", address, path))
	}
	return problems
}

func TestAConversationThatIsNoneIsFound(t *testing.T) {
	whole := func() []conformance.Exchange {
		return []conformance.Exchange{
			exchangeNamed(t, "tasks", "create workspace"),
			exchangeNamed(t, "tasks", "create worker"),
			exchangeNamed(t, "tasks", "delete workspace"),
		}
	}
	assert.Empty(t, inConversation(whole()))
	for name, test := range map[string]struct {
		change  func([]conformance.Exchange)
		problem string
	}{
		"in another order": {func(e []conformance.Exchange) { slices.Reverse(e) }, ""},
		"an unknown workspace": {func(e []conformance.Exchange) {
			e[1].Request.Path = "/v1/Workspaces/WS11111111111111111111111111111111/Workers"
		}, "was given by no answer before"},
		"another answer": {func(e []conformance.Exchange) { e[1].Response = e[0].Response }, "the body has the url"},
		"another status": {func(e []conformance.Exchange) {
			e[1].Response = conformance.Response{Status: 404, Body: `{"status": 400}`}
		}, "the body says status 400"},
		"no condition": {func(e []conformance.Exchange) { e[1].Response = conformance.Response{Status: 412, Body: `{}`} }, "a precondition failed that was not made"},
	} {
		t.Run(name, func(t *testing.T) {
			exchanges := whole()
			test.change(exchanges)
			problems := inConversation(exchanges)
			if assert.NotEmpty(t, problems) {
				assert.ErrorContains(t, problems[0], test.problem)
			}
		})
	}
}
