package workflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

const (
	maxSize       = 1_038_576     // bytes of a configuration
	maxTimeToLive = 1_209_600     // seconds that a task can live
	maxPriority   = math.MaxInt32 // of a task
)

// Validate returns the errors of the configuration, all of them, as [Problems],
// or nil if there is none. It leaves warnings to [Configuration.Check].
func (c Configuration) Validate() error {
	return c.Check(Workspace{}).Err()
}

// Check returns all problems of the configuration, errors and warnings, in the
// order of its filters and targets. With queues it finds those that do not exist, with
// queues and workers targets that no worker can meet, with tasks and workers names
// and types that do not fit their attributes.
func (c Configuration) Check(workspace Workspace) Problems {
	roster := newRoster(workspace)
	v := validator{plan: planned(c), roster: roster, samples: roster.samples(), said: map[string]bool{}}
	v.document(c)
	for i, branch := range v.plan.branches {
		v.filter = branch.filter.FriendlyName
		v.branch(branch)
		v.reach(i)
	}
	v.filter = ""
	v.fallback()
	return v.problems
}

type validator struct {
	plan     plan
	roster   *roster
	samples  expression.Samples
	filter   string          // the name of the filter that is looked at
	said     map[string]bool // findings about samples, which every expression has
	work     int             // what comparing filters has cost, see maxWork
	problems Problems
}

func (v *validator) report(severity Severity, rule Rule, place, format string, arguments ...any) {
	v.problems = append(v.problems, Problem{
		Severity: severity, Rule: rule, Place: place, Filter: v.filter,
		Message: oneLine(fmt.Sprintf(format, arguments...)),
	})
}

// oneLine replaces line breaks, which expressions may have, and what is repeated of
// them in messages.
func oneLine(text string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(text) }

// document looks at the configuration as a whole.
func (v *validator) document(c Configuration) {
	text, problems := c.format()
	for _, problem := range problems {
		v.report(Error, RuleSyntax, topLevel, "it cannot be written as it is: %s", problem)
	}
	if len(text) > maxSize {
		v.report(Error, RuleSize, topLevel, "the service refuses it: it has %d bytes, %d more than a configuration may have", len(text), len(text)-maxSize)
	}
	v.extra(topLevel, c.Extra, "task_routing")
	v.extra("task_routing", c.TaskRouting.Extra, "filters", "default_filter")
}

// The members that have a field, and their older names.
var (
	filterMembers = []string{"filter_friendly_name", "friendly_name", "expression", "targets"}
	targetMembers = []string{
		"queue", "task_queue_sid", "expression", "priority", "timeout", "order_by", "skip_if",
		"known_worker_sid", "known_worker_friendly_name",
	}
)

// extra finds members that the service takes and, as far as is known, does not
// heed, and values that their fields could not hold.
func (v *validator) extra(place string, extra map[string]json.RawMessage, fields ...string) {
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		message := "the service takes this member, and nothing is known that it does with it: look whether the name is misspelt"
		if slices.Contains(fields, name) {
			message = "it is written as it is and not looked at: it is empty, of another type, or an older name for what is there under the newer one"
		}
		v.report(Warning, RuleUnknownMember, memberOf(place, name), "%s", message)
	}
}

func (v *validator) branch(b branch) {
	v.extra(b.place, b.filter.Extra, filterMembers...)
	v.problems = append(v.problems, b.problems...)
	place := memberOf(b.place, "expression")
	switch {
	case b.filter.Expression == "":
		v.report(Error, RuleMissing, place, "a filter must say which tasks it is for: write 1==1 for all")
	case b.never:
		v.report(Warning, RuleUnreachable, place, "it is true of no task: nothing comes here")
	default:
		v.findings(place, b.condition, expression.ContextFilter)
	}
	if len(b.steps) == 0 {
		v.report(Error, RuleMissing, memberOf(b.place, "targets"), "a filter must send its tasks to at least one target")
		return
	}
	if b.steps[0].queue == "" {
		v.report(Error, RuleMissing, memberOf(b.steps[0].place, "queue"), "the first target must name the queue in which tasks wait; later ones without a queue stay in it")
	}
	for _, step := range b.steps {
		v.step(step)
	}
}

