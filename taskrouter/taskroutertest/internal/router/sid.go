package router

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
)

// sids gives SIDs that look like those of the service and are the same ones for the
// same seed. Each kind has its own row of them, so that one more of a kind does not
// change the others.
type sids struct {
	seed  uint64
	given map[string]int // by prefix
	// taken are those that were loaded, which need not be of this seed.
	taken map[string]bool
}

func (s *sids) next(prefix string) string {
	if s.given == nil {
		s.given = make(map[string]int)
	}
	for {
		s.given[prefix]++
		if sid := SID(prefix, s.seed, s.given[prefix]); !s.taken[sid] {
			return sid
		}
	}
}

// SID returns the nth SID of a kind.
func SID(prefix string, seed uint64, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", prefix, seed, n))
	return prefix + hex.EncodeToString(sum[:16])
}

var digits = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)

// IsSID tells whether a text has the form of a SID of a kind.
func IsSID(prefix, text string) bool {
	return len(text) == 34 && text[:2] == prefix && digits.MatchString(text[2:])
}
