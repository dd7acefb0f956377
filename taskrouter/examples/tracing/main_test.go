package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/taskrouter-go/sdk/taskrouter"
)

const (
	accountSID = "AC00000000000000000000000000000001"
	authToken  = "SECRET"
	workspace  = "WS00000000000000000000000000000001"
	task       = "WT00000000000000000000000000000001"

	taskPath = "/v1/Workspaces/{WorkspaceSid}/Tasks/{TaskSid}"
)

// traced returns a client of a service and where the spans of its calls go.
func traced(t *testing.T, service http.Handler) (*taskrouter.Client, *sdktrace.TracerProvider, *tracetest.InMemoryExporter) {
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	client, err := taskrouter.NewClient(append(Trace(provider),
		taskrouter.WithBaseURL(server.URL),
		taskrouter.WithAuthToken(accountSID, authToken),
		taskrouter.WithRetry(taskrouter.RetryPolicy{MaxDelay: time.Millisecond}),
	)...)
	require.NoError(t, err)
	return client, provider, spans
}

// facts are the attributes of a span, by key.
func facts(span tracetest.SpanStub) map[string]any {
	facts := map[string]any{}
	for _, fact := range span.Attributes {
		facts[string(fact.Key)] = fact.Value.AsInterface()
	}
	return facts
}

func TestEachCallHasASpanAndWithinItEachAttempt(t *testing.T) {
	var headers []string // that arrived
	service := busyAtFirst()
	client, provider, exporter := traced(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers = append(headers, r.Header.Get("Traceparent"))
		service.ServeHTTP(w, r)
	}))

	ctx, caller := provider.Tracer("test").Start(t.Context(), "caller")
	_, err := client.Tasks(workspace).Get(ctx, task)
	caller.End()
	require.NoError(t, err)

	spans := exporter.GetSpans() // in the order in which they ended
	require.Len(t, spans, 4)
	first, second, call := spans[0], spans[1], spans[2]
	for _, span := range spans[:3] {
		assert.Equal(t, "getTask", span.Name)
		assert.Equal(t, taskPath, facts(span)["url.template"])
	}
	assert.Equal(t, caller.SpanContext(), call.Parent)
	assert.Equal(t, call.SpanContext, first.Parent)
	assert.Equal(t, call.SpanContext, second.Parent)
	assert.Equal(t, []trace.SpanKind{trace.SpanKindClient, trace.SpanKindClient, trace.SpanKindInternal},
		[]trace.SpanKind{first.SpanKind, second.SpanKind, call.SpanKind})

	assert.Equal(t, codes.Error, first.Status.Code)
	assert.EqualValues(t, 429, facts(first)["http.response.status_code"])
	assert.NotContains(t, facts(first), "http.request.resend_count")
	assert.Equal(t, codes.Unset, second.Status.Code)
	assert.EqualValues(t, 200, facts(second)["http.response.status_code"])
	assert.EqualValues(t, 1, facts(second)["http.request.resend_count"])
	assert.Equal(t, codes.Unset, call.Status.Code, "the call succeeded")
	assert.NotContains(t, facts(call), "http.request.resend_count")

	assert.Equal(t, []string{traceparent(first), traceparent(second)}, headers)
}

func traceparent(span tracetest.SpanStub) string {
	return fmt.Sprintf("00-%v-%v-01", span.SpanContext.TraceID(), span.SpanContext.SpanID())
}

func TestFailureIsInTheSpanOfTheCall(t *testing.T) {
	for name, failure := range map[string]struct {
		service   http.HandlerFunc
		attempts  int
		errorType string
	}{
		"an answer": {http.NotFound, 1, "404"},
		"an answer that stayed": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}, 4, "503"},
		"no answer": {func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}, 4, "*errors.errorString"},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		}, 4, "*errors.errorString"},
	} {
		t.Run(name, func(t *testing.T) {
			client, _, exporter := traced(t, failure.service)
			_, err := client.Tasks(workspace).Get(t.Context(), task)
			require.Error(t, err)

			spans := exporter.GetSpans()
			require.Len(t, spans, failure.attempts+1)
			for _, span := range spans {
				assert.Equal(t, codes.Error, span.Status.Code)
				assert.Equal(t, failure.errorType, facts(span)["error.type"], span.Status.Description)
				assert.Equal(t, taskPath, facts(span)["url.template"])
			}
		})
	}
}

func TestSpansHoldNothingThatIsPrivate(t *testing.T) {
	answers := []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { // of a list
			_, _ = w.Write([]byte(`{"tasks": [], "meta": {"next_page_url": "https://example.com/v1/Workspaces/` + workspace + `/Tasks?PageToken=PRIVATE"}}`))
		},
		func(w http.ResponseWriter, _ *http.Request) { // of its second page
			http.Error(w, `{"code": 20001, "message": "PRIVATE is wrong"}`, http.StatusBadRequest)
		},
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	client, _, exporter := traced(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		assert.Equal(t, accountSID+authToken, user+password)
		answer := answers[0]
		answers = answers[1:]
		answer(w, r)
	}))
	tasks := client.Tasks(workspace)

	_, err := taskrouter.Collect(tasks.List(t.Context(), taskrouter.ListTasksParams{
		EvaluateTaskAttributes: new("phone == 'PRIVATE'"),
	}), 10)
	assert.ErrorIs(t, err, taskrouter.ErrInvalid)
	_, err = tasks.Create(t.Context(), taskrouter.CreateTaskRequest{Attributes: `{"phone": "PRIVATE"}`},
		taskrouter.WithParam("Unknown", "PRIVATE"), taskrouter.WithHeader("Unknown", "PRIVATE"))
	assert.Error(t, err)

	spans := exporter.GetSpans()
	require.Len(t, spans, 6, "two pages and a creation, one attempt each")
	for _, span := range spans {
		text := told(span)
		assert.Contains(t, text, "url.full=http://127.0.0.1:")
		for _, private := range []string{"PRIVATE", "SECRET", accountSID, base64.StdEncoding.EncodeToString([]byte(accountSID + ":" + authToken)), "Basic", "?"} {
			assert.NotContains(t, text, private)
		}
	}
}

// told is all the text in a span.
func told(span tracetest.SpanStub) string {
	text := []string{span.Name, span.Status.Description}
	add := func(facts []attribute.KeyValue) {
		for _, fact := range facts {
			text = append(text, fmt.Sprintf("%s=%s", fact.Key, fact.Value))
		}
	}
	add(span.Attributes)
	for _, event := range span.Events {
		text = append(text, event.Name)
		add(event.Attributes)
	}
	return strings.Join(text, "\n")
}

func TestARequestIsMeasuredOnce(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(before) })
	client, _, _ := traced(t, busyAtFirst())
	_, err := client.Tasks(workspace).Get(t.Context(), task)
	require.NoError(t, err)

	var measured metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &measured))
	require.Len(t, measured.ScopeMetrics, 1)
	requests := uint64(0)
	for _, metric := range measured.ScopeMetrics[0].Metrics {
		if metric.Name == "http.client.request.duration" {
			for _, point := range metric.Data.(metricdata.Histogram[float64]).DataPoints {
				requests += point.Count
			}
		}
	}
	assert.EqualValues(t, 2, requests, "one with 429, one with 200")
}

func TestProgramPrintsTheSpans(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), &out))
	assert.Equal(t, 3, strings.Count(out.String(), "getTask: span "))
	assert.Contains(t, out.String(), "http.request.resend_count = 1\n")
	assert.Contains(t, out.String(), "answer the phone: span ")
}
