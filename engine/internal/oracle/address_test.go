package oracle_test

import (
	"net/netip"
	"testing"

	"netreach/model"
)

func TestJudge_Blocks(t *testing.T) {
	web := func(peers ...any) *model.Cluster {
		return newCluster(pods(), node("n1", "", "192.168.0.1 192.168.7.1"), netpol("a", "app=web", "i", in(peers...)))
	}
	run(t, []scene{
		{
			// NP-35: both edges of a block and of its exception.
			name: "edges", cluster: web(block("8.8.8.0/24 except 8.8.8.64/26")),
			checks: []check{
				{"8.8.7.255 -> a/web 80/tcp", deny},
				{"8.8.8.0 -> a/web 80/tcp", allow},
				{"8.8.8.63 -> a/web 80/tcp", allow},
				{"8.8.8.64 -> a/web 80/tcp", deny},
				{"8.8.8.127 -> a/web 80/tcp", deny},
				{"8.8.8.128 -> a/web 80/tcp", allow},
				{"8.8.8.255 -> a/web 80/tcp", allow},
				{"8.8.9.0 -> a/web 80/tcp", deny},
				// NP-38: an IPv4-mapped address is IPv4.
				{"::ffff:8.8.8.1 -> a/web 80/tcp", allow},
				{"::ffff:8.8.8.64 -> a/web 80/tcp", deny},
			},
		},
		{
			// NP-35: an exception limits its own item only.
			name: "excepted here, allowed there", cluster: web(block("8.8.8.0/24 except 8.8.8.64/26"), block("8.8.8.65/32")),
			checks: []check{{"8.8.8.64 -> a/web 80/tcp", deny}, {"8.8.8.65 -> a/web 80/tcp", allow}},
		},
		{
			// NP-36: by default a block matches pods, NP-41: and nodes. A node is
			// judged by each of its addresses (NP-53).
			name: "pods and nodes", cluster: web(block("10.0.0.0/24"), block("192.168.0.0/24")),
			checks: []check{
				{"a/cli -> a/web 80/tcp", allow},
				{"b/cli -> a/web 80/tcp", deny},
				{"node:n1 -> a/web 80/tcp", some},
			},
		},
	})
}

// TestJudge_Families judges per address family (NP-38, NP-53).
func TestJudge_Families(t *testing.T) {
	c := func(policies ...any) *model.Cluster {
		return newCluster(append([]any{
			pod("a/dual", "app=web", "fd00::1 10.0.0.1"), pod("a/four", "app=four", "10.0.0.2"),
			pod("a/six", "app=six", "fd00::3"), pod("b/dual", "app=cli", "10.0.0.4 fd00::4"),
		}, policies...)...)
	}
	run(t, []scene{
		{name: "no policies", cluster: c(), checks: []check{
			{"a/dual -> b/dual 80/tcp", allow},
			{"a/four -> a/dual 80/tcp", allow},
			// No common family is no way to connect.
			{"a/four -> a/six 80/tcp", deny},
			{"8.8.8.8 -> a/six 80/tcp", deny},
			{"2001:db8::1 -> a/six 80/tcp", allow},
			{"2001:db8::1 -> a/four 80/tcp", deny},
		}},
		{
			// Selectors cover all addresses, blocks their own family only.
			name: "one family by block", cluster: c(netpol("a", "", "i", in(block("10.0.0.0/8")))),
			checks: []check{
				{"b/dual -> a/dual 80/tcp", some},
				{"b/dual -> a/four 80/tcp", allow},
				{"b/dual -> a/six 80/tcp", deny},
				{"a/four -> a/dual 80/tcp", allow},
			},
		},
		{
			name: "both families by block", cluster: c(netpol("a", "", "i", in(block("0.0.0.0/0"), block("::/0")))),
			checks: []check{{"b/dual -> a/dual 80/tcp", allow}, {"2001:db8::1 -> a/six 80/tcp", allow}},
		},
		{
			name: "both families by selector", cluster: c(netpol("a", "", "i", in(spaceB))),
			checks: []check{{"b/dual -> a/dual 80/tcp", allow}, {"b/dual -> a/six 80/tcp", allow}, {"a/six -> a/dual 80/tcp", deny}},
		},
	})
}

