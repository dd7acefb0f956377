package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stateFile is the name of a file that is not there, in a folder that is.
func stateFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "state.json")
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
}

// filesBeside are the names in the folder of a file.
func filesBeside(t *testing.T, name string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(name))
	require.NoError(t, err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestTheStateIsThereAgain(t *testing.T) {
	file := stateFile(t)
	p := start(t, nil, "-state", file)
	p.waitFor(p.stderr, "no state yet")
	sid := p.createWorkspace("Support")
	require.NoFileExists(t, file)
	require.Equal(t, done, p.stop())
	assert.Contains(t, p.stderr.String(), `msg="state written"`)

	again := start(t, nil, "-state", file)
	again.waitFor(again.stderr, "state loaded")
	workspace, err := again.client().Workspaces.Get(t.Context(), sid)
	require.NoError(t, err)
	assert.Equal(t, "Support", workspace.FriendlyName)
	assert.NotEqual(t, sid, again.createWorkspace("Sales"), "SIDs go on")
	require.Equal(t, done, again.stop())
	assert.Contains(t, read(t, file), "Sales")
	assert.Equal(t, []string{"state.json"}, filesBeside(t, file))
}

const accountOfTheFile = "AC0000000000000000000000000000f11e"

const workspaceInAFile = `{"version": 1, "account_sid": "` + accountOfTheFile + `", "workspaces": [
	{"sid": "WS00000000000000000000000000000001", "friendly_name": "In the file"}]}`

func TestTheAccountOfTheStateIsPrinted(t *testing.T) {
	file := stateFile(t)
	write(t, file, workspaceInAFile)
	p := start(t, nil, "-state", file)
	assert.Equal(t, accountOfTheFile, p.value("TWILIO_ACCOUNT_SID"))
	for _, path := range []string{"/v1/Workspaces", "/emulator/state"} {
		status, answer := p.request("GET", path, "")
		assert.Equal(t, 200, status)
		assert.Contains(t, answer, "In the file")
	}
}

func TestAStateThatCannotBeIsRefusedAtStart(t *testing.T) {
	folder := t.TempDir()
	fixture := stateFile(t)
	write(t, fixture, workspaceInAFile) // which does not stand in
	tests := map[string]struct{ file, text, want string }{
		"no JSON":           {"state.json", "{", "unexpected"},
		"a wrong SID":       {"state.json", `{"version": 1, "workspaces": [{"sid": "WS1", "friendly_name": "x"}]}`, "WS1"},
		"no such folder":    {"nowhere/state.json", "", "nowhere"},
		"is a folder":       {".", "", "is a directory"},
		"a file as folder":  {"state.json/x", "", "state.json/x"},
		"of another format": {"state.json", `{"version": 99}`, "version"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(folder, test.file)
			if test.file == "state.json" {
				write(t, file, test.text)
			}
			code, stdout, stderr := runToEnd(t, nil, "-addr", "127.0.0.1:0", "-state", file, "-load", fixture)
			assert.Equal(t, failed, code)
			assert.Empty(t, stdout, "the port is not open")
			assert.Contains(t, stderr, "taskrouter-emulator: -state "+file+": ")
			assert.Contains(t, stderr, test.want)
			if test.file == "state.json" {
				assert.Equal(t, test.text, read(t, file), "the file is as it was")
			}
		})
	}
}

func TestAnEmptyFileIsAnEmptyState(t *testing.T) {
	file := stateFile(t)
	write(t, file, "")
	p := start(t, nil, "-state", file)
	p.waitFor(p.stderr, "no state yet")
	p.createWorkspace("Support")
	require.Equal(t, done, p.stop())
	assert.Contains(t, read(t, file), "Support")
	assert.NotContains(t, p.stderr.String(), "level=WARN")
}

func TestAFileThatIsLoadedIsOnlyRead(t *testing.T) {
	fixture := stateFile(t)
	write(t, fixture, workspaceInAFile)
	p := start(t, nil, "-load", fixture)
	assert.Equal(t, accountOfTheFile, p.value("TWILIO_ACCOUNT_SID"))
	_, err := p.client().Workspaces.Get(t.Context(), workspaceSID)
	require.NoError(t, err)
	p.createWorkspace("Support")
	status, _ := p.request("POST", "/emulator/state", "")
	assert.Equal(t, 409, status)
	require.Equal(t, done, p.stop())
	assert.Equal(t, workspaceInAFile, read(t, fixture))
	assert.Equal(t, []string{"state.json"}, filesBeside(t, fixture))
}

