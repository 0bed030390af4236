package adminpol

import (
	"cmp"
	"fmt"
	"slices"

	"netreach/model"
)

// Ties warns of policies whose order within the Admin or the Baseline tier is
// not defined, because they have the same priority or because one of them has
// none, if their rules are such that it can matter (ANP-5, CNP-7). There is one
// warning for each priority, and one for each policy without; whether any flow
// is concerned it does not say. Policies of other tiers are passed over.
func Ties(policies []model.Policy) []model.Diagnostic {
	var ordered []*model.Policy
	for i := range policies {
		if p := &policies[i]; isAdmin(p) && !p.Unordered {
			ordered = append(ordered, p)
		}
	}
	slices.SortStableFunc(ordered, func(a, b *model.Policy) int {
		return cmp.Or(cmp.Compare(a.Tier, b.Tier), cmp.Compare(a.Order, b.Order))
	})
	var out []model.Diagnostic
	for i := 0; i < len(ordered); {
		end := i + 1
		for end < len(ordered) && ordered[end].Tier == ordered[i].Tier && ordered[end].Order == ordered[i].Order {
			end++
		}
		if first, second, ok := conflict(ordered[i:end]); ok {
			out = append(out, equalPriority(first, second, end-i))
		}
		i = end
	}
	for i := range policies {
		if p := &policies[i]; isAdmin(p) && p.Unordered {
			out = append(out, withoutPriority(p, ordered)...)
		}
	}
	return out
}

func isAdmin(p *model.Policy) bool { return p.Tier == model.TierAdmin || p.Tier == model.TierBaseline }

// actions is a set of actions for each direction.
type actions [model.Directions][model.Pass + 1]bool

// actionsOf returns what the rules of p do. One that fails closed denies, unless
// it does nothing (ANP-20).
func actionsOf(p *model.Policy) actions {
	var out actions
	for i := range p.Rules {
		r := &p.Rules[i]
		action := r.Action
		if slices.ContainsFunc(r.Peers, func(p model.Peer) bool { return p.Kind == model.PeerClosed }) {
			if action == model.Allow {
				continue
			}
			action = model.Deny
		}
		out[r.Direction][action] = true
	}
	return out
}

// conflicts reports whether it can matter which of the two comes first: rules of
// one action commute.
func (a actions) conflicts(b actions) bool {
	for d := range a {
		for x, has := range a[d] {
			for y, hasToo := range b[d] {
				if has && hasToo && x != y {
					return true
				}
			}
		}
	}
	return false
}

// conflict returns the first two policies whose order can matter.
func conflict(tied []*model.Policy) (first, second *model.Policy, ok bool) {
	// One policy for each set of actions is enough to compare with.
	met := map[actions]*model.Policy{}
	var order []actions
	for _, p := range tied {
		has := actionsOf(p)
		for _, earlier := range order {
			if earlier.conflicts(has) {
				return met[earlier], p, true
			}
		}
		if met[has] == nil {
			met[has] = p
			order = append(order, has)
		}
	}
	return nil, nil, false
}

// equalPriority warns of two policies out of n of the same priority.
func equalPriority(first, second *model.Policy, n int) model.Diagnostic {
	text := fmt.Sprintf("priority %v of the %s tier is also that of %s", second.Order, second.Tier, place(first))
	switch {
	case n == 3:
		text += " and one more"
	case n > 3:
		text += fmt.Sprintf(" and %d more", n-2)
	}
	return model.Diagnostic{
		Severity: model.Warning, Code: "equal-priority", Origin: second.Origin.At("spec.priority"),
		Text: text + ": which comes first is not defined, and verdicts that depend on it are unknown",
		Hint: "give each policy of a tier a priority of its own",
	}
}

// withoutPriority warns of the policies among ordered that p is tied with.
func withoutPriority(p *model.Policy, ordered []*model.Policy) []model.Diagnostic {
	has := actionsOf(p)
	var first *model.Policy
	n := 0
	for _, q := range ordered {
		if q.Tier == p.Tier && has.conflicts(actionsOf(q)) {
			if n++; n == 1 {
				first = q
			}
		}
	}
	if n == 0 {
		return nil
	}
	text := "whether it comes before or after " + place(first)
	switch {
	case n == 2:
		text += " and one more"
	case n > 2:
		text += fmt.Sprintf(" and %d more", n-1)
	}
	return []model.Diagnostic{{
		Severity: model.Warning, Code: "equal-priority", Origin: p.Origin.At("spec"),
		Text: text + " is not defined, and verdicts that depend on it are unknown",
		Hint: "write it as a ClusterNetworkPolicy of the " + p.Tier + " tier, with a priority of its own",
	}}
}

// place returns the policy's name, and where it stands if that is known.
func place(p *model.Policy) string {
	if p.Origin.File == "" {
		return p.Origin.Object()
	}
	return fmt.Sprintf("%s (%s:%d)", p.Origin.Object(), p.Origin.File, p.Origin.Line)
}
