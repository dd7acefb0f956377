package taskroutertest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// follow gets a page by a link of another.
func (p *shop) follow(link any) exchange {
	p.t.Helper()
	page := do(p.t, p.server, p.request(http.MethodGet, link.(string), nil))
	require.Equal(p.t, http.StatusOK, page.Status, page.Body)
	return page
}

func TestPagesLeadToOneAnother(t *testing.T) {
	p := newShop(t)
	var sids []string
	for i := range 5 {
		sids = append(sids, p.make("/Workers", "FriendlyName", fmt.Sprint(i)))
	}
	url := func(page int, token string) string {
		return p.url(fmt.Sprintf("/Workers?PageSize=2&Page=%d%s", page, token))
	}
	first := p.get("/Workers?PageSize=2")
	assert.Equal(t, []any{"0", "1"}, first.list("friendly_name"))
	assert.Equal(t, map[string]any{
		"key": "workers", "page": 0.0, "page_size": 2.0, "first_page_url": url(0, ""), "url": url(0, ""), "previous_page_url": nil,
		"next_page_url": url(1, "&PageToken=PA"+sids[1]),
	}, first.meta())
	second := p.follow(first.meta()["next_page_url"])
	assert.Equal(t, []any{"2", "3"}, second.list("friendly_name"))
	assert.Equal(t, map[string]any{
		"key": "workers", "page": 1.0, "page_size": 2.0, "first_page_url": url(0, ""), "url": url(1, "&PageToken=PA"+sids[1]),
		"previous_page_url": url(0, "&PageToken=PB"+sids[2]), "next_page_url": url(2, "&PageToken=PA"+sids[3]),
	}, second.meta())
	last := p.follow(second.meta()["next_page_url"])
	assert.Equal(t, []any{"4"}, last.list("friendly_name"))
	assert.Nil(t, last.meta()["next_page_url"])
	back := p.follow(last.meta()["previous_page_url"])
	assert.Equal(t, second.entries(), back.entries())
	back = p.follow(back.meta()["previous_page_url"])
	assert.Equal(t, first.entries(), back.entries())
	assert.Nil(t, back.meta()["previous_page_url"])
	assert.Equal(t, url(0, "&PageToken=PB"+sids[2]), back.meta()["url"])
	assert.Equal(t, first.meta()["next_page_url"], back.meta()["next_page_url"])
	assert.Equal(t, first.entries(), p.follow(back.meta()["first_page_url"]).entries())
}

func TestALinkKeepsTheFiltersOfTheList(t *testing.T) {
	p := newShop(t)
	for i := range 3 {
		p.make("/Tasks", "Attributes", fmt.Sprintf(`{"n":%d,"type":"a b"}`, i))
	}
	query := url.Values{"EvaluateTaskAttributes": {`type == "a b"`}, "AssignmentStatus": {"pending", "reserved"}, "Ordering": {"DateCreated:desc"}, "Unknown": {"é&"}, "PageSize": {"1"}}
	page := p.get("/Tasks?" + query.Encode())
	for range 2 {
		page = p.follow(page.meta()["next_page_url"])
		link, err := url.Parse(page.meta()["url"].(string))
		require.NoError(t, err)
		got := link.Query()
		got.Del("Page")
		got.Del("PageToken")
		assert.Equal(t, query, got)
	}
	assert.Equal(t, []any{`{"n":0,"type":"a b"}`}, page.list("attributes"))
	assert.Nil(t, page.meta()["next_page_url"])
}

func TestPagesHaveFiftyEntriesUnlessAskedOtherwise(t *testing.T) {
	p := newShop(t)
	for i := range 51 {
		p.make("/Workers", "FriendlyName", fmt.Sprint(i))
	}
	page := p.get("/Workers")
	assert.Len(t, page.entries(), 50)
	assert.EqualValues(t, 50, page.meta()["page_size"])
	assert.NotNil(t, page.meta()["next_page_url"])
	assert.Len(t, p.get("/Workers?PageSize=1000").entries(), 51)
	assert.Len(t, p.get("/Workers?PageSize=51").entries(), 51)
	assert.Nil(t, p.get("/Workers?PageSize=51").meta()["next_page_url"])
	assert.Len(t, p.get("/Workers?PageSize=1").entries(), 1)
}

