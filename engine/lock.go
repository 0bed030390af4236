package engine

import (
	"cmp"
	"slices"
	"strconv"
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
	l := &locker{m: m, inside: len(ends), ends: slices.Clone(ends), out: &Lock{}}
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
	// columns. Names are those of sets, or "".
	sources, destinations []lockGroup
	out                   *Lock
}

// lockGroup is ends of one behaviour, as ascending indices.
type lockGroup struct {
	ends []int
	set  string
}

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
	return l.table.Cell(i, j)
}

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
	type hash struct{ a, b uint64 }
	rows, columns := make([]hash, len(kinds)), make([]hash, len(kinds))
	for x, from := range kinds {
		for y, to := range kinds {
			i, j := from[0], to[0]
			if x == y && len(to) > 1 {
				j = to[1]
			}
			c := l.cell(i, j)
			a, b := cellHash(y, c), cellHash(y+len(kinds), c)
			rows[x] = hash{rows[x].a + a, rows[x].b + b}
			a, b = cellHash(x, c), cellHash(x+len(kinds), c)
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

// name gives a name to each group of several ends inside, after the first of them:
// one name where sources and destinations are the same ends.
func (l *locker) name() {
	taken := map[string]bool{}
	byEnds := map[string]string{}
	for _, side := range []struct {
		groups []lockGroup
		prefix string
	}{{l.sources, "from."}, {l.destinations, "to."}} {
		for i := range side.groups {
			g := &side.groups[i]
			if len(g.ends) < 2 || g.ends[0] >= l.inside {
				continue
			}
			key := string(appendInt32s(nil, toInt32(g.ends)))
			if name, ok := byEnds[key]; ok {
				g.set = name
				continue
			}
			base := side.prefix + strings.ReplaceAll(l.ends[g.ends[0]].Name, "/", ".")
			g.set = base
			for n := 2; taken[g.set]; n++ {
				g.set = base + "-" + strconv.Itoa(n)
			}
			taken[g.set] = true
			byEnds[key] = g.set
		}
	}
}

func toInt32(ints []int) []int32 {
	out := make([]int32, len(ints))
	for i, n := range ints {
		out[i] = int32(n)
	}
	return out
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
			c := l.cell(i, j)
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
				line.Src, line.Dst = l.side(l.sources, b.src, used), l.side(l.destinations, b.dst, used)
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

// side returns groups as the words of one side, and takes down the sets.
func (l *locker) side(groups []lockGroup, list []int, used map[string][]int) LockSide {
	var out LockSide
	var outside netipx.IPSetBuilder
	for _, x := range list {
		g := &groups[x]
		switch {
		case g.ends[0] >= l.inside:
			for _, i := range g.ends {
				outside.AddSet(l.ranges[i])
			}
		case g.set != "":
			out.Sets = append(out.Sets, g.set)
			used[g.set] = g.ends
		default:
			out.Names = append(out.Names, l.ends[g.ends[0]].Name)
		}
	}
	set, err := outside.IPSet()
	if err != nil {
		panic("bug: addresses that are none: " + err.Error())
	}
	words, except := l.m.addressWords(set)
	slices.Sort(out.Sets)
	out.Names = append(out.Names, words...)
	out.Except = except
	return out
}

// singles returns groups as sides in which each word has the verdict by itself, as
// that of several together may be another one: all ends inside, and those outside
// one by one.
func (l *locker) singles(groups []lockGroup, list []int) []LockSide {
	var inside LockSide
	var out []LockSide
	for _, x := range list {
		for _, i := range groups[x].ends {
			if i < l.inside {
				inside.Names = append(inside.Names, l.ends[i].Name)
				continue
			}
			words, except := l.m.addressWords(l.ranges[i])
			out = append(out, LockSide{Names: words, Except: except})
		}
	}
	slices.Sort(inside.Names)
	if len(inside.Names) > 0 {
		out = append([]LockSide{inside}, out...)
	}
	return out
}

// addressWords names addresses outside: internet and private, or their families,
// with what is left out of them, or ranges where these are fewer.
func (m *Matrix) addressWords(set *netipx.IPSet) (words, except []string) {
	var ranges []string
	for _, special := range []bool{false, true} {
		name := []string{"internet", "private"}[compareBool(special, false)]
		var whole []string // the families that have the word
		families := 0
		for _, family := range []uint8{4, 6} {
			side := m.wordSide(special, family)
			if side.Empty() {
				continue
			}
			families++
			missing := side.Without(Side{outside: set})
			inside := side.Without(missing)
			switch {
			case inside.Empty():
			case len(missing.outside.Ranges()) < len(inside.outside.Ranges()) || missing.Empty():
				whole = append(whole, "ipv"+strconv.Itoa(int(family))+":"+name)
				except = append(except, rangeWords(missing)...)
			default:
				ranges = append(ranges, rangeWords(inside)...)
			}
		}
		if len(whole) == families && families > 0 {
			whole = []string{name}
		}
		words = append(words, whole...)
	}
	return append(words, ranges...), except
}

// rangeWords writes addresses as ranges that hold no pods and nodes.
func rangeWords(s Side) []string {
	var out []string
	for _, r := range s.outside.Ranges() {
		out = append(out, "outside:"+AddrRange{r.From(), r.To()}.String())
	}
	return out
}
