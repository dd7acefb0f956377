package webhook

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A claim is what a request says that the service has signed.
type claim struct {
	signature []byte
	urls      []string   // one of these
	form      url.Values // and this, nil for none
	account   string     // whose token it was; "" if it names none
	made      time.Time  // when; zero if it does not say so
}

// claimOf reads the claim of a request. The body, which it reads, is put back.
func (v *Verifier) claimOf(r *http.Request) (c claim, err error) {
	if c.signature, err = signatureOf(r); err != nil {
		return claim{}, err
	}
	target, err := requestTarget(r)
	if err != nil {
		return claim{}, err
	}
	if c.urls, err = v.addressing.targets(r, target); err != nil {
		return claim{}, err
	}
	body, err := v.read(r)
	if err != nil {
		return claim{}, fmt.Errorf("read the body: %w", err)
	}
	if err = checkMethod(r, body); err != nil {
		return claim{}, err
	}
	if c.form, err = formOf(r, body); err != nil {
		return claim{}, err
	}
	query := queryOf(target)
	if err = checkBody(c.form, query[bodyHash], body); err != nil {
		return claim{}, err
	}
	if c.account, err = accountOf(c.form, query); err != nil {
		return claim{}, err
	}
	c.made = timeOf(c.form)
	if len(c.form) == 0 { // a GET may be said to have a form
		c.made = timeOf(query)
	}
	return c, nil
}

// signatureOf is the signature that a request claims to have.
func signatureOf(r *http.Request) ([]byte, error) {
	headers := r.Header.Values(SignatureHeader)
	if len(headers) != 1 {
		return nil, fmt.Errorf("expected one header %s, found %d", SignatureHeader, len(headers))
	}
	sent, err := base64.StdEncoding.Strict().DecodeString(headers[0])
	if err != nil {
		return nil, fmt.Errorf("header %s: %w", SignatureHeader, err)
	}
	if len(sent) != sha1.Size {
		return nil, fmt.Errorf("header %s: it has %d bytes, expected %d", SignatureHeader, len(sent), sha1.Size)
	}
	return sent, nil
}

// read reads the body of a request, and puts it back.
func (v *Verifier) read(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	most := cmp.Or(v.maxBody, defaultMaxBody)
	if r.ContentLength > most {
		return nil, fmt.Errorf("it has %d bytes, more than %d", r.ContentLength, most)
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, most))
	if err != nil {
		return nil, err
	}
	if len(body) == 0 && r.ContentLength > 0 {
		return nil, errors.New("nothing is left of it: it was read before, perhaps by ParseForm")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// checkMethod refuses what the service does not use, since the method is not signed:
// what was sent to be read must not delete.
func checkMethod(r *http.Request, body []byte) error {
	switch {
	case r.Method == http.MethodPost, r.Method == http.MethodGet && len(body) == 0:
		return nil
	case r.Method == http.MethodGet:
		return errors.New("a GET has a body")
	}
	return fmt.Errorf("the method is %s, expected POST or GET", r.Method)
}

// formOf are the fields of a body, nil if it is no form.
func formOf(r *http.Request, body []byte) (url.Values, error) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaType != "application/x-www-form-urlencoded" {
		return nil, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	return form, nil
}

// queryOf are the parameters of the target of a request. Those that cannot be read
// are signed with the URL, and count for nothing else.
func queryOf(target string) url.Values {
	_, query, _ := strings.Cut(target, "?")
	parameters, _ := url.ParseQuery(query)
	return parameters
}

// checkBody compares a body that is no form with its hash in the URL, without which
// it would not be signed at all. A form is signed by its fields even if the URL has
// a hash: otherwise a recorded callback with a text of the attacker's could be sent
// again as a URL, hash and all, with any form.
func checkBody(form url.Values, hashes []string, body []byte) error {
	if form != nil || len(hashes) == 0 && len(body) == 0 {
		return nil
	}
	if len(hashes) != 1 {
		return fmt.Errorf("the body is no form, and the URL has %d values of %s, expected one", len(hashes), bodyHash)
	}
	want, err := hex.DecodeString(hashes[0])
	if err != nil {
		return fmt.Errorf("%s: %w", bodyHash, err)
	}
	if got := sha256.Sum256(body); !bytes.Equal(got[:], want) { // neither is a secret
		return fmt.Errorf("the body is not the one that %s is of", bodyHash)
	}
	return nil
}

// accountOf is the account that a request is about, "" for none: that of the form,
// or of the query, in which the service sends it by GET.
func accountOf(form, query url.Values) (string, error) {
	const name = "AccountSid"
	named := query
	if form.Has(name) {
		named = form
	}
	for _, sid := range named[name] {
		if sid != named.Get(name) { // then who reads the other one would be deceived
			return "", fmt.Errorf("%s is there with different values", name)
		}
	}
	return named.Get(name), nil
}

// fits tells whether one of these tokens has signed the claim. It takes the same
// time whichever does.
func (c claim) fits(tokens []string) bool {
	texts := []string{signedForm(c.form)}
	if asSent := signedFormAsSent(c.form); asSent != texts[0] {
		texts = append(texts, asSent)
	}
	found := 0
	for _, token := range tokens {
		if token == "" { // everybody could have made it
			continue
		}
		for _, target := range c.urls {
			for _, text := range texts {
				found |= subtle.ConstantTimeCompare(signature(token, target+text), c.signature)
			}
		}
	}
	return found == 1
}

// mismatch tells in which way the signature fits none of some tokens.
func (c claim) mismatch(tokens int) error {
	switch {
	case tokens > 0:
		return fmt.Errorf("the signature fits none of %d tokens with any of %q", tokens, c.urls)
	case c.account == "":
		return errors.New("there is no auth token, as neither a form nor the URL has an AccountSid")
	}
	return fmt.Errorf("there is no auth token of the account %q", c.account)
}
