package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/oracle"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// trial is a compiled cluster beside the plain one, to be held against the
// oracle.
type trial struct {
	cluster *model.Cluster
	options model.Options
	matrix  *engine.Matrix
	peers   map[oracle.End]engine.PeerID
}

// newTrial compiles the index-th of the clusters that share u.
func newTrial(tb testing.TB, u *engine.Universe, index int, c *model.Cluster, o model.Options) *trial {
	tb.Helper()
	u.SetFlips((len(c.Pods) + len(c.Policies)) % 4)
	m, err := engine.Compile(u, index)
	if err != nil {
		tb.Fatalf("compiling: %v\n%s", err, worlds.Describe(c, o))
	}
	r := &trial{cluster: c, options: o, matrix: m, peers: map[oracle.End]engine.PeerID{}}
	for i := range c.Pods {
		p := &c.Pods[i]
		id, ok := u.PodID(p.Namespace, p.Name)
		if !ok {
			tb.Fatalf("the universe has no pod %s/%s\n%s", p.Namespace, p.Name, worlds.Describe(c, o))
		}
		r.peers[oracle.End{Pod: p}] = id
	}
	for i := range c.Nodes {
		id, ok := u.NodeID(c.Nodes[i].Name)
		if !ok {
			tb.Fatalf("the universe has no node %s\n%s", c.Nodes[i].Name, worlds.Describe(c, o))
		}
		r.peers[oracle.End{Node: &c.Nodes[i]}] = id
	}
	for _, a := range worlds.Outside(c) {
		r.peers[oracle.End{Addr: a}] = u.AddrID(a)
	}
	return r
}

// check holds the engine's verdict about f, and that of its explanation if asked
// for, against the oracle's.
func (r *trial) check(tb testing.TB, f oracle.Flow, explain bool) {
	tb.Helper()
	src, dst := r.peer(f.Src), r.peer(f.Dst)
	want := oracle.Judge(r.cluster, r.options, f)
	if got := r.matrix.Verdict(src, dst, f.Protocol, f.Port); got != want {
		tb.Fatalf("%s: the engine says %s, the oracle %s\n%s", f, got, want, worlds.Describe(r.cluster, r.options))
	}
	if !explain {
		return
	}
	if got := r.matrix.Explain(src, dst, f.Protocol, f.Port).Verdict; got != want {
		tb.Fatalf("%s: the explanation says %s, engine and oracle %s\n%s", f, got, want, worlds.Describe(r.cluster, r.options))
	}
}

// peer returns the engine's peer of an end. Addresses that Outside of another
// cluster named are looked up as they come.
func (r *trial) peer(e oracle.End) engine.PeerID {
	if id, ok := r.peers[e]; ok {
		return id
	}
	return r.matrix.Universe().AddrID(e.Addr)
}

// compare holds the engine against the oracle in one cluster, on at most about
// limit flows, evenly picked from the phase-th on, and every explain-th of these
// with its explanation. It returns the number of flows.
func compare(tb testing.TB, c *model.Cluster, o model.Options, limit, phase, explain int) (flows int) {
	tb.Helper()
	u, err := engine.NewUniverse(o, c)
	if err != nil {
		tb.Fatalf("making the universe: %v\n%s", err, worlds.Describe(c, o))
	}
	r := newTrial(tb, u, 0, c, o)
	i := phase
	for f := range pick(c, limit, phase) {
		i++
		flows++
		r.check(tb, f, i%explain == 0)
	}
	return flows
}

// pick yields at most about limit flows of c, evenly, from the phase-th on.
func pick(c *model.Cluster, limit, phase int) func(yield func(oracle.Flow) bool) {
	total := 0
	for range worlds.Flows(c) {
		total++
	}
	step := total/limit + 1
	return func(yield func(oracle.Flow) bool) {
		i := phase
		for f := range worlds.Flows(c) {
			if i++; i%step == 0 && !yield(f) {
				return
			}
		}
	}
}

