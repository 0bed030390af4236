package engine

import (
	"errors"
	"iter"
	"net/netip"

	"netreach/model"
	"netreach/model/expect"
)

// PeerID identifies a peer within one Universe: pods first, then nodes, then
// the address ranges outside.
type PeerID int32

// PeerKind says what a peer is.
type PeerKind uint8

// The kinds of peers.
const (
	PodPeer PeerKind = iota
	NodePeer
	// OutsidePeer is a set of addresses outside the cluster that every rule
	// treats alike.
	OutsidePeer
)

// Peer describes one peer.
type Peer struct {
	Kind PeerKind
	// Namespace and Name identify a pod; Name alone a node.
	Namespace, Name string
	// Ranges are the addresses of an OutsidePeer.
	Ranges []AddrRange
}

// AddrRange is the addresses First to Last, inclusive, of one family.
type AddrRange struct{ First, Last netip.Addr }

// String returns the range as an address, a CIDR if it is one, or "A-B".
func (r AddrRange) String() string { return "" }

// PortRange is the ports First to Last of one protocol, inclusive.
type PortRange struct {
	Protocol    model.Protocol
	First, Last uint16
}

// Universe holds what all matrices that are to be compared share.
type Universe struct{}

// NewUniverse returns the universe of the clusters.
func NewUniverse(opts model.Options, clusters ...*model.Cluster) (*Universe, error) {
	return nil, errors.New("stub")
}

// Matrix is the verdict about every flow of one cluster.
type Matrix struct{}

// Compile compiles the cluster-th cluster of u.
func Compile(u *Universe, cluster int) (*Matrix, error) { return nil, errors.New("stub") }

// Peer describes a peer.
func (u *Universe) Peer(id PeerID) Peer { return Peer{} }

// PodID returns the peer of pod ns/name.
func (u *Universe) PodID(namespace, name string) (PeerID, bool) { return 0, false }

// NodeID returns the peer of a node.
func (u *Universe) NodeID(name string) (PeerID, bool) { return 0, false }

// AddrID returns the peer that has address a: a pod, a node, or else the
// outside peer that a falls in.
func (u *Universe) AddrID(a netip.Addr) PeerID { return 0 }

// Verdict returns the verdict about the flow from src to dst on one port. It
// does not allocate. src == dst is one pod with itself (NP-43), or two of its
// replicas where the pod stands for several.
func (m *Matrix) Verdict(src, dst PeerID, proto model.Protocol, port uint16) model.Verdict {
	return model.None
}

// End is a set of peers under the name that a user gave or that a table
// prints.
type End struct {
	Name string
	// Outside tells that every member is an address outside.
	Outside bool
	// Weight is the number of pods and nodes in the end; 0 for outside.
	Weight int
	// Peers, in ascending order.
	Peers []PeerID
}

// Pods returns an end for each pod, by name. Workloads: each workload.
// Namespaces: each namespace that has a pod.
func (m *Matrix) Pods() []End       { return nil }
func (m *Matrix) Workloads() []End  { return nil }
func (m *Matrix) Namespaces() []End { return nil }

// Outside returns the addresses outside as ends: "internet" and "private"
// first, and, where the members of one of these differ, its parts, each the
// largest range with one behaviour, named by CIDR or "A-B".
func (m *Matrix) Outside() []End { return nil }

// ErrNoPeer is the cause when Resolve finds nothing.
var ErrNoPeer = errors.New("no such peer")

// PeerError is why Resolve found no end, with candidates that the user may have
// meant.
type PeerError struct {
	Peer       expect.Peer
	Text       string
	Candidates []string
	Err        error
}

func (e *PeerError) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *PeerError) Unwrap() error { return e.Err }

// Resolve returns the end that p names, or a *PeerError.
func (m *Matrix) Resolve(p expect.Peer) (End, error) { return End{}, nil }

// Segment is a maximal set of ports with one verdict.
type Segment struct {
	Verdict model.Verdict
	Ports   []PortRange
}