func TestAFileIsLoadedUntilTheStateIsWritten(t *testing.T) {
	for name, begins := range map[string]func(file string){
		"no file":       func(string) {},
		"an empty file": func(file string) { write(t, file, "") },
	} {
		t.Run(name, func(t *testing.T) {
			fixture, file := stateFile(t), stateFile(t)
			write(t, fixture, workspaceInAFile)
			begins(file)
			p := start(t, nil, "-load", fixture, "-state", file)
			require.NoError(t, p.client().Workspaces.Delete(t.Context(), workspaceSID))
			p.createWorkspace("Support")
			require.Equal(t, done, p.stop())
			assert.Equal(t, workspaceInAFile, read(t, fixture))

			again := start(t, nil, "-load", fixture, "-state", file)
			_, state := again.request("GET", "/emulator/state", "")
			assert.Contains(t, state, "Support")
			assert.NotContains(t, state, "In the file")
		})
	}
}

func TestAFileThatCannotBeLoadedIsRefusedAtStart(t *testing.T) {
	file := stateFile(t)
	for name, test := range map[string]struct {
		prepare func(fixture string)
		want    string
	}{
		"no file":       {func(string) {}, "no such file"},
		"an empty file": {func(fixture string) { write(t, fixture, "") }, "expected a state, the file is empty"},
		"no JSON":       {func(fixture string) { write(t, fixture, "{") }, "unexpected"},
	} {
		t.Run(name, func(t *testing.T) {
			fixture := stateFile(t)
			test.prepare(fixture)
			code, stdout, stderr := runToEnd(t, nil, "-addr", "127.0.0.1:0", "-load", fixture, "-state", file)
			assert.Equal(t, failed, code)
			assert.Empty(t, stdout, "the port is not open")
			assert.Contains(t, stderr, "taskrouter-emulator: -load "+fixture+": ")
			assert.Contains(t, stderr, test.want)
			assert.NoFileExists(t, file)
		})
	}
}

const replacesAnothers = "level=WARN msg=\"the file of the state, which another program wrote, is replaced\""

func TestTheStateOfAnotherProgramIsReplacedWithAWarning(t *testing.T) {
	for name, before := range map[string]string{"of a file": workspaceInAFile, "of none": ""} {
		t.Run(name, func(t *testing.T) {
			file := stateFile(t)
			if before != "" {
				write(t, file, before)
			}
			one, other := start(t, nil, "-state", file), start(t, nil, "-state", file)
			one.createWorkspace("Of one")
			require.Equal(t, done, other.stop())
			require.Equal(t, done, one.stop())
			assert.NotContains(t, other.stderr.String(), "level=WARN")
			assert.Contains(t, one.stderr.String(), replacesAnothers+" file="+file+"\n")
			assert.Contains(t, read(t, file), "Of one")
		})
	}
}

func TestAFileThatWasWrittenInPlaceIsReplacedWithAWarning(t *testing.T) {
	info := func(t *testing.T, file string) os.FileInfo {
		info, err := os.Stat(file)
		require.NoError(t, err)
		return info
	}
	for name, change := range map[string]func(t *testing.T, file string){
		"another size": func(t *testing.T, file string) {
			before := info(t, file).ModTime()
			write(t, file, read(t, file)+" ")
			require.NoError(t, os.Chtimes(file, before, before))
		},
		"another time": func(t *testing.T, file string) {
			later := info(t, file).ModTime().Add(time.Second)
			require.NoError(t, os.Chtimes(file, later, later))
		},
		"another file": func(t *testing.T, file string) {
			before := info(t, file).ModTime()
			write(t, file+".new", read(t, file))
			require.NoError(t, os.Chtimes(file+".new", before, before))
			require.NoError(t, os.Rename(file+".new", file))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings{speed: 1, stateFile: stateFile(t)}
			stderr := newOutput()
			e := newEmulator(s, newServer(t, s), s.logger(stderr))
			require.NoError(t, e.save("test"))
			require.NoError(t, e.save("test"))
			require.NotContains(t, stderr.String(), "level=WARN")
			change(t, s.stateFile)
			require.NoError(t, e.save("test"))
			assert.Contains(t, stderr.String(), replacesAnothers)
		})
	}
}

