package taskrouter_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// setEnvironment sets these variables and unsets the others that a client
// reads.
func setEnvironment(t *testing.T, variables map[string]string) {
	for _, name := range []string{
		"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_REGION", "TWILIO_EDGE", "TASKROUTER_BASE_URL",
	} {
		t.Setenv(name, variables[name])
	}
}

func TestWrongOptionsAreRefused(t *testing.T) {
	const secret, notAURL = "S3CRET", ": expected an absolute http or https URL, such as https://localhost:8080/prefix"
	const region = "but the service demands both; edge alone would be us1, region alone is not served"
	tests := map[string]struct {
		option taskrouter.Option
		text   string
	}{
		"none":                          {nil, "an Option is nil"},
		"a token without an account":    {taskrouter.WithAuthToken("", secret), "WithAuthToken: account SID is empty, expected a SID that begins with AC"},
		"a token in the wrong place":    {taskrouter.WithAuthToken(secret, "AC1"), "WithAuthToken: account SID is no SID that begins with AC"},
		"account and token in one":      {taskrouter.WithAuthToken("AC1:"+secret, secret), "WithAuthToken: account SID is no SID that begins with AC"},
		"a key as an account":           {taskrouter.WithAuthToken("SK1", secret), "WithAuthToken: account SID is no SID that begins with AC"},
		"an empty token":                {taskrouter.WithAuthToken("AC1", ""), "WithAuthToken: the auth token is empty"},
		"a key without an account":      {taskrouter.WithAPIKey("", "SK1", secret), "WithAPIKey: account SID is empty, expected a SID that begins with AC"},
		"no key":                        {taskrouter.WithAPIKey("AC1", "", secret), "WithAPIKey: API key SID is empty, expected a SID that begins with SK"},
		"an account as a key":           {taskrouter.WithAPIKey("AC1", "AC1", secret), "WithAPIKey: API key SID is no SID that begins with SK"},
		"key and secret in one":         {taskrouter.WithAPIKey("AC1", "SK1:"+secret, secret), "WithAPIKey: API key SID is no SID that begins with SK"},
		"neither account nor key":       {taskrouter.WithAPIKey(secret, secret, secret), "WithAPIKey: account SID is no SID that begins with AC\nWithAPIKey: API key SID is no SID that begins with SK"},
		"an account with its line end":  {taskrouter.WithAuthToken("AC1\n", secret), "WithAuthToken: account SID is no SID that begins with AC"},
		"an empty secret":               {taskrouter.WithAPIKey("AC1", "SK1", ""), "WithAPIKey: the secret of the API key is empty"},
		"an empty URL":                  {taskrouter.WithBaseURL(""), "WithBaseURL" + notAURL},
		"a URL without a scheme":        {taskrouter.WithBaseURL("//host/base"), "WithBaseURL" + notAURL},
		"a host for a URL":              {taskrouter.WithBaseURL("localhost:8080"), "WithBaseURL" + notAURL},
		"a URL of another scheme":       {taskrouter.WithBaseURL("ftp://host"), "WithBaseURL" + notAURL},
		"a URL with a port alone":       {taskrouter.WithBaseURL("http://:8080"), "WithBaseURL" + notAURL},
		"a region of hyphens":           {taskrouter.WithRegion("-", "dublin"), `WithRegion: "-" is not the name of a region or an edge, expected lower-case letters and digits`},
		"a URL without a host":          {taskrouter.WithBaseURL("https:///base"), "WithBaseURL" + notAURL},
		"a URL that is none":            {taskrouter.WithBaseURL("https://" + secret + ":x@host:y"), "WithBaseURL: not a URL, expected an absolute http or https URL, such as https://localhost:8080/prefix"},
		"a URL with a user":             {taskrouter.WithBaseURL("https://AC1:" + secret + "@host"), "WithBaseURL: holds a user name; credentials have options of their own"},
		"a URL with a query":            {taskrouter.WithBaseURL("https://host?a=" + secret), "WithBaseURL: has a query"},
		"a URL with a question mark":    {taskrouter.WithBaseURL("https://host?"), "WithBaseURL: has a query"},
		"a URL with a fragment":         {taskrouter.WithBaseURL("https://host#a"), "WithBaseURL: has a fragment"},
		"a region without an edge":      {taskrouter.WithRegion("ie1", ""), `WithRegion: region is "ie1" and edge is "", ` + region},
		"an edge without a region":      {taskrouter.WithRegion("", "dublin"), `WithRegion: region is "" and edge is "dublin", ` + region},
		"a region that is another host": {taskrouter.WithRegion("elsewhere.test/", "dublin"), `WithRegion: "elsewhere.test/" is not the name of a region or an edge, expected lower-case letters and digits`},
		"an edge in capitals":           {taskrouter.WithRegion("ie1", "Dublin"), `WithRegion: "Dublin" is not the name of a region or an edge, expected lower-case letters and digits`},
		"a client that is nil":          {taskrouter.WithHTTPClient(nil), "WithHTTPClient: the client is nil"},
		"no bytes":                      {taskrouter.WithMaxResponseBytes(0), "WithMaxResponseBytes: 0 is not positive"},
		"fewer bytes than none":         {taskrouter.WithMaxResponseBytes(-1), "WithMaxResponseBytes: -1 is not positive"},
	}
	setEnvironment(t, nil)
	wrong, all := []taskrouter.Option{taskrouter.WithAuthToken(account, secretToken)}, []string{}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), test.option)
			assert.Nil(t, client)
			assert.EqualError(t, err, "taskrouter: new client: "+test.text)
			assert.NotContains(t, err.Error(), secret)
		})
		wrong, all = append(wrong, test.option), append(all, test.text)
	}
	t.Run("all of them, reported together", func(t *testing.T) {
		_, err := taskrouter.NewClient(wrong...)
		for _, text := range all {
			assert.ErrorContains(t, err, text)
		}
	})
	t.Run("a base URL and a region", func(t *testing.T) {
		_, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), taskrouter.WithBaseURL("https://host"), taskrouter.WithRegion("ie1", "dublin"))
		assert.EqualError(t, err, "taskrouter: new client: WithBaseURL and WithRegion exclude each other: both say where requests go")
	})
}

