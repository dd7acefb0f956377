package peer_test

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go/client/jwt"

	"github.com/taskrouter-go/sdk/taskrouter/capability"
)

// accessPair is the same access token, ours and what the peer is given for it.
type accessPair struct {
	ours   capability.AccessToken
	params jwt.AccessTokenParams
}

func accessTokens() map[string]accessPair {
	grant := &jwt.TaskRouterGrant{WorkspaceSid: workspace, WorkerSid: worker, Role: "worker"}
	ours := capability.AccessToken{
		AccountSID: account, KeySID: apiKey, Identity: "ann",
		TaskRouter: capability.TaskRouterGrant{WorkspaceSID: workspace, WorkerSID: worker},
	}
	params := jwt.AccessTokenParams{AccountSid: account, SigningKeySid: apiKey, Secret: secret, Identity: "ann", Grants: []jwt.BaseGrant{grant}}

	abroad, abroadParams := ours, params
	abroad.Region, abroadParams.Region = "ie1", "ie1"
	nobody, nobodyParams := ours, params
	nobody.Identity, nobodyParams.Identity = "", ""
	long, longParams := ours, params
	long.TTL, longParams.Ttl = 24*time.Hour, 86400
	short, shortParams := ours, params
	short.TTL, shortParams.ValidUntil = time.Minute, float64(time.Now().Unix()+60)
	later, laterParams := ours, params
	later.NotBefore, laterParams.Nbf = time.Now().Add(time.Second), float64(time.Now().Unix()+1)
	role, roleParams := ours, params
	role.TaskRouter.Role = "supervisor"
	roleParams.Grants = []jwt.BaseGrant{&jwt.TaskRouterGrant{WorkspaceSid: workspace, WorkerSid: worker, Role: "supervisor"}}
	voice, voiceParams := ours, params
	voice.Grants = map[string]any{
		"voice": object{"incoming": object{"allow": true}, "outgoing": object{"application_sid": "AP1", "params": object{"a": "b"}}},
		"video": object{"room": "lobby"},
	}
	voiceParams.Grants = []jwt.BaseGrant{grant, &jwt.VideoGrant{Room: "lobby"}, &jwt.VoiceGrant{
		Incoming: jwt.Incoming{Allow: true}, Outgoing: jwt.Outgoing{ApplicationSid: "AP1", ApplicationParams: object{"a": "b"}},
	}}
	return map[string]accessPair{
		"a worker":                    {ours, params},
		"in another region":           {abroad, abroadParams},
		"without an identity":         {nobody, nobodyParams},
		"for a day":                   {long, longParams},
		"for a minute":                {short, shortParams},
		"in a second":                 {later, laterParams},
		"in another role":             {role, roleParams},
		"for voice and video besides": {voice, voiceParams},
	}
}

func (p accessPair) both(t *testing.T) (ours, theirs string) {
	t.Helper()
	token := jwt.CreateAccessToken(p.params)
	return signBoth(t, p.ours, secret, &token)
}

// What both make is the same, but for two habits of the peer: it writes nbf
// always, and never the documented iat.
func TestAccessTokensAreThoseOfThePeer(t *testing.T) {
	inBubbles(t, accessTokens, func(t *testing.T, pair accessPair) {
		ours, theirs := pair.both(t)
		assert.Equal(t, part(t, theirs, 0), part(t, ours, 0))
		claims, theirClaims := part(t, ours, 1), part(t, theirs, 1)
		dropUnaskedNBF(t, pair.params.Nbf, claims, theirClaims)
		_, written := theirClaims["iat"]
		knownFault(t, "iat is not written", !written)
		assert.InDelta(t, time.Now().Unix(), claims["iat"], 0)
		delete(claims, "iat")
		assert.Equal(t, theirClaims, claims)
	})
}

