package engine_test

import (
	"net/netip"
	"testing"

	"netreach/bench/gen/shape"
	"netreach/engine"
	"netreach/model"
)

// TestMatrix_Verdict_allocs turns the promise that a point query does not
// allocate into a test: every flow between some pods of a cluster with both
// families, named ports and blocks, and to and from addresses outside. Flows
// from a pod to its own node are judged rule by rule where the switch for them
// is on, and are held to the same.
func TestMatrix_Verdict_allocs(t *testing.T) {
	c, err := shape.Model("small", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []model.Switches{{}, {OwnNodeEgress: model.Yes}, {OwnNodeIngress: model.Open, OwnNodeEgress: model.Open}} {
		u, err := engine.NewUniverse(model.Options{Switches: s}, c)
		if err != nil {
			t.Fatal(err)
		}
		m, err := engine.Compile(u, 0)
		if err != nil {
			t.Fatal(err)
		}
		peers := []engine.PeerID{u.AddrID(netip.MustParseAddr("8.8.8.8")), u.AddrID(netip.MustParseAddr("2001:4860:4860::8888"))}
		for _, e := range m.Pods() {
			peers = append(peers, e.Peers...)
		}
		for i := range c.Nodes {
			if id, ok := u.NodeID(c.Nodes[i].Name); ok {
				peers = append(peers, id)
			}
		}
		flows := 0
		if n := testing.AllocsPerRun(1, func() {
			for i, src := range peers {
				for k, dst := range peers {
					m.Verdict(src, dst, model.TCP, uint16(1+(i*len(peers)+k)%65535))
					m.Verdict(src, dst, model.UDP, 53)
					flows += 2
				}
			}
		}); n != 0 {
			t.Errorf("switches %+v: %v allocations for %d flows", s, n, flows/2)
		}
	}
}
