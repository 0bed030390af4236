package engine

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// counter counts the allowed pairs of pods at every port atom, in a plane.
//
// A row is a bulk with a few flips (package bitset). So the allowed pairs are
//
//	sum of w(s) w(d) (bulk(s,d) + flip(s,d)) in(d,s)
//	  = flips of egress rows, each with what the ingress of d says of s
//	  + flips of ingress rows, each with what the bulk of the egress row of s says of d
//	  + bulks with bulks
//
// where a flip counts 1 where it adds to its bulk, and -1 where it takes away.
// The first two go through the flips, of which there are as many as there are
// selectors that matched: what one adds to the count holds over those ports for
// which the runs of both programs agree, and is noted where that begins and
// ends. The third goes by the number of bulks, not of pods: see bulks. Nothing
// is done port by port that does not change there.
type counter struct {
	*plane
	egress, ingress *planeSide
	atoms           int32
}

// count returns the number of allowed pairs at each atom.
// own are the pairs of a pod with its own node.
func (p *plane) count(own []ownNodePair) []uint64 {
	c := &counter{plane: p, atoms: int32(p.m.u.ports.Len())}
	var wait sync.WaitGroup
	wait.Go(func() { c.egress = p.side(model.Egress) })
	wait.Go(func() { c.ingress = p.side(model.Ingress) })
	wait.Wait()
	var out []uint64
	wait.Go(func() { out = c.bulks() })
	steps := c.share(&wait,
		work{len(c.egress.programs), func(t *tape, i int) { c.flips(t, c.egress, c.ingress, i, false) }},
		work{len(c.ingress.programs), func(t *tape, i int) { c.flips(t, c.ingress, c.egress, i, true) }},
		work{len(p.weight), c.itself},
		work{len(own), func(t *tape, i int) { c.ownNode(t, own[i].kind, own[i].n) }},
	)
	wait.Wait()
	now := uint64(0)
	for atom := range out {
		for _, s := range steps {
			now += s.steps[atom]
		}
		out[atom] += now
	}
	return out
}

// tape notes by atom what the count changes by there. It belongs to one
// goroutine.
type tape struct {
	steps []uint64 // by atom, and one for what ends behind the last
	// met and metBy remember by row, or by bulk, how much of a program's subjects
	// it lets through, and for which program that is.
	met   [model.Directions][]uint64
	metBy [model.Directions][]int32
}

func (c *counter) newTape() *tape {
	t := &tape{steps: make([]uint64, c.atoms+1)}
	for d, n := range [...]int{c.ingress.sets.Count(), c.egress.sets.Bulks()} {
		t.met[d], t.metBy[d] = make([]uint64, n), make([]int32, n)
	}
	return t
}

// note adds n to the count at the atoms lo to hi-1.
func (t *tape) note(lo, hi int32, n uint64) {
	t.steps[lo] += n
	t.steps[hi] -= n
}

// work is to do something for each i below n.
type work struct {
	n  int
	do func(t *tape, i int)
}

// share has all processors do the work, in portions, each on a tape of its own.
// What the tapes hold adds up to the same whoever did what.
func (c *counter) share(wait *sync.WaitGroup, works ...work) []*tape {
	const portion = 256
	var next atomic.Int64
	total := 0
	for _, w := range works {
		total += (w.n + portion - 1) / portion
	}
	tapes := make([]*tape, min(runtime.GOMAXPROCS(0), max(1, total)))
	for i := range tapes {
		tapes[i] = c.newTape()
		wait.Go(func() {
			for {
				at := int(next.Add(1)) - 1
				if at >= total {
					return
				}
				for _, w := range works {
					portions := (w.n + portion - 1) / portion
					if at < portions {
						for k := at * portion; k < min(w.n, (at+1)*portion); k++ {
							w.do(tapes[i], k)
						}
						break
					}
					at -= portions
				}
			}
		})
	}
	return tapes
}

// minus returns -w in the arithmetic of counts.
func minus(w uint64) uint64 { return -w }

// flips notes the pairs of a flip in a row of from's i-th program: those of its
// subjects that the other side lets through as well. bulk says to ask the bulks
// of the other side's rows, and not the rows.
func (c *counter) flips(t *tape, from, to *planeSide, i int, bulk bool) {
	p := &from.programs[i]
	for k, row := range p.rows {
		flips := from.sets.Flips(row)
		if len(flips) == 0 {
			continue
		}
		base := from.sets.Bulk(row)
		start, end := p.starts[k], p.end(k, c.atoms)
		for _, peer := range flips {
			if int(peer) >= len(c.weight) {
				break // no pod, nor are those behind it
			}
			w := c.weight[peer]
			if w == 0 {
				continue
			}
			if base != 0 && from.sets.InBulk(base, peer) {
				w = minus(w)
			}
			q := &to.programs[to.programOf[peer]]
			for at := run(q.starts, int(start)); at < len(q.starts) && q.starts[at] < end; at++ {
				if n := c.through(t, to, q.rows[at], p, i, bulk); n != 0 {
					t.note(max(start, q.starts[at]), min(end, q.end(at, c.atoms)), w*n)
				}
			}
		}
	}
}

