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
	const shown = 3
	var names []string
	for i := 0; i < len(ids); i++ {
		name := m.PeerName(ids[i])
		if p := m.pod(ids[i]); p != nil {
			n := 1
			for i+n < len(ids) && m.pod(ids[i+n]) != nil && m.pod(ids[i+n]).Workload == p.Workload {
				n++
			}
			if whole := m.cluster.Workloads[p.Workload].Replicas; n > 1 && n == whole {
				name = m.workloadName(p.Workload)
				i += n - 1
			}
		}
		names = append(names, name)
	}
	if len(names) > shown+1 {
		return strings.Join(names[:shown], ", ") + " and " + strconv.Itoa(len(names)-shown) + " more"
	}
	return strings.Join(names, ", ")
}
