package adminpol

import (
	"slices"
	"strings"
	"unicode/utf8"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// names of a direction, as the API writes them.
func names(d model.Direction) (list, peers string) {
	if d == model.Ingress {
		return "spec.ingress", "from"
	}
	return "spec.egress", "to"
}

// rules lowers the rules of one direction, in their order (ANP-6, CNP-6).
func (l *lowering) rules(d model.Direction, rules []rule) []model.Rule {
	list, _ := names(d)
	if n := len(rules); n > l.mostRules {
		l.Errorf(list, "too-many", "spread them over several policies", "%d rules, but at most %d", n, l.mostRules)
	}
	out := make([]model.Rule, 0, len(rules))
	for i := range rules {
		out = append(out, l.rule(d, strict.Item(list, i), &rules[i]))
	}
	return out
}

// rule lowers one rule: it matches if one of its peers and one of its ports do
// (ANP-6).
func (l *lowering) rule(d model.Direction, field string, r *rule) model.Rule {
	l.unreadable = ""
	out := model.Rule{Origin: l.Origin.At(field), Name: r.name, Direction: d, Action: l.action(field, r.action)}
	if n := utf8.RuneCountInString(r.name); n > longestName {
		l.Errorf(strict.Member(field, "name"), "rule-name", "shorten it", "the name has %d characters, but at most %d are allowed", n, longestName)
	}
	l.peers(&out, r.peers)
	l.ports(&out, r.ports)
	l.checkNamedPorts(&out, r)
	l.close(&out)
	return out
}

// action returns the action, which must be one that the kind has (ANP-7, ANP-17,
// CNP-12, CNP-13).
func (l *lowering) action(rule, name string) model.Action {
	field := strict.Member(rule, "action")
	hint := parts.Choice(name, l.actions...)
	switch {
	case name == "" && l.misspelt(rule):
	case name == "":
		l.Errorf(field, "required", hint, "the action is missing")
	case slices.Contains(l.actions, name):
		switch name {
		case "Deny":
			return model.Deny
		case "Pass":
			return model.Pass
		}
	default:
		// The versions call the same action by different names.
		if strings.EqualFold(name, "Allow") || strings.EqualFold(name, "Accept") {
			hint = "write " + l.actions[0]
		}
		l.Errorf(field, "action", hint, "%q is not an action of %s", name, l.kind)
	}
	return model.Allow
}

func (l *lowering) peers(out *model.Rule, peers []EgressPeer) {
	_, list := names(out.Direction)
	field := strict.Member(out.Origin.Field, list)
	switch n := len(peers); {
	case n == 0 && l.gaps.at[out.Origin.Field]: // the peers may stand there
	case n == 0:
		l.Errorf(field, "required", "write namespaces: {} for all pods of all namespaces", "at least one peer is required")
	case n > l.mostItems:
		l.Errorf(field, "too-many", "spread them over several rules", "%d peers, but at most %d", n, l.mostItems)
	}
	for i := range peers {
		out.Peers = append(out.Peers, l.peer(out, strict.Item(list, i), &peers[i])...)
	}
}

// ports lowers the ports; a rule that says nothing of them is about all ports of
// all protocols (ANP-12, CNP-19).
func (l *lowering) ports(out *model.Rule, ports []port) {
	field := strict.Member(out.Origin.Field, l.portList)
	switch n := len(ports); {
	case ports == nil:
		out.Ports = []model.PortMatch{{Kind: model.PortAny}}
	case n == 0:
		l.Errorf(field, "required", "leave it out for all ports of all protocols", "at least one item is required")
	case n > l.mostItems:
		l.Errorf(field, "too-many", "spread them over several rules", "%d items, but at most %d", n, l.mostItems)
	}
	for i, p := range ports {
		place := strict.Item(field, i)
		if l.gaps.within[place] != "" {
			continue // the rule fails closed
		}
		out.Ports = append(out.Ports, p.lower(l, place))
	}
}

// checkNamedPorts checks that a rule with a named port has no peer that is not
// made of pods: others do not name their ports (ANP-13, CNP-23).
func (l *lowering) checkNamedPorts(out *model.Rule, r *rule) {
	if !slices.ContainsFunc(r.ports, port.named) {
		return
	}
	_, list := names(out.Direction)
	for i := range r.peers {
		p := &r.peers[i]
		if p.Nodes == nil && p.Networks == nil && p.DomainNames == nil {
			continue
		}
		place := strict.Item(list, i)
		l.Errorf(strict.Member(out.Origin.Field, l.portList), "port-name-peer", "give it a rule of its own, with port numbers",
			"named ports stand beside %s, which has none", place)
	}
}

// ruleClosed is the code for a rule that fails closed.
const ruleClosed = "rule-closed"

// close makes the rule fail closed if not all of it can be read: an Allow rule
// then matches nothing, and any other denies everything. One peer that is closed
// is enough for that (ANP-20, CNP-26); it is about all ports, too.
func (l *lowering) close(out *model.Rule) {
	closed := func(p model.Peer) bool { return p.Kind == model.PeerClosed }
	place := l.unreadable
	if place == "" {
		place = l.gaps.within[out.Origin.Field]
	}
	if place == "" {
		return
	}
	out.Ports = []model.PortMatch{{Kind: model.PortAny}}
	if !slices.ContainsFunc(out.Peers, closed) {
		out.Peers = append(out.Peers, model.Peer{Kind: model.PeerClosed, Field: strings.TrimPrefix(strings.TrimPrefix(place, out.Origin.Field), ".")})
	}
	effect := "it allows nothing"
	if out.Action != model.Allow {
		effect = "it denies all " + out.Direction.String() + " of its subjects"
	}
	l.Warnf(out.Origin.Field, ruleClosed, "correct what is reported of it", "the rule cannot be read and fails closed: %s", effect)
}
