package taskrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// modifyTicket is what the programs of these tests know of attributes.
type modifyTicket struct {
	Owner string   `json:"owner"`
	Count int      `json:"count,omitempty"`
	Log   []string `json:"log,omitempty"`
}

func modifySetOwner(t *modifyTicket) error {
	t.Owner = "bob"
	return nil
}

// modifyResource is a task or a worker that heeds If-Match, whatever the path is.
type modifyResource struct {
	mutex      sync.Mutex
	version    int
	attributes string // a JSON string or null, as the member of an answer
	etag       func(version int) string
	updates    int
}

func newModifyResource(attributes string) *modifyResource {
	text, err := json.Marshal(attributes)
	if err != nil {
		panic(err)
	}
	return &modifyResource{attributes: string(text), etag: strconv.Itoa}
}

func (m *modifyResource) serve(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if r.Method == http.MethodPost {
		if condition := r.Header["If-Match"]; condition != nil && condition[0] != m.etag(m.version) {
			answer(http.StatusPreconditionFailed, `{"code":20412}`)(w, r)
			return
		}
		m.version++
		m.updates++
		if r.PostFormValue("Attributes") != "" {
			text, err := json.Marshal(r.PostFormValue("Attributes"))
			if err != nil {
				panic(err)
			}
			m.attributes = string(text)
		}
	}
	answer(http.StatusOK, fmt.Sprintf(`{"sid":"of version %d","attributes":%s}`, m.version, m.attributes), "ETag", m.etag(m.version))(w, r)
}

// now returns the attributes.
func (m *modifyResource) now() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var text string
	_ = json.Unmarshal([]byte(m.attributes), &text)
	return text
}

// others changes the attributes as another program would.
func (m *modifyResource) others(attributes string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.version++
	m.attributes = strconv.Quote(attributes)
}

// modifyResult is what is left of a task or a worker when it does not matter
// which of them it is.
type modifyResult struct {
	SID        string
	Attributes taskrouter.Attributes
}

type modifyFunc func(context.Context, *taskrouter.Client, func(*modifyTicket) error, ...taskrouter.CallOption) (*modifyResult, error)

// modifyBoth runs a test with a task and with a worker, whose path it is given.
func modifyBoth(t *testing.T, test func(t *testing.T, path string, modify modifyFunc)) {
	t.Run("a task", func(t *testing.T) {
		test(t, taskPath, func(ctx context.Context, client *taskrouter.Client, change func(*modifyTicket) error, options ...taskrouter.CallOption) (*modifyResult, error) {
			task, err := taskrouter.ModifyAttributes(ctx, client.Tasks("WS1"), "WT1", change, options...)
			if task == nil {
				return nil, err
			}
			return &modifyResult{task.SID, task.Attributes}, err
		})
	})
	t.Run("a worker", func(t *testing.T) {
		test(t, "/v1/Workspaces/WS1/Workers/WK1", func(ctx context.Context, client *taskrouter.Client, change func(*modifyTicket) error, options ...taskrouter.CallOption) (*modifyResult, error) {
			worker, err := taskrouter.ModifyAttributes(ctx, client.Workers("WS1"), "WK1", change, options...)
			if worker == nil {
				return nil, err
			}
			return &modifyResult{worker.SID, worker.Attributes}, err
		})
	})
}

func TestAttributesAreReadAndWrittenBackForTheVersionThatWasRead(t *testing.T) {
	for _, etag := range []string{"0", `"0"`, `W/"0"`, "0123456789abcdef0123456789abcdef"} {
		t.Run(etag, func(t *testing.T) {
			modifyBoth(t, func(t *testing.T, path string, modify modifyFunc) {
				resource := newModifyResource(`{"owner":"ann","kept":[1.0,12345678901234567890],"<&>":null}`)
				resource.etag = func(version int) string { return strings.Replace(etag, "0", strconv.Itoa(version), 1) }
				service := newFakeService(t, resource.serve)
				result, err := modify(t.Context(), service.client(t), modifySetOwner)
				require.NoError(t, err)
				const want = `{"owner":"bob","kept":[1.0,12345678901234567890],"<&>":null}`
				assert.Equal(t, &modifyResult{"of version 1", want}, result, "of the second answer")
				assert.Equal(t, []string{"GET " + path, "POST " + path}, service.targets())
				assert.Equal(t, url.Values{"Attributes": {want}}, service.seen()[1].Form)
				assert.Equal(t, []string{etag}, service.seen()[1].Header["If-Match"])
				assert.NotContains(t, service.seen()[0].Header, "If-Match")
			})
		})
	}
}

