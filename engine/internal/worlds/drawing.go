package worlds

import (
	"net/netip"
	"slices"
	"strconv"

	"netreach/model"
	"netreach/model/selector"
)

// drawing is a cluster as it is being drawn.
type drawing struct {
	choose  chooser
	cluster *model.Cluster
	// addresses counts those given away: no two pods or nodes share one, other
	// than a hostNetwork pod with its node.
	addresses int
}

func drawOptions(choose chooser) model.Options {
	if choose(3) == 0 {
		return model.Options{}
	}
	answer := func() model.Answer {
		return one(choose, model.Yes, model.Yes, model.Yes, model.Yes, model.No, model.Open)
	}
	o := model.Options{Switches: model.Switches{
		BlocksMatchPods:  answer(),
		BlocksMatchNodes: answer(),
		HostNetworkPods: one(choose, model.HostNetworkAsNode, model.HostNetworkAsNode, model.HostNetworkAsPod,
			model.HostNetworkOpen),
		OwnNodeIngress:    answer(),
		OwnNodeEgress:     answer(),
		NamedPortSidecars: answer(),
		EndPort:           answer(),

		SCTP:                 one(choose, answer(), model.Yes, model.Yes, model.Yes),
		BaselinePerDirection: answer(),
		PriorityTies:         one(choose, model.TiesOpen, model.TiesOpen, model.TiesByName),
		NotEnforced:          choose(64) == 63,
	}}
	o.PodCIDRs = one(choose, nil, nil, nil, nil, nil,
		prefixes("10.0.0.0/24"),
		prefixes("10.0.0.0/25", "10.0.0.128/25", "fd00::/64"),
		prefixes("fd00::/64"),
		prefixes("203.0.113.0/24", "10.0.0.0/8"))
	return o
}

