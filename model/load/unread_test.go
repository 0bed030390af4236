package load_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model/load"
)

// Objects that lead in or decide who gets in and that are not modelled are kept,
// each once, in the order of groups, kinds and names, and without a word: only who
// asks about the ways in needs to know.
func TestRead_unread(t *testing.T) {
	c := mustRead(t, docs(
		"apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: b, namespace: x}\nspec: {ipAllowList: {sourceRange: [10.0.0.0/8]}}\n",
		"apiVersion: traefik.io/v1alpha1\nkind: IngressRouteList\nitems:\n- metadata: {name: b}\n- metadata: {name: a}\n",
		"apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: x}\n",
		"apiVersion: configuration.konghq.com/v1\nkind: KongClusterPlugin\nmetadata: {name: k}\nplugin: acl\n",
		"apiVersion: gateway.networking.k8s.io/v1alpha9\nkind: SomePolicy\nmetadata: {name: p, namespace: x}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {name: p, namespace: x}\n",
		"apiVersion: example.org/v1\nkind: IngressRoute\nmetadata: {name: p, namespace: x}\n",
		"apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: b, namespace: x}\nspec: {}\n",
	))
	var got []string
	for _, u := range c.Names.Unread {
		text := u.Group + " " + u.Origin.Object()
		if u.Decides {
			text += " decides"
		}
		got = append(got, text)
	}
	want := []string{
		"configuration.konghq.com KongClusterPlugin k decides", "gateway.networking.k8s.io SomePolicy x/p decides", "networking.istio.io Gateway x/g",
		"traefik.io IngressRoute default/a", "traefik.io IngressRoute default/b", "traefik.io Middleware x/b decides",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if line := c.Names.Unread[5].Origin.Line; line != 1 {
		t.Errorf("the first counts, and not that on line %d", line)
	}
}

// Two objects that say the same have the same digest, in whatever order and
// whatever the cluster has noted about them.
func TestRead_unreadDigest(t *testing.T) {
	const head = "apiVersion: k8s.nginx.org/v1\nkind: VirtualServer\n"
	of := func(text string) string {
		c, ds := readText(t, load.Options{}, head+text)
		if c == nil || len(c.Names.Unread) != 1 {
			t.Fatal(ds)
		}
		return c.Names.Unread[0].Digest
	}
	first := of("metadata: {name: a}\nspec: {host: a.example, tls: {secret: s}}\n")
	if first != of("spec:\n  tls: {\"secret\": s}\n  host: a.example\nmetadata: {name: a, resourceVersion: '5'}\nstatus: {state: Valid}\n") {
		t.Error("order, notation and status count")
	}
	if first == of("metadata: {name: a}\nspec: {host: b.example, tls: {secret: s}}\n") {
		t.Error("the host does not count")
	}
}
