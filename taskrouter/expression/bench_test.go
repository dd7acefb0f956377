package expression_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

const queueExpression = `languages HAS "es" AND level >= 3`

func BenchmarkMatch(b *testing.B) {
	e := parse(b, queueExpression)
	for way, decode := range decodings {
		attributes := decode(b, `{"languages": ["en", "es"], "level": 5, "name": "Ada"}`)
		b.Run(way, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Match(attributes)
			}
		})
	}
}

// BenchmarkMatch10000Workers has as many different workers as a large workspace.
func BenchmarkMatch10000Workers(b *testing.B) {
	const n = 10_000
	e := parse(b, queueExpression)
	workers := make([]expression.Attributes, n)
	matching := 0
	for i := range workers {
		text := fmt.Sprintf(`{"languages": ["en", %q], "level": %d, "name": "worker %d", "contact_uri": "client:%d"}`, []string{"es", "fr", "de"}[i%3], i%7, i, i)
		if err := json.Unmarshal([]byte(text), &workers[i]); err != nil {
			b.Fatal(err)
		}
		if i%3 == 0 && i%7 >= 3 {
			matching++
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		found := 0
		for _, worker := range workers {
			if e.Match(worker) {
				found++
			}
		}
		if found != matching {
			b.Fatalf("%d workers match, expected %d", found, matching)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/worker")
}

const targetExpression = `(
	worker.paused != true AND
	('Billing' IN worker.routing.skills AND 'English' IN worker.routing.skills) AND
	(worker.roles HAS 'agent' OR worker.roles HAS 'lead') AND
	((task.channel == 'voice' AND worker.channel.chat.assigned_tasks == 0) OR
		(task.channel != 'voice' AND worker.channel.voice.assigned_tasks == 0 AND worker.channel.chat.available_capacity_percentage > 25)) AND
	((task.transfer == 'worker' AND task.wanted == worker.sid) OR (task.transfer != 'worker' AND worker.sid != task.ignored)) AND
	worker.routing.levels.billing >= task.level
) OR (worker.paused == true AND task.wanted == worker.sid AND task.offline == true)`

func BenchmarkMatchTarget(b *testing.B) {
	e := parse(b, targetExpression)
	task := parseAttributes(b, `{"channel": "chat", "ignored": "WK2", "level": 3}`)
	worker := expression.Worker{
		SID: "WK1",
		Attributes: parseAttributes(b, `{
			"routing": {"skills": ["Sales", "Spanish", "English", "Billing"], "levels": {"billing": 4}}, "roles": ["lead"]
		}`),
		Channels: map[string]expression.Channel{"voice": {ConfiguredCapacity: 1}, "chat": {ConfiguredCapacity: 4, AvailableCapacityPercentage: 75}},
	}.Fields()
	if !e.MatchTarget(task, worker) {
		b.Fatal("the target is expected to match")
	}
	b.ReportAllocs()
	for b.Loop() {
		e.MatchTarget(task, worker)
	}
}

// BenchmarkParse shows that the time grows with the length alone, if its MB/s
// stay as they are.
func BenchmarkParse(b *testing.B) {
	const term = `(task.language == 'es' OR worker.languages HAS "es") AND level >= 3.5 AND `
	for _, length := range []int{1 << 10, 16 << 10, 256 << 10} {
		source := strings.Repeat(term, length/len(term)) + "1 == 1"
		b.Run(fmt.Sprintf("%dKB", length>>10), func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				parse(b, source)
			}
		})
	}
}

// BenchmarkCheck has no finding, and as many as there are comparisons.
func BenchmarkCheck(b *testing.B) {
	for name, term := range map[string]string{"nothing": "a != true AND ", "findings": "a == ['x'] AND "} {
		for _, length := range []int{1 << 10, 16 << 10} {
			e := parse(b, strings.Repeat(term, length/len(term))+"1 == 1")
			b.Run(fmt.Sprintf("%s/%dKB", name, length>>10), func(b *testing.B) {
				b.SetBytes(int64(len(e.Source())))
				for b.Loop() {
					e.Check(expression.ContextQueue, expression.Samples{})
				}
			})
		}
	}
}

// BenchmarkCheckSpace has many groups behind much space, which costs as much as the
// space and the groups do.
func BenchmarkCheckSpace(b *testing.B) {
	const groups = 10_000
	for _, length := range []int{0, 400 << 10} {
		e := parse(b, strings.Repeat(" ", length)+strings.Repeat("a == 1 AND b == 1 OR ", groups)+"1 == 1")
		b.Run(fmt.Sprintf("%dKB", length>>10), func(b *testing.B) {
			for b.Loop() {
				e.Check(expression.ContextQueue, expression.Samples{})
			}
		})
	}
}

// BenchmarkImplies gives up on lists that are too long to be compared.
func BenchmarkImplies(b *testing.B) {
	for _, length := range []int{300, 20_000} {
		premise, conclusion := parse(b, "a IN "+listOf(length, 0, 1)), parse(b, "a IN "+listOf(length, length-1, -1))
		b.Run(fmt.Sprintf("%d", length), func(b *testing.B) {
			for b.Loop() {
				premise.Implies(conclusion)
			}
		})
	}
}
