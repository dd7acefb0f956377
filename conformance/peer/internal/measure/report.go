package measure

import (
	"fmt"
	"strings"
)

// A Report is all that was measured.
type Report struct {
	Setting  Setting
	Calls    []Call
	Programs []Program // nil if they were not built
	Requests string    // the section of the comparison of the requests in Markdown, if it was made
}

// Text is the tables as they are read in a terminal.
func (r Report) Text() string {
	var b strings.Builder
	b.WriteString(r.Setting.String() + "\n")
	for _, t := range r.tables() {
		b.WriteString("\n" + t.text())
	}
	return b.String()
}

func (r Report) tables() []table {
	tables := []table{r.ratios(), r.costs()}
	if r.Programs != nil {
		tables = append(tables, r.programs())
	}
	return tables
}

// Markdown is the whole report.
func (r Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Beside twilio-go\n\nWritten by `make peer`, which measures again: %s.\n", r.Setting)
	fmt.Fprintf(&b, "\n## Calls\n\n%s\n%s\n", r.ratios().markdown(), aboutRatios)
	fmt.Fprintf(&b, "\n%s\n%s\n", r.costs().markdown(), aboutCosts)
	if r.Programs != nil {
		fmt.Fprintf(&b, "\n## Programs\n\n%s\n%s\n", r.programs().markdown(), aboutPrograms)
	}
	if r.Requests != "" {
		b.WriteString("\n" + r.Requests)
	}
	return b.String()
}

const aboutRatios = `Times are the medians of all rounds. A ratio is what this SDK takes divided by what the other one does; in brackets
stands the aim, which is not to be exceeded. *By hand* is the least that can be written with ` + "`net/http`" + ` and
` + "`encoding/json`" + `, into the types of this SDK, without retries or an error type. Lists are read whole into a slice, in
pages of 1,000 tasks at most, each of some 1.5 KB. The aims are of lists without a limit, since who reads a list seldom
knows how long it is. With ` + "`Limit`" + `, twilio-go does not ask after the last page whether there is another one, for
which it encodes the page to JSON again and decodes that.`

const aboutCosts = `All of them ask another process of the same machine over plain HTTP, so that neither TLS nor a network nor the work of a
service is measured, and nothing that the server allocates. They take turns, with a garbage collection before each run;
the medians and the least time are of all rounds. This SDK has its default settings: retries, their budget and a timeout of
each attempt. After each run it is checked that the tasks which the last call returned are the right ones, and that the
server was sent the requests that it expected of all alike, and no others.`

const aboutPrograms = "Each is the same program, which fetches a task with credentials from the environment and prints its status. " +
	"`net/http`" + `
alone is built with an empty cache; the others are built with a copy of what that left there, so that what they take is what
a library adds, and the link; of two builds the shorter one counts. Sizes are of
` + "`go build -trimpath`" + `, and stripped of ` + "`-ldflags=\"-s -w\"`" + ` besides. The aim is that of the build of this SDK, relative to
twilio-go as its README tells to use it. With nothing but its packages for TaskRouter, it takes no credentials from the
environment by itself, and has no OAuth.`

// ratios holds this SDK beside the others.
func (r Report) ratios() table {
	t := table{title: "Calls: time of the three, and what this SDK costs relative to the others, with the aims", head: []string{
		"call", nameOurs, nameTheirs, nameFloor, "time ÷ twilio-go", "bytes ÷ twilio-go", "allocations ÷ twilio-go", "time ÷ by hand",
	}}
	for _, c := range r.Calls {
		aims := aimsOf(c)
		t.add(c, c.Name, c.Theirs, aims)
		if c.Limited != nil {
			t.add(c, c.Name+", "+nameLimited, *c.Limited, aims.withoutPeer())
		}
	}
	return t
}

