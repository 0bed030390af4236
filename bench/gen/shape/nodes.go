package shape

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"

	"netreach/model"
)

// The address plan. Blocks that policies name lie outside podNetwork, but for
// those that hold all of it and those of blockStorm.
func podNetwork() netip.Addr   { return netip.MustParseAddr("10.128.0.0") } // a /9
func nodeNetwork() netip.Addr  { return netip.MustParseAddr("10.0.0.0") }   // a /16
func podNetwork6() netip.Addr  { return netip.MustParseAddr("fd00:10:128::") }
func nodeNetwork6() netip.Addr { return netip.MustParseAddr("fd00:10::") }

// plus returns the address n after a.
func plus(a netip.Addr, n int) netip.Addr {
	b := a.AsSlice()
	for i := len(b) - 1; i >= 0 && n > 0; i-- {
		n += int(b[i])
		b[i] = byte(n)
		n >>= 8
	}
	out, _ := netip.AddrFromSlice(b)
	return out
}

// addNodes adds the nodes, and gives each pod its node and addresses: one range
// of addresses for each node.
func (b *builder) addNodes() {
	c := b.cluster
	r := generator(b.seed, forNodes)
	zones := []string{"a", "b", "c"}
	dual := make([]bool, b.Nodes)
	stacks := quota{share: b.DualStack}
	c.Nodes = make([]model.Node, b.Nodes)
	for i := range c.Nodes {
		name := fmt.Sprintf("worker-%05d", i)
		dual[i] = stacks.take(true)
		addresses := []netip.Addr{plus(nodeNetwork(), i+256)}
		if dual[i] {
			addresses = append(addresses, plus(nodeNetwork6(), i+256))
		}
		c.Nodes[i] = model.Node{
			Name: name, Addresses: addresses, Declared: true,
			Labels: labelled(
				"kubernetes.io/arch", "amd64",
				"kubernetes.io/hostname", name,
				"kubernetes.io/os", "linux",
				"node.kubernetes.io/instance-type", pick(r, []string{"m6i.4xlarge", "m6i.8xlarge", "r6i.8xlarge"}),
				"node.kubernetes.io/pool", "pool-"+strconv.Itoa(i%7),
				"topology.kubernetes.io/region", "eu-west-1",
				"topology.kubernetes.io/zone", "eu-west-1"+zones[i%len(zones)]),
			Origin: model.Origin{Kind: "Node", Name: name},
		}
	}
	at := b.schedule(r)
	size := rangeSize(at, b.Nodes)
	used := make([]int, b.Nodes)
	for i := range c.Pods {
		p, node := &c.Pods[i], at[i]
		p.Node = c.Nodes[node].Name
		if p.HostNetwork {
			p.Addresses = append(b.addresses.take(len(c.Nodes[node].Addresses)), c.Nodes[node].Addresses...)
			continue
		}
		offset := int(node)*size + used[node] + 2
		used[node]++
		p.Addresses = append(b.addresses.take(2), plus(podNetwork(), offset))
		if dual[node] {
			p.Addresses = append(p.Addresses, plus(podNetwork6(), offset))
		}
	}
}

// schedule returns the node of each pod: any, but for DaemonSets.
func (b *builder) schedule(r *rand.Rand) []int32 {
	at := make([]int32, len(b.cluster.Pods))
	nth, workload := 0, -1
	for i := range at {
		at[i] = int32(r.IntN(b.Nodes))
		w := b.cluster.Pods[i].Workload
		if w != workload {
			nth, workload = 0, w
		}
		if b.cluster.Workloads[w].Kind == "DaemonSet" {
			at[i] = int32(nth)
		}
		nth++
	}
	return at
}

// rangeSize returns a power of two of addresses that suffices for the pods of
// every node.
func rangeSize(at []int32, nodes int) int {
	counts := make([]int, nodes)
	most := 0
	for _, node := range at {
		counts[node]++
		most = max(most, counts[node])
	}
	size := 256
	for size < most+3 {
		size *= 2
	}
	return size
}
