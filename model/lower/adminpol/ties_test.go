package adminpol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/lower/adminpol"
)

// tied is a policy with rules that do the given things, one letter each: a, d or
// p to incoming, A, D or P to outgoing connections. X and Y are unreadable, a
// Pass and an Allow rule.
func tied(kind, name, tier string, order float64, rules string) model.Policy {
	p := model.Policy{
		Origin: model.Origin{Kind: kind, Name: name, File: name + ".yaml", Line: 3},
		Tier:   tier, Order: order, Unordered: kind == "BaselineAdminNetworkPolicy",
	}
	for _, c := range rules {
		r := model.Rule{Direction: model.Ingress}
		if c < 'a' {
			r.Direction = model.Egress
		}
		switch c {
		case 'd', 'D':
			r.Action = model.Deny
		case 'p', 'P':
			r.Action = model.Pass
		case 'X':
			r.Action, r.Peers = model.Pass, []model.Peer{{Kind: model.PeerClosed}}
		case 'Y':
			r.Peers = []model.Peer{{Kind: model.PeerClosed}}
		}
		p.Rules = append(p.Rules, r)
	}
	return p
}

// TestTies: a warning where it can matter which of two policies comes first
// (ANP-5, CNP-7).
func TestTies(t *testing.T) {
	const (
		hint = " (give each policy of a tier a priority of its own)"
		tail = ": which comes first is not defined, and verdicts that depend on it are unknown [equal-priority]" + hint
	)
	a := func(name string, order float64, rules string) model.Policy {
		return tied("AdminNetworkPolicy", name, model.TierAdmin, order, rules)
	}
	c := func(name string, order float64, rules string) model.Policy {
		return tied("ClusterNetworkPolicy", name, model.TierAdmin, order, rules)
	}
	b := func(name string, order float64, rules string) model.Policy {
		return tied("ClusterNetworkPolicy", name, model.TierBaseline, order, rules)
	}
	base := func(rules string) model.Policy {
		return tied("BaselineAdminNetworkPolicy", "default", model.TierBaseline, 0, rules)
	}
	tests := []struct {
		name     string
		policies []model.Policy
		want     []string
	}{
		{"none", nil, nil},
		{"one", []model.Policy{a("x", 1, "adp")}, nil},
		{"different priorities", []model.Policy{a("x", 1, "a"), a("y", 2, "d")}, nil},
		{"T-46", []model.Policy{c("p1", 7, "d"), c("p2", 7, "a")}, []string{
			"warning: p2: spec.priority: priority 7 of the Admin tier is also that of ClusterNetworkPolicy p1 (p1.yaml:3)" + tail,
		}},
		{"both kinds share the Admin tier", []model.Policy{c("x", 0, "d"), a("y", 0, "p")}, []string{
			"warning: y: spec.priority: priority 0 of the Admin tier is also that of ClusterNetworkPolicy x (x.yaml:3)" + tail,
		}},
		{"the tiers are apart", []model.Policy{c("x", 7, "d"), b("y", 7, "a")}, nil},
		{"rules of one action commute", []model.Policy{a("x", 7, "d"), a("y", 7, "dd"), a("z", 7, "d")}, nil},
		{"so do directions", []model.Policy{a("x", 7, "dA"), a("y", 7, "dA"), a("z", 7, "")}, nil},
		{"one of two directions is enough", []model.Policy{a("x", 7, "dA"), a("y", 7, "dP")}, []string{
			"warning: y: spec.priority: priority 7 of the Admin tier is also that of AdminNetworkPolicy x (x.yaml:3)" + tail,
		}},
		{"a policy with both actions ties with either", []model.Policy{a("x", 7, "ad"), a("y", 7, "a")}, []string{
			"warning: y: spec.priority: priority 7 of the Admin tier is also that of AdminNetworkPolicy x (x.yaml:3)" + tail,
		}},
		{"two of the same actions", []model.Policy{a("x", 7, "ad"), a("y", 7, "ad")}, []string{
			"warning: y: spec.priority: priority 7 of the Admin tier is also that of AdminNetworkPolicy x (x.yaml:3)" + tail,
		}},
		{"each priority once", []model.Policy{a("x", 7, "d"), a("v", 2, "D"), a("y", 7, "d"), a("z", 7, "p"), a("w", 2, "P"), a("u", 2, "A")}, []string{
			"warning: w: spec.priority: priority 2 of the Admin tier is also that of AdminNetworkPolicy v (v.yaml:3) and one more" + tail,
			"warning: z: spec.priority: priority 7 of the Admin tier is also that of AdminNetworkPolicy x (x.yaml:3) and one more" + tail,
		}},
		{"many", []model.Policy{a("x", 7, "d"), a("y", 7, "d"), a("z", 7, "p"), a("w", 7, "a")}, []string{
			"warning: z: spec.priority: priority 7 of the Admin tier is also that of AdminNetworkPolicy x (x.yaml:3) and 2 more" + tail,
		}},
		// ANP-20: an unreadable Pass rule denies
		{"closed with pass", []model.Policy{a("x", 7, "X"), a("y", 7, "P")}, []string{
			"warning: y: spec.priority: priority 7 of the Admin tier is also that of AdminNetworkPolicy x (x.yaml:3)" + tail,
		}},
		{"closed with deny", []model.Policy{a("x", 7, "X"), a("y", 7, "D")}, nil},
		// and an unreadable Allow rule does nothing
		{"closed allow", []model.Policy{a("x", 7, "Y"), a("y", 7, "A")}, nil},
		// the baseline policy ties with all of its tier
		{"baseline", []model.Policy{base("d"), b("x", 7, "d"), b("y", 8, "a"), b("z", 9, "p"), c("w", 0, "a")}, []string{
			"warning: default: spec: whether it comes before or after ClusterNetworkPolicy y (y.yaml:3) and one more is not defined, and verdicts that depend on it are unknown" +
				" [equal-priority] (write it as a ClusterNetworkPolicy of the Baseline tier, with a priority of its own)",
		}},
		{"baseline with one", []model.Policy{base("dA"), c("w", 0, "a"), b("x", 7, "D")}, []string{
			"warning: default: spec: whether it comes before or after ClusterNetworkPolicy x (x.yaml:3) is not defined, and verdicts that depend on it are unknown" +
				" [equal-priority] (write it as a ClusterNetworkPolicy of the Baseline tier, with a priority of its own)",
		}},
		{"baseline with its like", []model.Policy{base("dA"), b("x", 7, "d"), b("y", 8, "A")}, nil},
		// NetworkPolicies are all of one order, and only allow (NP-8)
		{"other tiers", []model.Policy{tied("NetworkPolicy", "x", model.TierNetworkPolicy, 0, "a"), tied("NetworkPolicy", "y", model.TierNetworkPolicy, 0, "d")}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			diagnostics := adminpol.Ties(tt.policies)
			for i := range diagnostics {
				diagnostics[i].Origin.Field = diagnostics[i].Origin.Name + ": " + diagnostics[i].Origin.Field
			}
			if diff := cmp.Diff(tt.want, lines(diagnostics)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}
