package engine

import (
	"maps"
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

// familyLayer is the plain members of one family, by class, as sets to be joined
// with the rows of the other side.
type familyLayer struct {
	all       bitset.ID
	programs  []int32 // in ascending order
	byProgram map[int32]bitset.ID
}

// peerSets makes sets of classes that are joined with the rows of a matrix: those
// of its rows and more, by the direction of the rows. It belongs to one goroutine.
type peerSets struct {
	of [model.Directions]*bitset.Sets
	// The classes within the cluster and outside of it.
	inside, outside [model.Directions]bitset.ID
}

func newPeerSets(m *Matrix) *peerSets {
	s := new(peerSets)
	for d := range model.Directions {
		s.of[d] = m.dirs[d].sets.Extend()
		s.inside[d], s.outside[d] = s.of[d].Range(0, m.u.outside), s.of[d].Range(m.u.outside, m.u.classes)
	}
	return s
}

// opposite returns the direction in which the subjects of d are the peers.
func opposite(d model.Direction) model.Direction { return model.Directions - 1 - d }

// party sorts peers. Direction d is that in which they are the subjects, so that
// their sets are of the other one.
func (m *Matrix) party(peers []PeerID, d model.Direction, sets *peerSets) *party {
	p := &party{}
	byProgram := [familyLayers]map[int32][]int32{{}, {}}
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
				if fam.meets(a.fam) {
					program := s.programOf[class]
					byProgram[k][program] = append(byProgram[k][program], class)
				}
			}
		}
	}
	for k := range familyLayers {
		p.layers[k] = newFamilyLayer(byProgram[k], sets.of[opposite(d)])
	}
	return p
}

func newFamilyLayer(byProgram map[int32][]int32, sets *bitset.Sets) familyLayer {
	l := familyLayer{byProgram: make(map[int32]bitset.ID, len(byProgram)), programs: slices.Sorted(maps.Keys(byProgram))}
	var all []int32
	for _, program := range l.programs {
		all = append(all, byProgram[program]...)
		l.byProgram[program] = sets.Of(byProgram[program])
	}
	l.all = sets.Of(all)
	return l
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
func (m *Matrix) selves(src, dst *party) map[int32]bool {
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
	out := map[int32]bool{}
	a, z := only(src), only(dst)
	for class, id := range a {
		if other, ok := z[class]; ok && id >= 0 && id == other && m.itself(id) {
			out[class] = true
		}
	}
	return out
}

// rowSource gives the rows of a direction: those of the matrix, or those that programs
// have without some rules.
type rowSource interface {
	// starts returns the atoms at which the row of a program may change, ascending.
	starts(d model.Direction, program int32) []int32
	// row returns the row of a program at an atom, among the sets of the checker.
	row(d model.Direction, program int32, atom int) bounds
}

func (m *Matrix) starts(d model.Direction, program int32) []int32 {
	return m.dirs[d].programs[program].starts
}

func (m *Matrix) row(d model.Direction, program int32, atom int) bounds {
	p := &m.dirs[d].programs[program]
	return p.rows[run(p.starts, atom)]
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
