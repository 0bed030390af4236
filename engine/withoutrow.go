package engine

import (
	"netreach/engine/internal/bitset"
	"netreach/model"
)

// addsUp reports whether a row is the union of what rules allow, with and without
// what is left out.
func (w *without) addsUp(d model.Direction, program int32, pp *progPolicy) bool {
	p := &w.m.dirs[d].programs[program]
	if !p.addsUp || len(p.tiers[0].unordered) > 0 {
		return false
	}
	others := w.isolating[d][program]
	if w.rule == wholePolicy && pp.subject == FullMatch && w.m.cluster.Policies[pp.policy].Isolates[d] {
		others--
	}
	return others > 0
}

// rowChange is a run of atoms in which a row changes, with the peers for which it
// does, under either bound.
type rowChange struct {
	run   atomRange
	peers *bitset.Set
}

// changes returns where the row of a program changes, in ascending order.
func (w *without) changes(d model.Direction, program int32) []rowChange {
	found, ok := w.changed[d][program]
	if ok {
		return found
	}
	pp := w.member(d, program)
	addsUp := w.addsUp(d, program, pp)
	eachRun(atomRange{0, int32(w.m.u.ports.Len())}, w.ruleStarts(d, program), func(run atomRange) bool {
		var peers *bitset.Set
		if addsUp {
			lost := w.lost(d, program, pp, int(run.lo))
			if peers = lost.possible; lost.certain != lost.possible {
				peers = peers.Or(lost.certain)
			}
		} else {
			certain, possible := w.m.row(d, program, int(run.lo))
			nowCertain, nowPossible := w.row(d, program, int(run.lo))
			peers = certain.AndNot(nowCertain).Or(nowCertain.AndNot(certain))
			if certain != possible || nowCertain != nowPossible {
				peers = peers.Or(possible.AndNot(nowPossible)).Or(nowPossible.AndNot(possible))
			}
		}
		if !peers.Empty() {
			found = append(found, rowChange{run, peers})
		}
		return true
	})
	w.changed[d][program] = found
	return found
}

// soloKey identifies a row, and whether policies or rules are told apart in it.
type soloKey struct {
	d       model.Direction
	program int32
	start   int32
	whole   bool
}

// lost returns the peers that are admitted by what is left out and by nothing
// else. It holds for programs that add up.
func (w *without) lost(d model.Direction, program int32, pp *progPolicy, atom int) selection {
	if w.m.u.isSCTP(atom) && w.m.switches.SCTP != model.Yes {
		return selection{} // what becomes of it is open either way
	}
	own := unionAt(pp.fragments, atom, func(f *fragment) bool { return w.rule == wholePolicy || f.rule == w.rule })
	if own.possible.Empty() {
		return selection{}
	}
	solo := w.solo(d, program, atom)
	lost := exactly(own.possible.And(solo.possible))
	if own.certain != own.possible || solo.certain != solo.possible {
		lost.certain = own.certain.And(solo.certain)
	}
	return lost
}

// unionAt returns what some fragments admit at an atom: one and the same set for
// both bounds unless something is open.
func unionAt(fs []fragment, atom int, keep func(*fragment) bool) selection {
	var out selection
	open := false
	for i := range fs {
		f := &fs[i]
		if !f.covers(atom) || !keep(f) {
			continue
		}
		certain := f.peers.certain
		if f.open {
			certain = nil
		}
		if certain != f.peers.possible {
			open = true
		}
		if open {
			out.certain = out.certain.Or(certain)
		}
		out.possible = out.possible.Or(f.peers.possible)
		if !open {
			out.certain = out.possible
		}
	}
	return out
}

// solo returns the peers that exactly one rule, or one policy, of a program admits
// at an atom.
func (w *without) solo(d model.Direction, program int32, atom int) selection {
	key := soloKey{d, program, w.runStart(d, program, atom), w.rule == wholePolicy}
	s, ok := w.solos[key]
	if ok {
		return s
	}
	var once, twice selection
	count := func(own selection) {
		if own.certain == own.possible && once.certain == once.possible && twice.certain == twice.possible {
			twice = exactly(twice.possible.Or(once.possible.And(own.possible)))
			once = exactly(once.possible.Or(own.possible))
			return
		}
		twice = selection{twice.certain.Or(once.certain.And(own.certain)), twice.possible.Or(once.possible.And(own.possible))}
		once = selection{once.certain.Or(own.certain), once.possible.Or(own.possible)}
	}
	for pp := range w.m.dirs[d].programs[program].policies() {
		if key.whole {
			count(unionAt(pp.fragments, atom, func(*fragment) bool { return true }))
			continue
		}
		for i := 0; i < len(pp.fragments); {
			k := i + 1
			for k < len(pp.fragments) && pp.fragments[k].rule == pp.fragments[i].rule {
				k++
			}
			count(unionAt(pp.fragments[i:k], atom, func(*fragment) bool { return true }))
			i = k
		}
	}
	s = exactly(once.possible.AndNot(twice.possible))
	if once.certain != once.possible || twice.certain != twice.possible {
		s.certain = once.certain.AndNot(twice.certain)
	}
	w.solos[key] = s
	return s
}
