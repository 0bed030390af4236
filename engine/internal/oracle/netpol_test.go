package oracle_test

import (
	"testing"

	"netreach/model"
	"netreach/model/selector"
)

func TestJudge_Isolation(t *testing.T) {
	run(t, []scene{
		{
			// NP-3: without policies everything is allowed, whatever the ends.
			name:    "no policies",
			cluster: newCluster(pods(), node("n1", "", "192.168.0.1")),
			checks: []check{
				{"a/cli -> a/web 80/tcp", allow},
				{"8.8.8.8 -> a/web 1/sctp", allow},
				{"a/web -> node:n1 10250/tcp", allow},
				{"node:n1 -> 8.8.8.8 53/udp", allow},
			},
		},
		{
			// NP-19, T-02: a direction that is isolated and has no rules.
			name:    "deny all ingress of a",
			cluster: newCluster(pods(), netpol("a", "", "i")),
			checks: []check{
				{"a/cli -> a/web 80/tcp", deny},
				{"b/cli -> a/web 80/tcp", deny},
				{"8.8.8.8 -> a/web 80/tcp", deny},
				// NP-6: egress of a/web is untouched; NP-9: b is not selected.
				{"a/web -> b/cli 80/tcp", allow},
				{"a/web -> 8.8.8.8 80/tcp", allow},
				// NP-43: a pod reaches itself.
				{"a/web -> a/web 80/tcp", allow},
			},
		},
		{
			// NP-4, NP-12: the source's egress must allow, and then the
			// destination's ingress.
			name: "egress of cli, ingress of web",
			cluster: newCluster(pods(),
				netpol("a", "app=cli", "e", out(fromA("app=web"))),
				netpol("a", "app=web", "i", in(tcp(80)))),
			checks: []check{
				{"a/cli -> a/web 80/tcp", allow},
				{"a/cli -> a/web 81/tcp", deny}, // by ingress
				{"a/cli -> b/cli 80/tcp", deny}, // by egress
				{"b/cli -> a/web 80/tcp", allow},
				// NP-48: a new connection back is judged by itself.
				{"a/web -> a/cli 80/tcp", allow},
			},
		},
		{
			// NP-13: policies combine by union, whatever their order.
			name: "union",
			cluster: newCluster(pods(),
				netpol("a", "", "i", in(tcp(80))),
				netpol("a", "app=web", "i", in(tcp(81)), in(port(model.UDP, 53, 53)))),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 81/tcp", allow},
				{"b/cli -> a/web 53/udp", allow},
				{"b/cli -> a/web 82/tcp", deny},
				{"a/web -> a/cli 81/tcp", deny},
			},
		},
		{
			// NP-18: isolation comes from policyTypes, not from rules. A rule of a
			// direction that nothing isolates changes nothing either.
			name:    "rules without isolation",
			cluster: newCluster(pods(), netpol("a", "", "e", in(tcp(80)))),
			checks: []check{
				{"b/cli -> a/web 81/tcp", allow},
				{"a/web -> b/cli 80/tcp", deny},
			},
		},
		{
			// NP-10: a policy that selects no pod.
			name:    "nobody selected",
			cluster: newCluster(pods(), netpol("a", "app=none", "ie"), netpol("c", "", "ie")),
			checks:  []check{{"a/cli -> a/web 80/tcp", allow}},
		},
	})
}

