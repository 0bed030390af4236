package engine

import (
	"slices"

	"netreach/model"
)

// Table is the matrix between ends: cell (i, j) is the flow from Ends[i] to
// Ends[j]. Cells are judged when they are asked for, once for each pair of
// kinds of ends. A Table belongs to one goroutine.
type Table struct {
	Ends []End

	m        *Matrix
	profiler *profiler
	groups   [][]shapeGroup // by end
	kind     []int32        // by end: ends with the same set of shapes
	// alone marks ends that are not judged by kind: they hold nodes or
	// hostNetwork pods whose node is known, or share members with another end.
	alone []bool
	memo  map[[2]int32]CellID // by kinds
	// segments holds the parts of the contents that were asked for.
	segments map[CellID][]Segment
	// judge returns the content of cell (i, j).
	judge func(i, j int) CellID
	// whole makes the quotient, and quotient is it once it was asked for.
	whole    func() *Quotient
	quotient *Quotient
	// wanted holds the ends that the quotient is about, or nil for all of them.
	wanted  [roles][]int
	row     []CellID // scratch, by group of destinations
	nothing CellID   // the content of a cell with nothing to judge
	flows   *flowCache
}

// CellID identifies one content of a cell. Cells of equal ID have equal
// segments.
type CellID int32

// Table returns the table of ends.
func (m *Matrix) Table(ends []End) *Table {
	p := newProfiler(m)
	return newTable(p, ends, newFlowCache(p))
}

// Between returns the table of other ends, which shares what t knows of flows.
func (t *Table) Between(ends []End) *Table { return newTable(t.profiler, ends, t.flows) }

func newTable(p *profiler, ends []End, flows *flowCache) *Table {
	m := p.m
	t := &Table{Ends: ends, m: m, profiler: p, memo: map[[2]int32]CellID{}, flows: flows}
	t.judge, t.nothing = t.verdicts, CellID(p.join(nil))
	t.whole = func() *Quotient {
		return newQuotient(t, contents{
			of:      func(flows []int32) CellID { return CellID(p.join(flows)) },
			itself:  CellID(allowedProfile),
			nothing: t.nothing,
		})
	}
	kinds := map[string]int32{}
	owner := map[PeerID]int{}
	t.alone = make([]bool, len(ends))
	for i, e := range ends {
		groups := m.groupShapes(e)
		t.groups = append(t.groups, groups)
		shapes := make([]int32, len(groups))
		for k, g := range groups {
			shapes[k] = g.shape
			for _, id := range g.peers {
				if m.nodeOf[id] >= 0 && m.isNodeLike(id) {
					t.alone[i] = true
				}
				if m.u.peers[id].Kind == OutsidePeer {
					continue // no flow goes from one to itself
				}
				if first, ok := owner[id]; ok {
					t.alone[i], t.alone[first] = true, true
				} else {
					owner[id] = i
				}
			}
		}
		slices.Sort(shapes)
		key := int32Key(shapes)
		kind, ok := kinds[key]
		if !ok {
			kind = int32(len(kinds))
			kinds[key] = kind
		}
		t.kind = append(t.kind, kind)
	}
	return t
}

// Cell returns the content of cell (i, j), as Judge would give it. Two ends
// outside have nothing to judge.
func (t *Table) Cell(i, j int) CellID {
	if t.quotient != nil && t.quotient.has(i, j) && (i != j || !t.Itself(i, j)) {
		return t.quotient.cell(i, j)
	}
	if i == j || t.alone[i] || t.alone[j] {
		return t.judge(i, j)
	}
	key := [2]int32{t.kind[i], t.kind[j]}
	id, ok := t.memo[key]
	if !ok {
		id = t.judge(i, j)
		t.memo[key] = id
	}
	return id
}

func (t *Table) verdicts(i, j int) CellID {
	if t.Ends[i].Outside && t.Ends[j].Outside {
		return CellID(t.profiler.join(nil))
	}
	pairs, same := t.m.pairs(t.groups[i], t.groups[j])
	var ids []int32
	for _, p := range pairs {
		ids = append(ids, t.profiler.of(p.kind))
	}
	switch {
	case len(pairs) == 0 && same:
		ids = append(ids, t.profiler.uniform(model.Allowed))
	}
	slices.Sort(ids)
	return CellID(t.profiler.join(slices.Compact(ids)))
}

