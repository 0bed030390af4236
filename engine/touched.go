package engine

import (
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
