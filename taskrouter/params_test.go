package taskrouter_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestAParameterGoesWhereTheRequestHasItsOwn(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	added := url.Values{"New": {"1"}}
	tests := map[string]struct {
		call  func(tasks taskrouter.TasksService, options ...taskrouter.CallOption) error
		query url.Values // as it is without the parameter
		form  url.Values
	}{
		"the query of a GET that has none": {
			call: func(s taskrouter.TasksService, o ...taskrouter.CallOption) error {
				_, err := s.Get(t.Context(), "WT1", o...)
				return err
			},
		},
		"the query of a list": {
			call: func(s taskrouter.TasksService, o ...taskrouter.CallOption) error {
				_, err := s.Page(t.Context(), taskrouter.ListTasksParams{PageSize: new(50), AssignmentStatus: []taskrouter.TaskStatus{"pending", "reserved"}}, o...)
				return err
			},
			query: url.Values{"PageSize": {"50"}, "AssignmentStatus": {"pending", "reserved"}},
		},
		"the query of a DELETE": {
			call: func(s taskrouter.TasksService, o ...taskrouter.CallOption) error {
				return s.Delete(t.Context(), "WT1", o...)
			},
		},
		"the form of a POST": {
			call: func(s taskrouter.TasksService, o ...taskrouter.CallOption) error {
				_, err := s.Update(t.Context(), "WT1", taskrouter.UpdateTaskRequest{Reason: new("a & b"), Attributes: `{"a":"é"}`}, o...)
				return err
			},
			form: url.Values{"Reason": {"a & b"}, "Attributes": {`{"a":"é"}`}},
		},
		"a form that is empty": {
			call: func(s taskrouter.TasksService, o ...taskrouter.CallOption) error {
				_, err := s.Update(t.Context(), "WT1", taskrouter.UpdateTaskRequest{}, o...)
				return err
			},
			form: url.Values{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, with := range []bool{false, true} {
				var options []taskrouter.CallOption
				query, form := test.query, test.form
				if with {
					options = append(options, taskrouter.WithParam("New", "1"))
					if form != nil {
						form = paramsOf(form, added)
					} else {
						query = paramsOf(query, added)
					}
				}
				require.NoError(t, test.call(service.tasks(t), options...))
				seen := service.seen()
				last := seen[len(seen)-1]
				got, err := url.ParseQuery(last.Query)
				require.NoError(t, err)
				assert.Equal(t, paramsOf(query), got)
				assert.Equal(t, paramsOf(form), paramsOf(last.Form))
				if form != nil {
					assert.Equal(t, "application/x-www-form-urlencoded", last.Header.Get("Content-Type"))
				}
			}
		})
	}
}

// paramsOf returns all of these, in a map of their own.
func paramsOf(all ...url.Values) url.Values {
	sum := url.Values{}
	for _, values := range all {
		maps.Copy(sum, values)
	}
	return sum
}

func TestEveryCallTakesAParameterExceptOneWhoseBodyIsJSON(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	for _, m := range methodsOf(service.client(t)) {
		t.Run(m.name, func(t *testing.T) {
			before := len(service.seen())
			_, err := m.call(t.Context(), m.arguments(), taskrouter.WithParam("New", "1"))
			if m.name == "TaskQueues.BulkRealTimeStatistics" {
				assertAbout(t, taskrouter.ErrInvalidArgument, err)
				assert.ErrorContains(t, err, "WithParam: the body of this operation is no form")
				assert.Len(t, service.seen(), before)
				return
			}
			require.NoError(t, err)
			request := service.seen()[before]
			query, err := url.ParseQuery(request.Query)
			require.NoError(t, err)
			if request.Method == http.MethodPost {
				assert.Equal(t, []string{"1"}, request.Form["New"])
				assert.NotContains(t, query, "New")
			} else {
				assert.Equal(t, []string{"1"}, query["New"])
				assert.Empty(t, request.Form)
			}
		})
	}
}

