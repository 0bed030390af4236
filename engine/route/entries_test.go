package route_test

import (
	"slices"
	"strings"
	"testing"

	"netreach/model"
	"netreach/model/expect"
)

func ingress(name, annotations, spec string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {namespace: a, name: " + name + ", annotations: {" + annotations + "}}\nspec: {" + spec + "}\n"
}

// at is a rule of an Ingress.
func at(host, path, form, service, port string) string {
	return "{host: " + host + ", http: {paths: [{path: '" + path + "', pathType: " + form + ", backend: {service: {name: " + service + ", port: {" + port + "}}}}]}}"
}

// controller is ingress-nginx, as most install it.
func controller(spec string) string {
	return join("apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: k8s.io/ingress-nginx}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {namespace: ing, name: nginx, labels: {app.kubernetes.io/name: ingress-nginx}}\nspec: {"+spec+"containers: [{name: c, ports: [{name: http, containerPort: 80}, {name: https, containerPort: 443}]}]}\nstatus: {podIP: 10.1.0.20}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {namespace: ing, name: nginx-admission, labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: admission-webhook}}\nspec: {}\n")
}

var (
	webPod  = pod("a", "web", "spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\nstatus: {podIP: 10.1.0.1}")
	shutPod = pod("a", "shut", "spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\nstatus: {podIP: 10.1.0.2}")
	pods    = join(webPod, shutPod, pod("a", "cli", "status: {podIP: 10.1.0.9}"),
		service("a", "web", "selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]"), service("a", "shut", "selector: {app: shut}, ports: [{name: http, port: 80, targetPort: http}]"),
		policy("a", "shut", "podSelector: {matchLabels: {app: shut}}, policyTypes: [Ingress]"))
	balancer = service("ing", "nginx", "type: LoadBalancer, externalTrafficPolicy: Local, selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{name: http, port: 80, targetPort: http}, {name: https, port: 443, targetPort: https}]")
)

