package worlds

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"

	"netreach/engine/internal/oracle"
	"netreach/model"
)

// Flows yields the flows of c that are worth asking about: between all its
// pods, its nodes and the addresses of Outside, at the ports of Probes. Both
// ends outside are left out. The order is always the same.
//
// A pod with itself is one and the same pod only if it stands for exactly one
// (NP-43).
func Flows(c *model.Cluster) iter.Seq[oracle.Flow] {
	var ends []oracle.End
	for i := range c.Pods {
		ends = append(ends, oracle.End{Pod: &c.Pods[i]})
	}
	for i := range c.Nodes {
		ends = append(ends, oracle.End{Node: &c.Nodes[i]})
	}
	inside := len(ends)
	for _, a := range Outside(c) {
		ends = append(ends, oracle.End{Addr: a})
	}
	probes := Probes(c)
	return func(yield func(oracle.Flow) bool) {
		for i, src := range ends {
			for j, dst := range ends {
				if i >= inside && j >= inside {
					continue
				}
				self := i == j && src.Pod != nil && src.Pod.Weight == 1
				for _, p := range probes {
					if !yield(oracle.Flow{Src: src, Dst: dst, Self: self, Protocol: p.Protocol, Port: p.Port}) {
						return
					}
				}
			}
		}
	}
}

// Probe is a port to ask about.
type Probe struct {
	Protocol model.Protocol
	Port     uint16
}

// Probes returns the ports that c can tell apart: the ends of every range with
// their neighbours, the ports that a name in use resolves to with theirs, these
// numbers in another protocol, and some that nothing names.
func Probes(c *model.Cluster) []Probe {
	out := []Probe{{model.TCP, model.MinPort}, {model.UDP, model.MaxPort}, {model.SCTP, 9}}
	add := func(p model.Protocol, first, last uint16) {
		out = append(out, Probe{p, first}, Probe{p, last}, Probe{(p + 1) % model.Protocols, first})
		if first > model.MinPort {
			out = append(out, Probe{p, first - 1})
		}
		if last < model.MaxPort {
			out = append(out, Probe{p, last + 1})
		}
	}
	names := map[string]bool{}
	for i := range c.Policies {
		for _, r := range c.Policies[i].Rules {
			for _, m := range r.Ports {
				switch m.Kind {
				case model.PortRange:
					add(m.Protocol, m.First, m.Last)
				case model.PortNamed:
					names[m.Name] = true
				case model.PortAny:
				}
			}
		}
	}
	for i := range c.Pods {
		for _, p := range c.Pods[i].Ports {
			if names[p.Name] {
				add(p.Protocol, p.Port, p.Port)
			}
		}
	}
	slices.SortFunc(out, func(a, b Probe) int { return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port)) })
	return slices.Compact(out)
}

// Outside returns addresses outside that c can tell apart: the first and the
// last of every block and exception with their neighbours, a public and a
// private one of each family, and an IPv4-mapped one (NP-38). None is owned by
// a pod or a node.
func Outside(c *model.Cluster) []netip.Addr {
	out := []netip.Addr{
		netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("172.20.0.1"),
		netip.MustParseAddr("2001:db8:9::9"), netip.MustParseAddr("fd09::9"),
	}
	var mapped bool
	add := func(p netip.Prefix) {
		first, last := p.Masked().Addr(), lastOf(p)
		out = append(out, first.Prev(), first, last, last.Next())
		if !mapped && first.Is4() {
			mapped = true
			out = append(out, netip.AddrFrom16(first.As16()))
		}
	}
	for i := range c.Policies {
		for _, r := range c.Policies[i].Rules {
			for _, p := range r.Peers {
				if p.Kind != model.PeerBlock {
					continue
				}
				add(p.Block.CIDR)
				for _, e := range p.Block.Except {
					add(e)
				}
			}
		}
	}
	owned := map[netip.Addr]bool{{}: true} // the zero address is a neighbour of the first and the last
	for i := range c.Pods {
		for _, a := range c.Pods[i].Addresses {
			owned[a] = true
		}
	}
	for i := range c.Nodes {
		for _, a := range c.Nodes[i].Addresses {
			owned[a] = true
		}
	}
	out = slices.DeleteFunc(out, func(a netip.Addr) bool { return owned[a.Unmap()] })
	slices.SortFunc(out, netip.Addr.Compare)
	return slices.Compact(out)
}
