package adminpol_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"netreach/model"
	"netreach/model/lower/adminpol"
	"netreach/model/selector"
)

// kind is one of the three: how it is read, and how its specification begins.
type kind struct {
	name string
	read func(text []byte, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic)
	head string
}

var (
	anp  = kind{"AdminNetworkPolicy", adminpol.ReadAdmin, "priority: 5, "}
	banp = kind{"BaselineAdminNetworkPolicy", adminpol.ReadBaseline, ""}
	cnp  = kind{"ClusterNetworkPolicy", adminpol.ReadCluster, "tier: Admin, priority: 5, "}
)

// object reads the object that text, which is YAML, says all of.
func (k kind) object(t *testing.T, text string, lenient bool) (model.Policy, []model.Diagnostic) {
	t.Helper()
	json, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return k.read(json, k.origin(), lenient)
}

// spec reads an object with that specification and the name default.
func (k kind) spec(t *testing.T, spec string) (model.Policy, []model.Diagnostic) {
	t.Helper()
	return k.object(t, "metadata: {name: default}\nspec: "+spec, false)
}

// rule reads an object about all pods with one rule.
func (k kind) rule(t *testing.T, rule string, lenient bool) (model.Policy, []model.Diagnostic) {
	t.Helper()
	return k.object(t, "metadata: {name: default}\nspec: "+k.withRule(rule), lenient)
}

// withRule is the specification of a policy about all pods with one rule.
func (k kind) withRule(rule string) string {
	list := "egress"
	if strings.Contains(rule, "from:") {
		list = "ingress"
	}
	return "{" + k.head + "subject: {namespaces: {}}, " + list + ": [" + rule + "]}"
}

func (k kind) origin() model.Origin {
	return model.Origin{Kind: k.name, Name: "default", File: "p.yaml", Line: 4}
}

// lines returns the diagnostics as "field: text [code] (hint)"; a warning begins
// with "warning: ".
func lines(diagnostics []model.Diagnostic) []string {
	var out []string
	for _, d := range diagnostics {
		line := d.Origin.Field + ": " + d.Text + " [" + d.Code + "]"
		if d.Hint != "" {
			line += " (" + d.Hint + ")"
		}
		if d.Severity == model.Warning {
			line = "warning: " + line
		}
		out = append(out, line)
	}
	return out
}

// summary returns the policy as a line about it, and one for each rule.
func summary(p model.Policy) []string {
	if p.Tier == "" {
		return nil
	}
	order := fmt.Sprint(p.Order)
	if p.Unordered {
		order = "anywhere"
	}
	out := []string{p.Tier + " " + order + ": " + p.Subject.String()}
	for _, r := range p.Rules {
		var peers, ports []string
		for _, peer := range r.Peers {
			peers = append(peers, peer.Field+" "+peer.String())
		}
		for _, m := range r.Ports {
			ports = append(ports, m.String())
		}
		line := strings.TrimPrefix(r.Origin.Field, "spec.") + " " + r.Action.String() + " " + strings.Join(peers, "; ") + " on " + strings.Join(ports, " ")
		if r.Name != "" {
			line += " (" + r.Name + ")"
		}
		out = append(out, line)
	}
	return out
}

// prefixes compares them by value.
var prefixes = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func TestTiers(t *testing.T) {
	// CNP-3, CNP-8: two tiers, and what no rule matches goes on
	admin, baseline := adminpol.Tiers()
	want := []model.Tier{{Name: model.TierAdmin, Unmatched: model.Pass}, {Name: model.TierBaseline, Unmatched: model.Pass}}
	if diff := cmp.Diff(want, []model.Tier{admin, baseline}); diff != "" {
		t.Error(diff)
	}
}

// TestRead looks at all of a policy, down to the origins.
func TestRead(t *testing.T) {
	const text = `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: default, uid: 0c1d, foo: bar}
spec:
  tier: Baseline
  priority: 30
  subject: {pods: {namespaceSelector: {matchLabels: {team: a}}, podSelector: {}}}
  ingress:
  - name: web
    action: Pass
    from: [{namespaces: {matchExpressions: [{key: b, operator: NotIn, values: [w, v]}]}}]
    protocols: [{udp: {destinationPort: {range: {start: 8000, end: 8100}}}}, {destinationNamedPort: http}]
status: {conditions: [{foo: bar}]}`
	got, diagnostics := cnp.object(t, text, false)
	if diagnostics != nil {
		t.Fatal(diagnostics)
	}
	o := cnp.origin()
	want := model.Policy{
		Origin:  o,
		Tier:    model.TierBaseline,
		Order:   30,
		Subject: model.PodSet{Namespaces: selector.Equal("team", "a")},
		Rules: []model.Rule{{
			Origin: o.At("spec.ingress[0]"), Name: "web", Direction: model.Ingress, Action: model.Pass,
			Peers: []model.Peer{{Kind: model.PeerPods, Field: "from[0]", Pods: model.PodSet{
				Namespaces: selector.Selector{Requirements: []selector.Requirement{{Key: "b", Op: selector.NotIn, Values: []string{"v", "w"}}}},
			}}},
			Ports: []model.PortMatch{
				{Kind: model.PortRange, Protocol: model.UDP, First: 8000, Last: 8100},
				{Kind: model.PortNamed, Name: "http", AnyProtocol: true},
			},
		}},
	}
	if diff := cmp.Diff(want, got, prefixes); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

// TestLower: the typed functions do the same from a value on, and leave it
// alone.
func TestLower(t *testing.T) {
	const spec = "{priority: 7, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{pods: {namespaceSelector: {}}}]}]}"
	var p adminpol.AdminNetworkPolicy
	if err := yaml.UnmarshalStrict([]byte("metadata: {name: default}\nspec: "+spec), &p); err != nil {
		t.Fatal(err)
	}
	want, wantDiagnostics := anp.spec(t, spec)
	for range 2 {
		got, diagnostics := adminpol.LowerAdmin(&p, anp.origin(), false)
		if diff := cmp.Diff(want, got, prefixes); diff != "" || want.Tier == "" {
			t.Errorf("policy (-read +lowered):\n%s", diff)
		}
		if diff := cmp.Diff(wantDiagnostics, diagnostics); diff != "" {
			t.Errorf("diagnostics (-read +lowered):\n%s", diff)
		}
	}
	if got, diagnostics := adminpol.LowerBaseline(&adminpol.BaselineAdminNetworkPolicy{}, banp.origin(), true); got.Tier != "" || len(diagnostics) != 2 {
		t.Errorf("the empty baseline policy: %v", lines(diagnostics))
	}
	if got, diagnostics := adminpol.LowerCluster(&adminpol.ClusterNetworkPolicy{}, cnp.origin(), true); got.Tier != "" || len(diagnostics) != 4 {
		t.Errorf("the empty cluster policy: %v", lines(diagnostics))
	}
}
