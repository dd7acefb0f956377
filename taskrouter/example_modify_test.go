package taskrouter_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"

	"github.com/taskrouter-go/sdk/taskrouter"
)

const exampleTask = "WT954da749f9460419bb5ef7ea561c86a0"

// exampleTaskClient returns a client of a server that has one task, for those who
// run the examples without an account. Its attributes are changed by another
// program just before they are changed for the first time.
func exampleTaskClient() (client *taskrouter.Client, done func()) {
	version, attributes, status := 0, `{"language":"es","queue_seconds":12.50}`, "assigned"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && version == 0 {
			version, attributes = 1, `{"language":"es","queue_seconds":12.50,"survey":"sent"}`
		}
		if condition := r.Header.Get("If-Match"); condition != "" && condition != strconv.Itoa(version) {
			fmt.Println("another program was faster")
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		if changed := r.PostFormValue("Attributes"); changed != "" {
			version, attributes = version+1, changed
		}
		if changed := r.PostFormValue("AssignmentStatus"); changed != "" {
			version, status = version+1, changed
		}
		w.Header().Set("ETag", strconv.Itoa(version))
		_, _ = fmt.Fprintf(w, `{"sid":%q,"attributes":%q,"assignment_status":%q}`, exampleTask, attributes, status)
	}))
	client, err := taskrouter.NewClient(
		taskrouter.WithAuthToken("AC00000000000000000000000000000000", "token"),
		taskrouter.WithBaseURL(server.URL),
	)
	if err != nil {
		log.Fatal(err)
	}
	return client, server.Close
}

func ExampleModifyAttributes() {
	client, done := exampleTaskClient()
	defer done()

	// What the program knows of the attributes. The rest stays as it is.
	type ticket struct {
		Language string `json:"language"`
		Owner    string `json:"owner,omitempty"`
	}
	task, err := taskrouter.ModifyAttributes(context.Background(), client.Tasks(exampleWorkspace), exampleTask, func(t *ticket) error {
		if t.Owner != "" {
			return errors.New("taken by " + t.Owner)
		}
		t.Owner = "ann"
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.Attributes)
	// Output:
	// another program was faster
	// {"language":"es","queue_seconds":12.50,"survey":"sent","owner":"ann"}
}

func ExampleCompleteTask() {
	client, done := exampleTaskClient()
	defer done()

	task, err := taskrouter.CompleteTask(context.Background(), client.Tasks(exampleWorkspace), exampleTask, "sold", func(attributes *map[string]any) error {
		(*attributes)["outcome"] = "two seats"
		return nil
	})
	switch {
	case errors.Is(err, taskrouter.ErrNotCompleted):
		fmt.Println("the outcome is noted, the task still open:", err)
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(task.AssignmentStatus, task.Attributes)
	}
	// Output:
	// another program was faster
	// completed {"language":"es","queue_seconds":12.50,"survey":"sent","outcome":"two seats"}
}
