package render

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// why writes why one flow has its verdict: a section for each direction, and
// the nearest miss of a deny. The flow itself is named unless it is the whole
// question, which stands above.
func (t *terminal) why(q *Query, w *Why) {
	port := model.PortString(w.Protocol, w.Port, w.Port)
	if w.Src.Name != q.Src.Name || w.Dst.Name != q.Dst.Name || port != q.Port.String() {
		t.line()
		t.line(t.paint.bold("for example "+w.Src.Name+" -> "+w.Dst.Name+" "+port+": "), t.paint.verdict(w.Verdict, w.Verdict.String()))
	}
	for _, n := range w.Notes {
		if !slices.Contains(q.Answer.Notes, n) {
			t.line("  note: ", n)
		}
	}
	walks := alike(w.Flows)
	for _, one := range walks {
		if len(walks) > 1 {
			t.line()
			t.line("  over ", strings.Join(one.addresses, ", "), ": ", t.paint.verdict(one.flow.Verdict, one.flow.Verdict.String()))
		}
		t.walk(w, one.flow)
	}
	for i, m := range nearestMisses(&w.Trace) {
		if i == 0 {
			t.line()
		}
		t.line("  ", t.paint.bold("nearest miss:"), " ", t.miss(m, port))
	}
}

// walk is one way through the policies, with the pairs of addresses that take
// it.
type walk struct {
	flow      *engine.FlowTrace
	addresses []string
}

// alike joins walks that differ in their addresses only.
func alike(flows []engine.FlowTrace) []walk {
	var out []walk
next:
	for i := range flows {
		f := &flows[i]
		for k := range out {
			if w := out[k].flow; w.Verdict == f.Verdict && w.Overlay == f.Overlay &&
				reflect.DeepEqual(w.Egress, f.Egress) && reflect.DeepEqual(w.Ingress, f.Ingress) {
				out[k].addresses = append(out[k].addresses, addresses(f))
				continue next
			}
		}
		out = append(out, walk{f, []string{addresses(f)}})
	}
	return out
}

func addresses(f *engine.FlowTrace) string {
	src, dst := address(f.SrcAddr), address(f.DstAddr)
	switch {
	case src == "" && dst == "":
		return "addresses that are not known"
	case src == "":
		return "any -> " + dst
	case dst == "":
		return src + " -> any"
	}
	return src + " -> " + dst
}

// walk writes both directions of one walk, and what stands before the tiers.
func (t *terminal) walk(w *Why, f *engine.FlowTrace) {
	if f.Overlay == engine.Itself {
		return // a note says it
	}
	t.direction(w, &f.Egress, "")
	reason := ""
	if f.Overlay == engine.OwnNode {
		reason = w.Src.Name + " is on the pod's own node, which always reaches it (NP-42)"
	}
	t.direction(w, &f.Ingress, reason)
}

// direction writes one direction: whether the subject is isolated and by which
// policies, and then the rules that decided, or why none did. A reason given
// stands before all tiers.
func (t *terminal) direction(w *Why, d *engine.DirectionTrace, reason string) {
	title, subject := "egress from ", w.Src
	if d.Direction == model.Ingress {
		title, subject = "ingress to ", w.Dst
	}
	t.line()
	t.line("  ", t.paint.bold(title+subject.Name), ": ", t.paint.verdict(d.Verdict, done(d.Verdict)))
	if reason != "" {
		t.line("    ", reason)
		if d.Verdict == model.Allowed {
			return
		}
	}
	if !d.Filtered {
		t.line("    no policy applies to ", subject.Name, ": ", subject.Unfiltered)
		return
	}
	concerned := false
	for i := range d.Tiers {
		concerned = concerned || len(d.Tiers[i].Policies) > 0
		t.tier(w, d, &d.Tiers[i])
	}
	if !concerned {
		t.line("    no policy selects ", subject.Name, " for ", d.Direction.String())
	}
	for _, p := range d.Elsewhere {
		t.line("    ", t.paint.dim("not concerned: "), t.policy(p), t.paint.dim(" selects "+p.Subject.String()))
	}
}

// tier writes what one tier made of the flow. A rule that decided is shown
// alone; where none did, all candidates are.
func (t *terminal) tier(w *Why, d *engine.DirectionTrace, tt *engine.TierTrace) {
	if tt.Outcome == engine.NotConcerned || tt.Outcome == engine.NotReached {
		return
	}
	decided := false
	for i := range tt.Policies {
		p := &tt.Policies[i]
		switch {
		case p.Subject == engine.MaybeMatch:
			t.line("    perhaps isolated by ", t.policy(p.Policy))
		case p.Policy.Isolates[d.Direction]:
			t.line("    isolated by ", t.policy(p.Policy))
		default:
			t.line("    selected by ", t.policy(p.Policy))
		}
		for k := range p.Rules {
			decided = decided || p.Rules[k].Decided
		}
	}
	if decided {
		t.decided(w, tt)
		return
	}
	switch {
	case rules(tt) == 0:
		t.line("    none of these has a rule for ", d.Direction.String(), ", so nobody is admitted")
	case tt.Outcome == engine.ByOpenPoint:
		t.line("    no rule is certain to admit this flow:")
	default:
		t.line("    no rule admits this flow:")
	}
	for i := range tt.Policies {
		for k := range tt.Policies[i].Rules {
			r := &tt.Policies[i].Rules[k]
			t.line("      ", t.rule(r.Rule))
			t.alternatives(w, "        ", r, false)
		}
	}
	if tt.Outcome == engine.ByOwnNode {
		t.line("    the other end is the pod's own node, which an isolated pod may still reach (NP-42)")
	}
}

// decided writes the rules of a tier that decided.
func (t *terminal) decided(w *Why, tt *engine.TierTrace) {
	for i := range tt.Policies {
		for k := range tt.Policies[i].Rules {
			r := &tt.Policies[i].Rules[k]
			if !r.Decided {
				continue
			}
			word := acted(r.Rule.Action)
			if tt.Outcome == engine.ByOpenPoint {
				word = "perhaps " + word
			}
			t.line("    ", word, " by ", t.rule(r.Rule))
			t.alternatives(w, "      ", r, tt.Outcome != engine.ByOpenPoint)
		}
	}
}

func rules(tt *engine.TierTrace) int {
	n := 0
	for i := range tt.Policies {
		n += len(tt.Policies[i].Rules)
	}
	return n
}

// policy names a policy and its place.
func (t *terminal) policy(p *model.Policy) string { return p.Origin.Object() + t.place(p.Origin) }

// rule names a rule, its policy and its place.
func (t *terminal) rule(r *model.Rule) string {
	name := strings.TrimPrefix(r.Origin.Field, "spec.")
	if r.Name != "" {
		name += " " + strconv.Quote(r.Name)
	}
	return name + " of " + r.Origin.Object() + t.place(r.Origin)
}

// place returns where an object or a part of it stands, as " (file:line)".
func (t *terminal) place(o model.Origin) string {
	if o.File == "" {
		return ""
	}
	place := o.File
	if line := t.opts.line(o); line > 0 {
		place += ":" + strconv.Itoa(line)
	}
	return t.paint.dim(" (" + place + ")")
}

// done returns what became of a direction.
func done(v model.Verdict) string {
	switch v {
	case model.Allowed:
		return "allowed"
	case model.Denied:
		return "denied"
	case model.Unknown, model.Some, model.None:
	}
	return v.String()
}

// acted returns what a rule did with a flow.
func acted(a model.Action) string {
	switch a {
	case model.Allow:
		return "allowed"
	case model.Deny:
		return "denied"
	case model.Pass:
	}
	return "passed on"
}
