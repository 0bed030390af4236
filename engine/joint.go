package engine

import (
	"cmp"
	"slices"
)

// jointGroup is the members of an end that are of one shape, in the clusters of
// a comparison. A shape says in which clusters its peers are.
type jointGroup struct {
	shape int32
	peers []PeerID // ascending
	in    [2]bool
	// nodes tells that the peers are nodes, or use the network of one.
	nodes [2]bool
	// at holds, once it is asked for, the peers on each node.
	at [2]map[int32][]PeerID
}

// jointKind is one kind of flow between two ends, in both clusters.
type jointKind struct {
	src, dst int32
	rel      [2]relation
	// in tells which clusters have such a flow.
	in [2]bool
	// paired tells that the same two peers are meant in both clusters, and that
	// the one has not moved to or from the node of the other. Otherwise flows are
	// compared as parts of the whole only.
	paired bool
	// p and q are an example.
	p, q PeerID
}

func (k *jointKind) equals(o jointKind) bool {
	o.p, o.q = k.p, k.q
	return *k == o
}

func (c *Comparison) sides() [2]*Matrix { return [2]*Matrix{c.before.m, c.after.m} }

// groupEnds fills in groups, kind and alone.
func (c *Comparison) groupEnds() {
	kinds := map[string]int32{}
	owner := map[PeerID]int{}
	c.alone = make([]bool, len(c.Ends))
	for i, e := range c.Ends {
		groups := c.groupJoint(e)
		c.groups = append(c.groups, groups)
		shapes := make([]int32, len(groups))
		var in [2]bool
		for k := range groups {
			g := &groups[k]
			shapes[k] = g.shape
			in[0], in[1] = in[0] || g.in[0], in[1] || g.in[1]
			if c.placed(g) {
				c.alone[i], c.crowded = true, true
			}
			if c.before.m.u.peers[g.peers[0]].Kind == OutsidePeer {
				continue // no flow goes from one to itself
			}
			for _, id := range g.peers {
				if first, ok := owner[id]; ok {
					c.alone[i], c.alone[first], c.crowded = true, true, true
				} else {
					owner[id] = i
				}
			}
		}
		c.in = append(c.in, in)
		slices.Sort(shapes)
		key := int32Key(shapes)
		kind, ok := kinds[key]
		if !ok {
			kind = int32(len(kinds))
			kinds[key] = kind
		}
		c.kind = append(c.kind, kind)
	}
}

// placed reports whether a group holds nodes, or pods on the network of a node
// that is known.
func (c *Comparison) placed(g *jointGroup) bool {
	for side, m := range c.sides() {
		if g.nodes[side] && slices.ContainsFunc(g.peers, func(id PeerID) bool { return m.nodeOf[id] >= 0 }) {
			return true
		}
	}
	return false
}

// groupJoint returns the members of an end by shape, in the order of their first
// member.
func (c *Comparison) groupJoint(e End) []jointGroup {
	u := c.before.m.u
	at := map[int32]int{}
	var out []jointGroup
	for _, id := range e.Peers {
		shape := u.shapeOf[id]
		i, ok := at[shape]
		if !ok {
			i = len(out)
			at[shape] = i
			g := jointGroup{shape: shape}
			for side, m := range c.sides() {
				g.in[side] = u.indexOf[m.ci][id] >= 0
				g.nodes[side] = g.in[side] && m.isNodeLike(id)
			}
			out = append(out, g)
		}
		out[i].peers = append(out[i].peers, id)
	}
	return out
}

// kinds returns every kind of flow between two ends that joins two different
// pods. same tells in which clusters there were pairs of a pod with itself.
func (c *Comparison) kinds(i, j int) (out []jointKind, same [2]bool) {
	src, dst := c.groups[i], c.groups[j]
	for k := range src {
		for l := range dst {
			a, b := &src[k], &dst[l]
			var in [2]bool
			for side, m := range c.sides() {
				in[side] = a.in[side] && b.in[side] && !c.leftOut(m, a, b, src, dst)
			}
			if in == ([2]bool{}) {
				continue
			}
			if a.nodes == ([2]bool{}) && b.nodes == ([2]bool{}) {
				out, same = c.plainKind(out, same, a, b, in)
			} else {
				out, same = c.placedKinds(out, same, a, b, in)
			}
		}
	}
	return out, same
}

