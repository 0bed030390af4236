package oracle_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netreach/engine/internal/oracle"
	"netreach/model"
	"netreach/model/selector"
)

// check is one flow, written as "a/cli -> a/web 80/tcp", and its verdict.
type check struct {
	flow string
	want model.Verdict
}

// scene is a cluster with what is to be expected of it.
type scene struct {
	name    string
	cluster *model.Cluster
	options model.Options
	checks  []check
}

func run(t *testing.T, scenes []scene) {
	t.Helper()
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			for _, c := range s.checks {
				f := parseFlow(t, s.cluster, c.flow)
				if got := oracle.Judge(s.cluster, s.options, f); got != c.want {
					t.Errorf("%s: got %s, want %s", c.flow, got, c.want)
				}
			}
		})
	}
}

// parseFlow reads "a/cli -> a/web 80/tcp". An end is a pod, "node:NAME" or an
// address; one pod at both ends is itself if it stands for one.
func parseFlow(t *testing.T, c *model.Cluster, text string) oracle.Flow {
	t.Helper()
	src, rest, _ := strings.Cut(text, " -> ")
	dst, service, _ := strings.Cut(rest, " ")
	port, proto, _ := strings.Cut(service, "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		t.Fatalf("port of %q: %v", text, err)
	}
	f := oracle.Flow{Src: parseEnd(t, c, src), Dst: parseEnd(t, c, dst), Port: uint16(n)}
	f.Protocol = model.Protocol(slices.Index([]string{"tcp", "udp", "sctp"}, proto))
	f.Self = f.Src.Pod != nil && f.Src.Pod == f.Dst.Pod && f.Src.Pod.Weight == 1
	return f
}

func parseEnd(t *testing.T, c *model.Cluster, text string) oracle.End {
	t.Helper()
	if name, ok := strings.CutPrefix(text, "node:"); ok {
		for i := range c.Nodes {
			if c.Nodes[i].Name == name {
				return oracle.End{Node: &c.Nodes[i]}
			}
		}
	}
	for i := range c.Pods {
		if p := &c.Pods[i]; p.Namespace+"/"+p.Name == text {
			return oracle.End{Pod: p}
		}
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		t.Fatalf("no end %q", text)
	}
	return oracle.End{Addr: addr}
}

// newCluster returns a cluster of namespaces "a" with team=red and "b" with
// team=blue, with the parts: tiers, policies, nodes and pods. Without a tier it
// has the one of NetworkPolicy.
func newCluster(parts ...any) *model.Cluster {
	c := &model.Cluster{
		Namespaces: []model.Namespace{
			{Name: "a", Labels: labels("team=red").With(model.NameLabel, "a"), Declared: true},
			{Name: "b", Labels: labels("team=blue").With(model.NameLabel, "b"), Declared: true},
		},
	}
	for _, part := range parts {
		switch p := part.(type) {
		case model.Tier:
			c.Tiers = append(c.Tiers, p)
		case model.Policy:
			p.Origin.Name = "p" + strconv.Itoa(len(c.Policies))
			c.Policies = append(c.Policies, p)
		case model.Node:
			c.Nodes = append(c.Nodes, p)
		case model.Pod:
			c.Pods = append(c.Pods, p)
		case []model.Pod:
			c.Pods = append(c.Pods, p...)
		default:
			panic(fmt.Sprintf("bug: part %T", part))
		}
	}
	if c.Tiers == nil {
		c.Tiers = []model.Tier{npTier}
	}
	return c
}

var (
	npTier   = model.Tier{Name: model.TierNetworkPolicy, Unmatched: model.Deny, OwnNodeEgress: true}
	admin    = model.Tier{Name: model.TierAdmin}
	baseline = model.Tier{Name: model.TierBaseline}
)

// pods are a/web (app=web, 80/tcp named http), a/cli and b/cli (app=cli): the
// cluster of the traps.
func pods() []model.Pod {
	return []model.Pod{
		pod("a/cli", "app=cli", "10.0.0.1"),
		pod("a/web", "app=web", "10.0.0.2", model.ContainerPort{Name: "http", Protocol: model.TCP, Port: 80}),
		pod("b/cli", "app=cli", "10.0.1.1"),
	}
}

// pod returns a pod with addresses such as "10.0.0.1 fd00::1", or none.
func pod(name, l, addrs string, ports ...model.ContainerPort) model.Pod {
	ns, n, _ := strings.Cut(name, "/")
	p := model.Pod{Namespace: ns, Name: n, Labels: labels(l), Weight: 1, Ports: ports}
	p.Addresses = addresses(addrs)
	return p
}

// on puts p on a node; host makes it a hostNetwork pod there.
func on(node string, p model.Pod) model.Pod {
	p.Node = node
	return p
}

func host(node string, p model.Pod) model.Pod {
	p.HostNetwork = true
	return on(node, p)
}

func standIn(weight int, p model.Pod) model.Pod {
	p.StandIn, p.Weight = true, weight
	return p
}

func node(name, l, addrs string) model.Node {
	return model.Node{Name: name, Labels: labels(l), Addresses: addresses(addrs), Declared: true}
}

func addresses(s string) []netip.Addr {
	var out []netip.Addr
	for f := range strings.FieldsSeq(s) {
		out = append(out, netip.MustParseAddr(f))
	}
	return out
}

