package record

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// A workspace is created and renamed, and then another one is refused.
func repeatable() *conformance.Scenario {
	const sid, other = "WS2755ca500fe07f93394eba29bccd4fca", "WS6cedede4a2c0c75006ca114e61a03008"
	exchange := func(name, path string, status int, body string) conformance.Exchange {
		return conformance.Exchange{
			Name:     name,
			Request:  conformance.Request{Method: "POST", Path: path, Header: []conformance.Field{{Name: "Authorization", Value: "Basic"}}},
			Response: conformance.Response{Status: status, Body: body},
		}
	}
	return &conformance.Scenario{Name: "repeat", Exchanges: []conformance.Exchange{
		exchange("other", "/v1/Workspaces", 201, `{"sid": "`+other+`"}`),
		exchange("create", "/v1/Workspaces", 201, `{"sid": "`+sid+`", "friendly_name": "A"}`),
		exchange("rename", "/v1/Workspaces/"+sid, 200, `{"sid": "`+sid+`", "friendly_name": "B"}`),
	}}
}

func TestRepeatGoesOnWhateverIsAnswered(t *testing.T) {
	const real = "WSffffffffffffffffffffffffffffffff"
	var paths []string
	recorder := newRecorder(t, "http://127.0.0.1:1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		if len(paths) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"sid": "`+real+`"}`)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"sid": "`+real+`", "friendly_name": "A"}`)
	}), nil)
	came, err := recorder.Repeat(t.Context(), repeatable())
	require.NoError(t, err)
	assert.Equal(t, []string{"/v1/Workspaces", "/v1/Workspaces", "/v1/Workspaces/" + real}, paths)
	require.Len(t, came.Exchanges, 3)
	assert.Equal(t, 503, came.Exchanges[0].Response.Status)
	assert.Equal(t, 201, came.Exchanges[2].Response.Status)
	for _, exchange := range came.Exchanges {
		// The refusal taught nothing: the name stands for what the second answer gave.
		assert.Contains(t, exchange.Response.Body, `"sid": "WS2755ca500fe07f93394eba29bccd4fca"`)
	}
}

func TestRepeatEndsWithTheConnection(t *testing.T) {
	broken := errors.New("broken")
	recorder := newRecorder(t, "http://127.0.0.1:1", nil, func(o *Options) { o.Transport = failing{broken} })
	_, err := recorder.Repeat(t.Context(), repeatable())
	assert.ErrorContains(t, err, `exchange "other": no usable answer from 127.0.0.1:1: broken`)
}
