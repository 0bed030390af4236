package render

import (
	"bytes"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
)

// Way is a way that a name stands for.
type Way struct {
	route.Walk
	// Clients are those that fare so. Of very many, Who says in few words who they
	// are together: whole namespaces and workloads first.
	Clients []string
	Who     []string
	// Hops are those of the walk.
	Hops []WayHop
}

// WayHop is a hop of a way.
type WayHop struct {
	route.Hop
	// Legs are those of the hop.
	Legs []WayLeg
}

// WayLeg is a leg of a hop.
type WayLeg struct {
	route.Leg
	// Why explains flows of the leg, if anybody asked why.
	Why []Why
}

// ways writes the ways that a name stands for: all of each if anybody asked why,
// and else what stands in the way.
func (t *terminal) ways(q *Query) {
	explained := false
	for i := range q.Ways {
		for k := range q.Ways[i].Hops {
			for j := range q.Ways[i].Hops[k].Legs {
				explained = explained || len(q.Ways[i].Hops[k].Legs[j].Why) > 0
			}
		}
	}
	var said []route.Note
	told := map[string]bool{}    // notes below their hop
	written := map[string]bool{} // hops that several ways have in common
	for i := range q.Ways {
		w := &q.Ways[i]
		indent := "  "
		if several := len(q.Ways) > 1; several || explained {
			if explained && several {
				t.line()
			}
			t.line(indent, t.paint.verdict(w.Verdict(), word(w.Verdict())), t.who(q, w), "by ", w.Title, t.place(w.Origin))
			indent += "  "
		}
		for k := range w.Hops {
			h := &w.Hops[k]
			key := w.clients() + h.Kind.String() + h.Title + h.Verdict().String()
			switch {
			case !explained && h.Verdict() == model.Allowed:
			case written[key] && (h.Kind == route.DNS || h.Kind == route.Forward):
				t.line(indent, t.paint.verdict(h.Verdict(), word(h.Verdict())), h.Title, ", as above")
			default:
				written[key] = true
				t.hop(q, w, h, indent, explained)
			}
			for _, n := range w.Hops[k].Notes {
				switch {
				case explained:
				case w.Hops[k].Verdict() != model.Allowed:
					told[n.Text] = true
				default:
					said = append(said, n)
				}
			}
		}
	}
	for i, n := range said {
		if !told[n.Text] && !slices.ContainsFunc(said[:i], func(m route.Note) bool { return m.Text == n.Text }) {
			t.line("  note: ", n.Text, t.place(n.Origin))
		}
	}
}

// saidByWays reports whether the ways of an answer say already who fares how: each
// client has one, and each way one verdict.
func (q *Query) saidByWays() bool {
	seen := map[string]bool{}
	for i := range q.Ways {
		w := &q.Ways[i]
		if w.Mix != 0 && w.Mix != model.Mix(0).With(w.Verdict()) {
			return false
		}
		for _, c := range w.Clients {
			if seen[c] {
				return false
			}
			seen[c] = true
		}
	}
	return len(q.Ways) > 1
}

// word returns a verdict in the width of flow lines, with a blank behind it.
func word(v model.Verdict) string {
	s := v.String()
	return s + strings.Repeat(" ", max(1, 6-len(s)))
}

// who names the clients of a way where they are not all of those that were asked
// about.
func (t *terminal) who(q *Query, w *Way) string {
	if names := w.clients(); names != q.Src.Name {
		return names + " "
	}
	return ""
}

// mostClients is how many clients of a way are named one by one.
const mostClients = 6

// Many reports whether there are too many clients to name each.
func (w *Way) Many() bool { return len(w.Clients) > mostClients }

// clients names the clients, or the first of many.
func (w *Way) clients() string {
	names := w.Clients
	if len(w.Who) > 0 {
		names = w.Who
	}
	if len(names) > mostClients {
		return strings.Join(names[:mostClients-1], ", ") + " and " + count(len(names)-mostClients+1, "other")
	}
	return strings.Join(names, ", ")
}

// hop writes a hop: its verdict, its legs and its notes.
func (t *terminal) hop(q *Query, w *Way, h *WayHop, indent string, explained bool) {
	t.line(indent, t.paint.verdict(h.Verdict(), word(h.Verdict())), h.Title, t.place(h.Origin))
	for i := range h.Legs {
		l := &h.Legs[i]
		if !explained && l.Verdict() == model.Allowed && h.Verdict() != model.Some {
			continue
		}
		t.line(indent, "  ", t.paint.verdict(l.Verdict(), word(l.Verdict())), legText(w, l))
		if len(l.Why) > 0 {
			t.legWhy(q, l, indent+"  ")
		}
	}
	for _, n := range h.Notes {
		t.line(indent, "  note: ", n.Text, t.place(n.Origin))
	}
}

