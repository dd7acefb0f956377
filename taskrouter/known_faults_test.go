package taskrouter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// TestKnownFaults holds the SDK against faults that clients of this API have been
// seen to have. The name of a test says what goes wrong there; the test asserts
// the promise that keeps it from going wrong here. Number 26 is about webhooks
// and 27 about capability tokens, which are no part of this package.
func TestKnownFaults(t *testing.T) {
	for _, fault := range []struct {
		name string
		test func(*testing.T)
	}{
		{"01 query values lose digits after a dot", everyTextArrivesUnchanged},
		{"02 asking for the answer of a failing list panics", theAnswerOfAFailureIsHandedOut},
		{"03 credentials follow next_page_url to any host", credentialsStayWithTheBaseURL},
		{"04 SIDs lead to other paths, or to none", misleadingSIDsAreRefused},
		{"05 an abandoned list leaves a goroutine behind", abandonedListsLeaveNothingBehind},
		{"06 every failure costs a connection", failuresLeaveTheConnectionUsable},
		{"07 a POST is sent again after a failure that does not decode", aPOSTThatFailedIsSentOnce},
		{"08 the status is lost if the body is not the expected JSON", theStatusIsThatOfHTTP},
		{"09 errors leave out headers, request and body", errorsSayAllThereIsToKnow},
		{"10 parameters are changed by the call", parametersStayAsTheyWereSet},
		{"11 a limit of none asks for a page and returns an entry", aLimitIsNoPageSize},
		{"12 a list that fails on its way loses what it had", whatCameBeforeAFailureIsKept},
		{"13 secrets of other than letters and digits are refused", anySecretIsSent},
		{"14 without a token requests are sent unauthenticated", withoutATokenNothingIsSent},
		{"15 expired tokens, races for them, and a client that is not the caller's", tokensAreRenewedInTimeAndShared},
		{"16 calls take no context, and one timeout is set for all", everyCallHasItsContextAndTimeout},
		{"17 odd headers panic", oddHeadersDoNotPanic},
		{"18 a host of four labels or more is taken for a region", aBaseURLIsTakenAsItIs},
		{"19 an edge without a region becomes us1", aRegionAndAnEdgeGoTogether},
		{"20 times keep the caller's zone", timesAreSentInUTCToTheSecond},
		{"21 attributes that are no JSON are sent", wrongAttributesAreNotSent},
		{"22 models lose zeros, nulls and what they do not know", modelsLoseNothing},
		{"23 bulk statistics are requested without a body", bulkStatisticsNameTheirQueues},
		{"24 versions can be demanded but not read", versionsCanBeReadAndDemanded},
		{"25 who turns a page has to take URLs apart", pagesAreTurnedWithoutParsing},
		{"28 nothing logs, nothing can be hooked in, the user agent is fixed", attemptsAreLoggedAndCanBeHooked},
		{"29 no retries and no limits", callsAreRepeatedAndHeldBack},
		{"30 programs link what only tests need", nothingForTestsIsLinked},
	} {
		t.Run(fault.name, fault.test)
	}
}

func everyTextArrivesUnchanged(t *testing.T) {
	const text, attributes = `score > 1.5 AND host == "10.25.1" OR name == 'node.7'`, `{"score": 1.5, "host": "10.25.1"}`
	tap := &wiretap{handler: answer(http.StatusOK, suitsAll)}
	for _, m := range methodsOf(offline(t, tap.RoundTrip)) {
		arguments, want := m.arguments(), map[string]int{}
		for i, argument := range arguments {
			if argument.Kind() == reflect.Struct {
				request := addressable(argument)
				want[text] += setAll(request, text)
				want[attributes] += setAll(request, taskrouter.Attributes(attributes))
				arguments[i] = request
			}
		}
		if strings.HasSuffix(m.name, ".Conference") {
			want[text]-- // it is itself the instruction
		}
		var options []taskrouter.CallOption
		if m.name != "TaskQueues.BulkRealTimeStatistics" { // whose body is no form
			want[text]++
			options = append(options, taskrouter.WithParam("NewParameter", text))
		}
		_, err := m.call(t.Context(), arguments, options...)
		require.NoError(t, err, m.name)
		values := tap.last().values(t)
		for expected, times := range want {
			assert.Equal(t, times, timesOf(values, expected), "%s: %q among %q", m.name, expected, values)
		}
	}
	t.Run("as the service reads it", func(t *testing.T) {
		service := newFakeService(t, answer(http.StatusOK, suitsAll))
		_, err := service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{EvaluateTaskAttributes: new("score > 1.5")})
		require.NoError(t, err)
		_, err = service.client(t).Workers("WS1").Page(t.Context(), taskrouter.ListWorkersParams{FriendlyName: new("node.7")})
		require.NoError(t, err)
		_, err = service.client(t).TaskQueues("WS1").Create(t.Context(), taskrouter.CreateTaskQueueRequest{FriendlyName: "node.7", TargetWorkers: new(`host == "10.25.1"`)})
		require.NoError(t, err)
		assert.Equal(t, "EvaluateTaskAttributes=score+%3E+1.5", strings.Trim(service.seen()[0].Query, "&"))
		assert.Equal(t, "FriendlyName=node.7", strings.Trim(service.seen()[1].Query, "&"))
		assert.Equal(t, url.Values{"FriendlyName": {"node.7"}, "TargetWorkers": {`host == "10.25.1"`}}, service.seen()[2].Form)
	})
}

func theAnswerOfAFailureIsHandedOut(t *testing.T) {
	refused := offline(t, inMemory(answer(http.StatusUnauthorized, `{"code":20003}`)))
	cut := offline(t, func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF })
	for i, m := range methodsOf(refused) {
		var response taskrouter.Response
		_, err := m.call(t.Context(), m.arguments(), taskrouter.WithResponseInto(&response))
		assertAbout(t, taskrouter.ErrUnauthorized, err)
		assert.Equal(t, http.StatusUnauthorized, response.StatusCode, m.name)
		assert.Equal(t, "RQ1", response.RequestID(), m.name)
		assert.JSONEq(t, `{"code":20003}`, string(response.Body), m.name)

		_, err = methodsOf(cut)[i].call(t.Context(), m.arguments(), taskrouter.WithResponseInto(&response))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, m.name)
		assert.Equal(t, taskrouter.Response{Attempts: 1}, response, m.name)
	}
}

