package pipeline

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// logCall writes one record for each call.
func logCall(logger *slog.Logger, next Step) Step {
	return logged(logger, "taskrouter call", next, func(call *Call, _ *http.Request) []slog.Attr {
		return []slog.Attr{slog.Int("attempts", call.Attempts())}
	})
}

// logAttempt writes one record for each attempt; with values, what it asks for
// as well.
func logAttempt(logger *slog.Logger, values bool, next Step) Step {
	return logged(logger, "taskrouter attempt", next, func(call *Call, request *http.Request) []slog.Attr {
		facts := []slog.Attr{slog.Int("attempt", call.Attempts())}
		if values {
			facts = append(facts, slog.String("query", withoutSecrets(request.URL.RawQuery)), slog.String("form", withoutSecrets(bodyOf(request))))
		}
		return facts
	})
}

// logged writes a record when the step has ended, at level debug. It holds
// neither credentials nor, but for what add adds, what the caller or the service
// said: that may be personal data.
func logged(logger *slog.Logger, message string, next Step, add func(*Call, *http.Request) []slog.Attr) Step {
	if logger == nil {
		return next
	}
	return func(request *http.Request) (*http.Response, error) {
		ctx := request.Context()
		if !logger.Enabled(ctx, slog.LevelDebug) {
			return next(request)
		}
		start := time.Now()
		response, err := next(request)
		call := CallOf(ctx)
		facts := append([]slog.Attr{
			slog.String("operation", call.Operation.ID),
			slog.String("method", call.Operation.Method),
			slog.String("path", call.Operation.Path),
			slog.Duration("duration", time.Since(start)),
		}, add(call, request)...)
		failure := err
		if err == nil {
			facts = append(facts, slog.Int("status", response.StatusCode), slog.String("request_id", Brief(response.Header.Get("Twilio-Request-Id"))))
			if body, ok := response.Body.(*Body); ok {
				failure = body.Failure()
			}
		}
		if failure != nil {
			facts = append(facts, slog.String("error", Brief(quoted.ReplaceAllString(failure.Error(), `"…"`))))
		}
		logger.LogAttrs(ctx, slog.LevelDebug, message, facts...)
		return response, err
	}
}

// quoted is what net/http repeats of an answer that it cannot read.
var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// bodyOf returns the body of a request once more; "" if it cannot.
func bodyOf(request *http.Request) string {
	if request.GetBody == nil {
		return ""
	}
	body, err := request.GetBody()
	if err != nil {
		return ""
	}
	defer func() { _ = body.Close() }() // it lies in memory
	text, _ := io.ReadAll(body)         // likewise
	return string(text)
}

// password finds the password of an address, also of one that url.Parse refuses or
// takes for opaque, such as sip:user:password@host.
var password = regexp.MustCompile(`([A-Za-z][0-9A-Za-z+.-]*:(?://)?[^\s/?#@:"]*:)[^\s/"]*@`)

// withoutSecrets hides the passwords that a query or a form can hold: that of a
// SIP address, and those in URLs.
func withoutSecrets(encoded string) string {
	parameters, err := url.ParseQuery(encoded)
	if err != nil {
		return "(does not parse)"
	}
	for name, values := range parameters {
		for i, value := range values {
			values[i] = password.ReplaceAllString(value, "${1}xxxxx@")
			if name == "SipAuthPassword" {
				values[i] = "xxxxx"
			}
		}
	}
	return parameters.Encode()
}

// Brief makes a text from outside fit for a line of a log.
func Brief(text string) string {
	const most = 300 // bytes; the service's own messages are shorter
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// BriefError shortens the text of an error likewise: net/http repeats lines that
// it cannot read.
func BriefError(err error) error {
	if text := Brief(err.Error()); text != err.Error() {
		return briefError{err, text}
	}
	return err
}

type briefError struct {
	error
	text string
}

func (b briefError) Error() string { return b.text }
func (b briefError) Unwrap() error { return b.error }