// TestJudge_Floating judges pods without an address: a block that covers the
// whole private space contains them, one that covers nothing of it does not,
// and anything between is open.
func TestJudge_Floating(t *testing.T) {
	lone := func(peers ...any) *model.Cluster { // nothing tells a family
		return newCluster(pod("a/web", "app=web", ""), pod("b/cli", "app=cli", ""), netpol("a", "", "i", in(peers...)))
	}
	beside := func(addrs string, peers ...any) *model.Cluster { // b/known tells the families
		return newCluster(pod("a/web", "app=web", ""), pod("b/cli", "app=cli", ""), pod("b/known", "", addrs),
			netpol("a", "", "i", in(peers...)))
	}
	cidrs := func(s ...string) model.Options {
		var o model.Options
		for _, c := range s {
			o.PodCIDRs = append(o.PodCIDRs, netip.MustParsePrefix(c))
		}
		return o
	}
	const flow = "b/cli -> a/web 80/tcp"
	is := func(want model.Verdict) []check { return []check{{flow, want}} }
	run(t, []scene{
		// Of open family: covered, disjoint, between.
		{name: "all of IPv4", cluster: lone(block("0.0.0.0/0")), checks: is(allow)},
		{name: "public", cluster: lone(block("8.8.8.0/24")), checks: is(deny)},
		{name: "one private prefix", cluster: lone(block("10.0.0.0/8")), checks: is(unknown)},
		{name: "all but private", cluster: lone(block("0.0.0.0/0 except 10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16")), checks: is(deny)},
		{name: "all but most of it", cluster: lone(block("0.0.0.0/0 except 10.0.0.0/8 100.64.0.0/10 172.16.0.0/12")), checks: is(unknown)},
		{name: "all but public", cluster: lone(block("0.0.0.0/0 except 8.0.0.0/8")), checks: is(allow)},
		// An address of open family is never for certain in an IPv6 block.
		{name: "all of IPv6", cluster: lone(block("::/0")), checks: is(unknown)},
		{name: "public IPv6", cluster: lone(block("2001:db8::/32")), checks: is(deny)},
		{name: "IPv6 without private", cluster: lone(block("::/0 except fc00::/7")), checks: is(deny)},
		{name: "either family", cluster: lone(block("0.0.0.0/0"), block("::/0")), checks: is(allow)},
		// The end may have either family, so every address outside may connect.
		{name: "outside", cluster: lone(block("0.0.0.0/0"), block("::/0")), checks: []check{
			{"8.8.8.8 -> a/web 80/tcp", allow},
			{"2001:db8::1 -> a/web 80/tcp", allow},
			{"b/cli -> 8.8.8.8 80/tcp", allow},
			{"b/cli -> 2001:db8::1 80/tcp", allow},
		}},

		// Exceptions cover together what none covers alone.
		{name: "excepted in halves", cluster: lone(block("10.0.0.0/8 except 10.0.0.0/9 10.128.0.0/10 10.192.0.0/10")), checks: is(deny)},
		{name: "excepted but a quarter", cluster: lone(block("10.0.0.0/8 except 10.0.0.0/9 10.192.0.0/10")), checks: is(unknown)},
		{name: "excepted but one address", cluster: lone(block("10.0.0.0/30 except 10.0.0.0/31 10.0.0.2/32")), checks: is(unknown)},
		{name: "excepted to the last address", cluster: lone(block("10.0.0.0/30 except 10.0.0.0/31 10.0.0.2/32 10.0.0.3/32")), checks: is(deny)},

		// Addresses known elsewhere tell the families.
		{name: "IPv4 cluster, IPv6 block", cluster: beside("10.0.0.1", block("::/0")), checks: is(deny)},
		{name: "IPv6 cluster, IPv4 block", cluster: beside("fd00::1", block("0.0.0.0/0")), checks: is(deny)},
		{name: "IPv6 cluster, its block", cluster: beside("fd00::1", block("fc00::/7")), checks: is(allow)},
		{name: "IPv6 cluster, half of it", cluster: beside("fd00::1", block("fd00::/8")), checks: is(unknown)},
		{name: "IPv6 cluster, outside", cluster: beside("fd00::1", block("::/0"), block("0.0.0.0/0")), checks: []check{
			{"2001:db8::1 -> a/web 80/tcp", allow}, {"8.8.8.8 -> a/web 80/tcp", deny},
		}},
		// A dual-stack cluster gives them one address of each family (NP-53).
		{name: "dual, IPv4 block", cluster: beside("10.0.0.1 fd00::1", block("0.0.0.0/0")), checks: is(some)},
		{name: "dual, both blocks", cluster: beside("10.0.0.1 fd00::1", block("0.0.0.0/0"), block("::/0")), checks: is(allow)},
		{name: "dual, part of one", cluster: beside("10.0.0.1 fd00::1", block("0.0.0.0/0"), block("fd00::/8")), checks: is(unknown)},

		// --pod-cidr narrows the space and says the families.
		{name: "prefix, its block", cluster: lone(block("10.0.0.0/8")), options: cidrs("10.1.0.0/16"), checks: is(allow)},
		{name: "prefix, half of it", cluster: lone(block("10.1.0.0/17")), options: cidrs("10.1.0.0/16"), checks: is(unknown)},
		{name: "prefix, beside it", cluster: lone(block("10.0.0.0/8 except 10.1.0.0/16")), options: cidrs("10.1.0.0/16"), checks: is(deny)},
		{name: "prefixes, both", cluster: lone(block("10.0.0.0/8")), options: cidrs("10.1.0.0/16", "10.2.0.0/16"), checks: is(allow)},
		{name: "prefixes, one", cluster: lone(block("10.1.0.0/16")), options: cidrs("10.1.0.0/16", "10.2.0.0/16"), checks: is(unknown)},
		{name: "prefix of the other family", cluster: beside("10.0.0.1", block("0.0.0.0/0")), options: cidrs("fd00:1::/64"), checks: is(deny)},
		{name: "prefix in a dual cluster", cluster: beside("10.0.0.1 fd00::1", block("0.0.0.0/0")), options: cidrs("10.1.0.0/16"), checks: is(allow)},
		{name: "public prefix", cluster: lone(block("8.8.8.0/24")), options: cidrs("8.8.8.0/25"), checks: is(allow)},

		// What is open changes nothing where a selector matches as well.
		{name: "selector beside", cluster: lone(block("10.0.0.0/8"), spaceB), checks: is(allow)},
		// Two blocks that are each open stay open together.
		{name: "two halves", cluster: lone(block("0.0.0.0/1"), block("128.0.0.0/1")), checks: is(unknown)},
	})
}

