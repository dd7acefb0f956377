package upstream

import (
	"fmt"
	"strings"
)

// Report is what the curator reads, in Markdown.
type Report struct {
	Findings []Finding   // that are not meant to be
	Meant    int         // how many findings are
	Stale    []Deviation // that no finding shows any more
}

// ToDo counts what asks for a decision.
func (r Report) ToDo() int {
	n := len(r.Stale)
	for _, f := range r.Findings {
		if f.Kind != Note {
			n++
		}
	}
	return n
}

func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What the published document says otherwise\n\n%d to do; %d on purpose.\n", r.ToDo(), r.Meant)
	r.section(&b, Lack, "Ours lacks it, or says otherwise")
	r.section(&b, Extra, "Ours has it, theirs has not")
	r.stale(&b)
	r.notes(&b)
	return b.String()
}

// section lists the findings of a kind, each below the first operation that shows it.
func (r Report) section(b *strings.Builder, kind Kind, title string) {
	var last string
	for _, f := range r.Findings {
		if f.Kind != kind {
			continue
		}
		if last == "" {
			fmt.Fprintf(b, "\n## %s\n", title)
		}
		if first := f.Operations[0].String(); first != last {
			fmt.Fprintf(b, "\n### %s\n\n", first)
			last = first
		}
		fmt.Fprintf(b, "- `%s`: %s%s\n", f.Where, f.What, also(f.Operations[1:]))
	}
}

func also(operations []Operation) string {
	if len(operations) == 0 {
		return ""
	}
	var names []string
	for _, o := range operations {
		names = append(names, nameOf(o))
	}
	return " (also " + strings.Join(names, ", ") + ")"
}

func (r Report) stale(b *strings.Builder) {
	if len(r.Stale) == 0 {
		return
	}
	b.WriteString("\n## Deviations that no longer apply\n\n")
	for _, d := range r.Stale {
		fmt.Fprintf(b, "- `%s`: %s\n", d.Where, d.What)
	}
}

func (r Report) notes(b *strings.Builder) {
	var notes []string
	for _, f := range r.Findings {
		if f.Kind == Note {
			notes = append(notes, f.What)
		}
	}
	if len(notes) > 0 {
		fmt.Fprintf(b, "\n## Nothing to do\n\nParameters of paths: %s.\n", strings.Join(notes, "; "))
	}
}
