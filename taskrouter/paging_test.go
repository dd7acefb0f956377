package taskrouter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// Links of the service name its own host, whatever the base URL of the client.
const linkToTasks = "https://taskrouter.twilio.com" + tasksPath

func TestAListRequestsNothingUntilItIsRangedOver(t *testing.T) {
	service := newFakeService(t, pageOfTasks(""))
	list := service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{})
	assert.Empty(t, service.seen())
	sids, err := sidsOf(t, list)
	require.NoError(t, err)
	assert.Empty(t, sids)
	assert.Len(t, service.seen(), 1)
}

func TestAListGoesFromPageToPage(t *testing.T) {
	service := newFakeService(t, inTurn(
		pageOfTasks(linkToTasks+"?Page=1&PageToken=PAWT2", "WT1", "WT2"),
		pageOfTasks(linkToTasks+"?Page=2&PageToken=PAWT2"), // empty, and not the end
		pageOfTasks(linkToTasks+"?Page=3&PageToken=PAWT3", "WT3"),
		pageOfTasks(""),
	))
	sids, err := sidsOf(t, service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{PageSize: new(2)}))
	require.NoError(t, err)
	assert.Equal(t, []string{"WT1", "WT2", "WT3"}, sids)
	assert.Equal(t, []string{
		"GET " + tasksPath + "?PageSize=2",
		"GET " + tasksPath + "?Page=1&PageToken=PAWT2",
		"GET " + tasksPath + "?Page=2&PageToken=PAWT2",
		"GET " + tasksPath + "?Page=3&PageToken=PAWT3",
	}, service.targets())
}

func TestAListBeginsAnewEachTimeItIsRangedOver(t *testing.T) {
	service := newFakeService(t, inTurn(
		pageOfTasks(linkToTasks+"?Page=1", "WT1"), pageOfTasks("", "WT2"),
		pageOfTasks(linkToTasks+"?Page=1", "WT3"), pageOfTasks("", "WT4"),
	))
	list := service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{})
	for _, want := range [][]string{{"WT1", "WT2"}, {"WT3", "WT4"}} {
		sids, err := sidsOf(t, list)
		require.NoError(t, err)
		assert.Equal(t, want, sids)
	}
}

// The bubble fails if a goroutine is left.
func TestABreakEndsAListAndLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := newFakeServiceInBubble(t, inTurn(pageOfTasks(linkToTasks+"?Page=1", "WT1", "WT2"), pageOfTasks(linkToTasks+"?Page=2", "WT3")))
		opened, closed := 0, 0
		tasks := service.tasks(t, taskrouter.WithHTTPClient(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			response, err := service.transport.RoundTrip(r)
			if err == nil {
				opened++
				response.Body = closeCounter{response.Body, &closed}
			}
			return response, err
		})}))
		for task, err := range tasks.List(t.Context(), taskrouter.ListTasksParams{}) {
			require.NoError(t, err)
			if task.SID == "WT3" {
				break
			}
		}
		assert.Len(t, service.seen(), 2)
		assert.Equal(t, 2, opened)
		assert.Equal(t, 2, closed)
	})
}

func TestAListYieldsItsErrorOnceAndLast(t *testing.T) {
	tests := map[string]struct {
		answers []http.HandlerFunc
		sids    []string
		about   error
	}{
		"of the first page":         {[]http.HandlerFunc{answer(401, "")}, nil, taskrouter.ErrUnauthorized},
		"of a later page":           {[]http.HandlerFunc{pageOfTasks(linkToTasks+"?Page=1", "WT1", "WT2"), answer(503, "<html>")}, []string{"WT1", "WT2"}, taskrouter.ErrServer},
		"of a page that is no JSON": {[]http.HandlerFunc{pageOfTasks(linkToTasks+"?Page=1", "WT1"), answer(200, "<html>")}, []string{"WT1"}, taskrouter.ErrInvalidResponse},
		"of a page that is null":    {[]http.HandlerFunc{answer(200, "null")}, nil, taskrouter.ErrInvalidResponse},
		"of a link":                 {[]http.HandlerFunc{pageOfTasks("/v1/Accounts", "WT1")}, []string{"WT1"}, taskrouter.ErrInvalidResponse},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, inTurn(test.answers...))
			sids, err := sidsOf(t, service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{}))
			assert.Equal(t, test.sids, sids)
			assertAbout(t, test.about, err)
			assert.ErrorContains(t, err, "taskrouter: listTasks: ")
			assert.Len(t, service.seen(), len(test.answers))
		})
	}
}