func TestAChangeByOthersIsReadAndChangedInTurn(t *testing.T) {
	modifyBoth(t, func(t *testing.T, path string, modify modifyFunc) {
		synctest.Test(t, func(t *testing.T) {
			resource := newModifyResource(`{"owner":"ann","count":1}`)
			service := newFakeServiceInBubble(t, resource.serve)
			var given []modifyTicket
			result, err := modify(t.Context(), service.client(t), func(ticket *modifyTicket) error {
				given = append(given, *ticket)
				switch len(given) {
				case 1:
					resource.others(`{"owner":"eve","x":1}`)
					ticket.Log = []string{"nothing of a round is left in the next"}
				case 2:
					resource.others(`{"owner":"eve","x":2}`)
				}
				ticket.Count += 10
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, []modifyTicket{{Owner: "ann", Count: 1}, {Owner: "eve"}, {Owner: "eve"}}, given)
			assert.Equal(t, &modifyResult{"of version 3", `{"owner":"eve","x":2,"count":10}`}, result)
			assert.Equal(t, slices.Repeat([]string{"GET " + path, "POST " + path}, 3), service.targets())
			assert.Equal(t, []string{"2"}, service.seen()[5].Header["If-Match"])
		})
	})
}

func TestAttributesThatOthersChangeTenTimesAreLeftToThem(t *testing.T) {
	modifyBoth(t, func(t *testing.T, path string, modify modifyFunc) {
		synctest.Test(t, func(t *testing.T) {
			resource := newModifyResource(`{}`)
			var ends []time.Time // of the rounds
			service := newFakeServiceInBubble(t, func(w http.ResponseWriter, r *http.Request) {
				resource.serve(w, r)
				if r.Method == http.MethodPost {
					ends = append(ends, time.Now())
				}
			})
			changes := 0
			result, err := modify(t.Context(), service.client(t), func(ticket *modifyTicket) error {
				changes++
				resource.others(`{}`)
				return modifySetOwner(ticket)
			})
			assert.Nil(t, result)
			assertAbout(t, taskrouter.ErrPreconditionFailed, err)
			assert.Equal(t, 20412, answerError(t, err).Code)
			assert.Equal(t, slices.Repeat([]string{"GET " + path, "POST " + path}, 10), service.targets())
			assert.Equal(t, 10, changes)
			assert.Zero(t, resource.updates)

			require.Len(t, ends, 10)
			for i, end := range ends[1:] {
				assert.Less(t, end.Sub(ends[i]), min(50*time.Millisecond<<(i+1), time.Second), "wait %d", i+1)
			}
			assert.Greater(t, ends[9].Sub(ends[0]), 100*time.Millisecond, "all waits together")
			assert.Zero(t, time.Since(ends[9]), "after the last round")
		})
	})
}

// The sums of so many waits are what they should be by a third at most, but for
// one run in a billion.
func TestWaitsBetweenRoundsDoubleUpToASecond(t *testing.T) {
	const runs = 100
	synctest.Test(t, func(t *testing.T) {
		resource := newModifyResource(`{}`)
		tasks := offline(t, inMemory(resource.serve)).Tasks("WS1")
		sums := make([]time.Duration, 10)
		for range runs {
			round := 0
			var last time.Time
			_, err := taskrouter.ModifyAttributes(t.Context(), tasks, "WT1", func(ticket *modifyTicket) error {
				if round > 0 {
					sums[round] += time.Since(last)
				}
				round, last = round+1, time.Now()
				resource.others(`{}`)
				return modifySetOwner(ticket)
			})
			require.ErrorIs(t, err, taskrouter.ErrPreconditionFailed)
		}
		for round, sum := range sums[1:] {
			most := min(100*time.Millisecond<<round, time.Second)
			assert.InEpsilon(t, most/2*runs, sum, 0.36, "before round %d", round+2)
		}
	})
}

// The rounds meet: everybody has read before anybody writes.
func TestNoChangeIsLostWhenManyMakeOneAtTheSameTime(t *testing.T) {
	const programs = 16
	modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
		synctest.Test(t, func(t *testing.T) {
			resource := newModifyResource(`{"owner":"ann","kept":1.0}`)
			var reads, conflicts int
			var mutex sync.Mutex
			allHaveRead := make(chan struct{})
			client := offline(t, func(r *http.Request) (*http.Response, error) {
				response, err := inMemory(resource.serve)(r)
				mutex.Lock()
				if reads++; r.Method == http.MethodGet && reads == programs {
					close(allHaveRead)
				}
				if response.StatusCode == http.StatusPreconditionFailed {
					conflicts++
				}
				mutex.Unlock()
				<-allHaveRead
				return response, err
			})
			var done sync.WaitGroup
			for i := range programs {
				done.Go(func() {
					_, err := modify(t.Context(), client, func(ticket *modifyTicket) error {
						ticket.Count++
						ticket.Log = append(ticket.Log, strconv.Itoa(i))
						return nil
					})
					assert.NoError(t, err)
				})
			}
			done.Wait()
			var ticket modifyTicket
			require.NoError(t, json.Unmarshal([]byte(resource.now()), &ticket))
			assert.Equal(t, programs, ticket.Count)
			assert.Len(t, ticket.Log, programs)
			for i := range programs {
				assert.Contains(t, ticket.Log, strconv.Itoa(i))
			}
			assert.Contains(t, resource.now(), `"kept":1.0`)
			assert.Equal(t, programs, resource.updates)
			assert.GreaterOrEqual(t, conflicts, programs-1)
		})
	})
}

