package engine

import (
	"cmp"
	"slices"

	"netreach/model"
)

// rule is a rule of one direction, compiled as far as that goes without knowing
// the subject: ingress names are left for it.
type rule struct {
	fragments []fragment
	index     int32
	action    model.Action
	peers     selection
	names     []portName // ingress
}

func hasNames(rs []rule) bool {
	return slices.ContainsFunc(rs, func(r rule) bool { return len(r.names) > 0 })
}

// rules compiles the rules of a policy in one direction.
func (c *compiler) rules(p *model.Policy) []rule {
	var out []rule
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Direction != c.d {
			continue
		}
		out = append(out, c.rule(r, int32(i)))
	}
	return out
}

func (c *compiler) rule(r *model.Rule, index int32) rule {
	out := rule{index: index, action: r.Action}
	if slices.ContainsFunc(r.Peers, func(p model.Peer) bool { return p.Kind == model.PeerClosed }) {
		// A peer that we cannot read fails closed (ANP-20, CNP-26).
		if r.Action != model.Allow {
			out.action = model.Deny
			out.fragments = []fragment{{rule: index, action: model.Deny, peers: c.sel.everyone}}
		}
		return out
	}
	out.peers = c.sel.peers(r.Peers)
	var atoms, open []atomRange
	for _, p := range r.Ports {
		switch p.Kind {
		case model.PortAny:
			out.fragments = []fragment{{rule: index, action: r.Action, peers: out.peers}}
			return out
		case model.PortRange:
			whole := c.atoms(p.Protocol, p.First, p.Last)
			if endPort := c.m.switches.EndPort; p.EndPort && endPort != model.Yes {
				if endPort == model.Open {
					open = append(open, whole)
				}
				whole = c.atoms(p.Protocol, p.First, p.First)
			}
			atoms = append(atoms, whole)
		case model.PortNamed:
			if r.Direction == model.Ingress {
				out.names = append(out.names, nameOf(p))
				continue
			}
			for n, pods := range c.sel.named(nameOf(p)) {
				peers := selection{out.peers.certain.And(pods.certain), out.peers.possible.And(pods.possible)}
				if peers.certain.Equal(peers.possible) {
					peers.certain = peers.possible
				}
				if !peers.possible.Empty() {
					out.fragments = append(out.fragments, fragment{
						rule: index, action: r.Action, peers: peers, atoms: []atomRange{c.atoms(n.protocol, n.port, n.port)},
					})
				}
			}
			slices.SortStableFunc(out.fragments, func(a, b fragment) int { return cmp.Compare(a.atoms[0].lo, b.atoms[0].lo) })
		}
	}
	if len(atoms) > 0 {
		out.fragments = append(out.fragments, fragment{rule: index, action: r.Action, peers: out.peers, atoms: joinAtoms(atoms)})
	}
	if len(open) > 0 {
		out.fragments = append(out.fragments, fragment{
			rule: index, action: r.Action, peers: selection{nil, out.peers.possible}, atoms: joinAtoms(open),
		})
	}
	return out
}

func (c *compiler) atoms(p model.Protocol, first, last uint16) atomRange {
	lo, hi := c.m.u.ports.Range(p, first, last)
	return atomRange{int32(lo), int32(hi)}
}

// joinAtoms returns the ranges sorted, those that touch or overlap as one.
func joinAtoms(rs []atomRange) []atomRange {
	slices.SortFunc(rs, func(a, b atomRange) int { return cmp.Compare(a.lo, b.lo) })
	out := rs[:1]
	for _, r := range rs[1:] {
		if last := &out[len(out)-1]; r.lo <= last.hi {
			last.hi = max(last.hi, r.hi)
		} else {
			out = append(out, r)
		}
	}
	return out
}