// Answer is the verdict about all flows between two ends on some ports.
type Answer struct {
	Verdict model.Verdict
	// Segments are the parts by port, allow first, then some, unknown, deny.
	Segments []Segment
	// Witnesses holds one flow for each verdict that occurs among the
	// members, allow first.
	Witnesses []Witness
	// Notes say what the verdict rests on beyond the rules: "no common address
	// family", "2 of 3 pods have no port named http".
	Notes []string
}

// Witness is one flow, with its verdict.
type Witness struct {
	Src, Dst PeerID
	Port     PortRange
	Verdict  model.Verdict
}

// Judge returns the verdict about the flows from src to dst on ports. An end
// with itself is judged between two different pods, unless it is exactly one.
func (m *Matrix) Judge(src, dst End, port model.PortMatch) Answer { return Answer{} }

// Table is the matrix between ends: cell (i, j) is the flow from ends[i] to
// ends[j].
type Table struct{ Ends []End }

// CellID identifies one content of a cell. Cells with the same ID have the
// same segments.
type CellID int32

// Table returns the table of ends. It costs one judgement for each pair of
// distinct kinds of ends.
func (m *Matrix) Table(ends []End) *Table { return nil }

// Cell returns the content of cell (i, j).
func (t *Table) Cell(i, j int) CellID { return 0 }

// Segments returns the parts of a content by port, as in Answer.
func (t *Table) Segments(c CellID) []Segment { return nil }

// Verdict returns the verdict of a content over ports: the whole content for
// the zero PortMatch. It does not resolve named ports: see Judge.
func (t *Table) Verdict(c CellID, port model.PortMatch) model.Verdict { return 0 }

// FlowGroup is a block of the table: every source reaches every destination
// with the same content.
type FlowGroup struct {
	Src, Dst []int // indices of ends
	Cell     CellID
}

// Groups cuts the table into blocks, largest first, so that a person can read
// them. Pairs of two outside ends are left out. skip tells which contents to
// leave out, such as pure denies.
func (t *Table) Groups(skip func(CellID) bool) []FlowGroup { return nil }

// Isolated returns how many pods, by weight, are isolated in direction d.
func (m *Matrix) Isolated(d model.Direction) int { return 0 }

// Flow is one concrete flow: between two addresses of two peers.
var _ iter.Seq[int]

// Trace explains the verdict about one flow. It walks the compiled program, so
// that Trace.Verdict equals what Verdict returns.
type Trace struct {
	Src, Dst PeerID
	Protocol model.Protocol
	Port     uint16
	Verdict  model.Verdict
	// Flows holds a walk for each pair of addresses of one family; several
	// only where a peer has several addresses.
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
)

// FlowTrace is the walk for one pair of addresses.
type FlowTrace struct {
	SrcAddr, DstAddr netip.Addr // zero if unknown
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
	Isolated bool
	// OwnNode tells that an isolating tier let the flow to the subject's own
	// node pass (NP-42).
	OwnNode bool
	Tiers   []TierTrace
	// Elsewhere holds the policies that do not apply to the subject but name
	// its labels in another namespace, or nearly select it: hints at most.
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
	// ByNothing: no rule matched and the tier leaves it to the next one.
	ByNothing
	// ByOpenPoint: more than one outcome is possible.
	ByOpenPoint
	// NotReached: an earlier tier had decided.
	NotReached
)

// PolicyTrace is what one policy's rules made of the flow.
type PolicyTrace struct {
	Policy *model.Policy
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
	Rule  *model.Rule
	Match Match
	// Decided marks the rule that decided the tier.
	Decided bool
	// Peers and Ports say for each alternative whether it matched and, if not,
	// why.
	Peers []PeerTrace
	Ports []PortTrace
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
	Why   string
}

// Explain returns the trace of one flow.
func (m *Matrix) Explain(src, dst PeerID, proto model.Protocol, port uint16) Trace { return Trace{} }