// modifyAlwaysChanged is a resource that others change before every update.
func modifyAlwaysChanged(requests *int) transport {
	return func(r *http.Request) (*http.Response, error) {
		*requests++
		status := http.StatusOK
		if r.Method == http.MethodPost {
			status = http.StatusPreconditionFailed
		}
		return inMemory(answer(status, `{"attributes":"{}"}`, "ETag", "1"))(r)
	}
}

func TestAWaitEndsWithTheContext(t *testing.T) {
	modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			client := offline(t, modifyAlwaysChanged(&requests))
			ctx, cancel := context.WithCancel(t.Context())
			start := time.Now()
			time.AfterFunc(time.Nanosecond, cancel) // requests take no time
			result, err := modify(ctx, client, modifySetOwner)
			assert.Nil(t, result)
			assertAbout(t, taskrouter.ErrPreconditionFailed, err)
			assert.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, time.Nanosecond, time.Since(start))
			assert.Equal(t, 2, requests)
		})
	})
}

func TestAWaitThatTheContextDoesNotOutliveIsNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		tasks := offline(t, modifyAlwaysChanged(&requests)).Tasks("WS1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
		defer cancel()
		start := time.Now()
		_, err := taskrouter.ModifyAttributes(ctx, tasks, "WT1", modifySetOwner)
		assertAbout(t, taskrouter.ErrPreconditionFailed, err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Zero(t, time.Since(start))
		assert.Equal(t, 2, requests)
	})
}

func TestAfterTheContextNothingIsSent(t *testing.T) {
	service := newFakeService(t, newModifyResource(`{}`).serve)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := taskrouter.ModifyAttributes(ctx, service.tasks(t), "WT1", modifySetOwner)
	assertAbout(t, nil, err)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, service.seen())
}

// modifyRefused checks that a modification failed after nothing but the read.
func modifyRefused(t *testing.T, attributes string, modify func(*taskrouter.Client) error) error {
	t.Helper()
	resource := newModifyResource(attributes)
	service := newFakeService(t, resource.serve)
	err := modify(service.client(t))
	require.Error(t, err)
	require.Len(t, service.seen(), 1)
	assert.Equal(t, http.MethodGet, service.seen()[0].Method)
	assert.Equal(t, attributes, resource.now())
	return err
}

func TestAChangeThatFailsIsNotWritten(t *testing.T) {
	modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
		reason := errors.New("not today")
		err := modifyRefused(t, `{"owner":"ann"}`, func(client *taskrouter.Client) error {
			result, err := modify(t.Context(), client, func(ticket *modifyTicket) error {
				ticket.Owner = "bob"
				return reason
			})
			assert.Nil(t, result)
			return err
		})
		assertAbout(t, nil, err)
		assert.ErrorIs(t, err, reason)
		assert.ErrorContains(t, err, "taskrouter: modify the attributes of W")
		assert.ErrorContains(t, err, "1: not today")
	})
}

// Another resource may have another version, too.
func TestAChangeThatMeetsAConflictOfItsOwnIsNotRepeated(t *testing.T) {
	modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
		calls := 0
		err := modifyRefused(t, `{}`, func(client *taskrouter.Client) error {
			_, err := modify(t.Context(), client, func(*modifyTicket) error {
				calls++
				return fmt.Errorf("of another: %w", taskrouter.ErrPreconditionFailed)
			})
			return err
		})
		assert.ErrorIs(t, err, taskrouter.ErrPreconditionFailed)
		assert.Equal(t, 1, calls)
	})
}

