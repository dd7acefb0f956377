package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/taskrouter/webhook"
)

func TestEachOfSeveralTokensVerifies(t *testing.T) {
	tokens := []string{"first", "second", "third"}
	verifier := webhook.NewVerifier(tokens...)
	for _, token := range []string{"first", "second", "third"} {
		assert.NoError(t, verifier.Verify(incoming{body: "a=b", signs: hookURL + "ab", token: token}.request(t)), token)
	}
	err := verifier.Verify(incoming{body: "a=b", signs: hookURL + "ab", token: "fourth"}.request(t))
	assertRefused(t, err, "the signature fits none of 3 tokens")

	tokens[0] = "fourth" // must not change the verifier
	assert.Error(t, verifier.Verify(incoming{body: "a=b", signs: hookURL + "ab", token: "fourth"}.request(t)))
}

func TestAVerifierThatCannotVerifyAcceptsNothing(t *testing.T) {
	tests := map[string]struct {
		verifier *webhook.Verifier
		why      string
	}{
		"none":                   {nil, "the verifier is nil"},
		"the zero value":         {&webhook.Verifier{}, "there is no auth token to verify with"},
		"no token":               {webhook.NewVerifier(), "there is no auth token to verify with"},
		"an empty token":         {webhook.NewVerifier(""), "an auth token is empty"},
		"an empty token beside":  {webhook.NewVerifier(authToken, ""), "an auth token is empty"},
		"an empty token, copied": {func() *webhook.Verifier { v := *webhook.NewVerifier(""); return &v }(), "an auth token is empty"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, token := range []string{authToken, ""} {
				mac := signText(token, hookURL+"ab")
				r := incoming{body: "a=b", header: http.Header{webhook.SignatureHeader: {mac}}}.request(t)
				err := test.verifier.Verify(r)
				assert.EqualError(t, err, "webhook: verify a request: "+test.why)
				assert.NotErrorIs(t, err, webhook.ErrUnverified)

				answer := httptest.NewRecorder()
				test.verifier.Handler(neverServed(t)).ServeHTTP(answer, r)
				assert.Equal(t, http.StatusInternalServerError, answer.Code)
				assert.Equal(t, "Internal Server Error\n", answer.Body.String())
			}
		})
	}
}

func neverServed(t *testing.T) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request was served") })
}

func TestRequestWithoutAnAccountIsToldFromOneOfAnUnknownAccount(t *testing.T) {
	verifier := newVerifier(t, webhook.WithTokenSource(tokenSource()))
	call := incoming{body: "a=b", signs: hookURL + "ab"}
	assertRefused(t, verifier.Verify(call.request(t)), "there is no auth token, as neither a form nor the URL has an AccountSid")
	call = incoming{body: "AccountSid=AC9", signs: hookURL + "AccountSidAC9"}
	assertRefused(t, verifier.Verify(call.request(t)), `there is no auth token of the account "AC9"`)
}

