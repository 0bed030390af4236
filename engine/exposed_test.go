package engine_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/selector"
)

// TestSummary_Exposed checks whom the ingress of workloads admits: a pod of two
// families counts once, also where a rule admits only one of them (NP-53), a
// replica counts like a pod, and a pod that no policy isolates admits everybody
// (NP-2).
func TestSummary_Exposed(t *testing.T) {
	pod := func(name string, workload, weight int, addrs ...string) model.Pod {
		p := model.Pod{Namespace: "shop", Name: name, Workload: workload, Weight: weight, Labels: model.Labels{{Key: "app", Value: name}}}
		for _, a := range addrs {
			p.Addresses = append(p.Addresses, netip.MustParseAddr(a))
		}
		return p
	}
	// admit isolates an app for ingress, and lets one peer in.
	admit := func(app string, peer model.Peer) model.Policy {
		return model.Policy{
			Tier:     model.TierNetworkPolicy,
			Subject:  model.PodSet{Namespace: "shop", Pods: selector.Equal("app", app)},
			Isolates: [model.Directions]bool{model.Ingress: true},
			Rules: []model.Rule{{
				Direction: model.Ingress, Action: model.Allow, Peers: []model.Peer{peer},
				Ports: []model.PortMatch{{Kind: model.PortRange, Protocol: model.TCP, First: 80, Last: 80}},
			}},
		}
	}
	c := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "shop", Labels: model.Labels{{Key: model.NameLabel, Value: "shop"}}}},
		Workloads: []model.Workload{
			{Kind: "Deployment", Namespace: "shop", Name: "api"},
			{Kind: "Deployment", Namespace: "shop", Name: "db"},
			{Kind: "Deployment", Namespace: "shop", Name: "old"},
			{Kind: "Deployment", Namespace: "shop", Name: "web"},
		},
		Pods: []model.Pod{
			pod("api", 0, 1, "10.0.0.1", "fd00::1"), pod("db", 1, 1, "10.0.0.2", "fd00::2"),
			pod("old", 2, 1, "10.0.0.4"), pod("web", 3, 3, "10.0.0.3"),
		},
		Tiers: []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny}},
		Policies: []model.Policy{
			admit("api", model.Peer{Kind: model.PeerPods, Pods: model.PodSet{Namespace: "shop"}}),
			admit("db", model.Peer{Kind: model.PeerBlock, Block: model.Block{CIDR: netip.MustParsePrefix("fd00::/16")}}),
			admit("old", model.Peer{Kind: model.PeerBlock, Block: model.Block{CIDR: netip.MustParsePrefix("8.0.0.0/7")}}),
		},
	}
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	want := []engine.Exposure{
		{Workload: "shop/web", Internet: true, Sources: 6}, // not isolated
		{Workload: "shop/old", Internet: true, Sources: 0},
		{Workload: "shop/api", Sources: 6}, // the pods of the namespace
		{Workload: "shop/db", Sources: 2},  // api and itself, by IPv6
	}
	for flips := range 3 {
		u.SetFlips(flips)
		m, err := engine.Compile(u, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, m.Summary(5).Exposed); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want[:2], m.Summary(2).Exposed); diff != "" {
			t.Error(diff)
		}
	}
}

// TestSummary_Exposed_random checks exposure against asking the ingress of each
// pod about every other, on random worlds.
func TestSummary_Exposed_random(t *testing.T) {
	for seed := range uint64(60) {
		c, opts := worlds.Random(rand.New(rand.NewPCG(seed, 11)), 1+int(seed%6))
		opts.Switches = model.Switches{}
		u, err := engine.NewUniverse(opts, c)
		if err != nil {
			t.Fatal(err)
		}
		u.SetFlips(int(seed) % 4)
		m, err := engine.Compile(u, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range m.Summary(len(c.Workloads)).Exposed {
			most, internet := 0, false
			for _, dst := range m.Workloads() {
				if dst.Name != e.Workload {
					continue
				}
				for _, d := range dst.Peers {
					sources := 0
					for src := range engine.PeerID(u.Len()) {
						admitted := m.Admits(src, d)
						switch p := u.Peer(src); {
						case admitted && p.Kind == engine.PodPeer:
							sources += m.Weight(src)
						case admitted && p.Kind == engine.OutsidePeer:
							internet = internet || m.Public(src)
						}
					}
					most = max(most, sources)
				}
			}
			if e.Sources != most || e.Internet != internet {
				t.Errorf("seed %d: %s admits %d pods, internet %v; want %d, %v\n%s", seed, e.Workload, e.Sources, e.Internet, most, internet, worlds.Describe(c, opts))
			}
		}
	}
}
