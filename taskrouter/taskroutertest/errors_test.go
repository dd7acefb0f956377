package taskroutertest_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

func TestOnlyWhoIsKnownMayCall(t *testing.T) {
	s := newServer(t, taskroutertest.WithAPIKey("SK1", "secret"))
	for name, test := range map[string]struct {
		user, password string
		status         int
	}{
		"the account": {s.AccountSID(), s.AuthToken(), 200}, "a key": {"SK1", "secret", 200}, "nobody": {"", "", 401}, "another token": {s.AccountSID(), "x", 401},
		"the secret of a key": {s.AccountSID(), "secret", 401}, "another key": {"SK2", "secret", 401}, "an empty token": {s.AccountSID(), "", 401},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{"/v1/Workspaces", "/nowhere"} {
				request := newRequest(t, s, http.MethodGet, s.URL()+path, nil)
				request.SetBasicAuth(test.user, test.password)
				answer := do(t, s, request)
				if test.status == 200 {
					assert.NotEqual(t, http.StatusUnauthorized, answer.Status)
					assert.Empty(t, answer.Header.Get("WWW-Authenticate"))
					continue
				}
				assert.Equal(t, http.StatusUnauthorized, answer.Status)
				assert.Equal(t, `Basic realm="Twilio API"`, answer.Header.Get("WWW-Authenticate"))
				assert.Equal(t, map[string]any{
					"code": 20003.0, "status": 401.0, "more_info": "https://www.twilio.com/docs/errors/20003", "detail": "Your AccountSid or AuthToken was incorrect.",
					"message": "Authentication Error - The credentials are not valid",
				}, answer.Body)
			}
		})
	}
	for name, header := range map[string]string{"none": "", "a token": "Bearer x", "no colon": "Basic eA==", "no base64": "Basic ?"} {
		request := newRequest(t, s, http.MethodPost, s.URL()+"/v1/Workspaces", fields("FriendlyName", "a"))
		request.Header.Del("Authorization")
		if header != "" {
			request.Header.Set("Authorization", header)
		}
		answer := do(t, s, request)
		assert.Equal(t, http.StatusUnauthorized, answer.Status, name)
		assert.Equal(t, "Authentication Error - No credentials provided", answer.text("message"), name)
	}
	_, err := s.Client(taskrouter.WithAuthToken(s.AccountSID(), "x")).Workspaces.Get(t.Context(), "WS1")
	assert.ErrorIs(t, err, taskrouter.ErrUnauthorized)
	assert.Empty(t, send(t, s, http.MethodGet, "/Workspaces", nil).entries())
}

func TestPathsOfNothingAreNotFound(t *testing.T) {
	p := newShop(t)
	for _, path := range []string{
		"", "/", "/v1", "/v1/", "/v2/Workspaces", "/Workspaces", "/v1/workspaces", "/v1/Workspaces/", "/v1/Workspaces//TaskQueues", "//v1/Workspaces",
		"/v1/Workspaces/.", "/v1/Workspaces/..", "/v1/Workspaces/x/../../Workspaces", "/v1/Workspaces/%2e%2e", "/v1/./Workspaces",
		"/v1/Workspaces/x", "/v1/Workspaces/a%2Fb", "/v1/Workspaces/%FF", "/v1/Workspaces/%00", "/v1/Workspaces/" + p.sid + "/Lost",
		"/v1/Workspaces/" + p.sid + "/Workers/x/Channels/y/z", "/v1/Workspaces/" + strings.ToLower(p.sid), "/v1/Workspaces/" + p.sid + "/Tasks/" + p.sid,
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			answer := do(t, p.server, p.request(method, p.server.URL()+path, nil))
			assert.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, answer.Status, "%s %s", method, path)
			if answer.Status == http.StatusNotFound {
				assert.EqualValues(t, 20404, answer.Body["code"])
			}
		}
	}
	missing := func(path string) string {
		return do(t, p.server, p.request(http.MethodGet, p.server.URL()+path, nil)).text("message")
	}
	assert.Equal(t, "The requested resource /Workspaces//TaskQueues was not found", missing("/v1/Workspaces//TaskQueues"))
	assert.Equal(t, "The requested resource /v2/x was not found", missing("/v2/x"))
	assert.Equal(t, "The requested resource /Workspaces/x/Tasks/y was not found", missing("/v1/Workspaces/x/Tasks/y?a=b"))
}

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	p := newShop(t)
	event := "/Events/" + p.list("sid", "/Events")[0].(string)
	for path, test := range map[string]struct{ methods, allowed string }{
		"/Workers":                       {"HEAD PUT PATCH DELETE OPTIONS TRACE X", "GET, POST"},
		event:                            {"POST DELETE PUT", "GET"},
		"/Events":                        {"POST DELETE", "GET"},
		"/Workers/Statistics":            {"POST DELETE PUT", "GET"},
		"/TaskQueues/RealTimeStatistics": {"GET DELETE PUT HEAD", "POST"},
		"/TaskQueues/" + p.named("/TaskQueues", "Sample Queue"): {"PUT PATCH", "GET, POST, DELETE"},
	} {
		for method := range strings.FieldsSeq(test.methods) {
			answer := p.call(method, path)
			assert.Equal(t, http.StatusMethodNotAllowed, answer.Status, "%s %s", method, path)
			assert.Equal(t, map[string]any{
				"code": 20004.0, "status": 405.0, "more_info": "https://www.twilio.com/docs/errors/20004", "message": "Method not allowed",
			}, answer.Body)
			assert.Equal(t, test.allowed, answer.Header.Get("Allow"), "%s %s", method, path)
		}
	}
}

