package workflow

import (
	"fmt"
	"strings"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// Severity is how bad a problem is.
type Severity = expression.Severity

// The severities.
const (
	// SeverityWarning is for a configuration that works, and perhaps not as it was
	// meant.
	SeverityWarning = expression.SeverityWarning
	// SeverityError is for what the service refuses, and for what cannot work.
	SeverityError = expression.SeverityError
)

// Rule is what a problem is about. Programs tell problems apart by it. A problem of
// an expression has the rule of the [expression.Finding].
type Rule = expression.Rule

// The rules.
const (
	RuleSyntax        Rule = "syntax"         // what cannot be parsed
	RuleMissing       Rule = "missing"        // a member that the service requires
	RuleQueue         Rule = "queue"          // a queue that is none
	RuleRange         Rule = "range"          // a number out of its range
	RuleKnownWorker   Rule = "known-worker"   // known_worker_sid and known_worker_friendly_name
	RuleSkipIf        Rule = "skip-if"        // a skip_if that does not do what people expect
	RuleUnreachable   Rule = "unreachable"    // what no task gets to, or only late
	RuleTimeout       Rule = "timeout"        // a timeout that cancels tasks
	RuleDefaultFilter Rule = "default-filter" // a default filter that is missing, or has more than it heeds
	RuleNoWorkers     Rule = "no-workers"     // a target that no worker can meet
	RuleUnknownMember Rule = "unknown-member" // a member that the service does not heed
	RuleSize          Rule = "size"           // a configuration that is too long
)

// Problem is something in a configuration that is wrong or probably wrong.
type Problem struct {
	Severity Severity
	Rule     Rule
	// Place is where it is in the JSON, such as
	// task_routing.filters[0].targets[1].skip_if, or that of a task queue.
	Place string
	// Filter is the friendly name of the filter that it is in, if there is one.
	Filter string
	// Message says what happens at run time, and what to do, in one line.
	Message string
}

// String returns all of it in one line.
func (p Problem) String() string {
	place := p.Place
	if p.Filter != "" {
		place += fmt.Sprintf(" (%q)", p.Filter)
	}
	return fmt.Sprintf("%s: %s: %s", place, p.Severity, p.Message)
}

// Problems are the problems of a configuration, in the order of its filters and
// targets.
type Problems []Problem

// Err returns those that are errors, as [Errors], or nil if none is.
func (p Problems) Err() error {
	var found Errors
	for _, problem := range p {
		if problem.Severity == SeverityError {
			found = append(found, problem)
		}
	}
	if found == nil {
		return nil
	}
	return found
}

// Errors are the problems for which a configuration is invalid. It is what errors.As
// finds in the error of [Configuration.Validate].
type Errors []Problem

// Error returns the problems, a line each.
func (e Errors) Error() string {
	lines := make([]string, 0, len(e)+1)
	lines = append(lines, "workflow: the configuration is invalid:")
	for _, problem := range e {
		lines = append(lines, problem.String())
	}
	return strings.Join(lines, "\n\t")
}
