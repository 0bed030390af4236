package load_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/load"
)

// The scalars are those of YAML 1.1, as kubectl reads them, wherever a parser
// of another version would read something else (VAL-1, T-47).
func TestRead_scalars(t *testing.T) {
	tests := []struct {
		value string
		want  string // the label's value, or how the refusal names it
	}{
		{"y", "boolean true"},
		{"n", "boolean false"},
		{"yes", "boolean true"},
		{"No", "boolean false"},
		{"on", "boolean true"},
		{"OFF", "boolean false"},
		{"true", "boolean true"},
		{"1", "number 1"},
		{"1.0", "number 1"},
		{"1.10", "number 1.1"},
		{"010", "number 8"},
		{"0o10", "number 8"}, // YAML 1.2, which go-yaml takes too
		{"0x10", "number 16"},
		{"0b11", "number 3"},
		{"1e3", "number 1000"},
		{"1_000", "number 1000"},
		{"123456789012", "number 123456789012"},
		{"~", ""}, // null is absent
		{"null", ""},
		{"", ""},
		{"2001-01-01", "2001-01-01"},
		{"1:30", "1:30"},
		{"5b466qf2l", "5b466qf2l"},
		{"1.2.3", "1.2.3"},
		{"0x", "0x"},
		{"yess", "yess"},
		{`"y"`, "y"},
		{"'010'", "010"},
		{"|-\n      on", "on"},
		{">-\n      on", "on"},
		{"!!str on", "on"},
		{"on # comment", "boolean true"},
		{"a#b", "a#b"},
	}
	for _, tt := range tests {
		t.Run(tt.value, func(t *testing.T) {
			c, ds := readText(t, load.Options{}, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    l: "+tt.value+"\n")
			if c == nil {
				if len(ds) != 1 || ds[0].Code != "wrong-type" || ds[0].Origin.Line != 6 || !strings.HasSuffix(ds[0].Text, "found the "+tt.want) {
					t.Errorf("got %q", ds)
				}
				return
			}
			got, _ := c.Pods[0].Labels.Get("l")
			if got != tt.want {
				t.Errorf("got %q, diagnostics %q", got, ds)
			}
		})
	}
}

// A policy whose selector is mis-cased selects every pod to those who ignore
// the field, and other pods to those who take it. Neither is what it means.
func TestRead_miscasedSelector(t *testing.T) {
	for _, field := range []string{"podselector", "PodSelector", "podSelecto"} {
		c, ds := readText(t, load.Options{}, policy("  "+field+":\n    matchLabels: {app: web}\n"))
		if c != nil || len(ds) != 1 || ds[0].Origin.Line != 6 || !strings.Contains(ds[0].Hint, "podSelector") {
			t.Errorf("%s: %q", field, ds)
		}
	}
	c, _ := readText(t, load.Options{Lenient: true}, policy("  podselector:\n    matchLabels: {app: web}\n"))
	if !c.Policies[0].Subject.Pods.Everything() {
		t.Errorf("with leniency the field is dropped, and the policy selects everything: %+v", c.Policies[0].Subject)
	}
}

// metadata and status are not strict, also where they hold what nobody knows.
func TestRead_lenientMetadata(t *testing.T) {
	mustRead(t, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\n  clusterName: x\n  Labels: {a: b}\n"+
		"  managedFields: [{manager: x, fieldsV1: {\"f:spec\": {}}}]\nspec:\n  podSelector: {}\nstatus:\n  conditions: []\n  foo: bar\n")
}

// VAL-4, VAL-8: null, absent and empty are one thing, but a rule list with one
// empty rule is another.
func TestRead_null(t *testing.T) {
	same := []string{
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n",
		policy("  podSelector: null\n  ingress: null\n  egress: ~\n"),
		policy("  podSelector: {}\n  ingress: []\n  policyTypes: []\n"),
		policy("  podSelector:\n    matchLabels:\n    matchExpressions:\n"),
	}
	for _, text := range same {
		want := []string{"NetworkPolicy default/p selects all pods in namespace default, isolates [false true], 0 rules"}
		if diff := cmp.Diff(want, policies(mustRead(t, text))); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	if got := policies(mustRead(t, policy("  podSelector: {}\n  ingress: [{}]\n"))); !strings.HasSuffix(got[0], "1 rules") {
		t.Errorf("got %q", got)
	}
}

// What a dump holds and a naive scanner trips over.
func TestRead_nastyDump(t *testing.T) {
	const text = `apiVersion: v1
items:
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      json: |
        {"items": [
        - kind: Pod
        ---
        "kind": "List"}
      folded: "one
        two: three\n
        - four"
      single: 'it''s
        - not'
      plain: a
        - b
    labels:
      hash: 5b466qf2l
    managedFields:
    - fieldsV1:
        f:metadata:
          f:ownerReferences:
            k:{"uid":"d3"}: {}
    name: web
    namespace: shop
    uid: 0b1c
  spec:
    containers:
    - args:
      - -c
      - |-
        cat <<EOF
        apiVersion: v1
        kind: Secret
        EOF
      ports:
      - containerPort: 8080
        name: http
        protocol: TCP
  status:
    phase: Running
    podIP: fd00:10:244::5
    podIPs:
    - ip: fd00:10:244::5
    - ip: 10.244.0.5
kind: List
metadata:
  resourceVersion: ""
`
	want := []string{"shop/Pod/web x1: shop/web x1 hash=5b466qf2l http=8080/tcp fd00:10:244::5 10.244.0.5"}
	for _, variant := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), "---\n" + text + "---\n", "# x\n" + text} {
		if diff := cmp.Diff(want, pods(mustRead(t, variant))); diff != "" {
			t.Error(diff)
		}
	}
}

