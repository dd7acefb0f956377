package expression

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (c *checker) checkPath(path *Path) {
	if c.checkContext(path) {
		return
	}
	if strings.IndexFunc(path.String(), func(r rune) bool { return r > '\x7f' }) >= 0 {
		c.report(SeverityWarning, RuleUndocumented, path, "whether a name may have letters other than a to z is not documented")
	}
	if c.checkBuiltIn(path) || c.unquoted[path] {
		return
	}
	c.checkPresence(path)
}

// checkContext finds names of another context.
func (c *checker) checkContext(path *Path) (found bool) {
	switch c.context {
	case ContextTarget:
		return c.checkTargetPath(path)
	case ContextSkipIf:
		return c.checkCount(path)
	default:
		return c.checkPlainPath(path)
	}
}

func (c *checker) checkCount(path *Path) (found bool) {
	if isCount(path) {
		return false
	}
	c.report(SeverityError, RuleContext, path, "a skip_if knows only workers.available, workers.unavailable and workers.WA…, with the SID of an activity, not its name")
	return true
}

// isCount reports whether a path is one of those that a skip_if knows.
func isCount(path *Path) bool {
	return new(Counts).lookup(path.Steps) != nil
}

func (c *checker) checkTargetPath(path *Path) (found bool) {
	first := path.Steps[0].Name
	rest := strings.TrimPrefix(path.String(), first+".")
	switch prefix := strings.ToLower(first); {
	case isCount(path):
		c.report(SeverityError, RuleContext, path, "counts of workers are for a skip_if: the expression of a target looks at one worker at a time")
	case first != prefix && (prefix == "task" || prefix == "worker"):
		c.report(SeverityError, RuleContext, path, "write %s in small letters", prefix)
	case first == "tasks" || first == "workers":
		c.report(SeverityError, RuleContext, path, "write %s.%s", strings.TrimSuffix(first, "s"), rest)
	case first != "task" && first != "worker" && len(path.Steps) == 1:
		c.report(SeverityError, RuleContext, path, "the expression of a target is about a task and a worker: write task.%[1]s or worker.%[1]s, or '%[1]s' if it is a text", first)
	case first != "task" && first != "worker":
		c.report(SeverityError, RuleContext, path, "the expression of a target is about a task and a worker: write task.%[1]s or worker.%[1]s", path)
	case len(path.Steps) == 1 || path.Steps[1].Name == "":
		c.report(SeverityError, RuleContext, path, "write which attribute of the %s", first)
	default:
		return false
	}
	return true
}

// checkPlainPath finds prefixes where there are none.
func (c *checker) checkPlainPath(path *Path) (found bool) {
	first := path.Steps[0].Name
	if len(path.Steps) == 1 || c.occurs(first) {
		return false
	}
	rest := strings.TrimPrefix(path.String(), first+".")
	switch {
	case (first == "task" || first == "worker") && isKeyword(path.Steps[1].Name):
		c.report(SeverityError, RuleContext, path, "names have no prefix here, and %s alone is a word of the language: the attribute cannot be named here", path.Steps[1].Name)
	case first == "task" && c.context == ContextFilter:
		c.report(SeverityError, RuleContext, path, "names have no prefix in a filter: write %s; as it is, it looks for an attribute that is called task", rest)
	case first == "worker" && c.context == ContextFilter:
		c.report(SeverityError, RuleContext, path, "a filter knows no worker, only the task: put this into the expression of a target")
	case first == "worker": // which was seen in production, with what result is not known
		c.report(SeverityWarning, RuleContext, path, "names have no prefix in a task queue: write %s; as it is, it looks for an attribute that is called worker", rest)
	case first == "task":
		c.report(SeverityError, RuleContext, path, "a task queue knows no task, only the worker: put this into the expression of a target")
	case isCount(path):
		c.report(SeverityError, RuleContext, path, "counts of workers are for the skip_if of a target")
	default:
		return false
	}
	return true
}

// occurs reports whether a sample has an attribute.
func (c *checker) occurs(name string) bool {
	return c.own().presenceOf([]Step{{Name: name}}).kinds&^nulls != 0
}

// own returns the samples of what names without a prefix are about.
func (c *checker) own() *index {
	if c.context == ContextQueue {
		return c.workers
	}
	return c.tasks
}