// Reasons returns what is to be known about a hop that is not open, beside its
// flows.
func (h *WayHop) Reasons() []string {
	var out []string
	for i := range h.Legs {
		if l := &h.Legs[i]; len(l.Src.Peers) == 0 && l.Text != "" && l.Verdict() != model.Allowed {
			out = append(out, l.Text)
		}
	}
	for _, n := range h.Notes {
		out = append(out, n.Text)
	}
	return out
}

// legText names the flows of a leg.
func legText(w *Way, l *WayLeg) string {
	if len(l.Src.Peers) == 0 {
		return l.Text
	}
	src := l.Src.Name + " "
	switch {
	case l.Src.Name == w.Client && w.Many():
		src = "" // the way names them already
	case l.Src.Name == w.Client:
		src = w.clients() + " "
	}
	text := src + "-> " + l.Dst.Name + " " + legPort(l)
	if l.Text != "" {
		text += " (" + l.Text + ")"
	}
	return text
}

// legPort returns the port of a leg as netreach writes ports.
func legPort(l *WayLeg) string {
	if l.Port == (engine.PortRange{}) {
		return "*"
	}
	return l.Port.String()
}

// legWhy writes the explanation of a leg, indented below it.
func (t *terminal) legWhy(q *Query, l *WayLeg, indent string) {
	var b bytes.Buffer
	inner := &terminal{w: &b, opts: t.opts, paint: t.paint}
	part := &Query{Src: l.Src, Dst: l.Dst, Tiered: q.Tiered, NotEnforced: q.NotEnforced}
	if l.Port != (engine.PortRange{}) {
		part.Port = l.Port.Match()
	}
	for i := range l.Why {
		inner.why(part, &l.Why[i])
	}
	for line := range strings.SplitSeq(strings.Trim(b.String(), "\n"), "\n") {
		t.line(indent, line)
	}
}

// WayDocument is a way that a name stands for.
type WayDocument struct {
	// Title names the way.
	Title string `json:"title"`
	// Clients are those that fare so.
	Clients []string       `json:"clients"`
	Verdict string         `json:"verdict"`
	Object  *PlaceDocument `json:"object,omitempty"`
	// Hops are in the order in which a connection takes them. The way is open only
	// if every hop is.
	Hops []HopDocument `json:"hops"`
}

// HopDocument is a hop of a way.
type HopDocument struct {
	// Kind is "dns", "forward", "door", "auth" or "backend".
	Kind    string         `json:"kind"`
	Title   string         `json:"title"`
	Verdict string         `json:"verdict"`
	Object  *PlaceDocument `json:"object,omitempty"`
	Legs    []LegDocument  `json:"legs"`
	Notes   []string       `json:"notes"`
}

// LegDocument is a set of flows of a hop. One without src and dst has no flows,
// and its text says what decides.
type LegDocument struct {
	Src     string          `json:"src,omitempty"`
	Dst     string          `json:"dst,omitempty"`
	Port    string          `json:"port,omitempty"`
	Verdict string          `json:"verdict"`
	Text    string          `json:"text,omitempty"`
	Traces  []TraceDocument `json:"traces,omitempty"`
}

func (o object) way(w *Way) WayDocument {
	d := WayDocument{Title: w.Title, Clients: w.Clients, Verdict: w.Verdict().String(), Object: o.object(w.Origin), Hops: []HopDocument{}}
	for i := range w.Hops {
		h := &w.Hops[i]
		hop := HopDocument{Kind: h.Kind.String(), Title: h.Title, Verdict: h.Verdict().String(), Object: o.object(h.Origin), Legs: []LegDocument{}, Notes: []string{}}
		for k := range h.Legs {
			l := &h.Legs[k]
			leg := LegDocument{Verdict: l.Verdict().String(), Text: l.Text}
			if len(l.Src.Peers) > 0 {
				leg.Src, leg.Dst, leg.Port = l.Src.Name, l.Dst.Name, legPort(l)
			}
			for j := range l.Why {
				leg.Traces = append(leg.Traces, o.trace(&l.Why[j]))
			}
			hop.Legs = append(hop.Legs, leg)
		}
		for _, n := range h.Notes {
			hop.Notes = append(hop.Notes, n.Text)
		}
		d.Hops = append(d.Hops, hop)
	}
	return d
}

// object returns the place of an object, or nil if there is none.
func (o object) object(origin model.Origin) *PlaceDocument {
	if origin.Kind == "" {
		return nil
	}
	p := o.place(origin)
	return &p
}