func TestABodyOfAnotherTypeIsRefused(t *testing.T) {
	p := newShop(t)
	worker := p.url("/Workers/" + p.make("/Workers", "FriendlyName", "Ann"))
	post := func(mediaType, body string) exchange {
		t.Helper()
		request := p.request(http.MethodPost, worker, nil)
		request.Body = http.NoBody
		if body != "" {
			request = newBody(t, p.server, worker, body)
		}
		request.Header.Del("Content-Type")
		if mediaType != "" {
			request.Header.Set("Content-Type", mediaType)
		}
		return do(t, p.server, request)
	}
	for _, mediaType := range []string{"", "application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded-x", "x", ";"} {
		refused := post(mediaType, "FriendlyName=Bob")
		assert.Equal(t, http.StatusBadRequest, refused.Status, mediaType)
		assert.Equal(t, "Content-Type must be application/x-www-form-urlencoded", refused.text("message"), mediaType)
		assert.Equal(t, http.StatusOK, post(mediaType, "").Status, "%s, of nothing", mediaType)
	}
	for _, mediaType := range []string{"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"} {
		assert.Equal(t, http.StatusOK, post(mediaType, "FriendlyName=Carol").Status, mediaType)
	}
	for body, message := range map[string]string{
		"FriendlyName=%":                `The form cannot be read: invalid URL escape "%"`,
		"FriendlyName=%zz":              `The form cannot be read: invalid URL escape "%zz"`,
		"FriendlyName=a;b=c":            "The form cannot be read: invalid semicolon separator in query",
		"FriendlyName=%ff":              "FriendlyName is not UTF-8",
		"Unknown=%ff":                   "Unknown is not UTF-8",
		"FriendlyName=a&FriendlyName=b": "FriendlyName cannot be read: is given 2 times, expected once",
	} {
		refused := post(formType, body)
		assert.Equal(t, http.StatusBadRequest, refused.Status, body)
		assert.Equal(t, message, refused.text("message"))
	}
	assert.Equal(t, []any{"Carol"}, p.list("friendly_name", "/Workers"))
}

func newBody(t *testing.T, s *taskroutertest.Server, address, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	require.NoError(t, err)
	request.SetBasicAuth(s.AccountSID(), s.AuthToken())
	return request
}

func TestAQueryThatCannotBeReadIsRefused(t *testing.T) {
	p := newShop(t)
	for query, message := range map[string]string{
		"a;b": "The query cannot be read: invalid semicolon separator in query", "FriendlyName=%": `The query cannot be read: invalid URL escape "%"`,
		"FriendlyName=%ff": "FriendlyName is not UTF-8", "Unknown=%ff": "Unknown is not UTF-8",
		"FriendlyName=a&FriendlyName=b": "FriendlyName cannot be read: is given 2 times, expected once",
	} {
		for _, path := range []string{"/Workers", "/TaskQueues", "/Workflows"} {
			refused := p.call(http.MethodGet, path+"?"+query)
			assert.Equal(t, http.StatusBadRequest, refused.Status, query)
			assert.Equal(t, message, refused.text("message"), path)
		}
	}
}

func TestUnknownParametersAreIgnored(t *testing.T) {
	p := newShop(t)
	p.make("/Workers", "FriendlyName", "Ann", "OperatingUnitSid", "x", "friendlyName", "b", "RequiredAttention", "1", "RequiredAttention", "2")
	assert.Equal(t, []any{"Ann"}, p.list("friendly_name", "/Workers", "Unknown", "x", "pagesize", "0"))
}

func TestEveryAnswerCountsRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newShop(t)
		later(time.Second)
		header := func(path string) [3]string {
			h := p.call(http.MethodGet, path).Header
			return [3]string{h.Get("X-Rate-Limit-Config"), h.Get("X-Rate-Limit-Limit"), h.Get("X-Rate-Limit-Remaining")}
		}
		assert.Equal(t, [3]string{"Account", "100", "99"}, header("/Tasks"))
		assert.Equal(t, [3]string{"Account", "100", "98"}, header("/Tasks/lost"))
		assert.Equal(t, [3]string{"Task-List-EvaluateTaskAttributes", "3", "2"}, header("/Tasks?EvaluateTaskAttributes=a"))
		assert.Equal(t, [3]string{"Worker-List-TargetWorkersExpression", "3", "2"}, header("/Workers?TargetWorkersExpression=1%3D%3D1"))
		assert.Equal(t, [3]string{"TaskQueue-List-EvaluateWorkerAttributes", "3", "2"}, header("/TaskQueues?EvaluateWorkerAttributes=%7B%7D"))
		assert.Equal(t, [3]string{"Account", "100", "97"}, header("/TaskQueues?EvaluateTaskAttributes=a"))
		for range 5 {
			header("/Tasks?EvaluateTaskAttributes=1%3D%3D1")
		}
		assert.Equal(t, [3]string{"Task-List-EvaluateTaskAttributes", "3", "0"}, header("/Tasks?EvaluateTaskAttributes=1%3D%3D1"))
		assert.Equal(t, http.StatusOK, p.call(http.MethodGet, "/Tasks?EvaluateTaskAttributes=1%3D%3D1").Status, "and nothing is refused")
		assert.Empty(t, p.call(http.MethodGet, "/Tasks").Header.Get("Retry-After"))
		later(time.Second)
		assert.Equal(t, [3]string{"Account", "100", "99"}, header("/Tasks"))
		assert.Regexp(t, "^RQ[0-9a-f]{32}$", p.call(http.MethodGet, "/Tasks").Header.Get("Twilio-Request-Id"))
	})
}

func TestTooManyRequestsAreRefusedWhereLimitsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newShop(t, taskroutertest.WithRateLimits())
		later(time.Second)
		for path, most := range map[string]int{
			"/Tasks?EvaluateTaskAttributes=1%3D%3D1": 3, "/Workers?TargetWorkersExpression=1%3D%3D1": 3, "/TaskQueues?EvaluateWorkerAttributes=%7B%7D": 3, "/Tasks": 100,
		} {
			for range most {
				require.Equal(t, http.StatusOK, p.call(http.MethodGet, path).Status, path)
			}
			refused := p.call(http.MethodGet, path)
			assert.Equal(t, http.StatusTooManyRequests, refused.Status, path)
			assert.Equal(t, "1", refused.Header.Get("Retry-After"))
			assert.Equal(t, "0", refused.Header.Get("X-Rate-Limit-Remaining"))
			assert.Equal(t, map[string]any{
				"code": 20429.0, "status": 429.0, "more_info": "https://www.twilio.com/docs/errors/20429", "message": "Too Many Requests",
			}, refused.Body)
		}
		assert.Equal(t, http.StatusTooManyRequests, p.call(http.MethodPost, "/Workers", "FriendlyName", "Ann").Status)
		later(time.Second)
		assert.Empty(t, p.list("sid", "/Workers"), "what is refused is not carried out")
	})
}

func TestURLsBeginAsTheRequestDid(t *testing.T) {
	p := newShop(t)
	address, err := url.Parse(p.url(""))
	require.NoError(t, err)
	address.Host, address.Scheme = "example.com:8080", "http"
	request := p.request(http.MethodGet, address.String(), nil)
	assert.Equal(t, address.String(), do(t, p.server, request).text("url"))
}

func TestURLsAreThoseOfTheConnectionBehindAServer(t *testing.T) {
	s := newServer(t)
	for scheme, state := range map[string]*tls.ConnectionState{"http": nil, "https": {}} {
		request := newRequest(t, s, http.MethodPost, "/v1/Workspaces", fields("FriendlyName", "a"))
		request.Host, request.TLS = "example.com", state
		recorder := httptest.NewRecorder()
		s.ServeHTTP(recorder, request)
		var made struct{ URL string }
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &made))
		assert.Regexp(t, "^"+scheme+"://example.com/v1/Workspaces/WS[0-9a-f]{32}$", made.URL)
	}
}

func TestABodyOfOneByteHasATypeToo(t *testing.T) {
	p := newShop(t)
	request := newBody(t, p.server, p.url("/Workers"), "a")
	request.Header.Set("Content-Type", "text/plain")
	assert.Equal(t, "Content-Type must be application/x-www-form-urlencoded", do(t, p.server, request).text("message"))
}

func TestBulkStatisticsHaveALimitOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newShop(t, taskroutertest.WithRateLimits())
		body := `{"queueSids":["` + p.named("/TaskQueues", "Sample Queue") + `"]}`
		bulk := func() exchange {
			request := newBody(t, p.server, p.url("/TaskQueues/RealTimeStatistics"), body)
			request.Header.Set("Content-Type", jsonType)
			return do(t, p.server, request)
		}
		later(time.Second)
		for _, remaining := range []string{"4", "3", "2", "1", "0"} {
			answer := bulk()
			require.Equal(t, http.StatusOK, answer.Status, answer.Body)
			assert.Equal(t, "getTaskQueueBulkRealTimeStatistics", answer.Header.Get("X-Rate-Limit-Config"))
			assert.Equal(t, "5", answer.Header.Get("X-Rate-Limit-Limit"))
			assert.Equal(t, remaining, answer.Header.Get("X-Rate-Limit-Remaining"))
		}
		assert.Equal(t, http.StatusTooManyRequests, bulk().Status)
		p.get("/TaskQueues")
		later(time.Second)
		assert.Equal(t, http.StatusOK, bulk().Status)
	})
}
