package workflow

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Diagram draws the configuration as a flowchart in the language of Mermaid, which
// GitHub and many editors show as a picture. Queues that the workspace has a name
// for are called by it. Long expressions are cut.
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
		d.line(`fallback["%s"]`, "default filter<br/>"+d.stepLabel(*d.plan.fallback))
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
			shown = append(shown, escaper.Replace(cut(line)))
		}
	}
	return strings.Join(shown, "<br/>")
}

// widest is how many characters of a line a label shows.
const widest = 60

func cut(line string) string {
	if utf8.RuneCountInString(line) <= widest {
		return line
	}
	return string([]rune(line)[:widest]) + "…"
}

// escaper writes what Mermaid and HTML would not take for text.
var escaper = strings.NewReplacer(`"`, "#quot;", "#", "#35;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "\n", " ", "\r", " ", "`", "#96;")
