package engine_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// twoWays returns a random world compiled under two sets of switches, each in
// the universe of neither and in one of its own.
func twoWays(t *testing.T, seed uint64) (shared, alone [2]*engine.Matrix) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 3))
	c, opts := worlds.Random(rng, 1+int(seed%5))
	_, other := worlds.Random(rng, 1)
	u, err := engine.NewUniverse(model.Options{PodCIDRs: opts.PodCIDRs}, c)
	if err != nil {
		t.Fatal(err)
	}
	u.SetFlips(int(seed) % 3)
	for i, sw := range []model.Switches{opts.Switches, other.Switches} {
		if shared[i], err = engine.CompileUnder(u, 0, sw); err != nil {
			t.Fatal(err)
		}
		own, err := engine.NewUniverse(model.Options{PodCIDRs: opts.PodCIDRs, Switches: sw}, c)
		if err != nil {
			t.Fatal(err)
		}
		if alone[i], err = engine.Compile(own, 0); err != nil {
			t.Fatal(err)
		}
	}
	return shared, alone
}

// somePorts are ports at and between the edges of the random worlds' rules.
var somePorts = []engine.PortRange{
	{model.TCP, 1, 1},
	{model.TCP, 80, 80},
	{model.TCP, 81, 81},
	{model.TCP, 443, 443},
	{model.TCP, 8080, 8080},
	{model.UDP, 53, 53},
	{model.UDP, 80, 80},
	{model.SCTP, 80, 80},
	{model.SCTP, 9999, 9999},
}

// TestCompileUnder: a matrix under other switches says what one says that was
// made for them, in its verdicts and in its explanations.
func TestCompileUnder(t *testing.T) {
	for seed := range uint64(60) {
		shared, alone := twoWays(t, seed)
		n := engine.PeerID(shared[0].Universe().Len())
		for i := range shared {
			for src := range n {
				for dst := range n {
					for _, p := range somePorts {
						want := alone[i].Verdict(src, dst, p.Protocol, p.First)
						if got := shared[i].Verdict(src, dst, p.Protocol, p.First); got != want {
							t.Fatalf("seed %d: %d -> %d %s is %v, in its own universe %v", seed, src, dst, p, got, want)
						}
						if got := shared[i].Explain(src, dst, p.Protocol, p.First).Verdict; got != want {
							t.Fatalf("seed %d: %d -> %d %s is explained as %v, the verdict is %v", seed, src, dst, p, got, want)
						}
					}
				}
			}
		}
	}
}

// TestCompileUnder_blind: a universe that was made for blocks that match no pods
// has dropped their addresses, so it refuses to say what blocks match.
func TestCompileUnder_blind(t *testing.T) {
	c, _ := worlds.Random(rand.New(rand.NewPCG(1, 3)), 2)
	tests := []struct {
		made, needed model.Switches
		ok           bool
	}{
		{model.Switches{BlocksMatchPods: model.No}, model.Switches{}, false},
		{model.Switches{BlocksMatchPods: model.No}, model.Switches{BlocksMatchPods: model.Open}, false},
		{model.Switches{BlocksMatchNodes: model.No}, model.Switches{}, false},
		{model.Switches{BlocksMatchPods: model.No}, model.Switches{BlocksMatchPods: model.No, EndPort: model.No}, true},
		{model.Switches{BlocksMatchPods: model.Open}, model.Switches{}, true},
		{model.Switches{}, model.Switches{BlocksMatchPods: model.No, BlocksMatchNodes: model.No}, true},
	}
	for _, test := range tests {
		u, err := engine.NewUniverse(model.Options{Switches: test.made}, c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := engine.CompileUnder(u, 0, test.needed); (err == nil) != test.ok {
			t.Errorf("made for %+v, asked for %+v: %v", test.made, test.needed, err)
		}
	}
}

// TestComparison checks a comparison against every pair of peers: what changes is
// named, with the right verdicts, and nothing else.
func TestComparison(t *testing.T) {
	changed := 0
	for seed := range uint64(60) {
		shared, _ := twoWays(t, seed)
		a, b := shared[0], shared[1]
		ends := append(a.Workloads(), a.Outside(b)...)
		both, err := engine.Compare(a, b, ends)
		if err != nil {
			t.Fatal(err)
		}
		grouped := map[[2]int]engine.CellID{}
		for _, g := range both.Groups() {
			for _, i := range g.Src {
				for _, j := range g.Dst {
					grouped[[2]int{i, j}] = g.Cell
				}
			}
		}
		for i, src := range ends {
			for j, dst := range ends {
				cell := both.Cell(i, j)
				if got, ok := grouped[[2]int{i, j}]; !both.Itself(i, j) && (ok != both.Changed(cell) || ok && got != cell) {
					t.Fatalf("seed %d: %s -> %s: changed %v, in a group %v", seed, src.Name, dst.Name, both.Changed(cell), ok)
				}
				for _, p := range somePorts {
					want := engine.Change{Before: between(a, src, dst, p.Protocol, p.First), After: between(b, src, dst, p.Protocol, p.First)}
					got, found := changeAt(both.Changes(cell), p)
					if found != differs(a, b, src, dst, p) {
						t.Fatalf("seed %d: %s -> %s %s: named as a change %v", seed, src.Name, dst.Name, p, found)
					}
					if found && (got.Before != want.Before || got.After != want.After) {
						t.Fatalf("seed %d: %s -> %s %s: %v to %v, want %v to %v", seed, src.Name, dst.Name, p, got.Before, got.After, want.Before, want.After)
					}
					if found {
						changed++
					}
				}
			}
		}
	}
	if changed < 100 {
		t.Errorf("only %d changes in all worlds: the test compares nothing", changed)
	}
}

// TestComparison_whole: a comparison as a whole is that of its cells.
func TestComparison_whole(t *testing.T) {
	for seed := range uint64(150) {
		shared, _ := twoWays(t, seed)
		a, b := shared[0], shared[1]
		ends := append(append(a.Workloads(), a.Outside(b)...), a.Namespaces()...)
		plain, err := engine.Compare(a, b, ends)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := engine.Compare(a, b, ends)
		if err != nil {
			t.Fatal(err)
		}
		whole.Groups() // from here on cells are looked up
		for i, src := range ends {
			for j, dst := range ends {
				want, got := plain.Changes(plain.Cell(i, j)), whole.Changes(whole.Cell(i, j))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("seed %d: %s -> %s (-cell +whole):\n%s", seed, src.Name, dst.Name, diff)
				}
			}
		}
	}
}

