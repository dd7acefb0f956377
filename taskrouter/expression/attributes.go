package expression

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Attributes are the attributes of a worker or of a task: what a JSON object
// decodes to, and what such a map made by hand may hold besides, numbers of any
// type of Go, slices and maps of any type, and pointers to them. A nil is null. A
// value of another type, []byte included, is there and equal to nothing.
type Attributes map[string]any

// ParseAttributes decodes the text of attributes, as the service sends it. An
// empty text and null are no attributes; anything else that is not an object is
// an error. Numbers keep every digit, as [json.Number].
func ParseAttributes(text string) (Attributes, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var attributes Attributes
	err := decoder.Decode(&attributes)
	if other, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil, fmt.Errorf("expression: reading attributes: expected a JSON object, not the %s", other.Value)
	}
	if err != nil {
		return nil, fmt.Errorf("expression: reading attributes: expected a JSON object: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("expression: reading attributes: there is text after the JSON object")
	}
	return attributes, nil
}

// Worker is a worker as expressions see it.
type Worker struct {
	SID          string // WK…
	FriendlyName string
	ActivitySID  string // WA…
	ActivityName string
	Available    bool               // whether the activity is one in which workers are given tasks; no expression can name it
	Attributes   Attributes         // nil for none
	Channels     map[string]Channel // by unique name; nil if not known
}

// Channel is how much work of a kind a worker has.
type Channel struct {
	ConfiguredCapacity          int // how many tasks it may have at once, 0 or more
	AssignedTasks               int // accepted, without those that are only offered
	AvailableCapacityPercentage int // 0 to 100
}

// Fields returns what the names of expressions stand for: the attributes and,
// above attributes of the same names, sid, friendly_name, activity_sid,
// activity_name and channel. What is "" or nil in the worker is left out.
func (w Worker) Fields() Attributes {
	fields := make(Attributes, len(w.Attributes)+5)
	for name, value := range w.Attributes {
		fields[name] = value
	}
	for name, value := range map[string]string{
		"sid": w.SID, "friendly_name": w.FriendlyName, "activity_sid": w.ActivitySID, "activity_name": w.ActivityName,
	} {
		if value != "" {
			fields[name] = value
		}
	}
	if w.Channels == nil {
		return fields
	}
	channels := make(map[string]any, len(w.Channels))
	for name, channel := range w.Channels {
		channels[name] = map[string]any{
			"configured_capacity":           channel.ConfiguredCapacity,
			"assigned_tasks":                channel.AssignedTasks,
			"available_capacity_percentage": channel.AvailableCapacityPercentage,
		}
	}
	fields["channel"] = channels
	return fields
}

// Counts are the workers of a task queue by their activity, for a skip_if.
type Counts struct {
	Available, Unavailable int            // workers in activities that are available, and in others
	Activities             map[string]int // by the SID of the activity; 0 if absent
}

// Count counts workers, normally those of one task queue.
func Count(workers []Worker) Counts {
	counts := Counts{Activities: map[string]int{}}
	for _, worker := range workers {
		counts.Activities[worker.ActivitySID]++
		if worker.Available {
			counts.Available++
			continue
		}
		counts.Unavailable++
	}
	return counts
}

// lookup returns what a path of a skip_if leads to, nil if a skip_if has no such path.
func (c *Counts) lookup(steps []Step) any {
	if len(steps) != 2 || steps[0].Name != "workers" {
		return nil
	}
	switch name := steps[1].Name; {
	case name == "available":
		return c.Available
	case name == "unavailable":
		return c.Unavailable
	case strings.HasPrefix(name, "WA"):
		return c.Activities[name]
	default:
		return nil
	}
}
