package netpol

import (
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"netreach/model"
)

// peer lowers the peer at place within the rule.
func (l *lowering) peer(rule, place string, p *networkingv1.NetworkPolicyPeer) model.Peer {
	field := ""
	if !l.Unplaced {
		field = rule + "." + place
	}
	list, _, _ := strings.Cut(place, "[")
	switch {
	case p.PodSelector == nil && p.NamespaceSelector == nil && p.IPBlock == nil: // NPV-7
		l.Errorf(field, "peer-empty",
			"write namespaceSelector: {} for all pods of all namespaces, podSelector: {} for those of this one, or leave out "+list+" for anyone at all",
			"the peer has neither podSelector, namespaceSelector nor ipBlock")
	case p.IPBlock != nil && (p.PodSelector != nil || p.NamespaceSelector != nil): // NPV-6
		l.Errorf(field, "peer-mixed", "write them as two items of "+list+", if either is to match", "ipBlock stands together with a selector")
	}

	// A selector that is not given differs from an empty one (SEL-2, VAL-4).
	pods := model.PodSet{}
	if p.PodSelector != nil {
		pods.Pods = l.Selector(l.Member(field, "podSelector"), p.PodSelector)
	}
	if p.NamespaceSelector != nil {
		// NP-23, and NP-24 if both are given.
		pods.Namespaces = l.Selector(l.Member(field, "namespaceSelector"), p.NamespaceSelector)
	} else {
		pods.Namespace = l.namespace // NP-22
	}
	if p.IPBlock != nil {
		return model.Peer{Kind: model.PeerBlock, Field: place, Block: l.block(l.Member(field, "ipBlock"), p.IPBlock)}
	}
	return model.Peer{Kind: model.PeerPods, Field: place, Pods: pods}
}
