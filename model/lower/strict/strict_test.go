package strict_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"netreach/model"
	"netreach/model/lower/strict"
)

// lines returns the problems as "field: text [code] (hint)".
func lines(problems []strict.Problem) []string {
	var out []string
	for _, p := range problems {
		line := p.Field + ": " + p.Text + " [" + p.Code + "]"
		if p.Hint != "" {
			line += " (" + p.Hint + ")"
		}
		out = append(out, line)
	}
	return out
}

func TestDecode_Problems(t *testing.T) {
	tests := []struct {
		json string
		want []string
	}{
		// the field of another case is not the field (VAL-2)
		{`{"spec":{"podselector":{}}}`, []string{
			`spec.podselector: unknown field "podselector" [miscased-field] (did you mean "podSelector"? field names are case-sensitive)`,
		}},
		{`{"Spec":{}}`, []string{
			`Spec: unknown field "Spec" [miscased-field] (did you mean "spec"? field names are case-sensitive)`,
		}},
		{`{"spec":{"ingress":[{"ports":[{"port":80},{"port":80,"endport":90}]}]}}`, []string{
			`spec.ingress[0].ports[1].endport: unknown field "endport" [miscased-field] (did you mean "endPort"? field names are case-sensitive)`,
		}},
		// a slip of the pen: letter left out, added, replaced, swapped
		{`{"spec":{"ingres":[]}}`, []string{
			`spec.ingres: unknown field "ingres" [unknown-field] (did you mean "ingress"?)`,
		}},
		{`{"spec":{"policyType":["Ingress"]}}`, []string{
			`spec.policyType: unknown field "policyType" [unknown-field] (did you mean "policyTypes"?)`,
		}},
		{`{"spec":{"egress":[{"ports":[{"prot":80}]}]}}`, []string{
			`spec.egress[0].ports[0].prot: unknown field "prot" [unknown-field] (did you mean "port"?)`,
		}},
		{`{"spec":{"ingress":[{"form":[]}]}}`, []string{
			`spec.ingress[0].form: unknown field "form" [unknown-field] (did you mean "from"?)`,
		}},
		// nothing is near: say what there is
		{`{"spec":{"ingress":[{"podSelector":{}}]}}`, []string{
			`spec.ingress[0].podSelector: unknown field "podSelector" [unknown-field] (the fields here are from and ports)`,
		}},
		{`{"spec":{"egress":[{"from":[]}]}}`, []string{
			`spec.egress[0].from: unknown field "from" [unknown-field] (the fields here are ports and to)`,
		}},
		{`{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"},"matchLabels":{"a":"b"}}]}]}}`, []string{
			`spec.ingress[0].from[0].matchLabels: unknown field "matchLabels" [unknown-field] (the fields here are ipBlock, namespaceSelector and podSelector)`,
		}},
		// a name that is no plain word is quoted in the path
		{`{"spec":{"a.b":1,"":2}}`, []string{
			`spec["a.b"]: unknown field "a.b" [unknown-field] (the fields here are egress, ingress, podSelector and policyTypes)`,
			`spec[""]: unknown field "" [unknown-field] (the fields here are egress, ingress, podSelector and policyTypes)`,
		}},
		// an escaped name is the name
		{`{"spec":{"podSelecto\u0072":{}}}`, nil},
		// twice the same field: the mistake that makes and out of or
		{`{"spec":{"podSelector":{},"ingress":[{"from":[],"from":[]}],"podSelector":{}}}`, []string{
			`spec.ingress[0].from: "from" is given more than once [duplicate-field] (only one of them would count: merge them)`,
			`spec.podSelector: "podSelector" is given more than once [duplicate-field] (only one of them would count: merge them)`,
		}},
		{`{"spec":{"podSelector":{"matchLabels":{"app":"a","app":"b"}}}}`, []string{
			`spec.podSelector.matchLabels.app: "app" is given more than once [duplicate-field] (only one of them would count: merge them)`,
		}},
		{`{"metadata":{},"metadata":{"name":"x"}}`, []string{
			`metadata: "metadata" is given more than once [duplicate-field] (only one of them would count: merge them)`,
		}},
		// what is wrong in the second of two is reported, too
		{`{"spec":{"ingress":[],"ingress":[{"fro":[]}]}}`, []string{
			`spec.ingress: "ingress" is given more than once [duplicate-field] (only one of them would count: merge them)`,
			`spec.ingress[0].fro: unknown field "fro" [unknown-field] (did you mean "from"?)`,
		}},

		// YAML makes booleans and numbers of bare words (VAL-1)
		{`{"spec":{"podSelector":{"matchLabels":{"enabled":true,"off":false,"version":1.0,"app.kubernetes.io/part-of":80}}}}`, []string{
			`spec.podSelector.matchLabels.enabled: must be a string, found the boolean true [wrong-type] (quote it: YAML reads y, yes, on, true as booleans)`,
			`spec.podSelector.matchLabels.off: must be a string, found the boolean false [wrong-type] (quote it: YAML reads n, no, off, false as booleans)`,
			`spec.podSelector.matchLabels.version: must be a string, found the number 1.0 [wrong-type] (quote it: YAML reads 1, 1.0, 0x10, 1e3 as numbers)`,
			`spec.podSelector.matchLabels["app.kubernetes.io/part-of"]: must be a string, found the number 80 [wrong-type] (quote it: YAML reads 1, 1.0, 0x10, 1e3 as numbers)`,
		}},
		{`{"apiVersion":1,"kind":true,"metadata":{"name":5,"namespace":false,"labels":{"a":1}}}`, []string{
			`apiVersion: must be a string, found the number 1 [wrong-type] (quote it: YAML reads 1, 1.0, 0x10, 1e3 as numbers)`,
			`kind: must be a string, found the boolean true [wrong-type] (quote it: YAML reads y, yes, on, true as booleans)`,
			`metadata.name: must be a string, found the number 5 [wrong-type] (quote it: YAML reads 1, 1.0, 0x10, 1e3 as numbers)`,
			`metadata.namespace: must be a string, found the boolean false [wrong-type] (quote it: YAML reads n, no, off, false as booleans)`,
			`metadata.labels.a: must be a string, found the number 1 [wrong-type] (quote it: YAML reads 1, 1.0, 0x10, 1e3 as numbers)`,
		}},
		// mappings, lists and scalars for one another
		{`{"spec":{"ingress":{"from":[]},"egress":[[]],"policyTypes":"Ingress","podSelector":"app=web"}}`, []string{
			`spec.ingress: must be a list, found a mapping [wrong-type] (put "- " before it to make it an item of a list)`,
			`spec.egress[0]: must be a mapping, found a list [wrong-type] (leave out the "- ")`,
			`spec.policyTypes: must be a list, found the string "Ingress" [wrong-type] (put "- " before it to make it an item of a list)`,
			`spec.podSelector: must be a mapping, found the string "app=web" [wrong-type] (write "name: value")`,
		}},
		{`{"spec":{"podSelector":{"matchLabels":["a"],"matchExpressions":[{"key":{},"operator":[],"values":{}}]}}}`, []string{
			`spec.podSelector.matchLabels: must be a mapping, found a list [wrong-type] (leave out the "- ")`,
			`spec.podSelector.matchExpressions[0].key: must be a string, found a mapping [wrong-type]`,
			`spec.podSelector.matchExpressions[0].operator: must be a string, found a list [wrong-type]`,
			`spec.podSelector.matchExpressions[0].values: must be a list, found a mapping [wrong-type] (put "- " before it to make it an item of a list)`,
		}},
		// numbers
		{`{"spec":{"egress":[{"ports":[{"port":80.5},{"port":80.0},{"port":1e3},{"port":3000000000},{"port":true},{"port":[80]},{"port":"80"}]}]}}`, []string{
			`spec.egress[0].ports[0].port: 80.5 is not a whole number [bad-value]`,
			`spec.egress[0].ports[1].port: 80.0 is not written as a whole number [bad-value] (write 80)`,
			`spec.egress[0].ports[2].port: 1e3 is not written as a whole number [bad-value] (write 1000)`,
			`spec.egress[0].ports[3].port: 3000000000 is out of range [bad-value]`,
			`spec.egress[0].ports[4].port: must be a whole number or a string, found the boolean true [wrong-type] (quote it: YAML reads y, yes, on, true as booleans)`,
			`spec.egress[0].ports[5].port: must be a whole number or a string, found a list [wrong-type]`,
		}},
		{`{"spec":{"egress":[{"ports":[{"port":1,"endPort":"90"},{"port":1,"endPort":"http"},{"port":1,"endPort":-2147483649}]}]}}`, []string{
			`spec.egress[0].ports[0].endPort: must be a whole number, found the string "90" [wrong-type] (write 90 without quotes)`,
			`spec.egress[0].ports[1].endPort: must be a whole number, found the string "http" [wrong-type]`,
			`spec.egress[0].ports[2].endPort: -2147483649 is out of range [bad-value]`,
		}},
		// what decodes itself is tried, and cannot hide a second problem
		{`{"metadata":{"creationTimestamp":"yesterday"},"spec":{"x":1}}`, []string{
			`metadata.creationTimestamp: the string "yesterday" cannot be read: parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006" [bad-value]`,
			`spec.x: unknown field "x" [unknown-field] (the fields here are egress, ingress, podSelector and policyTypes)`,
		}},
		// metadata and status are never strict
		{`{"metadata":{"name":"x","Name":"y","labels":{"a":"1","a":"2"},"selfLink":"/","owner":{"x":[1]}},"status":{"conditions":[{"x":1}],"x":1,"x":2}}`, nil},
		// but only the top-level ones are those
		{`{"spec":{"metadata":{}}}`, []string{
			`spec.metadata: unknown field "metadata" [unknown-field] (the fields here are egress, ingress, podSelector and policyTypes)`,
		}},

		// not an object at all
		{`null`, []string{`: must be a mapping, found null [wrong-type]`}},
		{`[]`, []string{`: must be a mapping, found a list [wrong-type] (leave out the "- ")`}},
		{`"x"`, []string{`: must be a mapping, found the string "x" [wrong-type] (write "name: value")`}},
		// not JSON
		{``, []string{`: not JSON: the text ends early [syntax]`}},
		{`{"spec":{"x":1,`, []string{
			`spec.x: unknown field "x" [unknown-field] (the fields here are egress, ingress, podSelector and policyTypes)`,
			`spec: not JSON: the text ends early [syntax]`,
		}},
		{`{"spec":{"podSelector":}}`, []string{
			`spec.podSelector: not JSON: invalid character '}' at start of value at byte 23 [syntax]`,
		}},
		{`{} {}`, []string{`: not JSON: more text follows the first value [syntax]`}},
		{`{} x`, []string{`: not JSON: invalid character 'x' at start of value at byte 3 [syntax]`}},
	}
	for _, tt := range tests {
		t.Run(tt.json, func(t *testing.T) {
			untouched := networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "before"}}
			np := untouched
			got := strict.Decode([]byte(tt.json), &np)
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if len(got) > 0 && !cmp.Equal(np, untouched) {
				t.Errorf("the struct was changed in spite of problems: %v", np)
			}
		})
	}
}

