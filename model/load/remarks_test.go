package load_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/load"
)

// Warnings do not keep a cluster from being judged.
func TestRead_warnings(t *testing.T) {
	const selectsTeam = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: x}\nspec:\n  podSelector: {}\n  ingress:\n  - from:\n    - namespaceSelector: {matchLabels: {team: a}}\n"
	const selectsOrdinal = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: x}\nspec:\n  podSelector:\n    matchLabels: {statefulset.kubernetes.io/pod-name: s-0}\n" +
		"  ingress:\n  - from:\n    - podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: s-1}}\n    - namespaceSelector: {}\n      podSelector: {matchExpressions: [{key: job-name, operator: Exists}]}\n"
	pod := func(name, rest string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: x}\n" + rest
	}
	tests := []struct {
		name, text string
		want       []string
	}{
		{
			"a policy asks for labels of a namespace that nothing declares (NP-27)",
			docs(selectsTeam, pod("a", ""), "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: z}\n", "apiVersion: v1\nkind: Namespace\nmetadata: {name: z}\n"),
			[]string{"a.yaml:10: warning Namespace x  [namespace-undeclared]"},
		},
		{
			"the name label is known (NP-28), and so nothing is said",
			docs(strings.ReplaceAll(selectsTeam, "team: a", "kubernetes.io/metadata.name: x"), pod("a", "")),
			nil,
		},
		{
			"a namespace without pods does not matter",
			docs(strings.ReplaceAll(selectsTeam, "namespace: x", "namespace: y2"), "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n", pod("a", "")),
			nil,
		},
		{
			"two pods have one address",
			docs(pod("a", "status: {podIP: 10.0.0.1}\n"), pod("b", "status: {podIP: 10.0.0.1}\n"), pod("c", "status: {podIP: 10.0.0.2}\n")),
			[]string{"a.yaml:6: warning Pod x/b  [address-shared]"},
		},
		{
			"pods on their node's network share its address, and finished pods gave theirs back (NP-46)",
			docs(pod("a", "spec: {hostNetwork: true}\nstatus: {podIP: 10.0.0.1}\n"), pod("b", "spec: {hostNetwork: true}\nstatus: {podIP: 10.0.0.1}\n"), pod("c", "status: {podIP: 10.0.0.1}\n"), pod("d", "status: {podIP: 10.0.0.1, phase: Failed}\n")),
			nil,
		},
		{
			"policies ask stand-ins for labels that only real pods have (NP-47)",
			docs(selectsOrdinal, controller("apps/v1", "StatefulSet", "s", "replicas: 2, "), controller("batch/v1", "Job", "j", "")),
			[]string{
				"a.yaml:5: warning NetworkPolicy x/p spec.podSelector [late-label]",
				"a.yaml:10: warning NetworkPolicy x/p spec.ingress[0].from[1] [late-label]",
			},
		},
		{
			"where the pods are in the input, they have them",
			docs(selectsOrdinal, controller("apps/v1", "StatefulSet", "s", ""), owned("s-0", "StatefulSet", "s", "statefulset.kubernetes.io/pod-name: s-0")),
			nil,
		},
		{
			"a stand-in of another namespace is not asked",
			docs(strings.ReplaceAll(selectsOrdinal, "namespace: x", "namespace: z"), controller("apps/v1", "StatefulSet", "s", "")),
			nil,
		},
		{
			"the manifest of a namespace gives it another name label (NP-28)",
			"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: x\n  labels:\n    kubernetes.io/metadata.name: z\n",
			[]string{"a.yaml:6: warning Namespace x metadata.labels[\"kubernetes.io/metadata.name\"] [name-label]"},
		},
		{
			"the same object twice is one (VAL-5), also if they differ in what does not count",
			docs(pod("a", "spec: {hostNetwork: false}\nstatus: {hostIP: 10.0.0.1}\n"), pod("a", "")),
			[]string{"a.yaml:7: warning Pod x/a  [duplicate]"},
		},
		{
			"mis-cased fields of workloads are not read by anybody",
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  Replicas: 3\n  template:\n    spec:\n      hostnetwork: true\n",
			[]string{"a.yaml:5: warning Deployment default/d spec.Replicas [miscased-field]", "a.yaml:8: warning Deployment default/d spec.template.spec.hostnetwork [miscased-field]"},
		},
		{
			"a kustomization is not rendered",
			"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n---\n" + pod("a", ""),
			[]string{"a.yaml:1: warning Kustomization  [not-rendered]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, ds := readText(t, load.Options{}, tt.text)
			if c == nil {
				t.Error("no cluster")
			}
			if diff := cmp.Diff(tt.want, lines(ds)); diff != "" {
				t.Errorf("%s\n%q", diff, ds)
			}
			for _, d := range ds {
				if d.Hint == "" {
					t.Errorf("no hint: %s", d)
				}
			}
		})
	}
}

