//go:build unix

package main

import "strings"

// A block is a fenced block of a page.
type block struct {
	section  string // whose heading is "## " and this
	line     int    // of the page, from 1, at which the text begins
	language string
	text     string
}

// blocks returns the fenced blocks of a page in their order.
func blocks(page string) []block {
	var found []block
	var section string
	var open *block
	for i, line := range strings.Split(page, "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch heading, isHeading := strings.CutPrefix(line, "## "); {
		case open != nil && fence:
			found = append(found, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case fence:
			open = &block{section: section, line: i + 2, language: language}
		case isHeading:
			section = heading
		}
	}
	return found
}