// TestDecode_Value decodes every field of the specification, and takes null for
// absent as the API server does.
func TestDecode_Value(t *testing.T) {
	const object = `{
		"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
		"metadata": {"name": "db", "namespace": "shop", "creationTimestamp": null, "labels": {"a": "b"}, "annotations": null,
			"managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}, "time": "2024-05-06T07:08:09Z"}]},
		"spec": {
			"podSelector": {"matchLabels": {"app": "db", "empty": null}, "matchExpressions": [{"key": "k", "operator": "In", "values": ["v", null]}]},
			"policyTypes": ["Ingress", null],
			"ingress": [null, {
				"from": [null, {"podSelector": {}, "namespaceSelector": null}, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}],
				"ports": [{"port": 5432, "endPort": 5440}, {"port": "http", "protocol": "UDP"}, {"port": null, "protocol": null, "endPort": null}]
			}],
			"egress": null
		}
	}`
	var got networkingv1.NetworkPolicy
	if problems := strict.Decode([]byte(object), &got); problems != nil {
		t.Fatalf("problems: %v", lines(problems))
	}
	if f := got.ManagedFields; len(f) != 1 || f[0].FieldsV1.GetRawString() != `{"f:spec": {}}` || f[0].Time.Year() != 2024 {
		t.Errorf("managedFields = %v", f)
	}
	got.ManagedFields = nil
	want := networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: metav1.ObjectMeta{Name: "db", Namespace: "shop", Labels: map[string]string{"a": "b"}},
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{
				MatchLabels:      map[string]string{"app": "db", "empty": ""},
				MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "k", Operator: "In", Values: []string{"v", ""}}},
			},
			PolicyTypes: []networkingv1.PolicyType{"Ingress", ""},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{}, {
				From: []networkingv1.NetworkPolicyPeer{
					{},
					{PodSelector: &metav1.LabelSelector{}},
					{IPBlock: &networkingv1.IPBlock{CIDR: "10.0.0.0/8", Except: []string{"10.1.0.0/16"}}},
				},
				Ports: []networkingv1.NetworkPolicyPort{
					{Port: new(intstr.FromInt32(5432)), EndPort: new(int32(5440))},
					{Port: new(intstr.FromString("http")), Protocol: new(corev1.ProtocolUDP)},
					{},
				},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
}