func TestWhatDecodesToAnotherTypeIsWritten(t *testing.T) {
	type outcome struct{ Result, Agent string }
	text := func(task *taskrouter.Task) string { // Go 1.27 writes the sign itself
		return strings.ReplaceAll(string(task.Attributes), "\ufffd", `\ufffd`)
	}
	for want, value := range map[string]any{
		`{"Result":"sold","Agent":"ann"}`: outcome{"sold", "ann"},
		`[{"Result":"","Agent":""}]`:      []outcome{{}},
		`12345678901234567`:               int64(12345678901234567),
		`1.50`:                            json.Number("1.50"),
		`"2026-03-01T09:30:00Z"`:          time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
		`{"b":1,"a":"<"}`:                 json.RawMessage(`{"b":1,"a":"<"}`),
		`"\ufffd"`:                        "\xff",
	} {
		t.Run(want, func(t *testing.T) {
			tasks := func() taskrouter.TasksService {
				return offline(t, inMemory(newModifyResource(`{"x":1.0,"v":{"y":1}}`).serve)).Tasks("WS1")
			}
			task, err := taskrouter.ModifyAttributes(t.Context(), tasks(), "WT1", func(m *map[string]any) error {
				(*m)["v"], (*m)["w"] = value, value
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, `{"x":1.0,"v":`+want+`,"w":`+want+`}`, text(task))

			task, err = taskrouter.ModifyAttributes(t.Context(), tasks(), "WT1", func(p *struct {
				Value any `json:"w"`
			}) error {
				p.Value = value
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, `{"x":1.0,"v":{"y":1},"w":`+want+`}`, text(task))
		})
	}
}

func TestNothingThatChangedIsNotWritten(t *testing.T) {
	attributes := map[string]string{
		"attributes":                     `"{\"owner\":\"ann\", \"x\":1.0}"`,
		"attributes without the members": `"{\"x\":1.0}"`,
		"other spellings":                `"{\"Owner\":\"\\u0061\", \"log\":[]}"`,
		"null":                           `null`,
		"an empty text":                  `""`,
		"an empty object":                `"{ }"`,
	}
	for name, text := range attributes {
		t.Run(name, func(t *testing.T) {
			modifyBoth(t, func(t *testing.T, path string, modify modifyFunc) {
				resource := newModifyResource("")
				resource.attributes = text
				service := newFakeService(t, resource.serve)
				calls := 0
				result, err := modify(t.Context(), service.client(t), func(ticket *modifyTicket) error {
					calls++
					*ticket = modifyTicket{Owner: ticket.Owner, Log: []string{}}
					return nil
				})
				require.NoError(t, err)
				assert.Equal(t, &modifyResult{"of version 0", taskrouter.Attributes(resource.now())}, result, "of the only answer")
				assert.Equal(t, []string{"GET " + path}, service.targets())
				assert.Equal(t, 1, calls)
			})
		})
	}
}

func TestNoAttributesAreChangedAsAnEmptyObject(t *testing.T) {
	for _, text := range []string{`null`, `""`, `"{}"`} {
		t.Run(text, func(t *testing.T) {
			modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
				resource := newModifyResource("")
				resource.attributes = text
				client := offline(t, inMemory(resource.serve))
				result, err := modify(t.Context(), client, func(ticket *modifyTicket) error {
					assert.Zero(t, *ticket)
					ticket.Count = 1
					return nil
				})
				require.NoError(t, err)
				assert.Equal(t, taskrouter.Attributes(`{"count":1}`), result.Attributes)
			})
			t.Run("in a map", func(t *testing.T) {
				resource := newModifyResource("")
				resource.attributes = text
				task, err := taskrouter.ModifyAttributes(t.Context(), offline(t, inMemory(resource.serve)).Tasks("WS1"), "WT1", func(m *map[string]any) error {
					(*m)["a"] = nil
					return nil
				})
				require.NoError(t, err)
				assert.Equal(t, taskrouter.Attributes(`{"a":null}`), task.Attributes)
			})
		})
	}
}

func TestAnAnswerWithoutAVersionIsNotWrittenOver(t *testing.T) {
	modifyBoth(t, func(t *testing.T, path string, modify modifyFunc) {
		service := newFakeService(t, answer(200, `{"attributes":"{}"}`))
		result, err := modify(t.Context(), service.client(t), modifySetOwner)
		assert.Nil(t, result)
		assertAbout(t, taskrouter.ErrInvalidResponse, err)
		assert.ErrorContains(t, err, "taskrouter: modify the attributes of W")
		assert.ErrorContains(t, err, "the answer names no version")
		assert.Equal(t, []string{"GET " + path}, service.targets())

		_, err = modify(t.Context(), service.client(t), func(*modifyTicket) error { return nil })
		assert.NoError(t, err, "nothing would be written")
	})
}

