package measure

import (
	"fmt"
	"os"
	"testing"
)

// TestMain lets the tests start their own program as the server.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == ServeArgument {
		if err := Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}
