package pipeline

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBasicCredentialsAreThoseOfNetHTTP(t *testing.T) {
	const account, key = "AC0123456789abcdef0123456789abcdef", "SK0123456789abcdef0123456789abcdef"
	for _, secret := range []string{"s", "se", "sec", "a:b", "geheim ü", "~~~", "a~~~", "ab~~~", "???", "a???", "ab???"} { // each length, and what is + and / in base64
		t.Run(secret, func(t *testing.T) {
			for user, credentials := range map[string]func(source, sid, secret string) (Credentials, error){account: AuthToken, key: APIKey} {
				c, err := credentials("a test", user, secret)
				require.NoError(t, err)
				got := &http.Request{Header: http.Header{"Authorization": {"Basic others"}}}
				require.NoError(t, c.authorize(got))
				want := &http.Request{Header: make(http.Header)}
				want.SetBasicAuth(user, secret)
				assert.Equal(t, want.Header, got.Header)
			}
		})
	}
}