func credentialsStayWithTheBaseURL(t *testing.T) {
	for _, host := range []string{"http://evil.test", "https://evil.test:443", "https://" + account + ":x@evil.test", "//evil.test", "https://service.test.evil.test", "gopher://service.test"} {
		tap := &wiretap{handler: func(w http.ResponseWriter, r *http.Request) {
			link := `null`
			if r.URL.Query().Get("Page") != "8" {
				link = `"` + host + strings.TrimPrefix(r.URL.EscapedPath(), mount) + `?Page=8"`
			}
			answer(http.StatusOK, `{"meta":{"key":"entries","next_page_url":`+link+`,"previous_page_url":`+link+`}}`)(w, r)
		}}
		checkTurned := func(name string, err error) {
			require.NoError(t, err, name)
			sent := tap.taken()
			require.Len(t, sent, 2, name)
			assert.Equal(t, sent[0].URL.Path, sent[1].URL.Path, name)
			assert.Equal(t, "Page=8", sent[1].URL.RawQuery, name)
			for _, r := range sent {
				assert.Equal(t, "https://service.test", r.URL.Scheme+"://"+r.URL.Host, name)
				assert.Contains(t, []string{"", "service.test"}, r.Host, name)
				_, password, _ := r.BasicAuth()
				assert.Equal(t, secretToken, password, name)
			}
		}
		lists, pages := 0, 0
		for _, m := range methodsOf(offline(t, tap.RoundTrip)) {
			switch {
			case m.isList:
				lists++
				_, err := m.call(t.Context(), m.arguments())
				checkTurned(m.name, err)
			case m.returnsPage():
				pages++
				for _, turn := range []string{"Next", "Previous"} {
					page, err := m.call(t.Context(), m.arguments())
					require.NoError(t, err, m.name)
					out := page[0].MethodByName(turn).Call([]reflect.Value{reflect.ValueOf(t.Context())})
					_, err = outcome(out)
					checkTurned(m.name+" "+turn, err)
				}
			}
		}
		assert.Equal(t, []int{12, 12}, []int{lists, pages})
	}
}

func misleadingSIDsAreRefused(t *testing.T) {
	service := newFakeService(t, answer(http.StatusOK, suitsAll))
	client := service.client(t)
	refuse := func(m method, arguments []reflect.Value, parameter, sid string) {
		t.Helper()
		_, err := m.call(t.Context(), arguments)
		assert.ErrorIs(t, err, taskrouter.ErrInvalidArgument, "%s: %q", m.name, sid)
		assert.ErrorContains(t, err, ": invalid argument: "+parameter, "%s: %q", m.name, sid)
	}
	misleading := func(sid string) []string {
		return []string{
			"", ".", "..", "/", sid + "/", "/" + sid, sid + "/Tasks", sid + "/../" + sid, "../../../v1/Workspaces/WS2?x=1#", sid + "/../../../v1/Workspaces/WS2?x=1#",
			sid + "?x=1", sid + "#x", sid + `\..\x`, sid + "\x00", sid + "\r\nX-Header: 1", sid + "\xff",
		}
	}
	for _, m := range methodsOf(client) {
		arguments := m.arguments()
		if len(arguments) == 0 || arguments[0].Kind() != reflect.String {
			continue
		}
		for _, sid := range misleading(arguments[0].String()) {
			arguments[0] = reflect.ValueOf(sid)
			refuse(m, arguments, "", sid)
		}
	}
	for _, sid := range misleading("WS1") {
		for _, m := range methodsBelow(client, sid, "WT1", "WK1") {
			refuse(m, m.arguments(), "WorkspaceSid ", sid)
		}
	}
	for _, sid := range misleading("WT1") {
		for _, m := range methodsOfService("TaskReservations", client.TaskReservations("WS1", sid), "WR1") {
			refuse(m, m.arguments(), "TaskSid ", sid)
		}
	}
	for _, sid := range misleading("WK1") {
		for _, m := range slices.Concat(
			methodsOfService("WorkerReservations", client.WorkerReservations("WS1", sid), "WR1"),
			methodsOfService("WorkerChannels", client.WorkerChannels("WS1", sid), "WC1"),
		) {
			refuse(m, m.arguments(), "WorkerSid ", sid)
		}
	}
	assert.Empty(t, service.seen())
}

// The bubble fails if a goroutine is left.
func abandonedListsLeaveNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, pageOfTasks(linkToTasks+"?Page=1", "WT1", "WT2"))
		tasks := service.tasks(t)
		for range 100 {
			for _, err := range tasks.List(t.Context(), taskrouter.ListTasksParams{}) {
				require.NoError(t, err)
				break
			}
		}
		assert.Len(t, service.seen(), 100)
		assert.Equal(t, 1, service.connections())
	})
}

func failuresLeaveTheConnectionUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a busy machine costs connections, too
		service := newFakeServiceInBubble(t, answer(http.StatusNotFound, `{"code":20404,"message":"`+strings.Repeat("x", 1<<17)+`"}`))
		tasks := service.tasks(t)
		for range 20 {
			_, err := tasks.Get(t.Context(), "WT1")
			assertAbout(t, taskrouter.ErrNotFound, err)
		}
		assert.Len(t, service.seen(), 20)
		assert.Equal(t, 1, service.connections())
	})
}

// With the retries of the default, for which the bubble has time.
func aPOSTThatFailedIsSentOnce(t *testing.T) {
	for status, body := range map[int]string{400: "<html>", 401: "", 403: "null", 404: "{", 409: "[]", 412: "\xff", 500: "<html>", 502: "", 503: "{", 504: `"`} {
		synctest.Test(t, func(t *testing.T) {
			tap := &wiretap{handler: answer(status, body)}
			posts := 0
			for _, m := range methodsOf(offline(t, tap.RoundTrip, taskrouter.WithRetry(taskrouter.RetryPolicy{}))) {
				_, err := m.call(t.Context(), m.arguments())
				assert.Equal(t, status, answerError(t, err).StatusCode, m.name)
				sent := tap.taken()
				if sent[0].Method != http.MethodPost {
					continue
				}
				posts++
				assert.Len(t, sent, 1, "%s: %d", m.name, status)
				assert.NotEmpty(t, sent[0].body, m.name)
			}
			assert.Greater(t, posts, 20)
		})
	}
}