func TestJudge_Rules(t *testing.T) {
	noPeers := in()
	noPeers.Peers = nil
	noPorts := in()
	noPorts.Ports = nil
	run(t, []scene{
		{
			// NP-20, T-01: the empty rule matches everything.
			name:    "empty rule",
			cluster: newCluster(pods(), node("n1", "", "192.168.0.1"), netpol("a", "app=web", "i", in())),
			checks: []check{
				{"a/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 9999/udp", allow},
				{"8.8.8.8 -> a/web 1/sctp", allow},
				{"node:n1 -> a/web 65535/tcp", allow},
			},
		},
		{
			// In the model "any" is said, never left out: no peers match nobody,
			// no ports match no port.
			name:    "no peers, no ports",
			cluster: newCluster(pods(), netpol("a", "", "i", noPeers, noPorts)),
			checks:  []check{{"a/cli -> a/web 80/tcp", deny}},
		},
		{
			// NP-21, NP-25: peers x ports within a rule, never across rules.
			name: "cross product",
			cluster: newCluster(pods(), netpol("a", "app=web", "i",
				in(fromA("app=cli"), fromSpaces("team=red", "app=none"), tcp(80), tcp(81)),
				in(fromSpaces("team=blue", ""), tcp(82)))),
			checks: []check{
				{"a/cli -> a/web 80/tcp", allow},
				{"a/cli -> a/web 81/tcp", allow},
				{"a/cli -> a/web 82/tcp", deny},
				{"b/cli -> a/web 82/tcp", allow},
				{"b/cli -> a/web 80/tcp", deny},
			},
		},
		{
			// NP-22: podSelector alone means the policy's namespace.
			name:    "pods of the namespace",
			cluster: newCluster(pods(), netpol("a", "app=web", "i", in(fromA("")))),
			checks: []check{
				{"a/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 80/tcp", deny},
				{"8.8.8.8 -> a/web 80/tcp", deny}, // NP-37
			},
		},
		{
			// NP-23: namespaceSelector alone; {} is all, the own one included.
			name:    "pods of all namespaces",
			cluster: newCluster(pods(), node("n1", "team=red", "192.168.0.1"), netpol("a", "app=web", "i", in(fromSpaces("", "")))),
			checks: []check{
				{"a/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 80/tcp", allow},
				{"8.8.8.8 -> a/web 80/tcp", deny},
				{"node:n1 -> a/web 80/tcp", deny}, // NP-37
			},
		},
		{
			// NP-24 against NP-25: both in one item are AND, two items are OR.
			name: "and",
			cluster: newCluster(pods(), pod("b/web", "app=web", "10.0.1.2"),
				netpol("a", "app=web", "i", in(fromSpaces("team=blue", "app=cli")))),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/web -> a/web 80/tcp", deny},
				{"a/cli -> a/web 80/tcp", deny},
			},
		},
		{
			name: "or",
			cluster: newCluster(pods(), pod("b/web", "app=web", "10.0.1.2"),
				netpol("a", "app=web", "i", in(fromSpaces("team=blue", ""), fromA("app=cli")))),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/web -> a/web 80/tcp", allow},
				{"a/cli -> a/web 80/tcp", allow},
			},
		},
		{
			// NP-28: the automatic name label. NP-27: a namespace that is not
			// among the cluster's has that label only.
			name: "by name label",
			cluster: newCluster(pods(), pod("c/cli", "app=cli", "10.0.2.1"),
				netpol("a", "app=web", "i", in(fromSpaces(model.NameLabel+"=c", "")), in(fromSpaces("!team", ""), tcp(81)))),
			checks: []check{
				{"c/cli -> a/web 80/tcp", allow},
				{"c/cli -> a/web 81/tcp", allow},
				{"b/cli -> a/web 80/tcp", deny},
			},
		},
		{
			// A set that names a namespace and selects namespaces needs both.
			name: "namespace and its labels",
			cluster: newCluster(pods(), netpol("a", "app=web", "i", in(model.Peer{
				Kind: model.PeerPods, Pods: model.PodSet{Namespace: "b", Namespaces: sel("team=red")},
			}))),
			checks: []check{{"a/cli -> a/web 80/tcp", deny}, {"b/cli -> a/web 80/tcp", deny}},
		},
	})
}

func TestJudge_Selectors(t *testing.T) {
	c := func(s selector.Selector) *model.Cluster {
		peer := model.Peer{Kind: model.PeerPods, Pods: model.PodSet{Namespace: "a", Pods: s}}
		return newCluster(
			pod("a/empty", "role=", "10.0.0.3"), pod("a/none", "", "10.0.0.4"), pod("a/db", "role=db", "10.0.0.5"),
			pod("a/web", "app=web", "10.0.0.2"), netpol("a", "app=web", "i", in(peer)),
		)
	}
	one := func(op selector.Op, values ...string) selector.Selector {
		return selector.Selector{Requirements: []selector.Requirement{{Key: "role", Op: op, Values: values}}}
	}
	run(t, []scene{
		// SEL-3, T-22: an empty value is a value.
		{name: "empty value", cluster: c(sel("role=")), checks: []check{
			{"a/empty -> a/web 1/tcp", allow}, {"a/none -> a/web 1/tcp", deny}, {"a/db -> a/web 1/tcp", deny},
		}},
		// SEL-4: key present, value among the set.
		{name: "in", cluster: c(one(selector.In, "db", "x")), checks: []check{
			{"a/empty -> a/web 1/tcp", deny}, {"a/none -> a/web 1/tcp", deny}, {"a/db -> a/web 1/tcp", allow},
		}},
		// SEL-5: NotIn matches an absent key.
		{name: "not in", cluster: c(one(selector.NotIn, "db", "x")), checks: []check{
			{"a/empty -> a/web 1/tcp", allow}, {"a/none -> a/web 1/tcp", allow}, {"a/db -> a/web 1/tcp", deny},
		}},
		// SEL-6.
		{name: "exists", cluster: c(one(selector.Exists)), checks: []check{
			{"a/empty -> a/web 1/tcp", allow}, {"a/none -> a/web 1/tcp", deny}, {"a/db -> a/web 1/tcp", allow},
		}},
		{name: "does not exist", cluster: c(one(selector.DoesNotExist)), checks: []check{
			{"a/empty -> a/web 1/tcp", deny}, {"a/none -> a/web 1/tcp", allow}, {"a/db -> a/web 1/tcp", deny},
		}},
		// SEL-7: a contradiction is legal and matches nothing.
		{name: "contradiction", cluster: c(sel("role=db,!role")), checks: []check{
			{"a/empty -> a/web 1/tcp", deny}, {"a/none -> a/web 1/tcp", deny}, {"a/db -> a/web 1/tcp", deny},
		}},
	})
}

