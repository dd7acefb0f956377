package coverage

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Table has a line for each row.
func Table(rows []Row) string {
	lines := []string{"operation\tsuccesses\tfailures\trequired\toptional\temulator\tfacade"}
	for _, row := range rows {
		lines = append(lines, strings.Join([]string{
			row.Operation,
			cell(numbers(row.Successes)...),
			cell(numbers(row.Failures...)...),
			row.Required.String(),
			row.Optional.String(),
			cell(numbers(row.Emulator...)...),
			cell(row.Methods...),
		}, "\t"))
	}
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, _ = w.Write([]byte(join(lines))) // a buffer takes everything
	_ = w.Flush()
	return table.String()
}

// Gaps has a line for each gap of the rows.
func Gaps(rows []Row) string {
	var lines []string
	for _, row := range rows {
		for _, gap := range row.Gaps {
			lines = append(lines, row.Operation+": "+gap)
		}
	}
	return join(lines)
}

func (c Count) String() string { return fmt.Sprintf("%d/%d", c.N, c.Of) }

// cell is a dash where there is nothing.
func cell(texts ...string) string {
	if len(texts) == 0 {
		return "-"
	}
	return strings.Join(texts, " ")
}

func numbers(all ...int) []string {
	var texts []string
	for _, n := range all {
		if n != 0 {
			texts = append(texts, strconv.Itoa(n))
		}
	}
	return texts
}

func join(lines []string) string {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(line + "\n")
	}
	return text.String()
}
