package main_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
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

// unsupported are the policy kinds that other cases of the corpus are about.
// Cases with one of them are left out, by name.
var unsupported = []string{"AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"}

var kindField = regexp.MustCompile(`(?m)(?:^|[{,\s])"?kind"?:\s*"?(\w+)`)

// unsupportedKinds returns which of the unsupported kinds the manifests of dir
// hold.
func unsupportedKinds(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	for _, text := range manifests(t, dir) {
		for _, m := range kindField.FindAllStringSubmatch(text, -1) {
			if slices.Contains(unsupported, m[1]) && !slices.Contains(out, m[1]) {
				out = append(out, m[1])
			}
		}
	}
	return out
}

// manifests returns the texts of the manifests below dir.
func manifests(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) {
			return err
		}
		text, err := os.ReadFile(name)
		out = append(out, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

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
		{"traps", "T-*", 50},
		{"random", "*", 10000},
	}
	for _, test := range tests {
		t.Run(test.folder, func(t *testing.T) {
			root := corpus(t, test.folder)
			cases, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(test.pattern)))
			if err != nil {
				t.Fatal(err)
			}
			verdicts, ran := 0, 0
			skipped := map[string][]string{}
			for _, dir := range cases {
				name, err := filepath.Rel(root, dir)
				if err != nil {
					t.Fatal(err)
				}
				if kinds := unsupportedKinds(t, dir); len(kinds) > 0 {
					skipped[kinds[0]] = append(skipped[kinds[0]], name)
					continue
				}
				t.Run(filepath.ToSlash(name), func(t *testing.T) {
					verdicts += compareFacts(t, dir)
					ran++
				})
			}
			t.Logf("%d verdicts compared in %d cases", verdicts, ran)
			for _, kind := range slices.Sorted(maps.Keys(skipped)) {
				t.Logf("%d cases left out for their %s: %s", len(skipped[kind]), kind, strings.Join(skipped[kind], " "))
			}
			if verdicts < test.atLeast {
				t.Errorf("%d verdicts compared, want at least %d", verdicts, test.atLeast)
			}
		})
	}
}

// compareFacts compares the rows of dir's expected.tsv, and returns their
// number.
func compareFacts(t *testing.T, dir string) int {
	t.Helper()
	args := []string{"matrix", "-f", dir, "--by", "pod", "-o", "tsv"}
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

// TestCorpus_badInput runs the inputs that are wrong: exit 2, a diagnostic with
// file and line, and no partial answer.
func TestCorpus_badInput(t *testing.T) {
	root := corpus(t, "npguard")
	located := regexp.MustCompile(`(?m)^\S+\.(ya?ml|json):\d+: `)
	ran := 0
	for _, c := range rows(t, filepath.Join(root, "cases.tsv")) {
		if c[0] != "badinput" {
			continue
		}
		ran++
		t.Run(strings.TrimPrefix(c[1], "tests/"), func(t *testing.T) {
			stdout, stderr, code := netreach(t, "matrix", "-f", filepath.Join(root, c[1]))
			if code != 2 {
				t.Errorf("exit %d, want 2", code)
			}
			if stdout != "" {
				t.Errorf("a partial answer:\n%s", stdout)
			}
			if !located.MatchString(stderr) {
				t.Errorf("no diagnostic with file and line:\n%s", stderr)
			}
		})
	}
	if ran == 0 {
		t.Error("no case ran")
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
