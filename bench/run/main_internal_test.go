package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"netreach/bench/gen/shape"
)

// TestMain lets the test binary stand in for the process that is measured.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "--measured" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) //nolint:forbidigo // the process boundary
	}
	os.Exit(m.Run()) //nolint:forbidigo // the process boundary
}

func output(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != want {
		t.Fatalf("%q: exit code %d, want %d\n%s%s", args, got, want, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

// TestRun measures a small cluster in memory and in each form: every stage has
// its line.
func TestRun(t *testing.T) {
	for _, format := range []string{"", "json", "yaml", "manifests"} {
		args := []string{"--profile", "small", "--scale", "0.5"}
		first := "generate"
		if format != "" {
			first = "load"
			args = append(args, "--format", format)
		}
		out, _ := output(t, 0, args...)
		for _, stage := range []string{first, "universe", "compile", "summary", "query", "explain", "= universe to summary"} {
			if !regexp.MustCompile(`(?m)^  ` + stage + `  +\d`).MatchString(out) {
				t.Errorf("format %q: no line for %s in\n%s", format, stage, out)
			}
		}
		for _, want := range []string{": 250 pods, 40 policies, 20 namespaces, 75 workloads; median of 1; memory is read at ", "a bit for each pair"} {
			if !strings.Contains(out, want) {
				t.Errorf("format %q: no %q in\n%s", format, want, out)
			}
		}
	}
}

// TestRun_benchfmt holds that every run of every stage is a line that benchstat
// takes.
func TestRun_benchfmt(t *testing.T) {
	out, _ := output(t, 0, "--profile", "small,small", "--runs", "2", "--benchfmt")
	line := regexp.MustCompile(`^BenchmarkRun/profile=small/stage=\w+\t\d+\t\d+ ns/op\t\d+ cpu-ns/op\t\d+ peak-B(\t[\d.]+ MB/s)?$`)
	n := 0
	for l := range strings.SplitSeq(strings.TrimSpace(out), "\n") {
		switch {
		case line.MatchString(l):
			n++
		case !regexp.MustCompile(`^[a-z]+: \S`).MatchString(l):
			t.Errorf("not a line of a benchmark: %q", l)
		}
	}
	// two profiles, two runs, seven stages: roofline, generate, universe, compile,
	// summary, query, explain
	if n != 28 {
		t.Errorf("%d lines, want 28\n%s", n, out)
	}
}

// TestRun_trouble checks what is refused, and that a profile that fails does
// not keep the next one from being measured.
func TestRun_trouble(t *testing.T) {
	for _, args := range [][]string{
		{"--profile", "huge"}, {"--format", "xml"}, {"--runs", "0"}, {"--scale", "-1"}, {"more"}, {"--measured", "--profile", "small,large"},
	} {
		if _, stderr := output(t, 2, args...); !strings.HasPrefix(stderr, "run: error: ") {
			t.Errorf("%q: %q", args, stderr)
		}
	}
	// fewer pods than workloads: no such cluster
	out, stderr := output(t, 1, "--profile", "A3,small", "--scale-pods", "0.00001")
	if out != "" || strings.Count(stderr, "profile=") != 2 {
		t.Errorf("%q %q", out, stderr)
	}
	if _, stderr := output(t, 1, "--profile", "small", "--timeout", "1ns"); !strings.Contains(stderr, "profile=small: not done after 1ns") {
		t.Errorf("%q", stderr)
	}
}

// TestRun_againstSigs holds that both readers read the same pods, and have a
// line each.
func TestRun_againstSigs(t *testing.T) {
	out, _ := output(t, 0, "--against-sigs", "--sigs-pods", "100")
	for _, line := range []string{"netreach", "sigs.k8s.io/yaml", "times"} {
		if !regexp.MustCompile(`(?m)^  ` + line + `  +\d`).MatchString(out) {
			t.Errorf("no line for %s in\n%s", line, out)
		}
	}
	if !strings.Contains(out, "100 pods as kubectl get pods -A -o yaml, ") {
		t.Error(out)
	}
	out, _ = output(t, 0, "--against-sigs", "--sigs-pods", "100", "--benchfmt")
	if n := strings.Count(out, "BenchmarkRun/pods=100/stage=reader="); n != 2 {
		t.Errorf("%d lines of a benchmark in\n%s", n, out)
	}
	output(t, 2, "--against-sigs", "--sigs-pods", "1")
	output(t, 1, "--measured", "--profile", "small", "--reader", "another")
}

// TestRun_file holds that a file that was asked for is kept.
func TestRun_file(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cluster.json")
	output(t, 0, "--profile", "small", "--format", "json", "--file", name)
	if info, err := os.Stat(name); err != nil || info.Size() < 1_000_000 {
		t.Errorf("%v %v", info, err)
	}
}

// TestClusterBytes holds that the floor grows with the cluster: twice the pods
// have twice the labels, and policies are part of it.
func TestClusterBytes(t *testing.T) {
	of := func(change func(*shape.Profile)) uint64 {
		p, err := shape.Named("small")
		if err != nil {
			t.Fatal(err)
		}
		change(&p)
		c, err := p.Model(1)
		if err != nil {
			t.Fatal(err)
		}
		return clusterBytes(c)
	}
	one := of(func(*shape.Profile) {})
	pods := of(func(p *shape.Profile) { p.Pods *= 2 })
	policies := of(func(p *shape.Profile) { p.Policies *= 10 })
	if pods < one*15/10 || pods > one*2 || policies <= one {
		t.Errorf("%d bytes, %d with twice the pods, %d with ten times the policies", one, pods, policies)
	}
}
