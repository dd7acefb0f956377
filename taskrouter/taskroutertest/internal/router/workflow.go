package router

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// A Workflow is the rules that move tasks through queues.
type Workflow struct {
	Resource
	FriendlyName                  string  `json:"friendly_name"`
	AssignmentCallbackURL         *string `json:"assignment_callback_url"`
	FallbackAssignmentCallbackURL *string `json:"fallback_assignment_callback_url"`
	TaskReservationTimeout        int     `json:"task_reservation_timeout"`
	// Configuration is compact JSON.
	Configuration json.RawMessage `json:"configuration"`
	// Revision counts the configurations before this one.
	Revision int `json:"revision"`
	// Former are the rules before these that tasks still follow.
	Former []*Rules `json:"former_configurations"`

	rules *Rules
}

const (
	maxConfiguration          = 1_038_576 // bytes
	maxReservationTimeout     = 86_400    // seconds
	defaultReservationTimeout = 120
)

// CreateWorkflow makes a workflow.
func (w *Workspace) CreateWorkflow(request gen.CreateWorkflowRequest) (*Workflow, error) {
	fields := gen.UpdateWorkflowRequest{
		FriendlyName:                  &request.FriendlyName,
		Configuration:                 &request.Configuration,
		AssignmentCallbackURL:         request.AssignmentCallbackURL,
		FallbackAssignmentCallbackURL: request.FallbackAssignmentCallbackURL,
		TaskReservationTimeout:        request.TaskReservationTimeout,
	}
	if err := firstOf(w.checkWorkflow(fields)); err != nil {
		return nil, err
	}
	f := w.addWorkflow(request.FriendlyName, request.Configuration)
	fields.Configuration = nil
	f.change(fields)
	w.recordWorkflow(f, "created")
	return f, nil
}

// addWorkflow adds one with the defaults.
func (w *Workspace) addWorkflow(friendlyName, configuration string) *Workflow {
	f := &Workflow{
		Resource:               w.account.newResource("WW"),
		FriendlyName:           friendlyName,
		TaskReservationTimeout: defaultReservationTimeout,
		Former:                 []*Rules{},
	}
	f.setRules(newRules(0, configuration))
	w.Workflows.add(f)
	return f
}

func (w *Workspace) checkWorkflow(request gen.UpdateWorkflowRequest) *Refusal {
	return cmp.Or(
		checkName("FriendlyName", request.FriendlyName, anyLength),
		checkURL("AssignmentCallbackUrl", request.AssignmentCallbackURL),
		checkURL("FallbackAssignmentCallbackUrl", request.FallbackAssignmentCallbackURL),
		w.checkConfiguration(request.Configuration),
		checkRange("TaskReservationTimeout", request.TaskReservationTimeout, 1, maxReservationTimeout),
	)
}

// checkConfiguration wants a configuration that can be read, with all that it must have,
// and with queues that are there. What can be read and cannot work is taken, as the
// service does.
func (w *Workspace) checkConfiguration(text *string) *Refusal {
	switch {
	case text == nil:
		return nil
	case len(*text) > maxConfiguration:
		return Invalid("Configuration has %d bytes, at most %d are allowed", len(*text), maxConfiguration)
	case !isObject(*text):
		return Invalid("Configuration is not a JSON document")
	}
	rules, err := workflow.Parse(*text)
	if err != nil {
		return Invalid("Configuration: %s", strings.TrimPrefix(err.Error(), "workflow: "))
	}
	for _, problem := range rules.Check(workflow.Workspace{Queues: w.queuesOfWorkflows()}) {
		if problem.Severity != workflow.SeverityWarning && refusedRules[problem.Rule] {
			return Invalid("Configuration: %s: %s", problem.Place, withoutForecast.Replace(problem.Message))
		}
	}
	return nil
}

// refusedRules are those of which the service takes no violation.
var refusedRules = map[workflow.Rule]bool{
	workflow.RuleSyntax: true, workflow.RuleMissing: true, workflow.RuleQueue: true, workflow.RuleRange: true, workflow.RuleSize: true,
}

// withoutForecast takes away what package workflow expects of the service, where the
// service itself is speaking.
var withoutForecast = strings.NewReplacer(
	", and the service refuses an update with it", "",
	"the service probably refuses the configuration: ", "",
	"the service refuses it: ", "",
)

