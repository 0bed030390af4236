package engine

import (
	"slices"
)

// endKinds is the kinds of ends for one role: ends whose members are of the same
// kinds, so that no flow tells them apart unless it depends on who exactly its
// two peers are.
type endKinds struct {
	list []endKind
	of   []int32 // by end; -1 where it is not wanted
}

// classes returns the kinds of classes of all ends, ascending, each once.
func (k *endKinds) classes() []int32 {
	var out []int32
	for i := range k.list {
		out = append(out, k.list[i].classes...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// endKind is the kinds of shapes among the members of an end.
type endKind struct {
	ends    []int // ascending
	outside bool  // every member is an address outside
	shapes  []shapeKind
	// classes are the kinds of classes of all shapes, ascending, each once.
	classes []int32
	// single tells that every shape is of one class.
	single bool
	// inside and beyond count the shapes of one class by family, those within the
	// cluster and those outside.
	inside, beyond [families]int
}

// families is the number of values that a family has.
const families = 3

// shapeKind is the kinds of classes of a shape's members.
type shapeKind struct {
	classes []int32 // ascending, each once
	at      []int32 // their places among the classes of the end
	outside bool
	fams    []family // of the classes
}

// newEndKinds returns the kinds of those ends that are wanted.
func newEndKinds(l *sameness, kinds *classKinds, ends []End, groups [][]shapeGroup, wanted []bool) *endKinds {
	k := &endKinds{of: none(len(ends))}
	m := l.m
	shapeIDs := map[int32]int32{} // shape -> index into shapes
	var shapes []shapeKind
	byKey := map[string]int32{}
	shapeOf := func(g *shapeGroup) int32 {
		if id, ok := shapeIDs[g.shape]; ok {
			return id
		}
		var s shapeKind
		for _, class := range m.u.shapes[g.shape] {
			if l.familyCode(int(class)) >= 0 {
				s.classes = append(s.classes, kinds.of[class])
			}
		}
		slices.Sort(s.classes)
		s.classes = slices.Compact(s.classes)
		s.outside = m.isOutside(g)
		for _, c := range s.classes {
			s.fams = append(s.fams, m.ground.attr(int(kinds.first[c])).fam)
		}
		key := int32Key(s.classes)
		id, ok := byKey[key]
		if !ok {
			id = int32(len(shapes))
			byKey[key] = id
			shapes = append(shapes, s)
		}
		shapeIDs[g.shape] = id
		return id
	}
	ids := map[string]int32{}
	var list []int32
	for i := range ends {
		if !wanted[i] {
			continue
		}
		list = list[:0]
		for g := range groups[i] {
			list = append(list, shapeOf(&groups[i][g]))
		}
		slices.Sort(list)
		list = slices.Compact(list)
		key := int32Key(list)
		if ends[i].Outside {
			key += "outside"
		}
		id, ok := ids[key]
		if !ok {
			id = int32(len(k.list))
			ids[key] = id
			e := endKind{outside: ends[i].Outside, single: true}
			for _, s := range list {
				e.add(shapes[s])
			}
			slices.Sort(e.classes)
			e.classes = slices.Compact(e.classes)
			e.placeShapes()
			k.list = append(k.list, e)
		}
		k.list[id].ends = append(k.list[id].ends, i)
		k.of[i] = id
	}
	return k
}

func (e *endKind) add(s shapeKind) {
	e.shapes = append(e.shapes, s)
	e.classes = append(e.classes, s.classes...)
	if len(s.classes) != 1 {
		e.single = false
		return
	}
	if s.outside {
		e.beyond[s.fams[0]]++
	} else {
		e.inside[s.fams[0]]++
	}
}

// placeShapes finds the classes of each shape among those of the end.
func (e *endKind) placeShapes() {
	for i := range e.shapes {
		s := &e.shapes[i]
		s.at = make([]int32, len(s.classes))
		for k, class := range s.classes {
			at, _ := slices.BinarySearch(e.classes, class)
			s.at[k] = int32(at)
		}
	}
}

// judged returns how many pairs of shapes count for the flows between two kinds
// of ends whose shapes are of one class each: all but those that Matrix.pairs
// leaves out.
func (e *endKind) judged(dst *endKind) int {
	n := 0
	for f := range family(families) {
		for g := range family(families) {
			n += e.inside[f] * dst.inside[g]
			if f.meets(g) || !e.outsideMeets(g) {
				n += e.beyond[f] * dst.inside[g]
			}
			if f.meets(g) || !dst.outsideMeets(f) {
				n += e.inside[f] * dst.beyond[g]
			}
			if f.meets(g) || !e.outsideMeets(g) && !dst.outsideMeets(f) {
				n += e.beyond[f] * dst.beyond[g]
			}
		}
	}
	return n
}

// outsideMeets reports whether a member outside has a family in common with f.
func (e *endKind) outsideMeets(f family) bool {
	for g, n := range e.beyond {
		if n > 0 && f.meets(family(g)) {
			return true
		}
	}
	return false
}

func (s *shapeKind) meets(f family) bool {
	return slices.ContainsFunc(s.fams, func(g family) bool { return g.meets(f) })
}

func (s *shapeKind) meetsShape(o *shapeKind) bool { return slices.ContainsFunc(o.fams, s.meets) }

// meetsOutside reports whether a shape has a family in common with a member of an
// end that is outside.
func (s *shapeKind) meetsOutside(e *endKind) bool { return slices.ContainsFunc(s.fams, e.outsideMeets) }

// leftOut reports whether the flows between two shapes do not count for the ends
// that they are of: see Matrix.pairs.
func leftOut(a, b *shapeKind, src, dst *endKind) bool {
	return !a.meetsShape(b) && (a.outside && b.meetsOutside(src) || b.outside && a.meetsOutside(dst))
}
