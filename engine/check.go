package engine

import (
	"slices"

	"netreach/model"
)

// Why there is nothing to judge.
const (
	nothingNamed = "no destination has a port of that name"
	nothingLeft  = "no destination has a port of that name, or except leaves no port"
	nothingAtAll = "there are no flows between the two sides on these ports"
)

// uniform checks flows that are all to have one verdict.
func (c *Checker) uniform(sets []*flowSet) Finding {
	f := Finding{Holds: true}
	for _, p := range sets {
		if len(p.batches) == 0 {
			return Finding{Nothing: nothingNamed}
		}
		pairs, selves := c.pairs(p)
		if pairs == 0 && !p.others {
			alone := c.alone(p, selves)
			if !alone.Holds {
				return alone
			}
			pairs = alone.Pairs
		}
		f.Pairs += pairs
		for i := range p.batches {
			b := &p.batches[i]
			w := c.witness(p, b) // none of a pod with itself
			if w == nil {
				continue
			}
			if f.Holds {
				f.Holds, f.Witness, f.Else = false, w, p.others
			}
			f.Failing += c.failing(p, b)
		}
	}
	return f
}

// alone is what becomes of a line in which there is nobody but a pod with itself,
// or nothing at all.
func (c *Checker) alone(p *flowSet, selves []PeerID) Finding {
	switch {
	case len(selves) == 0 || destinationsOf(p.batches) < len(p.dst):
		return Finding{Nothing: nothingAtAll}
	case p.wanted == model.Allowed: // as a pod always reaches itself (NP-43)
		return Finding{Holds: true, Pairs: uint64(len(selves))}
	}
	b := &p.batches[0]
	w := &Witness{selves[0], selves[0], b.asked(c.m, int(b.spans[0].lo)), model.Allowed}
	return Finding{Pairs: uint64(len(selves)), Failing: uint64(len(selves)), Witness: w}
}

// destinationsOf counts the destinations that have one of the ports.
func destinationsOf(batches []portBatch) int {
	n := 0
	for i := range batches {
		n += len(batches[i].dst)
	}
	return n
}

// witness returns a flow of a batch that is not as wanted, or nil. It prefers one
// that is certainly otherwise to one that is unknown.
func (c *Checker) witness(p *flowSet, b *portBatch) *Witness {
	s := c.search(p, b)
	if h, ok := s.find(); ok {
		// The other bound tells what is certainly otherwise.
		s.strict = !s.strict
		if certain, ok := s.find(); ok {
			h = certain
		}
		src, dst := c.m.members(p, b, h)
		return c.m.witness(src, dst, b, h.atom)
	}
	var found *Witness
	c.pairwise(p, b, func(x *groupFlow) bool {
		if atom, ok := c.otherwise(x.profile, p.wanted, b); ok {
			w := c.m.witness(x.src, x.dst, b, atom)
			if found == nil || found.Verdict == model.Unknown && w.Verdict != model.Unknown {
				found = w
			}
		}
		return found == nil || found.Verdict == model.Unknown
	})
	if found == nil && p.wanted == model.Allowed {
		c.strangers(p, b, func(src, dst *shapeGroup) {
			if found == nil {
				found = c.m.witness(src.peers[0], dst.peers[0], b, int(b.spans[0].lo))
			}
		})
	}
	return found
}

// search returns the search for flows of a batch that are not as wanted.
func (c *Checker) search(p *flowSet, b *portBatch) *flowSearch {
	return &flowSearch{
		m: c.m, sets: c.sets, rows: c.m, src: p.source, dst: b.target, selves: b.selves, spans: b.spans,
		wanted: p.wanted, strict: p.wanted == model.Allowed,
	}
}

// witness returns a flow with its verdict.
func (m *Matrix) witness(src, dst PeerID, b *portBatch, atom int) *Witness {
	ports := b.asked(m, atom)
	return &Witness{src, dst, ports, m.Verdict(src, dst, ports.Protocol, ports.First)}
}

