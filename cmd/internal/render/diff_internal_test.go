package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"netreach/engine"
	"netreach/model"
	"netreach/model/selector"
)

// ported returns a cluster of n workloads a/w0, a/w1, ... each of which lets the
// one before it in on one port.
func ported(n int, port func(i int) uint16, file string) *model.Cluster {
	c := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "a"}},
		Tiers:      []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny}},
	}
	for i := range n {
		name := fmt.Sprintf("w%04d", i)
		labels := selector.FromMap(map[string]string{"app": name})
		c.Workloads = append(c.Workloads, model.Workload{Kind: "Deployment", Namespace: "a", Name: name, Replicas: 2})
		c.Pods = append(c.Pods, model.Pod{Namespace: "a", Name: name, Labels: labels, Workload: i, Weight: 2, StandIn: true})
		origin := model.Origin{Kind: "NetworkPolicy", Namespace: "a", Name: name, File: file, Line: 10 * (i + 1)}
		c.Policies = append(c.Policies, model.Policy{
			Origin: origin, Tier: model.TierNetworkPolicy, Isolates: [model.Directions]bool{model.Ingress: true},
			Subject: model.PodSet{Namespace: "a", Pods: selector.Equal("app", name)},
			Rules: []model.Rule{{
				Origin: origin.At("spec.ingress[0]"), Direction: model.Ingress, Action: model.Allow,
				Peers: []model.Peer{{Kind: model.PeerPods, Pods: model.PodSet{Namespace: "a", Pods: selector.Equal("app", fmt.Sprintf("w%04d", (i+n-1)%n))}}},
				Ports: []model.PortMatch{tcp(port(i), port(i)).Match()},
			}},
		})
	}
	return c
}

// changed returns the diff of two clusters.
func changed(t *testing.T, before, after *model.Cluster) *Diff {
	t.Helper()
	u, err := engine.NewUniverse(model.Options{}, before, after)
	if err != nil {
		t.Fatal(err)
	}
	var m [2]*engine.Matrix
	for i := range m {
		if m[i], err = engine.Compile(u, i); err != nil {
			t.Fatal(err)
		}
	}
	change, err := engine.NewDiff(m[0], m[1])
	if err != nil {
		t.Fatal(err)
	}
	d := &Diff{
		Before: "before", After: "after", Diff: change, Flows: change.Flows,
		Matrix: &Matrix{By: "workload", Ranges: map[int][]engine.AddrRange{}, Table: m[0].Table(change.Comparison.Ends)},
		Line:   func(_ int, o model.Origin) int { return o.Line },
		Fails:  func(e engine.Effect) bool { return e&engine.Opens != 0 },
	}
	for i := range change.Comparison.Ends {
		d.Matrix.Sources = append(d.Matrix.Sources, i)
	}
	d.Matrix.Destinations = d.Matrix.Sources
	return d
}

// portsMoved returns the diff of n workloads all of which get another port.
func portsMoved(t *testing.T, n int, file string) *Diff {
	t.Helper()
	return changed(t, ported(n, func(i int) uint16 { return uint16(1000 + i) }, file), ported(n, func(i int) uint16 { return uint16(3000 + i) }, file))
}

func written(t *testing.T, format string, d *Diff) string {
	t.Helper()
	var b bytes.Buffer
	r, err := New(format, DiffOf, &b, Options{Dir: "/src"})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Diff(d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDiff_commentLimit: a comment is never longer than a pull request takes, and
// says how much is left out.
func TestDiff_commentLimit(t *testing.T) {
	for _, n := range []int{3, 60, 700} {
		d := portsMoved(t, n, "np.yaml")
		text := written(t, "md", d)
		if got := utf8.RuneCountInString(text); got > mostCharacters || n == 700 && got < mostCharacters*8/10 {
			t.Errorf("%d workloads: %d characters", n, got)
		}
		if open, closed := strings.Count(text, "<details>"), strings.Count(text, "</details>"); open != closed || open == 0 {
			t.Errorf("%d workloads: %d details begin, %d end", n, open, closed)
		}
		all := 2 * n // each closes one port and opens another
		shown := 0
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "| deny | allow |") || strings.HasPrefix(line, "| allow | deny |") {
				shown++
			}
		}
		left := 0
		if _, rest, ok := strings.Cut(text, "</summary>\n\n| before"); ok {
			for line := range strings.Lines(rest) {
				if strings.Contains(line, "left out for want of room") {
					if _, err := fmt.Sscan(line, &left); err != nil {
						t.Error(err)
					}
				}
			}
		}
		if shown+left != all || n == 700 && left == 0 {
			t.Errorf("%d workloads: %d lines are shown, %d said to be left out, want %d in all", n, shown, left, all)
		}
		if opens, closes := strings.Index(text, "**opened**"), strings.Index(text, "**closed**"); opens < 0 || closes >= 0 && closes < opens {
			t.Errorf("%d workloads: what opens does not come first", n)
		}
	}
}

