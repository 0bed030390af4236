package oracle_test

import (
	"slices"
	"testing"

	"netreach/model"
)

func with(s model.Switches) model.Options { return model.Options{Switches: s} }

// TestJudge_HostNetwork covers the three modes (NP-39, NP-40, T-23).
func TestJudge_HostNetwork(t *testing.T) {
	http := model.ContainerPort{Name: "http", Protocol: model.TCP, Port: 80}
	c := newCluster(
		pod("a/cli", "app=cli", "10.0.0.1"), on("n2", pod("a/web", "app=web", "10.0.0.2")),
		host("n1", pod("a/hn", "app=hn", "", http)),
		node("n1", "", "192.168.0.1"), node("n2", "", "192.168.0.2"),
		netpol("a", "", "i", in(fromSpaces("", "app=hn")), in(fromA("app=cli"), named("http", model.TCP))),
		netpol("a", "app=cli", "e", out(named("http", model.TCP)), out(fromA("app=hn"), tcp(443))),
	)
	mode := func(m model.HostNetworkMode) model.Options { return with(model.Switches{HostNetworkPods: m}) }
	run(t, []scene{
		{
			name: "as node", cluster: c, options: mode(model.HostNetworkAsNode),
			checks: []check{
				// Never isolated, never selected as a peer, and its names do not
				// resolve.
				{"a/web -> a/hn 80/tcp", allow},
				{"a/hn -> a/web 80/tcp", deny},
				{"a/cli -> a/hn 443/tcp", deny},
				{"a/cli -> a/hn 80/tcp", deny},
				{"a/hn -> a/hn 80/tcp", allow},
			},
		},
		{
			name: "as pod", cluster: c, options: mode(model.HostNetworkAsPod),
			checks: []check{
				{"a/web -> a/hn 80/tcp", deny},
				{"a/hn -> a/web 80/tcp", allow},
				{"a/cli -> a/hn 80/tcp", allow},
				// Egress allows 443, ingress of a/hn does not.
				{"a/cli -> a/hn 443/tcp", deny},
			},
		},
		{
			name: "open", cluster: c, options: mode(model.HostNetworkOpen),
			checks: []check{
				{"a/web -> a/hn 80/tcp", unknown},
				{"a/hn -> a/web 80/tcp", unknown},
				{"a/cli -> a/hn 80/tcp", unknown},
				{"a/cli -> a/hn 443/tcp", unknown},
				// No mode selects it here.
				{"a/cli -> a/hn 444/tcp", deny},
				{"a/web -> a/cli 80/tcp", deny},
			},
		},
	})
}

// TestJudge_OpenSubject covers a policy that may not apply at all: its rules
// and its isolation are both open.
func TestJudge_OpenSubject(t *testing.T) {
	o := with(model.Switches{HostNetworkPods: model.HostNetworkOpen})
	hn := host("n1", pod("a/hn", "app=hn", "192.168.0.1"))
	run(t, []scene{
		{
			// Whether its rule and whether its isolation apply are two open points,
			// although no reading of the policy denies port 80.
			name: "rule allows", options: o,
			cluster: newCluster(pods(), hn, model.Node{Name: "n1"}, netpol("a", "app=hn", "i", in(tcp(80)))),
			checks:  []check{{"a/cli -> a/hn 80/tcp", unknown}, {"a/cli -> a/hn 81/tcp", unknown}},
		},
		{
			// What applies for certain decides for certain.
			name: "under a policy that applies", options: o,
			cluster: newCluster(pods(), hn, model.Node{Name: "n1"},
				model.Tier{Name: "all", Unmatched: model.Deny},
				ordered(model.Tier{Name: "all"}, 1, "", rule(model.Egress, model.Deny, fromSpaces("", "app=hn")), rule(model.Egress, model.Deny))),
			checks: []check{{"b/cli -> a/hn 80/tcp", deny}, {"b/cli -> a/web 80/tcp", deny}, {"a/hn -> a/web 80/tcp", unknown}},
		},
		{
			// If the policy does not apply, the next tier denies.
			name: "another tier behind", options: o,
			cluster: newCluster(pods(), hn, model.Node{Name: "n1"}, npTier, baseline,
				netpol("a", "app=hn", "i", in(tcp(80))),
				ordered(baseline, 1, "", rule(model.Ingress, model.Deny))),
			checks: []check{{"a/cli -> a/hn 80/tcp", unknown}, {"a/cli -> a/hn 81/tcp", unknown}},
		},
		{
			name: "certain for every pod", options: o,
			cluster: newCluster(pods(), hn, model.Node{Name: "n1"}, baseline,
				ordered(baseline, 1, "", rule(model.Egress, model.Deny, fromSpaces("", "app=hn"), fromA("app=cli")))),
			checks: []check{{"b/cli -> a/cli 80/tcp", deny}, {"b/cli -> a/hn 80/tcp", unknown}, {"a/hn -> a/cli 80/tcp", unknown}},
		},
	})
}

