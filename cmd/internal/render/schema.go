package render

// Schema is the version of the JSON forms. Fields may be added under the same
// version; a field that is renamed, removed or given another meaning takes a
// new one. Readers should pass over fields that they do not know.
const Schema = "netreach/v1"

// Head begins every document.
type Head struct {
	// Schema is the constant Schema.
	Schema string `json:"schema"`
	// Kind is "query", "matrix", "pairs", "versus", "summary", "graph", "diff",
	// "bisect", "test" or "exposed".
	Kind string `json:"kind"`
}

// QueryDocument is the JSON form of can and explain.
type QueryDocument struct {
	Head
	// Src and Dst are the peers as they were asked for, Port as netreach writes
	// it: "5432/tcp", or "*" for every port of every protocol.
	Src  string `json:"src"`
	Dst  string `json:"dst"`
	Port string `json:"port"`
	// Verdict is "allow", "deny", "unknown", "some" or "none".
	Verdict string `json:"verdict"`
	// Parts cut the question so that each part has one verdict; empty if the
	// whole has one.
	Parts []FlowsDocument `json:"parts"`
	// Notes say what the verdict rests on beyond the rules.
	Notes []string `json:"notes"`
	// Ways are those that dst stands for, where it is a name.
	Ways []WayDocument `json:"ways,omitempty"`
	// Traces explain a flow for each verdict that occurs; only if asked for, and
	// not with Ways, whose legs have their own.
	Traces []TraceDocument `json:"traces,omitempty"`
	// Caveats are the points that are up to the implementation and that the
	// verdict rests on; only if asked for.
	Caveats []CaveatDocument `json:"caveats,omitempty"`
	// LeftOut is what --lenient left out of the input.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
}

// CaveatDocument is a point that is up to the implementation, or several of
// which one is enough.
type CaveatDocument struct {
	// Settings are the knobs with the values that were taken, as "KNOB=VALUE".
	Settings []string `json:"settings"`
	// Points say, in words that follow "whether", what is up to the
	// implementation, in the order of Settings.
	Points []string `json:"points"`
	// Otherwise is the verdict by other values of the knob; absent where there
	// are several.
	Otherwise map[string]string `json:"otherwise,omitempty"`
}

// FlowsDocument is a block of flows: every source to every destination on every
// port.
type FlowsDocument struct {
	Verdict string   `json:"verdict"`
	Src     []string `json:"src"`
	Dst     []string `json:"dst"`
	Ports   []string `json:"ports"`
}

// TraceDocument explains one flow.
type TraceDocument struct {
	Src     string `json:"src"`
	Dst     string `json:"dst"`
	Port    string `json:"port"`
	Verdict string `json:"verdict"`
	// Walks holds one walk for each pair of addresses of one family.
	Walks []WalkDocument `json:"walks"`
	Notes []string       `json:"notes"`
	// Settle says, of an unknown verdict, what would settle it.
	Settle []string `json:"settle,omitempty"`
}

// WalkDocument is what the policies made of a flow between two addresses.
type WalkDocument struct {
	// SrcAddress and DstAddress are absent where they are not known.
	SrcAddress string `json:"srcAddress,omitempty"`
	DstAddress string `json:"dstAddress,omitempty"`
	Verdict    string `json:"verdict"`
	// Overlay is "itself" for a pod with itself, "own-node" for ingress from the
	// pod's own node, both of which no policy can prevent, or "own-node-open"
	// where a switch leaves the latter open; else absent.
	Overlay string            `json:"overlay,omitempty"`
	Egress  DirectionDocument `json:"egress"`
	Ingress DirectionDocument `json:"ingress"`
}

// DirectionDocument is one direction of a walk.
type DirectionDocument struct {
	Verdict string `json:"verdict"`
	// Filtered is false where policies do not apply to the subject: a node, a
	// hostNetwork pod, an address outside.
	Filtered bool `json:"filtered"`
	// Isolated tells whether a policy isolates the subject: "yes", "no" or
	// "open".
	Isolated string `json:"isolated"`
	// OwnNode tells that the flow passed because it goes to the subject's own
	// node.
	OwnNode bool           `json:"ownNode,omitempty"`
	Tiers   []TierDocument `json:"tiers"`
	// Elsewhere are policies that nearly apply to the subject.
	Elsewhere []PlaceDocument `json:"elsewhere,omitempty"`
}

