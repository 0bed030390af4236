package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// party is one side of flows, sorted by how its members are judged. Pairs of
// plain members are judged by the rows of their classes, many at once. Nodes, and
// pods that use their node's network, may stand on the node of the other end: they
// are looked at pair by pair, and so is a peer of which two members meet.
type party struct {
	plain, single []shapeGroup
	layers        [familyLayers]familyLayer // of plain
}

// familyLayers are the address families in which flows are looked at; a member of which
// the family is open is in both (NP-53).
const familyLayers = 2

// familyLayer is the plain members of one family, by class.
type familyLayer struct {
	all       *bitset.Set
	programs  []int32 // in ascending order
	byProgram map[int32]*bitset.Set
}

// party sorts peers. Direction d is that in which they are the subjects.
func (m *Matrix) party(peers []PeerID, d model.Direction) *party {
	p := &party{}
	var builders [familyLayers]bitset.Builder
	byProgram := [familyLayers]map[int32]*bitset.Builder{{}, {}}
	s := &m.dirs[d]
	for _, g := range m.groupShapes(End{Peers: peers}) {
		classes := m.u.shapes[g.shape]
		if m.onNodes(classes) {
			p.single = append(p.single, g)
			continue
		}
		p.plain = append(p.plain, g)
		for _, class := range classes {
			a := m.ground.attr(int(class))
			if a.kind == attrAbsent {
				continue
			}
			for k, fam := range [familyLayers]family{fam4, fam6} {
				if !fam.meets(a.fam) {
					continue
				}
				builders[k].Add(int(class))
				program := s.programOf[class]
				if byProgram[k][program] == nil {
					byProgram[k][program] = new(bitset.Builder)
				}
				byProgram[k][program].Add(int(class))
			}
		}
	}
	for k := range familyLayers {
		p.layers[k].all = builders[k].Set()
		p.layers[k].byProgram = make(map[int32]*bitset.Set, len(byProgram[k]))
		for program, b := range byProgram[k] {
			p.layers[k].byProgram[program] = b.Set()
			p.layers[k].programs = append(p.layers[k].programs, program)
		}
		slices.Sort(p.layers[k].programs)
	}
	return p
}

// onNodes reports whether a shape is judged pair by pair.
func (m *Matrix) onNodes(classes []int32) bool {
	for i, class := range classes {
		a := m.ground.attr(int(class))
		if a.kind == attrNode || a.hostNetwork && a.onNode {
			return true
		}
		for _, other := range classes[:i] {
			if m.meet(class, other) {
				return true
			}
		}
	}
	return false
}

// groups returns all shapes of the party.
func (p *party) groups() []shapeGroup { return slices.Concat(p.plain, p.single) }

// selves returns the classes of which both sides have one and the same pod, and
// no other, so that the only pair within the class is that of a pod with itself
// (NP-43).
func (m *Matrix) selves(src, dst *party) *bitset.Set {
	only := func(p *party) map[int32]PeerID {
		out := map[int32]PeerID{}
		for _, g := range p.plain {
			for _, class := range m.u.shapes[g.shape] {
				if _, seen := out[class]; seen || len(g.peers) > 1 {
					out[class] = -1
				} else {
					out[class] = g.peers[0]
				}
			}
		}
		return out
	}
	var b bitset.Builder
	a, z := only(src), only(dst)
	for class, id := range a {
		if other, ok := z[class]; ok && id >= 0 && id == other && m.itself(id) {
			b.Add(int(class))
		}
	}
	return b.Set()
}

// rowSource gives the rows of a direction: those of the matrix, or those that programs
// have without some rules.
type rowSource interface {
	// starts returns the atoms at which the row of a program may change, ascending.
	starts(d model.Direction, program int32) []int32
	// row returns the row of a program at an atom.
	row(d model.Direction, program int32, atom int) (certain, possible *bitset.Set)
}

func (m *Matrix) starts(d model.Direction, program int32) []int32 {
	return m.dirs[d].programs[program].starts
}

func (m *Matrix) row(d model.Direction, program int32, atom int) (certain, possible *bitset.Set) {
	s := &m.dirs[d]
	p := &s.programs[program]
	b := p.rows[p.run(atom)]
	return s.rows[b.lo], s.rows[b.hi]
}

// eachRun calls f with an atom of each run of a span in which nothing changes, and
// with the run, until f returns false; eachRun reports whether it never did.
func eachRun(span atomRange, starts []int32, f func(run atomRange) bool) bool {
	i, found := slices.BinarySearch(starts, span.lo)
	if found {
		i++
	}
	for lo := span.lo; lo < span.hi; i++ {
		hi := span.hi
		if i < len(starts) {
			hi = min(hi, starts[i])
		}
		if !f(atomRange{lo, hi}) {
			return false
		}
		lo = hi
	}
	return true
}