// TestJudge_OwnNode covers traffic between a pod and its own node (NP-42,
// T-23, T-24).
func TestJudge_OwnNode(t *testing.T) {
	parts := []any{
		on("n1", pod("a/web", "app=web", "10.0.0.2")), pod("a/cli", "app=cli", "10.0.0.1"),
		host("n1", pod("b/hn", "", "")), host("n2", pod("b/far", "", "")), on("n1", pod("b/mate", "", "10.0.1.2")),
		host("", pod("b/lost", "", "192.168.0.9")),
		node("n1", "", "192.168.0.1 fd00::1"), node("n2", "", "192.168.0.2"),
		admin, npTier, baseline,
	}
	c := func(more ...any) *model.Cluster { return newCluster(append(slices.Clip(parts), more...)...) }
	isolated := c(netpol("a", "", "ie"))
	run(t, []scene{
		{
			name: "isolated", cluster: isolated,
			checks: []check{
				{"node:n1 -> a/web 80/tcp", allow},
				{"b/hn -> a/web 80/tcp", allow},
				{"a/web -> node:n1 80/tcp", allow},
				{"a/web -> b/hn 80/tcp", allow},
				// Another node, a pod of the pod network on the same node, a pod
				// whose node is not known.
				{"node:n2 -> a/web 80/tcp", deny},
				{"b/far -> a/web 80/tcp", deny},
				{"b/mate -> a/web 80/tcp", deny},
				{"node:n1 -> a/cli 80/tcp", deny},
				{"b/lost -> a/cli 80/tcp", deny},
				{"a/web -> node:n2 80/tcp", deny},
				{"a/cli -> node:n1 80/tcp", deny},
				{"a/cli -> b/lost 80/tcp", deny},
			},
		},
		{
			name: "no", cluster: isolated, options: with(model.Switches{OwnNodeIngress: model.No, OwnNodeEgress: model.No}),
			checks: []check{{"node:n1 -> a/web 80/tcp", deny}, {"a/web -> node:n1 80/tcp", deny}},
		},
		{
			// The two switches are about one direction each.
			name: "no ingress", cluster: isolated, options: with(model.Switches{OwnNodeIngress: model.No}),
			checks: []check{{"node:n1 -> a/web 80/tcp", deny}, {"a/web -> node:n1 80/tcp", allow}},
		},
		{
			name: "no egress", cluster: isolated, options: with(model.Switches{OwnNodeEgress: model.No}),
			checks: []check{{"node:n1 -> a/web 80/tcp", allow}, {"a/web -> node:n1 80/tcp", deny}},
		},
		{
			name: "open", cluster: isolated, options: with(model.Switches{OwnNodeIngress: model.Open, OwnNodeEgress: model.Open}),
			checks: []check{
				{"node:n1 -> a/web 80/tcp", unknown},
				{"a/web -> b/hn 80/tcp", unknown},
				{"node:n2 -> a/web 80/tcp", deny},
			},
		},
		{
			// Ingress stands before every tier; egress only in its own, so that
			// admin and baseline rules still deny.
			name: "admin deny",
			cluster: c(netpol("a", "", "ie"), ordered(admin, 1, "",
				rule(model.Egress, model.Deny, nodes("")), rule(model.Ingress, model.Deny))),
			checks: []check{{"a/web -> node:n1 80/tcp", deny}, {"a/web -> b/hn 80/tcp", deny}, {"node:n1 -> a/web 80/tcp", allow}},
		},
		{
			name:    "baseline deny, not isolated",
			cluster: c(ordered(baseline, 1, "", rule(model.Egress, model.Deny, nodes("")))),
			checks:  []check{{"a/web -> node:n1 80/tcp", deny}},
		},
		{
			// For an isolated pod the baseline is not asked (CNP-10).
			name:    "baseline deny, isolated",
			cluster: c(netpol("a", "", "e"), ordered(baseline, 1, "", rule(model.Egress, model.Deny, nodes("")))),
			checks:  []check{{"a/web -> node:n1 80/tcp", allow}, {"a/web -> node:n2 80/tcp", deny}},
		},
		{
			// Open on the way to what happens anyway.
			name: "open but allowed", cluster: c(netpol("a", "", "ie", in(), out())),
			options: with(model.Switches{OwnNodeIngress: model.Open, OwnNodeEgress: model.Open}),
			checks:  []check{{"node:n1 -> a/web 80/tcp", allow}, {"a/web -> node:n1 80/tcp", allow}},
		},
	})

	// A tier without the exemption filters its own node's egress.
	strict := model.Tier{Name: "strict", Unmatched: model.Deny}
	p := ordered(strict, 1, "")
	p.Isolates[model.Egress] = true
	run(t, []scene{{
		name:    "tier without exemption",
		cluster: newCluster(on("n1", pod("a/web", "", "10.0.0.2")), node("n1", "", "192.168.0.1"), strict, p),
		checks:  []check{{"a/web -> node:n1 80/tcp", deny}, {"node:n1 -> a/web 80/tcp", allow}},
	}})

	// Who has no address of the family of its node cannot reach it (NP-53).
	run(t, []scene{{
		name:    "no common family",
		cluster: newCluster(on("n1", pod("a/web", "", "fd00::2")), node("n1", "", "192.168.0.1"), netpol("a", "", "ie")),
		checks:  []check{{"a/web -> node:n1 80/tcp", deny}, {"node:n1 -> a/web 80/tcp", deny}},
	}})
}

