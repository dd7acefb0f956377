package measure

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what was got as what is wanted")

// aReport has made-up figures, round ones.
func aReport() Report {
	return Report{
		Setting: Setting{Processor: "Abacus, 2 cores", Platform: "plan9/mips", Go: "go1.26.0-X:jsonv2", Peer: "v1.31.0", Date: "2026-01-02"},
		Calls: []Call{
			{
				Name:   "get a task",
				Ours:   Cost{Least: 40 * time.Microsecond, Median: 50 * time.Microsecond, Bytes: 12_800, Allocations: 90},
				Theirs: Cost{Least: 45 * time.Microsecond, Median: 66_660 * time.Nanosecond, Bytes: 16_000, Allocations: 100},
				Floor:  Cost{Least: 39 * time.Microsecond, Median: 40 * time.Microsecond, Bytes: 999, Allocations: 80},
			},
			{
				Name: "list 10,000 tasks", List: true,
				Ours:    Cost{Least: 106 * time.Millisecond, Median: 116 * time.Millisecond, Bytes: 43_100_000, Allocations: 381_197},
				Theirs:  Cost{Least: 190 * time.Millisecond, Median: 200 * time.Millisecond, Bytes: 171_000_000, Allocations: 1_482_257},
				Limited: &Cost{Least: 140 * time.Millisecond, Median: 150 * time.Millisecond, Bytes: 152_000_000, Allocations: 1_386_094},
				Floor:   Cost{Least: 99 * time.Millisecond, Median: 100 * time.Millisecond, Bytes: 43_300_000, Allocations: 380_982},
			},
		},
		Programs: []Program{
			{Name: nameNetHTTP, Build: 30 * time.Second, Builds: 1, Size: 8_000_000, Stripped: 5_500_000, Packages: 150, Foreign: 1},
			{Name: nameOurs, Build: 6 * time.Second, Builds: 3, Size: 12_000_000, Stripped: 8_000_000, Packages: 180, Foreign: 10, Modules: 4},
			{Name: nameDocumented, Build: 120 * time.Second, Builds: 1, Size: 48_000_000, Stripped: 30_000_000, Packages: 240, Foreign: 67, Modules: 2},
			{Name: nameNarrow, Build: 4 * time.Second, Builds: 3, Size: 10_000_000, Stripped: 7_000_000, Packages: 160, Foreign: 7, Modules: 2},
		},
		Requests: "## Requests\n\nAll requests are the same.\n",
	}
}

