// Command tracing shows the spans of a call that needs two attempts: the service
// is busy at first. [Trace] is what makes them, to be copied into a program.
//
// It needs neither an account nor a network: the service is prepared, on
// loopback. It is a module of its own so that OpenTelemetry is no dependency of
// the SDK.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	service := httptest.NewServer(busyAtFirst())
	defer service.Close()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(printer{out})) // a program would have a batcher, and an exporter of OTLP
	defer func() { err = errors.Join(err, provider.Shutdown(ctx)) }()

	client, err := taskrouter.NewClient(append(Trace(provider),
		taskrouter.WithBaseURL(service.URL),
		taskrouter.WithAuthToken("AC00000000000000000000000000000000", "a token that nobody looks at"),
	)...)
	if err != nil {
		return err
	}
	ctx, span := provider.Tracer("tracing").Start(ctx, "answer the phone")
	defer span.End()
	_, err = client.Tasks("WS00000000000000000000000000000000").Get(ctx, "WT00000000000000000000000000000000")
	return err
}

// busyAtFirst has no time for the first request, and a task for any other.
func busyAtFirst() http.Handler {
	var requests atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 1 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, `{"sid": "WT00000000000000000000000000000000"}`) // who does not read it will say so
	})
}

// printer writes down spans as they end, and so the caller's last.
type printer struct{ out io.Writer }

func (p printer) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	for _, span := range spans {
		took := span.EndTime().Sub(span.StartTime()).Round(time.Millisecond)
		text := fmt.Sprintf("%s: span %v in %v, %v\n", span.Name(), span.SpanContext().SpanID(), span.Parent().SpanID(), took)
		for _, fact := range span.Attributes() {
			text += fmt.Sprintf("  %s = %s\n", fact.Key, fact.Value)
		}
		if _, err := io.WriteString(p.out, text); err != nil {
			return err
		}
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }
