// Package peer holds this SDK beside the official Go library of the service,
// twilio-go: what both make of the same input must be the same, but for faults of
// either that are known by name. It is a module of its own, so that nobody who
// uses the SDK links the library.
//
// Package internal/requests lets both make the same calls with the same values, in all
// 61 operations and by every method that either has for them, and compares what goes
// over the wire: method, address, query, form, JSON and headers. In which ways they
// differ, and whose fault or decision it is, stands in its differences.txt.
//
// Package internal/measure measures calls, lists and whole programs of both, beside the
// same written by hand. The program cmd/compare runs the two and writes RESULTS.md.
//
// The rest are tests, a file per subject.
//
// Access tokens, capability tokens and signatures are made and read by both. The tests
// of migrating hold docs/migrating-from-twilio-go.md against both.
//
// The tests of the emulator prove that package taskroutertest serves a client that
// nobody here wrote. The library is as it was published: it is given an HTTP client
// that leads to the emulator, in memory or over a socket, and believes that it speaks
// to the service. All 61 operations answer it. Tasks live their lives, in the time of
// a bubble, lists are read in pages and filtered, refusals come back as its errors,
// changes depend on the version that it knows, and statistics hold what was done.
// Each answer that it gets is held against the OpenAPI document.
package peer