// changeAt returns the change that holds on a port.
func changeAt(changes []engine.Change, p engine.PortRange) (engine.Change, bool) {
	for _, c := range changes {
		if c.Ports == nil {
			return c, true
		}
		for _, r := range c.Ports {
			if r.Protocol == p.Protocol && r.First <= p.First && p.Last <= r.Last {
				return c, true
			}
		}
	}
	return engine.Change{}, false
}

// differs reports whether some flow between two ends changes. Flows that do not
// count for an end, a pod with itself and ends without a common family, do not
// change under any switch.
func differs(a, b *engine.Matrix, src, dst engine.End, p engine.PortRange) bool {
	if src.Outside && dst.Outside {
		return false
	}
	for _, x := range src.Peers {
		for _, y := range dst.Peers {
			v, w := a.Verdict(x, y, p.Protocol, p.First), b.Verdict(x, y, p.Protocol, p.First)
			if v != w {
				return true
			}
			if v != model.Some && v != model.Unknown {
				continue
			}
			// The same verdict on both sides may be that of other addresses.
			before, after := a.Explain(x, y, p.Protocol, p.First).Flows, b.Explain(x, y, p.Protocol, p.First).Flows
			if !slices.EqualFunc(before, after, func(f, g engine.FlowTrace) bool { return f.Verdict == g.Verdict }) {
				return true
			}
		}
	}
	return false
}

// TestComparison_outside: each part of the outside has one verdict with each pod,
// in both matrices.
func TestComparison_outside(t *testing.T) {
	for seed := range uint64(40) {
		shared, _ := twoWays(t, seed)
		a, b := shared[0], shared[1]
		pods := a.Pods()
		for _, e := range a.Outside(b) {
			if e.Name == "internet" || e.Name == "private" {
				continue
			}
			for _, pod := range pods {
				for _, p := range somePorts {
					for _, m := range shared {
						if in, out := m.Judge(e, pod, p.Match()).Verdict, m.Judge(pod, e, p.Match()).Verdict; in == model.Some && len(pod.Peers) == 1 && oneFamily(m, pod, e) || out == model.Some && oneFamily(m, pod, e) {
							t.Fatalf("seed %d: %s and %s %s: %v in, %v out", seed, e.Name, pod.Name, p, in, out)
						}
					}
				}
			}
		}
	}
}

// oneFamily reports whether a pod has at most one address in common with an end
// outside, so that no verdict about the two is mixed.
func oneFamily(m *engine.Matrix, pod, e engine.End) bool {
	return len(m.Explain(e.Peers[0], pod.Peers[0], model.TCP, 80).Flows) <= 1
}

func TestComparison_refused(t *testing.T) {
	c, opts := worlds.Random(rand.New(rand.NewPCG(5, 3)), 2)
	matrix := func(u *engine.Universe, i int) *engine.Matrix {
		m, err := engine.Compile(u, i)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	universe := func(cs ...*model.Cluster) *engine.Universe {
		u, err := engine.NewUniverse(opts, cs...)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	one, two := universe(c), universe(c, c)
	if _, err := engine.Compare(matrix(one, 0), matrix(two, 0), nil); !errors.Is(err, engine.ErrUniverse) {
		t.Errorf("two universes: %v", err)
	}
}