func theStatusIsThatOfHTTP(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		about  error
	}{
		"a page for people":                 {503, "<html><h1>503</h1>", taskrouter.ErrServer},
		"an object without members":         {429, `{}`, taskrouter.ErrRateLimited},
		"a body that names another status":  {503, `{"status":404,"code":20404}`, taskrouter.ErrServer},
		"a body that names a success":       {401, `{"status":200}`, taskrouter.ErrUnauthorized},
		"a status that is a text":           {404, `{"status":"gone"}`, taskrouter.ErrNotFound},
		"nothing":                           {500, "", taskrouter.ErrServer},
		"a redirect with a resource":        {302, `{"sid":"WT1"}`, nil},
		"a redirect without one":            {307, "", nil},
		"multiple choices":                  {300, `{"sid":"WT1"}`, nil},
		"not modified":                      {304, "", nil},
		"a success without content":         {204, "", taskrouter.ErrInvalidResponse},
		"a success without the resource":    {200, "<html>", taskrouter.ErrInvalidResponse},
		"a success that is cut in the JSON": {201, `{"sid":"WT1"`, taskrouter.ErrInvalidResponse},
	} {
		t.Run(name, func(t *testing.T) {
			tasks := newFakeService(t, answer(test.status, test.body, "Location", "https://evil.test/")).tasks(t)
			_, get := tasks.Get(t.Context(), "WT1")
			_, update := tasks.Update(t.Context(), "WT1", taskrouter.UpdateTaskRequest{Priority: new(1)})
			_, list := taskrouter.Collect(tasks.List(t.Context(), taskrouter.ListTasksParams{}), -1)
			for _, err := range []error{get, update, list} {
				assertAbout(t, test.about, err)
				failure := answerError(t, err)
				assert.Equal(t, test.status, failure.StatusCode)
				assert.Equal(t, test.body, string(failure.Body))
				assert.Equal(t, "RQ1", failure.RequestID)
				assert.ErrorContains(t, err, fmt.Sprint(test.status))
			}
		})
	}
}

func errorsSayAllThereIsToKnow(t *testing.T) {
	const body = `{"code":20429,"message":"Too Many Requests","more_info":"https://www.twilio.com/docs/errors/20429","status":429,"detail":"Rate limit of Workflow-Create","details":{"limit":1},"user_error":true}`
	service := newFakeService(t, answer(http.StatusTooManyRequests, body, "Retry-After", "7", "X-Rate-Limit-Limit", "1", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Config", "Workflow-Create"))
	_, err := service.client(t).Workflows("WS1").Create(t.Context(), taskrouter.CreateWorkflowRequest{FriendlyName: "Sales", Configuration: "{}"})
	failure := answerError(t, fmt.Errorf("set up: %w", err))
	for _, header := range []string{"Retry-After", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Config", "Twilio-Request-Id"} {
		assert.NotEmpty(t, failure.Header.Get(header), header)
	}
	assert.Equal(t, taskrouter.Error{
		StatusCode: 429, Code: 20429, Message: "Too Many Requests", MoreInfo: "https://www.twilio.com/docs/errors/20429",
		Detail: "Rate limit of Workflow-Create", Details: map[string]any{"limit": 1.0}, RequestID: "RQ1", RetryAfter: 7 * time.Second, Attempts: 1,
		Operation: "createWorkflow", Method: "POST", Path: "/v1/Workspaces/WS1/Workflows", Header: failure.Header, Body: []byte(body),
	}, *failure)
	assertAbout(t, taskrouter.ErrRateLimited, err)
	assert.EqualError(t, err, "taskrouter: createWorkflow: 429 Too Many Requests: Too Many Requests: Rate limit of Workflow-Create (code 20429), retry after 7s [RQ1]")
}

// The race detector watches.
func parametersStayAsTheyWereSet(t *testing.T) {
	service := newFakeService(t, pageOfTasks("", "WT1", "WT2"))
	tasks := service.tasks(t)
	params := taskrouter.ListTasksParams{PageSize: new(500), AssignmentStatus: []taskrouter.TaskStatus{taskrouter.TaskStatusPending}, Priority: new(0)}
	list := tasks.List(t.Context(), params)
	var group sync.WaitGroup
	for _, limit := range []int{1, 2, -1, 1, 500} {
		group.Go(func() {
			_, err := taskrouter.Collect(list, limit)
			assert.NoError(t, err)
			_, err = taskrouter.Collect(tasks.List(t.Context(), params), limit)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	require.Len(t, service.seen(), 10)
	for _, request := range service.seen() {
		query, err := url.ParseQuery(request.Query)
		require.NoError(t, err)
		assert.Equal(t, url.Values{"PageSize": {"500"}, "AssignmentStatus": {"pending"}, "Priority": {"0"}}, query)
	}
	assert.Equal(t, taskrouter.ListTasksParams{PageSize: new(500), AssignmentStatus: []taskrouter.TaskStatus{"pending"}, Priority: new(0)}, params)
}

func aLimitIsNoPageSize(t *testing.T) {
	service := newFakeService(t, pageOfTasks(linkToTasks+"?Page=1", "WT1", "WT2"))
	list := service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{})
	none, err := taskrouter.Collect(list, 0)
	require.NoError(t, err)
	assert.Empty(t, none)
	assert.Empty(t, service.seen())

	for limit := 1; limit <= 2; limit++ {
		some, err := taskrouter.Collect(list, limit)
		require.NoError(t, err)
		assert.Len(t, some, limit)
		require.Len(t, service.seen(), limit)
		assert.Equal(t, "GET "+tasksPath, strings.TrimRight(service.targets()[limit-1], "?&"))
	}
}

func whatCameBeforeAFailureIsKept(t *testing.T) {
	pages := func() http.HandlerFunc {
		return inTurn(pageOfTasks(linkToTasks+"?Page=1", "WT1", "WT2"), pageOfTasks(linkToTasks+"?Page=2", "WT3"), answer(503, "<html>"), pageOfTasks("", "WT4"))
	}
	sids, err := sidsOf(t, newFakeService(t, pages()).tasks(t).List(t.Context(), taskrouter.ListTasksParams{}))
	assertAbout(t, taskrouter.ErrServer, err)
	assert.Equal(t, []string{"WT1", "WT2", "WT3"}, sids)

	tasks, err := taskrouter.Collect(newFakeService(t, pages()).tasks(t).List(t.Context(), taskrouter.ListTasksParams{}), -1)
	assertAbout(t, taskrouter.ErrServer, err)
	require.Len(t, tasks, 3)
	assert.Equal(t, "WT3", tasks[2].SID)

	t.Run("and pages go on where it stopped", func(t *testing.T) {
		first, err := newFakeService(t, pages()).tasks(t).Page(t.Context(), taskrouter.ListTasksParams{})
		require.NoError(t, err)
		second, err := first.Next(t.Context())
		require.NoError(t, err)
		_, err = second.Next(t.Context())
		assertAbout(t, taskrouter.ErrServer, err)
		third, err := second.Next(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "WT4", third.Items[0].SID)
	})
}

func anySecretIsSent(t *testing.T) {
	for _, secret := range []string{"p-w_1", "a:b", " ", "é☃", "+/=&%41", "\x00\r\n\xff", strings.Repeat("x", 1000)} {
		for user, option := range map[string]taskrouter.Option{"AC1": taskrouter.WithAuthToken("AC1", secret), "SK1": taskrouter.WithAPIKey("AC1", "SK1", secret)} {
			tap := &wiretap{handler: answer(http.StatusOK, `{}`)}
			_, err := offline(t, tap.RoundTrip, option).Tasks("WS1").Get(t.Context(), "WT1")
			require.NoError(t, err)
			gotUser, gotSecret, _ := tap.last().BasicAuth()
			assert.Equal(t, []string{user, secret}, []string{gotUser, gotSecret})
			assert.Len(t, tap.last().Header["Authorization"], 1)
		}
	}
}

// tokensAt is where the clients of these tests fetch tokens.
const tokensAt = "https://tokens.test/v2/token"

// tokenClient returns a client of https://service.test/base that fetches tokens
// at tokensAt, both by the same transport.
func tokenClient(t *testing.T, tokens, service http.HandlerFunc) (*taskrouter.Client, *wiretap) {
	t.Helper()
	tap := &wiretap{handler: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() == tokensAt {
			tokens(w, r)
			return
		}
		service(w, r)
	}}
	client, err := taskrouter.NewClient(
		taskrouter.WithBaseURL("https://service.test"+mount),
		taskrouter.WithHTTPClient(&http.Client{Transport: tap}),
		taskrouter.WithClientCredentials("OQ1", secretToken),
		taskrouter.WithTokenURL(tokensAt),
		taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 1}),
	)
	require.NoError(t, err)
	return client, tap
}

// tokensInTurn answers with token-1, token-2 and so on, each for ten minutes.
func tokensInTurn() http.HandlerFunc {
	var mutex sync.Mutex
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		n++
		answer(http.StatusOK, fmt.Sprintf(`{"access_token":"token-%d","token_type":"Bearer","expires_in":600}`, n))(w, r)
	}
}

