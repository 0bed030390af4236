package load_test

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netreach/model"
	"netreach/model/load"
)

// corpusDir returns the corpus directory next to the checkout.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
	corpus := filepath.Join(dir, "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus directory next to the checkout is absent")
	}
	return corpus
}

// cases returns the directories below dir that hold manifests themselves.
func cases(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".yaml") && !slices.Contains(out, filepath.Dir(name)) {
			out = append(out, filepath.Dir(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// notYet are the codes of what the corpus holds and netreach does not evaluate
// yet.
func notYet(d model.Diagnostic) bool {
	return d.Code == "policy-kind"
}

// TestCorpus_ours reads what was written for us: all of it is valid.
func TestCorpus_ours(t *testing.T) {
	corpus := corpusDir(t)
	for _, group := range []string{"e2e", "traps", "conformance", "random", "production-networking"} {
		var clusters, unsupported, pods, policies, warnings int
		for _, dir := range cases(t, filepath.Join(corpus, group)) {
			c, ds, err := load.Read(load.Options{}, dir)
			if err != nil {
				t.Errorf("%s: %v", dir, err)
				continue
			}
			skipped := false
			for _, d := range ds {
				switch {
				case d.Severity == model.Warning:
					warnings++
				case notYet(d):
					skipped = true
				default:
					t.Errorf("%s", d)
				}
			}
			if skipped {
				unsupported++
				continue
			}
			if c == nil {
				t.Errorf("%s: no cluster", dir)
				continue
			}
			clusters++
			pods += len(c.Pods)
			policies += len(c.Policies)
		}
		t.Logf("%s: %d clusters with %d pods and %d policies, %d warnings; %d with policy kinds that are not modelled yet",
			group, clusters, pods, policies, warnings, unsupported)
	}
}

// TestCorpus_npguard reads the manifests that came with another tool. Rows of
// category badinput are wrong in a way that must be found, and told with its
// place and a hint.
func TestCorpus_npguard(t *testing.T) {
	corpus := filepath.Join(corpusDir(t), "npguard")
	f, err := os.Open(filepath.Join(corpus, "cases.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	rows := bufio.NewScanner(f)
	for rows.Scan() {
		fields := strings.Split(rows.Text(), "\t")
		if len(fields) < 2 || fields[0] == "category" {
			continue
		}
		category := fields[0]
		for _, dir := range strings.Fields(strings.ReplaceAll(fields[1], ",", " ")) {
			_, ds, err := load.Read(load.Options{}, filepath.Join(corpus, dir))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", dir, err)
			}
			counts[category]++
			for _, d := range ds {
				if d.Severity == model.Error && !notYet(d) {
					t.Logf("%s: %s", category, d)
				}
			}
		}
	}
	t.Logf("%v", counts)
}
