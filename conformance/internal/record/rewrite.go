package record

import (
	"cmp"
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// learnText takes from two texts in the same place which names stand for which.
func (n *names) learnText(old, came string) {
	if document, ok := parseContainer(came); ok {
		was, _ := parseContainer(old)
		n.learnDocument(was, document)
		return
	}
	tokens := tokensIn(reveal(came))
	partners := inStep(tokensIn(old), tokens)
	for i, t := range tokens { // in their order, on which it depends who gets a name that two want
		if partner, ok := partners[i]; ok {
			n.learn(t.class, partner.key, t.key)
		}
	}
}

func (n *names) learnDocument(old, came *node) {
	aligner{n, func(p pair) {
		if p.old != nil {
			n.learnText(p.old.text, p.came.text)
		}
	}}.walk(place{}, old, came)
}

// A writer turns what came in one exchange into what the fixture holds.
type writer struct {
	names *names
	etags *etags
	index int     // of the exchange
	asked []asked // times that its answer may repeat
}

// text writes a text. JSON, at any depth, keeps its layout.
func (w writer) text(at place, old, came string) string {
	if document, ok := parseContainer(came); ok {
		was, _ := parseContainer(old)
		at.within = true
		return w.document(at, was, document, came)
	}
	if !w.names.exact && at.volatile() && number.MatchString(came) {
		return at.writtenNumber(old, came, w.index)
	}
	came = reveal(came)
	tokens := tokensIn(came)
	partners := inStep(tokensIn(old), tokens)
	var out strings.Builder
	done := 0
	for i, t := range tokens {
		out.WriteString(base64Run.ReplaceAllStringFunc(came[done:t.start], w.base64))
		out.WriteString(w.token(at, partners[i], t, came[t.start:t.end]))
		done = t.end
	}
	return out.String() + base64Run.ReplaceAllStringFunc(came[done:], w.base64)
}

// recordedFrom is the address of whoever records, apart from all others.
var recordedFrom = map[string]string{classIPv4: "192.0.2.254", classIPv6: "2001:db8::ffff"}

func (w writer) token(at place, old, t token, spelled string) string {
	switch {
	case t.class == classTime && w.names.exact:
		return spelled
	case t.class == classTime:
		// That a time which a request set comes back is a fact. The dates of
		// what happened are none of those, even if they are the same.
		if text, ok := repeated(w.asked, spelled); ok && !at.date() {
			return text
		}
		return writtenTime(old.key, spelled, w.happened(at))
	case at.address() && (t.class == classIPv4 || t.class == classIPv6):
		return cmp.Or(old.key, recordedFrom[t.class])
	}
	name := w.names.name(t.class, t.key)
	switch {
	case name == t.key:
		return spelled
	case t.class == classPhone:
		return t.spelled + name
	case t.class == classEmail && t.spelled == identityAt:
		return strings.NewReplacer("@", identityAt, ".", identityDot).Replace(name)
	case t.class == classEmail:
		return strings.Replace(name, "@", t.spelled, 1)
	}
	return name
}

// happened tells in which exchange a time was: in this one, but for when a resource
// was created, which stays the same however often it is read.
func (w writer) happened(at place) int {
	sid := at.beside.str("sid")
	if at.member != "date_created" || sid == "" {
		return w.index
	}
	if _, known := w.names.created[sid]; !known {
		w.names.created[sid] = w.index
	}
	return w.names.created[sid]
}

// document writes a JSON document. Its text is that of the service but for what
// differs with every run.
func (w writer) document(at place, old, came *node, text string) string {
	edit := editor{source: text}
	aligner{w.names, func(p pair) {
		was := ""
		if p.old != nil {
			was = p.old.text
		}
		switch {
		case p.came.kind == '"':
			edit.replace(p.came, w.text(p.place, was, p.came.text))
		case !w.names.exact && p.volatile() && number.MatchString(p.came.text):
			edit.replace(p.came, p.writtenNumber(was, p.came.text, w.index))
		default:
			edit.replace(p.came, w.number(p.came.text))
		}
	}}.walk(at, old, came)
	return edit.String()
}

// number writes a number that is no string, which may be somebody's all the same.
func (w writer) number(came string) string {
	tokens := tokensIn(came)
	if len(tokens) != 1 || tokens[0].class != classPhone || tokens[0].end-tokens[0].start != len(came) {
		return came
	}
	return w.names.name(classPhone, tokens[0].key)
}

// base64 writes a run of base64 that is readable and names somebody.
func (w writer) base64(run string) string {
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		data, err := encoding.DecodeString(run)
		if err != nil || !readable(string(data)) {
			continue
		}
		if written := w.text(place{within: true}, "", string(data)); written != string(data) {
			return encoding.EncodeToString([]byte(written))
		}
	}
	return run
}

func readable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsPrint(r) && !unicode.IsSpace(r)
	})
}