func TestAFileThatIsGoneIsWrittenWithoutAWarning(t *testing.T) {
	file := stateFile(t)
	write(t, file, workspaceInAFile)
	p := start(t, nil, "-state", file)
	require.NoError(t, os.Remove(file))
	require.Equal(t, done, p.stop())
	assert.Contains(t, read(t, file), "In the file")
	assert.NotContains(t, p.stderr.String(), "level=WARN")
}

func TestAHangupHasTheStateWritten(t *testing.T) {
	file := stateFile(t)
	p := start(t, nil, "-state", file)
	p.createWorkspace("Support")
	p.hangups <- os.Interrupt
	p.waitFor(p.stderr, "reason=SIGHUP")
	assert.Contains(t, read(t, file), "Support")
	p.createWorkspace("Sales")
	assert.NotContains(t, read(t, file), "Sales", "only when it is asked for")
}

func TestAHangupWithoutAFileIsLogged(t *testing.T) {
	p := start(t, nil)
	p.hangups <- os.Interrupt
	p.waitFor(p.stderr, "expected the flag -state")
	p.createWorkspace("Support")
	assert.Equal(t, done, p.stop())
}

func TestAStateThatCannotBeWrittenIsAFailure(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	p := start(t, nil, "-state", filepath.Join(folder, "state.json"))
	require.NoError(t, os.Remove(folder))
	p.createWorkspace("Support")
	status, answer := p.request("POST", "/emulator/state", "")
	assert.Equal(t, 500, status)
	assert.Contains(t, answer, "write the state to")
	assert.Equal(t, failed, p.stop())
	assert.Contains(t, p.stderr.String(), `level=ERROR msg="state not written"`)
	assert.Contains(t, p.stderr.String(), "taskrouter-emulator: write the state to "+filepath.Join(folder, "state.json"))
}

func TestAFileIsReplacedWithItsMode(t *testing.T) {
	file := stateFile(t)
	require.NoError(t, replaceFile(file, []byte("one")))
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "a new file is its owner's")
	require.NoError(t, os.Chmod(file, 0o640))

	require.NoError(t, replaceFile(file, []byte("two")))
	assert.Equal(t, "two", read(t, file))
	info, err = os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	assert.Equal(t, []string{"state.json"}, filesBeside(t, file))
}

func TestALinkStaysOne(t *testing.T) {
	file := stateFile(t)
	write(t, file, "one")
	link := filepath.Join(t.TempDir(), "link.json")
	require.NoError(t, os.Symlink(file, link))
	require.NoError(t, replaceFile(link, []byte("two")))
	assert.Equal(t, "two", read(t, file))
	assert.Equal(t, []string{"link.json"}, filesBeside(t, link))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.Equal(t, os.ModeSymlink, info.Mode().Type())
}

func TestAFileThatCannotBeWrittenLeavesTheOldOne(t *testing.T) {
	file := stateFile(t)
	write(t, file, "old")
	temporary, err := os.CreateTemp(filepath.Dir(file), "*.tmp")
	require.NoError(t, err)
	require.NoError(t, temporary.Close()) // so that writing fails
	assert.Error(t, fill(temporary, []byte("new"), file))
	assert.Equal(t, "old", read(t, file))
}

func TestAFileThatCannotBeRenamedLeavesNothingBehind(t *testing.T) {
	file := stateFile(t)
	require.NoError(t, os.Mkdir(file, 0o700)) // no file can take its place
	assert.Error(t, replaceFile(file, []byte("new")))
	assert.Equal(t, []string{"state.json"}, filesBeside(t, file))
	assert.DirExists(t, file)
}

// A reader of the file sees one state or the other, and never a part of one.
func TestAReaderSeesAFileAsAWhole(t *testing.T) {
	file := stateFile(t)
	one, two := string(make([]byte, 1<<20)), string(make([]byte, 3<<20))
	write(t, file, one)
	written := make(chan struct{})
	go func() {
		defer close(written)
		for i := range 10 {
			data := one
			if i%2 == 0 {
				data = two
			}
			assert.NoError(t, replaceFile(file, []byte(data)))
		}
	}()
	for going := true; going; {
		select {
		case <-written:
			going = false
		default:
		}
		assert.Contains(t, []int{len(one), len(two)}, len(read(t, file)))
	}
}