// TierDocument is what one tier made of a flow.
type TierDocument struct {
	Name string `json:"name"`
	// Outcome is "allow", "deny" or "pass" if a rule decided, "isolated" if none
	// matched and the subject is isolated, "own-node" if it is isolated but the
	// flow goes to its own node, "no-match" if the tier left it to the next one,
	// "not-concerned" if none of its policies applies, "other-direction" if the
	// subject is isolated in the other direction only and that ends the
	// evaluation, "not-reached", or "open" if more than one outcome is possible.
	Outcome  string           `json:"outcome"`
	Policies []PolicyDocument `json:"policies"`
}

// PolicyDocument is a policy that applies to the subject, with its rules of the
// direction.
type PolicyDocument struct {
	PlaceDocument
	// Applies is "yes", or "open" where it is not known whether the policy
	// selects the subject.
	Applies string         `json:"applies"`
	Rules   []RuleDocument `json:"rules"`
}

// RuleDocument is a rule and how it matched.
type RuleDocument struct {
	PlaceDocument
	// Rule is the rule's own name, where its kind has one.
	Rule string `json:"rule,omitempty"`
	// Action is "allow", "deny" or "pass".
	Action string `json:"action"`
	// Match is "yes", "no" or "open".
	Match string `json:"match"`
	// Decided marks the rule that decided its tier.
	Decided bool                  `json:"decided"`
	Peers   []AlternativeDocument `json:"peers"`
	Ports   []AlternativeDocument `json:"ports"`
}

// AlternativeDocument is one of a rule's peers or ports.
type AlternativeDocument struct {
	// Field is the place below the rule, such as "from[1]".
	Field string `json:"field,omitempty"`
	// Text is the peer or the port for a person to read.
	Text  string `json:"text"`
	Match string `json:"match"`
	// Why says why it does not match, or what leaves it open.
	Why string `json:"why,omitempty"`
}

