package engine_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// twoStates returns two clusters: two random ones, or one and what some edits
// make of it.
func twoStates(seed uint64) (before, after *model.Cluster, opts model.Options) {
	rng := rand.New(rand.NewPCG(seed, 11))
	size := 1 + int(seed%9)
	before, opts = worlds.Random(rng, size)
	if seed%3 == 0 {
		after, _ = worlds.Random(rng, size)
		return before, after, opts
	}
	return before, edited(before, rng), opts
}

// edited returns c with one to three edits.
func edited(c *model.Cluster, rng *rand.Rand) *model.Cluster {
	out := worlds.Copy(c)
	for range 1 + rng.IntN(3) {
		switch rng.IntN(7) {
		case 0:
			if len(out.Policies) > 0 {
				at := rng.IntN(len(out.Policies))
				out.Policies = slices.Delete(out.Policies, at, at+1)
			}
		case 1:
			out = worlds.DuplicatePolicy(out, rng).Cluster
			if len(out.Policies) > 0 {
				p := &out.Policies[rng.IntN(len(out.Policies))]
				if len(p.Rules) > 0 {
					at := rng.IntN(len(p.Rules))
					p.Rules = slices.Delete(p.Rules, at, at+1)
				}
			}
		case 2:
			n := &out.Namespaces[rng.IntN(len(out.Namespaces))]
			n.Labels = n.Labels.With("env", []string{"x", "y", "a"}[rng.IntN(3)])
		case 3:
			p := &out.Pods[rng.IntN(len(out.Pods))]
			p.Labels = p.Labels.With("app", []string{"x", "y", "a"}[rng.IntN(3)])
		case 4:
			if len(out.Pods) > 1 {
				at := rng.IntN(len(out.Pods))
				out.Pods = slices.Delete(out.Pods, at, at+1)
			}
		case 6:
			p, q := &out.Pods[rng.IntN(len(out.Pods))], &out.Pods[rng.IntN(len(out.Pods))]
			p.Labels, q.Labels = q.Labels, p.Labels
		case 5:
			if len(out.Policies) > 0 {
				p := &out.Policies[rng.IntN(len(out.Policies))]
				slices.Reverse(p.Rules)
				p.Isolates[rng.IntN(2)] = rng.IntN(2) == 0
			}
		}
	}
	return out
}

// families returns the families of the known addresses of a cluster.
func families(c *model.Cluster) (out [2]bool) {
	for i := range c.Pods {
		for _, a := range c.Pods[i].Addresses {
			out[0], out[1] = out[0] || a.Is4(), out[1] || a.Is6()
		}
	}
	for i := range c.Nodes {
		for _, a := range c.Nodes[i].Addresses {
			out[0], out[1] = out[0] || a.Is4(), out[1] || a.Is6()
		}
	}
	return out
}