func TestWhatNoOptionSetsIsReadFromTheEnvironment(t *testing.T) {
	type env = map[string]string
	const service = "https://taskrouter.twilio.com"
	accountAndToken := env{"TWILIO_ACCOUNT_SID": "AC2", "TWILIO_AUTH_TOKEN": "environment"}
	with := func(more env) env {
		all := env{}
		for _, part := range []env{accountAndToken, more} {
			for name, value := range part {
				all[name] = value
			}
		}
		return all
	}
	key := env{"TWILIO_API_KEY": "SK2", "TWILIO_API_SECRET": "environment"}
	optionToken, optionKey := taskrouter.WithAuthToken("AC1", "option"), taskrouter.WithAPIKey("AC1", "SK1", "option")
	tests := map[string]struct {
		environment    env
		options        []taskrouter.Option
		user, password string
		base           string
	}{
		"a token":                                 {accountAndToken, nil, "AC2", "environment", service},
		"a key alone":                             {key, nil, "SK2", "environment", service},
		"a key before a token":                    {with(key), nil, "SK2", "environment", service},
		"a token by option before it":             {accountAndToken, []taskrouter.Option{optionToken}, "AC1", "option", service},
		"a token by option before a key":          {key, []taskrouter.Option{optionToken}, "AC1", "option", service},
		"a key by option before it":               {with(key), []taskrouter.Option{optionKey}, "SK1", "option", service},
		"a key by option before one of a token":   {nil, []taskrouter.Option{optionKey, optionToken}, "SK1", "option", service},
		"the last of two options":                 {nil, []taskrouter.Option{taskrouter.WithAuthToken("AC3", "first"), optionToken}, "AC1", "option", service},
		"what is not needed may be wrong":         {env{"TWILIO_API_KEY": "AC", "TWILIO_REGION": "ie1"}, []taskrouter.Option{optionToken, taskrouter.WithBaseURL("http://host")}, "AC1", "option", "http://host"},
		"a region":                                {with(env{"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin"}), nil, "AC2", "environment", "https://taskrouter.dublin.ie1.twilio.com"},
		"a region by option before it":            {with(env{"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin"}), []taskrouter.Option{taskrouter.WithRegion("au1", "sydney")}, "AC2", "environment", "https://taskrouter.sydney.au1.twilio.com"},
		"a region of any name":                    {with(env{"TWILIO_REGION": "r0", "TWILIO_EDGE": "edge-9"}), nil, "AC2", "environment", "https://taskrouter.edge-9.r0.twilio.com"},
		"a base URL":                              {with(env{"TASKROUTER_BASE_URL": "http://localhost:8080/base/"}), nil, "AC2", "environment", "http://localhost:8080/base"},
		"a base URL before a region":              {with(env{"TASKROUTER_BASE_URL": "http://host", "TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin"}), nil, "AC2", "environment", "http://host"},
		"a base URL by option before it":          {with(env{"TASKROUTER_BASE_URL": "http://host"}), []taskrouter.Option{taskrouter.WithBaseURL("http://option//")}, "AC2", "environment", "http://option"},
		"a region by option before a base URL":    {with(env{"TASKROUTER_BASE_URL": "http://host"}), []taskrouter.Option{taskrouter.WithRegion("ie1", "dublin")}, "AC2", "environment", "https://taskrouter.dublin.ie1.twilio.com"},
		"a base URL by option instead of regions": {with(env{"TWILIO_EDGE": "dublin"}), []taskrouter.Option{taskrouter.WithBaseURL("http://option")}, "AC2", "environment", "http://option"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setEnvironment(t, test.environment)
			var user, password, target string
			network := transport(func(r *http.Request) (*http.Response, error) {
				user, password, _ = r.BasicAuth()
				target = r.URL.String()
				return inMemory(answer(200, `{}`))(r)
			})
			client, err := taskrouter.NewClient(append(test.options, taskrouter.WithHTTPClient(&http.Client{Transport: network}))...)
			require.NoError(t, err)
			_, err = client.Tasks("WS1").Get(t.Context(), "WT1")
			require.NoError(t, err)
			assert.Equal(t, test.user, user)
			assert.Equal(t, test.password, password)
			assert.Equal(t, test.base+taskPath, target)
		})
	}
}

