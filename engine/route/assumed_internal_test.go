package route

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// TestWithUnknown holds the world that all Services of some namespaces share
// against one that is made for a single pod: what an unknown controller makes of
// the pod is the same in both.
func TestWithUnknown(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 30))
	verdicts := map[model.Mix]int{}
	for range 60 {
		c, o := worlds.Random(rng, 5)
		a := atlasOf(t, c, o)
		for i := range c.Pods {
			p := &c.Pods[i]
			for _, known := range []*assumedPod{{}, {namespace: "openshift-ingress", labels: []string{"k", "v"}}, {namespace: c.Namespaces[0].Name}} {
				shared, err := a.withUnknown(known, []string{p.Namespace})
				if err != nil {
					t.Fatal(err)
				}
				alone, err := a.besideUnknown(known, []model.Pod{*p})
				if err != nil {
					t.Fatal(err)
				}
				for port := range uint16(120) {
					judge := func(m *engine.Matrix, src, dst engine.PeerID) model.Mix {
						return m.JudgeThrough(m.EndOf("", []engine.PeerID{src}), m.EndOf("", []engine.PeerID{dst}), model.TCP, port+1, nil).Mix
					}
					want := judge(alone.Matrix, alone.peers[1], alone.peers[0])
					if got := judge(shared.Matrix, shared.unknown, shared.at[a.peers[i]]); got != want {
						t.Fatalf("%+v -> %s/%s %d/tcp: %s, by itself it is %s\n%s", known, p.Namespace, p.Name, port+1, got.Verdict(), want.Verdict(), worlds.Describe(c, o))
					}
					verdicts[want]++
				}
			}
		}
	}
	t.Log(verdicts)
	if len(verdicts) < 3 {
		t.Errorf("only %v occur", verdicts)
	}
}

func atlasOf(t *testing.T, c *model.Cluster, o model.Options) *Atlas {
	t.Helper()
	u, err := engine.NewUniverse(o, c)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestFamilies: a small world knows the families of addresses that the cluster
// has, whoever has them.
func TestFamilies(t *testing.T) {
	v4, v6 := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")
	pods := func(addrs ...netip.Addr) *model.Cluster {
		return &model.Cluster{Pods: []model.Pod{{}, {Addresses: addrs}}}
	}
	for _, tt := range []struct {
		name string
		c    *model.Cluster
		want []model.Family
	}{
		{"none", pods(), nil},
		{"IPv4", pods(v4), []model.Family{model.IPv4}},
		{"IPv6", pods(v6), []model.Family{model.IPv6}},
		{"both", pods(v6, v4), []model.Family{model.IPv4, model.IPv6}},
		{"of a node", &model.Cluster{Nodes: []model.Node{{Addresses: []netip.Addr{v6}}}}, []model.Family{model.IPv6}},
	} {
		var got []model.Family
		for _, addr := range addressFamilies(tt.c) {
			got = append(got, model.FamilyOf(addr))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
