package engine

import (
	"fmt"
	"net/netip"
	"slices"

	"netreach/engine/internal/atoms"
	"netreach/model"
	"netreach/model/expect"
)

// collectServed finds the addresses of the Services of each cluster. A connection
// to one of them is led to a pod before any policy sees it, and nobody opens one
// from there: a block that holds nothing else admits nothing (SVC-20, SVC-21). An
// external address is one of them, but on other ports it is still whoever has it
// (SVC-23).
func (u *Universe) collectServed() {
	u.served, u.taken = make([][]netip.Addr, len(u.clusters)), make([][]netip.Addr, len(u.clusters))
	for ci, c := range u.clusters {
		var out, taken []netip.Addr
		for i := range c.Names.Services {
			s := &c.Names.Services[i]
			for _, a := range slices.Concat(s.ClusterIPs, s.Published) {
				taken = append(taken, a.Unmap())
			}
			for _, a := range s.ExternalIPs {
				out = append(out, a.Unmap())
			}
		}
		out = append(out, taken...)
		slices.SortFunc(out, netip.Addr.Compare)
		slices.SortFunc(taken, netip.Addr.Compare)
		u.served[ci], u.taken[ci] = slices.Compact(out), slices.Compact(taken)
		// A pod has at most two.
		u.known += len(out) + 2*len(c.Pods)
		for i := range c.Nodes {
			u.known += len(c.Nodes[i].Addresses)
		}
	}
}

// addressesOf returns the addresses at which a Service is dialled.
func addressesOf(s *model.Service) [3][]netip.Addr {
	return [...][]netip.Addr{s.ClusterIPs, s.Published, s.ExternalIPs}
}

// served reports whether an address is one of a Service of the cluster.
func (m *Matrix) served(a netip.Addr) bool {
	_, ok := slices.BinarySearchFunc(m.u.served[m.ci], a.Unmap(), netip.Addr.Compare)
	return ok
}

// Nobody reports whether no pod, no node and nobody outside has an address, since it
// is that of a Service or of its load balancer.
func (m *Matrix) Nobody(a netip.Addr) bool {
	_, owned := m.u.owners()[a.Unmap()]
	_, taken := slices.BinarySearchFunc(m.u.taken[m.ci], a.Unmap(), netip.Addr.Compare)
	return taken && !owned
}

// ServedAt returns a Service that is dialled at one of the addresses first to last,
// and the lowest such address that no pod and no node has, or nil: nobody connects
// from there, and connections to it are led elsewhere (SVC-21).
func (m *Matrix) ServedAt(first, last netip.Addr) (*model.Service, netip.Addr) {
	list := m.u.served[m.ci]
	from, _ := slices.BinarySearchFunc(list, first.Unmap(), netip.Addr.Compare)
	for _, a := range list[from:] {
		if last.Unmap().Less(a) {
			break
		}
		if _, owned := m.u.owners()[a]; owned {
			continue
		}
		for i := range m.cluster.Names.Services {
			s := &m.cluster.Names.Services[i]
			for _, of := range addressesOf(s) {
				if slices.ContainsFunc(of, func(b netip.Addr) bool { return b.Unmap() == a }) {
					return s, a
				}
			}
		}
	}
	return nil, netip.Addr{}
}

// nobodyAt is the error about an address of a Service where a peer is wanted.
func (m *Matrix) nobodyAt(p expect.Peer) *PeerError {
	e := &PeerError{Peer: p, Err: ErrNoPeer, Text: fmt.Sprintf("%q: nobody has this address", p.Text)}
	if s, _ := m.ServedAt(p.First, p.Last); s != nil {
		name := s.Namespace + "/svc/" + s.Name
		e.Text = fmt.Sprintf("%q is an address of Service %s/%s, which nobody has: policy sees the pods behind it (SVC-21)", p.Text, s.Namespace, s.Name)
		e.Hint, e.Candidates = "can and explain take it as a destination, and so does test: "+name, []string{name}
	}
	return e
}

// isKnown reports whether every address of a range is one of a pod, of a node or of
// a Service. Blocks may make a range of just these, but nobody outside has them.
func (m *Matrix) isKnown(r atoms.Range) bool {
	if r.Size() > uint64(m.u.known) {
		return false
	}
	for a := r.From; ; a = a.Next() {
		if _, owned := m.u.owners()[a]; !owned && !m.served(a) {
			return false
		}
		if a == r.To {
			return true
		}
	}
}

// withServed returns the verdicts about a kind of flow before and after a change,
// without what is said of an address only while it is a Service's: nobody loses a
// flow that he has from there, and nobody gains one (SVC-21).
func (c *Comparison) withServed(k *jointKind, before, after model.Verdict) (model.Verdict, model.Verdict) {
	for _, id := range [...]PeerID{k.p, k.q} {
		u := c.before.m.u
		if u.peers[id].Kind != OutsidePeer {
			continue
		}
		class := int(id) - u.pods - u.nodes
		effect := EffectOf(before, after)
		if u.addrs.Served(c.before.m.ci, class) && effect == Closes {
			before = after
		}
		if u.addrs.Served(c.after.m.ci, class) && effect != Closes {
			after = before
		}
	}
	return before, after
}
