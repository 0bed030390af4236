package render

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"netreach/engine"
	"netreach/model"
)

// blocks is a matrix as blocks of one content, on the ports that were asked for.
// A content is what the pairs of a block have on each of these ports.
type blocks struct {
	sources, destinations [][]int // ends
	contents              [][]Judgement
	rest                  int // the content of pairs in no block
	itself                []selves
	list                  []contentBlock
}

// contentBlock is groups of sources and of destinations between which every pair
// has one content.
type contentBlock struct {
	src, dst []int
	content  int
}

// selves is single pods whose pair with themselves has a content, whatever the
// blocks say.
type selves struct {
	ends    []int
	content int
}

// blocks returns the blocks of a matrix, in the order of their first source and
// destination. What they cost follows the quotient of the table.
func (m *Matrix) blocks() *blocks {
	l := layout{m: m, c: newContents(m), q: m.Table.Quotient()}
	if !m.named() {
		l.q = l.q.Under(func(c engine.CellID) engine.CellID { return engine.CellID(l.c.of(c, 0, 0)) })
	}
	l.sources, l.destinations = m.shownGroups(l.q.Sources, m.Sources), m.byNumbers(m.shownGroups(l.q.Destinations, m.Destinations))
	l.sources = l.byAnswers(l.sources)
	return l.blocks()
}

