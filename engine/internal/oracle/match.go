package oracle

import (
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

// match is whether something matches. Of parts that must all match it is the
// least, of alternatives the greatest.
type match uint8

const (
	no match = iota
	maybe
	yes
)

func certain(b bool) match {
	if b {
		return yes
	}
	return no
}

// under returns m where a switch decides whether the match counts at all.
func (m match) under(a model.Answer) match {
	switch a {
	case model.Yes:
		return m
	case model.No:
		return no
	case model.Open:
	}
	return min(m, maybe)
}

// rule returns whether r matches, and its action then. It matches if one of
// its peers and one of its ports do (NP-21, NP-25).
func (w walk) rule(r *model.Rule) (match, model.Action) {
	// A peer that cannot be read fails closed: an Allow rule matches nothing,
	// any other rule denies everything (ANP-20, CNP-26).
	unread := func(p model.Peer) bool { return p.Kind == model.PeerClosed }
	if slices.ContainsFunc(r.Peers, unread) {
		if r.Action == model.Allow {
			return no, model.Allow
		}
		return yes, model.Deny
	}
	peer, port := no, no
	for i := range r.Peers {
		peer = max(peer, w.matchPeer(&r.Peers[i]))
	}
	for _, p := range r.Ports {
		port = max(port, w.matchPort(p))
	}
	return min(peer, port), r.Action
}

// matchPeer returns whether p matches the flow's end that is not the subject.
func (w walk) matchPeer(p *model.Peer) match {
	end := w.peer
	switch p.Kind {
	case model.PeerAny:
		return yes // pods, nodes and addresses outside alike (NP-20)
	case model.PeerPods:
		// Addresses outside and nodes are never selected by labels (NP-37).
		if end.Pod == nil {
			return no
		}
		return w.selects(p.Pods, end.Pod)
	case model.PeerBlock:
		return w.matchBlock(p)
	case model.PeerNodes:
		return certain(w.isNode(p.Nodes, end))
	case model.PeerNames:
		// Which addresses a name has is not known; pods and nodes are not what
		// names are for (ANP-16).
		if end.Addr.IsValid() {
			return maybe
		}
	case model.PeerClosed:
	}
	return no
}

// matchBlock returns whether the block matches the peer's address (NP-35).
// Whether blocks match pods, nodes and hostNetwork pods at all is a switch
// (NP-36, NP-41).
func (w walk) matchBlock(p *model.Peer) match {
	m := w.peerAddress.in(p.Block)
	switch end := w.peer; {
	case p.Everyone: // networks of admin policies are defined to match (CNP-15)
	case end.Pod != nil && !end.Pod.HostNetwork:
		return m.under(w.options.Switches.BlocksMatchPods)
	case end.Pod != nil || end.Node != nil:
		return m.under(w.options.Switches.BlocksMatchNodes)
	}
	return m
}

// isNode reports whether the end is a node that s selects, or a hostNetwork pod
// on one; pods of the pod network on it are not (ANP-14).
func (w world) isNode(s selector.Selector, end End) bool {
	switch {
	case end.Node != nil:
		return s.Matches(end.Node.Labels)
	case end.Pod != nil && end.Pod.HostNetwork:
		n := w.node(end.Pod.Node)
		return n != nil && s.Matches(n.Labels)
	}
	return false
}

// node returns the node of that name, or nil.
func (w world) node(name string) *model.Node {
	for i := range w.cluster.Nodes {
		if w.cluster.Nodes[i].Name == name {
			return &w.cluster.Nodes[i]
		}
	}
	return nil
}

// selects returns whether p belongs to the set: by its namespace's name, by the
// labels of its Namespace object, and by its own (NP-9, NP-22, NP-23, NP-24).
func (w world) selects(s model.PodSet, p *model.Pod) match {
	if s.Namespace != "" && s.Namespace != p.Namespace {
		return no
	}
	if !s.Namespaces.Matches(w.namespaceLabels(p.Namespace)) {
		return no
	}
	m := w.asPod(p)
	for _, r := range s.Pods.Requirements {
		switch {
		case slices.Contains(p.LateLabels, r.Key):
			m = min(m, maybe) // the pod gets the label when it is made (NP-47)
		case !r.Matches(p.Labels):
			return no
		}
	}
	return m
}

// namespaceLabels returns the labels of a namespace; one that is not known has
// only the label with its name (NP-27, NP-28).
func (w world) namespaceLabels(name string) model.Labels {
	for _, n := range w.cluster.Namespaces {
		if n.Name == name {
			return n.Labels
		}
	}
	return model.Labels{{Key: model.NameLabel, Value: name}}
}

// asPod returns whether policy sees p as a pod. A hostNetwork pod is a process
// of its node unless a switch says otherwise (NP-39, NP-40).
func (w world) asPod(p *model.Pod) match {
	if !p.HostNetwork {
		return yes
	}
	switch w.options.Switches.HostNetworkPods {
	case model.HostNetworkAsNode:
		return no
	case model.HostNetworkAsPod:
		return yes
	case model.HostNetworkOpen:
	}
	return maybe
}

// matchPort returns whether p matches the flow's port and protocol.
func (w walk) matchPort(p model.PortMatch) match {
	protocol, port := w.flow.Protocol, w.flow.Port
	switch p.Kind {
	case model.PortAny:
		return yes // every port of every protocol (NP-20)
	case model.PortRange:
		if p.Protocol != protocol || port < p.First || port > p.Last {
			return no // protocols never leak into each other (NP-30)
		}
		if p.EndPort && port != p.First {
			return yes.under(w.options.Switches.EndPort) // NP-32
		}
		return yes
	case model.PortNamed:
		return w.matchName(p)
	}
	return no
}

// matchName returns whether the flow goes to a port which its destination
// declares under that name. Only pods declare ports (NP-31).
func (w walk) matchName(p model.PortMatch) match {
	pod := w.flow.Dst.Pod
	if pod == nil {
		return no
	}
	declared := no
	for _, cp := range pod.Ports {
		switch {
		case cp.Name != p.Name || cp.Port != w.flow.Port || cp.Protocol != w.flow.Protocol:
		case !p.AnyProtocol && cp.Protocol != p.Protocol:
		case cp.Sidecar:
			declared = max(declared, yes.under(w.options.Switches.NamedPortSidecars))
		default:
			declared = yes
		}
	}
	return min(declared, w.asPod(pod))
}
