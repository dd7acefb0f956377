package conformance

import (
	"embed"
	"io/fs"
)

//go:embed fixtures/*.txtar
var embedded embed.FS

// Fixtures holds the fixtures of this package, by file name.
var Fixtures fs.FS = fixtures()

func fixtures() fs.FS {
	sub, err := fs.Sub(embedded, "fixtures")
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return sub
}