func TestAttributesThatDoNotFitAreNotWritten(t *testing.T) {
	t.Run("of another type", func(t *testing.T) {
		called := false
		err := modifyRefused(t, `{"owner":7}`, func(client *taskrouter.Client) error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WT1", func(ticket *modifyTicket) error {
				called = true
				return modifySetOwner(ticket)
			})
			return err
		})
		_, ok := errors.AsType[*json.UnmarshalTypeError](err)
		assert.True(t, ok, "%v", err)
		assert.ErrorContains(t, err, "taskrouter: modify the attributes of WT1: decode attributes: ")
		assert.False(t, called)
	})
	t.Run("no JSON", func(t *testing.T) {
		err := modifyRefused(t, `{"owner":`, func(client *taskrouter.Client) error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Workers("WS1"), "WK1", modifySetOwner)
			return err
		})
		assert.ErrorContains(t, err, "taskrouter: modify the attributes of WK1: decode attributes: ")
	})
	t.Run("into a type that does not encode", func(t *testing.T) {
		called := false
		err := modifyRefused(t, `{}`, func(client *taskrouter.Client) error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WT1", func(*struct{ F func() }) error {
				called = true
				return nil
			})
			return err
		})
		assert.ErrorContains(t, err, "unsupported type: func()")
		assert.False(t, called)
	})
	t.Run("into a type that encodes as something else", func(t *testing.T) {
		err := modifyRefused(t, `{}`, func(client *taskrouter.Client) error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WT1", func(*modifyWord) error { return nil })
			return err
		})
		assert.ErrorContains(t, err, "expected a JSON object")
	})
	t.Run("as change has left them", func(t *testing.T) {
		err := modifyRefused(t, `{"a":1}`, func(client *taskrouter.Client) error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WT1", func(m *map[string]any) error {
				*m = nil
				return nil
			})
			return err
		})
		assert.ErrorContains(t, err, "expected a JSON object")
	})
	t.Run("in a field that does not decode", func(t *testing.T) {
		err := modifyRefused(t, `{"a":1}`, func(client *taskrouter.Client) error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WT1", func(p *struct{ F fmt.Stringer }) error {
				p.F = time.Second
				return nil
			})
			return err
		})
		assert.ErrorContains(t, err, "taskrouter: modify the attributes of WT1: as change has left them: decode attributes: ")
	})
	t.Run("as change has left a member", func(t *testing.T) {
		err := modifyRefused(t, `{"a":1}`, func(client *taskrouter.Client) error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WT1", func(m *map[string]any) error {
				(*m)["a"] = func() {}
				return nil
			})
			return err
		})
		assert.ErrorContains(t, err, "unsupported type: func()")
	})
}

type modifyWord struct{}

func (modifyWord) MarshalJSON() ([]byte, error) { return []byte(`"word"`), nil }

func TestATypeOfAnyKindThatEncodesAsAnObjectWillDo(t *testing.T) {
	const attributes = `{"owner":"ann","count":1.0,"x":{"y":12345678901234567890}}`
	run := func(t *testing.T, modify func(taskrouter.TasksService) (*taskrouter.Task, error), want taskrouter.Attributes) {
		t.Helper()
		task, err := modify(offline(t, inMemory(newModifyResource(attributes).serve)).Tasks("WS1"))
		require.NoError(t, err)
		assert.Equal(t, want, task.Attributes)
	}
	t.Run("a map", func(t *testing.T) {
		run(t, func(tasks taskrouter.TasksService) (*taskrouter.Task, error) {
			return taskrouter.ModifyAttributes(t.Context(), tasks, "WT1", func(m *map[string]any) error {
				delete(*m, "owner")
				(*m)["z"] = []int{1}
				return nil
			})
		}, `{"count":1.0,"x":{"y":12345678901234567890},"z":[1]}`)
	})
	t.Run("a pointer", func(t *testing.T) {
		run(t, func(tasks taskrouter.TasksService) (*taskrouter.Task, error) {
			return taskrouter.ModifyAttributes(t.Context(), tasks, "WT1", func(p **struct {
				Owner string `json:"owner"`
			}) error {
				(*p).Owner = "bob"
				return nil
			})
		}, `{"owner":"bob","count":1.0,"x":{"y":12345678901234567890}}`)
	})
	t.Run("text", func(t *testing.T) {
		run(t, func(tasks taskrouter.TasksService) (*taskrouter.Task, error) {
			return taskrouter.ModifyAttributes(t.Context(), tasks, "WT1", func(text *json.RawMessage) error {
				assert.Equal(t, attributes, string(*text))
				*text = json.RawMessage(`{"owner":"ann","count":2}`)
				return nil
			})
		}, `{"owner":"ann","count":2}`)
	})
}