func TestWrongSettingsOfTheEnvironmentAreNamed(t *testing.T) {
	tests := map[string]struct {
		environment map[string]string
		texts       []string
	}{
		"nothing": {nil, []string{"no credentials: use WithAuthToken or WithAPIKey, or set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"}},
		"an account without a token": {
			map[string]string{"TWILIO_ACCOUNT_SID": "AC2"}, []string{"TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: the auth token is empty"},
		},
		"a token without an account": {
			map[string]string{"TWILIO_AUTH_TOKEN": "x"}, []string{"TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: account SID is empty"},
		},
		"a key without a secret": {
			map[string]string{"TWILIO_API_KEY": "SK2", "TWILIO_ACCOUNT_SID": "AC2", "TWILIO_AUTH_TOKEN": "x"},
			[]string{"TWILIO_API_KEY and TWILIO_API_SECRET: the secret of the API key is empty"},
		},
		"an address as well": {
			map[string]string{"TWILIO_API_KEY": "AC2", "TWILIO_EDGE": "dublin"},
			[]string{
				"TWILIO_API_KEY and TWILIO_API_SECRET: API key SID is no SID that begins with SK",
				`TWILIO_REGION and TWILIO_EDGE: region is "" and edge is "dublin"`,
			},
		},
		"a base URL": {
			map[string]string{"TWILIO_ACCOUNT_SID": "AC2", "TWILIO_AUTH_TOKEN": "x", "TASKROUTER_BASE_URL": "localhost"},
			[]string{"TASKROUTER_BASE_URL: expected an absolute http or https URL"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setEnvironment(t, test.environment)
			client, err := taskrouter.NewClient()
			assert.Nil(t, client)
			for _, text := range test.texts {
				assert.ErrorContains(t, err, text)
			}
		})
	}
}

