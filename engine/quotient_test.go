package engine_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"netreach/engine"
	"netreach/model"
	"netreach/model/selector"
)

// TestQuotient checks the whole table against its cells, which are judged one by
// one, for every way to make ends.
func TestQuotient(t *testing.T) {
	cells, fewer := 0, 0
	for seed := range uint64(400) {
		m := compiled(t, seed)
		for name, ends := range map[string][]engine.End{
			"pods":       append(m.Pods(), m.Outside()...),
			"workloads":  append(m.Workloads(), m.Outside()...),
			"namespaces": append(m.Namespaces(), m.Outside()...),
			"overlaps":   append(append(m.Workloads(), m.Namespaces()...), m.Pods()...),
			"odd":        odd(m),
		} {
			plain, whole := m.Table(ends), m.Table(ends)
			q := whole.Quotient()
			sourceOf, destinationOf := groupsOf(t, len(ends), q.Sources), groupsOf(t, len(ends), q.Destinations)
			for i, src := range ends {
				row := maps.Collect(q.Row(sourceOf[i]))
				for j, dst := range ends {
					if src.Outside && dst.Outside || i == j && plain.Itself(i, j) {
						continue
					}
					got, ok := row[destinationOf[j]]
					if !ok {
						got = q.Rest
					}
					if want := plain.Segments(plain.Cell(i, j)); !equalSegments(whole.Segments(got), want) {
						t.Fatalf("seed %d, %s: %s -> %s is %v in the quotient, %v by itself", seed, name, src.Name, dst.Name, whole.Segments(got), want)
					}
					if whole.Cell(i, j) != got {
						t.Fatalf("seed %d, %s: %s -> %s: Cell is not what the row holds", seed, name, src.Name, dst.Name)
					}
					cells++
				}
			}
			if len(q.Sources) < len(ends) {
				fewer++
			}
		}
	}
	t.Logf("%d cells", cells)
	if cells < 50000 || fewer < 100 {
		t.Errorf("%d cells, %d tables with fewer groups than ends: the test compares too little", cells, fewer)
	}
}

// odd returns ends as a range of addresses makes them, of pods and addresses
// outside together, and one without a member.
func odd(m *engine.Matrix) []engine.End {
	pods, outside := m.Pods(), m.Outside()
	ends := append(slices.Clone(pods), outside...)
	for i := range min(len(pods), len(outside)) {
		ends = append(ends, engine.End{Name: "mixed", Weight: 1, Peers: slices.Concat(pods[i].Peers, outside[i].Peers)})
	}
	return append(ends, engine.End{Name: "nobody"})
}

// groupsOf returns the group of each end, and demands that each is in one.
func groupsOf(t *testing.T, ends int, groups [][]int) []int {
	t.Helper()
	of := make([]int, ends)
	for i := range of {
		of[i] = -1
	}
	for g, members := range groups {
		for _, i := range members {
			if of[i] >= 0 {
				t.Fatalf("end %d is in two groups", i)
			}
			of[i] = g
		}
	}
	for i, g := range of {
		if g < 0 {
			t.Fatalf("end %d is in no group", i)
		}
	}
	return of
}