func TestAParameterThatTheRequestSetsIsRefused(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	for _, m := range methodsOf(service.client(t)) {
		if m.name == "TaskQueues.BulkRealTimeStatistics" {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			before := len(service.seen())
			_, err := m.call(t.Context(), m.arguments())
			require.NoError(t, err)
			request := service.seen()[before]
			set, err := url.ParseQuery(request.Query)
			require.NoError(t, err)
			for name := range paramsOf(set, request.Form) {
				_, err = m.call(t.Context(), m.arguments(), taskrouter.WithParam("New", "1"), taskrouter.WithParam(name, "other"))
				assertAbout(t, taskrouter.ErrInvalidArgument, err)
				assert.ErrorContains(t, err, "WithParam: the request itself sets "+name)
			}
			assert.Len(t, service.seen(), before+1)
		})
	}
}

func TestAParameterThatTheRequestCouldSetButDoesNotIsSent(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	tasks := service.tasks(t)
	_, err := tasks.Page(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithParam("PageSize", "7"))
	require.NoError(t, err)
	_, err = tasks.Update(t.Context(), "WT1", taskrouter.UpdateTaskRequest{Reason: new("why")}, taskrouter.WithParam("Priority", "7"))
	require.NoError(t, err)
	assert.Equal(t, "PageSize=7", service.seen()[0].Query)
	assert.Equal(t, url.Values{"Reason": {"why"}, "Priority": {"7"}}, service.seen()[1].Form)
}

func TestParametersArriveAsTheyAre(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	client := service.client(t)
	texts := []string{"plain", "a b", "a&b=c", "a=b", "é☃", "a+b", "%41", "a;b", "#?/", "", "\x00\r\n\t", "\xff"}
	for _, text := range texts {
		for method, call := range retryCalls {
			t.Run(fmt.Sprintf("%q, %s", text, method), func(t *testing.T) {
				name := "N" + text
				require.NoError(t, call(t.Context(), client, taskrouter.WithParam(name, text)))
				seen := service.seen()
				request := seen[len(seen)-1]
				got, err := url.ParseQuery(request.Query)
				require.NoError(t, err)
				if method == http.MethodPost {
					assert.Empty(t, got)
					got = request.Form
				}
				assert.Equal(t, []string{text}, got[name])
			})
		}
	}
}

func TestAParameterMayBeSentSeveralTimes(t *testing.T) {
	service := newFakeService(t, answer(200, suitsAll))
	client := service.client(t)
	options := []taskrouter.CallOption{
		taskrouter.WithParam("B", "2"), taskrouter.WithParam("A", "3"), taskrouter.WithParam("B", "1"), taskrouter.WithParam("B", "2"),
		taskrouter.WithParam("b", "4"), // is another
	}
	want := url.Values{"A": {"3"}, "B": {"2", "1", "2"}, "b": {"4"}}
	for range 2 { // an option can be used again
		require.NoError(t, retryCalls[http.MethodGet](t.Context(), client, options...))
		require.NoError(t, retryCalls[http.MethodDelete](t.Context(), client, options...))
		require.NoError(t, retryCalls[http.MethodPost](t.Context(), client, options...))
	}
	for _, request := range service.seen() {
		got, err := url.ParseQuery(request.Query)
		require.NoError(t, err)
		if request.Method == http.MethodPost {
			got = request.Form
			for _, name := range []string{"AssignmentStatus", "Reason"} {
				assert.True(t, got.Has(name))
				got.Del(name)
			}
		}
		assert.Equal(t, want, got)
	}
}

func TestAParameterWithoutANameIsRefused(t *testing.T) {
	client := offline(t, func(*http.Request) (*http.Response, error) {
		t.Error("something was sent")
		return nil, io.EOF
	})
	for method, call := range retryCalls {
		t.Run(method, func(t *testing.T) {
			err := call(t.Context(), client, taskrouter.WithParam("", "1"))
			assertAbout(t, taskrouter.ErrInvalidArgument, err)
			assert.ErrorContains(t, err, "WithParam: the name is empty")
		})
	}
}

