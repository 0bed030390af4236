package shape

import (
	"math/rand/v2"
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

// Churn returns c after a day's changes: one label of one namespace, and one
// policy in a hundred, but one at least. What has not changed is shared with c,
// which stays as it is.
func Churn(c *model.Cluster, seed uint64) *model.Cluster {
	r := generator(seed, forChurn)
	after := *c
	after.Namespaces = slices.Clone(c.Namespaces)
	ns := &after.Namespaces[relabelled(r, after.Namespaces)]
	key := "env"
	if _, ok := ns.Labels.Get(key); !ok {
		key = "changed"
	}
	ns.Labels = ns.Labels.With(key, "quarantine")

	after.Policies = slices.Clone(c.Policies)
	if len(c.Policies) == 0 {
		return &after
	}
	for _, i := range r.Perm(len(c.Policies))[:max(1, len(c.Policies)/100)] {
		change(r, &after.Policies[i])
	}
	return &after
}

// relabelled returns the namespace whose label changes: one whose pods peers
// may select by it.
func relabelled(r *rand.Rand, all []model.Namespace) int {
	start := r.IntN(len(all))
	for i := range all {
		at := (start + i) % len(all)
		if env, ok := all[at].Labels.Get("env"); ok && env == "prod" {
			return at
		}
	}
	return start
}

// change makes one change to a policy. It changes copies only.
func change(r *rand.Rand, p *model.Policy) {
	p.Rules = slices.Clone(p.Rules)
	for i := range p.Rules {
		p.Rules[i].Peers = slices.Clone(p.Rules[i].Peers)
	}
	added := model.Rule{
		Direction: model.Ingress, Action: model.Allow,
		Peers: []model.Peer{{Kind: model.PeerPods, Pods: model.PodSet{Namespaces: selector.Equal("team", pick(r, teamNames))}}},
		Ports: []model.PortMatch{single(model.TCP, uint16(9100+r.IntN(50)))},
	}
	if !p.Isolates[model.Ingress] {
		added.Direction = model.Egress
	}
	rule := r.IntN(len(p.Rules) + 1)
	switch kind := r.IntN(4); {
	case rule == len(p.Rules) || kind == 0:
		p.Rules = append(p.Rules, added)
	case kind == 1:
		p.Rules = slices.Delete(p.Rules, rule, rule+1)
	case kind == 2:
		p.Rules[rule].Ports = added.Ports
	default:
		s := p.Subject.Pods.Requirements
		changed := selector.Requirement{Key: "tier", Op: selector.NotIn, Values: []string{pick(r, []string{"frontend", "backend", "data"})}}
		p.Subject.Pods = selector.Selector{Requirements: append(slices.Clone(s), changed)}.Canonical()
	}
	number(p)
}
