package engine

import (
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

// matches reports whether one alternative of a rule's peers matches a class. It
// says for one class what selections say for all.
func (s *ground) matches(p *model.Peer, class int) Match {
	a := s.attr(class)
	switch p.Kind {
	case model.PeerAny:
		return FullMatch
	case model.PeerPods:
		if a.kind != attrPod {
			return NoMatch
		}
		ns := &s.namespaces[s.nsOf[a.namespace]]
		if p.Pods.Namespace != "" && p.Pods.Namespace != ns.Name || !p.Pods.Namespaces.Matches(ns.Labels) {
			return NoMatch
		}
		return min(s.selectable(class), s.matchesLabels(p.Pods.Pods, a))
	case model.PeerBlock:
		return s.blockSees(p.Everyone, class, s.inBlock(p.Block, a))
	case model.PeerNodes:
		if (a.kind == attrNode || a.onNode) && p.Nodes.Matches(s.u.labelSets[a.node]) {
			return FullMatch
		}
	case model.PeerNames:
		if a.kind == attrOutside {
			return MaybeMatch
		}
	case model.PeerClosed:
	}
	return NoMatch
}

// matchesLabels reports whether a selector matches a pod's labels. What it asks
// of labels that the pod will get when it is made is open.
func (s *ground) matchesLabels(sel selector.Selector, a *attr) Match {
	m := FullMatch
	for _, r := range sel.Requirements {
		switch {
		case slices.Contains(s.u.lateSets[a.late], r.Key):
			m = MaybeMatch
		case !r.Matches(s.u.labelSets[a.labels]):
			return NoMatch
		}
	}
	return m
}

// inBlock reports whether an address lies in a block.
func (s *ground) inBlock(b model.Block, a *attr) Match {
	if a.addr < 0 {
		where, fam := space(-1-a.addr)/3, family(-1-a.addr)%3
		return s.u.floating.match(b, where, fam)
	}
	if slices.Contains(s.u.addrs.Block(int(s.u.blockIDs[blockKey(&b)])), a.addr) {
		return FullMatch
	}
	return NoMatch
}

// resolves returns what a named port is on the pods of a class: nothing, or
// numbers with FullMatch or MaybeMatch (NP-31).
func (s *ground) resolves(class int, name portName) map[portNumber]Match {
	a := s.attr(class)
	if a.kind != attrPod {
		return nil
	}
	return resolvePorts(s.u.portSets[a.ports], name, s.switches.NamedPortSidecars, s.selectable(class))
}

// resolvePorts returns the numbers that name has among ports. A pod that
// selectors may not select has at best the match that it is selected with.
func resolvePorts(ports []model.ContainerPort, name portName, sidecars model.Answer, selectable Match) map[portNumber]Match {
	var out map[portNumber]Match
	for _, p := range ports {
		if p.Name != name.name || !name.anyProtocol && p.Protocol != name.protocol {
			continue
		}
		m := selectable
		if p.Sidecar {
			m = narrow(m, sidecars)
		}
		if m == NoMatch {
			continue
		}
		if out == nil {
			out = map[portNumber]Match{}
		}
		n := portNumber{p.Protocol, p.Port}
		out[n] = max(out[n], m)
	}
	return out
}

// named returns, for each number that a named port has on some pod, the classes
// that have it so.
func (s *selections) named(name portName) map[portNumber]selection {
	if found, ok := s.names[name]; ok {
		return found
	}
	certain, possible := map[portNumber][]int32{}, map[portNumber][]int32{}
	for class := range s.u.outside {
		for n, m := range s.resolves(class, name) {
			possible[n] = append(possible[n], int32(class))
			if m == FullMatch {
				certain[n] = append(certain[n], int32(class))
			}
		}
	}
	found := map[portNumber]selection{}
	for _, n := range sortedNumbers(possible) {
		found[n] = selection{s.sets.Of(certain[n]), s.sets.Of(possible[n])}
	}
	s.names[name] = found
	return found
}
