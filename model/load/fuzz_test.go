package load_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/load"
)

// FuzzRead reads anything at all. It never panics, it comes to an end, and it
// returns either a cluster that is whole, or what is wrong and where.
func FuzzRead(f *testing.F) {
	for _, m := range malformed {
		if len(m.text) < 2000 {
			f.Add([]byte(m.text))
		}
	}
	for _, text := range []string{
		podA, jsonPod, zip(podA), policy("  podSelector: {}\n  ingress: [{from: [{podSelector: {}}]}]\n"),
		"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- {}\n",
		`{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a", "labels": {"a": "b"}}}]}`,
		docs(owned("d-1-a", "ReplicaSet", "d-1", "pod-template-hash: h"), ownedController("apps/v1", "ReplicaSet", "d-1", "Deployment", "d", ""), controller("apps/v1", "Deployment", "d", "replicas: 9, ")),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, lenient := range []bool{false, true} {
			c, ds, err := load.Read(load.Options{Stdin: bytes.NewReader(text), Lenient: lenient}, "-")
			check(t, c, ds, err)
			again, dsAgain, errAgain := load.Read(load.Options{Stdin: bytes.NewReader(text), Lenient: lenient}, "-")
			if (err == nil) != (errAgain == nil) || (c == nil) != (again == nil) {
				t.Fatalf("another result the second time: %v, %v", err, errAgain)
			}
			if diff := cmp.Diff(lines(ds), lines(dsAgain)); diff != "" {
				t.Fatal(diff)
			}
			if c == nil {
				continue
			}
			if diff := cmp.Diff(sketch(c), sketch(again)); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// check holds what Read returns to what it promises.
func check(t *testing.T, c *model.Cluster, ds []model.Diagnostic, err error) {
	t.Helper()
	failed := err != nil
	for _, d := range ds {
		if d.Origin.File != "-" || d.Origin.Line < 1 || d.Text == "" || d.Code == "" || d.Hint == "" {
			t.Fatalf("incomplete: %+v", d)
		}
		if strings.Contains(d.Code, " ") {
			t.Fatalf("code %q", d.Code)
		}
		failed = failed || d.Severity == model.Error
	}
	if failed != (c == nil) {
		t.Fatalf("cluster %t, error %v, diagnostics %q", c != nil, err, ds)
	}
	if c == nil {
		return
	}
	inNamespace := func(name string) bool {
		return slices.ContainsFunc(c.Namespaces, func(n model.Namespace) bool { return n.Name == name })
	}
	for i, p := range c.Pods {
		if p.Workload < 0 || p.Workload >= len(c.Workloads) || c.Workloads[p.Workload].Namespace != p.Namespace || !inNamespace(p.Namespace) {
			t.Fatalf("pod %+v lies nowhere", p)
		}
		if i > 0 && p.Workload < c.Pods[i-1].Workload {
			t.Fatal("pods are not sorted")
		}
		if p.Node != "" && !slices.ContainsFunc(c.Nodes, func(n model.Node) bool { return n.Name == p.Node }) {
			t.Fatalf("pod %+v is on no node", p)
		}
		if p.Weight < 0 || p.Weight != 1 && !p.StandIn || len(p.Addresses) > 2 {
			t.Fatalf("pod %+v", p)
		}
	}
	for i, wl := range c.Workloads {
		own := 0
		for _, p := range c.Pods {
			if p.Workload == i {
				own += p.Weight
			}
		}
		if own != wl.Replicas {
			t.Fatalf("workload %+v has pods of weight %d", wl, own)
		}
	}
	for _, n := range c.Namespaces {
		if v, _ := n.Labels.Get(model.NameLabel); v != n.Name {
			t.Fatalf("namespace %+v", n)
		}
	}
	for _, p := range c.Policies {
		if p.Tier != c.Tiers[0].Name || !inNamespace(p.Origin.Namespace) || p.Origin.Doc == nil {
			t.Fatalf("policy %+v", p)
		}
	}
}
