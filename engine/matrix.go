package engine

import (
	"slices"

	"netreach/model"
)

// Universe returns the universe that the matrix belongs to.
func (m *Matrix) Universe() *Universe { return m.u }

// Cluster returns the cluster that the matrix is about.
func (m *Matrix) Cluster() *model.Cluster { return m.cluster }

// placeOnNodes remembers which node each pod and node peer is on.
func (m *Matrix) placeOnNodes() {
	nodes := make(map[string]int32, len(m.cluster.Nodes))
	for i := range m.cluster.Nodes {
		nodes[m.cluster.Nodes[i].Name] = int32(i)
	}
	m.nodeOf = make([]int32, len(m.u.peers))
	for id, i := range m.u.indexOf[m.ci] {
		m.nodeOf[id] = -1
		if i < 0 {
			continue
		}
		switch m.u.peers[id].Kind {
		case PodPeer:
			if n, ok := nodes[m.cluster.Pods[i].Node]; ok {
				m.nodeOf[id] = n
			}
		case NodePeer:
			m.nodeOf[id] = i
		case OutsidePeer:
		}
	}
}

// pod returns the pod of a peer, or nil if it is none or not in the cluster.
func (m *Matrix) pod(id PeerID) *model.Pod {
	if i := m.u.indexOf[m.ci][id]; i >= 0 && int(id) < m.u.pods {
		return &m.cluster.Pods[i]
	}
	return nil
}

// node returns the node of a node peer, or nil.
func (m *Matrix) node(id PeerID) *model.Node {
	if i := m.u.indexOf[m.ci][id]; i >= 0 && m.u.peers[id].Kind == NodePeer {
		return &m.cluster.Nodes[i]
	}
	return nil
}

// isNodeLike reports whether a peer's traffic is its node's: a node, or a
// hostNetwork pod.
func (m *Matrix) isNodeLike(id PeerID) bool {
	if p := m.pod(id); p != nil {
		return p.HostNetwork
	}
	return m.u.peers[id].Kind == NodePeer
}

// relation is what holds between two peers before the tiers are asked.
type relation uint8

const (
	// fromOwnNode: the source is the destination's node, or uses its network.
	fromOwnNode relation = 1 << iota
	// toOwnNode: the destination is the source's node, or uses its network.
	toOwnNode
	// unrelated is none of these.
	unrelated relation = 0
)

// relation returns how src and dst are related (NP-42).
func (m *Matrix) relation(src, dst PeerID) relation {
	if m.nodeOf[src] < 0 || m.nodeOf[src] != m.nodeOf[dst] {
		return unrelated
	}
	r := unrelated
	if m.isNodeLike(src) && m.subject(dst) {
		r |= fromOwnNode
	}
	if m.isNodeLike(dst) && m.pod(src) != nil && !m.isNodeLike(src) {
		r |= toOwnNode
	}
	return r
}

// subject reports whether policies may select a peer.
func (m *Matrix) subject(id PeerID) bool {
	p := m.pod(id)
	return p != nil && (!p.HostNetwork || m.switches.HostNetworkPods != model.HostNetworkAsNode)
}

// itself reports whether the flow from id to id is one of a pod with itself
// (NP-43). A pod that stands for several is judged between two of them.
func (m *Matrix) itself(id PeerID) bool {
	p := m.pod(id)
	return p == nil || p.Weight == 1
}

// Verdict returns the verdict about the flow from src to dst on one port. It
// does not allocate, except for flows between a pod and its own node. src == dst
// is one pod with itself, which is always allowed (NP-43), or two of its
// replicas where the pod stands for several. A peer that the cluster does not
// have gives None.
func (m *Matrix) Verdict(src, dst PeerID, proto model.Protocol, port uint16) model.Verdict {
	places := m.places()
	if a, b := &places[src], &places[dst]; src != dst && a.plain(b) {
		if !a.fam.meets(b.fam) {
			return model.Denied // no common family
		}
		return m.classVerdict(a.class, b.class, unrelated, m.u.ports.Of(proto, port))
	}
	if m.u.indexOf[m.ci][src] < 0 || m.u.indexOf[m.ci][dst] < 0 {
		return model.None
	}
	if src == dst && m.itself(src) {
		return model.Allowed
	}
	return m.shapeVerdict(m.u.shapeOf[src], m.u.shapeOf[dst], m.relation(src, dst), m.u.ports.Of(proto, port))
}