// A marker line ends a document, whatever is open there: nothing can contain it.
func TestRead_markerInText(t *testing.T) {
	_, ds := readText(t, load.Options{}, "a: \"\n---\n"+podA)
	if diff := cmp.Diff([]string{"a.yaml:1: error   [syntax]"}, lines(ds)); diff != "" {
		t.Error(diff)
	}
}

// Problems come sorted by file and line, all of them, also across files.
func TestRead_allProblems(t *testing.T) {
	fsys := files(map[string]string{
		"d/b.yaml": policy("  podSelector: {}\n  ingress: [{from: [{}]}]\n") + "---\na: [\n",
		"d/a.yaml": "\n\nkind: 5\n---\n" + pod("  containers: 5\n"),
		"d/c.json": `{"apiVersion": "v1", "kind": "Pod"}`,
	})
	c, ds, err := load.Read(load.Options{FS: fsys}, "d")
	want := []string{
		"d/a.yaml:3: error  kind [wrong-type]",
		"d/a.yaml:10: error Pod default/a spec.containers [wrong-type]",
		"d/b.yaml:7: error NetworkPolicy default/p spec.ingress[0].from[0] [peer-empty]",
		"d/b.yaml:9: error   [syntax]",
		"d/c.json:1: error Pod metadata.name [object-name]",
	}
	if diff := cmp.Diff(want, lines(ds)); diff != "" || c != nil || err != nil {
		t.Errorf("error %v, cluster %v: %s", err, c, diff)
	}
}

// Diagnostics read as the house style shows them.
func TestRead_message(t *testing.T) {
	_, ds := readText(t, load.Options{}, policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: 8080\n      endPort: 80\n"))
	want := "a.yaml:10: NetworkPolicy default/p: spec.ingress[0].ports[0].endPort: 80 is below port 8080   [port-range]\n         hint: "
	if len(ds) != 1 || !strings.HasPrefix(ds[0].String(), want) {
		t.Errorf("got %s", ds)
	}
}

// A large list is cut at its items: each has its own line and text.
func TestRead_manyItems(t *testing.T) {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: PodList\nitems:\n")
	const n = 500
	for i := range n {
		fmt.Fprintf(&b, "- metadata:\n    name: p%03d\n    labels: {app: a}\n", i)
	}
	c := mustRead(t, b.String())
	if len(c.Pods) != n {
		t.Fatalf("%d pods", len(c.Pods))
	}
	for i, p := range c.Pods {
		want := model.Origin{Kind: "Pod", Namespace: "default", Name: fmt.Sprintf("p%03d", i), File: "a.yaml", Line: 4 + 3*i}
		if p.Origin != want {
			t.Fatalf("got %+v, want %+v", p.Origin, want)
		}
	}
}