// TestJudge_OwnNodeOfHostPod covers a hostNetwork pod that counts as a pod: its
// own node is let in as with any subject, but the way out is for pods of the
// pod network (NP-42).
func TestJudge_OwnNodeOfHostPod(t *testing.T) {
	c := newCluster(
		host("n1", pod("a/hn", "", "")), host("n1", pod("b/hn", "", "")), host("n2", pod("b/far", "", "")),
		node("n1", "", "192.168.0.1"), node("n2", "", "192.168.0.2"), netpol("a", "", "ie"),
	)
	scenes := func(mode model.HostNetworkMode, out, far model.Verdict) scene {
		return scene{cluster: c, options: with(model.Switches{HostNetworkPods: mode}), checks: []check{
			{"node:n1 -> a/hn 80/tcp", allow},
			{"b/hn -> a/hn 80/tcp", allow},
			{"node:n2 -> a/hn 80/tcp", far},
			{"b/far -> a/hn 80/tcp", far},
			{"a/hn -> node:n1 80/tcp", out},
			{"a/hn -> b/hn 80/tcp", out},
			{"a/hn -> node:n2 80/tcp", out},
		}}
	}
	asNode := scenes(model.HostNetworkAsNode, allow, allow)
	asNode.name = "as node"
	asPod := scenes(model.HostNetworkAsPod, deny, deny)
	asPod.name = "as pod"
	open := scenes(model.HostNetworkOpen, unknown, unknown)
	open.name = "open"
	run(t, []scene{asNode, asPod, open})
}

