// Package pipeline is the way of a request from the generated client to the
// wire, and of the answer back: a chain of steps, one file for each, in the
// order that [New] writes down. The steps before the retry act once for a call,
// those after it once for each attempt.
//
// What a step has to know of the call travels in the context; see [Call].
package pipeline
