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
// The cost follows the quotient and what it returns, not the pairs of ends.
func (t *Table) Groups(skip func(CellID) bool) []FlowGroup {
	q := t.Quotient()
	var out []FlowGroup
	at := map[string]int{}
	var key []byte
	for s, src := range q.Sources {
		for _, part := range q.cut(s, skip) {
			key = appendInt32s(binary.LittleEndian.AppendUint32(key[:0], uint32(part.what)), part.columns)
			i, ok := at[string(key)]
			if !ok {
				i = len(out)
				at[string(key)] = i
				out = append(out, FlowGroup{Dst: q.destinations(part.columns), Cell: CellID(part.what)})
			}
			out[i].Src = append(out[i].Src, src...)
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

// rowPart is the columns of a row with one content, ascending.
type rowPart struct {
	what    int32
	columns []int32
}

// cut cuts the row of a group of sources by content.
func (q *Quotient) cut(source int, skip func(CellID) bool) []rowPart {
	var parts []rowPart
	at := map[int32]int{}
	rest := int32(q.Rest)
	add := func(what, from, to int32) {
		i, ok := at[what]
		if !ok {
			i = len(parts)
			at[what] = i
			parts = append(parts, rowPart{what: what})
		}
		for d := from; d < to; d++ {
			if d != q.holes[source] && (!q.outside[asSource][source] || !q.outside[asDestination][d]) {
				parts[i].columns = append(parts[i].columns, d)
			}
		}
	}
	wantsRest := !skip(q.Rest)
	next := int32(0)
	for _, r := range q.rows[source] {
		if wantsRest {
			add(rest, next, r.from)
			next = r.to
		}
		if !skip(CellID(r.what)) {
			add(r.what, r.from, r.to)
		}
	}
	if wantsRest {
		add(rest, next, int32(len(q.Destinations)))
	}
	return slices.DeleteFunc(parts, func(p rowPart) bool { return len(p.columns) == 0 })
}

func (q *Quotient) destinations(columns []int32) []int {
	var out []int
	for _, c := range columns {
		out = append(out, q.Destinations[c]...)
	}
	slices.Sort(out)
	return out
}
