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
	timeToLive    = 86_400        // seconds that it does live, unless it was created otherwise
	maxPriority   = math.MaxInt32 // of a task
)

// Validate returns the errors of the configuration, all of them, as [Errors], or
// nil if there is none. It leaves warnings to [Configuration.Check].
func (c Configuration) Validate() error {
	return c.Check(Workspace{}).Err()
}

// Check returns all problems of the configuration, errors and warnings, in the
// order of its filters and targets. With queues it finds those that do not exist,
// with queues and workers targets that no worker can meet, with tasks and workers
// names and types that do not fit their attributes.
func (c Configuration) Check(workspace Workspace) Problems {
	roster := newRoster(workspace)
	v := validator{plan: c.Plan(), roster: roster, checker: expression.NewChecker(roster.samples()), said: map[string]bool{}, keepers: map[string]int{}}
	v.document(c)
	for i, branch := range v.plan.branches {
		v.filter = branch.filter.FriendlyName
		v.branch(branch)
		v.reach(i)
	}
	v.filter = ""
	v.fallback()
	v.exhausted()
	return v.problems
}

type validator struct {
	plan     *Plan
	roster   *roster
	checker  *expression.Checker
	filter   string          // the name of the filter that is looked at
	said     map[string]bool // what is said once, however often it is so
	keepers  map[string]int  // the first filter with a condition that keeps its tasks, by canonical form
	work     int             // what comparing filters has cost, see maxWork
	left     bool            // some were not compared, since there was too much to do
	problems Problems
}

func (v *validator) report(severity Severity, rule Rule, place, format string, arguments ...any) {
	v.problems = append(v.problems, Problem{
		Severity: severity, Rule: rule, Place: place, Filter: v.filter,
		Message: oneLine(fmt.Sprintf(format, arguments...)),
	})
}

// once reports whether something is said for the first time.
func (v *validator) once(text string) bool {
	said := v.said[text]
	v.said[text] = true
	return !said
}

// oneLine replaces line breaks, which expressions may have, and what is repeated of
// them in messages.
func oneLine(text string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(text) }

// document looks at the configuration as a whole.
func (v *validator) document(c Configuration) {
	text, problems := c.format()
	for _, problem := range problems {
		v.report(SeverityError, RuleSyntax, topLevel, "this cannot be written as it is: %s", problem)
	}
	if len(text) > maxSize {
		v.report(SeverityError, RuleSize, topLevel, "the service refuses it: it has %d bytes, %d more than a configuration may have", len(text), len(text)-maxSize)
	}
	v.extra(topLevel, c.Extra, topMembers)
	v.extra("task_routing", c.TaskRouting.Extra, routingMembers)
}

// The members of each object that have a field, and their older names.
var (
	topMembers     = []string{"task_routing"}
	routingMembers = []string{"filters", "default_filter"}
	filterMembers  = []string{"filter_friendly_name", "friendly_name", "expression", "targets"}
	targetMembers  = []string{
		"queue", "task_queue_sid", "expression", "priority", "timeout", "order_by", "skip_if",
		"known_worker_sid", "known_worker_friendly_name",
	}
)

// extra finds members that the service takes and, as far as is known, does not
// heed, and values that their fields could not hold.
func (v *validator) extra(place string, extra map[string]json.RawMessage, fields []string) {
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		v.report(SeverityWarning, RuleUnknownMember, memberOf(place, name), "%s", aboutExtra(name, extra[name], fields))
	}
}

func aboutExtra(name string, raw json.RawMessage, fields []string) string {
	switch meant := similar(name, fields); {
	case slices.Contains(fields, name) && string(raw) == `""`:
		return "this is empty, and as good as not there: remove it"
	case slices.Contains(fields, name) && (name == "friendly_name" || name == "task_queue_sid"):
		return "this is an older name for what stands here under the newer one, and says something else: remove it"
	case slices.Contains(fields, name):
		return "this is written as it stands in Extra, and not checked: set the field"
	case meant != "":
		return fmt.Sprintf("no such member is known: the service takes it, and it probably has no effect; rename it to %s, or remove it", meant)
	default:
		return "no such member is known here: the service takes it, and it probably has no effect; remove it"
	}
}

// similar returns the member that is spelled like another, capital letters and
// underscores apart.
func similar(name string, fields []string) string {
	for _, field := range fields {
		if plain(field) == plain(name) {
			return field
		}
	}
	return ""
}

func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

