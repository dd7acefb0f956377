// Command nethttp prints the status of a task, with nothing but the standard library.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("expected the SIDs of a workspace and of a task")
	}
	status, err := statusOf(os.Args[1], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(status)
}

func statusOf(workspaceSID, taskSID string) (string, error) {
	address := "https://taskrouter.twilio.com/v1/Workspaces/" + workspaceSID + "/Tasks/" + taskSID
	request, err := http.NewRequest(http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	request.SetBasicAuth(os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the service answers %s", response.Status)
	}
	var task struct {
		AssignmentStatus string `json:"assignment_status"`
	}
	err = json.NewDecoder(response.Body).Decode(&task)
	return task.AssignmentStatus, err
}
