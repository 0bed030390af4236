package cli_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"netreach/cmd/internal/cli"
	"netreach/scenarios"
)

// withFile is a file system with one more file.
type withFile struct {
	fs.FS
	more fstest.MapFS
}

func (w withFile) Open(name string) (fs.File, error) {
	if _, ok := w.more[name]; ok {
		return w.more.Open(name)
	}
	return w.FS.Open(name)
}

// TestDiff_ignore: an accepted flow is hidden up to the end of its last day, on
// the ports and between the peers that the line names, and for the effect that it
// names.
func TestDiff_ignore(t *testing.T) {
	const hidden, shown = true, false
	tests := []struct {
		pair, line, now string
		hidden          bool
		stderr          string
	}{
		{"pod-label", "allow shop/api -> shop/db 5432/tcp # until 2027-01-31: reason", "2027-01-31T23:59:59Z", hidden, ""},
		{"pod-label", "allow shop/api -> shop/db 5432/tcp # until 2027-01-31: reason", "2027-02-01T00:00:01Z", shown, "it ended on 2027-01-31"},
		{"pod-label", "allow shop/* -> shop/app=db # until 2027-01-31: reason", "2027-01-01T00:00:00Z", hidden, ""},
		{"pod-label", "allow */* -> */* 1-6000/tcp # until 2027-01-31: reason", "2027-01-01T00:00:00Z", hidden, ""},
		{"pod-label", "allow shop/web -> shop/db # until 2027-01-31: reason", "2027-01-01T00:00:00Z", shown, "no flow changes that it accepts"},
		{"pod-label", "allow shop/api -> shop/db 5433/tcp # until 2027-01-31: reason", "2027-01-01T00:00:00Z", shown, "no flow changes that it accepts"},
		{"pod-label", "deny shop/api -> shop/db # until 2027-01-31: reason", "2027-01-01T00:00:00Z", shown, "no flow changes that it accepts"},
		{"unknown", "deny shop/web -> internet, private # until 2027-01-31: reason\nunknown shop/web -> shop/api # until 2027-01-31: reason", "2027-01-01T00:00:00Z", hidden, ""},
		{"except-added", "deny shop/web -> 203.0.113.0/24 # until 2027-01-31: reason", "2027-01-01T00:00:00Z", hidden, ""},
		{"except-added", "deny shop/web -> 203.0.113.0/25 # until 2027-01-31: reason", "2027-01-01T00:00:00Z", shown, ""},
		{"namespace-removed", "deny legacy/batch -> */*, internet, private # until 2027-01-31: reason\ndeny */*, internet, private -> legacy/batch # until 2027-01-31: reason", "2027-01-01T00:00:00Z", hidden, ""},
		{"namespace-label", "allow tools/* -> shop/* # until 2027-01-31: reason", "2027-01-01T00:00:00Z", hidden, ""},
		{"namespace-label", "allow tools/* -> shop/web, shop/db # until 2027-01-31: reason", "2027-01-01T00:00:00Z", shown, ""},
	}
	for _, tt := range tests {
		t.Run(tt.pair+" "+tt.line, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			got := netreach(t, []string{"diff", path.Join("diff", tt.pair, "before"), path.Join("diff", tt.pair, "after"), "--ignore", "accepted"}, func(e *cli.Env) {
				e.FS = withFile{scenarios.FS, fstest.MapFS{"accepted": {Data: []byte(tt.line)}}}
				e.Now = func() time.Time { return now }
			})
			if (got.code == 0) != tt.hidden {
				t.Errorf("exit %d\n%s%s", got.code, got.stdout, got.stderr)
			}
			if !strings.Contains(got.stderr, tt.stderr) || tt.stderr == "" && got.stderr != "" {
				t.Errorf("stderr %q, want %q in it", got.stderr, tt.stderr)
			}
		})
	}
}
