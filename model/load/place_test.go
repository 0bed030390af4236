package load_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model/load"
)

// owned returns a running pod in namespace x with an owner.
func owned(name, kind, owner, labels string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: x, labels: {" + labels + "}, ownerReferences: [{kind: " + kind + ", name: " + owner + ", controller: true}]}\n"
}

// controller returns an object in namespace x that makes pods.
func controller(apiVersion, kind, name, spec string) string {
	return "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: " + name + ", namespace: x}\nspec: {" + spec + "template: {metadata: {labels: {app: " + name + "}}}}\n"
}

// ownedController returns one that another owns.
func ownedController(apiVersion, kind, name, owner, ownerName, spec string) string {
	return strings.Replace(controller(apiVersion, kind, name, spec), "namespace: x", "namespace: x, ownerReferences: [{kind: "+owner+", name: "+ownerName+", controller: true}]", 1)
}

func docs(texts ...string) string { return strings.Join(texts, "---\n") }

func TestRead_workloads(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{
			"a bare pod is its own workload",
			docs("apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\n"),
			[]string{"x/Pod/p x1: x/p x1 "},
		},
		{
			"a static pod too, for a node is no workload",
			docs(owned("p", "Node", "n1", "")),
			[]string{"x/Pod/p x1: x/p x1 "},
		},
		{
			"from pod over ReplicaSet to Deployment, all in the input",
			docs(
				owned("d-1-a", "ReplicaSet", "d-1", "pod-template-hash: h"), owned("d-1-b", "ReplicaSet", "d-1", "pod-template-hash: h"),
				ownedController("apps/v1", "ReplicaSet", "d-1", "Deployment", "d", ""), controller("apps/v1", "Deployment", "d", "replicas: 9, "),
			),
			[]string{"x/Deployment/d x2: x/d-1-a x1 pod-template-hash=h", "x/Deployment/d x2: x/d-1-b x1 pod-template-hash=h"},
		},
		{
			"the Deployment's own object need not be there",
			docs(owned("d-1-a", "ReplicaSet", "d-1", ""), ownedController("apps/v1", "ReplicaSet", "d-1", "Deployment", "d", "")),
			[]string{"x/Deployment/d x1: x/d-1-a x1 "},
		},
		{
			"nor the ReplicaSet, if its name ends in the hash",
			docs(owned("d-55f-a", "ReplicaSet", "d-55f", "pod-template-hash: 55f"), controller("apps/v1", "Deployment", "d", "")),
			[]string{"x/Deployment/d x1: x/d-55f-a x1 pod-template-hash=55f"},
		},
		{
			"if it does not, the ReplicaSet is the workload",
			docs(owned("r-a", "ReplicaSet", "r", "pod-template-hash: h"), owned("s-a", "ReplicaSet", "s", ""), owned("a", "ReplicaSet", "h-h", "pod-template-hash: h-h")),
			[]string{"x/ReplicaSet/h-h x1: x/a x1 pod-template-hash=h-h", "x/ReplicaSet/r x1: x/r-a x1 pod-template-hash=h", "x/ReplicaSet/s x1: x/s-a x1 "},
		},
		{
			"a ReplicaSet that nobody owns is one, whatever its name",
			docs(owned("d-55f-a", "ReplicaSet", "d-55f", "pod-template-hash: 55f"), controller("apps/v1", "ReplicaSet", "d-55f", "")),
			[]string{"x/ReplicaSet/d-55f x1: x/d-55f-a x1 pod-template-hash=55f"},
		},
		{
			"from pod over Job to CronJob; a Job that is not in the input hides it",
			docs(
				owned("c-1-a", "Job", "c-1", ""), ownedController("batch/v1", "Job", "c-1", "CronJob", "c", ""),
				owned("e-1-a", "Job", "e-1", ""),
			),
			[]string{"x/CronJob/c x1: x/c-1-a x1 ", "x/Job/e-1 x1: x/e-1-a x1 "},
		},
		{
			"other owners are workloads of their kind, and a StatefulSet is one whoever owns it",
			docs(
				owned("r-a", "Rollout", "r", ""), owned("s-0", "StatefulSet", "s", ""),
				ownedController("apps/v1", "StatefulSet", "s", "Kafka", "k", ""),
			),
			[]string{"x/Rollout/r x1: x/r-a x1 ", "x/StatefulSet/s x1: x/s-0 x1 "},
		},
		{
			"a workload without pods has one that stands for its replicas (NP-47)",
			docs(
				controller("apps/v1", "Deployment", "d", "replicas: 3, "), controller("apps/v1", "StatefulSet", "s", ""),
				controller("v1", "ReplicationController", "rc", "replicas: 2, "), controller("apps/v1", "ReplicaSet", "rs", "replicas: 0, "),
				controller("batch/v1", "Job", "j", "parallelism: 4, "),
				"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c, namespace: x}\nspec: {jobTemplate: {spec: {template: {}}}}\n",
			),
			[]string{
				"x/CronJob/c x1: x/c x1  stand-in",
				"x/Deployment/d x3: x/d x3 app=d stand-in",
				"x/Job/j x4: x/j x4 app=j stand-in",
				"x/ReplicaSet/rs x0: x/rs x0 app=rs stand-in",
				"x/ReplicationController/rc x2: x/rc x2 app=rc stand-in",
				"x/StatefulSet/s x1: x/s x1 app=s stand-in",
			},
		},
		{
			"legacy versions of the API are read too",
			docs(
				controller("extensions/v1beta1", "Deployment", "d", "replicas: 2, "), controller("extensions/v1beta1", "DaemonSet", "ds", ""),
				controller("apps/v1beta1", "StatefulSet", "s", ""), controller("apps/v1beta2", "ReplicaSet", "r", ""),
				"apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: c, namespace: x}\nspec: {jobTemplate: {spec: {template: {}}}}\n",
			),
			[]string{
				"x/CronJob/c x1: x/c x1  stand-in", "x/DaemonSet/ds x1: x/ds x1 app=ds stand-in", "x/Deployment/d x2: x/d x2 app=d stand-in",
				"x/ReplicaSet/r x1: x/r x1 app=r stand-in", "x/StatefulSet/s x1: x/s x1 app=s stand-in",
			},
		},
		{
			"a DaemonSet weighs as much as there are nodes, also those that only pods name",
			docs(
				controller("apps/v1", "DaemonSet", "ds", ""), "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n",
				"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\nspec: {nodeName: n2}\n",
			),
			[]string{"x/DaemonSet/ds x2: x/ds x2 app=ds stand-in", "x/Pod/p x1: x/p x1  on n2"},
		},
		{
			"with pods in the input only these count, for a DaemonSet too",
			docs(owned("ds-a", "DaemonSet", "ds", ""), controller("apps/v1", "DaemonSet", "ds", ""), "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: n2}\n"),
			[]string{"x/DaemonSet/ds x1: x/ds-a x1 "},
		},
		{
			"finished pods are gone, and their workload stands for those to come (NP-46)",
			docs(
				owned("d-a", "ReplicaSet", "d-1", "")+"status: {phase: Failed, podIP: 10.0.0.1}\n",
				owned("z-a", "ReplicaSet", "z-1", "")+"status: {phase: Succeeded}\n",
				owned("g-a", "Job", "g", "")+"status: {phase: Succeeded}\n",
				ownedController("apps/v1", "ReplicaSet", "d-1", "Deployment", "d", "replicas: 2, "), controller("apps/v1", "Deployment", "d", "replicas: 2, "),
				ownedController("apps/v1", "ReplicaSet", "z-1", "Deployment", "z", "replicas: 0, "), controller("apps/v1", "Deployment", "z", "replicas: 0, "),
				controller("batch/v1", "Job", "done", "")+"status: {conditions: [{type: Complete, status: \"True\"}]}\n",
			),
			[]string{"x/Deployment/d x2: x/d x2 app=d stand-in", "x/Deployment/z x0: x/z x0 app=z stand-in", "x/Job/done x0: x/done x0 app=done stand-in"},
		},
		{
			"a terminating pod stays (NP-52)",
			"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x, deletionTimestamp: \"2026-01-01T00:00:00Z\"}\nstatus: {phase: Running}\n",
			[]string{"x/Pod/p x1: x/p x1 "},
		},
		{
			"ReplicaSets alone stand for their Deployment, which looks as most of its pods do",
			docs(
				ownedController("apps/v1", "ReplicaSet", "d-1", "Deployment", "d", "replicas: 1, "), ownedController("apps/v1", "ReplicaSet", "d-2", "Deployment", "d", "replicas: 2, "),
				ownedController("apps/v1", "ReplicaSet", "d-3", "Deployment", "d", "replicas: 0, "),
			),
			[]string{"x/Deployment/d x3: x/d x3 app=d-2 stand-in"},
		},
		{
			"a pod and a workload of one name are different peers",
			docs(controller("apps/v1", "Deployment", "p", ""), "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\n"),
			[]string{"x/Deployment/p x1: x/p x1 app=p stand-in", "x/Pod/p x1: x/p x1 "},
		},
		{
			"names that the server would complete do",
			docs("apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-, namespace: x}\nspec: {template: {}}\n"),
			[]string{"x/Job/migrate x1: x/migrate x1  stand-in"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, pods(mustRead(t, tt.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// NP-27, NP-28: the world is closed with what objects name.
func TestRead_implied(t *testing.T) {
	c := mustRead(t, docs(
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: empty, labels: {a: b}}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\nspec: {nodeName: n2}\n",
		"apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {zone: a}}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.2}]}\n",
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: nowhere}\nspec: {podSelector: {}}\n",
	))
	want := []string{
		"namespace empty declared=true a=b,kubernetes.io/metadata.name=empty",
		"namespace nowhere declared=false kubernetes.io/metadata.name=nowhere",
		"namespace x declared=false kubernetes.io/metadata.name=x",
		"node n1 declared=true [172.18.0.2] zone=a",
		"node n2 declared=false [] ",
		"x/Pod/p x1: x/p x1  on n2",
		"NetworkPolicy nowhere/p selects all pods in namespace nowhere, isolates [false true], 0 rules",
	}
	if diff := cmp.Diff(want, sketch(c)); diff != "" {
		t.Error(diff)
	}
	if c.Workloads[0].Origin.Line == 0 || c.Namespaces[2].Origin.File != "a.yaml" {
		t.Errorf("origins: %+v, %+v", c.Workloads[0].Origin, c.Namespaces[2].Origin)
	}
}

// Bulky objects do not keep their text, and policies keep no more than theirs.
func TestRead_documents(t *testing.T) {
	list := "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n" +
		"- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: p}\n  spec:\n    podSelector: {}\n"
	for _, text := range []string{list, "\n---\n# comment\n" + list} {
		c := mustRead(t, text)
		if d := c.Pods[0].Origin.Doc; d != nil {
			t.Errorf("the pod keeps %q", d.Text)
		}
		first := strings.Count(text[:strings.Index(text, "- apiVersion: networking")], "\n") + 1
		p := c.Policies[0].Origin
		if p.Line != first || p.Doc == nil || p.Doc.Line != first || !strings.HasPrefix(string(p.Doc.Text), "  apiVersion: networking") {
			t.Errorf("the policy on line %d has %+v", first, p)
		}
		if got, want := load.Locate(p.At("spec.podSelector")), first+4; got != want {
			t.Errorf("podSelector on line %d, want %d", got, want)
		}
	}
}
