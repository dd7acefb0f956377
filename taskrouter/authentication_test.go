package taskrouter_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter"
)

func TestSecretsArriveIntact(t *testing.T) {
	for _, secret := range []string{"p-w_1", "a:b:", " spaced ", "é☃", "+/=&%41", `"'\`, "\x00\x7f\r\n", "\xff\xfe"} {
		t.Run(secret, func(t *testing.T) {
			for user, option := range map[string]taskrouter.Option{"AC1": taskrouter.WithAuthToken("AC1", secret), "SK1": taskrouter.WithAPIKey("AC1", "SK1", secret)} {
				service := newFakeService(t, func(w http.ResponseWriter, r *http.Request) {
					gotUser, gotSecret, _ := r.BasicAuth()
					assert.Equal(t, user, gotUser)
					assert.Equal(t, secret, gotSecret)
					answer(200, `{}`)(w, r)
				})
				client, err := taskrouter.NewClient(taskrouter.WithBaseURL(service.URL), option)
				require.NoError(t, err)
				_, err = client.Tasks("WS1").Get(t.Context(), "WT1")
				require.NoError(t, err)
				assert.Len(t, service.seen(), 1)
			}
		})
	}
}
