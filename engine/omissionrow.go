package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// addsUp reports whether a row is the union of what rules allow, with and without
// what is left out.
func (w *omission) addsUp(d model.Direction, program int32) bool {
	others := w.isolating[d][program]
	if h, ok := w.holder(d, program); ok && w.rule == wholePolicy && h.entry%2 == 0 && w.m.cluster.Policies[w.policy].Isolates[d] {
		others--
	}
	return w.addUp[d][program] && others > 0
}

// rowChange is a run of atoms in which a row changes, with the peers for which it
// does, under either bound.
type rowChange struct {
	run   atomRange
	peers bitset.ID
}

// changes returns where the row of a program changes, in ascending order.
func (w *omission) changes(d model.Direction, program int32) []rowChange {
	found, ok := w.changed[d][program]
	if ok {
		return found
	}
	sets := w.sets.of[d]
	addsUp := w.addsUp(d, program)
	at := 0
	eachRun(atomRange{0, int32(w.m.u.ports.Len())}, w.ruleStarts(d, program), func(run atomRange) bool {
		var peers bitset.ID
		if addsUp {
			lost := w.lost(d, program, at)
			peers = sets.Or(lost.possible, lost.certain)
		} else {
			was, is := w.m.row(d, program, int(run.lo)), w.row(d, program, int(run.lo))
			peers = sets.Or(sets.AndNot(was.lo, is.lo), sets.AndNot(is.lo, was.lo))
			if was.lo != was.hi || is.lo != is.hi {
				peers = sets.Union([]bitset.ID{peers, sets.AndNot(was.hi, is.hi), sets.AndNot(is.hi, was.hi)})
			}
		}
		if peers != bitset.None {
			found = append(found, rowChange{run, peers})
		}
		at++
		return true
	})
	w.changed[d][program] = found
	return found
}

// lost returns the peers that are admitted by what is left out and by nothing
// else, in a run of a program. It holds for programs that add up.
func (w *omission) lost(d model.Direction, program int32, at int) selection {
	atom := int(w.ruleStarts(d, program)[at])
	if w.m.u.isSCTP(atom) && w.m.switches.SCTP != model.Yes {
		return selection{} // what becomes of it is open either way
	}
	sets := w.sets.of[d]
	fragments := w.member(d, program).fragments
	if w.rule != wholePolicy {
		fragments = rulesOf(fragments, w.rule)
	}
	own := unionAt(sets, fragments, atom)
	if own.possible == bitset.None {
		return selection{}
	}
	solo := w.solo(d, program, w.rule == wholePolicy)[at]
	lost := exactly(sets.And(own.possible, solo.possible))
	if own.open() || solo.open() {
		lost.certain = sets.And(own.certain, solo.certain)
	}
	return lost
}

// rulesOf returns the fragments of one rule: those of a rule follow on one another.
func rulesOf(fs []fragment, rule int32) []fragment {
	lo := slices.IndexFunc(fs, func(f fragment) bool { return f.rule == rule })
	if lo < 0 {
		return nil
	}
	hi := lo
	for hi < len(fs) && fs[hi].rule == rule {
		hi++
	}
	return fs[lo:hi]
}

// unionAt returns what some fragments admit at an atom.
func unionAt(sets *bitset.Sets, fs []fragment, atom int) selection {
	var certain, possible []bitset.ID
	open := false
	for i := range fs {
		f := &fs[i]
		if !f.covers(atom) {
			continue
		}
		possible = append(possible, f.peers.possible)
		if !f.open {
			certain = append(certain, f.peers.certain)
		}
		open = open || f.open || f.peers.open()
	}
	out := exactly(sets.Union(possible))
	if open {
		out.certain = sets.Union(certain)
	}
	return out
}

// soloKey identifies a program, and whether policies or rules are told apart in it.
type soloKey struct {
	d       model.Direction
	program int32
	whole   bool
}

// solo returns by run the peers that exactly one rule, or one policy, of a program
// admits.
func (c *omissions) solo(d model.Direction, program int32, whole bool) []selection {
	key := soloKey{d, program, whole}
	out, ok := c.solos[key]
	if ok {
		return out
	}
	sets, s := c.sets.of[d], &c.m.dirs[d]
	p := &s.programs[program]
	var parts [][]fragment // that count as one
	for _, e := range p.entries {
		fs := s.policy(p, e).fragments
		if whole {
			parts = append(parts, fs)
			continue
		}
		for len(fs) > 0 {
			one := rulesOf(fs, fs[0].rule)
			parts = append(parts, one)
			fs = fs[len(one):]
		}
	}
	for _, start := range c.ruleStarts(d, program) {
		var certain, possible []bitset.ID
		open := false
		for _, fs := range parts {
			own := unionAt(sets, fs, int(start))
			certain, possible = append(certain, own.certain), append(possible, own.possible)
			open = open || own.open()
		}
		one := exactly(sets.Once(possible))
		if open {
			one.certain = sets.Once(certain)
		}
		out = append(out, one)
	}
	c.solos[key] = out
	return out
}