func (v *validator) branch(b branch) {
	v.extra(b.place, b.filter.Extra, filterMembers)
	v.problems = append(v.problems, b.problems...)
	place := memberOf(b.place, "expression")
	switch {
	case b.filter.Expression == "":
		v.report(SeverityError, RuleMissing, place, "a filter must say which tasks it is for: write 1==1 for all")
	case b.never:
		v.report(SeverityWarning, RuleUnreachable, place, "no task matches %s: the filter has no effect", b.filter.Expression)
	default:
		v.findings(place, b.condition, expression.ContextFilter)
	}
	if len(b.steps) == 0 {
		v.report(SeverityError, RuleMissing, memberOf(b.place, "targets"), "a filter must send its tasks to at least one target")
		return
	}
	if b.steps[0].Queue == "" {
		v.report(SeverityError, RuleMissing, memberOf(b.steps[0].place, "queue"), "the first target must name the queue in which tasks wait; later ones without a queue stay in it")
	}
	for i, step := range b.steps {
		v.step(step)
		v.timeout(step)
		isSound := v.skipIf(step)
		v.waiting(b, i, isSound)
	}
}

// step looks at what targets and the default filter have in common.
func (v *validator) step(s *Step) {
	v.extra(s.place, s.Target.Extra, targetMembers)
	v.queue(s)
	v.problems = append(v.problems, s.problems...)
	v.findings(memberOf(s.place, "expression"), s.Condition, expression.ContextTarget)
	if priority := s.Target.Priority; priority != nil && (*priority < 0 || *priority > maxPriority) {
		v.report(SeverityError, RuleRange, memberOf(s.place, "priority"), "a task has a priority from 0 to %d, not %d", maxPriority, *priority)
	}
	if s.Order != nil {
		v.add(memberOf(s.place, "order_by"), v.checker.CheckOrder(s.Order))
	}
	v.knownWorker(s)
	v.candidates(s)
}

// findings adds what there is to say about an expression.
func (v *validator) findings(place string, e *expression.Expression, context expression.Context) {
	if e != nil {
		v.add(place, v.checker.Check(e, context))
	}
}

// add leaves out what it said already about the attributes that are given, which
// each expression is held against.
func (v *validator) add(place string, findings []expression.Finding) {
	for _, finding := range findings {
		switch {
		case finding.Text != "":
			v.report(finding.Severity, finding.Rule, place, "%s: %s: %s", finding.Position, shorten(finding.Text), finding.Message)
		case v.once(finding.Message):
			v.report(finding.Severity, finding.Rule, place, "%s", finding.Message)
		}
	}
}

func (v *validator) queue(s *Step) {
	sid, place := s.Target.Queue, memberOf(s.place, "queue")
	queue, exists := v.roster.queues[sid]
	switch {
	case sid == "":
		return
	case strings.Contains(sid, "${"):
		v.report(SeverityError, RuleQueue, place, "%q is a placeholder: fill in the SID of the task queue", sid)
	case !isQueueSID(sid):
		v.report(SeverityError, RuleQueue, place, "%q is not the SID of a task queue, and the service refuses an update with it: write the SID, which is WQ and letters and digits, not the name", sid)
	case v.roster.workspace.Queues != nil && !exists:
		v.report(SeverityError, RuleQueue, place, "the workspace has no task queue %s, and the service refuses an update with it: write the SID of one that it has", sid)
	case exists && v.once("queue "+sid):
		v.targetWorkers(queue)
	}
}

