package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Workload names a workload in the clusters of a universe.
type Workload struct {
	Namespace, Name, Kind string
	// Before and After are its indices in the Workloads of the two clusters, or
	// -1.
	Before, After int
}

// JointWorkloads returns the workloads of two matrices of one universe, each of
// which has a pod in one of them, and the ends that they are: sorted by
// namespace, name and kind. A workload that both clusters have is one end. Its
// weight is that in the second cluster, or else in the first.
func JointWorkloads(before, after *Matrix) ([]End, []Workload) {
	type key struct{ namespace, name, kind string }
	at := map[key]*Workload{}
	peers := map[key][]PeerID{}
	weights := map[key][2]int{}
	kinds := map[[2]string]map[string]bool{}
	for side, m := range [...]*Matrix{before, after} {
		for i := range m.cluster.Workloads {
			// Workloads that stand for no pod make the names of others no clearer.
			w := &m.cluster.Workloads[i]
			name := [2]string{w.Namespace, w.Name}
			if kinds[name] == nil {
				kinds[name] = map[string]bool{}
			}
			kinds[name][w.Kind] = true
		}
		for _, id := range m.podPeers() {
			pod := m.pod(id)
			w := &m.cluster.Workloads[pod.Workload]
			k := key{w.Namespace, w.Name, w.Kind}
			if at[k] == nil {
				at[k] = &Workload{k.namespace, k.name, k.kind, -1, -1}
			}
			if side == 0 {
				at[k].Before = pod.Workload
			} else {
				at[k].After = pod.Workload
			}
			peers[k] = append(peers[k], id)
			weight := weights[k]
			weight[side] += pod.Weight
			weights[k] = weight
		}
	}
	keys := slices.SortedFunc(maps.Keys(at), func(a, b key) int {
		return cmp.Or(strings.Compare(a.namespace, b.namespace), strings.Compare(a.name, b.name), strings.Compare(a.kind, b.kind))
	})
	ends := make([]End, len(keys))
	workloads := make([]Workload, len(keys))
	for i, k := range keys {
		name := k.namespace + "/" + k.name
		if len(kinds[[2]string{k.namespace, k.name}]) > 1 {
			name = k.namespace + "/" + strings.ToLower(k.kind) + "/" + k.name
		}
		slices.Sort(peers[k])
		weight := weights[k][0]
		if at[k].After >= 0 {
			weight = weights[k][1]
		}
		ends[i] = End{Name: name, Peers: slices.Compact(peers[k]), Weight: weight}
		workloads[i] = *at[k]
	}
	return ends, workloads
}