func labels(s string) model.Labels {
	m := map[string]string{}
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' }) {
		k, v, _ := strings.Cut(f, "=")
		m[k] = v
	}
	return selector.FromMap(m)
}

// sel reads "app=web,role!=db,tier,!gone"; "" is everything.
func sel(s string) selector.Selector {
	var out selector.Selector
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' }) {
		r := selector.Requirement{Key: f, Op: selector.Exists}
		if k, v, ok := strings.Cut(f, "!="); ok {
			r = selector.Requirement{Key: k, Op: selector.NotIn, Values: []string{v}}
		} else if k, v, ok := strings.Cut(f, "="); ok {
			r = selector.Requirement{Key: k, Op: selector.In, Values: []string{v}}
		} else if k, ok := strings.CutPrefix(f, "!"); ok {
			r = selector.Requirement{Key: k, Op: selector.DoesNotExist}
		}
		out.Requirements = append(out.Requirements, r)
	}
	return out
}

// netpol returns a NetworkPolicy of a namespace for the pods that subject
// selects; types holds the letters i and e of its policyTypes.
func netpol(ns, subject, types string, rules ...model.Rule) model.Policy {
	p := model.Policy{
		Origin: model.Origin{Kind: "NetworkPolicy", Namespace: ns},
		Tier:   model.TierNetworkPolicy, Subject: podsIn(ns, subject), Rules: rules,
	}
	p.Isolates[model.Ingress] = strings.Contains(types, "i")
	p.Isolates[model.Egress] = strings.Contains(types, "e")
	return p
}

// ordered returns a policy of an admin tier, without isolation, for the pods of
// the namespaces that subject selects.
func ordered(t model.Tier, order float64, subject string, rules ...model.Rule) model.Policy {
	return model.Policy{
		Origin: model.Origin{Kind: "ClusterNetworkPolicy"},
		Tier:   t.Name, Order: order, Subject: model.PodSet{Namespaces: sel(subject)}, Rules: rules,
	}
}

// rule returns a rule from peers and ports; without a peer it has any peer,
// without a port any port, as lowering makes them (NP-20).
func rule(d model.Direction, a model.Action, parts ...any) model.Rule {
	r := model.Rule{Direction: d, Action: a}
	for _, part := range parts {
		switch p := part.(type) {
		case model.Peer:
			r.Peers = append(r.Peers, p)
		case model.PortMatch:
			r.Ports = append(r.Ports, p)
		default:
			panic(fmt.Sprintf("bug: part %T", part))
		}
	}
	if r.Peers == nil {
		r.Peers = []model.Peer{{Kind: model.PeerAny}}
	}
	if r.Ports == nil {
		r.Ports = []model.PortMatch{{Kind: model.PortAny}}
	}
	return r
}

// in and out are rules that allow.
func in(parts ...any) model.Rule  { return rule(model.Ingress, model.Allow, parts...) }
func out(parts ...any) model.Rule { return rule(model.Egress, model.Allow, parts...) }

func podsIn(ns, pods string) model.PodSet {
	return model.PodSet{Namespace: ns, Pods: sel(pods)}
}

// fromA is a peer of pods of namespace a, fromSpaces one by namespace labels and
// pod labels.
func fromA(pods string) model.Peer {
	return model.Peer{Kind: model.PeerPods, Pods: podsIn("a", pods)}
}

func fromSpaces(namespaces, pods string) model.Peer {
	return model.Peer{Kind: model.PeerPods, Pods: model.PodSet{Namespaces: sel(namespaces), Pods: sel(pods)}}
}

// block reads "10.0.0.0/8 except 10.1.0.0/16 10.2.0.0/16".
func block(s string) model.Peer {
	cidr, except, _ := strings.Cut(s, " except ")
	b := model.Block{CIDR: netip.MustParsePrefix(cidr)}
	for f := range strings.FieldsSeq(except) {
		b.Except = append(b.Except, netip.MustParsePrefix(f))
	}
	return model.Peer{Kind: model.PeerBlock, Block: b}
}

func nodes(s string) model.Peer { return model.Peer{Kind: model.PeerNodes, Nodes: sel(s)} }

func port(p model.Protocol, first, last uint16) model.PortMatch {
	return model.PortMatch{Kind: model.PortRange, Protocol: p, First: first, Last: last}
}

func tcp(n uint16) model.PortMatch { return port(model.TCP, n, n) }

func named(name string, p model.Protocol) model.PortMatch {
	return model.PortMatch{Kind: model.PortNamed, Name: name, Protocol: p}
}

const (
	allow   = model.Allowed
	deny    = model.Denied
	unknown = model.Unknown
	some    = model.Some
)

// TestFlow_String covers how failures of the engine's tests name a flow.
func TestFlow_String(t *testing.T) {
	c := newCluster(pods(), node("n1", "", ""))
	for _, text := range []string{"a/cli -> node:n1 80/tcp", "8.8.8.8 -> a/web 53/udp", "2001:db8::1 -> b/cli 9/sctp"} {
		if got := parseFlow(t, c, text).String(); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	if got, want := parseFlow(t, c, "a/web -> a/web 80/tcp").String(), "a/web -> a/web 80/tcp (itself)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