func (w *Workspace) queuesOfWorkflows() []workflow.Queue {
	queues := make([]workflow.Queue, 0, w.TaskQueues.Len())
	for q := range w.TaskQueues.All() {
		queues = append(queues, workflow.Queue{SID: q.SID, FriendlyName: q.FriendlyName})
	}
	return queues
}

func (f *Workflow) change(request gen.UpdateWorkflowRequest) {
	set(&f.FriendlyName, request.FriendlyName)
	set(&f.TaskReservationTimeout, request.TaskReservationTimeout)
	if request.AssignmentCallbackURL != nil {
		f.AssignmentCallbackURL = request.AssignmentCallbackURL
	}
	if request.FallbackAssignmentCallbackURL != nil {
		f.FallbackAssignmentCallbackURL = request.FallbackAssignmentCallbackURL
	}
	if request.Configuration != nil {
		f.setRules(newRules(f.Revision+1, *request.Configuration))
	}
}

// setRules gives the workflow other rules. Those before are kept as long as tasks follow
// them.
func (f *Workflow) setRules(rules *Rules) {
	if f.rules != nil && f.rules.tasks > 0 {
		f.Former = append(f.Former, f.rules)
	}
	f.rules, f.Configuration, f.Revision = rules, rules.Configuration, rules.Revision
}

// forget forgets former rules that no task follows any more.
func (f *Workflow) forget(rules *Rules) {
	if rules.tasks == 0 {
		f.Former = slices.DeleteFunc(f.Former, func(former *Rules) bool { return former == rules })
	}
}

// ofRevision returns the rules of a revision, nil if they are forgotten.
func (f *Workflow) ofRevision(revision int) *Rules {
	if revision == f.Revision {
		return f.rules
	}
	i := slices.IndexFunc(f.Former, func(former *Rules) bool { return former.Revision == revision })
	if i < 0 {
		return nil
	}
	return f.Former[i]
}

// leadsTo tells whether a task can come to a task queue.
func (f *Workflow) leadsTo(queueSID string) bool {
	return f.rules.leadTo(queueSID) || slices.ContainsFunc(f.Former, func(former *Rules) bool { return former.leadTo(queueSID) })
}

// UpdateWorkflow changes what was sent.
func (w *Workspace) UpdateWorkflow(f *Workflow, request gen.UpdateWorkflowRequest) error {
	if err := firstOf(w.checkWorkflow(request)); err != nil {
		return err
	}
	if request == (gen.UpdateWorkflowRequest{}) {
		return nil
	}
	f.change(request)
	w.touch(&f.Resource)
	w.recordWorkflow(f, "updated")
	if isTrue(request.ReEvaluateTasks) {
		w.reEvaluate(f)
	}
	return nil
}

// reEvaluate lets all tasks of a workflow that are pending begin their way anew.
func (w *Workspace) reEvaluate(f *Workflow) {
	for t := range w.Tasks.All() {
		if t.WorkflowSID == f.SID && t.Status == gen.TaskStatusPending {
			w.arrive(t)
		}
	}
}

// DeleteWorkflow deletes a workflow that leads no task.
func (w *Workspace) DeleteWorkflow(f *Workflow) error {
	if err := firstOf(w.checkWorkflowUnused(f)); err != nil {
		return err
	}
	for task := range w.Tasks.All() {
		if task.WorkflowSID == f.SID {
			task.WorkflowSID = ""
			w.changed(task)
		}
	}
	w.Workflows.remove(f)
	w.recordWorkflow(f, "deleted")
	return nil
}

func (w *Workspace) checkWorkflowUnused(f *Workflow) *Refusal {
	for task := range w.Tasks.All() {
		if task.WorkflowSID == f.SID && task.waits() {
			return Invalid("Workflow %s leads tasks that are pending or reserved", f.SID)
		}
	}
	return w.checkNoTarget("Workflow", f.SID)
}

// workflow returns a workflow by its SID, or nil.
func (w *Workspace) workflow(sid string) *Workflow { return w.Workflows.bySID[sid] }

// WorkflowName returns the name of a workflow, or "" for none.
func (w *Workspace) WorkflowName(sid string) string {
	if f := w.workflow(sid); f != nil {
		return f.FriendlyName
	}
	return ""
}

func (w *Workspace) recordWorkflow(f *Workflow, word string) {
	w.record(eventOf("workflow."+word, "Workflow %s %s", f.FriendlyName, word).about("workflow", f.SID).with(f.facts()))
}