func TestOptionsActOnEachRequest(t *testing.T) {
	modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
		resource := newModifyResource(`{}`)
		service := newFakeService(t, resource.serve)
		response := taskrouter.Response{StatusCode: 1}
		_, err := modify(t.Context(), service.client(t), modifySetOwner,
			taskrouter.WithHeader("X-Trace", "7"), taskrouter.WithParam("New", "x"), taskrouter.WithResponseInto(&response))
		require.NoError(t, err)
		require.Len(t, service.seen(), 2)
		assert.Equal(t, "New=x", service.seen()[0].Query)
		assert.Equal(t, url.Values{"Attributes": {`{"owner":"bob"}`}, "New": {"x"}}, service.seen()[1].Form)
		for _, request := range service.seen() {
			assert.Equal(t, []string{"7"}, request.Header["X-Trace"])
		}
		assert.Equal(t, "1", response.ETag(), "of the last answer")
		assert.Contains(t, string(response.Body), "of version 1")

		_, err = modify(t.Context(), service.client(t), func(*modifyTicket) error { return nil }, taskrouter.WithResponseInto(&response))
		require.NoError(t, err)
		assert.Equal(t, "1", response.ETag(), "of the only answer")
	})
}

func TestATimeoutCountsAnewForEachRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resource := newModifyResource(`{}`)
		slow := func(after time.Duration) transport {
			return func(r *http.Request) (*http.Response, error) {
				select {
				case <-time.After(after):
					return inMemory(resource.serve)(r)
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			}
		}
		start := time.Now()
		_, err := taskrouter.ModifyAttributes(t.Context(), offline(t, slow(900*time.Millisecond)).Tasks("WS1"), "WT1", modifySetOwner, taskrouter.WithTimeout(time.Second))
		require.NoError(t, err)
		assert.Equal(t, 1800*time.Millisecond, time.Since(start))

		start = time.Now()
		_, err = taskrouter.ModifyAttributes(t.Context(), offline(t, slow(2*time.Second)).Tasks("WS1"), "WT1", modifySetOwner, taskrouter.WithTimeout(time.Second))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
	})
}

// Which version counts is what a modification finds out itself.
func TestAVersionOfTheCallersIsRefused(t *testing.T) {
	modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
		service := newFakeService(t, newModifyResource(`{}`).serve)
		result, err := modify(t.Context(), service.client(t), modifySetOwner, taskrouter.WithIfMatch("0"))
		assert.Nil(t, result)
		assertAbout(t, taskrouter.ErrInvalidArgument, err)
		assert.Empty(t, service.seen())
	})
}

func TestMistakesAreSeenBeforeAnythingIsSent(t *testing.T) {
	service := newFakeService(t, newModifyResource(`{}`).serve)
	client := service.client(t)
	mistakes := map[string]func() error{
		"a worker's SID": func() error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WK1", modifySetOwner)
			return err
		},
		"no SID": func() error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Workers("WS1"), "", modifySetOwner)
			return err
		},
		"an option that is nil": func() error {
			_, err := taskrouter.ModifyAttributes(t.Context(), client.Workers("WS1"), "WK1", modifySetOwner, nil)
			return err
		},
		"no change of a task": func() error {
			_, err := taskrouter.ModifyAttributes[modifyTicket](t.Context(), client.Tasks("WS1"), "WT1", nil)
			return err
		},
		"no change of a worker": func() error {
			_, err := taskrouter.ModifyAttributes[modifyTicket](t.Context(), client.Workers("WS1"), "WK1", nil)
			return err
		},
		"no change of a task to complete": func() error {
			_, err := taskrouter.CompleteTask[modifyTicket](t.Context(), client.Tasks("WS1"), "WT1", "sold", nil)
			assert.NotErrorIs(t, err, taskrouter.ErrNotCompleted)
			return err
		},
		"no client": func() error {
			_, err := taskrouter.ModifyAttributes(t.Context(), taskrouter.TasksService{}, "WT1", modifySetOwner)
			return err
		},
	}
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) { assertAbout(t, taskrouter.ErrInvalidArgument, mistake()) })
	}
	assert.Empty(t, service.seen())
}

// modifyAnswersLost carries out requests with a method and loses the answers.
func modifyAnswersLost(method string, resource *modifyResource, requests *[]string) transport {
	return func(r *http.Request) (*http.Response, error) {
		*requests = append(*requests, r.Method)
		response, err := inMemory(resource.serve)(r)
		if r.Method == method {
			return nil, io.ErrUnexpectedEOF
		}
		return response, err
	}
}

