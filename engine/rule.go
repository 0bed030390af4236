package engine

import (
	"cmp"
	"slices"

	"netreach/engine/internal/bitset"
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

// compileRules compiles the rules of a policy in one direction.
func (c *compiler) compileRules(p *policyDigest) []rule {
	c.ruleList = c.ruleList[:0]
	for i := p.rules.lo; i < p.rules.hi; i++ {
		if r := &c.digest.rules[i]; r.direction == c.d {
			c.ruleList = append(c.ruleList, c.rule(r))
		}
	}
	return c.keptRules.keep(c.ruleList)
}

func (c *compiler) rule(r *ruleDigest) rule {
	out := rule{index: r.index, action: r.action}
	peers := c.digest.peers[r.peers.lo:r.peers.hi]
	if slices.ContainsFunc(peers, func(p peerDigest) bool { return p.kind == model.PeerClosed }) {
		// A peer that we cannot read fails closed (ANP-20, CNP-26).
		if r.action != model.Allow {
			out.action = model.Deny
			out.fragments = []fragment{{rule: r.index, action: model.Deny, peers: exactly(bitset.All)}}
		}
		return out
	}
	out.peers = c.sel.peers(peers)
	list := c.fragmentList[:0]
	var atoms, open []atomRange
	for _, p := range c.digest.ports[r.ports.lo:r.ports.hi] {
		switch p.Kind {
		case model.PortAny:
			out.names = nil
			out.fragments = c.keptFragments.keep(append(list[:0], fragment{rule: r.index, action: r.action, peers: out.peers}))
			return out
		case model.PortRange:
			whole := c.atoms(p.Protocol, p.First, p.Last)
			if endPort := c.m.switches.EndPort; p.EndPort && endPort != model.Yes {
				if endPort == model.Open {
					open = append(open, whole)
				}
				whole = c.atoms(p.Protocol, p.First, p.First)
			}
			if atoms == nil {
				atoms = c.rangeList[:0]
			}
			atoms = append(atoms, whole)
		case model.PortNamed:
			if r.direction == model.Ingress {
				out.names = append(out.names, nameOf(p))
				continue
			}
			numbers := c.sel.named(nameOf(p))
			for _, n := range sortedNumbers(numbers) {
				pods := numbers[n]
				peers := selection{c.sets.And(out.peers.certain, pods.certain), c.sets.And(out.peers.possible, pods.possible)}
				if peers.possible != bitset.None {
					list = append(list, fragment{
						rule: r.index, action: r.action, peers: peers, atoms: []atomRange{c.atoms(n.protocol, n.port, n.port)},
					})
				}
			}
		}
	}
	if len(atoms) > 0 {
		c.rangeList = atoms
		list = append(list, fragment{rule: r.index, action: r.action, peers: out.peers, atoms: c.keptRanges.keep(joinAtoms(atoms))})
	}
	if len(open) > 0 {
		list = append(list, fragment{
			rule: r.index, action: r.action, peers: selection{bitset.None, out.peers.possible}, atoms: joinAtoms(open),
		})
	}
	c.fragmentList = list
	out.fragments = c.keptFragments.keep(list)
	return out
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
