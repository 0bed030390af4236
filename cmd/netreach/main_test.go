package main

import (
	"compress/gzip"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"netreach/model/load/git/gittest"
)

var update = flag.Bool("update", false, "write the outputs into the scripts that compare them")

// TestMain lets the test binary stand in for netreach, so that the scripts run
// the real process: its exit code, its pipes, its standard streams.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"netreach": func() { os.Exit(run()) }})
}

// TestScripts runs testdata/script. Each script finds the manifests of
// testdata/shop in the directory "shop".
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			// What the user's shell has set must not change an output.
			e.Setenv("NO_COLOR", "")
			e.Setenv("COLUMNS", "")
			for _, pair := range gittest.Environ() {
				name, value, _ := strings.Cut(pair, "=")
				e.Setenv(name, value)
			}
			e.Setenv("GIT_AUTHOR_DATE", "2026-01-01T12:00:00Z")
			e.Setenv("GIT_COMMITTER_DATE", "2026-01-01T12:00:00Z")
			// The search for a configuration file ends here.
			if err := os.Mkdir(filepath.Join(e.WorkDir, ".git"), 0o755); err != nil {
				return err
			}
			return os.CopyFS(filepath.Join(e.WorkDir, "shop"), os.DirFS(filepath.Join("testdata", "shop")))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"gzip":  compress,
		},
	})
}

// exits runs a command and checks its exit code: exits CODE PROGRAM ARGS...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// compress writes a compressed copy of a file: gzip FROM TO.
func compress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gzip FROM TO")
	}
	f, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	w := gzip.NewWriter(f)
	_, err = w.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(w.Close())
	ts.Check(f.Close())
}
