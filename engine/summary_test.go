package engine_test

import (
	"math/rand/v2"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// tally counts the pairs of pods at one port by asking for each of them.
func tally(m *engine.Matrix, r engine.PortRange) engine.PortCount {
	c := engine.PortCount{Ports: r}
	add := func(v model.Verdict, n int) {
		switch v {
		case model.Allowed:
			c.Allowed += uint64(n)
		case model.Denied:
			c.Denied += uint64(n)
		case model.Unknown:
			c.Unknown += uint64(n)
		case model.Some:
			c.Some += uint64(n)
		case model.None:
		}
	}
	pods := m.Pods()
	for _, src := range pods {
		for _, dst := range pods {
			n := src.Weight * dst.Weight
			if src.Peers[0] == dst.Peers[0] {
				n -= src.Weight
				add(model.Allowed, src.Weight) // each replica with itself
			}
			add(m.Verdict(src.Peers[0], dst.Peers[0], r.Protocol, r.First), n)
		}
	}
	return c
}

// TestSummary checks the counts against asking for every pair, at the first and
// the last port of every range.
func TestSummary(t *testing.T) {
	counted := 0
	for seed := range uint64(240) {
		c, opts := worlds.Random(rand.New(rand.NewPCG(seed, 7)), 1+int(seed%9))
		if seed%2 == 0 {
			// One family, so that the rows are counted rather than the pairs.
			for i := range c.Pods {
				for k, a := range c.Pods[i].Addresses {
					if a.Is4() {
						c.Pods[i].Addresses = c.Pods[i].Addresses[k : k+1]
						break
					}
				}
				if as := c.Pods[i].Addresses; len(as) > 0 && as[0].Is6() {
					c.Pods[i].Addresses = nil
				}
			}
			for i := range c.Nodes {
				c.Nodes[i].Addresses = nil
			}
			opts.PodCIDRs = nil
		}
		u, err := engine.NewUniverse(opts, c)
		if err != nil {
			t.Fatal(err)
		}
		u.SetFlips(int(seed) % 4)
		m, err := engine.Compile(u, 0)
		if err != nil {
			t.Fatal(err)
		}
		s := m.Summary(3)
		ports := 0
		for _, got := range s.Ports {
			ports += int(got.Ports.Last) - int(got.Ports.First) + 1
			if sum := got.Allowed + got.Denied + got.Unknown + got.Some; sum != s.Pairs {
				t.Fatalf("seed %d: %s: %d pairs, want %d", seed, got.Ports, sum, s.Pairs)
			}
			for _, port := range []uint16{got.Ports.First, got.Ports.Last} {
				r := got.Ports
				r.First = port
				want := tally(m, r)
				want.Ports = got.Ports
				if got != want {
					t.Fatalf("seed %d: port %d: counted %+v, want %+v\n%s", seed, port, got, want, worlds.Describe(c, opts))
				}
				counted++
			}
		}
		if ports != 3*65535 {
			t.Fatalf("seed %d: %d ports", seed, ports)
		}
	}
	t.Logf("%d ports counted", counted)
}
