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
	shapes []shapeGroup // by spot
	weight []uint64     // by spot
	total  uint64
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
func newPlane(m *Matrix, shapes []shapeGroup, layers ...layer) *plane {
	p := &plane{m: m, spotOf: make([]int32, len(m.u.shapes)), layers: layers}
	for i := range p.spotOf {
		p.spotOf[i] = -1
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
		spot := int32(len(p.weight))
		p.spotOf[g.shape] = spot
		for k, class := range members {
			layers[k].class = append(layers[k].class, class)
			layers[k].spots[class] = append(layers[k].spots[class], spot)
		}
		w := m.weightOf(g.peers)
		p.shapes = append(p.shapes, g)
		p.weight = append(p.weight, w)
		p.total += w
	}
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
	r := countRow{sets: sets}
	weight := uint64(0)
	spots := p.layers[walk].spots
	for class := range sets[walk].All() {
		if class >= p.m.u.podClasses {
			break
		}
		for _, spot := range spots[class] {
			if len(sets) == 1 || p.inAll(sets, spot) {
				r.list = append(r.list, spot)
				weight += p.weight[spot]
			}
		}
	}
	if weight == p.total {
		return countRow{full: true}
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
