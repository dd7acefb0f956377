package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/taskrouter-go/sdk/conformance"
)

// An Outcome is what came of one fixture.
type Outcome struct {
	Fixture   string
	Exchanges int
	Changed   bool     // the file
	Statuses  []string // that changed
	Cleanup   []string // workspaces that were left behind
	Skipped   string   // why it was not recorded, though nothing failed
	Err       error
}

// Folder records fixtures of a folder, or all if none is named, and reports each
// when it is done. One that fails does not keep the others from being recorded.
func (r *Recorder) Folder(ctx context.Context, folder string, names []string, report func(Outcome)) error {
	all := len(names) == 0
	if all {
		var err error
		if names, err = fixturesOf(folder); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("interrupted before %s: %w", name, err)
		}
		outcome := r.file(ctx, folder, name)
		if all && errors.Is(outcome.Err, ErrNotRecordable) {
			outcome.Skipped, outcome.Err = outcome.Err.Error(), nil
		}
		report(outcome)
	}
	return nil
}

func fixturesOf(folder string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(globQuote.Replace(folder), "*"+conformance.Extension))
	if err != nil {
		return nil, fmt.Errorf("list fixtures: %w", err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("expected fixtures (*%s) in %s", conformance.Extension, folder)
	}
	for i, path := range paths {
		paths[i] = filepath.Base(path)
	}
	return paths, nil
}

// globQuote makes a folder's name mean itself.
var globQuote = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

func (r *Recorder) file(ctx context.Context, folder, name string) Outcome {
	name = strings.TrimSuffix(name, conformance.Extension) + conformance.Extension
	outcome := Outcome{Fixture: name}
	if filepath.Base(name) != name {
		outcome.Err = fmt.Errorf("expected the name of a fixture in %s, without a folder", folder)
		return outcome
	}
	path := filepath.Join(folder, name)
	old, err := os.ReadFile(path)
	if err != nil {
		outcome.Err = fmt.Errorf("read fixture: %w", err)
		return outcome
	}
	scenario, err := conformance.Parse(name, old)
	if err != nil {
		outcome.Err = err
		return outcome
	}
	outcome.Exchanges = len(scenario.Exchanges)
	recording, err := r.Record(ctx, scenario)
	outcome.Statuses, outcome.Cleanup = recording.Statuses, recording.Cleanup
	if err != nil {
		outcome.Err = err
		return outcome
	}
	outcome.Changed, outcome.Err = r.write(path, old, recording.Scenario)
	return outcome
}

// write replaces a file if its content is another, at once or not at all.
func (r *Recorder) write(path string, old []byte, s *conformance.Scenario) (changed bool, err error) {
	data, err := conformance.Format(s)
	if err != nil {
		return false, errors.New(r.clean.clean(err.Error()))
	}
	if r.clean.leaksWithin(string(data), 1) { // the answers were looked through already
		return false, errors.New("expected no credential in the file: the comment or a request holds one")
	}
	if bytes.Equal(data, old) {
		return false, nil
	}
	if err := replaceFile(path, data); err != nil {
		return false, fmt.Errorf("write fixture: %w", err)
	}
	return true, nil
}

func replaceFile(path string, data []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".record-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already if all went well
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(info.Mode().Perm()), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
