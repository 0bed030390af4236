package adminpol_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
)

// many returns a list of n copies of item.
func many(n int, item string) string { return "[" + strings.Repeat(item+", ", n) + "]" }

// cidrs returns a list of n different CIDRs.
func cidrs(n int) string {
	var out []string
	for i := range n {
		out = append(out, strconv.Itoa(i+1)+".0.0.0/8")
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// domains returns a list of n different domain names.
func domains(n int) string { return strings.ReplaceAll(cidrs(n), ".0.0.0/8", ".example.com") }

// TestRead_RefusedSpecs: what is wrong outside of rules.
func TestRead_RefusedSpecs(t *testing.T) {
	tests := []struct {
		kind kind
		spec string
		want []string
	}{
		// ANP-4, CNP-5, CNP-27: a priority from 0 to 1000
		{anp, `{subject: {namespaces: {}}}`, []string{
			`spec.priority: the priority is missing [required] (write priority: 0 to 1000; the lowest comes first)`,
		}},
		{anp, `{priority: -1, subject: {namespaces: {}}}`, []string{
			`spec.priority: -1 is not a priority [priority] (priorities are 0 to 1000, and the lowest comes first)`,
		}},
		{cnp, `{tier: Admin, priority: 1001, subject: {namespaces: {}}}`, []string{
			`spec.priority: 1001 is not a priority [priority] (priorities are 0 to 1000, and the lowest comes first)`,
		}},
		{anp, `{priority: "1", subject: {namespaces: {}}}`, []string{
			`spec.priority: must be a whole number, found the string "1" [wrong-type] (write 1 without quotes)`,
		}},
		// CNP-3, CNP-27: one of two tiers
		{cnp, `{priority: 1, subject: {namespaces: {}}}`, []string{
			`spec.tier: the tier is missing [required] (write tier: Admin, or Baseline to come after NetworkPolicies)`,
		}},
		{cnp, `{tier: admin, priority: 1, subject: {namespaces: {}}}`, []string{
			`spec.tier: "admin" is not a tier [tier] (write Admin: case matters)`,
		}},
		{cnp, `{tier: NetworkPolicy, priority: 1, subject: {namespaces: {}}}`, []string{
			`spec.tier: "NetworkPolicy" is not a tier [tier] (write Admin or Baseline)`,
		}},
		// ANP-17: the baseline policy has neither
		{banp, `{tier: Baseline, priority: 1, subject: {namespaces: {}}}`, []string{
			`spec.priority: unknown field "priority" [unknown-field] (leave it out: a cluster has one BaselineAdminNetworkPolicy)`,
			`spec.tier: unknown field "tier" [unknown-field] (leave it out: the kind says the tier)`,
		}},
		// everything that is missing is told together
		{cnp, `null`, []string{
			`spec.tier: the tier is missing [required] (write tier: Admin, or Baseline to come after NetworkPolicies)`,
			`spec.priority: the priority is missing [required] (write priority: 0 to 1000; the lowest comes first)`,
			`spec.subject: the subject has neither namespaces nor pods [subject-empty] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{anp, `{ingress: [{}]}`, []string{
			`spec.priority: the priority is missing [required] (write priority: 0 to 1000; the lowest comes first)`,
			`spec.subject: the subject has neither namespaces nor pods [subject-empty] (write namespaces: {} for all pods of all namespaces)`,
			`spec.ingress[0].action: the action is missing [required] (write Allow, Deny or Pass)`,
			`spec.ingress[0].from: at least one peer is required [required] (write namespaces: {} for all pods of all namespaces)`,
		}},
		// ANP-2, CNP-4: exactly one subject
		{banp, `{}`, []string{
			`spec.subject: the subject has neither namespaces nor pods [subject-empty] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{anp, `{priority: 1, subject: {}}`, []string{
			`spec.subject: the subject has neither namespaces nor pods [subject-empty] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{anp, `{priority: 1, subject: {namespaces: null}}`, []string{
			`spec.subject: the subject has neither namespaces nor pods [subject-empty] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{anp, `{priority: 1, subject: {namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}}`, []string{
			`spec.subject: the subject has namespaces and pods, but may have one of them only [subject-mixed] (keep one of them: pods takes a namespaceSelector, too)`,
		}},
		// ANP-2: both selectors of pods
		{anp, `{priority: 1, subject: {pods: {podSelector: {}}}}`, []string{
			`spec.subject.pods.namespaceSelector: the selector is missing [required] (write namespaceSelector: {} for all namespaces)`,
		}},
		// SEL-*: what no implementation can evaluate
		{anp, `{priority: 1, subject: {pods: {namespaceSelector: {matchLabels: {a b: c}}, podSelector: {matchExpressions: [{key: a, operator: in, values: [b]}, {key: a, operator: In}]}}}}`, []string{
			`spec.subject.pods.namespaceSelector.matchLabels["a b"]: "a b" is not a label key: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character [label-key]`,
			`spec.subject.pods.podSelector.matchExpressions[0].operator: "in" is not an operator of a label selector [selector-operator] (write In: case matters)`,
			`spec.subject.pods.podSelector.matchExpressions[1].values: In needs values [selector-values] (give at least one value, or use Exists)`,
		}},
		// VAL-2: what is misspelt is not missing as well
		{anp, `{Priority: 1, subject: {namespaces: {}}, podSelector: {}}`, []string{
			`spec.Priority: unknown field "Priority" [miscased-field] (did you mean "priority"? field names are case-sensitive)`,
			`spec.podSelector: unknown field "podSelector" [unknown-field] (write subject: {pods: {namespaceSelector: ..., podSelector: ...}})`,
		}},
		{anp, `{priority: 1, subjects: {namespaces: {}}}`, []string{
			`spec.subjects: unknown field "subjects" [unknown-field] (did you mean "subject"?)`,
		}},
		{anp, `{priority: 1, subject: {namespace: {}}}`, []string{
			`spec.subject.namespace: unknown field "namespace" [unknown-field] (did you mean "namespaces"?)`,
		}},
		{cnp, `{teir: Admin, subject: {namespace: {}}}`, []string{
			`spec.subject.namespace: unknown field "namespace" [unknown-field] (did you mean "namespaces"?)`,
			`spec.teir: unknown field "teir" [unknown-field] (did you mean "tier"?)`,
		}},
		// ANP-19, CNP-27: so many rules for each direction
		{anp, `{priority: 1, subject: {namespaces: {}}, ingress: ` + many(101, `{action: Deny, from: [namespaces: {}]}`) + `, egress: ` + many(100, `{action: Deny, to: [namespaces: {}]}`) + `}`, []string{
			`spec.ingress: 101 rules, but at most 100 [too-many] (spread them over several policies)`,
		}},
		{banp, `{subject: {namespaces: {}}, egress: ` + many(101, `{action: Deny, to: [namespaces: {}]}`) + `}`, []string{
			`spec.egress: 101 rules, but at most 100 [too-many] (spread them over several policies)`,
		}},
		{cnp, `{tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: ` + many(25, `{action: Deny, from: [namespaces: {}]}`) + `, egress: ` + many(26, `{action: Deny, to: [namespaces: {}]}`) + `}`, []string{
			`spec.egress: 26 rules, but at most 25 [too-many] (spread them over several policies)`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.spec[:min(len(tt.spec), 60)], func(t *testing.T) {
			p, diagnostics := tt.kind.spec(t, tt.spec)
			if diff := cmp.Diff(tt.want, lines(diagnostics)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(model.Policy{}, p); diff != "" {
				t.Errorf("a policy with errors was lowered:\n%s", diff)
			}
		})
	}
}

// TestRead_Names checks the object's own name. The baseline policy has one name
// only (ANP-17).
func TestRead_Names(t *testing.T) {
	const nameHint = " (lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit, at most 253 in all)"
	tests := []struct {
		kind     kind
		metadata string
		want     []string
	}{
		{anp, `{name: a.b-1}`, nil},
		{cnp, `{generateName: a-}`, nil},
		// it lies in no namespace, and the API server drops one that is given
		{cnp, `{name: a, namespace: b}`, nil},
		{anp, `{}`, []string{`metadata.name: the name is missing [object-name] (give the policy a name)`}},
		{cnp, `{name: A}`, []string{`metadata.name: "A" is not a name for a ClusterNetworkPolicy [object-name]` + nameHint}},
		{banp, `{name: default}`, nil},
		{banp, `{name: base}`, []string{`metadata.name: "base" is not the name of the one BaselineAdminNetworkPolicy of a cluster [object-name] (write name: default)`}},
		{banp, `{generateName: default}`, []string{`metadata.name: the name is missing [object-name] (write name: default)`}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.metadata, func(t *testing.T) {
			p, diagnostics := tt.kind.object(t, "metadata: "+tt.metadata+"\nspec: {"+tt.kind.head+"subject: {namespaces: {}}}", false)
			if diff := cmp.Diff(tt.want, lines(diagnostics)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if refused := p.Tier == ""; refused != (tt.want != nil) {
				t.Errorf("policy = %+v", p)
			}
		})
	}
}

// TestRead_MisspeltSpec: what would stand below a misspelt name is not missing.
func TestRead_MisspeltSpec(t *testing.T) {
	_, diagnostics := cnp.object(t, `{metadata: {name: x}, Spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}}`, false)
	want := []string{`Spec: unknown field "Spec" [miscased-field] (did you mean "spec"? field names are case-sensitive)`}
	if diff := cmp.Diff(want, lines(diagnostics)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// TestRead_Most reaches every limit (ANP-19, CNP-27).
func TestRead_Most(t *testing.T) {
	const longest = `["2001:0db8:0000:0000:0000:0000:ffff:ffff/128"]`
	rule := func(action string, peers int, ports string) string {
		list := strings.TrimPrefix(many(peers-2, "namespaces: {}"), "[")
		return "{name: " + strings.Repeat("ä", 100) + ", action: " + action + ", to: [networks: " + cidrs(25) + ", networks: " + longest + ", " + list + ", " + ports + "}"
	}
	tests := []struct {
		kind kind
		rule string
	}{
		{anp, rule("Deny", 100, "ports: "+many(100, "portNumber: {port: 65535}"))},
		{banp, rule("Deny", 100, "ports: "+many(100, "portRange: {start: 1, end: 65535}"))},
		{cnp, rule("Deny", 25, "protocols: "+many(25, "tcp: {destinationPort: {number: 65535}}"))},
		{cnp, "{action: Accept, to: [domainNames: " + domains(25) + "]}"},
	}
	for _, tt := range tests {
		p, diagnostics := tt.kind.rule(t, tt.rule, false)
		if diagnostics != nil || len(p.Rules) != 1 {
			t.Errorf("%s: %v", tt.kind.name, lines(diagnostics))
		}
	}
}