// Repeated, it would meet the version that it has made itself, begin anew, and
// change what it has changed.
func TestAnUpdateWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	eager := taskrouter.RetryPolicy{MaxAttempts: 3, RepeatUnsafe: true}
	tests := map[string]struct {
		options []taskrouter.Option
		call    []taskrouter.CallOption
	}{
		"whatever the client's policy is": {[]taskrouter.Option{taskrouter.WithRetry(eager)}, nil},
		"whatever the call's policy is":   {nil, []taskrouter.CallOption{taskrouter.WithCallRetry(eager)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
				synctest.Test(t, func(t *testing.T) {
					resource := newModifyResource(`{"count":1}`)
					var requests []string
					client := offline(t, modifyAnswersLost(http.MethodPost, resource, &requests), test.options...)
					result, err := modify(t.Context(), client, func(ticket *modifyTicket) error {
						ticket.Count++
						return nil
					}, test.call...)
					assert.Nil(t, result)
					assertAbout(t, nil, err)
					assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
					assert.Equal(t, []string{"GET", "POST"}, requests)
					assert.Equal(t, `{"count":2}`, resource.now())
				})
			})
		})
	}
}

func TestWhatCannotDoHarmIsRepeatedWithinARound(t *testing.T) {
	policy := taskrouter.WithRetry(taskrouter.RetryPolicy{MaxAttempts: 2})
	synctest.Test(t, func(t *testing.T) {
		resource := newModifyResource(`{}`)
		var requests []string
		_, err := taskrouter.ModifyAttributes(t.Context(), offline(t, modifyAnswersLost(http.MethodGet, resource, &requests), policy).Tasks("WS1"), "WT1", modifySetOwner)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Equal(t, []string{"GET", "GET"}, requests)

		busy := 0
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && busy == 0 {
				busy++
				return inMemory(answer(http.StatusTooManyRequests, `{}`))(r)
			}
			return inMemory(resource.serve)(r)
		}, policy)
		changes := 0
		task, err := taskrouter.ModifyAttributes(t.Context(), client.Tasks("WS1"), "WT1", func(ticket *modifyTicket) error {
			changes++
			return modifySetOwner(ticket)
		})
		require.NoError(t, err)
		assert.Equal(t, taskrouter.Attributes(`{"owner":"bob"}`), task.Attributes)
		assert.Equal(t, 1, changes)
	})
}

func TestAFailureThatIsNoConflictEndsTheRounds(t *testing.T) {
	tests := map[string]struct {
		read, update http.HandlerFunc
		about        error
		requests     int
	}{
		"of the read":      {answer(404, `{}`), nil, taskrouter.ErrNotFound, 1},
		"of the update":    {answer(200, `{}`, "ETag", "1"), answer(400, `{}`), taskrouter.ErrInvalid, 2},
		"of the service":   {answer(200, `{}`, "ETag", "1"), answer(503, `{}`), taskrouter.ErrServer, 2},
		"of its answer":    {answer(200, `{}`, "ETag", "1"), answer(200, `<html>`), taskrouter.ErrInvalidResponse, 2},
		"an answer to GET": {answer(200, `[]`, "ETag", "1"), nil, taskrouter.ErrInvalidResponse, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			modifyBoth(t, func(t *testing.T, _ string, modify modifyFunc) {
				service := newFakeService(t, inTurn(test.read, test.update))
				result, err := modify(t.Context(), service.client(t), modifySetOwner)
				assert.Nil(t, result)
				assertAbout(t, test.about, err)
				assert.NotNil(t, answerError(t, err))
				assert.Len(t, service.seen(), test.requests)
			})
		})
	}
}

func TestTheCallersOptionsAreNotWrittenTo(t *testing.T) {
	behind := taskrouter.WithHeader("X-Behind", "1")
	options := []taskrouter.CallOption{taskrouter.WithHeader("X-Trace", "7"), behind, nil, nil}
	service := newFakeService(t, newModifyResource(`{}`).serve)
	_, err := taskrouter.ModifyAttributes(t.Context(), service.tasks(t), "WT1", modifySetOwner, options[:1]...)
	require.NoError(t, err)
	_, err = taskrouter.CompleteTask(t.Context(), service.tasks(t), "WT1", "", modifySetOwner, options[:1]...)
	require.NoError(t, err)
	assert.Nil(t, options[2])
	_, err = service.tasks(t).Get(t.Context(), "WT1", options[1])
	require.NoError(t, err)
	seen := service.seen()
	assert.Equal(t, "1", seen[len(seen)-1].Header.Get("X-Behind"), "the option behind is another one")
}