// through returns the weight of those subjects of the i-th program p that a row
// of the other side lets through, or its bulk.
func (c *counter) through(t *tape, s *planeSide, row bitset.ID, p *planeProgram, i int, bulk bool) uint64 {
	what, d := int(row), 0
	if bulk {
		what, d = s.sets.Bulk(row), 1
	}
	switch what {
	case 0:
		return 0
	case 1:
		return p.weight
	}
	has := func(spot int32) bool { return s.sets.Has(row, spot) }
	if bulk {
		has = func(spot int32) bool { return s.sets.InBulk(what, spot) }
	}
	if len(p.members) == 1 {
		if has(p.members[0]) {
			return p.weight
		}
		return 0
	}
	if t.metBy[d][what] == int32(i)+1 {
		return t.met[d][what]
	}
	n := uint64(0)
	for _, spot := range p.members {
		if has(spot) {
			n += c.weight[spot]
		}
	}
	t.metBy[d][what], t.met[d][what] = int32(i)+1, n
	return n
}

// itself notes what a pod with itself adds to what the rows allow (NP-43).
func (c *counter) itself(t *tape, i int) {
	w, spot := c.weight[i], int32(i)
	if w == 0 {
		return
	}
	t.note(0, c.atoms, w)
	e, q := &c.egress.programs[c.egress.programOf[spot]], &c.ingress.programs[c.ingress.programOf[spot]]
	for x, row := range e.rows {
		if !c.egress.sets.Has(row, spot) {
			continue
		}
		start, end := e.starts[x], e.end(x, c.atoms)
		for y := run(q.starts, int(start)); y < len(q.starts) && q.starts[y] < end; y++ {
			if c.ingress.sets.Has(q.rows[y], spot) {
				t.note(max(start, q.starts[y]), min(end, q.end(y, c.atoms)), minus(w))
			}
		}
	}
}

// ownNode notes what n pairs of a pod with its own node add to what the rows
// allow (NP-42).
func (c *counter) ownNode(t *tape, kind flowKind, n uint64) {
	src, dst := c.spotOf[kind.src], c.spotOf[kind.dst]
	if src < 0 || dst < 0 {
		return
	}
	e, i := &c.egress.programs[c.egress.programOf[src]], &c.ingress.programs[c.ingress.programOf[dst]]
	sw := &c.m.switches
	switch {
	case len(e.rows) == 1 && e.rows[0] == bitset.All && len(i.rows) == 1 && i.rows[0] == bitset.All:
		return // nothing to add to
	case (kind.rel&fromOwnNode == 0 || sw.OwnNodeIngress == model.No) && (kind.rel&toOwnNode == 0 || sw.OwnNodeEgress == model.No):
		return // nothing is added
	}
	var within []int32 // where the verdict may change within the runs of both
	if kind.rel&toOwnNode != 0 && c.byRules(src) {
		within = c.m.edges(kind)
	}
	w := c.ways(kind.rel, src)
	for x, row := range e.rows {
		egress := c.egress.sets.Has(row, dst)
		start, end := e.starts[x], e.end(x, c.atoms)
		for y := run(i.starts, int(start)); y < len(i.starts) && i.starts[y] < end; y++ {
			ingress := c.ingress.sets.Has(i.rows[y], src)
			if egress && ingress {
				continue // the way to a node only adds to what the rules allow
			}
			from, to := max(start, i.starts[y]), min(end, i.end(y, c.atoms))
			for from < to {
				next := to
				if k, ok := slices.BinarySearch(within, from+1); ok || k < len(within) {
					next = min(to, within[k])
				}
				var allowed bool
				if w.certain {
					allowed = (egress || w.egress) && (ingress || w.ingress)
				} else {
					allowed = c.allowed(src, dst, kind.rel, int(from))
				}
				if allowed {
					t.note(from, next, n)
				}
				from = next
			}
		}
	}
}

// ways is what is open between a pod and its own node whatever the rules say,
// if that is certain in the one layer of a plane.
type ways struct{ egress, ingress, certain bool }

func (c *counter) ways(rel relation, src int32) ways {
	sw := &c.m.switches
	w := ways{certain: len(c.layers) == 1}
	if rel&fromOwnNode != 0 {
		w.ingress = sw.OwnNodeIngress == model.Yes
		w.certain = w.certain && sw.OwnNodeIngress != model.Open
	}
	if rel&toOwnNode != 0 && sw.OwnNodeEgress != model.No && w.certain {
		s := &c.m.dirs[model.Egress]
		w.egress = s.programs[s.programOf[c.layers[0].class[src]]].isolated != NoMatch
		w.certain = sw.OwnNodeEgress == model.Yes && !c.byRules(src)
	}
	return w
}

// byRules reports whether the way from a spot to its own node is judged rule by
// rule, not by rows: see Matrix.directed.
func (c *counter) byRules(spot int32) bool {
	s := &c.m.dirs[model.Egress]
	for k := range c.layers {
		p := &s.programs[s.programOf[c.layers[k].class[spot]]]
		if p.isolated != NoMatch && (!p.addsUp || c.m.switches.SCTP != model.Yes) {
			return true
		}
	}
	return false
}

// allowed reports whether a pair of a pod and its own node is allowed in every
// layer.
func (c *counter) allowed(src, dst int32, rel relation, atom int) bool {
	for k := range c.layers {
		y := &c.layers[k]
		v := c.m.classVerdict(y.class[src], y.class[dst], rel, atom)
		if v != model.Allowed && (!y.high || v != model.Unknown) {
			return false
		}
	}
	return true
}
