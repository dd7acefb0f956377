package taskroutertest

import (
	"fmt"
	"io"
)

// Dump writes the whole state, as JSON that people can read: workspaces and what is in
// them, attributes and configurations as objects, and how far the SIDs are. A state
// that is loaded again goes on as this one would have.
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
// those of now. The names are those of the answers of the service; below a task stand
// its reservations, below a worker its channels. If anything in the file cannot be, the
// error says what and where, and the state stays as it is.
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
