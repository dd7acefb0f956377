// Command sdk prints the status of a task, with this SDK.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("expected the SIDs of a workspace and of a task")
	}
	client, err := taskrouter.NewClient()
	if err != nil {
		log.Fatal(err)
	}
	task, err := client.Tasks(os.Args[1]).Get(context.Background(), os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(task.AssignmentStatus)
}
