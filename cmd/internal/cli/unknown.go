package cli

import (
	"fmt"
	"iter"
	"slices"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
)

// hint writes a hint to standard error, unless the user wants none.
func (s *session) hint(text string) {
	if text != "" && !s.flags.quiet {
		fmt.Fprintf(s.env.Stderr, "netreach: hint: %s\n", text)
	}
}

// noPort returns a hint if a port was asked for by a name that no pod gives to
// one of that protocol (NP-31).
func (in *input) noPort(ports []model.PortMatch) string {
	for _, p := range ports {
		named := func(n model.ContainerPort) bool { return n.Name == p.Name && n.Protocol == p.Protocol }
		if p.Kind == model.PortNamed && !slices.ContainsFunc(in.cluster.Pods, func(pod model.Pod) bool { return slices.ContainsFunc(pod.Ports, named) }) {
			return "no pod names a port " + p.String()
		}
	}
	return ""
}

// addressesFor returns a hint if part of an answer is unknown because a pod or
// node has no address in the input, and a block holds only some of those that it
// may have.
func (in *input) addressesFor(a engine.Answer) string {
	for _, w := range a.Witnesses {
		if w.Verdict != model.Unknown {
			continue
		}
		trace := in.matrix.Explain(w.Src, w.Dst, w.Port.Protocol, w.Port.First)
		for i := range trace.Flows {
			f := &trace.Flows[i]
			for _, d := range []*engine.DirectionTrace{&f.Egress, &f.Ingress} {
				peer := w.Dst
				if d.Direction == model.Ingress {
					peer = w.Src
				}
				if in.missingAddress(d, peer) != "" {
					return "verdicts are unknown for want of addresses: " + in.addressHint(peer)
				}
			}
		}
	}
	return ""
}

// addressesOf is addressesFor for what a matrix shows. It looks at one pair of
// each block, as what it returns is about all of them.
func (in *input) addressesOf(m *render.Matrix) string {
	if !in.hasBlocks() {
		return "" // no verdict depends on an address
	}
	ports := m.Ports
	if len(ports) == 0 {
		ports = []model.PortMatch{{}}
	}
	settled := func(c engine.CellID) bool {
		return !slices.ContainsFunc(m.Table.Segments(c), func(s engine.Segment) bool { return s.Verdict == model.Unknown })
	}
	for _, g := range m.Table.Groups(settled) {
		if i, j, ok := firstShown(m, g); ok {
			for _, port := range ports {
				if hint := in.addressesFor(in.matrix.Judge(m.Table.Ends[i], m.Table.Ends[j], port)); hint != "" {
					return hint
				}
			}
		}
	}
	return ""
}

// firstShown returns a pair of a block that a matrix shows, one of two different
// ends if there is one.
func firstShown(m *render.Matrix, g engine.FlowGroup) (src, dst int, ok bool) {
	for _, i := range g.Src {
		for _, j := range g.Dst {
			if !m.Shows(i, j) {
				continue
			}
			if src, dst, ok = i, j, true; i != j {
				return src, dst, ok
			}
		}
	}
	return src, dst, ok
}

// hasBlocks reports whether a rule has a block among its peers.
func (in *input) hasBlocks() bool {
	return slices.ContainsFunc(in.cluster.Policies, func(p model.Policy) bool {
		return slices.ContainsFunc(p.Rules, func(r model.Rule) bool {
			return slices.ContainsFunc(r.Peers, func(p model.Peer) bool { return p.Kind == model.PeerBlock })
		})
	})
}

// missingAddress returns why a direction is open, if that is because the
// address of the other end is not known.
func (in *input) missingAddress(d *engine.DirectionTrace, peer engine.PeerID) string {
	if d.Verdict != model.Unknown || !in.floating(peer) || !in.blocksMatch(peer) {
		return ""
	}
	for r := range rulesOf(d) {
		for _, p := range r.Peers {
			if p.Match == engine.MaybeMatch && p.Peer.Kind == model.PeerBlock {
				return p.Why
			}
		}
	}
	return ""
}

// rulesOf yields the rules of all tiers that were reached.
func rulesOf(d *engine.DirectionTrace) iter.Seq[*engine.RuleTrace] {
	return func(yield func(*engine.RuleTrace) bool) {
		for i := range d.Tiers {
			if d.Tiers[i].Outcome == engine.NotReached {
				return
			}
			for k := range d.Tiers[i].Policies {
				rules := d.Tiers[i].Policies[k].Rules
				for n := range rules {
					if !yield(&rules[n]) {
						return
					}
				}
			}
		}
	}
}

// addressHint says how to give the address of a peer.
func (in *input) addressHint(peer engine.PeerID) string {
	if in.onNode(peer) {
		return "add the nodes with their addresses: kubectl get nodes -o yaml"
	}
	return "say where pod addresses come from with --pod-cidr CIDR, or use a dump of the running pods"
}

// pod returns the pod of a peer, or nil.
func (in *input) pod(id engine.PeerID) *model.Pod {
	p := in.universe.Peer(id)
	if p.Kind != engine.PodPeer {
		return nil
	}
	for i := range in.cluster.Pods {
		pod := &in.cluster.Pods[i]
		if pod.Namespace == p.Namespace && pod.Name == p.Name && pod.StandIn == (p.Workload != "") &&
			(!pod.StandIn || in.cluster.Workloads[pod.Workload].Kind == p.Workload) {
			return pod
		}
	}
	return nil
}

// onNode reports whether a peer is a node or a pod with its node's addresses.
func (in *input) onNode(id engine.PeerID) bool {
	pod := in.pod(id)
	return pod == nil || pod.HostNetwork
}

// floating reports whether a peer is a pod or node whose address the input does
// not give.
func (in *input) floating(id engine.PeerID) bool {
	node := in.universe.Peer(id).Name
	switch in.universe.Peer(id).Kind {
	case engine.PodPeer:
		pod := in.pod(id)
		if pod == nil || len(pod.Addresses) > 0 {
			return false
		}
		if !pod.HostNetwork || pod.Node == "" {
			return true
		}
		node = pod.Node
	case engine.OutsidePeer:
		return false
	case engine.NodePeer:
	}
	for i := range in.cluster.Nodes {
		if in.cluster.Nodes[i].Name == node {
			return len(in.cluster.Nodes[i].Addresses) == 0
		}
	}
	return true
}

// blocksMatch reports whether the switches let blocks match the address of a
// peer: where they leave that open, no address would settle it.
func (in *input) blocksMatch(id engine.PeerID) bool {
	if in.onNode(id) {
		return in.implementation.switches.BlocksMatchNodes == model.Yes
	}
	return in.implementation.switches.BlocksMatchPods == model.Yes
}
