//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A walker follows the blocks of a page.
type walker struct {
	machine  *machine
	log      *log.Logger
	blocks   []block
	folder   string // where the walker is
	printed  string // by the block of shell before, if it was one
	emulator emulator
}

func (w *walker) walk(ctx context.Context) error {
	w.folder = w.machine.work
	steps := 0
	for i, b := range w.blocks {
		expects := i > 0 && b.language == "text" && w.blocks[i-1].language == "sh"
		program := b.language == "go" && strings.HasPrefix(b.text, "package main\n")
		if !expects && !program && b.language != "sh" {
			continue // what the tests of the pages compile or compare
		}
		steps++
		w.log.Printf("\n== %s, line %d", b.section, b.line)
		if err := w.step(ctx, b); err != nil {
			return fmt.Errorf("README.md, line %d: %w", b.line, err)
		}
	}
	if steps == 0 {
		return errors.New("the README has nothing to do")
	}
	w.log.Printf("\n%d steps", steps)
	return nil
}

func (w *walker) step(ctx context.Context, b block) error {
	switch {
	case b.language == "go":
		w.log.Print("main.go")
		return os.WriteFile(filepath.Join(w.folder, "main.go"), []byte(b.text), 0o600)
	case b.language == "text":
		return w.compare(b.text)
	case b.section == "Try it":
		return w.shell(ctx, w.machine.copy, b.text)
	case strings.Contains(b.text, emulatorCommand):
		return w.serve(ctx, b)
	case strings.Contains(b.text, "WS…"):
		return w.withWorkspace(ctx, b.text)
	}
	return w.shell(ctx, w.folder, b.text)
}

// compare holds what the last commands printed against what the page says.
func (w *walker) compare(want string) error {
	if w.printed != want {
		return fmt.Errorf("expected\n%sbut the commands before it printed\n%s", want, w.printed)
	}
	w.log.Print("as printed")
	return nil
}

// shell runs commands, and stays in the folder where they end unless that is the copy.
func (w *walker) shell(ctx context.Context, folder, text string) error {
	w.log.Print(text)
	began := time.Now()
	end := filepath.Join(w.machine.root, "folder")
	var printed strings.Builder
	command := w.machine.command(ctx, folder, text+"\npwd >'"+end+"'")
	command.Stdout, command.Stderr = io.MultiWriter(w.log.Writer(), &printed), w.log.Writer()
	if err := command.Run(); err != nil {
		return err
	}
	w.log.Printf("(%.1f s)", time.Since(began).Seconds())
	w.printed = printed.String()
	if folder == w.machine.copy {
		return nil
	}
	name, err := os.ReadFile(end)
	w.folder = strings.TrimSpace(string(name))
	return err
}
