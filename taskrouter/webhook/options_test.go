package webhook_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestAllThatIsWrongWithAVerifierIsSaidAtOnce(t *testing.T) {
	verifier, err := webhook.NewVerifier("").With(
		webhook.WithBaseURL("example.com"),
		webhook.WithTrustedProxy(nil),
		webhook.WithTokenSource(nil),
		webhook.WithMaxBody(0),
		webhook.WithMaxAge(0),
		webhook.WithLogger(nil),
		nil,
	)
	assert.Nil(t, verifier)
	assert.EqualError(t, err, `webhook: set up a verifier: WithBaseURL: it is no absolute http or https URL
WithTrustedProxy: expected the addresses of proxies, and the headers of theirs to believe
WithTokenSource: the function is nil
WithMaxBody: 0 is not positive
WithMaxAge: 0s is not positive
WithLogger: the logger is nil
an Option is nil
an auth token is empty`)
}

func TestAVerifierThatCannotVerifyIsNotSetUp(t *testing.T) {
	for want, verifier := range map[string]*webhook.Verifier{
		"webhook: set up a verifier: the verifier is nil":                                                             nil,
		"webhook: set up a verifier: there is no auth token to verify with":                                           {},
		"webhook: set up a verifier: an auth token is empty":                                                          webhook.NewVerifier(authToken, ""),
		"webhook: set up a verifier: an auth token begins or ends with white space, as with the line break of a file": webhook.NewVerifier(authToken + "\n"),
	} {
		_, err := verifier.With()
		assert.EqualError(t, err, want)
	}
	_, err := webhook.NewVerifier().With()
	assert.EqualError(t, err, "webhook: set up a verifier: there is no auth token to verify with")
	_, err = webhook.NewVerifier(authToken).With(webhook.WithMaxBody(-1))
	assert.EqualError(t, err, "webhook: set up a verifier: WithMaxBody: -1 is not positive")
	_, err = webhook.NewVerifier(authToken).With(webhook.WithMaxAge(-time.Second))
	assert.EqualError(t, err, "webhook: set up a verifier: WithMaxAge: -1s is not positive")
}

func TestAnOptionChangesACopy(t *testing.T) {
	first := webhook.NewVerifier(authToken)
	second, err := first.With(webhook.WithBaseURL("https://example.org"))
	require.NoError(t, err)
	third, err := second.With(webhook.WithTrustedProxy([]string{"192.0.2.1"}, "X-Forwarded-Proto"), webhook.WithMaxBody(2))
	require.NoError(t, err)

	here := incoming{body: "a=b", signs: hookURL + "ab"}
	there := incoming{body: "a=b", signs: "https://example.org/hook" + "ab"}
	assert.NoError(t, first.Verify(here.request(t)))
	assert.Error(t, first.Verify(there.request(t)))
	assert.NoError(t, second.Verify(there.request(t)))
	assert.Error(t, second.Verify(here.request(t)))
	assertRefused(t, third.Verify(there.request(t)), "it has 3 bytes, more than 2")
}

func TestATokenSourceMakesAVerifierOfNoToken(t *testing.T) {
	source := webhook.WithTokenSource(webhook.TokenSource(nil))
	_, err := webhook.NewVerifier().With(source)
	assert.ErrorContains(t, err, "WithTokenSource: the function is nil")

	for _, verifier := range []*webhook.Verifier{webhook.NewVerifier(), webhook.NewVerifier(""), {}} {
		usable, err := verifier.With(webhook.WithTokenSource(tokenSource(authToken)))
		require.NoError(t, err)
		assert.NoError(t, usable.Verify(incoming{body: "a=b", signs: hookURL + "ab"}.request(t)))
	}
}

func TestTheDefaultLoggerIsUsedUnlessAnotherIsSet(t *testing.T) {
	byDefault := &recordedLog{}
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(byDefault.logger())

	serve := func(verifier *webhook.Verifier) {
		verifier.Handler(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), incoming{}.request(t))
	}
	verifier, other := newLoggedVerifier(t)
	serve(verifier)
	assert.Empty(t, byDefault.records(t))
	assert.Len(t, other.records(t), 1)

	serve(newVerifier(t))
	serve(nil)
	records := byDefault.records(t)
	require.Len(t, records, 2)
	assert.Equal(t, "DEBUG", records[0]["level"])
	assert.Equal(t, "ERROR", records[1]["level"])
	assert.Len(t, other.records(t), 1)
}
