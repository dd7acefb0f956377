package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// Deviation is a difference that our document has on purpose. Where and What are
// those of the finding, word for word, so that it shows again when theirs changes.
type Deviation struct {
	Where string `yaml:"where"`
	What  string `yaml:"what"`
	Why   string `yaml:"why"`
}

// LoadDeviations reads a list of them.
func LoadDeviations(data []byte) ([]Deviation, error) {
	var deviations []Deviation
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&deviations); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("expected a list of where, what and why: %w", err)
	}
	for i, d := range deviations {
		if d.Where == "" || d.What == "" || d.Why == "" {
			return nil, fmt.Errorf("entry %d: expected where, what and why, found %+v", i+1, d)
		}
	}
	return deviations, nil
}

// Judge leaves out the findings that are meant to be. It returns the others, how
// many are meant, and the deviations that no finding shows any more.
func Judge(findings []Finding, deviations []Deviation) (rest []Finding, meant int, stale []Deviation) {
	shown := make([]bool, len(deviations))
	for _, f := range findings {
		known := false
		for i, d := range deviations {
			if d.Where == f.Where && d.What == f.What {
				known, shown[i] = true, true
			}
		}
		if known {
			meant++
		} else {
			rest = append(rest, f)
		}
	}
	for i, d := range deviations {
		if !shown[i] {
			stale = append(stale, d)
		}
	}
	return rest, meant, stale
}
