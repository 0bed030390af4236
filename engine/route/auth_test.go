package route_test

import (
	"slices"
	"strings"
	"testing"

	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

const annotation = "nginx.ingress.kubernetes.io/"

// guard is a service of authentication, behind a Service with a cluster address.
var guard = join(pod("auth", "guard", "spec: {containers: [{name: c, ports: [{name: http, containerPort: 4180}]}]}\nstatus: {podIP: 10.1.0.40}"),
	service("auth", "guard", "clusterIP: 10.96.0.40, selector: {app: guard}, ports: [{port: 80, targetPort: http}]"))

// only lets nobody but pods of a namespace connect to the guard.
func only(ns string) string {
	return policy("auth", "only", "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "+ns+"}}}]}]")
}

// TestAuth: what a controller asks whether a request may pass it must reach
// (ING-12).
func TestAuth(t *testing.T) {
	base := join(resolving, pods, controller(""), balancer, guard)
	asking := func(name, host, url, more string) string {
		return ingress(name, annotation+"auth-url: '"+url+"'"+more, "rules: ["+at(host, "/", "Prefix", "web", "number: 80")+"]")
	}
	const full = "http://guard.auth.svc.cluster.local/check"
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"by its full name, and by those that are cut short",
			join(base, only("other"), asking("i", "a.example", full, ""), asking("j", "b.example", "http://guard.auth.svc", ""), asking("k", "c.example", "http://guard.auth/x", "")),
			[]string{"deny internet -> http://a.example; the request fails (ING-12)", "deny internet -> http://a.example; ing/nginx -> auth/guard 4180/tcp", "deny internet -> http://b.example, http://c.example"},
		},
		{
			"by its address, and where it admits the controller",
			join(base, only("ing"), asking("i", "a.example", full, ""), asking("j", "b.example", "http://10.96.0.40/", "")),
			[]string{"allow internet -> http://a.example; ing/nginx -> auth/guard 4180/tcp", "allow internet -> http://b.example; ing/nginx -> auth/guard 4180/tcp"},
		},
		{
			"the controller's own policy counts, for the question to the DNS too",
			join(base, asking("i", "a.example", full, ""), policy("ing", "out", "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 8080}, {port: 4180}]}]")),
			[]string{"deny internet -> http://a.example; ing/nginx -> kube-system/dns"},
		},
		{
			"no Service, no port, no endpoint: nothing passes",
			join(base, asking("i", "a.example", "http://nobody.auth.svc.cluster.local", ""), asking("j", "b.example", "http://guard.auth.svc.cluster.local:81", "")),
			[]string{"none internet -> http://a.example", "none internet -> http://b.example"},
		},
		{
			"a host that is not of the cluster is a word by the way, and one that a door serves another",
			join(base, only("other"), asking("i", "a.example", "https://auth.elsewhere.example", ""), asking("j", "b.example", "https://auth.example/oauth2", ""), asking("k", "c.example", "https://$host/oauth2", ""),
				ingress("auth", "", "rules: ["+at("auth.example", "/", "Prefix", "shut", "number: 80")+"]")),
			[]string{"allow internet -> http://a.example; asks https://auth.elsewhere.example", "allow internet -> http://b.example; auth.example is served by IngressClass nginx", "allow internet -> http://c.example"},
		},
		{
			"one alias of it",
			join(base, only("other"), service("a", "alias", "type: ExternalName, externalName: guard.auth.svc.cluster.local"), asking("i", "a.example", "http://alias.a.svc.cluster.local", "")),
			[]string{"deny internet -> http://a.example"},
		},
		{
			"the share of a canary is asked about as the rest is, and lets in whom the rest lets in",
			join(base, only("other"), asking("i", "a.example", full, ""), ingress("canary", annotation+"canary: 'true', "+annotation+"canary-weight: '5'", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("j", annotation+"whitelist-source-range: 203.0.113.0/24", "rules: ["+at("b.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("other", annotation+"canary: 'true', "+annotation+"canary-weight: '5'", "rules: ["+at("b.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"deny internet -> http://a.example", "deny 8.8.8.8 -> http://b.example"},
		},
		{
			"asked about all Ingresses by the ConfigMap, but for one that says no",
			join(base, only("other"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: ing, name: ingress-nginx-controller}\ndata: {global-auth-url: '"+full+"'}\n",
				ingress("i", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"), ingress("j", annotation+"enable-global-auth: 'false'", "rules: ["+at("b.example", "/", "Prefix", "web", "number: 80")+"]"),
				asking("k", "c.example", "https://auth.elsewhere.example", "")),
			[]string{"deny internet -> http://a.example", "allow internet -> http://b.example", "allow internet -> http://c.example"},
		},
		{
			"where TLS is passed through nothing is asked",
			join(base, only("other"), asking("i", "a.example", full, ", "+annotation+"ssl-passthrough: 'true'")),
			[]string{"allow internet -> https://a.example"},
		},
		{
			"another controller does not ask",
			join(resolving, pods, guard, only("other"), "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: t, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: traefik.io/ingress-controller}\n", asking("i", "a.example", full, "")),
			[]string{"allow internet -> http://a.example"},
		},
		{
			"a controller that is not in the input may be admitted or not",
			join(resolving, pods, guard, only("other"), "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: n, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: k8s.io/ingress-nginx}\n",
				asking("i", "a.example", full, ""), asking("j", "b.example", "http://guard.auth:81", "")),
			[]string{"unknown internet -> http://a.example", "none internet -> http://b.example; has no port 81/tcp"},
		},
		{
			"and is not admitted where nobody is",
			join(resolving, pods, guard, policy("auth", "shut", "podSelector: {}, policyTypes: [Ingress]"), "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: n, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: k8s.io/ingress-nginx}\n", asking("i", "a.example", full, "")),
			[]string{"deny internet -> http://a.example"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, strings.TrimSuffix(tt.manifests, "---\n"), tt.lines...) })
	}
}

// TestAuth_hop: the question stands between the door and the backend, and is asked
// about every way in (ING-12).
func TestAuth_hop(t *testing.T) {
	manifests := join(resolving, pods, controller(""), balancer, guard, only("other"),
		ingress("i", annotation+"auth-url: 'http://guard.auth.svc.cluster.local'", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"))
	m, a := compile(t, clusterOf(t, manifests), model.Options{})
	internet := expect.Peer{Kind: expect.Internet, Text: "internet"}
	src, err := m.Resolve(internet)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range a.Openings(src, internet) {
		if o.Entry == nil {
			continue
		}
		var kinds []route.HopKind
		for _, h := range o.Answer.Walks[0].Hops {
			kinds = append(kinds, h.Kind)
		}
		if o.Answer.Verdict != model.Denied || !slices.Equal(kinds, []route.HopKind{route.Door, route.Auth, route.Backend}) {
			t.Errorf("%s %v\n%s", o.Title(), kinds, describe(&o.Answer))
		}
		for _, x := range o.Answer.Arrivals() {
			if x.Leg.Dst.Name == "auth/guard" || x.Mix.Verdict() != model.Denied {
				t.Errorf("leads to %s: %s", x.Leg.Dst.Name, x.Mix.Verdict())
			}
		}
	}
}

// TestAuth_satisfyAny: who passes what the controller asks, or is on the list, gets
// in (ING-12).
func TestAuth_satisfyAny(t *testing.T) {
	base := join(resolving, pods, controller(""), balancer, guard)
	const list, either = annotation + "whitelist-source-range: 203.0.113.0/24, ", annotation + "satisfy: any, "
	const url = annotation + "auth-url: 'http://guard.auth.svc.cluster.local'"
	web := func(annotations string) string {
		return ingress("i", strings.TrimSuffix(annotations, ", "), "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]")
	}
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"credentials are not in the input",
			join(base, web(list+either+url)),
			[]string{"allow 203.0.113.7 -> http://a.example", "unknown 8.8.8.8 -> http://a.example; (satisfy: any)", "unknown internet -> http://a.example"},
		},
		{
			"nobody can pass what is not reached, and who is on the list need not",
			join(base, only("other"), web(list+either+url)),
			[]string{"allow 203.0.113.7 -> http://a.example", "deny 8.8.8.8 -> http://a.example", "some internet -> http://a.example"},
		},
		{
			"a password does as well",
			join(base, web(list+either+annotation+"auth-type: basic")),
			[]string{"allow 203.0.113.7 -> http://a.example", "unknown 8.8.8.8 -> http://a.example"},
		},
		{
			"all must be passed unless it says any, and a list stands alone where nothing else is asked",
			join(base, web(list+url), strings.Replace(strings.Replace(web(list+either), "name: i", "name: j", 1), "a.example", "b.example", 1)),
			[]string{"deny 8.8.8.8 -> http://a.example", "deny 8.8.8.8 -> http://b.example"},
		},
		{
			"who is turned away may pass too, and everybody is asked where there is no list of the only ones",
			join(base, web(annotation+"denylist-source-range: 203.0.113.0/24, "+either+url)),
			[]string{"unknown 203.0.113.7 -> http://a.example", "allow 8.8.8.8 -> http://a.example"},
		},
		{
			"nor is anybody else let in then if it is not reached",
			join(base, only("other"), web(annotation+"denylist-source-range: 203.0.113.0/24, "+either+url)),
			[]string{"deny 203.0.113.7, 8.8.8.8 -> http://a.example"},
		},
		{
			"a list of the controller's own counts alike",
			join(base, only("other"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: ing, name: ingress-nginx-controller}\ndata: {whitelist-source-range: 203.0.113.0/24}\n", web(either+url)),
			[]string{"allow 203.0.113.7 -> http://a.example", "deny 8.8.8.8 -> http://a.example"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, tt.manifests, tt.lines...) })
	}
}
