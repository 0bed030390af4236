package route

import (
	"slices"

	"netreach/engine"
	"netreach/model"
)

// Answer is the verdict about a name.
type Answer struct {
	Verdict model.Verdict
	// Name is what was asked about, in full.
	Name string
	// Walks are the ways that the name stands for.
	Walks []Walk
	// Notes say what the verdict rests on beyond the walks.
	Notes []string
}

// Walk is one way from a client to pods.
type Walk struct {
	// Title names the way, such as "port http 80/tcp" or "Ingress shop/web".
	Title string
	// Client names whose way it is, and From is that client.
	Client string
	From   engine.End
	Origin model.Origin
	// Port is that of the Service or door, or the zero value.
	Port engine.PortRange
	Mix  model.Mix
	Hops []Hop
	// Share marks one of several that share the requests of a client: where one
	// leads nowhere, its part of them fails. Rival marks one of several of which
	// only one counts, and it is not known which; Doubtful one that may get none of
	// the requests, which is up to the controller.
	Share, Rival, Doubtful bool

	client client
}

// Verdict returns the verdict about the walk.
func (w *Walk) Verdict() model.Verdict { return w.Mix.Verdict() }

// HopKind says what a hop is.
type HopKind uint8

// The kinds of hop, in the order in which a walk takes them.
const (
	// DNS is the client's question to the cluster's DNS.
	DNS HopKind = iota
	// Forward is what the DNS asks another server.
	Forward
	// Door is the way to whatever takes the connections of the client, such as
	// an ingress controller.
	Door
	// Auth is the way from there to what is asked whether a request may pass.
	Auth
	// Backend is the way to the pods behind a Service.
	Backend
)

var hopNames = [...]string{DNS: "dns", Forward: "forward", Door: "door", Auth: "auth", Backend: "backend"}

// String returns the kind as the JSON form spells it.
func (k HopKind) String() string { return hopNames[k] }

// Hop is one step of a walk.
type Hop struct {
	Kind HopKind
	// Title says what the step is, for a person.
	Title string
	// Origin is the object that makes the step, if any.
	Origin model.Origin
	Mix    model.Mix
	// Legs are the flows that the step consists of.
	Legs []Leg
	// Notes say what is to be known about the step.
	Notes []Note
}

// Verdict returns the verdict about the hop.
func (h *Hop) Verdict() model.Verdict { return h.Mix.Verdict() }

// Note is something to know about a hop, with the place that says it, if any.
type Note struct {
	Text   string
	Origin model.Origin
}

// Leg is a set of flows from one end to another, on one port.
type Leg struct {
	// Matrix is the one to which the ends belong: that of the cluster, or a small
	// world beside it.
	Matrix   *engine.Matrix
	Src, Dst engine.End
	Port     engine.PortRange
	// Families, unless it is empty, are the only ones that count (SVC-24).
	Families []model.Family
	Mix      model.Mix
	// Witnesses holds one flow for each verdict.
	Witnesses []engine.Witness
	// Itself is the verdicts of clients that are led back to themselves, which Mix
	// holds too.
	Itself model.Mix
	// Text says what the leg is where its ends do not, or is empty. A leg without
	// flows has only that.
	Text string
	// Lost marks a leg without flows for connections that get to none of the other
	// ends, though they were meant for them.
	Lost bool
	// Aside marks a step on the way of a door to what an alias stands for, such as
	// its question to the DNS; before is the mix of such steps that come first.
	Aside  bool
	before model.Mix
}

// Verdict returns the verdict about the leg.
func (l *Leg) Verdict() model.Verdict { return l.Mix.Verdict() }

// The mixes of one verdict.
var (
	allowed = model.Mix(0).With(model.Allowed)
	denied  = model.Mix(0).With(model.Denied)
	open    = model.Mix(0).With(model.Unknown)
)

// add adds a leg, of which any may be taken.
func (h *Hop) add(l Leg) {
	h.Legs = append(h.Legs, l)
	h.Mix = h.Mix.Join(l.Mix)
}

// say adds a leg without flows.
func (h *Hop) say(m model.Mix, text string) { h.add(Leg{Mix: m, Text: text}) }

// note adds a note, once.
func (h *Hop) note(o model.Origin, text string) {
	for _, n := range h.Notes {
		if n.Text == text {
			return
		}
	}
	h.Notes = append(h.Notes, Note{text, o})
}

// finish sets the verdict of a walk: that of all its hops together. A hop without
// anything to judge leaves nothing to judge at all.
func (w *Walk) finish() {
	w.Mix = allowed
	for i := range w.Hops {
		w.Mix = w.Mix.And(w.Hops[i].Mix)
	}
}

// finish sets the verdict of an answer: that of all its walks together. Walks of
// one client that share its requests count together.
func (a *Answer) finish() {
	var mix model.Mix
	for i := 0; i < len(a.Walks); {
		n := i + 1
		for n < len(a.Walks) && a.Walks[i].Share && a.Walks[n].Share && a.Walks[n].Client == a.Walks[i].Client {
			n++
		}
		mix = mix.With(together(a.Walks[i:n]).Verdict())
		i = n
	}
	a.Verdict = mix.Verdict()
}

// together returns the verdict about walks that share requests.
func together(walks []Walk) model.Mix {
	var mix, rivals model.Mix
	lost, doubtful := false, 0
	for i := range walks {
		w := &walks[i]
		lost = lost || w.Mix == 0
		if w.Doubtful {
			doubtful++
		}
		if w.Rival {
			rivals = rivals.Join(w.Mix)
		} else {
			mix = mix.Join(w.Mix)
		}
	}
	if rivals.Verdict() == model.Some {
		rivals = open
	}
	mix = mix.Join(rivals)
	if lost && mix != 0 {
		mix = mix.Join(denied)
	}
	switch {
	case doubtful == len(walks):
		mix = mix.And(open)
	case doubtful > 0 && mix.Verdict() == model.Some:
		mix = open // it is one or the other, and not known which
	}
	return mix
}

// note adds a note, once.
func (a *Answer) note(text string) {
	if !slices.Contains(a.Notes, text) {
		a.Notes = append(a.Notes, text)
	}
}
