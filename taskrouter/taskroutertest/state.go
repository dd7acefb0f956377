package taskroutertest

import (
	"fmt"
	"io"
)

// Dump writes the whole state, as JSON that people can read: workspaces and what is in
// them, attributes and configurations as objects, and how far the SIDs are. A state
// that is loaded again goes on as this one would have.
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
// those of now. A workspace that lists some of the built-in task channels has the others,
// too. If the latest date of the file is after now, as it may be in a bubble of
// testing/synctest, all its dates are moved back by as much: ages and order stay.
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
