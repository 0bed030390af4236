package engine

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// gather takes together the ends whose rows, or whose columns, are equal.
func (q *quotienter) gather(special []exception) *Quotient {
	sources, _ := q.units(q.src, special, func(e exception) (end, other int32) { return e.src, e.dst })
	destinations, unitOf := q.units(q.dst, special, func(e exception) (end, other int32) { return e.dst, e.src })
	of := make([][]int32, len(q.dst.list)) // by kind of destinations: its units
	columnEnds, outside := make([][]int, len(destinations)), make([]bool, len(destinations))
	for u := range destinations {
		kind := destinations[u].kind
		of[kind] = append(of[kind], int32(u))
		columnEnds[u], outside[u] = destinations[u].ends, q.dst.list[kind].outside
	}
	m := newMerger(q.rest, outside)
	s := newSheet(len(destinations))
	for i := range sources {
		unit := &sources[i]
		for _, r := range q.rows.rows[q.row[unit.kind]] {
			for kind := r.from; kind < r.to; kind++ {
				for _, u := range of[kind] {
					s.set(u, r.what)
				}
			}
		}
		for _, e := range unit.special {
			s.set(unitOf[e.dst], int32(e.content))
		}
		g := sourceGroup{ends: unit.ends, outside: q.src.list[unit.kind].outside, wild: -1}
		if end := unit.ends[0]; q.lonely[end] && unitOf[end] >= 0 {
			g.wild = unitOf[end]
			s.set(g.wild, q.rest)
		}
		g.row = slices.Clone(s.take(q.rest))
		m.add(g)
	}
	return columns(len(q.ends), m.groups, columnEnds, outside, q.rest)
}

// columns takes together the destinations that no row tells apart, and lets the
// rows run over these. outside tells which destinations are.
func columns(ends int, groups []sourceGroup, destinations [][]int, outside []bool, rest int32) *Quotient {
	out := &Quotient{Rest: CellID(rest), sourceOf: none(ends), destinationOf: none(ends)}
	parts := newPartition(len(destinations))
	var beyond []int32
	for u := range destinations {
		if outside[u] {
			beyond = append(beyond, int32(u))
		}
	}
	parts.split(beyond)
	byContent := map[int32][]int32{}
	for i := range groups {
		clear(byContent)
		for _, r := range groups[i].row {
			for u := r.from; u < r.to; u++ {
				byContent[r.what] = append(byContent[r.what], u)
			}
		}
		for _, units := range byContent {
			parts.split(units)
		}
		if groups[i].wild >= 0 {
			parts.split([]int32{groups[i].wild})
		}
	}
	number := make([]int32, len(parts.sizes)) // by part: its group, +1
	groupOf := make([]int32, len(destinations))
	for u := range destinations {
		part := parts.of[u]
		if number[part] == 0 {
			out.Destinations = append(out.Destinations, nil)
			out.outside[asDestination] = append(out.outside[asDestination], outside[u])
			number[part] = int32(len(out.Destinations))
		}
		g := number[part] - 1
		groupOf[u] = g
		out.Destinations[g] = append(out.Destinations[g], destinations[u]...)
	}
	sortGroups(out.Destinations, out.destinationOf)
	s := newSheet(len(out.Destinations))
	for i := range groups {
		g := &groups[i]
		for _, r := range g.row {
			for u := r.from; u < r.to; u++ {
				s.set(groupOf[u], r.what)
			}
		}
		hole := int32(-1)
		if g.wild >= 0 {
			hole = groupOf[g.wild]
		}
		out.Sources = append(out.Sources, g.ends)
		out.outside[asSource] = append(out.outside[asSource], g.outside)
		out.rows = append(out.rows, slices.Clone(s.take(rest)))
		out.holes = append(out.holes, hole)
		g.row = nil
	}
	sortGroups(out.Sources, out.sourceOf)
	return out
}

// none returns n times -1.
func none(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// sortGroups sorts the ends of each group, and tells of each end in which it is.
func sortGroups(groups [][]int, of []int32) {
	for g, ends := range groups {
		slices.Sort(ends)
		for _, i := range ends {
			of[i] = int32(g)
		}
	}
}

// unit is ends of one kind that have the same exceptions.
type unit struct {
	kind    int32
	ends    []int
	special []exception
}

// units parts kinds of ends by their exceptions, with each lonely one apart, and returns the units by their
// first end, and the unit of each end. by tells an end and the other one of an
// exception.
func (q *quotienter) units(kinds *endKinds, special []exception, by func(exception) (end, other int32)) (out []unit, of []int32) {
	of = none(len(kinds.of))
	slices.SortFunc(special, func(a, b exception) int {
		x, y := by(a)
		z, w := by(b)
		return cmp.Or(cmp.Compare(x, z), cmp.Compare(y, w))
	})
	ids := map[string]int32{}
	next := 0
	var key []byte
	for i, kind := range kinds.of {
		if kind < 0 {
			continue
		}
		first := next
		key = binary.LittleEndian.AppendUint32(key[:0], uint32(kind))
		for ; next < len(special); next++ {
			end, other := by(special[next])
			if int(end) != i {
				break
			}
			key = binary.LittleEndian.AppendUint32(key, uint32(other))
			key = binary.LittleEndian.AppendUint32(key, uint32(special[next].content))
		}
		if q.lonely[i] {
			key = binary.LittleEndian.AppendUint32(append(key, '!'), uint32(i))
		}
		id, ok := ids[string(key)]
		if !ok {
			id = int32(len(out))
			ids[string(key)] = id
			out = append(out, unit{kind: kind, special: slices.Clone(special[first:next])})
		}
		out[id].ends = append(out[id].ends, i)
		of[i] = id
	}
	return out, of
}
