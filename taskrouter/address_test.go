package taskrouter_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// authTLSServer serves by TLS, for example.com and 127.0.0.1.
func authTLSServer(t *testing.T, handler http.HandlerFunc, settings *tls.Config) (server *httptest.Server, authorities *x509.CertPool) {
	t.Helper()
	server = httptest.NewUnstartedServer(handler)
	server.TLS = settings
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	server.StartTLS()
	t.Cleanup(server.Close)
	authorities = x509.NewCertPool()
	authorities.AddCert(server.Certificate())
	return server, authorities
}

// authTransport ends with the test.
func authTransport(t *testing.T, transport *http.Transport) taskrouter.Option {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	return taskrouter.WithHTTPClient(&http.Client{Transport: transport})
}

func TestTheCallersAuthoritiesAreTrusted(t *testing.T) {
	server, authorities := authTLSServer(t, authEitherWay, nil)
	for name, options := range map[string][]taskrouter.Option{
		"a request":             {taskrouter.WithAuthToken(account, secretToken)},
		"a request for a token": {taskrouter.WithClientCredentials(authClientID, authSecret), taskrouter.WithTokenURL(server.URL + "/token")},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := taskrouter.NewClient(append(options, taskrouter.WithBaseURL(server.URL),
				authTransport(t, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authorities}}))...)
			require.NoError(t, err)
			assert.NoError(t, authGet(t.Context(), client))
		})
	}
}

// authEitherWay answers for an authorization server and for the service.
func authEitherWay(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		authGrant(authAccess, "")(w, r)
		return
	}
	answer(200, suitsAll)(w, r)
}

// Another attempt would meet the same certificate.
func TestAnAuthorityThatNobodyKnowsFailsTheCallAtOnce(t *testing.T) {
	server, authorities := authTLSServer(t, authEitherWay, nil)
	address := server.Listener.Addr().String()
	for name, test := range map[string]struct {
		options []taskrouter.Option
		trusted *x509.CertPool
		cause   any // where to put it
		text    string
	}{
		"the service's": {
			[]taskrouter.Option{taskrouter.WithAuthToken(account, secretToken), taskrouter.WithBaseURL(server.URL)},
			nil, new(x509.UnknownAuthorityError), "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: tls: ",
		},
		"that of an authorization server": {
			[]taskrouter.Option{taskrouter.WithClientCredentials(authClientID, authSecret), taskrouter.WithTokenURL(server.URL + "/token"), taskrouter.WithBaseURL("http://host")},
			nil, new(x509.UnknownAuthorityError), "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: authenticate: taskrouter: createToken: POST /token: tls: ",
		},
		"known, but for another host": {
			[]taskrouter.Option{taskrouter.WithAuthToken(account, secretToken), taskrouter.WithBaseURL("https://elsewhere.test")},
			authorities, new(x509.HostnameError), "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: tls: ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dialed := 0
			client, err := taskrouter.NewClient(append(test.options, authTransport(t, &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: test.trusted},
				DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
					dialed++
					return new(net.Dialer).DialContext(ctx, network, address)
				},
			}))...)
			require.NoError(t, err)
			err = authGet(t.Context(), client)
			assertAbout(t, nil, err)
			assert.ErrorAs(t, err, test.cause)
			assert.ErrorAs(t, err, new(*tls.CertificateVerificationError))
			assert.ErrorContains(t, err, test.text)
			assert.NotContains(t, err.Error(), "attempts")
			assert.Equal(t, 1, dialed)
		})
	}
}

func TestTheCertificateOfTheCallerIsShown(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(7), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)

	shown := make(chan int64, 2)
	server, authorities := authTLSServer(t, func(w http.ResponseWriter, r *http.Request) {
		shown <- r.TLS.PeerCertificates[0].SerialNumber.Int64()
		authEitherWay(w, r)
	}, &tls.Config{ClientAuth: tls.RequireAnyClientCert})
	settings := &tls.Config{RootCAs: authorities}
	options := []taskrouter.Option{
		taskrouter.WithBaseURL(server.URL), taskrouter.WithTokenURL(server.URL + "/token"), taskrouter.WithClientCredentials(authClientID, authSecret), authOnce(),
	}
	client, err := taskrouter.NewClient(append(options, authTransport(t, &http.Transport{TLSClientConfig: settings.Clone()}))...)
	require.NoError(t, err)
	assert.ErrorContains(t, authGet(t.Context(), client), "certificate required")

	settings.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	client, err = taskrouter.NewClient(append(options, authTransport(t, &http.Transport{TLSClientConfig: settings}))...)
	require.NoError(t, err)
	require.NoError(t, authGet(t.Context(), client))
	assert.Equal(t, []int64{7, 7}, []int64{<-shown, <-shown}, "for the token and for the call")
}

