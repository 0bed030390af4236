package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
)

// Exposed is what clients outside reach.
type Exposed struct {
	Clients []Exposure
	// Unserved are the routes that nothing serves, with the reason.
	Unserved []route.Note
	// HostPorts are the workloads whose pods take ports of their nodes, with these
	// ports. They are ways in that are not judged.
	HostPorts []string
}

// Exposure is what one sort of client reaches.
type Exposure struct {
	From string
	// To are the peers in focus; none means all.
	To   []string
	Ways []WayIn
	// Inside tells that the clients are in the cluster: they dial Services by name,
	// and no Service is among the ways.
	Inside bool
	// Direct is what the clients may dial at the address of a pod, without the
	// workloads that are Bare: ends of it that no policy isolates. Shown counts all
	// workloads that it is about, BarePods the pods of those that are bare.
	Direct   *Matrix
	Bare     []int
	BarePods int
	Shown    int

	// By Gather:
	flows  []Flows
	opened int
}

// WayIn is a way in, with what becomes of clients there.
type WayIn struct {
	// Door names what takes the connections for an entry, and DoorPods its pods, if
	// the input holds them. Both are "" for a Service, of which By says how it is
	// published.
	Door, DoorPods string
	By             []string
	// Name is host and path, or the Service.
	Name           string
	Hosts          []string
	Path, PathType string
	Ports          []string
	Verdict        model.Verdict
	Object         model.Origin
	Targets        []Target
	// Obstacles are what stands in the way, or happens on it.
	Obstacles []Obstacle
	Ways      []Way
}

// Target is pods that a way leads to, on their own port.
type Target struct {
	Name, Port string
	Pods       int
	Verdict    model.Verdict

	mix model.Mix
}

// Obstacle is something that a client meets on its way.
type Obstacle struct {
	// Lead is what it is, and Who are those whom it is about, if it is about some
	// and not about all.
	Lead   string
	Who    []string
	Origin model.Origin
}

// Text returns the obstacle for a person to read.
func (o *Obstacle) Text() string { return o.Lead + strings.Join(Few(o.Who), ", ") }

// Meet adds an obstacle, or whom it is about to one that says the same.
func (w *WayIn) Meet(o Obstacle) {
	i := slices.IndexFunc(w.Obstacles, func(p Obstacle) bool { return p.Lead == o.Lead })
	if i < 0 {
		w.Obstacles = append(w.Obstacles, o)
		return
	}
	for _, who := range o.Who {
		if !slices.Contains(w.Obstacles[i].Who, who) {
			w.Obstacles[i].Who = append(slices.Clip(w.Obstacles[i].Who), who)
		}
	}
}

// AddTarget adds the pods of a leg.
func (w *WayIn) AddTarget(l *WayLeg) {
	t := Target{Name: l.Text, mix: l.Mix}
	switch {
	case len(l.Dst.Peers) == 0 && l.Verdict() == model.Denied:
		return // it leads nowhere
	case len(l.Dst.Peers) > 0:
		t.Name, t.Port, t.Pods = l.Dst.Name, legPort(l), l.Dst.Weight
	}
	i := slices.IndexFunc(w.Targets, func(o Target) bool { return o.Name == t.Name && o.Port == t.Port })
	if i < 0 {
		i = len(w.Targets)
		w.Targets = append(w.Targets, t)
	}
	w.Targets[i].mix = w.Targets[i].mix.Join(t.mix)
	w.Targets[i].Verdict = w.Targets[i].mix.Verdict()
}

// pods returns how many pods a way leads to.
func (w *WayIn) pods() int {
	n := 0
	for _, t := range w.Targets {
		n += t.Pods
	}
	return n
}

// isOpen reports whether some client gets through, or may.
func (w *WayIn) isOpen() bool { return openRank(w.Verdict) < openRank(model.Denied) }

// openRank orders verdicts by how far they let clients in.
func openRank(v model.Verdict) int {
	return slices.Index([]model.Verdict{model.Allowed, model.Some, model.Unknown, model.Denied, model.None}, v)
}

