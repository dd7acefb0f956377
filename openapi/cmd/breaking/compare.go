package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// severityLevels tells oasdiff which differences break clients, where we do not think
// as it does; the file allows no comments. Generators make methods of operationIds and
// types of schemas, so both keep their names, and a type or a format that is widened or
// narrowed is another, whatever is the same on the wire. A failure that is no longer
// described takes the type of its body along. Values of an enumeration in an answer are
// added by the service all the time, and the document says that a reader must accept
// them, so to tell of one breaks nobody who reads it.
//
//go:embed severity.txt
var severityLevels []byte

// compare has oasdiff judge. It counts warnings, which are what it makes of a
// parameter, a field or a value that is no longer taken, as breaking: a client that
// sends it stops compiling when it is generated again.
func compare(ctx context.Context, oasdiff string, base, now []byte) (output string, broken bool, err error) {
	dir, err := os.MkdirTemp("", "breaking")
	if err != nil {
		return "", false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	files := make(map[string]string)
	for name, document := range map[string][]byte{"base": base, "now": now} {
		files[name] = filepath.Join(dir, name+".json")
		if err = writeExposed(files[name], document); err != nil {
			return "", false, fmt.Errorf("%s: %w", name, err)
		}
	}
	severities := filepath.Join(dir, "severity.txt")
	if err = os.WriteFile(severities, severityLevels, 0o600); err != nil {
		return "", false, err
	}
	out, err := exec.CommandContext(ctx, oasdiff, "breaking", files["base"], files["now"],
		"--fail-on", "WARN", "--severity-levels", severities, "--flatten-allof", "--flatten-params",
		"--allow-external-refs=false", "--color", "never", "--format", "singleline").Output()
	output = strings.ReplaceAll(string(out), dir+string(filepath.Separator), "")
	failure, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case failed && failure.ExitCode() == 1 && output != "":
		return output, true, nil
	case failed:
		return "", false, fmt.Errorf("oasdiff: %w: %s", err, strings.TrimSpace(string(failure.Stderr)))
	}
	return output, false, err
}

func writeExposed(file string, document []byte) error {
	data, err := expose(document)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}