// authProxy is a proxy. What is sent in the clear it answers itself, for all
// hosts, and what is tunneled goes to a server of the test.
type authProxy struct {
	URL *url.URL

	mutex    sync.Mutex
	requests []string
	headers  []http.Header
}

func newAuthProxy(t *testing.T, target string) *authProxy {
	t.Helper()
	p := &authProxy{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mutex.Lock()
		p.requests, p.headers = append(p.requests, r.Method+" "+r.RequestURI), append(p.headers, r.Header)
		p.mutex.Unlock()
		switch {
		case r.Method != http.MethodConnect:
			authEitherWay(w, r)
		case target == "":
			w.WriteHeader(http.StatusForbidden)
		default:
			tunnel(w, r.Context(), target)
		}
	}))
	t.Cleanup(server.Close)
	var err error
	p.URL, err = url.Parse(server.URL)
	require.NoError(t, err)
	return p
}

func (p *authProxy) seen() ([]string, []http.Header) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.requests), slices.Clone(p.headers)
}

func tunnel(w http.ResponseWriter, ctx context.Context, target string) {
	far, err := new(net.Dialer).DialContext(ctx, "tcp", target)
	if err != nil {
		panic(err)
	}
	near, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(far, near) // until the client closes
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
	_ = near.Close()
}

func TestRequestsGoByTheProxyOfTheCaller(t *testing.T) {
	const taskURL = "service.test" + mount + taskPath
	server, authorities := authTLSServer(t, authEitherWay, nil)
	for name, test := range map[string]struct {
		options []taskrouter.Option
		want    []string
	}{
		"in the clear": {
			[]taskrouter.Option{taskrouter.WithAuthToken(account, secretToken), taskrouter.WithBaseURL("http://service.test" + mount)}, []string{"GET http://" + taskURL},
		},
		"by TLS": {
			[]taskrouter.Option{taskrouter.WithAuthToken(account, secretToken), taskrouter.WithBaseURL("https://example.com:8443" + mount)}, []string{"CONNECT example.com:8443"},
		},
		"for a token as well": {
			[]taskrouter.Option{
				taskrouter.WithClientCredentials(authClientID, authSecret), taskrouter.WithTokenURL("https://example.com/token"), taskrouter.WithBaseURL("http://service.test" + mount),
			},
			[]string{"CONNECT example.com:443", "GET http://" + taskURL},
		},
		"for a token in the clear": {
			[]taskrouter.Option{
				taskrouter.WithClientCredentials(authClientID, authSecret), taskrouter.WithTokenURL("http://tokens.test/token"), taskrouter.WithBaseURL("https://example.com" + mount),
			},
			[]string{"POST http://tokens.test/token", "CONNECT example.com:443"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := newAuthProxy(t, server.Listener.Addr().String())
			client, err := taskrouter.NewClient(append(test.options, authTransport(t, &http.Transport{
				Proxy: http.ProxyURL(proxy.URL), TLSClientConfig: &tls.Config{RootCAs: authorities},
			}))...)
			require.NoError(t, err)
			require.NoError(t, authGet(t.Context(), client))
			requests, headers := proxy.seen()
			assert.Equal(t, test.want, requests)
			for i, header := range headers {
				if strings.HasPrefix(requests[i], "CONNECT ") {
					assert.NotContains(t, header, "Authorization")
				}
			}
		})
	}
}

