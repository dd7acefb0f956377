package measure

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// A table has cells of plain text.
type table struct {
	title string
	head  []string
	rows  [][]string
}

// text is the table with aligned columns.
func (t table) text() string {
	var b strings.Builder
	b.WriteString(t.title + "\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.head}, t.rows...) {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t")) // a Builder does not fail
	}
	_ = w.Flush()
	return b.String()
}

// markdown is the table without its title.
func (t table) markdown() string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(t.head)
	b.WriteString(strings.Repeat("|---", len(t.head)) + "|\n")
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}

// duration writes three digits.
func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return threeDigits(float64(d)/float64(time.Microsecond)) + " µs"
	case d < time.Second:
		return threeDigits(float64(d)/float64(time.Millisecond)) + " ms"
	default:
		return threeDigits(d.Seconds()) + " s"
	}
}

// size writes three digits, in powers of a thousand.
func size(n int64) string {
	switch {
	case n < 1_000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1_000_000:
		return threeDigits(float64(n)/1e3) + " kB"
	default:
		return threeDigits(float64(n)/1e6) + " MB"
	}
}

func threeDigits(f float64) string {
	switch {
	case f < 9.995:
		return strconv.FormatFloat(f, 'f', 2, 64)
	case f < 99.95:
		return strconv.FormatFloat(f, 'f', 1, 64)
	default:
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
}

// thousands writes a number with commas.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
