package webhook_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestTheURLOfARequestIsTheOneThatTheServiceWasGiven(t *testing.T) {
	tests := map[string]struct {
		signed string // the URL by the service
		call   incoming
		refuse bool
	}{
		"https":                        {signed: "https://example.com/a", call: incoming{target: "/a"}},
		"http":                         {signed: "http://example.com/a", call: incoming{target: "/a", plain: true}},
		"http for https":               {signed: "http://example.com/a", call: incoming{target: "/a"}, refuse: true},
		"https for http":               {signed: "https://example.com/a", call: incoming{target: "/a", plain: true}, refuse: true},
		"another host":                 {signed: "https://example.org/a", call: incoming{target: "/a"}, refuse: true},
		"a host in capitals":           {signed: "https://Example.com/a", call: incoming{target: "/a", host: "Example.com"}},
		"another path":                 {signed: "https://example.com/a", call: incoming{target: "/b"}, refuse: true},
		"a path that goes on":          {signed: "https://example.com/a", call: incoming{target: "/a/"}, refuse: true},
		"another query":                {signed: "https://example.com/a?b=c", call: incoming{target: "/a?b=d"}, refuse: true},
		"a query that was added":       {signed: "https://example.com/a", call: incoming{target: "/a?b=d"}, refuse: true},
		"a fragment that was added":    {signed: "https://example.com/a", call: incoming{target: "/a#b"}, refuse: true},
		"a user that the service kept": {signed: "https://me@example.com/a", call: incoming{target: "/a"}, refuse: true},

		"the port of https, which the service kept":    {signed: "https://example.com:443/a", call: incoming{target: "/a"}},
		"the port of https, which the service dropped": {signed: "https://example.com/a", call: incoming{target: "/a", host: "example.com:443"}},
		"the port of https on both sides":              {signed: "https://example.com:443/a", call: incoming{target: "/a", host: "example.com:443"}},
		"the port of http for https":                   {signed: "https://example.com:80/a", call: incoming{target: "/a"}, refuse: true},
		"the port of http, which the service kept":     {signed: "http://example.com:80/a", call: incoming{target: "/a", plain: true}},
		"the port of http, which the service dropped":  {signed: "http://example.com/a", call: incoming{target: "/a", host: "example.com:80", plain: true}},
		"the port of https for http":                   {signed: "http://example.com:443/a", call: incoming{target: "/a", plain: true}, refuse: true},
		"another port, which the service kept":         {signed: "https://example.com:8443/a", call: incoming{target: "/a", host: "example.com:8443"}},
		"another port, which the service dropped":      {signed: "https://example.com/a", call: incoming{target: "/a", host: "example.com:8443"}},
		"another port, which nobody knows":             {signed: "https://example.com:8443/a", call: incoming{target: "/a"}, refuse: true},
		"the port of another server":                   {signed: "https://example.com:8443/a", call: incoming{target: "/a", host: "example.com:8444"}, refuse: true},

		"an IPv4 address":                           {signed: "http://192.0.2.1:8080/a", call: incoming{target: "/a", host: "192.0.2.1:8080", plain: true}},
		"an IPv6 address":                           {signed: "https://[2001:db8::1]/a", call: incoming{target: "/a", host: "[2001:db8::1]"}},
		"an IPv6 address with its default port":     {signed: "https://[2001:db8::1]:443/a", call: incoming{target: "/a", host: "[2001:db8::1]"}},
		"an IPv6 address with a port that was kept": {signed: "https://[2001:db8::1]:8443/a", call: incoming{target: "/a", host: "[2001:db8::1]:8443"}},
		"an IPv6 address with a port dropped":       {signed: "https://[2001:db8::1]/a", call: incoming{target: "/a", host: "[2001:db8::1]:8443"}},
		"an IPv6 address cut at a colon":            {signed: "https://[2001/a", call: incoming{target: "/a", host: "[2001:db8::1]:8443"}, refuse: true},

		"an escape that need not be":          {signed: "https://example.com/%7Ea", call: incoming{target: "/%7Ea"}},
		"an escape that was undone":           {signed: "https://example.com/%7Ea", call: incoming{target: "/~a"}, refuse: true},
		"an escape in small letters":          {signed: "https://example.com/a%2fb", call: incoming{target: "/a%2fb"}},
		"an escape in capitals":               {signed: "https://example.com/a%2Fb", call: incoming{target: "/a%2fb"}, refuse: true},
		"a plus and a space in the query":     {signed: "https://example.com/a?b=c+d%20e", call: incoming{target: "/a?b=c+d%20e"}},
		"a semicolon in the query":            {signed: "https://example.com/a?b;c=d", call: incoming{target: "/a?b;c=d"}},
		"an escape that is none in the query": {signed: "https://example.com/a?b=%zz", call: incoming{target: "/a?b=%zz"}},
		"bytes beyond ASCII":                  {signed: "https://example.com/\u00e4?\xff", call: incoming{target: "/\u00e4?\xff"}},
		"braces and quotes":                   {signed: "https://example.com/a?{\"b\"}|", call: incoming{target: "/a?{\"b\"}|"}},
		"an empty query":                      {signed: "https://example.com/a?", call: incoming{target: "/a?"}},
		"an empty query that was added":       {signed: "https://example.com/a", call: incoming{target: "/a?"}, refuse: true},
		"slashes in the path":                 {signed: "https://example.com/a//b/../c/", call: incoming{target: "/a//b/../c/"}},
		"slashes that begin the path":         {signed: "https://example.com//evil.example/b", call: incoming{target: "//evil.example/b"}},
		"a URL as a path":                     {signed: "https://example.com/http://me@example.org/b", call: incoming{target: "/http://me@example.org/b"}},
		"a URL in the query":                  {signed: "https://example.com/?next=http://me@example.org/", call: incoming{target: "/?next=http://me@example.org/"}},

		"no path":                        {signed: "https://example.com", call: incoming{target: "/"}},
		"no path, with the port":         {signed: "https://example.com:443", call: incoming{target: "/"}},
		"no path but a query":            {signed: "https://example.com?a=b", call: incoming{target: "/?a=b"}},
		"no path, a query, without port": {signed: "https://example.com?a=b", call: incoming{target: "/?a=b", host: "example.com:8443"}},
		"the path of the root":           {signed: "https://example.com/", call: incoming{target: "/"}},
		"a slash that is missing":        {signed: "https://example.coma", call: incoming{target: "/a"}, refuse: true},

		"a URL as the target, as of a proxy":        {signed: "https://example.com/a?b", call: incoming{target: "https://example.com/a?b", host: "example.org"}},
		"a URL of another scheme as the target":     {signed: "https://example.com/a", call: incoming{target: "http://example.com/a"}},
		"a URL without a path as the target":        {signed: "https://example.com", call: incoming{target: "https://example.com"}},
		"a URL with a query alone as the target":    {signed: "https://example.com?a=b", call: incoming{target: "https://example.com?a=b"}},
		"a URL with a user as the target":           {signed: "https://example.com/a", call: incoming{target: "https://me:secret@example.com/a"}},
		"a URL of another host than that of Host":   {signed: "https://example.org/a", call: incoming{target: "https://example.com/a", host: "example.org"}, refuse: true},
		"a URL with a URL in its query as a target": {signed: "https://example.com/a?b=c://d@e/f", call: incoming{target: "https://example.com/a?b=c://d@e/f"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.call.body = "k=v"
			test.call.signs = test.signed + "kv"
			err := newVerifier(t).Verify(test.call.request(t))
			if test.refuse {
				assertRefused(t, err, "the signature fits none of 1 tokens with any of [")
				return
			}
			assert.NoError(t, err)
		})
	}
}

