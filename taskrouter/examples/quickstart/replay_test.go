package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/taskrouter-go/sdk/conformance"
	"github.com/taskrouter-go/sdk/taskrouter"
)

// replay runs a program against the answers of a fixture, served on loopback. It
// fails if the program does, if a request differs from the expected one, or if
// one is missing.
func replay(ctx context.Context, fixture string, program func(context.Context, *taskrouter.Client) error) error {
	scenario, err := conformance.Load(conformance.Fixtures, fixture)
	if err != nil {
		return err
	}
	replayer := conformance.NewReplayer(scenario)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("replay %s: %w", fixture, err)
	}
	server := &http.Server{Handler: replayer}
	go func() { _ = server.Serve(listener) }() // ends with Close
	defer func() { _ = server.Close() }()

	client, err := taskrouter.NewClient(
		taskrouter.WithAuthToken("AC00000000000000000000000000000000", "a token that the replayer does not look at"),
		taskrouter.WithBaseURL("http://"+listener.Addr().String()),
	)
	if err != nil {
		return err
	}
	return errors.Join(program(ctx, client), replayer.Err())
}
