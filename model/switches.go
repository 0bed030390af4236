package model

import "net/netip"

// Answer is the setting of a switch that is a yes-or-no question.
type Answer uint8

// The answers. Open makes every verdict that depends on it Unknown.
const (
	Yes Answer = iota
	No
	Open
)

// HostNetworkMode says what label selectors make of hostNetwork pods.
type HostNetworkMode uint8

// The modes (NP-39, NP-40).
const (
	// HostNetworkAsNode: selectors never select them, as subject or as peer;
	// their traffic is their node's.
	HostNetworkAsNode HostNetworkMode = iota
	// HostNetworkAsPod: they are selected like any pod.
	HostNetworkAsPod
	// HostNetworkOpen leaves it open.
	HostNetworkOpen
)

// TieMode says what becomes of policies of one tier and priority.
type TieMode uint8

// The modes (CNP-7, ANP-5).
const (
	// TiesOpen: which of them comes first is open.
	TiesOpen TieMode = iota
	// TiesByName: the one whose name sorts first comes first.
	TiesByName
)

// SNATMode says what becomes of the source of connections from outside.
type SNATMode uint8

// The modes (SVC-17).
const (
	// SNATEither: it is the client's or a node's; both are judged.
	SNATEither SNATMode = iota
	// SNATNode: it is a node's.
	SNATNode
	// SNATNever: it is the client's.
	SNATNever
)

// Switches are the points that the specification leaves to the implementation.
// The zero value is what the specification suggests.
type Switches struct {
	// BlocksMatchPods: an ipBlock matches the addresses of pods (NP-36).
	BlocksMatchPods Answer
	// BlocksMatchNodes: an ipBlock matches the addresses of nodes and of
	// hostNetwork pods (NP-41).
	BlocksMatchNodes Answer
	// HostNetworkPods is the mode for hostNetwork pods (NP-39, NP-40).
	HostNetworkPods HostNetworkMode
	// OwnNodeIngress: a pod's own node always reaches it (NP-42).
	OwnNodeIngress Answer
	// OwnNodeEgress: an isolated pod may open connections to its own node
	// (NP-42); it acts in tiers with Tier.OwnNodeEgress.
	OwnNodeEgress Answer
	// NamedPortSidecars: named ports resolve on native sidecars too (NP-31).
	NamedPortSidecars Answer
	// EndPort: endPort is honoured; No applies only the first port (NP-32).
	EndPort Answer
	// SCTP: policy decides SCTP like any protocol (NP-33). Otherwise the SCTP
	// flows of a pod to which any policy applies are unknown.
	SCTP Answer
	// BaselinePerDirection: a pod that NetworkPolicies isolate in one direction
	// only still gets baseline rules in the other (CNP-11). No ends both.
	BaselinePerDirection Answer
	// HairpinViaService: policy decides where a Service leads a pod back to itself
	// (NP-44, CNP-24).
	HairpinViaService Answer
	// ExternalSNAT says what policy sees as the source of connections that come in
	// through a node or load balancer with traffic policy Cluster (SVC-17).
	ExternalSNAT SNATMode
	// RequireReady: a pod of whose readiness the input says nothing is not ready
	// (SVC-7).
	RequireReady bool
	// PriorityTies says which of several policies of one priority comes first.
	PriorityTies TieMode
	// NotEnforced: nothing enforces policies, so all flows are allowed.
	NotEnforced bool
}

// Options are what Compile is told beside the cluster.
type Options struct {
	Switches Switches
	// PodCIDRs are the prefixes that pods without an address have theirs from;
	// without any, they have some private address: see PrivatePrefixes.
	PodCIDRs []netip.Prefix
}

// PrivatePrefixes returns the private address space: RFC 1918, RFC 6598 and
// the IPv6 unique local addresses.
func PrivatePrefixes() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("fc00::/7"),
	}
}
