package taskrouter_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// http.Client parses Location before it asks CheckRedirect, and gives the
// answer up if that fails.
func TestARedirectToWhatIsNoURLIsAnAnswerToo(t *testing.T) {
	for _, location := range []string{"http://[::1", "%zz", ":", "http://a b/"} {
		for _, c := range taskCalls {
			t.Run(location+"/"+c.name, func(t *testing.T) {
				service := newFaultyService(t, says(301, "moved", "Location", location).handler())
				var response taskrouter.Response
				err := c.call(t.Context(), service.patient(t).Tasks("WS1"), taskrouter.WithResponseInto(&response))
				c.assertOutcome(t, want{attempts: 1, status: 301, text: "Moved Permanently"}, err, response)
				assert.Equal(t, location, response.Header.Get("Location"))
			})
		}
	}
}

// What comes from outside is made fit for a line of a log, but the ID not.
func TestTheIDOfARequestIsBriefInText(t *testing.T) {
	for name, id := range map[string]string{"not UTF-8": "RQ\xff\xfe", "long": strings.Repeat("x", 3000)} {
		t.Run(name, func(t *testing.T) {
			service := newFaultyService(t, wire("HTTP/1.1 404 Not Found\r\nTwilio-Request-Id: "+id+"\r\nContent-Length: 0\r\n\r\n").handler())
			_, err := service.patient(t).Tasks("WS1").Get(t.Context(), "WT1")
			assert.True(t, utf8.ValidString(err.Error()))
			assert.Less(t, len(err.Error()), 600)
		})
	}
}

// net/http quotes what it could not read, as long as it is.
func TestAFailureOnTheWayIsBriefInText(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for name, text := range map[string]string{
		"another protocol":        long + "\r\n\r\n",
		"a status that is none":   "HTTP/1.1 " + long + " OK\r\n\r\n",
		"a header that is none":   "HTTP/1.1 200 OK\r\n" + long + "\r\n\r\n",
		"a length that is none":   "HTTP/1.1 200 OK\r\nContent-Length: " + long + "\r\n\r\n",
		"an encoding that's none": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + long + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			service := newFaultyService(t, wire(text).handler())
			_, err := service.patient(t).Tasks("WS1").Get(t.Context(), "WT1")
			assert.Less(t, len(err.Error()), 600)
		})
	}
}