func TestAPageIsNotAskedForByWhatCannotBe(t *testing.T) {
	p := newShop(t)
	worker := p.make("/Workers", "FriendlyName", "Ann")
	for query, message := range map[string]string{
		"PageSize=0": "PageSize must be from 1 to 1000", "PageSize=1001": "PageSize must be from 1 to 1000", "PageSize=-1": "PageSize must be from 1 to 1000",
		"PageSize=x": `PageSize cannot be read: "x" is no integer`, "Page=-1": "Page must not be negative", "Page=": `Page cannot be read: "" is no integer`,
		"PageToken=x": "PageToken is not one that a page gave", "PageToken=PAWK00000000000000000000000000000000": "PageToken is not one that a page gave",
		"PageToken=" + worker: "PageToken is not one that a page gave",
		"PageToken=PA" + p.named("/TaskQueues", "Sample Queue"): "PageToken is not one that a page gave",
	} {
		p.refuses(message, http.MethodGet, "/Workers?"+query)
	}
	refused := p.call(http.MethodGet, "/Workers?Page=1&PageSize=1")
	assert.Equal(t, http.StatusBadRequest, refused.Status)
	assert.Equal(t, map[string]any{
		"code": 40153.0, "status": 400.0, "more_info": "https://www.twilio.com/docs/errors/40153", "message": "Page needs the PageToken of the same link",
	}, refused.Body)
	assert.Len(t, p.get("/Workers?Page=0").entries(), 1)
	assert.Len(t, p.get("/Workers?PageToken=").entries(), 1)
	assert.Empty(t, p.get("/Workers?PageToken=PA"+worker).entries(), "without a Page")
}

func TestEveryListIsPaged(t *testing.T) {
	p := newShop(t)
	for range 3 {
		p.workspace("FriendlyName", "a")
		p.make("/TaskQueues", "FriendlyName", "a")
		p.make("/Workflows", "FriendlyName", "a", "Configuration", noFilters)
		p.make("/Tasks", "WorkflowSid", p.named("/Workflows", "Default Fifo Workflow"))
	}
	worker := p.make("/Workers", "FriendlyName", "Ann")
	p.make("/Workers", "FriendlyName", "Bob")
	p.make("/Workers", "FriendlyName", "Carol")
	for path, key := range map[string]string{
		"": "workspaces", "/Activities": "activities", "/Events": "events", "/Tasks": "tasks", "/TaskChannels": "channels", "/TaskQueues": "task_queues",
		"/Workers": "workers", "/Workflows": "workflows", "/Workers/" + worker + "/Channels": "channels",
	} {
		full := "/Workspaces/" + p.sid + path
		if path == "" {
			full = "/Workspaces"
		}
		all := send(t, p.server, http.MethodGet, full+"?PageSize=1000", nil)
		assert.Equal(t, key, all.meta()["key"])
		page := send(t, p.server, http.MethodGet, full+"?PageSize=2", nil)
		entries := page.entries()
		for page.meta()["next_page_url"] != nil {
			page = p.follow(page.meta()["next_page_url"])
			entries = append(entries, page.entries()...)
		}
		assert.Equal(t, all.entries(), entries, path)
		assert.Greater(t, len(entries), 2, path)
	}
}

func TestAPageTokenOfWhatWasDeletedStillLeadsOn(t *testing.T) {
	p := newShop(t)
	client := p.server.Client()
	for i := range 6 {
		p.make("/Workers", "FriendlyName", fmt.Sprint(i))
	}
	var seen []string
	for worker, err := range client.Workers(p.sid).List(t.Context(), taskrouter.ListWorkersParams{PageSize: new(2)}) {
		require.NoError(t, err)
		seen = append(seen, worker.FriendlyName)
		p.remove("/Workers/" + worker.SID)
	}
	assert.Equal(t, "012345", strings.Join(seen, ""))
}
