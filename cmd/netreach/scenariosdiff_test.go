package main_test

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model/expect"
	"netreach/scenarios"
)

// pairExpectation is what expect.txt of a pair of inputs says.
type pairExpectation struct {
	rows                         []string // as in tsv, ports in canonical form
	by, noEffect, added, removed []string
}

func readPairExpectation(t *testing.T, name string) pairExpectation {
	t.Helper()
	text, err := scenarios.FS.ReadFile(path.Join(name, scenarios.Expect))
	if err != nil {
		t.Fatal(err)
	}
	var e pairExpectation
	for row := range strings.Lines(string(text)) {
		row = strings.TrimSpace(row)
		if row == "" || row[0] == '#' {
			continue
		}
		for word, list := range map[string]*[]string{"by ": &e.by, "no effect ": &e.noEffect, "added ": &e.added, "removed ": &e.removed} {
			if rest, ok := strings.CutPrefix(row, word); ok {
				*list = append(*list, rest)
				row = ""
			}
		}
		if row == "" {
			continue
		}
		before, rest, _ := strings.Cut(row, " ")
		after, flow, _ := strings.Cut(rest, " ")
		if clients, rest, ok := strings.Cut(strings.TrimSpace(flow), " via "); ok {
			ways, rest, _ := strings.Cut(rest, " -> ")
			dst, port, _ := strings.Cut(rest, " ")
			for way := range strings.SplitSeq(ways, ", ") {
				e.rows = append(e.rows, strings.Join([]string{clients + " via " + way, dst, canonicalPorts(t, port), before, after}, "\t"))
			}
			continue
		}
		// "absent" is no verdict of the line language; the flows behind it are.
		line, err := expect.ParseLine("allow "+flow, "")
		if err != nil {
			t.Fatal(err)
		}
		var ports []string
		for _, p := range line.Ports {
			ports = append(ports, p.String())
		}
		for _, src := range line.Src {
			for _, dst := range line.Dst {
				if src.Text == dst.Text && before != "allow" && after != "allow" {
					continue
				}
				e.rows = append(e.rows, strings.Join([]string{src.Text, dst.Text, canonicalPorts(t, strings.Join(ports, ",")), before, after}, "\t"))
			}
		}
	}
	for _, list := range [][]string{e.rows, e.by, e.noEffect, e.added, e.removed} {
		slices.Sort(list)
	}
	return e
}

// diffDocument is what the test reads of the JSON form.
type diffDocument struct {
	Changes []struct {
		Cause struct{ Edits []editDocument }
	}
	NoEffect       []editDocument
	Added, Removed []struct{ Name string }
}

type editDocument struct{ Object, Text string }

// TestScenarios_diff holds the diff of every pair against its expectations: all
// that changes and nothing else, what causes it, and what has no effect.
func TestScenarios_diff(t *testing.T) {
	rows := 0
	for _, name := range scenarios.Diffs() {
		t.Run(path.Base(name), func(t *testing.T) {
			want := readPairExpectation(t, name)
			rows += len(want.rows)
			dir := filepath.Join("..", "..", "scenarios", filepath.FromSlash(name))
			run := func(format string, args ...string) (string, int) {
				stdout, stderr, code := netreach(t, append([]string{"diff", filepath.Join(dir, "before"), filepath.Join(dir, "after"), "-q", "--no-config", "-o", format}, args...)...)
				if code == 2 {
					t.Fatal(stderr)
				}
				return stdout, code
			}
			var got pairExpectation
			stdout, code := run("tsv")
			if (code == 1) != (len(want.rows) > 0) {
				t.Errorf("exit %d", code)
			}
			for i, l := range strings.Split(strings.TrimSuffix(stdout, "\n"), "\n") {
				if row := strings.Split(l, "\t"); i > 0 {
					row[2] = canonicalPorts(t, row[2])
					got.rows = append(got.rows, strings.Join(row, "\t"))
				}
			}
			stdout, _ = run("json")
			var doc diffDocument
			if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
				t.Fatal(err)
			}
			for _, c := range doc.Changes {
				for _, e := range c.Cause.Edits {
					got.by = append(got.by, e.Object+" "+e.Text)
				}
			}
			for _, e := range doc.NoEffect {
				got.noEffect = append(got.noEffect, e.Object+" "+e.Text)
			}
			for _, p := range doc.Added {
				got.added = append(got.added, p.Name)
			}
			for _, p := range doc.Removed {
				got.removed = append(got.removed, p.Name)
			}
			for _, list := range []*[]string{&got.rows, &got.by, &got.noEffect, &got.added, &got.removed} {
				slices.Sort(*list)
				*list = slices.Compact(*list)
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(pairExpectation{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	t.Logf("%d rows in %d pairs", rows, len(scenarios.Diffs()))
}

// pairGoldens are the outputs that each pair keeps in its directory want.
func pairGoldens() map[string]string { return map[string]string{"diff.txt": "text", "diff.md": "md"} }

// TestScenarios_diffWant compares what netreach says of each pair with what it
// keeps; -update writes it.
func TestScenarios_diffWant(t *testing.T) {
	t.Chdir("../..") // places in the output are as a reader would see them, from the root
	for _, name := range scenarios.Diffs() {
		t.Run(path.Base(name), func(t *testing.T) {
			dir := path.Join("scenarios", name)
			for file, format := range pairGoldens() {
				args := []string{"diff", path.Join(dir, "before"), path.Join(dir, "after"), "-q", "--no-config", "-o", format}
				got, stderr, code := netreach(t, args...)
				if code == 2 {
					t.Fatal(stderr)
				}
				procs := runtime.GOMAXPROCS(1)
				if again, _, _ := netreach(t, args...); again != got {
					t.Errorf("the second run differs:\n%s", cmp.Diff(got, again))
				}
				runtime.GOMAXPROCS(procs)
				file = path.Join(dir, "want", file)
				if update := updating(); update {
					write(t, file, got)
					continue
				}
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatalf("%v: make golden writes it", err)
				}
				if diff := cmp.Diff(string(text), got); diff != "" {
					t.Errorf("%s (-want +got); make golden writes it anew:\n%s", file, diff)
				}
			}
		})
	}
}
