package netpol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"netreach/model"
	"netreach/model/lower/netpol"
	"netreach/model/lower/strict"
	"netreach/model/selector"
)

// policy returns the NetworkPolicy shop/db with the specification in spec, which
// is YAML.
func policy(t *testing.T, spec string) *networkingv1.NetworkPolicy {
	t.Helper()
	text, err := yaml.YAMLToJSONStrict([]byte("metadata: {name: db, namespace: shop}\nspec: " + spec))
	if err != nil {
		t.Fatal(err)
	}
	np := &networkingv1.NetworkPolicy{}
	if problems := strict.Decode(text, np); problems != nil {
		t.Fatal(problems)
	}
	return np
}

var origin = model.Origin{Kind: "NetworkPolicy", Namespace: "shop", Name: "db", File: "db.yaml", Line: 4}

// lowered lowers a specification that nothing is wrong with.
func lowered(t *testing.T, spec string) model.Policy {
	t.Helper()
	p, diagnostics := netpol.Lower(policy(t, spec), origin)
	if diagnostics != nil {
		t.Fatalf("diagnostics: %v", diagnostics)
	}
	return p
}

// pods are pods of the policy's own namespace.
func pods(r ...selector.Requirement) model.PodSet {
	return model.PodSet{Namespace: "shop", Pods: sel(r...)}
}

func sel(r ...selector.Requirement) selector.Selector { return selector.Selector{Requirements: r} }

func in(key string, values ...string) selector.Requirement {
	return selector.Requirement{Key: key, Op: selector.In, Values: values}
}

func notIn(key string, values ...string) selector.Requirement {
	return selector.Requirement{Key: key, Op: selector.NotIn, Values: values}
}

func exists(key string) selector.Requirement {
	return selector.Requirement{Key: key, Op: selector.Exists}
}

func doesNotExist(key string) selector.Requirement {
	return selector.Requirement{Key: key, Op: selector.DoesNotExist}
}

func TestTier(t *testing.T) {
	// NP-7, NP-42: isolated pods are denied what no rule allows, but for their own node
	want := model.Tier{Name: model.TierNetworkPolicy, Unmatched: model.Deny, OwnNodeEgress: true}
	if diff := cmp.Diff(want, netpol.Tier()); diff != "" {
		t.Error(diff)
	}
}

