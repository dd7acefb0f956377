// Command replay serves fixtures on a port, so that clients in any language can
// be tested against them.
//
//	replay [flags] [fixture…]
//
// A fixture tasks.txtar is served below the path /tasks: a client is given
// http://127.0.0.1:PORT/tasks as its base URL. Without names it serves every
// fixture. README.md in the folder conformance describes the rest.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/taskrouter-go/sdk/conformance"
)

// Exit statuses.
const (
	exitFits     = 0
	exitDiffers  = 1 // a request fitted nothing, or an exchange was not served
	exitUnusable = 2 // bad input, or the server could not run
)

// grace is how long requests under way may take when the program is stopped.
const grace = 5 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until ctx ends, and answers the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	settings, err := parseArgs(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitFits
	case err != nil:
		return exitUnusable // the flag set has said why
	}
	logger := log.New(stderr, "", 0)
	fail := func(err error) int {
		logger.Printf("replay: %v", err)
		return exitUnusable
	}
	scenarios, err := settings.load()
	if err != nil {
		return fail(err)
	}
	catalogue, err := newCatalogue(scenarios)
	if err != nil {
		return fail(err)
	}
	listener, err := listen(ctx, settings.addr, settings.public)
	if err != nil {
		return fail(err)
	}
	if _, err := fmt.Fprintf(stdout, "listening on http://%s\n", listener.Addr()); err != nil {
		_ = listener.Close()
		return fail(fmt.Errorf("print the address: %w", err))
	}
	var handler http.Handler = catalogue
	if settings.verbose {
		handler = logged(catalogue, logger)
	}
	if err := serve(ctx, listener, handler, logger); err != nil {
		return fail(err)
	}
	// Not on stdout: a script that has read the address may have stopped reading.
	if differences := catalogue.differences(settings.all); differences != "" {
		logger.Print(differences)
		return exitDiffers
	}
	return exitFits
}

type settings struct {
	addr     string
	public   bool
	fixtures string
	all      bool
	verbose  bool
	names    []string
}

func parseArgs(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:0", "listen on this `host:port`; port 0 is any that is free")
	flags.BoolVar(&s.public, "public", false, "allow an address that other machines reach; nothing asks them who they are")
	flags.StringVar(&s.fixtures, "fixtures", "", "serve the fixtures of this `folder` instead of the built-in ones")
	flags.BoolVar(&s.all, "all", false, "at the end, count exchanges of scenarios that no request came for")
	flags.BoolVar(&s.verbose, "v", false, "print a line for each request on stderr")
	flags.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "usage: replay [flags] [fixture…]\n\nServes fixtures, all of them unless some are named, each below its name.")
		flags.PrintDefaults()
	}
	err := flags.Parse(args)
	s.names = flags.Args()
	return s, err
}

// load reads the fixtures that were named, or all.
func (s settings) load() ([]*conformance.Scenario, error) {
	fsys, place := conformance.Fixtures, "the built-in fixtures"
	if s.fixtures != "" {
		fsys, place = os.DirFS(s.fixtures), s.fixtures
	}
	if len(s.names) == 0 {
		scenarios, err := conformance.LoadAll(fsys)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", place, err)
		}
		return scenarios, nil
	}
	var scenarios []*conformance.Scenario
	for _, name := range s.names {
		if strings.HasPrefix(name, "-") {
			return nil, fmt.Errorf("%s: expected the name of a fixture: flags come before names", name)
		}
		scenario, err := conformance.Load(fsys, baseName(name)+conformance.Extension)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; there are %s", err, namesIn(fsys))
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", place, err)
		}
		scenarios = append(scenarios, scenario)
	}
	return scenarios, nil
}

func namesIn(fsys fs.FS) string {
	files, _ := fs.Glob(fsys, "*"+conformance.Extension)
	if files == nil {
		return "none"
	}
	return strings.Join(files, ", ")
}

// listen refuses an address that other machines reach unless it is public. It
// listens on what it has checked: a name could mean another address next time.
func listen(ctx context.Context, addr string, public bool) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("-addr %q: expected host:port: %w", addr, err)
	}
	if !public && !resolved.IP.IsLoopback() {
		return nil, fmt.Errorf("-addr %q: expected an address of loopback, such as 127.0.0.1:8080, or the flag -public, since nothing asks clients who they are", addr)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", resolved.String())
	if err != nil {
		return nil, fmt.Errorf("-addr %q: %w", addr, err)
	}
	return listener, nil
}

// serve returns when ctx has ended and the requests under way have been
// answered, or had their grace.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, logger *log.Logger) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: logger}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		logger.Printf("replay: requests still under way after %v are cut off", grace)
		_ = server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// logged prints a line for each request. Headers, where credentials are, are not
// in it.
func logged(next http.Handler, logger *log.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &statusWatcher{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(watched, r)
		logger.Printf("%s %s %d", r.Method, r.URL.RequestURI(), watched.status)
	})
}

type statusWatcher struct {
	http.ResponseWriter
	status int
}

func (w *statusWatcher) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