// TestJudge_FloatingNodes judges nodes and hostNetwork pods without an address:
// private ones, whatever the prefixes of the pods (NP-40, NP-45).
func TestJudge_FloatingNodes(t *testing.T) {
	c := func(peer model.Peer) *model.Cluster {
		return newCluster(
			pod("a/web", "app=web", "10.1.0.1"),
			host("n1", pod("b/hn", "", "")), host("n2", pod("b/hn2", "", "")), host("", pod("b/hn3", "", "")),
			host("n1", pod("b/hn4", "", "172.16.0.4")),
			node("n1", "", "192.168.0.1"), model.Node{Name: "n2"},
			netpol("a", "", "i", in(peer)),
		)
	}
	run(t, []scene{
		{
			// A hostNetwork pod has its own address if told, else its node's.
			name: "node's address", cluster: c(block("192.168.0.0/24")),
			checks: []check{
				{"b/hn -> a/web 80/tcp", allow},
				{"node:n1 -> a/web 80/tcp", allow},
				{"b/hn4 -> a/web 80/tcp", deny},
				{"node:n2 -> a/web 80/tcp", unknown},
				{"b/hn2 -> a/web 80/tcp", unknown},
				{"b/hn3 -> a/web 80/tcp", unknown},
			},
		},
		{
			name: "own address", cluster: c(block("172.16.0.0/24")),
			checks: []check{{"b/hn4 -> a/web 80/tcp", allow}, {"b/hn -> a/web 80/tcp", deny}},
		},
		{
			// The pods' prefixes say the family of nodes too, but not their space.
			name: "pod prefixes", cluster: c(block("10.1.0.0/16")),
			options: model.Options{PodCIDRs: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}},
			checks:  []check{{"node:n2 -> a/web 80/tcp", unknown}, {"b/hn2 -> a/web 80/tcp", unknown}},
		},
		{
			name: "all private", cluster: c(block("0.0.0.0/0")),
			checks: []check{{"node:n2 -> a/web 80/tcp", allow}, {"b/hn3 -> a/web 80/tcp", allow}},
		},
	})
}

// TestJudge_Replicas judges a stand-in with itself: two of its replicas, not
// one pod (NP-43, NP-47).
func TestJudge_Replicas(t *testing.T) {
	c := newCluster(
		standIn(3, pod("a/api", "app=api", "")), standIn(1, pod("a/one", "app=one", "")), standIn(0, pod("a/off", "app=off", "")),
		netpol("a", "", "i", in(fromA("app=one"))),
	)
	run(t, []scene{{name: "deny", cluster: c, checks: []check{
		{"a/api -> a/api 80/tcp", deny},
		{"a/one -> a/one 80/tcp", allow},
		{"a/off -> a/off 80/tcp", deny},
		{"a/one -> a/api 80/tcp", allow},
	}}})
}
