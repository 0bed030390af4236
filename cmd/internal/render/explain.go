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
		t.walk(q, w, one.flow)
	}
	for i, m := range nearestMisses(&w.Trace) {
		if i == 0 {
			t.line()
		}
		t.line("  ", t.paint.bold("nearest miss:"), " ", t.miss(m, port))
	}
	for i, l := range w.Settle {
		if i == 0 {
			t.line()
			t.line("  ", t.paint.bold("what would settle it:"))
		}
		t.line("    - ", l)
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
func (t *terminal) walk(q *Query, w *Why, f *engine.FlowTrace) {
	reason := ""
	switch f.Overlay {
	case engine.Itself:
		return // a note says it
	case engine.OwnNode:
		reason = w.Src.Name + " is on the pod's own node, which always reaches it (NP-42)"
	case engine.PerhapsOwnNode:
		reason = w.Src.Name + " is on the pod's own node, and whether that always reaches it is open (NP-42)"
	case engine.NoOverlay:
	}
	t.direction(q, w, &f.Egress, "")
	t.direction(q, w, &f.Ingress, reason)
}

// direction writes one direction: whether the subject is isolated and by which
// policies, and then the rules that decided, or why none did. A reason given
// stands before all tiers.
func (t *terminal) direction(q *Query, w *Why, d *engine.DirectionTrace, reason string) {
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
	if w.Protocol == model.SCTP && d.Verdict == model.Unknown && !open(d) && reason == "" {
		t.line("    whether policy decides about SCTP is open; if it does:")
	}
	concerned := slices.ContainsFunc(d.Tiers, func(tt engine.TierTrace) bool {
		return len(tt.Policies) > 0 && (q.Tiered || !otherDirection(d, &tt))
	})
	switch {
	case q.NotEnforced:
		t.line("    no policy is enforced")
	case !concerned:
		t.line("    no policy selects ", subject.Name, " for ", d.Direction.String())
	case q.Tiered:
		t.tiers(w, d, subject)
	default:
		for i := range d.Tiers {
			t.tier(w, "    ", d, &d.Tiers[i])
		}
	}
	for _, p := range d.Elsewhere {
		t.line("    ", t.paint.dim("not concerned: "), t.policy(p), t.paint.dim(" selects "+p.Subject.String()))
	}
}

// open reports whether a tier left a direction open.
func open(d *engine.DirectionTrace) bool {
	return slices.ContainsFunc(d.Tiers, func(tt engine.TierTrace) bool { return tt.Outcome == engine.ByOpenPoint })
}

// tier writes what one tier made of the flow. A rule that decided is shown
// alone; where none did, all candidates are.
func (t *terminal) tier(w *Why, indent string, d *engine.DirectionTrace, tt *engine.TierTrace) {
	if tt.Outcome == engine.NotConcerned || tt.Outcome == engine.NotReached {
		return
	}
	decided := false
	for i := range tt.Policies {
		p := &tt.Policies[i]
		word := "selected by "
		if p.Policy.Isolates[d.Direction] {
			word = "isolated by "
		}
		if p.Subject == engine.MaybeMatch {
			word = "perhaps " + word
		}
		t.line(indent, word, t.policy(p.Policy))
		for k := range p.Rules {
			decided = decided || p.Rules[k].Decided
		}
	}
	if decided {
		t.decided(w, indent, tt)
		return
	}
	switch {
	case tt.Outcome == engine.ByOtherDirection:
		t.line(indent, "they isolate it in the other direction only, which here ends the evaluation (CNP-11)")
		return
	case otherDirection(d, tt):
		t.line(indent, "they isolate it in the other direction only, and whether that ends the evaluation is open (CNP-11)")
		return
	case rules(tt) == 0 && tt.Outcome == engine.ByNothing:
		t.line(indent, "none of these has a rule for ", d.Direction.String())
		return
	case rules(tt) == 0 && tt.Outcome == engine.ByOpenPoint:
		t.line(indent, "none of these has a rule for ", d.Direction.String(), ", so that nobody is admitted if it is isolated")
	case rules(tt) == 0:
		t.line(indent, "none of these has a rule for ", d.Direction.String(), ", so nobody is admitted")
	case tt.Outcome == engine.ByOpenPoint:
		t.line(indent, "no rule is certain to admit this flow:")
	case tt.Outcome == engine.ByNothing:
		t.line(indent, "no rule matches this flow:")
	default:
		t.line(indent, "no rule admits this flow:")
	}
	for i := range tt.Policies {
		for k := range tt.Policies[i].Rules {
			r := &tt.Policies[i].Rules[k]
			t.line(indent, "  ", t.rule(r.Rule))
			t.alternatives(w, indent+"    ", r, false)
		}
	}
	if tt.Outcome == engine.ByOwnNode {
		t.line(indent, "the other end is the pod's own node, which an isolated pod may still reach (NP-42)")
	}
}

// decided writes the rules of a tier that decided.
func (t *terminal) decided(w *Why, indent string, tt *engine.TierTrace) {
	tied := map[string]bool{}
	for i := range tt.Policies {
		for k := range tt.Policies[i].Rules {
			r := &tt.Policies[i].Rules[k]
			if !r.Decided {
				continue
			}
			word := acted(action(r.Rule))
			if tt.Outcome == engine.ByOpenPoint {
				tied[word] = true
				word = "perhaps " + word
			}
			t.line(indent, word, " by ", t.rule(r.Rule))
			t.alternatives(w, indent+"  ", r, tt.Outcome != engine.ByOpenPoint)
		}
	}
	if len(tied) > 1 && severalDecided(tt) {
		t.line(indent, "which of these policies comes first is not defined (CNP-7, ANP-5)")
	}
}

// severalDecided reports whether rules of several policies may have decided.
func severalDecided(tt *engine.TierTrace) bool {
	n := 0
	for i := range tt.Policies {
		if slices.ContainsFunc(tt.Policies[i].Rules, func(r engine.RuleTrace) bool { return r.Decided && r.Match == engine.FullMatch }) {
			n++
		}
	}
	return n > 1
}

// action returns what a rule does: one with a peer that cannot be read denies,
// if it does anything (ANP-20).
func action(r *model.Rule) model.Action {
	if r.Action != model.Allow && slices.ContainsFunc(r.Peers, func(p model.Peer) bool { return p.Kind == model.PeerClosed }) {
		return model.Deny
	}
	return r.Action
}

// otherDirection reports whether the policies of a tier are there only because
// they isolate the subject in the other direction.
func otherDirection(d *engine.DirectionTrace, tt *engine.TierTrace) bool {
	return rules(tt) == 0 && (tt.Outcome == engine.ByOtherDirection || tt.Outcome == engine.ByOpenPoint) &&
		!slices.ContainsFunc(tt.Policies, func(p engine.PolicyTrace) bool { return p.Policy.Isolates[d.Direction] })
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
	return t.paint.dim(" (" + model.Place(o.File, t.opts.line(o)) + ")")
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