// TestDecode_UnknownAllowed goes on where fields are merely unknown: they are
// reported and left out.
func TestDecode_UnknownAllowed(t *testing.T) {
	tests := []struct {
		json    string
		want    int
		decoded bool
	}{
		{`{"metadata":{"name":"x"}}`, 0, true},
		{`{"metadata":{"name":"x"},"spec":{"podselector":{},"foo":[1]}}`, 2, true},
		{`{"metadata":{"name":"x"},"spec":{"foo":1,"ingress":{}}}`, 2, false},
		{`{"metadata":{"name":"x"},"spec":{"ingress":[],"ingress":[]}}`, 1, false},
		{`{"metadata":{"name":"x"},"spec":{"foo":1}`, 2, false},
	}
	for _, tt := range tests {
		t.Run(tt.json, func(t *testing.T) {
			var np networkingv1.NetworkPolicy
			problems := strict.Decode([]byte(tt.json), &np, strict.UnknownAllowed())
			if len(problems) != tt.want {
				t.Errorf("got %d problems, want %d: %v", len(problems), tt.want, lines(problems))
			}
			if decoded := np.Name == "x"; decoded != tt.decoded {
				t.Errorf("decoded = %v, want %v", decoded, tt.decoded)
			}
			for _, p := range problems {
				if unknown := strings.HasPrefix(p.Text, "unknown field"); p.Unknown != unknown {
					t.Errorf("%v: Unknown = %v", lines([]strict.Problem{p}), p.Unknown)
				}
			}
		})
	}
}

