package main

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"netreach/cmd/internal/cli"
	"netreach/model/load"
)

func main() { os.Exit(run()) }

// run is the process boundary: what the process has becomes an Env, and an
// exit code comes back.
func run() int {
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // then only the directory itself is searched for a configuration
	}
	if os.Getenv("GOGC") == "" {
		// One run allocates little beside what it keeps: collecting half as often
		// saves a tenth of the processor time on large dumps (bench/README.md).
		debug.SetGCPercent(200)
	}
	width, _ := strconv.Atoi(os.Getenv("COLUMNS"))
	return cli.Main(cli.Env{
		Args:          os.Args[1:],
		Stdin:         os.Stdin,
		Stdout:        os.Stdout,
		Stderr:        os.Stderr,
		FS:            load.OS{},
		Dir:           filepath.ToSlash(dir),
		Getenv:        os.Getenv,
		Now:           time.Now,
		IsTerminal:    isTerminal(os.Stdout),
		Width:         width,
		WatchesErrors: isTerminal(os.Stderr),
		Tick:          tick,
		Build:         debug.ReadBuildInfo,
	})
}

func tick(every time.Duration) (ticks <-chan time.Time, stop func()) {
	t := time.NewTicker(every)
	return t.C, t.Stop
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