func TestTheTokensOfASourceAreThoseOfTheAccount(t *testing.T) {
	tokens := map[string][]string{"AC1": {"one", "one new"}, "AC2": {"two"}, "AC3": {""}, "": {"of none"}}
	verifier := newVerifier(t, webhook.WithTokenSource(func(_ context.Context, account string) ([]string, error) {
		return tokens[account], nil
	}))
	tests := map[string]struct {
		call incoming
		why  string
	}{
		"its token":                        {call: incoming{body: "AccountSid=AC1", signs: hookURL + "AccountSidAC1", token: "one"}},
		"its new token":                    {call: incoming{body: "AccountSid=AC1", signs: hookURL + "AccountSidAC1", token: "one new"}},
		"another account":                  {call: incoming{body: "AccountSid=AC2", signs: hookURL + "AccountSidAC2", token: "two"}},
		"the token of another account":     {call: incoming{body: "AccountSid=AC2", signs: hookURL + "AccountSidAC2", token: "one"}, why: "fits none of 1 tokens"},
		"the token of the verifier before": {call: incoming{body: "AccountSid=AC2", signs: hookURL + "AccountSidAC2"}, why: "fits none of 1 tokens"},
		"an unknown account":               {call: incoming{body: "AccountSid=AC9", signs: hookURL + "AccountSidAC9", token: "one"}, why: `there is no auth token of the account "AC9"`},
		"an empty token":                   {call: incoming{body: "AccountSid=AC3", header: http.Header{webhook.SignatureHeader: {signText("", hookURL+"AccountSidAC3")}}}, why: "fits none of 1 tokens"},
		"no account":                       {call: incoming{body: "a=b", signs: hookURL + "ab", token: "of none"}},
		"no account, but a token":          {call: incoming{body: "a=b", signs: hookURL + "ab", token: "one"}, why: "fits none of 1 tokens"},
		"an account in the query":          {call: incoming{method: "GET", target: "/hook?AccountSid=AC1", signs: hookURL + "?AccountSid=AC1", token: "one"}},
		"another account in the query":     {call: incoming{method: "GET", target: "/hook?AccountSid=AC2", signs: hookURL + "?AccountSid=AC2", token: "one"}, why: "fits none of 1 tokens"},
		"an account in the query of a form": {
			call: incoming{target: "/hook?AccountSid=AC1", body: "a=b", signs: hookURL + "?AccountSid=AC1ab", token: "one"},
		},
		"the account of the form, not of the query": {
			call: incoming{target: "/hook?AccountSid=AC1", body: "AccountSid=AC2", signs: hookURL + "?AccountSid=AC1AccountSidAC2", token: "two"},
		},
		"the account of the query, not of the form": {
			call: incoming{target: "/hook?AccountSid=AC1", body: "AccountSid=AC2", signs: hookURL + "?AccountSid=AC1AccountSidAC2", token: "one"},
			why:  "fits none of 1 tokens",
		},
		"an empty account of the form": {
			call: incoming{target: "/hook?AccountSid=AC1", body: "AccountSid=", signs: hookURL + "?AccountSid=AC1AccountSid", token: "one"},
			why:  "fits none of 1 tokens",
		},
		"an account that is there twice": {call: incoming{body: "AccountSid=AC1&AccountSid=AC1", signs: hookURL + "AccountSidAC1", token: "one"}},
		"two accounts": {
			call: incoming{body: "AccountSid=AC1&AccountSid=AC2", signs: hookURL + "AccountSidAC1AccountSidAC2", token: "one"},
			why:  "AccountSid is there with different values",
		},
		"two accounts in the query": {
			call: incoming{method: "GET", target: "/hook?AccountSid=AC1&AccountSid=AC2", signs: hookURL + "?AccountSid=AC1&AccountSid=AC2", token: "one"},
			why:  "AccountSid is there with different values",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := verifier.Verify(test.call.request(t))
			if test.why != "" {
				assertRefused(t, err, test.why)
				return
			}
			assert.NoError(t, err)
		})
	}
}

func TestTheErrorOfATokenSourceIsNotTheSendersFault(t *testing.T) {
	broken := errors.New("the database is away")
	verifier := newVerifier(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
		return []string{authToken}, broken
	}))
	err := verifier.Verify(incoming{body: "a=b", signs: hookURL + "ab"}.request(t))
	assert.EqualError(t, err, "webhook: look up the auth tokens: the database is away")
	assert.ErrorIs(t, err, broken)
	assert.NotErrorIs(t, err, webhook.ErrUnverified)

	answer := httptest.NewRecorder()
	verifier.Handler(neverServed(t)).ServeHTTP(answer, incoming{body: "a=b", signs: hookURL + "ab"}.request(t))
	assert.Equal(t, http.StatusInternalServerError, answer.Code)
	assert.Equal(t, "Internal Server Error\n", answer.Body.String())
}

func TestATokenSourceIsNotAskedWithoutASignature(t *testing.T) {
	verifier := newVerifier(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
		t.Error("it was asked")
		return nil, nil
	}))
	assert.Error(t, verifier.Verify(incoming{body: "a=b"}.request(t)))
}

func TestARefusalTellsTheSenderNothingAndTheLogWhy(t *testing.T) {
	verifier, log := newLoggedVerifier(t)

	call := incoming{target: "/hook?q=1", body: "AccountSid=AC1", signs: "x", remote: "203.0.113.9:1"}
	answer := httptest.NewRecorder()
	verifier.Handler(neverServed(t)).ServeHTTP(answer, call.request(t))
	assert.Equal(t, http.StatusForbidden, answer.Code)
	assert.Equal(t, "Forbidden\n", answer.Body.String())

	assert.Equal(t, []map[string]any{{
		"level": "DEBUG", "msg": "taskrouter callback refused", "remote": "203.0.113.9:1", "status": 403,
		"error": "webhook: the request is not known to be the service's: the signature fits none of 1 tokens" +
			` with any of ["https://example.com/hook?q=1" "https://example.com:443/hook?q=1"]`,
	}}, log.records(t))
	assert.NotContains(t, log.String(), authToken)
	assert.NotContains(t, log.String(), signText(authToken, hookURL+"?q=1AccountSidAC1"), "who reads the log could send the request")
}

func TestWhatGoesWrongIsLoggedAsAnError(t *testing.T) {
	verifier, log := newLoggedVerifier(t, webhook.WithTokenSource(func(context.Context, string) ([]string, error) {
		return nil, errors.New("the database is away")
	}))
	verifier.Handler(neverServed(t)).ServeHTTP(httptest.NewRecorder(), incoming{signs: hookURL}.request(t))
	assert.Equal(t, []map[string]any{{
		"level": "ERROR", "msg": "taskrouter callback refused", "remote": "192.0.2.1:1234", "status": 500,
		"error": "webhook: look up the auth tokens: the database is away",
	}}, log.records(t))
}