// Objects of a cluster that do not bear on reachability are skipped in silence,
// even where their names resemble those that do.
func TestRead_irrelevant(t *testing.T) {
	for _, head := range []string{
		"apiVersion: v1\nkind: ConfigMap", "apiVersion: v1\nkind: Secret", "apiVersion: serving.example.org/v1\nkind: Service",
		"apiVersion: networking.istio.io/v1\nkind: Gateway", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole",
		"apiVersion: example.org/v1\nkind: Tier", "apiVersion: example.org/v1\nkind: NetworkSet", "apiVersion: example.org/v1\nkind: AuthorizationPolicy",
		"apiVersion: batch.volcano.sh/v1alpha1\nkind: Job", "apiVersion: longhorn.io/v1beta2\nkind: Node", "apiVersion: argoproj.io/v1alpha1\nkind: Workflow",
		"apiVersion: metrics.k8s.io/v1beta1\nkind: PodMetrics", "apiVersion: policy/v1\nkind: PodDisruptionBudget",
	} {
		c := mustRead(t, head+"\nmetadata: 5\nspec: [whatever]\nitems: x\n")
		if got := sketch(c); got != nil {
			t.Errorf("%s: %q", head, got)
		}
	}
}

// Every kind that the issue calls a policy stops the program, and with leniency
// is a warning.
func TestRead_policyKinds(t *testing.T) {
	for _, head := range []string{
		"extensions/v1beta1 NetworkPolicy", "networking.k8s.io/v2 NetworkPolicy", "crd.antrea.io/v1beta1 NetworkPolicy", "crd.antrea.io/v1beta1 ClusterNetworkPolicy",
		"crd.antrea.io/v1beta1 Tier", "projectcalico.org/v3 NetworkPolicy", "projectcalico.org/v3 GlobalNetworkPolicy", "projectcalico.org/v3 StagedNetworkPolicy",
		"crd.projectcalico.org/v1 GlobalNetworkPolicy", "projectcalico.org/v3 Tier", "projectcalico.org/v3 NetworkSet", "projectcalico.org/v3 GlobalNetworkSet",
		"projectcalico.org/v3 HostEndpoint", "crd.projectcalico.org/v1 HostEndpoint", "cilium.io/v2 CiliumNetworkPolicy", "cilium.io/v2 CiliumClusterwideNetworkPolicy",
		"k8s.cni.cncf.io/v1beta1 MultiNetworkPolicy", "policy.networking.k8s.io/v1beta1 AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha2 BaselineAdminNetworkPolicy",
		"policy.networking.k8s.io/v1alpha1 ClusterNetworkPolicy", "k8s.ovn.org/v1 EgressFirewall", "network.openshift.io/v1 EgressNetworkPolicy",
		"security.istio.io/v1 AuthorizationPolicy", "security.istio.io/v1beta1 PeerAuthentication", "v1 NetworkPolicy",
	} {
		apiVersion, kind, _ := strings.Cut(head, " ")
		text := "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: x}\n"
		for _, lenient := range []bool{false, true} {
			c, ds := readText(t, load.Options{Lenient: lenient}, text)
			if len(ds) != 1 || ds[0].Code != "policy-kind" || ds[0].Origin.Line != 2 || !strings.Contains(ds[0].Text, kind) || !strings.Contains(ds[0].Hint, "would change the verdicts") {
				t.Errorf("%s: %q", head, ds)
				continue
			}
			if got := ds[0].Severity == model.Warning && c != nil; got != lenient {
				t.Errorf("%s, lenient %t: cluster %v, %s", head, lenient, c, ds[0])
			}
		}
	}
}

