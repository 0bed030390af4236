package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// environment is what git is run with beside the environment of the process:
// in English, since its errors are read; without pager, questions or fetching;
// names as they are, never patterns.
var environment = []string{
	"LC_ALL=C", "LANGUAGE=", "GIT_PAGER=cat", "GIT_TERMINAL_PROMPT=0", "GIT_LITERAL_PATHSPECS=1",
	// Nothing is written, not even what git keeps to be faster the next time.
	"GIT_OPTIONAL_LOCKS=0",
	// What a partial clone lacks is an error. Older versions of git do not know
	// the first; the second leaves them no way to fetch.
	"GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none",
}

// settings override what a repository's configuration says, where that would
// run another program or change what git prints.
var settings = []string{"-c", "core.fsmonitor=false", "-c", "core.warnAmbiguousRefs=true", "-c", "log.showSignature=false"}

// command returns a call of git in the directory of the repository.
func (r *Repository) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.ctx, "git", append(append([]string{"--no-pager"}, settings...), args...)...) //nolint:gosec // no shell; what a user wrote is checked not to be an option
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), environment...)
	// A process that git has started may hold its output open.
	cmd.WaitDelay = time.Second
	return cmd
}

// run returns what git prints. The error is an *Error.
func (r *Repository) run(args ...string) (string, error) {
	cmd := r.command(args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", r.failed(args[0], complaint.String(), err)
	}
	return out.String(), nil
}

// Error is why git, or the repository, has no answer.
type Error struct {
	// Text says what is wrong; Hint what to do, or is empty.
	Text, Hint string
	// Err is the cause, or nil.
	Err error
}

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

var errClosed = errors.New("the repository is closed")

// failed makes an Error of a call of git that failed, of what git wrote and of
// how it ended.
func (r *Repository) failed(verb, complaint string, err error) error {
	dir := r.dir
	if dir == "" {
		dir = "."
	}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, exec.ErrDot):
		return &Error{Text: "git is not installed, or not in PATH", Hint: "install git, or compare files without it: netreach diff BEFORE AFTER", Err: err}
	case r.ctx.Err() != nil:
		return &Error{Text: "git " + verb + " was stopped: " + context.Cause(r.ctx).Error(), Err: r.ctx.Err()}
	case strings.Contains(complaint, "dubious ownership"):
		return &Error{
			Text: "git does not trust the repository, since it belongs to another user",
			Hint: "if you do: git config --global --add safe.directory " + shellWord(unsafeDirectory(complaint, dir)), Err: err,
		}
	case strings.Contains(complaint, "not a git repository"):
		return &Error{
			Text: dir + " is not in a git repository",
			Hint: "change to a directory in one, or compare files without git: netreach diff BEFORE AFTER", Err: err,
		}
	case strings.Contains(complaint, "promisor remote"), strings.Contains(complaint, "lazy fetching disabled"):
		return &Error{Text: "the clone is partial and lacks what the revision holds, and netreach does not fetch", Hint: "git fetch --refetch --no-filter", Err: err}
	}
	said := saying(complaint)
	if said == "" {
		said = err.Error()
	}
	return &Error{Text: fmt.Sprintf("git %s: %s", verb, said), Err: err}
}

// unsafeDirectory returns the directory that git says to trust, or dir.
func unsafeDirectory(complaint, dir string) string {
	_, rest, ok := strings.Cut(complaint, "--add safe.directory ")
	if line, _, _ := strings.Cut(rest, "\n"); ok && line != "" {
		return strings.Trim(line, "'")
	}
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}

// shellWord quotes a word for a shell if it must be.
func shellWord(s string) string {
	if strings.ContainsAny(s, " \t\n'\"\\$`*?[]{}()<>|&;!#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// saying returns the first line in which git says why it failed.
func saying(complaint string) string {
	first := ""
	for line := range strings.Lines(complaint) {
		line = strings.TrimSpace(line)
		for _, mark := range []string{"fatal: ", "error: "} {
			if text, ok := strings.CutPrefix(line, mark); ok {
				return text
			}
		}
		if first == "" {
			first = line
		}
	}
	return first
}
