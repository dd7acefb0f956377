package pipeline

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// UserAgent names the library, as "taskrouter-go/0.1.0 (linux; amd64) go1.26".
func UserAgent(version string) string {
	return fmt.Sprintf("taskrouter-go/%s (%s; %s) %s", version, runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// setHeaders adds what every request carries, and what the options of the call
// add to it. If-Match is one of them: the generated client could set it too, but
// the facade passes it no header parameters.
func setHeaders(userAgent string, next Step) Step {
	return func(request *http.Request) (*http.Response, error) {
		header := request.Header
		header.Set("User-Agent", userAgent)
		header.Set("Accept", "application/json")
		options := CallOf(request.Context()).Options
		for key, values := range options.Header {
			header[key] = values
		}
		if options.IfMatch != "" {
			header.Set("If-Match", options.IfMatch)
		}
		return next(request)
	}
}

// CheckHeader finds a header that a caller cannot or may not set.
func CheckHeader(name, value string) error {
	key := http.CanonicalHeaderKey(name)
	switch {
	case !headerName.MatchString(name):
		return fmt.Errorf("%q is not the name of a header", name)
	case key == "If-Match":
		return errors.New("use WithIfMatch for If-Match")
	case slices.Contains(ownHeaders, key):
		return fmt.Errorf("%s is set by the client", key)
	case HasControl(value):
		return fmt.Errorf("the value of %s holds a control character", key)
	}
	return nil
}

// headerName is what RFC 9110 calls a token.
var headerName = regexp.MustCompile("^[0-9A-Za-z!#$%&'*+.^_`|~-]+$")

// ownHeaders are not for a caller to set.
var ownHeaders = []string{
	"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Encoding", "Content-Length", "Content-Type",
	"Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Range", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "User-Agent",
}

// HasControl tells whether a text holds what may not stand in the value of a
// header.
func HasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
