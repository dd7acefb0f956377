// Command callbacks is an application that TaskRouter calls: it decides what is to
// be done with reservations, and writes down what happens to tasks.
//
//	TWILIO_AUTH_TOKEN=… go run github.com/taskrouter-go/sdk/taskrouter/examples/callbacks@latest -url https://example.com
//
// The URL is where TaskRouter finds it. The assignment callback URL of the workflow
// is then https://example.com/assignment, and the event callback URL of the
// workspace https://example.com/events.
//
// If TaskRouter is refused, -debug says why, with the URLs that were tried.
//
// With -try it needs neither an account nor a network: it calls itself as TaskRouter
// would, prints what it answers, and ends.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, arguments []string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := flag.NewFlagSet("callbacks", flag.ContinueOnError)
	address := flags.String("address", "localhost:8080", "where to listen")
	url := flags.String("url", "", "where TaskRouter finds this program, such as https://example.com")
	debug := flags.Bool("debug", false, "log why a caller is refused")
	trying := flags.Bool("try", false, "call this program as TaskRouter would, and end")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *debug {
		slog.SetLogLoggerLevel(slog.LevelDebug)
	}
	if *trying {
		return try(ctx)
	}
	if *url == "" {
		return errors.New("-url is missing: it is part of what TaskRouter signs")
	}
	verifier, err := webhook.NewVerifier(os.Getenv("TWILIO_AUTH_TOKEN")).With(webhook.WithBaseURL(*url))
	if err != nil {
		return err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", *address)
	if err != nil {
		return err
	}
	slog.Info("listening", "address", listener.Addr().String(), "events filter", events().Filter())
	return serve(ctx, listener, routes(verifier))
}

// serve answers requests until the context ends, and then those that are under way.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadTimeout: webhook.AssignmentTimeout}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), webhook.EventTimeout)
		defer cancel()
		return server.Shutdown(grace)
	}
}

func routes(verifier *webhook.Verifier) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/assignment", webhook.AssignmentHandler(verifier, decide))
	mux.Handle("/events", webhook.EventHandler(verifier, events().Dispatch))
	return mux
}

// decide connects callers with the worker, accepts chats, and leaves everything else
// for later, when another program updates the reservation.
func decide(_ context.Context, a webhook.Assignment) (webhook.Instruction, error) {
	var task struct {
		Type   string `json:"type"`
		Called string `json:"called"` // the number that was dialed
	}
	if err := a.TaskAttributes.Decode(&task); err != nil {
		return nil, err
	}
	switch task.Type {
	case "call":
		return webhook.Dequeue{From: task.Called, Timeout: 20}, nil
	case "chat":
		return webhook.Accept{}, nil
	}
	return nil, nil
}

// events writes down which tasks were lost, and how long workers were away.
func events() *webhook.EventMux {
	var mux webhook.EventMux
	mux.On(webhook.EventTypeTaskCanceled, func(ctx context.Context, e webhook.Event) error {
		task, _ := e.Task()
		slog.InfoContext(ctx, "task canceled", "task", task.SID, "reason", task.CanceledReason, "age", task.Age)
		return nil
	})
	mux.On(webhook.EventTypeWorkerActivityUpdate, func(ctx context.Context, e webhook.Event) error {
		worker, _ := e.Worker()
		slog.InfoContext(ctx, "worker has changed activity", "worker", worker.SID,
			"from", worker.PreviousActivityName, "to", worker.ActivityName, "after", worker.TimeInPreviousActivity)
		return nil
	})
	return &mux
}

// try serves on a free port, and calls itself.
func try(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "localhost:0")
	if err != nil {
		return err
	}
	const token = "a token that is nobody's"
	go func() { _ = serve(ctx, listener, routes(webhook.NewVerifier(token))) }() // ends with the function
	taskRouter, base := webhook.Client{AuthToken: token}, "http://"+listener.Addr().String()

	instruction, err := taskRouter.PostAssignment(ctx, base+"/assignment", assignment())
	if err != nil {
		return err
	}
	text, err := json.Marshal(instruction)
	if err != nil {
		return err
	}
	fmt.Printf("a call is assigned: %s\n", text)
	if err = taskRouter.PostEvent(ctx, base+"/events", cancellation()); err != nil {
		return err
	}
	stranger := webhook.Client{AuthToken: "a guess"}
	_, err = stranger.PostAssignment(ctx, base+"/assignment", assignment())
	fmt.Println("a stranger calls:", err)
	return nil
}

func assignment() webhook.Assignment {
	return webhook.Assignment{
		Time:             time.Now(),
		AccountSID:       "AC00000000000000000000000000000001",
		WorkspaceSID:     "WS00000000000000000000000000000001",
		WorkflowSID:      "WW00000000000000000000000000000001",
		TaskQueueSID:     "WQ00000000000000000000000000000001",
		ReservationSID:   "WR00000000000000000000000000000001",
		WorkerSID:        "WK00000000000000000000000000000001",
		WorkerAttributes: `{"contact_uri": "client:jamie"}`,
		TaskSID:          "WT00000000000000000000000000000001",
		TaskAttributes:   `{"type": "call", "call_sid": "CA00000000000000000000000000000001", "called": "+15550100100"}`,
	}
}

func cancellation() webhook.Event {
	return webhook.Event{
		Type: webhook.EventTypeTaskCanceled,
		SID:  "EV00000000000000000000000000000001",
		Time: time.Now(),
		Fields: map[string][]string{
			"TaskSid":            {"WT00000000000000000000000000000001"},
			"TaskAge":            {"95"},
			"TaskCanceledReason": {"hang-up"},
		},
	}
}