func TestAListEndsWithItsContext(t *testing.T) {
	service := newFakeService(t, pageOfTasks(linkToTasks+"?Page=1", "WT1", "WT2"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var sids []string
	var failure error
	for task, err := range service.tasks(t).List(ctx, taskrouter.ListTasksParams{}) {
		if failure = err; err == nil {
			sids = append(sids, task.SID)
			cancel()
		}
	}
	assert.Equal(t, []string{"WT1", "WT2"}, sids) // which were there already
	assert.ErrorIs(t, failure, context.Canceled)
	assert.Len(t, service.seen(), 1)
}

func TestOptionsApplyToEveryPage(t *testing.T) {
	t.Run("headers, and the response of the last page", func(t *testing.T) {
		service := newFakeService(t, inTurn(pageOfTasks(linkToTasks+"?Page=1", "WT1"), pageOfTasks(linkToTasks+"?Page=2", "WT2"), answer(503, "<html>")))
		var response taskrouter.Response
		var statuses []int
		list := service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithHeader("X-Trace", "1"), taskrouter.WithResponseInto(&response))
		for _, err := range list {
			statuses = append(statuses, response.StatusCode)
			assert.Equal(t, response.StatusCode == 503, err != nil)
		}
		assert.Equal(t, []int{200, 200, 503}, statuses)
		assert.Equal(t, "<html>", string(response.Body))
		for _, request := range service.seen() {
			assert.Equal(t, []string{"1"}, request.Header["X-Trace"])
		}
	})
	t.Run("the time begins anew", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			after := func(d time.Duration, next http.HandlerFunc) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(d):
					case <-r.Context().Done():
					}
					next(w, r)
				}
			}
			service := newFakeServiceInBubble(t, inTurn(
				after(4*time.Second, pageOfTasks(linkToTasks+"?Page=1", "WT1")),
				after(4*time.Second, pageOfTasks(linkToTasks+"?Page=2", "WT2")),
				after(6*time.Second, pageOfTasks("", "WT3")),
			))
			start := time.Now()
			sids, err := sidsOf(t, service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithTimeout(5*time.Second)))
			assert.Equal(t, []string{"WT1", "WT2"}, sids)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 13*time.Second, time.Since(start))
		})
	})
	t.Run("turned to by Next, and those given then", func(t *testing.T) {
		service := newFakeService(t, pageOfTasks(linkToTasks+"?Page=1"))
		traces := func() []string { return service.seen()[len(service.seen())-1].Header["X-Trace"] }
		trace := func(value string) taskrouter.CallOption { return taskrouter.WithHeader("X-Trace", value) }
		turn := func(page *taskrouter.Page[taskrouter.Task], err error) *taskrouter.Page[taskrouter.Task] {
			require.NoError(t, err)
			page.Meta.NextPageURL = new(linkToTasks + "?Page=" + fmt.Sprint(len(service.seen())+1))
			return page
		}
		options := append(make([]taskrouter.CallOption, 0, 8), trace("page"))
		first := turn(service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{}, options...))
		one, another := turn(first.Next(t.Context(), trace("one"))), turn(first.Next(t.Context(), trace("another")))
		assert.Equal(t, []string{"another"}, traces())
		turn(one.Next(t.Context()))
		assert.Equal(t, []string{"one"}, traces())
		turn(another.Next(t.Context(), trace("third")))
		assert.Equal(t, []string{"third"}, traces())
	})
}

