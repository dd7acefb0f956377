package callback

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// named is a handler that answers with its name.
func named(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, name) })
}

func parsed(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u
}

// answerer is which handler answers at a URL.
func (h *Handlers) answerer(t testing.TB, target string) string {
	t.Helper()
	handler := h.find(parsed(t, target))
	if handler == nil {
		return ""
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, nil)
	return recorder.Body.String()
}

func TestWithoutHandlersNobodyAnswers(t *testing.T) {
	var h Handlers
	assert.Empty(t, h.answerer(t, "https://app.test"))
}

func TestTheLongestPathAnswersInWhateverOrderHandlersCame(t *testing.T) {
	paths := []string{"", "/a", "/a/b", "/a/b/c", "/x"}
	for i := range paths {
		for j := range paths {
			var h Handlers
			order := append(append([]string{}, paths[i:]...), paths[:i]...)
			order[0], order[j] = order[j], order[0]
			for _, path := range order {
				h.Handle(parsed(t, "https://app.test"+path), named("https://app.test"+path))
			}
			for path, want := range map[string]string{"": "", "/": "", "/a": "/a", "/a/": "/a", "/ab": "", "/a/b": "/a/b", "/a/bc": "/a", "/a/b/c/d": "/a/b/c", "/x/a": "/x"} {
				assert.Equal(t, "https://app.test"+want, h.answerer(t, "https://app.test"+path), "%s of %v", path, order)
			}
			assert.Len(t, h.bases, len(paths))
			h.Handle(parsed(t, "HTTPS://APP.test/a/b/"), named("another"))
			assert.Len(t, h.bases, len(paths), "one was replaced")
			assert.Equal(t, "another", h.answerer(t, "https://app.test/a/b"))
		}
	}
}

// Whatever the URLs are, a handler answers at its own one.
func FuzzAHandlerAnswersAtItsURL(f *testing.F) {
	for _, target := range []string{"https://app.test", "https://app.test/a/b/", "http://[::1]:80/x?y", "https://App.test/%2F/ü#z", "https://app.test//"} {
		f.Add(target, "/below")
	}
	f.Fuzz(func(t *testing.T, target, below string) {
		u, err := url.Parse(target)
		if err != nil || u.Host == "" || u.Scheme == "" {
			return
		}
		var h Handlers
		h.Handle(parsed(t, "https://app.test/a"), named("another"))
		h.Handle(u, named("it"))
		if handler := h.find(u); assert.NotNil(t, handler, target) {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, nil)
			assert.Equal(t, "it", recorder.Body.String())
		}
		lower := *u
		lower.Path = strings.TrimRight(u.Path, "/") + "/" + below
		assert.NotNil(t, h.find(&lower))
		other := *u
		other.Host += "x"
		assert.Nil(t, h.find(&other))
	})
}

// A lateContext is one whose time is over, but that does not say so yet.
type lateContext struct {
	context.Context
	deadline time.Time
}

func (c lateContext) Deadline() (time.Time, bool) { return c.deadline, true }

func TestAnAnswerAtTheLastMomentIsTooLateWhateverTheContextSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Handlers
		h.Handle(&appURL, named("it"))
		client := h.clientBeside(nil)
		for ahead, late := range map[time.Duration]bool{-time.Second: true, 0: true, 1: false, time.Second: false} {
			r, err := http.NewRequestWithContext(lateContext{t.Context(), time.Now().Add(ahead)}, http.MethodPost, appURL.String(), strings.NewReader(""))
			require.NoError(t, err)
			response, err := client.Transport.RoundTrip(r)
			if late {
				assert.ErrorIs(t, err, context.DeadlineExceeded, "%s", ahead)
				continue
			}
			if assert.NoError(t, err, "%s", ahead) {
				assert.NoError(t, response.Body.Close())
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, appURL.String(), strings.NewReader(""))
		require.NoError(t, err)
		response, err := client.Transport.RoundTrip(r)
		if assert.NoError(t, err, "without a deadline") {
			assert.NoError(t, response.Body.Close())
		}
	})
}
