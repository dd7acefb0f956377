package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// begin loads the state that there is: that of -state, and otherwise that of -load.
func (e *emulator) begin() error {
	state, err := e.readState()
	if err != nil {
		return fmt.Errorf("-state %s: %w", e.stateFile, err)
	}
	if len(state) > 0 {
		return e.beginWith("-state", e.stateFile, state)
	}
	if e.stateFile != "" {
		e.logger.Info("no state yet", "file", e.stateFile)
	}
	if e.loadFile == "" {
		return nil
	}
	state, err = os.ReadFile(e.loadFile)
	if err == nil && len(state) == 0 {
		err = errors.New("expected a state, the file is empty")
	}
	if err != nil {
		return fmt.Errorf("-load %s: %w", e.loadFile, err)
	}
	return e.beginWith("-load", e.loadFile, state)
}

func (e *emulator) beginWith(flag, file string, state []byte) error {
	if err := e.server.Load(bytes.NewReader(state)); err != nil {
		return fmt.Errorf("%s %s: %w", flag, file, err)
	}
	e.logger.Info("state loaded", "file", file)
	return nil
}

// readState answers nothing if there is no file, or an empty one as mktemp makes it. A
// folder that is not there is better known now than at the end, when the state is to be
// written.
func (e *emulator) readState() (state []byte, err error) {
	if e.stateFile == "" {
		return nil, nil
	}
	e.known, err = os.Stat(e.stateFile)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Stat(filepath.Dir(e.stateFile))
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(e.stateFile)
}

// errNoFile is why a state cannot be written.
var errNoFile = errors.New("expected the flag -state, which names the file of the state")

// save writes the state to its file, and logs what becomes of it.
func (e *emulator) save(reason string) error {
	logger := e.logger.With("file", e.stateFile, "reason", reason)
	if err := e.writeState(); err != nil {
		logger.Error("state not written", "error", err)
		return err
	}
	logger.Info("state written")
	return nil
}

// writeState waits for one that goes on, so that the file has the newer state at the end.
func (e *emulator) writeState() error {
	if e.stateFile == "" {
		return errNoFile
	}
	e.saving.Lock()
	defer e.saving.Unlock()
	var state bytes.Buffer
	if err := e.server.Dump(&state); err != nil {
		return err
	}
	e.warnOfAnother()
	if err := replaceFile(e.stateFile, state.Bytes()); err != nil {
		return fmt.Errorf("write the state to %s: %w", e.stateFile, err)
	}
	e.known, _ = os.Stat(e.stateFile) // nil if it is gone already
	return nil
}

// warnOfAnother tells of a file that is not as it was read or written last: somebody else,
// such as a second emulator, loses what is in it. No file is the same as nil.
func (e *emulator) warnOfAnother() {
	now, err := os.Stat(e.stateFile)
	if err != nil {
		return // nothing is there to lose
	}
	if !os.SameFile(now, e.known) || now.Size() != e.known.Size() || !now.ModTime().Equal(e.known.ModTime()) {
		e.logger.Warn("the file of the state, which another program wrote, is replaced", "file", e.stateFile)
	}
}

// replaceFile writes a file as a whole or not at all, and leaves its mode as it was. A
// new one is for its owner alone, since attributes are about people.
func replaceFile(name string, data []byte) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // a link stays one
	}
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	if err := fill(file, data, name); err != nil {
		_ = os.Remove(file.Name()) // the first error says more
		return err
	}
	return nil
}

// fill writes a temporary file and gives it its name.
func fill(file *os.File, data []byte, name string) error {
	err := writeThrough(file, data)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if old, err := os.Stat(name); err == nil {
		if err := os.Chmod(file.Name(), old.Mode().Perm()); err != nil {
			return err
		}
	}
	return os.Rename(file.Name(), name)
}

// writeThrough returns when the data is on the disk.
func writeThrough(file *os.File, data []byte) error {
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}
