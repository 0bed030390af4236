package graph_test

import (
	"os/exec"
	"strings"
	"testing"

	"gonum.org/v1/gonum/graph/formats/dot"

	"netreach/engine"
	"netreach/engine/graph"
	"netreach/model"
)

func portWords(ports []engine.PortRange) []string {
	if len(ports) == 0 {
		return []string{"*"}
	}
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = p.String()
	}
	return words
}

func picture(t *testing.T, g *graph.Graph) string {
	t.Helper()
	out, err := graph.DOT(g, portWords)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dot.ParseString(string(out)); err != nil {
		t.Errorf("not DOT: %v\n%s", err, out)
	}
	return string(out)
}

func TestDOT(t *testing.T) {
	out := picture(t, compile(t, shop()))
	for _, want := range []string{
		// a box for each namespace, with its nodes in it
		"subgraph cluster_lone {", "subgraph cluster_shop {",
		// nodes without the namespace that stands on the box
		"\"shop/db\" [\n    label=db\n",
		"\"shop/web\" -> \"shop/api\" [\n    label=\"8080/tcp\"\n",
		"\"shop/api\" -> \"lone/one\" [\n    label=\"*\"\n",
		"tooltip=\"shop/api -> shop/db: allow 5432/tcp\"",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("missing %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\"shop/web\" -> \"shop/db\"") {
		t.Error("an edge for a flow that is denied")
	}
	for range 3 {
		if again := picture(t, compile(t, shop())); again != out {
			t.Fatal("the same cluster gives another picture")
		}
	}
}

// TestDOT_About draws a picture of one port: the title names it, and no edge that
// has just this. A node without edges is told apart.
func TestDOT_About(t *testing.T) {
	u, err := engine.NewUniverse(model.Options{}, shop())
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	http := engine.PortRange{Protocol: model.TCP, First: 80, Last: 80}
	dns := engine.PortRange{Protocol: model.UDP, First: 53, Last: 53}
	between := map[[2]int][]engine.Segment{
		{0, 1}: {{Verdict: model.Allowed, Ports: []engine.PortRange{http}}},
		{1, 0}: {{Verdict: model.Some, Ports: []engine.PortRange{http}}},
		{1, 2}: {{Verdict: model.Allowed, Ports: []engine.PortRange{dns}}},
	}
	ends := m.Workloads()[:4]
	g := graph.New(u, ends, func(i, j int) []engine.Segment { return between[[2]int{i, j}] })
	out, err := graph.DOT(g, portWords, "80/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		`label="on 80/tcp"`:   1,
		`label="80/tcp"`:      0,
		"label=some":          1, // what is not plain stays said
		`label="53/udp"`:      1, // and so do other ports
		`no flows shown"`:     1,
		`fillcolor="#e9ecef"`: 1,
	} {
		if got := strings.Count(string(out), text); got != want {
			t.Errorf("%q occurs %d times, want %d, in\n%s", text, got, want, out)
		}
	}
}

// TestDOT_Labels holds an edge's label short and its tooltip complete.
func TestDOT_Labels(t *testing.T) {
	u, err := engine.NewUniverse(model.Options{}, shop())
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	var many []engine.PortRange
	for p := uint16(1); p <= 9; p += 2 {
		many = append(many, engine.PortRange{Protocol: model.TCP, First: p, Last: p})
	}
	segments := func(v model.Verdict, ports ...engine.PortRange) []engine.Segment {
		return []engine.Segment{{Verdict: v, Ports: ports}}
	}
	tests := []struct {
		name     string
		segments []engine.Segment
		want     []string
		not      []string
	}{
		{"five ports", segments(model.Allowed, many...), []string{`label="1/tcp\n3/tcp\n5/tcp\n+2 more"`, "allow 1/tcp, 3/tcp, 5/tcp, 7/tcp, 9/tcp"}, []string{"style=d"}},
		// four are as short as three and a remark
		{"four ports", segments(model.Allowed, many[:4]...), []string{`label="1/tcp\n3/tcp\n5/tcp\n7/tcp"`}, []string{"more"}},
		{"some members", segments(model.Some, many[0]), []string{`label="some 1/tcp"`, "style=dashed"}, nil},
		{"unknown", append(segments(model.Some, many[0]), segments(model.Unknown, many[1])...), []string{`label="some 1/tcp\nunknown 3/tcp"`, "style=dotted"}, nil},
		{"denied", segments(model.Denied), nil, []string{"->"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := picture(t, graph.New(u, m.Pods()[:2], func(src, _ int) []engine.Segment {
				if src == 0 {
					return tt.segments
				}
				return nil
			}))
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("missing %s in\n%s", want, out)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(out, not) {
					t.Errorf("unexpected %s in\n%s", not, out)
				}
			}
		})
	}
}

// TestDOT_Graphviz asks Graphviz itself, where it is installed.
func TestDOT_Graphviz(t *testing.T) {
	path, err := exec.LookPath("dot")
	if err != nil {
		t.Skip("Graphviz is not installed: no program dot")
	}
	cmd := exec.Command(path, "-Tsvg")
	cmd.Stdin = strings.NewReader(picture(t, compile(t, shop())))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "</svg>") {
		t.Errorf("dot: %v\n%s", err, out)
	}
}
