package worlds_test

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/selector"
)

// invalid returns what is wrong with c, or "": the order and the references
// that model.Cluster promises, and what validation leaves (NPV-3, NPV-9,
// NPV-10).
func invalid(c *model.Cluster) string {
	var bad []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	namespaces := map[string]bool{}
	for i, n := range c.Namespaces {
		check(i == 0 || c.Namespaces[i-1].Name < n.Name, "namespace %s out of order", n.Name)
		v, ok := n.Labels.Get(model.NameLabel)
		check(ok && v == n.Name, "namespace %s without its name label (NP-28)", n.Name)
		check(n.Declared || len(n.Labels) == 1, "undeclared namespace %s with labels (NP-27)", n.Name)
		namespaces[n.Name] = true
	}
	owner := map[netip.Addr]string{}
	nodes := map[string]bool{}
	for i, n := range c.Nodes {
		check(i == 0 || c.Nodes[i-1].Name < n.Name, "node %s out of order", n.Name)
		check(n.Declared || len(n.Labels)+len(n.Addresses) == 0, "undeclared node %s knows something", n.Name)
		nodes[n.Name] = true
		for _, a := range n.Addresses {
			check(owner[a] == "", "node %s shares %s with %s", n.Name, a, owner[a])
			owner[a] = n.Name
		}
	}
	for i, w := range c.Workloads {
		key := func(w model.Workload) string { return w.Namespace + "\x00" + w.Kind + "\x00" + w.Name }
		check(i == 0 || key(c.Workloads[i-1]) < key(w), "workload %s out of order", w.Name)
	}
	replicas, names := make([]int, len(c.Workloads)), map[string]bool{}
	for i, p := range c.Pods {
		name := p.Namespace + "/" + p.Name
		check(i == 0 || c.Pods[i-1].Workload < p.Workload || c.Pods[i-1].Workload == p.Workload && c.Pods[i-1].Name < p.Name,
			"pod %s out of order", name)
		check(!names[name] && namespaces[p.Namespace], "pod %s twice, or nowhere", name)
		check(c.Workloads[p.Workload].Namespace == p.Namespace, "pod %s in another namespace than its workload", name)
		check(p.Node == "" || nodes[p.Node], "pod %s on no node of the cluster", name)
		check(p.StandIn || p.Weight == 1, "pod %s stands for %d", name, p.Weight)
		check(slices.IsSortedFunc(p.Labels, func(a, b labelOf) int { return strings.Compare(a.Key, b.Key) }), "labels of %s", name)
		names[name] = true
		replicas[p.Workload] += p.Weight
		four, six := 0, 0
		for _, a := range p.Addresses {
			check(owner[a] == "" || p.HostNetwork && owner[a] == p.Node, "pod %s shares %s with %s", name, a, owner[a])
			if owner[a] == "" {
				owner[a] = name
			}
			if a.Is4() {
				four++
			} else {
				six++
			}
		}
		check(four <= 1 && six <= 1, "pod %s has several addresses of a family", name)
		for _, cp := range p.Ports {
			check(cp.Port >= model.MinPort && cp.Protocol < model.Protocols, "port of pod %s", name)
		}
	}
	for i, w := range c.Workloads {
		check(w.Replicas == replicas[i], "workload %s of %d replicas has %d", w.Name, w.Replicas, replicas[i])
	}
	for i, p := range c.Policies {
		if i > 0 {
			a, b := c.Policies[i-1].Origin, p.Origin
			check(a.Kind+"\x00"+a.Namespace+"\x00"+a.Name < b.Kind+"\x00"+b.Namespace+"\x00"+b.Name, "policy %s out of order", p.Origin.Object())
		}
		check(slices.ContainsFunc(c.Tiers, func(t model.Tier) bool { return t.Name == p.Tier }), "tier of %s", p.Origin.Object())
		for _, r := range p.Rules {
			check(r.Origin.Object() == p.Origin.Object() && r.Origin.Field != "", "origin of a rule of %s", p.Origin.Object())
			if p.Origin.Kind == "NetworkPolicy" {
				check(r.Action == model.Allow && p.Isolates[r.Direction] && p.Order == 0, "rule of %s", p.Origin.Object())
			}
			for _, peer := range r.Peers {
				if peer.Kind == model.PeerBlock {
					check(validBlock(peer.Block), "block %s", peer.Block)
				}
			}
			for _, m := range r.Ports {
				if m.Kind == model.PortRange {
					check(model.MinPort <= m.First && m.First <= m.Last, "port %s", m)
				}
			}
		}
	}
	return strings.Join(bad, "; ")
}

type labelOf = selector.Label

func validBlock(b model.Block) bool {
	for _, e := range b.Except {
		if e != e.Masked() || e.Bits() <= b.CIDR.Bits() || !b.CIDR.Contains(e.Addr()) {
			return false
		}
	}
	return b.CIDR == b.CIDR.Masked()
}

