package taskrouter

import "net/http"

// credentials put the authentication on a request. They are a function, so that
// no print of a client can show what they hold.
type credentials func(*http.Request)

func basicAuth(user, password string) credentials {
	return func(request *http.Request) { request.SetBasicAuth(user, password) }
}

func authenticate(put credentials, next step) step {
	return func(request *http.Request) (*http.Response, error) {
		put(request)
		return next(request)
	}
}
