package engine

import (
	"cmp"
	"slices"
)

// exception is a cell that the kinds of its two ends do not tell: some of its
// peers are on one node (NP-42), or one and the same (NP-43).
type exception struct {
	src, dst int32
	content  CellID
}

// meeting is two peers of which that is so: they are of the g-th and h-th group
// of the shapes of two ends, and on one node as near tells.
type meeting struct {
	src, dst int32 // ends
	g, h     int32
	near     bool
	p, q     PeerID
}

// exceptions returns the cells whose content is another one than their kinds
// tell, in no order.
func (q *quotienter) exceptions() []exception {
	met := append(q.sharedPeers(), q.onOneNode()...)
	slices.SortFunc(met, func(a, b meeting) int {
		return cmp.Or(cmp.Compare(a.src, b.src), cmp.Compare(a.dst, b.dst), cmp.Compare(a.g, b.g), cmp.Compare(a.h, b.h))
	})
	var out []exception
	for first, n := 0, 0; first < len(met); first = n {
		src, dst := met[first].src, met[first].dst
		for n = first; n < len(met) && met[n].src == src && met[n].dst == dst; n++ {
		}
		content := q.special(met[first:n])
		if content != CellID(q.rows.rows[q.row[q.src.of[src]]].at(q.dst.of[dst], q.rest)) {
			out = append(out, exception{src, dst, content})
		}
	}
	return out
}

// seat is a peer's place in an end.
type seat struct{ end, group int32 }

// seats returns the ends that each peer is in.
func (q *quotienter) seats() [][]seat {
	out := make([][]seat, q.l.m.u.Len())
	for i, groups := range q.groups {
		for g := range groups {
			for _, p := range groups[g].peers {
				out[p] = append(out[p], seat{int32(i), int32(g)})
			}
		}
	}
	return out
}

// sharedPeers returns the peers that are all that two ends have of a shape, so
// that there are no two different ones.
func (q *quotienter) sharedPeers() []meeting {
	m := q.l.m
	var out []meeting
	owners := map[PeerID][]seat{}
	for i, groups := range q.groups {
		for g := range groups {
			if peers := groups[g].peers; len(peers) == 1 && m.itself(peers[0]) {
				owners[peers[0]] = append(owners[peers[0]], seat{int32(i), int32(g)})
			}
		}
	}
	for p, in := range owners {
		for _, a := range in {
			for _, b := range in {
				outside := q.ends[a.end].Outside && q.ends[b.end].Outside
				alone := a.end == b.end && len(q.ends[a.end].Peers) == 1 // a single pod with itself
				if !outside && !alone && q.wants(a.end, b.end) {
					out = append(out, meeting{src: a.end, dst: b.end, g: a.group, h: b.group, p: p, q: p})
				}
			}
		}
	}
	return out
}

// onOneNode returns the peers on one node that have a relation.
func (q *quotienter) onOneNode() []meeting {
	m := q.l.m
	nodeLike := map[int32][]PeerID{}
	others := map[int32][]PeerID{}
	for id := range m.u.peers {
		if n := m.nodeOf[id]; n >= 0 {
			if m.isNodeLike(PeerID(id)) {
				nodeLike[n] = append(nodeLike[n], PeerID(id))
			} else {
				others[n] = append(others[n], PeerID(id))
			}
		}
	}
	if len(nodeLike) == 0 {
		return nil
	}
	in := q.seats()
	var out []meeting
	take := func(p, o PeerID) {
		if p == o && m.itself(p) || m.relation(p, o) == unrelated {
			return
		}
		for _, a := range in[p] {
			for _, b := range in[o] {
				if q.wants(a.end, b.end) {
					out = append(out, meeting{src: a.end, dst: b.end, g: a.group, h: b.group, near: true, p: p, q: o})
				}
			}
		}
	}
	for n, hosts := range nodeLike {
		for _, p := range hosts {
			for _, o := range others[n] {
				take(p, o)
				take(o, p)
			}
			for _, o := range hosts {
				take(p, o)
			}
		}
	}
	return out
}

func (q *quotienter) wants(src, dst int32) bool {
	return q.wanted[asSource][src] && q.wanted[asDestination][dst]
}

// special returns the content of a cell, given all that is special about it.
func (q *quotienter) special(met []meeting) CellID {
	src, dst := q.groups[met[0].src], q.groups[met[0].dst]
	s, d := &q.src.list[q.src.of[met[0].src]], &q.dst.list[q.dst.of[met[0].dst]]
	m := q.l.m
	var flows []int32
	same := false
	for g := range src {
		for h := range dst {
			a, b := &src[g], &dst[h]
			var here []meeting
			for len(met) > 0 && int(met[0].g) == g && int(met[0].h) == h {
				here = append(here, met[0])
				met = met[1:]
			}
			if !m.shapesMeet(a.shape, b.shape) && q.leavesOut(a, b, s, d) {
				continue
			}
			self := q.shared(a, b)
			same = same || self > 0
			apart := len(a.peers)*len(b.peers) - self
			for _, one := range here {
				if one.near {
					flows = append(flows, q.flow(a.shape, b.shape, one.p, one.q))
					apart--
				}
			}
			if apart > 0 {
				flows = append(flows, q.unrelated(a.shape, b.shape))
			}
		}
	}
	switch {
	case len(flows) == 0 && same:
		return q.contents.itself
	case len(flows) == 0:
		return q.contents.nothing
	}
	slices.Sort(flows)
	return q.contents.of(slices.Compact(flows))
}

func (q *quotienter) leavesOut(a, b *shapeGroup, src, dst *endKind) bool {
	m := q.l.m
	return m.isOutside(a) && q.meetsAny(b.shape, src) || m.isOutside(b) && q.meetsAny(a.shape, dst)
}

// meetsAny reports whether a shape has a family in common with a member of an
// end that is outside.
func (q *quotienter) meetsAny(shape int32, e *endKind) bool {
	l := q.l
	return slices.ContainsFunc(l.m.u.shapes[shape], func(class int32) bool {
		return l.familyCode(int(class)) >= 0 && e.outsideMeets(l.m.ground.attr(int(class)).fam)
	})
}

// shared returns how many peers two groups have in common whose flow to
// themselves is one of a pod with itself.
func (q *quotienter) shared(a, b *shapeGroup) int {
	if a.shape != b.shape {
		return 0
	}
	n := 0
	few, many := a.peers, b.peers
	if len(few) > len(many) {
		few, many = many, few
	}
	for _, p := range few {
		if _, ok := slices.BinarySearch(many, p); ok && q.l.m.itself(p) {
			n++
		}
	}
	return n
}

// flow returns the profile between two peers of these shapes.
func (q *quotienter) flow(a, b int32, src, dst PeerID) int32 {
	return q.l.profiler.of(flowKind{a, b, q.l.m.relation(src, dst)})
}

// unrelated returns the profile between two unrelated peers of these shapes.
func (q *quotienter) unrelated(a, b int32) int32 {
	return q.l.profiler.of(flowKind{a, b, unrelated})
}
