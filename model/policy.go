package model

import (
	"net/netip"
	"strings"

	"netreach/model/selector"
)

// Action is what a rule does with a flow that it matches.
type Action uint8

// The actions. Accept of the admin dialects is Allow.
const (
	Allow Action = iota
	Deny
	// Pass leaves the tier, and skips its Unmatched verdict.
	Pass
)

var actionNames = [...]string{Allow: "allow", Deny: "deny", Pass: "pass"}

// String returns the action in lower case.
func (a Action) String() string { return actionNames[a] }

// Direction is the side of a flow that a rule judges.
type Direction uint8

// The directions. Egress is judged with the source as subject, ingress with the
// destination as subject.
const (
	Egress Direction = iota
	Ingress
	// Directions is the number of directions, for tables.
	Directions
)

var directionNames = [...]string{Egress: "egress", Ingress: "ingress"}

// String returns the direction in lower case.
func (d Direction) String() string { return directionNames[d] }

// Names of the tiers that package load places.
const (
	TierNetworkPolicy = "NetworkPolicy"
	TierAdmin         = "Admin"
	TierBaseline      = "Baseline"
)

// Tier is one stage of evaluation. Within it the first matching rule, in the
// order of its policies and then of their rules, decides.
type Tier struct {
	Name string
	// Unmatched is final for a subject that a policy of the tier isolates and
	// for which no rule matched. Usually Deny.
	Unmatched Action
	// OwnNodeEgress tells that the tier lets isolated pods open connections to
	// their own node (NP-42, a switch).
	OwnNodeEgress bool
}

// Policy is a set of rules about a set of subjects, in one tier.
type Policy struct {
	Origin Origin
	// Tier is the name of one of Cluster.Tiers.
	Tier string
	// Order places the policy within its tier, lower first. Policies of equal
	// order are tied: whose rule is first is open, which is of no account
	// where their rules only allow (NP-8, CNP-7).
	Order float64
	// Unordered tells that the policy's place in its tier is open: it is tied
	// with every other policy of the tier, whatever their Order, as a
	// BaselineAdminNetworkPolicy is with the ClusterNetworkPolicies of the
	// Baseline tier.
	Unordered bool
	// Subject is the set of pods that the policy applies to.
	Subject PodSet
	// Isolates tells, by Direction, whether the policy isolates its subjects.
	Isolates [Directions]bool
	// Rules holds the rules of both directions, each direction in its order.
	Rules []Rule
}

// Rule matches a flow if one of its peers and one of its ports match (NP-21).
type Rule struct {
	// Origin points to the rule: Field is such as "spec.ingress[0]".
	Origin    Origin
	Name      string // the rule's own name, where the dialect has one
	Direction Direction
	Action    Action
	// Peers are alternatives. A rule without peers matches nobody: "any peer"
	// is the peer of kind PeerAny (NP-20).
	Peers []Peer
	// Ports are alternatives. A rule without ports matches no port: "any port"
	// is the match of kind PortAny (NP-20).
	Ports []PortMatch
}

// PodSet is a set of pods: those that Pods selects, in Namespace if that is
// given, and in the namespaces that Namespaces selects.
type PodSet struct {
	Namespace  string
	Namespaces selector.Selector
	Pods       selector.Selector
}

// String returns the set for a person to read.
func (s PodSet) String() string {
	where := "any namespace"
	switch {
	case s.Namespace != "":
		where = "namespace " + s.Namespace
	case !s.Namespaces.Everything():
		where = "namespaces with " + s.Namespaces.String()
	}
	if s.Pods.Everything() {
		return "all pods in " + where
	}
	return "pods with " + s.Pods.String() + " in " + where
}

// PeerKind says what a Peer is made of.
type PeerKind uint8

// The kinds of Peer.
const (
	// PeerAny is every peer: pods, nodes, addresses outside (NP-20).
	PeerAny PeerKind = iota
	// PeerPods is a set of pods by labels (NP-22, NP-23, NP-24).
	PeerPods
	// PeerBlock is a set of addresses (NP-35).
	PeerBlock
	// PeerNodes is the nodes that Nodes selects, with the hostNetwork pods on
	// them (ANP-14).
	PeerNodes
	// PeerNames is the addresses behind DNS names (ANP-16).
	PeerNames
	// PeerClosed is a peer that we cannot read: in an Allow rule it matches
	// nobody, in a Deny or Pass rule the rule denies everybody (ANP-20).
	PeerClosed
)

// Peer is one alternative of a rule's from or to.
type Peer struct {
	Kind PeerKind
	// Field is where the peer stands below its rule: "from[1]".
	Field string
	Pods  PodSet // PeerPods
	Block Block  // PeerBlock
	// Everyone tells that a PeerBlock matches whoever has an address in it, pods
	// and nodes included, whatever the switches say of ipBlocks (ANP-15, CNP-15).
	Everyone bool
	Nodes    selector.Selector // PeerNodes
	Names    []string          // PeerNames
}

// Block is the addresses of CIDR that lie in none of Except. The prefixes are
// masked; Except holds only prefixes within CIDR (NPV-9).
type Block struct {
	CIDR   netip.Prefix
	Except []netip.Prefix
}

// Contains reports whether a lies in the block. Families do not mix; an
// IPv4-mapped IPv6 address counts as IPv4 (NP-38).
func (b Block) Contains(a netip.Addr) bool {
	a = a.Unmap()
	if !b.CIDR.Contains(a) {
		return false
	}
	for _, e := range b.Except {
		if e.Contains(a) {
			return false
		}
	}
	return true
}

// String returns the block as "10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16".
func (b Block) String() string {
	if len(b.Except) == 0 {
		return b.CIDR.String()
	}
	excepts := make([]string, len(b.Except))
	for i, e := range b.Except {
		excepts[i] = e.String()
	}
	return b.CIDR.String() + " except " + strings.Join(excepts, ", ")
}

// String returns the peer for a person to read.
func (p Peer) String() string {
	switch p.Kind {
	case PeerAny:
		return "anyone"
	case PeerPods:
		return p.Pods.String()
	case PeerBlock:
		return p.Block.String()
	case PeerNodes:
		if p.Nodes.Everything() {
			return "all nodes"
		}
		return "nodes with " + p.Nodes.String()
	case PeerNames:
		return strings.Join(append([]string{"names"}, p.Names...), " ")
	case PeerClosed:
	}
	return "a peer that cannot be read"
}
