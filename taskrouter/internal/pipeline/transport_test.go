package pipeline

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/internal/pipenet"
)

// authPair is the two ends of connections in memory, which can fall silent.
type authPair struct {
	*pipenet.Listener
	silent atomic.Bool
}

func (p *authPair) dial(ctx context.Context, network, address string) (net.Conn, error) {
	near, err := p.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return authSilence{near, &p.silent}, nil
}

// authSilence swallows what is written while it lasts, as a broken line does.
type authSilence struct {
	net.Conn
	silent *atomic.Bool
}

func (c authSilence) Write(p []byte) (int, error) {
	if c.silent.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// authServer serves HTTP/2 on connections in memory, by the transport.
func authServer(t *testing.T, source *http.Transport, handler http.HandlerFunc) (*http.Transport, *authPair, string) {
	t.Helper()
	pair := &authPair{Listener: pipenet.Listen()}
	server := httptest.NewUnstartedServer(handler)
	_ = server.Listener.Close() // it is a socket, which nobody needs
	server.Listener, server.EnableHTTP2 = pair, true
	server.StartTLS()
	t.Cleanup(server.Close)

	authorities := x509.NewCertPool()
	authorities.AddCert(server.Certificate())
	source.DialContext, source.ForceAttemptHTTP2 = pair.dial, true
	source.TLSClientConfig = &tls.Config{RootCAs: authorities}
	transport := forOneHost(source)
	t.Cleanup(transport.CloseIdleConnections)
	return transport, pair, server.URL
}

func authSend(t *testing.T, transport *http.Transport, address string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	assert.Equal(t, 2, response.ProtoMajor)
	_, err = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return err
}

// All requests share one connection of HTTP/2: if it died silently, all calls
// would time out until the kernel notices.
func TestADeadConnectionIsNoticedAfterTwentySeconds(t *testing.T) {
	for name, test := range map[string]struct {
		callers *http.HTTP2Config
		noticed time.Duration
	}{
		"unless the program says otherwise": {nil, 20 * time.Second},
		"as the program says":               {&http.HTTP2Config{SendPingTimeout: 3 * time.Second, PingTimeout: time.Second}, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				silenced := make(chan struct{})
				transport, pair, address := authServer(t, &http.Transport{HTTP2: test.callers}, func(_ http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/silence" {
						<-silenced
					}
				})
				require.NoError(t, authSend(t, transport, address))
				pair.silent.Store(true)
				time.AfterFunc(time.Hour, func() { close(silenced) })
				start := time.Now()
				require.Error(t, authSend(t, transport, address+"/silence"))
				assert.Equal(t, test.noticed, time.Since(start))

				pair.silent.Store(false)
				require.NoError(t, authSend(t, transport, address), "on a new connection")
				assert.Equal(t, 2, pair.Dialed())
				<-time.After(2 * time.Hour)
			})
		})
	}
}

// Gateways close what is idle for longer, many of them after a minute.
func TestAConnectionIsNotUsedAgainAfterHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport, pair, address := authServer(t, &http.Transport{IdleConnTimeout: time.Hour}, func(http.ResponseWriter, *http.Request) {})
		require.NoError(t, authSend(t, transport, address))
		<-time.After(30*time.Second - 1)
		require.NoError(t, authSend(t, transport, address))
		assert.Equal(t, 1, pair.Dialed())
		<-time.After(31 * time.Second)
		require.NoError(t, authSend(t, transport, address))
		assert.Equal(t, 2, pair.Dialed())
	})
}

func TestTheTransportOfTheProgramIsCopiedWithWhatItSays(t *testing.T) {
	source := http.DefaultTransport.(*http.Transport).Clone()
	source.MaxConnsPerHost, source.ResponseHeaderTimeout, source.DisableCompression = 7, time.Minute, true
	before := authFields(source)
	transport := forOneHost(source)
	assert.Equal(t, before, authFields(source))

	want := authFields(source)
	want["MaxIdleConnsPerHost"], want["IdleConnTimeout"] = 32, 30*time.Second
	want["HTTP2"] = http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second}
	assert.Equal(t, want, authFields(transport))
	assert.NotNil(t, transport.Proxy)
}

