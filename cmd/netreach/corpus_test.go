package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"netreach/cmd/internal/cli"
	"netreach/model/load"
)

// corpus returns the folder of the corpus, or skips the test. The corpus
// directory lies next to the checkout: shared/corpus beside the root.
func corpus(t *testing.T, folder string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "corpus", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no ../shared/corpus/%s next to the checkout", folder)
	}
	return dir
}

// refusedShapes are the cases with a policy in the shape of an old version of
// its API. It is refused, as it would mean more than it says (T-44); where
// --lenient lets it fail closed (ANP-20), the expected verdicts hold.
var refusedShapes = []string{"traps/T-44"}

// rows returns the lines of a file of tab-separated values.
func rows(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return split(string(text))
}

func split(text string) [][]string {
	var out [][]string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

// flow is what a verdict is about, as "-o tsv" writes it.
type flow struct{ src, dst, port string }

// TestCorpus_facts runs every case whose expectation is a list of verdicts,
// through the command line: netreach matrix --by pod --port ... -o tsv.
func TestCorpus_facts(t *testing.T) {
	tests := []struct {
		folder, pattern string
		atLeast         int // verdicts, so that an empty folder does not pass
	}{
		{"e2e", "K*/step*", 1000},
		{"conformance", "*/step*", 250},
		{"traps", "T-*", 80},
		{"random", "*", 70000},
	}
	for _, test := range tests {
		t.Run(test.folder, func(t *testing.T) {
			root := corpus(t, test.folder)
			cases, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(test.pattern)))
			if err != nil {
				t.Fatal(err)
			}
			verdicts, ran := 0, 0
			for _, dir := range cases {
				name, err := filepath.Rel(root, dir)
				if err != nil {
					t.Fatal(err)
				}
				name = filepath.ToSlash(name)
				t.Run(name, func(t *testing.T) {
					ran++
					var flags []string
					if slices.Contains(refusedShapes, path.Join(test.folder, name)) {
						checkRefused(t, dir)
						flags = append(flags, "--lenient")
					}
					verdicts += compareFacts(t, dir, flags...)
				})
			}
			t.Logf("%d verdicts compared in %d cases", verdicts, ran)
			if verdicts < test.atLeast {
				t.Errorf("%d verdicts compared, want at least %d", verdicts, test.atLeast)
			}
		})
	}
}

// compareFacts compares the rows of dir's expected.tsv, and returns their
// number.
func compareFacts(t *testing.T, dir string, flags ...string) int {
	t.Helper()
	args := append([]string{"matrix", "-f", dir, "--by", "pod", "-o", "tsv"}, flags...)
	want := map[flow]string{}
	for _, r := range rows(t, filepath.Join(dir, "expected.tsv")) {
		var f flow
		for i, end := range []*string{&f.src, &f.dst} {
			address, outside := strings.CutPrefix(r[i], "ext/")
			*end = address
			if outside && !slices.Contains(args, address) {
				args = append(args, "--external", address)
			}
		}
		f.port = r[3] + "/" + strings.ToLower(r[2])
		if !slices.Contains(args, f.port) {
			args = append(args, "--port", f.port)
		}
		want[f] = r[4]
	}
	got := map[flow]string{}
	for _, r := range matrixRows(t, args) {
		f := flow{r[0], r[1], r[2]}
		if before, ok := got[f]; ok {
			t.Errorf("two rows for %v: %s and %s", f, before, r[3])
		}
		got[f] = r[3]
	}
	for f, verdict := range want {
		if got[f] != verdict {
			t.Errorf("%s -> %s %s: got %q, want %q", f.src, f.dst, f.port, got[f], verdict)
		}
	}
	return len(want)
}

// matrixRows runs a matrix with -o tsv and returns its rows without the header.
func matrixRows(t *testing.T, args []string) [][]string {
	t.Helper()
	stdout, stderr, code := netreach(t, args...)
	if code != 0 {
		t.Fatalf("netreach %s: exit %d\n%s", strings.Join(args, " "), code, stderr)
	}
	got := split(stdout)
	if want := []string{"src", "dst", "port", "verdict"}; len(got) == 0 || !slices.Equal(got[0], want) {
		t.Fatalf("netreach %s: header is not %q:\n%.200s", strings.Join(args, " "), want, stdout)
	}
	return got[1:]
}

// tied is a case of two policies with one priority. That is no error of the
// input for us: which of them comes first is open (ANP-5).
const tied = "tests/anp_bad_path_test_1"

// TestCorpus_badInput runs the inputs that are wrong.
func TestCorpus_badInput(t *testing.T) {
	root := corpus(t, "npguard")
	ran := 0
	for _, c := range rows(t, filepath.Join(root, "cases.tsv")) {
		if c[0] != "badinput" {
			continue
		}
		ran++
		t.Run(strings.TrimPrefix(c[1], "tests/"), func(t *testing.T) {
			if dir := filepath.Join(root, c[1]); c[1] == tied {
				checkTied(t, dir)
			} else {
				checkRefused(t, dir)
			}
		})
	}
	if ran == 0 {
		t.Error("no case ran")
	}
}

var located = regexp.MustCompile(`(?m)^\S+\.(ya?ml|json):\d+: `)

// checkRefused demands exit 2 for the manifests of dir, a diagnostic with file
// and line, and no partial answer. It returns the diagnostics.
func checkRefused(t *testing.T, dir string) string {
	t.Helper()
	stdout, stderr, code := netreach(t, "matrix", "-f", dir)
	if code != 2 {
		t.Errorf("exit %d, want 2", code)
	}
	if stdout != "" {
		t.Errorf("a partial answer:\n%s", stdout)
	}
	if !located.MatchString(stderr) {
		t.Errorf("no diagnostic with file and line:\n%s", stderr)
	}
	return stderr
}

// checkTied demands a warning with file and line for the manifests of dir, and
// that exactly those verdicts are unknown about which the two policies differ:
// one denies all traffic between gryffindor and slytherin, the other passes it.
func checkTied(t *testing.T, dir string) {
	t.Helper()
	stdout, stderr, code := netreach(t, "matrix", "-f", dir, "--by", "namespace", "-o", "tsv")
	if code != 0 {
		t.Errorf("exit %d, want 0", code)
	}
	if !located.MatchString(stderr) || !strings.Contains(stderr, "[equal-priority]") {
		t.Errorf("no warning with file and line:\n%s", stderr)
	}
	const ours, theirs = "network-policy-conformance-gryffindor/*", "network-policy-conformance-slytherin/*"
	want := []string{ours + " -> " + theirs + " *", theirs + " -> " + ours + " *"}
	var open []string
	for _, r := range split(stdout) {
		if r[3] == "unknown" {
			open = append(open, fmt.Sprintf("%s -> %s %s", r[0], r[1], r[2]))
		}
	}
	if slices.Sort(open); !slices.Equal(open, want) {
		t.Errorf("unknown are %q, want %q", open, want)
	}
}

// netreach runs the command line in this process and returns what it wrote and
// its exit code.
func netreach(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = cli.Main(cli.Env{
		Args:   args,
		Stdin:  strings.NewReader(""),
		Stdout: &out,
		Stderr: &diagnostics,
		FS:     load.OS{},
		Getenv: func(string) string { return "" },
	})
	return out.String(), diagnostics.String(), code
}
