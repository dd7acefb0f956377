package workflow

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Diagram draws the configuration as a flowchart in the language of Mermaid, which
// GitHub and many editors show as a picture. Queues that the workspace has a name
// for are called by it. Names and expressions are shown character by character, the
// first 60 of each. Mermaid draws no more than 500 arrows, and reads no more than
// 50,000 characters, unless its maxEdges and maxTextSize say otherwise.
func (c Configuration) Diagram(workspace Workspace) string {
	d := diagram{plan: planned(c), workspace: workspace, reached: map[string]bool{}}
	d.line("flowchart TD")
	d.edge(`task(["a task"])`, "-->", d.branch(0))
	for i := range d.plan.branches {
		d.drawBranch(i)
	}
	d.drawEnds()
	return d.text.String()
}

type diagram struct {
	plan      plan
	workspace Workspace
	text      strings.Builder
	reached   map[string]bool // the nodes to which an arrow leads
}

func (d *diagram) line(format string, arguments ...any) {
	if d.text.Len() > 0 {
		d.text.WriteString("    ")
	}
	fmt.Fprintf(&d.text, format+"\n", arguments...)
}

func (d *diagram) edge(from, arrow, to string) {
	d.reached[to] = true
	d.line("%s %s %s", from, arrow, to)
}

// branch returns the node of a filter, or what comes after the last.
func (d *diagram) branch(index int) string {
	switch {
	case index < len(d.plan.branches):
		return fmt.Sprintf("filter%d", index)
	case d.canTimeOut():
		return "late"
	default:
		return d.fallback()
	}
}

// canTimeOut reports whether a task can be canceled by a last timeout.
func (d *diagram) canTimeOut() bool {
	for i := range d.plan.branches {
		if d.plan.branches[i].canTimeOut() {
			return true
		}
	}
	return false
}

func (d *diagram) fallback() string {
	if d.plan.fallback != nil {
		return "fallback"
	}
	return "dropped"
}

func (d *diagram) drawBranch(index int) {
	b := d.plan.branches[index]
	node, next := d.branch(index), d.branch(index+1)
	d.line(`%s{"%s"}`, node, label(b.filter.FriendlyName, cmp.Or(b.filter.Expression, "no expression")))
	inside := next
	if len(b.steps) > 0 {
		inside = targetNode(index, 0)
	}
	d.edge(node, "-->|yes|", inside)
	if !b.always {
		d.edge(node, "-->|no|", next)
	}
	for i, step := range b.steps {
		after := next
		if i+1 < len(b.steps) {
			after = targetNode(index, i+1)
		}
		d.drawStep(targetNode(index, i), step, after)
	}
}

func targetNode(filter, target int) string {
	return fmt.Sprintf("filter%dtarget%d", filter, target)
}

func (d *diagram) drawStep(node string, s step, after string) {
	d.line(`%s["%s"]`, node, d.stepLabel(s))
	if s.skippable {
		d.edge(node, fmt.Sprintf(`-.->|"%s"|`, label("skip if "+s.target.SkipIf)), after)
	}
	if s.target.Timeout != nil {
		d.edge(node, fmt.Sprintf("-->|after %d s|", *s.target.Timeout), after)
	}
}

func (d *diagram) stepLabel(s step) string {
	queue, _ := d.workspace.queue(s.queue)
	lines := []string{cmp.Or(queue.FriendlyName, queue.SID, "no queue")}
	if s.target.Priority != nil {
		lines = append(lines, fmt.Sprintf("priority %d", *s.target.Priority))
	}
	if reference, _, ok := s.target.knownWorker(); ok {
		lines = append(lines, "only "+reference)
	}
	if s.target.Expression != "" {
		lines = append(lines, "if "+s.target.Expression)
	}
	if s.target.OrderBy != "" {
		lines = append(lines, "by "+s.target.OrderBy)
	}
	return label(lines...)
}

func (d *diagram) drawEnds() {
	if d.reached["late"] {
		d.line(`late{"timed out before?"}`)
		d.edge("late", "-->|no|", d.fallback())
		d.edge("late", "-->|yes|", `canceled(["canceled"])`)
	}
	if d.plan.fallback != nil {
		d.line(`fallback["%s"]`, "default filter"+newLine+d.stepLabel(*d.plan.fallback))
	}
	if d.reached["dropped"] {
		d.line(`dropped(["dropped"])`)
	}
}

// label joins the lines of a label that are not empty.
func label(lines ...string) string {
	var shown []string
	for _, line := range lines {
		if line != "" {
			shown = append(shown, escaped(cut(onOneLine(line))))
		}
	}
	return direction.ReplaceAllString(strings.Join(shown, newLine), "directio#110;$1")
}

// direction is a statement that Mermaid finds in the midst of a line, quotes or not.
var direction = regexp.MustCompile(`direction(\s+(?:TB|BT|RL|LR|TD))`)

// newLine breaks a label. For a <br/> Mermaid would take all of the label for HTML, and
// read Markdown, formulas and icons in what the entities stand for.
const newLine = "\n"

var lineBreak = regexp.MustCompile(`\s*[\r\n]\s*`)

// onOneLine puts a space in the place of line breaks and of the indents around them,
// and a sign in that of control characters, which cannot be seen.
func onOneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\v', r == '\f':
			return ' '
		case unicode.IsControl(r):
			return utf8.RuneError
		default:
			return r
		}
	}, lineBreak.ReplaceAllString(text, " "))
}

// widest is how many characters of a line a label shows.
const widest = 60

func cut(line string) string {
	if utf8.RuneCountInString(line) <= widest {
		return line
	}
	return string([]rune(line)[:widest]) + "…"
}

// escaped writes a line so that Mermaid shows it character by character. Mermaid
// looks in a label for HTML, entities, Markdown, formulas, icons, directives and
// styles, each version for others, so whatever may begin one is written as an entity.
// There is no way to write ﬂ° and ¶ß, by which Mermaid marks entities internally.
func escaped(line string) string {
	var text strings.Builder
	runes := []rune(line)
	for i, r := range runes {
		name, named := entities[r]
		switch {
		case isPlain(runes, i):
			text.WriteRune(r)
		case named:
			text.WriteString(name)
		default:
			fmt.Fprintf(&text, "#%d;", r)
		}
	}
	return text.String()
}

// entities are easier to read than numbers. A space that HTML would leave out is
// one that it does not.
var entities = map[rune]string{'"': "#quot;", '<': "#lt;", '>': "#gt;", '&': "#amp;", ' ': "#nbsp;"}

// isPlain reports whether a character means nothing to Mermaid where it stands.
func isPlain(line []rune, i int) bool {
	r, first, last := line[i], i == 0, i == len(line)-1
	switch {
	case isWord(r), strings.ContainsRune(`'(,/=!?`, r):
		return true
	case r == ' ':
		return !first && !last && line[i-1] != ' '
	case strings.ContainsRune(`-._`, r): // not as in "1. x", "- x" and "_x_"
		return !first && !last && isWord(line[i-1]) && isWord(line[i+1])
	case r == ')': // not as in "1) x"
		return strings.Trim(string(line[:i]), "0123456789") != ""
	default:
		return r > unicode.MaxASCII && unicode.IsGraphic(r) && !unicode.IsSpace(r)
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