func TestATaskIsCompletedAfterItsAttributesAreChanged(t *testing.T) {
	for reason, form := range map[string]url.Values{
		"sold": {"AssignmentStatus": {"completed"}, "Reason": {"sold"}},
		"":     {"AssignmentStatus": {"completed"}},
	} {
		t.Run(reason, func(t *testing.T) {
			service := newFakeService(t, newModifyResource(`{"x":1.0}`).serve)
			var response taskrouter.Response
			task, err := taskrouter.CompleteTask(t.Context(), service.tasks(t), "WT1", reason, modifySetOwner,
				taskrouter.WithHeader("X-Trace", "7"), taskrouter.WithResponseInto(&response))
			require.NoError(t, err)
			assert.Equal(t, "of version 2", task.SID)
			assert.Equal(t, taskrouter.Attributes(`{"x":1.0,"owner":"bob"}`), task.Attributes)
			assert.Equal(t, []string{"GET " + taskPath, "POST " + taskPath, "POST " + taskPath}, service.targets())
			assert.Equal(t, url.Values{"Attributes": {`{"x":1.0,"owner":"bob"}`}}, service.seen()[1].Form)
			assert.Equal(t, form, service.seen()[2].Form)
			assert.NotContains(t, service.seen()[2].Header, "If-Match")
			for _, request := range service.seen() {
				assert.Equal(t, []string{"7"}, request.Header["X-Trace"])
			}
			assert.Equal(t, "2", response.ETag(), "of the last answer")
		})
	}
}

func TestATaskWhoseAttributesStayIsCompletedAlone(t *testing.T) {
	service := newFakeService(t, newModifyResource(`{"x":1.0}`).serve)
	task, err := taskrouter.CompleteTask(t.Context(), service.tasks(t), "WT1", "sold", func(*modifyTicket) error { return nil })
	require.NoError(t, err)
	assert.Equal(t, "of version 1", task.SID)
	assert.Equal(t, []string{"GET " + taskPath, "POST " + taskPath}, service.targets())
	assert.Equal(t, url.Values{"AssignmentStatus": {"completed"}, "Reason": {"sold"}}, service.seen()[1].Form)
}

func TestATaskWhoseAttributesCannotBeChangedIsNotCompleted(t *testing.T) {
	reason := errors.New("not today")
	tests := map[string]struct {
		answers []http.HandlerFunc
		change  func(*modifyTicket) error
		cause   error
	}{
		"it is not found":       {[]http.HandlerFunc{answer(404, `{}`)}, modifySetOwner, taskrouter.ErrNotFound},
		"the change fails":      {[]http.HandlerFunc{answer(200, `{}`, "ETag", "1")}, func(*modifyTicket) error { return reason }, reason},
		"they are refused":      {[]http.HandlerFunc{answer(200, `{}`, "ETag", "1"), answer(400, `{}`)}, modifySetOwner, taskrouter.ErrInvalid},
		"there is no version":   {[]http.HandlerFunc{answer(200, `{}`)}, modifySetOwner, taskrouter.ErrInvalidResponse},
		"the service is ailing": {[]http.HandlerFunc{answer(200, `{}`, "ETag", "1"), answer(503, `{}`)}, modifySetOwner, taskrouter.ErrServer},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, inTurn(test.answers...))
			task, err := taskrouter.CompleteTask(t.Context(), service.tasks(t), "WT1", "sold", test.change)
			assert.Nil(t, task)
			assert.ErrorIs(t, err, test.cause)
			assert.NotErrorIs(t, err, taskrouter.ErrNotCompleted)
			assert.Len(t, service.seen(), len(test.answers))
		})
	}
}

func TestACompletionThatFailsAfterTheChangeSaysSo(t *testing.T) {
	read, update := answer(200, `{}`, "ETag", "1"), answer(200, `{}`, "ETag", "2")
	t.Run("when it is refused", func(t *testing.T) {
		service := newFakeService(t, inTurn(read, update, answer(400, `{"code":20001,"message":"not assigned"}`)))
		task, err := taskrouter.CompleteTask(t.Context(), service.tasks(t), "WT1", "sold", modifySetOwner)
		assert.Nil(t, task)
		assert.ErrorIs(t, err, taskrouter.ErrNotCompleted)
		assertAbout(t, taskrouter.ErrInvalid, err)
		assert.Equal(t, 20001, answerError(t, err).Code)
		assert.EqualError(t, err, "the attributes are as they should be, but completing the task failed: taskrouter: updateTask: 400 Bad Request: not assigned (code 20001) [RQ1]")
	})
	t.Run("when there is no answer", func(t *testing.T) {
		requests := 0
		tasks := offline(t, func(r *http.Request) (*http.Response, error) {
			if requests++; requests == 3 {
				return nil, io.ErrUnexpectedEOF
			}
			return inMemory(read)(r)
		}).Tasks("WS1")
		_, err := taskrouter.CompleteTask(t.Context(), tasks, "WT1", "sold", modifySetOwner)
		assert.ErrorIs(t, err, taskrouter.ErrNotCompleted)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assertAbout(t, nil, err)
	})
}
