// Package measure measures this SDK beside twilio-go and beside the least that can
// be written by hand with net/http and encoding/json.
//
// Calls: how long a call takes from the method to its result in Go types, and how
// much memory is allocated meanwhile, by all goroutines of the program. All of them
// ask the same server, which is another process, so that nothing of its memory is
// counted, and little of its time: it finds each answer ready, and only its reading
// of a request and its writing of the answer are part of what a call takes. What is
// not measured: TLS, a network with a distance, a service that thinks, and more than
// one call at a time. On a real network the times of single calls differ by less than
// can be noticed; what a list costs in time of the processor and in memory stays.
//
// Programs: what it costs to build the smallest useful program with each library,
// and what the program consists of.
package measure

// The libraries, as the tables name them.
const (
	nameOurs    = "this SDK"
	nameTheirs  = "twilio-go"
	nameLimited = "twilio-go with Limit"
	nameFloor   = "by hand"
)
