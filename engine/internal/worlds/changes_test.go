package worlds_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine/internal/oracle"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/selector"
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

// TestRenameNamespace renames the one namespace of a cluster: in selectors on
// the automatic label only (NP-28), and to a name that nothing mentions.
func TestRenameNamespace(t *testing.T) {
	in := func(key string, values ...string) selector.Selector {
		return selector.Selector{Requirements: []selector.Requirement{{Key: key, Op: selector.In, Values: values}}}
	}
	c := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "a", Labels: selector.FromMap(map[string]string{model.NameLabel: "a", "env": "a"})}},
		Workloads:  []model.Workload{{Kind: "Pod", Namespace: "a", Name: "p"}},
		Pods:       []model.Pod{{Namespace: "a", Name: "p", Labels: selector.FromMap(map[string]string{model.NameLabel: "a"})}},
		Policies: []model.Policy{{
			Origin:  model.Origin{Kind: "NetworkPolicy", Namespace: "a", Name: "a"},
			Subject: model.PodSet{Namespace: "a", Namespaces: in(model.NameLabel, "0-a", "a", "zz-a"), Pods: in(model.NameLabel, "a")},
			Rules:   []model.Rule{{Peers: []model.Peer{{Kind: model.PeerPods, Pods: model.PodSet{Namespaces: in("env", "a")}}}}},
		}},
	}
	for seed := range uint64(4) {
		got := worlds.RenameNamespace(c, rand.New(rand.NewPCG(seed, 0))).Cluster
		to := got.Namespaces[0].Name
		if to != "0-a-0" && to != "zz-a-0" {
			t.Errorf("renamed to %q", to)
		}
		want := *c
		want.Namespaces = []model.Namespace{{Name: to, Labels: selector.FromMap(map[string]string{model.NameLabel: to, "env": "a"}), Origin: model.Origin{Name: to}}}
		want.Workloads = []model.Workload{{Kind: "Pod", Namespace: to, Name: "p"}}
		want.Pods = []model.Pod{{Namespace: to, Name: "p", Labels: c.Pods[0].Labels}}
		p := c.Policies[0]
		p.Origin.Namespace = to
		p.Subject = model.PodSet{Namespace: to, Namespaces: in(model.NameLabel, "0-a", to, "zz-a"), Pods: in(model.NameLabel, "a")}
		p.Rules = []model.Rule{p.Rules[0]}
		p.Rules[0].Origin = model.Origin{Namespace: to, Name: "a"}
		want.Policies = []model.Policy{p}
		if diff := cmp.Diff(worlds.Describe(&want, model.Options{}), worlds.Describe(got, model.Options{})); diff != "" {
			t.Error(diff)
		}
	}
}

// TestShuffleObjects_Rules leaves rules in their order where it means something:
// where their actions differ, and where a peer that cannot be read makes one of
// them deny (ANP-20).
func TestShuffleObjects_Rules(t *testing.T) {
	rule := func(a model.Action, kind model.PeerKind, port uint16) model.Rule {
		m := model.PortMatch{Kind: model.PortRange, First: port, Last: port}
		return model.Rule{Action: a, Peers: []model.Peer{{Kind: kind}}, Ports: []model.PortMatch{m}}
	}
	tests := []struct {
		name  string
		rules []model.Rule
		moves bool
	}{
		{"all allow", []model.Rule{rule(model.Allow, model.PeerAny, 1), rule(model.Allow, model.PeerAny, 2)}, true},
		{"allow and deny", []model.Rule{rule(model.Allow, model.PeerAny, 1), rule(model.Deny, model.PeerAny, 2)}, false},
		{"all pass, one unread", []model.Rule{rule(model.Pass, model.PeerAny, 1), rule(model.Pass, model.PeerClosed, 2)}, false},
	}
	for _, test := range tests {
		c := &model.Cluster{Policies: []model.Policy{{Rules: test.rules}}}
		moved := false
		for seed := range uint64(20) {
			got := worlds.ShuffleObjects(c, rand.New(rand.NewPCG(seed, 0))).Cluster
			moved = moved || got.Policies[0].Rules[0].Ports[0].First != 1
		}
		if moved != test.moves {
			t.Errorf("%s: moved is %v", test.name, moved)
		}
	}
}