// PlaceDocument is where an object, or the part of it at Field, stands.
type PlaceDocument struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Field     string `json:"field,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
}

// MatrixDocument is the JSON form of matrix. It is the whole matrix: what
// PairsDocument says of each pair follows from it. It is written with one line
// for each item of Blocks.
//
// Numbers are counted from 0. A list of numbers is a string of ascending numbers
// and ranges of them, with commas between: "0-3,7" is 0, 1, 2, 3 and 7.
type MatrixDocument struct {
	MatrixHead
	// Peers are the sources and destinations.
	Peers []PeerDocument `json:"peers"`
	// Sources are groups of peers that reach the same, as lists of numbers of
	// Peers. Each peer that is a source is in one of them. Destinations are groups
	// that are reached alike.
	Sources      []string `json:"sources"`
	Destinations []string `json:"destinations"`
	// Contents are what there is to say of a pair: its verdict on each port that
	// was asked for, in the order of Ports, or on every port.
	Contents [][]VerdictDocument `json:"contents"`
	// Rest is the number of the content of every pair that neither Itself nor a
	// block is about. Two peers outside are no pair.
	Rest int `json:"rest"`
	// Itself are single pods. What such a pod makes of itself stands here, and
	// not in the block that it lies in.
	Itself []ItselfDocument `json:"itself"`
	// Blocks hold each pair at most once.
	Blocks []BlockDocument `json:"blocks"`
}

// ItselfDocument is the content of the pairs of some peers with themselves.
type ItselfDocument struct {
	// Peers is a list of numbers of MatrixDocument.Peers.
	Peers string `json:"peers"`
	// Content is a number of MatrixDocument.Contents.
	Content int `json:"content"`
}

// BlockDocument is the content of every pair of a peer in some groups of sources
// and one in some groups of destinations.
type BlockDocument struct {
	// Src and Dst are lists of numbers of MatrixDocument.Sources and Destinations.
	Src string `json:"src"`
	Dst string `json:"dst"`
	// Content is a number of MatrixDocument.Contents.
	Content int `json:"content"`
}

// PairsDocument is the JSON form of matrix --pairs. It is written as it goes,
// with one line for each item of Flows.
type PairsDocument struct {
	MatrixHead
	// Peers are the sources and destinations.
	Peers []PeerDocument `json:"peers"`
	// Flows holds every ordered pair but those of two peers outside, on each
	// port that was asked for.
	Flows []PairDocument `json:"flows"`
}

// MatrixHead begins the documents of matrix.
type MatrixHead struct {
	Head
	// By is "pod", "workload" or "namespace".
	By string `json:"by"`
	// Ports are the ports that were asked for; empty means all of them.
	Ports   []string        `json:"ports"`
	Summary SummaryDocument `json:"summary"`
	// Entries are the flows from the ways in, if they were asked for: src is a URL
	// or ns/svc/name, and dst the name of a peer.
	Entries []EntryDocument `json:"entries,omitempty"`
	// LeftOut is what --lenient left out of the input.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
}

// EntryDocument is what the internet reaches of a peer through a way in.
type EntryDocument struct {
	Src string `json:"src"`
	Dst string `json:"dst"`
	// Port is that of the pods.
	Port    string `json:"port"`
	Verdict string `json:"verdict"`
}

// SummaryDocument counts what the cluster holds.
type SummaryDocument struct {
	Namespaces int `json:"namespaces"`
	Workloads  int `json:"workloads"`
	Pods       int `json:"pods"`
	// IsolatedIngress and IsolatedEgress count pods that a policy isolates.
	IsolatedIngress int `json:"isolatedIngress"`
	IsolatedEgress  int `json:"isolatedEgress"`
}

// PeerDocument is a row or column of the matrix, or a node of the graph.
type PeerDocument struct {
	Name string `json:"name"`
	// Namespace is absent where the members have no namespace in common.
	Namespace string `json:"namespace,omitempty"`
	// Outside tells that the members are addresses outside the cluster.
	Outside bool `json:"outside"`
	// Weight is the number of pods and nodes; 0 outside.
	Weight int `json:"weight"`
}

// PairDocument is one pair on one port.
type PairDocument struct {
	Src string `json:"src"`
	Dst string `json:"dst"`
	VerdictDocument
}

// VerdictDocument is the verdict about a pair on one port.
type VerdictDocument struct {
	Port    string `json:"port"`
	Verdict string `json:"verdict"`
	// Parts are the verdicts by port; absent if all ports have the same.
	Parts []PartDocument `json:"parts,omitempty"`
}

// PartDocument is a maximal set of ports with one verdict.
type PartDocument struct {
	Verdict string   `json:"verdict"`
	Ports   []string `json:"ports"`
}

// VersusDocument is the JSON form of matrix --versus.
type VersusDocument struct {
	Head
	// LeftOut is what --lenient left out of the input.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
	// By is "pod", "workload" or "namespace".
	By string `json:"by"`
	// Before and After are the names of the profiles.
	Before string `json:"before"`
	After  string `json:"after"`
	// Ports are the ports that were asked for; empty means all of them.
	Ports []string `json:"ports"`
	// Pairs counts the pairs within the cluster, a single pod with itself left
	// out, and Changed those of which some flow changes. ChangedOutside counts
	// the pairs with addresses outside of which some flow changes.
	Pairs          int `json:"pairs"`
	Changed        int `json:"changed"`
	ChangedOutside int `json:"changedOutside"`
	// Changes holds, for every pair that changes, an item for each two verdicts
	// that follow each other.
	Changes []ChangeDocument `json:"changes"`
}

// ChangeDocument is a maximal set of ports of a pair on which its verdict
// changes alike. Before and After are the same where they are "some" or
// "unknown" for other members.
type ChangeDocument struct {
	Src    string   `json:"src"`
	Dst    string   `json:"dst"`
	Ports  []string `json:"ports"`
	Before string   `json:"before"`
	After  string   `json:"after"`
}

// GraphDocument is the JSON form of graph.
type GraphDocument struct {
	Head
	// LeftOut is what --lenient left out of the input.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
	Nodes   []PeerDocument    `json:"nodes"`
	// Edges are the pairs that are not wholly denied, without their denied
	// ports.
	Edges []EdgeDocument `json:"edges"`
}

// EdgeDocument is an edge of the graph.
type EdgeDocument struct {
	Src   string         `json:"src"`
	Dst   string         `json:"dst"`
	Parts []PartDocument `json:"parts"`
}
