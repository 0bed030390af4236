// Package oracle is the specification read aloud: it judges one flow, straight
// from the model, by plain recursion. It has no sets of peers, no classes and
// no compiled program, and it shares nothing with the engine, whose results it
// exists to check. It is slow, and for tests only.
//
// What is not certain is carried along in two shapes. A match is no, maybe or
// yes; the way a direction ends is a set of outcomes, and one that may end both
// ways is unknown. Every open point is taken to be independent of every other.
//
// The cluster must be valid, as package load makes it. Two open points that
// are one in reality are not recognised, and the answer is then unknown: two
// blocks which together hold every address that a pod may have, or the rules
// and the isolation of one policy of which it is open whether it applies.
package oracle

import (
	"net/netip"
	"strconv"

	"netreach/model"
)

// End is one end of a flow. Exactly one of its fields is set.
type End struct {
	Pod  *model.Pod
	Node *model.Node
	// Addr is an address outside, owned by no pod and no node.
	Addr netip.Addr
}

// String returns the end as "ns/name", "node:NAME" or an address.
func (e End) String() string {
	switch {
	case e.Pod != nil:
		return e.Pod.Namespace + "/" + e.Pod.Name
	case e.Node != nil:
		return "node:" + e.Node.Name
	}
	return e.Addr.String()
}

// Flow is a new connection from Src to a port of Dst (NP-34, NP-48).
type Flow struct {
	Src, Dst End
	// Self tells that both ends are the very same pod (NP-43). Without it, one
	// pod at both ends means two of the replicas that it stands for.
	Self     bool
	Protocol model.Protocol
	Port     uint16
}

// String returns the flow as "shop/web -> shop/db 5432/tcp".
func (f Flow) String() string {
	s := f.Src.String() + " -> " + f.Dst.String() + " " + strconv.Itoa(int(f.Port)) + "/" + f.Protocol.String()
	if f.Self {
		s += " (itself)"
	}
	return s
}

// world is a cluster with what is to be assumed about it.
type world struct {
	cluster *model.Cluster
	options model.Options
}

// Judge returns the verdict about f: Allowed, Denied, Unknown, or Some where
// families or addresses differ.
func Judge(c *model.Cluster, o model.Options, f Flow) model.Verdict {
	// A pod cannot be kept from itself, whatever its policies say (NP-43).
	if f.Self {
		return model.Allowed
	}
	w := world{c, o}
	var verdicts model.Mix
	destinations := w.addresses(f.Dst)
	for _, src := range w.addresses(f.Src) {
		for _, dst := range destinations {
			if src.meets(dst) {
				verdicts = verdicts.With(w.between(f, src, dst))
			}
		}
	}
	// Without a common family there is no way to connect (NP-53).
	if verdicts == 0 {
		return model.Denied
	}
	return verdicts.Verdict()
}

// between judges f between one address of its source and one of its
// destination: the egress of the one and the ingress of the other must both
// allow it (NP-12).
func (w world) between(f Flow, src, dst address) model.Verdict {
	egress, ingress := onlyAllow, onlyAllow
	// Only pods have policies. An end outside and a node are never subjects, and
	// a hostNetwork pod is one as far as it is selected (NP-39).
	if f.Src.Pod != nil {
		egress = walk{
			world: w, direction: model.Egress, flow: f,
			subject: f.Src.Pod, peer: f.Dst, peerAddress: dst,
		}.outcomes()
	}
	if f.Dst.Pod != nil {
		ingress = walk{
			world: w, direction: model.Ingress, flow: f,
			subject: f.Dst.Pod, peer: f.Src, peerAddress: src,
		}.outcomes()
	}
	switch {
	case egress == onlyDeny || ingress == onlyDeny:
		return model.Denied
	case egress == onlyAllow && ingress == onlyAllow:
		return model.Allowed
	}
	return model.Unknown
}
