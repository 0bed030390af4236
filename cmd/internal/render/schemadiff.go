package render

// DiffDocument is the JSON form of diff.
type DiffDocument struct {
	Head
	// Before and After name the two states.
	Before string `json:"before"`
	After  string `json:"after"`
	// Opened, Closed and Unknown are what changes in all; a flow that becomes
	// unknown may be allowed or not.
	Opened  WeightDocument `json:"opened"`
	Closed  WeightDocument `json:"closed"`
	Unknown WeightDocument `json:"unknown"`
	// Accepted is what is left out of everything above and below, as accepted.
	Accepted WeightDocument `json:"accepted"`
	// LeftOut is what --lenient left out of either state.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
	// Changes holds an item for each cause and effect: what opens first.
	Changes []ConsequenceDocument `json:"changes"`
	// Added and Removed are the peers that one state only has.
	Added   []ComingDocument `json:"added"`
	Removed []ComingDocument `json:"removed"`
	// Services are ports of Services that lead elsewhere than before.
	Services []ServiceShiftDocument `json:"services,omitempty"`
	// Requests is what else becomes of the requests of routes, and did not, or does
	// no more.
	Requests []RequestShiftDocument `json:"requests,omitempty"`
	// NoEffect are the edits of policies by which no flow changes.
	NoEffect []EditDocument `json:"noEffect"`
	// EffectUnknown are the edits about domain names by which flows may open or
	// close that are unknown before and after.
	EffectUnknown []EditDocument `json:"effectUnknown"`
}

// WeightDocument says how much a set of flows is. Pairs counts pairs of workloads
// and PodPairs pairs of pods, without a pod and itself. ToOutside counts the pods
// with flows to addresses outside among them, FromOutside those with flows from
// there. NodePairs counts pairs of a workload and a node, once for each direction,
// Ways pairs of a way in and a workload that it leads to.
type WeightDocument struct {
	Pairs       int `json:"pairs"`
	PodPairs    int `json:"podPairs"`
	ToOutside   int `json:"toOutside"`
	FromOutside int `json:"fromOutside"`
	NodePairs   int `json:"nodePairs"`
	Ways        int `json:"ways"`
}

// ConsequenceDocument is what one cause does.
type ConsequenceDocument struct {
	// Effect is "opened", "closed", "mixed" where members of a pair differ,
	// "unknown" where it becomes open, or "peers" where nothing changes but that
	// a peer comes or goes.
	Effect string        `json:"effect"`
	Cause  CauseDocument `json:"cause"`
	WeightDocument
	// Example is one of the flows.
	Example FlowDocument `json:"example"`
	// Flows are blocks: every source to every destination. Addresses outside are
	// ranges that a flow line can hold.
	Flows []ShiftDocument `json:"flows"`
}

// FlowDocument is one flow, on one range of ports.
type FlowDocument struct {
	Src  string `json:"src"`
	Dst  string `json:"dst"`
	Port string `json:"port"`
}

// CauseDocument is the edits that make a change. How is "one"; "together" if it
// takes all of them; "each" if each is enough by itself; or "open" if it was not
// found out which of them it takes.
type CauseDocument struct {
	How   string         `json:"how"`
	Edits []EditDocument `json:"edits"`
}

// EditDocument is one difference between the two states.
type EditDocument struct {
	// Kind is such as "rule-changed", "namespace-label" or "workload-added".
	Kind   string `json:"kind"`
	Object string `json:"object"`
	Text   string `json:"text"`
	// Before and After say where it stands on either side.
	Before []SpotDocument `json:"before"`
	After  []SpotDocument `json:"after"`
}

// SpotDocument is a place in the input. Line is 0 if it is not known.
type SpotDocument struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// ShiftDocument is a block of flows with one change. Before and After are
// "allow", "deny", "unknown", "some" where members of a pair differ, or "absent"
// where a state does not have a peer. They are the same where they are some or
// unknown for other members than before.
type ShiftDocument struct {
	Before string   `json:"before"`
	After  string   `json:"after"`
	Src    []string `json:"src"`
	// Via is what clients outside dial, one or the other, where the flows lead in
	// by an Ingress or by a Service: a URL, or a Service with how it is published
	// and the port.
	Via   []string `json:"via,omitempty"`
	Dst   []string `json:"dst"`
	Ports []string `json:"ports"`
}

// ComingDocument is a peer that comes or goes.
type ComingDocument struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Pods int    `json:"pods"`
	SpotDocument
}

// ServiceShiftDocument is a port of a Service that leads elsewhere in the cluster:
// to other workloads, or ports of them. An empty list means nowhere.
type ServiceShiftDocument struct {
	Service string   `json:"service"`
	Port    string   `json:"port"`
	Before  []string `json:"before"`
	After   []string `json:"after"`
	// Gone tells that there is no such Service or port any more.
	Gone bool `json:"gone,omitempty"`
	SpotDocument
}

// RequestShiftDocument is something that becomes of the requests of a route, such
// as that they need a password. Gone tells that it does so no more.
type RequestShiftDocument struct {
	Object string `json:"object"`
	Text   string `json:"text"`
	Gone   bool   `json:"gone,omitempty"`
	SpotDocument
}
