package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// pairs counts the pairs of a set of flows, and returns the pods that stand on both sides
// and are left out with themselves.
func (c *Checker) pairs(p *flowSet) (n uint64, selves []PeerID) {
	outside := func(ids []PeerID) uint64 {
		at, _ := slices.BinarySearch(ids, PeerID(c.m.u.pods+c.m.u.nodes))
		return uint64(len(ids) - at)
	}
	for i := range p.batches {
		b := &p.batches[i]
		same := c.m.shared(p.src, b.dst)
		selves = append(selves, same...)
		n += uint64(len(p.src))*uint64(len(b.dst)) - outside(p.src)*outside(b.dst) - uint64(len(same))
		if p.others {
			n -= c.m.related(p.src, b.dst)
		}
		n -= c.omitted(p, b)
	}
	return n, selves
}

// shared returns the pods that two ascending lists have in common and whose flow
// to themselves is one of a single pod (NP-43), and the nodes.
func (m *Matrix) shared(a, b []PeerID) []PeerID {
	var out []PeerID
	for _, id := range a {
		if _, ok := slices.BinarySearch(b, id); ok && m.u.peers[id].Kind != OutsidePeer && m.itself(id) {
			out = append(out, id)
		}
	}
	return out
}

// omitted counts the pairs that are left out because an end outside has other
// members for them.
func (c *Checker) omitted(p *flowSet, b *portBatch) (n uint64) {
	sources, targets := p.source.groups(), b.target.groups()
	if c.m.oneFamily(sources, targets) {
		return 0
	}
	for i := range sources {
		for k := range targets {
			src, dst := &sources[i], &targets[k]
			outside := c.m.isOutside(src) && c.m.isOutside(dst)
			if !outside && !c.m.shapesMeet(src.shape, dst.shape) && c.m.leftOut(src, dst, sources, targets) {
				n += size(src) * size(dst)
			}
		}
	}
	return n
}

func size(g *shapeGroup) uint64 { return uint64(len(g.peers)) }

// related counts the pairs of a pod and its own node, or what uses that node's
// network.
func (m *Matrix) related(src, dst []PeerID) (n uint64) {
	m.eachRelated(src, dst, func(_, _ PeerID, _ relation) { n++ })
	return n
}

// eachRelated calls f with every such pair, but with none of a pod with itself.
func (m *Matrix) eachRelated(src, dst []PeerID, f func(p, q PeerID, rel relation)) {
	byNode, nodeLike := map[int32][]PeerID{}, map[int32][]PeerID{}
	for _, q := range dst {
		n := m.nodeOf[q]
		if n < 0 {
			continue
		}
		byNode[n] = append(byNode[n], q)
		if m.isNodeLike(q) {
			nodeLike[n] = append(nodeLike[n], q)
		}
	}
	for _, p := range src {
		n := m.nodeOf[p]
		if n < 0 {
			continue
		}
		near := nodeLike[n]
		if m.isNodeLike(p) {
			near = byNode[n]
		}
		for _, q := range near {
			if p == q && m.itself(p) {
				continue
			}
			if rel := m.relation(p, q); rel != unrelated {
				f(p, q, rel)
			}
		}
	}
}

// failing counts the pairs of a batch that are not as wanted on some port.
func (c *Checker) failing(p *flowSet, b *portBatch) (n uint64) {
	c.pairwise(p, b, func(x *groupFlow) bool {
		if _, bad := c.otherwise(x.profile, p.wanted, b); bad {
			n += c.m.ofKind(x)
		}
		return true
	})
	if p.wanted == model.Allowed {
		c.strangers(p, b, func(src, dst *shapeGroup) { n += size(src) * size(dst) })
	}
	t := newTallyOf(c, p, b)
	n += t.failing()
	each := func(sources, targets []shapeGroup) {
		for i := range sources {
			for k := range targets {
				src, dst := &sources[i], &targets[k]
				if c.m.isOutside(src) && c.m.isOutside(dst) || !c.m.shapesMeet(src.shape, dst.shape) {
					continue
				}
				kind := flowKind{src.shape, dst.shape, unrelated}
				if _, bad := c.otherwise(&c.profiler.list[c.profiler.of(kind)], p.wanted, b); bad {
					n += size(src)*size(dst) - uint64(len(c.m.shared(src.peers, dst.peers)))
				}
			}
		}
	}
	each(t.several[model.Egress], b.target.plain)
	each(t.one[model.Egress], t.several[model.Ingress])
	return n
}

// ofKind counts the pairs of two groups that are of one kind.
func (m *Matrix) ofKind(x *groupFlow) uint64 {
	var all, same uint64
	m.eachRelated(x.a.peers, x.b.peers, func(_, _ PeerID, rel relation) {
		all++
		if rel == x.kind.rel {
			same++
		}
	})
	if x.kind.rel != unrelated {
		return same
	}
	return size(x.a)*size(x.b) - all - uint64(len(m.shared(x.a.peers, x.b.peers)))
}

// checkTally counts failing pairs between plain peers of one class each, by the
// programs of their classes rather than by pairs.
type checkTally struct {
	m                  *Matrix
	sets               *peerSets
	flows              *flowSet
	batch              *portBatch
	src, dst           map[familyProgram]*programClasses
	srcPeers, dstPeers []uint64         // by class: how many peers
	itself             map[int32]uint64 // by class: pods on both sides, with themselves
	// The plain groups of either side, by whether they are of one class.
	one, several [model.Directions][]shapeGroup
}

// familyProgram is classes of one family and one program, outside or not.
type familyProgram struct {
	fam     family
	program int32
	outside bool
}

