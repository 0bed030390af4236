package worlds

import (
	"net/netip"
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

// policies returns a policy for each list of rules, each subject and each
// direction; the long menu of NetworkPolicy also isolates in both at once.
func policies(tier, kind string, lists [][]model.Rule) []model.Policy {
	var out []model.Policy
	for _, subject := range subjects(tier) {
		for _, dirs := range [][]model.Direction{{model.Ingress}, {model.Egress}, {model.Ingress, model.Egress}} {
			if len(dirs) == 2 && len(lists) < 30 {
				continue
			}
			for _, list := range lists {
				p := model.Policy{Tier: tier, Subject: subject, Order: 1}
				p.Origin.Kind, p.Origin.Namespace = kind, subject.Namespace
				for _, d := range dirs {
					for _, r := range list {
						r.Direction = d
						p.Rules = append(p.Rules, r)
					}
					p.Isolates[d] = tier == model.TierNetworkPolicy
				}
				if tier == model.TierNetworkPolicy {
					p.Order = 0
				}
				out = append(out, p)
			}
		}
	}
	return out
}

func subjects(tier string) []model.PodSet {
	x := selector.Equal("app", "x")
	if tier != model.TierNetworkPolicy {
		return []model.PodSet{{}, podsWhere(selector.Equal("team", "red"), x)}
	}
	notX := selector.Selector{Requirements: []selector.Requirement{{Key: "app", Op: selector.NotIn, Values: []string{"x"}}}}
	return []model.PodSet{podsOf("a", selector.Selector{}), podsOf("a", x), podsOf("a", notX), podsOf("b", selector.Selector{})}
}

// isolating returns the policies so that they isolate in the directions of
// their rules.
func isolating(ps []model.Policy) []model.Policy {
	out := slices.Clone(ps)
	for i := range out {
		for _, r := range out[i].Rules {
			out[i].Isolates[r.Direction] = true
		}
	}
	return out
}

// later returns the policies in a later order than they had.
func later(ps []model.Policy) []model.Policy {
	out := slices.Clone(ps)
	for i := range out {
		out[i].Order += 1.5
	}
	return out
}

func inTier(ps []model.Policy, tier, kind string) []model.Policy {
	out := slices.Clone(ps)
	for i := range out {
		out[i].Tier, out[i].Origin.Kind = tier, kind
	}
	return out
}

// twoRules returns policies with two rules each: those of any two of ps with
// one subject and one direction, one after the other.
func twoRules(ps []model.Policy) []model.Policy {
	var out []model.Policy
	for _, p := range ps {
		for _, q := range ps {
			r, s := p.Rules[0], q.Rules[0]
			if p.Subject.String() != q.Subject.String() || r.Direction != s.Direction {
				continue
			}
			p.Rules = []model.Rule{r, s}
			out = append(out, p)
		}
	}
	return out
}

// manyRules is the long menu: no rule, each peer at each port, and two rules.
func manyRules() [][]model.Rule {
	out := [][]model.Rule{nil}
	for _, peer := range peers() {
		for _, port := range portMatches() {
			out = append(out, []model.Rule{allow(peer, port)})
		}
	}
	ps, ms := peers(), portMatches()
	out = append(out,
		[]model.Rule{allow(ps[1], ms[1]), allow(ps[2], ms[2])},
		[]model.Rule{allow(ps[0], ms[4]), allow(ps[3], ms[0])},
		[]model.Rule{{Peers: []model.Peer{ps[1], ps[4]}, Ports: []model.PortMatch{ms[1], ms[5]}}},
		[]model.Rule{{Peers: []model.Peer{ps[0]}}, {Ports: []model.PortMatch{ms[0]}}})
	return out
}

// fewRules is the short menu.
func fewRules() [][]model.Rule {
	ps, ms := peers(), portMatches()
	return [][]model.Rule{
		nil,
		{allow(ps[0], ms[0])},
		{allow(ps[1], ms[1])},
		{allow(ps[2], ms[4])},
		{allow(ps[4], ms[3])},
	}
}

// orderedRules is the menu of the ordered tiers: each action on a few peers and
// ports.
func orderedRules() [][]model.Rule {
	ps, ms := peers(), portMatches()
	everyPod := model.Peer{Kind: model.PeerPods}
	var out [][]model.Rule
	for _, action := range []model.Action{model.Allow, model.Deny, model.Pass} {
		for _, r := range []model.Rule{allow(everyPod, ms[0]), allow(ps[2], ms[1]), allow(ps[4], ms[3])} {
			r.Action = action
			out = append(out, []model.Rule{r})
		}
	}
	names := model.Peer{Kind: model.PeerNames, Names: []string{"example.com"}}
	deny := allow(names, ms[0])
	deny.Action = model.Deny
	return append(out,
		[]model.Rule{deny},
		[]model.Rule{{Action: model.Pass, Peers: []model.Peer{{Kind: model.PeerClosed}}, Ports: []model.PortMatch{ms[1]}}},
		[]model.Rule{{Action: model.Deny, Peers: []model.Peer{{Kind: model.PeerNodes, Nodes: selector.Equal("zone", "x")}}, Ports: []model.PortMatch{ms[5]}}})
}

func allow(p model.Peer, m model.PortMatch) model.Rule {
	return model.Rule{Peers: []model.Peer{p}, Ports: []model.PortMatch{m}}
}

// peers are: anyone, pods of a, pods of a namespace by label, both selectors at
// once, a block with an exception that holds a pod, one of IPv6, one outside.
func peers() []model.Peer {
	x := selector.Equal("app", "x")
	block := func(cidr string, except ...string) model.Peer {
		return model.Peer{Kind: model.PeerBlock, Block: model.Block{CIDR: netip.MustParsePrefix(cidr), Except: prefixes(except...)}}
	}
	return []model.Peer{
		{Kind: model.PeerAny},
		{Kind: model.PeerPods, Pods: podsOf("a", x)},
		{Kind: model.PeerPods, Pods: podsWhere(selector.Equal("team", "blue"), selector.Selector{})},
		{Kind: model.PeerPods, Pods: podsWhere(selector.Equal(model.NameLabel, "a"), selector.Equal("app", "y"))},
		block("10.0.0.0/8", "10.0.0.1/32"),
		block("::/0"),
		block("8.8.8.0/24"),
	}
}

// portMatches are: any, 80/tcp, 80/udp, a range by endPort, the name http of
// TCP, that of any protocol, all of TCP, none of SCTP but one.
func portMatches() []model.PortMatch {
	single := func(p model.Protocol, n uint16) model.PortMatch {
		return model.PortMatch{Kind: model.PortRange, Protocol: p, First: n, Last: n}
	}
	return []model.PortMatch{
		{Kind: model.PortAny},
		single(model.TCP, 80),
		single(model.UDP, 80),
		{Kind: model.PortRange, Protocol: model.TCP, First: 80, Last: 81, EndPort: true},
		{Kind: model.PortNamed, Protocol: model.TCP, Name: "http"},
		{Kind: model.PortNamed, Name: "http", AnyProtocol: true},
		model.AllPorts(model.TCP),
		single(model.SCTP, 80),
	}
}
