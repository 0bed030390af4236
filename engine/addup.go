package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
)

// sweep is what addUp gathers of the rules of a program.
type sweep struct {
	always []rowID // selections of rules without ports
	// parts are the distinct selections of rules with ports, and active counts
	// the rules of each that cover the atom at hand.
	parts  []rowID
	active []int32
	events []uint64 // atom<<32 + part<<1, +1 where a rule begins
	now    []rowID
}

// addUp makes the runs of a program in which rules only add up, which are most:
// all in one tier that certainly isolates the subjects, all Allow, and nothing
// open. At each port its row is the union of the selections of the rules that
// cover it. It reports false, and has done nothing, if the program is another.
func (c *compiler) addUp(p *program) bool {
	if !c.onlyAddsUp(p) {
		return false
	}
	w := &c.sweep
	w.always, w.parts, w.active, w.events = w.always[:0], w.parts[:0], w.active[:0], w.events[:0]
	everywhere := false
	for f := range c.fragmentsOf(p) {
		if f.peers.open() {
			return false
		}
		switch {
		case f.peers.possible == bitset.None:
		case f.atoms == nil:
			everywhere = everywhere || f.peers.possible == bitset.All
			w.always = append(w.always, f.peers.possible)
		default:
			w.take(f)
		}
	}
	p.isolated, p.concerned = FullMatch, true
	p.addsUp = c.m.cluster.Tiers[c.digest.policies[p.entries[0]/2].tier].OwnNodeEgress
	first := len(c.side.starts)
	if everywhere {
		c.addRun(first, 0, bounds{bitset.All, bitset.All})
		return true
	}
	slices.Sort(w.always)
	base := c.sets.Union(slices.Compact(w.always))
	slices.Sort(w.events)
	c.addRun(first, 0, bounds{base, base})
	for i := 0; i < len(w.events); {
		atom := w.events[i] >> 32
		for ; i < len(w.events) && w.events[i]>>32 == atom; i++ {
			part := uint32(w.events[i]) >> 1
			if w.events[i]&1 != 0 {
				w.active[part]++
			} else {
				w.active[part]--
			}
		}
		if int(atom) == c.m.u.ports.Len() {
			break
		}
		w.now = append(w.now[:0], base)
		for part, n := range w.active {
			if n > 0 {
				w.now = append(w.now, w.parts[part])
			}
		}
		row := c.sets.Union(w.now)
		if atom == 0 {
			c.side.starts, c.side.rows = c.side.starts[:first], c.side.rows[:first]
		}
		c.addRun(first, int32(atom), bounds{row, row})
	}
	return true
}

// take notes where a rule with ports begins and ends.
func (w *sweep) take(f *fragment) {
	part := slices.Index(w.parts, f.peers.possible)
	if part < 0 {
		part = len(w.parts)
		w.parts = append(w.parts, f.peers.possible)
		w.active = append(w.active, 0)
	}
	for _, r := range f.atoms {
		w.events = append(w.events, uint64(r.lo)<<32|uint64(part)<<1|1, uint64(r.hi)<<32|uint64(part)<<1)
	}
}
