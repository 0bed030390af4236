package cli_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/cmd/internal/cli"
	"netreach/cmd/internal/render"
)

// TestCan_crowd: of many clients that fare alike on the way to a Service the text
// names whole namespaces and workloads, once, and the document every one.
func TestCan_crowd(t *testing.T) {
	var b strings.Builder
	pod := func(namespace, workload string, n int, labels string) {
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Pod\nmetadata: {namespace: %s, name: %s-%d, labels: {%s}, "+
			"ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: %s, uid: u, controller: true}]}\nspec: {containers: [{name: c, image: i}]}\n", namespace, workload, n, labels, workload)
	}
	fmt.Fprint(&b, "apiVersion: v1\nkind: Service\nmetadata: {namespace: web, name: shop}\nspec: {selector: {app: shop}, clusterIP: 10.96.0.9, ports: [{port: 80}]}\n")
	fmt.Fprint(&b, "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: web, name: in}\n"+
		"spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {may: enter}}}]}]}\n")
	// Every client has its own label, and a policy that names it, so that each is
	// judged by itself.
	client := func(namespace, workload string, n int, labels string) {
		id := fmt.Sprint(namespace, workload, n)
		pod(namespace, workload, n, "id: "+id+labels)
		fmt.Fprintf(&b, "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: %s, name: %s}\n"+
			"spec: {podSelector: {matchLabels: {id: %s}}, ingress: [{ports: [{port: %d}]}]}\n", namespace, id, id, 100+n)
	}
	pod("web", "shop", 0, "app: shop")
	for n := range 5 {
		client("all", "api", n, "")
	}
	for n := range 5 {
		client("part", "db", n, "")
	}
	for n := range 6 {
		client("part", "mixed", n, map[bool]string{true: ", may: enter"}[n < 2])
	}
	env := func(e *cli.Env) { e.FS = fstest.MapFS{"x.yaml": {Data: []byte(b.String())}} }
	args := []string{"can", "*/*", "web/svc/shop", "80", "--no-config", "-f", "x.yaml"}
	got := netreach(t, args, env)
	for _, want := range []string{
		"  deny  all/*, part/db, part/mixed (4 of 6 pods) by Service web/shop 80/tcp",
		"\n      deny  -> web/shop-0 80/tcp\n",
		"  allow part/mixed-0, part/mixed-1 by Service web/shop 80/tcp",
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in\n%s%s", want, got.stdout, got.stderr)
		}
	}
	var doc render.QueryDocument
	if err := json.Unmarshal([]byte(netreach(t, append(args, "-o", "json"), env).stdout), &doc); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, w := range doc.Ways {
		all = append(all, w.Clients...)
	}
	for _, name := range []string{"all/api-0", "all/api-4", "part/db-2", "part/mixed-5", "part/mixed-0"} {
		if !slices.Contains(all, name) {
			t.Errorf("no client %s in %q", name, all)
		}
	}
}
