// Command workertoken prints a token with which the browser of a worker can use
// TaskRouter for eight hours, and what it permits:
//
//	go run github.com/taskrouter-go/sdk/taskrouter/examples/workertoken@latest WS… WK…
//
// TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN say whose workspace it is. Nothing is
// sent: a token is made of what is known here. An application would make one when
// the worker has logged in.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

func main() {
	log.SetFlags(0)
	report, err := run(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(report)
}

func run(arguments []string) (report string, err error) {
	if len(arguments) != 2 {
		return "", errors.New("usage: workertoken WS… WK… (the SIDs of a workspace and of a worker in it)")
	}
	authToken := os.Getenv("TWILIO_AUTH_TOKEN")
	token, err := capability.Worker{
		AccountSID:              os.Getenv("TWILIO_ACCOUNT_SID"),
		WorkspaceSID:            arguments[0],
		WorkerSID:               arguments[1],
		TTL:                     8 * time.Hour,
		AllowUpdateActivities:   true, // to go on a break, and to come back
		AllowUpdateReservations: true, // to accept and to reject tasks, and to complete them
	}.Sign(authToken)
	if err != nil {
		return "", err
	}
	claims, err := capability.Parse(token, authToken) // as the service reads it
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\nuntil %s permits\n", token, claims.ExpiresAt.Format(time.RFC3339))
	for _, policy := range claims.Policies {
		fmt.Fprintf(&text, "  %-4s %s\n", policy.Method, strings.TrimPrefix(policy.URL, capability.BaseURL))
	}
	return text.String(), nil
}
