package router

import (
	"github.com/taskrouter-go/sdk/gen"
)

// An Activity is what workers may be doing.
type Activity struct {
	Resource
	FriendlyName string `json:"friendly_name"`
	Available    bool   `json:"available"`
}

const maxActivities = 100

// CreateActivity makes an activity.
func (w *Workspace) CreateActivity(request gen.CreateActivityRequest) (*Activity, error) {
	if err := firstOf(
		checkName("FriendlyName", &request.FriendlyName, maxName),
		checkRoom("activities", w.Activities.Len(), maxActivities),
	); err != nil {
		return nil, err
	}
	return w.addActivity(request.FriendlyName, request.Available != nil && *request.Available), nil
}

// checkRoom wants that one more is allowed.
func checkRoom(what string, there, most int) *Refusal {
	if there >= most {
		return Invalid("The workspace has %d %s, and more are not allowed", there, what)
	}
	return nil
}

func (w *Workspace) addActivity(friendlyName string, available bool) *Activity {
	a := &Activity{Resource: w.account.newResource("WA"), FriendlyName: friendlyName, Available: available}
	w.Activities.add(a)
	w.recordActivity(a, "created")
	return a
}

// UpdateActivity renames an activity.
func (w *Workspace) UpdateActivity(a *Activity, request gen.UpdateActivityRequest) error {
	if err := firstOf(checkName("FriendlyName", request.FriendlyName, maxName)); err != nil {
		return err
	}
	if request.FriendlyName == nil {
		return nil
	}
	a.FriendlyName = *request.FriendlyName
	w.stirAll(func(worker *Worker) bool { return worker.ActivitySID == a.SID }) // whom expressions ask by its name
	w.touch(&a.Resource)
	w.recordActivity(a, "updated")
	return nil
}

// DeleteActivity deletes an activity that nothing needs.
func (w *Workspace) DeleteActivity(a *Activity) error {
	if err := firstOf(w.checkActivityUnused(a.SID)); err != nil {
		return err
	}
	w.Activities.remove(a)
	w.recordActivity(a, "deleted")
	return nil
}

func (w *Workspace) checkActivityUnused(sid string) *Refusal {
	switch sid {
	case w.DefaultActivitySID:
		return Invalid("Activity %s is the default activity of workspace %s", sid, w.SID)
	case w.TimeoutActivitySID:
		return Invalid("Activity %s is the timeout activity of workspace %s", sid, w.SID)
	}
	for worker := range w.Workers.All() {
		if worker.ActivitySID == sid {
			return Invalid("Activity %s is the one of worker %s", sid, worker.SID)
		}
	}
	for queue := range w.TaskQueues.All() {
		if queue.ReservationActivitySID == sid || queue.AssignmentActivitySID == sid {
			return Invalid("Activity %s is used by task queue %s", sid, queue.SID)
		}
	}
	return nil
}

// checkActivity wants an activity of the workspace.
func (w *Workspace) checkActivity(field string, sid *string) *Refusal {
	return checkReference(field, "WA", "Activity", sid, &w.Activities)
}

// activity returns an activity that is known to be there.
func (w *Workspace) activity(sid string) *Activity { return w.Activities.bySID[sid] }

// ActivityName returns the name of an activity, or "" for none.
func (w *Workspace) ActivityName(sid string) string {
	if a := w.activity(sid); a != nil {
		return a.FriendlyName
	}
	return ""
}

func (w *Workspace) recordActivity(a *Activity, word string) {
	w.record(eventOf("activity."+word, "Activity %s %s", a.FriendlyName, word).about("activity", a.SID).with(a.facts()))
}
