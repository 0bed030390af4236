package adminpol

import (
	"slices"
	"strconv"
	"strings"

	"netreach/model"
	"netreach/model/lower/strict"
)

// peer lowers the peer at place within the rule. Networks become one for each
// CIDR.
func (l *lowering) peer(r *model.Rule, place string, p *EgressPeer) []model.Peer {
	field := r.Origin.Field + "." + place
	closed := []model.Peer{{Kind: model.PeerClosed, Field: place}}
	if l.gaps.within[field] != "" {
		return closed
	}
	before := l.unreadable
	l.unreadable = ""
	l.checkPeer(r.Direction, field, p)
	peers := l.alternatives(r, field, place, p)
	if l.unreadable != "" {
		return closed
	}
	l.unreadable = before
	return peers
}

// checkPeer checks that the peer is one thing. One that is nothing may come from
// a newer version of the API, with a field that an older server has dropped
// (ANP-20, CNP-26).
func (l *lowering) checkPeer(d model.Direction, field string, p *EgressPeer) {
	members := []member{
		{"namespaces", p.Namespaces != nil},
		{"pods", p.Pods != nil},
		{"nodes", p.Nodes != nil},
		{"networks", p.Networks != nil},
		{"domainNames", p.DomainNames != nil},
	}
	if d == model.Ingress {
		members = members[:2]
	} else {
		members = members[:l.egressPeers]
	}
	check := func() {
		l.exactlyOne("peer", field, "write namespaces: {} for all pods of all namespaces", "write them as items of their own, if either is to match", members)
	}
	if slices.ContainsFunc(members, func(m member) bool { return m.given }) {
		check()
	} else {
		l.unchecked(field, check)
	}
}

// alternatives lowers what is given of the peer.
func (l *lowering) alternatives(r *model.Rule, field, place string, p *EgressPeer) []model.Peer {
	var peers []model.Peer
	if p.Namespaces != nil { // ANP-10, CNP-14
		set := model.PodSet{}
		l.unchecked(field, func() { set.Namespaces = l.Selector(strict.Member(field, "namespaces"), p.Namespaces) })
		peers = append(peers, model.Peer{Kind: model.PeerPods, Field: place, Pods: set})
	}
	if p.Pods != nil {
		set := model.PodSet{}
		l.checkPods(strict.Member(field, "pods"), p.Pods)
		l.unchecked(field, func() { set = l.pods(strict.Member(field, "pods"), p.Pods) })
		peers = append(peers, model.Peer{Kind: model.PeerPods, Field: place, Pods: set})
	}
	if p.Nodes != nil { // ANP-14, CNP-17
		peer := model.Peer{Kind: model.PeerNodes, Field: place}
		l.unchecked(field, func() { peer.Nodes = l.Selector(strict.Member(field, "nodes"), p.Nodes) })
		peers = append(peers, peer)
	}
	if p.Networks != nil {
		peers = append(peers, l.networks(field, place, p.Networks)...)
	}
	if p.DomainNames != nil {
		list := strict.Member(field, "domainNames")
		peers = append(peers, model.Peer{Kind: model.PeerNames, Field: place, Names: l.domainNames(list, p.DomainNames)})
		if r.Action != model.Allow { // ANP-16; only the documentation says so
			l.unchecked(field, func() {
				l.Errorf(list, "domain-names-action", "allow the names that are to be reached, and deny networks after that",
					"domain names are for rules with action %s only", l.actions[0])
			})
		}
	}
	return peers
}

// checkPods checks that the selectors are given that the API demands (ANP-2,
// CNP-4). Only the last of them, podSelector, is not insisted upon here.
func (l *lowering) checkPods(field string, p *NamespacedPods) {
	if p.NamespaceSelector == nil && l.namespacesRequired {
		l.Errorf(strict.Member(field, "namespaceSelector"), "required", "write namespaceSelector: {} for all namespaces", "the selector is missing")
	}
	if p.PodSelector == nil {
		l.anyPods = append(l.anyPods, strict.Member(field, "podSelector"))
	}
}

// remarkAnyPods warns of the pods that have no podSelector, once for the policy.
func (l *lowering) remarkAnyPods() {
	if len(l.anyPods) == 0 {
		return
	}
	text := "the selector is missing, and all pods are taken to be meant"
	if n := len(l.anyPods) - 1; n > 0 {
		text += "; so it is in " + strconv.Itoa(n) + " other places of the policy"
	}
	l.Warnf(l.anyPods[0], "pod-selector", "write podSelector: {}, since the API server refuses the policy without it", "%s", text)
}

// pods lowers pods in namespaces: both selectors must match, and one that is not
// given matches everything.
func (l *lowering) pods(field string, p *NamespacedPods) model.PodSet {
	var set model.PodSet
	if p.NamespaceSelector != nil {
		set.Namespaces = l.Selector(strict.Member(field, "namespaceSelector"), p.NamespaceSelector)
	}
	if p.PodSelector != nil {
		set.Pods = l.Selector(strict.Member(field, "podSelector"), p.PodSelector)
	}
	return set
}

// member is a field with whether it is given.
type member struct {
	name  string
	given bool
}

// exactlyOne checks that one of the members of what stands at field is given.
func (l *lowering) exactlyOne(what, field, ifNone, ifMany string, members []member) {
	var all, given []string
	for _, m := range members {
		all = append(all, m.name)
		if m.given {
			given = append(given, m.name)
		}
	}
	switch n := len(given); {
	case n == 0:
		last := len(all) - 1
		l.Errorf(field, what+"-empty", ifNone, "the %s has neither %s nor %s", what, strings.Join(all[:last], ", "), all[last])
	case n > 1:
		l.Errorf(field, what+"-mixed", ifMany, "the %s has %s and %s, but may have one of them only", what, strings.Join(given[:n-1], ", "), given[n-1])
	}
}