// TestSmallWorlds goes through every flow of every small world. Every other
// world has the default switches, the rest a setting drawn for it.
func TestSmallWorlds(t *testing.T) {
	const shards = 4
	var flows atomic.Int64
	t.Cleanup(func() { t.Logf("%d flows of small worlds compared", flows.Load()) })
	for shard := range shards {
		t.Run(fmt.Sprintf("shard=%d", shard), func(t *testing.T) {
			t.Parallel()
			i := 0
			for c := range worlds.Small {
				i++
				if i%shards != shard || testing.Short() && i/shards%10 != 0 {
					continue
				}
				var o model.Options
				if i/shards%2 == 1 {
					o = worlds.RandomOptions(rand.New(rand.NewPCG(uint64(i), 5)))
				}
				flows.Add(int64(compare(t, c, o, 1<<20, 0, 13)))
			}
		})
	}
}

// TestRandomWorlds compares clusters with everything in them.
func TestRandomWorlds(t *testing.T) {
	n := uint64(600)
	if testing.Short() {
		n = 60
	}
	flows := 0
	for seed := range n {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 6))
			c, o := worlds.Random(rng, 2+int(seed%9))
			flows += compare(t, c, o, 4000, int(seed), 3)
		})
	}
	t.Logf("%d flows of random worlds compared", flows)
}

// FuzzEngineOracle compares whatever cluster the fuzzer makes up.
func FuzzEngineOracle(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{1, 0, 2}, 60))
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 8))
		data := make([]byte, 60*(1+seed%8))
		for i := range data {
			data[i] = byte(rng.IntN(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, o := worlds.FromBytes(data)
		compare(t, c, o, 2000, len(data), 2)
	})
}

// TestMetamorphic makes changes after which old flows must keep their verdicts.
// The old and the new cluster share a universe, as the two sides of a diff do,
// and the new one is also compiled alone.
func TestMetamorphic(t *testing.T) {
	n := uint64(60)
	if testing.Short() {
		n = 10
	}
	for _, change := range worlds.Changes() {
		t.Run(change.Name, func(t *testing.T) {
			for seed := range n {
				rng := rand.New(rand.NewPCG(seed, 10))
				old, o := worlds.Random(rng, 3+int(seed%5))
				changed := change.Make(old, rng)
				u, err := engine.NewUniverse(o, old, changed.Cluster)
				if err != nil {
					t.Fatalf("seed %d: making the universe: %v", seed, err)
				}
				before := newTrial(t, u, 0, old, o)
				after := newTrial(t, u, 1, changed.Cluster, o)
				for f := range pick(old, 1500, int(seed)) {
					g := changed.Flow(f)
					before.check(t, f, false)
					after.check(t, g, true)
					was := before.matrix.Verdict(before.peer(f.Src), before.peer(f.Dst), f.Protocol, f.Port)
					is := after.matrix.Verdict(after.peer(g.Src), after.peer(g.Dst), g.Protocol, g.Port)
					if was != is {
						t.Fatalf("seed %d: %s was %s, and %s is %s\n%s\n%s", seed, f, was, g, is,
							worlds.Describe(old, o), worlds.Describe(changed.Cluster, o))
					}
				}
				compare(t, changed.Cluster, o, 1000, int(seed), 5)
			}
		})
	}
}

// TestCompare guards the comparison itself: an oracle that is asked about
// another cluster must not go unnoticed.
func TestCompare(t *testing.T) {
	addr := []netip.Addr{netip.MustParseAddr("10.0.0.1")}
	open := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "a", Labels: model.Labels{{Key: model.NameLabel, Value: "a"}}}},
		Workloads:  []model.Workload{{Kind: "Pod", Namespace: "a", Name: "p", Replicas: 1}},
		Pods:       []model.Pod{{Namespace: "a", Name: "p", Weight: 1, Addresses: addr}},
		Tiers:      []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny}},
	}
	closed := *open
	closed.Policies = []model.Policy{{Tier: model.TierNetworkPolicy, Isolates: [model.Directions]bool{model.Ingress: true}}}
	u, err := engine.NewUniverse(model.Options{}, open)
	if err != nil {
		t.Fatal(err)
	}
	r := newTrial(t, u, 0, open, model.Options{})
	differs := 0
	for f := range worlds.Flows(open) {
		r.check(t, f, true)
		if r.matrix.Verdict(r.peer(f.Src), r.peer(f.Dst), f.Protocol, f.Port) != oracle.Judge(&closed, model.Options{}, f) {
			differs++
		}
	}
	if differs == 0 {
		t.Error("an isolated pod and an open one are all the same")
	}
}
