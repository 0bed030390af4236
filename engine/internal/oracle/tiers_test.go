package oracle_test

import (
	"testing"

	"netreach/model"
)

// closed is a peer that cannot be read, names one by DNS name.
var (
	closed = model.Peer{Kind: model.PeerClosed}
	names  = model.Peer{Kind: model.PeerNames, Names: []string{"example.com"}}
	spaceB = fromSpaces("team=blue", "")
)

func TestJudge_Tiers(t *testing.T) {
	in, out := model.Ingress, model.Egress
	run(t, []scene{
		{
			// T-37, ANP-8: admin Deny and Allow both precede NetworkPolicy.
			name: "admin allow over isolation",
			cluster: newCluster(pods(), admin, npTier, baseline,
				ordered(admin, 10, "team=red", rule(in, model.Allow, spaceB, tcp(80))),
				netpol("a", "", "i")),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 81/tcp", deny},
				{"a/cli -> a/web 80/tcp", deny},
			},
		},
		{
			// T-38, CNP-9: an Allow of egress does not open the other end.
			name: "per direction",
			cluster: newCluster(pods(), admin, npTier, baseline,
				ordered(admin, 10, "team=blue", rule(out, model.Allow, fromSpaces("", ""))),
				netpol("a", "", "i")),
			checks: []check{{"b/cli -> a/web 80/tcp", deny}},
		},
		{
			// T-39, CNP-5, CNP-6, CNP-12: lower order first, then rule order;
			// Pass skips the rest of its tier only.
			name: "order and pass",
			cluster: newCluster(pods(), admin, npTier, baseline,
				ordered(admin, 50, "", rule(in, model.Deny, fromSpaces("", "")), rule(in, model.Allow, fromSpaces("", ""))),
				ordered(admin, 5, "", rule(in, model.Pass, spaceB))),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"a/cli -> a/web 80/tcp", deny},
				{"a/cli -> b/cli 80/tcp", deny},
				{"8.8.8.8 -> a/web 80/tcp", allow}, // ANP-10: outside never matches a selector
			},
		},
		{
			// ANP-8: Pass leaves it to NetworkPolicy, whose answer is final.
			name: "pass to an isolating policy",
			cluster: newCluster(pods(), admin, npTier, baseline,
				ordered(admin, 5, "", rule(in, model.Pass, spaceB), rule(in, model.Allow)),
				netpol("a", "", "i"),
				ordered(baseline, 1, "", rule(in, model.Allow))),
			checks: []check{{"b/cli -> a/web 80/tcp", deny}, {"a/cli -> a/web 80/tcp", allow}},
		},
		{
			// T-40, CNP-11: isolated for egress only, so the baseline decides.
			name: "baseline per direction",
			cluster: newCluster(pods(), admin, npTier, baseline,
				netpol("a", "app=web", "e", rule(out, model.Allow)),
				ordered(baseline, 10, "", rule(in, model.Deny, fromSpaces("", "")))),
			checks: []check{{"b/cli -> a/web 80/tcp", deny}, {"a/cli -> b/cli 80/tcp", deny}},
		},
		{
			// T-41, CNP-10: isolation shadows a baseline Allow.
			name: "baseline shadowed",
			cluster: newCluster(pods(), admin, npTier, baseline,
				netpol("a", "app=web", "i", rule(in, model.Allow, fromA("app=nobody"))),
				ordered(baseline, 10, "", rule(in, model.Allow, fromSpaces("", "")))),
			checks: []check{{"a/cli -> a/web 80/tcp", deny}, {"b/cli -> a/cli 80/tcp", allow}},
		},
		{
			// T-42, ANP-9, CNP-8: admin policies do not isolate.
			name: "no isolation",
			cluster: newCluster(pods(), admin, npTier, baseline,
				ordered(admin, 1, "", rule(in, model.Allow, spaceB))),
			checks: []check{{"a/cli -> a/web 80/tcp", allow}, {"b/cli -> a/web 80/tcp", allow}},
		},
		{
			// T-43, ANP-15, CNP-15: networks cover pods.
			name: "networks",
			cluster: newCluster(pods(), admin, npTier, baseline,
				ordered(admin, 1, "team=red", rule(out, model.Deny, block("0.0.0.0/0")))),
			checks: []check{
				{"a/cli -> b/cli 80/tcp", deny},
				{"a/cli -> 8.8.8.8 80/tcp", deny},
				{"a/cli -> 2001:db8::1 80/tcp", deny}, // NP-53: no common family
				{"b/cli -> a/web 80/tcp", allow},
			},
		},
		{
			// CNP-12: Pass in the last tier is the cluster's default, allow.
			name: "pass at the end",
			cluster: newCluster(pods(), baseline,
				ordered(baseline, 1, "", rule(in, model.Pass, spaceB), rule(in, model.Deny))),
			checks: []check{{"b/cli -> a/web 80/tcp", allow}, {"a/cli -> a/web 80/tcp", deny}},
		},
		{
			// A policy of a tier that is not among the cluster's says nothing, and
			// the order of the tiers, not of the policies, counts.
			name: "tiers in order",
			cluster: newCluster(pods(), model.Tier{Name: "second"}, model.Tier{Name: "first"},
				ordered(model.Tier{Name: "first"}, 0, "", rule(in, model.Deny)),
				ordered(model.Tier{Name: "second"}, 9, "", rule(in, model.Allow, tcp(80)))),
			checks: []check{{"b/cli -> a/web 80/tcp", allow}, {"b/cli -> a/web 81/tcp", deny}},
		},
	})
}

