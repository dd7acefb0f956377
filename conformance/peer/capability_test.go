package peer_test

import (
	"cmp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client/jwt"
	peer "github.com/twilio/twilio-go/client/jwt/taskrouter"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

const (
	account   = "AC00000000000000000000000000000001"
	workspace = "WS00000000000000000000000000000002"
	worker    = "WK00000000000000000000000000000003"
	queue     = "WQ00000000000000000000000000000004"
	apiKey    = "SK00000000000000000000000000000005"
	authToken = "anAuthToken"
	secret    = "aSecret"
)

// pair is the same token, ours and what the peer is given for it.
type pair struct {
	ours     signer
	params   peer.CapabilityTokenParams
	policies []peer.Policy // besides those of the websocket, which the peer adds
}

// capabilityTokens are made when they are compared: they have times in them.
func capabilityTokens() map[string]pair {
	params := func(channel string) peer.CapabilityTokenParams {
		return peer.CapabilityTokenParams{AccountSid: account, AuthToken: authToken, WorkspaceSid: workspace, ChannelID: channel}
	}
	allow := func(method, url string) peer.Policy { return peer.GeneratePolicy(url, method, true, nil, nil) }
	timed := params(queue)
	timed.Ttl = 8 * 3600
	timed.Nbf = float64(time.Now().Add(time.Minute).Unix())
	short := params(queue)
	short.ValidUntil = float64(time.Now().Add(time.Minute).Unix())

	return map[string]pair{
		"a worker": {
			ours:     capability.Worker{AccountSID: account, WorkspaceSID: workspace, WorkerSID: worker},
			params:   params(worker),
			policies: peer.WorkerPolicies(workspace, worker),
		},
		"a worker who may do everything": {
			ours: capability.Worker{
				AccountSID: account, WorkspaceSID: workspace, WorkerSID: worker,
				AllowUpdateSelf: true, AllowDeleteSelf: true,
				AllowFetchSubresources: true, AllowUpdateSubresources: true, AllowDeleteSubresources: true,
				AllowUpdateActivities: true, AllowUpdateReservations: true,
			},
			params: params(worker),
			policies: append(peer.WorkerPolicies(workspace, worker),
				allow("POST", peer.Worker(workspace, worker)),
				allow("DELETE", peer.Worker(workspace, worker)),
				allow("GET", peer.Worker(workspace, worker)+"/**"),
				allow("POST", peer.Worker(workspace, worker)+"/**"),
				allow("DELETE", peer.Worker(workspace, worker)+"/**"),
				peer.GeneratePolicy(peer.Worker(workspace, worker), "POST", true, object{"ActivitySid": object{"required": true}}, nil),
				allow("POST", peer.AllTasks(workspace)),
				allow("POST", peer.AllReservations(workspace, worker)),
			),
		},
		"a task queue": {
			ours:     capability.TaskQueue{AccountSID: account, WorkspaceSID: workspace, TaskQueueSID: queue},
			params:   params(queue),
			policies: []peer.Policy{allow("GET", peer.TaskQueue(workspace, queue))},
		},
		"a task queue for eight hours, in a minute": {
			ours: capability.TaskQueue{
				AccountSID: account, WorkspaceSID: workspace, TaskQueueSID: queue,
				TTL: 8 * time.Hour, NotBefore: time.Now().Add(time.Minute), NoDefaults: true,
			},
			params: timed,
		},
		"a task queue for a minute": {
			ours:     capability.TaskQueue{AccountSID: account, WorkspaceSID: workspace, TaskQueueSID: queue, TTL: time.Minute},
			params:   short,
			policies: []peer.Policy{allow("GET", peer.TaskQueue(workspace, queue))},
		},
		"a workspace": {
			ours:     capability.Workspace{AccountSID: account, WorkspaceSID: workspace},
			params:   params(workspace),
			policies: []peer.Policy{allow("GET", peer.Workspace(workspace))},
		},
		"a workspace with filters and a refusal": {
			ours: capability.Workspace{AccountSID: account, WorkspaceSID: workspace, Policies: capability.Policies{
				{URL: capability.URL("Workspaces", workspace, "Workers", "**"), Method: "GET", Allow: true,
					QueryFilter: map[string]capability.Matcher{"Available": {Required: true, Value: new("true")}, "PageSize": {}}},
				{URL: capability.URL("Workspaces", workspace, "Tasks", "*"), Method: "POST",
					PostFilter: map[string]capability.Matcher{"Attributes": {Required: true}}},
				{URL: capability.URL("Workspaces", workspace, "Tasks"), Method: "DELETE"},
			}},
			params: params(workspace),
			policies: []peer.Policy{
				allow("GET", peer.Workspace(workspace)),
				peer.GeneratePolicy(peer.AllWorkers(workspace), "GET", true, nil,
					object{"Available": object{"required": true, "value": "true"}, "PageSize": object{"required": false}}),
				peer.GeneratePolicy(peer.Tasks(workspace)+"/*", "POST", false, object{"Attributes": object{"required": true}}, nil),
				peer.GeneratePolicy(peer.Tasks(workspace), "DELETE", false, nil, nil),
			},
		},
	}
}

// both signs the pair.
func (p pair) both(t *testing.T) (ours, theirs string) {
	t.Helper()
	token := peer.CreateCapabilityToken(p.params)
	for _, policy := range p.policies {
		token.AddPolicy(policy)
	}
	return signBoth(t, p.ours, authToken, &token)
}

// What both make is the same, but for three habits of the peer: it writes nbf
// always, it writes filters where there are none, and it has the policies of the
// websocket last.
func TestCapabilityTokensAreThoseOfThePeer(t *testing.T) {
	inBubbles(t, capabilityTokens, func(t *testing.T, pair pair) {
		ours, theirs := pair.both(t)
		assert.Equal(t, part(t, theirs, 0), part(t, ours, 0))

		claims, theirClaims := part(t, ours, 1), part(t, theirs, 1)
		dropUnaskedNBF(t, pair.params.Nbf, claims, theirClaims)
		for _, policy := range theirClaims["policies"].([]any) {
			dropEmptyFilters(t, policy.(object))
		}
		knownFault(t, "the policies of the websocket come last", claims["policies"].([]any)[0].(object)["url"] == theirClaims["policies"].([]any)[len(pair.policies)].(object)["url"])
		sortPolicies(t, claims)
		sortPolicies(t, theirClaims)
		assert.Equal(t, theirClaims, claims)
	})
}

// dropEmptyFilters takes from a policy of the peer the filters that it writes where
// there are none.
func dropEmptyFilters(t *testing.T, policy object) {
	t.Helper()
	for _, name := range []string{"query_filter", "post_filter"} {
		filter, written := policy[name].(object)
		if len(filter) == 0 {
			knownFault(t, "filters are written where there are none", written)
			delete(policy, name)
		}
	}
}

func sortPolicies(t *testing.T, claims object) {
	t.Helper()
	slices.SortFunc(claims["policies"].([]any), func(a, b any) int {
		return cmp.Compare(encode(t, a), encode(t, b))
	})
}

func TestCapabilityTokensAreReadByThePeer(t *testing.T) {
	inBubbles(t, capabilityTokens, func(t *testing.T, pair pair) {
		ours, _ := pair.both(t)
		<-time.After(time.Until(time.Unix(int64(pair.params.Nbf), 0)))
		read, err := new(peer.CapabilityToken).FromJwt(ours, authToken)
		require.NoError(t, err)
		assert.Equal(t, account, read.AccountSid)
		assert.Equal(t, workspace, read.WorkspaceSid)
		assert.Equal(t, pair.params.ChannelID, read.ChannelID)
		claims := part(t, ours, 1)
		assert.Equal(t, claims, read.Payload())
		require.Len(t, read.Policies, len(claims["policies"].([]any)))
		for i, policy := range claims["policies"].([]any) {
			got := asDecoded(t, read.Policies[i].Payload())
			dropEmptyFilters(t, got)
			assert.Equal(t, policy, got)
		}
	})
}

func TestCapabilityTokensOfThePeerAreRead(t *testing.T) {
	inBubbles(t, capabilityTokens, func(t *testing.T, pair pair) {
		ours, theirs := pair.both(t)
		<-time.After(time.Until(time.Unix(int64(pair.params.Nbf), 0)))
		want, err := capability.Parse(ours, authToken)
		require.NoError(t, err)
		got, err := capability.Parse(theirs, authToken)
		require.NoError(t, err)
		if pair.params.Nbf == 0 {
			got.NotBefore = time.Time{}
		}
		assert.ElementsMatch(t, want.Policies, got.Policies)
		want.Policies, got.Policies = nil, nil
		assert.Equal(t, want, got)

		_, err = capability.Parse(theirs, "another")
		assert.ErrorIs(t, err, capability.ErrWrongKey)
		_, err = new(peer.CapabilityToken).FromJwt(ours, "another")
		require.Error(t, err)

		<-time.After(9 * time.Hour)
		_, err = capability.Parse(theirs, authToken)
		assert.ErrorIs(t, err, capability.ErrExpired)
		_, err = new(peer.CapabilityToken).FromJwt(ours, authToken)
		assert.Error(t, err)
	})
}

// Both sides spell the URLs of policies alike.
func TestURLsAreThoseOfThePeer(t *testing.T) {
	for theirs, ours := range map[string]string{
		peer.Workspaces():                          capability.URL("Workspaces"),
		peer.Workspace(workspace):                  capability.URL("Workspaces", workspace),
		peer.AllWorkspaces():                       capability.URL("Workspaces", "**"),
		peer.Task(workspace, "WT1"):                capability.URL("Workspaces", workspace, "Tasks", "WT1"),
		peer.AllTasks(workspace):                   capability.URL("Workspaces", workspace, "Tasks", "**"),
		peer.TaskQueue(workspace, queue):           capability.URL("Workspaces", workspace, "TaskQueues", queue),
		peer.Activities(workspace):                 capability.URL("Workspaces", workspace, "Activities"),
		peer.Worker(workspace, worker):             capability.URL("Workspaces", workspace, "Workers", worker),
		peer.AllReservations(workspace, worker):    capability.URL("Workspaces", workspace, "Workers", worker, "Reservations", "**"),
		peer.Reservation(workspace, worker, "WR1"): capability.URL("Workspaces", workspace, "Workers", worker, "Reservations", "WR1"),
	} {
		assert.Equal(t, theirs, ours)
	}
}

// What the peer does wrong with capability tokens, and this SDK does not.
func TestKnownFaultsOfThePeerInCapabilityTokens(t *testing.T) {
	params := peer.CapabilityTokenParams{AccountSid: account, AuthToken: authToken, WorkspaceSid: workspace, ChannelID: workspace}

	t.Run("each ToJwt adds the policies of the websocket again", func(t *testing.T) {
		theirs := peer.CreateCapabilityToken(params)
		ours := capability.Workspace{AccountSID: account, WorkspaceSID: workspace, NoDefaults: true}
		for i := range 3 {
			token, err := theirs.ToJwt()
			require.NoError(t, err)
			knownFault(t, t.Name(), len(part(t, token, 1)["policies"].([]any)) == 2*(i+1))
			token, err = ours.Sign(authToken)
			require.NoError(t, err)
			assert.Len(t, part(t, token, 1)["policies"], 2)
		}
	})
	t.Run("a TTL below an hour becomes an hour", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for _, seconds := range []float64{1, 60, 3599} {
				short := params
				short.Ttl = seconds
				token := peer.CreateCapabilityToken(short)
				theirs, err := token.ToJwt()
				require.NoError(t, err)
				knownFault(t, t.Name(), part(t, theirs, 1)["exp"] == float64(time.Now().Unix()+3600))
				ours, err := capability.Workspace{AccountSID: account, WorkspaceSID: workspace, TTL: time.Duration(seconds) * time.Second}.Sign(authToken)
				require.NoError(t, err)
				assert.InDelta(t, float64(time.Now().Unix())+seconds, part(t, ours, 1)["exp"], 0)
			}
		})
	})
	t.Run("a negative TTL becomes an hour", func(t *testing.T) {
		past := params
		past.Ttl = -60
		token := peer.CreateCapabilityToken(past)
		theirs, err := token.ToJwt()
		require.NoError(t, err)
		_, err = capability.Parse(theirs, authToken)
		knownFault(t, t.Name(), err == nil)
		_, err = capability.Workspace{AccountSID: account, WorkspaceSID: workspace, TTL: -time.Minute}.Sign(authToken)
		assert.Error(t, err)
	})
	t.Run("an empty key panics", func(t *testing.T) {
		empty := params
		empty.AuthToken = ""
		token := peer.CreateCapabilityToken(empty)
		knownFault(t, t.Name(), panics(func() { _, _ = token.ToJwt() }))
		_, err := capability.Workspace{AccountSID: account, WorkspaceSID: workspace}.Sign("")
		assert.Error(t, err)
	})
	t.Run("claims that are missing panic", func(t *testing.T) {
		for _, claims := range []object{
			{"exp": 9999999999},
			{"exp": 9999999999, "iss": account},
			{"exp": 9999999999, "iss": account, "workspace_sid": workspace},
			{"exp": 9999999999, "iss": account, "workspace_sid": workspace, "channel": workspace},
		} {
			token, err := jwt.SignTokenWithHMAC(nil, claims, authToken)
			require.NoError(t, err)
			knownFault(t, t.Name(), panics(func() { _, _ = new(peer.CapabilityToken).FromJwt(token, authToken) }))
			_, err = capability.Parse(token, authToken)
			assert.ErrorIs(t, err, capability.ErrMalformed)
		}
	})
	t.Run("an empty key takes every signature", func(t *testing.T) {
		token := peer.CreateCapabilityToken(params)
		theirs, err := token.ToJwt()
		require.NoError(t, err)
		_, err = new(peer.CapabilityToken).FromJwt(theirs, "")
		knownFault(t, t.Name(), err == nil)
		_, err = capability.Parse(theirs, "")
		assert.Error(t, err)
	})
	t.Run("a SID may lead elsewhere", func(t *testing.T) {
		elsewhere := params
		elsewhere.ChannelID = "WK1/../**"
		token := peer.CreateCapabilityToken(elsewhere)
		_, err := token.ToJwt()
		knownFault(t, t.Name(), err == nil)
		_, err = capability.Worker{AccountSID: account, WorkspaceSID: workspace, WorkerSID: "WK1/../**"}.Sign(authToken)
		assert.Error(t, err)
	})
	t.Run("encoding a policy drops allow false", func(t *testing.T) {
		knownFault(t, t.Name(), !hasAllow(t, peer.Policy{Url: "https://a", Method: "GET"}))
		assert.True(t, hasAllow(t, capability.Policy{URL: "https://a", Method: "GET"}))
	})
}

func hasAllow(t *testing.T, policy any) bool {
	t.Helper()
	_, found := asDecoded(t, policy)["allow"]
	return found
}