func TestARequestForSomethingElseThanAPathIsRefused(t *testing.T) {
	verifier := newVerifier(t, webhook.WithBaseURL("https://example.com"))
	everything := incoming{target: "/", signs: "https://example.com*"}.request(t)
	everything.RequestURI = "*"
	assertRefused(t, verifier.Verify(everything), `the request is for "*", expected a path`)

	tunnel := incoming{target: "/", signs: "https://example.com.evil.example:443"}.request(t)
	tunnel.RequestURI = ".evil.example:443" // of a CONNECT
	assertRefused(t, verifier.Verify(tunnel), `the request is for ".evil.example:443", expected a path`)
}

func TestARequestThatNoServerParsedIsVerifiedByItsURL(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://example.com/%7Ea?b=c", nil)
	require.NoError(t, err)
	r.Header.Set(webhook.SignatureHeader, signText(authToken, "http://example.com/%7Ea?b=c"))
	assert.NoError(t, newVerifier(t).Verify(r))
	r.Header.Set(webhook.SignatureHeader, signText(authToken, "http://example.com/%7Ea?b=d"))
	assert.Error(t, newVerifier(t).Verify(r))
}

func TestAHandlerCanBeMountedBelowAPrefix(t *testing.T) {
	verifier := newVerifier(t)
	served := ""
	inner := http.NewServeMux()
	inner.Handle("POST /{name}/hook", verifier.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		served = r.PathValue("name") + " " + r.PostFormValue("k")
	})))
	outer := http.NewServeMux()
	outer.Handle("/api/v1/", http.StripPrefix("/api/v1", inner))
	server := httptest.NewServer(outer)
	defer server.Close()

	client := webhook.Client{AuthToken: authToken}
	response, err := client.PostForm(t.Context(), server.URL+"/api/v1/a%2Fb/hook?c=d#rc=3", map[string][]string{"k": {"v w"}})
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, "a/b v w", served)
}

