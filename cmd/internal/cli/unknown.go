package cli

import (
	"slices"

	"netreach/engine"
	"netreach/model"
)

// settled returns the trouble of an answer that is unknown because a pod or
// node has no address and a block holds only some of those that it may have. It
// goes when unknown becomes a verdict like any other.
func (in *input) settled(a engine.Answer) error {
	unknown := false
	for _, s := range a.Segments {
		unknown = unknown || s.Verdict == model.Unknown
	}
	if !unknown {
		return nil
	}
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
				if why := in.missingAddress(d, peer); why != "" {
					return in.needAddress(w, peer, why)
				}
			}
		}
	}
	return nil
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
	for i := range d.Tiers {
		for k := range d.Tiers[i].Policies {
			for _, r := range d.Tiers[i].Policies[k].Rules {
				for _, p := range r.Peers {
					if p.Match == engine.MaybeMatch && p.Peer.Kind == model.PeerBlock {
						return p.Why
					}
				}
			}
		}
	}
	return ""
}

func (in *input) needAddress(w engine.Witness, peer engine.PeerID, why string) error {
	hint := "say where pod addresses come from with --pod-cidr CIDR, or use a dump of the running pods"
	if in.onNode(peer) {
		hint = "add the nodes with their addresses: kubectl get nodes -o yaml"
	}
	u := in.universe
	return troublef(hint, "%s -> %s %s cannot be judged: %s", u.Peer(w.Src), u.Peer(w.Dst), w.Port, why)
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
		return in.options.Switches.BlocksMatchNodes == model.Yes
	}
	return in.options.Switches.BlocksMatchPods == model.Yes
}
