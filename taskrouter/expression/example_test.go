package expression_test

import (
	"errors"
	"fmt"

	"github.com/taskrouter-go/sdk/taskrouter/expression"
)

// The expression of a task queue is read and checked before the service has it, and asked
// who is in the queue.
func Example() {
	workers := []expression.Attributes{
		{"name": "Ann", "languages": []string{"en", "es"}, "level": 5},
		{"name": "Ben", "languages": []string{"en"}, "level": 4},
	}
	for _, text := range []string{`languages HAS "es" && level >= 3`, `languages HAS es AND level >= 3`, `languages HAS "es" AND level >= 3`} {
		queue, err := expression.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, finding := range queue.Check(expression.ContextQueue, expression.Samples{Workers: workers}) {
			fmt.Println(finding)
		}
		for _, worker := range workers {
			if queue.Match(worker) {
				fmt.Println(queue, "has", worker["name"])
			}
		}
	}
	// Output:
	// expression: line 1, column 20: unexpected "&&", expected AND, OR or the end (write AND)
	// line 1, column 15: warning: es: this is taken for the name of an attribute: if it is a text, write 'es'
	// languages HAS 'es' AND level >= 3 has Ann
}

func ExampleParse() {
	e, err := expression.Parse(`languages has "es" and level >= 3 or vip = true`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e)
	fmt.Println(e.Paths())
	// Output:
	// (languages HAS 'es' AND level >= 3) OR vip == true
	// [languages level vip]
}

func ExampleParse_error() {
	_, err := expression.Parse(`language == 'es' && skill-level > 3`)
	fmt.Println(err)

	var syntaxError *expression.SyntaxError
	if errors.As(err, &syntaxError) {
		fmt.Printf("at %s stands %q: %s\n", syntaxError.Position, syntaxError.Text, syntaxError.Hint)
	}
	// Output:
	// expression: line 1, column 18: unexpected "&&", expected AND, OR or the end (write AND)
	// at line 1, column 18 stands "&&": write AND
}

func ExampleExpression_Match() {
	e := expression.MustParse(`languages HAS "es" AND level >= 3`)

	attributes, err := expression.ParseAttributes(`{"languages": ["en", "es"], "level": 5}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Match(attributes))
	fmt.Println(e.Match(expression.Attributes{"languages": []string{"es"}, "level": 2}))
	// Output:
	// true
	// false
}

func ExampleExpression_MatchTarget() {
	e := expression.MustParse(`task.language IN worker.languages AND worker.channel.chat.assigned_tasks == 0`)

	task := expression.Attributes{"language": "es"}
	worker := expression.Worker{
		FriendlyName: "Ada",
		Attributes:   expression.Attributes{"languages": []string{"en", "es"}},
		Channels:     map[string]expression.Channel{"chat": {ConfiguredCapacity: 3, AvailableCapacityPercentage: 100}},
	}
	fmt.Println(e.MatchTarget(task, worker.Fields()))
	// Output: true
}

func ExamplePath_LookupTarget() {
	// The known_worker_sid of a target names an attribute of the task.
	path, err := expression.ParsePath("task.agents[0]")
	if err != nil {
		fmt.Println(err)
		return
	}
	task := expression.Attributes{"agents": []string{"WK1", "WK2"}}
	worker := expression.Worker{SID: "WK1", FriendlyName: "Ada"}
	fmt.Println(path.LookupTarget(task, worker.Fields()) == worker.SID)
	// Output: true
}

func ExampleExpression_Check() {
	samples := expression.Samples{Workers: []expression.Attributes{
		{"languages": []any{"en", "es"}, "level": 5, "skill-set": "billing"},
	}}
	e := expression.MustParse(`languages == "es" AND Level >= 3 OR worker.vip == true`)
	for _, finding := range e.Check(expression.ContextQueue, samples) {
		fmt.Println(finding)
	}
	// Output:
	// line 1, column 1: warning: languages == "es" AND Level >= 3: AND is taken to bind tighter than OR, which is not documented: put it in parentheses
	// line 1, column 1: warning: languages == "es": this is never true: == compares single values of one kind, and languages is a list in every sample; write languages HAS 'es'
	// line 1, column 23: warning: Level: no sample has it, but one has level: small and capital letters differ
	// line 1, column 37: warning: worker.vip: names have no prefix in a task queue: write vip; as it is, it looks for an attribute that is called worker
	// warning: no expression can name the attribute "skill-set" of a worker: names are letters, digits, _ and $, without a digit first, and no words of the language
}

func ExampleExpression_Explain() {
	e := expression.MustParse(`languages HAS "es" AND (level >= 3 OR vip == true)`)
	for _, outcome := range e.Explain(expression.Attributes{"languages": []string{"en", "es"}, "level": 2}) {
		fmt.Println(outcome)
	}
	// Output:
	// level >= 3 is false: level is 2
	// vip == true is false: vip is missing
}

func ExampleSort() {
	order, err := expression.ParseOrder(`worker.level DESC, worker.cost ASC`)
	if err != nil {
		fmt.Println(err)
		return
	}
	// The worker who has been without a task for the longest comes first.
	workers := []expression.Worker{
		{FriendlyName: "Ada", Attributes: expression.Attributes{"level": 3, "cost": 20}},
		{FriendlyName: "Ben"},
		{FriendlyName: "Cleo", Attributes: expression.Attributes{"level": 5, "cost": 40}},
		{FriendlyName: "Dan", Attributes: expression.Attributes{"level": 5, "cost": 30}},
	}
	if !expression.Sort(order, workers, expression.Worker.Fields) {
		fmt.Println("the order is ignored")
	}
	for _, worker := range workers {
		fmt.Println(worker.FriendlyName)
	}
	// Output:
	// Dan
	// Cleo
	// Ada
	// Ben
}

func ExampleQuote() {
	typed := "Rock 'n' Roll"
	constant, err := expression.Quote(typed)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("skills HAS " + constant)

	_, err = expression.Quote(`5' 10"`)
	fmt.Println(err)
	// Output:
	// skills HAS "Rock 'n' Roll"
	// expression: quoting "5' 10\"": expected quotes of one kind at most
}

func ExampleExpression_Implies() {
	first := expression.MustParse(`type == 'call'`)
	second := expression.MustParse(`type == 'call' AND language == 'es'`)
	// A filter that comes after one that it implies is never reached.
	fmt.Println(second.Implies(first))
	fmt.Println(first.Implies(second))
	// Output:
	// true
	// false
}