// TestJudge_BlockSwitches covers blocks against addresses in the cluster
// (NP-36, NP-41).
func TestJudge_BlockSwitches(t *testing.T) {
	c := newCluster(
		pod("a/web", "app=web", "10.0.0.2"), pod("b/cli", "", "10.0.0.3"), host("n1", pod("b/hn", "", "")),
		node("n1", "", "10.0.0.9"),
		netpol("a", "", "i", in(block("10.0.0.0/24"), tcp(80)), in(block("10.9.0.0/16"), tcp(81))),
	)
	run(t, []scene{
		{name: "not pods", cluster: c, options: with(model.Switches{BlocksMatchPods: model.No}), checks: []check{
			{"b/cli -> a/web 80/tcp", deny},
			{"b/hn -> a/web 80/tcp", allow},
			{"node:n1 -> a/web 80/tcp", allow},
			{"10.0.0.200 -> a/web 80/tcp", allow},
		}},
		{name: "not nodes", cluster: c, options: with(model.Switches{BlocksMatchNodes: model.No}), checks: []check{
			{"b/cli -> a/web 80/tcp", allow},
			{"b/hn -> a/web 80/tcp", deny},
			{"node:n1 -> a/web 80/tcp", deny},
			{"10.0.0.200 -> a/web 80/tcp", allow},
		}},
		{
			name: "open", cluster: c,
			options: with(model.Switches{BlocksMatchPods: model.Open, BlocksMatchNodes: model.Open}),
			checks: []check{
				{"b/cli -> a/web 80/tcp", unknown},
				{"b/hn -> a/web 80/tcp", unknown},
				{"node:n1 -> a/web 80/tcp", unknown},
				{"10.0.0.200 -> a/web 80/tcp", allow},
				// Not contained in any case.
				{"b/cli -> a/web 81/tcp", deny},
				{"node:n1 -> a/web 81/tcp", deny},
			},
		},
	})
}

// TestJudge_PortSwitches covers native sidecars (NP-31) and endPort (NP-32).
func TestJudge_PortSwitches(t *testing.T) {
	side := model.ContainerPort{Name: "metrics", Protocol: model.TCP, Port: 9090, Sidecar: true}
	main := model.ContainerPort{Name: "metrics", Protocol: model.TCP, Port: 9091}
	both := model.ContainerPort{Name: "metrics", Protocol: model.TCP, Port: 9091, Sidecar: true}
	ranged := port(model.TCP, 8000, 8002)
	ranged.EndPort = true
	c := newCluster(pod("a/web", "", "10.0.0.2", side, main, both), pod("b/cli", "", "10.0.0.3"),
		netpol("a", "", "i", in(named("metrics", model.TCP)), in(ranged)))
	run(t, []scene{
		{name: "yes", cluster: c, checks: []check{
			{"b/cli -> a/web 9090/tcp", allow},
			{"b/cli -> a/web 9091/tcp", allow},
			{"b/cli -> a/web 8000/tcp", allow},
			{"b/cli -> a/web 8002/tcp", allow},
			{"b/cli -> a/web 8003/tcp", deny},
		}},
		{
			name: "no", cluster: c, options: with(model.Switches{NamedPortSidecars: model.No, EndPort: model.No}),
			checks: []check{
				{"b/cli -> a/web 9090/tcp", deny},
				{"b/cli -> a/web 9091/tcp", allow},
				{"b/cli -> a/web 8000/tcp", allow},
				{"b/cli -> a/web 8001/tcp", deny},
			},
		},
		{
			name: "open", cluster: c, options: with(model.Switches{NamedPortSidecars: model.Open, EndPort: model.Open}),
			checks: []check{
				{"b/cli -> a/web 9090/tcp", unknown},
				{"b/cli -> a/web 9091/tcp", allow},
				{"b/cli -> a/web 8000/tcp", allow},
				{"b/cli -> a/web 8001/tcp", unknown},
				{"b/cli -> a/web 8002/tcp", unknown},
				{"b/cli -> a/web 8003/tcp", deny},
			},
		},
	})
}
