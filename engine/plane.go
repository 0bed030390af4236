package engine

import (
	"netreach/engine/internal/bitset"
	"netreach/model"
)

// A plane is what a counter counts on: shapes of pods, each a spot, judged by
// one member of each, or by two. A pair of spots is allowed in the plane if it
// is allowed in every layer: one family under one bound.
type plane struct {
	m      *Matrix
	weight []uint64 // by spot
	total  uint64
	slices []words // by bit of a weight: the spots that have it
	spotOf []int32 // by shape; -1 if it is none
	layers []layer // one or two
}

// layer is one family of a plane.
type layer struct {
	fam   family
	high  bool      // the upper bound
	class []int32   // by spot: its member of the family
	spots [][]int32 // by class: the spots that have it
}

func (y *layer) bound(b bounds) rowID {
	if y.high {
		return b.hi
	}
	return b.lo
}

// newPlane returns the plane of the shapes that have a member for every layer.
// In a plane of one layer the spots are the classes themselves, so that rows
// need no translation; a class without such shapes has no weight there.
func newPlane(m *Matrix, shapes []shapeGroup, layers ...layer) *plane {
	p := &plane{m: m, spotOf: make([]int32, len(m.u.shapes)), layers: layers}
	for i := range p.spotOf {
		p.spotOf[i] = -1
	}
	if len(layers) == 1 {
		p.weight = make([]uint64, m.u.podClasses)
		p.layers[0].class = make([]int32, m.u.podClasses)
		for class := range p.layers[0].class {
			p.layers[0].class[class] = int32(class)
		}
	}
	for k := range layers {
		layers[k].spots = make([][]int32, m.u.classes)
	}
	for _, g := range shapes {
		var members []int32
		for k := range layers {
			if class := m.member(g.shape, layers[k].fam); class >= 0 {
				members = append(members, class)
			}
		}
		if len(members) < len(layers) {
			continue
		}
		w := m.weightOf(g.peers)
		p.total += w
		if len(layers) == 1 {
			p.spotOf[g.shape] = members[0]
			p.weight[members[0]] += w
			continue
		}
		spot := int32(len(p.weight))
		p.spotOf[g.shape] = spot
		p.weight = append(p.weight, w)
		for k, class := range members {
			layers[k].class = append(layers[k].class, class)
			layers[k].spots[class] = append(layers[k].spots[class], spot)
		}
	}
	p.slices = weightSlices(p.weight)
	return p
}

// member returns the class of a shape's member of a family, or -1.
func (m *Matrix) member(shape int32, fam family) int32 {
	for _, class := range m.u.shapes[shape] {
		if a := m.ground.attr(int(class)); a.kind != attrAbsent && a.fam.meets(fam) {
			return class
		}
	}
	return -1
}

// programs returns the programs of a spot in the layers.
func (p *plane) programs(d model.Direction, spot int32) (out [2]int32) {
	for k := range p.layers {
		out[k] = p.m.dirs[d].programOf[p.layers[k].class[spot]]
	}
	return out
}

// row returns the spots that the rows of all layers let through.
func (p *plane) row(d model.Direction, rows [2]int32) countRow {
	sets := make([]*bitset.Set, 0, 2)
	walk := -1 // the layer whose row is walked
	for k := range p.layers {
		set := p.m.dirs[d].rows[rows[k]]
		sets = append(sets, set)
		if !set.HasRange(0, p.m.u.podClasses) {
			walk = k
		}
	}
	if walk < 0 {
		return countRow{full: true}
	}
	if len(sets) == 1 {
		return p.plainRow(sets[0])
	}
	r := countRow{sets: sets}
	for class := range sets[walk].All() {
		if class >= p.m.u.podClasses {
			break
		}
		for _, spot := range p.layers[walk].spots[class] {
			if p.inAll(sets, spot) {
				r.list = append(r.list, spot)
			}
		}
	}
	if len(r.list) > len(p.weight)/denseShare {
		r.words = p.newWords()
		for _, spot := range r.list {
			r.words.set(spot)
		}
		r.list = nil
	}
	r.full = r.words != nil && p.common(r.words, r.words, nil) == p.total
	return r
}

// plainRow returns a row of a plane of one layer.
func (p *plane) plainRow(set *bitset.Set) countRow {
	r := countRow{sets: []*bitset.Set{set}}
	if set.Count() > len(p.weight)/denseShare {
		r.words = p.newWords()
		set.Words(r.words)
		if extra := len(p.weight) % 64; extra != 0 {
			r.words[len(r.words)-1] &= 1<<extra - 1 // classes that are not of pods
		}
		r.full = p.common(r.words, r.words, nil) == p.total
		return r
	}
	for class := range set.All() {
		if class >= len(p.weight) {
			break
		}
		r.list = append(r.list, int32(class))
	}
	return r
}

func (p *plane) inAll(sets []*bitset.Set, spot int32) bool {
	for k := range p.layers {
		if !sets[k].Has(int(p.layers[k].class[spot])) {
			return false
		}
	}
	return true
}
