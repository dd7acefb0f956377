package router

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
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
	var room [64]byte
	text := append(room[:0], prefix...)
	text = strconv.AppendUint(append(text, ' '), seed, 10)
	text = strconv.AppendInt(append(text, ' '), int64(n), 10)
	sum := sha256.Sum256(text)
	return string(hex.AppendEncode(append(room[:0], prefix...), sum[:16]))
}

// IsSID tells whether a text has the form of a SID of a kind.
func IsSID(prefix, text string) bool {
	if len(text) != 34 || text[:2] != prefix {
		return false
	}
	_, err := hex.DecodeString(text[2:])
	return err == nil
}