func withoutATokenNothingIsSent(t *testing.T) {
	for name, test := range map[string]struct {
		tokens http.HandlerFunc
		about  error
	}{
		"wrong credentials":  {answer(401, `{"error":"invalid_client"}`), taskrouter.ErrUnauthorized},
		"an outage":          {answer(503, "<html>"), taskrouter.ErrServer},
		"a page for people":  {answer(200, "<html>"), taskrouter.ErrInvalidResponse},
		"no token":           {answer(200, `{}`), taskrouter.ErrInvalidResponse},
		"a token of nothing": {answer(200, `{"access_token":""}`), taskrouter.ErrInvalidResponse},
		"a token of null":    {answer(200, `{"access_token":null,"expires_in":null}`), taskrouter.ErrInvalidResponse},
		"a redirect":         {answer(302, "", "Location", "https://service.test/"), nil},
		"a wrong address":    {answer(404, "<html>"), nil}, // it is not the task that was not found
		"a condition":        {answer(412, ""), nil},
		"a bad request":      {answer(400, `{"error":"invalid_request"}`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			client, tap := tokenClient(t, test.tokens, answer(http.StatusOK, suitsAll))
			for _, m := range methodsOf(client) {
				_, err := m.call(t.Context(), m.arguments())
				assertAbout(t, test.about, err)
				assert.Equal(t, "createToken", answerError(t, err).Operation)
				for _, sent := range tap.taken() {
					assert.Equal(t, tokensAt, sent.URL.String(), m.name)
				}
			}
		})
	}
	for name, source := range map[string]taskrouter.TokenSource{
		"a source that fails":        func(context.Context) (string, time.Time, error) { return "x", time.Time{}, io.ErrClosedPipe },
		"a source that has no token": func(context.Context) (string, time.Time, error) { return "", time.Time{}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			client, err := taskrouter.NewClient(taskrouter.WithTokenSource(source), taskrouter.WithHTTPClient(&http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
				assert.Fail(t, "a request was sent")
				return nil, io.EOF
			})}))
			require.NoError(t, err)
			_, err = client.Tasks("WS1").Get(t.Context(), "WT1")
			assert.ErrorContains(t, err, "taskrouter: getTask: GET "+taskPath+": authenticate: ")
		})
	}
}

func tokensAreRenewedInTimeAndShared(t *testing.T) {
	get := func(t *testing.T, client *taskrouter.Client, tap *wiretap) []string {
		_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
		require.NoError(t, err)
		var sent []string
		for _, r := range tap.taken() {
			sent = append(sent, r.URL.Host+" "+r.Header.Get("Authorization"))
		}
		return sent
	}
	t.Run("before it expires, and not long before", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			client, tap := tokenClient(t, tokensInTurn(), answer(http.StatusOK, `{}`))
			assert.Equal(t, []string{"tokens.test ", "service.test Bearer token-1"}, get(t, client, tap))
			<-time.After(8 * time.Minute)
			assert.Equal(t, []string{"service.test Bearer token-1"}, get(t, client, tap))
			<-time.After(time.Minute + 59*time.Second)
			assert.Equal(t, []string{"tokens.test ", "service.test Bearer token-2"}, get(t, client, tap))
			<-time.After(time.Hour)
			assert.Equal(t, []string{"tokens.test ", "service.test Bearer token-3"}, get(t, client, tap))
		})
	})
	t.Run("if it expired in the past", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fetched := 0
			client, err := taskrouter.NewClient(
				taskrouter.WithHTTPClient(&http.Client{Transport: inMemory(answer(http.StatusOK, `{}`))}),
				taskrouter.WithTokenSource(func(context.Context) (string, time.Time, error) {
					fetched++
					return "x", time.Now().Add(-20 * time.Second), nil
				}))
			require.NoError(t, err)
			for n := 1; n <= 3; n++ {
				_, err = client.Tasks("WS1").Get(t.Context(), "WT1")
				require.NoError(t, err)
				assert.Equal(t, n, fetched)
			}
		})
	})
	t.Run("if the service refuses it, once", func(t *testing.T) {
		client, tap := tokenClient(t, tokensInTurn(), func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Bearer token-1" {
				answer(http.StatusUnauthorized, `{}`)(w, r)
				return
			}
			answer(http.StatusOK, `{}`)(w, r)
		})
		assert.Equal(t, []string{"tokens.test ", "service.test Bearer token-1", "tokens.test ", "service.test Bearer token-2"}, get(t, client, tap))
		client, tap = tokenClient(t, tokensInTurn(), answer(http.StatusUnauthorized, `{}`))
		_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
		assertAbout(t, taskrouter.ErrUnauthorized, err)
		assert.Len(t, tap.taken(), 4)
	})
	t.Run("one for all who need it at once", func(t *testing.T) { // the race detector watches
		synctest.Test(t, func(t *testing.T) {
			slow := tokensInTurn()
			client, tap := tokenClient(t, func(w http.ResponseWriter, r *http.Request) {
				<-time.After(time.Second)
				slow(w, r)
			}, answer(http.StatusOK, `{}`))
			var group sync.WaitGroup
			for range 50 {
				group.Go(func() {
					_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
					assert.NoError(t, err)
				})
			}
			group.Wait()
			sent := tap.taken()
			require.Len(t, sent, 51)
			for _, r := range sent[1:] {
				assert.Equal(t, []string{"Bearer token-1"}, r.Header["Authorization"])
			}
		})
	})
}

