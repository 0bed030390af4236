package profile

import (
	"slices"
	"strings"

	"netreach/model"
)

// Unknown is the value that leaves a knob open: every verdict that depends on
// it is unknown.
const Unknown = "unknown"

// Knob is a switch of model.Switches under the name and the values that users
// give it.
type Knob struct {
	Name string
	// Values are what the knob can be set to, the default first.
	Values []string
	// Text says what the knob is about, as a statement that the value true, or
	// the first value, makes hold. It ends in the number of the rule.
	Text string
	// Caveat says, in words that follow "whether", what is up to the
	// implementation, and by which rule. It is empty where the specification
	// settles the point, so that no verdict needs a caveat for following it.
	Caveat string

	value func(*model.Switches) string
	set   func(*model.Switches, string)
}

// Default returns the value that the specification suggests.
func (k Knob) Default() string { return k.Values[0] }

// CanOpen reports whether the knob can be left open.
func (k Knob) CanOpen() bool { return slices.Contains(k.Values, Unknown) }

// Value returns what the knob is set to in s.
func (k Knob) Value(s model.Switches) string { return k.value(&s) }

// Set sets the knob in s. The error is a *ValueError.
func (k Knob) Set(s *model.Switches, value string) error {
	if !slices.Contains(k.Values, value) {
		return &ValueError{Knob: k.Name, Value: value, Known: k.Values}
	}
	k.set(s, value)
	return nil
}

// Knobs returns every knob, by name.
func Knobs() []Knob {
	return []Knob{
		{
			Name: "baseline-per-direction", Values: answers(),
			Text:   "baseline rules still apply in the direction in which no NetworkPolicy isolates a pod (CNP-11)",
			Caveat: "baseline rules apply to a pod that NetworkPolicies isolate in the other direction only (CNP-11)",
			value:  func(s *model.Switches) string { return word(s.BaselinePerDirection) },
			set:    func(s *model.Switches, v string) { s.BaselinePerDirection = answer(v) },
		},
		{
			Name: "egress-to-own-node-always-allowed", Values: answers(),
			Text:   "a pod that NetworkPolicies isolate may still open connections to its own node (NP-42)",
			Caveat: "a pod that is isolated for egress may still reach its own node (NP-42)",
			value:  func(s *model.Switches) string { return word(s.OwnNodeEgress) },
			set:    func(s *model.Switches, v string) { s.OwnNodeEgress = answer(v) },
		},
		{
			Name: "end-port", Values: answers(),
			Text:   "endPort is honoured; with false only the first port of a range counts (NP-32)",
			Caveat: "endPort is honoured (NP-32)",
			value:  func(s *model.Switches) string { return word(s.EndPort) },
			set:    func(s *model.Switches, v string) { s.EndPort = answer(v) },
		},
		{
			Name: "enforced", Values: []string{"true", "false"},
			Text: "policies are enforced; with false nothing enforces them and every flow is allowed",
			value: func(s *model.Switches) string {
				if s.NotEnforced {
					return "false"
				}
				return "true"
			},
			set: func(s *model.Switches, v string) { s.NotEnforced = v == "false" },
		},
		{
			Name: "endpoint-readiness", Values: []string{"assume", "status"},
			Text: "a pod of whose readiness the input says nothing is taken to be ready, or with status not to be (SVC-7)",
			value: func(s *model.Switches) string {
				if s.RequireReady {
					return "status"
				}
				return "assume"
			},
			set: func(s *model.Switches, v string) { s.RequireReady = v == "status" },
		},
		{
			Name: "external-snat", Values: []string{"either", "node", "never"},
			Text:  "what policy sees as the source of connections from outside through a Service with traffic policy Cluster: the client or a node, both of which are judged; only a node; only the client (SVC-17)",
			value: func(s *model.Switches) string { return snatWord(s.ExternalSNAT) },
			set:   func(s *model.Switches, v string) { s.ExternalSNAT = snatMode(v) },
		},
		{
			Name: "hairpin-via-service", Values: answers(),
			Text:   "policy decides where a Service leads a pod back to itself (NP-44, CNP-24)",
			Caveat: "policy decides where a Service leads a pod back to itself (NP-44)",
			value:  func(s *model.Switches) string { return word(s.HairpinViaService) },
			set:    func(s *model.Switches, v string) { s.HairpinViaService = answer(v) },
		},
		{
			Name: "host-network-pods", Values: []string{"ignore", "pods", Unknown},
			Text:   "what selectors make of hostNetwork pods: they ignore them, or match them like other pods (NP-39, NP-40)",
			Caveat: "selectors match pods that use hostNetwork (NP-39, NP-40)",
			value:  func(s *model.Switches) string { return hostNetworkWord(s.HostNetworkPods) },
			set:    func(s *model.Switches, v string) { s.HostNetworkPods = hostNetworkMode(v) },
		},
		{
			Name: "ipblock-matches-nodes", Values: answers(),
			Text:   "an ipBlock matches the addresses of nodes and of hostNetwork pods (NP-41)",
			Caveat: "an ipBlock matches the addresses of nodes (NP-41)",
			value:  func(s *model.Switches) string { return word(s.BlocksMatchNodes) },
			set:    func(s *model.Switches, v string) { s.BlocksMatchNodes = answer(v) },
		},
		{
			Name: "ipblock-matches-pods", Values: answers(),
			Text:   "an ipBlock matches the addresses of pods (NP-36)",
			Caveat: "an ipBlock matches the addresses of pods (NP-36)",
			value:  func(s *model.Switches) string { return word(s.BlocksMatchPods) },
			set:    func(s *model.Switches, v string) { s.BlocksMatchPods = answer(v) },
		},
		{
			Name: "named-port-sidecars", Values: answers(),
			Text:   "named ports resolve on native sidecars too: init containers that always restart (NP-31)",
			Caveat: "named ports resolve on native sidecars (NP-31)",
			value:  func(s *model.Switches) string { return word(s.NamedPortSidecars) },
			set:    func(s *model.Switches, v string) { s.NamedPortSidecars = answer(v) },
		},
		{
			Name: "own-node-ingress", Values: answers(),
			Text:  "a pod's own node always reaches it (NP-42)",
			value: func(s *model.Switches) string { return word(s.OwnNodeIngress) },
			set:   func(s *model.Switches, v string) { s.OwnNodeIngress = answer(v) },
		},
		{
			Name: "priority-ties", Values: []string{Unknown, "by-name"},
			Text:  "which of several admin policies of one priority comes first: that is not defined, or the one whose name sorts first (CNP-7, ANP-5)",
			value: func(s *model.Switches) string { return tieWord(s.PriorityTies) },
			set:   func(s *model.Switches, v string) { s.PriorityTies = tieMode(v) },
		},
		{
			Name: "sctp", Values: []string{"true", Unknown},
			Text:  "policy decides about SCTP as about TCP and UDP (NP-33)",
			value: func(s *model.Switches) string { return sctpWord(s.SCTP) },
			set:   func(s *model.Switches, v string) { s.SCTP = answer(v) },
		},
	}
}

