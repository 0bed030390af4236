package engine

import (
	"encoding/binary"
	"errors"
	"slices"

	"netreach/model"
)

// Comparison is two matrices of one cluster against each other, between ends:
// the same flows under different switches. Like a Table it judges cells when
// they are asked for, and belongs to one goroutine.
type Comparison struct {
	Ends []End

	before, after *profiler
	// table finds the cells that are alike, and cuts them into blocks; what it
	// has of contents are the differences.
	table       *Table
	differences []difference
	ids         map[string]CellID
}

// Change is a set of ports on which the verdict about a pair of ends changes.
// Before and After are equal where they are some or unknown for other members
// than they were.
type Change struct {
	Before, After model.Verdict
	// Ports is ascending; nil means every port of every protocol.
	Ports []PortRange
}

// difference is how the verdict about a cell changes: run i holds from atom
// starts[i] to starts[i+1]-1.
type difference struct {
	starts []int32
	runs   []change
}

type change struct {
	before, after model.Verdict
	// differs tells that the verdict about some flow changes.
	differs bool
}

// errCluster is returned for matrices of different clusters.
var errCluster = errors.New("matrices of different clusters")

// Compare returns the comparison of two matrices between ends.
func Compare(before, after *Matrix, ends []End) (*Comparison, error) {
	switch {
	case before.u != after.u:
		return nil, ErrUniverse
	case before.ci != after.ci:
		return nil, errCluster
	}
	c := &Comparison{
		Ends: ends, before: newProfiler(before), after: newProfiler(after), table: before.Table(ends), ids: map[string]CellID{},
	}
	c.table.judge = c.judge
	c.table.nothing = c.intern(difference{[]int32{0}, []change{{model.None, model.None, false}}})
	c.table.whole = c.whole
	return c, nil
}

// judge compares what the two matrices make of the flows of cell (i, j).
//
// Which pairs there are is the same in both. What holds between two peers before
// the tiers may differ, but within two groups it depends on whether they are on
// one node and on nothing else: the examples that either matrix gives, taken
// together, are of every kind.
func (c *Comparison) judge(i, j int) CellID {
	src, dst := &c.Ends[i], &c.Ends[j]
	if src.Outside && dst.Outside {
		return c.intern(difference{})
	}
	a, b := c.before.m, c.after.m
	groups := c.table.groups
	pairs, same := a.pairs(groups[i], groups[j])
	others, _ := b.pairs(groups[i], groups[j])
	pairs = append(pairs, others...)
	var kinds [][2]int32
	for _, p := range pairs {
		k := [2]int32{c.before.of(a.kindOf(p.src, p.dst)), c.after.of(b.kindOf(p.src, p.dst))}
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	if len(pairs) == 0 {
		// A pod with itself: as in Table.
		v := model.None
		if same {
			v = model.Allowed
		}
		return c.intern(difference{[]int32{0}, []change{{v, v, false}}})
	}
	return c.intern(c.join(kinds))
}

// whole returns the quotient of the comparison.
func (c *Comparison) whole() *Quotient {
	c.table.flows = newFlowCache(c.before, c.after)
	ids := c.table.flows.ids()
	return newQuotient(c.table, contents{
		of: func(flows []int32) CellID {
			kinds := make([][2]int32, len(flows))
			for i, f := range flows {
				kinds[i] = [2]int32{ids.profile(f, 0), ids.profile(f, 1)}
			}
			return c.intern(c.join(kinds))
		},
		itself:  c.intern(difference{[]int32{0}, []change{{model.Allowed, model.Allowed, false}}}),
		nothing: c.table.nothing,
	})
}

// kindOf returns the kind of the flow between two peers.
func (m *Matrix) kindOf(src, dst PeerID) flowKind {
	return flowKind{m.u.shapeOf[src], m.u.shapeOf[dst], m.relation(src, dst)}
}

// join returns the difference over flows that have these profiles before and
// after.
func (c *Comparison) join(kinds [][2]int32) difference {
	var starts []int32
	for _, k := range kinds {
		starts = append(starts, c.before.list[k[0]].starts...)
		starts = append(starts, c.after.list[k[1]].starts...)
	}
	slices.Sort(starts)
	var d difference
	for _, start := range slices.Compact(starts) {
		var before, after model.Mix
		differs := false
		for _, k := range kinds {
			v, w := c.before.list[k[0]].at(int(start)), c.after.list[k[1]].at(int(start))
			before, after = before.With(v), after.With(w)
			differs = differs || v != w
		}
		run := change{before.Verdict(), after.Verdict(), differs}
		if n := len(d.runs); n > 0 && d.runs[n-1] == run {
			continue
		}
		d.starts = append(d.starts, start)
		d.runs = append(d.runs, run)
	}
	return d
}

func (c *Comparison) intern(d difference) CellID {
	var key []byte
	for i, start := range d.starts {
		key = binary.LittleEndian.AppendUint32(key, uint32(start))
		key = append(key, byte(d.runs[i].before), byte(d.runs[i].after))
		if d.runs[i].differs {
			key = append(key, 1)
		} else {
			key = append(key, 0)
		}
	}
	id, ok := c.ids[string(key)]
	if !ok {
		id = CellID(len(c.differences))
		c.ids[string(key)] = id
		c.differences = append(c.differences, d)
	}
	return id
}

// Cell returns the content of cell (i, j).
func (c *Comparison) Cell(i, j int) CellID { return c.table.Cell(i, j) }

// Itself is as in Table.
func (c *Comparison) Itself(i, j int) bool { return c.table.Itself(i, j) }

// Changed reports whether the verdict about some flow of a content changes.
func (c *Comparison) Changed(id CellID) bool {
	return slices.ContainsFunc(c.differences[id].runs, func(r change) bool { return r.differs })
}

// Changes returns the ports on which the verdict of a content changes, in the
// order of their first port.
func (c *Comparison) Changes(id CellID) []Change {
	d := &c.differences[id]
	m := c.before.m
	var out []Change
	for i, run := range d.runs {
		if !run.differs {
			continue
		}
		at := slices.IndexFunc(out, func(o Change) bool { return o.Before == run.before && o.After == run.after })
		if at < 0 {
			at = len(out)
			out = append(out, Change{Before: run.before, After: run.after})
		}
		end := m.u.ports.Len()
		if i+1 < len(d.starts) {
			end = int(d.starts[i+1])
		}
		for atom := int(d.starts[i]); atom < end; atom++ {
			out[at].Ports = appendRange(out[at].Ports, m.atomRange(atom))
		}
	}
	for i := range out {
		if slices.Equal(out[i].Ports, everyPort) {
			out[i].Ports = nil
		}
	}
	return out
}

// Groups cuts the pairs whose verdict changes into blocks, as Table.Groups does.
func (c *Comparison) Groups() []FlowGroup {
	return c.table.Groups(func(id CellID) bool { return !c.Changed(id) })
}
