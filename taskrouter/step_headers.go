package taskrouter

import (
	"fmt"
	"net/http"
	"runtime"
)

// Version is the version of this module.
const Version = "0.1.0"

// userAgent names the library, as "taskrouter-go/0.1.0 (linux; amd64) go1.26".
var userAgent = fmt.Sprintf("taskrouter-go/%s (%s; %s) %s", Version, runtime.GOOS, runtime.GOARCH, runtime.Version())

// setHeaders adds what every request carries, and what the options of the call
// add to it. If-Match is one of them: the generated client could set it too, but
// the facade passes it no header parameters.
func setHeaders(userAgent string, next step) step {
	return func(request *http.Request) (*http.Response, error) {
		header := request.Header
		header.Set("User-Agent", userAgent)
		header.Set("Accept", "application/json")
		options := callOf(request.Context()).options
		for key, values := range options.header {
			header[key] = values
		}
		if options.ifMatch != "" {
			header.Set("If-Match", options.ifMatch)
		}
		return next(request)
	}
}