// Set sets a knob as "KNOB=VALUE" says. The error is a *ValueError.
func Set(s *model.Switches, assignment string) error {
	name, value, _ := strings.Cut(assignment, "=")
	k, err := KnobNamed(name)
	if err != nil {
		return err
	}
	return k.Set(s, value)
}

// KnobNamed returns the knob of a name. The error is a *ValueError.
func KnobNamed(name string) (Knob, error) {
	knobs := Knobs()
	i := slices.IndexFunc(knobs, func(k Knob) bool { return k.Name == name })
	if i < 0 {
		err := &ValueError{Value: name}
		for _, k := range knobs {
			err.Known = append(err.Known, k.Name)
		}
		return Knob{}, err
	}
	return knobs[i], nil
}

// ValueError is a knob that does not exist, or a value that a knob does not
// take.
type ValueError struct {
	// Knob is the knob whose value is wrong, or "" if there is no such knob.
	Knob string
	// Value is the value, or the name of the knob, that the user wrote.
	Value string
	// Known is what could stand there.
	Known []string
}

// Error says what does not exist.
func (e *ValueError) Error() string {
	switch {
	case e.Knob == "":
		return "no switch \"" + e.Value + "\""
	case e.Value == "":
		return "switch " + e.Knob + " needs a value"
	}
	return "switch " + e.Knob + " has no value \"" + e.Value + "\""
}

// Hint lists what could stand there.
func (e *ValueError) Hint() string {
	what := "switches: "
	if e.Knob != "" {
		what = "values of " + e.Knob + ": "
	}
	return what + strings.Join(e.Known, ", ")
}
