package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// SignatureHeader is the header that has the signature of a callback.
const SignatureHeader = "X-Twilio-Signature"

// bodyHash is the parameter of a query that has the SHA-256 of a body which is
// no form.
const bodyHash = "bodySHA256"

// Sign returns the signature with which the service posts a form to a URL, or
// without a form requests it: what [SignatureHeader] holds. User, password and
// fragment of the URL are not signed; the rest is signed as it is written, so it
// must be the URL that the service was given, percent-encoding and all.
//
// Each distinct value of a name that has several is signed, in their byte order,
// as most libraries of the service do; what the service does is not documented.
func Sign(authToken, target string, form url.Values) string {
	return base64.StdEncoding.EncodeToString(signature(authToken, signedURL(target)+signedForm(form)))
}

// SignBody returns the URL and the signature with which the service posts a body
// that is no form, such as JSON: the URL gets the hash of the body as the
// parameter bodySHA256, and that URL is what is signed.
func SignBody(authToken, target string, body []byte) (signedTarget, signature string) {
	target = withHash(target, body)
	return target, Sign(authToken, target, nil)
}

// withHash adds the hash of a body to the query of a URL.
func withHash(target string, body []byte) string {
	target, fragment, hasFragment := strings.Cut(target, "#")
	separator := "?"
	if strings.Contains(target, "?") {
		separator = "&"
	}
	hash := sha256.Sum256(body)
	target += separator + bodyHash + "=" + hex.EncodeToString(hash[:])
	if hasFragment {
		target += "#" + fragment
	}
	return target
}

// signature is the HMAC of a text; SHA-1 is what the service uses. Nothing in the
// text tells names from values or the URL from the form: see the package comment.
func signature(authToken, text string) []byte {
	mac := hmac.New(sha1.New, []byte(authToken))
	_, _ = mac.Write([]byte(text)) // never fails
	return mac.Sum(nil)
}

// signedURL is a URL without what is not signed.
func signedURL(target string) string {
	target, _, _ = strings.Cut(target, "#")
	scheme, authority, rest := splitURL(target)
	return scheme + authority[strings.LastIndexByte(authority, '@')+1:] + rest
}

// splitURL splits a URL before and after its authority. It is not parsed, as
// writing it again would change its escapes.
func splitURL(target string) (scheme, authority, rest string) {
	before, _, found := strings.Cut(target, "://")
	if !found || strings.ContainsAny(before, "/?#") { // a path, in which a URL may stand
		return "", "", target
	}
	start, end := len(before)+len("://"), len(target)
	if i := strings.IndexAny(target[start:], "/?#"); i >= 0 {
		end = start + i
	}
	return target[:start], target[start:end], target[end:]
}

// signedForm is what is signed of a form, names in byte order with their distinct
// values.
func signedForm(form url.Values) string {
	return joinForm(form, func(values []string) []string {
		return slices.Compact(slices.Sorted(slices.Values(values)))
	})
}

// signedFormAsSent is the same with all values, in the order in which they came.
func signedFormAsSent(form url.Values) string {
	return joinForm(form, func(values []string) []string { return values })
}

func joinForm(form url.Values, order func([]string) []string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range order(form[name]) {
			text.WriteString(name)
			text.WriteString(value)
		}
	}
	return text.String()
}
