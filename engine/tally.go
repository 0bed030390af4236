package engine

import (
	"slices"
	"sync"

	"netreach/model"
)

// counts returns the counts at every port atom: by planes for the pods that
// have one member of a family at most, by pairs of shapes where another takes
// part.
func (m *Matrix) counts(own []ownNodePair) []PortCount {
	out := make([]PortCount, m.u.ports.Len())
	plain, others := m.plainShapes()
	m.countPlanes(out, plain, own)
	if len(others) > 0 {
		odd := map[int32]bool{}
		for _, o := range others {
			odd[o.shape] = true
		}
		var one, rest []shapeGroup
		for _, g := range m.groupShapes(m.end("", m.podPeers())) {
			if odd[g.shape] {
				rest = append(rest, g)
			} else {
				one = append(one, g)
			}
		}
		m.countShapes(out, rest, slices.Concat(one, rest))
		m.countShapes(out, one, rest)
	}
	return out
}

// shapeWeight is how many pods are of a shape.
type shapeWeight struct {
	shape  int32
	weight uint64
}

// weighShapes returns the shapes that pods of the cluster have: see
// Matrix.shapes.
func (m *Matrix) weighShapes() []shapeWeight {
	weights := make([]uint64, len(m.u.shapes))
	for id := range m.u.pods {
		if p := m.pod(PeerID(id)); p != nil {
			weights[m.u.shapeOf[id]] += uint64(p.Weight)
		}
	}
	var out []shapeWeight
	for shape, w := range weights {
		if w > 0 {
			out = append(out, shapeWeight{int32(shape), w})
		}
	}
	return out
}

// plainShapes returns the shapes of the pods: those that have one member of each
// family at most, and the others.
func (m *Matrix) plainShapes() (plain, others []shapeWeight) {
	for _, g := range m.shapes() {
		seen := [3]int{}
		for _, class := range m.u.shapes[g.shape] {
			if a := m.ground.attr(int(class)); a.kind != attrAbsent {
				seen[a.fam]++
			}
		}
		if max(seen[famAny], seen[fam4], seen[fam6]) > 1 || seen[famAny] > 0 && seen[fam4]+seen[fam6] > 0 {
			others = append(others, g)
		} else {
			plain = append(plain, g)
		}
	}
	return plain, others
}

// countPlanes counts plain pods. A pair that has one family in common is judged
// by it. One that has both is allowed if both are, denied if neither is, and
// some if they differ.
func (m *Matrix) countPlanes(out []PortCount, plain []shapeWeight, own []ownNodePair) {
	var only4, only6, both []shapeWeight
	for _, g := range plain {
		has4, has6 := m.member(g.shape, fam4) >= 0, m.member(g.shape, fam6) >= 0
		switch floats := m.ground.attr(int(m.u.shapes[g.shape][0])).fam == famAny; {
		case has4 && has6 && !floats:
			both = append(both, g)
		case has4:
			only4 = append(only4, g)
		default:
			only6 = append(only6, g)
		}
	}
	t := &planeTally{m: m, out: out, open: m.open(), own: own}
	both4, both6, joint := t.plan(both, fam4), t.plan(both, fam6), t.plan(both, fam4, fam6)
	all4, all6 := both4, both6
	if len(only4) > 0 {
		all4 = t.plan(slices.Concat(only4, both), fam4)
	}
	if len(only6) > 0 {
		all6 = t.plan(slices.Concat(only6, both), fam6)
	}
	var wait sync.WaitGroup
	for _, p := range t.plans {
		wait.Go(p.count)
	}
	wait.Wait()
	if len(only4) > 0 {
		t.add(all4, 1)
		t.add(both4, minus(1))
	}
	if len(only6) > 0 {
		t.add(all6, 1)
		t.add(both6, minus(1))
	}
	t.addBoth(both4, both6, joint, weightOfAll(both))
	// Pairs without a common family are denied.
	apart := 2 * weightOfAll(only4) * weightOfAll(only6)
	for atom := range out {
		out[atom].Denied += apart
	}
}

// planeTally adds up what planes count.
type planeTally struct {
	m     *Matrix
	out   []PortCount
	open  bool
	own   []ownNodePair
	plans []*plan
}

// plan is what is counted on the shapes that have certain families: the pairs
// that are certainly allowed, those that are possibly allowed, and, for two
// families, those that are certainly allowed by one and possibly by the other.
type plan struct {
	tally            *planeTally
	shapes           []shapeWeight
	fams             []family
	pairs            uint64
	low, high        []uint64
	lowHigh, highLow []uint64
}

func (t *planeTally) plan(shapes []shapeWeight, fams ...family) *plan {
	p := &plan{tally: t, shapes: shapes, fams: fams}
	t.plans = append(t.plans, p)
	return p
}