func TestAPageIsTurnedBothWays(t *testing.T) {
	between := answer(200, `{"tasks":[{"sid":"WT2"}],"meta":{"page":1,"page_size":1,"key":"tasks","url":"u","first_page_url":"f",
		"next_page_url":"`+linkToTasks+`?Page=2","previous_page_url":"`+linkToTasks+`?Page=0&PageToken=PBWT2"}}`)
	service := newFakeService(t, inTurn(pageOfTasks(linkToTasks+"?Page=1", "WT1"), between, pageOfTasks(linkToTasks+"?Page=1", "WT1")))
	first, err := service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{})
	require.NoError(t, err)
	assert.True(t, first.HasNext())
	assert.False(t, first.HasPrevious())
	_, err = first.Previous(t.Context())
	assertAbout(t, taskrouter.ErrNoPage, err)

	second, err := first.Next(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []taskrouter.Task{{SID: "WT2"}}, second.Items)
	assert.Equal(t, taskrouter.PageMeta{
		Page: 1, PageSize: 1, Key: "tasks", URL: "u", FirstPageURL: "f",
		NextPageURL: new(linkToTasks + "?Page=2"), PreviousPageURL: new(linkToTasks + "?Page=0&PageToken=PBWT2"),
	}, second.Meta)
	assert.True(t, second.HasPrevious())

	again, err := second.Previous(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "WT1", again.Items[0].SID)
	assert.Equal(t, "GET "+tasksPath+"?Page=0&PageToken=PBWT2", service.targets()[2])
}

func TestTheLastPageHasNoNext(t *testing.T) {
	for name, link := range map[string]string{"null": "null", "empty": `""`} {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, answer(200, `{"tasks":[],"meta":{"next_page_url":`+link+`,"previous_page_url":`+link+`}}`))
			page, err := service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{})
			require.NoError(t, err)
			assert.False(t, page.HasNext())
			assert.False(t, page.HasPrevious())
			_, err = page.Next(t.Context())
			assertAbout(t, taskrouter.ErrNoPage, err)
			_, err = page.Previous(t.Context())
			assertAbout(t, taskrouter.ErrNoPage, err)
			assert.Len(t, service.seen(), 1)
		})
	}
}

func TestOfALinkOnlyTheQueryIsUsed(t *testing.T) {
	elsewhere := newFakeService(t, pageOfTasks(""))
	const query = "?FriendlyName=a%2fb%2F+%20c&&A=;x=é&b=%zz&PageToken="
	tests := map[string]struct{ link, target string }{
		"to the service":                {linkToTasks + "?Page=1", tasksPath + "?Page=1"},
		"to another server":             {elsewhere.URL + tasksPath + "?Page=1", tasksPath + "?Page=1"},
		"to another server, without it": {strings.TrimSuffix(elsewhere.URL, mount) + tasksPath + "?Page=1", tasksPath + "?Page=1"},
		"with the base path":            {"https://host" + mount + tasksPath + "?Page=1", tasksPath + "?Page=1"},
		"a path alone":                  {tasksPath + "?Page=1", tasksPath + "?Page=1"},
		"a path with the base path":     {mount + tasksPath + "?Page=1", tasksPath + "?Page=1"},
		"of another scheme":             {"gopher://host" + tasksPath + "?Page=1", tasksPath + "?Page=1"},
		"with credentials of its own":   {"https://AC2:secret@host" + tasksPath + "?Page=1", tasksPath + "?Page=1"},
		"with a fragment":               {linkToTasks + "?Page=1#there", tasksPath + "?Page=1"},
		"with any query, byte for byte": {linkToTasks + query, tasksPath + query},
		"without a query":               {linkToTasks, tasksPath},
		"with a space":                  {linkToTasks + "?FriendlyName=a b", tasksPath + "?FriendlyName=a%20b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, inTurn(pageOfTasks(test.link), pageOfTasks("")))
			_, err := sidsOf(t, service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{}))
			require.NoError(t, err)
			assert.Equal(t, []string{"GET " + tasksPath, "GET " + test.target}, service.targets())
			assert.Equal(t, service.seen()[0].Header, service.seen()[1].Header)
		})
	}
	assert.Empty(t, elsewhere.seen())
}

func TestALinkThatLeavesTheListIsNotFollowed(t *testing.T) {
	tests := map[string]string{
		"to another API":                "https://api.twilio.com/2010-04-01/Accounts",
		"to another collection":         "/v1/Accounts",
		"to the root":                   "/",
		"to the base path":              mount,
		"to a list of another kind":     "/v1/Workspaces/WS1/Workers",
		"to another workspace":          "/v1/Workspaces/WS2/Tasks",
		"to no workspace":               "/v1/Workspaces/XX1/Tasks",
		"to one entry":                  taskPath,
		"to a list below an entry":      taskPath + "/Reservations",
		"up the path":                   tasksPath + "/../Tasks",
		"up by the SID":                 "/v1/Workspaces/../Tasks",
		"up by the SID, escaped":        "/v1/Workspaces/%2e%2e/Tasks",
		"to the list that it stands in": "/v1/Workspaces/./Tasks",
		"a SID with a slash in it":      "/v1/Workspaces/WS1%2FTasks/Tasks",
		"an escaped slash":              "/v1/Workspaces/WS1%2FTasks",
		"an empty SID":                  "/v1/Workspaces//Tasks",
		"a slash too many":              "/" + tasksPath,
		"a slash at the end":            tasksPath + "/",
		"another case":                  strings.ToLower(tasksPath),
		"the base path twice":           mount + mount + tasksPath,
		"what begins like a base path":  mount + "ment" + tasksPath,
		"a query alone":                 "?Page=1",
		"a mail":                        "mailto:tasks@host",
		"a path without a slash":        strings.TrimPrefix(tasksPath, "/"),
		"no URL":                        "http://[::1" + tasksPath,
		"a broken escape":               "/v1/Workspaces/%zz/Tasks",
		"a control character":           linkToTasks + "?Page=1\r\nX: 1",
	}
	for name, link := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, inTurn(pageOfTasks(link, "WT1")))
			page, err := service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{})
			require.NoError(t, err)
			next, err := page.Next(t.Context())
			assert.Nil(t, next)
			assertAbout(t, taskrouter.ErrInvalidResponse, err)
			assert.ErrorContains(t, err, "taskrouter: listTasks: invalid response: link to another page: ")
			assert.Len(t, service.seen(), 1)

			page.Meta.PreviousPageURL = &link
			_, err = page.Previous(t.Context())
			assertAbout(t, taskrouter.ErrInvalidResponse, err)
			assert.Len(t, service.seen(), 1)
		})
	}
}

func TestPagesThatLeadInACircleEndTheList(t *testing.T) {
	const one, two = linkToTasks + "?Page=1", linkToTasks + "?Page=2"
	tests := map[string]struct {
		pages []http.HandlerFunc
		sids  []string
		text  string
	}{
		"of one": {[]http.HandlerFunc{pageOfTasks(one, "WT1"), pageOfTasks(one, "WT2")}, []string{"WT1", "WT2"}, "back to a page before"},
		"of two": {[]http.HandlerFunc{pageOfTasks(one, "WT1"), pageOfTasks(two, "WT2"), pageOfTasks(one, "WT3")}, []string{"WT1", "WT2", "WT3"}, "back to a page before"},
		"back to the first": {[]http.HandlerFunc{
			answer(200, `{"tasks":[{"sid":"WT1"}],"meta":{"url":"`+two+`","next_page_url":"`+one+`"}}`), pageOfTasks(two, "WT2"),
		}, []string{"WT1", "WT2"}, "back to a page before"},
		"of the first": {[]http.HandlerFunc{answer(200, `{"tasks":[{"sid":"WT1"}],"meta":{"url":"`+one+`","next_page_url":"`+one+`"}}`)}, []string{"WT1"}, "to the page that it stands on"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := newFakeService(t, inTurn(test.pages...))
			sids, err := sidsOf(t, service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{}))
			assert.Equal(t, test.sids, sids)
			assertAbout(t, taskrouter.ErrInvalidResponse, err)
			assert.EqualError(t, err, "taskrouter: listTasks: invalid response: link to another page: it leads "+test.text)
		})
	}
}

