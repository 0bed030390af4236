// Package gittest makes git repositories for tests: the same commits with the
// same hashes in every run, whatever the configuration of whoever runs it.
package gittest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Repo is a repository with a work tree in Dir.
type Repo struct {
	Dir string
	tb  testing.TB
	// now is the time of the next commit, in seconds.
	now int
}

// Hermetic makes the git of this process, and those that it starts, read no
// configuration of the machine, and skips the test where there is no git.
func Hermetic(tb testing.TB) {
	tb.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		tb.Skip("git is not installed, and this test is about repositories")
	}
	for _, pair := range Environ() {
		name, value, _ := strings.Cut(pair, "=")
		tb.Setenv(name, value)
	}
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"} {
		// As in a hook, from which tests may be run.
		if _, ok := os.LookupEnv(name); ok {
			tb.Setenv(name, "") // so that it is restored
			_ = os.Unsetenv(name)
		}
	}
}

// Environ is what keeps git from reading the configuration of the machine.
func Environ() []string {
	return []string{
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ann Author", "GIT_AUTHOR_EMAIL=ann@example.com",
		"GIT_COMMITTER_NAME=Carl Committer", "GIT_COMMITTER_EMAIL=carl@example.com",
	}
}

// New makes an empty repository, with the branch main. It skips the test where
// there is no git.
func New(tb testing.TB) *Repo {
	tb.Helper()
	return In(tb, tb.TempDir())
}

// In is New in a directory.
func In(tb testing.TB, dir string) *Repo {
	tb.Helper()
	Hermetic(tb)
	r := &Repo{Dir: dir, tb: tb, now: 1_767_225_600} // 2026-01-01
	r.Git("init", "--quiet", "--initial-branch=main")
	return r
}

// Git runs git in the work tree and returns what it prints.
func (r *Repo) Git(args ...string) string {
	r.tb.Helper()
	return r.Feed(nil, args...)
}

// Feed is Git with something to read on standard input.
func (r *Repo) Feed(in io.Reader, args ...string) string {
	r.tb.Helper()
	cmd := exec.Command("git", args...) //nolint:gosec // in tests only
	cmd.Stdin = in
	cmd.Dir = r.Dir
	stamp := fmt.Sprintf("%d +0000", r.now)
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+stamp, "GIT_COMMITTER_DATE="+stamp)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.tb.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// Write writes a file of the work tree, and its directories.
func (r *Repo) Write(name, text string) {
	r.tb.Helper()
	full := filepath.Join(r.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
		r.tb.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
		r.tb.Fatal(err)
	}
}

// Remove removes a file or a directory of the work tree.
func (r *Repo) Remove(name string) {
	r.tb.Helper()
	if err := os.RemoveAll(filepath.Join(r.Dir, filepath.FromSlash(name))); err != nil {
		r.tb.Fatal(err)
	}
}

// Rename moves a file or a directory of the work tree.
func (r *Repo) Rename(from, to string) {
	r.tb.Helper()
	from, to = filepath.Join(r.Dir, filepath.FromSlash(from)), filepath.Join(r.Dir, filepath.FromSlash(to))
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		r.tb.Fatal(err)
	}
	if err := os.Rename(from, to); err != nil {
		r.tb.Fatal(err)
	}
}

// Commit commits the work tree, also if nothing has changed, and returns the hash.
// Each commit is an hour later than the one before.
func (r *Repo) Commit(message string) string {
	r.tb.Helper()
	r.now += 3600
	r.Git("add", "--all")
	r.Git("commit", "--quiet", "--allow-empty", "-m", message)
	return r.Git("rev-parse", "HEAD")
}
