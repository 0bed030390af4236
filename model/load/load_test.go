package load_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/load"
)

func TestRead_input(t *testing.T) {
	tests := []struct {
		name, stdin string
		files       map[string]string
		args        []string
		want        string // the names of the pods
	}{
		{"one file", "", map[string]string{"a.yaml": podA}, []string{"a.yaml"}, "a"},
		{"a file that the user names is read whatever its name", "", map[string]string{"dump.txt": podA}, []string{"dump.txt"}, "a"},
		{"a directory and what lies below it, hidden or not", "", map[string]string{"d/a.yaml": podA, "d/.x/e/b.yml": podB, "d/c.json": jsonPod}, []string{"d"}, "a b j"},
		{"in a directory other names are not read", "", map[string]string{"d/a.yaml": podA, "d/b.yaml.bak": podB, "d/README": "{"}, []string{"d"}, "a"},
		{"names may be in capitals", "", map[string]string{"d/A.YAML": podA, "d/B.YML": podB}, []string{"d"}, "a b"},
		{"standard input", podA, nil, []string{"-"}, "a"},
		{"all of these at once", podB, map[string]string{"a.yaml": podA, "d/c.yaml": podC}, []string{"a.yaml", "-", "d"}, "a b c"},
		{"a file that is named twice is read once", podB, map[string]string{"d/a.yaml": podA}, []string{"d", "d/a.yaml", "-", "-"}, "a b"},
		{"several documents", podA + "---\n" + podB + "---\n---\n# nothing\n---\n" + podC, nil, []string{"-"}, "a b c"},
		{"JSON", jsonPod, nil, []string{"-"}, "j"},
		{"JSON values that follow each other", jsonPod + "\n" + strings.ReplaceAll(jsonPod, `"j"`, `"k"`) + strings.ReplaceAll(jsonPod, `"j"`, `"l"`), nil, []string{"-"}, "j k l"},
		{"JSON and YAML documents mixed", jsonPod + "\n---\n" + podA + "---\n" + strings.ReplaceAll(jsonPod, `"j"`, `"k"`), nil, []string{"-"}, "a j k"},
		{"a flow mapping with bare keys is YAML", "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n", nil, []string{"-"}, "a"},
		{"compressed input of each sort", zip(podA), map[string]string{"d/b.yaml.gz": zip(podB), "c": zip(jsonPod)}, []string{"-", "d", "c"}, "a b j"},
		{"several compressed members", zip(podA+"---\n") + zip(podB), nil, []string{"-"}, "a b"},
		{"a byte order mark", "\ufeff" + podA, nil, []string{"-"}, "a"},
		{"a byte order mark before JSON", "\ufeff" + jsonPod, nil, []string{"-"}, "j"},
		{"line breaks of Windows", strings.ReplaceAll(podA+"---\n"+podB, "\n", "\r\n"), nil, []string{"-"}, "a b"},
		{"line breaks of old Macs", strings.ReplaceAll(podA, "\n", "\r"), nil, []string{"-"}, "a"},
		{"a document that ends with dots, and one after it", podA + "...\n" + podB, nil, []string{"-"}, "a b"},
		{"text on the line of the marker", "--- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n--- # b\n" + podB, nil, []string{"-"}, "a b"},
		{"a directive", "%YAML 1.1\n# comment\n---\n" + podA + "---\n" + podB, nil, []string{"-"}, "a b"},
		{"no line break at the end", strings.TrimSpace(podA), nil, []string{"-"}, "a"},
		{"keys that are no strings, and do not collide", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations: {&x b: c, x: d, 1: e, \"01\": f, on: g, \"off\": h, 0.5: i, <<: {2: j}}\n", nil, []string{"-"}, "a"},
		{"anchors, aliases and merges", "apiVersion: v1\nkind: Pod\nmetadata: &m\n  name: a\n  labels: {x: z}\nspec: {<<: *m}\n", nil, []string{"-"}, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, ds, err := load.Read(load.Options{FS: files(tt.files), Stdin: strings.NewReader(tt.stdin)}, tt.args...)
			if err != nil || len(ds) > 0 {
				t.Fatalf("error %v, diagnostics %q", err, ds)
			}
			if got := names(c); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// VAL-7: lists are their items, in every form in which lists come.
func TestRead_lists(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{
			"as kubectl prints it",
			"apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: b\nkind: List\nmetadata:\n  resourceVersion: \"\"\n",
			"a b",
		},
		{
			"indented as people do, with comments",
			"apiVersion: v1\nkind: List\nitems: # all\n  # first\n  - kind: Pod\n    apiVersion: v1\n    metadata: {name: a}\n# between\n\n  - kind: Pod\n    apiVersion: v1\n    metadata: {name: b}\n",
			"a b",
		},
		{
			"items of a typed list need no kind",
			"apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n",
			"a b",
		},
		{
			"lists in lists",
			"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - apiVersion: v1\n    kind: PodList\n    items:\n    - metadata: {name: a}\n",
			"a",
		},
		{
			"a flow sequence",
			"apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a}}, {metadata: {name: b}}]\n",
			"a b",
		},
		{
			"an item on the line after its dash",
			"apiVersion: v1\nkind: PodList\nitems:\n-\n  metadata: {name: a}\n",
			"a",
		},
		{
			"items that share an anchor",
			"apiVersion: v1\nkind: PodList\nitems:\n- metadata: &m\n    name: a\n- spec: {}\n  metadata:\n    <<: *m\n    namespace: x\n",
			"a a",
		},
		{
			"quotes that go on at the first column",
			"apiVersion: v1\nkind: PodList\nitems:\n- metadata:\n    name: a\n    annotations:\n      x: \"one\n- two\n- metadata: three\"\n- metadata: {name: b}\n",
			"a b",
		},
		{
			"the line items: within a text is none",
			"apiVersion: v1\nkind: PodList\nmetadata:\n  x: \"\nitems:\n- metadata: {name: not-this}\n\"\nitems:\n- metadata: {name: a}\n",
			"a",
		},
		{"JSON", `{"apiVersion": "v1", "items": [` + jsonPod + `], "kind": "List"}`, "j"},
		{"JSON of a typed list, as kubectl get --raw", `{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}`, "a b"},
		{"JSON lists in lists", `{"kind":"List","apiVersion":"v1","items":[{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}}]}]}`, "a"},
		{"a list of what does not concern us", "apiVersion: v1\nkind: EventList\nitems:\n- 5\n---\n" + podA, "a"},
		{"a list whose items are none", "apiVersion: example.org/v1\nkind: AllowList\nitems: 5\n---\n" + podA, "a"},
		{"an empty list", "apiVersion: v1\nkind: PodList\nitems: []\n---\n" + podA, "a"},
		{"a list without items", "apiVersion: v1\nkind: List\n---\napiVersion: v1\nkind: PodList\nitems: null\n---\n" + podA, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := names(mustRead(t, tt.text)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// The error says what could not be read; it is about files and not about what
// they hold.
func TestRead_errors(t *testing.T) {
	fsys := files(map[string]string{
		"empty/README":     "no manifest",
		"blank/a.yaml":     "# nothing\n---\n",
		"blank/b.yaml":     "",
		"a.yaml":           podA,
		"irrelevant.yaml":  "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n",
		"skipped/foo.yaml": "a: b\n",
	})
	tests := []struct {
		args  []string
		wants []string // parts of the error; none: no error
	}{
		{nil, []string{"nothing to read"}},
		{[]string{"no.yaml"}, []string{"reading no.yaml: file does not exist"}},
		{[]string{"no.yaml", "a.yaml", "neither"}, []string{"no.yaml", "neither"}},
		{[]string{"empty"}, []string{`no manifests in "empty"`, "*.yaml"}},
		{[]string{"blank"}, []string{"no Kubernetes objects"}},
		{[]string{"-"}, []string{"no Kubernetes objects on standard input"}},
		{[]string{"https://example.org/a.yaml"}, []string{"offline"}},
		{[]string{"irrelevant.yaml"}, nil},
		{[]string{"skipped"}, nil},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			c, _, err := load.Read(load.Options{FS: fsys, Stdin: strings.NewReader("")}, tt.args...)
			if len(tt.wants) == 0 {
				if err != nil || c == nil {
					t.Fatalf("error %v, cluster %v", err, c)
				}
				return
			}
			if err == nil || c != nil {
				t.Fatalf("error %v, cluster %v", err, c)
			}
			for _, want := range tt.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
	if _, _, err := load.Read(load.Options{FS: fsys}, "-"); err == nil {
		t.Error("no error about standard input that is not there")
	}
}

// VAL-6: objects without a namespace are in default, or in the user's.
func TestRead_namespace(t *testing.T) {
	const text = podA + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: own}\n---\n" +
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}\n"
	for _, tt := range []struct{ option, want string }{
		{"", "default"},
		{"mine", "mine"},
	} {
		c, ds := readText(t, load.Options{Namespace: tt.option}, text)
		if len(ds) > 0 {
			t.Fatalf("diagnostics: %q", ds)
		}
		got := []string{c.Pods[0].Namespace, c.Pods[1].Namespace, c.Policies[0].Origin.Namespace, c.Policies[0].Subject.Namespace}
		if diff := cmp.Diff([]string{tt.want, "own", tt.want, tt.want}, got); diff != "" {
			t.Errorf("namespace %q: %s", tt.option, diff)
		}
	}
}

// Everything is sorted as model.Cluster says, and the order of the files makes
// no difference but for the origins.
func TestRead_shuffled(t *testing.T) {
	objects := []string{
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: x, labels: {team: a}}\n",
		"apiVersion: v1\nkind: Node\nmetadata: {name: n2}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: w}\nspec: {replicas: 2, template: {metadata: {labels: {app: d}}}}\n",
		"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d, namespace: w}\nspec: {template: {metadata: {labels: {app: d}}}}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: d, namespace: w}\nspec: {nodeName: n1}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: p2, namespace: x, ownerReferences: [{kind: Foo, name: f}]}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: p1, namespace: x, ownerReferences: [{kind: Foo, name: f}]}\n",
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: b, namespace: w}\nspec: {podSelector: {}}\n",
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: z}\nspec: {podSelector: {}, egress: [{}]}\n",
	}
	want := []string{
		"namespace w declared=false kubernetes.io/metadata.name=w",
		"namespace x declared=true kubernetes.io/metadata.name=x,team=a",
		"namespace z declared=false kubernetes.io/metadata.name=z",
		"node n1 declared=false [] ",
		"node n2 declared=true [] ",
		"w/DaemonSet/d x2: w/d x2 app=d stand-in",
		"w/Deployment/d x2: w/d x2 app=d stand-in",
		"w/Pod/d x1: w/d x1  on n1",
		"x/Foo/f x2: x/p1 x1 ",
		"x/Foo/f x2: x/p2 x1 ",
		"NetworkPolicy w/b selects all pods in namespace w, isolates [false true], 0 rules",
		"NetworkPolicy z/a selects all pods in namespace z, isolates [true true], 1 rules",
	}
	for turn := range objects {
		turned := slices.Concat(objects[turn:], objects[:turn])
		if turn%2 == 1 {
			slices.Reverse(turned)
		}
		if diff := cmp.Diff(want, sketch(mustRead(t, strings.Join(turned, "---\n")))); diff != "" {
			t.Fatalf("turn %d: %s", turn, diff)
		}
		byFile := map[string]string{}
		for i, o := range turned {
			byFile[fmt.Sprintf("d/%d.yaml", i)] = o
		}
		c, ds, err := load.Read(load.Options{FS: files(byFile)}, "d")
		if err != nil || len(ds) > 0 {
			t.Fatalf("error %v, diagnostics %q", err, ds)
		}
		if diff := cmp.Diff(want, sketch(c)); diff != "" {
			t.Fatalf("turn %d, by file: %s", turn, diff)
		}
	}
}

// The tiers are there whether or not there are policies.
// A cluster has the tiers that its policies need, in their order (CNP-3).
func TestRead_tiers(t *testing.T) {
	clusterPolicy := func(tier string) string {
		return "---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: " + strings.ToLower(tier) +
			"}\nspec: {tier: " + tier + ", priority: 1, subject: {namespaces: {}}}\n"
	}
	for text, want := range map[string][]string{
		podA:                             {model.TierNetworkPolicy},
		podA + clusterPolicy("Admin"):    {model.TierAdmin, model.TierNetworkPolicy},
		podA + clusterPolicy("Baseline"): {model.TierNetworkPolicy, model.TierBaseline},
		podA + clusterPolicy("Baseline") + clusterPolicy("Admin"): {model.TierAdmin, model.TierNetworkPolicy, model.TierBaseline},
	} {
		var got []string
		for _, tier := range mustRead(t, text).Tiers {
			got = append(got, tier.Name)
			if isNP := tier.Name == model.TierNetworkPolicy; isNP != (tier.Unmatched == model.Deny) || isNP != tier.OwnNodeEgress {
				t.Errorf("got %+v", tier)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got tiers %v, want %v", got, want)
		}
	}
}

// Objects that run into each other are told what stands between them.
func TestRead_missingSeparator(t *testing.T) {
	_, ds := readText(t, load.Options{}, podA+podA)
	if len(ds) == 0 {
		t.Fatal("no diagnostics")
	}
	for _, d := range ds {
		if d.Code != "duplicate-key" || !strings.Contains(d.Hint, "--- is missing") {
			t.Errorf("got %s", d)
		}
	}
}
