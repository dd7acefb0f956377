package taskroutertest

import (
	"fmt"
	"io"
)

// Dump writes the whole state, as JSON that people can read: workspaces and what is in
// them, attributes and configurations as objects, and how far the SIDs are. A state
// that is loaded again goes on as this one would have: tasks stay where they are in their
// workflows, and every timeout has as much left. Only a task that nobody could be asked about
// is offered again at once, without the rest of its pause.
//
// Dates are in it. So a test that compares a dump with a file belongs in a bubble of
// testing/synctest, where the clock always tells the same.
func (s *Server) Dump(w io.Writer) error {
	data, err := s.api.Dump()
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		return fmt.Errorf("taskroutertest: Dump: %w", err)
	}
	return nil
}

// Load replaces the whole state by one that [Server.Dump] wrote, or that was written by
// hand. Such a file needs little:
//
//	{
//	  "version": 1,
//	  "workspaces": [{
//	    "sid": "WS00000000000000000000000000000001",
//	    "friendly_name": "Support",
//	    "task_queues": [{"sid": "WQ00000000000000000000000000000001", "friendly_name": "Everyone"}],
//	    "workers": [{"sid": "WK00000000000000000000000000000001", "friendly_name": "Alice", "attributes": {"level": 3}}]
//	  }]
//	}
//
// What is missing is as if it had not been sent when the thing was made, and dates are
// those of now; a reservation needs its worker_sid and its reservation_status. The default
// activity is the first that is not available. Nobody is asked again about reservations of
// the file. A workspace that lists some of the built-in task channels has the others,
// too. A task that waits begins its way through its workflow, unless the file says where
// it is there, and is routed at once.
//
// Callbacks of the state before that are not made yet are not made any more. A state that is
// loaded twice gives the same SIDs twice: an application that lives on takes the events of
// the second time for those that it was told of.
//
// A task that is in a queue waits in the first target that leads there. Which one it is
// can be told besides: position has the filter, counted from 0 or -1 for the default
// filter, the target in it and whether the task has timed_out before; target_entered_date
// says since when. A task_channel_sid may be the unique name of the channel, such as chat.
// What happened before is known from the events of the file alone, which statistics count.
//
// Time stands still in a file: its "now" or, if it has none, the latest of its dates
// becomes the time of loading, and all dates are moved by as much. Ages, order and what
// is left of every timeout stay.
//
// The names are those of the answers of the service; below a task stand its
// reservations, below a worker its channels. What follows from other things is not
// there: no url and no links, no age, no names of what a SID refers to (such as
// activity_name), no available of a worker. There is an account_sid at the top only. It
// becomes the account of the server, and whoever called by the one before may go on.
//
// If anything in the file cannot be, the error says what and where, and the state stays
// as it is.
func (s *Server) Load(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("taskroutertest: Load: %w", err)
	}
	if err := s.api.Load(data, s.config.seed); err != nil {
		return fmt.Errorf("taskroutertest: Load: %w", err)
	}
	return nil
}
