package load_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/load"
)

// policy returns a NetworkPolicy whose spec is on line 5 and below.
func policy(spec string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n" + spec
}

// pod returns a Pod whose spec is on line 5 and below.
func pod(spec string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n" + spec
}

// malformed holds input that must be refused: with its line, its code, and a
// hint what to do.
var malformed = []struct {
	name, text string
	// wants holds "line code field" of each error.
	wants []string
}{
	// Text that is neither YAML nor JSON.
	{"a tab indents a value", "a: b\nc:\n\td: e\n", []string{"3 syntax "}},
	{"a tab indents a key", "a: b\n\tc: d\n", []string{"2 syntax "}},
	{"a quote that is not closed is told where it opens", "a: b\nc: 'x\nd: e\nf: g\n", []string{"2 syntax "}},
	{"also on the first line", "c: \"x\nd: e\nf: g\n", []string{"1 syntax "}},
	{"a bracket that is not closed", "a: b\nc: [1,\n  2\nd: e\n", []string{"2 syntax "}},
	{"a brace that is not closed", "a: b\nc: {x: 1\nd: e\n", []string{"2 syntax "}},
	{"a bracket that is not opened", "a: b\nc: ]\n", []string{"2 syntax "}},
	{"a value that holds a colon", "a: b\nc: d: e\n", []string{"2 syntax "}},
	{"a key that is indented less than its siblings", "a:\n    b: c\n  d: e\n", []string{"3 syntax "}},
	{"a key without a colon", "a: b\nc\nd: e\n", []string{"2 syntax "}},
	{"a list entry among keys", "a: b\n- c\n", []string{"2 syntax "}},
	{"a key among list entries", "a:\n- b\nc: d\ne:\n- f\n g: h\n", []string{"6 syntax "}},
	{"a value that begins with an at sign", "a: b\nc: @d\n", []string{"2 syntax "}},
	{"a value that begins with a backquote", "a: b\nc: `d`\n", []string{"2 syntax "}},
	{"an alias of nothing", "a: b\nc: *nothing\n", []string{"2 syntax "}},
	{"an alias of itself", "a: b\nc: &c\n- *c\n", []string{"3 syntax "}},
	{"an unknown escape", "a: b\nc: \"\\q\"\n", []string{"2 syntax "}},
	{"a tag that does not fit", "a: b\nc: !!int d\n", []string{"2 syntax "}},
	{"a number that is not finite", "a: b\nc: .inf\n", []string{"2 syntax "}},
	{"a mapping as key", "a: b\n? {c: d}\n: e\n", []string{"2 syntax "}},
	{"null as key", "a: b\nnull: c\n", []string{"2 syntax "}},
	{"a control character", "a: b\nc: \x01\n", []string{"2 syntax "}},
	{"text that is not UTF-8", "a: b\nc: \xff\n", []string{"2 syntax "}},
	{"another version of YAML", "%YAML 1.2\n---\na: b\n", []string{"1 syntax "}},
	{"text after a flow mapping", "{a: b}\nc: d\n", []string{"2 syntax "}},
	{"text on the line of a flow mapping", "{a: b} c\n", []string{"1 syntax "}},
	{"a directive within a document", podA + "%YAML 1.1\nspec: {hostNetwork: true}\n", []string{"5 syntax "}},
	{"text after a quoted text", "\"a\" # comment\nb: c\n", []string{"2 syntax "}},
	{"text indented less than the document", "  a: b\n  c: d\ne: f\n", []string{"3 syntax "}},
	{"text on the line that ends a document", podA + "... b\n", []string{"4 syntax "}},
	{"an alias bomb", bomb(), []string{"1 syntax "}},
	{"brackets in brackets without end", strings.Repeat("[", 20000), []string{"1 syntax "}},
	{"braces in braces without end", "a: " + strings.Repeat("{a: ", 20000), []string{"1 syntax "}},
	{"a template in a value", "a: b\nkind: {{ .Values.kind }}\n", []string{"2 syntax "}},
	{"a template in quotes", "a: b\nc: \"{{ printf \"%s\" .x }}\"\n", []string{"2 syntax "}},
	{"a template around everything", "{{- if .Values.enabled }}\nkind: Pod\n{{- end }}\n", []string{"1 syntax "}},
	{"errors in several documents are all told, with their lines in the file", "a: [\n---\n# comment\nb: c\n---\n\nd: e: f\n---\ng: 'h\n", []string{"1 syntax ", "4 no-kind ", "7 syntax ", "9 syntax "}},

	// Keys that come twice.
	{"keys that come twice are all told", "kind: a\nkind: b\nx:\n  y: 1\n  y: 2\n", []string{"2 duplicate-key ", "5 duplicate-key "}},
	{"a number and a text that are one key", "x:\n  1: a\n  \"1\": b\n", []string{"3 duplicate-key "}},
	{"a boolean and a text that are one key", "x: {on: a, 'true': b}\n", []string{"1 duplicate-key "}},
	{"an infinite number and its text", "x:\n  .inf: a\n  \".inf\": b\n", []string{"3 duplicate-key "}},
	{"a key and an alias of it", "x: &n 10\ny:\n  *n : a\n  \"10\": b\n", []string{"4 duplicate-key "}},
	{"two ways to write a number", "x:\n  10: a\n  0xa: b\n", []string{"3 duplicate-key "}},
	{"a key beside a merge that gives it too", "x: &x\n  a: b\ny:\n  <<: *x\n  a: c\n", []string{"5 duplicate-key "}},

	// JSON.
	{"JSON with a comma too many", "{\"a\": 1,\n}\n", []string{"2 syntax "}},
	{"JSON with a comma too few", "{\"a\": 1\n\"b\": 2}\n", []string{"2 syntax "}},
	{"JSON with a comment", "{\"a\": 1, // one\n\"b\": 2}\n", []string{"1 syntax "}},
	{"JSON that ends early", "{\"a\": [1,\n2", []string{"2 syntax "}},
	{"JSON with a key that comes twice", "{\"a\": 1,\n\"b\": {\"c\": 1,\n\"c\": 2}}", []string{"3 duplicate-key "}},
	{"JSON with text after it", jsonPod + "\nfoo\n", []string{"2 syntax "}},
	{"JSON that is not UTF-8", "{\"a\":\n\"\xff\"}", []string{"2 syntax "}},
	{"JSON with half a character", "{\"a\":\n\"\\ud800\"}", []string{"2 syntax "}},
	{"JSON with a NUL byte", "{\"a\":\n\"\x00\"}", []string{"2 encoding "}},
	{"JSON with a bare list of objects", "[" + jsonPod + "]", []string{"1 not-an-object "}},
	{"JSON with a template", "{\"a\": {{ .x }}}", []string{"1 syntax "}},

	// Text that is no text.
	{"a NUL byte", "a: b\nc: \x00\n", []string{"2 encoding "}},
	{"UTF-16 with its mark", "\xff\xfea\x00:\x00 \x00b\x00", []string{"1 encoding "}},
	{"UTF-16 of the other order", "\xfe\xff\x00a\x00:", []string{"1 encoding "}},
	{"UTF-16 without a mark", "a\x00:\x00 \x00b\x00\n\x00", []string{"1 encoding "}},
	{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", []string{"1 encoding "}},
	{"an archive", "PK\x03\x04abc", []string{"1 encoding "}},
	{"another compression", "\x28\xb5\x2f\xfdabc", []string{"1 encoding "}},
	{"compressed twice", zip(zip(podA)), []string{"1 encoding "}},
	{"compressed and cut off", zip(podA)[:40], []string{"1 gzip "}},
	{"compressed and garbled", zip(podA)[:30] + "xxxx" + zip(podA)[34:], []string{"1 gzip "}},
	{"compressed, with something behind it", zip(podA) + "x", []string{"1 gzip "}},

	// Things that are no objects.
	{"a word", "foo\n", []string{"1 no-kind "}},
	{"a number", "\n\n5\n", []string{"3 no-kind "}},
	{"a list", "- a\n- b\n", []string{"1 no-kind "}},
	{"no kind", "apiVersion: v1\nmetadata: {name: x}\n", []string{"1 no-kind "}},
	{"an empty kind", "apiVersion: v1\nkind: \"\"\n", []string{"1 no-kind "}},
	{"no apiVersion", "\n# comment\nkind: Foo\n", []string{"3 no-kind "}},
	{"a kind that counts without apiVersion", "kind: Pod\nmetadata: {name: x}\n", []string{"1 no-kind apiVersion"}},
	{"a policy without apiVersion", "kind: NetworkPolicy\nmetadata: {name: x}\n", []string{"1 no-kind apiVersion"}},
	{"a kind that is a number", "apiVersion: v1\nkind: 5\n", []string{"2 wrong-type kind"}},
	{"a kind that is a list", "apiVersion: v1\nkind: [Pod]\n", []string{"2 wrong-type kind"}},
	{"an apiVersion that is a number", "apiVersion: 1\nkind: Pod\n", []string{"1 wrong-type apiVersion"}},
	{"both", "apiVersion: {}\nkind: on\n", []string{"1 wrong-type apiVersion", "2 wrong-type kind"}},

	// Lists.
	{"items that are no list", "apiVersion: v1\nkind: List\nitems: 5\n", []string{"3 wrong-type items"}},
	{"items that are a mapping", "apiVersion: v1\nkind: PodList\nitems:\n  a: b\n", []string{"3 wrong-type items"}},
	{"an item that is null", "apiVersion: v1\nkind: List\nitems:\n-\n- " + strings.ReplaceAll(strings.TrimSpace(podA), "\n", "\n  ") + "\n", []string{"4 not-an-object "}},
	{"an item that is a word", "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- foo\n", []string{"5 not-an-object "}},
	{"an item without kind", "apiVersion: v1\nkind: List\nitems:\n- metadata: {name: a}\n", []string{"4 no-kind "}},
	{"an item whose kind is a number, in JSON", "{\"apiVersion\": \"v1\", \"kind\": \"List\",\n\"items\": [\n{},\n{\"apiVersion\": \"v1\",\n\"kind\": 5}]}", []string{"3 no-kind ", "5 wrong-type kind"}},
	{"one page of a list", "apiVersion: v1\nkind: PodList\nmetadata:\n  continue: abc\nitems: []\n", []string{"4 list-partial metadata.continue"}},
	{"a mistake in an item has its line in the file", "apiVersion: v1\nitems:\n- metadata: {name: a}\n- metadata:\n    name: b\n    labels:\n      x: 1\nkind: PodList\n", []string{"7 wrong-type metadata.labels.x"}},
	{"also if the list cannot be cut", "apiVersion: v1\nitems:\n- metadata: &m {name: a}\n- metadata:\n    name: b\n    labels:\n      x: 1\n- metadata: *m\nkind: PodList\n", []string{"7 wrong-type metadata.labels.x"}},
	{"also in lists in lists", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: PodList\n  items:\n  - metadata:\n      name: b\n      labels:\n        x: 1\n", []string{"10 wrong-type metadata.labels.x"}},
	{"also in JSON", "{\"apiVersion\": \"v1\", \"items\": [\n{\"metadata\": {\"name\": \"a\"}},\n{\"metadata\": {\"name\": \"b\", \"labels\":\n{\"x\":\n1}}}],\n\"kind\": \"PodList\"}", []string{"4 wrong-type metadata.labels.x"}},

	{"lists in lists without end", strings.Repeat(`{"apiVersion": "v1", "kind": "List", "items": [`, 1000) + strings.Repeat("]}", 1000), []string{"1 list-nested "}},

	// Names.
	{"no metadata", "apiVersion: v1\nkind: Pod\n", []string{"1 object-name metadata.name"}},
	{"no name", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {a: b}\n", []string{"3 object-name metadata.name"}},
	{"metadata that is a list", "apiVersion: v1\nkind: Pod\nmetadata:\n- name: a\n", []string{"3 wrong-type metadata"}},
	{"a name that is a number (VAL-1)", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: 123\n", []string{"4 wrong-type metadata.name"}},
	{"a namespace that is a boolean (VAL-1)", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: no\n", []string{"5 wrong-type metadata.namespace"}},
	{"a name in capitals", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: Web\n", []string{"4 object-name metadata.name"}},
	{"a name with a slash", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a/b\n", []string{"4 object-name metadata.name"}},
	{"a name and a namespace that are templates", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: '{{ .n }}'\n  namespace: '{{ .ns }}'\n", []string{"4 object-name metadata.name", "5 object-name metadata.namespace"}},
	{"a namespace with a dot", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n", []string{"3 object-name metadata.name"}},
	{"a policy without a name", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: x}\nspec: {podSelector: {}}\n", []string{"3 object-name metadata.name"}},
	{"a policy with a name that the server refuses (NPV-1)", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: my_policy\nspec: {podSelector: {}}\n", []string{"4 object-name metadata.name"}},

	// Kinds and versions.
	{"a version that there is not", "apiVersion: apps/v7\nkind: Deployment\nmetadata: {name: a}\n", []string{"1 api-version apiVersion"}},
	{"a group that lacks the kind", "apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n", []string{"1 api-version apiVersion"}},
	{"a kind in other capitals", "apiVersion: networking.k8s.io/v1\nkind: Networkpolicy\nmetadata: {name: a}\n", []string{"2 api-version kind"}},
	{"a list in other capitals", "apiVersion: v1\nkind: list\nitems:\n- metadata: {name: a}\n", []string{"2 api-version kind"}},
	{"a typed list in other capitals", "apiVersion: v1\nkind: podlist\nitems:\n- metadata: {name: a}\n", []string{"2 api-version kind"}},
	{"a policy of others in other capitals", "apiVersion: projectcalico.org/v3\nkind: globalNetworkpolicy\nmetadata: {name: a}\n", []string{"2 policy-kind kind"}},
	{"a policy of Calico", "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: a}\n", []string{"2 policy-kind kind"}},
	{"a NetworkPolicy that is not ours", "apiVersion: crd.antrea.io/v1beta1\nkind: NetworkPolicy\nmetadata: {name: a}\n", []string{"2 policy-kind kind"}},
	{"the NetworkPolicy of old", "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: a}\n", []string{"2 policy-kind kind"}},
	{"the NetworkPolicy to come", "apiVersion: networking.k8s.io/v2\nkind: NetworkPolicy\nmetadata: {name: a}\n", []string{"2 policy-kind kind"}},
	{"a policy kind that nobody knows yet", "apiVersion: example.org/v1\nkind: FancyNetworkPolicy\nmetadata: {name: a}\n", []string{"2 policy-kind kind"}},
	{"an Istio policy", "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a}\n", []string{"2 policy-kind kind"}},
	{"a list of policies, each told", "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicyList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n", []string{"4 policy-kind kind", "5 policy-kind kind"}},
	{"a template of OpenShift", "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: a}\nobjects: []\n", []string{"1 not-rendered "}},

	// Workloads.
	{"a port that is a list", pod("  containers:\n  - name: c\n    ports:\n    - containerPort: [] #80\n"), []string{"9 wrong-type spec.containers[0].ports[0].containerPort"}},
	{"a port below 1", pod("  containers:\n  - ports:\n    - containerPort: -1\n"), []string{"8 port-number spec.containers[0].ports[0].containerPort"}},
	{"a port above 65535", pod("  containers:\n  - ports:\n    - containerPort: 70000\n"), []string{"8 port-number spec.containers[0].ports[0].containerPort"}},
	{"a port with a fraction", pod("  containers:\n  - ports:\n    - containerPort: 80.5\n"), []string{"8 bad-value spec.containers[0].ports[0].containerPort"}},
	{"a protocol in small letters", pod("  containers:\n  - ports:\n    - containerPort: 80\n      protocol: udp\n"), []string{"9 protocol spec.containers[0].ports[0].protocol"}},
	{"containers that are a mapping", pod("  containers:\n    name: c\n"), []string{"6 wrong-type spec.containers"}},
	{"a spec that is a word", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: foo\n", []string{"4 wrong-type spec"}},
	{"labels that are a list", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n  - b\n", []string{"5 wrong-type metadata.labels"}},
	{"labels that are not strings, each told (VAL-1)", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    a: on\n    b: 010\n    c: 1.10\n    d: 2001-01-01\n    e: 0b11\n    f: ~\n", []string{"6 wrong-type metadata.labels.a", "7 wrong-type metadata.labels.b", "8 wrong-type metadata.labels.c", "10 wrong-type metadata.labels.e"}},
	{"an address that is none", pod("  nodeName: n1\nstatus:\n  podIP: 10.0.0.256\n"), []string{"8 address status.podIP"}},
	{"a Deployment without template", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: 1\n", []string{"4 template-missing spec.template"}},
	{"a negative number of replicas", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: -1\n  template: {}\n", []string{"5 replicas spec.replicas"}},

	// Policies.
	{"an unknown field (VAL-2)", policy("  podSelector: {}\n  tier: x\n"), []string{"7 unknown-field spec.tier"}},
	{"a mis-cased field (VAL-2)", policy("  podselector: {}\n"), []string{"6 miscased-field spec.podselector"}},
	{"a mis-cased field and what else is wrong", policy("  podSelector: {}\n  ingress:\n  - from:\n    - podselector: {}\n    ports:\n    - port: 99999\n"), []string{"9 miscased-field spec.ingress[0].from[0].podselector", "11 port-number spec.ingress[0].ports[0].port"}},
	{"a field at the wrong level", policy("  podSelector: {}\n  ingress:\n  - podSelector: {}\n"), []string{"8 unknown-field spec.ingress[0].podSelector"}},
	{"a spec that is a list", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n- podSelector: {}\n", []string{"4 wrong-type spec"}},
	{"a rule list that is a mapping", policy("  podSelector: {}\n  ingress:\n    from: []\n"), []string{"7 wrong-type spec.ingress"}},
	{"a peer that is a word", policy("  podSelector: {}\n  ingress:\n  - from:\n    - foo\n"), []string{"9 wrong-type spec.ingress[0].from[0]"}},
	{"label values that are no strings (VAL-1)", policy("  podSelector:\n    matchLabels:\n      app.kubernetes.io/v: 1\n      b: yes\n"), []string{"8 wrong-type spec.podSelector.matchLabels[\"app.kubernetes.io/v\"]", "9 wrong-type spec.podSelector.matchLabels.b"}},
	{"a port in quotes (NPV-4)", policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: \"80\"\n"), []string{"9 port-name spec.ingress[0].ports[0].port"}},
	{"a port that is negative (NPV-3)", policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: -1\n"), []string{"9 port-number spec.ingress[0].ports[0].port"}},
	{"a port that is too large (NPV-3)", policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: 70000\n"), []string{"9 port-number spec.ingress[0].ports[0].port"}},
	{"a port beyond all numbers", policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: 99999999999999999999\n"), []string{"9 bad-value spec.ingress[0].ports[0].port"}},
	{"a port that is a list", policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: [80]\n"), []string{"9 wrong-type spec.ingress[0].ports[0].port"}},
	{"an endPort below its port (NPV-5)", policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: 80\n      endPort: 79\n"), []string{"10 port-range spec.ingress[0].ports[0].endPort"}},
	{"a protocol in small letters (NPV-2)", policy("  podSelector: {}\n  ingress:\n  - ports:\n    - protocol: tcp\n"), []string{"9 protocol spec.ingress[0].ports[0].protocol"}},
	{"a block without mask (NPV-8)", policy("  podSelector: {}\n  egress:\n  - to:\n    - ipBlock:\n        cidr: 10.0.0.1\n"), []string{"10 cidr spec.egress[0].to[0].ipBlock.cidr"}},
	{"an exception outside of its block (NPV-9)", policy("  podSelector: {}\n  egress:\n  - to:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n        except:\n        - 11.0.0.0/16\n"), []string{"12 except-outside spec.egress[0].to[0].ipBlock.except[0]"}},
	{"a block and a selector in one peer (NPV-6)", policy("  podSelector: {}\n  ingress:\n  - from:\n    - podSelector: {}\n      ipBlock: {cidr: 10.0.0.0/8}\n"), []string{"9 peer-mixed spec.ingress[0].from[0]"}},
	{"an empty peer (NPV-7)", policy("  podSelector: {}\n  ingress:\n  - from:\n    - {}\n"), []string{"9 peer-empty spec.ingress[0].from[0]"}},
	{"an operator that there is not (NPV-10)", policy("  podSelector:\n    matchExpressions:\n    - {key: a, operator: Equals, values: [b]}\n"), []string{"8 selector-operator spec.podSelector.matchExpressions[0].operator"}},
	{"In without values (NPV-10)", policy("  podSelector:\n    matchExpressions:\n    - key: a\n      operator: In\n"), []string{"8 selector-values spec.podSelector.matchExpressions[0].values"}},
	{"a direction that there is not (NPV-11)", policy("  podSelector: {}\n  policyTypes:\n  - Ingress\n  - Outgress\n"), []string{"9 policy-types spec.policyTypes[1]"}},
	{"a label key that is none (NPV-10)", policy("  podSelector:\n    matchLabels:\n      app@b: c\n"), []string{"8 label-key spec.podSelector.matchLabels[\"app@b\"]"}},
	{"several mistakes in several policies", policy("  podSelector: {}\n  ingress:\n  - from: [{}]\n") + "---\n" + policy("  podSelector: {}\n  policyTypes: [None]\n"), []string{"8 peer-empty spec.ingress[0].from[0]", "16 policy-types spec.policyTypes[0]"}},

	// Duplicates.
	{"two different objects of one name (VAL-5)", podA + "spec: {hostNetwork: true}\n---\n" + podA, []string{"6 duplicate "}},
	{"two different policies of one name (VAL-5)", policy("  podSelector: {}\n") + "---\n" + policy("  podSelector: {}\n  egress: [{}]\n"), []string{"8 duplicate "}},
	{"one object in two groups (VAL-5)", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {}}\n---\napiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2, template: {}}\n", []string{"6 duplicate "}},
}

// bomb is a text of few bytes that stands for many.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "a%d: &a%d [", i+1, i+1)
		for range 10 {
			fmt.Fprintf(&b, "*a%d, ", i)
		}
		b.WriteString("]\n")
	}
	return b.String()
}

func TestRead_malformed(t *testing.T) {
	for _, tt := range malformed {
		t.Run(tt.name, func(t *testing.T) {
			c, ds := readText(t, load.Options{}, tt.text)
			if c != nil {
				t.Error("there is a cluster")
			}
			var got []string
			for _, d := range ds {
				if d.Severity != model.Error {
					continue
				}
				got = append(got, fmt.Sprintf("%d %s %s", d.Origin.Line, d.Code, d.Origin.Field))
				if d.Origin.File != "a.yaml" || d.Text == "" || d.Hint == "" {
					t.Errorf("without file, text or hint: %s", d)
				}
			}
			if diff := cmp.Diff(tt.wants, got); diff != "" {
				t.Errorf("%s\n%q", diff, ds)
			}
		})
	}
}

// With leniency nothing panics either, and what cannot be read stays an error.
func TestRead_malformedLenient(t *testing.T) {
	for _, tt := range malformed {
		t.Run(tt.name, func(t *testing.T) {
			c, ds := readText(t, load.Options{Lenient: true}, tt.text)
			hard := false
			for _, d := range ds {
				hard = hard || d.Severity == model.Error
			}
			syntax := false
			for _, want := range tt.wants {
				code := strings.Fields(want)[1]
				syntax = syntax || code == "syntax" || code == "duplicate-key" || code == "encoding" || code == "gzip"
			}
			if syntax && !hard || hard == (c != nil) || len(ds) == 0 {
				t.Errorf("cluster %t, %q", c != nil, ds)
			}
		})
	}
}
