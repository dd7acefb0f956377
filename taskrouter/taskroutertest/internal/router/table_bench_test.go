package router

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// newStack returns n entries that SIDs as long as those of an account name.
func newStack(n int) []*card {
	stack := make([]*card, n)
	for i := range stack {
		stack[i] = &card{Resource: Resource{SID: fmt.Sprintf("S%032d", i), place: i}}
	}
	return stack
}

func tableOf(stack []*card) *Table[*card] {
	t := new(Table[*card])
	for _, c := range stack {
		t.add(c)
	}
	return t
}

// BenchmarkTableRemove removes from the middle of 1,000,000: those that were made
// after 100,000 others, or any.
func BenchmarkTableRemove(b *testing.B) {
	const n, waiting = 1_000_000, 100_000
	inOrder := newStack(n)
	anyOrder := append([]*card(nil), inOrder...)
	rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { anyOrder[i], anyOrder[j] = anyOrder[j], anyOrder[i] })
	for name, leave := range map[string][]*card{"behind 100000": inOrder[waiting:], "any": anyOrder[:n-waiting], "first": inOrder[:n-waiting]} {
		b.Run(name, func(b *testing.B) {
			table, left := tableOf(inOrder), leave
			runtime.GC()
			for b.Loop() {
				if len(left) == 0 {
					b.StopTimer()
					table, left = tableOf(inOrder), leave
					runtime.GC()
					b.StartTimer()
				}
				table.remove(left[0])
				left = left[1:]
			}
		})
	}
}

// BenchmarkTableAdd adds 1,000,000 to an empty table, and one each to as many.
func BenchmarkTableAdd(b *testing.B) {
	stack := newStack(1_000_000)
	b.Run("one table", func(b *testing.B) {
		for b.Loop() {
			tableOf(stack)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(stack)), "ns/entry")
	})
	b.Run("a table each", func(b *testing.B) {
		for b.Loop() {
			tableOf(stack[:1])
		}
	})
}

// BenchmarkTableAll meets 100,000.
func BenchmarkTableAll(b *testing.B) {
	table := tableOf(newStack(100_000))
	for b.Loop() {
		sum := 0
		for c := range table.All() {
			sum += c.place
		}
		if sum == 0 {
			b.Fatal("none was met")
		}
	}
}

// BenchmarkTablePage returns pages of 50 of 1,000,000.
func BenchmarkTablePage(b *testing.B) {
	stack := newStack(1_000_000)
	table := tableOf(stack)
	gone := stack[600_000]
	table.remove(gone)
	for name, token := range map[string]string{
		"first": "", "after": tokenAfter + stack[500_000].SID, "before": tokenBefore + stack[500_000].SID, "after one that was removed": tokenAfter + gone.SID,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page, err := table.Page(Query[*card]{Size: 50, Token: token})
				if err != nil || len(page.Items) != 50 {
					b.Fatal(len(page.Items), err)
				}
			}
		})
	}
}

// BenchmarkTableMemory tells what an entry takes in a table of 1,000,000, in the order
// of one of 100,000 from which all but each tenth were removed, and in a table of its
// own.
func BenchmarkTableMemory(b *testing.B) {
	stack := newStack(1_000_000)
	measure := func(b *testing.B, entries int, build func() any) {
		for b.Loop() {
			before := heapInUse()
			kept := build()
			b.ReportMetric(float64(heapInUse()-before)/float64(entries), "B/entry")
			runtime.KeepAlive(kept)
		}
	}
	b.Run("one table", func(b *testing.B) {
		measure(b, len(stack), func() any { return tableOf(stack) })
	})
	b.Run("a tenth left", func(b *testing.B) {
		fewer := stack[:100_000]
		measure(b, len(fewer)/10, func() any {
			table := tableOf(fewer)
			for i, c := range fewer {
				if i%10 != 0 {
					table.remove(c)
				}
			}
			table.bySID = nil // which does not shrink
			return table
		})
	})
	b.Run("a table each", func(b *testing.B) {
		measure(b, 100_000, func() any {
			tables := make([]*Table[*card], 100_000)
			for i := range tables {
				tables[i] = tableOf(stack[i : i+1])
			}
			return tables
		})
	})
}