// With leniency what cannot be evaluated is left out, loudly.
func TestRead_lenient(t *testing.T) {
	tests := []struct {
		name, text string
		want, left []string
	}{
		{
			"an unknown field is dropped, as a server does that is not strict",
			policy("  podSelector: {}\n  tier: x\n"),
			[]string{"a.yaml:7: warning NetworkPolicy default/p spec.tier [unknown-field]"},
			[]string{"NetworkPolicy default/p selects all pods in namespace default, isolates [false true], 0 rules"},
		},
		{
			"a policy that the server refuses is left out",
			policy("  podSelector: {}\n  ingress:\n  - from: [{}]\n"),
			[]string{
				"a.yaml:1: warning NetworkPolicy default/p  [left-out]",
				"a.yaml:8: warning NetworkPolicy default/p spec.ingress[0].from[0] [peer-empty]",
			},
			nil,
		},
		{
			"a pod with a mistake too",
			pod("  hostNetwork: 1\n") + "---\n" + podB,
			[]string{"a.yaml:1: warning Pod default/a  [left-out]", "a.yaml:6: warning Pod default/a spec.hostNetwork [wrong-type]"},
			[]string{"default/Pod/b x1: default/b x1 "},
		},
		{
			"of two different objects of one name the later one counts (VAL-5)",
			podA + "---\n" + strings.Replace(podA, "name: a", "name: a, labels: {later: x}", 1) + "---\n" + podB,
			[]string{"a.yaml:5: warning Pod default/a  [duplicate]"},
			[]string{"default/Pod/a x1: default/a x1 later=x", "default/Pod/b x1: default/b x1 "},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, ds := readText(t, load.Options{Lenient: true}, tt.text)
			if diff := cmp.Diff(tt.want, lines(ds)); diff != "" {
				t.Errorf("%s\n%q", diff, ds)
			}
			if diff := cmp.Diff(tt.left, append(pods(c), policies(c)...)); diff != "" {
				t.Error(diff)
			}
			said := false
			for _, d := range ds {
				said = said || strings.Contains(d.Text, "verdicts") && strings.Contains(d.Text, "may be wrong")
			}
			if !said {
				t.Errorf("nothing says that verdicts may be wrong: %q", ds)
			}
		})
	}
}

// In a directory what is no object of a cluster is skipped with a warning; a
// file that the user names is meant.
func TestRead_notKubernetes(t *testing.T) {
	fsys := files(map[string]string{
		"d/a.yaml":             podA,
		"d/kustomization.yaml": "resources: [a.yaml]\n",
		"d/values.yaml":        "image: x\n",
		"d/dashboard.json":     "[{\"rows\": 5}]",
		"d/number.json":        "5",
		"d/noversion.yaml":     "kind: Foo\n",
	})
	c, ds, err := load.Read(load.Options{FS: fsys}, "d")
	if err != nil || c == nil || names(c) != "a" {
		t.Fatalf("error %v, cluster %v", err, c)
	}
	want := []string{
		"d/dashboard.json:1: warning   [no-kind]", "d/kustomization.yaml:1: warning   [no-kind]", "d/noversion.yaml:1: warning Foo  [no-kind]",
		"d/number.json:1: warning   [no-kind]", "d/values.yaml:1: warning   [no-kind]",
	}
	if diff := cmp.Diff(want, lines(ds)); diff != "" {
		t.Error(diff)
	}
	if _, ds, _ := load.Read(load.Options{FS: fsys}, "d/values.yaml"); len(ds) != 1 || ds[0].Severity != model.Error {
		t.Errorf("named: %q", ds)
	}
}

// Both places of a duplicate are told.
func TestRead_duplicatePlaces(t *testing.T) {
	fsys := files(map[string]string{"d/a.yaml": podA, "d/b.yaml": "# b\n---\n" + podA + "spec: {nodeName: n1}\n"})
	_, ds, err := load.Read(load.Options{FS: fsys}, "d")
	if err != nil || len(ds) != 1 {
		t.Fatalf("error %v, diagnostics %q", err, ds)
	}
	want := "d/b.yaml:3: Pod default/a: a different object of the same name stands at d/a.yaml:1   [duplicate]"
	if got, _, _ := strings.Cut(ds[0].String(), "\n"); got != want {
		t.Errorf("got %s", got)
	}
}

// A kind that makes pods of a template, but is not known, is not skipped in
// silence.
func TestRead_podMakers(t *testing.T) {
	text := "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: []}}}\n"
	_, ds := readText(t, load.Options{}, text)
	if len(ds) != 1 || ds[0].Code != "pod-maker" || ds[0].Severity != model.Warning || ds[0].Origin.Line != 1 || ds[0].Origin.Name != "web" {
		t.Errorf("got %v", ds)
	}
}

// A Job of which all pods have finished is not there any more (NP-46).
func TestRead_finishedJob(t *testing.T) {
	text := "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, namespace: a}\nspec: {template: {spec: {containers: []}}}\n---\n" +
		"apiVersion: v1\nkind: Pod\nmetadata: {name: j-x, namespace: a, ownerReferences: [{apiVersion: batch/v1, kind: Job, name: j, uid: u, controller: true}]}\n" +
		"spec: {containers: []}\nstatus: {phase: Succeeded}\n"
	c := mustRead(t, text)
	if len(c.Pods) != 1 || !c.Pods[0].StandIn || c.Pods[0].Weight != 0 || c.Workloads[0].Replicas != 0 {
		t.Errorf("got %+v", c.Pods)
	}
}
