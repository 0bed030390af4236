package engine

import (
	"iter"
	"slices"
)

// Quotient is a table with those ends taken together that no cell tells apart:
// the whole matrix at the cost of what is distinct in it.
//
// What a single pod makes of itself is left to Table.Itself: it is allowed
// whatever the others are, and would part each pod from all others. Pairs of two
// ends outside have nothing to judge, and no cell.
type Quotient struct {
	// Sources and Destinations are the ends by group, each ascending, the groups
	// by their first end. Ends of one group of sources have the same cell towards
	// every other end, and those of one group of destinations have it from every
	// other end.
	// No group holds ends outside beside others.
	Sources, Destinations [][]int
	// Rest is the content that is denied on every port.
	Rest CellID

	sourceOf, destinationOf []int32 // by end: its group
	outside                 [roles][]bool
	rows                    []runs // by group of sources, of CellIDs
	// holes holds by group of sources the group of destinations that is the same
	// single pod where no cell tells what is in it, or -1.
	holes []int32
}

// Row yields the groups of destinations to which a group of sources has another
// content than Rest, ascending.
func (q *Quotient) Row(source int) iter.Seq2[int, CellID] {
	return func(yield func(int, CellID) bool) {
		for _, r := range q.rows[source] {
			for d := r.from; d < r.to; d++ {
				if !yield(int(d), CellID(r.what)) {
					return
				}
			}
		}
	}
}

// Source returns the group of sources that an end is in, or -1 if the quotient
// is not about it: see Table.Only.
func (q *Quotient) Source(end int) int { return int(q.sourceOf[end]) }

// Destination returns the group of destinations that an end is in, or -1.
func (q *Quotient) Destination(end int) int { return int(q.destinationOf[end]) }

// Under returns the quotient by what f makes of its contents, as coarse as these
// allow. It has f of a content where q has the content.
func (q *Quotient) Under(f func(CellID) CellID) *Quotient {
	rest := int32(f(q.Rest))
	m := newMerger(rest, q.outside[asDestination])
	s := newSheet(len(q.Destinations))
	for i, ends := range q.Sources {
		for d, c := range q.Row(i) {
			s.set(int32(d), int32(f(c)))
		}
		m.add(sourceGroup{ends: ends, outside: q.outside[asSource][i], row: slices.Clone(s.take(rest)), wild: q.holes[i]})
	}
	return columns(len(q.sourceOf), m.groups, q.Destinations, q.outside[asDestination], rest)
}

// has reports whether the quotient is about cell (i, j), if that is not one of a
// single pod with itself.
func (q *Quotient) has(i, j int) bool {
	s, d := q.sourceOf[i], q.destinationOf[j]
	return s >= 0 && d >= 0 && (!q.outside[asSource][s] || !q.outside[asDestination][d])
}

// cell returns the content of a cell that the quotient has.
func (q *Quotient) cell(i, j int) CellID {
	return CellID(q.rows[q.sourceOf[i]].at(q.destinationOf[j], int32(q.Rest)))
}

// contents is what a quotient makes of flows.
type contents struct {
	// of returns the content of a cell whose flows have these profiles, ascending
	// and each once.
	of func(flows []int32) CellID
	// itself is the content of a cell in which there is nothing but pods with
	// themselves, nothing of one in which there is nothing.
	itself, nothing CellID
}

// quotienter makes a quotient.
type quotienter struct {
	ends   []End
	groups [][]shapeGroup
	wanted [roles][]bool // by end
	// lonely marks ends that are a single pod of which no other end has the like:
	// no cell tells what the two of a pair of such pods make of each other.
	lonely   []bool
	l        *sameness
	contents contents
	rest     int32

	flows    *flowRows
	src, dst *endKinds
	// over holds by kind of classes the kinds of destinations that have it.
	over [][]over
	void []int32 // kinds of destinations without a member
	rows runTable
	row  []int32 // by kind of sources: its row over kinds of destinations

	sheet   *sheet
	entries []entry
	last    []int32 // by kind of destinations: its last entry, +1
	kinds   []int32 // those that have an entry
	scratch []int32
	cells   []int32
	plain   map[int32]CellID // contents of one flow
}

// over is a kind of destinations, with the place of a kind of classes in it.
type over struct{ kind, at int32 }

// entry is a flow between two classes that is not denied everywhere, by their
// places in the kinds of their ends. before is the entry before of the same
// kinds, +1.
type entry struct{ from, to, flow, before int32 }

