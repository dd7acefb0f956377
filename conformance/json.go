package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// diffJSON compares two JSON texts by value. Both are taken apart into one line
// for each leaf, so that a difference is shown where it is.
func diffJSON(want string, got []byte) []string {
	wantLeaves, err := leavesOf([]byte(want))
	if err != nil {
		return []string{fmt.Sprintf("- (not JSON: %v)", err)}
	}
	gotLeaves, err := leavesOf(got)
	if err != nil {
		lines := diffValues(wantLeaves, nil, leafLines)
		return append(lines, fmt.Sprintf("+ (not JSON: %v)", err))
	}
	return diffValues(wantLeaves, gotLeaves, leafLines)
}

func leafLines(path, literal string) []string {
	return []string{path + " = " + literal}
}

// leavesOf maps the path of each leaf ($["sids"][0]) to its value. Equal leaves
// mean equal values: paths tell a key from an index, literals a string from a
// number, and arrays and empty objects are leaves.
func leavesOf(text []byte) (map[string][]string, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // float64 would make different integers the same
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more after the value")
	}
	leaves := make(map[string][]string)
	addLeaves(leaves, "$", value)
	return leaves, nil
}

func addLeaves(leaves map[string][]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		if len(value) == 0 {
			leaves[path] = []string{"{}"}
		}
		for key, member := range value {
			addLeaves(leaves, path+"["+strconv.Quote(key)+"]", member)
		}
	case []any:
		leaves[path] = []string{"[]"}
		if len(value) > 0 { // or an entry too much would only be one more leaf
			leaves[path] = []string{fmt.Sprintf("[length %d]", len(value))}
		}
		for i, element := range value {
			addLeaves(leaves, path+"["+strconv.Itoa(i)+"]", element)
		}
	default:
		leaves[path] = []string{literal(value)}
	}
}

func literal(value any) string {
	switch value := value.(type) {
	case string:
		return strconv.Quote(value)
	case json.Number:
		return normalNumber(value.String())
	case nil:
		return "null"
	}
	return fmt.Sprint(value)
}

// normalNumber spells equal numbers the same, exactly and without computing
// them: 1e999999999 is short as a text and too large as a number.
func normalNumber(text string) string {
	mantissa, power := strings.ToLower(text), 0
	if before, after, ok := strings.Cut(mantissa, "e"); ok {
		n, err := strconv.Atoi(after)
		if err != nil {
			return text
		}
		mantissa, power = before, n
	}
	sign := ""
	if strings.HasPrefix(mantissa, "-") {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	power += len(digits) - len(short) - len(fraction)
	switch {
	case short == "":
		return "0"
	case power >= 0 && power <= 20:
		return sign + short + strings.Repeat("0", power)
	}
	return fmt.Sprintf("%s%se%d", sign, short, power)
}
