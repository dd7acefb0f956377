package router

import (
	"regexp"
	"slices"

	"github.com/taskrouter-go/sdk/gen"
)

// A TaskChannel is a kind of task.
type TaskChannel struct {
	Resource
	FriendlyName            string `json:"friendly_name"`
	UniqueName              string `json:"unique_name"`
	ChannelOptimizedRouting bool   `json:"channel_optimized_routing"`
	// BuiltIn tells that every workspace has it and that it cannot be deleted.
	BuiltIn bool `json:"built_in"`
}

var uniqueName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// CreateTaskChannel makes a task channel, and a worker channel of it for each worker.
func (w *Workspace) CreateTaskChannel(request gen.CreateTaskChannelRequest) (*TaskChannel, error) {
	if err := firstOf(
		checkName("FriendlyName", &request.FriendlyName, maxName),
		w.checkUniqueName(request.UniqueName),
	); err != nil {
		return nil, err
	}
	optimized := request.ChannelOptimizedRouting != nil && *request.ChannelOptimizedRouting
	return w.addTaskChannel(request.FriendlyName, request.UniqueName, optimized), nil
}

func (w *Workspace) checkUniqueName(name string) *Refusal {
	if !uniqueName.MatchString(name) {
		return Invalid("UniqueName may hold letters, digits, _ and $ only and must not begin with a digit")
	}
	if w.channelsByName[name] != nil {
		return Invalid("Task channel with the same unique name already exists")
	}
	return nil
}

func (w *Workspace) addTaskChannel(friendlyName, uniqueName string, optimized bool) *TaskChannel {
	c := &TaskChannel{
		Resource:                w.account.newResource("TC"),
		FriendlyName:            friendlyName,
		UniqueName:              uniqueName,
		ChannelOptimizedRouting: optimized,
	}
	w.TaskChannels.add(c)
	w.indexTaskChannel(c)
	w.recordTaskChannel(c, "created")
	for worker := range w.Workers.All() {
		w.addWorkerChannel(worker, c)
		w.stir(worker, freed) // whom expressions ask by the name of the channel
	}
	return c
}

func (w *Workspace) indexTaskChannel(c *TaskChannel) {
	if w.channelsByName == nil {
		w.channelsByName = make(map[string]*TaskChannel)
	}
	w.channelsByName[c.UniqueName] = c
}

// TaskChannel returns the task channel with a SID or a unique name. A name may look
// like the SID of another one.
func (w *Workspace) TaskChannel(sidOrName string) (*TaskChannel, error) {
	if c, ok := w.channelsByName[sidOrName]; ok && !w.TaskChannels.Has(sidOrName) {
		return c, nil
	}
	return w.TaskChannels.Get(sidOrName)
}

// TaskChannelOf returns the task channel with a SID that another resource holds, and
// so is there.
func (w *Workspace) TaskChannelOf(sid string) *TaskChannel { return w.TaskChannels.bySID[sid] }

// CheckTaskChannel wants the SID or the unique name of a task channel.
func (w *Workspace) CheckTaskChannel(field string, sidOrName *string) *Refusal {
	if sidOrName == nil {
		return nil
	}
	if _, err := w.TaskChannel(*sidOrName); err != nil {
		return Invalid("%s %s does not exist", field, *sidOrName)
	}
	return nil
}

// UpdateTaskChannel changes what was sent.
func (w *Workspace) UpdateTaskChannel(c *TaskChannel, request gen.UpdateTaskChannelRequest) error {
	if err := firstOf(checkName("FriendlyName", request.FriendlyName, maxName)); err != nil {
		return err
	}
	if request == (gen.UpdateTaskChannelRequest{}) {
		return nil
	}
	set(&c.FriendlyName, request.FriendlyName)
	if request.ChannelOptimizedRouting != nil {
		c.ChannelOptimizedRouting = *request.ChannelOptimizedRouting
		w.reseat(c)
	}
	w.touch(&c.Resource)
	w.recordTaskChannel(c, "updated")
	return nil
}

// DeleteTaskChannel deletes a task channel that no task is of, with the worker
// channels of it.
func (w *Workspace) DeleteTaskChannel(c *TaskChannel) error {
	if err := firstOf(w.checkTaskChannelUnused(c)); err != nil {
		return err
	}
	for worker := range w.Workers.All() {
		worker.unseat(func(s *seat) bool { return s.line.channel == c })
		w.stir(worker, freed)
		worker.Channels.remove(worker.channels[c.SID])
		delete(worker.channels, c.SID)
	}
	for q := range w.TaskQueues.All() {
		q.lines = slices.DeleteFunc(q.lines, func(l *line) bool { return l.channel == c })
	}
	w.closeLines(c.SID)
	delete(w.channelsByName, c.UniqueName)
	w.TaskChannels.remove(c)
	w.recordTaskChannel(c, "deleted")
	return nil
}

func (w *Workspace) checkTaskChannelUnused(c *TaskChannel) *Refusal {
	if c.BuiltIn {
		return Invalid("Task channel %s cannot be deleted", c.UniqueName)
	}
	for task := range w.Tasks.All() {
		if task.TaskChannelSID == c.SID {
			return Invalid("Task channel %s is the one of task %s", c.UniqueName, task.SID)
		}
	}
	return nil
}

func (w *Workspace) recordTaskChannel(c *TaskChannel, word string) {
	w.record(eventOf("task-channel."+word, "Task channel %s %s", c.FriendlyName, word).about("task-channel", c.SID).with(c.facts()))
}
