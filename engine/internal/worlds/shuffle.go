package worlds

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"netreach/model"
)

// ShuffleObjects permutes all whose order means nothing: peers, ports,
// exceptions, requirements, values, addresses, and rules that all do the same.
// It also deals out new names to pods, nodes, workloads and policies, so that
// these come in another order.
func ShuffleObjects(old *model.Cluster, rng *rand.Rand) Changed {
	c := clone(old)
	pods, workloads := newNames(rng, len(c.Pods)), newNames(rng, len(c.Workloads))
	for i := range c.Workloads {
		c.Workloads[i].Name = "w" + workloads[i]
		c.Workloads[i].Origin.Name = c.Workloads[i].Name
	}
	for i := range c.Pods {
		p := &c.Pods[i]
		p.Name = c.Workloads[p.Workload].Name + "-" + pods[i]
		p.Origin.Name = p.Name
		shuffle(rng, p.Addresses)
		shuffle(rng, p.Ports)
	}
	nodes := newNames(rng, len(c.Nodes))
	for i := range c.Nodes {
		n := &c.Nodes[i]
		for j := range c.Pods {
			if old.Pods[j].Node == old.Nodes[i].Name {
				c.Pods[j].Node = "n" + nodes[i]
			}
		}
		n.Name = "n" + nodes[i]
		n.Origin.Name = n.Name
		shuffle(rng, n.Addresses)
	}
	policies := newNames(rng, len(c.Policies))
	for i := range c.Policies {
		p := &c.Policies[i]
		shuffleRules(rng, p)
		renamePolicy(p, p.Origin.Namespace, "p"+policies[i])
	}
	return finish(old, c)
}

// newNames returns n different names of equal length in random order.
func newNames(rng *rand.Rand, n int) []string {
	out := make([]string, n)
	for i, j := range rng.Perm(n) {
		out[i] = strconv.Itoa(10000 + j)
	}
	return out
}

func shuffle[T any](rng *rand.Rand, s []T) {
	rng.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// shuffleRules permutes the rules of p if they all do the same, and what they
// and the subject consist of.
func shuffleRules(rng *rand.Rand, p *model.Policy) {
	shufflePods(rng, p.Subject)
	action := func(r model.Rule) bool { return r.Action != p.Rules[0].Action }
	unread := func(r model.Rule) bool {
		return slices.ContainsFunc(r.Peers, func(q model.Peer) bool { return q.Kind == model.PeerClosed })
	}
	// A rule with a peer that cannot be read may do other than it says.
	if !slices.ContainsFunc(p.Rules, action) && !slices.ContainsFunc(p.Rules, unread) {
		shuffle(rng, p.Rules)
	}
	for _, r := range p.Rules {
		shuffle(rng, r.Peers)
		shuffle(rng, r.Ports)
		for _, q := range r.Peers {
			shufflePods(rng, q.Pods)
			shuffle(rng, q.Block.Except)
			shuffle(rng, q.Nodes.Requirements)
		}
	}
}

func shufflePods(rng *rand.Rand, s model.PodSet) {
	for _, sel := range [...][]requirement{s.Namespaces.Requirements, s.Pods.Requirements} {
		shuffle(rng, sel)
		for _, r := range sel {
			shuffle(rng, r.Values)
		}
	}
}
