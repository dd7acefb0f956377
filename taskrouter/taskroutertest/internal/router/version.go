package router

import (
	"slices"
	"strconv"
	"strings"
)

// A Version is what If-Match says of the version that a resource must have. The zero
// value is met by any.
type Version struct {
	given bool
	// accepted are those that will do.
	accepted []int
}

// ParseVersion reads the value of If-Match as clients write it: bare, quoted, weak,
// several of these, or * for any.
func ParseVersion(ifMatch *string) (Version, error) {
	if ifMatch == nil || strings.TrimSpace(*ifMatch) == "*" {
		return Version{}, nil
	}
	version := Version{given: true}
	for tag := range strings.SplitSeq(*ifMatch, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if len(tag) > 1 && tag[0] == '"' && tag[len(tag)-1] == '"' {
			tag = tag[1 : len(tag)-1]
		}
		n, err := strconv.ParseUint(tag, 10, 31)
		if err != nil {
			return Version{}, Invalid("If-Match is not a version")
		}
		version.accepted = append(version.accepted, int(n))
	}
	return version, nil
}

// Check wants that what there is has one of the versions that will do.
func (v Version) Check(what string, version int) error {
	if v.given && !slices.Contains(v.accepted, version) {
		return stale(what)
	}
	return nil
}
