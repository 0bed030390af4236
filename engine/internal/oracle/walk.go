package oracle

import (
	"cmp"
	"slices"
	"strings"

	"netreach/model"
)

// outcomes is the set of ways in which one direction of a flow may end. It is
// never empty: a direction that may end only one way ends that way.
type outcomes struct{ allow, deny bool }

// The outcomes that are certain.
var (
	onlyAllow = outcomes{allow: true}
	onlyDeny  = outcomes{deny: true}
)

func (o outcomes) or(p outcomes) outcomes {
	return outcomes{o.allow || p.allow, o.deny || p.deny}
}

// walk is the way of one direction of a flow through the tiers, between one
// address of each end.
type walk struct {
	world
	direction   model.Direction
	flow        Flow
	subject     *model.Pod
	peer        End
	peerAddress address
}

// outcomes returns how the direction may end. A pod's own node is let in before
// any policy is asked (NP-42).
func (w walk) outcomes() outcomes {
	if w.direction == model.Ingress && w.peerIsOwnNode() {
		switch w.options.Switches.OwnNodeIngress {
		case model.Yes:
			return onlyAllow
		case model.Open:
			settled := w
			settled.options.Switches.OwnNodeIngress = model.No
			return onlyAllow.or(settled.outcomes())
		case model.No:
		}
	}
	if w.flow.Protocol == model.SCTP && w.options.Switches.SCTP != model.Yes && w.concerned() {
		return onlyAllow.or(onlyDeny) // what policy does with it is not defined
	}
	return w.through(w.cluster.Tiers)
}

// concerned reports whether a policy may apply to the subject in the direction:
// one that isolates it or has a rule.
func (w walk) concerned() bool {
	for _, t := range w.cluster.Tiers {
		for _, a := range w.applied(t) {
			if a.policy.Isolates[w.direction] || slices.ContainsFunc(a.policy.Rules, func(r model.Rule) bool { return r.Direction == w.direction }) {
				return true
			}
		}
	}
	return false
}

// peerIsOwnNode reports whether the peer is the node that the subject runs on, or
// a hostNetwork pod of that node. A pod whose node is unknown shares it with
// nobody.
func (w walk) peerIsOwnNode() bool {
	switch node := w.subject.Node; {
	case node == "":
		return false
	case w.peer.Node != nil:
		return w.peer.Node.Name == node
	case w.peer.Pod != nil:
		return w.peer.Pod.HostNetwork && w.peer.Pod.Node == node
	}
	return false
}

// through returns how the direction may end from the first of the tiers on.
// What no tier decides is allowed (NP-3).
func (w walk) through(tiers []model.Tier) outcomes {
	if len(tiers) == 0 {
		return onlyAllow
	}
	tier, rest := tiers[0], tiers[1:]
	applied := w.applied(tier)
	o := w.decided(applied)
	out := outcomes{allow: o.allow, deny: o.deny}
	if o.pass {
		// Pass leaves the tier, isolation and all (ANP-7, CNP-12).
		out = out.or(w.through(rest))
	}
	if o.none {
		out = out.or(w.unmatched(applied, tier, rest))
	}
	return out
}

// decided returns what the policies of a tier may decide, in their order. A
// policy whose place is open is tied with all the others: either they decide,
// or it does.
func (w walk) decided(applied []application) offer {
	var ordered, unordered []application
	for _, a := range applied {
		if a.policy.Unordered {
			unordered = append(unordered, a)
		} else {
			ordered = append(ordered, a)
		}
	}
	out := offer{none: true}
	for i := 0; i < len(ordered) && out.none; {
		end := i + 1
		for end < len(ordered) && w.ties(ordered[i].policy, ordered[end].policy) {
			end++
		}
		out.none = false
		out.merge(w.tied(ordered[i:end]))
		i = end
	}
	o := w.tied(unordered)
	none := out.none && o.none
	out.merge(o)
	out.none = none
	return out
}

// application is a policy with whether it applies to the subject.
type application struct {
	policy  *model.Policy
	applies match
}

// applied returns the policies of the tier that apply to the subject, or may,
// in their order (ANP-6, CNP-5).
func (w walk) applied(tier model.Tier) []application {
	var out []application
	if w.options.Switches.NotEnforced {
		return nil
	}
	for i := range w.cluster.Policies {
		p := &w.cluster.Policies[i]
		if p.Tier != tier.Name {
			continue
		}
		if applies := w.selects(p.Subject, w.subject); applies != no {
			out = append(out, application{p, applies})
		}
	}
	slices.SortStableFunc(out, func(a, b application) int {
		c := cmp.Compare(a.policy.Order, b.policy.Order)
		if c == 0 && w.options.Switches.PriorityTies == model.TiesByName {
			x, y := a.policy.Origin, b.policy.Origin
			c = cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Namespace, y.Namespace), strings.Compare(x.Kind, y.Kind))
		}
		return c
	})
	return out
}

