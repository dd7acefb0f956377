package expression

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	noNegation   = "conditions cannot be negated: write != in one piece, or NOT IN"
	noArithmetic = "there is no arithmetic"
	noFunctions  = "there are no functions"
	plainQuotes  = `a text stands in ' or "`
)

// hints tell what to write instead of what other languages have.
var hints = map[string]string{
	"&&": "write AND", "&": "write AND", "||": "write OR", "|": "write OR",
	"===": "write ==", "!==": "write !=", "<>": "write !=", "≠": "write !=",
	"=>": "write >=", "≥": "write >=", "=<": "write <=", "≤": "write <=",
	";": "nothing ends an expression", ".": "write 0.5 for .5",
	"!": noNegation, "NOT": noNegation,
	"+": noArithmetic, "*": noArithmetic, "/": noArithmetic, "%": noArithmetic,
	"-":    "there is no arithmetic, and numbers have no sign",
	"LIKE": "write CONTAINS", "MATCHES": "write CONTAINS",
	"IS":         "write == null or != null",
	"BETWEEN":    "write >= and <=",
	"ASCENDING":  "write ASC",
	"DESCENDING": "write DESC",
	"{":          "${…} is a placeholder that was to be filled in",
	"`":          plainQuotes, "“": plainQuotes, "”": plainQuotes, "‘": plainQuotes, "’": plainQuotes,
}

// hint tells what to write instead of the next token, "" if nothing is known.
func (p *parser) hint() string {
	written := p.source[p.token.Start:p.token.End]
	if name := p.hyphenated(); name != "" && !strings.Contains(name, ".") {
		return "write '" + name + "' if it is a text; " + rename(name)
	} else if name != "" {
		return rename(name)
	}
	if isStrangeSpace(written) {
		return "this is no plain space, as in a text that was copied from a page"
	}
	if hint, ok := hints[upperCase(written)]; ok {
		return hint
	}
	before := p.source[:p.token.Start]
	switch last, _ := utf8.DecodeLastRuneInString(before); {
	case p.token.is(symbolToken, "(") && continuesName(last):
		return noFunctions
	case p.breaksText():
		return `the text before it has ended: look whether a quote is missing; a text cannot hold the quote that it stands in, and \ is no escape`
	default:
		return ""
	}
}

// breaksText reports whether the next token was probably meant as a part of the
// text before it.
func (p *parser) breaksText() bool {
	if p.token.kind == endToken || p.token.kind == symbolToken {
		return false
	}
	before := p.source[:p.end]
	quote := strings.LastIndexAny(before, `'"`)
	return quote >= 0 && quote == p.end-1 && (p.end == p.token.Start || quote > 0 && before[quote-1] == '\\')
}

func rename(name string) string {
	return "a name has no hyphen: rename the attribute, for example to " + strings.ReplaceAll(name, "-", "_")
}

// hyphenated returns the path that a hyphen stands in, as in skill-level.
func (p *parser) hyphenated() string {
	if !p.token.is(symbolToken, "-") {
		return ""
	}
	isPart := func(r rune) bool { return continuesName(r) || r == '-' || r == '.' }
	before, after := p.source[:p.token.Start], p.source[p.token.End:]
	first := strings.TrimRightFunc(before, isPart)
	last := strings.TrimLeftFunc(after, isPart)
	name := p.source[len(first) : len(p.source)-len(last)]
	if begin, _ := utf8.DecodeRuneInString(name); !startsName(begin) || len(last) == len(after) {
		return ""
	}
	return shorten(name)
}

// isStrangeSpace reports whether a character looks like a space, or like nothing,
// and is not one of those that the language has.
func isStrangeSpace(written string) bool {
	return written != "" && strings.TrimFunc(written, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff'
	}) == ""
}

// hintAfter tells what is missing after an operand that nothing is compared with.
func (p *parser) hintAfter(left Operand) string {
	ends := p.token.kind == endToken || p.token.is(symbolToken, ")") || p.token.is(keywordToken, "AND") || p.token.is(keywordToken, "OR")
	switch left.(type) {
	case *Path:
		if name := p.hyphenated(); name != "" {
			return rename(name)
		}
		if ends {
			return "a name alone is no condition: compare it with something, as in vip == true"
		}
		if p.token.is(symbolToken, "(") {
			return noFunctions
		}
	case *String, *Number:
		if ends {
			return "a constant alone is no condition: repeat the name, or write name IN [ … ]"
		}
	case *Boolean:
		if ends {
			return "write 1==1 for what is always true, and 1==0 for what never is"
		}
	}
	return p.hint()
}

// hintAfterNot tells what to write for the negation of another operator.
func (p *parser) hintAfterNot() string {
	switch written := upperCase(p.source[p.token.Start:p.token.End]); written {
	case "HAS", ">-":
		return "write NOT IN, with the list on its right"
	case "CONTAINS", "LIKE", "MATCHES":
		return "nothing asks whether a text is not in another"
	default:
		return p.hint()
	}
}

// hintAfterNumber tells what is wrong with what follows digits directly.
func hintAfterNumber(rest string) string {
	switch {
	case rest[0] == '.':
		return ""
	case strings.Trim(rest, "eE0123456789") == "":
		return "numbers have no exponent"
	default:
		return "a name begins with a letter"
	}
}
