package engine

import (
	"cmp"
	"math/bits"
	"slices"
)

// rowComparer finds where two programs of one direction differ.
type rowComparer struct {
	before, after *side
	columnsOf     [][]int32 // by class
	rows          map[[2]rowID][]int32
	bulks         map[[2]int][]int32
	programs      map[[2]int32][]int32
}

func newRowComparer(before, after *side, columnsOf [][]int32) *rowComparer {
	return &rowComparer{
		before: before, after: after, columnsOf: columnsOf,
		rows: map[[2]rowID][]int32{}, bulks: map[[2]int][]int32{}, programs: map[[2]int32][]int32{},
	}
}

// between returns the columns of the peers at which two programs differ, on any
// port and in either bound, ascending. They are not the caller's own.
func (r *rowComparer) between(before, after int32) []int32 {
	key := [2]int32{before, after}
	if columns, ok := r.programs[key]; ok {
		return columns
	}
	var columns []int32
	add := func(before, after rowID) {
		switch list := r.ofRows(before, after); {
		case len(list) == 0:
		case len(columns) == 0:
			columns = list
		default:
			columns = append(slices.Clip(columns), list...)
			slices.Sort(columns)
			columns = slices.Compact(columns)
		}
	}
	p, q := &r.before.programs[before], &r.after.programs[after]
	for x, y := 0, 0; x < len(p.rows) && y < len(q.rows); {
		v, w := p.rows[x], q.rows[y]
		add(v.lo, w.lo)
		if v.hi != v.lo || w.hi != w.lo {
			add(v.hi, w.hi)
		}
		// The run that ends first gives way.
		switch {
		case x+1 == len(p.rows) && y+1 == len(q.rows):
			x++
		case x+1 == len(p.rows):
			y++
		case y+1 == len(q.rows):
			x++
		default:
			order := cmp.Compare(p.starts[x+1], q.starts[y+1])
			if order <= 0 {
				x++
			}
			if order >= 0 {
				y++
			}
		}
	}
	r.programs[key] = columns
	return columns
}

// ofRows returns the columns of the peers at which two rows differ, ascending.
func (r *rowComparer) ofRows(before, after rowID) []int32 {
	key := [2]rowID{before, after}
	columns, ok := r.rows[key]
	if ok {
		return columns
	}
	a, b := r.before.sets, r.after.sets
	var classes []int32
	for _, list := range [][]int32{r.ofBulks(a.Bulk(before), b.Bulk(after)), a.Flips(before), b.Flips(after)} {
		classes = append(classes, list...)
	}
	slices.Sort(classes)
	for _, class := range slices.Compact(classes) {
		if a.Has(before, class) != b.Has(after, class) {
			columns = append(columns, r.columnsOf[class]...)
		}
	}
	slices.Sort(columns)
	columns = slices.Compact(columns)
	r.rows[key] = columns
	return columns
}

// ofBulks returns the classes at which two bulks differ, ascending.
func (r *rowComparer) ofBulks(before, after int) []int32 {
	key := [2]int{before, after}
	classes, ok := r.bulks[key]
	if ok {
		return classes
	}
	a, b := r.before.sets.BulkWords(before), r.after.sets.BulkWords(after)
	for k := range a {
		for w := a[k] ^ b[k]; w != 0; w &= w - 1 {
			classes = append(classes, int32(k*64+bits.TrailingZeros64(w)))
		}
	}
	r.bulks[key] = classes
	return classes
}
