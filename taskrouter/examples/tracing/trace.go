package main

import (
	"net/http"
	"net/url"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// Trace gives each call a span, in that of the caller's context, and each of its
// attempts one within. All are named after the operation; the time that no
// attempt covers was spent waiting. The service is sent the context of the
// attempt's span.
func Trace(provider trace.TracerProvider) []taskrouter.Option {
	traced := func(options ...otelhttp.Option) taskrouter.Middleware {
		options = append(options,
			otelhttp.WithTracerProvider(provider),
			otelhttp.WithPropagators(propagation.TraceContext{}), // without baggage, which may be about a person
			otelhttp.WithSpanNameFormatter(operationID),
		)
		return func(next http.RoundTripper) http.RoundTripper {
			return otelhttp.NewTransport(described{next}, options...)
		}
	}
	return []taskrouter.Option{
		taskrouter.WithCallMiddleware(traced(
			otelhttp.WithSpanOptions(trace.WithSpanKind(trace.SpanKindInternal)), // what the service answers are the attempts
			otelhttp.WithMeterProvider(noop.NewMeterProvider()),                  // and a request is to be measured once
		)),
		taskrouter.WithAttemptMiddleware(traced()),
	}
}

func operationID(_ string, request *http.Request) string {
	operation, _ := taskrouter.OperationOf(request.Context())
	return operation.ID
}

// described says what a request is for in the span that otelhttp has begun.
type described struct{ next http.RoundTripper }

func (d described) RoundTrip(request *http.Request) (*http.Response, error) {
	operation, _ := taskrouter.OperationOf(request.Context())
	span := trace.SpanFromContext(request.Context())
	span.SetAttributes(semconv.URLTemplate(operation.Path), withoutQuery(request.URL))
	if operation.Attempt > 1 {
		span.SetAttributes(semconv.HTTPRequestResendCount(operation.Attempt - 1))
	}
	return d.next.RoundTrip(request)
}

// withoutQuery takes the place of the URL that otelhttp has put into the span. It
// puts all of it there and has no option to do otherwise, but a query may ask for
// the attributes of a person. Of one key, a span keeps the last value.
func withoutQuery(u *url.URL) attribute.KeyValue {
	public := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return semconv.URLFull(public.String())
}