func prefixes(s ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(s))
	for i, p := range s {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

func (d *drawing) namespaces() {
	for _, name := range []string{"a", "b", "c"}[:one(d.choose, 2, 2, 3, 1)] {
		n := model.Namespace{Name: name, Origin: model.Origin{Kind: "Namespace", Name: name}}
		if n.Declared = d.choose(6) != 5; n.Declared {
			n.Labels = d.labels("env", "team")
		}
		n.Labels = n.Labels.With(model.NameLabel, name)
		d.cluster.Namespaces = append(d.cluster.Namespaces, n)
	}
}

// labels draws a label set over the keys; an empty value is a value.
func (d *drawing) labels(keys ...string) model.Labels {
	var l model.Labels
	for _, k := range keys {
		if v := one(d.choose, "x", "x", "y", "-", "", "a"); v != "-" {
			l = l.With(k, v)
		}
	}
	return l
}

func (d *drawing) nodes() {
	for _, name := range []string{"n1", "n2"}[:d.choose(3)] {
		n := model.Node{
			Name: name, Labels: d.labels("zone"), Declared: true,
			Origin: model.Origin{Kind: "Node", Name: name},
		}
		for _, first := range one(d.choose, []string{"192.168.0.0"}, nil, []string{"fd00:1::"},
			[]string{"192.168.0.0", "fd00:1::"}, []string{"fd00:1::", "198.51.100.0", "192.168.0.0"}) {
			n.Addresses = append(n.Addresses, d.address(first))
		}
		d.cluster.Nodes = append(d.cluster.Nodes, n)
	}
}

// address gives away the next address, counting up from first.
func (d *drawing) address(first string) netip.Addr {
	d.addresses++
	b := netip.MustParseAddr(first).AsSlice()
	b[len(b)-2] += byte(d.addresses >> 8)
	b[len(b)-1] += byte(d.addresses)
	a, _ := netip.AddrFromSlice(b)
	return a
}

// undeclaredNodes adds the nodes that only pods name.
func (d *drawing) undeclaredNodes() {
	for _, p := range d.cluster.Pods {
		named := func(n model.Node) bool { return n.Name == p.Node }
		if p.Node != "" && !slices.ContainsFunc(d.cluster.Nodes, named) {
			d.cluster.Nodes = append(d.cluster.Nodes, model.Node{Name: p.Node, Origin: model.Origin{Kind: "Node", Name: p.Node}})
		}
	}
}

func (d *drawing) pods(n int) {
	for i := range n {
		ns := one(d.choose, d.cluster.Namespaces...).Name
		p := model.Pod{Namespace: ns, Name: "p" + strconv.Itoa(i), Weight: 1, Labels: d.labels("app", "role")}
		p.HostNetwork = d.choose(5) == 4
		kind, workload := "Pod", p.Name
		switch d.choose(4) {
		case 2:
			kind, workload = "StatefulSet", "set"
			p.Name = workload + "-" + strconv.Itoa(i)
		case 3:
			kind, p.StandIn, p.Weight = "Deployment", true, d.choose(4)
			p.LateLabels = one(d.choose, nil, nil, nil, []string{"role"}, []string{"app", "role"})
		}
		p.Ports = d.containerPorts()
		if !p.StandIn {
			p.Node = one(d.choose, "", "n1", "n2", "n9")
			p.Addresses = d.podAddresses(p)
		}
		p.Origin = model.Origin{Kind: kind, Namespace: ns, Name: p.Name}
		if !p.StandIn {
			p.Origin.Kind = "Pod"
		}
		p.Workload = d.workload(kind, ns, workload, p.Weight)
		d.cluster.Pods = append(d.cluster.Pods, p)
	}
}

// workload returns the index of a workload that a pod joins.
func (d *drawing) workload(kind, ns, name string, weight int) int {
	for i := range d.cluster.Workloads {
		if w := &d.cluster.Workloads[i]; w.Kind == kind && w.Namespace == ns && w.Name == name {
			w.Replicas += weight
			return i
		}
	}
	d.cluster.Workloads = append(d.cluster.Workloads, model.Workload{
		Kind: kind, Namespace: ns, Name: name, Replicas: weight,
		Origin: model.Origin{Kind: kind, Namespace: ns, Name: name},
	})
	return len(d.cluster.Workloads) - 1
}

func (d *drawing) containerPorts() []model.ContainerPort {
	var out []model.ContainerPort
	for range d.choose(4) {
		out = append(out, model.ContainerPort{
			Name:     one(d.choose, "http", "dns", ""),
			Protocol: one(d.choose, model.TCP, model.TCP, model.UDP, model.SCTP),
			Port:     d.port(),
			Sidecar:  d.choose(4) == 3,
		})
	}
	return out
}

// port draws a port. Neighbours and the ends of the range are among them.
func (d *drawing) port() uint16 {
	return one[uint16](d.choose, 80, 81, 82, 53, model.MinPort, 8080, 443, model.MaxPort)
}

// podAddresses draws at most one address of each family. A hostNetwork pod has
// its node's, if any.
func (d *drawing) podAddresses(p model.Pod) []netip.Addr {
	if p.HostNetwork && d.choose(3) != 2 {
		var out []netip.Addr
		if d.choose(2) == 0 {
			return nil
		}
		for _, n := range d.cluster.Nodes {
			for _, a := range n.Addresses {
				same := func(b netip.Addr) bool { return a.Is4() == b.Is4() }
				if n.Name == p.Node && !slices.ContainsFunc(out, same) {
					out = append(out, a)
				}
			}
		}
		return out
	}
	switch d.choose(6) {
	case 0:
		return []netip.Addr{d.address("10.0.0.0")}
	case 1, 2:
		return []netip.Addr{d.address("fd00::"), d.address("10.0.0.0")}
	case 3:
		return []netip.Addr{d.address("fd00::")}
	case 4:
		return []netip.Addr{d.address("203.0.113.0"), d.address("2001:db8::")}
	}
	return nil
}

// selector draws a selector over the keys. It need not be canonical, and may
// contradict itself.
func (d *drawing) selector(values []string, keys ...string) selector.Selector {
	var s selector.Selector
	for range one(d.choose, 0, 0, 1, 1, 2, 3) {
		r := selector.Requirement{
			Key: one(d.choose, keys...),
			Op:  one(d.choose, selector.In, selector.In, selector.NotIn, selector.Exists, selector.DoesNotExist),
		}
		if r.Op == selector.In || r.Op == selector.NotIn {
			for range 1 + d.choose(2) {
				r.Values = append(r.Values, one(d.choose, values...))
			}
		}
		s.Requirements = append(s.Requirements, r)
	}
	return s
}

func (d *drawing) podSelector() selector.Selector {
	return d.selector([]string{"x", "x", "y", "", "z"}, "app", "role")
}

func (d *drawing) namespaceSelector() selector.Selector {
	return d.selector([]string{"x", "a", "b", "y", ""}, "env", "team", model.NameLabel)
}