func TestIngressRules(t *testing.T) {
	const prefix = "nginx.ingress.kubernetes.io/"
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"both sides of the controller count (ING-1, ING-7, ING-8)",
			join(resolving, pods, controller(""), balancer, ingress("web", "", "rules: ["+at("a.example", "/", "Prefix", "web", "name: http")+"]"),
				policy("ing", "nginx", "podSelector: {}, ingress: [{ports: [{port: 443}], from: [{ipBlock: {cidr: 203.0.113.0/24}}]}], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}], ports: [{port: 8080}]}]")),
			[]string{"allow 203.0.113.7 -> https://a.example", "deny 8.8.8.8, a/cli -> https://a.example", "deny 203.0.113.7 -> http://a.example"},
		},
		{
			"the egress of the controller (ING-8)",
			join(pods, controller(""), balancer, ingress("web", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"), policy("ing", "nginx", "podSelector: {}, policyTypes: [Egress]")),
			[]string{"deny internet -> https://a.example"},
		},
		{
			"a controller on the network of its node is not filtered, and its node is the client (ING-9)",
			join(pods, "apiVersion: v1\nkind: Node\nmetadata: {name: n2}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.3}]}\n", strings.Replace(controller("hostNetwork: true, nodeName: n2, "), "10.1.0.20", "172.18.0.3", 1), service("a", "block", "selector: {app: block}, ports: [{port: 80}]"), pod("a", "block", "status: {podIP: 10.1.0.3}"),
				ingress("web", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+", "+at("b.example", "/", "Prefix", "block", "number: 80")+"]"),
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {}}]}]"), policy("a", "block", "podSelector: {matchLabels: {app: block}}, ingress: [{from: [{ipBlock: {cidr: 172.18.0.0/16}}]}]"),
				policy("ing", "nginx", "podSelector: {}, policyTypes: [Ingress, Egress]")),
			[]string{"deny internet -> http://a.example", "allow internet -> http://b.example; on the port of its nodes", "none internet -> http://b.example:8080"},
		},
		{
			"a hostPort is like a node port (NP-54)",
			join(pods, strings.Replace(controller(""), "containerPort: 443", "containerPort: 443, hostPort: 8443", 1), ingress("web", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"allow internet -> https://a.example:8443; with the address of a node"},
		},
		{
			"nothing publishes the controller: taken to be open (ING-1)",
			join(pods, controller(""), ingress("web", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"allow internet -> http://a.example; nothing in the input publishes"},
		},
		{
			"the policy of a controller counts, published or not (ING-1, ING-7)",
			join(pods, controller(""), ingress("web", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"), policy("ing", "nginx", "podSelector: {}, ingress: [{ports: [{port: 443}]}]")),
			[]string{"allow internet -> https://a.example", "deny internet -> http://a.example"},
		},
		{
			"a URL may name a load balancer, or its address (SVC-19)",
			join(resolving, pods, "apiVersion: v1\nkind: Service\nmetadata: {namespace: a, name: lb}\nspec: {type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: [203.0.113.0/24], selector: {app: web}, ports: [{port: 80, targetPort: http}]}\nstatus: {loadBalancer: {ingress: [{hostname: lb.example}, {ip: 198.51.100.1}]}}\n"),
			[]string{"allow 203.0.113.1 -> http://lb.example/x, http://198.51.100.1", "deny 8.8.8.8 -> http://lb.example, http://198.51.100.1", "none 203.0.113.1 -> https://lb.example"},
		},
		{
			"TLS that is passed through has no paths (ING-11)",
			join(pods, controller(""), balancer, ingress("web", prefix+"ssl-passthrough: 'true'", "rules: ["+at("a.example", "/only", "Exact", "web", "number: 80")+"]")),
			[]string{"allow internet -> https://a.example/else; passed through", "none internet -> http://a.example/else"},
		},
		{
			"a canary is never alone, and one that leads nowhere takes its share (ING-12)",
			join(pods, controller(""), balancer, ingress("main", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("canary", prefix+"canary: 'true', "+prefix+"canary-weight: '5'", "rules: ["+at("a.example", "/", "Prefix", "nobody", "number: 80")+", "+at("b.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("idle", prefix+"canary: 'true', "+prefix+"canary-weight: '0'", "rules: ["+at("c.example", "/", "Prefix", "shut", "number: 80")+"]"), ingress("c", "", "rules: ["+at("c.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"some internet -> http://a.example; there is no Service a/nobody", "none internet -> http://b.example", "allow internet -> http://c.example"},
		},
		{
			"a redirect asks no backend; authentication is a word by the way (ING-12)",
			join(pods, controller(""), balancer, ingress("r", prefix+"permanent-redirect: https://b.example", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("b", prefix+"auth-url: https://auth.example, "+prefix+"mirror-target: https://m.example", "rules: ["+at("b.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"none internet -> http://a.example; redirect to https://b.example", "allow internet -> http://b.example; asks https://auth.example", "allow internet -> http://b.example; copies of requests"},
		},
		{
			"the controller may see a node instead of the client (ING-12, SVC-17)",
			join(pods, controller(""), strings.Replace(balancer, "externalTrafficPolicy: Local, ", "", 1), "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.2}]}\n",
				ingress("web", prefix+"allowlist-source-range: 203.0.113.0/24", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"some 203.0.113.7 -> http://a.example; may see the address of a node", "deny 8.8.8.8 -> http://a.example"},
		},
		{
			"annotations are for the controller that knows them (ING-12)",
			join(pods, "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: t}\nspec: {controller: traefik.io/ingress-controller}\n", "apiVersion: v1\nkind: Pod\nmetadata: {namespace: ing, name: t, labels: {app.kubernetes.io/name: traefik}}\nspec: {containers: [{name: c, ports: [{containerPort: 80, hostPort: 80}]}]}\n",
				ingress("web", prefix+"allowlist-source-range: 203.0.113.0/24", "ingressClassName: t, rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"allow 8.8.8.8 -> http://a.example; have no effect"},
		},
		{
			"two for one host and path: the oldest, if that is known (ING-13)",
			join(pods, controller(""), balancer,
				strings.Replace(ingress("old", "", "rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]"), "name: old", "name: old, creationTimestamp: '2020-01-01T00:00:00Z'", 1),
				strings.Replace(ingress("new", "", "rules: ["+at("a.example", "/", "Prefix", "shut", "number: 80")+"]"), "name: new", "name: new, creationTimestamp: '2021-01-01T00:00:00Z'", 1),
				ingress("one", "", "rules: ["+at("b.example", "/", "Prefix", "web", "number: 80")+"]"), ingress("two", "", "rules: ["+at("b.example", "/", "Prefix", "shut", "number: 80")+"]")),
			[]string{"allow internet -> http://a.example; Ingress a/new is for the same host and path, is younger", "unknown internet -> http://b.example; the oldest counts"},
		},
		{
			"TLS is the host's, whichever entry gets the request (ING-11)",
			join(pods, controller(""), balancer, ingress("web", "", "tls: [{hosts: [a.example]}], rules: ["+at("a.example", "/x", "Prefix", "web", "number: 80")+"]"), ingress("rest", "", "defaultBackend: {service: {name: web, port: {number: 80}}}")),
			[]string{"allow internet -> https://a.example/y", "allow internet -> https://b.example/y; no tls for this host"},
		},
		{
			"a path that is up to the controller (ING-4)",
			join(pods, "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: t}\nspec: {controller: other.example/c}\n",
				ingress("web", "", "ingressClassName: t, rules: ["+at("a.example", "/x", "ImplementationSpecific", "web", "number: 80")+"]"), ingress("other", "", "ingressClassName: t, rules: ["+at("b.example", "/", "Prefix", "shut", "number: 80")+"]")),
			[]string{"allow internet -> http://a.example/x/y", "unknown internet -> http://a.example/xy; up to the controller", "deny internet -> http://b.example"},
		},
		{
			"whatever a controller makes of a pattern, it takes no path that lacks the plain text in it (ING-4)",
			join(pods, "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: t}\nspec: {controller: other.example/c}\n",
				ingress("web", "", "ingressClassName: t, rules: ["+at("a.example", "/item/[0-9]+", "ImplementationSpecific", "shut", "number: 80")+", "+at("a.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("glob", "", "ingressClassName: t, rules: ["+at("b.example", "/sale*", "ImplementationSpecific", "shut", "number: 80")+", "+at("b.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("either", "", "ingressClassName: t, rules: ["+at("c.example", "/sale|/item", "ImplementationSpecific", "shut", "number: 80")+", "+at("c.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{
				"allow internet -> http://a.example/other", "unknown internet -> http://a.example/item/7, http://a.example/ITEM/x",
				"allow internet -> http://b.example/other", "unknown internet -> http://b.example/sal, http://b.example/sales", "unknown internet -> http://c.example/other",
			},
		},
		{
			"where both of two entries lead to open pods it is no matter which one gets the request (ING-4)",
			join(pods, "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: t}\nspec: {controller: other.example/c}\n",
				ingress("web", "", "ingressClassName: t, rules: ["+at("a.example", "/item/*", "ImplementationSpecific", "web", "number: 80")+", "+at("a.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("lost", "", "ingressClassName: t, rules: ["+at("b.example", "/item/*", "ImplementationSpecific", "nobody", "number: 80")+", "+at("b.example", "/", "Prefix", "web", "number: 80")+"]"),
				ingress("shut", "", "ingressClassName: t, rules: ["+at("c.example", "/item/*", "ImplementationSpecific", "shut", "number: 80")+"]")),
			[]string{
				"allow internet -> http://a.example/item/7; up to the controller", "unknown internet -> http://b.example/item/7", "deny internet -> http://c.example/item/7",
			},
		},
		{
			"a controller of which nothing is known: only what admits everybody does, and what admits nobody does not (ING-2, ING-6)",
			join(pods, pod("a", "any", ""), pod("a", "some", ""), service("a", "any", "selector: {app: any}, ports: [{port: 80}]"), service("a", "some", "selector: {app: some}, ports: [{port: 80}]"),
				policy("a", "any", "podSelector: {matchLabels: {app: any}}, ingress: [{from: [{namespaceSelector: {}}]}]"), policy("a", "some", "podSelector: {matchLabels: {app: some}}, ingress: [{from: [{namespaceSelector: {matchLabels: {x: z}}}]}]"),
				ingress("web", "", "rules: ["+at("web.example", "/", "Prefix", "web", "number: 80")+", "+at("shut.example", "/", "Prefix", "shut", "number: 80")+", "+at("any.example", "/", "Prefix", "any", "number: 80")+", "+at("some.example", "/", "Prefix", "some", "number: 80")+"]")),
			[]string{"allow internet -> http://web.example, http://any.example", "deny internet -> http://shut.example", "unknown internet -> http://some.example"},
		},
		{
			"a backend may be a name outside (ING-5, SVC-12)",
			join(resolving, pods, controller(""), balancer, service("a", "out", "type: ExternalName, externalName: out.example"), ingress("web", "", "rules: ["+at("a.example", "/", "Prefix", "out", "number: 443")+"]"),
				policy("ing", "nginx", "podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]")),
			[]string{"deny internet -> http://a.example"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, tt.manifests, tt.lines...) })
	}
}

func gateway(listeners string) string {
	return join("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {namespace: a, name: gw}\nspec: {gatewayClassName: c, listeners: ["+listeners+"]}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {namespace: a, name: gw-c}\nspec: {selector: {matchLabels: {x: z}}, template: {metadata: {labels: {x: z}}, spec: {containers: [{name: c}]}}}\n",
		service("a", "gw", "type: LoadBalancer, externalTrafficPolicy: Local, selector: {x: z}, ports: [{name: a, port: 80, targetPort: 8000}, {name: b, port: 443, targetPort: 8443}, {name: c, port: 5432}]"))
}

func httpRoute(kind, name, hosts, rules string) string {
	return "apiVersion: gateway.networking.k8s.io/v1\nkind: " + kind + "\nmetadata: {namespace: a, name: " + name + "}\nspec: {parentRefs: [{name: gw}], hostnames: [" + hosts + "], rules: [" + rules + "]}\n"
}

func TestGatewayRules(t *testing.T) {
	const web, shut = "backendRefs: [{name: web, port: 80}]", "backendRefs: [{name: shut, port: 80}]"
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"the pods may be those of a workload that is named after the Gateway (GW-1, GW-6)",
			join(pods, gateway("{name: http, port: 80, protocol: HTTP}"), httpRoute("HTTPRoute", "r", "a.example", "{"+web+"}"), policy("a", "gw", "podSelector: {matchLabels: {x: z}}, ingress: [{ports: [{port: 8000}]}]")),
			[]string{"allow internet -> http://a.example; a/gw-c"},
		},
		{
			"a Gateway of a class that is not among those there is served by nobody (GW-1)",
			join(pods, gateway("{name: http, port: 80, protocol: HTTP}"), httpRoute("HTTPRoute", "r", "a.example", "{"+web+"}"), "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: other}\nspec: {controllerName: example.com/c}\n"),
			[]string{"none internet -> http://a.example; there is no such GatewayClass"},
		},
		{
			"a longer host goes first, then an exact path, then a longer one (GW-7)",
			join(pods, gateway("{name: http, port: 80, protocol: HTTP}"),
				httpRoute("HTTPRoute", "wide", "'*.example'", "{"+shut+"}"), httpRoute("HTTPRoute", "long", "'*.b.example'", "{"+web+"}"),
				httpRoute("HTTPRoute", "paths", "p.example", "{matches: [{path: {value: /a}}], "+shut+"}, {matches: [{path: {value: /a/b}}], "+web+"}, {matches: [{path: {type: Exact, value: /a}}], "+web+"}")),
			[]string{"deny internet -> http://a.example, http://c.a.example", "allow internet -> http://a.b.example, http://x.a.b.example", "none internet -> http://p.example/", "allow internet -> http://p.example/a, http://p.example/a/b/c", "deny internet -> http://p.example/a/c"},
		},
		{
			"routes by SNI, by method, and by nothing (GW-8)",
			join(pods, gateway("{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}, {name: sql, port: 5432, protocol: TCP}, {name: http, port: 80, protocol: HTTP}"),
				strings.Replace(httpRoute("TLSRoute", "t", "t.example", "{"+web+"}"), "/v1", "/v1alpha3", 1),
				"apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: TCPRoute\nmetadata: {namespace: a, name: sql}\nspec: {parentRefs: [{name: gw, sectionName: sql}], rules: [{"+web+"}]}\n",
				httpRoute("GRPCRoute", "g", "g.example", "{matches: [{method: {service: a.B, method: C}}], "+web+"}")),
			[]string{"allow internet -> https://t.example/any", "none internet -> https://other.example/", "allow internet -> http://gw.example:5432", "allow internet -> http://g.example/a.B/C", "none internet -> http://g.example/a.B/D"},
		},
		{
			"why a route is not attached (GW-2)",
			join(pods, gateway("{name: http, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}"), httpRoute("HTTPRoute", "r", "a.example", "{"+web+"}"),
				strings.Replace(httpRoute("HTTPRoute", "lost", "b.example", "{"+web+"}"), "name: gw", "name: none", 1), strings.Replace(httpRoute("GRPCRoute", "section", "c.example", "{"+web+"}"), "name: gw", "name: gw, sectionName: x", 1)),
			[]string{"none internet -> http://a.example; takes no HTTPRoute", "none internet -> http://b.example; Gateway a/none", "none internet -> http://c.example; no such listener"},
		},
		{
			"part of the requests fails where one backend is refused (GW-4, GW-5)",
			join(pods, gateway("{name: http, port: 80, protocol: HTTP}"), httpRoute("HTTPRoute", "r", "a.example", "{backendRefs: [{name: web, port: 80}, {name: web, namespace: b, port: 80}]}")),
			[]string{"some internet -> http://a.example; no ReferenceGrant in namespace b"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, tt.manifests, tt.lines...) })
	}
}

// RT-1, RT-2: the router is known by its label, or else by its namespace; a Route
// names the Service's port or what that aims at; its weights and clients count.
func TestRouteRules(t *testing.T) {
	rt := func(name, annotations, spec string) string {
		return "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {namespace: a, name: " + name + ", annotations: {" + annotations + "}}\nspec: {" + spec + "}\n"
	}
	routes := join(rt("plain", "", "host: a.example, to: {kind: Service, name: web}, port: {targetPort: http}"),
		rt("number", "", "host: n.example, to: {kind: Service, name: web}, port: {targetPort: 9999}"),
		rt("edge", "", "host: e.example, tls: {termination: edge}, to: {kind: Service, name: web}"),
		rt("split", "", "host: s.example, to: {kind: Service, name: web, weight: 1}, alternateBackends: [{kind: Service, name: shut, weight: 1}]"),
		rt("idle", "", "host: o.example, to: {kind: Service, name: web}, alternateBackends: [{kind: Service, name: shut, weight: 0}]"),
		rt("path", "", "host: p.example, path: /x, to: {kind: Service, name: web}"),
		rt("wild", "", "host: www.w.example, wildcardPolicy: Subdomain, to: {kind: Service, name: web}"),
		rt("guarded", "haproxy.router.openshift.io/ip_whitelist: 203.0.113.0/24", "host: g.example, to: {kind: Service, name: web}"))
	lines := []string{
		"allow internet -> http://a.example", "none internet -> https://a.example", "none internet -> http://n.example; has no port 9999",
		"allow internet -> https://e.example", "none internet -> http://e.example", "some internet -> http://s.example", "allow internet -> http://o.example; weight 0",
		"allow internet -> http://p.example/x/y", "none internet -> http://p.example/xy", "allow internet -> http://any.w.example", "none internet -> http://a.b.w.example",
		"allow 203.0.113.1 -> http://g.example", "deny 8.8.8.8 -> http://g.example",
	}
	// A backend that admits the router's namespace by its labels, as the
	// documentation has it, though the router is not in the input.
	admits := policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {policy-group.network.openshift.io/ingress: ''}}}]}]")
	check(t, model.Options{}, join(pods, routes, admits), lines...)
	router := join("apiVersion: v1\nkind: Namespace\nmetadata: {name: openshift-ingress, labels: {policy-group.network.openshift.io/ingress: ''}}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {namespace: openshift-ingress, name: router, labels: {ingresscontroller.operator.openshift.io/deployment-ingresscontroller: default}}\nspec: {}\n")
	check(t, model.Options{}, join(pods, routes, admits, router), lines...)
	check(t, model.Options{}, join(pods, routes, router, policy("a", "web", "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]")), "deny internet -> http://a.example")
}

// A host that nobody serves is told of the routes that are for it, and of no others
// (GW-2, ING-2).
func TestUnattached(t *testing.T) {
	const web = "backendRefs: [{name: web, port: 80}]"
	m, a := compile(t, clusterOf(t, join(pods, gateway("{name: http, port: 80, protocol: HTTP, hostname: '*.example'}"),
		strings.Replace(httpRoute("HTTPRoute", "one", "one.example", "{"+web+"}"), "name: gw", "name: gw, sectionName: x", 1),
		strings.Replace(httpRoute("HTTPRoute", "two", "'*.two.example'", "{"+web+"}"), "name: gw", "name: gw, port: 81", 1),
		controller(""), ingress("three", "", "ingressClassName: none, rules: ["+at("'*.two.example'", "/", "Prefix", "web", "number: 80")+"]"))), model.Options{})
	for url, want := range map[string][]string{
		"http://one.example":     {"HTTPRoute a/one is not attached to Gateway a/gw: it has no such listener: x"},
		"http://a.two.example":   {`Ingress a/three names the class "none", and there is no such IngressClass: no controller serves it (ING-2)`, "HTTPRoute a/two is not attached to Gateway a/gw: it has no such listener: any on port 81"},
		"http://b.a.two.example": {"HTTPRoute a/two is not attached to Gateway a/gw: it has no such listener: any on port 81"},
		"http://four.example":    nil,
	} {
		line, err := expect.ParseLine("none internet -> "+url, "")
		if err != nil {
			t.Fatal(err)
		}
		got := ask(t, m, a, line.Src[0], line.Dst[0], model.PortMatch{})
		if want = append([]string{"no Ingress, Gateway or Route takes " + url + " (ING-10)"}, want...); !slices.Equal(got.Notes, want) {
			t.Errorf("%s: %q, want %q", url, got.Notes, want)
		}
	}
}