// TestJudge_Unmatched covers how an isolating tier ends (CAL-8).
func TestJudge_Unmatched(t *testing.T) {
	c := func(unmatched model.Action) *model.Cluster {
		first := model.Tier{Name: "first", Unmatched: unmatched}
		p := ordered(first, 10, "team=red", rule(model.Ingress, model.Deny, fromSpaces("", "app=cli"), tcp(80)))
		p.Isolates[model.Ingress] = true
		return newCluster(pods(), first, npTier, p, netpol("a", "", "i", in(tcp(80))))
	}
	run(t, []scene{
		// T-51: a policy applied, no rule matched, so the end of the tier denies.
		{name: "deny", cluster: c(model.Deny), checks: []check{
			{"a/cli -> a/web 80/tcp", deny}, {"8.8.8.8 -> a/web 80/tcp", deny}, {"a/cli -> b/cli 80/tcp", allow},
		}},
		{name: "allow", cluster: c(model.Allow), checks: []check{
			{"a/cli -> a/web 80/tcp", deny}, {"a/cli -> a/web 81/tcp", allow},
		}},
		{name: "pass", cluster: c(model.Pass), checks: []check{
			{"a/cli -> a/web 80/tcp", deny}, {"a/cli -> a/web 81/tcp", deny}, {"8.8.8.8 -> a/web 80/tcp", allow},
		}},
	})
}

func TestJudge_Ties(t *testing.T) {
	in := model.Ingress
	anywhere := ordered(admin, 0, "", rule(in, model.Allow, tcp(80), tcp(81)), rule(in, model.Deny, tcp(82), tcp(83)))
	anywhere.Unordered = true
	run(t, []scene{
		{
			// T-46, CNP-7: either may win, where both match.
			name: "deny against allow",
			cluster: newCluster(pods(), admin,
				ordered(admin, 7, "", rule(in, model.Deny, fromSpaces("", ""))),
				ordered(admin, 7, "", rule(in, model.Allow, tcp(80)))),
			checks: []check{
				{"b/cli -> a/web 80/tcp", unknown},
				{"b/cli -> a/web 81/tcp", deny},
				{"8.8.8.8 -> a/web 80/tcp", allow},
			},
		},
		{
			// Equal actions are no matter, nor is a tie that an earlier order
			// settles, nor one whose ways lead to one end: Pass to nothing.
			name: "ties without a difference",
			cluster: newCluster(pods(), admin,
				ordered(admin, 7, "", rule(in, model.Allow, tcp(80)), rule(in, model.Deny, tcp(82))),
				ordered(admin, 7, "", rule(in, model.Allow, tcp(80)), rule(in, model.Pass, tcp(81)), rule(in, model.Allow, tcp(82))),
				ordered(admin, 1, "", rule(in, model.Deny, tcp(82)))),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 81/tcp", allow},
				{"b/cli -> a/web 82/tcp", deny},
			},
		},
		{
			// Within one policy its own order still holds: only its first match is
			// offered.
			name: "each offers its first",
			cluster: newCluster(pods(), admin,
				ordered(admin, 7, "", rule(in, model.Allow, tcp(80)), rule(in, model.Deny)),
				ordered(admin, 7, "", rule(in, model.Allow, tcp(81)))),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 81/tcp", unknown},
				{"b/cli -> a/web 82/tcp", deny},
			},
		},
		{
			// A policy whose place is open is tied with those of every order, which
			// keep their order among themselves.
			name: "unordered",
			cluster: newCluster(pods(), admin,
				ordered(admin, 1, "", rule(in, model.Allow, tcp(80))),
				ordered(admin, 2, "", rule(in, model.Deny, tcp(80), tcp(81)), rule(in, model.Allow, tcp(82))),
				anywhere),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 81/tcp", unknown},
				{"b/cli -> a/web 82/tcp", unknown},
				{"b/cli -> a/web 83/tcp", deny},
				{"b/cli -> a/web 84/tcp", allow},
			},
		},
		{
			// Pass tied with Allow: allowed, or as NetworkPolicy says.
			name: "pass against allow",
			cluster: newCluster(pods(), admin, npTier,
				ordered(admin, 7, "", rule(in, model.Pass)),
				ordered(admin, 7, "", rule(in, model.Allow)),
				netpol("a", "", "i", rule(in, model.Allow, tcp(80)))),
			checks: []check{{"b/cli -> a/web 80/tcp", allow}, {"b/cli -> a/web 81/tcp", unknown}},
		},
	})
}

