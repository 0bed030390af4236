package shape_test

import (
	"cmp"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"netreach/model"
	"netreach/model/selector"
)

// ascending reports an error unless the elements are in strict order.
func ascending[T any](t *testing.T, what string, of []T, compare func(a, b *T) int) {
	t.Helper()
	for i := 1; i < len(of); i++ {
		if compare(&of[i-1], &of[i]) >= 0 {
			t.Errorf("%s %d is not after the one before it: %+v", what, i, of[i])
			return
		}
	}
}

func checkNamespaces(t *testing.T, c *model.Cluster) {
	t.Helper()
	ascending(t, "namespace", c.Namespaces, func(a, b *model.Namespace) int { return strings.Compare(a.Name, b.Name) })
	ascending(t, "node", c.Nodes, func(a, b *model.Node) int { return strings.Compare(a.Name, b.Name) })
	for _, ns := range c.Namespaces {
		if v, _ := ns.Labels.Get(model.NameLabel); v != ns.Name || !ns.Declared || ns.Origin.Object() != "Namespace "+ns.Name { // NP-28
			t.Errorf("namespace %+v", ns)
		}
		checkLabels(t, ns.Labels)
	}
	for _, n := range c.Nodes {
		if len(n.Addresses) == 0 || !n.Declared || n.Origin.Object() != "Node "+n.Name {
			t.Errorf("node %+v", n)
		}
		checkLabels(t, n.Labels)
	}
}

func checkLabels(t *testing.T, l model.Labels) {
	t.Helper()
	ascending(t, "label", l, func(a, b *selector.Label) int { return strings.Compare(a.Key, b.Key) })
}

func checkPods(t *testing.T, c *model.Cluster) {
	t.Helper()
	ascending(t, "workload", c.Workloads, func(a, b *model.Workload) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	ascending(t, "pod", c.Pods, func(a, b *model.Pod) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Workload, b.Workload), strings.Compare(a.Name, b.Name))
	})
	nodes := map[string]*model.Node{}
	for i := range c.Nodes {
		nodes[c.Nodes[i].Name] = &c.Nodes[i]
	}
	replicas := make([]int, len(c.Workloads))
	names, addresses, shared := map[string]bool{}, map[netip.Addr]bool{}, map[*selector.Label]bool{}
	for i := range c.Pods {
		p := &c.Pods[i]
		w := &c.Workloads[p.Workload]
		replicas[p.Workload]++
		if w.Namespace != p.Namespace || p.Weight != 1 || p.StandIn || p.Origin.Object() != "Pod "+p.Namespace+"/"+p.Name || names[p.Origin.Object()] {
			t.Fatalf("pod %+v of workload %+v", p, w)
		}
		names[p.Origin.Object()] = true
		checkLabels(t, p.Labels)
		if len(p.Labels) == 0 || shared[&p.Labels[0]] || cap(p.Labels) > len(p.Labels) {
			t.Fatalf("pod %s: its labels are not its own", p.Name)
		}
		shared[&p.Labels[0]] = true
		node := nodes[p.Node]
		if node == nil || len(p.Addresses) != len(node.Addresses) || p.HostNetwork && !slices.Equal(p.Addresses, node.Addresses) {
			t.Fatalf("pod %+v on node %+v", p, node)
		}
		for _, a := range p.Addresses {
			if addresses[a] && !p.HostNetwork {
				t.Fatalf("pod %s: %s is another's address too", p.Name, a)
			}
			addresses[a] = true
		}
	}
	for i, n := range replicas {
		if w := c.Workloads[i]; n == 0 || n != w.Replicas || w.Kind == "Pod" && n > 1 {
			t.Errorf("workload %+v has %d pods", w, n)
		}
	}
}

func checkPolicies(t *testing.T, c *model.Cluster) {
	t.Helper()
	ascending(t, "policy", c.Policies, func(a, b *model.Policy) int {
		return cmp.Or(strings.Compare(a.Origin.Namespace, b.Origin.Namespace), strings.Compare(a.Origin.Name, b.Origin.Name))
	})
	for i := range c.Policies {
		p := &c.Policies[i]
		if p.Tier != c.Tiers[0].Name || p.Subject.Namespace != p.Origin.Namespace || p.Isolates == [model.Directions]bool{} {
			t.Fatalf("policy %+v", p)
		}
		canonical(t, p.Subject.Pods)
		next := map[model.Direction]int{}
		for _, r := range p.Rules {
			if r.Direction == model.Ingress && next[model.Egress] > 0 || !p.Isolates[r.Direction] { // NP-17
				t.Fatalf("%s: rule %+v", p.Origin.Object(), r)
			}
			field := map[model.Direction]string{model.Ingress: "spec.ingress", model.Egress: "spec.egress"}[r.Direction]
			if want := p.Origin.At(field + "[" + string(rune('0'+next[r.Direction]%10)) + "]"); next[r.Direction] < 10 && r.Origin != want {
				t.Fatalf("rule at %v, want %v", r.Origin, want)
			}
			next[r.Direction]++
			for _, peer := range r.Peers {
				canonical(t, peer.Pods.Pods)
				canonical(t, peer.Pods.Namespaces)
				checkBlock(t, peer)
			}
			for _, port := range r.Ports {
				if port.Kind == model.PortRange && (port.First < model.MinPort || port.Last < port.First) {
					t.Fatalf("%s: port %+v", p.Origin.Object(), port)
				}
			}
		}
	}
}

func canonical(t *testing.T, s selector.Selector) {
	t.Helper()
	if !reflect.DeepEqual(s, s.Canonical()) {
		t.Fatalf("selector %s is not canonical", s)
	}
}

// checkBlock: prefixes are masked, and what is left out lies within (NPV-9).
func checkBlock(t *testing.T, p model.Peer) {
	t.Helper()
	if p.Kind != model.PeerBlock {
		return
	}
	b := p.Block
	if !b.CIDR.IsValid() || b.CIDR != b.CIDR.Masked() {
		t.Fatalf("block %s", b)
	}
	for _, e := range b.Except {
		if e != e.Masked() || e.Bits() <= b.CIDR.Bits() || !b.CIDR.Contains(e.Addr()) {
			t.Fatalf("block %s", b)
		}
	}
}
