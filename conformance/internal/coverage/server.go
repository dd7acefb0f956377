package coverage

import (
	"bytes"
	_ "embed"

	"github.com/taskrouter-go/sdk/taskrouter/taskroutertest"
)

// state has one of everything that a list has, in use and not. Its task waits: that it
// is offered to the worker who is available, and the events of that, is what the
// emulator makes of it.
//
//go:embed state.json
var state []byte

// NewServer returns an emulator that has one of everything.
func NewServer() (*taskroutertest.Server, error) {
	s := taskroutertest.NewServer()
	if err := s.Load(bytes.NewReader(state)); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}