func TestAPageThatNoCallReturnedAnswersWithAnError(t *testing.T) {
	for _, own := range []string{"", linkToTasks} {
		var page taskrouter.Page[taskrouter.Task]
		require.NoError(t, json.Unmarshal([]byte(`{"Meta":{"url":"`+own+`","next_page_url":"`+linkToTasks+`"}}`), &page))
		_, err := page.Next(t.Context())
		assertAbout(t, taskrouter.ErrInvalidArgument, err)
	}
}

func TestABasePathMayBeginLikeTheAPI(t *testing.T) {
	client := offline(t, inMemory(inTurn(pageOfTasks(linkToTasks+"?Page=1"), pageOfTasks(""))), taskrouter.WithBaseURL("http://host/v1"))
	_, err := sidsOf(t, client.Tasks("WS1").List(t.Context(), taskrouter.ListTasksParams{}))
	assert.NoError(t, err)
}

// listOf yields tasks and then, unless it is nil, an error.
func listOf(err error, sids ...string) iter.Seq2[*taskrouter.Task, error] {
	return func(yield func(*taskrouter.Task, error) bool) {
		for _, sid := range sids {
			if !yield(&taskrouter.Task{SID: sid}, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func TestCollectGathersAsManyAsAskedFor(t *testing.T) {
	tests := map[string]struct {
		limit int
		err   error
		want  []string
		fails bool
	}{
		"none":                          {0, io.ErrClosedPipe, nil, false},
		"some, and does not go on":      {2, io.ErrClosedPipe, []string{"WT1", "WT2"}, false},
		"as many as there are":          {3, nil, []string{"WT1", "WT2", "WT3"}, false},
		"more than there are":           {9, nil, []string{"WT1", "WT2", "WT3"}, false},
		"all":                           {-1, nil, []string{"WT1", "WT2", "WT3"}, false},
		"and keeps what came before":    {-1, io.ErrClosedPipe, []string{"WT1", "WT2", "WT3"}, true},
		"fewer than asked for, failing": {4, io.ErrClosedPipe, []string{"WT1", "WT2", "WT3"}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tasks, err := taskrouter.Collect(listOf(test.err, "WT1", "WT2", "WT3"), test.limit)
			assert.Equal(t, test.fails, errors.Is(err, io.ErrClosedPipe))
			var sids []string
			for _, task := range tasks {
				sids = append(sids, task.SID)
			}
			assert.Equal(t, test.want, sids)
		})
	}
	t.Run("without a request for none, and one for a page", func(t *testing.T) {
		service := newFakeService(t, pageOfTasks(linkToTasks+"?Page=1", "WT1", "WT2"))
		list := service.tasks(t).List(t.Context(), taskrouter.ListTasksParams{})
		_, err := taskrouter.Collect(list, 0)
		require.NoError(t, err)
		assert.Empty(t, service.seen())
		_, err = taskrouter.Collect(list, 2)
		require.NoError(t, err)
		assert.Len(t, service.seen(), 1)
	})
}

func TestFirstFindsOrSaysThatThereIsNone(t *testing.T) {
	task, err := taskrouter.First(listOf(io.ErrClosedPipe, "WT1", "WT2"))
	require.NoError(t, err)
	assert.Equal(t, "WT1", task.SID)

	task, err = taskrouter.First(listOf(nil))
	assert.Nil(t, task)
	assertAbout(t, taskrouter.ErrNotFound, err)

	task, err = taskrouter.First(listOf(io.ErrClosedPipe))
	assert.Nil(t, task)
	assert.Equal(t, io.ErrClosedPipe, err)
}

// Wherever a link leads, a request goes to the same list below the base URL, with
// the query of the link, or there is none. Credentials go nowhere else.
func FuzzNextPage(f *testing.F) {
	for _, seed := range []string{
		linkToTasks + "?Page=1&PageToken=PAWT1", mount + tasksPath, "//evil" + tasksPath, "https://evil@host:1" + tasksPath + "#f", "/", "mailto:a@b", tasksPath + "?a=%2F..%zz&é;=?#?",
		"/v1/Workspaces/../Tasks", "/v1/Workspaces/%2e%2e/Tasks", "/v1/Workspaces/a%2Fb/Tasks", "/v1/Workspaces/WS%3f%23/Tasks?a b", `/v1/Workspaces/WS\/Tasks`, "http://[::1", "?", "",
		"https://service.test.evil" + tasksPath, "https://service.test:80" + tasksPath, "ftp://service.test" + tasksPath, tasksPath + "/", tasksPath + "?",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) {
		link = string([]rune(link)) // as JSON holds it
		pages, requests := inTurn(pageOfTasks(link, "WT1"), pageOfTasks("", "WT2")), []*http.Request{}
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			requests = append(requests, r)
			return inMemory(pages)(r)
		})
		sids, err := sidsOf(t, client.Tasks("WS1").List(context.Background(), taskrouter.ListTasksParams{}))
		assert.Equal(t, []string{"WT1", "WT2"}[:len(requests)], sids)
		if len(requests) == 1 && link != "" {
			assertAbout(t, taskrouter.ErrInvalidResponse, err)
		} else {
			require.NoError(t, err)
		}
		for _, r := range requests {
			assert.Equal(t, "https://service.test"+mount+tasksPath, r.URL.Scheme+"://"+r.URL.Host+r.URL.EscapedPath())
			assert.Contains(t, []string{"", "service.test"}, r.Host)
			assert.Nil(t, r.URL.User)
			assert.Equal(t, http.MethodGet, r.Method)
			user, password, _ := r.BasicAuth()
			assert.Equal(t, []string{account, secretToken}, []string{user, password})
		}
		if len(requests) < 2 {
			return
		}
		withoutFragment, _, _ := strings.Cut(link, "#")
		_, query, _ := strings.Cut(withoutFragment, "?")
		query = strings.ReplaceAll(query, " ", "%20") // with which the request line would have one word too many
		written := asWritten(t, requests[1])
		assert.Equal(t, []string{http.MethodGet, "service.test", mount + tasksPath, query}, []string{written.Method, written.Host, written.URL.EscapedPath(), written.URL.RawQuery})
	})
}

