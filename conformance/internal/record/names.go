package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
)

// accountSID is that of every fixture.
const accountSID = "AC228c14652c374b1f5ced78e9b0bdb8e1"

// A thing is what a token names. Two spellings of a phone number are one thing.
type thing struct {
	class, key string
}

// names is the bijection between what the service gave and what the fixture
// holds in its place: SIDs, so that later requests can be sent, and personal
// data, so that nobody's are written.
type names struct {
	fixture   string
	exact     bool            // times and what is counted are written as they come
	account   string          // the real one, sent where the fixture has its own
	ours      map[thing]bool  // everything that the fixture holds
	requested map[thing]bool  // what its requests hold
	sent      map[thing]bool  // SIDs of the fixture sent as they are
	written   map[thing]thing // real → fixture
	real      map[thing]thing // fixture → real
	made      map[string]int  // how many were made up, by class
	created   map[string]int  // by the SID of a resource: the exchange that it was first in
	clock     clock
}

func newNames(s *conformance.Scenario, account string) *names {
	n := &names{
		fixture:   s.Name,
		account:   account,
		ours:      make(map[thing]bool),
		requested: make(map[thing]bool),
		sent:      make(map[thing]bool),
		written:   make(map[thing]thing),
		real:      make(map[thing]thing),
		made:      make(map[string]int),
		created:   make(map[string]int),
	}
	for _, exchange := range s.Exchanges {
		for _, text := range requestTexts(exchange.Request) {
			collect(text, n.requested)
			collect(text, n.ours)
		}
		for _, text := range responseTexts(exchange.Response) {
			collect(text, n.ours)
		}
	}
	return n
}

func requestTexts(r conformance.Request) []string {
	texts := []string{r.Path, r.Query, r.JSON}
	for _, field := range append(r.Header, r.Form...) {
		texts = append(texts, field.Name, field.Value)
	}
	return texts
}

func responseTexts(r conformance.Response) []string {
	texts := []string{r.Body}
	for _, field := range r.Header {
		texts = append(texts, field.Value)
	}
	return texts
}

// collect adds what a text names, also within JSON within it.
func collect(text string, into map[thing]bool) {
	if document, ok := parseContainer(text); ok {
		document.literals(func(literal *node) { collect(literal.text, into) })
		return
	}
	for _, t := range tokensIn(text) {
		into[thing{t.class, t.key}] = true
	}
}

// learn takes that the service gave one thing where the fixture has another. What
// is bound already stays: the fixture may have used one name for two things.
func (n *names) learn(class, old, came string) {
	was, is := thing{class, old}, thing{class, came}
	switch {
	case class == classTime:
		if !n.exact {
			n.clock.learn(old, came)
		}
		return
	case class == classSID+"AC":
		return
	case n.bound(is):
		return
	case n.sent[is]:
		n.bind(is, is)
		return
	case !n.ours[was] || n.taken(was):
		return
	case !strings.HasPrefix(class, classSID) && (n.ours[is] || n.requested[was] || !madeUp(was)):
		// A phone number that somebody put into the fixture is that number and
		// no name for another. Only what a recording made up is.
		return
	}
	n.bind(was, is)
}

func (n *names) bind(fixture, real thing) {
	n.written[real] = fixture
	n.real[fixture] = real
}

func (n *names) bound(real thing) bool {
	_, ok := n.written[real]
	return ok
}

func (n *names) taken(fixture thing) bool {
	_, ok := n.real[fixture]
	return ok
}

// known is the name in the fixture of what the service gave, if there is one yet.
func (n *names) known(class, came string) (string, bool) {
	fixture, ok := n.written[thing{class, came}]
	return fixture.key, ok
}

// name is what the fixture holds for what the service gave. A thing without a
// name gets one: itself if the fixture knows it, else one made up.
func (n *names) name(class, came string) string {
	is := thing{class, came}
	if class == classSID+"AC" {
		if n.ours[is] {
			return came
		}
		return accountSID
	}
	if !n.bound(is) {
		fixture := is
		if n.taken(is) || !n.ours[is] && !n.sent[is] {
			fixture = n.makeUp(is)
		}
		n.bind(fixture, is)
	}
	return n.written[is].key
}

func (n *names) makeUp(is thing) thing {
	for {
		n.made[is.class]++
		made := thing{is.class, invent(n.fixture, is, n.made[is.class])}
		if !n.ours[made] && !n.taken(made) {
			return made
		}
	}
}

// invent is the nth name of a class: from the ranges that are kept for
// documentation, so that it is nobody's.
func invent(fixture string, is thing, n int) string {
	switch is.class {
	case classToken:
		return fmt.Sprintf("removed-token-%d", n)
	case classHex:
		return fmt.Sprintf("%0*d", len(is.key), n)
	case classEmail:
		return fmt.Sprintf("person%d@example.com", n)
	case classPhone:
		return fmt.Sprintf("1555%07d", 100099+n)
	case classIPv4:
		if n > 254 {
			return fmt.Sprintf("2001:db8::4:%x", n) // the range is used up
		}
		return fmt.Sprintf("192.0.2.%d", n)
	case classIPv6:
		return fmt.Sprintf("2001:db8::%x", n)
	}
	prefix := strings.TrimPrefix(is.class, classSID)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", fixture, prefix, n))
	return prefix + hex.EncodeToString(sum[:])[:32]
}

var invented = map[string]*regexp.Regexp{
	classToken: regexp.MustCompile(`^removed-token-[0-9]+$`),
	classHex:   regexp.MustCompile(`^0{20,}[0-9]+$`),
	classEmail: regexp.MustCompile(`^person[0-9]+@example\.com$`),
	classPhone: regexp.MustCompile(`^1555[0-9]{7}$`),
	classIPv4:  regexp.MustCompile(`^192\.0\.2\.[0-9]+$|^2001:db8::`),
	classIPv6:  regexp.MustCompile(`^2001:db8::`),
}

// madeUp tells whether a name looks like one of invent.
func madeUp(t thing) bool {
	return invented[t.class].MatchString(t.key)
}

var sidPattern = regexp.MustCompile(`[A-Z]{2}[0-9a-f]{32}`)

// toSend puts the SIDs that the service gave into a text of a request.
func (n *names) toSend(text string) string {
	return sidPattern.ReplaceAllStringFunc(text, func(sid string) string {
		if sid == accountSID && n.account != "" {
			return n.account
		}
		is := thing{classSID + sid[:2], sid}
		if real, ok := n.real[is]; ok {
			return real.key
		}
		n.sent[is] = true
		return sid
	})
}

// fixtureText puts the names that are known into a text of the service.
func (n *names) fixtureText(text string) string {
	return sidPattern.ReplaceAllStringFunc(text, func(sid string) string {
		if name, ok := n.known(classSID+sid[:2], sid); ok {
			return name
		}
		return sid
	})
}
