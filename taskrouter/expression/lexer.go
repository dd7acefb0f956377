package expression

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	endToken tokenKind = iota
	pathToken
	keywordToken
	stringToken
	numberToken
	symbolToken
)

// token is a word of the language. Its text is as written, but that of a keyword
// is in upper case.
type token struct {
	Span
	kind  tokenKind
	text  string
	steps []Step // of a path
}

func (t token) is(kind tokenKind, text string) bool {
	return t.kind == kind && t.text == text
}

var keywords = map[string]bool{
	"AND": true, "OR": true, "NOT": true, "IN": true, "HAS": true, "CONTAINS": true,
	"TRUE": true, "FALSE": true, "NULL": true,
}

func isKeyword(name string) bool { return keywords[upperCase(name)] }

// symbols are tried in this order, the longer before the shorter. Those that the
// language does not have are here to be refused in one piece.
var symbols = []string{
	"===", "!==", "=>", "=<", "==", "!=", ">=", "<=", ">-", "<-", "<>", "&&", "||",
	"=", ">", "<", "(", ")", "[", "]", ",",
}

// spaces are what may stand between words.
const spaces = " \t\r\n"

// lexer cuts the source into tokens, one at a time.
type lexer struct {
	source string
	offset int
}

func (l *lexer) next() (token, *SyntaxError) {
	rest := l.source[l.offset:]
	l.offset += len(rest) - len(strings.TrimLeft(rest, spaces))
	start := l.offset
	first, size := l.peek()
	switch {
	case size == 0:
		return token{Span: Span{start, start}, kind: endToken}, nil
	case first == '\'' || first == '"':
		return l.quoted(byte(first))
	case isDigit(first):
		return l.number()
	case startsName(first):
		return l.word()
	}
	for _, symbol := range symbols {
		if strings.HasPrefix(l.source[start:], symbol) {
			size = len(symbol)
			break
		}
	}
	l.offset += size
	return l.token(symbolToken, start), nil
}

func (l *lexer) peek() (r rune, size int) {
	if l.offset == len(l.source) {
		return 0, 0
	}
	return utf8.DecodeRuneInString(l.source[l.offset:])
}

func (l *lexer) token(kind tokenKind, start int) token {
	return token{Span: Span{start, l.offset}, kind: kind, text: l.source[start:l.offset]}
}

func (l *lexer) fail(span Span, expected, hint string) *SyntaxError {
	return newSyntaxError(l.source, span, expected, hint)
}

// quoted reads a text up to the next quote of its kind: there are no escapes.
func (l *lexer) quoted(quote byte) (token, *SyntaxError) {
	start := l.offset
	length := strings.IndexByte(l.source[start+1:], quote)
	if length < 0 {
		return token{}, l.fail(Span{start, len(l.source)}, "the text to end with "+string(quote), "")
	}
	l.offset = start + 1 + length + 1
	return l.token(stringToken, start), nil
}

func (l *lexer) number() (token, *SyntaxError) {
	start := l.offset
	l.skip(isDigit)
	if point := l.offset; strings.HasPrefix(l.source[point:], ".") {
		l.offset++
		if l.skip(isDigit) == 0 {
			return token{}, l.fail(Span{start, l.offset}, "digits after the point", "")
		}
	}
	end := l.offset
	if l.skip(func(r rune) bool { return continuesName(r) || r == '.' }) > 0 {
		return token{}, l.fail(Span{start, l.offset}, "a number such as 6 or 5.1", hintAfterNumber(l.source[end:l.offset]))
	}
	return l.token(numberToken, start), nil
}

// word reads a keyword or a path.
func (l *lexer) word() (token, *SyntaxError) {
	start := l.offset
	l.skip(continuesName)
	name := l.source[start:l.offset]
	if isKeyword(name) {
		return token{Span: Span{start, l.offset}, kind: keywordToken, text: upperCase(name)}, nil
	}
	steps := []Step{{Name: name}}
	for {
		var step Step
		var err *SyntaxError
		switch next, _ := l.peek(); next {
		case '.':
			step, err = l.member()
		case '[':
			step, err = l.index()
		default:
			path := l.token(pathToken, start)
			path.steps = steps
			return path, nil
		}
		if err != nil {
			return token{}, err
		}
		steps = append(steps, step)
	}
}

func (l *lexer) member() (Step, *SyntaxError) {
	dot := l.offset
	l.offset++
	start := l.offset
	if first, size := l.peek(); size == 0 || !startsName(first) {
		return Step{}, l.fail(Span{dot, start + size}, "a name after the dot", "")
	}
	l.skip(continuesName)
	return Step{Name: l.source[start:l.offset]}, nil
}

func (l *lexer) index() (Step, *SyntaxError) {
	bracket := l.offset
	l.offset++
	start := l.offset
	l.skip(isDigit)
	index, err := strconv.Atoi(l.source[start:l.offset])
	if err != nil || !strings.HasPrefix(l.source[l.offset:], "]") {
		_, size := l.peek()
		return Step{}, l.fail(Span{bracket, l.offset + size}, "an index such as [0]", "")
	}
	l.offset++
	return Step{Index: index}, nil
}

// skip goes on while the characters belong, and returns by how many bytes.
func (l *lexer) skip(belongs func(rune) bool) int {
	start := l.offset
	for {
		r, size := l.peek()
		if size == 0 || !belongs(r) {
			return l.offset - start
		}
		l.offset += size
	}
}

// upperCase changes the letters a to z only, since strings.ToUpper takes ı for an
// I and ſ for an S: "ın" is a name.
func upperCase(word string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, word)
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func startsName(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) }

func continuesName(r rune) bool { return startsName(r) || unicode.IsDigit(r) }

// isName reports whether a path can have a step of this name.
func isName(name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	return startsName(first) && strings.IndexFunc(name, func(r rune) bool { return !continuesName(r) }) < 0
}