// builtIn are the names of a worker that the service itself gives their values.
var builtIn = map[string]kind{
	"sid": textKind, "friendly_name": textKind, "activity_sid": textKind, "activity_name": textKind, "channel": objectKind,
}

// ofWorker returns the steps of a path below the worker, nil if it does not lead
// there.
func (c *checker) ofWorker(path *Path) []Step {
	switch {
	case c.context == ContextQueue:
		return path.Steps
	case c.context == ContextTarget && len(path.Steps) > 1 && path.Steps[0].Name == "worker":
		return path.Steps[1:]
	default:
		return nil
	}
}

// builtInKinds returns what a built-in name of a worker can be. Samples need not
// have it.
func (c *checker) builtInKinds(path *Path) (is kinds, ok bool) {
	steps := c.ofWorker(path)
	if steps == nil {
		return 0, false
	}
	is, ok = setOf(builtIn[steps[0].Name]), builtIn[steps[0].Name] != nullKind
	switch {
	case !ok:
		return 0, false
	case len(steps) < 3:
		return is, true
	default:
		return setOf(numberKind), true
	}
}

// checkBuiltIn finds what the service may not know of its own names.
func (c *checker) checkBuiltIn(path *Path) (isBuiltIn bool) {
	if _, ok := c.builtInKinds(path); !ok {
		return false
	}
	steps := c.ofWorker(path)
	switch {
	case steps[0].Name == "channel" && !isChannelPath(steps):
		c.report(SeverityWarning, RuleUnknownName, path, "a channel has configured_capacity, assigned_tasks and available_capacity_percentage, as in channel.voice.assigned_tasks")
	case c.context == ContextQueue && steps[0].Name == "channel":
		c.report(SeverityWarning, RuleUndocumented, path, "channels are documented for the expressions of targets only")
	case c.context == ContextQueue:
		c.report(SeverityWarning, RuleUndocumented, path, "this is documented for targets and for the list of workers, not for task queues")
	}
	return true
}

func isChannelPath(steps []Step) bool {
	if len(steps) != 3 {
		return false
	}
	return slices.Contains([]string{"configured_capacity", "assigned_tasks", "available_capacity_percentage"}, steps[2].Name)
}

// checkPresence finds names that no sample has.
func (c *checker) checkPresence(path *Path) {
	switch found := c.presenceOf(path); {
	case !found.missing():
		return
	case found.similar != "":
		c.report(SeverityWarning, RuleUnknownName, path, "no sample has it, but one has %s: small and capital letters differ", found.similar)
	default:
		c.report(SeverityWarning, RuleUnknownName, path, "no sample has it")
	}
}

// presenceOf looks a path up in the samples. Without samples the kinds are none.
func (c *checker) presenceOf(path *Path) presence {
	samples, steps := c.samplesOf(path)
	if samples == nil {
		return presence{}
	}
	return samples.presenceOf(steps)
}

// samplesOf returns the samples that a path leads into, nil if there are none, and
// its steps in there.
func (c *checker) samplesOf(path *Path) (*index, []Step) {
	switch {
	case c.context == ContextSkipIf:
		return nil, nil
	case c.context != ContextTarget:
		return c.own(), path.Steps
	case len(path.Steps) == 1:
		return nil, nil
	case path.Steps[0].Name == "task":
		return c.tasks, path.Steps[1:]
	case path.Steps[0].Name == "worker":
		return c.workers, path.Steps[1:]
	default:
		return nil, nil
	}
}

// unnameable finds attributes that no expression can name.
func (c *checker) unnameable() []Finding {
	names := map[string]string{} // with whose they are
	if c.context == ContextQueue || c.context == ContextTarget {
		for _, name := range c.workers.unnameable(c.context == ContextTarget) {
			names[name] = "a worker"
		}
	}
	if c.context == ContextFilter || c.context == ContextTarget {
		for _, name := range c.tasks.unnameable(c.context == ContextTarget) {
			names[name] = "a task"
		}
	}
	var findings []Finding
	for _, name := range slices.Sorted(maps.Keys(names)) {
		findings = append(findings, Finding{
			Severity: SeverityWarning,
			Rule:     RuleUnnameable,
			Message:  "no expression can name the attribute " + strconv.Quote(shorten(name)) + " of " + names[name] + ": names are letters, digits, _ and $, without a digit first, and no words of the language",
		})
	}
	return findings
}
