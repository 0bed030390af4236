package engine

import (
	"cmp"
	"slices"
	"strings"

	"go4.org/netipx"

	"netreach/model"
)

// Lock is a matrix as lines for a file: whatever is not denied, between ends and
// between these and the addresses outside, on every port. Ends that reach the same,
// or are reached alike, have a name together.
type Lock struct {
	Sets  []LockSet
	Lines []LockLine
}

// LockSet gives a name to ends.
type LockSet struct {
	Name    string
	Members []string
}

// LockLine is one line. Names that are sets of the lock are in Sets; what is left
// out of a side is addresses.
type LockLine struct {
	Verdict              model.Verdict // Allowed, Some or Unknown
	Src, Dst             LockSide
	Ports                []PortRange // nil means every port of every protocol
	firstSource, firstTo string      // to sort by
}

// LockSide is one side of a line: names of sets, names of ends, and addresses
// outside with what is left out of them, as a line writes them.
type LockSide struct {
	Sets, Names, Except []string
}

// Lock returns the matrix between ends, which are those of Pods or of Workloads, as
// lines: sorted, and the same in whatever order the cluster lists its objects. The
// cost follows the number of kinds of ends, squared, with one kind for the addresses
// outside that every rule treats alike.
func (m *Matrix) Lock(ends []End) *Lock {
	l := &locker{m: m, inside: len(ends), ends: slices.Clone(ends), out: &Lock{}, rowHashes: [model.Directions]map[rowID]uint64{{}, {}}}
	l.words = m.familyWords()
	slices.SortFunc(l.ends, func(a, b End) int { return strings.Compare(a.Name, b.Name) })
	l.outside()
	l.table = m.Table(l.ends)
	l.group()
	l.name()
	l.lines()
	return l.out
}

// locker makes a Lock.
type locker struct {
	m      *Matrix
	ends   []End // those inside by name, then the parts of internet and private
	inside int
	ranges []*netipx.IPSet // by end, of those outside
	table  *Table
	// sources and destinations are the ends, grouped by equal rows and by equal
	// columns.
	sources, destinations []lockGroup
	sets                  [model.Directions][]lockSet
	rowHashes             [model.Directions]map[rowID]uint64 // of the pods in a row
	// words are internet and private of each family.
	words [2][2]Side
	// cells holds the contents between kinds of ends, unless these are many.
	cells  []CellID
	kinds  int
	kindOf []int // by end
	out    *Lock
}

// lockGroup is ends of one behaviour, as ascending indices.
type lockGroup struct{ ends []int }

// outside adds the parts of internet and of private: of each class of addresses the
// ranges that anybody outside may have.
func (l *locker) outside() {
	byClass := map[int][]AddrRange{}
	var classes []int
	for _, special := range []bool{false, true} {
		for _, r := range l.m.outsideRanges(special) {
			if byClass[r.Class] == nil {
				classes = append(classes, r.Class)
			}
			byClass[r.Class] = append(byClass[r.Class], AddrRange{r.From, r.To})
		}
	}
	l.ranges = make([]*netipx.IPSet, len(l.ends))
	for _, class := range classes {
		l.ends = append(l.ends, l.m.end("", []PeerID{l.m.u.outsidePeer(class)}))
		l.ranges = append(l.ranges, ipSet(func(b *netipx.IPSetBuilder) {
			for _, r := range byClass[class] {
				b.AddRange(netipx.IPRangeFrom(r.First, r.Last))
			}
		}))
	}
}

// cell returns the content of the flows from one end to another. For a single pod
// with itself it is that of two such pods, so that pods of one kind have equal rows.
func (l *locker) cell(i, j int) CellID {
	if i == j && l.table.Itself(i, i) {
		shape := l.m.u.shapeOf[l.ends[i].Peers[0]]
		return CellID(l.table.profiler.of(flowKind{shape, shape, unrelated}))
	}
	a, b := l.table.groups[i], l.table.groups[j]
	if len(a) == 1 && len(b) == 1 && i != j && !l.table.alone[i] && !l.table.alone[j] && (!l.ends[i].Outside || !l.ends[j].Outside) {
		// What the table would find, without its memory.
		return CellID(l.table.profiler.of(flowKind{a[0].shape, b[0].shape, unrelated}))
	}
	return l.table.Cell(i, j)
}

// known is cell, as remembered for the kinds of the two ends.
func (l *locker) known(i, j int) CellID {
	if l.cells == nil {
		return l.cell(i, j)
	}
	return l.cells[l.kindOf[i]*l.kinds+l.kindOf[j]]
}

// mostKinds is of how many kinds of ends the contents of all pairs are remembered.
const mostKinds = 8000

