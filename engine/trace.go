package engine

import (
	"net/netip"

	"netreach/model"
)

// Trace explains the verdict about one flow. It walks the compiled program by
// the code that made the rows, so that its verdict is that of the cell.
type Trace struct {
	Src, Dst PeerID
	Protocol model.Protocol
	Port     uint16
	Verdict  model.Verdict
	// Flows holds a walk for each pair of addresses of one family; several only
	// where a peer has several addresses, none where there is no such pair.
	Flows []FlowTrace
	// Notes as in Answer.
	Notes []string
}

// Overlay is a reason that stands before the tiers.
type Overlay uint8

// The overlays.
const (
	NoOverlay Overlay = iota
	// Itself: a pod reaches itself (NP-43).
	Itself
	// OwnNode: a pod's own node reaches it (NP-42).
	OwnNode
	// PerhapsOwnNode: the own node may always reach the pod; a switch leaves that
	// open.
	PerhapsOwnNode
)

// FlowTrace is the walk for one pair of addresses.
type FlowTrace struct {
	SrcAddr, DstAddr netip.Addr // zero if unknown, or if any address outside
	Verdict          model.Verdict
	Overlay          Overlay
	Egress, Ingress  DirectionTrace
}

// DirectionTrace is the walk through the tiers for one direction.
type DirectionTrace struct {
	Direction model.Direction
	Verdict   model.Verdict
	// Filtered is false if the subject is not a pod that policy can select: a
	// node, a hostNetwork pod, an address outside.
	Filtered bool
	// Isolated tells whether a policy isolates the subject in this direction.
	Isolated Match
	// OwnNode tells that an isolating tier let the flow to the subject's own
	// node pass (NP-42).
	OwnNode bool
	// Tiers holds every tier of the cluster, in order.
	Tiers []TierTrace
	// Elsewhere holds policies whose pod selector matches the subject but whose
	// namespace is another one, where no policy applies to the subject.
	Elsewhere []*model.Policy
}

// TierTrace is what one tier made of the flow.
type TierTrace struct {
	Tier    *model.Tier
	Outcome Outcome
	// Policies that apply to the subject in this direction, in order.
	Policies []PolicyTrace
}

// Outcome is how a tier ended.
type Outcome uint8

// The outcomes.
const (
	// NotConcerned: no policy of the tier applies to the subject.
	NotConcerned Outcome = iota
	// ByAllow, ByDeny, ByPass: a rule decided.
	ByAllow
	ByDeny
	ByPass
	// ByIsolation: no rule matched and the subject is isolated.
	ByIsolation
	// ByOwnNode: no rule matched, and the flow goes to the subject's own node.
	ByOwnNode
	// ByNothing: no rule matched and the tier leaves it to the next one.
	ByNothing
	// ByOpenPoint: more than one outcome is possible.
	ByOpenPoint
	// NotReached: an earlier tier had decided.
	NotReached
	// ByOtherDirection: a policy of the tier isolates the subject in the other
	// direction only, and a switch has that end this one too (CNP-11).
	ByOtherDirection
)

// PolicyTrace is what one policy's rules made of the flow.
type PolicyTrace struct {
	Policy *model.Policy
	// Subject is MaybeMatch where it is open whether the policy applies.
	Subject Match
	// Rules of the direction, in order.
	Rules []RuleTrace
}

// Match is whether a rule, a peer or a port matches.
type Match uint8

// The matches.
const (
	NoMatch Match = iota
	MaybeMatch
	FullMatch
)

// RuleTrace is one rule and how it matched.
type RuleTrace struct {
	Rule *model.Rule
	// Match is how the rule matches the flow, if its policy applies.
	Match Match
	// Decided marks a rule that decided its tier, or may have.
	Decided bool
	// Peers and Ports say for each alternative whether it matched and, if not,
	// why.
	Peers []PeerTrace
	Ports []PortTrace
}

// PeersMatch returns the best match among the rule's peers.
func (r *RuleTrace) PeersMatch() Match {
	m := NoMatch
	for _, p := range r.Peers {
		m = max(m, p.Match)
	}
	return m
}

// PortsMatch returns the best match among the rule's ports.
func (r *RuleTrace) PortsMatch() Match {
	m := NoMatch
	for _, p := range r.Ports {
		m = max(m, p.Match)
	}
	return m
}

// PeerTrace is one alternative of a rule's peers.
type PeerTrace struct {
	Peer  *model.Peer
	Match Match
	// Why says in words why it did not match, or what leaves it open.
	Why string
}

// PortTrace is one alternative of a rule's ports.
type PortTrace struct {
	Port  model.PortMatch
	Match Match
	// Why as in PeerTrace.
	Why string
}