func TestASettingOfHTTP2LeavesItToTheProgram(t *testing.T) {
	set := http.HTTP2Config{MaxReadFrameSize: 1 << 16}
	assert.Equal(t, set, *forOneHost(&http.Transport{HTTP2: &set}).HTTP2)
	for _, unset := range []*http.HTTP2Config{nil, {}} {
		assert.Equal(t, 15*time.Second, forOneHost(&http.Transport{HTTP2: unset}).HTTP2.SendPingTimeout)
	}
}

// A program that chose a number had a reason; the standard ones have none.
func TestTheTransportOfTheProgramMayBeMoreCareful(t *testing.T) {
	for name, test := range map[string]struct {
		idle, wantIdle       int
		timeout, wantTimeout time.Duration
	}{
		"nothing is set":              {0, 32, 0, 30 * time.Second},
		"few, for long":               {2, 32, 30*time.Second + 1, 30 * time.Second},
		"many, for a short time":      {200, 200, 5 * time.Second, 5 * time.Second},
		"as many, for the same":       {32, 32, 30 * time.Second, 30 * time.Second},
		"one more, for a moment less": {33, 33, 30*time.Second - 1, 30*time.Second - 1},
	} {
		t.Run(name, func(t *testing.T) {
			transport := forOneHost(&http.Transport{MaxIdleConnsPerHost: test.idle, IdleConnTimeout: test.timeout})
			assert.Equal(t, test.wantIdle, transport.MaxIdleConnsPerHost)
			assert.Equal(t, test.wantTimeout, transport.IdleConnTimeout)
		})
	}
}

// authFields returns what a transport says: of functions, which one it is.
func authFields(transport *http.Transport) map[string]any {
	fields := map[string]any{}
	for field, value := range reflect.ValueOf(transport).Elem().Fields() {
		switch {
		case !field.IsExported() || field.Name == "TLSClientConfig" || field.Name == "TLSNextProto": // which net/http fills in
		case field.Type.Kind() == reflect.Func:
			fields[field.Name] = value.Pointer()
		case field.Type.Kind() == reflect.Pointer && !value.IsNil():
			fields[field.Name] = value.Elem().Interface()
		default:
			fields[field.Name] = value.Interface()
		}
	}
	return fields
}

func TestTheStandardTransportItselfIsNotChanged(t *testing.T) {
	standard := http.DefaultTransport.(*http.Transport)
	before := authFields(standard)
	transport, ok := DefaultTransport().(*http.Transport)
	require.True(t, ok)
	assert.NotSame(t, standard, transport)
	assert.Same(t, transport, DefaultTransport(), "one for all clients")
	assert.Equal(t, before, authFields(standard))
	assert.Equal(t, reflect.ValueOf(http.ProxyFromEnvironment).Pointer(), reflect.ValueOf(transport.Proxy).Pointer())
	assert.Equal(t, 32, transport.MaxIdleConnsPerHost)
}

func TestATransportThatTakesThePlaceOfTheStandardOneIsUsed(t *testing.T) {
	standard := http.DefaultTransport
	defer func() { http.DefaultTransport = standard }()
	first := DefaultTransport()

	http.DefaultTransport = &http.Transport{MaxConnsPerHost: 3}
	second, ok := DefaultTransport().(*http.Transport)
	require.True(t, ok)
	assert.NotSame(t, first, second)
	assert.NotSame(t, http.DefaultTransport, second)
	assert.Equal(t, 3, second.MaxConnsPerHost)

	own := http.NewFileTransport(http.Dir("."))
	http.DefaultTransport = own
	assert.Equal(t, own, DefaultTransport(), "one that is not net/http's, as it is")
}
