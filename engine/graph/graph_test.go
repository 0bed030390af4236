package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	gonum "gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/topo"
	"gonum.org/v1/gonum/graph/traverse"

	"netreach/engine"
	"netreach/engine/graph"
	"netreach/model"
	"netreach/model/selector"
)

// The graph is one that gonum's algorithms take.
var _ gonum.Directed = (*graph.Graph)(nil)

// shop is three tiers of one pod each, which only reach the next one, and a
// pod in another namespace that no policy touches.
//
//	shop/web -> shop/api -> shop/db      lone/one
func shop() *model.Cluster {
	pod := func(i int, ns, name string) model.Pod {
		return model.Pod{Namespace: ns, Name: name, Labels: labels("app", name), Workload: i, Weight: 1}
	}
	c := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "lone", Declared: true}, {Name: "shop", Declared: true}},
		Pods:       []model.Pod{pod(0, "lone", "one"), pod(1, "shop", "api"), pod(2, "shop", "db"), pod(3, "shop", "web")},
		Tiers:      []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny, OwnNodeEgress: true}},
		Policies:   []model.Policy{admit("api", "web", 8080), admit("db", "api", 5432), admit("web", "", 0)},
	}
	for i := range c.Namespaces {
		c.Namespaces[i].Labels = labels(model.NameLabel, c.Namespaces[i].Name)
	}
	for _, p := range c.Pods {
		c.Workloads = append(c.Workloads, model.Workload{Kind: "Pod", Namespace: p.Namespace, Name: p.Name, Replicas: 1})
	}
	return c
}

func labels(key, value string) model.Labels { return selector.FromMap(map[string]string{key: value}) }

// admit is a policy that isolates the pods of shop with app=to for ingress, and
// admits those with app=from on one port; nobody if from is empty.
func admit(to, from string, port uint16) model.Policy {
	p := model.Policy{
		Origin:   model.Origin{Kind: "NetworkPolicy", Namespace: "shop", Name: to},
		Tier:     model.TierNetworkPolicy,
		Subject:  model.PodSet{Namespace: "shop", Pods: selector.Equal("app", to)},
		Isolates: [model.Directions]bool{model.Ingress: true},
	}
	if from != "" {
		p.Rules = []model.Rule{{
			Origin:    p.Origin.At("spec.ingress[0]"),
			Direction: model.Ingress,
			Peers:     []model.Peer{{Kind: model.PeerPods, Pods: model.PodSet{Namespace: "shop", Pods: selector.Equal("app", from)}}},
			Ports:     []model.PortMatch{{Kind: model.PortRange, Protocol: model.TCP, First: port, Last: port}},
		}}
	}
	return p
}

// compile returns the graph of the pods of a cluster, without addresses
// outside.
func compile(t *testing.T, c *model.Cluster) *graph.Graph {
	t.Helper()
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	return graph.Of(u, m.Table(m.Pods()))
}

func names(it gonum.Nodes) []string {
	var out []string
	for _, n := range gonum.NodesOf(it) {
		out = append(out, n.(*graph.Node).End.Name)
	}
	return out
}

func TestGraph_Edges(t *testing.T) {
	g := compile(t, shop())
	if got, want := names(g.Nodes()), []string{"lone/one", "shop/api", "shop/db", "shop/web"}; !slices.Equal(got, want) {
		t.Fatalf("nodes: got %v, want %v", got, want)
	}
	var got []string
	for e := range g.Edges() {
		src, dst := e.Ends()
		for _, s := range e.Segments {
			words := make([]string, len(s.Ports))
			for i, p := range s.Ports {
				words[i] = p.String()
			}
			got = append(got, strings.TrimSpace(src.Name+" "+dst.Name+" "+s.Verdict.String()+" "+strings.Join(words, ",")))
		}
	}
	want := []string{
		// nobody isolates lone/one: all reach it, on every port (NP-3)
		"shop/api lone/one allow",
		"shop/api shop/db allow 5432/tcp",
		"shop/db lone/one allow",
		"shop/web lone/one allow",
		"shop/web shop/api allow 8080/tcp",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
	if g.Len() != len(want) {
		t.Errorf("Len: got %d, want %d", g.Len(), len(want))
	}
}

// TestGraph_Consistent holds the ways to ask about an edge against one another.
func TestGraph_Consistent(t *testing.T) {
	g := compile(t, shop())
	n := int64(g.Nodes().Len())
	for u := int64(-1); u <= n; u++ {
		for v := int64(-1); v <= n; v++ {
			has := g.HasEdgeFromTo(u, v)
			if e := g.Edge(u, v); (e != nil) != has {
				t.Errorf("Edge(%d, %d) = %v, HasEdgeFromTo %v", u, v, e, has)
			} else if has && (e.From().ID() != u || e.To().ID() != v) {
				t.Errorf("Edge(%d, %d) runs from %d to %d", u, v, e.From().ID(), e.To().ID())
			}
			if g.HasEdgeBetween(u, v) != (has || g.HasEdgeFromTo(v, u)) {
				t.Errorf("HasEdgeBetween(%d, %d) = %v", u, v, !has)
			}
			if got := contains(g.From(u), v); got != has {
				t.Errorf("From(%d) holds %d: %v, edge: %v", u, v, got, has)
			}
			if got := contains(g.To(v), u); got != has {
				t.Errorf("To(%d) holds %d: %v, edge: %v", v, u, got, has)
			}
		}
		if exists := g.Node(u) != nil; exists != (0 <= u && u < n) {
			t.Errorf("Node(%d) exists: %v", u, exists)
		}
	}
	e := g.Edge(1, 2)
	if r := e.ReversedEdge(); r.From() != e.To() || r.To() != e.From() {
		t.Errorf("reversed edge runs from %v to %v", r.From(), r.To())
	}
}

func contains(it gonum.Nodes, id int64) bool {
	return slices.ContainsFunc(gonum.NodesOf(it), func(n gonum.Node) bool { return n.ID() == id })
}

// TestGraph_Algorithms runs gonum over the graph: a way of two flows where no
// flow goes straight.
func TestGraph_Algorithms(t *testing.T) {
	g := compile(t, shop())
	if g.HasEdgeFromTo(3, 2) {
		t.Error("shop/web reaches shop/db directly")
	}
	if !topo.PathExistsIn(g, g.Node(3), g.Node(2)) {
		t.Error("no way from shop/web to shop/db through shop/api")
	}
	if topo.PathExistsIn(g, g.Node(2), g.Node(3)) {
		t.Error("a way back from shop/db to shop/web")
	}
	if got := len(topo.TarjanSCC(g)); got != 4 {
		t.Errorf("strong components: got %d, want 4", got)
	}
	var walk traverse.BreadthFirst
	reached := 0
	walk.Visit = func(gonum.Node) { reached++ }
	walk.Walk(g, g.Node(3), nil)
	if reached != 4 {
		t.Errorf("shop/web reaches %d ends in the end, itself included; want 4", reached)
	}
}
