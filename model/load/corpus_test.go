package load_test

import (
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

// refusedToo are directories of other categories that hold what the API server
// refuses, with the code.
var refusedToo = map[string]string{
	"tests/example_pods_w_same_owner_and_labels_gap_with_good_match_expression": "object-name", // a policy name with underscores
}

// TestCorpus_npguard reads the manifests that came with another tool. Rows of
// category badinput are wrong in a way that must be found, and told with its
// place and a hint.
func TestCorpus_npguard(t *testing.T) {
	corpus := filepath.Join(corpusDir(t), "npguard")
	table, err := os.ReadFile(filepath.Join(corpus, "cases.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	read, unsupported, refused := map[string]int{}, map[string]int{}, map[string]int{}
	for row := range strings.Lines(string(table)) {
		fields := strings.Split(row, "\t")
		if len(fields) < 2 || fields[0] == "category" {
			continue
		}
		category := fields[0]
		for dir := range strings.FieldsSeq(strings.ReplaceAll(fields[1], ",", " ")) {
			c, ds, err := load.Read(load.Options{}, filepath.Join(corpus, dir))
			if err != nil {
				t.Errorf("%s: %v", dir, err)
				continue
			}
			var errs, later int
			for _, d := range ds {
				switch {
				case d.Severity != model.Error:
				case notYet(d):
					later++
				default:
					errs++
					if category != "badinput" && refusedToo[dir] != d.Code {
						t.Errorf("%s", d)
					}
					if d.Origin.File == "" || d.Origin.Line == 0 || d.Hint == "" {
						t.Errorf("without place or hint: %s", d)
					}
				}
			}
			switch {
			case errs > 0:
				refused[category]++
			case later > 0:
				unsupported[category]++
			default:
				read[category]++
			}
			if (errs+later > 0) != (c == nil) || category == "badinput" && errs+later == 0 {
				t.Errorf("%s: cluster %t with %q", dir, c != nil, ds)
			}
		}
	}
	t.Logf("read %v, refused %v, with policy kinds that are not modelled yet %v", read, refused, unsupported)
}