func (p *plan) count() {
	on := func(high ...bool) []uint64 {
		layers := make([]layer, len(p.fams))
		for k := range layers {
			layers[k] = layer{fam: p.fams[k], high: high[k]}
		}
		plane := newPlane(p.tally.m, p.shapes, layers...)
		p.pairs = plane.total * plane.total
		if plane.total == 0 {
			return make([]uint64, len(p.tally.out))
		}
		return plane.count(p.tally.own)
	}
	p.low = on(false, false)
	p.high, p.lowHigh, p.highLow = p.low, p.low, p.low
	if p.tally.open {
		p.high = on(true, true)
		if len(p.fams) == 2 {
			p.lowHigh, p.highLow = on(false, true), on(true, false)
		}
	}
}

// add adds the pairs of a plan for one family, or takes them away.
func (t *planeTally) add(p *plan, sign uint64) {
	for atom := range t.out {
		t.out[atom].Allowed += sign * p.low[atom]
		t.out[atom].Unknown += sign * (p.high[atom] - p.low[atom])
		t.out[atom].Denied += sign * (p.pairs - p.high[atom])
	}
}

// addBoth adds the pairs of pods that have both families.
func (t *planeTally) addBoth(four, six, joint *plan, w uint64) {
	for atom := range t.out {
		allowed := joint.low[atom]
		denied := w*w - (four.high[atom] + six.high[atom] - joint.high[atom])
		some := four.low[atom] - joint.lowHigh[atom] + six.low[atom] - joint.highLow[atom]
		c := &t.out[atom]
		c.Allowed += allowed
		c.Denied += denied
		c.Some += some
		c.Unknown += w*w - allowed - denied - some
	}
}

func weightOfAll(gs []shapeWeight) uint64 {
	n := uint64(0)
	for i := range gs {
		n += gs[i].weight
	}
	return n
}

// open reports whether anything is open: a row whose bounds differ, or a switch
// that is decided flow by flow.
func (m *Matrix) open() bool {
	if m.switches.OwnNodeIngress == model.Open || m.switches.OwnNodeEgress == model.Open {
		return true
	}
	for d := range m.dirs {
		for _, b := range m.dirs[d].rows {
			if b.lo != b.hi {
				return true
			}
		}
	}
	return false
}

// countShapes adds the pairs from one list of shapes to another.
func (m *Matrix) countShapes(out []PortCount, from, to []shapeGroup) {
	p := newProfiler(m)
	total := map[int32]uint64{} // by profile
	for i := range from {
		for k := range to {
			self, kinds := m.weigh(&from[i], &to[k])
			total[p.uniform(model.Allowed)] += self
			for kind, n := range kinds {
				total[p.of(kind)] += n
			}
		}
	}
	for profile, n := range total {
		pr := &p.list[profile]
		for atom := range out {
			out[atom].add(pr.at(atom), n)
		}
	}
}

func (c *PortCount) add(v model.Verdict, n uint64) {
	switch v {
	case model.Allowed:
		c.Allowed += n
	case model.Denied:
		c.Denied += n
	case model.Unknown:
		c.Unknown += n
	case model.Some:
		c.Some += n
	case model.None:
	}
}

// weigh returns how many pairs of pods from one group to another are a pod with
// itself, and how many are of each kind of flow.
func (m *Matrix) weigh(a, b *shapeGroup) (self uint64, kinds map[flowKind]uint64) {
	kinds = map[flowKind]uint64{}
	plain := m.weightOf(a.peers) * m.weightOf(b.peers)
	for _, p := range a.peers {
		if _, ok := slices.BinarySearch(b.peers, p); ok {
			self += uint64(m.pod(p).Weight)
		}
	}
	plain -= self
	if m.isNodeLike(a.peers[0]) || m.isNodeLike(b.peers[0]) {
		byNode := map[int32][]PeerID{}
		for _, q := range b.peers {
			byNode[m.nodeOf[q]] = append(byNode[m.nodeOf[q]], q)
		}
		for _, p := range a.peers {
			for _, q := range byNode[m.nodeOf[p]] {
				if rel := m.relation(p, q); rel != unrelated && p != q {
					n := uint64(m.pod(p).Weight) * uint64(m.pod(q).Weight)
					kinds[flowKind{a.shape, b.shape, rel}] += n
					plain -= n
				}
			}
		}
	}
	if plain > 0 {
		kinds[flowKind{a.shape, b.shape, unrelated}] += plain
	}
	return self, kinds
}

// weightOf returns the number of pods that peers stand for.
func (m *Matrix) weightOf(pods []PeerID) uint64 {
	n := uint64(0)
	for _, id := range pods {
		n += uint64(m.pod(id).Weight)
	}
	return n
}