func everyCallHasItsContextAndTimeout(t *testing.T) {
	type key struct{}
	for _, m := range methodsOf(offline(t, func(r *http.Request) (*http.Response, error) {
		assert.Equal(t, "of the call", r.Context().Value(key{}), r.URL.Path)
		return inMemory(answer(http.StatusOK, suitsAll))(r)
	})) {
		_, err := m.call(context.WithValue(t.Context(), key{}, "of the call"), m.arguments())
		require.NoError(t, err, m.name)
	}
	t.Run("which it ends with", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			client := offline(t, func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			var group sync.WaitGroup
			for _, m := range methodsOf(client) { // all at once, of one client
				for seconds := 1; seconds <= 2; seconds++ {
					group.Go(func() {
						start, timeout := time.Now(), time.Duration(seconds)*time.Second
						_, err := m.call(t.Context(), m.arguments(), taskrouter.WithTimeout(timeout))
						assert.ErrorIs(t, err, context.DeadlineExceeded, m.name)
						assert.Equal(t, timeout, time.Since(start), m.name)
					})
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				group.Go(func() {
					start := time.Now()
					_, err := m.call(ctx, m.arguments())
					assert.ErrorIs(t, err, context.Canceled, m.name)
					assert.Equal(t, 3*time.Second, time.Since(start), m.name)
				})
			}
			group.Wait()
		})
	})
	t.Run("and nothing sets one for all later", func(t *testing.T) {
		for m := range reflect.TypeFor[*taskrouter.Client]().Methods() {
			assert.False(t, strings.HasPrefix(m.Name, "Set") || strings.HasPrefix(m.Name, "With"), m.Name)
		}
		for field := range reflect.TypeFor[taskrouter.Client]().Fields() {
			assert.True(t, field.Name == "Workspaces" || !field.IsExported(), field.Name)
		}
	})
}

func oddHeadersDoNotPanic(t *testing.T) {
	odd := []string{"", " ", "\t", "é", "\xff\xfe", "\u0085", strings.Repeat("x", 1<<16), "a,b;c=\"d\"", "\x00", "\r\n", "1\nX-Other: 2", "\x7f", "%s%d"}
	service := newFakeService(t, answer(http.StatusOK, `{}`))
	for _, value := range odd {
		before := len(service.seen())
		_, err := service.tasks(t).Get(t.Context(), "WT1", taskrouter.WithHeader("X-Odd", value))
		if err != nil {
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.Len(t, service.seen(), before)
			continue
		}
		assert.Equal(t, []string{strings.Trim(value, " \t")}, service.seen()[before].Header["X-Odd"], "%q", value)
		assert.NotContains(t, service.seen()[before].Header, "X-Other")
	}
	for _, name := range odd {
		assert.NotPanics(t, func() {
			_, _ = service.tasks(t).Get(t.Context(), "WT1", taskrouter.WithHeader(name, "x")) // some are refused
		}, "%q", name)
	}
}

func aBaseURLIsTakenAsItIs(t *testing.T) {
	setEnvironment(t, map[string]string{"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin"})
	for _, base := range []string{
		"https://a.b.c.d", "https://a.b.c.d.e.example.com:8443", "http://taskrouter.one.two.twilio.com", "https://taskrouter.dublin.ie1.twilio.com.proxy.test/a/b",
		"http://127.0.0.1:8080", "http://localhost", "http://[::ffff:10.0.0.1]:80/v1", "https://taskrouter.twilio.com",
	} {
		tap := &wiretap{handler: answer(http.StatusOK, `{}`)}
		_, err := offline(t, tap.RoundTrip, taskrouter.WithBaseURL(base)).Tasks("WS1").Get(t.Context(), "WT1")
		require.NoError(t, err)
		assert.Equal(t, base+taskPath, tap.last().URL.String())
	}
	t.Run("that of a server, too", func(t *testing.T) {
		service := newFakeService(t, answer(http.StatusOK, `{}`))
		_, err := newTestClient(t, taskrouter.WithBaseURL(service.URL)).Tasks("WS1").Get(t.Context(), "WT1")
		require.NoError(t, err)
		assert.Equal(t, []string{"GET " + taskPath}, service.targets())
	})
}

func aRegionAndAnEdgeGoTogether(t *testing.T) {
	const why = "but the service demands both; edge alone would be us1, region alone is not served"
	for _, test := range []struct{ region, edge string }{{"ie1", ""}, {"", "dublin"}} {
		setEnvironment(t, nil)
		_, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), taskrouter.WithRegion(test.region, test.edge))
		assert.ErrorContains(t, err, why)
		setEnvironment(t, map[string]string{"TWILIO_REGION": test.region, "TWILIO_EDGE": test.edge})
		_, err = taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken))
		assert.ErrorContains(t, err, why)
	}
	setEnvironment(t, map[string]string{"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin"})
	client := newTestClient(t)
	assert.Equal(t, "taskrouter.Client(https://taskrouter.dublin.ie1.twilio.com)", fmt.Sprint(client))
}

func timesAreSentInUTCToTheSecond(t *testing.T) {
	const want = "2024-01-02T01:34:05Z"
	moment := time.Date(2024, 1, 2, 1, 34, 5, 678_000_000, time.UTC)
	tap := &wiretap{handler: answer(http.StatusOK, suitsAll)}
	total := 0
	for _, zone := range []*time.Location{time.UTC, time.Local, time.FixedZone("", 5400), time.FixedZone("far west", -11*3600), time.FixedZone("odd", 14*3600+59)} {
		for _, fraction := range []time.Duration{-678 * time.Millisecond, 0, 321_999_999} {
			for _, m := range methodsOf(offline(t, tap.RoundTrip)) {
				arguments, times := m.arguments(), 0
				for i, argument := range arguments {
					arguments[i] = addressable(argument)
					times += setAll(arguments[i], moment.Add(fraction).In(zone))
				}
				_, err := m.call(t.Context(), arguments)
				require.NoError(t, err, m.name)
				assert.Equal(t, times, timesOf(tap.last().values(t), want), m.name)
				total += times
			}
		}
	}
	assert.Positive(t, total)
}