func TestAccessTokensAreReadByThePeer(t *testing.T) {
	inBubbles(t, accessTokens, func(t *testing.T, pair accessPair) {
		ours, _ := pair.both(t)
		<-time.After(time.Second)
		empty := jwt.CreateAccessToken(jwt.AccessTokenParams{})
		read, err := empty.FromJwt(ours, secret)
		require.NoError(t, err)
		assert.Equal(t, account, read.AccountSid)
		assert.Equal(t, apiKey, read.SigningKeySid)
		assert.Equal(t, pair.params.Identity, read.Identity)
		if pair.params.Region != "" {
			assert.Equal(t, pair.params.Region, read.Region)
		}
		assert.ElementsMatch(t, grants(pair.params.Grants), grants(read.Grants))
	})
}

// grants are what they come to in a token, without the identity, of which the peer
// makes a grant that is nil.
func grants(list []jwt.BaseGrant) (payloads []object) {
	for _, grant := range list {
		if grant != nil {
			payloads = append(payloads, object{grant.Key(): grant.ToPayload()})
		}
	}
	return payloads
}

func TestAccessTokensOfThePeerAreRead(t *testing.T) {
	inBubbles(t, accessTokens, func(t *testing.T, pair accessPair) {
		ours, theirs := pair.both(t)
		<-time.After(time.Second)
		want, err := capability.ParseAccess(ours, secret)
		require.NoError(t, err)
		got, err := capability.ParseAccess(theirs, secret)
		require.NoError(t, err)
		assert.Zero(t, got.IssuedAt)
		want.IssuedAt = time.Time{}
		if pair.params.Nbf == 0 {
			got.NotBefore = time.Time{}
		}
		assert.Equal(t, encode(t, want.Grants), encode(t, got.Grants))
		want.Grants, got.Grants = nil, nil
		assert.Equal(t, want, got)
	})
}

// What the peer does wrong with access tokens, and this SDK does not.
func TestKnownFaultsOfThePeerInAccessTokens(t *testing.T) {
	params := accessTokens()["a worker"].params
	ours := accessTokens()["a worker"].ours

	t.Run("a TTL below an hour becomes an hour", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			short, shortParams := ours, params
			short.TTL, shortParams.Ttl = time.Minute, 60
			token, theirs := accessPair{short, shortParams}.both(t)
			knownFault(t, t.Name(), part(t, theirs, 1)["exp"] == float64(time.Now().Unix()+3600))
			assert.InDelta(t, time.Now().Unix()+60, part(t, token, 1)["exp"], 0)
		})
	})
	t.Run("more than a day is signed, which the service refuses", func(t *testing.T) {
		long := params
		long.Ttl = 86401
		token := jwt.CreateAccessToken(long)
		_, err := token.ToJwt()
		knownFault(t, t.Name(), err == nil)
		refused := ours
		refused.TTL = 86401 * time.Second
		_, err = refused.Sign(secret)
		assert.ErrorContains(t, err, "20157")
	})
	t.Run("an empty key panics", func(t *testing.T) {
		empty := params
		empty.Secret = ""
		token := jwt.CreateAccessToken(empty)
		knownFault(t, t.Name(), panics(func() { _, _ = token.ToJwt() }))
		_, err := ours.Sign("")
		assert.Error(t, err)
	})
	t.Run("claims that are missing panic", func(t *testing.T) {
		full := object{"exp": 9999999999, "iss": apiKey, "sub": account, "grants": object{}}
		header := object{"cty": "twilio-fpa;v=1"}
		for _, missing := range []string{"iss", "sub", "grants"} {
			claims := maps.Clone(full)
			delete(claims, missing)
			token, err := jwt.SignTokenWithHMAC(header, claims, secret)
			require.NoError(t, err)
			empty := jwt.CreateAccessToken(jwt.AccessTokenParams{})
			knownFault(t, t.Name(), panics(func() { _, _ = empty.FromJwt(token, secret) }))
			_, err = capability.ParseAccess(token, secret)
			assert.ErrorContains(t, err, missing+" is missing")
		}
	})
}