// TestSmall demands that small worlds are small, valid, different, and about as
// many as a test can go through.
func TestSmall(t *testing.T) {
	seed := maphash.MakeSeed()
	seen := map[uint64]bool{}
	n := 0
	for c := range worlds.Small {
		n++
		if why := invalid(c); why != "" {
			t.Fatalf("world %d: %s\n%s", n, why, worlds.Describe(c, model.Options{}))
		}
		if len(c.Pods) > 3 || len(c.Namespaces) > 2 || len(c.Policies) > 2 {
			t.Fatalf("world %d is not small\n%s", n, worlds.Describe(c, model.Options{}))
		}
		h := maphash.String(seed, worlds.Describe(c, model.Options{}))
		if seen[h] {
			t.Fatalf("world %d comes twice\n%s", n, worlds.Describe(c, model.Options{}))
		}
		seen[h] = true
	}
	if n < 20000 || n > 60000 {
		t.Errorf("got %d worlds, want 20000 to 60000", n)
	}
}

// TestSmall_Stops demands that the sequence ends when its consumer does.
func TestSmall_Stops(t *testing.T) {
	for _, limit := range []int{1, 2, 1000, 9000} {
		n := 0
		for range worlds.Small {
			if n++; n == limit {
				break
			}
		}
		if n != limit {
			t.Errorf("got %d worlds, want %d", n, limit)
		}
	}
}

func TestRandom_Valid(t *testing.T) {
	for seed := range uint64(2000) {
		c, o := worlds.Random(rand.New(rand.NewPCG(seed, 0)), 1+int(seed%12))
		if why := invalid(c); why != "" {
			t.Fatalf("seed %d: %s\n%s", seed, why, worlds.Describe(c, o))
		}
		again, p := worlds.Random(rand.New(rand.NewPCG(seed, 0)), 1+int(seed%12))
		if !reflect.DeepEqual(c, again) || !reflect.DeepEqual(o, p) {
			t.Fatalf("seed %d gives two clusters", seed)
		}
	}
}

// TestRandom_Large demands addresses that stay unique in larger clusters.
func TestRandom_Large(t *testing.T) {
	for seed := range uint64(10) {
		c, _ := worlds.Random(rand.New(rand.NewPCG(seed, 1)), 1500)
		if why := invalid(c); why != "" {
			t.Fatalf("seed %d: %s", seed, why)
		}
	}
}

// TestRandom_Covers demands that random worlds hold every feature that the
// engine has to get right, in at least one of a hundred.
func TestRandom_Covers(t *testing.T) {
	const n = 1000
	count := map[string]int{}
	see := func(feature string, ok bool) {
		if _, known := count[feature]; !known {
			count[feature] = 0
		}
		if ok {
			count[feature]++
		}
	}
	for seed := range uint64(n) {
		c, o := worlds.Random(rand.New(rand.NewPCG(seed, 2)), 6)
		text := worlds.Describe(c, o)
		for _, feature := range []string{
			"hostNetwork", " on n9", " stands for 0", " stands for 2", "(sidecar)", "(endPort)", " except ", "2001:db8::/32",
			" pass: ", " deny: ", "all nodes", "nodes with", "[names", "cannot be read", "[anyone]", "ports *", "*/udp", "http/tcp", " http\n",
			"peers ports", "ports\n", model.NameLabel + "=", model.NameLabel + " in (", "!app", "app!=", "app notin", "role", "pod prefixes",
			"unmatched pass", "unmatched allow", "tier Admin", "tier First", "isolates egress, isolates ingress", "with !env",
		} {
			see(feature, strings.Contains(text, feature))
		}
		orders := map[string]bool{}
		tie := false
		for _, p := range c.Policies {
			key := fmt.Sprint(p.Tier, p.Order)
			tie = tie || p.Tier != model.TierNetworkPolicy && orders[key]
			orders[key] = true
		}
		see("tie", tie)
		see("pod without address", slices.ContainsFunc(c.Pods, func(p model.Pod) bool { return !p.StandIn && p.Addresses == nil }))
		see("dual stack", slices.ContainsFunc(c.Pods, func(p model.Pod) bool { return len(p.Addresses) == 2 }))
		see("node of three addresses", slices.ContainsFunc(c.Nodes, func(n model.Node) bool { return len(n.Addresses) == 3 }))
		see("three namespaces", len(c.Namespaces) == 3)
		see("no policies", len(c.Policies) == 0)
		see("undeclared namespace", slices.ContainsFunc(c.Namespaces, func(n model.Namespace) bool { return !n.Declared }))
		see("workload of several pods", slices.ContainsFunc(c.Workloads, func(w model.Workload) bool { return w.Kind == "StatefulSet" && w.Replicas > 1 }))
	}
	for feature, k := range count {
		if k < n/100 {
			t.Errorf("%q in %d of %d worlds", feature, k, n)
		}
	}
}

func FuzzFromBytes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("every byte is a choice"))
	f.Add([]byte(strings.Repeat("\x07\x03\x05\x02", 80)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, o := worlds.FromBytes(data)
		if why := invalid(c); why != "" {
			t.Fatalf("%s\n%s", why, worlds.Describe(c, o))
		}
		again, p := worlds.FromBytes(data)
		if !reflect.DeepEqual(c, again) || !reflect.DeepEqual(o, p) {
			t.Fatal("one input gives two clusters")
		}
	})
}
