package peer_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

type object = map[string]any

// part decodes the header of a token, 0, or its claims, 1.
func part(t *testing.T, token string, i int) object {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	text, err := base64.RawURLEncoding.DecodeString(parts[i])
	require.NoError(t, err)
	var decoded object
	require.NoError(t, json.Unmarshal(text, &decoded))
	return decoded
}

// inBubbles makes a test of each case, at the same moment of a time of its own. The
// cases are made there, because they have times in them.
func inBubbles[Case any](t *testing.T, cases func() map[string]Case, test func(t *testing.T, c Case)) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(cases())) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, cases()[name]) })
		})
	}
}

// asDecoded is a value as a token has it.
func asDecoded(t *testing.T, value any) (decoded object) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(encode(t, value)), &decoded))
	return decoded
}

func encode(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// knownFault fails when the peer no longer has a fault: then the exception for it
// goes.
func knownFault(t *testing.T, fault string, there bool) {
	t.Helper()
	require.True(t, there, "known fault gone: %s", fault)
}

func panics(f func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	f()
	return false
}

type signer interface {
	Sign(key string) (string, error)
}

// signBoth signs a token with a key, and one of the peer that has its key.
func signBoth(t *testing.T, token signer, key string, theirToken interface{ ToJwt() (string, error) }) (ours, theirs string) {
	t.Helper()
	ours, err := token.Sign(key)
	require.NoError(t, err)
	theirs, err = theirToken.ToJwt()
	require.NoError(t, err)
	return ours, theirs
}

// dropUnaskedNBF takes the time of signing out of the claims of the peer, which it
// writes as nbf where none is asked for.
func dropUnaskedNBF(t *testing.T, asked float64, ours, theirs object) {
	t.Helper()
	if asked != 0 {
		return
	}
	require.NotContains(t, ours, "nbf")
	knownFault(t, "nbf is written though it was not asked for", theirs["nbf"] == float64(time.Now().Unix()))
	delete(theirs, "nbf")
}
