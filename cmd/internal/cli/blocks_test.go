package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/cmd/internal/cli"
	"netreach/cmd/internal/render"
	"netreach/scenarios"
)

// numbers reads a list of numbers as the JSON of matrix writes it: "0-3,7".
func numbers(t *testing.T, list string) []int {
	t.Helper()
	var out []int
	for word := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(word, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			t.Fatal(err)
		}
		to, err := strconv.Atoi(last)
		if err != nil {
			t.Fatal(err)
		}
		for n := from; n <= to; n++ {
			out = append(out, n)
		}
	}
	return out
}

// expand returns the flows that the blocks of a matrix stand for, in the order of
// matrix --pairs, and demands that no pair is in two blocks and no peer in two
// groups.
func expand(t *testing.T, d *render.MatrixDocument) []render.PairDocument {
	t.Helper()
	group := func(lists []string) (members [][]int, is []bool) {
		is = make([]bool, len(d.Peers))
		for _, list := range lists {
			members = append(members, numbers(t, list))
			for _, p := range members[len(members)-1] {
				if is[p] {
					t.Fatalf("peer %d is in two groups", p)
				}
				is[p] = true
			}
		}
		return members, is
	}
	sources, isSource := group(d.Sources)
	destinations, isDestination := group(d.Destinations)
	content := map[[2]int]int{}
	for _, b := range d.Blocks {
		for _, s := range numbers(t, b.Src) {
			for _, g := range numbers(t, b.Dst) {
				for _, i := range sources[s] {
					for _, j := range destinations[g] {
						if _, twice := content[[2]int{i, j}]; twice {
							t.Fatalf("%s -> %s is in two blocks", d.Peers[i].Name, d.Peers[j].Name)
						}
						content[[2]int{i, j}] = b.Content
					}
				}
			}
		}
	}
	for _, s := range d.Itself {
		for _, i := range numbers(t, s.Peers) {
			content[[2]int{i, i}] = s.Content
		}
	}
	out := []render.PairDocument{}
	for i, src := range d.Peers {
		for j, dst := range d.Peers {
			if !isSource[i] || !isDestination[j] || src.Outside && dst.Outside {
				continue
			}
			c, ok := content[[2]int{i, j}]
			if !ok {
				c = d.Rest
			}
			for _, v := range d.Contents[c] {
				out = append(out, render.PairDocument{Src: src.Name, Dst: dst.Name, VerdictDocument: v})
			}
		}
	}
	return out
}

// document reads the JSON that a command line writes.
func document[T any](t *testing.T, env func(*cli.Env), args ...string) (T, string) {
	t.Helper()
	got := netreach(t, args, env)
	if got.code != 0 {
		t.Fatalf("netreach %s: exit code %d: %s", strings.Join(args, " "), got.code, got.stderr)
	}
	var d T
	read := json.NewDecoder(strings.NewReader(got.stdout))
	read.DisallowUnknownFields()
	if err := read.Decode(&d); err != nil {
		t.Fatalf("netreach %s: %v", strings.Join(args, " "), err)
	}
	return d, got.stdout
}

// compareForms holds the blocks of a matrix against its pairs and its rows, and
// returns the number of pairs.
func compareForms(t *testing.T, env func(*cli.Env), args ...string) int {
	t.Helper()
	args = append([]string{"matrix", "-q", "--no-config"}, args...)
	blocks, text := document[render.MatrixDocument](t, env, append(args, "-o", "json")...)
	pairs, _ := document[render.PairsDocument](t, env, append(args, "-o", "json", "--pairs")...)
	if again := netreach(t, append(args, "-o", "json"), env); again.stdout != text {
		t.Errorf("netreach %s -o json: the second run differs", strings.Join(args, " "))
	}
	got, want := expand(t, &blocks), pairs.Flows
	if len(got) != len(want) {
		t.Fatalf("netreach %s: blocks of %d flows, want %d", strings.Join(args, " "), len(got), len(want))
	}
	for k := range want {
		if a, b := fmt.Sprint(got[k]), fmt.Sprint(want[k]); a != b {
			t.Fatalf("netreach %s: a flow from blocks is %s, want %s", strings.Join(args, " "), a, b)
		}
	}
	// The rows of tsv are those of the ends that are not a part of the outside.
	of := map[[3]string]string{}
	for _, f := range want {
		of[[3]string{f.Src, f.Dst, f.Port}] = f.Verdict
	}
	rows := netreach(t, append(args, "-o", "tsv"), env)
	if rows.code != 0 {
		t.Fatal(rows.stderr)
	}
	for k, line := range strings.Split(strings.TrimSpace(rows.stdout), "\n") {
		cells := strings.Split(line, "\t")
		if k == 0 || len(blocks.Ports) == 0 {
			continue // without --port rows are about sets of ports
		}
		if verdict, ok := of[[3]string(cells[:3])]; !ok || verdict != cells[3] {
			t.Fatalf("netreach %s: tsv has %s, json %q", strings.Join(args, " "), line, verdict)
		}
	}
	return len(want)
}

// views are ways to look at a matrix.
func views() [][]string {
	return [][]string{
		nil,
		{"--by", "pod"},
		{"--by", "namespace"},
		{"--by", "pod", "--port", "80", "--port", "http", "--port", "1-1024/udp", "--port", "*"},
		{"--port", "443", "--port", "5432", "--external", "8.8.8.8", "--external", "10.0.0.0/8"},
		{"--by", "namespace", "--port", "http", "--external", "203.0.113.0-203.0.113.9"},
		{"--from", "*/*", "--to", "internet", "--port", "53/udp"},
	}
}

// TestBlocks: the JSON of matrix says as much as a list of all pairs, for every
// scenario.
func TestBlocks(t *testing.T) {
	flows := 0
	for _, name := range scenarios.Names() {
		for _, view := range views() {
			flows += compareForms(t, func(e *cli.Env) { e.FS = scenarios.FS }, append(view, "-f", path.Join(name, scenarios.Manifests))...)
		}
	}
	t.Logf("%d flows", flows)
}

// TestBlocks_drawn is TestBlocks for clusters that are drawn, with workloads of
// several pods, dual-stack pods, rollouts, named ports and pods on hosts.
func TestBlocks_drawn(t *testing.T) {
	p, err := shape.Named("small")
	if err != nil {
		t.Fatal(err)
	}
	p.Nodes, p.Namespaces, p.Workloads, p.Pods, p.Policies = 4, 8, 25, 70, 30
	flows, documents := 0, 0
	for seed := range uint64(12) {
		p.DualStack = float64(seed%3) / 2
		c, err := p.Model(seed)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := manifest.Write(&b, c, manifest.Options{Format: manifest.Documents}); err != nil {
			t.Fatal(err)
		}
		env := func(e *cli.Env) { e.FS = fstest.MapFS{"cluster.yaml": {Data: b.Bytes()}} }
		view := views()[int(seed)%len(views())]
		for _, profile := range []string{"spec", "strict"} {
			flows += compareForms(t, env, append(view, "-f", "cluster.yaml", "--cni", profile)...)
			documents++
		}
	}
	t.Logf("%d flows in %d matrices", flows, documents)
	if flows < 10000 {
		t.Errorf("%d flows: the test compares too little", flows)
	}
}
