package render

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"netreach/engine"
	"netreach/engine/graph"
	"netreach/model"
	"netreach/model/expect"
)

// engineOf returns the verdicts about n single pods a/0, a/1, ... that no policy
// isolates.
func engineOf(t interface{ Fatal(...any) }, n int) *engine.Matrix {
	c := &model.Cluster{Namespaces: []model.Namespace{{Name: "a"}}}
	for i := range n {
		name := strconv.Itoa(i)
		c.Workloads = append(c.Workloads, model.Workload{Kind: "Pod", Namespace: "a", Name: name, Replicas: 1})
		c.Pods = append(c.Pods, model.Pod{Namespace: "a", Name: name, Workload: i, Weight: 1})
	}
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// pods returns a matrix of n single pods a/0, a/1, ... that no policy isolates,
// and of the addresses outside.
func pods(t interface{ Fatal(...any) }, n int) *Matrix {
	m := engineOf(t, n)
	out := &Matrix{By: "pod", Table: m.Table(append(m.Pods(), m.Outside()...)), Namespace: func(int) string { return "" }}
	for i := range out.Table.Ends {
		out.Sources = append(out.Sources, i)
		out.Destinations = append(out.Destinations, i)
	}
	out.Named = func(src, dst int, port model.PortMatch) engine.Answer {
		return m.Judge(out.Table.Ends[src], out.Table.Ends[dst], port)
	}
	out.Numbers = func(end int, port model.PortMatch) ([]engine.PortRange, bool) {
		return m.Numbers(out.Table.Ends[end], port)
	}
	return out
}

// TestRenderers_Verbs holds the list of formats against what the renderers do:
// each writes something for the verbs that it is listed for, and refuses the
// others by name.
func TestRenderers_Verbs(t *testing.T) {
	m := pods(t, 2)
	g := &Graph{Graph: graph.New(nil, nil, nil)}
	q := &Query{Src: m.Table.Ends[0], Dst: m.Table.Ends[1], Answer: engine.Answer{Verdict: model.Allowed}}
	verdicts := engineOf(t, 2)
	comparison, err := engine.Compare(verdicts, verdicts, verdicts.Pods())
	if err != nil {
		t.Fatal(err)
	}
	versus := &Versus{Matrix: &Matrix{By: "pod", Table: verdicts.Table(verdicts.Pods())}, Comparison: comparison}
	difference := portsMoved(t, 2, "np.yaml")
	for _, f := range formats() {
		for _, v := range []Verb{Can, Explain, MatrixOf, VersusOf, OverviewOf, GraphOf, DiffOf, BisectOf, TestOf, CoverageOf, ExposedOf} {
			t.Run(f.name+" "+string(v), func(t *testing.T) {
				var b bytes.Buffer
				r := f.open(&b, Options{})
				var err error
				switch v {
				case Can, Explain:
					err = r.Query(q)
				case MatrixOf:
					err = r.Matrix(m)
				case VersusOf:
					err = r.Versus(versus)
				case BisectOf:
					err = r.Bisect(&Bisection{Turns: []Turn{{Before: Moment{Absent: "no a/web"}, After: Moment{Query: q}}}})
				case ExposedOf:
					err = r.Exposed(&Exposed{Clients: []Exposure{{From: "internet", Direct: m}}})
				case OverviewOf:
					err = r.Overview(&Overview{})
				case GraphOf:
					err = r.Graph(g)
				case DiffOf:
					err = r.Diff(difference)
				case TestOf:
					err = r.Test(&Tests{})
				case CoverageOf:
					err = r.Test(&Tests{Coverage: &Coverage{}})
				}
				var refused *FormatError
				if has := slices.Contains(f.verbs, v); has != (err == nil) || has != (b.Len() > 0) || !has && !errors.As(err, &refused) {
					t.Errorf("listed: %v, error: %v, output: %q", has, err, b.String())
				}
				_, err = New(f.name, v, &b, Options{})
				if has := slices.Contains(f.verbs, v); has != (err == nil) {
					t.Errorf("New: listed: %v, error: %v", has, err)
				}
			})
		}
	}
	if _, err := New("nope", Can, nil, Options{}); err == nil || err.Error() != `no format "nope"` {
		t.Errorf("New of an unknown format: %v", err)
	}
}

func tcp(first, last uint16) engine.PortRange {
	return engine.PortRange{Protocol: model.TCP, First: first, Last: last}
}

func udp(first, last uint16) engine.PortRange {
	return engine.PortRange{Protocol: model.UDP, First: first, Last: last}
}

func TestClip(t *testing.T) {
	allow := func(ports ...engine.PortRange) []engine.Segment {
		return []engine.Segment{{Verdict: model.Allowed, Ports: ports}}
	}
	tests := []struct {
		name     string
		segments []engine.Segment
		port     string
		want     []engine.Segment
	}{
		{"every port, all of them", allow(), "*", allow()},
		// no range means every port: clipped, it is what was asked for
		{"every port, one of them", allow(), "80", allow(tcp(80, 80))},
		{"every port, of a protocol", allow(), "*/udp", allow(udp(1, 65535))},
		{"within a range", allow(tcp(80, 90), udp(80, 90)), "85-100", allow(tcp(85, 90))},
		{"at both bounds", allow(tcp(80, 80), tcp(90, 90)), "80-90", allow(tcp(80, 80), tcp(90, 90))},
		{"beside", allow(tcp(80, 80)), "81", nil},
		// protocols never leak into each other (NP-30)
		{"another protocol", allow(udp(80, 80)), "80", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			port, err := expect.ParsePort(tt.port)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, Clip(tt.segments, port)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnion(t *testing.T) {
	seg := func(v model.Verdict, ports ...engine.PortRange) engine.Segment {
		return engine.Segment{Verdict: v, Ports: ports}
	}
	tests := []struct {
		name     string
		in, want []engine.Segment
	}{
		{"apart", []engine.Segment{seg(model.Allowed, tcp(443, 443)), seg(model.Allowed, tcp(80, 80))}, []engine.Segment{seg(model.Allowed, tcp(80, 80), tcp(443, 443))}},
		{"touching", []engine.Segment{seg(model.Allowed, tcp(80, 81)), seg(model.Allowed, tcp(82, 90))}, []engine.Segment{seg(model.Allowed, tcp(80, 90))}},
		{"one in the other", []engine.Segment{seg(model.Allowed, tcp(80, 90)), seg(model.Allowed, tcp(85, 86))}, []engine.Segment{seg(model.Allowed, tcp(80, 90))}},
		{"to the last port", []engine.Segment{seg(model.Allowed, tcp(80, 65535)), seg(model.Allowed, udp(1, 1))}, []engine.Segment{seg(model.Allowed, tcp(80, 65535), udp(1, 1))}},
		{"all and one", []engine.Segment{seg(model.Allowed), seg(model.Allowed, tcp(80, 80))}, []engine.Segment{seg(model.Allowed)}},
		{"two verdicts", []engine.Segment{seg(model.Some, tcp(80, 80)), seg(model.Allowed, tcp(81, 81))}, []engine.Segment{seg(model.Some, tcp(80, 80)), seg(model.Allowed, tcp(81, 81))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, union(tt.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestMatrix_join holds joined blocks against the pairs that they are made of:
// the same pairs, apart from pods with themselves, and each source in one
// block.
func TestMatrix_join(t *testing.T) {
	const n = 5
	m := pods(t, n)
	list := rapid.Map(rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, n, rapid.ID), func(l []int) []int {
		slices.Sort(l)
		return l
	})
	rapid.Check(t, func(t *rapid.T) {
		itself := rapid.Bool().Draw(t, "itself")
		var blocks []block
		want := map[[2]int]bool{}
		for range rapid.IntRange(0, 4).Draw(t, "blocks") {
			b := block{model.Allowed, list.Draw(t, "src"), list.Draw(t, "dst")}
			blocks = append(blocks, b)
			b.pairs(want)
		}
		got := map[[2]int]bool{}
		seen := map[int]bool{}
		for _, b := range m.join(blocks, itself) {
			for _, i := range b.src {
				if seen[i] {
					t.Fatalf("source %d stands in two blocks", i)
				}
				seen[i] = true
			}
			if len(b.src) == 0 || len(b.dst) == 0 || !slices.IsSorted(b.src) || !slices.IsSorted(b.dst) {
				t.Fatalf("block %v", b)
			}
			b.pairs(got)
		}
		for i := range n {
			delete(want, [2]int{i, i})
			delete(got, [2]int{i, i})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-pairs +joined):\n%s", diff)
		}
	})
}

// pairs adds the pairs of a block to a set.
func (b block) pairs(to map[[2]int]bool) {
	for _, i := range b.src {
		for _, j := range b.dst {
			to[[2]int{i, j}] = true
		}
	}
}

// TestMatrix_joinIsolated joins pods that reach all but themselves into one
// block, since a pod with itself makes no difference (NP-43).
func TestMatrix_joinIsolated(t *testing.T) {
	m := pods(t, 3)
	blocks := []block{
		{model.Allowed, []int{0}, []int{1, 2}},
		{model.Allowed, []int{1}, []int{0, 2}},
		{model.Allowed, []int{2}, []int{0, 1}},
	}
	got := m.join(blocks, true)
	if len(got) != 1 || len(got[0].src) != 3 || len(got[0].dst) != 3 {
		t.Errorf("got %v, want one block of all pods", got)
	}
	if got := m.join(blocks, false); len(got) != 3 {
		t.Errorf("got %v, want the blocks as they are", got)
	}
}

func TestTally(t *testing.T) {
	m := pods(t, 3)
	got := m.newTally()
	if got.total != 6 || got.by[model.Denied] != 6 {
		t.Fatalf("of three pods: %+v, want 6 pairs", got)
	}
	// neither ends outside nor pods with themselves count
	got.add(m, block{model.Allowed, []int{0, 1, 3}, []int{0, 1, 4}})
	got.add(m, block{model.Some, []int{2}, []int{0}})
	want := "6 pairs between pods: 2 open on every port, 1 on some, 3 on none"
	if got.over("pod") != want {
		t.Errorf("got %q, want %q", got.over("pod"), want)
	}
	want = "*: 6 pairs between pods: 2 allow, 1 some, 3 deny"
	if on := got.on(model.PortMatch{}, "pod"); on != want {
		t.Errorf("got %q, want %q", on, want)
	}
}