// shapeVerdict judges each pair of members that share a family (NP-53).
func (m *Matrix) shapeVerdict(src, dst int32, rel relation, atom int) model.Verdict {
	var mix model.Mix
	for _, a := range m.u.shapes[src] {
		for _, b := range m.u.shapes[dst] {
			if m.meet(a, b) {
				mix = mix.With(m.classVerdict(a, b, rel, atom))
			}
		}
	}
	if mix == 0 {
		return model.Denied // no common family
	}
	return mix.Verdict()
}

// meet reports whether members of two classes can have a flow in this cluster.
func (m *Matrix) meet(a, b int32) bool {
	x, y := m.ground.attr(int(a)), m.ground.attr(int(b))
	return x.kind != attrAbsent && y.kind != attrAbsent && x.fam.meets(y.fam)
}

// classVerdict judges a flow from a member of src to one of dst.
func (m *Matrix) classVerdict(src, dst int32, rel relation, atom int) model.Verdict {
	i := m.directed(model.Ingress, dst, src, rel, atom)
	if !i.hi {
		return model.Denied // whatever the egress
	}
	e := m.directed(model.Egress, src, dst, rel, atom)
	switch {
	case e.lo && i.lo:
		return model.Allowed
	case e.hi && i.hi:
		return model.Unknown
	}
	return model.Denied
}

// directed judges one direction of a flow: whether the subject's rules let the
// peer through, certainly and possibly.
func (m *Matrix) directed(d model.Direction, subject, peer int32, rel relation, atom int) value[bool] {
	s := &m.dirs[d]
	runs := s.runsOf[subject]
	at := int(runs.lo) + run(s.starts[runs.lo:runs.hi], atom)
	v := s.through(s.rows[at], peer)
	if rel == unrelated {
		return v
	}
	p := &s.programs[s.programOf[subject]]
	sw := &m.switches
	toOwn := d == model.Egress && rel&toOwnNode != 0 && p.isolated != NoMatch
	if toOwn && (!p.addsUp || sw.SCTP != model.Yes) {
		return m.evaluate(s, p, s.tiers(p), peer, atom, narrow(FullMatch, sw.OwnNodeEgress))
	}
	if toOwn {
		// The tier allows what its rules allow, and the way to the own node.
		switch sw.OwnNodeEgress {
		case model.Yes:
			return value[bool]{true, true}
		case model.Open:
			v.hi = true
		case model.No:
		}
	}
	if d == model.Ingress && rel&fromOwnNode != 0 {
		switch sw.OwnNodeIngress {
		case model.Yes:
			return value[bool]{true, true}
		case model.Open:
			v.hi = true
		case model.No:
		}
	}
	return v
}

// evaluate walks a program, of which it is given the tiers, for one flow.
func (m *Matrix) evaluate(s *side, p *program, tiers []progTier, peer int32, atom int, ownNode Match) value[bool] {
	e := evaluation[bool]{
		algebra: truth{s.sets, peer}, tiers: m.cluster.Tiers, switches: &m.switches,
		atom: atom, sctp: m.u.isSCTP(atom), ownNode: ownNode,
	}
	return e.program(tiers, p.concerned)
}

// Isolated returns how many pods are isolated in direction d, by weight. A pod
// of which it is open counts as isolated.
func (m *Matrix) Isolated(d model.Direction) int {
	n := 0
	s := &m.dirs[d]
	for _, g := range m.shapes() {
		for _, class := range m.u.shapes[g.shape] {
			if s.programs[s.programOf[class]].isolated != NoMatch {
				n += int(g.weight)
				break
			}
		}
	}
	return n
}

// IsolatesAny reports whether some pod of an end is isolated in direction d, or
// may be.
func (m *Matrix) IsolatesAny(d model.Direction, e End) bool {
	s := &m.dirs[d]
	return slices.ContainsFunc(e.Peers, func(id PeerID) bool {
		return m.pod(id) != nil && slices.ContainsFunc(m.u.shapes[m.u.shapeOf[id]], func(class int32) bool {
			return s.programs[s.programOf[class]].isolated != NoMatch
		})
	})
}
