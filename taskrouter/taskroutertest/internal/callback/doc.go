// Package callback makes callbacks: it posts what happened and asks about assignments, as
// the service does, and has the answers carried out.
package callback
