package route

import (
	"net/netip"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// client is who opens a connection: some peers that policy treats alike.
type client struct {
	engine.End
	// asked is what the user named, of which the peers are a part.
	asked expect.Peer
}

// clients cuts an end into clients that fare alike on every way. With byNode,
// those of different nodes are told apart. An end without members has none.
func (a *Atlas) clients(src engine.End, asked expect.Peer, byNode bool) []client {
	if len(src.Peers) == 0 {
		return nil
	}
	var out []client
	for _, part := range a.m.Alike(src) {
		type kind struct {
			resolver string
			node     string
		}
		at := map[kind]int{}
		var groups [][]engine.PeerID
		for _, id := range part.Peers {
			var k kind
			if p := a.pod(id); p != nil {
				k.resolver = resolverKey(p)
				if byNode {
					k.node = p.Node
				}
			} else if n := a.m.NodeOf(id); n != nil && byNode {
				k.node = n.Name
			}
			i, ok := at[k]
			if !ok {
				i = len(groups)
				at[k] = i
				groups = append(groups, nil)
			}
			groups[i] = append(groups[i], id)
		}
		if len(groups) == 1 {
			out = append(out, client{part, asked})
			continue
		}
		for _, g := range groups {
			out = append(out, client{a.m.EndOf(a.m.PeersName(g), g), asked})
		}
	}
	switch {
	case len(out) == 1:
		out[0].Name = src.Name
	case src.Outside:
		a.nameOutside(src, out)
	}
	return out
}

// node returns the node that the client is on, or "" if the input does not tell.
// It is for clients that were told apart by node.
func (a *Atlas) node(c client) string {
	a.asks.itself(c)
	if p := a.pod(c.Peers[0]); p != nil {
		return p.Node
	}
	if n := a.m.NodeOf(c.Peers[0]); n != nil {
		return n.Name
	}
	return ""
}

// within returns whether the client's addresses lie in one of the prefixes.
// Without addresses that are known it is open, unless the private space as a
// whole is in or out.
func (a *Atlas) within(c client, prefixes []netip.Prefix) model.Mix {
	a.asks.addresses(c, prefixes)
	var out model.Mix
	say := func(in bool) {
		if in {
			out = out.Join(allowed)
		} else {
			out = out.Join(denied)
		}
	}
	for _, id := range c.Peers {
		addrs := a.addresses(id)
		if a.m.Universe().Peer(id).Kind == engine.OutsidePeer {
			for _, r := range a.ranges(id, c.asked) {
				some, all := overlap(r, prefixes)
				if some {
					say(true)
				}
				if !all {
					say(false)
				}
			}
			continue
		}
		for _, addr := range addrs {
			in := false
			for _, p := range prefixes {
				in = in || p.Contains(addr)
			}
			say(in)
		}
		if len(addrs) == 0 {
			out = out.Join(a.floatingWithin(prefixes))
		}
	}
	return out
}

// floatingWithin returns whether an address that the input does not tell lies in
// one of the prefixes.
func (a *Atlas) floatingWithin(prefixes []netip.Prefix) model.Mix {
	space := a.m.Options().PodCIDRs
	if len(space) == 0 {
		space = model.PrivatePrefixes()
	}
	inAll, inSome := true, false
	for _, s := range space {
		if len(a.m.Options().PodCIDRs) == 0 && s.Addr().Is6() {
			continue // IPv4 by convention
		}
		some, all := overlap(engine.AddrRange{First: s.Masked().Addr(), Last: lastOf(s)}, prefixes)
		inAll, inSome = inAll && all, inSome || some
	}
	switch {
	case inAll:
		return allowed
	case !inSome:
		return denied
	}
	return open
}

// addresses returns the addresses of a pod or node that are known.
func (a *Atlas) addresses(id engine.PeerID) []netip.Addr {
	if p := a.pod(id); p != nil {
		return p.Addresses
	}
	if n := a.m.NodeOf(id); n != nil {
		return n.Addresses
	}
	return nil
}

// ranges returns the addresses of a peer outside, as far as they were asked
// about.
func (a *Atlas) ranges(id engine.PeerID, asked expect.Peer) []engine.AddrRange {
	all := a.m.Universe().Peer(id).Ranges
	if asked.Kind != expect.Addresses {
		return all
	}
	var out []engine.AddrRange
	for _, r := range all {
		if r.First.BitLen() != asked.First.BitLen() {
			continue
		}
		if r.First.Less(asked.First) {
			r.First = asked.First
		}
		if asked.Last.Less(r.Last) {
			r.Last = asked.Last
		}
		if !r.Last.Less(r.First) {
			out = append(out, r)
		}
	}
	return out
}

// overlap reports whether some, and whether all addresses of a range lie in one
// of the prefixes.
func overlap(r engine.AddrRange, prefixes []netip.Prefix) (some, all bool) {
	at := r.First
	for {
		last, found := netip.Addr{}, false
		for _, p := range prefixes {
			p = p.Masked()
			if p.Addr().BitLen() == at.BitLen() && p.Contains(at) {
				if end := lastOf(p); !found || last.Less(end) {
					last, found = end, true
				}
			} else if p.Addr().BitLen() == at.BitLen() && !p.Addr().Less(r.First) && !r.Last.Less(p.Addr()) {
				some = true
			}
		}
		if !found {
			return some, false
		}
		some = true
		if !last.Less(r.Last) {
			return true, true
		}
		at = last.Next()
	}
}

// lastOf returns the last address of a prefix.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	out, _ := netip.AddrFromSlice(b)
	return out
}