// What http.ProxyFromEnvironment has read once it keeps: the test runs itself
// once more, without a network.
func TestWithoutAnHTTPClientTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	if base := os.Getenv("AUTH_BASE_URL"); base != "" {
		options := []taskrouter.Option{taskrouter.WithBaseURL(base), authOnce(), taskrouter.WithAuthToken(account, secretToken)}
		if os.Getenv("AUTH_BY_OAUTH") != "" {
			options[2] = taskrouter.WithClientCredentials(authClientID, authSecret)
		}
		client, err := taskrouter.NewClient(options...)
		require.NoError(t, err)
		err = authGet(t.Context(), client)
		assert.Equal(t, os.Getenv("AUTH_FAILS") == "", err == nil, "%v", err)
		return
	}
	service := newFakeService(t, answer(200, suitsAll))
	for name, test := range map[string]struct {
		environment map[string]string
		want        []string
	}{
		"in the clear":         {map[string]string{"AUTH_BASE_URL": "http://service.test"}, []string{"GET http://service.test" + taskPath}},
		"by TLS":               {map[string]string{"AUTH_BASE_URL": "https://service.test", "AUTH_FAILS": "1"}, []string{"CONNECT service.test:443"}},
		"for a token":          {map[string]string{"AUTH_BASE_URL": "http://service.test", "AUTH_BY_OAUTH": "1", "AUTH_FAILS": "1"}, []string{"CONNECT oauth.twilio.com:443"}},
		"not where it may not": {map[string]string{"AUTH_BASE_URL": service.URL, "NO_PROXY": "127.0.0.1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := newAuthProxy(t, "") // which tunnels nothing
			environment := map[string]string{
				"HTTP_PROXY": proxy.URL.String(), "HTTPS_PROXY": proxy.URL.String(),
				"GORACE": "atexit_sleep_ms=0", // it would wait a second for reports
			}
			maps.Copy(environment, test.environment)
			again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWithoutAnHTTPClientTheProxyOfTheEnvironmentIsUsed$")
			for name, value := range environment {
				again.Env = append(again.Env, name+"="+value)
			}
			output, err := again.CombinedOutput()
			require.NoError(t, err, string(output))
			requests, _ := proxy.seen()
			assert.Equal(t, test.want, requests)
		})
	}
	assert.Len(t, service.seen(), 1)
}

func TestAProxyThatRefusesIsNamedAndItsPasswordIsNot(t *testing.T) {
	const password = "pr0xy-s3cret"
	proxy := newAuthProxy(t, "")
	proxy.URL.User = url.UserPassword("user", password)
	closed := *proxy.URL
	closed.Host = "127.0.0.1:1"
	for name, test := range map[string]struct {
		proxy      url.URL
		base, text string
	}{
		"a tunnel":                     {*proxy.URL, "https://service.test", "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: Forbidden"},
		"a connection":                 {closed, "http://service.test", "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: proxyconnect tcp: "},
		"a connection, before TLS":     {closed, "https://service.test", "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: proxyconnect tcp: "},
		"what speaks no TLS":           {url.URL{Scheme: "https", User: proxy.URL.User, Host: proxy.URL.Host}, "https://service.test", "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: proxyconnect tcp: "},
		"a connection of another kind": {url.URL{Scheme: "socks5", User: proxy.URL.User, Host: closed.Host}, "https://service.test", "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: "},
	} {
		t.Run(name, func(t *testing.T) {
			client := newTestClient(t, taskrouter.WithBaseURL(test.base), authTransport(t, &http.Transport{Proxy: http.ProxyURL(&test.proxy)}))
			err := authGet(t.Context(), client)
			assertAbout(t, nil, err)
			assert.ErrorContains(t, err, test.text)
			for _, text := range []string{err.Error(), logged(err)} {
				assert.NotContains(t, text, password)
				assert.NotContains(t, text, "dXNlcjpwcjB4eS1zM2NyZXQ=") // user:password in Base64
			}
		})
	}
}

