package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// pairs counts the pairs of a part, and returns the pods that stand on both sides
// and are left out with themselves.
func (c *Checker) pairs(p *part) (n uint64, selves []PeerID) {
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
func (c *Checker) omitted(p *part, b *portBatch) (n uint64) {
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
func (c *Checker) failing(p *part, b *portBatch) (n uint64) {
	c.pairwise(p, b, func(x *meeting) bool {
		if _, bad := c.otherwise(x.profile, p.wanted, b); bad {
			n += c.m.ofKind(x)
		}
		return true
	})
	if p.wanted == model.Allowed {
		c.strangers(p, b, func(src, dst *shapeGroup) { n += size(src) * size(dst) })
	}
	t := newTallyOf(c.m, p, b)
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
func (m *Matrix) ofKind(x *meeting) uint64 {
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
	m      *Matrix
	part   *part
	batch  *portBatch
	src    map[familyProgram]*bitset.Set
	dst    map[familyProgram]*bitset.Set
	nSrc   map[int]uint64 // by class
	nDst   map[int]uint64
	itself map[int]uint64 // by class: pods on both sides, with themselves
	// The plain groups of either side, by whether they are of one class.
	one, several [model.Directions][]shapeGroup
}

// familyProgram is classes of one family and one program, outside or not.
type familyProgram struct {
	fam     family
	program int32
	outside bool
}

func newTallyOf(m *Matrix, p *part, b *portBatch) *checkTally {
	t := &checkTally{m: m, part: p, batch: b, itself: map[int]uint64{}}
	t.src, t.nSrc = t.sort(p.source.plain, model.Egress)
	t.dst, t.nDst = t.sort(b.target.plain, model.Ingress)
	for _, id := range m.shared(p.src, b.dst) {
		if shape := m.u.shapes[m.u.shapeOf[id]]; len(shape) == 1 {
			t.itself[int(shape[0])]++
		}
	}
	return t
}

func (t *checkTally) sort(groups []shapeGroup, d model.Direction) (map[familyProgram]*bitset.Set, map[int]uint64) {
	builders := map[familyProgram]*bitset.Builder{}
	weights := map[int]uint64{}
	for i := range groups {
		if len(t.m.u.shapes[groups[i].shape]) != 1 {
			t.several[d] = append(t.several[d], groups[i])
			continue
		}
		t.one[d] = append(t.one[d], groups[i])
		class := int(t.m.u.shapes[groups[i].shape][0])
		a := t.m.ground.attr(class)
		if a.kind == attrAbsent {
			continue
		}
		key := familyProgram{a.fam, t.m.dirs[d].programOf[class], a.kind == attrOutside}
		if builders[key] == nil {
			builders[key] = new(bitset.Builder)
		}
		builders[key].Add(class)
		weights[class] += size(&groups[i])
	}
	sets := make(map[familyProgram]*bitset.Set, len(builders))
	for key, b := range builders {
		sets[key] = b.Set()
	}
	return sets, weights
}

// failing returns how many pairs are not as wanted on some port.
func (t *checkTally) failing() (n uint64) {
	for e, src := range t.src {
		for i, dst := range t.dst {
			if e.outside && i.outside || !e.fam.meets(i.fam) {
				continue
			}
			if t.part.wanted == model.Denied {
				n += t.open(e.program, i.program, src, dst)
			} else {
				n += t.product(src, dst) - t.allowed(e.program, i.program, src, dst)
			}
		}
	}
	return n
}

// product counts the pairs between two sets, without those of a pod with itself.
func (t *checkTally) product(src, dst *bitset.Set) uint64 {
	var a, b, same uint64
	for class := range src.All() {
		a += t.nSrc[class]
		if t.itself[class] > 0 && dst.Has(class) {
			same += t.itself[class]
		}
	}
	for class := range dst.All() {
		b += t.nDst[class]
	}
	return a*b - same
}

// allowed counts the pairs that are certainly allowed on every port: both sides
// let each other through throughout.
func (t *checkTally) allowed(egress, ingress int32, src, dst *bitset.Set) uint64 {
	for _, span := range t.batch.spans {
		eachRun(span, t.m.starts(model.Ingress, ingress), func(run atomRange) bool {
			certain, _ := t.m.row(model.Ingress, ingress, int(run.lo))
			src = src.And(certain)
			return true
		})
		eachRun(span, t.m.starts(model.Egress, egress), func(run atomRange) bool {
			certain, _ := t.m.row(model.Egress, egress, int(run.lo))
			dst = dst.And(certain)
			return true
		})
	}
	return t.product(src, dst)
}

// open counts the pairs that are possibly allowed on some port. It cuts the
// sources by where they are admitted; the destinations of each cut add up.
func (t *checkTally) open(egress, ingress int32, src, dst *bitset.Set) (n uint64) {
	type cut struct{ src, dst *bitset.Set }
	cuts := []cut{{src, nil}}
	for _, span := range t.batch.spans {
		eachRun(span, t.m.starts(model.Ingress, ingress), func(run atomRange) bool {
			_, admitted := t.m.row(model.Ingress, ingress, int(run.lo))
			if !src.Intersects(admitted) {
				return true
			}
			return eachRun(run, t.m.starts(model.Egress, egress), func(run atomRange) bool {
				_, reached := t.m.row(model.Egress, egress, int(run.lo))
				reached = dst.And(reached)
				if reached.Empty() {
					return true
				}
				var next []cut
				for _, c := range cuts {
					if in := c.src.And(admitted); !in.Empty() {
						next = append(next, cut{in, c.dst.Or(reached)})
					}
					if out := c.src.AndNot(admitted); !out.Empty() {
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
