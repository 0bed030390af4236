package worlds

import (
	"net/netip"
	"slices"
	"strconv"

	"netreach/model"
	"netreach/model/selector"
)

// Small yields every small world: up to three pods in two namespaces, and up
// to two policies from the menus, in one tier, in two tiers, tied or in order.
// There are some tens of thousands, always in the same order.
func Small(yield func(*model.Cluster) bool) {
	for _, s := range stages() {
		if !s.tell(yield) {
			return
		}
	}
}

// stage is a cluster without policies.
type stage struct{ model.Cluster }

// tell yields the stage with policies from the menus.
func (s stage) tell(yield func(*model.Cluster) bool) bool {
	np := model.Tier{Name: model.TierNetworkPolicy, Unmatched: model.Deny, OwnNodeEgress: true}
	admin, baseline := model.Tier{Name: model.TierAdmin}, model.Tier{Name: model.TierBaseline}
	first := policies(model.TierAdmin, "AdminNetworkPolicy", orderedRules())
	second := later(first)
	few := policies(model.TierNetworkPolicy, "NetworkPolicy", fewRules())

	// No policy, one of the long menu, any two of the short one.
	many := policies(model.TierNetworkPolicy, "NetworkPolicy", manyRules())
	ok := s.with(yield, []model.Tier{np}) && s.each(yield, []model.Tier{np}, many) &&
		s.pairs(yield, []model.Tier{np}, few, few)

	// One policy with two rules in order, two policies tied, two in order.
	ok = ok && s.each(yield, []model.Tier{admin}, twoRules(first)) &&
		s.pairs(yield, []model.Tier{admin}, first, first) &&
		s.pairs(yield, []model.Tier{admin}, first, second)

	// The tiers before and after NetworkPolicy.
	last := inTier(first, model.TierBaseline, "BaselineAdminNetworkPolicy")
	all := []model.Tier{admin, np, baseline}
	ok = ok && s.pairs(yield, all, first, few) &&
		s.pairs(yield, all, few, last) && s.pairs(yield, all, first, last)

	// A tier that isolates, and ends in each way, before NetworkPolicy.
	own := isolating(inTier(first, firstTier, "OwnPolicy"))
	for _, unmatched := range []model.Action{model.Allow, model.Deny, model.Pass} {
		tiers := []model.Tier{{Name: firstTier, Unmatched: unmatched, OwnNodeEgress: unmatched == model.Deny}, np}
		ok = ok && s.pairs(yield, tiers, own[:len(own)/2], few[:len(few)/2])
	}
	return ok
}

func (s stage) with(yield func(*model.Cluster) bool, tiers []model.Tier, policies ...model.Policy) bool {
	c := s.Cluster
	c.Tiers, c.Policies = tiers, slices.Clone(policies)
	for i := range c.Policies {
		p := &c.Policies[i]
		p.Origin.Name = "p" + strconv.Itoa(i)
		p.Rules = slices.Clone(p.Rules)
		for j := range p.Rules {
			p.Rules[j].Origin = p.Origin.At("spec." + p.Rules[j].Direction.String() + "[" + strconv.Itoa(j) + "]")
		}
	}
	slices.SortFunc(c.Policies, comparePolicies)
	return yield(&c)
}

func (s stage) each(yield func(*model.Cluster) bool, tiers []model.Tier, policies []model.Policy) bool {
	for _, p := range policies {
		if !s.with(yield, tiers, p) {
			return false
		}
	}
	return true
}

// pairs yields the stage with each two policies; of a menu with itself, each
// unordered pair.
func (s stage) pairs(yield func(*model.Cluster) bool, tiers []model.Tier, first, second []model.Policy) bool {
	same := len(first) == len(second) && first[0].Tier == second[0].Tier && first[0].Order == second[0].Order
	for i, p := range first {
		rest := second
		if same {
			rest = second[i:]
		}
		for _, q := range rest {
			if !s.with(yield, tiers, p, q) {
				return false
			}
		}
	}
	return true
}

// stages are the clusters that the policies meet: one of plain pods; one with
// two families, a hostNetwork pod, nodes and a pod without address; one of
// stand-ins, of which nothing is known.
func stages() []stage {
	x, y := label("app", "x"), label("app", "y")
	http := func(p model.Protocol, n uint16) []model.ContainerPort {
		return []model.ContainerPort{{Name: "http", Protocol: p, Port: n}}
	}
	sidecar := http(model.TCP, 81)
	sidecar[0].Sidecar = true
	addr := netip.MustParseAddr
	return []stage{
		newStage(nil,
			model.Pod{Namespace: "a", Name: "p", Labels: x, Weight: 1, Ports: http(model.TCP, 80), Addresses: []netip.Addr{addr("10.0.0.1")}},
			model.Pod{Namespace: "a", Name: "q", Labels: y, Weight: 1, Ports: http(model.TCP, 81), Addresses: []netip.Addr{addr("10.0.0.2")}},
			model.Pod{Namespace: "b", Name: "r", Labels: x, Weight: 1, Ports: http(model.UDP, 80), Addresses: []netip.Addr{addr("10.0.0.3")}}),
		newStage([]model.Node{{Name: "n1", Declared: true, Labels: label("zone", "x"), Addresses: []netip.Addr{addr("10.0.0.9")}}},
			model.Pod{Namespace: "a", Name: "p", Labels: x, Weight: 1, Node: "n1", Addresses: []netip.Addr{addr("10.0.0.1"), addr("fd00::1")}},
			model.Pod{Namespace: "a", Name: "q", Labels: y, Weight: 1, Node: "n1", Ports: http(model.TCP, 80), HostNetwork: true},
			model.Pod{Namespace: "b", Name: "r", Labels: x, Weight: 1, Ports: append(http(model.TCP, 80), sidecar...)}),
		newStage(nil,
			model.Pod{Namespace: "a", Name: "p", Labels: x, Weight: 2, StandIn: true, Ports: sidecar},
			model.Pod{Namespace: "b", Name: "r", Labels: x, Weight: 1, StandIn: true, Ports: http(model.TCP, 80)}),
	}
}

func newStage(nodes []model.Node, pods ...model.Pod) stage {
	c := model.Cluster{Nodes: nodes, Pods: pods}
	for i, name := range []string{"a", "b"} {
		l := label("team", []string{"red", "blue"}[i]).With(model.NameLabel, name)
		c.Namespaces = append(c.Namespaces, model.Namespace{Name: name, Labels: l, Declared: true})
	}
	for i := range c.Pods {
		p := &c.Pods[i]
		kind := "Pod"
		if p.StandIn {
			kind = "Deployment"
		}
		p.Workload = i
		p.Origin = model.Origin{Kind: kind, Namespace: p.Namespace, Name: p.Name}
		c.Workloads = append(c.Workloads, model.Workload{
			Kind: kind, Namespace: p.Namespace, Name: p.Name, Replicas: p.Weight, Origin: p.Origin,
		})
	}
	arrange(&c)
	return stage{c}
}

func label(key, value string) model.Labels { return model.Labels{{Key: key, Value: value}} }

// podsOf and podsWhere are sets of pods: of a namespace by its name, and of
// namespaces by their labels.
func podsOf(ns string, s selector.Selector) model.PodSet { return model.PodSet{Namespace: ns, Pods: s} }

func podsWhere(ns, s selector.Selector) model.PodSet { return model.PodSet{Namespaces: ns, Pods: s} }