func TestALinkThatIsNoURLIsNotRepeated(t *testing.T) {
	_, err := sidsOf(t, newFakeService(t, pageOfTasks(":?FriendlyName=PRIVATE")).tasks(t).List(t.Context(), taskrouter.ListTasksParams{}))
	assert.EqualError(t, err, "taskrouter: listTasks: invalid response: link to another page: it is no URL")
}

// A page is turned with the options that it was requested with, and those given
// then: its own Response stays as it was. The race detector watches.
func TestTurningAPageLeavesItsResponseAlone(t *testing.T) {
	service := newFakeService(t, pageOfTasks(linkToTasks+"?Page=1", "WT1"))
	var first taskrouter.Response
	page, err := service.tasks(t).Page(t.Context(), taskrouter.ListTasksParams{}, taskrouter.WithResponseInto(&first))
	require.NoError(t, err)
	failures := make(chan error)
	for range 2 {
		go func() {
			var own taskrouter.Response
			_, err := page.Next(t.Context(), taskrouter.WithResponseInto(&own))
			failures <- errors.Join(err, statusError(own))
		}()
	}
	for range 2 {
		assert.NoError(t, <-failures)
	}
	assert.NoError(t, statusError(first))
	assert.NotEmpty(t, first.Body)
}

func statusError(response taskrouter.Response) error {
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return nil
}
