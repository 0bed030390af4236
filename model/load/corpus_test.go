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

// TestCorpus_ours reads what was written for us: all of it is valid but for one
// trap, whose policy has the shape of an old version (ANP-18).
func TestCorpus_ours(t *testing.T) {
	corpus := corpusDir(t)
	for _, group := range []string{"e2e", "traps", "conformance", "random", "production-networking"} {
		var clusters, refused, pods, policies, warnings int
		for _, dir := range cases(t, filepath.Join(corpus, group)) {
			c, ds, err := load.Read(load.Options{}, dir)
			if err != nil {
				t.Errorf("%s: %v", dir, err)
				continue
			}
			old := false
			for _, d := range ds {
				switch {
				case d.Severity == model.Warning:
					warnings++
				case filepath.Base(dir) == "T-44" && d.Code == "old-peer-shape":
					old = true
				default:
					t.Errorf("%s", d)
				}
			}
			if old != (filepath.Base(dir) == "T-44") || old != (c == nil) {
				t.Errorf("%s: cluster %t, old shape %t", dir, c != nil, old)
			}
			if c == nil {
				refused++
				continue
			}
			clusters++
			pods += len(c.Pods)
			policies += len(c.Policies)
		}
		t.Logf("%s: %d clusters with %d pods and %d policies, %d warnings; %d refused", group, clusters, pods, policies, warnings, refused)
	}
}

// refusedToo are directories of other categories that hold what the API server
// refuses, with the code.
var refusedToo = map[string]string{
	"tests/example_pods_w_same_owner_and_labels_gap_with_good_match_expression": "object-name",    // a policy name with underscores
	"tests/anp_test_named_ports_multiple_peers":                                 "port-name-peer", // named ports beside networks (ANP-13)
}

// legalToo are badinput rows that the specification takes: what they leave open
// is unknown, with the code of the warning.
var legalToo = map[string]string{
	"tests/anp_bad_path_test_1": "equal-priority", // (ANP-5)
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
	read, refused := map[string]int{}, map[string]int{}
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
			errs, legal := 0, false
			for _, d := range ds {
				legal = legal || d.Code == legalToo[dir]
				if d.Severity != model.Error {
					continue
				}
				errs++
				if category != "badinput" && refusedToo[dir] != d.Code {
					t.Errorf("%s", d)
				}
				if d.Origin.File == "" || d.Origin.Line == 0 || d.Hint == "" {
					t.Errorf("without place or hint: %s", d)
				}
			}
			if errs > 0 {
				refused[category]++
			} else {
				read[category]++
			}
			if (errs > 0) != (c == nil) || (category == "badinput" && errs == 0) != legal {
				t.Errorf("%s: cluster %t with %q", dir, c != nil, ds)
			}
		}
	}
	t.Logf("read %v, refused %v", read, refused)
}