// Only limits Quotient and Groups to the cells from some ends to others, given
// as ascending indices. What they cost then follows these.
func (t *Table) Only(sources, destinations []int) {
	t.wanted, t.quotient = [roles][]int{sources, destinations}, nil
}

// Quotient returns the whole table. It is made when it is first asked for; from
// then on Cell looks it up.
func (t *Table) Quotient() *Quotient {
	if t.quotient == nil {
		t.quotient = t.whole()
	}
	return t.quotient
}

// Row returns the contents of the cells from one end to each, in cells if it has
// the room.
func (t *Table) Row(i int, cells []CellID) []CellID {
	q := t.Quotient()
	cells = slices.Grow(cells[:0], len(t.Ends))[:len(t.Ends)]
	source := q.Source(i)
	if source < 0 {
		for j := range cells {
			cells[j] = t.Cell(i, j)
		}
		return cells
	}
	t.row = slices.Grow(t.row[:0], len(q.Destinations))[:len(q.Destinations)]
	for d := range t.row {
		t.row[d] = q.Rest
	}
	for d, c := range q.Row(source) {
		t.row[d] = c
	}
	for j := range cells {
		switch {
		case t.Ends[i].Outside && t.Ends[j].Outside:
			cells[j] = t.nothing
		case !q.has(i, j) || i == j:
			cells[j] = t.Cell(i, j)
		default:
			cells[j] = t.row[q.destinationOf[j]]
		}
	}
	return cells
}

// wants tells of each end whether the quotient is about it in a role.
func (t *Table) wants(r role) []bool {
	out := make([]bool, len(t.Ends))
	if t.wanted[r] == nil {
		for i := range out {
			out[i] = true
		}
	}
	for _, i := range t.wanted[r] {
		out[i] = true
	}
	return out
}

// lonely tells of each end whether it is a single pod of a kind of which there is
// no other end.
func (t *Table) lonely() []bool {
	count := map[int32]int{}
	for _, kind := range t.kind {
		count[kind]++
	}
	out := make([]bool, len(t.Ends))
	for i, kind := range t.kind {
		out[i] = count[kind] == 1 && !t.Ends[i].Outside && t.Itself(i, i)
	}
	return out
}

// Itself reports whether cell (i, j) says no more than that a pod reaches
// itself (NP-43): both ends are one and the same single pod.
func (t *Table) Itself(i, j int) bool {
	if len(t.Ends[i].Peers) != 1 || !slices.Equal(t.Ends[i].Peers, t.Ends[j].Peers) {
		return false
	}
	return t.m.itself(t.Ends[i].Peers[0])
}

// Segments returns the parts of a content by port, as in Answer. They are not the
// caller's own: a cell that is asked for again gives the same slices.
func (t *Table) Segments(c CellID) []Segment {
	if t.segments == nil {
		t.segments = map[CellID][]Segment{}
	}
	segments, ok := t.segments[c]
	if !ok {
		segments = t.m.segments(&t.profiler.list[c], func(atom int) []PortRange { return []PortRange{t.m.atomRange(atom)} })
		t.segments[c] = segments
	}
	return segments
}

// Verdict returns the verdict of a content over ports; the zero PortMatch means
// all of them. It does not resolve named ports: see Judge.
func (t *Table) Verdict(c CellID, port model.PortMatch) model.Verdict {
	p := &t.profiler.list[c]
	var mix model.Mix
	if port.Kind != model.PortRange {
		for _, w := range p.verdicts {
			mix = mix.With(w)
		}
		return mix.Verdict()
	}
	lo, hi := t.m.u.ports.Range(port.Protocol, port.First, port.Last)
	for atom := lo; atom < hi; atom++ {
		mix = mix.With(p.at(atom))
	}
	return mix.Verdict()
}
