package netpol_test

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"pgregory.net/rapid"

	"netreach/model"
	"netreach/model/lower/netpol"
	"netreach/model/selector"
)

// prefixes compares them by value.
var prefixes = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func block(cidr string, except ...string) model.Block {
	b := model.Block{CIDR: netip.MustParsePrefix(cidr)}
	for _, e := range except {
		b.Except = append(b.Except, netip.MustParsePrefix(e))
	}
	return b
}

func TestLower_Selectors(t *testing.T) {
	tests := []struct {
		selector string
		want     []selector.Requirement
	}{
		// SEL-2, VAL-8: absent, null and empty are all pods
		{`null`, nil},
		{`{}`, nil},
		{`{matchLabels: {}, matchExpressions: []}`, nil},
		// SEL-3: the empty value is a value
		{`{matchLabels: {app: db}}`, []selector.Requirement{in("app", "db")}},
		{`{matchLabels: {app: ""}}`, []selector.Requirement{in("app", "")}},
		// SEL-4
		{`{matchExpressions: [{key: app, operator: In, values: [db]}]}`, []selector.Requirement{in("app", "db")}},
		{`{matchExpressions: [{key: app, operator: In, values: [db, api, web]}]}`, []selector.Requirement{in("app", "api", "db", "web")}},
		{`{matchExpressions: [{key: app, operator: In, values: [""]}]}`, []selector.Requirement{in("app", "")}},
		// SEL-5
		{`{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}`, []selector.Requirement{notIn("app", "db")}},
		{`{matchExpressions: [{key: app, operator: NotIn, values: [db, api]}]}`, []selector.Requirement{notIn("app", "api", "db")}},
		// SEL-6
		{`{matchExpressions: [{key: app, operator: Exists}]}`, []selector.Requirement{exists("app")}},
		{`{matchExpressions: [{key: app, operator: Exists, values: []}]}`, []selector.Requirement{exists("app")}},
		{`{matchExpressions: [{key: app, operator: DoesNotExist}]}`, []selector.Requirement{doesNotExist("app")}},
		// SEL-1: everything must hold, matchLabels and matchExpressions
		{
			`{matchLabels: {b: "1", a: "2"}, matchExpressions: [{key: c, operator: Exists}, {key: a, operator: NotIn, values: [x]}]}`,
			[]selector.Requirement{in("a", "2"), notIn("a", "x"), in("b", "1"), exists("c")},
		},
		// SEL-7: a contradiction is legal, and one requirement twice is one
		{`{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}`, []selector.Requirement{exists("a"), doesNotExist("a")}},
		{`{matchLabels: {a: "1"}, matchExpressions: [{key: a, operator: In, values: ["1", "1"]}]}`, []selector.Requirement{in("a", "1")}},
		{`{matchLabels: {a: "1"}, matchExpressions: [{key: a, operator: In, values: ["2"]}]}`, []selector.Requirement{in("a", "1"), in("a", "2")}},
	}
	for _, tt := range tests {
		t.Run(tt.selector, func(t *testing.T) {
			want := sel(tt.want...)
			p := lowered(t, `{podSelector: `+tt.selector+`}`)
			if diff := cmp.Diff(pods(tt.want...), p.Subject); diff != "" {
				t.Errorf("subject (-want +got):\n%s", diff)
			}
			if tt.selector == "null" {
				return // as a peer's, it is not given
			}
			p = lowered(t, `{ingress: [{from: [{podSelector: `+tt.selector+`, namespaceSelector: `+tt.selector+`}]}]}`)
			if diff := cmp.Diff(model.PodSet{Namespaces: want, Pods: want}, p.Rules[0].Peers[0].Pods); diff != "" {
				t.Errorf("peer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLower_Matches compares the lowered selector with apimachinery's.
func TestLower_Matches(t *testing.T) {
	key := rapid.SampledFrom([]string{"a", "b", "app.kubernetes.io/name"})
	value := rapid.SampledFrom([]string{"", "x", "y", "z"})
	expression := rapid.Custom(func(t *rapid.T) metav1.LabelSelectorRequirement {
		r := metav1.LabelSelectorRequirement{
			Key:      key.Draw(t, "key"),
			Operator: rapid.SampledFrom([]metav1.LabelSelectorOperator{"In", "NotIn", "Exists", "DoesNotExist"}).Draw(t, "operator"),
		}
		if r.Operator == "In" || r.Operator == "NotIn" {
			r.Values = rapid.SliceOfN(value, 1, 3).Draw(t, "values")
		}
		return r
	})
	rapid.Check(t, func(t *rapid.T) {
		written := metav1.LabelSelector{
			MatchLabels:      rapid.MapOfN(key, value, 0, 2).Draw(t, "matchLabels"),
			MatchExpressions: rapid.SliceOfN(expression, 0, 3).Draw(t, "matchExpressions"),
		}
		np := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "x"}, Spec: networkingv1.NetworkPolicySpec{PodSelector: written}}
		p, diagnostics := netpol.Lower(np, origin)
		if diagnostics != nil {
			t.Fatal(diagnostics)
		}
		reference, err := metav1.LabelSelectorAsSelector(&written)
		if err != nil {
			t.Fatal(err)
		}
		set := rapid.MapOfN(key, value, 0, 3).Draw(t, "labels")
		if got, want := p.Subject.Pods.Matches(selector.FromMap(set)), reference.Matches(labels.Set(set)); got != want {
			t.Errorf("%v on %v: %v, want %v", written, set, got, want)
		}
	})
}

func TestLower_Peers(t *testing.T) {
	anyPods := model.Peer{Kind: model.PeerPods, Field: "from[0]"}
	tests := []struct {
		from string
		want []model.Peer
	}{
		// NP-20: no peers is anyone
		{`null`, []model.Peer{{Kind: model.PeerAny, Field: "from"}}},
		{`[]`, []model.Peer{{Kind: model.PeerAny, Field: "from"}}},
		// NP-22: podSelector alone means the policy's own namespace
		{`[podSelector: {}]`, []model.Peer{{Kind: model.PeerPods, Field: "from[0]", Pods: pods()}}},
		{`[podSelector: {matchLabels: {a: b}}]`, []model.Peer{{Kind: model.PeerPods, Field: "from[0]", Pods: pods(in("a", "b"))}}},
		{`[{podSelector: {}, namespaceSelector: null}]`, []model.Peer{{Kind: model.PeerPods, Field: "from[0]", Pods: pods()}}},
		// NP-23: namespaceSelector alone means all pods there
		{`[namespaceSelector: {}]`, []model.Peer{anyPods}},
		{`[{namespaceSelector: {}, podSelector: null, ipBlock: null}]`, []model.Peer{anyPods}},
		{`[namespaceSelector: {matchLabels: {team: a}}]`, []model.Peer{
			{Kind: model.PeerPods, Field: "from[0]", Pods: model.PodSet{Namespaces: sel(in("team", "a"))}},
		}},
		// NP-24: both in one item, and both must match
		{`[{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {a: b}}}]`, []model.Peer{
			{Kind: model.PeerPods, Field: "from[0]", Pods: model.PodSet{Namespaces: sel(in("team", "a")), Pods: sel(in("a", "b"))}},
		}},
		{`[{namespaceSelector: {}, podSelector: {}}]`, []model.Peer{anyPods}},
		// NP-25: separate items, and either may match
		{`[namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {a: b}}]`, []model.Peer{
			{Kind: model.PeerPods, Field: "from[0]", Pods: model.PodSet{Namespaces: sel(in("team", "a"))}},
			{Kind: model.PeerPods, Field: "from[1]", Pods: pods(in("a", "b"))},
		}},
		// NP-35: addresses, with any mix of families in one list (NP-38)
		{`[ipBlock: {cidr: 0.0.0.0/0}, ipBlock: {cidr: "::/0", except: ["2001:DB8::/32", "::1/128"]}]`, []model.Peer{
			{Kind: model.PeerBlock, Field: "from[0]", Block: block("0.0.0.0/0")},
			{Kind: model.PeerBlock, Field: "from[1]", Block: block("::/0", "2001:db8::/32", "::1/128")},
		}},
		{`[ipBlock: {cidr: 10.0.0.1/32, except: []}]`, []model.Peer{{Kind: model.PeerBlock, Field: "from[0]", Block: block("10.0.0.1/32")}}},
	}
	for _, tt := range tests {
		t.Run(tt.from, func(t *testing.T) {
			p := lowered(t, `{ingress: [{from: `+tt.from+`}]}`)
			if diff := cmp.Diff(tt.want, p.Rules[0].Peers, prefixes); diff != "" {
				t.Errorf("ingress peers (-want +got):\n%s", diff)
			}
			// the egress side is the same but for its name
			want := slices.Clone(tt.want)
			for i := range want {
				want[i].Field = "to" + want[i].Field[len("from"):]
			}
			p = lowered(t, `{policyTypes: [Egress], egress: [{to: `+tt.from+`}]}`)
			if diff := cmp.Diff(want, p.Rules[0].Peers, prefixes); diff != "" {
				t.Errorf("egress peers (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLower_CIDR: what the API server lets pass without strict validation
// (NPV-8), and how it is read.
func TestLower_CIDR(t *testing.T) {
	tests := []struct {
		block string
		want  model.Block
		codes map[string]string // by field, below the block
	}{
		{`{cidr: 10.0.0.0/24}`, block("10.0.0.0/24"), nil},
		{`{cidr: "FE80:0:0::/16"}`, block("fe80::/16"), nil},
		{`{cidr: "::/0", except: ["::/1"]}`, block("::/0", "::/1"), nil},
		{`{cidr: 10.0.0.0/24, except: [10.0.0.128/25, 10.0.0.1/32, 10.0.0.1/32]}`, block("10.0.0.0/24", "10.0.0.128/25", "10.0.0.1/32", "10.0.0.1/32"), nil},
		// host bits are masked
		{`{cidr: 10.0.0.5/24}`, block("10.0.0.0/24"), map[string]string{"cidr": "cidr-host-bits"}},
		{`{cidr: "2001:db8::1/64"}`, block("2001:db8::/64"), map[string]string{"cidr": "cidr-host-bits"}},
		{`{cidr: 10.0.0.0/8, except: [10.1.2.3/16]}`, block("10.0.0.0/8", "10.1.0.0/16"), map[string]string{"except[0]": "cidr-host-bits"}},
		// leading zeros do not make a number octal
		{`{cidr: 010.010.0.0/16}`, block("10.10.0.0/16"), map[string]string{"cidr": "cidr-leading-zeros"}},
		{`{cidr: 10.0.0.0/08}`, block("10.0.0.0/8"), map[string]string{"cidr": "cidr-leading-zeros"}},
		{`{cidr: 192.168.0.0/16, except: [192.168.001.000/24]}`, block("192.168.0.0/16", "192.168.1.0/24"), map[string]string{"except[0]": "cidr-leading-zeros"}},
		{`{cidr: "2001:00db8::/32"}`, block("2001:db8::/32"), map[string]string{"cidr": "cidr-leading-zeros"}},
		// NP-38: an IPv4-mapped block is one of IPv4
		{`{cidr: "::ffff:10.0.0.0/104"}`, block("10.0.0.0/8"), map[string]string{"cidr": "cidr-mapped"}},
		{`{cidr: "::ffff:a00:0/128"}`, block("10.0.0.0/32"), map[string]string{"cidr": "cidr-mapped"}},
		{`{cidr: "::ffff:0.0.0.0/96"}`, block("0.0.0.0/0"), map[string]string{"cidr": "cidr-mapped"}},
		{
			`{cidr: "::ffff:10.0.0.0/104", except: ["::ffff:10.1.0.0/112"]}`, block("10.0.0.0/8", "10.1.0.0/16"),
			map[string]string{"cidr": "cidr-mapped", "except[0]": "cidr-mapped"},
		},
		// an IPv4-mapped except passes by its length as written, and may be the whole block
		{`{cidr: 10.0.0.0/16, except: ["::ffff:10.0.0.0/104"]}`, block("10.0.0.0/16", "10.0.0.0/16"), map[string]string{"except[0]": "cidr-mapped"}},
		{`{cidr: 10.0.0.0/8, except: ["::ffff:10.1.0.0/112"]}`, block("10.0.0.0/8", "10.1.0.0/16"), map[string]string{"except[0]": "cidr-mapped"}},
	}
	for _, tt := range tests {
		t.Run(tt.block, func(t *testing.T) {
			p, diagnostics := netpol.Lower(policy(t, `{ingress: [{from: [ipBlock: `+tt.block+`]}]}`), origin)
			codes := map[string]string{}
			for _, d := range diagnostics {
				if d.Severity != model.Warning {
					t.Fatalf("unexpected: %v", d)
				}
				codes[d.Origin.Field[len("spec.ingress[0].from[0].ipBlock."):]] = d.Code
			}
			if !maps.Equal(codes, tt.codes) {
				t.Errorf("warnings %v, want %v", codes, tt.codes)
			}
			if diff := cmp.Diff(tt.want, p.Rules[0].Peers[0].Block, prefixes); diff != "" {
				t.Errorf("block (-want +got):\n%s", diff)
			}
		})
	}
}
