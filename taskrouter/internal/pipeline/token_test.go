package pipeline

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// authNow is when the answers of these tests arrive.
var authNow = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

func TestAnAnswerHoldsATokenAndPerhapsItsEnd(t *testing.T) {
	const never = -1
	for name, test := range map[string]struct {
		body string
		life time.Duration
	}{
		"a number of seconds":          {`{"access_token":"s3cret","token_type":"Bearer","expires_in":3600}`, time.Hour},
		"one in quotes":                {`{"access_token":"s3cret","token_type":"Bearer","expires_in":"3600"}`, time.Hour},
		"a fraction":                   {`{"access_token":"s3cret","expires_in":0.25}`, 250 * time.Millisecond},
		"an exponent":                  {`{"access_token":"s3cret","expires_in":3.6e3}`, time.Hour},
		"none left":                    {`{"access_token":"s3cret","expires_in":0}`, 0},
		"as long as is believed":       {`{"access_token":"s3cret","expires_in":1000000000}`, 1e9 * time.Second},
		"no end":                       {`{"access_token":"s3cret","token_type":"Bearer"}`, never},
		"an end that is null":          {`{"access_token":"s3cret","expires_in":null}`, never},
		"a type in small letters":      {`{"access_token":"s3cret","token_type":"bearer"}`, never},
		"a type in capitals":           {`{"access_token":"s3cret","token_type":"BEARER"}`, never},
		"no type":                      {`{"access_token":"s3cret"}`, never},
		"a type that is null":          {`{"access_token":"s3cret","token_type":null}`, never},
		"members that nobody asks for": {` {"scope":["a"],"access_token":"s3cret","refresh_token":"x","id":{}}` + "\r\n", never},
	} {
		t.Run(name, func(t *testing.T) {
			token, expiry, err := DecodeToken([]byte(test.body), authNow)
			require.NoError(t, err)
			assert.Equal(t, "s3cret", token)
			if test.life == never {
				assert.True(t, expiry.IsZero(), "%v", expiry)
				return
			}
			assert.Equal(t, authNow.Add(test.life), expiry)
		})
	}
}

func TestAnAnswerWithoutATokenIsRefusedAndNotRepeated(t *testing.T) {
	const noObject, noToken = "the body is not the JSON object that holds a token", "access_token is missing or empty"
	const noBearer, noSeconds = "token_type is not bearer", "expires_in is no number of seconds"
	for name, test := range map[string]struct{ body, text string }{
		"nothing":                       {"", noObject},
		"a page for people":             {"<html>s3cret", noObject},
		"a form":                        {"access_token=s3cret", noObject},
		"the token alone":               {`"s3cret"`, noObject},
		"a list":                        {`[{"access_token":"s3cret"}]`, noObject},
		"JSON that breaks off":          {`{"access_token":"s3cret"`, noObject},
		"two objects":                   {`{"access_token":"s3cret"}{}`, noObject},
		"a token that is a number":      {`{"access_token":12345678}`, noObject},
		"a type that is a number":       {`{"access_token":"s3cret","token_type":12345678}`, noObject},
		"an object for a number":        {`{"access_token":"s3cret","expires_in":{}}`, noObject},
		"a word for a number":           {`{"access_token":"s3cret","expires_in":"s3cret"}`, noObject},
		"an empty text for a number":    {`{"access_token":"s3cret","expires_in":""}`, noObject},
		"null":                          {`null`, noToken},
		"an empty object":               {`{}`, noToken},
		"an empty token":                {`{"access_token":"","token_type":"bearer","expires_in":1}`, noToken},
		"a token that is null":          {`{"access_token":null}`, noToken},
		"a token of another name":       {`{"token":"s3cret"}`, noToken},
		"another type":                  {`{"access_token":"s3cret","token_type":"mac"}`, noBearer},
		"a type that only begins so":    {`{"access_token":"s3cret","token_type":"bearer s3cret"}`, noBearer},
		"a past end":                    {`{"access_token":"s3cret","expires_in":-1}`, noSeconds},
		"less than a moment ago":        {`{"access_token":"s3cret","expires_in":-0.001}`, noSeconds},
		"longer than is believed":       {`{"access_token":"s3cret","expires_in":1000000001}`, noSeconds},
		"longer than any number":        {`{"access_token":"s3cret","expires_in":1e999}`, noSeconds},
		"longer than any, and in words": {`{"access_token":"s3cret","expires_in":"1e999"}`, noSeconds},
	} {
		t.Run(name, func(t *testing.T) {
			token, expiry, err := DecodeToken([]byte(test.body), authNow)
			assert.EqualError(t, err, test.text)
			assert.Empty(t, token)
			assert.Zero(t, expiry)
		})
	}
}

func TestATokenIsRenewedWhileARequestThatIsOnItsWayCanUseIt(t *testing.T) {
	for name, test := range map[string]struct {
		life, renewed time.Duration
	}{
		"an hour":                      {time.Hour, 59 * time.Minute},
		"two minutes":                  {2 * time.Minute, time.Minute},
		"a moment less":                {2*time.Minute - 2, time.Minute - 1},
		"an odd moment":                {3, 2},
		"one moment":                   {1, 1},
		"no time at all":               {0, 0},
		"past":                         {-time.Hour, -time.Hour},
		"longer than a duration holds": {1<<63 - 1, 1<<63 - 1 - time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, authNow.Add(test.renewed), renewal(authNow.Add(test.life), authNow))
		})
	}
	assert.True(t, renewal(time.Time{}, authNow).IsZero(), "an end that nobody knows")
	assert.True(t, renewal(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), authNow).Equal(time.Date(9998, 12, 31, 23, 59, 0, 0, time.UTC)), "a far future")
}

// Whatever a server answers: what is taken for a token is one, and an error
// repeats nothing of it.
func FuzzDecodeToken(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"s3cret","token_type":"Bearer","expires_in":3600}`, `{"access_token":"s3cret","expires_in":"1.5"}`,
		`{"access_token":"s3cret","expires_in":-1e999}`, `{"access_token":"s3cret\n"}`, `{"ACCESS_TOKEN":"s3cret","token_type":"mac"}`, "<html>", "null", "[]", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		token, expiry, err := DecodeToken(body, authNow)
		if err != nil {
			assert.Empty(t, token)
			assert.Contains(t, []string{
				"the body is not the JSON object that holds a token", "token_type is not bearer", "access_token is missing or empty", "expires_in is no number of seconds",
			}, err.Error())
			return
		}
		assert.True(t, json.Valid(body))
		assert.NotEmpty(t, token)
		assert.True(t, expiry.IsZero() || !expiry.Before(authNow) && !expiry.After(authNow.Add(1e9*time.Second)), "%v", expiry)
	})
}

// A line end in a token would be another header.
func FuzzCheckToken(f *testing.F) {
	for _, seed := range []string{"", "s3cret", "s3cret\r\nX-A: 1", "s3cretß", "\xff", "~!", "s3cret\x7f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if err := checkToken(token); err != nil {
			assert.Contains(t, []string{"the token is empty", "the token holds a space, a control character or one beyond ASCII"}, err.Error())
			return
		}
		var wire strings.Builder
		require.NoError(t, http.Header{"Authorization": {"Bearer " + token}}.Write(&wire))
		assert.Equal(t, "Authorization: Bearer "+token+"\r\n", wire.String())
	})
}
