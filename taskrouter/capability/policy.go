package capability

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Policy allows requests, or refuses them. What no policy allows is refused.
type Policy struct {
	// URL is that of a resource, without a query. Its last segment may be * for
	// any one segment, or ** for any number of segments but none. [URL] makes one.
	URL string `json:"url"`
	// Method is GET, POST or DELETE.
	Method string `json:"method"`
	// QueryFilter and PostFilter say which parameters a request may have in its
	// query and in its form, by their names. If one has none, any will do; if it
	// has some, the policy is about requests that have no others.
	QueryFilter map[string]Matcher `json:"query_filter,omitempty"`
	PostFilter  map[string]Matcher `json:"post_filter,omitempty"`
	// Allow is false to refuse what another policy would allow.
	Allow bool `json:"allow"`
}

// Matcher says what a parameter must be like.
type Matcher struct {
	// Required parameters must be there, others may.
	Required bool `json:"required"`
	// Value is what the parameter has if it is there; nil for any.
	Value *string `json:"value,omitempty"`
}

// Policies are those of a token. Their order has no meaning.
type Policies []Policy

// UnmarshalJSON reads a policy as tokens have it. Filters without members are none:
// libraries of the service write them where there is no filter. Of a filter, a
// string stands for a parameter that must be there and have this value; a matcher
// that does not say whether the parameter is required is taken to say that it is
// not, which is not documented.
func (p *Policy) UnmarshalJSON(text []byte) error {
	o, err := newObject(text)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	read := readPolicy(o)
	if err := o.fault(); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	*p = read
	return nil
}

// readPolicies takes the claim policies.
func readPolicies(o *object) Policies {
	var list []map[string]json.RawMessage
	if !o.take("policies", &list, "an array of objects") {
		return nil
	}
	policies := make(Policies, 0, len(list))
	for i, members := range list {
		policies = append(policies, readPolicy(o.inner(fmt.Sprintf("policies[%d]", i), members)))
	}
	return policies
}

func readPolicy(o *object) Policy {
	defer o.close()
	o.demand("url", "method")
	return Policy{
		URL:         o.text("url"),
		Method:      o.text("method"),
		QueryFilter: readFilter(o.child("query_filter")),
		PostFilter:  readFilter(o.child("post_filter")),
		Allow:       o.flag("allow"),
	}
}

func readFilter(o *object) map[string]Matcher {
	var filter map[string]Matcher
	for _, name := range slices.Sorted(maps.Keys(o.members)) {
		if filter == nil {
			filter = map[string]Matcher{}
		}
		filter[name] = readMatcher(o, name)
	}
	return filter
}

// readMatcher takes the matcher of a parameter. Null is none: it could be meant to
// permit anything or nothing.
func readMatcher(o *object, name string) Matcher {
	var value *string
	text := o.members[name]
	if json.Unmarshal(text, &value) == nil && value != nil {
		return Matcher{Required: true, Value: value}
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil || members == nil {
		o.mismatch(name, text, "a string or an object")
	}
	matcher := o.inner(name, members)
	defer matcher.close()
	m := Matcher{Required: matcher.flag("required")}
	matcher.take("value", &m.Value, "a string")
	return m
}

// check finds policies that the service refuses, or that no request can match.
func (p Policies) check() error {
	var faults []error
	for i, policy := range p {
		field := fmt.Sprintf("Policies[%d].", i)
		if policy.Method != http.MethodGet && policy.Method != http.MethodPost && policy.Method != http.MethodDelete {
			faults = append(faults, fmt.Errorf("%sMethod is %q, expected GET, POST or DELETE", field, policy.Method))
		}
		if !isPolicyURL(policy.URL) {
			faults = append(faults, fmt.Errorf("%sURL is %q, expected an https URL, escaped and without a query, whose segments are not empty, . or .., and * or ** at its end only", field, policy.URL))
		}
		faults = append(faults, checkFilter(field+"QueryFilter", policy.QueryFilter), checkFilter(field+"PostFilter", policy.PostFilter))
	}
	return errors.Join(faults...)
}

// isPolicyURL tells whether there are requests to such a URL.
func isPolicyURL(text string) bool {
	u := parsePlain(text)
	if u == nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return false
	}
	path := u.EscapedPath()
	if last := path[strings.LastIndexByte(path, '/')+1:]; isWildcard(last) {
		path = strings.TrimSuffix(path, last)
	}
	return !strings.Contains(path, "*") && !strings.Contains(u.Host, "*")
}

// parsePlain reads a URL without a query, nil if it does not mean what it spells
// out. URLs are compared letter by letter: one that would be sent in another
// spelling, in small letters or with escapes, is none.
func parsePlain(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || u.String() != text || strings.ContainsAny(text, "?#") || leadsElsewhere(u.Path) {
		return nil
	}
	return u
}

// leadsElsewhere tells whether a path, whose escapes have been decoded, has a
// segment that is empty, "." or "..". A slash alone does.
func leadsElsewhere(path string) bool {
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if path != "" && (segment == "" || segment == "." || segment == "..") {
			return true
		}
	}
	return false
}

func checkFilter(field string, filter map[string]Matcher) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(filter)) {
		faults = append(faults, checkText("a name in "+field, name))
		if value := filter[name].Value; value != nil {
			faults = append(faults, checkText(fmt.Sprintf("%s[%q].Value", field, name), *value))
		}
	}
	return errors.Join(faults...)
}

// checkConflicts finds policies of which one allows what the other refuses, for
// the same URL, method and filters. The service rejects them all for it.
func (p Policies) checkConflicts() error {
	var faults []error
	for i, policy := range p {
		if slices.ContainsFunc(p[:i], policy.contradicts) {
			faults = append(faults, fmt.Errorf("%s %s is both allowed and refused with the same filters, expected one of them", policy.Method, policy.URL))
		}
	}
	return errors.Join(faults...)
}

func (p Policy) contradicts(other Policy) bool {
	return p.Allow != other.Allow && p.URL == other.URL && p.Method == other.Method &&
		maps.EqualFunc(p.QueryFilter, other.QueryFilter, Matcher.equal) &&
		maps.EqualFunc(p.PostFilter, other.PostFilter, Matcher.equal)
}

func (m Matcher) equal(other Matcher) bool {
	if m.Value == nil || other.Value == nil {
		return m.Required == other.Required && m.Value == other.Value
	}
	return m.Required == other.Required && *m.Value == *other.Value
}
