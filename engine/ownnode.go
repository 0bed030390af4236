package engine

import "sync"

// ownNodePair is pairs of two pods on one node of which one is the node to the
// other, of one kind.
type ownNodePair struct {
	kind flowKind
	n    uint64
}

// nodePod is what counting the pairs on a node needs to know of a pod.
type nodePod struct {
	shape, weight int32
	host, subject bool
}

// ownNodePairs returns the pairs of two pods on one node of which one is the
// node to the other, by kind, in no order. A pod that uses the node's network
// is the node to every pod there, as Matrix.relation says (NP-42).
func (m *Matrix) ownNodePairs() []ownNodePair {
	nodes := m.podsOnNodes()
	var from, to map[[2]int32]uint64
	var wait sync.WaitGroup
	wait.Go(func() {
		from = countOnNodes(nodes, func(p *nodePod) bool { return p.subject })
	})
	wait.Go(func() {
		to = countOnNodes(nodes, func(p *nodePod) bool { return !p.host })
	})
	wait.Wait()
	out := make([]ownNodePair, 0, len(from)+len(to))
	for k, n := range from {
		out = append(out, ownNodePair{flowKind{k[0], k[1], fromOwnNode}, n})
	}
	for k, n := range to {
		out = append(out, ownNodePair{flowKind{k[1], k[0], toOwnNode}, n})
	}
	return out
}

// podsOnNodes returns the pods of each node that a pod uses the network of.
func (m *Matrix) podsOnNodes() [][]nodePod {
	crowded := make([]bool, len(m.cluster.Nodes))
	for id := range PeerID(m.u.pods) {
		if n := m.nodeOf[id]; n >= 0 && m.isNodeLike(id) {
			crowded[n] = true
		}
	}
	out := make([][]nodePod, len(crowded))
	for id := range PeerID(m.u.pods) {
		if n := m.nodeOf[id]; n >= 0 && crowded[n] {
			out[n] = append(out[n], nodePod{m.u.shapeOf[id], int32(m.pod(id).Weight), m.isNodeLike(id), m.subject(id)})
		}
	}
	return out
}

// countOnNodes counts the pairs of a pod that uses its node's network and
// another one there, by their shapes.
func countOnNodes(nodes [][]nodePod, counts func(other *nodePod) bool) map[[2]int32]uint64 {
	out := map[[2]int32]uint64{}
	for _, pods := range nodes {
		for i := range pods {
			h := &pods[i]
			if !h.host {
				continue
			}
			for k := range pods {
				if p := &pods[k]; k != i && counts(p) {
					out[[2]int32{h.shape, p.shape}] += uint64(h.weight) * uint64(p.weight)
				}
			}
		}
	}
	return out
}
