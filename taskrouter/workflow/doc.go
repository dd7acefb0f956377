// Package workflow reads and writes workflow configurations: the rules, a JSON
// document, by which a workflow of TaskRouter sends tasks to queues.
//
// [Parse] reads the text that the service keeps, and [Configuration.String]
// writes it. What the package does not know is kept, and what it cannot read is
// an error, so that a configuration that is read, changed and written again
// loses nothing.
package workflow
