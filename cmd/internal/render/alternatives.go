package render

import (
	"strings"

	"netreach/engine"
	"netreach/model"
)

// alternative is one row of a rule: the field, what stands there, whether it
// matches, and why not.
type alternative struct {
	field, what string
	match       engine.Match
	why         string
}

// alternatives writes the peers and the ports of a rule, each with whether it
// matches and why not. Of a rule that decided only what matches is shown.
func (t *terminal) alternatives(w *Why, indent string, r *engine.RuleTrace, decided bool) {
	var rows []alternative
	for i := range r.Peers {
		p := &r.Peers[i]
		rows = append(rows, alternative{field(p.Peer.Field, r.Rule.Direction), p.Peer.String(), p.Match, p.Why})
	}
	rows = append(rows, ports(w, r.Ports)...)
	width := 0
	for _, row := range rows {
		width = max(width, len(row.field))
	}
	for _, row := range rows {
		if decided && row.match != engine.FullMatch {
			continue
		}
		head := t.mark(row.match) + "  " + row.field + strings.Repeat(" ", width-len(row.field)) + "  "
		t.line(indent, head, row.what)
		if row.why != "" && row.match != engine.FullMatch {
			t.line(indent, strings.Repeat(" ", len("open")+2+width+2), t.paint.dim(w.reason(row.why)))
		}
	}
}

// mark returns whether an alternative matches, in the width of "open".
func (t *terminal) mark(m engine.Match) string {
	switch m {
	case engine.FullMatch:
		return t.paint.verdict(model.Allowed, "yes") + " "
	case engine.MaybeMatch:
		return t.paint.verdict(model.Unknown, "open")
	case engine.NoMatch:
	}
	return t.paint.verdict(model.Denied, "no") + "  "
}

// field returns the field of a peer; a rule without peers has none.
func field(name string, d model.Direction) string {
	switch {
	case name != "":
		return name
	case d == model.Egress:
		return "to"
	}
	return "from"
}

// ports returns the rows of a rule's ports. Numbers that do not match share a
// row, as the flow's own number is the reason for all.
func ports(w *Why, traces []engine.PortTrace) []alternative {
	var rows []alternative
	wrong := -1
	for i := range traces {
		p := &traces[i]
		row := alternative{"ports", p.Port.String(), p.Match, p.Why}
		switch {
		case p.Port.Kind == model.PortAny:
			row.what = "any"
		case !p.Port.EndPort && p.Port.Kind == model.PortRange && p.Match == engine.NoMatch && wrong >= 0:
			rows[wrong].what += ", " + row.what
			rows[wrong].why = "wrong port: the flow is to " + model.PortString(w.Protocol, w.Port, w.Port)
			continue
		case !p.Port.EndPort && p.Port.Kind == model.PortRange && p.Match == engine.NoMatch:
			wrong = len(rows)
		}
		rows = append(rows, row)
	}
	return rows
}