func wrongAttributesAreNotSent(t *testing.T) {
	service := newFakeService(t, answer(http.StatusOK, `{}`))
	for _, attributes := range []taskrouter.Attributes{"not json", `{"a":}`, `{"a":1} x`, `[1]`, `"{}"`, "null", "1.5", "\n", `{'a':1}`, "{\"a\":\"\xff\"}"} {
		for operation, err := range sendAttributes(t, service, attributes) {
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.ErrorContains(t, err, "Attributes: ", operation)
		}
	}
	assert.Empty(t, service.seen())
	_, err := taskrouter.AttributesOf([]string{"no object"})
	assert.Error(t, err)
	attributes, err := taskrouter.AttributesOf(caller{Language: "es"})
	require.NoError(t, err)
	assert.Equal(t, taskrouter.Attributes(`{"language":"es"}`), attributes)
}

func modelsLoseNothing(t *testing.T) {
	t.Run("zeros, nulls and texts, when encoded again", func(t *testing.T) {
		for name, test := range map[string]struct {
			body string
			get  func(*taskrouter.Client) (any, error)
		}{
			"a task": {`{"account_sid":"AC1","addons":"{}","age":0,"assignment_status":"parked","attributes":null,"date_created":"2024-01-02T03:04:05Z",
				"date_updated":"2024-01-02T03:04:05Z","ignore_capacity":false,"links":{"workflow":null},"priority":0,"reason":null,"routing_target":null,"sid":"WT1",
				"task_channel_sid":"","task_channel_unique_name":"","task_queue_entered_date":null,"task_queue_friendly_name":null,"task_queue_sid":null,"timeout":0,
				"url":"","virtual_start_time":"2024-01-02T03:04:05Z","workflow_friendly_name":null,"workflow_sid":null,"workspace_sid":"WS1"}`,
				func(c *taskrouter.Client) (any, error) { return c.Tasks("WS1").Get(t.Context(), "WT1") }},
			"a workspace": {`{"account_sid":"AC1","date_created":"2024-01-02T03:04:05Z","date_updated":"2024-01-02T03:04:05Z","default_activity_name":"",
				"default_activity_sid":"","event_callback_url":null,"events_filter":null,"friendly_name":"","links":{},"multi_task_enabled":false,
				"prioritize_queue_order":"RANDOM","sid":"WS1","timeout_activity_name":"","timeout_activity_sid":"","url":""}`,
				func(c *taskrouter.Client) (any, error) { return c.Workspaces.Get(t.Context(), "WS1") }},
			"a worker channel": {`{"account_sid":"AC1","assigned_tasks":0,"available":false,"available_capacity_percentage":0,"configured_capacity":0,
				"date_created":"2024-01-02T03:04:05Z","date_updated":"2024-01-02T03:04:05Z","sid":"WC1","task_channel_sid":"","task_channel_unique_name":"","url":"",
				"worker_sid":"WK1","workspace_sid":"WS1"}`,
				func(c *taskrouter.Client) (any, error) {
					return c.WorkerChannels("WS1", "WK1").Get(t.Context(), "WC1")
				}},
		} {
			model, err := test.get(offline(t, inMemory(answer(http.StatusOK, test.body))))
			require.NoError(t, err, name)
			again, err := json.Marshal(model)
			require.NoError(t, err, name)
			loss, err := conformance.CompareJSON([]byte(test.body), again)
			require.NoError(t, err, name)
			assert.Empty(t, loss.Lost, name)
			for _, added := range loss.Added { // a member of later, which says nothing
				assert.True(t, strings.HasSuffix(added, ": null"), "%s: %s", name, added)
			}
		}
	})
	t.Run("members, of any kind of answer", func(t *testing.T) {
		for _, m := range methodsOf(offline(t, inMemory(answer(http.StatusOK, suitsAll)))) {
			if m.result == nil || m.isList || m.returnsPage() {
				continue
			}
			results, err := m.call(t.Context(), m.arguments())
			require.NoError(t, err, m.name)
			text, err := json.Marshal(results[0].Interface())
			require.NoError(t, err, m.name)
			var members map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(text, &members), m.name)
			for _, field := range reflect.VisibleFields(m.result.Elem()) {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				assert.Contains(t, slices.Collect(maps.Keys(members)), name, "%s: encoded again, an empty answer", m.name)
			}
		}
	})
	t.Run("zero beside null", func(t *testing.T) {
		waiting := func(age string) *int {
			client := offline(t, inMemory(answer(http.StatusOK, `{"longest_task_waiting_age":`+age+`}`)))
			statistics, err := client.Workspaces.RealTimeStatistics(t.Context(), "WS1", taskrouter.GetWorkspaceRealTimeStatisticsParams{})
			require.NoError(t, err)
			return statistics.LongestTaskWaitingAge
		}
		assert.Equal(t, new(0), waiting("0"))
		assert.Nil(t, waiting("null"))

		service := newFakeService(t, answer(http.StatusOK, `{}`))
		for _, request := range []taskrouter.UpdateTaskRequest{{Priority: new(0)}, {}} {
			_, err := service.tasks(t).Update(t.Context(), "WT1", request)
			require.NoError(t, err)
		}
		assert.Equal(t, url.Values{"Priority": {"0"}}, service.seen()[0].Form)
		assert.Empty(t, service.seen()[1].Form)
	})
	t.Run("at any depth, and everything has a type", func(t *testing.T) {
		for _, m := range methodsOf(nil) {
			if m.result != nil {
				assert.Empty(t, losses(m.result, m.name, map[reflect.Type]bool{}))
			}
		}
	})
	t.Run("what they do not know", func(t *testing.T) {
		const body = `{"sid":"WT1","assignment_status":"parked","priority":null,"new":{"a":[0,null]}}`
		var response taskrouter.Response
		task, err := offline(t, inMemory(answer(http.StatusOK, body))).Tasks("WS1").Get(t.Context(), "WT1", taskrouter.WithResponseInto(&response))
		require.NoError(t, err)
		assert.Equal(t, taskrouter.TaskStatus("parked"), task.AssignmentStatus)
		assert.Equal(t, body, string(response.Body))
	})
}

