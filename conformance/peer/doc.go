// Package peer holds this SDK beside the official Go library of the service,
// twilio-go: what both make of the same input must be the same, but for faults of
// either that are known by name. It is a module of its own, so that nobody who
// uses the SDK links the library, and it consists of tests, a file per subject.
package peer
