package engine

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// changeGrouper gathers columns with equal rows of changes.
type changeGrouper struct {
	c       *Comparison
	t       *touches
	sources []changedRow
	rows    map[uint64][]int // hash of a complete row -> sources that may have it
}

// changedRow is columns with the same changes towards the same columns. The cell
// of a single pod with itself fits any content.
type changedRow struct {
	members []int32
	cells   []changedCell // by column
	self    int32         // the column of which the row says nothing, or -1
}

type changedCell struct {
	column int32
	cell   CellID
}

// row returns the changes of a column as a source.
func (g *changeGrouper) row(a int) changedRow {
	c := g.c
	r := changedRow{members: []int32{int32(a)}, self: -1}
	i := g.t.columns[a][0]
	for _, b := range g.t.to[a] {
		j := g.t.columns[b][0]
		if int(b) == a {
			if len(g.t.columns[a]) > 1 {
				j = g.t.columns[a][1]
			} else if c.Itself(i, i) {
				continue
			}
		}
		if c.Ends[i].Outside && c.Ends[j].Outside {
			continue
		}
		if !c.meet(i, j) || c.plainlySame(i, j) {
			continue
		}
		if id := c.Cell(i, j); c.Changed(id) {
			r.cells = append(r.cells, changedCell{b, id})
		}
	}
	if len(g.t.columns[a]) == 1 && c.Itself(i, i) {
		r.self = int32(a)
	}
	return r
}

// meet reports whether some cluster has both of two ends.
func (c *Comparison) meet(i, j int) bool {
	a, b := c.in[i], c.in[j]
	return a[0] && b[0] || a[1] && b[1]
}

// plainlySame reports whether no flow between two ends changes, where all of them
// are of one kind, in both clusters. Most pairs of which a row differs are such:
// the row of the other end denies what is let through.
func (c *Comparison) plainlySame(i, j int) bool {
	src, dst := c.groups[i], c.groups[j]
	if i == j || len(src) != 1 || len(dst) != 1 {
		return false
	}
	both := [2]bool{true, true}
	a, b := &src[0], &dst[0]
	s, d := c.before.m.u.shapes[a.shape], c.before.m.u.shapes[b.shape]
	if a.in != both || b.in != both || len(s) != 1 || len(d) != 1 || a.nodes != ([2]bool{}) || b.nodes != ([2]bool{}) {
		return false
	}
	x, y := c.before.plain(s[0], d[0]), c.after.plain(s[0], d[0])
	return slices.Equal(x.starts, y.starts) && slices.Equal(x.verdicts, y.verdicts)
}

// place puts a column into the source group whose row is its own, or opens one.
// A row with an open cell is looked up under each content that would complete
// it, and as it is.
func (g *changeGrouper) place(a int) {
	r := g.row(a)
	if len(r.cells) == 0 {
		return
	}
	hash := uint64(0)
	contents := map[CellID]bool{}
	for _, x := range r.cells {
		hash += cellHash(x.column, int32(x.cell))
		contents[x.cell] = true
	}
	keys := []uint64{hash}
	if r.self >= 0 {
		for cell := range contents {
			keys = append(keys, hash+cellHash(r.self, int32(cell)))
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, s := range g.rows[key] {
			if g.sources[s].take(&r) {
				return
			}
		}
	}
	for _, key := range keys {
		g.rows[key] = append(g.rows[key], len(g.sources))
	}
	g.sources = append(g.sources, r)
}

// take adds the members of a row if the two agree.
func (s *changedRow) take(r *changedRow) bool {
	var merged []changedCell
	x, y := s.cells, r.cells
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0].column < y[0].column:
			if x[0].column != r.self {
				return false
			}
			merged, x = append(merged, x[0]), x[1:]
		case len(x) == 0 || y[0].column < x[0].column:
			if y[0].column != s.self {
				return false
			}
			merged, y = append(merged, y[0]), y[1:]
		case x[0].cell != y[0].cell:
			return false
		default:
			merged, x, y = append(merged, x[0]), x[1:], y[1:]
		}
	}
	// What was open is settled now: the other row says what it is, or that there
	// nothing changes.
	s.cells, s.self = merged, -1
	s.members = append(s.members, r.members...)
	return true
}

// blocks cuts each row by content, and joins what goes to the same destinations
// with the same content.
func (g *changeGrouper) blocks() []FlowGroup {
	var out []FlowGroup
	at := map[string]int{}
	for _, s := range g.sources {
		dsts := map[CellID][]int32{}
		for _, x := range s.cells {
			dsts[x.cell] = append(dsts[x.cell], x.column)
		}
		for cell, columns := range dsts {
			key := make([]byte, 0, 4*len(columns)+4)
			key = binary.LittleEndian.AppendUint32(key, uint32(cell))
			key = appendInt32s(key, columns)
			i, ok := at[string(key)]
			if !ok {
				i = len(out)
				at[string(key)] = i
				out = append(out, FlowGroup{Dst: g.ends(columns), Cell: cell})
			}
			out[i].Src = append(out[i].Src, g.ends(s.members)...)
		}
	}
	for i := range out {
		slices.Sort(out[i].Src)
	}
	slices.SortFunc(out, func(a, b FlowGroup) int {
		return cmp.Or(slices.Compare(a.Src, b.Src), slices.Compare(a.Dst, b.Dst))
	})
	return out
}

func (g *changeGrouper) ends(columns []int32) []int {
	var out []int
	for _, a := range columns {
		out = append(out, g.t.columns[a]...)
	}
	slices.Sort(out)
	return out
}
