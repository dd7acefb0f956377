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
	names := newRoster(Workspace{Queues: workspace.Queues}) // the workers are of no interest
	d := diagram{plan: c.Plan(), roster: names, reached: map[string]bool{}}
	d.line("flowchart TD")
	d.edge(`task(["a task"])`, "-->", d.after(-1, no))
	late := no
	for i, branch := range d.plan.branches {
		d.drawBranch(i, late)
		switch {
		case branch.always && !branch.canSkip:
			late = yes
		case branch.canExpire:
			late = max(late, maybe)
		}
	}
	d.drawEnds()
	return d.text.String()
}

type diagram struct {
	plan    *Plan
	roster  *roster
	text    strings.Builder
	reached map[string]bool // the nodes to which an arrow leads
}

// answer tells whether a task has timed out before, after which the default filter
// does not take it.
type answer int

const (
	no answer = iota
	maybe
	yes
)

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

// after returns the node that a task comes to after a filter.
func (d *diagram) after(index int, late answer) string {
	switch {
	case index+1 < len(d.plan.branches):
		return filterNode(index + 1)
	case late == yes:
		return "canceled"
	case late == maybe:
		return "late"
	default:
		return d.fallback()
	}
}

func (d *diagram) fallback() string {
	if d.plan.fallback != nil {
		return "fallback"
	}
	return "dropped"
}

func filterNode(index int) string { return fmt.Sprintf("filter%d", index) }

func targetNode(filter, target int) string {
	return fmt.Sprintf("filter%dtarget%d", filter, target)
}

func (d *diagram) drawBranch(index int, late answer) {
	b := d.plan.branches[index]
	node := filterNode(index)
	d.line(`%s{"%s"}`, node, label(b.filter.FriendlyName, cmp.Or(b.filter.Expression, "no expression")))
	inside := d.after(index, late)
	if len(b.steps) > 0 {
		inside = targetNode(index, 0)
	}
	d.edge(node, "-->|yes|", inside)
	if !b.always {
		d.edge(node, "-->|no|", d.after(index, late))
	}
	for i, step := range b.steps {
		d.drawStep(index, i, late)
		switch {
		case !step.skippable: // only its timeout leads on
			late = yes
		case step.Target.Timeout != nil:
			late = max(late, maybe)
		}
	}
}

func (d *diagram) drawStep(filter, target int, late answer) {
	steps := d.plan.branches[filter].steps
	node, s := targetNode(filter, target), steps[target]
	following := func(late answer) string {
		if target+1 < len(steps) {
			return targetNode(filter, target+1)
		}
		return d.after(filter, late)
	}
	lines := d.stepLines(s)
	if s.Target.Timeout == nil {
		lines = append(lines, "no timeout")
	}
	d.line(`%s["%s"]`, node, label(lines...))
	if s.skippable {
		d.edge(node, fmt.Sprintf(`-.->|"%s"|`, label("skip if "+s.Target.SkipIf)), following(late))
	}
	if s.Target.Timeout != nil {
		d.edge(node, fmt.Sprintf("-->|after %d s|", *s.Target.Timeout), following(yes))
	}
}

func (d *diagram) stepLines(s *Step) []string {
	queue := d.roster.queue(s.Queue)
	lines := []string{cmp.Or(queue.FriendlyName, queue.SID, "no queue")}
	if s.Target.Priority != nil {
		lines = append(lines, fmt.Sprintf("priority %d", *s.Target.Priority))
	}
	if reference, _, ok := s.Target.knownWorker(); ok {
		lines = append(lines, "only "+reference)
	}
	if s.Target.Expression != "" {
		lines = append(lines, "if "+s.Target.Expression)
	}
	if s.Target.OrderBy != "" {
		lines = append(lines, "by "+s.Target.OrderBy)
	}
	return lines
}

func (d *diagram) drawEnds() {
	if d.reached["late"] {
		d.line(`late{"timed out before?"}`)
		d.edge("late", "-->|no|", d.fallback())
		d.edge("late", "-->|yes|", "canceled")
	}
	if d.plan.fallback != nil {
		d.line(`fallback["%s"]`, label(append([]string{"default filter"}, d.stepLines(d.plan.fallback)...)...))
	}
	for _, end := range []string{"canceled", "dropped"} {
		if d.reached[end] {
			d.line(`%s(["%s"])`, end, end)
		}
	}
}

// label joins the lines of a label that are not empty.
func label(lines ...string) string {
	var shown []string
	for _, line := range lines {
		if line != "" {
			shown = append(shown, escaped(shorten(onOneLine(line))))
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
