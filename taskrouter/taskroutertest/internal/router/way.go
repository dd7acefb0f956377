package router

import (
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/gen"
	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// The way of a task: into its workflow, from target to target, and out of it.

const (
	// finishedKept is how long the service knows a task that is over, and its
	// reservations: five minutes at least.
	finishedKept = 5 * time.Minute
	// longestAssigned is how long a worker may have a task before the service deletes it.
	longestAssigned = 24 * time.Hour
	// longestUntilReserved is how long a task waits that is meant for one worker. The
	// service has such a limit too, and does not say which.
	longestUntilReserved = 30 * time.Second
	// maxAssignments is how often workers may be asked in vain. Several who are asked at
	// once count once.
	maxAssignments = 1000
)

// Why the router cancels a task. The service is known to say the first four so.
const (
	reasonTooOld      = "Task TTL Exceeded"
	reasonTooOften    = "Task TTL Exceeded or Max assignment count exceeded"
	reasonTimedOut    = "Task canceled on Workflow timeout"
	reasonNotReserved = "RoutingTarget SLA for Reservation creation was not met"
	reasonUnmatched   = "No filter of the workflow takes the task"
)

// arrive lets a task begin its way once the call is answered: nobody sees one of whom it
// is known that it will move on.
func (w *Workspace) arrive(t *Task) {
	w.arriving = append(w.arriving, t)
	w.unsettle()
}

// start lets a task that waits begin its way, also if it is on it already.
func (w *Workspace) start(t *Task) {
	if t.Status != gen.TaskStatusPending {
		return // which it was when it arrived
	}
	w.stopWaiting(t)
	w.unfollow(t)
	switch q, f := w.taskQueue(t.RoutingTarget), w.workflow(t.WorkflowSID); {
	case q != nil:
		w.enterQueue(t, q)
		w.wait(t)
	case t.isMeantForWorker():
		w.startForWorker(t, f)
	case f != nil:
		w.startWorkflow(t, f)
	default:
		w.await(t) // nothing leads the task, which stays until its time is over
	}
}

// startForWorker lets a task wait for the one worker that it is meant for. Of its
// workflow no more counts than where it would come in: the queue, unless another one was
// sent, and the priority there.
func (w *Workspace) startForWorker(t *Task, f *Workflow) {
	step := f.firstStep(t)
	reprioritized := step != nil && step.Queue == t.TaskQueueSID && t.takePriority(step)
	q := w.taskQueue(t.TaskQueueSID)
	if moved := q != nil && w.enterQueue(t, q); !moved && reprioritized {
		w.changed(t)
	}
	w.wait(t)
}

// queueOf returns the queue that a task will come into, nil if there is none.
func (w *Workspace) queueOf(t *Task) *TaskQueue {
	if q := w.taskQueue(t.RoutingTarget); q != nil {
		return q
	}
	if step := w.workflow(t.WorkflowSID).firstStep(t); step != nil {
		return w.taskQueue(step.Queue)
	}
	return nil
}

// firstStep returns the target where a task comes in, nil if there is none.
func (f *Workflow) firstStep(t *Task) *workflow.Step {
	if f == nil {
		return nil
	}
	first, end := f.rules.plan.First(t.Attributes.Fields())
	if end != "" {
		return nil
	}
	return f.rules.plan.Step(first)
}

func (w *Workspace) startWorkflow(t *Task, f *Workflow) {
	w.follow(t, f.rules)
	w.recordWay(t, "workflow.entered", "entered")
	first, end := t.rules.plan.First(t.Attributes.Fields())
	w.goOn(t, first, end)
}

// follow lets a task keep to some rules.
func (w *Workspace) follow(t *Task, rules *Rules) {
	t.rules, t.Revision = rules, rules.Revision
	rules.tasks++
}

// unfollow lets a task keep to its rules no longer. Rules that nothing keeps to any more
// are forgotten, unless they are those of now.
func (w *Workspace) unfollow(t *Task) {
	if t.rules == nil {
		return
	}
	t.rules.tasks--
	if f := w.workflow(t.WorkflowSID); f != nil {
		f.forget(t.rules)
	}
	t.rules, t.step, t.Position, t.DateTargetEntered = nil, nil, nil, nil
}

// goOn lets a task enter a target, or ends its way.
func (w *Workspace) goOn(t *Task, next workflow.Position, end workflow.End) {
	switch end {
	case workflow.EndCanceled:
		w.recordWay(t, "workflow.timeout", "timed out in")
		w.cancel(t, reasonTimedOut)
	case workflow.EndDropped:
		w.recordWay(t, "workflow.skipped", "is taken by no filter of")
		w.cancel(t, reasonUnmatched)
	default:
		w.enter(t, next)
	}
}

// enter puts a task into a target. It is judged then, see [Workspace.judge].
func (w *Workspace) enter(t *Task, at workflow.Position) {
	t.Position, t.DateTargetEntered = &at, new(w.account.now)
	t.step = t.rules.plan.Step(at)
	reprioritized := t.takePriority(t.step)
	w.recordWay(t, "workflow.target-matched", "matched a target of")
	if !w.enterQueue(t, w.taskQueue(t.step.Queue)) && reprioritized {
		w.changed(t)
	}
	w.wait(t)
	w.judged = append(w.judged, t)
}

// takePriority gives a task the priority of a target, if that has one, and tells whether
// it is another one.
func (t *Task) takePriority(step *workflow.Step) bool {
	previous := t.Priority
	set(&t.Priority, step.Target.Priority)
	return t.Priority != previous
}

// enterQueue puts a task into a queue unless it is there, and tells whether it did.
func (w *Workspace) enterQueue(t *Task, q *TaskQueue) bool {
	if t.DateQueueEntered != nil && t.TaskQueueSID == q.SID {
		return false
	}
	previous := ""
	if t.DateQueueEntered != nil {
		previous = t.TaskQueueSID
		w.recordTask(t, "task-queue.moved", "moved to TaskQueue "+q.FriendlyName)
	}
	t.TaskQueueSID, t.DateQueueEntered = q.SID, new(w.account.now)
	w.changed(t)
	w.recordEntered(t, previous)
	return true
}

// leave lets a task go on from its target.
func (w *Workspace) leave(t *Task, exit workflow.Exit) {
	if exit == workflow.ExitTimesOut {
		w.recordTask(t, "task-queue.timeout", "timed out in TaskQueue "+w.TaskQueueName(t.TaskQueueSID))
	}
	w.stopWaiting(t)
	next, end := t.rules.plan.Next(t.Attributes.Fields(), *t.Position, exit)
	w.goOn(t, next, end)
}

// returnToQueue lets a task wait again that was reserved. If it has been asked for too often,
// it waits no longer.
func (w *Workspace) returnToQueue(t *Task) {
	switch {
	case t.Assignments >= maxAssignments:
		w.cancel(t, reasonTooOften)
	case t.held:
		w.await(t)
	case t.isPlaced():
		w.wait(t)
		w.judged = append(w.judged, t)
	default:
		w.arrive(t)
	}
}

// longestPause is for how long a task is held, at most, that nobody could be asked about.
// The service is not known to do so, but without it an application that is not there for a
// moment would be asked a thousand times in it, and the task be canceled.
const longestPause = 16 * time.Second

// pause is for how long a task is held: a second at first, and each time twice as long.
func (t *Task) pause() time.Duration {
	return min(time.Second<<min(t.unanswered-1, 10), longestPause)
}

// offerAgain ends a pause.
func (w *Workspace) offerAgain(t *Task) {
	t.held = false
	w.returnToQueue(t)
}

// isPlaced tells whether it is known where a task waits. Of one of a file it may not be.
func (t *Task) isPlaced() bool {
	return t.step != nil || (t.isDirect() && t.DateQueueEntered != nil)
}

// isMeantForWorker tells whether only one worker may do a task.
func (t *Task) isMeantForWorker() bool { return strings.HasPrefix(t.RoutingTarget, "WK") }

// isDirect tells whether a task is led by its routing target and not by its workflow.
func (t *Task) isDirect() bool {
	return t.isMeantForWorker() || strings.HasPrefix(t.RoutingTarget, "WQ")
}

// judge lets a task go on from a target that is to be skipped if nobody could be asked
// when the task came in, or came back. In one that it has only just come to it is not
// judged yet: workers are asked first.
func (w *Workspace) judge(t *Task) {
	if t.Status != gen.TaskStatusPending || t.step == nil || t.fresh {
		return
	}
	if q := w.taskQueue(t.step.Queue); t.step.Skips(w.countsOf(q)) {
		w.leave(t, workflow.ExitSkipped)
	}
}

// countsOf returns what the workers of a queue are doing.
func (w *Workspace) countsOf(q *TaskQueue) expression.Counts {
	counts := expression.Counts{Activities: q.activities}
	for sid, n := range q.activities {
		if w.activity(sid).Available {
			counts.Available += n
			continue
		}
		counts.Unavailable += n
	}
	return counts
}

// cancel cancels a task, and asks nobody for it any more.
func (w *Workspace) cancel(t *Task, reason string) {
	t.Reason = &reason
	w.transition(t, gen.TaskStatusCanceled, t.open(gen.ReservationStatusCanceled)...)
}

// due returns what happens next to a task by itself in the state in which it is, and when.
func (t *Task) due() (at time.Time, do func(*Workspace, *Task)) {
	switch {
	case t.over():
		return t.Since.Add(finishedKept), (*Workspace).forgetTask
	case !t.waits():
		return t.Since.Add(longestAssigned), (*Workspace).discardAssigned
	}
	at, do = t.DateCreated.Add(time.Duration(t.Timeout)*time.Second), (*Workspace).cancelExpired
	if t.Status != gen.TaskStatusPending {
		return at, do // a target does not end while somebody is asked
	}
	if end, ok := t.endOfTarget(); ok && end.Before(at) {
		at, do = end, (*Workspace).leaveAfterTimeout
	}
	if end := t.Since.Add(longestUntilReserved); t.isMeantForWorker() && end.Before(at) {
		at, do = end, (*Workspace).cancelUnreserved
	}
	if t.held && t.Since.Add(t.pause()).Before(at) {
		at, do = t.Since.Add(t.pause()), (*Workspace).offerAgain
	}
	return at, do
}

// endOfTarget is until when a task stays in its target.
func (t *Task) endOfTarget() (time.Time, bool) {
	if t.step == nil {
		return time.Time{}, false
	}
	timeout, ok := t.step.Timeout()
	if !ok {
		return time.Time{}, false
	}
	return t.DateTargetEntered.Add(timeout), true
}

func (w *Workspace) discardAssigned(t *Task) {
	w.discard(t, "task.system-deleted", "deleted by the system")
}

func (w *Workspace) cancelExpired(t *Task) { w.cancel(t, reasonTooOld) }

func (w *Workspace) leaveAfterTimeout(t *Task) { w.leave(t, workflow.ExitTimesOut) }

func (w *Workspace) cancelUnreserved(t *Task) {
	w.recordFailedReservation(t)
	w.cancel(t, reasonNotReserved)
}

// await lets happen to a task what happens next by itself.
func (w *Workspace) await(t *Task) {
	at, _ := t.due()
	w.setAlarm(t, at)
}

// ring does what is due.
func (t *Task) ring(w *Workspace) {
	_, do := t.due()
	do(w, t)
}

// ring ends a reservation that nobody answered. The worker is taken to be away.
func (r *Reservation) ring(w *Workspace) {
	w.decline(r, gen.ReservationStatusTimeout)
	w.moveWorker(r.worker, w.TimeoutActivitySID)
}

// deadline is when a reservation that is pending ends by itself.
func (r *Reservation) deadline() time.Time {
	return r.DateCreated.Add(time.Duration(r.Timeout) * time.Second)
}

// recordWay tells of a task in its workflow. Such an event names no queue.
func (w *Workspace) recordWay(t *Task, kind, words string) {
	facts := w.taskFacts(t)
	if step := t.step; step != nil {
		facts.set(FactWorkflowFilterName, step.FilterName)
		facts.set(FactWorkflowFilterExpression, step.FilterExpression)
		facts.set(FactWorkflowFilterTargetName, w.TaskQueueName(step.Queue))
		facts.set(FactWorkflowFilterTargetExpression, step.Target.Expression)
	}
	w.record(eventOf(kind, "Task %s %s Workflow %s", t.SID, words, w.WorkflowName(t.WorkflowSID)).about("task", t.SID).with(facts))
}

// recordEntered tells of a task that has come to its queue, from another one if there is
// a previous one.
func (w *Workspace) recordEntered(t *Task, previous string) {
	facts := w.queuedFacts(t)
	if previous != "" {
		facts.set(FactPreviousTaskQueueSID, previous)
		facts.set(FactPreviousTaskQueueName, w.TaskQueueName(previous))
	}
	w.record(eventOf("task-queue.entered", "Task %s entered TaskQueue %s", t.SID, w.TaskQueueName(t.TaskQueueSID)).
		about("task", t.SID).with(facts))
}
