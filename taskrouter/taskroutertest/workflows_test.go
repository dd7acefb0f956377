package taskroutertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const noFilters = `{"task_routing":{"filters":[]}}`

func TestAWorkflowIsMadeWithDefaults(t *testing.T) {
	inBubble(t, func(p *shop) {
		configuration := `{"task_routing":{"default_filter":{"queue":"` + p.named("/TaskQueues", "Sample Queue") + `"}}}`
		sid := p.make("/Workflows", "FriendlyName", strings.Repeat("a", 65), "Configuration", configuration)
		path := "/Workflows/" + sid
		want := map[string]any{
			"sid": sid, "account_sid": p.server.AccountSID(), "workspace_sid": p.sid, "friendly_name": strings.Repeat("a", 65),
			"configuration": configuration, "assignment_callback_url": nil, "fallback_assignment_callback_url": nil,
			"task_reservation_timeout": 120.0, "document_content_type": nil,
			"date_created": midnight, "date_updated": midnight, "url": p.url(path),
			"links": map[string]any{
				"workspace": p.url(""), "statistics": p.url(path + "/Statistics"), "real_time_statistics": p.url(path + "/RealTimeStatistics"),
				"cumulative_statistics": p.url(path + "/CumulativeStatistics"),
			},
		}
		assert.Equal(t, want, p.get(path).Body)
	})
}

func TestAWorkflowIsMadeOfWhatIsSentAndChangesInIt(t *testing.T) {
	inBubble(t, func(p *shop) {
		sent := []string{
			"FriendlyName", "Calls", "Configuration", `{"task_routing": {"filters": []}}`, "AssignmentCallbackUrl", "https://example.com/a",
			"FallbackAssignmentCallbackUrl", "https://example.com/b", "TaskReservationTimeout", "86400",
		}
		made := p.get("/Workflows/" + p.make("/Workflows", sent...)).Body
		path := "/Workflows/" + p.named("/Workflows", "Default Fifo Workflow")
		later(time.Minute)
		changed := p.update(path, append(sent, "ReEvaluateTasks", "true")...).Body
		assert.Equal(t, minuteLater, changed["date_updated"])
		for _, flow := range []map[string]any{made, changed} {
			assert.Equal(t, "Calls", flow["friendly_name"])
			assert.Equal(t, `{"task_routing":{"filters":[]}}`, flow["configuration"])
			assert.Equal(t, "https://example.com/a", flow["assignment_callback_url"])
			assert.Equal(t, "https://example.com/b", flow["fallback_assignment_callback_url"])
			assert.EqualValues(t, 86400, flow["task_reservation_timeout"])
		}
		changed = p.update(path, "AssignmentCallbackUrl", "", "FallbackAssignmentCallbackUrl", "", "TaskReservationTimeout", "1").Body
		assert.Equal(t, [2]any{"", ""}, [2]any{changed["assignment_callback_url"], changed["fallback_assignment_callback_url"]})
		assert.EqualValues(t, 1, changed["task_reservation_timeout"])
		assert.Equal(t, "Calls", changed["friendly_name"])
		assert.Equal(t, `{"task_routing":{"filters":[]}}`, changed["configuration"])
	})
}

func TestAWorkflowIsNotMadeOfWhatCannotBe(t *testing.T) {
	p := newShop(t)
	path := "/Workflows/" + p.named("/Workflows", "Default Fifo Workflow")
	before := p.get(path).Body
	for message, pairs := range map[string][]string{
		"FriendlyName must not be empty":                                     {"FriendlyName", "", "Configuration", noFilters},
		"AssignmentCallbackUrl is not an absolute http or https URL":         {"FriendlyName", "a", "Configuration", noFilters, "AssignmentCallbackUrl", "x"},
		"FallbackAssignmentCallbackUrl is not an absolute http or https URL": {"FriendlyName", "a", "Configuration", noFilters, "FallbackAssignmentCallbackUrl", "/x"},
		"TaskReservationTimeout must be from 1 to 86400":                     {"FriendlyName", "a", "Configuration", noFilters, "TaskReservationTimeout", "86401"},
		"Configuration is not a JSON document":                               {"FriendlyName", "a", "Configuration", "task_routing:\n  filters: []\n"},
	} {
		p.refuses(message, http.MethodPost, "/Workflows", pairs...)
		p.refuses(message, http.MethodPost, path, pairs...)
	}
	p.refuses("TaskReservationTimeout must be from 1 to 86400", http.MethodPost, path, "TaskReservationTimeout", "0")
	p.refuses("FriendlyName field is required", http.MethodPost, "/Workflows", "Configuration", noFilters)
	p.refuses("Configuration field is required", http.MethodPost, "/Workflows", "FriendlyName", "a")
	assert.Equal(t, before, p.get(path).Body)
}

