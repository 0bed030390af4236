package engine_test

import (
	"math/rand/v2"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// compiled returns the matrix of a random world.
func compiled(t *testing.T, seed uint64) *engine.Matrix {
	t.Helper()
	c, opts := worlds.Random(rand.New(rand.NewPCG(seed, 1)), 1+int(seed%5))
	u, err := engine.NewUniverse(opts, c)
	if err != nil {
		t.Fatal(err)
	}
	u.SetFlips(int(seed) % 3)
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// between is Judge, read aloud: the verdict about all flows of two ends on one
// port, a pod with itself left out unless nothing else remains. Towards an end
// outside a peer is judged in the families that it shares with a member of it,
// if there is one.
func between(m *engine.Matrix, src, dst engine.End, p model.Protocol, port uint16) model.Verdict {
	var mix, self model.Mix
	if src.Outside && dst.Outside {
		return model.None
	}
	flows := func(a, b engine.PeerID) int { return len(m.Explain(a, b, p, port).Flows) }
	meets := func(a engine.PeerID, outside engine.End, from bool) bool {
		for _, b := range outside.Peers {
			if from && flows(b, a) > 0 || !from && flows(a, b) > 0 {
				return true
			}
		}
		return false
	}
	for _, a := range src.Peers {
		for _, b := range dst.Peers {
			w := m.Verdict(a, b, p, port)
			trace := m.Explain(a, b, p, port)
			switch {
			case len(trace.Flows) == 1 && trace.Flows[0].Overlay == engine.Itself:
				self = self.With(w)
			case len(trace.Flows) == 0 && (src.Outside && meets(b, src, true) || dst.Outside && meets(a, dst, false)):
			default:
				mix = mix.With(w)
			}
		}
	}
	if mix != 0 {
		return mix.Verdict()
	}
	return self.Verdict()
}

// TestTable checks Judge, Table and Groups against every pair of peers.
func TestTable(t *testing.T) {
	for seed := range uint64(40) {
		m := compiled(t, seed)
		ends := append(m.Workloads(), m.Outside()...)
		table := m.Table(ends)
		covered := map[[2]int]engine.CellID{}
		for _, g := range table.Groups(func(engine.CellID) bool { return false }) {
			for _, i := range g.Src {
				for _, j := range g.Dst {
					if _, twice := covered[[2]int{i, j}]; twice {
						t.Fatalf("seed %d: %s -> %s is in two groups", seed, ends[i].Name, ends[j].Name)
					}
					covered[[2]int{i, j}] = g.Cell
				}
			}
		}
		for i, src := range ends {
			for j, dst := range ends {
				cell := table.Cell(i, j)
				switch grouped, ok := covered[[2]int{i, j}]; {
				case src.Outside && dst.Outside:
					if ok {
						t.Fatalf("seed %d: two ends outside are in a group", seed)
					}
				case table.Itself(i, j):
				case !ok || grouped != cell:
					t.Fatalf("seed %d: %s -> %s is not in the group of its content", seed, src.Name, dst.Name)
				}
				for _, q := range []engine.PortRange{{model.TCP, 80, 80}, {model.TCP, 443, 443}, {model.UDP, 53, 53}, {model.SCTP, 9999, 9999}} {
					want := between(m, src, dst, q.Protocol, q.First)
					if got := m.Judge(src, dst, q.Match()).Verdict; got != want {
						t.Fatalf("seed %d: Judge %s -> %s %s = %v, want %v", seed, src.Name, dst.Name, q, got, want)
					}
					if got := table.Verdict(cell, q.Match()); got != want {
						t.Fatalf("seed %d: cell %s -> %s %s = %v, want %v", seed, src.Name, dst.Name, q, got, want)
					}
				}
			}
		}
	}
}

// TestAnswer_segments checks that segments tile the ports that were asked for,
// and agree with the verdict at their edges.
func TestAnswer_segments(t *testing.T) {
	for seed := range uint64(40) {
		m := compiled(t, seed)
		ends := m.Pods()
		asked := model.PortMatch{Kind: model.PortRange, Protocol: model.TCP, First: 50, Last: 8080}
		for _, src := range ends {
			for _, dst := range ends {
				ports := 0
				a := m.Judge(src, dst, asked)
				var joined model.Mix
				for _, s := range a.Segments {
					joined = joined.With(s.Verdict)
					for _, r := range s.Ports {
						ports += int(r.Last) - int(r.First) + 1
						for _, port := range []uint16{r.First, r.Last} {
							if v := m.Verdict(src.Peers[0], dst.Peers[0], r.Protocol, port); v != s.Verdict {
								t.Fatalf("seed %d: %s -> %s %d: segment says %v, verdict is %v", seed, src.Name, dst.Name, port, s.Verdict, v)
							}
						}
					}
				}
				if ports != 8080-50+1 || joined.Verdict() != a.Verdict {
					t.Fatalf("seed %d: %s -> %s: %d ports, verdict %v of %v", seed, src.Name, dst.Name, ports, a.Verdict, a.Segments)
				}
				for _, w := range a.Witnesses {
					if v := m.Verdict(w.Src, w.Dst, w.Port.Protocol, w.Port.First); v != w.Verdict {
						t.Fatalf("seed %d: witness %v has verdict %v", seed, w, v)
					}
				}
			}
		}
	}
}