// TestDiff_commentEscapes: no name ends a cell or the code in it.
func TestDiff_commentEscapes(t *testing.T) {
	text := written(t, "md", portsMoved(t, 3, "od|d `name`.yaml"))
	if !strings.Contains(text, "`` od\\|d `name`.yaml:10 ``") {
		t.Errorf("the name of the file is not escaped:\n%s", text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| **") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 5 {
			t.Errorf("not four cells: %s", line)
		}
	}
}

// TestDiff_sarif holds the log against its schema, which lies in testdata as the
// standard publishes it.
func TestDiff_sarif(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "sarif-2.1.0.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(log string) error {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(log))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(value)
	}
	if err := validate(`{"version": "2.1.0", "runs": [{"results": []}]}`); err == nil {
		t.Fatal("the schema takes anything")
	}
	prints := map[string]bool{}
	for _, d := range []*Diff{portsMoved(t, 2, "/src/net pol/a.yaml"), portsMoved(t, 30, "np.yaml"), changed(t, ported(2, func(int) uint16 { return 1 }, ""), ported(2, func(int) uint16 { return 1 }, ""))} {
		text := written(t, "sarif", d)
		if err := validate(text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		var log sarifLog
		if err := json.Unmarshal([]byte(text), &log); err != nil {
			t.Fatal(err)
		}
		for _, r := range log.Runs[0].Results {
			print := r.RuleID + r.Fingerprints[fingerprint] + r.Locations[0].Physical.Artifact.URI
			if prints[print] {
				t.Errorf("two results have the fingerprint %s", print)
			}
			prints[print] = true
			if uri := r.Locations[0].Physical.Artifact.URI; uri != "net%20pol/a.yaml" && uri != "np.yaml" {
				t.Errorf("uri %q", uri)
			}
			if r.Locations[0].Physical.Region.StartLine%10 != 0 {
				t.Errorf("line %d", r.Locations[0].Physical.Region.StartLine)
			}
			if want := map[string]string{"flow-opened": "error", "flow-closed": "warning"}[r.RuleID]; r.Level != want {
				t.Errorf("%s has level %s", r.RuleID, r.Level)
			}
		}
	}
	if len(prints) != 2*2+2*30 {
		t.Errorf("%d results", len(prints))
	}
}

// TestDiff_junit: the document is well formed, its counts are right, and what
// --fail-on does not ask for passes.
func TestDiff_junit(t *testing.T) {
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Cases []struct {
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(written(t, "junit", portsMoved(t, 4, "np.yaml"))), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 9 || suites.Failures != 4 || len(suites.Suites[0].Cases) != 9 {
		t.Errorf("%d tests, %d failures, %d cases", suites.Tests, suites.Failures, len(suites.Suites[0].Cases))
	}
}

// TestDiff_github: every line is one command, at the place of the edit.
func TestDiff_github(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(written(t, "github", portsMoved(t, 2, "/src/a,b:c.yaml"))), "\n")
	want := []string{"::error file=a%2Cb%3Ac.yaml,line=20,", "::error file=a%2Cb%3Ac.yaml,line=10,", "::warning file=a%2Cb%3Ac.yaml,line=20,", "::warning file=a%2Cb%3Ac.yaml,line=10,"}
	var got []string
	for i, l := range lines {
		if i < len(want) && strings.HasPrefix(l, want[i]) {
			l = want[i]
		}
		got = append(got, l)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestDiff_dot: Graphviz takes the picture, if it is there. A large one is drawn
// by namespace.
func TestDiff_dot(t *testing.T) {
	for _, n := range []int{2, 700} {
		text := written(t, "dot", portsMoved(t, n, "np.yaml"))
		if edges := strings.Count(text, " -> "); n == 2 && edges != 4 || n == 700 && edges != 2 {
			t.Errorf("%d workloads: %d edges", n, edges)
		}
		for _, color := range []string{"#1a7f37", "#cf222e"} {
			if !strings.Contains(text, color) {
				t.Errorf("%d workloads: nothing has the colour %s", n, color)
			}
		}
		program, err := exec.LookPath("dot")
		if err != nil {
			continue
		}
		cmd := exec.Command(program, "-Tsvg")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%d workloads: %v\n%s", n, err, out)
		}
	}
}

// TestDiff_tsv: one row for each pair and maximal set of ports.
func TestDiff_tsv(t *testing.T) {
	want := "src\tdst\tports\tbefore\tafter\n" +
		"a/w0000\ta/w0001\t1001/tcp\tallow\tdeny\na/w0000\ta/w0001\t3001/tcp\tdeny\tallow\n" +
		"a/w0001\ta/w0000\t1000/tcp\tallow\tdeny\na/w0001\ta/w0000\t3000/tcp\tdeny\tallow\n"
	if diff := cmp.Diff(want, written(t, "tsv", portsMoved(t, 2, "np.yaml"))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
