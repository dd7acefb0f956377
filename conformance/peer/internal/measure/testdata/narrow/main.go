// Command narrow prints the status of a task, with the packages of twilio-go that
// are needed for it and no others.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/twilio/twilio-go/client"
	taskrouter "github.com/twilio/twilio-go/rest/taskrouter/v1"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("expected the SIDs of a workspace and of a task")
	}
	c := &client.Client{Credentials: client.NewCredentials(os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN"))}
	c.SetAccountSid(os.Getenv("TWILIO_ACCOUNT_SID"))
	task, err := taskrouter.NewApiServiceWithClient(c).FetchTask(os.Args[1], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if task.AssignmentStatus != nil {
		fmt.Println(*task.AssignmentStatus)
	}
}
