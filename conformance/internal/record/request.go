package record

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
)

// sender makes the requests of one scenario.
type sender struct {
	base        *url.URL
	credentials Credentials
	names       *names
	etags       *etags
}

// request is that of an exchange, with the SIDs and ETags of the service.
func (s sender) request(ctx context.Context, exchange conformance.Exchange) (*http.Request, error) {
	want := exchange.Request
	target := s.base.String() + s.names.toSend(want.Path)
	if want.Query != "" {
		target += "?" + s.names.toSend(s.names.clock.queryToSend(want.Query))
	}
	request, err := http.NewRequestWithContext(ctx, want.Method, target, strings.NewReader(s.body(want)))
	if err != nil {
		return nil, fmt.Errorf("expected a path that makes a URL, not %q", want.Path)
	}
	for _, field := range want.Header {
		request.Header.Add(field.Name, s.headerValue(want, field))
	}
	setDefault(request.Header, "Accept", "application/json")
	setDefault(request.Header, "User-Agent", "taskrouter-go-record")
	request.Header.Del("Authorization") // of which the fixture has the scheme only
	s.credentials.authorize(request, exchange)
	return request, nil
}

func setDefault(header http.Header, name, value string) {
	if header.Get(name) == "" {
		header.Set(name, value)
	}
}

func (s sender) headerValue(want conformance.Request, field conformance.Field) string {
	if http.CanonicalHeaderKey(field.Name) != "If-Match" {
		return s.names.toSend(field.Value)
	}
	value, _ := s.etags.match(lastSegment(want.Path), field.Value)
	return value
}

// body keeps the order of the fields, which url.Values would not.
func (s sender) body(want conformance.Request) string {
	if want.JSON != "" {
		return s.names.toSend(want.JSON)
	}
	fields := make([]string, 0, len(want.Form))
	for _, field := range want.Form {
		fields = append(fields, url.QueryEscape(field.Name)+"="+url.QueryEscape(s.names.toSend(s.names.clock.toSend(field.Value))))
	}
	return strings.Join(fields, "&")
}

// lastSegment of a path is the resource that it is about.
func lastSegment(path string) string {
	path = strings.TrimSuffix(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}
