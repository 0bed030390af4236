package render

import (
	"cmp"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// block is flows of one verdict: every source to every destination, both as
// ascending indices of ends.
type block struct {
	verdict  model.Verdict
	src, dst []int
}

// grouping is the blocks that are not wholly denied, also as flow lines, and a
// count of the pairs by verdict.
type grouping struct {
	blocks []block
	flows  []Flows
	count  tally
}

// grouped returns the grouping over all ports. Its cost follows the blocks that
// the engine cuts the table into, not the pairs.
func (m *Matrix) grouped() grouping {
	g := grouping{count: m.newTally()}
	var cells []engine.CellID
	blocks := map[engine.CellID][]block{}
	for _, group := range m.Table.Groups(Memo(m.denied)) {
		if _, known := blocks[group.Cell]; !known {
			cells = append(cells, group.Cell)
		}
		whole := block{m.Table.Verdict(group.Cell, model.PortMatch{}), group.Src, group.Dst}
		blocks[group.Cell] = append(blocks[group.Cell], m.cut(whole)...)
	}
	type contents struct {
		block
		cell engine.CellID
	}
	var all []contents
	for _, c := range cells {
		for _, b := range m.join(blocks[c], m.onlyAllowed(c)) {
			all = append(all, contents{b, c})
		}
	}
	slices.SortStableFunc(all, func(a, b contents) int { return compareBlocks(a.block, b.block) })
	for _, b := range all {
		g.blocks = append(g.blocks, b.block)
		g.count.add(m, b.block)
		src, dst := m.names(b.src), m.names(b.dst)
		for _, s := range m.Table.Segments(b.cell) {
			if s.Verdict != model.Denied {
				g.flows = append(g.flows, Flows{s.Verdict, src, dst, Ports(s.Ports)})
			}
		}
	}
	return g
}

// Memo returns f, asked once for each content: there are few contents where
// there are many blocks.
func Memo(f func(engine.CellID) bool) func(engine.CellID) bool {
	known := map[engine.CellID]bool{}
	return func(c engine.CellID) bool {
		v, ok := known[c]
		if !ok {
			v = f(c)
			known[c] = v
		}
		return v
	}
}

// denied reports whether a content denies every port, or has nothing to judge.
func (m *Matrix) denied(c engine.CellID) bool {
	return !slices.ContainsFunc(m.Table.Segments(c), func(s engine.Segment) bool { return s.Verdict != model.Denied })
}

// onlyAllowed reports whether nothing but allow occurs beside deny in a
// content.
func (m *Matrix) onlyAllowed(c engine.CellID) bool {
	return !slices.ContainsFunc(m.Table.Segments(c), func(s engine.Segment) bool {
		return s.Verdict != model.Denied && s.Verdict != model.Allowed
	})
}

// groupedOn returns the grouping on one port.
func (m *Matrix) groupedOn(port model.PortMatch) grouping {
	blocks := m.blocksOn(port, false)
	g := grouping{count: m.newTally()}
	for _, v := range ranking() {
		for _, b := range m.join(blocks[v], v == model.Allowed) {
			g.count.add(m, b)
			if v != model.None {
				g.flows = append(g.flows, Flows{v, m.names(b.src), m.names(b.dst), []string{port.String()}})
			}
		}
	}
	return g
}

// Parts returns every flow of the matrix on one port as blocks of one verdict
// and the same ports, those that are denied too: allow first, then some,
// unknown, none, deny. Within that a source stands once.
func (m *Matrix) Parts(port model.PortMatch) []Flows {
	type alike struct {
		verdict model.Verdict
		ports   []string
		blocks  []block
	}
	var kinds []*alike
	at := map[string]*alike{}
	add := func(verdict model.Verdict, ports []string, blocks []block) {
		key := verdict.String() + " " + strings.Join(ports, ",")
		if at[key] == nil {
			at[key] = &alike{verdict: verdict, ports: ports}
			kinds = append(kinds, at[key])
		}
		at[key].blocks = append(at[key].blocks, blocks...)
	}
	if port.Kind == model.PortNamed {
		blocks := m.blocksOn(port, true)
		for _, v := range ranking() {
			add(v, []string{port.String()}, blocks[v])
		}
	} else {
		for _, group := range m.Table.Groups(func(engine.CellID) bool { return false }) {
			blocks := m.cut(block{src: group.Src, dst: group.Dst})
			for _, s := range Clip(m.Table.Segments(group.Cell), port) {
				add(s.Verdict, Ports(s.Ports), blocks)
			}
		}
	}
	slices.SortStableFunc(kinds, func(a, b *alike) int {
		return cmp.Compare(slices.Index(ranking(), a.verdict), slices.Index(ranking(), b.verdict))
	})
	var out []Flows
	for _, k := range kinds {
		for _, b := range m.join(k.blocks, k.verdict == model.Allowed) {
			out = append(out, Flows{k.verdict, m.names(b.src), m.names(b.dst), k.ports})
		}
	}
	return out
}

// ranking orders verdicts as the engine's answers do.
func ranking() []model.Verdict {
	return []model.Verdict{model.Allowed, model.Some, model.Unknown, model.None, model.Denied}
}

// blocksOn returns the flows on one port as blocks by verdict; what is denied
// only if asked for.
func (m *Matrix) blocksOn(port model.PortMatch, denied bool) map[model.Verdict][]block {
	blocks := map[model.Verdict][]block{}
	if port.Kind == model.PortNamed {
		verdict := perContent(m, func(j Judgement) model.Verdict { return j.Verdict })
		at := slices.Index(m.Ports, port)
		for i, j := range m.cells() {
			v := verdict(i, j, at)
			if (denied || v != model.Denied) && !m.Table.Itself(i, j.end) {
				blocks[v] = append(blocks[v], block{v, []int{i}, []int{j.end}})
			}
		}
		return blocks
	}
	skip := func(c engine.CellID) bool { return !denied && m.Table.Verdict(c, port) == model.Denied }
	for _, group := range m.Table.Groups(Memo(skip)) {
		v := m.Table.Verdict(group.Cell, port)
		blocks[v] = append(blocks[v], m.cut(block{v, group.Src, group.Dst})...)
	}
	return blocks
}

// cut narrows a block to what is shown, and leaves out flows between two ends
// outside.
func (m *Matrix) cut(b block) []block {
	b.src, b.dst = common(b.src, m.Sources), common(b.dst, m.Destinations)
	srcIn, srcOut := m.split(b.src)
	dstIn, _ := m.split(b.dst)
	parts := []block{b}
	if len(srcOut) > 0 && len(dstIn) < len(b.dst) {
		parts = []block{{b.verdict, srcIn, b.dst}, {b.verdict, srcOut, dstIn}}
	}
	return slices.DeleteFunc(parts, func(b block) bool {
		return len(b.src) == 0 || len(b.dst) == 0 || m.onlyItself(b)
	})
}

// onlyItself reports whether b is no more than a pod with itself.
func (m *Matrix) onlyItself(b block) bool {
	return len(b.src) == 1 && len(b.dst) == 1 && m.Table.Itself(b.src[0], b.dst[0])
}

// split parts ends within the cluster from those outside.
func (m *Matrix) split(ends []int) (inside, outside []int) {
	for _, i := range ends {
		if m.Table.Ends[i].Outside {
			outside = append(outside, i)
		} else {
			inside = append(inside, i)
		}
	}
	return inside, outside
}

// common returns what two ascending lists share.
func common(a, b []int) []int {
	var out []int
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			out = append(out, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return out
}

func compareBlocks(a, b block) int {
	return cmp.Or(slices.Compare(a.src, b.src), slices.Compare(a.dst, b.dst))
}
