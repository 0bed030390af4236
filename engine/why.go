package engine

import (
	"fmt"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/selector"
)

// peer tells whether one alternative of a rule's peers matches, and why not.
func (x *explainer) peer(policy *model.Policy, p *model.Peer, class int, id PeerID) PeerTrace {
	t := PeerTrace{Peer: p}
	if t.Match = x.m.ground.matches(p, class); t.Match == FullMatch {
		return t
	}
	switch p.Kind {
	case model.PeerPods:
		t.Why = x.whyNotSelected(policy, p, id, t.Match)
	case model.PeerBlock:
		t.Why = x.whyNotInBlock(p, class, id)
	case model.PeerNodes:
		t.Why = x.m.PeerName(id) + " is not one of the nodes"
	case model.PeerNames:
		t.Why = "a name stands for addresses that only a resolver knows"
		if t.Match == NoMatch {
			t.Why = "names stand for addresses outside"
		}
	case model.PeerClosed:
		t.Why = "the peer cannot be read"
	case model.PeerAny:
	}
	return t
}

func (x *explainer) whyNotSelected(policy *model.Policy, p *model.Peer, id PeerID, m Match) string {
	pod := x.m.pod(id)
	name := x.m.PeerName(id)
	switch {
	case pod == nil && x.m.u.peers[id].Kind == NodePeer:
		return "selectors match pods, and this is a node"
	case pod == nil:
		return "selectors match pods, and this is an address outside"
	case pod.HostNetwork && x.m.switches.HostNetworkPods == model.HostNetworkOpen:
		return name + " uses hostNetwork: whether selectors match it is up to the implementation"
	case pod.HostNetwork:
		return name + " uses hostNetwork: its traffic is its node's, which no selector matches"
	case p.Pods.Namespace != "" && p.Pods.Namespace != pod.Namespace:
		return fmt.Sprintf("other namespace: without namespaceSelector it means pods of %s, and %s is in %s", policyNamespace(policy, p), name, pod.Namespace)
	}
	byName := func(ns model.Namespace, name string) int { return strings.Compare(ns.Name, name) }
	if i, ok := slices.BinarySearchFunc(x.m.cluster.Namespaces, pod.Namespace, byName); ok {
		if ns := &x.m.cluster.Namespaces[i]; !p.Pods.Namespaces.Matches(ns.Labels) {
			return "other namespace: " + whyNot(p.Pods.Namespaces, ns.Labels, "namespace "+ns.Name)
		}
	}
	for _, r := range p.Pods.Pods.Requirements {
		if m == MaybeMatch && slices.Contains(pod.LateLabels, r.Key) {
			return fmt.Sprintf("the pods of %s get the label %s when they are made, and are not in the input", name, r.Key)
		}
	}
	if !p.Pods.Pods.Matches(pod.Labels) {
		return "wrong label: " + whyNot(p.Pods.Pods, pod.Labels, name)
	}
	return ""
}

func policyNamespace(policy *model.Policy, p *model.Peer) string {
	if p.Pods.Namespace == policy.Origin.Namespace {
		return p.Pods.Namespace + ", the policy's own"
	}
	return p.Pods.Namespace
}

// whyNot says which requirements labels fail, naming what they have instead.
func whyNot(s selector.Selector, labels model.Labels, who string) string {
	var parts []string
	for _, r := range s.Requirements {
		if r.Matches(labels) {
			continue
		}
		v, ok := labels.Get(r.Key)
		has := "has no label " + r.Key
		if ok {
			has = "has " + r.Key + "=" + v
		}
		parts = append(parts, who+" "+has+", the rule wants "+r.String())
	}
	return strings.Join(parts, "; ")
}

