package engine

import (
	"math/bits"
	"slices"
)

// A cellRun says what lies in the columns from to to-1 of a row. What lies in
// the columns of no run is whatever the row's owner says.
type cellRun struct{ from, to, what int32 }

// runs is a row: ascending, disjoint, and joined where they could be. Rows with
// the same cells are therefore equal.
type runs []cellRun

// at returns what lies in a column, or rest.
func (r runs) at(column, rest int32) int32 {
	lo, hi := 0, len(r)
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); r[mid].to <= column {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(r) && r[lo].from <= column {
		return r[lo].what
	}
	return rest
}

// put appends one cell, behind all that are there.
func (r runs) put(column, what int32) runs {
	if n := len(r) - 1; n >= 0 && r[n].to == column && r[n].what == what {
		r[n].to++
		return r
	}
	return append(r, cellRun{column, column + 1, what})
}

// runTable interns rows.
type runTable struct {
	rows []runs
	ids  map[uint64][]int32
}

// intern returns the number of a row, of which it keeps a copy.
func (t *runTable) intern(r runs) int32 {
	h := uint64(len(r))
	for _, c := range r {
		h = scramble(h ^ uint64(c.from)<<32 ^ uint64(c.to))
		h = scramble(h + uint64(c.what))
	}
	for _, id := range t.ids[h] {
		if slices.Equal(t.rows[id], r) {
			return id
		}
	}
	if t.ids == nil {
		t.ids = map[uint64][]int32{}
	}
	id := int32(len(t.rows))
	t.rows = append(t.rows, slices.Clone(r))
	t.ids[h] = append(t.ids[h], id)
	return id
}

// scramble spreads the bits of a number.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// sheet is a row that is being written: cells in any order.
type sheet struct {
	cells  []int32
	filled []uint64 // bit i: column i was written
	out    runs     // scratch
}

func newSheet(columns int) *sheet {
	return &sheet{cells: make([]int32, columns), filled: make([]uint64, (columns+63)/64)}
}

func (s *sheet) set(column, what int32) {
	s.cells[column] = what
	s.filled[column>>6] |= 1 << (column & 63)
}

// take returns the row without its cells that are rest, and empties the sheet.
// It is valid until the next call.
func (s *sheet) take(rest int32) runs {
	s.out = s.out[:0]
	for k, w := range s.filled {
		for ; w != 0; w &= w - 1 {
			column := int32(k*64 + bits.TrailingZeros64(w))
			if what := s.cells[column]; what != rest {
				s.out = s.out.put(column, what)
			}
		}
		s.filled[k] = 0
	}
	return s.out
}
