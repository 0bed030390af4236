package engine

import (
	"netreach/engine/internal/bitset"
	"netreach/model"
)

// flowSearch looks for a flow between two parties that is not as it should be.
type flowSearch struct {
	m        *Matrix
	rows     rowSource
	src, dst *party
	selves   *bitset.Set
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
		for _, x := range s.m.crossings(&s.src.layers[k], &s.dst.layers[k]) {
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

// crossings returns the pairs of layers without those of two ends outside.
func (m *Matrix) crossings(src, dst *familyLayer) []crossing {
	outside := bitset.Range(m.u.outside, m.u.classes)
	if !src.all.Intersects(outside) || !dst.all.Intersects(outside) {
		return []crossing{{src, dst}}
	}
	return []crossing{{src, m.part(dst, 0, m.u.outside)}, {m.part(src, 0, m.u.outside), m.part(dst, m.u.outside, m.u.classes)}}
}

// part returns the members of a layer whose classes are lo to hi-1.
func (m *Matrix) part(l *familyLayer, lo, hi int) *familyLayer {
	within := bitset.Range(lo, hi)
	out := &familyLayer{all: l.all.And(within), byProgram: map[int32]*bitset.Set{}}
	for _, p := range l.programs {
		if set := l.byProgram[p].And(within); !set.Empty() {
			out.programs = append(out.programs, p)
			out.byProgram[p] = set
		}
	}
	return out
}

// bound returns the row that counts as allowed.
func (s *flowSearch) bound(d model.Direction, program int32, atom int) *bitset.Set {
	certain, possible := s.rows.row(d, program, atom)
	if s.strict {
		return certain
	}
	return possible
}

// open looks for a flow that is allowed.
func (s *flowSearch) open(x crossing, span atomRange) (found flowHit, ok bool) {
	for _, pi := range x.dst.programs {
		dst := x.dst.byProgram[pi]
		eachRun(span, s.rows.starts(model.Ingress, pi), func(run atomRange) bool {
			admitted := s.bound(model.Ingress, pi, int(run.lo))
			if !x.src.all.Intersects(admitted) {
				return true
			}
			for _, pe := range s.egresses(x.src, admitted) {
				if s.only != nil && !s.only(pe, pi) {
					continue
				}
				src := x.src.byProgram[pe].And(admitted)
				if src.Empty() {
					continue
				}
				eachRun(run, s.rows.starts(model.Egress, pe), func(run atomRange) bool {
					found.src, found.dst, ok = s.pick(src, dst.And(s.bound(model.Egress, pe, int(run.lo))))
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
func (s *flowSearch) egresses(l *familyLayer, admitted *bitset.Set) []int32 {
	set := l.all.And(admitted)
	if set.Count() >= len(l.programs) {
		return l.programs
	}
	programOf := s.m.dirs[model.Egress].programOf
	var out []int32
	seen := map[int32]bool{}
	for class := range set.All() {
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
			barred := x.src.all.AndNot(s.bound(model.Ingress, pi, int(run.lo)))
			found.src, found.dst, ok = s.pickFrom(barred, x.dst.byProgram[pi], x, pi, model.Ingress)
			found.atom = int(run.lo)
			return !ok
		})
		if ok {
			return found, true
		}
	}
	for _, pe := range x.src.programs {
		eachRun(span, s.rows.starts(model.Egress, pe), func(run atomRange) bool {
			barred := x.dst.all.AndNot(s.bound(model.Egress, pe, int(run.lo)))
			found.src, found.dst, ok = s.pickFrom(x.src.byProgram[pe], barred, x, pe, model.Egress)
			found.atom = int(run.lo)
			return !ok
		})
		if ok {
			return found, true
		}
	}
	return flowHit{}, false
}

// pickFrom is pick, narrowed to the pairs of programs to look at; program is that
// of the end that is the subject in direction d.
func (s *flowSearch) pickFrom(src, dst *bitset.Set, x crossing, program int32, d model.Direction) (int32, int32, bool) {
	if s.only == nil || src.Empty() || dst.Empty() {
		return s.pick(src, dst)
	}
	if d == model.Ingress {
		for _, pe := range x.src.programs {
			if s.only(pe, program) {
				if a, b, ok := s.pick(src.And(x.src.byProgram[pe]), dst); ok {
					return a, b, true
				}
			}
		}
		return 0, 0, false
	}
	for _, pi := range x.dst.programs {
		if s.only(program, pi) {
			if a, b, ok := s.pick(src, dst.And(x.dst.byProgram[pi])); ok {
				return a, b, true
			}
		}
	}
	return 0, 0, false
}

// pick returns the first classes of two sets between which there is a flow other
// than that of a pod with itself.
func (s *flowSearch) pick(src, dst *bitset.Set) (int32, int32, bool) {
	if src.Empty() || dst.Empty() {
		return 0, 0, false
	}
	for a := range src.All() {
		for b := range dst.All() {
			if a != b || !s.selves.Has(a) {
				return int32(a), int32(b), true
			}
		}
	}
	return 0, 0, false
}
