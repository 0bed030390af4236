// Package worlds makes clusters to test with, and the flows worth asking about
// them: every small world from a menu (Small), random ones with everything in
// them (Random, FromBytes), and changes after which every old flow must have
// its old verdict (Changes).
//
// Every cluster is valid: it is as package load would make it, in the order
// that model.Cluster demands, although not every policy could be written in
// one of the dialects. Names, labels, ports and addresses come from small
// alphabets, so that selectors, blocks and ranges hit, miss and graze often.
//
// Clusters of Small share their parts. Treat all clusters as read-only.
package worlds

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"netreach/model"
)

// chooser picks one of n alternatives, from 0 to n-1. The first alternative is
// the plain one.
type chooser func(n int) int

// one picks one of the alternatives.
func one[T any](choose chooser, from ...T) T { return from[choose(len(from))] }

// fuzzSize is the size of the clusters that FromBytes makes.
const fuzzSize = 5

// FromBytes decodes any bytes into a cluster and options. It is deterministic,
// and bytes beyond the end count as 0.
func FromBytes(data []byte) (*model.Cluster, model.Options) {
	return draw(func(n int) int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b) % n
	}, fuzzSize)
}

// Random draws a cluster of at most size pods and 2*size policies, or a few more, and
// options. It is deterministic in the state of rng.
func Random(rng *rand.Rand, size int) (*model.Cluster, model.Options) {
	return draw(rng.IntN, max(size, 1))
}

// RandomOptions draws options. A third of the draws are the defaults.
func RandomOptions(rng *rand.Rand) model.Options { return drawOptions(rng.IntN) }

func draw(choose chooser, size int) (*model.Cluster, model.Options) {
	o := drawOptions(choose)
	d := drawing{choose: choose, cluster: &model.Cluster{}}
	d.namespaces()
	d.nodes()
	d.pods(size - choose((size+1)/2))
	d.undeclaredNodes()
	d.tiers()
	if len(d.cluster.Tiers) > 0 {
		for range one(choose, 1, 2, size, 2*size, 2*size+2, 0) {
			d.policy()
		}
	}
	arrange(d.cluster)
	return d.cluster, o
}

// arrange puts the objects of c into the order that model.Cluster demands. It
// returns, for each pod and each node, the index at which it stands now.
func arrange(c *model.Cluster) (pods, nodes []int) {
	c.Namespaces, _ = sorted(c.Namespaces, func(a, b model.Namespace) int { return strings.Compare(a.Name, b.Name) })
	c.Nodes, nodes = sorted(c.Nodes, func(a, b model.Node) int { return strings.Compare(a.Name, b.Name) })
	var workloads []int
	c.Workloads, workloads = sorted(c.Workloads, func(a, b model.Workload) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	c.Pods = slices.Clone(c.Pods)
	for i := range c.Pods {
		c.Pods[i].Workload = workloads[c.Pods[i].Workload]
	}
	// Workloads are in the order of their namespaces, and so are their pods.
	c.Pods, pods = sorted(c.Pods, func(a, b model.Pod) int {
		return cmp.Or(cmp.Compare(a.Workload, b.Workload), strings.Compare(a.Name, b.Name))
	})
	c.Policies, _ = sorted(c.Policies, comparePolicies)
	return pods, nodes
}

func comparePolicies(p, q model.Policy) int {
	a, b := p.Origin, q.Origin
	return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
}

// sorted returns a sorted copy of s, and for each old index the new one.
func sorted[T any](s []T, compare func(a, b T) int) ([]T, []int) {
	from := make([]int, len(s))
	for i := range from {
		from[i] = i
	}
	slices.SortStableFunc(from, func(i, j int) int { return compare(s[i], s[j]) })
	out, to := make([]T, len(s)), make([]int, len(s))
	for i, old := range from {
		out[i], to[old] = s[old], i
	}
	return out, to
}
