package workflow_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
	"github.com/taskrouter-go/sdk/taskrouter/workflow"
)

// realistic are configurations as a careful engineer writes them. They work, and
// each does what it is meant to.
var realistic = map[string]string{
	"an overflow with timeouts": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Billing","expression":"topic == \"billing\"","targets":[
			{"queue":"WQ1","expression":"task.language IN worker.languages","timeout":45},
			{"queue":"WQ1","timeout":60,"priority":5},
			{"queue":"WQ2","timeout":120,"priority":10},
			{"queue":"WQ3","priority":20}]},
		{"filter_friendly_name":"Sales","expression":"topic IN [\"sales\", \"renewal\"]","targets":[
			{"queue":"WQ2","order_by":"worker.level DESC","timeout":90},
			{"queue":"WQ3"}]}],
		"default_filter":{"queue":"WQ3"}}}`,

	"a cascade that takes whoever is free": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Best agents, if one is free","expression":"1==1","targets":[
			{"queue":"WQ1","expression":"worker.level >= 5 AND task.language IN worker.languages","skip_if":"1==1"},
			{"queue":"WQ1","expression":"task.language IN worker.languages","skip_if":"1==1"}]},
		{"filter_friendly_name":"VIPs","expression":"vip == true","targets":[
			{"queue":"WQ1","priority":100,"timeout":30},
			{"queue":"WQ2","priority":100}]},
		{"filter_friendly_name":"Chats","expression":"channel == \"chat\"","targets":[
			{"queue":"WQ1","skip_if":"workers.available == 0","timeout":60},
			{"queue":"WQ2"}]}],
		"default_filter":{"queue":"WQ3"}}}`,

	"the agent of before, then the team": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Returning","expression":"agent_sid != null AND topic == \"support\"","targets":[
			{"queue":"WQ3","known_worker_sid":"task.agent_sid","priority":10,"timeout":60,"skip_if":"1==1"},
			{"queue":"WQ2","expression":"worker.team == task.team","priority":10,"timeout":120},
			{"queue":"WQ2","priority":10}]},
		{"filter_friendly_name":"Returning by name","expression":"agent_name != null","targets":[
			{"queue":"WQ3","known_worker_friendly_name":"task.agent_name","timeout":60},
			{"queue":"WQ2"}]},
		{"filter_friendly_name":"Support","expression":"topic == \"support\"","targets":[{"queue":"WQ2"}]}],
		"default_filter":{"queue":"WQ3"}}}`,

	"priorities and a catch-all without a default filter": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Emergencies","expression":"severity >= 4","targets":[{"queue":"WQ1","priority":1000,"timeout":20},{"queue":"WQ3","priority":2000}]},
		{"filter_friendly_name":"Gold","expression":"tier == \"gold\"","targets":[{"queue":"WQ1","priority":50,"order_by":"worker.level DESC, worker.cost ASC","timeout":60},{"priority":60,"timeout":60}]},
		{"filter_friendly_name":"Silver","expression":"tier == \"silver\" AND (channel == \"voice\" OR channel == \"chat\")","targets":[{"queue":"WQ2","priority":20,"timeout":300}]},
		{"filter_friendly_name":"Everybody else, and whoever has waited in vain","expression":"1==1","targets":[{"queue":"WQ3"}]}]}}`,

	"overflow in a filter of its own": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Support","expression":"topic == \"support\"","targets":[{"queue":"WQ1","timeout":120}]},
		{"filter_friendly_name":"Support, late","expression":"topic == \"support\"","targets":[{"queue":"WQ2","priority":50,"timeout":300}]},
		{"filter_friendly_name":"All who are late, if somebody is there","expression":"1==1","targets":[{"queue":"WQ3","skip_if":"1==1"}]},
		{"filter_friendly_name":"All","expression":"1==1","targets":[{"queue":"WQ2"}]}]}}`,

	"a default filter for what a catch-all skips": `{"task_routing":{"filters":[
		{"filter_friendly_name":"Parked until it is time","expression":"callback.attempts > 0","targets":[{"queue":"WQ2","expression":"1==0","timeout":600},{"queue":"WQ2"}]},
		{"filter_friendly_name":"Anybody at once","expression":"1==1","targets":[{"queue":"WQ1","skip_if":"1==1"},{"queue":"WQ2","skip_if":"1==1"}]}],
		"default_filter":{"queue":"WQ3","priority":1}}}`,
}

// office is a workspace that these configurations are for.
func office() workflow.Workspace {
	worker := func(sid string, level int, team string, languages ...any) expression.Worker {
		return expression.Worker{SID: sid, FriendlyName: "agent " + sid, Available: true, Attributes: attributes{
			"level": level, "cost": 10 * level, "team": team, "languages": languages,
		}}
	}
	return workflow.Workspace{
		Queues: []workflow.Queue{
			{SID: "WQ1", FriendlyName: "Experts", TargetWorkers: new("level >= 4")},
			{SID: "WQ2", FriendlyName: "Teams", TargetWorkers: new(`team IN ["red", "blue"]`)},
			{SID: "WQ3", FriendlyName: "Everyone", TargetWorkers: new("1==1")},
		},
		Workers: []expression.Worker{worker("WK1", 5, "red", "en", "es"), worker("WK2", 4, "blue", "en"), worker("WK3", 1, "red", "es")},
		Tasks: []attributes{
			{"topic": "billing", "language": "es", "vip": true, "channel": "chat", "tier": "gold", "severity": 4, "callback": attributes{"attempts": 1}},
			{"topic": "sales", "language": "en", "channel": "voice", "tier": "silver"},
			{"topic": "support", "agent_sid": "WK1", "agent_name": "agent WK1", "team": "red"}, {"topic": "renewal"},
		},
	}
}

func TestACarefulEngineerIsNotWarned(t *testing.T) {
	for name, text := range realistic {
		t.Run(name, func(t *testing.T) {
			c := parse(t, text)
			assert.Empty(t, c.Check(workflow.Workspace{}))
			assert.Empty(t, c.Check(office()))
			for _, task := range office().Tasks {
				assert.Equal(t, workflow.EndWaits, c.Explain(task, office()).End, "every task is kept")
			}
		})
	}
}

// A default filter behind a catch-all does no harm. It is told nevertheless: who
// writes both may expect that it takes what has timed out.
func TestADefaultFilterBehindACatchAllIsAllThatIsTold(t *testing.T) {
	c := parse(t, realistic["priorities and a catch-all without a default filter"])
	c.TaskRouting.DefaultFilter = &workflow.Target{Queue: "WQ3"}
	assert.Equal(t, []string{"task_routing.default_filter"}, places(c.Check(office())))
}