func TestJudge_Ports(t *testing.T) {
	web := func(ports ...any) *model.Cluster {
		return newCluster(pods(), netpol("a", "app=web", "i", in(ports...)))
	}
	run(t, []scene{
		{
			// NP-30, NP-33: protocols never leak into each other.
			name: "one port", cluster: web(port(model.SCTP, 80, 80)),
			checks: []check{
				{"b/cli -> a/web 80/sctp", allow},
				{"b/cli -> a/web 80/tcp", deny},
				{"b/cli -> a/web 80/udp", deny},
				{"b/cli -> a/web 81/sctp", deny},
			},
		},
		{
			// NP-30: all ports of one protocol.
			name: "all udp", cluster: web(model.AllPorts(model.UDP)),
			checks: []check{
				{"b/cli -> a/web 1/udp", allow},
				{"b/cli -> a/web 65535/udp", allow},
				{"b/cli -> a/web 1/tcp", deny},
			},
		},
		{
			// NP-32: both ends are inclusive; NP-34: a pod need not declare them.
			name: "range", cluster: web(port(model.TCP, 8000, 8100)),
			checks: []check{
				{"b/cli -> a/web 7999/tcp", deny},
				{"b/cli -> a/web 8000/tcp", allow},
				{"b/cli -> a/web 8100/tcp", allow},
				{"b/cli -> a/web 8101/tcp", deny},
			},
		},
		{
			// NP-31: name, protocol and number must all agree.
			name: "named on ingress", cluster: web(named("http", model.TCP)),
			checks: []check{
				{"b/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 81/tcp", deny},
				{"b/cli -> a/web 80/udp", deny},
			},
		},
		{
			name: "named for another protocol", cluster: web(named("http", model.UDP)),
			checks: []check{{"b/cli -> a/web 80/udp", deny}, {"b/cli -> a/web 80/tcp", deny}},
		},
	})
}

// TestJudge_NamedPorts resolves names on destinations that differ (NP-31).
func TestJudge_NamedPorts(t *testing.T) {
	ports := func(p ...model.ContainerPort) []model.ContainerPort { return p }
	http := func(p model.Protocol, n uint16) model.ContainerPort {
		return model.ContainerPort{Name: "http", Protocol: p, Port: n}
	}
	c := func(m model.PortMatch) *model.Cluster {
		return newCluster(
			pod("a/cli", "", "10.0.0.1"),
			pod("b/one", "", "10.0.0.2", ports(http(model.TCP, 80))...),
			pod("b/two", "", "10.0.0.3", ports(http(model.TCP, 8080), http(model.TCP, 8081), http(model.UDP, 53))...),
			pod("b/nil", "", "10.0.0.4", model.ContainerPort{Name: "other", Port: 80}),
			node("n1", "", "192.168.0.1"),
			netpol("a", "", "e", out(m)),
		)
	}
	either := model.PortMatch{Kind: model.PortNamed, Name: "http", AnyProtocol: true}
	run(t, []scene{
		{
			name: "on each destination", cluster: c(named("http", model.TCP)),
			checks: []check{
				{"a/cli -> b/one 80/tcp", allow},
				{"a/cli -> b/one 8080/tcp", deny},
				{"a/cli -> b/two 8080/tcp", allow},
				{"a/cli -> b/two 8081/tcp", allow},
				{"a/cli -> b/two 80/tcp", deny},
				{"a/cli -> b/two 53/udp", deny},
				// A destination without the name, or that is no pod.
				{"a/cli -> b/nil 80/tcp", deny},
				{"a/cli -> node:n1 80/tcp", deny},
				{"a/cli -> 8.8.8.8 80/tcp", deny},
			},
		},
		{
			// ANP-12, T-45: an admin name carries the port's own protocol.
			name: "any protocol", cluster: c(either),
			checks: []check{
				{"a/cli -> b/one 80/tcp", allow},
				{"a/cli -> b/one 80/udp", deny},
				{"a/cli -> b/two 53/udp", allow},
				{"a/cli -> b/two 53/tcp", deny},
				{"a/cli -> b/two 8080/tcp", allow},
			},
		},
	})
}
