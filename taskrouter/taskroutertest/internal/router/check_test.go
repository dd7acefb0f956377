package router

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/gen"
)

func TestAWorkspaceHasRoomForSoManyTaskQueuesAndWorkers(t *testing.T) {
	d := newDesk(t)
	for i := d.TaskQueues.Len(); i < 5_000; i++ {
		d.TaskQueues.add(&TaskQueue{Resource: d.account.newResource("WQ")})
	}
	queue := gen.CreateTaskQueueRequest{FriendlyName: "one more"}
	_, err := d.CreateTaskQueue(queue)
	assert.EqualError(t, err, "The workspace has 5000 task queues, and more are not allowed")
	d.TaskQueues.remove(d.TaskQueues.rows()[1])
	_, err = d.CreateTaskQueue(queue)
	assert.NoError(t, err)

	for i := d.Workers.Len(); i < 15_000; i++ {
		d.Workers.add(&Worker{Resource: d.account.newResource("WK")})
	}
	worker := gen.CreateWorkerRequest{FriendlyName: "one more"}
	_, err = d.CreateWorker(worker)
	assert.EqualError(t, err, "The workspace has 15000 workers, and more are not allowed")
	d.Workers.remove(d.Workers.rows()[1])
	_, err = d.CreateWorker(worker)
	assert.NoError(t, err)
}

func TestSIDsHaveAForm(t *testing.T) {
	const digits = "0123456789abcdefABCDEF0123456789"
	for text, want := range map[string]bool{
		"WS" + digits: true, "WK" + digits: false, "ws" + digits: false, "WS" + digits[1:]: false, "WS" + digits + "0": false,
		"WS" + digits[1:] + "g": false, "": false, "W": false, "WS": false, "WS" + digits[1:] + "\n": false,
	} {
		assert.Equal(t, want, IsSID("WS", text), text)
	}
}

func TestURLsAreAbsoluteAndOfTheWeb(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "http://a": true, "https://user:pass@a:8080/b?c=d#rc=2": true, "HTTPS://a": true,
		"a": false, "/a": false, "//a": false, "ftp://a": false, "http:": false, "http://": false, "http:a": false, "http://[::1": false, "javascript:alert(1)": false, "https://a/%zz": false,
	} {
		assert.Equal(t, want, checkURL("Url", &text) == nil, text)
	}
	assert.Nil(t, checkURL("Url", nil))
}

func TestThereIsMoreThanOneRowOfSIDs(t *testing.T) {
	a, b, same := sids{seed: 1}, sids{seed: 2}, sids{seed: 1}
	first := a.next("WS")
	assert.Equal(t, first, same.next("WS"))
	assert.NotEqual(t, first, b.next("WS"))
	assert.NotEqual(t, first[2:], a.next("WK")[2:])
	second := a.next("WS")
	assert.NotEqual(t, first, second)
	same.taken = map[string]bool{second: true}
	assert.Equal(t, a.next("WS"), same.next("WS"), "one that is taken is left out")
}