func TestRedirectsAreNotFollowedAndCredentialsNotSentAlong(t *testing.T) {
	elsewhere := newFakeService(t, answer(200, suitsAll))
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308, 399} {
		for kind, option := range authKinds() {
			t.Run(http.StatusText(status)+" "+kind, func(t *testing.T) {
				service := newFakeService(t, answer(status, "", "Location", elsewhere.URL+taskPath))
				tokens := newFakeService(t, authGrant(authAccess, ""))
				options := []taskrouter.Option{taskrouter.WithBaseURL(service.URL), option, authTransport(t, &http.Transport{})}
				if kind == "Bearer "+authAccess {
					options = append(options, taskrouter.WithTokenURL(tokens.URL+"/token"))
				}
				client, err := taskrouter.NewClient(options...)
				require.NoError(t, err)
				_, get := client.Tasks("WS1").Get(t.Context(), "WT1")
				_, post := client.Tasks("WS1").Cancel(t.Context(), "WT1", "why")
				remove := client.Tasks("WS1").Delete(t.Context(), "WT1")
				for _, err := range []error{get, post, remove} {
					assertAbout(t, nil, err)
					assert.Equal(t, status, answerError(t, err).StatusCode)
				}
				assert.Equal(t, []string{"GET " + taskPath, "POST " + taskPath, "DELETE " + taskPath}, service.targets())
				for _, request := range service.seen() {
					assert.Equal(t, []string{kind}, request.Header["Authorization"])
				}
			})
		}
	}
	for _, status := range []int{302, 307, 308} {
		t.Run("of a request for a token, "+http.StatusText(status), func(t *testing.T) {
			tokens := newFakeService(t, answer(status, "", "Location", elsewhere.URL+"/token"))
			client, err := taskrouter.NewClient(taskrouter.WithTokenURL(tokens.URL+"/token"), taskrouter.WithClientCredentials(authClientID, authSecret))
			require.NoError(t, err)
			err = authGet(t.Context(), client)
			assertAbout(t, nil, err)
			assert.Equal(t, status, answerError(t, err).StatusCode)
			assert.Len(t, tokens.seen(), 1)
		})
	}
	assert.Empty(t, elsewhere.seen())
}

// Servers, not only net/http, see what is sent.
func TestThePathOfABaseURLIsSentAsItIs(t *testing.T) {
	for base, want := range map[string]string{
		"":                  "",
		"/":                 "",
		"/a/b/":             "/a/b",
		"/a%2Fb":            "/a%2Fb",
		"/a%2fb":            "/a%2fb",
		"/a%20b%25c":        "/a%20b%25c",
		"/a+b":              "/a+b",
		"/a%2Bb":            "/a%2Bb",
		"/a;b,c=d@e:f":      "/a;b,c=d@e:f",
		"/a%3Bb":            "/a%3Bb",
		"/é":                "/%C3%A9",
		"/%C3%A9/%e2%98%83": "/%C3%A9/%e2%98%83",
		"/a%3Fb%23c":        "/a%3Fb%23c",
		"/a b":              "/a%20b",
		"/a/./b/../c":       "/a/c",
		"/../a":             "/a",
		"/v1":               "/v1",
		"/{x}":              "/%7Bx%7D",
	} {
		t.Run(base, func(t *testing.T) {
			var got []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = append(got, r.RequestURI)
				page := pageOfTasks("", "WT2")
				if r.URL.RawQuery == "" {
					page = pageOfTasks(want+tasksPath+"?Page=1", "WT1")
				}
				page(w, r)
			}))
			defer server.Close()
			client := newTestClient(t, taskrouter.WithBaseURL(server.URL+base), authTransport(t, &http.Transport{}))
			sids, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}))
			require.NoError(t, err)
			assert.Equal(t, []string{"WT1", "WT2"}, sids)
			assert.Equal(t, []string{want + tasksPath, want + tasksPath + "?Page=1"}, got)

			_, err = client.Tasks("WS1").Get(t.Context(), "WK1")
			assert.ErrorContains(t, err, `TaskSid is "WK1"`, "identifiers are checked below it")
			_, err = client.Tasks("WS1").Get(t.Context(), "WT1")
			require.NoError(t, err)
		})
	}
}

