package engine

import (
	"iter"
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// program is the rules that judge one direction of the flows of some subjects:
// all classes with the same list of rules share one. It holds the peers that
// the rules let through, as rows that are constant over runs of port atoms.
type program struct {
	class   int32   // one of the subjects
	entries []int32 // the policies that apply, as compiler.apply returns them
	// isolated tells whether some tier isolates the subjects.
	isolated Match
	// concerned tells whether a policy isolates the subjects or has rules for
	// them.
	concerned bool
	// addsUp tells that the program is one tier that certainly isolates, in which
	// rules only allow, and so does the way to the own node.
	addsUp bool
	// Run i is the atoms starts[i] to starts[i+1]-1, and rows[i] its row. They
	// are runs of the side, from first on.
	starts      []int32
	rows        []bounds
	first, runs int32
}

// bounds is a row under two bounds: the peers that are certainly allowed, and
// those that are possibly allowed. They are one row unless something is open.
type bounds struct{ lo, hi rowID }

// rowID is a set of classes of peers, among the sets of its side.
type rowID = bitset.ID

// run returns the index of the run that holds an atom, given the first atoms of
// all runs.
func run(starts []int32, atom int) int {
	lo, hi := 0, len(starts)
	for lo+1 < hi {
		if mid := int(uint(lo+hi) / 2); int(starts[mid]) <= atom {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// progTier is what a program has of one tier.
type progTier struct {
	tier     int // index into Cluster.Tiers
	isolates Match
	// beyond tells that a policy of the tier isolates the subjects in the other
	// direction.
	beyond Match
	groups [][]progPolicy // by Order; policies of one group are tied
	// unordered holds the policies that are tied with all of these.
	unordered []progPolicy
}

// fragments returns all fragments of some tiers.
func fragments(tiers []progTier) iter.Seq[*fragment] {
	return func(yield func(*fragment) bool) {
		for i := range tiers {
			for _, group := range append(slices.Clone(tiers[i].groups), tiers[i].unordered) {
				for j := range group {
					for k := range group[j].fragments {
						if !yield(&group[j].fragments[k]) {
							return
						}
					}
				}
			}
		}
	}
}

// progPolicy is a policy's rules of one direction.
type progPolicy struct {
	policy int32 // index into Cluster.Policies
	// subject is MaybeMatch where it is open whether the policy selects the
	// subjects.
	subject   Match
	fragments []fragment
}

// fragment is a rule, or the part of a rule that concerns certain ports: a
// named port is a fragment for each number that it stands for.
type fragment struct {
	rule   int32 // index into Policy.Rules
	action model.Action
	peers  selection
	atoms  []atomRange // nil: every atom
	// open tells that the policy may not apply at all.
	open bool
}

// atomRange is the port atoms lo to hi-1.
type atomRange struct{ lo, hi int32 }

func (f *fragment) covers(atom int) bool {
	if f.atoms == nil {
		return true
	}
	for _, r := range f.atoms {
		if int(r.lo) <= atom && atom < int(r.hi) {
			return true
		}
	}
	return false
}

// algebra is what evaluation needs to know of the things that it computes: sets
// of peers for the matrix, a truth value for one flow. Both walk the rules by
// the same code, so the explanation of a flow cannot differ from its cell.
type algebra[T any] interface {
	everyone() T
	nobody() T
	or(a, b T) T
	and(a, b T) T
	andNot(a, b T) T
	// union returns the flows that any of the fragments matches, certainly and
	// possibly. What a policy matches that may not apply is only possible, unless
	// it is taken to apply.
	union(fs []*fragment, applies bool) (certain, possible T)
	// of returns the flows that a fragment matches if its policy applies.
	of(f *fragment) (certain, possible T)
}

// evaluation evaluates a program at one port atom.
type evaluation[T any] struct {
	algebra[T]
	tiers    []model.Tier
	switches *model.Switches
	atom     int
	// sctp tells that the atom's ports are of SCTP.
	sctp bool
	// ownNode tells that the peer is the subject's own node, and what the switch
	// says of it (NP-42).
	ownNode Match
}

// value is what is certainly and what is possibly allowed.
type value[T any] struct{ lo, hi T }

// program returns the value of a whole program, given its tiers and whether a
// policy concerns its subjects. It walks backwards: what the
// rules behind a group make of the flows that the group leaves is known when
// the group is reached.
//
//	Admin tier -> NetworkPolicy tier -> Baseline tier -> allow
func (e *evaluation[T]) program(tiers []progTier, concerned bool) value[T] {
	next := value[T]{e.everyone(), e.everyone()}
	if e.sctp && e.switches.SCTP != model.Yes && concerned {
		// What becomes of SCTP where policy does not support it is not defined.
		return value[T]{e.nobody(), e.everyone()}
	}
	for i := range slices.Backward(tiers) {
		next = e.tier(&tiers[i], next)
	}
	return next
}

// tier returns the value of a tier, given that of the tiers behind it.
func (e *evaluation[T]) tier(t *progTier, next value[T]) value[T] {
	v := e.unmatched(t, next)
	if len(t.unordered) > 0 {
		return e.open(t, v, next)
	}
	for _, group := range slices.Backward(t.groups) {
		v = e.group(group, v, next)
	}
	return v
}

// unmatched is what becomes of flows that no rule of the tier matched: final
// for isolated subjects, else left to the next tier.
func (e *evaluation[T]) unmatched(t *progTier, next value[T]) value[T] {
	if t.isolates == NoMatch {
		return e.beyond(t, next)
	}
	var v value[T]
	switch e.tiers[t.tier].Unmatched {
	case model.Deny:
		v = value[T]{e.nobody(), e.nobody()}
	case model.Allow:
		v = value[T]{e.everyone(), e.everyone()}
	case model.Pass:
		v = next
	}
	if e.tiers[t.tier].OwnNodeEgress {
		switch e.ownNode {
		case FullMatch:
			v = value[T]{e.everyone(), e.everyone()}
		case MaybeMatch:
			v.hi = e.everyone()
		case NoMatch:
		}
	}
	if t.isolates == MaybeMatch {
		otherwise := e.beyond(t, next)
		v = value[T]{e.and(v.lo, otherwise.lo), e.or(v.hi, otherwise.hi)}
	}
	return v
}

// beyond is what becomes of flows that no rule of a tier matched, if the tier
// isolates their subjects at most in the other direction. Whether that keeps
// the tiers behind it from them is a switch (CNP-11).
func (e *evaluation[T]) beyond(t *progTier, next value[T]) value[T] {
	answer := e.switches.BaselinePerDirection
	switch {
	case t.beyond == NoMatch || answer == model.Yes:
		return next
	case t.beyond == MaybeMatch || answer == model.Open:
		return value[T]{next.lo, e.everyone()}
	}
	return value[T]{e.everyone(), e.everyone()}
}

// group returns the value of a group of tied policies and of what follows it in
// the tier.
func (e *evaluation[T]) group(group []progPolicy, v, next value[T]) value[T] {
	var active []*fragment
	mixed := false
	for i := range group {
		for j := range group[i].fragments {
			if f := &group[i].fragments[j]; f.covers(e.atom) {
				mixed = mixed || len(active) > 0 && f.action != active[0].action
				active = append(active, f)
			}
		}
	}
	switch {
	case len(active) == 0:
		return v
	case !mixed:
		// Rules of one action commute: whichever is first, the result is the same.
		return e.step(active, false, v, next)
	case len(group) > 1:
		return e.choose(e.tied(group), v, next)
	}
	// First match in order: the last run of rules of one action comes first here.
	w := v
	for hi := len(active); hi > 0; {
		lo := hi - 1
		for lo > 0 && active[lo-1].action == active[hi-1].action {
			lo--
		}
		w = e.step(active[lo:hi], true, w, next)
		hi = lo
	}
	if group[0].subject == MaybeMatch {
		// The policy applies as a whole or not at all.
		return value[T]{e.and(v.lo, w.lo), e.or(v.hi, w.hi)}
	}
	return w
}

// step puts rules of one action in front of v. applies tells to take it that
// their policies apply.
func (e *evaluation[T]) step(fs []*fragment, applies bool, v, next value[T]) value[T] {
	certain, possible := e.union(fs, applies)
	switch fs[0].action {
	case model.Allow:
		return value[T]{e.or(v.lo, certain), e.or(v.hi, possible)}
	case model.Deny:
		return value[T]{e.andNot(v.lo, possible), e.andNot(v.hi, certain)}
	case model.Pass:
	}
	// What possibly passes is certainly allowed only if it is so either way.
	lo := e.or(e.andNot(v.lo, possible), e.or(e.and(certain, next.lo), e.and(e.and(possible, v.lo), next.lo)))
	hi := e.or(e.andNot(v.hi, certain), e.and(possible, next.hi))
	return value[T]{lo, hi}
}

// open puts a tier in which the place of some policies is open in front of v.
func (e *evaluation[T]) open(t *progTier, v, next value[T]) value[T] {
	ordered := offer[T]{e.nobody(), e.nobody(), e.nobody(), e.everyone()}
	for _, group := range t.groups {
		ordered = e.then(ordered, e.tied(group))
	}
	return e.choose(e.either(ordered, e.tied(t.unordered)), v, next)
}

// offer is the flows for which policies may offer each outcome; none is the
// flows for which it is possible that none of their rules matches.
type offer[T any] struct{ allow, deny, pass, none T }

// then returns what policies offer of which b comes behind a.
func (e *evaluation[T]) then(a, b offer[T]) offer[T] {
	return offer[T]{
		allow: e.or(a.allow, e.and(a.none, b.allow)),
		deny:  e.or(a.deny, e.and(a.none, b.deny)),
		pass:  e.or(a.pass, e.and(a.none, b.pass)),
		none:  e.and(a.none, b.none),
	}
}

// either returns what policies offer whose order is open: all that any of them
// does.
func (e *evaluation[T]) either(a, b offer[T]) offer[T] {
	return offer[T]{e.or(a.allow, b.allow), e.or(a.deny, b.deny), e.or(a.pass, b.pass), e.and(a.none, b.none)}
}

// tied returns what policies offer whose order is open (CNP-7, ANP-5): each
// that matches offers its own first match.
func (e *evaluation[T]) tied(group []progPolicy) offer[T] {
	all := offer[T]{e.nobody(), e.nobody(), e.nobody(), e.everyone()}
	for i := range group {
		all = e.either(all, e.offers(&group[i]))
	}
	return all
}

// offers returns what one policy offers.
func (e *evaluation[T]) offers(p *progPolicy) offer[T] {
	o := offer[T]{e.nobody(), e.nobody(), e.nobody(), e.everyone()}
	for i := range p.fragments {
		f := &p.fragments[i]
		if !f.covers(e.atom) {
			continue
		}
		certain, possible := e.of(f)
		matched := e.and(possible, o.none)
		switch f.action {
		case model.Allow:
			o.allow = e.or(o.allow, matched)
		case model.Deny:
			o.deny = e.or(o.deny, matched)
		case model.Pass:
			o.pass = e.or(o.pass, matched)
		}
		o.none = e.andNot(o.none, certain)
	}
	if p.subject == MaybeMatch {
		o.none = e.everyone()
	}
	return o
}

// choose puts offers of which any may win in front of v: the lower bound takes
// the worst, the upper the best.
func (e *evaluation[T]) choose(o offer[T], v, next value[T]) value[T] {
	all := e.everyone()
	lo := e.and(e.andNot(all, o.deny), e.and(e.or(e.andNot(all, o.pass), next.lo), e.or(e.andNot(all, o.none), v.lo)))
	hi := e.or(o.allow, e.or(e.and(o.pass, next.hi), e.and(o.none, v.hi)))
	return value[T]{lo, hi}
}

// sets is the algebra of sets of peer classes.
type sets struct{ *bitset.Sets }

func (sets) everyone() rowID           { return bitset.All }
func (sets) nobody() rowID             { return bitset.None }
func (s sets) or(a, b rowID) rowID     { return s.Or(a, b) }
func (s sets) and(a, b rowID) rowID    { return s.And(a, b) }
func (s sets) andNot(a, b rowID) rowID { return s.AndNot(a, b) }

func (sets) of(f *fragment) (certain, possible rowID) { return f.peers.certain, f.peers.possible }

func (s sets) union(fs []*fragment, applies bool) (certain, possible rowID) {
	if len(fs) == 1 && (applies || !fs[0].open) {
		return s.of(fs[0])
	}
	lo, hi := make([]rowID, 0, len(fs)), make([]rowID, 0, len(fs))
	for _, f := range fs {
		hi = append(hi, f.peers.possible)
		if applies || !f.open {
			lo = append(lo, f.peers.certain)
		}
	}
	return s.Union(lo), s.Union(hi)
}

// truth is the algebra of one flow: the peer's class is class.
type truth struct {
	sets  *bitset.Sets
	class int32
}

func (truth) everyone() bool        { return true }
func (truth) nobody() bool          { return false }
func (truth) or(a, b bool) bool     { return a || b }
func (truth) and(a, b bool) bool    { return a && b }
func (truth) andNot(a, b bool) bool { return a && !b }
func (t truth) of(f *fragment) (certain, possible bool) {
	certain = t.sets.Has(f.peers.certain, t.class)
	return certain, certain || f.peers.open() && t.sets.Has(f.peers.possible, t.class)
}

func (t truth) union(fs []*fragment, applies bool) (certain, possible bool) {
	for _, f := range fs {
		c, p := t.of(f)
		certain, possible = certain || c && (applies || !f.open), possible || p
	}
	return certain, possible
}
