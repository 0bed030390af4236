package shape

import (
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

// rules draws n rules for a policy of ns, and the directions that it isolates:
// those of its rules, and now and then the other one too.
func (d *drawing) rules(ns *namespace, n int) ([]model.Rule, [model.Directions]bool) {
	rules := make([]model.Rule, n)
	var isolates [model.Directions]bool
	for i := range rules {
		rules[i] = d.rule(ns)
		isolates[rules[i].Direction] = true
	}
	if d.r.Float64() < 0.10 {
		isolates = bothWays()
	}
	return rules, isolates
}

// rule draws a rule. Blocks are mostly where pods go to, selectors mostly where
// connections come from.
func (d *drawing) rule(ns *namespace) model.Rule {
	rule := model.Rule{Direction: model.Ingress, Action: model.Allow}
	blocks := d.r.Float64() < d.Mix.BlockRules
	if toEgress := d.r.Float64(); blocks && toEgress < 0.75 || !blocks && toEgress < 0.35 {
		rule.Direction = model.Egress
	}
	if blocks {
		rule.Peers = d.blockPeers()
		rule.Ports = d.rulePorts(d.Mix.BlockPorts, rule.Direction == model.Ingress, false)
		return rule
	}
	dns := false
	rule.Peers, dns = d.selectorPeers(ns, rule.Direction)
	rule.Ports = d.rulePorts(d.Mix.SelectorPorts, true, dns)
	return rule
}

// blockPeers draws a list of blocks. Of the lists in the dump that have more
// than one, half have 3 and most others 6.
func (d *drawing) blockPeers() []model.Peer {
	n := 1
	if d.r.Float64() < d.Mix.LongLists {
		n = []int{2, 3, 6, 14}[weighted(d.r, []float64{0.10, 0.50, 0.38, 0.02})]
	}
	n = min(n, len(d.v.blocks))
	chosen := make([]int, 0, n)
	for len(chosen) < n {
		i := int(d.blocks.Uint64())
		if d.r.Float64() < 0.5 {
			i = d.r.IntN(d.blocks.n)
		}
		if !slices.Contains(chosen, i) {
			chosen = append(chosen, i)
		}
	}
	peers := make([]model.Peer, n)
	for i, at := range chosen {
		b := d.v.blocks[at]
		peers[i] = model.Peer{Kind: model.PeerBlock, Block: model.Block{CIDR: b.CIDR, Except: slices.Clone(b.Except)}}
	}
	return peers
}

// selectorPeers draws a list of selectors: of 9,208 in the dump 418 have two. It
// tells whether they are the DNS servers.
func (d *drawing) selectorPeers(ns *namespace, dir model.Direction) ([]model.Peer, bool) {
	set, dns := d.peer(ns, dir)
	peers := []model.Peer{{Kind: model.PeerPods, Pods: set}}
	if d.r.Float64() < 0.045 {
		set, _ := d.peer(ns, dir)
		peers = append(peers, model.Peer{Kind: model.PeerPods, Pods: set})
	}
	return peers, dns
}

// peer draws a set of pods. The weights give the peers that the dump has: half
// of them two pods, a mean of 35, and some two thirds of the cluster.
func (d *drawing) peer(ns *namespace, dir model.Direction) (set model.PodSet, dns bool) {
	other := &d.namespaces[pick(d.r, d.tenants)]
	theirs := &other.workloads[d.r.IntN(len(other.workloads))]
	near := &ns.workloads[d.r.IntN(len(ns.workloads))]
	team, _ := other.labels.Get("team")
	switch draw := d.r.Float64(); {
	case draw < d.Mix.ClusterWide:
		return model.PodSet{Namespaces: selector.Selector{Requirements: []selector.Requirement{
			{Key: "env", Op: selector.In, Values: []string{"prod", "staging"}},
		}}}, false
	case draw < 0.05:
		return model.PodSet{Namespaces: selector.Equal("team", team)}, false
	case draw < 0.10:
		return model.PodSet{Namespaces: selector.Equal("team", team), Pods: d.group(theirs)}, false
	case draw < 0.20:
		return model.PodSet{Namespaces: d.namespaceNamed(other), Pods: d.workload(theirs)}, false
	case draw < 0.30:
		return model.PodSet{Namespace: ns.name}, false
	case draw < 0.54 || !d.platform:
		return model.PodSet{Namespace: ns.name, Pods: d.workload(near)}, false
	case dir == model.Egress:
		return model.PodSet{
			Namespaces: selector.Equal(model.NameLabel, systemNamespace),
			Pods:       selector.Equal("k8s-app", "kube-dns"),
		}, true
	case draw < 0.76:
		return model.PodSet{Namespaces: selector.Equal("policy-group", "ingress")}, false
	}
	return model.PodSet{
		Namespaces: selector.Equal("name", monitoringNamespace),
		Pods:       selector.Equal("app.kubernetes.io/name", "prometheus"),
	}, false
}

// namespaceNamed selects a namespace by its name: by the label that every
// namespace has, or by the one that people gave theirs before that.
func (d *drawing) namespaceNamed(ns *namespace) selector.Selector {
	if _, ok := ns.labels.Get("name"); ok && d.r.Float64() < 0.4 {
		return selector.Equal("name", ns.name)
	}
	return selector.Equal(model.NameLabel, ns.name)
}

// rulePorts draws the ports of a rule. Only where a name can mean a container's
// port may a rule have one.
func (d *drawing) rulePorts(shares [3]float64, nameable, dns bool) []model.PortMatch {
	n := weighted(d.r, shares[:])
	byName := d.byName.take(n > 0 && nameable && !dns)
	byRange := d.ranges.take(n > 0 && !byName && !dns)
	switch {
	case n == 0:
		return []model.PortMatch{{Kind: model.PortAny}}
	case dns:
		return []model.PortMatch{single(model.UDP, 53), single(model.TCP, 53)}[:n]
	case n == 2:
		n += weighted(d.r, []float64{0.92, 0.03, 0.02, 0.03})
	}
	ports := make([]model.PortMatch, 0, n)
	switch {
	case byName:
		ports = append(ports, named(model.TCP, pick(d.r, []string{"http", "http", "http", "metrics", "metrics", "grpc", "https", "postgresql", "redis"})))
	case byRange:
		ports = append(ports, pick(d.r, d.v.ranges))
	}
	for tries := 0; len(ports) < n && tries < 100; tries++ {
		if p := d.port(); !slices.Contains(ports, p) {
			ports = append(ports, p)
		}
	}
	return ports
}

// port draws a port: often one that containers of the cluster listen on.
func (d *drawing) port() model.PortMatch {
	if d.r.Float64() < 0.4 {
		return d.v.ports[d.r.IntN(min(len(d.v.ports), len(commonPorts())))]
	}
	return d.v.ports[d.ports.Uint64()]
}