// TestJudge_UnreadPeers covers peers that fail closed (ANP-20, CNP-26) and
// domain names (ANP-16).
func TestJudge_UnreadPeers(t *testing.T) {
	out := model.Egress
	run(t, []scene{
		{
			// An Allow with one such peer matches nothing.
			name: "allow",
			cluster: newCluster(pods(), admin, baseline,
				ordered(admin, 1, "", rule(out, model.Allow, closed, spaceB)),
				ordered(baseline, 1, "", rule(out, model.Deny))),
			checks: []check{{"a/cli -> b/cli 80/tcp", deny}, {"a/cli -> a/web 80/tcp", deny}},
		},
		{
			// That does not deny, either.
			name:    "allow, nothing behind",
			cluster: newCluster(pods(), admin, ordered(admin, 1, "", rule(out, model.Allow, closed))),
			checks:  []check{{"a/cli -> b/cli 80/tcp", allow}},
		},
		{
			// A Deny with one such peer denies everybody, on every port.
			name:    "deny",
			cluster: newCluster(pods(), admin, ordered(admin, 1, "team=red", rule(out, model.Deny, closed, tcp(80)))),
			checks: []check{
				{"a/cli -> a/web 80/tcp", deny},
				{"a/cli -> 8.8.8.8 53/udp", deny},
				{"b/cli -> a/web 80/tcp", allow},
			},
		},
		{
			// So does a Pass.
			name: "pass",
			cluster: newCluster(pods(), admin, ordered(admin, 1, "",
				rule(out, model.Allow, tcp(81)), rule(out, model.Pass, spaceB, closed, tcp(80)), rule(out, model.Allow))),
			checks: []check{
				{"a/cli -> b/cli 80/tcp", deny},
				{"a/cli -> a/web 82/sctp", deny},
				{"a/cli -> a/web 81/tcp", allow},
			},
		},
		{
			// Whose address a name has is open for addresses outside; pods and
			// nodes are never meant.
			name: "names",
			cluster: newCluster(pods(), node("n1", "", "192.168.0.1"), admin, baseline,
				ordered(admin, 1, "", rule(out, model.Allow, names, tcp(443))),
				ordered(baseline, 1, "", rule(out, model.Deny))),
			checks: []check{
				{"a/cli -> 8.8.8.8 443/tcp", unknown},
				{"a/cli -> 8.8.8.8 80/tcp", deny},
				{"a/cli -> a/web 443/tcp", deny},
				{"a/cli -> node:n1 443/tcp", deny},
			},
		},
		{
			// A maybe on the way to what happens anyway is no matter.
			name:    "names that change nothing",
			cluster: newCluster(pods(), admin, ordered(admin, 1, "", rule(out, model.Allow, names))),
			checks:  []check{{"a/cli -> 8.8.8.8 443/tcp", allow}},
		},
		{
			name: "names denied",
			cluster: newCluster(pods(), admin, ordered(admin, 1, "",
				rule(out, model.Deny, names), rule(out, model.Pass, tcp(80)), rule(out, model.Deny))),
			checks: []check{{"a/cli -> 8.8.8.8 80/tcp", unknown}, {"a/cli -> 8.8.8.8 81/tcp", deny}},
		},
	})
}

// TestJudge_Nodes covers peers by node labels (ANP-14).
func TestJudge_Nodes(t *testing.T) {
	c := newCluster(
		on("n1", pod("a/cli", "", "10.0.0.1")),
		host("n1", pod("b/hn", "zone=x", "")),
		host("n9", pod("b/lost", "", "192.168.0.9")),
		on("n1", pod("b/web", "zone=x", "10.0.0.2")),
		node("n1", "zone=x", "192.168.0.1"), node("n2", "", "192.168.0.2"), model.Node{Name: "n9"},
		admin, ordered(admin, 1, "team=red", rule(model.Egress, model.Deny, nodes("zone=x"))),
	)
	every := newCluster(c.Pods, c.Nodes[0], c.Nodes[1], c.Nodes[2], admin,
		ordered(admin, 1, "team=red", rule(model.Egress, model.Deny, nodes(""))))
	run(t, []scene{
		{name: "by label", cluster: c, checks: []check{
			{"a/cli -> node:n1 80/tcp", deny},
			{"a/cli -> node:n2 80/tcp", allow},
			{"a/cli -> b/hn 80/tcp", deny},
			// An undeclared node has no labels; pods of the pod network are not
			// their node.
			{"a/cli -> b/lost 80/tcp", allow},
			{"a/cli -> b/web 80/tcp", allow},
			{"a/cli -> 192.168.0.77 80/tcp", allow},
		}},
		{name: "all nodes", cluster: every, checks: []check{
			{"a/cli -> node:n2 80/tcp", deny},
			{"a/cli -> b/hn 80/tcp", deny},
			{"a/cli -> b/web 80/tcp", allow},
		}},
	})
}
