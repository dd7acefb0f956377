package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// String tells the way line by line.
func (e Explanation) String() string {
	var lines []string
	for _, filter := range e.Filters {
		lines = append(lines, filter.String())
	}
	if e.Default != nil {
		lines = append(lines, e.Default.String())
	}
	return strings.Join(append(lines, e.ending()), "\n")
}

func (e Explanation) ending() string {
	switch e.End {
	case EndCanceled:
		text := fmt.Sprintf("if nobody accepts it, the task is canceled after %s (event workflow.timeout)", e.After)
		if e.hasDefault {
			text += ": the default filter does not catch timeouts"
		}
		return text
	case EndDropped:
		text := "the task is dropped (event workflow.skipped): nothing keeps it, and there is no default filter"
		if slices.ContainsFunc(e.Targets(), TargetStep.mayKeep) {
			return "if nobody accepts it, " + text
		}
		return text
	case EndExpired:
		return fmt.Sprintf("if nobody accepts it, the task expires: no task lives for more than %s", e.After)
	default:
		return fmt.Sprintf("if nobody accepts it, the task is there from %s until its time to live ends", e.After)
	}
}

// mayKeep reports whether the task can be accepted in a target.
func (s TargetStep) mayKeep() bool { return s.asks() || s.MaySkip }

// asks reports whether somebody can be asked.
func (s TargetStep) asks() bool { return len(s.Candidates) > 0 && s.Candidates[0].Asked }

// String tells what the filter does, and below it what its targets do.
func (s FilterStep) String() string {
	name := lastStep(s.Place)
	if s.Name != "" {
		name += fmt.Sprintf(" %q", s.Name)
	}
	switch {
	case len(s.Problems) > 0:
		return fmt.Sprintf("%s cannot be parsed: %s", name, s.Problems[0].Message)
	case len(s.Why) == 0:
		return name + " has no expression, and is not tried"
	case !s.Matched:
		return fmt.Sprintf("%s does not match: %s", name, sentence(s.Why))
	}
	lines := []string{fmt.Sprintf("%s matches: %s", name, sentence(s.Why))}
	for _, target := range s.Targets {
		lines = append(lines, "  "+target.String())
	}
	return strings.Join(lines, "\n")
}

// lastStep returns what a place is called in the object that it is in.
func lastStep(place string) string {
	return place[strings.LastIndexByte(place, '.')+1:]
}

// String tells in one line what the target does.
func (s TargetStep) String() string {
	parts := []string{fmt.Sprintf("%s from %s: queue %s", lastStep(s.Place), s.Entered, cmp.Or(s.Queue.name(), "missing"))}
	if s.Priority != nil {
		parts = append(parts, fmt.Sprintf("priority %d", *s.Priority))
	}
	if source, _, ok := s.Target.knownWorker(); ok {
		parts = append(parts, fmt.Sprintf("only the worker in %s (%s)", source, shorten(expression.FormatValue(s.KnownWorker))))
	}
	if s.Candidates != nil {
		parts = append(parts, s.asked())
	}
	if s.OrderIgnored {
		parts = append(parts, "order_by is ignored since an attribute is no integer")
	}
	for _, problem := range s.Problems {
		parts = append(parts, lastStep(problem.Place)+" cannot be parsed")
	}
	if len(s.Why) > 0 && (s.Exit == ExitStays || s.Exit == ExitTimesOut && !s.asks()) {
		parts = append(parts, "is not skipped: "+sentence(s.Why))
	}
	return oneLine(strings.Join(append(parts, s.exit()), ", "))
}

func (q Queue) name() string {
	if q.FriendlyName == "" {
		return q.SID
	}
	return q.FriendlyName
}

// mostNames is how many workers a line names.
const mostNames = 5

// asked names those who are asked or, if nobody is, tells why not.
func (s TargetStep) asked() string {
	var names, reasons []string
	for _, candidate := range s.Candidates {
		if candidate.Asked {
			names = append(names, candidate.name())
			continue
		}
		reasons = append(reasons, candidate.name()+": "+candidate.Reason)
	}
	_, _, isKnown := s.Target.knownWorker()
	switch {
	case len(names) > 0:
		return "asks " + strings.Join(few(names), ", then ")
	case len(reasons) == 0:
		return "asks nobody, since the queue has no workers"
	case isKnown:
		return "asks nobody, since this is no worker of the queue who is available and fits"
	default:
		return "asks nobody (" + strings.Join(few(reasons), "; ") + ")"
	}
}

// few keeps as many as a line has room for.
func few(texts []string) []string {
	if more := len(texts) - mostNames; more > 0 {
		return append(texts[:mostNames:mostNames], fmt.Sprintf("%d more", more))
	}
	return texts
}

func (c Candidate) name() string {
	if c.Worker.FriendlyName == "" {
		return c.Worker.SID
	}
	return c.Worker.FriendlyName
}

func (s TargetStep) exit() string {
	switch {
	case s.Exit == ExitSkipped && s.asks():
		return "is skipped when nobody can be asked any more: " + sentence(s.Why)
	case s.Exit == ExitSkipped && !s.MaySkip:
		return "is skipped: " + sentence(s.Why)
	}
	text := "waits"
	if s.Exit == ExitTimesOut {
		text = fmt.Sprintf("waits for at most %s", s.Timeout)
	}
	if s.MaySkip {
		text += fmt.Sprintf(" unless it is skipped (skip_if %s)", s.Target.SkipIf)
	}
	return text
}

// sentence joins what became of comparisons.
func sentence(outcomes []expression.Outcome) string {
	parts := make([]string, len(outcomes))
	for i, outcome := range outcomes {
		parts[i] = outcome.String()
	}
	return strings.Join(parts, "; ")
}