func TestAConfigurationIsTakenAsTheServiceTakesIt(t *testing.T) {
	p := newShop(t)
	queue := p.named("/TaskQueues", "Sample Queue")
	for name, test := range map[string]struct{ sent, want string }{
		"older names, and numbers in quotes": {
			`{"task_routing":{"filters":[{"friendly_name":"a","expression":"1==1","targets":[{"queue":"WQ","timeout":"10","priority":"5"}]}]}}`, ""},
		"a default filter as it was recorded": {
			`{"task_routing":{"default_filter":{"Expression":"1==1","expression":"1==1","priority":1,"timeout":10,"queue":"WQ"}}}`, ""},
		"a filter without a name":              {`{"task_routing":{"filters":[{"friendly_name":null,"expression":"a == 1","targets":[{"queue":"WQ"}]}]}}`, ""},
		"white space":                          {" { \"task_routing\" :\t{\n\"filters\" : [ ] } }\r\n", `{"task_routing":{"filters":[]}}`},
		"order, and members that nobody knows": {`{"z":1,"task_routing":{"note":"a b","filters":[]},"a":null}`, ""},
		"characters beyond ASCII":              {`{"task_routing":{"filters":[{"filter_friendly_name":"<é> \u00e9","expression":"1==1","targets":[{"queue":"WQ"}]}]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sent, want := strings.ReplaceAll(test.sent, "WQ", queue), test.want
			if want == "" {
				want = sent
			}
			sid := p.make("/Workflows", "FriendlyName", "a", "Configuration", sent)
			assert.Equal(t, want, p.get("/Workflows/" + sid).Body["configuration"])
		})
	}
}

func TestAConfigurationWithAnErrorIsRefused(t *testing.T) {
	p := newShop(t)
	queue := p.named("/TaskQueues", "Sample Queue")
	path := "/Workflows/" + p.named("/Workflows", "Default Fifo Workflow")
	before := p.get(path).Body
	for name, text := range map[string]string{
		"nothing":                    "",
		"a list":                     "[]",
		"half of it":                 `{"task_routing":`,
		"more than one":              `{"task_routing":{"filters":[]}}{}`,
		"an unknown queue":           `{"task_routing":{"default_filter":{"queue":"WQ00000000000000000000000000000000"}}}`,
		"an unknown queue in a step": `{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"WQ"},{"queue":"WQ00000000000000000000000000000000"}]}]}}`,
		"the name of a queue":        `{"task_routing":{"default_filter":{"queue":"Sample Queue"}}}`,
		"a wrong expression":         `{"task_routing":{"filters":[{"expression":"skill-level > 3","targets":[{"queue":"WQ"}]}]}}`,
		"no targets":                 `{"task_routing":{"filters":[{"expression":"1==1","targets":[]}]}}`,
		"a timeout of nothing":       `{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"WQ","timeout":0}]}]}}`,
	} {
		text = strings.ReplaceAll(text, `"WQ"`, `"`+queue+`"`)
		for _, to := range []string{"/Workflows", path} {
			refused := p.call(http.MethodPost, to, "FriendlyName", "a", "Configuration", text)
			assert.Equal(t, http.StatusBadRequest, refused.Status, name)
			assert.EqualValues(t, 20001, refused.Body["code"], name)
			assert.True(t, strings.HasPrefix(refused.text("message"), "Configuration"), "%s: %s", name, refused.text("message"))
		}
	}
	assert.Equal(t, before, p.get(path).Body)
	assert.Len(t, p.list("sid", "/Workflows"), 1)
}

func TestAConfigurationHasALimit(t *testing.T) {
	p := newShop(t)
	const limit = 1_038_576
	padded := func(n int) string {
		text := `{"task_routing":{"filters":[]}}`
		return text + strings.Repeat(" ", n-len(text))
	}
	p.make("/Workflows", "FriendlyName", "a", "Configuration", padded(limit))
	p.refuses("Configuration has 1038577 bytes, at most 1038576 are allowed", http.MethodPost, "/Workflows", "FriendlyName", "a", "Configuration", padded(limit+1))
}

func TestWorkflowsAreFoundByName(t *testing.T) {
	p := newShop(t)
	p.make("/Workflows", "FriendlyName", "Calls", "Configuration", noFilters)
	assert.Equal(t, []any{"Calls"}, p.list("friendly_name", "/Workflows", "FriendlyName", "Calls"))
	assert.Equal(t, []any{"Default Fifo Workflow", "Calls"}, p.list("friendly_name", "/Workflows", "FriendlyName", ""))
	assert.Empty(t, p.list("friendly_name", "/Workflows", "FriendlyName", "calls"))
}

func TestAWorkflowIsDeletedUnlessTasksWaitInIt(t *testing.T) {
	p := newShop(t)
	flow := p.named("/Workflows", "Default Fifo Workflow")
	task := p.make("/Tasks")
	p.refuses("Workflow "+flow+" leads tasks that are pending or reserved", http.MethodDelete, "/Workflows/"+flow)
	p.update("/Tasks/"+task, "AssignmentStatus", "canceled")
	p.remove("/Workflows/" + flow)
	p.lacks("/Workflows/" + flow)
	body := p.get("/Tasks/" + task).Body
	assert.Nil(t, body["workflow_sid"])
	assert.Nil(t, body["workflow_friendly_name"])
	assert.Nil(t, body["links"].(map[string]any)["workflow"])
}

func TestAConfigurationWithATimeoutThatNeverEndsIsTaken(t *testing.T) {
	p := newShop(t)
	for _, timeout := range []string{"90000", "2000000"} { // longer than tasks live by default, and than they may
		p.make("/Workflows", "FriendlyName", "a", "Configuration",
			`{"task_routing":{"filters":[{"expression":"1==1","targets":[{"queue":"`+p.named("/TaskQueues", "Sample Queue")+`","timeout":`+timeout+`}]}]}}`)
	}
}