func TestAServerCanBeCalledWithoutAPath(t *testing.T) {
	server := httptest.NewServer(newVerifier(t).Handler(http.NotFoundHandler()))
	defer server.Close()
	for _, target := range []string{server.URL, server.URL + "/", server.URL + "?a=b", server.URL + "/?a=b"} {
		response, err := webhook.Client{AuthToken: authToken}.Get(t.Context(), target)
		require.NoError(t, err)
		_ = response.Body.Close()
		assert.Equal(t, http.StatusNotFound, response.StatusCode, "it was accepted, and answered by the handler: %s", target)
	}
}

func TestWithoutAHostTheBaseURLIsNeeded(t *testing.T) {
	parse := func() *http.Request {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET /a HTTP/1.0\r\n\r\n")))
		require.NoError(t, err)
		r.Header.Set(webhook.SignatureHeader, signText(authToken, "http:///a"))
		return r
	}
	assertRefused(t, newVerifier(t).Verify(parse()), `header Host: "" is no host`)

	r := parse()
	r.Header.Set(webhook.SignatureHeader, signText(authToken, "https://example.com/a"))
	assert.NoError(t, newVerifier(t, webhook.WithBaseURL("https://example.com")).Verify(r))
}

func TestHTTP2IsVerified(t *testing.T) {
	server := httptest.NewUnstartedServer(newVerifier(t).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto+" "+r.PostFormValue("k"))
	})))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()

	client := webhook.Client{AuthToken: authToken, HTTPClient: server.Client()}
	response, err := client.PostForm(t.Context(), server.URL+"/a%7Eb?c=d", map[string][]string{"k": {"v"}})
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/2.0 v", string(body))
}