func newQuotient(t *Table, c contents) *Quotient {
	q := &quotienter{ends: t.Ends, groups: t.groups, lonely: t.lonely(), l: t.flows.sameness(), contents: c, plain: map[int32]CellID{}}
	for r := range roles {
		q.wanted[r] = t.wants(r)
	}
	q.rest = int32(c.of([]int32{deniedProfile}))
	kinds := t.flows.kinds()
	q.src = newEndKinds(q.l, kinds[asSource], q.ends, q.groups, q.wanted[asSource])
	q.dst = newEndKinds(q.l, kinds[asDestination], q.ends, q.groups, q.wanted[asDestination])
	q.flows = t.flows.rows(q.src.classes(), q.dst.classes())
	q.over = make([][]over, q.flows.kinds[asDestination].len())
	for kind := range q.dst.list {
		for at, class := range q.dst.list[kind].classes {
			q.over[class] = append(q.over[class], over{int32(kind), int32(at)})
		}
		if len(q.dst.list[kind].shapes) == 0 {
			q.void = append(q.void, int32(kind))
		}
	}
	q.sheet = newSheet(len(q.dst.list))
	q.last = make([]int32, len(q.dst.list))
	for kind := range q.src.list {
		q.judge(&q.src.list[kind])
		q.row = append(q.row, q.rows.intern(q.sheet.take(q.rest)))
	}
	return q.gather(q.exceptions())
}

// judge writes the row of a kind of sources.
func (q *quotienter) judge(s *endKind) {
	q.entries, q.kinds = q.entries[:0], q.kinds[:0]
	for from, class := range s.classes {
		for _, r := range q.flows.of(class) {
			for d := r.from; d < r.to; d++ {
				for _, o := range q.over[d] {
					switch k := &q.dst.list[o.kind]; {
					case s.outside && k.outside:
					case len(s.classes) == 1 && len(k.classes) == 1:
						q.sheet.set(o.kind, int32(q.content(r.what)))
					default:
						if q.last[o.kind] == 0 {
							q.kinds = append(q.kinds, o.kind)
						}
						q.entries = append(q.entries, entry{int32(from), o.at, r.what, q.last[o.kind]})
						q.last[o.kind] = int32(len(q.entries))
					}
				}
			}
		}
	}
	for _, kind := range q.kinds {
		q.sheet.set(kind, int32(q.join(s, &q.dst.list[kind], q.last[kind])))
		q.last[kind] = 0
	}
	if len(s.shapes) == 0 {
		for kind := range q.dst.list {
			q.sheet.set(int32(kind), int32(q.contents.nothing))
		}
	}
	for _, kind := range q.void {
		if !s.outside || !q.dst.list[kind].outside {
			q.sheet.set(kind, int32(q.contents.nothing))
		}
	}
}

// content returns the content of a cell in which all flows are alike.
func (q *quotienter) content(flow int32) CellID {
	c, ok := q.plain[flow]
	if !ok {
		c = q.contents.of([]int32{flow})
		q.plain[flow] = c
	}
	return c
}

// join returns the content of the cell from s to d, of which the entries that
// end with the last are the flows that are not denied everywhere.
func (q *quotienter) join(s, d *endKind, last int32) CellID {
	flows := q.scratch[:0]
	if s.single && d.single {
		for e := last; e > 0; e = q.entries[e-1].before {
			flows = append(flows, q.entries[e-1].flow)
		}
		if s.judged(d) > len(flows) {
			flows = append(flows, deniedProfile)
		}
	} else {
		n := len(s.classes) * len(d.classes)
		q.cells = slices.Grow(q.cells[:0], n)[:n]
		clear(q.cells)
		for e := last; e > 0; e = q.entries[e-1].before {
			one := &q.entries[e-1]
			q.cells[int(one.from)*len(d.classes)+int(one.to)] = one.flow
		}
		for a := range s.shapes {
			for b := range d.shapes {
				x, y := &s.shapes[a], &d.shapes[b]
				if leftOut(x, y, s, d) {
					continue
				}
				if f := q.shapeFlow(x, y, len(d.classes)); !slices.Contains(flows, f) {
					flows = append(flows, f)
				}
			}
		}
	}
	slices.Sort(flows)
	flows = slices.Compact(flows)
	q.scratch = flows
	if len(flows) == 1 {
		return q.content(flows[0])
	}
	return q.contents.of(flows)
}

// shapeFlow returns the flow between two shapes from those of their classes,
// which lie in cells of some width.
func (q *quotienter) shapeFlow(a, b *shapeKind, width int) int32 {
	if len(a.classes) == 1 && len(b.classes) == 1 {
		return q.cells[int(a.at[0])*width+int(b.at[0])] // denied where they do not meet
	}
	var met []int32
	for i := range a.classes {
		for j := range b.classes {
			if a.fams[i].meets(b.fams[j]) {
				met = append(met, q.cells[int(a.at[i])*width+int(b.at[j])])
			}
		}
	}
	if len(met) == 0 {
		return deniedProfile // no common family
	}
	slices.Sort(met)
	return q.l.profiler.join(slices.Compact(met))
}