func TestABaseURLMayBeAnAddressOfIPv6(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp6", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6")
	}
	var host string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		authEitherWay(w, r)
	}))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	defer server.Close()
	for _, options := range [][]taskrouter.Option{
		{taskrouter.WithAuthToken(account, secretToken)},
		{taskrouter.WithClientCredentials(authClientID, authSecret), taskrouter.WithTokenURL(server.URL + "/token")},
	} {
		client, err := taskrouter.NewClient(append(options, taskrouter.WithBaseURL(server.URL+mount), authTransport(t, &http.Transport{}))...)
		require.NoError(t, err)
		require.NoError(t, authGet(t.Context(), client))
		assert.Equal(t, listener.Addr().String(), host)
	}
	t.Run("with a zone", func(t *testing.T) {
		client := newTestClient(t, taskrouter.WithBaseURL("http://[fe80::1%25eth0]:8080/base"), taskrouter.WithHTTPClient(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, "[fe80::1%eth0]:8080", r.URL.Host)
			return inMemory(answer(200, suitsAll))(r)
		})}))
		assert.NoError(t, authGet(t.Context(), client))
	})
}

func TestARegionAndAnEdgeNameTheHost(t *testing.T) {
	setEnvironment(t, nil)
	for _, test := range []struct{ region, edge, host string }{
		{"", "", "taskrouter.twilio.com"}, // without the option
		{"us1", "ashburn", "taskrouter.ashburn.us1.twilio.com"},
		{"ie1", "dublin", "taskrouter.dublin.ie1.twilio.com"},
		{"au1", "sydney", "taskrouter.sydney.au1.twilio.com"},
		{"us1", "ashburn-ix", "taskrouter.ashburn-ix.us1.twilio.com"},
	} {
		var host, scheme string
		network := transport(func(r *http.Request) (*http.Response, error) {
			host, scheme = r.URL.Host, r.URL.Scheme
			return inMemory(answer(200, suitsAll))(r)
		})
		options := []taskrouter.Option{taskrouter.WithAuthToken(account, secretToken), taskrouter.WithHTTPClient(&http.Client{Transport: network})}
		if test.region != "" {
			options = append(options, taskrouter.WithRegion(test.region, test.edge))
		}
		client, err := taskrouter.NewClient(options...)
		require.NoError(t, err)
		require.NoError(t, authGet(t.Context(), client))
		assert.Equal(t, "https "+test.host, scheme+" "+host)
	}
}

func TestARegionOrAnEdgeThatCannotBeOneIsRefused(t *testing.T) {
	const both, name = "but the service demands both; edge alone would be us1, region alone is not served", "is not the name of a region or an edge, expected lower-case letters and digits"
	for _, test := range []struct{ region, edge, text string }{
		{"", "", `region is "" and edge is "", ` + both},
		{"ie1", "", `region is "ie1" and edge is "", ` + both},
		{"", "dublin", `region is "" and edge is "dublin", ` + both},
		{"IE1", "dublin", `"IE1" ` + name},
		{"ie1", "dub.lin", `"dub.lin" ` + name},
		{"ie1", "dublin-", `"dublin-" ` + name},
		{"-ie1", "dublin", `"-ie1" ` + name},
		{"ie1", "dub--lin", `"dub--lin" ` + name},
		{"ie1", "dublin\n", `"dublin\n" ` + name},
		{"ie1\nx", "dublin", `"ie1\nx" ` + name},
		{"ie1", "dublin@elsewhere.test/", `"dublin@elsewhere.test/" ` + name},
		{"ie_1", "dublin", `"ie_1" ` + name},
		{"ié1", "dublin", `"ié1" ` + name},
	} {
		_, err := taskrouter.NewClient(taskrouter.WithAuthToken(account, secretToken), taskrouter.WithRegion(test.region, test.edge))
		assert.EqualError(t, err, "taskrouter: new client: WithRegion: "+test.text)
	}
}

// The transport sees the copy's time limit, and the original is as it was.
func TestAClientOfTheCallerIsLeftAloneWhateverTheOptionsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jar := authJar{}
		callers := &http.Client{Jar: jar, Timeout: time.Hour, CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the caller's") },
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})}
		option := taskrouter.WithHTTPClient(callers)
		for _, timeout := range []time.Duration{time.Second, 3 * time.Second} { // two clients with one option
			client := newTestClient(t, option, taskrouter.WithAttemptTimeout(timeout))
			start := time.Now()
			require.Error(t, authGet(t.Context(), client))
			assert.Equal(t, timeout, time.Since(start))
		}
		assert.Equal(t, time.Hour, callers.Timeout)
		assert.EqualError(t, callers.CheckRedirect(nil, nil), "the caller's")
		assert.Equal(t, jar, callers.Jar)
	})
}