func (t *table) add(c Call, name string, theirs Cost, aims aims) {
	t.rows = append(t.rows, []string{
		name, duration(c.Ours.Median), duration(theirs.Median), duration(c.Floor.Median),
		ratioOf(c.Ours.Median, theirs.Median, aims.time).String(),
		ratioOf(c.Ours.Bytes, theirs.Bytes, aims.bytes).String(),
		ratioOf(c.Ours.Allocations, theirs.Allocations, aims.allocations).String(),
		ratioOf(c.Ours.Median, c.Floor.Median, aims.floor).String(),
	})
}

// aims are those of a call.
type aims struct{ time, bytes, allocations, floor float64 }

func aimsOf(c Call) aims {
	if c.List {
		return aims{time: aimListTime, bytes: aimListBytes, floor: aimListFloor}
	}
	return aims{time: aimSingleTime, allocations: aimSingleAllocations}
}
func (a aims) withoutPeer() aims { return aims{floor: a.floor} }

// costs are all figures.
func (r Report) costs() table {
	t := table{title: "Calls: what one costs", head: []string{"call", "by", "time", "least time", "bytes", "allocations"}}
	for _, c := range r.Calls {
		t.rows = append(t.rows, costRow(c.Name, nameOurs, c.Ours), costRow(c.Name, nameTheirs, c.Theirs))
		if c.Limited != nil {
			t.rows = append(t.rows, costRow(c.Name, nameLimited, *c.Limited))
		}
		t.rows = append(t.rows, costRow(c.Name, nameFloor, c.Floor))
	}
	return t
}

func costRow(call, by string, c Cost) []string {
	return []string{call, by, duration(c.Median), duration(c.Least), size(int64(c.Bytes)), thousands(c.Allocations)}
}

func (r Report) programs() table {
	t := table{title: "Programs: the smallest useful one", head: []string{
		"with", "build", "builds", "build of this SDK ÷", "binary", "stripped", "packages", "not of the standard library", "modules",
	}}
	ours := r.program(nameOurs)
	for _, p := range r.Programs {
		relative := ""
		switch p.Name {
		case nameDocumented:
			relative = ratioOf(ours.Build, p.Build, aimBuild).String()
		case nameNarrow:
			relative = ratioOf(ours.Build, p.Build, noAim).String()
		}
		t.rows = append(t.rows, []string{
			p.Name, duration(p.Build), thousands(p.Builds), relative, size(p.Size), size(p.Stripped),
			thousands(p.Packages), thousands(p.Foreign), thousands(p.Modules),
		})
	}
	return t
}

func (r Report) program(name string) Program {
	for _, p := range r.Programs {
		if p.Name == name {
			return p
		}
	}
	return Program{}
}

// Short is the most important figures as two tables in Markdown, and where they come from.
func (r Report) Short() string {
	calls := table{head: []string{"", nameOurs, nameTheirs, "time ÷ twilio-go", "bytes ÷ twilio-go", "allocations ÷ twilio-go", "time ÷ by hand"}}
	for _, c := range r.Calls {
		calls.addShort(c, c.Name, c.Theirs)
		if c.Limited != nil {
			calls.addShort(c, c.Name+", "+nameLimited, *c.Limited)
		}
	}
	programs := table{head: []string{"the smallest program with", "cold build", "binary", "packages"}}
	for _, p := range r.Programs {
		build := duration(p.Build)
		if p.Name != nameNetHTTP {
			build += " more"
		}
		programs.rows = append(programs.rows, []string{p.Name, build, size(p.Size), thousands(p.Packages)})
	}
	return calls.markdown() + "\n" + programs.markdown() + "\nMeasured with " + r.Setting.String() + ".\n"
}

func (t *table) addShort(c Call, name string, theirs Cost) {
	t.rows = append(t.rows, []string{
		name, duration(c.Ours.Median), duration(theirs.Median),
		ratioOf(c.Ours.Median, theirs.Median, noAim).String(),
		ratioOf(c.Ours.Bytes, theirs.Bytes, noAim).String(),
		ratioOf(c.Ours.Allocations, theirs.Allocations, noAim).String(),
		ratioOf(c.Ours.Median, c.Floor.Median, noAim).String(),
	})
}
