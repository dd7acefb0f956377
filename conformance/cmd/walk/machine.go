//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"

	"github.com/taskrouter-go/sdk/taskrouter"
)

// tools are what a newcomer has: Go, make, and what every Unix has.
var tools = []string{
	"go", "make",
	"sh", "basename", "cat", "chmod", "cp", "cut", "date", "diff", "dirname", "env", "expand", "expr", "find", "grep",
	"head", "kill", "ln", "ls", "mkdir", "mktemp", "mv", "pwd", "rm", "sed", "sleep", "sort", "tail", "tee", "test",
	"touch", "tr", "true", "uname", "uniq", "wc", "xargs",
}

// passed are the settings of the machine that say how the module proxy is reached.
var passed = []string{"GOSUMDB", "GONOPROXY", "GOPRIVATE", "GOTOOLCHAIN", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// A machine is a folder with all that a newcomer has.
type machine struct {
	root string
	// copy is the repository, as a newcomer has cloned it, and work an empty folder.
	copy, work string
	env        []string
}

func newMachine(ctx context.Context, repository string) (*machine, error) {
	root, err := os.MkdirTemp("", "walk")
	if err != nil {
		return nil, err
	}
	m := &machine{root: root, copy: filepath.Join(root, "taskrouter-go"), work: filepath.Join(root, "work")}
	if err := m.fill(ctx, repository); err != nil {
		return nil, errors.Join(err, m.remove())
	}
	return m, nil
}

func (m *machine) fill(ctx context.Context, repository string) error {
	for _, folder := range []string{"home", "tmp", "bin", "work"} {
		if err := os.Mkdir(filepath.Join(m.root, folder), 0o755); err != nil {
			return err
		}
	}
	for _, tool := range tools {
		path, err := exec.LookPath(tool)
		if err != nil {
			return err
		}
		if path, err = filepath.Abs(path); err != nil {
			return err
		}
		if err := os.Symlink(path, filepath.Join(m.root, "bin", tool)); err != nil {
			return err
		}
	}
	if err := copyRepository(ctx, repository, m.copy); err != nil {
		return fmt.Errorf("copy the repository: %w", err)
	}
	if err := m.release(); err != nil {
		return fmt.Errorf("release the module: %w", err)
	}
	return m.setEnv(ctx)
}

// copyRepository copies what git tracks, and what it would if it were asked to.
func copyRepository(ctx context.Context, from, to string) error {
	list, err := exec.CommandContext(ctx, "git", "-C", from, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		info, err := os.Stat(filepath.Join(from, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // removed, and not yet committed
		}
		if err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), text, info.Mode().Perm()); err != nil {
			return err
		}
	}
	return nil
}

// release puts the module where a module proxy would have it.
func (m *machine) release() error {
	version := module.Version{Path: "github.com/taskrouter-go/sdk", Version: "v" + taskrouter.Version}
	folder := filepath.Join(m.root, "proxy", version.Path, "@v")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var zip bytes.Buffer
	if err := modzip.CreateFromDir(&zip, version, m.copy); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(m.copy, "go.mod"))
	if err != nil {
		return err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{version.Version, time.Now().UTC()})
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"list": []byte(version.Version + "\n"), version.Version + ".info": info, version.Version + ".mod": mod, version.Version + ".zip": zip.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) setEnv(ctx context.Context) error {
	proxy, err := exec.CommandContext(ctx, "go", "env", "GOPROXY").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	m.env = []string{
		"HOME=" + filepath.Join(m.root, "home"),
		"TMPDIR=" + filepath.Join(m.root, "tmp"),
		"PATH=" + filepath.Join(m.root, "bin"),
		"LANG=C.UTF-8",
		// The release is on no other proxy, and no checksum of it is known.
		"GOPROXY=file://" + filepath.Join(m.root, "proxy") + "," + strings.TrimSpace(string(proxy)),
		"GONOSUMDB=github.com/taskrouter-go/sdk",
	}
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			m.env = append(m.env, name+"="+value)
		}
	}
	return nil
}

// command returns one that a newcomer runs in a shell, in a folder.
func (m *machine) command(ctx context.Context, folder, text string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(m.root, "bin", "sh"), "-ec", text)
	command.Dir = folder
	command.Env = m.env
	// A group of its own, since neither a shell nor go run hands signals on.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGINT) }
	command.WaitDelay = 10 * time.Second
	return command
}

// remove removes all that there is, also what Go does not want written in its cache of
// modules.
func (m *machine) remove() error {
	_ = filepath.WalkDir(m.root, func(path string, entry fs.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700) //nolint:gosec // a folder
		}
		return nil
	})
	return os.RemoveAll(m.root)
}