func TestReportIsWritten(t *testing.T) {
	for name, got := range map[string]string{
		"report.txt": aReport().Text(),
		"report.md":  aReport().Markdown(),
		"short.md":   aReport().Short(),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}

func TestReportHasNothingOfWhatWasNotDone(t *testing.T) {
	r := aReport()
	r.Programs, r.Requests = nil, ""
	assert.NotContains(t, r.Text(), "rograms")
	assert.NotContains(t, r.Markdown(), "rograms")
	assert.NotContains(t, r.Markdown(), "Requests")
}

func TestRatioIsJudgedAsItIsPrinted(t *testing.T) {
	for _, test := range []struct {
		ours, other int
		aim         float64
		want        string
	}{
		{50, 100, aimListTime, "0.50, met (0.50)"},
		{504, 1000, aimListTime, "0.50, met (0.50)"},
		{505, 1000, aimListTime, "0.51, missed (0.50)"},
		{35, 100, aimListBytes, "0.35, met (0.35)"},
		{36, 100, aimListBytes, "0.36, missed (0.35)"},
		{115, 100, aimListFloor, "1.15, met (1.15)"},
		{116, 100, aimListFloor, "1.16, missed (1.15)"},
		{100, 100, aimSingleTime, "1.00, met (1.00)"},
		{101, 100, aimSingleTime, "1.01, missed (1.00)"},
		{90, 100, aimSingleAllocations, "0.90, met (0.90)"},
		{91, 100, aimSingleAllocations, "0.91, missed (0.90)"},
		{25, 100, aimBuild, "0.25, met (0.25)"},
		{26, 100, aimBuild, "0.26, missed (0.25)"},
		{300, 100, noAim, "3.00"},
	} {
		assert.Equal(t, test.want, ratioOf(test.ours, test.other, test.aim).String())
	}
}

func TestAimsAreThoseOfTheKindOfCall(t *testing.T) {
	assert.Equal(t, aims{time: 0.5, bytes: 0.35, floor: 1.15}, aimsOf(Call{List: true}))
	assert.Equal(t, aims{time: 1, allocations: 0.9}, aimsOf(Call{}))
}

func TestFiguresHaveThreeDigits(t *testing.T) {
	for want, got := range map[string]string{
		"9.99 µs":       duration(9_990 * time.Nanosecond),
		"10.0 µs":       duration(9_996 * time.Nanosecond),
		"99.9 µs":       duration(99_940 * time.Nanosecond),
		"100 µs":        duration(99_960 * time.Nanosecond),
		"999 µs":        duration(999 * time.Microsecond),
		"1.00 ms":       duration(time.Millisecond),
		"1.00 s":        duration(time.Second),
		"120 s":         duration(2 * time.Minute),
		"999 B":         size(999),
		"1.00 kB":       size(1_000),
		"1.00 MB":       size(1_000_000),
		"0":             thousands(0),
		"999":           thousands(999),
		"1,000":         thousands(1_000),
		"2,147,483,647": thousands(math.MaxInt32),
	} {
		assert.Equal(t, want, got)
	}
}

func TestBlockOfTheDocumentIsReplaced(t *testing.T) {
	const document = "# Title\n<!-- make peer -->\nold\nfigures\n<!-- /make peer -->\nThe end.\n"
	got, err := ReplaceBlock(document, "new\n")
	require.NoError(t, err)
	assert.Equal(t, "# Title\n<!-- make peer -->\nnew\n<!-- /make peer -->\nThe end.\n", got)
	again, err := ReplaceBlock(got, "new\n")
	require.NoError(t, err)
	assert.Equal(t, got, again)
}

func TestDocumentWithoutItsMarksIsRefused(t *testing.T) {
	for name, document := range map[string]string{
		"none":            "text\n",
		"no end":          "<!-- make peer -->\n",
		"no begin":        "<!-- /make peer -->\n",
		"the wrong order": "<!-- /make peer -->\n<!-- make peer -->\n",
		"two ends":        "<!-- make peer -->\n<!-- /make peer -->\n<!-- /make peer -->\n",
		"two":             strings.Repeat("<!-- make peer -->\n<!-- /make peer -->\n", 2),
	} {
		_, err := ReplaceBlock(document, "new\n")
		assert.ErrorContains(t, err, "<!-- make peer -->", name)
	}
}

func TestModelOfTheProcessorIsRead(t *testing.T) {
	assert.Equal(t, "Abacus: the 2nd", modelIn("processor\t: 0\nmodel\t\t: 17\nmodel name\t: Abacus: the 2nd\nmodel name\t: Abacus\n"))
	assert.Empty(t, modelIn("processor\t: 0\n"))
}

// The results that are committed were written by the report as it is, and the README has
// the figures of the same run.
func TestCommittedResultsAreOfOneRunOfThisReport(t *testing.T) {
	results, err := os.ReadFile("../../RESULTS.md")
	require.NoError(t, err)
	readme, err := os.ReadFile("../../../../README.md")
	require.NoError(t, err)
	_, block, _ := strings.Cut(string(readme), blockBegin)
	block, _, _ = strings.Cut(block, blockEnd)
	_, setting, _ := strings.Cut(string(results), "which measures again: ")
	setting, _, _ = strings.Cut(setting, ".\n")
	require.NotEmpty(t, setting)
	assert.True(t, strings.HasSuffix(block, "\nMeasured with "+setting+".\n"), setting)

	figures := regexp.MustCompile(`[\d.]+ (µs|ms|s|MB)`).FindAllString(block, -1)
	assert.Greater(t, len(figures), 20)
	parts := []string{aboutRatios, aboutCosts, aboutPrograms, "## Requests\n"}
	for _, figure := range figures {
		parts = append(parts, "| "+figure+" |")
	}
	missing := slices.DeleteFunc(parts, func(part string) bool { return strings.Contains(string(results), part) })
	assert.Empty(t, missing, "RESULTS.md lacks what this report writes, or what the README has")
}
