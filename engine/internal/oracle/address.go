package oracle

import (
	"net/netip"

	"netreach/model"
)

// family is an address family, or open where nothing tells it.
type family uint8

const (
	familyOpen family = iota
	family4
	family6
)

func familyOf(a netip.Addr) family {
	if a.Unmap().Is4() {
		return family4 // an IPv4-mapped address is IPv4 (NP-38)
	}
	return family6
}

// address is one address of an end: one that is known, or one that floats
// somewhere in a space.
type address struct {
	family family
	known  netip.Addr // zero if it floats
	space  []netip.Prefix
}

// meets reports whether a flow can go between the two (NP-38, NP-53).
func (a address) meets(b address) bool {
	return a.family == b.family || a.family == familyOpen || b.family == familyOpen
}

// addresses returns the addresses of an end. A hostNetwork pod that does not
// tell its own has its node's (NP-40).
func (w world) addresses(e End) []address {
	switch {
	case e.Pod != nil && len(e.Pod.Addresses) > 0:
		return known(e.Pod.Addresses...)
	case e.Pod != nil && !e.Pod.HostNetwork:
		if len(w.options.PodCIDRs) > 0 {
			return w.floating(w.options.PodCIDRs)
		}
	case e.Pod != nil:
		if n := w.node(e.Pod.Node); n != nil && len(n.Addresses) > 0 {
			return known(n.Addresses...)
		}
	case e.Node != nil && len(e.Node.Addresses) > 0:
		return known(e.Node.Addresses...)
	case e.Addr.IsValid():
		return known(e.Addr)
	}
	return w.floating(model.PrivatePrefixes())
}

func known(addrs ...netip.Addr) []address {
	out := make([]address, len(addrs))
	for i, a := range addrs {
		out[i] = address{family: familyOf(a), known: a}
	}
	return out
}

// floating returns the addresses of an end about which only the space is known:
// one for each family of the cluster, or a single one of open family.
func (w world) floating(space []netip.Prefix) []address {
	var out []address
	has4, has6 := w.families()
	if has4 {
		out = append(out, address{family: family4, space: space})
	}
	if has6 {
		out = append(out, address{family: family6, space: space})
	}
	if out == nil {
		out = []address{{family: familyOpen, space: space}}
	}
	return out
}

// families returns the families of the cluster: those that the pod prefixes
// have if they are given, else those that any pod or node is known to have.
func (w world) families() (has4, has6 bool) {
	see := func(a netip.Addr) {
		has4 = has4 || familyOf(a) == family4
		has6 = has6 || familyOf(a) == family6
	}
	if len(w.options.PodCIDRs) > 0 {
		for _, p := range w.options.PodCIDRs {
			see(p.Addr())
		}
		return has4, has6
	}
	for i := range w.cluster.Pods {
		for _, a := range w.cluster.Pods[i].Addresses {
			see(a)
		}
	}
	for i := range w.cluster.Nodes {
		for _, a := range w.cluster.Nodes[i].Addresses {
			see(a)
		}
	}
	return has4, has6
}

// in returns whether the address lies in the block (NP-35, NP-38). One that
// floats does if the block holds all of its space, and does not if the block
// holds nothing of it.
func (a address) in(b model.Block) match {
	if a.known.IsValid() {
		return certain(b.Contains(a.known))
	}
	blocks := familyOf(b.CIDR.Addr())
	if a.family != familyOpen && a.family != blocks {
		return no
	}
	all, nothing := true, true
	for _, p := range a.space {
		if familyOf(p.Addr()) != blocks {
			continue
		}
		all = all && holdsAll(b, p)
		nothing = nothing && holdsNothing(b, p)
	}
	switch {
	case nothing:
		return no
	case all && (a.family == blocks || blocks == family4):
		// Where the family is open, the address is IPv4 unless something says
		// otherwise, so it is never for certain in an IPv6 block.
		return yes
	}
	return maybe
}

// holdsAll reports whether every address of p lies in the block.
func holdsAll(b model.Block, p netip.Prefix) bool {
	if !within(p, b.CIDR) {
		return false
	}
	for _, e := range b.Except {
		if e.Overlaps(p) {
			return false
		}
	}
	return true
}

// holdsNothing reports whether no address of p lies in the block: all that the
// two have in common is excepted, if need be by several exceptions together.
func holdsNothing(b model.Block, p netip.Prefix) bool {
	switch {
	case !b.CIDR.Overlaps(p):
		return true
	case within(p, b.CIDR):
		return excepted(b.Except, p.Masked())
	}
	return excepted(b.Except, b.CIDR)
}

// excepted reports whether the exceptions cover p, halving it until each part
// is wholly in one of them or outside all.
func excepted(except []netip.Prefix, p netip.Prefix) bool {
	overlaps := false
	for _, e := range except {
		if within(p, e) {
			return true
		}
		overlaps = overlaps || e.Overlaps(p)
	}
	if !overlaps {
		return false
	}
	lower, upper := halves(p)
	return excepted(except, lower) && excepted(except, upper)
}

// within reports whether every address of p lies in q.
func within(p, q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) }

// halves returns the two prefixes that p, which holds more than one address,
// consists of.
func halves(p netip.Prefix) (lower, upper netip.Prefix) {
	bits := p.Bits() + 1
	lower = netip.PrefixFrom(p.Addr(), bits)
	b := p.Addr().AsSlice()
	b[(bits-1)/8] |= 0x80 >> ((bits - 1) % 8)
	a, _ := netip.AddrFromSlice(b)
	return lower, netip.PrefixFrom(a, bits)
}
