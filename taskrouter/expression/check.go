package expression

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Context is where an expression stands, and with it what its names mean.
type Context int

// The contexts.
const (
	// Queue is the TargetWorkers of a task queue, and the TargetWorkersExpression
	// of the list of workers: names are attributes of the worker.
	Queue Context = iota
	// Filter is a filter of a workflow, and the EvaluateTaskAttributes of the list
	// of tasks: names are attributes of the task.
	Filter
	// Target is a target of a workflow: names begin with task or worker.
	Target
	// SkipIf is the skip_if of a target: names are workers.available,
	// workers.unavailable and workers.WA…, the SID of an activity.
	SkipIf
)

// Severity is how bad a finding is.
type Severity int

// The severities.
const (
	// Warning is for what may be meant, and what the service may understand.
	Warning Severity = iota + 1
	// Error is for what cannot work, whatever the attributes are.
	Error
)

// String returns warning or error.
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Finding is something in an expression that can be parsed, and is probably a
// mistake.
type Finding struct {
	Severity Severity
	// Position and Text are those of the part that it is about. Both are zero if
	// it is about the samples.
	Position Position
	Text     string
	Message  string
}

// String returns all of it in one line.
func (f Finding) String() string {
	if f.Text == "" {
		return fmt.Sprintf("%s: %s", f.Severity, f.Message)
	}
	return oneLine(fmt.Sprintf("%s: %s: %s: %s", f.Position, f.Severity, f.Text, f.Message))
}

// Samples are attributes that occur, to hold an expression against. The more of
// them, the better: what none of them has is taken for a mistake, though never for
// more than a [Warning].
type Samples struct {
	Tasks   []Attributes
	Workers []Attributes // better [Worker.Fields]
}

// Check finds what can be parsed and cannot mean what was meant: names of another
// context, comparisons that are never true, and more that people get wrong. With
// samples it also finds names that nothing has, types that do not fit, and
// attributes that no expression can name. The findings are in the order in which
// they stand.
func (e *Expression) Check(context Context, samples Samples) []Finding {
	c := checker{source: e.source, context: context, samples: samples}
	Walk(e.root, func(node Node) bool {
		switch node := node.(type) {
		case *Logical:
			c.checkPrecedence(node)
		case *Comparison:
			c.checkComparison(node)
		case *Path:
			c.checkPath(node)
		case *String:
			c.checkString(node)
		}
		return true
	})
	c.checkUses(e.root)
	return c.sorted()
}

type checker struct {
	source   string
	context  Context
	samples  Samples
	findings []Finding
}

// report leaves it to sorted to count lines and columns, all at once.
func (c *checker) report(severity Severity, at Node, format string, arguments ...any) {
	span := at.Extent()
	c.findings = append(c.findings, Finding{
		Severity: severity,
		Position: Position{Offset: span.Start},
		Text:     shorten(c.source[span.Start:span.End]),
		Message:  fmt.Sprintf(format, arguments...),
	})
}

// sorted returns the findings in the order in which they stand, and after them
// those about the samples.
func (c *checker) sorted() []Finding {
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return a.Position.Offset - b.Position.Offset })
	at := Position{Line: 1, Column: 1}
	for i := range c.findings {
		at = at.advance(c.source, c.findings[i].Position.Offset)
		c.findings[i].Position = at
	}
	return append(c.findings, c.attributes()...)
}

// checkPrecedence finds an AND within an OR that has no parentheses of its own.
func (c *checker) checkPrecedence(node *Logical) {
	if node.Connective != Or {
		return
	}
	for _, condition := range node.Conditions {
		if _, ok := condition.(*Logical); ok && !c.isParenthesized(condition) {
			c.report(Warning, condition, "AND is taken to bind tighter than OR, which is not documented: put it in parentheses")
		}
	}
}

func (c *checker) isParenthesized(node Node) bool {
	span := node.Extent()
	before := strings.TrimRight(c.source[:span.Start], spaces)
	after := strings.TrimLeft(c.source[span.End:], spaces)
	return strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")")
}

