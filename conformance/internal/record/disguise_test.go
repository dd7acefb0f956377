package record

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A disguise makes a server look like another one on another day: all SIDs, times
// and tags that it gives are others, and it takes those back.
type disguise struct {
	handler http.Handler
	shown   map[string]string // SIDs, by those of the handler
	meant   map[string]string // and the other way round
	later   time.Duration
}

func newDisguise(handler http.Handler) *disguise {
	return &disguise{
		handler: handler,
		shown:   map[string]string{accountSID: testCredentials.AccountSID},
		meant:   map[string]string{testCredentials.AccountSID: accountSID},
		later:   time.Duration(random(100_000_000)) * time.Second,
	}
}

var (
	rfc3339  = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z`)
	ageInRaw = regexp.MustCompile(`("(?:age|[a-z_]*_age)": )[0-9]+`)
)

func (d *disguise) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := d.unmask(string(body))
	if form, err := url.ParseQuery(text); err == nil && !strings.HasPrefix(text, "{") {
		text = d.earlier(form)
	}
	asked := r.Clone(r.Context())
	asked.Body = io.NopCloser(strings.NewReader(text))
	asked.URL, _ = url.Parse(d.unmask(r.URL.String()))
	asked.URL.RawQuery = d.earlier(asked.URL.Query())
	if tag := asked.Header.Get("If-Match"); tag != "" {
		asked.Header.Set("If-Match", strings.TrimPrefix(tag, "7"))
	}
	answer := httptest.NewRecorder()
	d.handler.ServeHTTP(answer, asked)

	for name, values := range answer.Result().Header {
		w.Header()[name] = values
	}
	if tag := answer.Header().Get("ETag"); tag != "" {
		w.Header().Set("ETag", "7"+tag)
	}
	if answer.Header().Get("X-Rate-Limit-Remaining") != "" {
		w.Header().Set("X-Rate-Limit-Remaining", "41")
	}
	w.WriteHeader(answer.Code)
	_, _ = io.WriteString(w, d.mask(answer.Body.String()))
}

// mask gives a SID another one the first time that it is said.
func (d *disguise) mask(text string) string {
	text = sidPattern.ReplaceAllStringFunc(text, func(sid string) string {
		if strings.HasPrefix(sid[2:], "00000000") || d.meant[sid] != "" {
			return sid // a SID of nothing, or the client's own
		}
		if d.shown[sid] == "" {
			d.shown[sid] = randomSID(sid[:2])
			d.meant[d.shown[sid]] = sid
		}
		return d.shown[sid]
	})
	text = ageInRaw.ReplaceAllString(text, "${1}"+strconv.FormatInt(random(9000), 10))
	return rfc3339.ReplaceAllStringFunc(text, func(at string) string { return moved(at, d.later) })
}

// unmask leaves alone what was never said: a client may ask for anything.
func (d *disguise) unmask(text string) string {
	return sidPattern.ReplaceAllStringFunc(text, func(sid string) string {
		if meant := d.meant[sid]; meant != "" {
			return meant
		}
		return sid
	})
}

func (d *disguise) earlier(values url.Values) string {
	for _, list := range values {
		for i, value := range list {
			if rfc3339.FindString(value) == value {
				list[i] = moved(value, -d.later)
			}
		}
	}
	return values.Encode()
}

func moved(text string, by time.Duration) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return at.Add(by).Format(time.RFC3339)
}
