package oracle_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"netreach/engine/internal/oracle"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// everyWorld calls f for some flows of random worlds.
func everyWorld(t *testing.T, n uint64, f func(rng *rand.Rand, c *model.Cluster, o model.Options, flow oracle.Flow) string) {
	t.Helper()
	for seed := range n {
		rng := rand.New(rand.NewPCG(seed, 7))
		c, o := worlds.Random(rng, 5)
		k := int(seed)
		for flow := range worlds.Flows(c) {
			if k++; k%11 != 0 {
				continue
			}
			if why := f(rng, c, o, flow); why != "" {
				t.Fatalf("seed %d: %s: %s\n%s", seed, flow, why, worlds.Describe(c, o))
			}
		}
	}
}

// agrees reports whether a verdict that leaves something open agrees with one
// that leaves less open: what is certain must stay.
func agrees(open, settled model.Verdict) bool { return open == unknown || open == settled }

// settle sets every switch that is open to Yes or No.
func settle(rng *rand.Rand, s model.Switches) model.Switches {
	for _, a := range []*model.Answer{
		&s.BlocksMatchPods, &s.BlocksMatchNodes, &s.OwnNodeIngress, &s.OwnNodeEgress, &s.NamedPortSidecars, &s.EndPort,
		&s.BaselinePerDirection,
	} {
		if *a == model.Open {
			*a = model.Answer(rng.IntN(2))
		}
	}
	s.SCTP = model.Yes // without support for SCTP its flows stay unknown
	if s.HostNetworkPods == model.HostNetworkOpen {
		s.HostNetworkPods = model.HostNetworkMode(rng.IntN(2))
	}
	return s
}

// TestJudge_SettledSwitches demands that a verdict with open switches holds
// whichever way they are set: an Unknown is the only way to be unsure.
func TestJudge_SettledSwitches(t *testing.T) {
	everyWorld(t, 150, func(rng *rand.Rand, c *model.Cluster, o model.Options, f oracle.Flow) string {
		for _, s := range []*model.Answer{&o.Switches.BlocksMatchPods, &o.Switches.OwnNodeEgress, &o.Switches.EndPort, &o.Switches.SCTP, &o.Switches.BaselinePerDirection} {
			if rng.IntN(2) == 0 {
				*s = model.Open
			}
		}
		open := oracle.Judge(c, o, f)
		o.Switches = settle(rng, o.Switches)
		if settled := oracle.Judge(c, o, f); !agrees(open, settled) {
			return "open " + open.String() + ", settled " + settled.String()
		}
		return ""
	})
}

// TestJudge_SettledTies demands that a verdict holds in whichever order tied
// policies stand (CNP-7).
func TestJudge_SettledTies(t *testing.T) {
	everyWorld(t, 150, func(rng *rand.Rand, c *model.Cluster, o model.Options, f oracle.Flow) string {
		untied := *c
		untied.Policies = slices.Clone(c.Policies)
		for i := range untied.Policies {
			untied.Policies[i].Order += rng.Float64() / 10 // orders differ by 1 or more, or not at all
			untied.Policies[i].Unordered = false
		}
		open, settled := oracle.Judge(c, o, f), oracle.Judge(&untied, o, f)
		if !agrees(open, settled) {
			return "tied " + open.String() + ", in order " + settled.String()
		}
		return ""
	})
}