func TestNoErrorShowsAToken(t *testing.T) {
	for _, call := range []incoming{
		{body: "a=b"},
		{body: "a=b", signs: "x"},
		{method: "PUT", signs: hookURL},
	} {
		err := newVerifier(t).Verify(call.request(t))
		require.Error(t, err)
		assert.NotContains(t, err.Error(), authToken)
	}
}

func TestTheAgeOfACallbackIsHeldToTheSecond(t *testing.T) {
	const (
		maxAge = 5 * time.Minute
		old    = ", more than 5m0s from now"
		none   = "it does not say when it was made"
	)
	seconds := func(t time.Time) string { return "Timestamp=" + strconv.FormatInt(t.Unix(), 10) }
	milliseconds := func(t time.Time) string { return "TimestampMs=" + strconv.FormatInt(t.UnixMilli(), 10) }
	rfc3339 := func(t time.Time) string { return "Timestamp=" + t.UTC().Format(time.RFC3339) }
	tests := map[string]struct {
		age   time.Duration // when it is verified
		field func(time.Time) string
		why   string // it is refused
	}{
		"now":                         {0, seconds, ""},
		"as old as may be":            {maxAge, seconds, ""},
		"a second older":              {maxAge + time.Second, seconds, old},
		"a nanosecond older":          {maxAge + 1, seconds, old},
		"a millisecond older":         {maxAge + time.Millisecond, milliseconds, old},
		"to the millisecond":          {maxAge, milliseconds, ""},
		"as far ahead as may be":      {-maxAge, seconds, ""},
		"a second further ahead":      {-maxAge - time.Second, seconds, old},
		"a millisecond further ahead": {-maxAge - time.Millisecond, milliseconds, old},
		"as text":                     {maxAge, rfc3339, ""},
		"as text, a second older":     {maxAge + time.Second, rfc3339, old},
		"years old":                   {20 * 365 * 24 * time.Hour, seconds, old},
		"without a time":              {0, func(time.Time) string { return "a=b" }, none},
		"with a time that is none":    {0, func(time.Time) string { return "Timestamp=yesterday" }, none},
		"with an empty time":          {0, func(time.Time) string { return "Timestamp=" }, none},
		"of a year beyond measure":    {0, func(time.Time) string { return "Timestamp=9223372036854775807" }, none},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				verifier := newVerifier(t, webhook.WithMaxAge(maxAge))
				made := time.Now().Add(time.Hour) // synctest can only go ahead
				<-time.After(time.Hour)
				if test.age < 0 {
					made = made.Add(-test.age)
				} else {
					<-time.After(test.age)
				}
				form, err := url.ParseQuery(test.field(made))
				require.NoError(t, err)
				call := incomingForm(form)
				err = verifier.Verify(call.request(t))
				if test.why != "" {
					assertRefused(t, err, test.why)
					return
				}
				assert.NoError(t, err)
				assert.NoError(t, newVerifier(t).Verify(call.request(t)))
			})
		})
	}
}

func TestTheTimeOfARequestWithoutAFormIsInItsURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := "Timestamp=" + strconv.FormatInt(time.Now().Unix(), 10)
		verifier := newVerifier(t, webhook.WithMaxAge(time.Minute))
		call := incoming{method: "GET", target: "/hook?" + now, signs: hookURL + "?" + now}
		assert.NoError(t, verifier.Verify(call.request(t)))

		call.header = http.Header{"Content-Type": {formType}}
		assert.NoError(t, verifier.Verify(call.request(t)), "it is no form if it has no fields")

		form := incoming{target: "/hook?" + now, body: "a=b", signs: hookURL + "?" + now + "ab"}
		assertRefused(t, verifier.Verify(form.request(t)), "it does not say when it was made")

		<-time.After(time.Minute + 1)
		assertRefused(t, verifier.Verify(call.request(t)), "more than 1m0s from now")
	})
}

func TestWithoutALimitACallbackHasNoAge(t *testing.T) {
	call := incoming{body: "Timestamp=1000000000", signs: hookURL + "Timestamp1000000000"}
	assert.NoError(t, newVerifier(t).Verify(call.request(t)))
}

func TestAForgedCallbackIsNotSaidToBeOld(t *testing.T) {
	call := incoming{body: "Timestamp=1000000000", signs: hookURL}
	assertRefused(t, newVerifier(t, webhook.WithMaxAge(time.Second)).Verify(call.request(t)), "the signature fits none")
}

func TestAVerifierCanBeUsedByMany(t *testing.T) {
	verifier := newVerifier(t, webhook.WithMaxBody(1000))
	call := incoming{body: "a=b", signs: hookURL + "ab"}
	errs := make(chan error)
	for range 8 {
		r := call.request(t)
		go func() { errs <- verifier.Verify(r) }()
	}
	for range 8 {
		assert.NoError(t, <-errs)
	}
}
