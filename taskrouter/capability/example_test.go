package capability_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

// The page of a worker gets a token for what is the worker's own, and for nothing else.
func Example() {
	const account, workspace, worker = "AC00000000000000000000000000000001", "WS00000000000000000000000000000002", "WK00000000000000000000000000000003"
	token, err := capability.Worker{
		AccountSID: account, WorkspaceSID: workspace, WorkerSID: worker,
		TTL:                     8 * time.Hour, // an hour unless set
		AllowUpdateReservations: true,
	}.Sign("the auth token of the account")
	if err != nil {
		fmt.Println(err) // such as a SID of another kind
		return
	}

	// What the token allows, as the service judges it.
	claims, err := capability.Parse(token, "the auth token of the account")
	if err != nil {
		fmt.Println(err)
		return
	}
	reservation := capability.URL("Workspaces", workspace, "Workers", worker, "Reservations", "WR00000000000000000000000000000004")
	other := capability.URL("Workspaces", workspace, "Workers", "WK00000000000000000000000000000005")
	fmt.Println("to accept a reservation:", claims.Policies.Allows(http.MethodPost, reservation, url.Values{"ReservationStatus": {"accepted"}}))
	fmt.Println("to see another worker:", claims.Policies.Allows(http.MethodGet, other, nil))
	// Output:
	// to accept a reservation: true
	// to see another worker: false
}

func ExampleWorker_Sign() {
	token, err := capability.Worker{
		AccountSID:              "AC00000000000000000000000000000001",
		WorkspaceSID:            "WS00000000000000000000000000000002",
		WorkerSID:               "WK00000000000000000000000000000003",
		TTL:                     8 * time.Hour,
		AllowUpdateActivities:   true,
		AllowUpdateReservations: true,
	}.Sign("the auth token of the account")
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := capability.Parse(token, "the auth token of the account")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, policy := range claims.Policies[2:] {
		fmt.Println(policy.Method, policy.URL[len(capability.BaseURL):])
	}
	// Output:
	// GET /Workspaces/WS00000000000000000000000000000002/Workers/WK00000000000000000000000000000003
	// GET /Workspaces/WS00000000000000000000000000000002/Activities
	// GET /Workspaces/WS00000000000000000000000000000002/Tasks/**
	// GET /Workspaces/WS00000000000000000000000000000002/Workers/WK00000000000000000000000000000003/Reservations/**
	// POST /Workspaces/WS00000000000000000000000000000002/Workers/WK00000000000000000000000000000003
	// POST /Workspaces/WS00000000000000000000000000000002/Tasks/**
	// POST /Workspaces/WS00000000000000000000000000000002/Workers/WK00000000000000000000000000000003/Reservations/**
}

func ExampleWorker_Sign_mistakes() {
	_, err := capability.Worker{AccountSID: "AC1", WorkspaceSID: "WS1", WorkerSID: "WT1", TTL: -time.Hour}.Sign("secret")
	fmt.Println(err)
	// Output:
	// capability: sign the token of a worker: WorkerSID is "WT1", expected WK and then letters and digits
	// TTL is -1h0m0s, expected a second or more, or zero for an hour
}

// A program that may look at workers, but only ask for those who are available.
func ExamplePolicy() {
	workers := capability.URL("Workspaces", "WS1", "Workers")
	token, err := capability.Workspace{
		AccountSID: "AC1", WorkspaceSID: "WS1",
		Policies: capability.Policies{{
			URL:    workers,
			Method: http.MethodGet,
			QueryFilter: map[string]capability.Matcher{
				"Available": {Required: true, Value: new("true")},
				"PageSize":  {},
			},
			Allow: true,
		}},
	}.Sign("secret")
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := capability.Parse(token, "secret")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(claims.Policies.Allows(http.MethodGet, workers+"?Available=true&PageSize=50", nil))
	fmt.Println(claims.Policies.Allows(http.MethodGet, workers, nil))
	fmt.Println(claims.Policies.Allows(http.MethodGet, workers+"?Available=true&FriendlyName=Ann", nil))
	// Output:
	// true
	// false
	// false
}

func ExamplePolicies_Allows() {
	worker := capability.URL("Workspaces", "WS1", "Workers", "WK1")
	policies := capability.Policies{
		{URL: worker + "/**", Method: http.MethodPost, Allow: true},
		{URL: worker + "/Channels/**", Method: http.MethodPost}, // refused
		{URL: worker, Method: http.MethodPost, PostFilter: map[string]capability.Matcher{"ActivitySid": {Required: true}}, Allow: true},
	}
	fmt.Println(policies.Allows(http.MethodPost, worker+"/Reservations/WR1", nil))
	fmt.Println(policies.Allows(http.MethodPost, worker+"/Channels/voice", nil))
	fmt.Println(policies.Allows(http.MethodPost, worker, url.Values{"ActivitySid": {"WA1"}}))
	fmt.Println(policies.Allows(http.MethodPost, worker, url.Values{"ActivitySid": {"WA1"}, "Attributes": {"{}"}}))
	// Output:
	// true
	// false
	// true
	// false
}

func ExampleAccessToken_Sign() {
	token, err := capability.AccessToken{
		AccountSID: "AC1",
		KeySID:     "SK1",
		Identity:   "ann",
		TTL:        12 * time.Hour,
		TaskRouter: capability.TaskRouterGrant{WorkspaceSID: "WS1", WorkerSID: "WK1"},
		Grants:     map[string]any{"voice": map[string]any{"incoming": map[string]bool{"allow": true}}},
	}.Sign("the secret of SK1")
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := capability.ParseAccess(token, "the secret of SK1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(claims.Identity, claims.TaskRouter.WorkerSID, claims.TaskRouter.Role)
	fmt.Println(string(claims.Grants["voice"]))
	// Output:
	// ann WK1 worker
	// {"incoming":{"allow":true}}
}

func ExampleParse() {
	token, err := capability.TaskQueue{AccountSID: "AC1", WorkspaceSID: "WS1", TaskQueueSID: "WQ1"}.Sign("old secret")
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := capability.Parse(token, "new secret", "old secret")
	fmt.Println(claims.TaskQueueSID, err)

	_, err = capability.Parse(token, "new secret")
	fmt.Println(errors.Is(err, capability.ErrWrongKey), errors.Is(err, capability.ErrExpired))
	// Output:
	// WQ1 <nil>
	// true false
}