// leftOut reports whether two groups have no family in common where one of the
// ends is outside and has other members that do: see Matrix.pairs.
func (c *Comparison) leftOut(m *Matrix, a, b *jointGroup, src, dst []jointGroup) bool {
	outside := func(g *jointGroup) bool { return m.u.peers[g.peers[0]].Kind == OutsidePeer }
	meetsAny := func(shape int32, groups []jointGroup) bool {
		return slices.ContainsFunc(groups, func(g jointGroup) bool { return outside(&g) && m.shapesMeet(shape, g.shape) })
	}
	if !outside(a) && !outside(b) || m.shapesMeet(a.shape, b.shape) {
		return false
	}
	return outside(a) && meetsAny(b.shape, src) || outside(b) && meetsAny(a.shape, dst)
}

// plainKind adds the kind of the flows between two groups without nodes: one,
// because no two of their members are related.
func (c *Comparison) plainKind(out []jointKind, same [2]bool, a, b *jointGroup, in [2]bool) ([]jointKind, [2]bool) {
	k := jointKind{src: a.shape, dst: b.shape, p: a.peers[0], q: b.peers[0]}
	for side, m := range c.sides() {
		if !in[side] {
			continue
		}
		k.in[side] = true
		if a.shape != b.shape {
			continue
		}
		// The two groups may share members.
		shared, self := sharedPeer(a.peers, b.peers, m.itself)
		same[side] = same[side] || self
		if shared && len(a.peers) == 1 && len(b.peers) == 1 && self {
			k.in[side] = false
		}
	}
	if k.in[0] || k.in[1] {
		k.paired = k.in[0] && k.in[1]
		if k.p == k.q && len(b.peers) > 1 {
			k.q = b.peers[1]
		} else if k.p == k.q && len(a.peers) > 1 {
			k.p = a.peers[1]
		}
		out = append(out, k)
	}
	return out, same
}

// sharedPeer reports whether two ascending lists share a peer, and whether they
// share one that has flows to itself only.
func sharedPeer(a, b []PeerID, itself func(PeerID) bool) (shared, self bool) {
	for _, id := range a {
		if _, ok := slices.BinarySearch(b, id); ok {
			shared = true
			if itself(id) {
				return true, true
			}
		}
	}
	return shared, false
}

// placedKinds adds the kinds of the flows between two groups of which one is of
// nodes: what holds between two peers depends on whether they are on one node.
// It looks at the members of the smaller group, and at who is on their nodes.
func (c *Comparison) placedKinds(out []jointKind, same [2]bool, a, b *jointGroup, in [2]bool) ([]jointKind, [2]bool) {
	first := len(out)
	take := func(p, q PeerID) {
		k := jointKind{src: a.shape, dst: b.shape, p: p, q: q}
		together := [2]bool{}
		for side, m := range c.sides() {
			if !in[side] {
				continue
			}
			if p == q && m.itself(p) {
				same[side] = true
				continue
			}
			k.in[side] = true
			k.rel[side] = m.relation(p, q)
			together[side] = m.nodeOf[p] >= 0 && m.nodeOf[p] == m.nodeOf[q]
		}
		k.paired = k.in[0] && k.in[1] && together[0] == together[1]
		if k.in != ([2]bool{}) && !slices.ContainsFunc(out[first:], k.equals) {
			out = append(out, k)
		}
	}
	few, many := a, b
	swapped := len(b.peers) < len(a.peers)
	if swapped {
		few, many = b, a
	}
	pair := func(p, q PeerID) {
		if swapped {
			p, q = q, p
		}
		take(p, q)
	}
	for _, p := range few.peers {
		var near []PeerID
		for side, m := range c.sides() {
			if in[side] && m.nodeOf[p] >= 0 {
				near = append(near, many.onNode(side, m)[m.nodeOf[p]]...)
			}
		}
		for _, q := range near {
			pair(p, q)
		}
		// One that is on the node of p in neither cluster stands for all of these.
		for _, q := range many.peers {
			if !slices.Contains(near, q) && p != q {
				pair(p, q)
				break
			}
		}
		if _, ok := slices.BinarySearch(many.peers, p); ok {
			pair(p, p)
		}
	}
	slices.SortFunc(out[first:], func(x, y jointKind) int {
		return cmp.Or(cmp.Compare(x.rel[0], y.rel[0]), cmp.Compare(x.rel[1], y.rel[1]))
	})
	return out, same
}

// onNode returns the peers of a group by the number of their node.
func (g *jointGroup) onNode(side int, m *Matrix) map[int32][]PeerID {
	if g.at[side] == nil {
		g.at[side] = map[int32][]PeerID{}
		for _, id := range g.peers {
			if n := m.nodeOf[id]; n >= 0 {
				g.at[side][n] = append(g.at[side][n], id)
			}
		}
	}
	return g.at[side]
}
