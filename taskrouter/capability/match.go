package capability

import (
	"net/url"
	"slices"
	"strings"
)

// Allows tells whether policies permit a request, which is to say whether the
// service should accept it from a program that has their token. The method is in
// capitals, such as [http.MethodGet], and the address absolute, as [URL] makes it:
// anything else is not permitted either, which a test that expects so cannot tell.
// The query is taken from the address; form holds what a POST sends.
//
// Of all policies that match, the one with the longest URL decides. Of those with
// the same URL, one with filters goes before one without. Policies of which one
// allows exactly what the other refuses are invalid together, and permit nothing.
//
// The following is not documented, and assumed: * goes before ** at the same
// place. Of policies with different filters that match the same request, one that
// refuses decides. All values of a parameter that is repeated must match. An
// address is refused if it has a fragment, a query that cannot be read, a segment
// that is empty, "." or "..", or characters that would be escaped on their way.
func (p Policies) Allows(method, address string, form url.Values) bool {
	resource, rawQuery, _ := strings.Cut(address, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil || strings.Contains(address, "#") || parsePlain(resource) == nil || p.checkConflicts() != nil {
		return false
	}
	var best specificity
	var allowed bool
	for _, policy := range p {
		if policy.Method != method || !matchesURL(policy.URL, resource) ||
			!matchesFilter(policy.QueryFilter, query) || !matchesFilter(policy.PostFilter, form) {
			continue
		}
		found := policy.specificity()
		switch order := slices.Compare(found[:], best[:]); {
		case order > 0:
			best, allowed = found, policy.Allow
		case order == 0:
			allowed = allowed && policy.Allow
		}
	}
	return allowed
}

// specificity orders the policies that match a request: by the length of what
// their URLs spell out, by their wildcards, by whether they have filters.
type specificity [3]int

func (p Policy) specificity() (s specificity) {
	spelled, wildcard := cutWildcard(p.URL)
	s[0] = len(spelled)
	s[1] = -len(wildcard)
	if len(p.QueryFilter)+len(p.PostFilter) > 0 {
		s[2] = 1
	}
	return s
}

// cutWildcard parts a URL from the wildcard at its end, of which it keeps the
// slash before.
func cutWildcard(address string) (spelled, wildcard string) {
	last := strings.LastIndexByte(address, '/') + 1
	if isWildcard(address[last:]) {
		return address[:last], address[last:]
	}
	return address, ""
}

// matchesURL is about an address that parsePlain takes: it has no slash at its end,
// so something stands where the wildcard is.
func matchesURL(pattern, address string) bool {
	spelled, wildcard := cutWildcard(pattern)
	rest, found := strings.CutPrefix(address, spelled)
	switch {
	case !found:
		return false
	case wildcard == "":
		return rest == ""
	case wildcard == "*":
		return !strings.Contains(rest, "/")
	}
	return true
}

func matchesFilter(filter map[string]Matcher, parameters url.Values) bool {
	if len(filter) == 0 {
		return true
	}
	for name := range parameters {
		if _, named := filter[name]; !named {
			return false
		}
	}
	for name, matcher := range filter {
		if !matcher.matches(parameters[name]) {
			return false
		}
	}
	return true
}

func (m Matcher) matches(values []string) bool {
	if len(values) == 0 {
		return !m.Required
	}
	return m.Value == nil || !slices.ContainsFunc(values, func(value string) bool { return value != *m.Value })
}