type authJar struct{}

func (authJar) SetCookies(*url.URL, []*http.Cookie) {}
func (authJar) Cookies(*url.URL) []*http.Cookie     { return nil }

// A gateway may keep a client to one server by them.
func TestTheJarOfTheCallersClientKeepsCookies(t *testing.T) {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	service := newFakeService(t, inTurn(answer(302, "", "Set-Cookie", "a=1"), answer(429, "", "Set-Cookie", "b=2"), answer(200, suitsAll), answer(200, suitsAll)))
	client := service.client(t, taskrouter.WithHTTPClient(&http.Client{Jar: jar, Transport: service.transport}), taskrouter.WithRetry(taskrouter.RetryPolicy{MinDelay: 1, MaxDelay: 1}))
	require.Error(t, authGet(t.Context(), client))
	require.NoError(t, authGet(t.Context(), client))
	require.NoError(t, authGet(t.Context(), client))
	cookies := [][]string{}
	for _, request := range service.seen() {
		cookies = append(cookies, request.Header["Cookie"])
	}
	assert.Equal(t, [][]string{nil, {"a=1"}, {"a=1; b=2"}, {"a=1; b=2"}}, cookies)
}

func TestAServerThatSpeaksNoTLSFailsTheCall(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	err := authGet(t.Context(), service.client(t, taskrouter.WithBaseURL(strings.Replace(service.URL, "http:", "https:", 1))))
	assertAbout(t, nil, err)
	assert.ErrorContains(t, err, "taskrouter: getTask: GET /v1/Workspaces/WS1/Tasks/WT1: http: server gave HTTP response to HTTPS client")
	assert.Empty(t, service.seen())
}

// net/http fails for such a redirect before it asks whether to follow it.
func TestARedirectToWhatIsNoURLIsAnAnswerNevertheless(t *testing.T) {
	for _, location := range []string{"http://[::1", "%zz", "http://user:s3cret@host:port/", ":"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			t.Run(http.StatusText(status)+" "+location, func(t *testing.T) {
				service := newFakeService(t, answer(status, "moved", "Location", location))
				err := authGet(t.Context(), service.client(t))
				assertAbout(t, nil, err)
				failure, ok := errors.AsType[*taskrouter.Error](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, status, failure.StatusCode)
				assert.Equal(t, "moved", string(failure.Body))
				assert.NotContains(t, err.Error(), "s3cret")
			})
		}
	}
}

// Whatever is taken for a base URL: requests go below it, and identifiers are
// found there.
func FuzzBaseURL(f *testing.F) {
	for _, seed := range []string{
		"http://host", "https://host:8443/a/b/", "https://host/a%2Fb/../c;d,e=f@g:h", "http://[fe80::1%25eth0]:80/é", "https://u:p@host", "http://host:", "http://[::1]:/a", "http://host?a", "http://host#a", "http://host/%2e%2e//.", "//host", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, base string) {
		var target *url.URL
		network := transport(func(r *http.Request) (*http.Response, error) {
			target = r.URL
			return inMemory(answer(200, suitsAll))(r)
		})
		client, err := taskrouter.NewClient(taskrouter.WithBaseURL(base), taskrouter.WithAuthToken(account, secretToken), taskrouter.WithHTTPClient(&http.Client{Transport: network}))
		if err != nil {
			return
		}
		asked, err := url.Parse(base)
		require.NoError(t, err)
		if strings.Contains(asked.Host, "%") {
			return // the zone of an address, which net/url writes in a way that it does not always read
		}
		require.NoError(t, authGet(t.Context(), client))
		assert.Equal(t, asked.Scheme+"://"+strings.TrimSuffix(asked.Host, ":"), target.Scheme+"://"+target.Host)
		assert.Nil(t, target.User)
		assert.Empty(t, target.RawQuery)
		assert.True(t, strings.HasSuffix(target.EscapedPath(), taskPath), target.EscapedPath())
		_, err = client.Tasks("WS1").Get(t.Context(), "WK1")
		assert.ErrorContains(t, err, `TaskSid is "WK1"`)
	})
}
