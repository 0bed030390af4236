package engine

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// FlowGroup is a block of the table: every source has the same content towards
// every destination. Src and Dst are indices of ends, ascending.
type FlowGroup struct {
	Src, Dst []int
	Cell     CellID
}

// Groups cuts the table into blocks, few and large, for a person to read, in
// the order of their first source and destination. Pairs of two ends outside
// are in no block. A pod with itself may stand in any block, as it is allowed
// whatever the others are; such a pair has no block of its own. skip tells
// which contents to leave out.
//
// The cost follows the number of kinds of ends, squared, rather than of ends.
func (t *Table) Groups(skip func(CellID) bool) []FlowGroup {
	g := &grouper{t: t, rows: map[uint64][]int{}}
	g.chooseColumns()
	for i := range g.columns {
		g.place(i)
	}
	return g.blocks(skip)
}

// grouper gathers ends with equal rows. A column is an end, or all ends of one
// kind, which no cell tells apart.
type grouper struct {
	t       *Table
	columns [][]int // ends of each column
	sources []sourceGroup
	rows    map[uint64][]int // hash of a complete row -> groups that may have it
}

// sourceGroup is columns with one row, as far as their rows are known: the cell
// of a single pod with itself fits any row.
type sourceGroup struct {
	members []int // columns
	row     []CellID
}

// wild is the cell that fits any content.
const wild CellID = -1

func (g *grouper) chooseColumns() {
	t := g.t
	crowded := slices.Contains(t.alone, true)
	first := map[int32]int{}
	for i, kind := range t.kind {
		c, ok := first[kind]
		// Ends that hold nodes tell pods on different nodes apart, so then each
		// end is a column of its own. So is one of pods of several shapes: the flows
		// within it are not those to another end of these shapes, since a pod with
		// itself is left out.
		if !ok || crowded || len(t.groups[i]) > 1 {
			first[kind] = len(g.columns)
			g.columns = append(g.columns, []int{i})
			continue
		}
		g.columns[c] = append(g.columns[c], i)
	}
}

// cell returns the content of the flows from column a to column b.
func (g *grouper) cell(a, b int) CellID {
	i, j := g.columns[a][0], g.columns[b][0]
	switch {
	case g.t.Ends[i].Outside && g.t.Ends[j].Outside:
		return wild
	case a != b:
		return g.t.Cell(i, j)
	case len(g.columns[a]) > 1:
		return g.t.Cell(i, g.columns[a][1])
	case g.t.Itself(i, j):
		return wild
	}
	return g.t.Cell(i, j)
}

// place puts a column into the source group whose row is its own, or opens one.
// A row with one open cell is looked up under each content that would complete
// it.
func (g *grouper) place(column int) {
	row := make([]CellID, len(g.columns))
	hash, open := uint64(0), -1
	contents := map[CellID]bool{}
	for b := range row {
		row[b] = g.cell(column, b)
		if row[b] == wild {
			open = b
			continue
		}
		hash += cellHash(b, row[b])
		contents[row[b]] = true
	}
	keys := []uint64{hash}
	if open >= 0 {
		for c := range contents {
			keys = append(keys, hash+cellHash(open, c))
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, s := range g.rows[key] {
			if g.sources[s].take(column, row) {
				return
			}
		}
	}
	for _, key := range keys {
		g.rows[key] = append(g.rows[key], len(g.sources))
	}
	g.sources = append(g.sources, sourceGroup{[]int{column}, row})
}

// take adds a column with the given row if that fits.
func (s *sourceGroup) take(column int, row []CellID) bool {
	for b, c := range row {
		if c != wild && s.row[b] != wild && c != s.row[b] {
			return false
		}
	}
	for b, c := range row {
		if s.row[b] == wild {
			s.row[b] = c
		}
	}
	s.members = append(s.members, column)
	return true
}

func cellHash(column int, c CellID) uint64 {
	x := uint64(column)<<32 ^ uint64(uint32(c))
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// blocks cuts each source group's row by content, and joins what goes to the
// same destinations with the same content.
func (g *grouper) blocks(skip func(CellID) bool) []FlowGroup {
	var out []FlowGroup
	at := map[string]int{}
	for _, s := range g.sources {
		dsts := map[CellID][]int{}
		for b, c := range s.row {
			if c != wild && !skip(c) {
				dsts[c] = append(dsts[c], b)
			}
		}
		for c, columns := range dsts {
			key := make([]byte, 0, 8*len(columns)+4)
			key = binary.LittleEndian.AppendUint32(key, uint32(c))
			for _, b := range columns {
				key = binary.LittleEndian.AppendUint32(key, uint32(b))
			}
			i, ok := at[string(key)]
			if !ok {
				i = len(out)
				at[string(key)] = i
				out = append(out, FlowGroup{Dst: g.ends(columns), Cell: c})
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

func (g *grouper) ends(columns []int) []int {
	var out []int
	for _, c := range columns {
		out = append(out, g.columns[c]...)
	}
	slices.Sort(out)
	return out
}
