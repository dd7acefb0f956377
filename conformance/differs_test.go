package conformance_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/taskrouter-go/sdk/conformance"
)

// A differing is a place in which the emulator may answer otherwise than what it is
// held against, and why. The list of them stands in a file of testdata:
//
//	reason: The service gives more links now.
//	scenario | exchange | member
//	scenario | exchange | member =
//	scenario | exchange
//
// A star stands for anything, also in a part of a name. A member is named by its last
// names, such as links.workspace, and what is in it counts as well; header ETag is a
// header. With an equals sign it must be there and may have another value. Without a
// member the whole answer may be another.
type differing struct {
	scenario, exchange, member string
	onlyValue                  bool
	reason                     string
	needed                     atomic.Bool
}

func (d *differing) String() string {
	return strings.Trim(d.scenario+" | "+d.exchange+" | "+d.member, " |")
}

func (d *differing) isOf(scenario string) bool { return fits(d.scenario, scenario) }

func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

func (d *differing) covers(scenario, exchange string, difference difference) bool {
	return d.isOf(scenario) &&
		fits(d.exchange, exchange) &&
		(d.member == "" || strings.Contains("."+difference.member+".", "."+d.member+".")) &&
		(!d.onlyValue || difference.value)
}

// A list of differings.
type differings []*differing

func readDiffering(t *testing.T, name string) differings {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	list, err := parseDiffering(string(data))
	require.NoError(t, err, name)
	return list
}

func parseDiffering(text string) (differings, error) {
	var list differings
	reason := ""
	for number, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if r, ok := strings.CutPrefix(line, "reason: "); ok {
			reason = r
			continue
		}
		parts := append(strings.Split(line, " | "), "")
		if reason == "" || len(parts) < 3 || len(parts) > 4 {
			return nil, fmt.Errorf("line %d: expected a reason before it, and scenario | exchange | member", number+1)
		}
		member, onlyValue := strings.CutSuffix(parts[2], " =")
		list = append(list, &differing{scenario: parts[0], exchange: parts[1], member: member, onlyValue: onlyValue, reason: reason})
	}
	return list, nil
}

// unexplained are the differences of an exchange that no entry of the list is for. The
// first entry that is for one is needed: another one is too much.
func (list differings) unexplained(scenario, exchange string, differences []difference) []difference {
	return slices.DeleteFunc(differences, func(d difference) bool {
		i := slices.IndexFunc(list, func(entry *differing) bool { return entry.covers(scenario, exchange, d) })
		if i < 0 {
			return false
		}
		list[i].needed.Store(true)
		return true
	})
}

// excuse tells whether the whole answer may be another.
func (list differings) excuse(scenario, exchange string) bool {
	return slices.ContainsFunc(list, func(d *differing) bool {
		return d.member == "" && d.covers(scenario, exchange, difference{})
	})
}

// checkNeeded fails where nothing differs any more.
func (list differings) checkNeeded(t *testing.T) {
	t.Helper()
	for _, entry := range list.unneeded() {
		t.Errorf("nothing differs any more as the list says: %s (%s)", entry, entry.reason)
	}
}

func (list differings) unneeded() differings {
	return slices.DeleteFunc(slices.Clone(list), func(entry *differing) bool { return entry.needed.Load() })
}

// A difference is where an answer is not the one that was expected.
type difference struct {
	member string // such as tasks.links.workspace, header ETag, or status
	what   string
	value  bool // whether only the value is another
}

// differences between an answer and the one that came. Headers count that were
// expected. The order and the spelling of what stands in the query of a URL do not.
func differences(want, came conformance.Response) []difference {
	if want.Status != came.Status {
		return []difference{{member: "status", what: fmt.Sprintf("%d became %d: %s", want.Status, came.Status, came.Body)}}
	}
	var all []difference
	wanted, header := headerOf(want.Header), headerOf(came.Header)
	for name := range wanted {
		if is, was := header.Get(name), wanted.Get(name); is != was {
			all = append(all, difference{member: "header " + name, what: fmt.Sprintf("%q became %q", was, is)})
		}
	}
	if want.Body == came.Body {
		return all
	}
	loss, err := conformance.CompareJSON(sortedQueries(want.Body), sortedQueries(came.Body))
	if err != nil {
		return append(all, difference{member: "body", what: err.Error()})
	}
	for _, line := range loss.Lost {
		all = append(all, difference{member: memberAt(line), what: line, value: strings.Contains(line, " became ")})
	}
	for _, line := range loss.Added {
		all = append(all, difference{member: memberAt(line), what: line + " was not there"})
	}
	return all
}

