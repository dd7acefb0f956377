// Command documented prints the status of a task, with twilio-go as its README
// tells its users to.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/twilio/twilio-go"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("expected the SIDs of a workspace and of a task")
	}
	client := twilio.NewRestClient()
	task, err := client.TaskrouterV1.FetchTask(os.Args[1], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if task.AssignmentStatus != nil {
		fmt.Println(*task.AssignmentStatus)
	}
}
