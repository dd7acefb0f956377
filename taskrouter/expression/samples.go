package expression

import (
	"maps"
	"slices"
	"strings"
)

// index is samples of tasks, or of workers, and what was found out about them.
type index struct {
	samples []Attributes
	known   map[string]presence // by path
	folded  map[string]string   // paths by their small letters, nil until they are needed
	// unnameable attributes where names stand after a dot, and where they do not; nil
	// until they are needed.
	afterDot, plain []string
}

func newIndex(samples []Attributes) *index {
	return &index{samples: samples, known: map[string]presence{}}
}

// presence is what samples say of a path.
type presence struct {
	kinds   kinds  // what it leads to in them, nullKind included
	similar string // another path that differs in capital letters, "" if it leads to something itself
}

// missing reports whether there are samples and none has what is asked for.
func (p presence) missing() bool { return p.kinds == nulls }

func (x *index) presenceOf(steps []Step) presence {
	name := (&Path{Steps: steps}).String()
	if known, ok := x.known[name]; ok {
		return known
	}
	var found presence
	for _, sample := range x.samples {
		found.kinds |= setOf(valueOf(resolve(steps, scope{names: sample})).kind)
	}
	if found.missing() {
		found.similar = x.similarTo(name)
	}
	x.known[name] = found
	return found
}

// similarTo returns the path of something that differs from a name in capital letters
// only.
func (x *index) similarTo(name string) string {
	if x.folded == nil {
		x.folded = map[string]string{}
		for _, sample := range x.samples {
			x.fold(sample, "", 0)
		}
	}
	if similar := x.folded[strings.ToLower(name)]; similar != name {
		return similar
	}
	return ""
}

// mostNested is how deep the members of samples are looked for, which can hold
// themselves if they are made by hand.
const mostNested = 20

// fold keeps the least of several, so that it does not depend on the order of a map.
func (x *index) fold(object map[string]any, prefix string, depth int) {
	for name, value := range object {
		if value == nil {
			continue
		}
		path := prefix + name
		small := strings.ToLower(path)
		if other, ok := x.folded[small]; !ok || path < other {
			x.folded[small] = path
		}
		if nested, ok := value.(map[string]any); ok && depth < mostNested {
			x.fold(nested, path+".", depth+1)
		}
	}
}

// unnameable returns the attributes that no expression can name, sorted.
func (x *index) unnameable(afterDot bool) []string {
	found := &x.plain
	if afterDot {
		found = &x.afterDot
	}
	if *found == nil {
		names := map[string]bool{}
		for _, sample := range x.samples {
			for _, name := range unnameable(sample, afterDot) {
				names[name] = true
			}
		}
		*found = append([]string{}, slices.Sorted(maps.Keys(names))...)
	}
	return *found
}
