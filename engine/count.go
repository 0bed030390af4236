package engine

import (
	"math/bits"
	"slices"
	"sync"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// counter counts the allowed pairs of pods at every port atom, in a plane.
//
// It goes through the atoms in order. Between two of them only the programs
// that begin a new run there change their row, so the count at an atom is the
// count at the first one, corrected for the programs whose row is another there:
//
//	count(a) = count(0)
//	         + sources with another egress row:   what they reach at a, less what they reached at 0
//	         + destinations with another ingress: what the other sources gain or lose by that
//
// Rows that let every pod through are never walked: two column sums tell what
// goes through them.
type counter struct {
	*plane
	dirs [model.Directions]countSide

	reached  []uint64 // by spot: weight of what it reaches at atom 0
	loops    []loop   // pairs that are judged apart
	restless []int32  // those that may change where no row does
	beyond   uint64   // what the loops add to the count of the rows
}

// countSide is one direction of a counter.
type countSide struct {
	programOf []int32 // by spot
	programs  []countProgram
	rows      []countRow
	now       []int32 // by program: row at the atom at hand
	changed   []bool  // by program: now is not the row at atom 0
	place     []int32 // by changed program: its place among them
	// sums holds by peer the weight of the subjects that let it through, those
	// apart whose row is full: at atom 0, at the atom at hand, and at atom 0 of
	// the changed programs only.
	first, here, old sums
	events           [][]int32 // by atom: programs that begin a run there
	columns          []words   // by peer, where a dense row may meet it: subjects that let it through at atom 0
	moved            words     // subjects of the changed programs
	loops            [][]int32 // by program: the loops that it judges
}

// countProgram is the rows of some spots: run i begins at atom starts[i].
type countProgram struct {
	members []int32 // spots
	weight  uint64
	starts  []int32
	rows    []int32 // indices into countSide.rows
}

// countRow is a row as far as it is about the spots of a plane.
type countRow struct {
	full  bool
	list  []int32       // the spots in it, if they are few
	words words         // the same, if they are many
	sets  []*bitset.Set // by layer: the classes in it
}

// sums is a column sum: sum(c) = all + each[c].
type sums struct {
	all  uint64
	each []uint64
}

func (s *sums) of(class int32) uint64 { return s.all + s.each[class] }

// add adds w, or takes it away, for each peer in a row.
func (s *sums) add(r *countRow, w uint64) {
	if r.full {
		s.all += w
		return
	}
	if r.words != nil {
		r.words.each(func(spot int32) { s.each[spot] += w })
		return
	}
	for _, spot := range r.list {
		s.each[spot] += w
	}
}

// move takes w away for each peer in one row and adds it for each in another.
// Between two dense rows only the difference is walked.
func (s *sums) move(from, to *countRow, w uint64) {
	if from.full || to.full || from.words == nil || to.words == nil {
		s.add(from, minus(w))
		s.add(to, w)
		return
	}
	for k, x := range from.words {
		for gone := x &^ to.words[k]; gone != 0; gone &= gone - 1 {
			s.each[k*64+bits.TrailingZeros64(gone)] -= w
		}
		for came := to.words[k] &^ x; came != 0; came &= came - 1 {
			s.each[k*64+bits.TrailingZeros64(came)] += w
		}
	}
}

// minus returns -w in the arithmetic of counts.
func minus(w uint64) uint64 { return -w }

// loop is pairs of pods that the rows do not judge: a pod with itself, or with
// its own node. src and dst are spots.
type loop struct {
	src, dst int32
	rel      relation
	self     bool
	n        uint64
	beyond   uint64 // what it adds to the count of the rows
}

func newCounter(p *plane) *counter {
	c := &counter{plane: p}
	var wait sync.WaitGroup
	for d := range model.Directions {
		wait.Go(func() { c.dirs[d] = c.side(d) })
	}
	c.collectLoops()
	wait.Wait()
	c.columns()
	c.indexLoops()
	return c
}

// side gathers the spots that share a program in every layer of the plane, and
// their rows.
func (c *counter) side(d model.Direction) countSide {
	n := len(c.weight)
	out := countSide{programOf: make([]int32, n), events: make([][]int32, c.m.u.ports.Len()), moved: c.newWords()}
	for _, sum := range []*sums{&out.first, &out.here, &out.old} {
		sum.each = make([]uint64, n)
	}
	ids := map[[2]int32]int32{}
	rows := map[[2]int32]int32{}
	for spot := range int32(n) {
		if c.weight[spot] == 0 {
			continue // it stays with program 0, and is of no account
		}
		key := c.programs(d, spot)
		id, ok := ids[key]
		if !ok {
			id = int32(len(out.programs))
			ids[key] = id
			out.programs = append(out.programs, c.program(d, key, &out, rows))
		}
		out.programOf[spot] = id
		p := &out.programs[id]
		p.members = append(p.members, spot)
		p.weight += c.weight[spot]
	}
	out.now, out.changed, out.place = make([]int32, len(out.programs)), make([]bool, len(out.programs)), make([]int32, len(out.programs))
	for id := range out.programs {
		p := &out.programs[id]
		out.now[id] = p.rows[0]
		out.first.add(&out.rows[p.rows[0]], p.weight)
		for _, start := range p.starts[1:] {
			out.events[start] = append(out.events[start], int32(id))
		}
	}
	out.here.all = out.first.all
	copy(out.here.each, out.first.each)
	return out
}

// program joins the runs of the programs of all layers.
func (c *counter) program(d model.Direction, key [2]int32, s *countSide, ids map[[2]int32]int32) countProgram {
	var p countProgram
	var starts []int32
	for k := range c.layers {
		starts = append(starts, c.m.dirs[d].programs[key[k]].starts...)
	}
	slices.Sort(starts)
	for _, start := range slices.Compact(starts) {
		var rows [2]int32
		for k := range c.layers {
			prog := &c.m.dirs[d].programs[key[k]]
			rows[k] = int32(c.layers[k].bound(prog.rows[prog.run(int(start))]))
		}
		id, ok := ids[rows]
		if !ok {
			id = int32(len(s.rows))
			ids[rows] = id
			s.rows = append(s.rows, c.row(d, rows))
		}
		if n := len(p.rows); n == 0 || p.rows[n-1] != id {
			p.starts = append(p.starts, start)
			p.rows = append(p.rows, id)
		}
	}
	return p
}

// at returns the row of a spot's program at the atom at hand, and at atom 0.
func (s *countSide) at(spot int32) *countRow { return &s.rows[s.now[s.programOf[spot]]] }

func (s *countSide) at0(spot int32) *countRow { return &s.rows[s.programs[s.programOf[spot]].rows[0]] }

// has reports whether a peer is in a row.
func (c *counter) has(r *countRow, spot int32) bool {
	if r.words != nil {
		return r.words.has(spot)
	}
	if len(r.sets) == 1 {
		return r.sets[0].Has(int(spot)) // spots are classes
	}
	return r.full || c.inAll(r.sets, spot)
}

// count returns the number of allowed pairs at each atom.
func (c *counter) count() []uint64 {
	e, i := &c.dirs[model.Egress], &c.dirs[model.Ingress]
	base := uint64(0)
	c.reached = make([]uint64, len(c.weight))
	for spot := range c.reached {
		if c.weight[spot] == 0 {
			continue
		}
		c.reached[spot] = c.reach(int32(spot), nil)
		base += c.weight[spot] * c.reached[spot]
	}
	rows := base // what the rows allow at the atom at hand
	out := make([]uint64, c.m.u.ports.Len())
	var sources, destinations []int32 // changed programs
	for atom := range out {
		sources = e.step(atom, sources)
		destinations = i.step(atom, destinations)
		c.stepLoops(atom)
		if atom > 0 && len(e.events[atom]) == 0 && len(i.events[atom]) == 0 {
			out[atom] = rows + c.beyond
			continue
		}
		rows = base
		for _, p := range sources {
			for _, s := range e.programs[p].members {
				rows += c.weight[s] * (c.reach(s, destinations) - c.reached[s])
			}
		}
		for _, p := range destinations {
			for _, d := range i.programs[p].members {
				rows += c.weight[d] * (c.others(i.at(d), d) - c.others(i.at0(d), d))
			}
		}
		out[atom] = rows + c.beyond
	}
	return out
}

// step moves a direction to an atom: the programs that begin a run there take
// on its row. It returns the programs whose row is not that of atom 0.
func (s *countSide) step(atom int, changed []int32) []int32 {
	for _, p := range s.events[atom] {
		prog := &s.programs[p]
		run, _ := slices.BinarySearch(prog.starts, int32(atom))
		row, first := prog.rows[run], prog.rows[0]
		s.here.move(&s.rows[s.now[p]], &s.rows[row], prog.weight)
		s.now[p] = row
		switch is := row != first; {
		case is && !s.changed[p]:
			s.changed[p] = true
			s.old.add(&s.rows[first], prog.weight)
			s.place[p] = int32(len(changed))
			changed = append(changed, p)
			for _, spot := range prog.members {
				s.moved.set(spot)
			}
		case !is && s.changed[p]:
			s.changed[p] = false
			s.old.add(&s.rows[first], minus(prog.weight))
			for _, spot := range prog.members {
				s.moved.clear(spot)
			}
			last := changed[len(changed)-1]
			changed[s.place[p]] = last
			s.place[last] = s.place[p]
			changed = changed[:len(changed)-1]
		}
	}
	return changed
}

// reach returns the weight of what a source reaches at the atom at hand, given
// the ingress programs whose row is not that of atom 0.
func (c *counter) reach(s int32, destinations []int32) uint64 {
	e, i := &c.dirs[model.Egress], &c.dirs[model.Ingress]
	row := e.at(s)
	if row.full {
		return i.here.of(s)
	}
	if row.words != nil {
		return c.reachDense(s, row.words, destinations)
	}
	n := uint64(0)
	for _, d := range row.list {
		if c.has(i.at(d), s) {
			n += c.weight[d]
		}
	}
	return n
}

// others returns the weight of the sources in an ingress row whose egress row
// is that of atom 0 and lets them reach d.
func (c *counter) others(row *countRow, d int32) uint64 {
	e := &c.dirs[model.Egress]
	if row.full {
		return e.first.of(d) - e.old.of(d)
	}
	if row.words != nil {
		return c.common(row.words, e.columns[d], e.moved)
	}
	n := uint64(0)
	for _, s := range row.list {
		if !e.changed[e.programOf[s]] && c.has(e.at0(s), d) {
			n += c.weight[s]
		}
	}
	return n
}

// collectLoops finds the pairs that rows do not judge.
func (c *counter) collectLoops() {
	m := c.m
	for spot, w := range c.weight {
		if w == 0 {
			continue
		}
		c.loops = append(c.loops, loop{src: int32(spot), dst: int32(spot), self: true, n: w})
	}
	onNode := map[int32][]PeerID{}
	var hosts []PeerID
	for id := range PeerID(m.u.pods) {
		if n := m.nodeOf[id]; n >= 0 && c.spotOf[m.u.shapeOf[id]] >= 0 {
			onNode[n] = append(onNode[n], id)
			if m.isNodeLike(id) {
				hosts = append(hosts, id)
			}
		}
	}
	found := map[flowKind]uint64{}
	spot := func(id PeerID) int32 { return c.spotOf[m.u.shapeOf[id]] }
	for _, h := range hosts {
		for _, p := range onNode[m.nodeOf[h]] {
			if p == h {
				continue
			}
			n := uint64(m.pod(h).Weight) * uint64(m.pod(p).Weight)
			if rel := m.relation(h, p); rel != unrelated {
				found[flowKind{spot(h), spot(p), rel}] += n
			}
			// Two hosts meet both ways as the outer loop comes to each.
			if rel := m.relation(p, h); rel != unrelated && !m.isNodeLike(p) {
				found[flowKind{spot(p), spot(h), rel}] += n
			}
		}
	}
	for k, n := range found {
		c.loops = append(c.loops, loop{src: k.src, dst: k.dst, rel: k.rel, n: n})
	}
}

// indexLoops lists the loops by the programs that judge them. The way to the own
// node is judged rule by rule where there are several tiers, and so may change
// where no row does.
func (c *counter) indexLoops() {
	for d := range c.dirs {
		c.dirs[d].loops = make([][]int32, len(c.dirs[d].programs))
	}
	for k := range c.loops {
		l := &c.loops[k]
		e, i := &c.dirs[model.Egress], &c.dirs[model.Ingress]
		p, q := e.programOf[l.src], i.programOf[l.dst]
		e.loops[p] = append(e.loops[p], int32(k))
		i.loops[q] = append(i.loops[q], int32(k))
		if l.rel&toOwnNode != 0 && len(c.m.cluster.Tiers) > 1 {
			c.restless = append(c.restless, int32(k))
		}
	}
}

// stepLoops judges anew the loops that may change at an atom. beyond is the
// weight of the loops that are allowed although the rows deny them, less that
// of those that the rows allow although they are not.
func (c *counter) stepLoops(atom int) {
	if atom == 0 {
		for k := range c.loops {
			c.judgeLoop(&c.loops[k], atom)
		}
		return
	}
	for d := range c.dirs {
		for _, p := range c.dirs[d].events[atom] {
			for _, k := range c.dirs[d].loops[p] {
				c.judgeLoop(&c.loops[k], atom)
			}
		}
	}
	for _, k := range c.restless {
		c.judgeLoop(&c.loops[k], atom)
	}
}

func (c *counter) judgeLoop(l *loop, atom int) {
	c.beyond -= l.beyond
	rows := c.has(c.dirs[model.Egress].at(l.src), l.dst) && c.has(c.dirs[model.Ingress].at(l.dst), l.src)
	l.beyond = 0
	switch really := l.self || c.allowed(l, atom, rows); {
	case really && !rows:
		l.beyond = l.n
	case rows && !really:
		l.beyond = minus(l.n)
	}
	c.beyond += l.beyond
}

// allowed reports whether a pair of a pod and its own node is allowed in every
// layer.
func (c *counter) allowed(l *loop, atom int, rows bool) bool {
	if rows {
		return true // the way to a node only adds to what the rules allow
	}
	for k := range c.layers {
		y := &c.layers[k]
		v := c.m.classVerdict(y.class[l.src], y.class[l.dst], l.rel, atom)
		if v != model.Allowed && (!y.high || v != model.Unknown) {
			return false
		}
	}
	return true
}
