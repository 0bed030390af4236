package cli_test

import (
	"encoding/xml"
	"path"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"netreach/cmd/internal/cli"
	"netreach/scenarios"
)

// onScenario runs a command line on a scenario, with text as standard input.
func onScenario(t *testing.T, name, text string, args ...string) result {
	t.Helper()
	args = append(args, "-q", "--no-config", "-f", path.Join(name, scenarios.Manifests))
	return netreach(t, args, func(e *cli.Env) { e.FS, e.Stdin = scenarios.FS, strings.NewReader(text) })
}

// hasLines reports whether a file has a line that is no comment.
func hasLines(text string) bool {
	return regexp.MustCompile(`(?m)^[a-z]`).MatchString(text)
}

// TestTest_Scenarios: of every scenario, its expectations hold, and so does what
// matrix prints of it, in every view.
func TestTest_Scenarios(t *testing.T) {
	views := [][]string{{}, {"--by", "pod"}, {"--by", "namespace"}, {"--port", "80", "--port", "http", "--port", "53/udp"}, {"--external", "10.0.0.0/8", "--external", "8.8.8.8"}}
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := scenarios.FS.ReadFile(path.Join(name, scenarios.Expect))
			if err != nil {
				t.Fatal(err)
			}
			if got := onScenario(t, name, string(text), "test", "-"); got.code != 0 {
				t.Errorf("its expectations: exit code %d\n%s%s", got.code, got.stdout, got.stderr)
			}
			for _, view := range views {
				file := onScenario(t, name, "", append([]string{"matrix"}, view...)...)
				if file.code != 0 {
					t.Fatalf("matrix %v: %s", view, file.stderr)
				}
				if !hasLines(file.stdout) {
					continue // nothing is allowed
				}
				if got := onScenario(t, name, file.stdout, "test", "-"); got.code != 0 {
					t.Errorf("what matrix %v prints: exit code %d\n%s\n%s%s", view, got.code, file.stdout, got.stdout, got.stderr)
				}
			}
		})
	}
}

// TestLock_Scenarios: the lock of every scenario holds for it, by workload and by
// pod, and is the same on one processor.
func TestLock_Scenarios(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			for _, by := range []string{"workload", "pod"} {
				lock := onScenario(t, name, "", "lock", "--by", by)
				if lock.code != 0 {
					t.Fatalf("by %s: %s", by, lock.stderr)
				}
				if got := onScenario(t, name, lock.stdout, "test", "-"); got.code != 0 {
					t.Errorf("by %s: exit code %d\n%s\n%s%s", by, got.code, lock.stdout, got.stdout, got.stderr)
				}
				procs := runtime.GOMAXPROCS(1)
				again := onScenario(t, name, "", "lock", "--by", by)
				runtime.GOMAXPROCS(procs)
				if again.stdout != lock.stdout {
					t.Errorf("by %s: another lock on one processor:\n%s\n%s", by, lock.stdout, again.stdout)
				}
			}
		})
	}
}

// failing are expectations of the shop of which two fail.
const failing = "allow shop/web -> shop/api http # <first> & 50%\ndeny shop/api -> shop/db\ndeny everything else\n"

func reportOf(t *testing.T, format string) string {
	t.Helper()
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	got := netreach(t, []string{"test", "-", "-f", "manifests", "-o", format}, func(e *cli.Env) {
		e.Stdin = strings.NewReader(failing)
		e.Now = func() time.Time { clock = clock.Add(time.Millisecond); return clock }
	})
	if got.code != 1 {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	return got.stdout
}

// TestTest_JUnit reads the report as readers of JUnit XML do, and knows no other
// elements and attributes than theirs.
func TestTest_JUnit(t *testing.T) {
	known := map[string]string{
		"testsuites": " name tests failures errors time ", "testsuite": " name tests failures errors skipped time file ",
		"testcase": " name classname file line time ", "failure": " message type ",
	}
	d := xml.NewDecoder(strings.NewReader(reportOf(t, "junit")))
	counts := map[string]int{}
	var open []string
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch e := token.(type) {
		case xml.StartElement:
			counts[e.Name.Local]++
			open = append(open, e.Name.Local)
			attrs, ok := known[e.Name.Local]
			if !ok {
				t.Errorf("element %s", e.Name.Local)
			}
			for _, a := range e.Attr {
				if !strings.Contains(attrs, " "+a.Name.Local+" ") {
					t.Errorf("attribute %s of %s", a.Name.Local, e.Name.Local)
				}
				if e.Name.Local == "testcase" && a.Name.Local == "time" && a.Value != "0.001" {
					t.Errorf("time %s", a.Value)
				}
				if a.Name.Local == "failures" && a.Value != "2" {
					t.Errorf("%s failures", a.Value)
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 || counts["testsuite"] != 1 || counts["testcase"] != 3 || counts["failure"] != 2 {
		t.Errorf("elements %v, open %v", counts, open)
	}
}

// TestTest_TAP reads the report by the rules of TAP 14: the version, a plan, points
// in order, no directive that nobody meant, and YAML below the points that fail.
func TestTest_TAP(t *testing.T) {
	rows := strings.Split(strings.TrimSuffix(reportOf(t, "tap"), "\n"), "\n")
	if rows[0] != "TAP version 14" || rows[1] != "1..3" {
		t.Fatalf("begins with %q", rows[:2])
	}
	point := regexp.MustCompile(`^(not )?ok (\d+) - ((?:[^#\\]|\\#|\\\\)*)$`)
	n, blocks := 0, 0
	for i := 2; i < len(rows); i++ {
		if strings.HasPrefix(rows[i], "#") {
			continue
		}
		m := point.FindStringSubmatch(rows[i])
		if n++; m == nil || m[2] != strconv.Itoa(n) {
			t.Fatalf("row %d is no point %d: %q", i+1, n, rows[i])
		}
		if m[1] == "" {
			continue
		}
		if rows[i+1] != "  ---" {
			t.Fatalf("no block below %q", rows[i])
		}
		var block strings.Builder
		for i += 2; rows[i] != "  ..."; i++ {
			block.WriteString(strings.TrimPrefix(rows[i], "  ") + "\n")
		}
		blocks++
		var read struct {
			Message, Severity, Explanation string
			At                             struct {
				File string
				Line int
			}
		}
		if err := yaml.Unmarshal([]byte(block.String()), &read); err != nil {
			t.Fatalf("%v\n%s", err, block.String())
		}
		if read.Message == "" || read.Severity != "fail" || read.At.File != "-" || read.At.Line != n || !strings.Contains(read.Explanation, "\n\n  egress from ") {
			t.Errorf("read %+v", read)
		}
	}
	if n != 3 || blocks != 2 {
		t.Errorf("%d points, %d blocks", n, blocks)
	}
}