// TestLower lowers a policy that uses everything, and looks at all of it.
func TestLower(t *testing.T) {
	got := lowered(t, `
    podSelector: {matchLabels: {app: db}}
    policyTypes: [Egress, Ingress]
    ingress:
    - from:
      - podSelector: {matchLabels: {app: api}}
      - namespaceSelector: {matchLabels: {team: a}}
        podSelector: {}
      ports: [{port: 5432}, {port: metrics, protocol: UDP}]
    - {}
    egress:
    - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
      ports: [{port: 8000, endPort: 8100, protocol: SCTP}]`)
	want := model.Policy{
		Origin:   origin,
		Tier:     model.TierNetworkPolicy,
		Subject:  pods(in("app", "db")),
		Isolates: [model.Directions]bool{model.Egress: true, model.Ingress: true},
		Rules: []model.Rule{
			{
				Origin: origin.At("spec.ingress[0]"), Direction: model.Ingress, Action: model.Allow,
				Peers: []model.Peer{
					{Kind: model.PeerPods, Field: "from[0]", Pods: pods(in("app", "api"))},
					{Kind: model.PeerPods, Field: "from[1]", Pods: model.PodSet{Namespaces: sel(in("team", "a"))}},
				},
				Ports: []model.PortMatch{
					{Kind: model.PortRange, Protocol: model.TCP, First: 5432, Last: 5432},
					{Kind: model.PortNamed, Protocol: model.UDP, Name: "metrics"},
				},
			},
			{
				Origin: origin.At("spec.ingress[1]"), Direction: model.Ingress, Action: model.Allow,
				Peers: []model.Peer{{Kind: model.PeerAny, Field: "from"}},
				Ports: []model.PortMatch{{Kind: model.PortAny}},
			},
			{
				Origin: origin.At("spec.egress[0]"), Direction: model.Egress, Action: model.Allow,
				Peers: []model.Peer{{Kind: model.PeerBlock, Field: "to[0]", Block: block("10.0.0.0/8", "10.1.0.0/16")}},
				Ports: []model.PortMatch{{Kind: model.PortRange, Protocol: model.SCTP, First: 8000, Last: 8100, EndPort: true}},
			},
		},
	}
	if diff := cmp.Diff(want, got, prefixes); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

// TestLower_Isolation: which directions a policy isolates, and how many of its
// rules count.
func TestLower_Isolation(t *testing.T) {
	type want struct{ ingress, egress bool }
	tests := []struct {
		spec    string
		want    want
		in, out int // rules
		warned  string
	}{
		// NP-15: without policyTypes, ingress always, egress if there is a rule
		{`{}`, want{true, false}, 0, 0, ""},
		{`null`, want{true, false}, 0, 0, ""},
		{`{policyTypes: []}`, want{true, false}, 0, 0, ""},
		{`{policyTypes: null}`, want{true, false}, 0, 0, ""},
		{`{ingress: [{}]}`, want{true, false}, 1, 0, ""},
		{`{egress: [{}]}`, want{true, true}, 0, 1, ""},
		{`{ingress: [{}], egress: [{}, {}]}`, want{true, true}, 1, 2, ""},
		// NP-16: an empty list of rules is no rule
		{`{egress: []}`, want{true, false}, 0, 0, ""},
		{`{egress: null}`, want{true, false}, 0, 0, ""},
		// a null item is an empty rule to the API server
		{`{egress: [null]}`, want{true, true}, 0, 1, ""},
		// NP-14: what is given is taken literally
		{`{policyTypes: [Egress]}`, want{false, true}, 0, 0, ""},
		{`{policyTypes: [Ingress]}`, want{true, false}, 0, 0, ""},
		{`{policyTypes: [Ingress, Egress]}`, want{true, true}, 0, 0, ""},
		// NPV-11: a duplicate passes
		{`{policyTypes: [Egress, Egress]}`, want{false, true}, 0, 0, ""},
		// NP-18: isolation comes from policyTypes, not from rules
		{`{policyTypes: [Ingress, Egress], ingress: [{}]}`, want{true, true}, 1, 0, ""},
		// NP-17: rules of another direction have no effect, which is said
		{`{policyTypes: [Ingress], ingress: [{}], egress: [{}]}`, want{true, false}, 1, 0, "spec.egress"},
		{`{policyTypes: [Egress], ingress: [{}, {}]}`, want{false, true}, 0, 0, "spec.ingress"},
		{`{policyTypes: [Egress], ingress: []}`, want{false, true}, 0, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.spec, func(t *testing.T) {
			p, diagnostics := netpol.Lower(policy(t, tt.spec), origin)
			if got := (want{p.Isolates[model.Ingress], p.Isolates[model.Egress]}); got != tt.want {
				t.Errorf("isolates = %+v, want %+v", got, tt.want)
			}
			rules := map[model.Direction]int{}
			for _, r := range p.Rules {
				rules[r.Direction]++
			}
			if rules[model.Ingress] != tt.in || rules[model.Egress] != tt.out {
				t.Errorf("%d ingress and %d egress rules, want %d and %d", rules[model.Ingress], rules[model.Egress], tt.in, tt.out)
			}
			warned := ""
			for _, d := range diagnostics {
				if d.Severity != model.Warning || d.Code != "rule-ignored" {
					t.Errorf("unexpected: %v", d)
				}
				warned += d.Origin.Field
			}
			if warned != tt.warned {
				t.Errorf("warned of %q, want %q", warned, tt.warned)
			}
		})
	}
}

// TestLower_Namespace: the policy selects pods of its own namespace only
// (NP-9), and belongs to "default" if nothing says otherwise (VAL-6). An empty
// namespace would mean all of them.
func TestLower_Namespace(t *testing.T) {
	tests := []struct{ object, origin, want string }{
		{"shop", "shop", "shop"},
		{"shop", "", "shop"},
		{"", "shop", "shop"},
		{"", "", "default"},
	}
	for _, tt := range tests {
		np := policy(t, `{ingress: [{from: [podSelector: {}]}]}`)
		np.Namespace = tt.object
		p, diagnostics := netpol.Lower(np, model.Origin{Namespace: tt.origin})
		if diagnostics != nil {
			t.Fatal(diagnostics)
		}
		if got := p.Subject.Namespace; got != tt.want {
			t.Errorf("object in %q, origin %q: subject in %q, want %q", tt.object, tt.origin, got, tt.want)
		}
		if got := p.Rules[0].Peers[0].Pods.Namespace; got != tt.want {
			t.Errorf("object in %q, origin %q: peer in %q, want %q", tt.object, tt.origin, got, tt.want)
		}
	}
}

// TestLower_Pure: lowering leaves the object alone, and twice is once.
func TestLower_Pure(t *testing.T) {
	const spec = `{podSelector: {matchExpressions: [{key: z, operator: In, values: [c, a, b, a]}, {key: a, operator: NotIn, values: [z, x]}]},
    ingress: [{from: [ipBlock: {cidr: 10.0.0.9/8, except: [10.010.0.0/16]}]}], policyTypes: [Egress]}`
	np, untouched := policy(t, spec), policy(t, spec)
	first, diagnostics := netpol.Lower(np, origin)
	second, again := netpol.Lower(np, origin)
	if diff := cmp.Diff(untouched, np); diff != "" {
		t.Errorf("the object was changed (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(first, second, prefixes); diff != "" {
		t.Errorf("the policy differs (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(diagnostics, again); diff != "" || len(diagnostics) != 3 {
		t.Errorf("diagnostics differ, or are not 3 (-first +second):\n%s", diff)
	}
}
