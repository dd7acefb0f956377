package measure

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// A Setting is where and when it was measured, and what.
type Setting struct {
	Processor string // its model, and how many cores of it there are
	Platform  string // operating system and architecture
	Go        string // version, and experiments
	Peer      string // version of twilio-go
	Date      string
}

// CurrentSetting is that of this program.
func CurrentSetting() Setting {
	return Setting{
		Processor: fmt.Sprintf("%s, %d cores", cmp.Or(processor(), "unknown processor"), runtime.NumCPU()),
		Platform:  runtime.GOOS + "/" + runtime.GOARCH,
		Go:        runtime.Version(),
		Peer:      peerVersion(),
		Date:      time.Now().UTC().Format(time.DateOnly),
	}
}

func (s Setting) String() string {
	return fmt.Sprintf("%s, twilio-go %s, %s, %s, %s", s.Go, s.Peer, s.Processor, s.Platform, s.Date)
}

// processor is the model of the processor, "" if the system does not tell.
func processor() string {
	switch runtime.GOOS {
	case "linux":
		text, _ := os.ReadFile("/proc/cpuinfo")
		return modelIn(string(text))
	case "darwin":
		text, _ := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output() //nolint:noctx // ends at once
		return strings.TrimSpace(string(text))
	default:
		return os.Getenv("PROCESSOR_IDENTIFIER") // Windows
	}
}

func modelIn(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func peerVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown version"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/twilio/twilio-go" {
			return module.Version
		}
	}
	return "of unknown version"
}
