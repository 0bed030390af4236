package netpol

import (
	networkingv1 "k8s.io/api/networking/v1"

	"netreach/model"
	"netreach/model/lower/strict"
)

// ruleSpec is an ingress or an egress rule.
type ruleSpec struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func ingress(rules []networkingv1.NetworkPolicyIngressRule) []ruleSpec {
	out := make([]ruleSpec, len(rules))
	for i, r := range rules {
		out[i] = ruleSpec{r.From, r.Ports}
	}
	return out
}

func egress(rules []networkingv1.NetworkPolicyEgressRule) []ruleSpec {
	out := make([]ruleSpec, len(rules))
	for i, r := range rules {
		out[i] = ruleSpec{r.To, r.Ports}
	}
	return out
}

// names of a direction, as the API writes them.
func names(d model.Direction) (policyType, list, peers string) {
	if d == model.Ingress {
		return string(networkingv1.PolicyTypeIngress), "spec.ingress", "from"
	}
	return string(networkingv1.PolicyTypeEgress), "spec.egress", "to"
}

// rules lowers the rules of one direction. Those of a direction that the policy
// does not isolate have no effect (NP-17) but must be valid all the same.
func (l *lowering) rules(d model.Direction, specs []ruleSpec) []model.Rule {
	policyType, list, _ := names(d)
	rules := make([]model.Rule, 0, len(specs))
	for i, spec := range specs {
		rules = append(rules, l.rule(d, strict.Item(list, i), spec))
	}
	if len(specs) == 0 || l.isolates[d] || l.misdirected {
		return rules
	}
	l.Warnf(list, "rule-ignored", "add "+policyType+" to spec.policyTypes, or remove the list",
		"the list has no effect, since spec.policyTypes does not hold %s", policyType)
	return nil
}

// rule lowers one rule: its peers are alternatives, its ports are alternatives,
// and one of each must match (NP-21, NP-25).
func (l *lowering) rule(d model.Direction, field string, spec ruleSpec) model.Rule {
	_, _, list := names(d)
	rule := model.Rule{Origin: l.Origin.At(field), Direction: d, Action: model.Allow}
	if len(spec.peers) > 0 {
		rule.Peers = make([]model.Peer, 0, len(spec.peers))
	}
	if len(spec.ports) > 0 {
		rule.Ports = make([]model.PortMatch, 0, len(spec.ports))
	}
	for i := range spec.peers {
		rule.Peers = append(rule.Peers, l.peer(field, strict.Item(list, i), &spec.peers[i]))
	}
	for i := range spec.ports {
		rule.Ports = append(rule.Ports, l.port(l.Item(l.Member(field, "ports"), i), &spec.ports[i]))
	}
	// An empty list is no restriction, whereas an empty list of rules allows
	// nothing (NP-19, NP-20).
	if len(rule.Peers) == 0 {
		rule.Peers = []model.Peer{{Kind: model.PeerAny, Field: list}}
	}
	if len(rule.Ports) == 0 {
		rule.Ports = []model.PortMatch{{Kind: model.PortAny}}
	}
	return rule
}
