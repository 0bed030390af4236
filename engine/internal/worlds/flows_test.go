package worlds_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine/internal/worlds"
	"netreach/model"
)

func edges() *model.Cluster {
	return &model.Cluster{
		Nodes: []model.Node{{Name: "n1", Addresses: []netip.Addr{netip.MustParseAddr("8.8.8.255")}}},
		Pods: []model.Pod{
			{
				Namespace: "a", Name: "one", Weight: 1, Addresses: []netip.Addr{netip.MustParseAddr("8.8.8.0")},
				Ports: []model.ContainerPort{
					{Name: "http", Protocol: model.SCTP, Port: 3000}, {Name: "unused", Protocol: model.TCP, Port: 4000},
				},
			},
			{Namespace: "a", Name: "two", Weight: 2},
		},
		Policies: []model.Policy{{Rules: []model.Rule{{
			Peers: []model.Peer{{Kind: model.PeerBlock, Block: model.Block{
				CIDR: netip.MustParsePrefix("8.8.8.0/24"), Except: []netip.Prefix{netip.MustParsePrefix("8.8.8.128/32")},
			}}, {Kind: model.PeerBlock, Block: model.Block{CIDR: netip.MustParsePrefix("::/0")}}},
			Ports: []model.PortMatch{
				{Kind: model.PortRange, Protocol: model.UDP, First: 53, Last: 60},
				{Kind: model.PortRange, Protocol: model.TCP, First: 1, Last: 65535},
				{Kind: model.PortNamed, Protocol: model.TCP, Name: "http"},
			},
		}}}},
	}
}

// TestProbes covers both sides of every edge, and nothing beyond the range of
// ports.
func TestProbes(t *testing.T) {
	want := []worlds.Probe{
		{Protocol: model.TCP, Port: 1},
		{Protocol: model.TCP, Port: 3000},
		{Protocol: model.TCP, Port: 65535},
		{Protocol: model.UDP, Port: 1},
		{Protocol: model.UDP, Port: 52},
		{Protocol: model.UDP, Port: 53},
		{Protocol: model.UDP, Port: 60},
		{Protocol: model.UDP, Port: 61},
		{Protocol: model.UDP, Port: 65535},
		{Protocol: model.SCTP, Port: 9},
		{Protocol: model.SCTP, Port: 53},
		{Protocol: model.SCTP, Port: 2999},
		{Protocol: model.SCTP, Port: 3000},
		{Protocol: model.SCTP, Port: 3001},
	}
	if diff := cmp.Diff(want, worlds.Probes(edges())); diff != "" {
		t.Error(diff)
	}
}

// TestOutside covers both sides of every edge, without what a pod or a node
// owns: here 8.8.8.0 and 8.8.8.255.
func TestOutside(t *testing.T) {
	var got []string
	for _, a := range worlds.Outside(edges()) {
		got = append(got, a.String())
	}
	want := []string{
		"8.8.7.255", "8.8.8.127", "8.8.8.128", "8.8.8.129", "8.8.9.0", "9.9.9.9", "172.20.0.1",
		"::", "2001:db8:9::9", "fd09::9", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// An IPv4-mapped address stands beside the block that it belongs to.
	c := edges()
	c.Policies[0].Rules[0].Peers[0].Block.CIDR = netip.MustParsePrefix("9.0.0.0/8")
	if mapped := netip.MustParseAddr("::ffff:9.0.0.0"); !slices.Contains(worlds.Outside(c), mapped) {
		t.Errorf("%s is missing", mapped)
	}
}

func TestFlows(t *testing.T) {
	c := edges()
	type pair struct{ src, dst string }
	probes, outside := len(worlds.Probes(c)), len(worlds.Outside(c))
	count := map[pair]int{}
	self := map[string]bool{}
	for f := range worlds.Flows(c) {
		count[pair{f.Src.String(), f.Dst.String()}]++
		if f.Src == f.Dst {
			self[f.Src.String()] = f.Self
		} else if f.Self {
			t.Errorf("%s is not one pod with itself", f)
		}
	}
	// Three ends inside, each with each, and each with each address, both ways.
	if want := 3*3 + 2*3*outside; len(count) != want {
		t.Errorf("got %d pairs, want %d", len(count), want)
	}
	for p, n := range count {
		if n != probes {
			t.Errorf("%s -> %s: got %d ports, want %d", p.src, p.dst, n, probes)
		}
	}
	// NP-43: a pod that stands for two is not one pod.
	if diff := cmp.Diff(map[string]bool{"a/one": true, "a/two": false, "node:n1": false}, self); diff != "" {
		t.Error(diff)
	}
	n := 0
	for range worlds.Flows(c) {
		if n++; n == 5 {
			break
		}
	}
	if n != 5 {
		t.Errorf("got %d flows, want 5", n)
	}
}