// group groups the ends by their rows, and by their columns: first those of one
// kind, which no cell tells apart, then by hashes of the contents.
func (l *locker) group() {
	crowded := slices.Contains(l.table.alone, true)
	first := map[int32]int{}
	var kinds [][]int // ends of each kind
	for i, kind := range l.table.kind {
		k, ok := first[kind]
		// Of an end of pods of several shapes the flows within are of other kinds
		// than those to a like one.
		if !ok || crowded || len(l.table.groups[i]) > 1 {
			first[kind] = len(kinds)
			kinds = append(kinds, []int{i})
			continue
		}
		kinds[k] = append(kinds[k], i)
	}
	l.kindOf = make([]int, len(l.ends))
	for x, ends := range kinds {
		for _, i := range ends {
			l.kindOf[i] = x
		}
	}
	if len(kinds) <= mostKinds {
		l.cells = make([]CellID, len(kinds)*len(kinds))
		l.kinds = len(kinds)
	}
	type hash struct{ a, b uint64 }
	rows, columns := make([]hash, len(kinds)), make([]hash, len(kinds))
	for x, from := range kinds {
		for y, to := range kinds {
			i, j := from[0], to[0]
			if x == y && len(to) > 1 {
				j = to[1]
			}
			c := l.cell(i, j)
			if l.cells != nil {
				l.cells[x*l.kinds+y] = c
			}
			a, b := cellHash(int32(y), int32(c)), cellHash(int32(y+len(kinds)), int32(c))
			rows[x] = hash{rows[x].a + a, rows[x].b + b}
			a, b = cellHash(int32(x), int32(c)), cellHash(int32(x+len(kinds)), int32(c))
			columns[y] = hash{columns[y].a + a, columns[y].b + b}
		}
	}
	gather := func(of []hash) []lockGroup {
		at := map[hash]int{}
		var out []lockGroup
		for x, ends := range kinds {
			// The outside is never of one group with what is inside.
			h := of[x]
			if l.ends[ends[0]].Outside {
				h.a++
			}
			k, ok := at[h]
			if !ok {
				k = len(out)
				at[h] = k
				out = append(out, lockGroup{})
			}
			out[k].ends = append(out[k].ends, ends...)
		}
		for i := range out {
			slices.Sort(out[i].ends)
		}
		slices.SortFunc(out, func(a, b lockGroup) int { return cmp.Compare(a.ends[0], b.ends[0]) })
		return out
	}
	l.sources, l.destinations = gather(rows), gather(columns)
}

// lines makes a line for each verdict and set of ports that sources have towards
// the same destinations.
func (l *locker) lines() {
	type content struct {
		cell CellID
		src  string // key of source groups
	}
	type block struct {
		cell     CellID
		src, dst []int // indices of groups
	}
	at := map[content]*block{}
	var blocks []*block
	for y := range l.destinations {
		sources := map[CellID][]int{}
		var order []CellID
		for x := range l.sources {
			i, j := l.sources[x].ends[0], l.destinations[y].ends[0]
			if i == j {
				switch {
				case len(l.destinations[y].ends) > 1:
					j = l.destinations[y].ends[1]
				case len(l.sources[x].ends) > 1:
					i = l.sources[x].ends[1]
				case l.table.Itself(i, j):
					continue // a pod with itself, and nothing else
				}
			}
			if l.ends[i].Outside && l.ends[j].Outside {
				continue
			}
			c := l.known(i, j)
			if sources[c] == nil {
				order = append(order, c)
			}
			sources[c] = append(sources[c], x)
		}
		for _, c := range order {
			key := content{c, string(appendInt32s(nil, toInt32(sources[c])))}
			b := at[key]
			if b == nil {
				b = &block{cell: c, src: sources[c]}
				at[key] = b
				blocks = append(blocks, b)
			}
			b.dst = append(b.dst, y)
		}
	}
	used := map[string][]int{}
	for _, b := range blocks {
		for _, s := range l.table.Segments(b.cell) {
			line := LockLine{
				Verdict: s.Verdict, Ports: s.Ports,
				firstSource: l.first(l.sources, b.src), firstTo: l.first(l.destinations, b.dst),
			}
			switch s.Verdict {
			case model.Denied, model.None:
			case model.Allowed:
				line.Src, line.Dst = l.side(model.Egress, b.src, used), l.side(model.Ingress, b.dst, used)
				l.out.Lines = append(l.out.Lines, line)
			case model.Unknown, model.Some:
				for _, line.Src = range l.singles(l.sources, b.src) {
					for _, line.Dst = range l.singles(l.destinations, b.dst) {
						l.out.Lines = append(l.out.Lines, line)
					}
				}
			}
		}
	}
	slices.SortStableFunc(l.out.Lines, func(a, b LockLine) int {
		return cmp.Or(
			strings.Compare(a.firstTo, b.firstTo), strings.Compare(a.firstSource, b.firstSource),
			slices.Compare(a.Dst.words(), b.Dst.words()), slices.Compare(a.Src.words(), b.Src.words()),
		)
	})
	for name, ends := range used {
		s := LockSet{Name: name}
		for _, i := range ends {
			s.Members = append(s.Members, l.ends[i].Name)
		}
		l.out.Sets = append(l.out.Sets, s)
	}
	slices.SortFunc(l.out.Sets, func(a, b LockSet) int { return strings.Compare(a.Name, b.Name) })
}

func (s *LockSide) words() []string { return slices.Concat(s.Sets, s.Names, s.Except) }

// first returns the name after which a line is sorted: those with addresses only
// stand last.
func (l *locker) first(groups []lockGroup, list []int) string {
	if name := l.ends[groups[list[0]].ends[0]].Name; name != "" {
		return name
	}
	return "\xff"
}