func (x *explainer) whyNotInBlock(p *model.Peer, class int, id PeerID) string {
	a := x.m.ground.attr(class)
	name := x.m.PeerName(id)
	sw := x.m.switches
	switch {
	case !p.Everyone && a.kind == attrPod && !a.hostNetwork && sw.BlocksMatchPods != model.Yes:
		return "an ipBlock " + seldom(sw.BlocksMatchPods) + " the addresses of pods here"
	case !p.Everyone && (a.kind == attrNode || a.hostNetwork) && sw.BlocksMatchNodes != model.Yes:
		return "an ipBlock " + seldom(sw.BlocksMatchNodes) + " the addresses of nodes here"
	case a.addr < 0 && x.m.ground.matches(p, class) != NoMatch:
		return fmt.Sprintf("the address of %s is not in the input, and %s holds only some that it may have", name, p.Block)
	case a.addr < 0:
		return fmt.Sprintf("the address of %s is not in the input, and %s holds none that it may have", name, p.Block)
	}
	for _, addr := range x.m.addresses(id) {
		if int(a.addr) != x.m.u.addrs.Of(addr) {
			continue
		}
		for _, e := range p.Block.Except {
			if e.Contains(addr.Unmap()) {
				return addr.String() + " is in the except " + e.String()
			}
		}
		return addr.String() + " is not in " + p.Block.CIDR.String()
	}
	return name + " is not in " + p.Block.String()
}

func seldom(a model.Answer) string {
	if a == model.Open {
		return "may or may not match"
	}
	return "does not match"
}

// port tells whether one alternative of a rule's ports matches, and why not.
func (x *explainer) port(p model.PortMatch) PortTrace {
	t := PortTrace{Port: p}
	switch p.Kind {
	case model.PortAny:
		t.Match = FullMatch
	case model.PortRange:
		in := p.Protocol == x.t.Protocol && p.First <= x.t.Port && x.t.Port <= p.Last
		switch endPort := x.m.switches.EndPort; {
		case !in:
			t.Why = "wrong port: it names " + p.String() + ", the flow is to " + x.asked()
		case !p.EndPort || x.t.Port == p.First || endPort == model.Yes:
			t.Match = FullMatch
		case endPort == model.Open:
			t.Match, t.Why = MaybeMatch, "endPort is not honoured by every implementation"
		default:
			t.Why = fmt.Sprintf("wrong port: endPort is not honoured here, so it names %s only", model.PortString(p.Protocol, p.First, p.First))
		}
	case model.PortNamed:
		t.Match, t.Why = x.namedPort(p)
	}
	return t
}

// asked returns the port of the flow.
func (x *explainer) asked() string { return model.PortString(x.t.Protocol, x.t.Port, x.t.Port) }

func (x *explainer) namedPort(p model.PortMatch) (Match, string) {
	dst := x.m.pod(x.t.Dst)
	name := x.m.PeerName(x.t.Dst)
	if dst == nil {
		return NoMatch, fmt.Sprintf("a named port exists on pods only, and %s is none", name)
	}
	selectable := FullMatch
	if dst.HostNetwork {
		switch x.m.switches.HostNetworkPods {
		case model.HostNetworkAsNode:
			return NoMatch, fmt.Sprintf("named ports do not resolve on %s, which uses hostNetwork", name)
		case model.HostNetworkOpen:
			selectable = MaybeMatch
		case model.HostNetworkAsPod:
		}
	}
	numbers := resolvePorts(dst.Ports, nameOf(p), x.m.switches.NamedPortSidecars, selectable)
	m := numbers[portNumber{x.t.Protocol, x.t.Port}]
	var has []string
	for _, n := range sortedNumbers(numbers) {
		has = append(has, model.PortString(n.protocol, n.port, n.port))
	}
	switch {
	case m == FullMatch:
		return m, ""
	case m == MaybeMatch:
		return m, fmt.Sprintf("whether %s counts on %s is up to the implementation", p, name)
	case len(has) == 0:
		return m, fmt.Sprintf("wrong port: %s has no port %s", name, p)
	}
	return m, fmt.Sprintf("wrong port: %s is %s on %s, the flow is to %s", p, strings.Join(has, ", "), name, x.asked())
}
