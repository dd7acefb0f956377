// Package api is the HTTP of the emulator: it answers the operations of the document
// on an account of package router. A file for each kind of resource has its handlers
// and how it is written.
package api
