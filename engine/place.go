package engine

// place is what most point queries need to know of a peer, side by side in
// memory, because what a query costs is the lines of memory that it waits for.
type place struct {
	// class is that of the peer's only member, or -1 where the peer has several,
	// or is not in the cluster.
	class int32
	node  int32 // as nodeOf
	fam   family
}

// newPlaces returns the places of all peers.
func (m *Matrix) newPlaces() []place {
	out := make([]place, len(m.u.peers))
	for id := range out {
		out[id] = place{class: -1, node: m.nodeOf[id]}
		if m.u.indexOf[m.ci][id] < 0 {
			continue
		}
		if classes := m.u.shapes[m.u.shapeOf[id]]; len(classes) == 1 {
			if a := m.ground.attr(int(classes[0])); a.kind != attrAbsent {
				out[id].class, out[id].fam = classes[0], a.fam
			}
		}
	}
	return out
}

// plain reports whether a flow is judged by one pair of classes and by the tiers
// alone: each end has one member, and they are on different nodes.
func (p *place) plain(q *place) bool {
	return p.class >= 0 && q.class >= 0 && (p.node != q.node || p.node < 0)
}
