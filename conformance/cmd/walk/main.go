//go:build unix

// Command walk does what the README tells a newcomer to do, word by word, on a
// machine that has nothing but Go, make and what every Unix has: HOME, GOPATH and the
// build cache are empty.
//
//	go run ./conformance/cmd/walk [-repository folder]
//
// Blocks of shell are run in their order, a block of text behind one is what it is
// expected to print, and a whole program is what main.go holds. The section "Try it" is
// followed in a copy of the repository, all others in an empty folder, in which the
// module is not the copy but a release that the module proxy has: this one. Where the
// README leaves a workspace open, WS…, one is made on the emulator, which runs as
// the README says.
//
// It needs git besides, and reaches loopback and the module proxy. It fails at the first
// step that does, or that prints something else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	repository := flag.String("repository", ".", "the `folder` of the repository")
	flag.Parse()
	if err := run(context.Background(), log.New(os.Stdout, "", 0), *repository); err != nil {
		fmt.Fprintln(os.Stderr, "walk:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, log *log.Logger, repository string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	readme, err := os.ReadFile(filepath.Join(repository, "README.md"))
	if err != nil {
		return err
	}
	machine, err := newMachine(ctx, repository)
	if err != nil {
		return fmt.Errorf("prepare a machine: %w", err)
	}
	w := walker{machine: machine, log: log, blocks: blocks(string(readme))}
	return errors.Join(w.walk(ctx), w.emulator.stop(), machine.remove())
}
