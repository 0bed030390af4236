package engine

import "netreach/model"

// SetFlips has matrices that are compiled from now on keep larger sets as bulks,
// as those of large clusters are.
func (u *Universe) SetFlips(limit int) { u.flips = limit }

// Admits reports whether the ingress rows of one peer certainly let another in on
// some port, member by member.
func (m *Matrix) Admits(src, dst PeerID) bool {
	s := &m.dirs[model.Ingress]
	for _, b := range m.u.shapes[m.u.shapeOf[dst]] {
		for _, row := range s.programs[s.programOf[b]].rows {
			for _, a := range m.u.shapes[m.u.shapeOf[src]] {
				if s.sets.Has(row.lo, a) {
					return true
				}
			}
		}
	}
	return false
}

// Weight returns how many pods a peer stands for; 0 for what is none.
func (m *Matrix) Weight(id PeerID) int {
	if p := m.pod(id); p != nil {
		return p.Weight
	}
	return 0
}

// Public reports whether a peer is an address of the internet.
func (m *Matrix) Public(id PeerID) bool {
	return int(id) >= m.u.pods+m.u.nodes && !m.u.addrs.Special(int(id)-m.u.pods-m.u.nodes)
}
