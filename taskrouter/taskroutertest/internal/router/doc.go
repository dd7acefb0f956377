// Package router is a TaskRouter without its HTTP: the workspaces of an account,
// what is in them, and the rules by which requests change that.
//
// A method that makes or changes something takes the request as the document
// defines it, looks at all of it, and either carries it out or returns a [Refusal]
// and has changed nothing. Lists are read from a [Table], a page at a time.
//
// Nothing here locks: who calls sees to it that one call is made at a time.
package router
