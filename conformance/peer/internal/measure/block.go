package measure

import (
	"fmt"
	"strings"
)

// The lines between which a document has what was measured.
const (
	blockBegin = "<!-- make peer -->\n"
	blockEnd   = "<!-- /make peer -->\n"
)

// ReplaceBlock puts a text between the two lines of a document that mark its place.
func ReplaceBlock(document, text string) (string, error) {
	if strings.Count(document, blockBegin) != 1 || strings.Count(document, blockEnd) != 1 {
		return "", fmt.Errorf("expected the lines %q and %q, once each", strings.TrimSpace(blockBegin), strings.TrimSpace(blockEnd))
	}
	before, rest, _ := strings.Cut(document, blockBegin)
	_, after, ok := strings.Cut(rest, blockEnd)
	if !ok {
		return "", fmt.Errorf("expected the line %q after %q", strings.TrimSpace(blockEnd), strings.TrimSpace(blockBegin))
	}
	return before + blockBegin + text + blockEnd + after, nil
}