// TestDecode_MiscasedAllowed: a mis-cased field that is let pass has no effect,
// as with an API server that is not strict.
func TestDecode_MiscasedAllowed(t *testing.T) {
	const object = `{"spec":{"ingress":[{"from":[{"PodSelector":{},"ipblock":{},"namespaceSelector":{}}]}]}}`
	var np networkingv1.NetworkPolicy
	strict.Decode([]byte(object), &np, strict.UnknownAllowed())
	want := []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}}}
	if diff := cmp.Diff(want, np.Spec.Ingress); diff != "" {
		t.Errorf("ingress (-want +got):\n%s", diff)
	}
}

func TestProblem_Diagnostic(t *testing.T) {
	var np networkingv1.NetworkPolicy
	o := model.Origin{Kind: "NetworkPolicy", Namespace: "shop", Name: "db", File: "db.yaml", Line: 3}
	p := strict.Decode([]byte(`{"spec":{"podselector":{}}}`), &np)
	const want = "db.yaml:3: NetworkPolicy shop/db: spec.podselector: unknown field \"podselector\"   [miscased-field]\n" +
		"         hint: did you mean \"podSelector\"? field names are case-sensitive"
	if got := p[0].Diagnostic(model.Error, o).String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMember(t *testing.T) {
	tests := []struct{ path, name, want string }{
		{"", "spec", "spec"},
		{"spec", "podSelector", "spec.podSelector"},
		{"m", "part-of_2", "m.part-of_2"},
		{"m", "app.kubernetes.io/name", `m["app.kubernetes.io/name"]`},
		{"m", "", `m[""]`},
		{"m", "a\"]", `m["a\"]"]`},
		{"", "a b", `["a b"]`},
		{strict.Item("spec.ingress", 10), "from", "spec.ingress[10].from"},
	}
	for _, tt := range tests {
		if got := strict.Member(tt.path, tt.name); got != tt.want {
			t.Errorf("Member(%q, %q) = %s, want %s", tt.path, tt.name, got, tt.want)
		}
	}
}