func TestABaseURLMayHaveAPath(t *testing.T) {
	tests := map[string]string{
		"http://host/a/b":    "http://host/a/b",
		"http://host/a/b///": "http://host/a/b",
		"http://host/a%2Fb/": "http://host/a%2Fb",
		"http://host/a%2Fb":  "http://host/a%2Fb",
		"http://host/a b":    "http://host/a%20b",
		"http://host/a/../b": "http://host/b",
		"HTTPS://host:1/é":   "https://host:1/%C3%A9",
		"http://[::1]:8080/": "http://[::1]:8080",
	}
	for base, want := range tests {
		t.Run(base, func(t *testing.T) {
			client := offline(t, func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, want+taskPath, r.URL.String())
				return inMemory(answer(200, `{}`))(r)
			}, taskrouter.WithBaseURL(base))
			_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
			require.NoError(t, err)
		})
	}
}

func TestTheCallersHTTPClientIsCopiedAndNotChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		callers := &http.Client{Timeout: time.Minute, Transport: transport(func(r *http.Request) (*http.Response, error) {
			requests++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		before := *callers
		client := newTestClient(t, taskrouter.WithHTTPClient(callers))
		assert.Nil(t, callers.CheckRedirect)
		assert.Equal(t, before.Timeout, callers.Timeout)

		callers.Transport, callers.Timeout = nil, time.Second // which the copy does not see
		start := time.Now()
		_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
		require.Error(t, err)
		assert.Equal(t, 1, requests)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}

// The clients of these tests have no http.Client of the caller's.
func TestWithoutAnHTTPClientTheTransportOfTheProgramIsUsedForHalfAMinute(t *testing.T) {
	standard := http.DefaultTransport
	defer func() { http.DefaultTransport = standard }()
	synctest.Test(t, func(t *testing.T) {
		http.DefaultTransport = transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		client := newTestClient(t)
		start := time.Now()
		_, err := client.Tasks("WS1").Get(t.Context(), "WT1")
		require.Error(t, err)
		assert.Equal(t, 30*time.Second, time.Since(start))
	})
}

// net/http alone keeps two.
func TestWithoutATransportConnectionsAreKeptForManyCallsAtOnce(t *testing.T) {
	const calls = 16
	for name, options := range map[string][]taskrouter.Option{
		"no client":                  nil,
		"a client without transport": {taskrouter.WithHTTPClient(&http.Client{Timeout: time.Minute})},
	} {
		t.Run(name, func(t *testing.T) {
			arrived, leave := make(chan struct{}), make(chan struct{})
			service := newFakeService(t, func(w http.ResponseWriter, r *http.Request) {
				arrived <- struct{}{}
				<-leave
				answer(200, `{}`)(w, r)
			})
			client := newTestClient(t, append(options, taskrouter.WithBaseURL(service.URL))...)
			for range 3 {
				results := authAtOnce(calls, func() error { return retryGet(t.Context(), client) })
				for range calls {
					<-arrived
				}
				for range calls {
					leave <- struct{}{}
				}
				for range calls {
					require.NoError(t, <-results)
				}
			}
			// On a busy machine net/http gives up one now and then. With the two that it
			// keeps unless told otherwise there would be 44.
			assert.InDelta(t, calls, service.connections(), 8)
		})
	}
}

func TestWhatIsWrongIsReportedTogether(t *testing.T) {
	setEnvironment(t, nil)
	_, err := taskrouter.NewClient(taskrouter.WithBaseURL("http://host"), taskrouter.WithRegion("ie1", "dublin"))
	assert.ErrorContains(t, err, "exclude each other")
	assert.ErrorContains(t, err, "no credentials")
}

func TestClientsWithoutAnHTTPClientShareConnectionsOfTheTransportOfTheProgram(t *testing.T) {
	service := newFakeService(t, answer(200, `{}`))
	get := func() {
		_, err := newTestClient(t, taskrouter.WithBaseURL(service.URL)).Tasks("WS1").Get(t.Context(), "WT1")
		require.NoError(t, err)
	}
	for range 10 {
		get()
	}
	assert.LessOrEqual(t, service.connections(), 3, "of ten clients; one, if net/http does not give one up")

	standard := http.DefaultTransport
	defer func() { http.DefaultTransport = standard }()
	var dialed int
	http.DefaultTransport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		dialed++
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	get()
	assert.Equal(t, 1, dialed, "by a transport that took the place of the first")
}