// Over HTTP/2, net/http takes any text as the host. Without a check, the signature
// of https://example.com/public/admin would do for /admin.
func TestTheBeginningOfThePathIsNoPartOfTheHost(t *testing.T) {
	errs := make(chan error, 1)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "example.com/public", r.Host)
		assert.Equal(t, "/admin", r.URL.Path)
		errs <- newVerifier(t).Verify(r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()

	conn, err := (&tls.Dialer{Config: &tls.Config{
		RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, NextProtos: []string{"h2"},
	}}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	writeHTTP2(t, conn, [][2]string{
		{":method", "GET"}, {":scheme", "https"}, {":authority", "example.com/public"}, {":path", "/admin"},
		{strings.ToLower(webhook.SignatureHeader), signText(authToken, "https://example.com/public/admin")},
	})
	assertRefused(t, <-errs, `header Host: "example.com/public" is no host`)
}

// writeHTTP2 writes a request without a body. Clients of Go would refuse to.
func writeHTTP2(t *testing.T, conn net.Conn, headers [][2]string) {
	t.Helper()
	var block []byte
	for _, header := range headers {
		block = append(block, 0) // literal, not indexed, with a new name
		for _, text := range header {
			require.Less(t, len(text), 127)
			block = append(block, byte(len(text)))
			block = append(block, text...)
		}
	}
	const endOfStreamAndHeaders = 0x1 | 0x4
	text := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	text = append(text, 0, 0, 0, 4, 0, 0, 0, 0, 0)                                                      // SETTINGS, empty
	text = append(text, 0, byte(len(block)>>8), byte(len(block)), 1, endOfStreamAndHeaders, 0, 0, 0, 1) // HEADERS of stream 1
	_, err := conn.Write(append(text, block...))
	require.NoError(t, err)
}

func TestAHostThatMightBeMoreIsRefused(t *testing.T) {
	for _, host := range []string{"", "a/b", "a?b", "a#b", "me@a", `a\b`, "a b", "a\r\nb", "a,b", "a;b", "a%2fb", `"a"`, "ä", "a\x00"} {
		r := incoming{method: "GET", target: "/", signs: "https://" + host + "/"}.request(t)
		r.Host = host
		assertRefused(t, newVerifier(t).Verify(r), "is no host")
	}
	for _, host := range []string{"a", "A-b_c~d.e", "[::1]", "[2001:db8::f]:1", "127.0.0.1:80"} {
		r := incoming{method: "GET", target: "/", signs: "https://" + host + "/"}.request(t)
		r.Host = host
		assert.NoError(t, newVerifier(t).Verify(r), host)
	}
}

func TestTheBaseURLIsWhereTheServiceFindsTheProgram(t *testing.T) {
	tests := map[string]struct {
		base, target, signed string
		refuse               bool
	}{
		"a host":                            {base: "https://example.com", target: "/a?b", signed: "https://example.com/a?b"},
		"a slash at the end":                {base: "https://example.com/", target: "/a", signed: "https://example.com/a"},
		"a prefix":                          {base: "https://example.com/p/q", target: "/a", signed: "https://example.com/p/q/a"},
		"a prefix with a slash at the end":  {base: "https://example.com/p/", target: "/a", signed: "https://example.com/p/a"},
		"a prefix that the service has not": {base: "https://example.com/p", target: "/a", signed: "https://example.com/a", refuse: true},
		"a prefix as it is written":         {base: "https://example.com/%7ep", target: "/a", signed: "https://example.com/%7ep/a"},
		"a prefix that is all of the path":  {base: "https://example.com/p", target: "/", signed: "https://example.com/p"},
		"all of the path, and a query":      {base: "https://example.com/p", target: "/?a=b", signed: "https://example.com/p?a=b"},
		"a prefix, and the root":            {base: "https://example.com/p", target: "/", signed: "https://example.com/p/"},
		"the prefix without the port":       {base: "https://example.com:8443/p", target: "/", signed: "https://example.com/p"},
		"a port that the service dropped":   {base: "https://example.com:8443/p", target: "/a", signed: "https://example.com/p/a"},
		"a port that the service kept":      {base: "https://example.com:8443/p", target: "/a", signed: "https://example.com:8443/p/a"},
		"the default port":                  {base: "https://example.com/p", target: "/a", signed: "https://example.com:443/p/a"},
		"a scheme in capitals":              {base: "HTTPS://example.com", target: "/a", signed: "HTTPS://example.com:443/a"},
		"http":                              {base: "http://example.com", target: "/a", signed: "http://example.com:80/a"},
		"an IPv6 address":                   {base: "https://[::1]:8443", target: "/a", signed: "https://[::1]/a"},
		"user and password":                 {base: "https://me:secret@example.com", target: "/a", signed: "https://example.com/a"},
		"two slashes":                       {base: "https://example.com/", target: "//a", signed: "https://example.com//a"},
		"the host of the request":           {base: "https://example.org", target: "/a", signed: "https://example.com/a", refuse: true},
		"a URL as the target":               {base: "https://example.com/p", target: "http://example.org/a", signed: "https://example.com/p/a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			verifier := newVerifier(t, webhook.WithBaseURL(test.base), webhook.WithTrustedProxy([]string{"192.0.2.1"}, "X-Forwarded-Host"))
			call := incoming{
				target: test.target, signs: test.signed, plain: true,
				header: http.Header{"X-Forwarded-Host": {"a proxy, which does not count"}},
			}
			if test.refuse {
				assertRefused(t, verifier.Verify(call.request(t)), "the signature fits none")
				return
			}
			assert.NoError(t, verifier.Verify(call.request(t)))
		})
	}
}

