package engine

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"

	"netreach/model"
)

// Groups cuts the pairs whose verdict changes into blocks, few and large, for a
// person to read, in the order of their first source and destination. Pairs of
// two ends outside are in no block. A single pod with itself may stand in any
// block, as it is allowed whatever the others are.
//
// The cost follows the rows that differ and the peers on which they do: what is
// the same on both sides is never looked at.
func (c *Comparison) Groups() []FlowGroup {
	t := c.touched()
	g := changeGrouper{c: c, t: t, rows: map[uint64][]int{}}
	for a := range t.columns {
		g.place(a)
	}
	return g.blocks()
}

// touches are the pairs of columns of which some flow may change. A column is an
// end, or all ends of one kind, which no cell tells apart.
type touches struct {
	columns [][]int // ends of each column
	// to holds, by column as a source, the destinations; a list may repeat.
	to [][]int32
	// loose marks columns of which any flow may change, as a source or a
	// destination: they hold nodes, or peers that only one cluster has.
	loose []int32
}

// touched finds them from the rows. The verdict about a flow is the egress of
// its source and the ingress of its destination: it changes only if the row of
// one of them differs at the other.
func (c *Comparison) touched() *touches {
	t := &touches{}
	columnsOf := c.chooseColumns(t)
	t.to = make([][]int32, len(t.columns))
	before, after := c.before.m, c.after.m
	for d := range before.dirs {
		differs := newRowComparer(&before.dirs[d], &after.dirs[d], columnsOf)
		for subject := range columnsOf {
			if len(columnsOf[subject]) == 0 || before.absent(subject) || after.absent(subject) {
				continue // what only one cluster has is loose, or of no account
			}
			list := differs.between(before.dirs[d].programOf[subject], after.dirs[d].programOf[subject])
			for _, a := range columnsOf[subject] {
				if model.Direction(d) == model.Egress {
					t.to[a] = append(t.to[a], list...)
					continue
				}
				for _, b := range list {
					t.to[b] = append(t.to[b], a)
				}
			}
		}
	}
	all := make([]int32, len(t.columns))
	for i := range all {
		all[i] = int32(i)
	}
	for a := range t.to {
		t.to[a] = append(t.to[a], t.loose...)
	}
	for _, a := range t.loose {
		t.to[a] = all
	}
	for a := range t.to {
		slices.Sort(t.to[a])
		t.to[a] = slices.Compact(t.to[a])
	}
	return t
}

// absent reports whether no peer of the cluster is of a class.
func (m *Matrix) absent(class int) bool { return m.ground.attr(class).kind == attrAbsent }

// chooseColumns fills in the columns of t, and returns them by class.
func (c *Comparison) chooseColumns(t *touches) [][]int32 {
	u := c.before.m.u
	first := map[int32]int{}
	for i, kind := range c.kind {
		if at, ok := first[kind]; ok && !c.crowded && !c.alone[i] {
			t.columns[at] = append(t.columns[at], i)
			continue
		}
		if !c.alone[i] {
			first[kind] = len(t.columns)
		}
		t.columns = append(t.columns, []int{i})
	}
	columnsOf := make([][]int32, u.classes)
	for a, ends := range t.columns {
		if c.loose(ends[0]) {
			t.loose = append(t.loose, int32(a))
		}
		for k := range c.groups[ends[0]] {
			for _, class := range u.shapes[c.groups[ends[0]][k].shape] {
				if list := columnsOf[class]; len(list) == 0 || list[len(list)-1] != int32(a) {
					columnsOf[class] = append(list, int32(a))
				}
			}
		}
	}
	return columnsOf
}

// loose reports whether rows alone do not tell which flows of an end change.
func (c *Comparison) loose(end int) bool {
	groups := c.groups[end]
	for k := range groups {
		g := &groups[k]
		if c.placed(g) {
			return true
		}
		if g.in[0] != g.in[1] && !c.alike(groups, g) || g.in[0] && g.in[1] && !c.sameFamilies(g) {
			return true
		}
	}
	return false
}

// sameFamilies reports whether the members of a group's peers have the same
// families in both clusters: else flows appear that no row tells of.
func (c *Comparison) sameFamilies(g *jointGroup) bool {
	for _, class := range c.before.m.u.shapes[g.shape] {
		a, b := c.before.m.ground.attr(int(class)), c.after.m.ground.attr(int(class))
		if a.fam != b.fam || (a.kind == attrAbsent) != (b.kind == attrAbsent) {
			return false
		}
	}
	return true
}

// alike reports whether a group that one cluster does not have is like another
// group of its end in the other cluster, which both clusters have. Then it makes
// no difference to the whole.
func (c *Comparison) alike(groups []jointGroup, g *jointGroup) bool {
	side := 0
	if g.in[1] {
		side = 1
	}
	m := c.sides()[side]
	mine := m.u.shapes[g.shape]
	for k := range groups {
		o := &groups[k]
		if !o.in[0] || !o.in[1] {
			continue
		}
		theirs := m.u.shapes[o.shape]
		if len(mine) != len(theirs) {
			continue
		}
		same := true
		for x := range mine {
			same = same && *m.ground.attr(int(mine[x])) == *m.ground.attr(int(theirs[x]))
		}
		if same {
			return true
		}
	}
	return false
}

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
		if id := c.Cell(i, j); c.Changed(id) {
			r.cells = append(r.cells, changedCell{b, id})
		}
	}
	if len(g.t.columns[a]) == 1 && c.Itself(i, i) {
		r.self = int32(a)
	}
	return r
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
