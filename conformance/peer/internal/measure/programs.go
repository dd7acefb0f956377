package measure

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A Program is the smallest useful program written with a library: it reads
// credentials from the environment, and prints the status of a task.
type Program struct {
	Name string
	// Build is how long it takes to build. For the one without a library the cache is
	// empty before; for the others it holds that one's packages, so that what they take
	// is what the library adds, and the link, which every program needs.
	Build    time.Duration
	Builds   int   // of which Build is the shortest
	Size     int64 // of the binary, in bytes
	Stripped int64 // its size without the symbol table and debug information
	Packages int   // that are linked, with the standard library's
	Foreign  int   // packages that are not the standard library's, with the program itself
	Modules  int   // that are linked besides the program's own
}

// source is where the programs are; the tools for all packages pass testdata over, so
// that only who measures builds all of twilio-go.
const source = "github.com/taskrouter-go/sdk/conformance/peer/internal/measure/testdata/"

// The programs, the one without a library first.
var programs = []struct{ name, folder string }{
	{nameNetHTTP, "nethttp"},
	{nameOurs, "sdk"},
	{nameDocumented, "documented"},
	{nameNarrow, "narrow"},
}

// The programs, as the tables name them.
const (
	nameNetHTTP    = "net/http alone"
	nameDocumented = "twilio-go as documented"
	nameNarrow     = "twilio-go, its packages for TaskRouter alone"
)

// builds is how often each program is built, but for the first.
const builds = 2

// Programs builds all programs, and says which one it is at.
func Programs(ctx context.Context, say func(string)) (_ []Program, err error) {
	folder, err := os.MkdirTemp("", "compare-")
	if err != nil {
		return nil, fmt.Errorf("make a folder to build in: %w", err)
	}
	defer func() {
		if failure := os.RemoveAll(folder); err == nil && failure != nil {
			err = fmt.Errorf("remove the folder that was built in: %w", failure)
		}
	}()
	b := builder{folder: folder}
	var measured []Program
	for i, p := range programs {
		say("build with " + p.name)
		program, err := b.measure(ctx, p.name, source+p.folder, i == 0)
		if err != nil {
			return nil, fmt.Errorf("measure the program with %s: %w", p.name, err)
		}
		measured = append(measured, program)
	}
	return measured, nil
}

// A builder builds in a folder with caches of its own.
type builder struct{ folder string }

// measure builds a program. The first one begins with an empty cache and leaves it to
// the others.
func (b builder) measure(ctx context.Context, name, path string, first bool) (Program, error) {
	p := Program{Name: name}
	// Before the build: this downloads what is not there yet.
	if err := p.count(ctx, path); err != nil {
		return Program{}, err
	}
	for p.Builds < builds {
		took, err := b.build(ctx, &p, path, first)
		if err != nil {
			return Program{}, err
		}
		if p.Builds == 0 || took < p.Build {
			p.Build = took
		}
		p.Builds++
		if first {
			break // the cache is not empty any more
		}
	}
	return p, nil
}

func (b builder) build(ctx context.Context, p *Program, path string, first bool) (time.Duration, error) {
	base := filepath.Join(b.folder, "base")
	cache := base
	if !first {
		cache = filepath.Join(b.folder, "cache")
		if err := os.CopyFS(cache, os.DirFS(base)); err != nil {
			return 0, fmt.Errorf("copy the cache: %w", err)
		}
		defer func() { _ = os.RemoveAll(cache) }() // or with the folder
	}
	environment := []string{"GOCACHE=" + cache, "GOTMPDIR=" + b.folder}
	binary := filepath.Join(b.folder, "program")
	start := time.Now()
	if _, err := goCommand(ctx, environment, "build", "-trimpath", "-buildvcs=false", "-o", binary, path); err != nil {
		return 0, err
	}
	took := time.Since(start)
	stripped := filepath.Join(b.folder, "stripped")
	if _, err := goCommand(ctx, environment, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", stripped, path); err != nil {
		return 0, err
	}
	return took, p.read(binary, stripped)
}

// count counts the packages.
func (p *Program) count(ctx context.Context, path string) error {
	listed, err := goCommand(ctx, nil, "list", "-deps", "-f", "{{.Standard}}", path)
	if err != nil {
		return err
	}
	p.Packages = strings.Count(listed, "\n")
	p.Foreign = strings.Count(listed, "false\n")
	return nil
}

// read reads from the binaries how large they are and what they consist of.
func (p *Program) read(binary, stripped string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("read what the program consists of: %w", err)
	}
	p.Modules = len(info.Deps)
	for file, size := range map[string]*int64{binary: &p.Size, stripped: &p.Stripped} {
		stat, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("read the size of the program: %w", err)
		}
		*size = stat.Size()
	}
	return nil
}

// goCommand runs the go command with variables added to the environment, and returns
// what it printed.
func goCommand(ctx context.Context, environment []string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", arguments...)
	// Interrupted, it begins nothing more. The compilers that it has started are
	// interrupted by the terminal as well, or end in some seconds.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute
	command.Env = append(os.Environ(), environment...)
	var stderr strings.Builder
	command.Stderr = &stderr
	printed, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, stderr.String())
	}
	return string(printed), nil
}