// byAnswers parts groups of sources by what they have towards those destinations
// of which each pod has to be asked: a named port is several numbers there, and
// two sources whose flows are the same may have them on different pods.
func (l *layout) byAnswers(groups [][]int) [][]int {
	var asked []int
	for _, ends := range l.destinations {
		if l.m.named() && l.m.numbers(ends[0]) < 0 {
			asked = append(asked, ends[0])
		}
	}
	if len(asked) == 0 {
		return groups
	}
	var out [][]int
	for _, ends := range groups {
		at := map[string]int{}
		for _, i := range ends {
			var key []byte
			for _, j := range asked {
				if l.m.Table.Ends[i].Outside && l.m.Table.Ends[j].Outside {
					continue
				}
				if s := l.m.Table.Segments(l.m.Table.Cell(i, j)); len(s) > 1 || len(s) == 1 && s[0].Verdict == model.Some {
					key = strconv.AppendInt(append(key, ' '), int64(l.c.ask(i, j)), 10)
				}
			}
			n, ok := at[string(key)]
			if !ok {
				n = len(out)
				at[string(key)] = n
				out = append(out, nil)
			}
			out[n] = append(out[n], i)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// shownGroups returns the part of each group that is shown, those of one group
// as one, by their first end.
func (m *Matrix) shownGroups(groups [][]int, shown []int) [][]int {
	var out [][]int
	for _, ends := range groups {
		if part := common(ends, shown); len(part) > 0 {
			out = append(out, part)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// byNumbers parts groups of destinations by what the named ports are on them.
// Ends of which that is not one thing stand alone.
func (m *Matrix) byNumbers(groups [][]int) [][]int {
	if !m.named() {
		return groups
	}
	var out [][]int
	for _, ends := range groups {
		at := map[int]int{}
		for _, j := range ends {
			class := m.numbers(j)
			n, ok := at[class]
			if !ok || class < 0 {
				n = len(out)
				at[class] = n
				out = append(out, nil)
			}
			out[n] = append(out[n], j)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// layout lays blocks over the groups of a quotient.
type layout struct {
	m                     *Matrix
	c                     *contents
	q                     *engine.Quotient
	sources, destinations [][]int
	columns               [][]int // by group of the quotient: those of destinations
	pairs                 []int   // by content: pairs of ends
	rest                  int
	done                  []bool // scratch, by group of the quotient
}

func (l *layout) blocks() *blocks {
	out := &blocks{sources: l.sources, destinations: l.destinations}
	l.columns, l.done = make([][]int, len(l.q.Destinations)), make([]bool, len(l.q.Destinations))
	for d, ends := range l.destinations {
		g := l.q.Destination(ends[0])
		l.columns[g] = append(l.columns[g], d)
	}
	l.chooseRest()
	out.rest = l.rest
	out.list = l.cut()
	for _, i := range common(l.m.Sources, l.m.Destinations) {
		if !l.m.Table.Itself(i, i) || l.m.Table.Ends[i].Outside {
			continue
		}
		content := l.c.ask(i, i)
		k := slices.IndexFunc(out.itself, func(s selves) bool { return s.content == content })
		if k < 0 {
			k = len(out.itself)
			out.itself = append(out.itself, selves{content: content})
		}
		out.itself[k].ends = append(out.itself[k].ends, i)
	}
	out.number(l.c.list)
	return out
}

// number numbers the contents that occur, the rest first, then in the order of
// the blocks.
func (b *blocks) number(all [][]Judgement) {
	numbers := map[int]int{}
	take := func(content *int) {
		n, ok := numbers[*content]
		if !ok {
			n = len(b.contents)
			numbers[*content] = n
			b.contents = append(b.contents, all[*content])
		}
		*content = n
	}
	take(&b.rest)
	for k := range b.list {
		take(&b.list[k].content)
	}
	for k := range b.itself {
		take(&b.itself[k].content)
	}
}

// chooseRest makes the content of most pairs the rest.
func (l *layout) chooseRest() {
	add := func(content, pairs int) {
		for len(l.pairs) <= content {
			l.pairs = append(l.pairs, 0)
		}
		l.pairs[content] += pairs
	}
	all, within := 0, 0
	for _, ends := range l.destinations {
		all += len(ends)
		if !l.m.Table.Ends[ends[0]].Outside {
			within += len(ends)
		}
	}
	for s, ends := range l.sources {
		left := all
		if l.m.Table.Ends[ends[0]].Outside {
			left = within
		}
		l.each(s, l.m.named(), func(d, content int) {
			add(content, len(ends)*len(l.destinations[d]))
			left -= len(l.destinations[d])
		})
		if !l.m.named() {
			add(int(l.q.Rest), len(ends)*left)
		}
	}
	for content, n := range l.pairs {
		if n > l.pairs[l.rest] {
			l.rest = content
		}
	}
}

// each yields the content from a group of sources to each of destinations, in no
// order; without rest, only where the quotient has another content than its rest.
func (l *layout) each(source int, rest bool, yield func(destination, content int)) {
	i := l.sources[source][0]
	outside := l.m.Table.Ends[i].Outside
	group := func(g int, cell engine.CellID) {
		for _, d := range l.columns[g] {
			j := l.destinations[d][0]
			switch {
			case outside && l.m.Table.Ends[j].Outside:
			case i == j && l.alone(source, d): // see blocks.itself
			case !l.m.named():
				yield(d, int(cell))
			case l.m.numbers(j) < 0:
				yield(d, l.c.ask(i, j))
			default:
				yield(d, l.c.of(cell, l.m.numbers(j), j))
			}
		}
	}
	for g, c := range l.q.Row(l.q.Source(i)) {
		l.done[g] = rest
		group(g, c)
	}
	if !rest {
		return
	}
	for g, done := range l.done {
		if !done {
			group(g, l.q.Rest)
		}
	}
	clear(l.done)
}

// alone reports whether two groups are one and the same single pod.
func (l *layout) alone(source, destination int) bool {
	return len(l.sources[source]) == 1 && len(l.destinations[destination]) == 1 && l.m.Table.Itself(l.sources[source][0], l.sources[source][0])
}

// cut cuts each row by content, and joins what has the same destinations and the
// same content.
func (l *layout) cut() []contentBlock {
	var out []contentBlock
	at := map[string]int{}
	rows := map[int][]int{} // by content: destinations
	rest := l.m.named() || l.rest != int(l.q.Rest)
	var key []byte
	for s := range l.sources {
		l.each(s, rest, func(d, content int) {
			if content != l.rest {
				rows[content] = append(rows[content], d)
			}
		})
		for _, content := range slices.Sorted(maps.Keys(rows)) {
			dst := rows[content]
			delete(rows, content)
			slices.Sort(dst)
			key = strconv.AppendInt(key[:0], int64(content), 10)
			key = appendNumbers(append(key, ' '), dst)
			n, ok := at[string(key)]
			if !ok {
				n = len(out)
				at[string(key)] = n
				out = append(out, contentBlock{dst: dst, content: content})
			}
			out[n].src = append(out[n].src, s)
		}
	}
	return out
}

// appendNumbers appends ascending numbers as words: "0-3,7".
func appendNumbers(b []byte, numbers []int) []byte {
	for i := 0; i < len(numbers); {
		n := i + 1
		for n < len(numbers) && numbers[n] == numbers[n-1]+1 {
			n++
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(numbers[i]), 10)
		if n > i+1 {
			b = strconv.AppendInt(append(b, '-'), int64(numbers[n-1]), 10)
		}
		i = n
	}
	return b
}

// contents numbers what pairs have on the ports that were asked for.
type contents struct {
	m     *Matrix
	list  [][]Judgement
	ids   map[string]int
	cells map[contentKey]int
}

// contentKey is what decides about a content.
type contentKey struct {
	cell    engine.CellID
	numbers int // of the destination: see Matrix.numbers
}

func newContents(m *Matrix) *contents {
	return &contents{m: m, ids: map[string]int{}, cells: map[contentKey]int{}}
}

// of returns the number of the content of a cell whose destination has some
// numbers, as j has them.
func (c *contents) of(cell engine.CellID, numbers, j int) int {
	key := contentKey{cell, numbers}
	id, ok := c.cells[key]
	if !ok {
		all := make([]Judgement, 0, 1)
		for _, port := range c.m.ports() {
			all = append(all, c.m.judgeCell(cell, j, port))
		}
		id = c.intern(all)
		c.cells[key] = id
	}
	return id
}

// ask returns the number of the content of one pair.
func (c *contents) ask(i, j int) int {
	if n := c.m.numbers(j); n >= 0 {
		return c.of(c.m.Table.Cell(i, j), n, j)
	}
	var all []Judgement
	for _, port := range c.m.ports() {
		all = append(all, c.m.Judge(i, j, port))
	}
	return c.intern(all)
}

func (c *contents) intern(all []Judgement) int {
	var key []byte
	for _, j := range all {
		key = append(append(key, c.m.tail(j)...), '\n')
	}
	id, ok := c.ids[string(key)]
	if !ok {
		id = len(c.list)
		c.ids[string(key)] = id
		c.list = append(c.list, all)
	}
	return id
}
