package route

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// world is a small cluster beside that of the atlas: some of its pods, and
// others that are not in the input, under the same policies.
type world struct {
	*engine.Matrix
	// peers are those of the pods, in the order in which they were given.
	peers []engine.PeerID
}

// beside makes a world of pods. Each may come with its workload, or with index -1
// if it has none; edit changes the rest of the cluster.
func (a *Atlas) beside(pods []model.Pod, edit func(*model.Cluster)) (world, error) {
	// A policy decides about flows from or to a pod that it selects, so that those
	// of other namespaces are of no account.
	namespaces, nodes := map[string]bool{"": true}, map[string]bool{}
	for i := range pods {
		namespaces[pods[i].Namespace], nodes[pods[i].Node] = true, true
	}
	c := a.places().part(a.cluster, namespaces, nodes)
	order := make([]int, len(pods))
	for i := range pods {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		p, q := &pods[x], &pods[y]
		return cmp.Or(strings.Compare(p.Namespace, q.Namespace), cmp.Compare(p.Workload, q.Workload), strings.Compare(p.Name, q.Name))
	})
	workloads := map[int]int{}
	at := make([]int, len(pods))
	for _, i := range order {
		p := pods[i]
		w, ok := workloads[p.Workload]
		if !ok || p.Workload < 0 {
			w = len(c.Workloads)
			workloads[p.Workload] = w
			if p.Workload < 0 {
				c.Workloads = append(c.Workloads, model.Workload{Kind: "Pod", Namespace: p.Namespace, Name: p.Name, Replicas: 1})
			} else {
				c.Workloads = append(c.Workloads, a.cluster.Workloads[p.Workload])
			}
		}
		p.Workload = w
		at[i] = len(c.Pods)
		c.Pods = append(c.Pods, p)
	}
	if edit != nil {
		edit(c)
	}
	if known := a.families(); len(known) > 0 {
		c.Nodes = append(c.Nodes, model.Node{Name: familiesNode, Addresses: known})
		slices.SortFunc(c.Nodes, func(a, b model.Node) int { return strings.Compare(a.Name, b.Name) })
	}
	u, err := engine.NewUniverse(a.m.Options(), c)
	if err != nil {
		return world{}, err
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		return world{}, err
	}
	w := world{m, make([]engine.PeerID, len(pods))}
	peers := m.PodPeers()
	for i := range pods {
		w.peers[i] = peers[at[i]]
	}
	return w, nil
}

// familiesNode is a node of every small world. No manifest can have its name.
const familiesNode = "families..known"

// addressFamilies returns an address of each family of which the cluster is known to
// have addresses. What a pod without address may have depends on that, and so a
// small world must know it too. Atlas.families keeps them.
func addressFamilies(c *model.Cluster) []netip.Addr {
	var seen [2]bool
	see := func(all []netip.Addr) {
		for _, addr := range all {
			seen[model.FamilyOf(addr)] = true
		}
	}
	for i := range c.Pods {
		see(c.Pods[i].Addresses)
	}
	for i := range c.Nodes {
		see(c.Nodes[i].Addresses)
	}
	var out []netip.Addr
	if seen[model.IPv4] {
		out = append(out, netip.MustParseAddr("192.0.2.255"))
	}
	if seen[model.IPv6] {
		out = append(out, netip.MustParseAddr("2001:db8::ffff"))
	}
	return out
}

// places finds the parts of a cluster that a small world needs: as indices, each
// list ascending.
type places struct {
	namespaces, nodes map[string]int
	// policies are those with subjects in a namespace, or under "" in any.
	policies map[string][]int
}

func placesOf(c *model.Cluster) *places {
	p := &places{namespaces: make(map[string]int, len(c.Namespaces)), nodes: make(map[string]int, len(c.Nodes)), policies: map[string][]int{}}
	for i := range c.Namespaces {
		p.namespaces[c.Namespaces[i].Name] = i
	}
	for i := range c.Nodes {
		p.nodes[c.Nodes[i].Name] = i
	}
	for i := range c.Policies {
		ns := c.Policies[i].Subject.Namespace
		p.policies[ns] = append(p.policies[ns], i)
	}
	return p
}

// part returns what is in some namespaces, and some nodes, without pods: in the
// order of the cluster.
func (p *places) part(c *model.Cluster, namespaces, nodes map[string]bool) *model.Cluster {
	out := &model.Cluster{Tiers: c.Tiers}
	pick := func(names map[string]bool, at map[string]int) []int {
		var list []int
		for name := range names {
			if i, ok := at[name]; ok {
				list = append(list, i)
			}
		}
		slices.Sort(list)
		return list
	}
	for _, i := range pick(namespaces, p.namespaces) {
		out.Namespaces = append(out.Namespaces, c.Namespaces[i])
	}
	for _, i := range pick(nodes, p.nodes) {
		out.Nodes = append(out.Nodes, c.Nodes[i])
	}
	var policies []int
	for ns := range namespaces {
		policies = append(policies, p.policies[ns]...)
	}
	slices.Sort(policies)
	for _, i := range policies {
		out.Policies = append(out.Policies, c.Policies[i])
	}
	return out
}

// withNamespace adds a namespace unless the cluster has it.
func withNamespace(c *model.Cluster, name string, labels ...string) {
	if slices.ContainsFunc(c.Namespaces, func(n model.Namespace) bool { return n.Name == name }) {
		return
	}
	n := model.Namespace{Name: name, Labels: model.Labels{{Key: model.NameLabel, Value: name}}}
	for i := 0; i+1 < len(labels); i += 2 {
		n.Labels = n.Labels.With(labels[i], labels[i+1])
	}
	c.Namespaces = append(c.Namespaces, n)
	slices.SortFunc(c.Namespaces, func(a, b model.Namespace) int { return strings.Compare(a.Name, b.Name) })
}

// podsOf returns the pods of a client, of which it has none that are not.
func (a *Atlas) podsOf(c client) []model.Pod {
	a.asks.itself(c)
	var out []model.Pod
	for _, id := range c.Peers {
		if p := a.pod(id); p != nil {
			out = append(out, *p)
		}
	}
	return out
}