// Denial says in a line why one direction of a flow is not allowed, with the
// place of the policy that matters most.
func Denial(d *engine.DirectionTrace, src, dst string, port engine.PortRange) Obstacle {
	what, who := "ingress to "+dst, src
	if d.Direction == model.Egress {
		what, who = "egress from "+src, dst
	}
	what += " on " + port.String()
	for i := range d.Tiers {
		tt := &d.Tiers[i]
		switch tt.Outcome {
		case engine.ByDeny:
			for k := range tt.Policies {
				for j := range tt.Policies[k].Rules {
					if r := &tt.Policies[k].Rules[j]; r.Decided {
						return Obstacle{what + ": " + tt.Policies[k].Policy.Origin.Object() + " denies ", []string{who}, r.Rule.Origin}
					}
				}
			}
		case engine.ByIsolation:
			var names []string
			for k := range tt.Policies {
				names = append(names, tt.Policies[k].Policy.Origin.Object())
			}
			return Obstacle{what + ": isolated by " + strings.Join(Few(names), ", ") + ", and no rule allows ", []string{who}, tt.Policies[0].Policy.Origin}
		default:
		}
	}
	return Obstacle{Lead: what + ": " + d.Verdict.String() + " for ", Who: []string{who}}
}

// how returns the name of a way with how it is published.
func (w *WayIn) how() string {
	if len(w.By) > 0 {
		return w.Name + ", " + strings.Join(w.By, " and ")
	}
	return w.Name
}

// leads returns where a way leads to. A target that fares otherwise than the way
// has its own verdict.
func (w *WayIn) leads() string {
	var words []string
	for _, t := range w.Targets {
		text := t.Name
		if t.Port != "" {
			text += " " + t.Port
		}
		if w.Verdict == model.Some && len(w.Targets) > 1 {
			text += " (" + t.Verdict.String() + ")"
		}
		words = append(words, text)
	}
	if len(words) == 0 {
		return "nowhere"
	}
	return strings.Join(Few(words), ", ")
}

// Few returns the first words of many.
func Few(words []string) []string {
	const shown = 8
	if more := len(words) - shown; more > 1 {
		return append(slices.Clone(words[:shown]), fmt.Sprintf("%d more", more))
	}
	return words
}

// Gather works out what is written of Direct, once that is as it is to be: the
// flows to the workloads that are listed, and how many of these are open on some
// port.
func (x *Exposure) Gather() {
	m := x.Direct
	g := m.grouped()
	x.flows = g.flows
	slices.SortStableFunc(x.flows, func(a, b Flows) int {
		return cmp.Or(cmp.Compare(openRank(a.Verdict), openRank(b.Verdict)), cmp.Compare(len(b.Dst), len(a.Dst)))
	})
	open := map[int]bool{}
	for _, b := range g.blocks {
		for _, j := range b.dst {
			open[j] = true
		}
	}
	for _, j := range common(m.Sources, m.Destinations) { // pods with themselves are in no block
		if m.Table.Itself(j, j) && !m.denied(m.Table.Cell(j, j)) {
			open[j] = true
		}
	}
	x.opened = len(open)
}

// summary says in a sentence how much is open: to all clients or to some.
func (x *Exposure) summary() string {
	open, unknown := 0, 0
	for i := range x.Ways {
		switch x.Ways[i].Verdict {
		case model.Allowed, model.Some:
			open++
		case model.Unknown:
			unknown++
		default:
		}
	}
	direct, why := x.opened+len(x.Bare), ""
	if len(x.Bare) > 0 {
		why = fmt.Sprintf(", %d of them because no policy isolates them", len(x.Bare))
	}
	verb, more := "are", ""
	if len(x.Ways) == 1 {
		verb = "is"
	}
	if unknown > 0 {
		more = fmt.Sprintf(", %d unknown", unknown)
	}
	return fmt.Sprintf("%s: %d of %s %s open%s; %d of %s may be dialled directly%s", x.From, open, waysIn(len(x.Ways)), verb, more, direct, count(x.Shown, "workload"), why)
}

// closing returns what stands below an exposure.
func (x *Exposure) closing(flows []Flows) []string {
	out := append(x.Direct.legendOf(flows), x.summary())
	if x.Inside {
		out = append(out, x.services())
	}
	return out
}

// services says where clients in the cluster find what Services lead them to.
func (x *Exposure) services() string {
	return "clients in the cluster dial Services by name, and no Service is listed: netreach can " + x.From + " NAMESPACE/svc/NAME"
}

// waysIn counts ways in, in words.
func waysIn(n int) string { return count(n, "way") + " in" }

// Exposed has no form.
func (tsv) Exposed(*Exposed) error { return formless{"tsv"}.no(ExposedOf) }

// Exposed has no form.
func (commas) Exposed(*Exposed) error { return formless{"csv"}.no(ExposedOf) }