var (
	pathOfLine = regexp.MustCompile(`^\$(\["[^"]*"\]|\[[0-9]+\])*`)
	nameInPath = regexp.MustCompile(`\["([^"]*)"\]`)
)

// memberAt is what a line of a comparison is about, without the numbers of entries.
func memberAt(line string) string {
	var names []string
	for _, match := range nameInPath.FindAllStringSubmatch(pathOfLine.FindString(line), -1) {
		names = append(names, match[1])
	}
	return strings.Join(names, ".")
}

var quoted = regexp.MustCompile(`"https?://[^"\\]*\?[^"\\]*"`)

// sortedQueries spells the queries of the URLs in a JSON text in one way.
func sortedQueries(text string) []byte {
	return quoted.ReplaceAllFunc([]byte(text), func(literal []byte) []byte {
		var address string
		if json.Unmarshal(literal, &address) != nil {
			return literal
		}
		u, err := url.Parse(address)
		if err != nil {
			return literal
		}
		u.RawQuery = u.Query().Encode()
		return []byte(`"` + u.String() + `"`)
	})
}

func TestADifferenceNeedsAReason(t *testing.T) {
	want := conformance.Response{Status: 200, Header: []conformance.Field{{Name: "ETag", Value: "1"}},
		Body: `{"tasks": [{"sid": "WT1", "age": 1, "links": {"self": "https://h/p?a=1&b=%20"}}]}`}
	came := conformance.Response{Status: 200, Header: []conformance.Field{{Name: "ETag", Value: "2"}, {Name: "X-More", Value: "1"}},
		Body: `{"tasks": [{"sid": "WT1", "age": 2, "links": {"self": "https://h/p?b=+&a=1", "more": null}}]}`}
	for name, test := range map[string]struct {
		list   string
		left   []string
		needed bool
	}{
		"none":                     {"", []string{"header Etag", "tasks.age", "tasks.links.more"}, true},
		"for a member":             {"s | e | age", []string{"header Etag", "tasks.links.more"}, true},
		"for a member in a member": {"* | * | links.more", []string{"header Etag", "tasks.age"}, true},
		"for what is in a member":  {"s* | * | links", []string{"header Etag", "tasks.age"}, true},
		"for a value":              {"s | e | age =", []string{"header Etag", "tasks.links.more"}, true},
		"for a value that is new":  {"s | e | more =", []string{"header Etag", "tasks.age", "tasks.links.more"}, false},
		"for a header":             {"* | e | header Etag", []string{"tasks.age", "tasks.links.more"}, true},
		"for all":                  {"s | *", nil, true},
		"for some exchanges":       {"s | *e", nil, true},
		"for another exchange":     {"s | f", []string{"header Etag", "tasks.age", "tasks.links.more"}, false},
		"for another scenario":     {"r | e", []string{"header Etag", "tasks.age", "tasks.links.more"}, false},
		"for another member":       {"s | e | sid", []string{"header Etag", "tasks.age", "tasks.links.more"}, false},
		"for a part of a name":     {"s | e | ge", []string{"header Etag", "tasks.age", "tasks.links.more"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := parseDiffering("# all\nreason: because\n" + test.list)
			require.NoError(t, err)
			var left []string
			for _, d := range list.unexplained("s", "e", differences(want, came)) {
				left = append(left, d.member)
			}
			assert.Equal(t, test.left, left)
			if test.needed {
				assert.Empty(t, list.unneeded())
			} else {
				assert.Equal(t, list, list.unneeded())
			}
		})
	}
	assert.Equal(t, "status", differences(want, conformance.Response{Status: 404})[0].member)
	assert.Equal(t, "body", differences(want, conformance.Response{Status: 200, Header: want.Header, Body: "<html>"})[0].member)
	for _, text := range []string{"s | e", "reason: r\ns", "reason: r\ns | e | m | n"} {
		_, err := parseDiffering(text)
		assert.ErrorContains(t, err, "expected a reason before it", text)
	}
}