// step looks at what targets and the default filter have in common.
func (v *validator) step(s step) {
	v.extra(s.place, s.target.Extra, targetMembers...)
	v.queue(s)
	v.problems = append(v.problems, s.problems...)
	v.findings(memberOf(s.place, "expression"), s.condition, expression.ContextTarget)
	v.numbers(s)
	v.order(s)
	v.skipIf(s)
	v.knownWorker(s)
	v.candidates(s)
}

// findings adds what there is to say about an expression.
func (v *validator) findings(place string, e *expression.Expression, context expression.Context) {
	if e == nil {
		return
	}
	v.add(place, e.Check(context, v.samples))
}

func (v *validator) add(place string, findings []expression.Finding) {
	for _, finding := range findings {
		if finding.Text != "" {
			v.report(finding.Severity, finding.Rule, place, "%s: %s: %s", finding.Position, shorten(finding.Text), finding.Message)
			continue
		}
		if !v.said[finding.Message] {
			v.said[finding.Message] = true
			v.report(finding.Severity, finding.Rule, place, "%s", finding.Message)
		}
	}
}

func (v *validator) queue(s step) {
	sid, place := s.target.Queue, memberOf(s.place, "queue")
	switch {
	case sid == "":
		return
	case !strings.HasPrefix(sid, "WQ"):
		v.report(Error, RuleQueue, place, "the service refuses it: %q is not the SID of a task queue, which begins with WQ", sid)
	case v.roster.workspace.Queues == nil:
		return
	default:
		if _, ok := v.roster.workspace.queue(sid); !ok {
			v.report(Error, RuleQueue, place, "the service refuses it: the workspace has no task queue %s", sid)
		}
	}
}

func (v *validator) numbers(s step) {
	if priority := s.target.Priority; priority != nil && (*priority < 0 || *priority > maxPriority) {
		v.report(Error, RuleRange, memberOf(s.place, "priority"), "expected a number from 0 to %d, not %d", maxPriority, *priority)
	}
	timeout := s.target.Timeout
	switch place := memberOf(s.place, "timeout"); {
	case timeout == nil:
		return
	case *timeout < 1:
		v.report(Error, RuleRange, place, "expected a number of seconds from 1, not %d: to pass on at once, write a skip_if of 1==1", *timeout)
	case *timeout > maxTimeToLive:
		v.report(Warning, RuleRange, place, "it never ends: no task lives for more than %d seconds", maxTimeToLive)
	}
}

func (v *validator) order(s step) {
	if s.order != nil {
		v.add(memberOf(s.place, "order_by"), s.order.Check(v.samples))
	}
}

func (v *validator) skipIf(s step) {
	place := memberOf(s.place, "skip_if")
	v.findings(place, s.skipIf, expression.ContextSkipIf)
	switch _, _, isKnown := s.target.knownWorker(); {
	case s.skipIf == nil || always(s.skipIf):
		return
	case never(s.skipIf):
		v.report(Warning, RuleSkipIf, place, "it is never true: the target is not skipped")
	case s.condition != nil && !always(s.condition) || isKnown:
		v.report(Warning, RuleSkipIf, place, "it counts all workers of the queue, also those whom the target does not ask: while one of them is counted, the task waits for workers that may not be there; write 1==1 to pass on whenever nobody can be asked at once")
	case s.target.Timeout == nil:
		v.report(Warning, RuleSkipIf, place, "it is judged only when the task enters the target: a task that is not skipped then waits until its time to live ends; add a timeout to pass on later, too")
	}
}

func (v *validator) knownWorker(s step) {
	if s.target.KnownWorkerSID != "" && s.target.KnownWorkerFriendlyName != "" {
		v.report(Error, RuleKnownWorker, memberOf(s.place, "known_worker_friendly_name"), "it excludes known_worker_sid, which is here, too: keep one of them")
	}
	v.reference(memberOf(s.place, "known_worker_sid"), s.target.KnownWorkerSID)
	v.reference(memberOf(s.place, "known_worker_friendly_name"), s.target.KnownWorkerFriendlyName)
}

func (v *validator) reference(place, source string) {
	if source == "" {
		return
	}
	if reference(source) == nil {
		v.report(Error, RuleKnownWorker, place, "expected the name of an attribute of the task, such as task.agent: with anything else nobody is asked, and the task waits here (error 40154)")
	}
}

// reference parses what names an attribute of the task, nil if it does not.
func reference(source string) *expression.Path {
	path, err := expression.ParsePath(source)
	if err != nil || len(path.Steps) == 1 || path.Steps[0].Name != "task" {
		return nil
	}
	return path
}