func (c *checker) checkString(node *String) {
	if strings.Contains(node.Value, `\`) {
		c.report(Warning, node, `the language has no escapes: the \ is taken for a character like any other, which is not documented`)
	}
}

func (c *checker) checkPath(path *Path) {
	if c.checkContext(path) {
		return
	}
	c.checkName(path)
	c.checkPresence(path)
}

// checkContext finds names of another context.
func (c *checker) checkContext(path *Path) (found bool) {
	first := path.Steps[0].Name
	switch c.context {
	case Target:
		return c.checkTargetPath(path)
	case SkipIf:
		if isCount(path) {
			return false
		}
		c.report(Error, path, "a skip_if knows only workers.available, workers.unavailable and workers.WA…, the SID of an activity")
		return true
	}
	if len(path.Steps) == 1 || c.occurs(first) {
		return false
	}
	own, severity := "the task", Error
	if c.context == Queue {
		own = "the worker"
	}
	switch {
	case first == "worker" && c.context == Queue:
		severity = Warning
	case first != "worker" && first != "task" && first != "workers":
		return false
	}
	c.report(severity, path, "names are attributes of %s here and have no prefix, so this is missing unless an attribute is called %s", own, first)
	return true
}

func (c *checker) checkTargetPath(path *Path) (found bool) {
	first := path.Steps[0].Name
	switch {
	case isCount(path):
		c.report(Error, path, "counts of workers are for a skip_if: the expression of a target is about one worker, and only those are asked who are available")
	case first != "task" && first != "worker":
		c.report(Error, path, "the expression of a target is about a task and a worker: write task.%[1]s or worker.%[1]s", path)
	case len(path.Steps) == 1 || path.Steps[1].Name == "":
		c.report(Error, path, "write which attribute of the %s", first)
	default:
		return false
	}
	return true
}

// occurs reports whether a sample has an attribute.
func (c *checker) occurs(name string) bool {
	return slices.ContainsFunc(c.own(), func(sample Attributes) bool { return sample[name] != nil })
}

// own returns the samples of what names without a prefix are about.
func (c *checker) own() []Attributes {
	if c.context == Queue {
		return c.samples.Workers
	}
	return c.samples.Tasks
}

func isCount(path *Path) bool {
	if isActivityCount(path) {
		return true
	}
	name := path.String()
	return name == "workers.available" || name == "workers.unavailable"
}

func (c *checker) checkName(path *Path) {
	isForeign := func(r rune) bool { return r > '\x7f' }
	if strings.IndexFunc(path.String(), isForeign) >= 0 {
		c.report(Warning, path, "whether a name may have letters other than a to z is not documented")
	}
}

// checkPresence finds names that no sample has.
func (c *checker) checkPresence(path *Path) {
	samples, steps := c.samplesOf(path)
	if len(samples) == 0 || c.isBuiltIn(path) {
		return
	}
	var similar string
	for _, sample := range samples {
		if resolve(steps, scope{names: sample}) != nil {
			return
		}
		if other := foldedPath(steps, sample); other != "" {
			similar = other
		}
	}
	if similar != "" {
		c.report(Warning, path, "no sample has it, but one has %s: small and capital letters differ", similar)
		return
	}
	c.report(Warning, path, "no sample has it")
}

// samplesOf returns the samples that a path leads into, and its steps in there.
func (c *checker) samplesOf(path *Path) ([]Attributes, []Step) {
	switch {
	case c.context == SkipIf:
		return nil, nil
	case c.context != Target:
		return c.own(), path.Steps
	case len(path.Steps) == 1:
		return nil, nil
	case path.Steps[0].Name == "task":
		return c.samples.Tasks, path.Steps[1:]
	case path.Steps[0].Name == "worker":
		return c.samples.Workers, path.Steps[1:]
	default:
		return nil, nil
	}
}

// isBuiltIn reports whether the service itself gives a name of a worker its value,
// so that samples need not have it.
func (c *checker) isBuiltIn(path *Path) bool {
	steps := path.Steps
	if c.context == Target {
		if steps[0].Name != "worker" {
			return false
		}
		steps = steps[1:]
	}
	builtIn := []string{"sid", "friendly_name", "activity_sid", "activity_name", "channel"}
	return c.context != Filter && slices.Contains(builtIn, steps[0].Name)
}

// foldedPath returns how a path would have to be written, with other capital
// letters, to lead somewhere, and "" if it would not even so.
func foldedPath(steps []Step, sample Attributes) string {
	object := map[string]any(sample)
	var names []string
	differs := false
	for _, step := range steps {
		name, ok := foldedName(object, step.Name)
		if !ok {
			return ""
		}
		names = append(names, name)
		differs = differs || name != step.Name
		object, _ = object[name].(map[string]any)
	}
	if !differs {
		return "" // it is null there
	}
	return strings.Join(names, ".")
}

func foldedName(object map[string]any, name string) (found string, ok bool) {
	for _, candidate := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(candidate, name) {
			return candidate, true
		}
	}
	return "", false
}

// attributes finds attributes that no expression can name.
func (c *checker) attributes() []Finding {
	var samples []Attributes
	if c.context == Queue || c.context == Target {
		samples = append(samples, c.samples.Workers...)
	}
	if c.context == Filter || c.context == Target {
		samples = append(samples, c.samples.Tasks...)
	}
	names := map[string]bool{}
	for _, sample := range samples {
		for _, name := range Unnameable(sample) {
			if c.context == Target && isKeyword(name) {
				continue // it stands after a dot there
			}
			names[name] = true
		}
	}
	var findings []Finding
	for _, name := range slices.Sorted(maps.Keys(names)) {
		findings = append(findings, Finding{
			Severity: Warning,
			Message:  fmt.Sprintf("no expression can name the attribute %q: names are letters, digits, _ and $, without a digit first, and no words of the language", name),
		})
	}
	return findings
}

// Unnameable returns which attributes no expression can name, such as
// "skill-level", sorted. Members of objects stand below them, as in
// "routing.skill-level". Among them are attributes that are called as a word of the
// language is, such as "in", which only the expression of a target can name.
func Unnameable(attributes Attributes) []string {
	var found []string
	collectUnnameable(attributes, "", &found)
	slices.Sort(found)
	return found
}

func collectUnnameable(object map[string]any, prefix string, found *[]string) {
	for name, value := range object {
		if !isName(name) || prefix == "" && isKeyword(name) {
			*found = append(*found, prefix+name)
			continue
		}
		if nested, ok := value.(map[string]any); ok {
			collectUnnameable(nested, prefix+name+".", found)
		}
	}
}