// losses returns where a type holds what could be anything, or leaves out a zero
// when it is encoded. The facts of an event have names that depend on its type.
func losses(t reflect.Type, at string, seen map[reflect.Type]bool) (found []string) {
	if seen[t] || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return []string{at}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return losses(t.Elem(), at, seen)
	case reflect.Struct:
		for field := range t.Fields() {
			if !field.IsExported() || field.Name == "EventData" {
				continue
			}
			member := at + "." + field.Name
			if strings.Contains(field.Tag.Get("json"), ",omit") && field.Type.Kind() != reflect.Pointer && field.Type.Kind() != reflect.Map {
				found = append(found, member)
			}
			found = append(found, losses(field.Type, member, seen)...)
		}
	}
	return found
}

func bulkStatisticsNameTheirQueues(t *testing.T) {
	tap := &wiretap{handler: answer(http.StatusOK, `{"task_queue_data":[{"task_queue_sid":"WQ1","total_tasks":0}]}`)}
	queues := offline(t, tap.RoundTrip).TaskQueues("WS1")
	for n := 0; n <= 51; n++ {
		sids := []string{}
		for i := range n {
			sids = append(sids, fmt.Sprintf("WQ%d", i))
		}
		statistics, err := queues.BulkRealTimeStatistics(t.Context(), taskrouter.TaskQueueBulkRealTimeStatisticsRequest{QueueSIDs: sids})
		if n == 0 || n > 50 {
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.Empty(t, tap.taken())
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, "WQ1", statistics.TaskQueueData[0].TaskQueueSID)
		sent := tap.taken()
		require.Len(t, sent, 1)
		assert.Equal(t, "POST "+mount+"/v1/Workspaces/WS1/TaskQueues/RealTimeStatistics", sent[0].Method+" "+sent[0].URL.RequestURI())
		assert.Equal(t, []string{"application/json"}, sent[0].Header["Content-Type"])
		want, err := json.Marshal(map[string][]string{"queueSids": sids})
		require.NoError(t, err)
		assert.JSONEq(t, string(want), sent[0].body)
	}
}

func versionsCanBeReadAndDemanded(t *testing.T) {
	tap := &wiretap{handler: answer(http.StatusOK, suitsAll, "ETag", `W/"3"`)}
	client := offline(t, tap.RoundTrip)
	versioned := map[string]bool{}
	for _, m := range methodsOf(client) {
		_, err := m.call(t.Context(), m.arguments(), taskrouter.WithIfMatch(`W/"3"`))
		if err != nil {
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.Empty(t, tap.taken(), m.name)
			continue
		}
		sent := tap.taken()
		require.Len(t, sent, 1, m.name)
		assert.Equal(t, []string{`W/"3"`}, sent[0].Header["If-Match"], m.name)
		versioned[sent[0].Method+" "+strings.TrimPrefix(sent[0].URL.Path, mount)] = true
	}
	assert.Equal(t, map[string]bool{
		"POST " + taskPath: true, "DELETE " + taskPath: true, "POST /v1/Workspaces/WS1/Workers/WK1": true, "DELETE /v1/Workspaces/WS1/Workers/WK1": true,
		"POST " + taskPath + "/Reservations/WR1": true, "POST /v1/Workspaces/WS1/Workers/WK1/Reservations/WR1": true,
	}, versioned)

	var read, written, deleted taskrouter.Response
	tasks := client.Tasks("WS1")
	_, err := tasks.Get(t.Context(), "WT1", taskrouter.WithResponseInto(&read))
	require.NoError(t, err)
	_, err = tasks.Update(t.Context(), "WT1", taskrouter.UpdateTaskRequest{Priority: new(1)}, taskrouter.WithIfMatch(read.ETag()), taskrouter.WithResponseInto(&written))
	require.NoError(t, err)
	assert.Equal(t, `W/"3"`, written.ETag())
	tap.handler = answer(http.StatusPreconditionFailed, `{}`)
	err = tasks.Delete(t.Context(), "WT1", taskrouter.WithIfMatch(written.ETag()), taskrouter.WithResponseInto(&deleted))
	assertAbout(t, taskrouter.ErrPreconditionFailed, err)
	assert.Equal(t, http.StatusPreconditionFailed, deleted.StatusCode)
}

func pagesAreTurnedWithoutParsing(t *testing.T) {
	middle := answer(http.StatusOK, `{"tasks":[{"sid":"WT2"}],"meta":{"page":1,"next_page_url":"`+linkToTasks+`?Page=2&PageToken=PAWT2","previous_page_url":"`+linkToTasks+`?Page=0&PageToken=PBWT2"}}`)
	service := newFakeService(t, inTurn(pageOfTasks(linkToTasks+"?Page=1&PageToken=PAWT1", "WT1"), middle, pageOfTasks("", "WT3"), pageOfTasks(linkToTasks+"?Page=1", "WT1")))
	first, err := service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{PageSize: new(1)})
	require.NoError(t, err)
	_, err = first.Previous(t.Context())
	assertAbout(t, taskrouter.ErrNoPage, err)
	second, err := first.Next(t.Context())
	require.NoError(t, err)
	third, err := second.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "WT3", third.Items[0].SID)
	_, err = third.Next(t.Context())
	assertAbout(t, taskrouter.ErrNoPage, err)
	again, err := second.Previous(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "WT1", again.Items[0].SID)
	assert.Equal(t, []string{
		"GET " + tasksPath + "?PageSize=1", "GET " + tasksPath + "?Page=1&PageToken=PAWT1",
		"GET " + tasksPath + "?Page=2&PageToken=PAWT2", "GET " + tasksPath + "?Page=0&PageToken=PBWT2",
	}, service.targets())
}