// TestQuotient_parts checks what is made of a quotient: rows, a focus, a table of
// other ends, and a coarser quotient.
func TestQuotient_parts(t *testing.T) {
	merged := 0
	for seed := range uint64(120) {
		m := compiled(t, seed)
		ends := append(m.Workloads(), m.Outside()...)
		plain := m.Table(ends)
		cells := func(table *engine.Table, i int) (out []engine.CellID) {
			for j := range ends {
				out = append(out, table.Cell(i, j))
			}
			return out
		}
		same := func(what string, table *engine.Table, i int, got []engine.CellID) {
			t.Helper()
			for j := range ends {
				if a, b := plain.Segments(plain.Cell(i, j)), table.Segments(got[j]); !equalSegments(a, b) {
					t.Fatalf("seed %d, %s: %s -> %s is %v, want %v", seed, what, ends[i].Name, ends[j].Name, b, a)
				}
			}
		}
		whole := m.Table(m.Pods())
		whole.Quotient()
		between := whole.Between(ends)
		focused := m.Table(ends)
		sources, destinations := []int{0, len(ends) - 1}, []int{len(ends) / 2}
		focused.Only(sources, destinations)
		for i := range ends {
			same("Row", between, i, between.Row(i, nil))
			same("Only", focused, i, cells(focused, i))
			same("Row of Only", focused, i, focused.Row(i, nil))
		}
		q := focused.Quotient()
		for i := range ends {
			if in := i == 0 || i == len(ends)-1; (q.Source(i) >= 0) != in || (q.Destination(i) >= 0) != (i == len(ends)/2) {
				t.Fatalf("seed %d: a focus has end %d as source %d and destination %d", seed, i, q.Source(i), q.Destination(i))
			}
		}
		// By whether anything is open at all.
		fine := between.Quotient()
		open := func(c engine.CellID) engine.CellID {
			if s := between.Segments(c); len(s) == 1 && s[0].Verdict == model.Denied {
				return 0
			}
			return 1
		}
		coarse := fine.Under(open)
		if len(coarse.Sources) < len(fine.Sources) {
			merged++
		}
		for i := range ends {
			row := maps.Collect(coarse.Row(coarse.Source(i)))
			for j := range ends {
				if ends[i].Outside && ends[j].Outside || i == j && between.Itself(i, j) {
					continue
				}
				got, ok := row[coarse.Destination(j)]
				if !ok {
					got = coarse.Rest
				}
				if got != open(between.Cell(i, j)) {
					t.Fatalf("seed %d: %s -> %s is %d in the coarser quotient", seed, ends[i].Name, ends[j].Name, got)
				}
			}
		}
	}
	if merged < 20 {
		t.Errorf("%d of 120 quotients are coarser under two contents: the test merges too little", merged)
	}
}

// TestQuotient_long: a program of more rows than a mask has room for is judged row
// by row.
func TestQuotient_long(t *testing.T) {
	c := &model.Cluster{
		Tiers:      []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny}},
		Namespaces: []model.Namespace{{Name: "a"}},
	}
	p := model.Policy{
		Tier: c.Tiers[0].Name, Subject: model.PodSet{Namespace: "a"}, Isolates: [model.Directions]bool{model.Ingress: true},
		Origin: model.Origin{Kind: "NetworkPolicy", Namespace: "a", Name: "many"},
	}
	for k := range 60 {
		name := "p" + strconv.Itoa(k)
		c.Workloads = append(c.Workloads, model.Workload{Kind: "Pod", Namespace: "a", Name: name})
		c.Pods = append(c.Pods, model.Pod{
			Namespace: "a", Name: name, Workload: k, Weight: 1,
			Labels: model.Labels{{Key: "n", Value: name}},
		})
		port := uint16(1000 + k)
		p.Rules = append(p.Rules, model.Rule{
			Direction: model.Ingress, Action: model.Allow,
			Peers: []model.Peer{{Kind: model.PeerPods, Pods: model.PodSet{
				Namespace: "a", Pods: selector.Selector{Requirements: []selector.Requirement{{Key: "n", Op: selector.In, Values: []string{name}}}},
			}}},
			Ports: []model.PortMatch{{Kind: model.PortRange, Protocol: model.TCP, First: port, Last: port}},
		})
	}
	c.Policies = []model.Policy{p}
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	plain, whole := m.Table(m.Pods()), m.Table(m.Pods())
	if n := len(whole.Quotient().Sources); n != 60 {
		t.Errorf("%d groups of sources, want 60: each has a port of its own", n)
	}
	for i := range plain.Ends {
		for j := range plain.Ends {
			if a, b := plain.Segments(plain.Cell(i, j)), whole.Segments(whole.Cell(i, j)); !equalSegments(a, b) {
				t.Fatalf("%d -> %d is %v in the quotient, %v by itself", i, j, b, a)
			}
		}
	}
}

func equalSegments(a, b []engine.Segment) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Verdict != b[i].Verdict || len(a[i].Ports) != len(b[i].Ports) {
			return false
		}
		for k, r := range a[i].Ports {
			if b[i].Ports[k] != r {
				return false
			}
		}
	}
	return true
}
