package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/bench/gen/shape"
	"netreach/model/load"
)

// gen runs the command, and returns its exit code and what it writes.
func gen(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

// TestRun_refused: bad arguments are exit 2, and nothing is written.
func TestRun_refused(t *testing.T) {
	tests := []struct {
		args, want string
	}{
		{"--profile huge", `no profile "huge": there are small, medium`},
		{"--format xml", `no format "xml": there are json or dump-json, yaml`},
		{"--profile huge --format xml", `no format "xml"`},
		{"--side left", `no side "left"`},
		{"--pods 10", "10 pods for 150 workloads"},
		{"--nodes 0", "needs a node"},
		{"--policies -3", "needs a node"},
		{"--pods many", "invalid value"},
		{"--colour", "not defined"},
		{"large", `unexpected argument "large"`},
		{"-o " + filepath.Join(t.TempDir(), "no", "such.json"), "no such file"},
	}
	for _, test := range tests {
		code, stdout, stderr := gen(strings.Fields(test.args)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, "gen: error: ") || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: exit %d, %d bytes, stderr %q", test.args, code, len(stdout), stderr)
		}
	}
}

// TestRun_help lists every profile.
func TestRun_help(t *testing.T) {
	code, stdout, stderr := gen("--help")
	if code != 0 || stdout != "" {
		t.Errorf("exit %d, stdout %q", code, stdout)
	}
	for _, name := range append(shape.Names(), "managed-fields", "usage: go run ./bench/gen") {
		if !strings.Contains(stderr, name) {
			t.Errorf("help does not mention %s", name)
		}
	}
}

// TestRun_counts: the counts of the command line are those of the cluster, and
// those that are not given are the profile's.
func TestRun_counts(t *testing.T) {
	code, stdout, stderr := gen("--profile", "medium", "--nodes=4", "--namespaces=9", "--workloads=20", "--pods=50", "--policies=0", "--format=manifests", "--seed=3")
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d, stderr %q", code, stderr)
	}
	c, ds, err := load.Read(load.Options{FS: fstest.MapFS{"c.yaml": {Data: []byte(stdout)}}}, "c.yaml")
	if err != nil || len(ds) > 0 {
		t.Fatal(err, ds)
	}
	if len(c.Nodes) != 4 || len(c.Namespaces) != 9 || len(c.Workloads) != 20 || len(c.Pods) != 50 || len(c.Policies) != 0 {
		t.Errorf("%d nodes, %d namespaces, %d workloads, %d pods, %d policies", len(c.Nodes), len(c.Namespaces), len(c.Workloads), len(c.Pods), len(c.Policies))
	}
	if _, stdout, _ := gen("--format=manifests"); strings.Count(stdout, "kind: NetworkPolicy\n") != 80 || strings.Count(stdout, "kind: Pod\n") != 500 {
		t.Error("small is not the default, or not 500 pods and 80 policies")
	}
}

// TestRun_output: a file holds what standard output would, and each argument
// that should make a difference does.
func TestRun_output(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cluster.json")
	if code, stdout, stderr := gen("-o", name); code != 0 || stdout != "" || stderr != "" {
		t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, first, _ := gen()
	if string(file) != first {
		t.Error("the file is not what standard output has")
	}
	if _, again, _ := gen("--profile=SMALL", "--format=dump-json", "--seed=1", "--side=before", "-o=-"); again != first {
		t.Error("the defaults, written out, make a difference")
	}
	for _, arg := range []string{"--seed=2", "--side=after", "--managed-fields", "--format=yaml", "--format=gitops", "--policies=81", "--profile=A9"} {
		if code, other, stderr := gen(arg); code != 0 || other == first {
			t.Errorf("%s makes no difference: exit %d, %s", arg, code, stderr)
		}
	}
}

// full is a writer without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

// TestRun_full: output that cannot be written is exit 2.
func TestRun_full(t *testing.T) {
	var stderr bytes.Buffer
	if code := run(nil, full{}, &stderr); code != 2 || !strings.Contains(stderr.String(), "gen: error: no room") {
		t.Errorf("exit %d, stderr %q", code, stderr.String())
	}
}
