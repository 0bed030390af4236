package worlds_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/selector"
)

// faults is what is wrong with a cluster.
type faults []string

func (f *faults) unless(ok bool, format string, args ...any) {
	if !ok {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

// invalid returns what is wrong with c, or "": the order and the references
// that model.Cluster promises, and what validation leaves (NPV-3, NPV-9).
func invalid(c *model.Cluster) string {
	var f faults
	owner := map[netip.Addr]string{}
	f.namespaces(c)
	f.nodes(c, owner)
	f.workloads(c)
	f.pods(c, owner)
	f.policies(c)
	return strings.Join(f, "; ")
}

func (f *faults) namespaces(c *model.Cluster) {
	for i, n := range c.Namespaces {
		f.unless(i == 0 || c.Namespaces[i-1].Name < n.Name, "namespace %s out of order", n.Name)
		v, ok := n.Labels.Get(model.NameLabel)
		f.unless(ok && v == n.Name, "namespace %s without its name label (NP-28)", n.Name)
		f.unless(n.Declared || len(n.Labels) == 1, "undeclared namespace %s with labels (NP-27)", n.Name)
	}
}

func (f *faults) nodes(c *model.Cluster, owner map[netip.Addr]string) {
	for i, n := range c.Nodes {
		f.unless(i == 0 || c.Nodes[i-1].Name < n.Name, "node %s out of order", n.Name)
		f.unless(n.Declared || len(n.Labels)+len(n.Addresses) == 0, "undeclared node %s knows something", n.Name)
		for _, a := range n.Addresses {
			f.unless(owner[a] == "", "node %s shares %s with %s", n.Name, a, owner[a])
			owner[a] = n.Name
		}
	}
}

func (f *faults) workloads(c *model.Cluster) {
	replicas := make([]int, len(c.Workloads))
	for _, p := range c.Pods {
		replicas[p.Workload] += p.Weight
	}
	key := func(w model.Workload) string { return w.Namespace + "\x00" + w.Kind + "\x00" + w.Name }
	for i, w := range c.Workloads {
		f.unless(i == 0 || key(c.Workloads[i-1]) < key(w), "workload %s out of order", w.Name)
		f.unless(w.Replicas == replicas[i], "workload %s of %d replicas has %d", w.Name, w.Replicas, replicas[i])
	}
}

func (f *faults) pods(c *model.Cluster, owner map[netip.Addr]string) {
	namespaces, nodes := map[string]bool{}, map[string]bool{"": true}
	for _, n := range c.Namespaces {
		namespaces[n.Name] = true
	}
	for _, n := range c.Nodes {
		nodes[n.Name] = true
	}
	names := map[string]bool{}
	for i, p := range c.Pods {
		name := p.Namespace + "/" + p.Name
		f.unless(!names[name] && namespaces[p.Namespace], "pod %s twice, or nowhere", name)
		names[name] = true
		if i > 0 {
			q := c.Pods[i-1]
			f.unless(q.Workload < p.Workload || q.Workload == p.Workload && q.Name < p.Name, "pod %s out of order", name)
		}
		f.unless(c.Workloads[p.Workload].Namespace == p.Namespace, "pod %s in another namespace than its workload", name)
		f.unless(nodes[p.Node], "pod %s on no node of the cluster", name)
		f.unless(p.StandIn || p.Weight == 1, "pod %s stands for %d", name, p.Weight)
		f.unless(slices.IsSortedFunc(p.Labels, func(a, b selector.Label) int { return strings.Compare(a.Key, b.Key) }), "labels of %s", name)
		f.addresses(p, owner)
		for _, cp := range p.Ports {
			f.unless(cp.Port >= model.MinPort && cp.Protocol < model.Protocols, "port of pod %s", name)
		}
	}
}

// addresses demands that p has at most one address of each family, and shares
// none, other than a hostNetwork pod with its node.
func (f *faults) addresses(p model.Pod, owner map[netip.Addr]string) {
	name := p.Namespace + "/" + p.Name
	four, six := 0, 0
	for _, a := range p.Addresses {
		f.unless(owner[a] == "" || p.HostNetwork && owner[a] == p.Node, "pod %s shares %s with %s", name, a, owner[a])
		if owner[a] == "" {
			owner[a] = name
		}
		if a.Is4() {
			four++
		} else {
			six++
		}
	}
	f.unless(four <= 1 && six <= 1, "pod %s has several addresses of a family", name)
}

func (f *faults) policies(c *model.Cluster) {
	for i, p := range c.Policies {
		o := p.Origin
		if i > 0 {
			q := c.Policies[i-1].Origin
			f.unless(q.Kind+"\x00"+q.Namespace+"\x00"+q.Name < o.Kind+"\x00"+o.Namespace+"\x00"+o.Name, "policy %s out of order", o.Object())
		}
		f.unless(slices.ContainsFunc(c.Tiers, func(t model.Tier) bool { return t.Name == p.Tier }), "tier of %s", o.Object())
		for _, r := range p.Rules {
			f.unless(r.Origin.Object() == o.Object() && r.Origin.Field != "", "origin of a rule of %s", o.Object())
			if o.Kind == "NetworkPolicy" {
				f.unless(r.Action == model.Allow && p.Isolates[r.Direction] && p.Order == 0, "rule of %s (NP-8, NP-17)", o.Object())
			}
			for _, peer := range r.Peers {
				f.unless(peer.Kind != model.PeerBlock || validBlock(peer.Block), "block %s", peer.Block)
			}
			for _, m := range r.Ports {
				f.unless(m.Kind != model.PortRange || model.MinPort <= m.First && m.First <= m.Last, "port %s", m)
			}
		}
	}
}

func validBlock(b model.Block) bool {
	for _, e := range b.Except {
		if e != e.Masked() || e.Bits() <= b.CIDR.Bits() || !b.CIDR.Contains(e.Addr()) {
			return false
		}
	}
	return b.CIDR == b.CIDR.Masked()
}
