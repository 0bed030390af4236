package main_test

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goldens are the outputs that each scenario keeps in its directory want, with
// the words that give them.
func goldens() map[string][]string {
	return map[string][]string{
		"matrix.txt": {"matrix"},
		"matrix.tsv": {"matrix", "-o", "tsv"},
		"graph.dot":  {"graph"},
	}
}

// TestScenarios_want compares what netreach says of each scenario with what the
// scenario keeps; -update writes it.
func TestScenarios_want(t *testing.T) {
	root := filepath.Join("..", "..", "scenarios")
	inputs, err := filepath.Glob(filepath.Join(root, "*", "*", "manifests"))
	if err != nil {
		t.Fatal(err)
	}
	if len(inputs) < 20 {
		t.Fatalf("%d scenarios, want at least 20", len(inputs))
	}
	update := updating()
	for _, input := range inputs {
		name, err := filepath.Rel(root, filepath.Dir(input))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			want := filepath.Join(filepath.Dir(input), "want")
			for file, words := range goldens() {
				got := output(t, input, words)
				file = filepath.Join(want, file)
				if update {
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

// updating reports whether the goldens are to be written anew.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// output runs netreach on a scenario twice, the second time on one processor,
// and demands the same bytes.
func output(t *testing.T, input string, words []string) string {
	t.Helper()
	args := append(words, "-q", "--no-config", "-f", input)
	stdout, stderr, code := netreach(t, args...)
	if code != 0 {
		t.Fatalf("netreach %s: exit %d\n%s", strings.Join(args, " "), code, stderr)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if again, _, _ := netreach(t, args...); again != stdout {
		t.Errorf("netreach %s: the second run differs:\n%s", strings.Join(args, " "), cmp.Diff(stdout, again))
	}
	return stdout
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestScenarios_nothingElse demands that a scenario keeps no output that no
// command gives.
func TestScenarios_nothingElse(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "scenarios", "*", "*", "want", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := path.Base(filepath.ToSlash(file))
		if topic := path.Base(path.Dir(path.Dir(path.Dir(filepath.ToSlash(file))))); topic == "diff" && pairGoldens()[name] == "" || topic != "diff" && goldens()[name] == nil {
			t.Errorf("%s: no command gives it", file)
		}
	}
}
