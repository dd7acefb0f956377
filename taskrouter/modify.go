package taskrouter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/internal/merge"
	"github.com/taskrouter-go/sdk/taskrouter/internal/pipeline"
)

// ErrNotCompleted is what [CompleteTask] fails with besides the reason, if the
// attributes of the task are as they should be and completing it failed.
var ErrNotCompleted = errors.New("the attributes are as they should be, but completing the task failed")

// AttributesService is [TasksService] or [WorkersService].
type AttributesService[R any] interface {
	Get(ctx context.Context, sid string, options ...CallOption) (*R, error)
	attributesOf(resource *R) Attributes
	setAttributes(ctx context.Context, sid string, attributes Attributes, options []CallOption) (*R, error)
}

func (TasksService) attributesOf(task *Task) Attributes { return task.Attributes }

func (s TasksService) setAttributes(ctx context.Context, taskSID string, attributes Attributes, options []CallOption) (*Task, error) {
	return s.Update(ctx, taskSID, UpdateTaskRequest{Attributes: attributes}, options...)
}

func (WorkersService) attributesOf(worker *Worker) Attributes { return worker.Attributes }

func (s WorkersService) setAttributes(ctx context.Context, workerSID string, attributes Attributes, options []CallOption) (*Worker, error) {
	return s.Update(ctx, workerSID, UpdateWorkerRequest{Attributes: attributes}, options...)
}

// modifyRounds is how often ModifyAttributes begins anew at most.
const modifyRounds = 10

// ModifyAttributes changes the attributes of a task or a worker and loses no
// change that others make at the same time. It reads them into a T, lets change
// work on that, and writes the result if the resource still has the version that
// was read; if not, it begins anew, ten times at most and then fails with
// [ErrPreconditionFailed].
//
//	task, err := taskrouter.ModifyAttributes(ctx, client.Tasks(ws), taskSID, func(t *Ticket) error {
//		t.Owner = "ann"
//		return nil
//	})
//
// What T does not know keeps its value, within objects too. So it does within
// lists as long as T knows a member by which entries are told apart, an "id" best
// of all; without one, an entry is taken for the one that had its place. A member
// that change leaves out of the encoding, as omitempty does, is gone. If change
// alters nothing, nothing is written, and what was read is returned. If it fails
// so does ModifyAttributes. It may be called several times, with a new T each
// time, and has to do the same each time.
//
// The options act on each request.
func ModifyAttributes[T, R any](ctx context.Context, service AttributesService[R], sid string, change func(*T) error, options ...CallOption) (*R, error) {
	if change == nil {
		return nil, fmt.Errorf("taskrouter: modify the attributes of %s: %w: change is nil", sid, ErrInvalidArgument)
	}
	for round := 1; ; round++ {
		resource, write, err := readAndChange(ctx, service, sid, change, options)
		if err != nil || write == nil {
			return resource, err
		}
		resource, err = write()
		if !errors.Is(err, ErrPreconditionFailed) || round == modifyRounds {
			return resource, err
		}
		if end := pipeline.Wait(ctx, rand.N(min(50*time.Millisecond<<round, time.Second))); end != nil {
			return nil, fmt.Errorf("taskrouter: modify the attributes of %s: %w, after: %w", sid, end, err)
		}
	}
}

// readAndChange returns what was read, and how to write what changed; nil if
// nothing did.
func readAndChange[T, R any](ctx context.Context, service AttributesService[R], sid string, change func(*T) error, options []CallOption) (resource *R, write func() (*R, error), err error) {
	var etag string
	resource, err = service.Get(ctx, sid, append(options[:len(options):len(options)], etagInto(&etag))...)
	if err != nil {
		return nil, nil, err
	}
	old := service.attributesOf(resource)
	changed, err := merge.Change(old, change, AttributesOf)
	if err == nil && changed != old && etag == "" {
		err = fmt.Errorf("%w: the answer names no version, without which a change by others could be lost", ErrInvalidResponse)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("taskrouter: modify the attributes of %s: %w", sid, err)
	}
	if changed == old {
		return resource, nil, nil
	}
	return resource, func() (*R, error) {
		return service.setAttributes(ctx, sid, changed, append(options[:len(options):len(options)], WithIfMatch(etag), onceAtMost))
	}, nil
}

// onceAtMost keeps an update from failing because of itself, see
// [RetryPolicy.RepeatUnsafe]: the next round would change what it has changed.
func onceAtMost(o *callOptions) error {
	o.pipeline.OnceAtMost = true
	return nil
}

// CompleteTask changes the attributes of a task as [ModifyAttributes] does and
// then completes it, in this order and by two calls, because the service does not
// take both at once. An error that is [ErrNotCompleted] says that the second
// failed; with any other, the task was not completed and its attributes are as
// ModifyAttributes left them.
func CompleteTask[T any](ctx context.Context, tasks TasksService, taskSID, reason string, change func(*T) error, options ...CallOption) (*Task, error) {
	if _, err := ModifyAttributes(ctx, tasks, taskSID, change, options...); err != nil {
		return nil, err
	}
	task, err := tasks.Complete(ctx, taskSID, reason, options...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCompleted, err)
	}
	return task, nil
}
