package engine

import (
	"slices"

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
	spotOf []int32 // by shape; -1 if it is none
	layers []layer // one or two
}

// layer is one family of a plane.
type layer struct {
	fam   family
	high  bool      // the upper bound
	class []int32   // by spot: its member of the family
	spots [][]int32 // by class: the spots that have it; only if there are two layers
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
func newPlane(m *Matrix, shapes []shapeWeight, layers ...layer) *plane {
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
	} else {
		for k := range layers {
			layers[k].spots = make([][]int32, m.u.classes)
		}
	}
	for _, g := range shapes {
		var members [2]int32
		n := 0
		for k := range layers {
			if class := m.member(g.shape, layers[k].fam); class >= 0 {
				members[n] = class
				n++
			}
		}
		if n < len(layers) {
			continue
		}
		p.total += g.weight
		if len(layers) == 1 {
			p.spotOf[g.shape] = members[0]
			p.weight[members[0]] += g.weight
			continue
		}
		spot := int32(len(p.weight))
		p.spotOf[g.shape] = spot
		p.weight = append(p.weight, g.weight)
		for k, class := range members {
			layers[k].class = append(layers[k].class, class)
			layers[k].spots[class] = append(layers[k].spots[class], spot)
		}
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

// planeSide is one direction of a plane: the spots that share a program in every
// layer, and what the programs let through.
type planeSide struct {
	sets      *bitset.Sets // of spots, or of classes that begin with them
	programs  []planeProgram
	programOf []int32 // by spot; those without weight are of no account
}

// planeProgram is the rows of some spots: run i begins at atom starts[i].
type planeProgram struct {
	members []int32 // spots
	count   int     // of members
	weight  uint64
	starts  []int32
	rows    []bitset.ID
}

// end returns the atom behind run i.
func (p *planeProgram) end(i int, atoms int32) int32 {
	if i+1 < len(p.starts) {
		return p.starts[i+1]
	}
	return atoms
}

// side gathers one direction of a plane.
func (p *plane) side(d model.Direction) *planeSide {
	s := &planeSide{sets: p.m.dirs[d].sets, programOf: make([]int32, len(p.weight))}
	if len(p.layers) == 1 {
		p.takePrograms(s, &p.m.dirs[d])
	} else {
		p.joinPrograms(s, d)
	}
	for spot, w := range p.weight {
		if w != 0 {
			prog := &s.programs[s.programOf[spot]]
			prog.weight += w
			prog.count++
		}
	}
	s.gather(p.weight)
	return s
}

// takePrograms takes over the programs of the only layer, as far as they are
// those of a spot, with their rows under its bound.
func (p *plane) takePrograms(s *planeSide, from *side) {
	number := make([]int32, len(from.programs)) // by program: its number here, +1
	var used []int32
	for spot, w := range p.weight {
		if w == 0 {
			continue
		}
		program := from.programOf[p.layers[0].class[spot]]
		if number[program] == 0 {
			used = append(used, program)
			number[program] = int32(len(used))
		}
		s.programOf[spot] = number[program] - 1
	}
	s.programs = make([]planeProgram, len(used))
	var rows slab[bitset.ID]
	var scratch []bitset.ID
	for i, program := range used {
		prog := &from.programs[program]
		scratch = scratch[:0]
		for _, b := range prog.rows {
			scratch = append(scratch, p.layers[0].bound(b))
		}
		s.programs[i] = planeProgram{starts: prog.starts, rows: rows.keep(scratch)}
	}
}

// joinPrograms joins the programs that a spot has in two layers.
func (p *plane) joinPrograms(s *planeSide, d model.Direction) {
	join := newJoiner(p, d)
	s.sets = join.sets
	ids := map[[2]int32]int32{}
	for spot, w := range p.weight {
		if w == 0 {
			continue
		}
		var key [2]int32
		for k := range p.layers {
			key[k] = p.m.dirs[d].programOf[p.layers[k].class[spot]]
		}
		id, ok := ids[key]
		if !ok {
			id = int32(len(s.programs))
			ids[key] = id
			s.programs = append(s.programs, join.program(key))
		}
		s.programOf[spot] = id
	}
}

// gather lists the subjects of each program.
func (s *planeSide) gather(weight []uint64) {
	total := 0
	for i := range s.programs {
		total += s.programs[i].count
	}
	all := make([]int32, total)
	for i := range s.programs {
		p := &s.programs[i]
		p.members, all = all[:0:p.count], all[p.count:]
	}
	for spot, w := range weight {
		if w != 0 {
			p := &s.programs[s.programOf[spot]]
			p.members = append(p.members, int32(spot))
		}
	}
}

// joiner makes the rows of a plane of two layers: the spots that the rows of
// both let through.
type joiner struct {
	plane *plane
	d     model.Direction
	sets  *bitset.Sets
	rows  [2]map[rowID]bitset.ID // by layer: rows of classes as sets of spots
	bulks [2]map[int]bitset.ID   // the same of their bulks
}

func newJoiner(p *plane, d model.Direction) *joiner {
	return &joiner{plane: p, d: d, sets: bitset.New(len(p.weight), p.m.u.flips), rows: [2]map[rowID]bitset.ID{{}, {}}, bulks: [2]map[int]bitset.ID{{}, {}}}
}

// program joins the runs of the programs of both layers.
func (j *joiner) program(key [2]int32) planeProgram {
	s := &j.plane.m.dirs[j.d]
	starts := slices.Concat(s.programs[key[0]].starts, s.programs[key[1]].starts)
	slices.Sort(starts)
	var out planeProgram
	for _, start := range slices.Compact(starts) {
		row := bitset.All
		for k := range j.plane.layers {
			prog := &s.programs[key[k]]
			row = j.sets.And(row, j.spots(k, j.plane.layers[k].bound(prog.rows[run(prog.starts, int(start))])))
		}
		if n := len(out.rows); n == 0 || out.rows[n-1] != row {
			out.starts = append(out.starts, start)
			out.rows = append(out.rows, row)
		}
	}
	return out
}

// spots returns the spots whose class of a layer is in a row.
func (j *joiner) spots(layer int, row rowID) bitset.ID {
	if row == bitset.All || row == bitset.None {
		return row
	}
	id, ok := j.rows[layer][row]
	if ok {
		return id
	}
	sets := j.plane.m.dirs[j.d].sets
	var list []int32
	for _, class := range sets.Flips(row) {
		list = append(list, j.plane.layers[layer].spots[class]...)
	}
	id = j.sets.Flip(j.bulk(layer, sets.Bulk(row)), list)
	j.rows[layer][row] = id
	return id
}

// bulk returns the spots whose class of a layer is in a bulk.
func (j *joiner) bulk(layer, bulk int) bitset.ID {
	id, ok := j.bulks[layer][bulk]
	if !ok {
		var list []int32
		for spot, class := range j.plane.layers[layer].class {
			if j.plane.m.dirs[j.d].sets.InBulk(bulk, class) {
				list = append(list, int32(spot))
			}
		}
		id = j.sets.Of(list)
		j.bulks[layer][bulk] = id
	}
	return id
}
