package capability

import "errors"

// Why [Parse] or [ParseAccess] refuses a token, to be asked with [errors.Is].
var (
	// ErrMalformed is a text that is no token of the kind: not three parts, not
	// JSON, not signed by HS256, a claim that is missing or of another type.
	ErrMalformed = errors.New("malformed token")
	// ErrWrongKey is a token that was signed with none of the keys, or changed
	// after it was signed.
	ErrWrongKey = errors.New("wrong key or changed token")
	// ErrExpired is a token whose time is over, from the very second on that it
	// says.
	ErrExpired = errors.New("expired token")
	// ErrNotYetValid is a token whose time has not begun.
	ErrNotYetValid = errors.New("token not valid yet")
)