// members returns peers of the classes of a hit, other than a pod with itself.
func (m *Matrix) members(p *flowSet, b *portBatch, h flowHit) (src, dst PeerID) {
	for _, g := range p.source.plain {
		if !slices.Contains(m.u.shapes[g.shape], h.src) {
			continue
		}
		for _, k := range b.target.plain {
			if !slices.Contains(m.u.shapes[k.shape], h.dst) {
				continue
			}
			for _, src := range g.peers {
				for _, dst := range k.peers {
					if src != dst || !m.itself(src) {
						return src, dst
					}
				}
			}
		}
	}
	panic("bug: a flow without ends")
}

// groupFlow is a kind of flow between two groups that is judged by itself.
type groupFlow struct {
	pair
	a, b    *shapeGroup
	profile *profile
}

// pairwise calls f with every kind of flow in which a peer is not plain, until f
// returns false.
func (c *Checker) pairwise(p *flowSet, b *portBatch, f func(*groupFlow) bool) {
	each := func(sources, targets []shapeGroup) bool {
		byNode := make([]map[int32][]PeerID, len(targets))
		for i := range sources {
			for k := range targets {
				src, dst := &sources[i], &targets[k]
				if !c.m.shapesMeet(src.shape, dst.shape) || c.m.isOutside(src) && c.m.isOutside(dst) {
					continue
				}
				kinds, _ := c.m.groupPairsOn(src, dst, func() map[int32][]PeerID {
					if byNode[k] == nil {
						byNode[k] = c.m.byNode(dst.peers)
					}
					return byNode[k]
				})
				for _, kind := range kinds {
					if p.others && kind.kind.rel != unrelated {
						continue
					}
					if !f(&groupFlow{kind, src, dst, &c.profiler.list[c.profiler.of(kind.kind)]}) {
						return false
					}
				}
			}
		}
		return true
	}
	_ = each(p.source.single, b.target.single) && each(p.source.single, b.target.plain) && each(p.source.plain, b.target.single)
}

// otherwise returns the first atom of a batch at which a profile has another
// verdict than it should.
func (c *Checker) otherwise(p *profile, wanted model.Verdict, b *portBatch) (atom int, ok bool) {
	for _, span := range b.spans {
		eachRun(span, p.starts, func(run atomRange) bool {
			atom = int(run.lo)
			ok = p.at(atom) != wanted
			return !ok
		})
		if ok {
			return atom, true
		}
	}
	return 0, false
}

// strangers calls f with every two groups that have no family in common, so that
// nothing connects them (NP-53): those that Judge does not leave out.
func (c *Checker) strangers(p *flowSet, b *portBatch, f func(src, dst *shapeGroup)) {
	sources, targets := p.source.groups(), b.target.groups()
	if c.m.oneFamily(sources, targets) {
		return
	}
	for i := range sources {
		for k := range targets {
			src, dst := &sources[i], &targets[k]
			outside := c.m.isOutside(src) && c.m.isOutside(dst)
			if !outside && !c.m.shapesMeet(src.shape, dst.shape) && !c.m.leftOut(src, dst, sources, targets) {
				f(src, dst)
			}
		}
	}
}

// oneFamily reports whether all members of all groups may meet.
func (m *Matrix) oneFamily(lists ...[]shapeGroup) bool {
	seen := famAny
	for _, groups := range lists {
		for _, g := range groups {
			if len(m.u.shapes[g.shape]) == 0 {
				return false
			}
			for _, class := range m.u.shapes[g.shape] {
				a := m.ground.attr(int(class))
				switch {
				case a.kind == attrAbsent || a.fam == famAny:
				case seen == famAny:
					seen = a.fam
				case seen != a.fam:
					return false
				}
			}
		}
	}
	return true
}

// leftOut reports whether two groups that have no family in common are left out:
// an end outside is judged towards each pod by the members that have one in common
// with it, if there are any.
func (m *Matrix) leftOut(a, b *shapeGroup, src, dst []shapeGroup) bool {
	return m.isOutside(a) && m.meetsAny(b.shape, src) || m.isOutside(b) && m.meetsAny(a.shape, dst)
}
