package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path"
	"regexp"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// settings are what the flags and the environment say.
type settings struct {
	addr       string
	public     bool
	address    string // addr, with an address in place of localhost
	stateFile  string
	loadFile   string
	basePath   string
	seed       uint64
	rateLimits bool
	speed      float64
	callbacks  string
	logFormat  string
	logLevel   string
	level      slog.Level // what logLevel says

	account credentials
	apiKey  credentials
}

// credentials are a user name and a password, or none.
type credentials struct{ user, password string }

func (c credentials) given() bool { return c.user != "" }

// parse says on stderr what is wrong.
func parse(args []string, getenv func(string) string, stderr io.Writer) (settings, error) {
	var s settings
	flags := s.flags(stderr)
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	err := cmp.Or(s.check(flags.Args()), s.readEnvironment(getenv))
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "taskrouter-emulator:", err)
	}
	return s, err
}

func (s *settings) flags(stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("taskrouter-emulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "usage: taskrouter-emulator [flags]\n\nIs a TaskRouter, until it is interrupted.")
		flags.PrintDefaults()
	}
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "listen on this `host:port`; port 0 is any that is free")
	flags.BoolVar(&s.public, "public", false, "allow an address that other machines reach")
	flags.StringVar(&s.stateFile, "state", "", "begin with the state in this `file` if it is there, and write it at the end")
	flags.StringVar(&s.loadFile, "load", "", "begin with the state in this `file`, which is only read, unless that of -state is there")
	flags.StringVar(&s.basePath, "base-path", "", "serve below this `path`, such as /base")
	flags.Uint64Var(&s.seed, "seed", 1, "make the SIDs, and credentials that are not given, that follow from this `number`")
	flags.BoolVar(&s.rateLimits, "rate-limits", false, "refuse requests that come too often")
	flags.Float64Var(&s.speed, "speed", 1, "let time pass this `factor` times as fast")
	flags.StringVar(&s.callbacks, "callbacks", "loopback", "the `reach` of what posts events and asks about assignments: URLs of this machine (loopback), all or none")
	flags.StringVar(&s.logFormat, "log", "text", "the `format` of the log on stderr, text or json")
	flags.StringVar(&s.logLevel, "log-level", "info", "log from this `level` on: debug, info, warn or error")
	return flags
}

func (s *settings) check(rest []string) (err error) {
	if len(rest) > 0 {
		return fmt.Errorf("expected flags alone, not %q", rest[0])
	}
	if s.address, err = checkAddress(s.addr, s.public); err != nil {
		return err
	}
	if s.basePath != "" && (!basePath.MatchString(s.basePath) || path.Clean(s.basePath) != s.basePath) {
		return fmt.Errorf("-base-path %q: expected a path like /base, of letters, digits and any of ._~-", s.basePath)
	}
	if !(s.speed > 0 && s.speed <= maxSpeed) {
		return fmt.Errorf("-speed %v: expected a factor above 0 and up to %d", s.speed, maxSpeed)
	}
	if _, ok := callbackClients[s.callbacks]; !ok {
		return fmt.Errorf("-callbacks %q: expected loopback, all or none", s.callbacks)
	}
	if s.logFormat != "text" && s.logFormat != "json" {
		return fmt.Errorf("-log %q: expected text or json", s.logFormat)
	}
	if s.level.UnmarshalText([]byte(s.logLevel)) != nil {
		return fmt.Errorf("-log-level %q: expected debug, info, warn or error", s.logLevel)
	}
	return nil
}

// maxSpeed is what the emulator can do.
const maxSpeed = 10_000

var (
	basePath   = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
)

// checkAddress returns the address to listen on. A name is never looked up unless it
// is public: whoever answers for it could say any address.
func checkAddress(addr string, public bool) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("-addr %q: expected host:port", addr)
	}
	if host == "localhost" {
		return net.JoinHostPort("127.0.0.1", port), nil
	}
	if !public && !isLoopback(host) {
		return "", fmt.Errorf("-addr %q: expected localhost or an address of loopback, such as 127.0.0.1:8080, or the flag -public, which lets other machines call", addr)
	}
	return addr, nil
}

// isLoopback tells whether a host is an address that only this machine reaches.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func (s *settings) readEnvironment(getenv func(string) string) (err error) {
	if s.account, err = pair(getenv, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"); err != nil {
		return err
	}
	if s.account.given() && !accountSID.MatchString(s.account.user) {
		return errors.New("TWILIO_ACCOUNT_SID: expected AC and 32 hex digits")
	}
	s.apiKey, err = pair(getenv, "TWILIO_API_KEY", "TWILIO_API_SECRET")
	return err
}

// pair reads two variables, of which neither means anything without the other.
func pair(getenv func(string) string, user, password string) (credentials, error) {
	c := credentials{getenv(user), getenv(password)}
	if (c.user == "") != (c.password == "") {
		return c, fmt.Errorf("expected both %s and %s in the environment, or neither", user, password)
	}
	return c, nil
}

func (s *settings) options(logger *slog.Logger) []taskroutertest.Option {
	options := []taskroutertest.Option{
		taskroutertest.WithSeed(s.seed),
		taskroutertest.WithSpeed(s.speed),
		taskroutertest.WithAfterCallback(logCallbacks(logger)),
	}
	if client := callbackClients[s.callbacks]; client != nil {
		options = append(options, taskroutertest.WithCallbackClient(client))
	}
	if s.account.given() {
		options = append(options, taskroutertest.WithAccount(s.account.user, s.account.password))
	}
	if s.apiKey.given() {
		options = append(options, taskroutertest.WithAPIKey(s.apiKey.user, s.apiKey.password))
	}
	if s.basePath != "" {
		options = append(options, taskroutertest.WithBasePath(s.basePath))
	}
	if s.rateLimits {
		options = append(options, taskroutertest.WithRateLimits())
	}
	return options
}

func (s *settings) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.level}
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