func TestABaseURLThatCannotBeIsRefusedWithoutBeingShown(t *testing.T) {
	const (
		notAbsolute = "WithBaseURL: it is no absolute http or https URL"
		tooMuch     = "WithBaseURL: it has a query or a fragment"
	)
	tests := map[string]string{
		"":                                  notAbsolute,
		"hunter2.example.com":               notAbsolute,
		"/hunter2":                          notAbsolute,
		"//me:hunter2@example.com":          notAbsolute,
		"me:hunter2@example.com":            notAbsolute,
		"https:me:hunter2@example.com":      notAbsolute,
		"https:/me:hunter2@example.com":     notAbsolute,
		"ftp://me:hunter2@example.com":      notAbsolute,
		"https://me:hunter2@":               notAbsolute,
		"https://me:hunter2@:443":           notAbsolute,
		"https://me:hunter2@example.com:x":  notAbsolute,
		"https://me:hunter2@example.com/%z": notAbsolute,
		"https://me:hunter2@exam ple.com":   notAbsolute,
		"https://example.com?hunter2":       tooMuch,
		"https://me:hunter2@example.com/?":  tooMuch,
		"https://example.com/#hunter2":      tooMuch,
		"https://me:hunter2@example.com#":   tooMuch,
	}
	for base, want := range tests {
		verifier, err := webhook.NewVerifier(authToken).With(webhook.WithBaseURL(base))
		assert.Nil(t, verifier, base)
		assert.EqualError(t, err, "webhook: set up a verifier: "+want, base)
	}
}