// TestJudge_SettledAddresses demands that a verdict about a pod without address
// holds for any address of its space, one of each family of the cluster.
func TestJudge_SettledAddresses(t *testing.T) {
	everyWorld(t, 200, func(rng *rand.Rand, c *model.Cluster, o model.Options, f oracle.Flow) string {
		// Known neighbours tell both families, here and in the settled cluster.
		o.PodCIDRs = nil
		know := []netip.Addr{netip.MustParseAddr("10.66.0.1"), netip.MustParseAddr("fd66::1")}
		known := *c
		known.Nodes = append(slices.Clone(c.Nodes), model.Node{Name: "zz", Addresses: know, Declared: true})
		settled := known
		settled.Pods = slices.Clone(c.Pods)
		for i := range settled.Pods {
			if p := &settled.Pods[i]; p.Addresses == nil && !p.HostNetwork {
				p.Addresses = []netip.Addr{privateAddr(rng, true), privateAddr(rng, false)}
			}
		}
		g := f
		for _, e := range []*oracle.End{&g.Src, &g.Dst} {
			if e.Pod != nil {
				i := slices.IndexFunc(c.Pods, func(p model.Pod) bool { return p.Namespace == e.Pod.Namespace && p.Name == e.Pod.Name })
				e.Pod = &settled.Pods[i]
			}
		}
		if open, s := oracle.Judge(&known, o, f), oracle.Judge(&settled, o, g); !agrees(open, s) {
			return "without address " + open.String() + ", with one " + s.String()
		}
		return ""
	})
}

// privateAddr draws an address of the private space, near the edges of its
// prefixes as often as not.
func privateAddr(rng *rand.Rand, is4 bool) netip.Addr {
	var of []netip.Prefix
	for _, p := range model.PrivatePrefixes() {
		if p.Addr().Is4() == is4 {
			of = append(of, p)
		}
	}
	p := of[rng.IntN(len(of))]
	b := p.Addr().AsSlice()
	low := rng.IntN(2) == 0
	for bit := p.Bits(); bit < len(b)*8; bit++ {
		if rng.IntN(2) == 0 && (!low || bit > len(b)*8-5) {
			b[bit/8] |= 0x80 >> (bit % 8)
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// TestJudge_Certain demands that nothing is unknown where nothing is open: no
// open switch, no tie, no name, no end without address.
func TestJudge_Certain(t *testing.T) {
	everyWorld(t, 200, func(rng *rand.Rand, c *model.Cluster, o model.Options, f oracle.Flow) string {
		o.Switches = settle(rng, o.Switches)
		closed := *c
		closed.Policies = slices.Clone(c.Policies)
		for i := range closed.Policies {
			p := &closed.Policies[i]
			p.Order += float64(i) / 100
			p.Unordered = false
			p.Rules = slices.Clone(p.Rules)
			for j := range p.Rules {
				p.Rules[j].Peers = slices.DeleteFunc(slices.Clone(p.Rules[j].Peers), func(p model.Peer) bool { return p.Kind == model.PeerNames })
			}
		}
		if len(floating(f, c)) == 0 && oracle.Judge(&closed, o, f) == unknown {
			return "unknown"
		}
		return ""
	})
}

// floating returns the ends of f that have no known address.
func floating(f oracle.Flow, c *model.Cluster) []oracle.End {
	var out []oracle.End
	for _, e := range []oracle.End{f.Src, f.Dst} {
		var known []netip.Addr
		switch {
		case e.Pod != nil:
			known = e.Pod.Addresses
			for _, n := range c.Nodes {
				if e.Pod.HostNetwork && n.Name == e.Pod.Node {
					known = append(slices.Clone(known), n.Addresses...)
				}
			}
		case e.Node != nil:
			known = e.Node.Addresses
		default:
			continue
		}
		if len(known) == 0 {
			out = append(out, e)
		}
	}
	return out
}

// TestJudge_Verdicts demands that random worlds bring out every verdict often.
func TestJudge_Verdicts(t *testing.T) {
	count := map[model.Verdict]int{}
	total := 0
	everyWorld(t, 150, func(_ *rand.Rand, c *model.Cluster, o model.Options, f oracle.Flow) string {
		count[oracle.Judge(c, o, f)]++
		total++
		return ""
	})
	for v, least := range map[model.Verdict]int{allow: 2000, deny: 2000, unknown: 100, some: 5} {
		if count[v]*10000 < total*least {
			t.Errorf("%s for %d of %d flows, want %d in 10000", v, count[v], total, least)
		}
	}
	if count[model.None] != 0 {
		t.Errorf("got none for %d flows: there is always something to judge", count[model.None])
	}
}