func attemptsAreLoggedAndCanBeHooked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tap := &wiretap{handler: inTurn(answer(503, "<html>"), answer(429, "{}"), answer(200, `{"sid":"WT1"}`))}
		var log bytes.Buffer
		var seen []string
		hook := func(name string) taskrouter.Middleware {
			return func(next http.RoundTripper) http.RoundTripper {
				return transport(func(r *http.Request) (*http.Response, error) {
					r.Header.Set("User-Agent", r.Header.Get("User-Agent")+" "+name)
					response, err := next.RoundTrip(r)
					operation, _ := taskrouter.OperationOf(r.Context())
					seen = append(seen, fmt.Sprint(name, " ", operation.ID, " ", operation.Attempt, " ", response.StatusCode))
					return response, err
				})
			}
		}
		client := offline(t, tap.RoundTrip, taskrouter.WithRetry(taskrouter.RetryPolicy{}),
			taskrouter.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			taskrouter.WithCallMiddleware(hook("call/1")), taskrouter.WithAttemptMiddleware(hook("attempt/1")))
		_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
		require.NoError(t, err)

		assert.Equal(t, []string{"attempt/1 getTask 1 503", "attempt/1 getTask 2 429", "attempt/1 getTask 3 200", "call/1 getTask 3 200"}, seen)
		for _, sent := range tap.taken() {
			assert.Regexp(t, `^taskrouter-go/`+taskrouter.Version+` \(\w+; \w+\) go1\.\S+ call/1 attempt/1$`, sent.Header.Get("User-Agent"))
		}
		var records []string
		for line := range strings.Lines(log.String()) {
			var record struct {
				Message, Operation, Method, Path string
				Msg                              string
				Attempt, Attempts, Status        int
			}
			require.NoError(t, json.Unmarshal([]byte(line), &record))
			records = append(records, fmt.Sprint(record.Msg, " ", record.Operation, " ", record.Method, " ", record.Path, " ", record.Attempt+record.Attempts, " ", record.Status))
		}
		const what = " getTask GET /v1/Workspaces/{WorkspaceSid}/Tasks/{TaskSid} "
		assert.Equal(t, []string{"taskrouter attempt" + what + "1 503", "taskrouter attempt" + what + "2 429", "taskrouter attempt" + what + "3 200", "taskrouter call" + what + "3 200"}, records)
		assert.NotContains(t, log.String(), secretToken)
	})
}

// slowLimiter counts the attempts that it lets through, one after a second.
type slowLimiter struct{ attempts []int }

func (l *slowLimiter) Wait(ctx context.Context) error {
	operation, _ := taskrouter.OperationOf(ctx)
	l.attempts = append(l.attempts, operation.Attempt)
	<-time.After(time.Second)
	return nil
}

func callsAreRepeatedAndHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := &slowLimiter{}
		tap := &wiretap{handler: inTurn(
			answer(429, "{}", "Retry-After", "7", "X-Rate-Limit-Remaining", "0"), answer(200, `{"sid":"WT1"}`, "X-Rate-Limit-Remaining", "9"),
			answer(503, "<html>"), answer(200, `{"sid":"WT1"}`),
			answer(503, "<html>"),
		)}
		client := offline(t, tap.RoundTrip, taskrouter.WithRetry(taskrouter.RetryPolicy{}), taskrouter.WithLimiter(wait))
		tasks := client.Tasks("WS1")
		start := time.Now()
		_, err := tasks.Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: `{"a":1}`})
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(start), 9*time.Second) // what the answer asked for and twice the limiter
		assert.Less(t, time.Since(start), 10*time.Second)
		assert.Equal(t, []int{1, 2}, wait.attempts)
		sent := tap.taken()
		require.Len(t, sent, 2)
		assert.Equal(t, sent[0].body, sent[1].body)
		limit, ok := client.RateLimit("createTask")
		assert.True(t, ok)
		assert.Equal(t, "9", limit.Remaining)

		_, err = tasks.Get(t.Context(), "WT1")
		require.NoError(t, err)
		assert.Len(t, tap.taken(), 2)

		_, err = tasks.Create(t.Context(), taskrouter.CreateTaskRequest{}) // which may have been carried out
		assertAbout(t, taskrouter.ErrServer, err)
		assert.Len(t, tap.taken(), 1)
	})
}

func nothingForTestsIsLinked(t *testing.T) {
	text, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if .Standard}}{{.ImportPath}}{{else}}{{.Module.Path}}{{end}}", ".").Output()
	if failure, ok := errors.AsType[*exec.ExitError](err); ok {
		require.NoError(t, err, "%s", failure.Stderr)
	}
	require.NoError(t, err)
	linked := strings.Fields(string(text))
	assert.Contains(t, linked, "net/http")
	modules := []string{"github.com/apapsch/go-jsonmerge/v2", "github.com/google/uuid", "github.com/oapi-codegen/runtime", "github.com/taskrouter-go/sdk"}
	for _, name := range linked {
		first, _, _ := strings.Cut(name, "/")
		assert.True(t, !strings.Contains(first, ".") || slices.Contains(modules, name), "the module %s is linked", name)
		assert.False(t, first == "testing" || slices.Contains([]string{"flag", "net/http/httptest"}, name), "%s is linked", name)
	}
}

// wiretap is a transport in memory that keeps what it was given to send.
type wiretap struct {
	handler http.HandlerFunc

	mutex sync.Mutex
	sent  []overheard
}

// overheard is a request with its body.
type overheard struct {
	*http.Request
	body string
}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	heard := overheard{Request: r}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		heard.body = string(body)
	}
	w.mutex.Lock()
	w.sent = append(w.sent, heard)
	w.mutex.Unlock()
	return inMemory(w.handler)(r)
}

// taken returns the requests since it was last called.
func (w *wiretap) taken() []overheard {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	sent := w.sent
	w.sent = nil
	return sent
}

// last returns the last request since taken was called.
func (w *wiretap) last() overheard {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.sent[len(w.sent)-1]
}

// values returns all that the request says in query and body.
func (o overheard) values(t *testing.T) (values []string) {
	t.Helper()
	body := map[string][]string{}
	if o.Header.Get("Content-Type") == "application/json" {
		require.NoError(t, json.Unmarshal([]byte(o.body), &body))
	} else {
		form, err := url.ParseQuery(o.body)
		require.NoError(t, err)
		body = form
	}
	query, err := url.ParseQuery(o.URL.RawQuery)
	require.NoError(t, err)
	for _, pairs := range []map[string][]string{query, body} {
		for _, texts := range pairs {
			values = append(values, texts...)
		}
	}
	return values
}

// timesOf counts a value among others.
func timesOf(values []string, value string) (times int) {
	for _, v := range values {
		if v == value {
			times++
		}
	}
	return times
}

// addressable returns a copy whose fields can be set.
func addressable(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	return copied
}

// setAll sets every T in a struct, behind pointers and in slices as well, and
// counts them.
func setAll[T any](v reflect.Value, value T) (times int) {
	switch {
	case v.Type() == reflect.TypeFor[T]():
		v.Set(reflect.ValueOf(value))
		return 1
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for _, field := range v.Fields() {
			times += setAll(field, value)
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return setAll(v.Elem(), value)
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			times += setAll(v.Index(i), value)
		}
	}
	return times
}

// returnsPage tells whether a method returns a page of a list.
func (m method) returnsPage() bool {
	if m.isList || m.result == nil {
		return false
	}
	_, ok := m.result.MethodByName("HasNext")
	return ok
}
