package worlds_test

import (
	"math/rand/v2"
	"testing"

	"netreach/engine/internal/oracle"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// TestChanges demands that every change makes a valid cluster, leaves the old
// one alone, and keeps every old verdict, as the oracle judges. That it mostly
// changes something is demanded too.
func TestChanges(t *testing.T) {
	for _, change := range worlds.Changes() {
		t.Run(change.Name, func(t *testing.T) {
			const n = 150
			same := 0
			for seed := range uint64(n) {
				rng := rand.New(rand.NewPCG(seed, 3))
				c, o := worlds.Random(rng, 5)
				before := worlds.Describe(c, o)
				changed := change.Make(c, rng)
				if worlds.Describe(c, o) != before {
					t.Fatalf("seed %d: the old cluster has changed", seed)
				}
				after := worlds.Describe(changed.Cluster, o)
				if why := invalid(changed.Cluster); why != "" {
					t.Fatalf("seed %d: %s\n%s", seed, why, after)
				}
				if after == before {
					same++
				}
				k := 0
				for f := range worlds.Flows(c) {
					if k++; k%7 != 0 {
						continue
					}
					want, got := oracle.Judge(c, o, f), oracle.Judge(changed.Cluster, o, changed.Flow(f))
					if got != want {
						t.Fatalf("seed %d: %s was %s and is %s\n%s\n%s", seed, f, want, got, before, after)
					}
				}
			}
			if same > n*3/4 {
				t.Errorf("nothing changed in %d of %d clusters", same, n)
			}
		})
	}
}

// TestChanged_Flow maps the ends of a flow to what they became.
func TestChanged_Flow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	c, _ := worlds.Random(rng, 8)
	for _, change := range worlds.Changes() {
		changed := change.Make(c, rng)
		ends := map[*model.Pod]bool{}
		for i := range c.Pods {
			f := changed.Flow(oracle.Flow{Src: oracle.End{Pod: &c.Pods[i]}, Dst: oracle.End{Pod: &c.Pods[i]}})
			p := f.Src.Pod
			if p == nil || p != f.Dst.Pod || p == &c.Pods[i] || ends[p] {
				t.Fatalf("%s: pod %d became %v", change.Name, i, p)
			}
			if p.Labels.String() != c.Pods[i].Labels.String() || p.Weight != c.Pods[i].Weight || p.HostNetwork != c.Pods[i].HostNetwork {
				t.Errorf("%s: pod %s/%s became %s/%s, another one", change.Name, c.Pods[i].Namespace, c.Pods[i].Name, p.Namespace, p.Name)
			}
			ends[p] = true
		}
		for i := range c.Nodes {
			if n := changed.Flow(oracle.Flow{Src: oracle.End{Node: &c.Nodes[i]}}).Src.Node; n == nil || n == &c.Nodes[i] ||
				n.Labels.String() != c.Nodes[i].Labels.String() {
				t.Errorf("%s: node %s became %v", change.Name, c.Nodes[i].Name, n)
			}
		}
	}
}
