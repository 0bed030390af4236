package main

import (
	"errors"
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
		// One run allocates little beside what it keeps, so that collecting less
		// often saves a tenth of the time on large dumps, at the same peak
		// (bench/README.md); the limit keeps that from the largest.
		debug.SetGCPercent(400)
		if os.Getenv("GOMEMLIMIT") == "" {
			debug.SetMemoryLimit(3 << 30)
		}
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
		WriteFile:     writeFile,
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

// writeFile writes a file by way of another one beside it, so that nobody sees a
// part of it.
func writeFile(name string, text []byte) error {
	beside, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = beside.Write(text)
	err = errors.Join(err, beside.Chmod(0o644), beside.Close())
	if err == nil {
		err = os.Rename(beside.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside.Name()))
	}
	return nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