// A page after the first one has of a parameter what its link has, and the
// parameter itself if the service left it out there.
func TestThePagesOfAListTakeAParameterOnce(t *testing.T) {
	tests := map[string]struct {
		options []taskrouter.CallOption
		link    string // its query
		want    string
	}{
		"the link has it":                    {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "New=1&Page=1", "New=1&Page=1"},
		"the link has another value":         {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "Page=1&New=one", "Page=1&New=one"},
		"the link has it without a value":    {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "New&Page=1", "New&Page=1"},
		"the link lacks it":                  {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "Page=1", "Page=1&New=1"},
		"the link lacks both values":         {[]taskrouter.CallOption{taskrouter.WithParam("New", "1"), taskrouter.WithParam("New", "2")}, "Page=1", "Page=1&New=1&New=2"},
		"the link has one of two values":     {[]taskrouter.CallOption{taskrouter.WithParam("New", "1"), taskrouter.WithParam("New", "2")}, "New=1&Page=1", "New=1&Page=1"},
		"the link has one of two":            {[]taskrouter.CallOption{taskrouter.WithParam("New", "1"), taskrouter.WithParam("Also", "2")}, "Page=1&New=1", "Page=1&New=1&Also=2"},
		"the link spells it otherwise":       {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "Page=1&%4Eew=1", "Page=1&%4Eew=1"},
		"the link has no query":              {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "", "New=1"},
		"a query that does not quite parse":  {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "a=%zz&Page=1", "a=%zz&Page=1&New=1"},
		"likewise, and it has the parameter": {[]taskrouter.CallOption{taskrouter.WithParam("New", "1")}, "a=%zz&New=1", "a=%zz&New=1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			link := tasksPath
			if test.link != "" {
				link += "?" + test.link
			}
			service := newFakeService(t, inTurn(pageOfTasks(link, "WT1"), pageOfTasks(link+"#2", "WT2"), pageOfTasks("", "WT3")))
			sids, err := sidsOf(t, service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{}, test.options...))
			require.NoError(t, err)
			assert.Equal(t, []string{"WT1", "WT2", "WT3"}, sids)
			seen := service.seen()
			require.Len(t, seen, 3)
			assert.Equal(t, []string{test.want, test.want}, []string{seen[1].Query, seen[2].Query})
		})
	}
	t.Run("one that comes with a page alone", func(t *testing.T) {
		service := newFakeService(t, inTurn(pageOfTasks(tasksPath+"?Page=1", "WT1"), pageOfTasks("", "WT2")))
		page, err := service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithParam("New", "1"))
		require.NoError(t, err)
		_, err = page.Next(t.Context(), taskrouter.WithParam("Also", "2"))
		require.NoError(t, err)
		assert.Equal(t, []string{"GET " + tasksPath + "?New=1", "GET " + tasksPath + "?Page=1&Also=2&New=1"}, service.targets())
	})
	t.Run("one that the request of the first page sets", func(t *testing.T) {
		client := offline(t, func(*http.Request) (*http.Response, error) {
			t.Error("something was sent")
			return nil, io.EOF
		})
		_, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{PageSize: new(50)}, taskrouter.WithParam("PageSize", "7")))
		assertAbout(t, taskrouter.ErrInvalidArgument, err)
	})
}

func TestEveryAttemptSendsTheParameterOnce(t *testing.T) {
	for method, call := range retryCalls {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := newFakeServiceInBubble(t, inTurn(answer(429, ""), answer(429, ""), answer(200, "{}")))
				client := service.client(t, taskrouter.WithRetry(taskrouter.RetryPolicy{}))
				require.NoError(t, call(t.Context(), client, taskrouter.WithParam("New", "1")))
				seen := service.seen()
				require.Len(t, seen, 3)
				for _, request := range seen {
					query, err := url.ParseQuery(request.Query)
					require.NoError(t, err)
					assert.Equal(t, []string{"1"}, slices.Concat(query["New"], request.Form["New"]))
				}
			})
		})
	}
}
