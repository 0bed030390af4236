package engine

import (
	"cmp"
	"slices"
	"sync"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// Summary is the whole matrix in numbers, over ordered pairs of pods, each
// replica of a pod that stands for several counted as a pod. A pod with itself
// is one of the pairs, and always allowed (NP-43). Addresses outside and nodes
// are not counted.
type Summary struct {
	Pods, Workloads, Namespaces, Policies int
	// Isolated is the number of pods that are isolated, by direction.
	Isolated [model.Directions]int
	// Pairs is the number of ordered pairs.
	Pairs uint64
	// Ports holds the counts, for maximal ranges of ports with equal counts, in
	// the order of protocols and ports.
	Ports []PortCount
	// Exposed lists the workloads whose ingress admits the most, the widest open
	// first.
	Exposed []Exposure
}

// PortCount is how many pairs of pods have each verdict on each port of a
// range. The counts add up to Summary.Pairs.
type PortCount struct {
	Ports PortRange
	// Some counts pairs of which the address families differ (NP-53).
	Allowed, Denied, Unknown, Some uint64
}

// Exposure is a workload with what its ingress rules certainly admit on some
// port, as far as they go: whether the sources' egress lets them is another
// question.
type Exposure struct {
	Workload string
	// Internet tells whether some address of the internet is admitted.
	Internet bool
	// Sources is the number of pods that are admitted, to the pod of the workload
	// that admits the most.
	Sources int
}

// Summary returns the matrix in numbers, with at most exposed workloads. Its
// cost follows the number of rows and the places where they change from port to
// port, not the number of pairs; only pairs with a pod of several addresses are
// counted kind by kind.
func (m *Matrix) Summary(exposed int) Summary {
	s := Summary{
		Workloads: len(m.cluster.Workloads), Policies: len(m.cluster.Policies),
		Isolated: [model.Directions]int{model.Egress: m.Isolated(model.Egress), model.Ingress: m.Isolated(model.Ingress)},
	}
	namespace := ""
	for i := range m.cluster.Pods {
		s.Pods += m.cluster.Pods[i].Weight
		if ns := m.cluster.Pods[i].Namespace; ns != namespace {
			namespace = ns
			s.Namespaces++
		}
	}
	s.Pairs = uint64(s.Pods) * uint64(s.Pods)
	counts := m.counts()
	for atom := range counts {
		counts[atom].Ports = m.atomRange(atom)
		s.Ports = appendCount(s.Ports, counts[atom])
	}
	s.Exposed = m.exposed(exposed)
	return s
}

// appendCount appends c, or lets the last range go on if c has its counts.
func appendCount(cs []PortCount, c PortCount) []PortCount {
	if n := len(cs) - 1; n >= 0 && cs[n].Ports.Protocol == c.Ports.Protocol {
		last := cs[n].Ports
		cs[n].Ports = c.Ports
		if cs[n] == c {
			cs[n].Ports.First = last.First
			return cs
		}
		cs[n].Ports = last
	}
	return append(cs, c)
}

// counts returns the counts at every port atom: by planes for the pods that
// have one member of a family at most, by pairs of shapes where another takes
// part.
func (m *Matrix) counts() []PortCount {
	out := make([]PortCount, m.u.ports.Len())
	plain, others := m.plainShapes()
	m.countPlanes(out, plain)
	m.countShapes(out, others, slices.Concat(plain, others))
	m.countShapes(out, plain, others)
	return out
}

// plainShapes returns the pods by shape: those that have one member of each
// family at most, and the others.
func (m *Matrix) plainShapes() (plain, others []shapeGroup) {
	for _, g := range m.groupShapes(m.end("", m.podPeers())) {
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
func (m *Matrix) countPlanes(out []PortCount, plain []shapeGroup) {
	var only4, only6, both []shapeGroup
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
	t := &planeTally{m: m, out: out, open: m.open()}
	var wait sync.WaitGroup
	both4, both6, joint := t.plan(both, fam4), t.plan(both, fam6), t.plan(both, fam4, fam6)
	all4, all6 := both4, both6
	if len(only4) > 0 {
		all4 = t.plan(slices.Concat(only4, both), fam4)
	}
	if len(only6) > 0 {
		all6 = t.plan(slices.Concat(only6, both), fam6)
	}
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
	t.addBoth(both4, both6, joint, m.weightOfAll(both))
	// Pairs without a common family are denied.
	apart := 2 * m.weightOfAll(only4) * m.weightOfAll(only6)
	for atom := range out {
		out[atom].Denied += apart
	}
}

// planeTally adds up what planes count.
type planeTally struct {
	m     *Matrix
	out   []PortCount
	open  bool
	plans []*plan
}

// plan is what is counted on the shapes that have certain families: the pairs
// that are certainly allowed, those that are possibly allowed, and, for two
// families, those that are certainly allowed by one and possibly by the other.
type plan struct {
	tally            *planeTally
	shapes           []shapeGroup
	fams             []family
	pairs            uint64
	low, high        []uint64
	lowHigh, highLow []uint64
}

func (t *planeTally) plan(shapes []shapeGroup, fams ...family) *plan {
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
		return newCounter(plane).count()
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

func (m *Matrix) weightOfAll(gs []shapeGroup) uint64 {
	n := uint64(0)
	for i := range gs {
		n += m.weightOf(gs[i].peers)
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
		for i := range m.dirs[d].programs {
			for _, b := range m.dirs[d].programs[i].rows {
				if b.lo != b.hi {
					return true
				}
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

// exposed returns the n workloads that are open the widest.
func (m *Matrix) exposed(n int) []Exposure {
	if n <= 0 || len(m.cluster.Workloads) == 0 {
		return nil
	}
	ingress := &m.dirs[model.Ingress]
	groups := m.groupShapes(m.end("", m.podPeers()))
	weight := m.classWeights(groups)
	twice := m.newRepeats(groups)
	slices64 := make([][]uint64, 0, 64)
	for _, w := range weightSlices(weight) {
		slices64 = append(slices64, w)
	}
	var public bitset.Builder
	for class := m.u.outside; class < m.u.classes; class++ {
		if !m.u.addrs.Special(int(m.ground.attr(class).addr)) {
			public.Add(class)
		}
	}
	internet := public.Set()
	type admits struct {
		pods     int
		internet bool
	}
	byProgram := make([]admits, len(ingress.programs))
	var union bitset.Builder
	for i := range ingress.programs {
		rows := ingress.programs[i].rows
		admitted := ingress.rows[rows[0].lo]
		if len(rows) > 1 {
			for _, row := range rows {
				union.AddSet(ingress.rows[row.lo])
			}
			admitted = union.Set()
		}
		pods := admitted.Weigh(slices64) - twice.in(admitted)
		byProgram[i] = admits{int(pods), admitted.Intersects(internet)}
	}
	all := make([]Exposure, len(m.cluster.Workloads))
	seen := make([]int32, len(all))
	for id := range m.u.pods {
		p := m.pod(PeerID(id))
		if p == nil {
			continue
		}
		e := &all[p.Workload]
		for _, class := range m.u.shapes[m.u.shapeOf[id]] {
			program := ingress.programOf[class]
			if seen[p.Workload] == program+1 {
				continue // the pod before was the same
			}
			seen[p.Workload] = program + 1
			e.Sources = max(e.Sources, byProgram[program].pods)
			e.Internet = e.Internet || byProgram[program].internet
		}
	}
	for w := range all {
		all[w].Workload = m.workloadName(w)
	}
	slices.SortFunc(all, func(a, b Exposure) int {
		return cmp.Or(compareBool(b.Internet, a.Internet), cmp.Compare(b.Sources, a.Sources), cmp.Compare(a.Workload, b.Workload))
	})
	return all[:min(n, len(all))]
}

// classWeights returns the number of pods of each class.
func (m *Matrix) classWeights(groups []shapeGroup) []uint64 {
	out := make([]uint64, m.u.classes)
	for i := range groups {
		for _, class := range m.u.shapes[groups[i].shape] {
			out[class] += m.weightOf(groups[i].peers)
		}
	}
	return out
}

// repeats are the pods of several members, which weights by class count as
// often as they have members in a set (NP-53).
type repeats struct {
	classes *bitset.Set // those of members but the first
	pods    map[int][]repeat
}

// repeat is pods that have members in earlier classes, too.
type repeat struct {
	earlier []int32
	pods    uint64
}

func (m *Matrix) newRepeats(groups []shapeGroup) *repeats {
	r := &repeats{pods: map[int][]repeat{}}
	var b bitset.Builder
	for i := range groups {
		classes := m.u.shapes[groups[i].shape]
		for k := 1; k < len(classes); k++ {
			b.Add(int(classes[k]))
			r.pods[int(classes[k])] = append(r.pods[int(classes[k])], repeat{classes[:k], m.weightOf(groups[i].peers)})
		}
	}
	r.classes = b.Set()
	return r
}

// in returns how much the weights of the classes in s count too much.
func (r *repeats) in(s *bitset.Set) uint64 {
	if !s.Intersects(r.classes) {
		return 0
	}
	n := uint64(0)
	for class := range s.And(r.classes).All() {
		for _, p := range r.pods[class] {
			if slices.ContainsFunc(p.earlier, func(c int32) bool { return s.Has(int(c)) }) {
				n += p.pods
			}
		}
	}
	return n
}