func TestTrustedProxiesTellWhatTheyWereAskedFor(t *testing.T) {
	all := []string{"Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto"}
	const signed = "https://example.com/hook"
	tests := map[string]struct {
		peers   []string // 10.0.0.0/8 unless set
		headers []string // all unless set
		remote  string   // 10.1.2.3:4 unless set
		header  http.Header
		host    string
		signed  string
		why     string // it is refused
	}{
		"nothing but the host":              {host: "example.com", signed: "http://example.com/hook"},
		"the scheme":                        {host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"the scheme that it is":             {host: "example.com", header: http.Header{"X-Forwarded-Proto": {"http"}}, signed: "http://example.com/hook"},
		"the scheme in capitals":            {host: "example.com", header: http.Header{"X-Forwarded-Proto": {"HTTPS"}}, signed: signed},
		"white space":                       {host: "example.com", header: http.Header{"X-Forwarded-Proto": {" https\t"}}, signed: signed},
		"the host":                          {header: http.Header{"X-Forwarded-Host": {"example.com"}}, signed: "http://example.com/hook"},
		"the host with its port":            {header: http.Header{"X-Forwarded-Host": {"example.com:81"}}, signed: "http://example.com:81/hook"},
		"the port":                          {host: "example.com", header: http.Header{"X-Forwarded-Port": {"81"}}, signed: "http://example.com:81/hook"},
		"the port for another":              {host: "example.com:8080", header: http.Header{"X-Forwarded-Port": {"81"}}, signed: "http://example.com:81/hook"},
		"the port of an IPv6 address":       {host: "[::1]", header: http.Header{"X-Forwarded-Port": {"81"}}, signed: "http://[::1]:81/hook"},
		"the other port of an IPv6 address": {host: "[::1]:8080", header: http.Header{"X-Forwarded-Port": {"81"}}, signed: "http://[::1]:81/hook"},
		"the port that https has": {
			header: http.Header{"X-Forwarded-Host": {"example.com:8080"}, "X-Forwarded-Port": {"443"}, "X-Forwarded-Proto": {"https"}},
			signed: signed,
		},
		"the port of an IPv6 host": {
			header: http.Header{"X-Forwarded-Host": {"[2001:db8::1]:8080"}, "X-Forwarded-Port": {"81"}},
			signed: "http://[2001:db8::1]:81/hook",
		},
		"the port before the host": {
			headers: []string{"X-Forwarded-Port", "X-Forwarded-Host"},
			header:  http.Header{"X-Forwarded-Host": {"example.com:8080"}, "X-Forwarded-Port": {"81"}},
			signed:  "http://example.com:81/hook",
		},
		"the host that the request has none of": {host: "-", header: http.Header{"X-Forwarded-Host": {"example.com"}}, signed: "http://example.com/hook"},

		"forwarded":                       {header: http.Header{"Forwarded": {"for=192.0.2.60;proto=https;by=203.0.113.43;host=example.com"}}, signed: signed},
		"forwarded in quotes":             {header: http.Header{"Forwarded": {`for="[2001:db8::1]:4711"; Proto="HTTPS"; HOST="example.com:81"`}}, signed: "https://example.com:81/hook"},
		"forwarded without host":          {host: "example.com", header: http.Header{"Forwarded": {"proto=https"}}, signed: signed},
		"forwarded without proto":         {header: http.Header{"Forwarded": {"host=example.com"}}, signed: "http://example.com/hook"},
		"forwarded without anything":      {host: "example.com", header: http.Header{"Forwarded": {"for=_hidden;secret"}}, signed: "http://example.com/hook"},
		"forwarded with a port elsewhere": {header: http.Header{"Forwarded": {"host=example.com"}, "X-Forwarded-Port": {"81"}}, signed: "http://example.com:81/hook"},
		"the later one of two headers":    {header: http.Header{"Forwarded": {"host=example.org"}, "X-Forwarded-Host": {"example.com"}}, signed: "http://example.com/hook"},
		"the later one, the other way": {
			headers: []string{"X-Forwarded-Host", "Forwarded"},
			header:  http.Header{"Forwarded": {"host=example.org"}, "X-Forwarded-Host": {"example.com"}}, signed: "http://example.org/hook",
		},

		"a header in small letters": {headers: []string{"x-forwarded-proto"}, host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"a header that is not trusted": {
			headers: []string{"X-Forwarded-Proto"}, host: "example.com",
			header: http.Header{"X-Forwarded-Host": {"example.org, evil/?"}, "X-Forwarded-Proto": {"https"}}, signed: signed,
		},

		"a peer that is an address":                {peers: []string{"192.0.2.1", "10.1.2.3"}, host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"another peer":                             {peers: []string{"10.1.2.4"}, host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: "http://example.com/hook"},
		"another peer, with nonsense":              {remote: "192.0.2.1:4", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"a", "b"}}, signed: "http://example.com/hook"},
		"a peer outside the range":                 {remote: "11.0.0.1:4", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: "http://example.com/hook"},
		"IPv4 as IPv6":                             {remote: "[::ffff:10.1.2.3]:4", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"IPv4 trusted as IPv6":                     {peers: []string{"::ffff:10.1.2.3"}, host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"a range of IPv4 trusted as IPv6":          {peers: []string{"::ffff:10.0.0.0/104"}, host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"a range of IPv4 as IPv6 and its end":      {peers: []string{"::ffff:10.0.0.0/104"}, remote: "11.0.0.1:4", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: "http://example.com/hook"},
		"a range with bits of the host":            {peers: []string{"10.9.9.9/8"}, host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"IPv6":                                     {peers: []string{"2001:db8::/32"}, remote: "[2001:db8::7]:4", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"IPv6 with a zone":                         {peers: []string{"fe80::1"}, remote: "[fe80::1%eth0]:4", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: signed},
		"all of IPv6, which is not IPv4":           {peers: []string{"::/0"}, host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: "http://example.com/hook"},
		"a Unix socket":                            {peers: []string{"0.0.0.0/0", "::/0"}, remote: "@", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: "http://example.com/hook"},
		"a peer without a port, as no server says": {remote: "10.1.2.3", host: "example.com", header: http.Header{"X-Forwarded-Proto": {"https"}}, signed: "http://example.com/hook"},

		"two headers":                      {header: http.Header{"X-Forwarded-Host": {"example.com", "example.com"}}, why: "header X-Forwarded-Host: there is more than one value"},
		"a list":                           {header: http.Header{"X-Forwarded-Host": {"evil.example, example.com"}}, why: "header X-Forwarded-Host: there is more than one value"},
		"a list of Forwarded":              {header: http.Header{"Forwarded": {"host=example.com,host=example.com"}}, why: "header Forwarded: there is more than one value"},
		"a path in the host":               {header: http.Header{"X-Forwarded-Host": {"evil/x?"}}, why: `header X-Forwarded-Host: "evil/x?" is no host`},
		"a user in the host":               {header: http.Header{"X-Forwarded-Host": {"me@example.com"}}, why: `"me@example.com" is no host`},
		"a line break in the host":         {header: http.Header{"X-Forwarded-Host": {"example.com\r\nx"}}, why: `is no host`},
		"an empty host":                    {header: http.Header{"X-Forwarded-Host": {""}}, why: `"" is no host`},
		"another scheme":                   {header: http.Header{"X-Forwarded-Proto": {"ftp"}}, why: `header X-Forwarded-Proto: the scheme is "ftp", expected http or https`},
		"a scheme and more":                {header: http.Header{"X-Forwarded-Proto": {"https://example.com/"}}, why: `expected http or https`},
		"an empty scheme":                  {header: http.Header{"X-Forwarded-Proto": {""}}, why: `the scheme is ""`},
		"a port that is none":              {header: http.Header{"X-Forwarded-Port": {"80/x"}}, why: `header X-Forwarded-Port: "80/x" is no port`},
		"an empty port":                    {header: http.Header{"X-Forwarded-Port": {""}}, why: `"" is no port`},
		"another scheme of Forwarded":      {header: http.Header{"Forwarded": {"proto=ftp;host=example.com"}}, why: `header Forwarded: the scheme is "ftp"`},
		"a host of Forwarded that is none": {header: http.Header{"Forwarded": {`host="evil/x?"`}}, why: `header Forwarded: "evil/x?" is no host`},
		"an empty host of Forwarded":       {header: http.Header{"Forwarded": {`host=""`}}, why: `header Forwarded: "" is no host`},
		"two hosts of Forwarded":           {header: http.Header{"Forwarded": {"host=example.com;Host=example.com"}}, why: `header Forwarded: "host" is there twice, or is not to be read`},
		"a semicolon in quotes":            {header: http.Header{"Forwarded": {`host=example.com;for="_a;proto=https;b"`}}, why: `header Forwarded: "for" is there twice, or is not to be read`},
		"a quote that ends in a host":      {header: http.Header{"Forwarded": {`host=example.com"`}}, why: `"host" is there twice, or is not to be read`},
		"a quote alone":                    {header: http.Header{"Forwarded": {`host="`}}, why: `"host" is there twice, or is not to be read`},
		"an escape in quotes":              {header: http.Header{"Forwarded": {`host="example\.com"`}}, why: `"host" is there twice, or is not to be read`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			peers, headers := []string{"10.0.0.0/8"}, all
			if test.peers != nil {
				peers = test.peers
			}
			if test.headers != nil {
				headers = test.headers
			}
			r := incoming{plain: true, host: "internal:8080", remote: "10.1.2.3:4", signs: test.signed}.request(t)
			if test.signed == "" { // no matter what: it must not come to that
				r.Header.Set(webhook.SignatureHeader, signText(authToken, signed))
			}
			switch test.host {
			case "":
			case "-":
				r.Host = ""
			default:
				r.Host = test.host
			}
			if test.remote != "" {
				r.RemoteAddr = test.remote
			}
			for header, values := range test.header {
				r.Header[header] = values
			}
			err := newVerifier(t, webhook.WithTrustedProxy(peers, headers...)).Verify(r)
			if test.why != "" {
				assertRefused(t, err, test.why)
				return
			}
			assert.NoError(t, err)
		})
	}
}

func TestWithoutTheOptionNoProxyIsTrusted(t *testing.T) {
	call := incoming{
		plain: true, remote: "127.0.0.1:4", signs: "https://example.com/hook",
		header: http.Header{"X-Forwarded-Proto": {"https"}, "Forwarded": {"proto=https"}},
	}
	assertRefused(t, newVerifier(t).Verify(call.request(t)), `with any of ["http://example.com/hook" "http://example.com:80/hook"]`)
}

func TestProxiesThatCannotBeAreRefused(t *testing.T) {
	const neither = " is neither an IP address nor a range such as 10.0.0.0/8, without a zone"
	tests := map[string]struct {
		peers, headers []string
		want           string
	}{
		"no peers":             {nil, []string{"Forwarded"}, "expected the addresses of proxies, and the headers of theirs to believe"},
		"no headers":           {[]string{"::1"}, nil, "expected the addresses of proxies, and the headers of theirs to believe"},
		"a name":               {[]string{"10.0.0.1", "localhost"}, []string{"Forwarded"}, `"localhost"` + neither},
		"an address with port": {[]string{"10.0.0.1:80"}, []string{"Forwarded"}, `"10.0.0.1:80"` + neither},
		"a range that is none": {[]string{"10.0.0.0/33"}, []string{"Forwarded"}, `"10.0.0.0/33"` + neither},
		"a zone":               {[]string{"fe80::1%eth0"}, []string{"Forwarded"}, `"fe80::1%eth0"` + neither},
		"a zone of a range":    {[]string{"fe80::%eth0/64"}, []string{"Forwarded"}, `"fe80::%eth0/64"` + neither},
		"more than IPv4":       {[]string{"::ffff:0.0.0.0/95"}, []string{"Forwarded"}, `"::ffff:0.0.0.0/95"` + neither},
		"nothing":              {[]string{""}, []string{"Forwarded"}, `""` + neither},
		"another header":       {[]string{"::1"}, []string{"Forwarded", "X-Real-IP"}, `the header "X-Real-IP" is none of Forwarded, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Proto`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := webhook.NewVerifier(authToken).With(webhook.WithTrustedProxy(test.peers, test.headers...))
			assert.EqualError(t, err, "webhook: set up a verifier: WithTrustedProxy: "+test.want)
		})
	}
}

func TestProxiesReplaceThoseBefore(t *testing.T) {
	verifier := newVerifier(t,
		webhook.WithTrustedProxy([]string{"10.0.0.1"}, "X-Forwarded-Host"),
		webhook.WithTrustedProxy([]string{"10.0.0.2"}, "X-Forwarded-Proto"))
	header := http.Header{"X-Forwarded-Host": {"example.org"}, "X-Forwarded-Proto": {"https"}}
	first := incoming{plain: true, remote: "10.0.0.1:1", signs: "http://example.com/hook", header: header}
	assert.NoError(t, verifier.Verify(first.request(t)))
	second := incoming{plain: true, remote: "10.0.0.2:1", signs: "https://example.com/hook", header: header}
	assert.NoError(t, verifier.Verify(second.request(t)))
}
