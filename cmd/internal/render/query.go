package render

import (
	"strings"

	"netreach/engine"
	"netreach/model"
)

// Query is the answer to one question: whether one end reaches another.
type Query struct {
	Src, Dst engine.End
	Port     model.PortMatch
	Answer   engine.Answer
	// Flows are the parts of the answer, each with a verdict of its own. There
	// are none where the answer has one verdict throughout.
	Flows []Flows
	// Ways are those that a name stands for, which was the destination.
	Ways []Way
	// Why explains flows of the question, one for each verdict that occurs. It
	// is empty if nobody asked why.
	Why []Why
	// Caveats say which points that are up to the implementation the answer rests
	// on.
	Caveats []Caveat
	// NotEnforced tells that nothing enforces policies.
	NotEnforced bool
	// Tiered tells that the cluster has policies beside NetworkPolicies, so that
	// it matters which tier decides.
	Tiered bool
}

// Caveat is a point that is up to the implementation and that an answer rests
// on, or several that only matter together.
type Caveat struct {
	// Settings are the knobs with the values that were taken, as "KNOB=VALUE".
	Settings []string
	// Points say, in words that follow "whether", what is up to the
	// implementation, in the order of Settings.
	Points []string
	// Otherwise is what the answer is with other values. It is empty where there
	// are several settings.
	Otherwise []Instead
}

// Instead is the verdict under another value of a knob.
type Instead struct {
	Value   string
	Verdict model.Verdict
}

// Why explains one flow.
type Why struct {
	engine.Trace
	Src, Dst Subject
	// Settle says, of an unknown verdict, what would settle it.
	Settle []string
}

// Subject is an end of one flow.
type Subject struct {
	Name string
	// EngineName is the peer as the engine names it in its reasons.
	EngineName string
	// Unfiltered says why no policy applies to the peer, if none does.
	Unfiltered string
}

// reason returns a reason of the engine with the ends under their own names.
func (w *Why) reason(text string) string {
	for _, s := range []Subject{w.Src, w.Dst} {
		rest, leads := strings.CutPrefix(text, s.EngineName+" ")
		switch {
		case s.Name == s.EngineName:
		case leads:
			text = s.Name + " " + rest // a block further on may read as the peer does
		default:
			text = strings.ReplaceAll(text, s.EngineName, s.Name)
		}
	}
	return text
}

// Flows is a block of flows with one verdict: every source to every
// destination, on every port.
type Flows struct {
	Verdict  model.Verdict
	Src, Dst []string
	Ports    []string
}

// ByPort returns the parts of an answer as flows between its two ends.
func ByPort(src, dst string, segments []engine.Segment) []Flows {
	flows := make([]Flows, len(segments))
	for i, s := range segments {
		flows[i] = Flows{s.Verdict, []string{src}, []string{dst}, Ports(s.Ports)}
	}
	return flows
}
