package cli_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"netreach/cmd/internal/cli"
)

// clock is a fake of the time, which passes as an input is read: a quarter of a
// second for every 200 kB, as with a slow pipe.
type clock struct {
	ticks chan time.Time
	now   time.Time
	text  io.Reader
	given int
}

func (c *clock) Read(p []byte) (int, error) {
	n, err := c.text.Read(p)
	for before := c.given / 200_000; before < (c.given+n)/200_000; before++ {
		c.now = c.now.Add(250 * time.Millisecond)
		c.ticks <- c.now
		c.ticks <- c.now // once it is taken, the one before was dealt with
	}
	c.given += n
	return n, err
}

const onePod = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
---
`

// watched runs netreach with a slow input of some size for somebody who watches
// standard error.
func watched(t *testing.T, bytes int, args ...string) result {
	t.Helper()
	text := onePod + strings.Repeat("# and nothing else\n", bytes/19)
	c := &clock{ticks: make(chan time.Time), now: time.Unix(0, 0), text: strings.NewReader(text)}
	first := true
	return netreach(t, append([]string{"matrix", "--summary", "--no-config", "-f", "-"}, args...), func(e *cli.Env) {
		e.Stdin, e.WatchesErrors = c, true
		e.Tick = func(time.Duration) (<-chan time.Time, func()) {
			if first {
				first = false
				return c.ticks, func() {}
			}
			return nil, func() {} // what follows is quick
		}
	})
}

// TestProgress: who waits for more than a second sees how far it is, on standard
// error, until it is done.
func TestProgress(t *testing.T) {
	got := watched(t, 4_000_000)
	if got.code != 0 || strings.Contains(got.stdout, "reading") {
		t.Fatalf("exit code %d, standard output %q", got.code, got.stdout)
	}
	lines := strings.Split(got.stderr, "\r")
	counted := slices.ContainsFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "netreach: reading ") && strings.HasSuffix(l, " kB/s")
	})
	if len(lines) < 3 || !counted {
		t.Fatalf("standard error is %q", got.stderr)
	}
	if last := lines[len(lines)-1]; last != "" || strings.Trim(lines[len(lines)-2], " ") != "" {
		t.Errorf("the line is not cleared at the end: %q", got.stderr)
	}
	if strings.Contains(got.stderr, "\n") {
		t.Errorf("progress takes more than one line: %q", got.stderr)
	}
}

// TestProgress_silent: not for what is quick, not under --quiet, not where
// nobody looks.
func TestProgress_silent(t *testing.T) {
	for name, got := range map[string]result{
		"less than a second": watched(t, 500_000),
		"--quiet":            quietly(t),
		"no terminal":        netreach(t, []string{"matrix", "--summary", "-f", "dump.yaml"}),
	} {
		if got.code != 0 || strings.Contains(got.stderr, "\r") {
			t.Errorf("%s: exit code %d, standard error %q", name, got.code, got.stderr)
		}
	}
}

func quietly(t *testing.T) result {
	t.Helper()
	return netreach(t, []string{"matrix", "--summary", "-q", "-f", "dump.yaml"}, func(e *cli.Env) {
		e.WatchesErrors = true
		e.Tick = func(time.Duration) (<-chan time.Time, func()) {
			t.Error("--quiet starts a clock")
			return nil, func() {}
		}
	})
}