// ties reports whether the order of two policies is open (CNP-7, ANP-5).
func (w walk) ties(a, b *model.Policy) bool {
	same := a.Origin.Name == b.Origin.Name && a.Origin.Namespace == b.Origin.Namespace && a.Origin.Kind == b.Origin.Kind
	return a.Order == b.Order && (w.options.Switches.PriorityTies == model.TiesOpen || same)
}

// offer is what policies may make of the flow: the actions that they may decide
// on, and whether it may be that none of their rules matches.
type offer struct{ allow, deny, pass, none bool }

func (o *offer) add(a model.Action) {
	switch a {
	case model.Allow:
		o.allow = true
	case model.Deny:
		o.deny = true
	case model.Pass:
		o.pass = true
	}
}

// merge adds all that b may be.
func (o *offer) merge(b offer) {
	o.allow, o.deny, o.pass, o.none = o.allow || b.allow, o.deny || b.deny, o.pass || b.pass, o.none || b.none
}

// tied returns what policies of one order may decide. Whose rule comes first is
// open, so any of them may decide (ANP-5, CNP-7); none does only where none
// matches. For policies that only allow, this is their union (NP-13).
func (w walk) tied(group []application) offer {
	out := offer{none: true}
	for _, a := range group {
		o := w.first(a.policy)
		out.allow = out.allow || o.allow
		out.deny = out.deny || o.deny
		out.pass = out.pass || o.pass
		out.none = out.none && (o.none || a.applies == maybe)
	}
	return out
}

// first returns what the first rule of p that matches may decide (CNP-6).
func (w walk) first(p *model.Policy) offer {
	var out offer
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Direction != w.direction {
			continue
		}
		m, action := w.rule(r)
		if m != no {
			out.add(action)
		}
		if m == yes {
			return out
		}
	}
	out.none = true
	return out
}

// unmatched returns how the direction may end if no rule of the tier matches:
// by the tier's Unmatched verdict if a policy isolates the subject (NP-4, NP-5,
// NP-7), otherwise in the tiers after it.
func (w walk) unmatched(applied []application, tier model.Tier, rest []model.Tier) outcomes {
	isolated := no
	for _, a := range applied {
		if a.policy.Isolates[w.direction] {
			isolated = max(isolated, a.applies)
		}
	}
	otherwise := w.beyond(applied, rest)
	if isolated == no {
		return otherwise
	}
	final := w.final(tier, rest)
	// An isolated pod may still reach its own node: an implicit allow where the
	// tier would else decide, no more than that (NP-42). It is for pods of the
	// pod network, not for a hostNetwork pod that counts as a pod.
	if w.direction == model.Egress && tier.OwnNodeEgress && !w.subject.HostNetwork && w.peerIsOwnNode() {
		switch w.options.Switches.OwnNodeEgress {
		case model.Yes:
			final = onlyAllow
		case model.Open:
			final = final.or(onlyAllow)
		case model.No:
		}
	}
	if isolated == maybe {
		return final.or(otherwise)
	}
	return final
}

// beyond returns how the direction may end for a subject that the tier does not
// isolate in it. Where the tier isolates it in the other direction, a switch
// says whether that ends this one, too (CNP-11).
func (w walk) beyond(applied []application, rest []model.Tier) outcomes {
	other := model.Directions - 1 - w.direction
	isolated := no
	for _, a := range applied {
		if a.policy.Isolates[other] {
			isolated = max(isolated, a.applies)
		}
	}
	perDirection := w.options.Switches.BaselinePerDirection
	switch {
	case isolated == no || perDirection == model.Yes:
		return w.through(rest)
	case isolated == maybe || perDirection == model.Open:
		return w.through(rest).or(onlyAllow)
	}
	return onlyAllow
}

// final returns what the tier's Unmatched verdict amounts to.
func (w walk) final(tier model.Tier, rest []model.Tier) outcomes {
	switch tier.Unmatched {
	case model.Allow:
		return onlyAllow
	case model.Deny:
		return onlyDeny
	case model.Pass:
	}
	return w.through(rest)
}
