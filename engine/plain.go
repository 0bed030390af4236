package engine

import (
	"iter"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// flowSearch looks for a flow between two parties that is not as it should be.
type flowSearch struct {
	m        *Matrix
	sets     *peerSets
	rows     rowSource
	src, dst *party
	selves   map[int32]bool
	spans    []atomRange
	// wanted is what all flows should be: Allowed or Denied. bound takes what is
	// certainly allowed for allowed where strict, else what possibly is.
	wanted model.Verdict
	strict bool
	// only tells which pairs of programs to look at: all if it is nil.
	only func(egress, ingress int32) bool
}

// flowHit is a flow that a search found.
type flowHit struct {
	src, dst int32 // classes
	atom     int
}

// find returns a flow between plain members that is not as wanted, the first in
// the order of layers, programs, atoms and classes.
func (s *flowSearch) find() (flowHit, bool) {
	for k := range familyLayers {
		for _, x := range s.crossings(&s.src.layers[k], &s.dst.layers[k]) {
			for _, span := range s.spans {
				var h flowHit
				var ok bool
				if s.wanted == model.Denied {
					h, ok = s.open(x, span)
				} else {
					h, ok = s.closed(x, span)
				}
				if ok {
					return h, true
				}
			}
		}
	}
	return flowHit{}, false
}

// crossing is members of two parties, of which one at least is within the
// cluster.
type crossing struct{ src, dst *familyLayer }

// sources and destinations are the sets that those of sources and of destinations
// are among: those of the rows that let them through.
func (s *flowSearch) sources() *bitset.Sets      { return s.sets.of[model.Ingress] }
func (s *flowSearch) destinations() *bitset.Sets { return s.sets.of[model.Egress] }

// crossings returns the pairs of layers without those of two ends outside.
func (s *flowSearch) crossings(src, dst *familyLayer) []crossing {
	outside, inside := &s.sets.outside, &s.sets.inside
	if !s.sources().Intersects(src.all, outside[model.Ingress]) || !s.destinations().Intersects(dst.all, outside[model.Egress]) {
		return []crossing{{src, dst}}
	}
	return []crossing{
		{src, dst.within(s.destinations(), inside[model.Egress])},
		{src.within(s.sources(), inside[model.Ingress]), dst.within(s.destinations(), outside[model.Egress])},
	}
}

// within returns the members of a layer that are in a set.
func (l *familyLayer) within(sets *bitset.Sets, set bitset.ID) *familyLayer {
	out := &familyLayer{all: sets.And(l.all, set), byProgram: map[int32]bitset.ID{}}
	for _, p := range l.programs {
		if some := sets.And(l.byProgram[p], set); some != bitset.None {
			out.programs = append(out.programs, p)
			out.byProgram[p] = some
		}
	}
	return out
}

// bound returns the row that counts as allowed.
func (s *flowSearch) bound(d model.Direction, program int32, atom int) rowID {
	row := s.rows.row(d, program, atom)
	if s.strict {
		return row.lo
	}
	return row.hi
}

// open looks for a flow that is allowed.
func (s *flowSearch) open(x crossing, span atomRange) (found flowHit, ok bool) {
	for _, pi := range x.dst.programs {
		dst := x.dst.byProgram[pi]
		eachRun(span, s.rows.starts(model.Ingress, pi), func(run atomRange) bool {
			admitted := s.bound(model.Ingress, pi, int(run.lo))
			if !s.sources().Intersects(x.src.all, admitted) {
				return true
			}
			for _, pe := range s.egresses(x.src, admitted) {
				if s.only != nil && !s.only(pe, pi) || !s.sources().Intersects(x.src.byProgram[pe], admitted) {
					continue
				}
				src := s.sources().Shared(x.src.byProgram[pe], admitted)
				eachRun(run, s.rows.starts(model.Egress, pe), func(run atomRange) bool {
					found.src, found.dst, ok = s.pick(src, s.destinations().Shared(dst, s.bound(model.Egress, pe, int(run.lo))))
					found.atom = int(run.lo)
					return !ok
				})
				if ok {
					return false
				}
			}
			return true
		})
		if ok {
			return found, true
		}
	}
	return flowHit{}, false
}

// egresses returns the programs of those members of a layer that a row admits:
// by going over the members, where these are fewer than the programs.
func (s *flowSearch) egresses(l *familyLayer, admitted rowID) []int32 {
	programOf := s.m.dirs[model.Egress].programOf
	var out []int32
	seen := map[int32]bool{}
	members := 0
	for class := range s.sources().Shared(l.all, admitted) {
		if members++; members >= len(l.programs) {
			return l.programs
		}
		if p := programOf[class]; !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// closed looks for a flow that is not allowed: by the ingress of its destination
// or by the egress of its source, each by itself.
func (s *flowSearch) closed(x crossing, span atomRange) (found flowHit, ok bool) {
	for _, pi := range x.dst.programs {
		eachRun(span, s.rows.starts(model.Ingress, pi), func(run atomRange) bool {
			admitted := s.bound(model.Ingress, pi, int(run.lo))
			dst := s.destinations().Each(x.dst.byProgram[pi], 0)
			for some := range s.pairedWith(x, pi, model.Ingress) {
				if found.src, found.dst, ok = s.pick(s.sources().Beyond(some, admitted), dst); ok {
					break
				}
			}
			found.atom = int(run.lo)
			return !ok
		})
		if ok {
			return found, true
		}
	}
	for _, pe := range x.src.programs {
		eachRun(span, s.rows.starts(model.Egress, pe), func(run atomRange) bool {
			reached := s.bound(model.Egress, pe, int(run.lo))
			src := s.sources().Each(x.src.byProgram[pe], 0)
			for some := range s.pairedWith(x, pe, model.Egress) {
				if found.src, found.dst, ok = s.pick(src, s.destinations().Beyond(some, reached)); ok {
					break
				}
			}
			found.atom = int(run.lo)
			return !ok
		})
		if ok {
			return found, true
		}
	}
	return flowHit{}, false
}

// pairedWith returns the members to look at opposite the subjects of a program in
// direction d: all, or those of each program that makes a pair with it.
func (s *flowSearch) pairedWith(x crossing, program int32, d model.Direction) iter.Seq[bitset.ID] {
	l := x.src
	if d == model.Egress {
		l = x.dst
	}
	return func(yield func(bitset.ID) bool) {
		if s.only == nil {
			yield(l.all)
			return
		}
		for _, other := range l.programs {
			egress, ingress := other, program
			if d == model.Egress {
				egress, ingress = program, other
			}
			if s.only(egress, ingress) && !yield(l.byProgram[other]) {
				return
			}
		}
	}
}

// pick returns the first classes of two sets between which there is a flow other
// than that of a pod with itself.
func (s *flowSearch) pick(src, dst iter.Seq[int32]) (a, b int32, ok bool) {
	for a := range src {
		empty := true
		for b := range dst {
			empty = false
			if a != b || !s.selves[a] {
				return a, b, true
			}
		}
		if empty {
			break
		}
	}
	return 0, 0, false
}
