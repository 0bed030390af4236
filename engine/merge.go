package engine

import "slices"

// merger puts sources with equal rows together. The cell of a single pod with
// itself, where nothing else tells what is in it, fits any row (NP-43).
type merger struct {
	rest    int32
	columns [2]int // how many columns sources within the cluster have, and outside
	groups  []sourceGroup
	rows    map[uint64][]int // hash of a row -> groups that may have it
}

// newMerger returns a merger of rows over columns of which it is known whether
// they are outside.
func newMerger(rest int32, outside []bool) *merger {
	m := &merger{rest: rest, rows: map[uint64][]int{}, columns: [2]int{len(outside), 0}}
	for _, o := range outside {
		if !o {
			m.columns[1]++
		}
	}
	return m
}

// sourceGroup is sources with one row.
type sourceGroup struct {
	ends    []int
	outside bool
	row     runs
	wild    int32 // the column of the cell that fits any row, or -1
}

// add puts sources together with those whose row is their own, or opens another
// group for them. A row with an open cell is looked up under each content that
// would complete it.
func (m *merger) add(s sourceGroup) {
	keys := m.keys(&s)
	first := len(m.groups)
	for _, key := range keys {
		for _, other := range m.rows[key] {
			if other < first && m.groups[other].fits(&s) {
				first = other
			}
		}
	}
	if first < len(m.groups) {
		m.groups[first].take(&s, m.rest)
		return
	}
	for _, key := range keys {
		m.rows[key] = append(m.rows[key], first)
	}
	m.groups = append(m.groups, s)
}

// keys returns the hashes of the rows that a row may turn out to be.
func (m *merger) keys(s *sourceGroup) []uint64 {
	hash, cells := uint64(0), 0
	contents := map[int32]bool{}
	for _, r := range s.row {
		for d := r.from; d < r.to; d++ {
			hash += cellHash(d, r.what)
		}
		contents[r.what] = true
		cells += int(r.to - r.from)
	}
	columns := m.columns[0]
	if s.outside {
		hash, columns = ^hash, m.columns[1]
	}
	if s.wild < 0 {
		return []uint64{hash}
	}
	var keys []uint64
	if cells < columns-1 {
		keys = append(keys, hash) // the rest is among the contents
	}
	for c := range contents {
		keys = append(keys, hash+cellHash(s.wild, c))
	}
	return keys
}

// fits reports whether two rows are equal but for the cells that fit any.
func (s *sourceGroup) fits(o *sourceGroup) bool {
	return s.outside == o.outside && slices.Equal(s.row.without(o.wild), o.row.without(s.wild))
}

// without returns the row with rest in a column; -1 is none.
func (r runs) without(column int32) runs {
	if column < 0 {
		return r
	}
	var out runs
	for _, c := range r {
		for d := c.from; d < c.to; d++ {
			if d != column {
				out = out.put(d, c.what)
			}
		}
	}
	return out
}

// take adds the sources of another group whose row fits. What that one has in
// the open cell is in it from now on.
func (s *sourceGroup) take(o *sourceGroup, rest int32) {
	s.ends = slices.Concat(s.ends, o.ends)
	if s.wild < 0 {
		return
	}
	what := o.row.at(s.wild, rest)
	var out runs
	for _, c := range s.row {
		for d := c.from; d < c.to; d++ {
			if s.wild >= 0 && d > s.wild {
				if what != rest {
					out = out.put(s.wild, what)
				}
				s.wild = -1
			}
			out = out.put(d, c.what)
		}
	}
	if s.wild >= 0 && what != rest {
		out = out.put(s.wild, what)
	}
	s.row, s.wild = out, -1
}

func cellHash(column, what int32) uint64 {
	return scramble(uint64(column)<<32 ^ uint64(uint32(what)))
}
