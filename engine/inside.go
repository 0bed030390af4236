package engine

import (
	"slices"
	"strconv"
	"strings"

	"netreach/model"
)

// PodPeers returns the peers of the cluster's pods, in the order of
// Cluster.Pods.
func (m *Matrix) PodPeers() []PeerID {
	out := make([]PeerID, len(m.cluster.Pods))
	for id, i := range m.u.indexOf[m.ci][:m.u.pods] {
		if i >= 0 {
			out[i] = PeerID(id)
		}
	}
	return out
}

// NodePeers returns the peers of the cluster's nodes, in the order of
// Cluster.Nodes.
func (m *Matrix) NodePeers() []PeerID {
	out := make([]PeerID, len(m.cluster.Nodes))
	for id := m.u.pods; id < m.u.pods+m.u.nodes; id++ {
		if i := m.u.indexOf[m.ci][id]; i >= 0 {
			out[i] = PeerID(id)
		}
	}
	return out
}

// PodOf returns the pod of a peer, or nil if it is none or not in the cluster.
func (m *Matrix) PodOf(id PeerID) *model.Pod { return m.pod(id) }

// NodeOf returns the node of a peer that is one, or nil.
func (m *Matrix) NodeOf(id PeerID) *model.Node { return m.node(id) }

// EndOf returns the end of the given peers, which it takes over, in any order.
func (m *Matrix) EndOf(name string, peers []PeerID) End { return m.end(name, peers) }

// PrivateEnd returns the end of the addresses outside that are private or
// special, where the nodes are that the input does not hold.
func (m *Matrix) PrivateEnd() End { return m.outsideEnd(true) }

// AnywhereEnd returns the end of all addresses outside.
func (m *Matrix) AnywhereEnd(name string) End {
	return m.end(name, append(m.outsideEnd(true).Peers, m.outsideEnd(false).Peers...))
}

// Options returns what the matrix was compiled under.
func (m *Matrix) Options() model.Options {
	o := m.u.opts
	o.Switches = m.switches
	return o
}

// Alike cuts an end into parts of which policy treats every member alike, in the
// order of their first member. A part is named by its first members.
func (m *Matrix) Alike(e End) []End {
	groups := m.groupShapes(e)
	if len(groups) <= 1 {
		return []End{e}
	}
	out := make([]End, len(groups))
	for i, g := range groups {
		out[i] = m.end(m.PeersName(g.peers), slices.Clone(g.peers))
	}
	return out
}

// PeersName names some peers for a person: a workload where they are all of its
// pods, or else the first few of them.
func (m *Matrix) PeersName(ids []PeerID) string {
	return m.PeersNameWhere(ids, func(w, n int) bool { return n == m.cluster.Workloads[w].Replicas })
}

// PeersNameWhere is PeersName, for who counts other pods of a workload than all:
// whole tells whether the n of them that are among the peers stand for the
// workload. A single pod is named by itself.
func (m *Matrix) PeersNameWhere(ids []PeerID, whole func(workload, n int) bool) string {
	const shown = 3
	members := map[int]int{} // by workload; less than 0 once it is named
	for _, id := range ids {
		if p := m.pod(id); p != nil {
			members[p.Workload]++
		}
	}
	var names []string
	count := 0
	add := func(name func() string) {
		if count++; count <= shown+1 {
			names = append(names, name())
		}
	}
	for _, id := range ids {
		if p := m.pod(id); p != nil {
			if n := members[p.Workload]; n < 0 {
				continue
			} else if n > 1 && whole(p.Workload, n) {
				members[p.Workload] = -1
				add(func() string { return m.workloadName(p.Workload) })
				continue
			}
		}
		add(func() string { return m.PeerName(id) })
	}
	if count > shown+1 {
		return strings.Join(names[:shown], ", ") + " and " + strconv.Itoa(count-shown) + " more"
	}
	return strings.Join(names, ", ")
}