// isQueueSID looks at the prefix and for characters that no SID has. How long it is
// is the service's to judge.
func isQueueSID(sid string) bool {
	rest, ok := strings.CutPrefix(sid, "WQ")
	return ok && !strings.ContainsFunc(rest, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// targetWorkers looks at the expression of a queue that the configuration uses.
func (v *validator) targetWorkers(queue *rosterQueue) {
	place := "TargetWorkers of " + queue.SID
	if queue.err != nil {
		v.report(SeverityError, RuleSyntax, place, "nobody can tell who is in the queue: %s", withoutPackage(queue.err))
	}
	v.findings(place, queue.condition, expression.ContextQueue)
}

func (v *validator) timeout(s *Step) {
	timeout := s.Target.Timeout
	switch place := memberOf(s.place, "timeout"); {
	case timeout == nil:
		return
	case *timeout < 1:
		v.report(SeverityError, RuleRange, place, "a timeout has at least 1 second, not %d: to pass on at once if nobody can be asked, write a skip_if of 1==1", *timeout)
	case *timeout > maxTimeToLive:
		v.report(SeverityWarning, RuleRange, place, "the timeout never ends: no task lives for more than %d seconds", maxTimeToLive)
	case *timeout > timeToLive:
		v.report(SeverityWarning, RuleRange, place, "the timeout ends only for tasks that are created with a longer time to live than %d seconds, a day: others expire before", timeToLive)
	}
}

// skipIf reports whether a skip_if is free of errors.
func (v *validator) skipIf(s *Step) (isSound bool) {
	place := memberOf(s.place, "skip_if")
	before := len(v.problems)
	v.findings(place, s.SkipIf, expression.ContextSkipIf)
	if v.problems[before:].Err() != nil {
		return false
	}
	_, _, isKnown := s.Target.knownWorker()
	asksSome := s.Condition != nil && !always(s.Condition) || isKnown
	switch {
	case s.SkipIf == nil || always(s.SkipIf):
		return true
	case never(s.SkipIf):
		v.report(SeverityWarning, RuleSkipIf, place, "%s is never true: the target is never skipped", s.Target.SkipIf)
	case asksSome:
		v.report(SeverityWarning, RuleSkipIf, place, "workers.available and its like count every worker of the queue, also those whom this target does not ask: while one of them is counted, the task is not skipped and waits; write 1==1 to skip whenever nobody can be asked at once")
	}
	return true
}

// waiting finds targets in which tasks wait for longer than people expect. Of a
// skip_if that is not sound enough is said.
func (v *validator) waiting(b branch, index int, isSound bool) {
	s, last := b.steps[index], index == len(b.steps)-1
	switch place := s.place; {
	case s.Target.Timeout != nil:
		return
	case s.endless && !last && v.once("endless "+b.place):
		v.report(SeverityWarning, RuleUnreachable, place, "without a timeout, tasks wait here until they are accepted or their time to live ends: targets[%d] and what follows are never tried; add a timeout", index+1)
	case s.endless && s.knownWorker != nil:
		v.report(SeverityWarning, RuleKnownWorker, place, "without a timeout, tasks wait for one worker until their time to live ends, be that worker there or not: add a timeout, and a target after it")
	case !s.skippable || always(s.SkipIf) || !isSound:
		return
	case !last:
		v.report(SeverityWarning, RuleSkipIf, place, "skip_if is not judged again while a task waits: one that is not skipped as it enters waits here without an end; add a timeout to go on to targets[%d] later, too", index+1)
	default:
		v.report(SeverityWarning, RuleSkipIf, place, "skip_if is not judged again while a task waits: one that is not skipped as it enters waits here without an end; to go on later, too, add a timeout and a target after it")
	}
}

func (v *validator) knownWorker(s *Step) {
	if s.Target.KnownWorkerSID != "" && s.Target.KnownWorkerFriendlyName != "" {
		v.report(SeverityError, RuleKnownWorker, memberOf(s.place, "known_worker_friendly_name"), "a target has known_worker_friendly_name or known_worker_sid, not both: remove one")
	}
	v.reference(memberOf(s.place, "known_worker_sid"), s.Target.KnownWorkerSID)
	v.reference(memberOf(s.place, "known_worker_friendly_name"), s.Target.KnownWorkerFriendlyName)
}

func (v *validator) reference(place, source string) {
	if source == "" {
		return
	}
	path := reference(source)
	if path == nil {
		v.report(SeverityError, RuleKnownWorker, place, "%s is no attribute of the task: nobody is asked, as far as is documented, and tasks wait here (error 40154); %s", source, adviceOnReference(source))
		return
	}
	for _, task := range v.roster.workspace.Tasks {
		if path.LookupTarget(task, nil) != nil {
			return
		}
	}
	if len(v.roster.workspace.Tasks) > 0 {
		v.report(SeverityWarning, RuleKnownWorker, place, "none of the tasks that were given has %s", source)
	}
}

func adviceOnReference(source string) string {
	path, err := expression.ParsePath(source)
	switch {
	case err != nil && strings.HasPrefix(source, "task."):
		return withoutPackage(err)
	case err == nil && len(path.Steps) == 1 && source != "task" && !strings.HasPrefix(source, "WK"):
		return "write task." + source
	default:
		return "put the worker into an attribute of the task, and name that, as in task.agent"
	}
}

// candidates finds a target that no worker can meet, whatever the task is and
// whatever the workers are doing. That of 1==0 is left alone: people write it to let
// tasks wait.
func (v *validator) candidates(s *Step) {
	members, known := v.roster.of(s.Queue)
	if !known || never(s.Condition) {
		return
	}
	queue := v.roster.queue(s.Queue).name()
	if len(members) == 0 {
		v.report(SeverityWarning, RuleNoWorkers, memberOf(s.place, "queue"), "the queue %s has no workers: nobody is asked here; look at its TargetWorkers and at the attributes of the workers", queue)
		return
	}
	couldMatch := func(m member) bool { return s.Condition == nil || s.Condition.CouldMatch(m.fields) }
	if !slices.ContainsFunc(members, couldMatch) {
		v.report(SeverityWarning, RuleNoWorkers, memberOf(s.place, "expression"), "no worker of the queue %s, which has %d, can meet it: nobody is asked here; correct the expression, or the attributes of the workers", queue, len(members))
	}
}
