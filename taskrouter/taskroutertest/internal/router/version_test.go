package router

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIfMatchIsReadInEachSpelling(t *testing.T) {
	for text, met := range map[string]bool{
		"3": true, `"3"`: true, `W/"3"`: true, "W/3": true, "*": true, " * ": true, " 3 ": true, `"2", "3"`: true, "1,2,3": true,
		"2": false, `"4"`: false, `W/"30"`: false, "1, 2": false, "03": true, "0": false, "2147483647": false,
	} {
		version, err := ParseVersion(&text)
		require.NoError(t, err, text)
		if met {
			assert.NoError(t, version.Check("task", 3), text)
			continue
		}
		assert.Equal(t, &Refusal{Status: 412, Message: "The task has another version"}, version.Check("task", 3), text)
	}
	version, err := ParseVersion(nil)
	require.NoError(t, err)
	assert.NoError(t, version.Check("task", 7), "who names no version means any")
}

func TestIfMatchOfNoVersionIsRefused(t *testing.T) {
	for _, text := range []string{"", " ", "x", `"`, `""`, `"3`, `3"`, "-1", "1.0", "1,", ",1", "w/3", "2147483648", "99999999999999999999", "* , 3"} {
		_, err := ParseVersion(&text)
		assert.EqualError(t, err, "If-Match is not a version", text)
	}
}