// statesIn returns the matrices of two clusters in one universe.
func statesIn(t *testing.T, opts model.Options, clusters ...*model.Cluster) []*engine.Matrix {
	t.Helper()
	u, err := engine.NewUniverse(opts, clusters...)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]*engine.Matrix, len(clusters))
	for i := range clusters {
		if out[i], err = engine.Compile(u, i); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// byNamespace joins the ends of workloads that lie in one namespace.
func byNamespace(ends []engine.End, workloads []engine.Workload) []engine.End {
	var out []engine.End
	for i, e := range ends {
		if i == 0 || workloads[i].Namespace != workloads[i-1].Namespace {
			out = append(out, engine.End{Name: workloads[i].Namespace + "/*"})
		}
		last := &out[len(out)-1]
		last.Peers = append(last.Peers, e.Peers...)
		slices.Sort(last.Peers)
	}
	return out
}

// TestCompare_clusters checks the comparison of two clusters against what each
// matrix says by itself: the blocks hold every change and nothing else.
func TestCompare_clusters(t *testing.T) {
	changed, partly := 0, 0
	for seed := range uint64(150) {
		one, two, opts := twoStates(seed)
		m := statesIn(t, opts, one, two)
		ends, workloads := engine.JointWorkloads(m[0], m[1])
		if seed%2 == 0 {
			ends = byNamespace(ends, workloads)
		}
		ends = append(ends, m[0].Outside(m[1])...)
		c, err := engine.Compare(m[0], m[1], ends)
		if err != nil {
			t.Fatal(err)
		}
		grouped := map[[2]int]engine.CellID{}
		for _, g := range c.Groups() {
			for _, i := range g.Src {
				for _, j := range g.Dst {
					grouped[[2]int{i, j}] = g.Cell
				}
			}
		}
		for i, src := range ends {
			for j, dst := range ends {
				if src.Outside && dst.Outside {
					continue
				}
				cell := c.Cell(i, j)
				if got, ok := grouped[[2]int{i, j}]; !c.Itself(i, j) && (ok != c.Changed(cell) || ok && got != cell) {
					t.Fatalf("seed %d: %s -> %s: changed %v, in a block %v", seed, src.Name, dst.Name, c.Changed(cell), ok)
				}
				for _, p := range somePorts {
					before, after := m[0].Judge(src, dst, p.Match()), m[1].Judge(src, dst, p.Match())
					got, found := changeAt(c.Changes(cell), p)
					if slices.Contains(before.Notes, "a pod always reaches itself (NP-43)") || slices.Contains(after.Notes, "a pod always reaches itself (NP-43)") {
						if found {
							t.Fatalf("seed %d: %s -> %s %s: a pod with itself changes", seed, src.Name, dst.Name, p)
						}
						continue
					}
					if !found && before.Verdict != after.Verdict {
						t.Fatalf("seed %d: %s -> %s %s: %s to %s is not named", seed, src.Name, dst.Name, p, before.Verdict, after.Verdict)
					}
					if !found {
						continue
					}
					changed++
					if got.Before != before.Verdict || got.After != after.Verdict {
						t.Fatalf("seed %d: %s -> %s %s: named %s to %s, is %s to %s", seed, src.Name, dst.Name, p, got.Before, got.After, before.Verdict, after.Verdict)
					}
					if before.Verdict == after.Verdict {
						partly++
						if before.Verdict != model.Some && before.Verdict != model.Unknown {
							t.Fatalf("seed %d: %s -> %s %s: %s to itself is named", seed, src.Name, dst.Name, p, before.Verdict)
						}
					}
				}
			}
		}
	}
	if changed < 2000 || partly == 0 {
		t.Errorf("%d changes, %d of members only: the test compares too little", changed, partly)
	}
}

// TestCompare_ownUniverse: what a matrix says in the universe of two clusters is
// what it says alone, as long as both know of the same families of addresses:
// that is a matter of the whole input (T-19).
func TestCompare_ownUniverse(t *testing.T) {
	compared := 0
	for seed := range uint64(150) {
		one, two, opts := twoStates(seed)
		if families(one) != families(two) {
			continue
		}
		clusters := []*model.Cluster{one, two}
		joint := statesIn(t, opts, clusters...)
		for side, m := range joint {
			own := statesIn(t, opts, clusters[side])[0]
			for _, src := range own.Pods() {
				for _, dst := range own.Pods() {
					for _, p := range somePorts {
						a, b := own.Universe().Peer(src.Peers[0]), own.Universe().Peer(dst.Peers[0])
						if a.Workload != "" || b.Workload != "" {
							continue // a name is no peer there
						}
						s, _ := m.Universe().PodID(a.Namespace, a.Name)
						d, _ := m.Universe().PodID(b.Namespace, b.Name)
						compared++
						if got, want := m.Verdict(s, d, p.Protocol, p.First), own.Verdict(src.Peers[0], dst.Peers[0], p.Protocol, p.First); got != want {
							t.Fatalf("seed %d, side %d: %s -> %s %s: %s, alone %s", seed, side, src.Name, dst.Name, p, got, want)
						}
					}
				}
			}
		}
	}
	if compared < 5000 {
		t.Errorf("only %d flows compared", compared)
	}
}
