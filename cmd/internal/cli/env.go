package cli

import (
	"io"
	"io/fs"
	"runtime/debug"
	"time"
)

// Env is everything that the command line sees of the process that runs it.
type Env struct {
	// Args are the arguments without the name of the program.
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// FS is what names of files are looked up in. Names are as the user writes
	// them: relative to the working directory, with "..", or absolute.
	FS fs.FS
	// Dir is the working directory, as an absolute path with slashes. A
	// configuration file is searched for from there upwards; without it, there
	// only.
	Dir string
	// Getenv returns an environment variable, or "".
	Getenv func(string) string
	// WriteFile writes a file whose name is as the user writes it: as a whole, or
	// not at all. Nil means that nothing can be written.
	WriteFile func(name string, text []byte) error
	// Now returns the time, for how long something took. Nil tells none.
	Now func() time.Time
	// IsTerminal tells whether a person looks at Stdout, and Width how many
	// columns they see; 0 is unknown.
	IsTerminal bool
	Width      int
	// WatchesErrors tells whether a person looks at Stderr, and Tick returns a
	// channel that tells the time every so often, and what stops that. Progress
	// is shown where both are there.
	WatchesErrors bool
	Tick          func(time.Duration) (ticks <-chan time.Time, stop func())
	// Build returns what the binary knows about itself.
	Build func() (*debug.BuildInfo, bool)
}

// colors reports whether to write in colour: to a terminal that understands
// it, unless NO_COLOR is set to anything.
func (e Env) colors() bool {
	return e.IsTerminal && e.Getenv("NO_COLOR") == "" && e.Getenv("TERM") != "dumb"
}