// programClasses is such classes, ascending.
type programClasses struct {
	set  bitset.ID
	list []int32
}

func newTallyOf(c *Checker, p *flowSet, b *portBatch) *checkTally {
	t := &checkTally{
		m: c.m, sets: c.sets, flows: p, batch: b, itself: map[int32]uint64{},
		srcPeers: make([]uint64, c.m.u.classes), dstPeers: make([]uint64, c.m.u.classes),
	}
	t.src = t.sort(p.source.plain, model.Egress, t.srcPeers)
	t.dst = t.sort(b.target.plain, model.Ingress, t.dstPeers)
	for _, id := range c.m.shared(p.src, b.dst) {
		if shape := c.m.u.shapes[c.m.u.shapeOf[id]]; len(shape) == 1 {
			t.itself[shape[0]]++
		}
	}
	return t
}

func (t *checkTally) sort(groups []shapeGroup, d model.Direction, peers []uint64) map[familyProgram]*programClasses {
	out := map[familyProgram]*programClasses{}
	for i := range groups {
		if len(t.m.u.shapes[groups[i].shape]) != 1 {
			t.several[d] = append(t.several[d], groups[i])
			continue
		}
		t.one[d] = append(t.one[d], groups[i])
		class := t.m.u.shapes[groups[i].shape][0]
		a := t.m.ground.attr(int(class))
		if a.kind == attrAbsent {
			continue
		}
		key := familyProgram{a.fam, t.m.dirs[d].programOf[class], a.kind == attrOutside}
		if out[key] == nil {
			out[key] = new(programClasses)
		}
		out[key].list = append(out[key].list, class)
		peers[class] += size(&groups[i])
	}
	for _, classes := range out {
		classes.set = t.sets.of[opposite(d)].Of(classes.list)
		classes.list = slices.AppendSeq(classes.list[:0], t.sets.of[opposite(d)].Each(classes.set, 0))
	}
	return out
}

// failing returns how many pairs are not as wanted on some port.
func (t *checkTally) failing() (n uint64) {
	for e, src := range t.src {
		for i, dst := range t.dst {
			if e.outside && i.outside || !e.fam.meets(i.fam) {
				continue
			}
			if t.flows.wanted == model.Denied {
				n += t.open(e.program, i.program, src, dst)
			} else {
				n += t.product(src.list, dst.list) - t.allowed(e.program, i.program, src, dst)
			}
		}
	}
	return n
}

// product counts the pairs between classes, without those of a pod with itself.
func (t *checkTally) product(src, dst []int32) uint64 {
	var a, b, same uint64
	for _, class := range dst {
		b += t.dstPeers[class]
	}
	for _, class := range src {
		a += t.srcPeers[class]
		if t.itself[class] > 0 {
			if _, ok := slices.BinarySearch(dst, class); ok {
				same += t.itself[class]
			}
		}
	}
	return a*b - same
}

// let returns those of some classes that a row lets through, and the others.
func let(sets *bitset.Sets, classes []int32, row rowID) (in, out []int32) {
	switch row {
	case bitset.All:
		return classes, nil
	case bitset.None:
		return nil, classes
	}
	for _, class := range classes {
		if sets.Has(row, class) {
			in = append(in, class)
		} else {
			out = append(out, class)
		}
	}
	return in, out
}

// allowed counts the pairs that are certainly allowed on every port: both sides
// let each other through throughout.
func (t *checkTally) allowed(egress, ingress int32, src, dst *programClasses) uint64 {
	from, to := src.list, dst.list
	for _, span := range t.batch.spans {
		eachRun(span, t.m.starts(model.Ingress, ingress), func(run atomRange) bool {
			from, _ = let(t.sets.of[model.Ingress], from, t.m.row(model.Ingress, ingress, int(run.lo)).lo)
			return len(from) > 0
		})
		eachRun(span, t.m.starts(model.Egress, egress), func(run atomRange) bool {
			to, _ = let(t.sets.of[model.Egress], to, t.m.row(model.Egress, egress, int(run.lo)).lo)
			return len(to) > 0
		})
	}
	return t.product(from, to)
}

// open counts the pairs that are possibly allowed on some port. It cuts the
// sources by where they are admitted; the destinations of each cut add up.
func (t *checkTally) open(egress, ingress int32, src, dst *programClasses) (n uint64) {
	type cut struct{ src, dst []int32 }
	cuts := []cut{{src.list, nil}}
	sources, destinations := t.sets.of[model.Ingress], t.sets.of[model.Egress]
	for _, span := range t.batch.spans {
		eachRun(span, t.m.starts(model.Ingress, ingress), func(run atomRange) bool {
			admitted := t.m.row(model.Ingress, ingress, int(run.lo)).hi
			if !sources.Intersects(src.set, admitted) {
				return true
			}
			return eachRun(run, t.m.starts(model.Egress, egress), func(run atomRange) bool {
				reached, _ := let(destinations, dst.list, t.m.row(model.Egress, egress, int(run.lo)).hi)
				if len(reached) == 0 {
					return true
				}
				var next []cut
				for _, c := range cuts {
					in, out := let(sources, c.src, admitted)
					if len(in) > 0 {
						next = append(next, cut{in, union(c.dst, reached)})
					}
					if len(out) > 0 {
						next = append(next, cut{out, c.dst})
					}
				}
				cuts = next
				return true
			})
		})
	}
	for _, c := range cuts {
		n += t.product(c.src, c.dst)
	}
	return n
}

// union returns the members of two ascending lists.
func union(a, b []int32) []int32 {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0 || slices.Equal(a, b):
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}
