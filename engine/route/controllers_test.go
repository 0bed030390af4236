package route_test

import (
	"strings"
	"testing"

	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// TestIngressStatus: the pods of a controller are behind the Service whose address
// or name the Ingress has in its status (ING-2).
func TestIngressStatus(t *testing.T) {
	class := func(name, controller string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " + name + "}\nspec: {controller: " + controller + "}\n"
	}
	proxy := func(ns, name, labels, ip string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {namespace: " + ns + ", name: " + name + ", labels: {" + labels + "}}\n" +
			"spec: {containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}\nstatus: {podIP: " + ip + "}\n"
	}
	front := func(ns, selector, status string) string {
		return service(ns, "front", "type: LoadBalancer, externalTrafficPolicy: Local, selector: {"+selector+"}, ports: [{name: http, port: 80, targetPort: http}]") +
			"status: {loadBalancer: {ingress: [{" + status + "}]}}\n"
	}
	entry := func(name, class, host, status string) string {
		out := ingress(name, "", "ingressClassName: "+class+", rules: ["+at(host, "/", "Prefix", "web", "name: http")+"]")
		if status != "" {
			out += "status: {loadBalancer: {ingress: [{" + status + "}]}}\n"
		}
		return out
	}
	// web takes connections of one namespace only.
	fromOnly := func(ns string) string {
		return policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "+ns+"}}}]}]")
	}
	const nginx = "app.kubernetes.io/name: ingress-nginx"
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"by address",
			join(class("edge", "example.com/edge"), proxy("edge", "p", "app: edge", "10.1.0.30"), front("edge", "app: edge", "ip: 203.0.113.50"), entry("web", "edge", "a.example", "ip: 203.0.113.50"), fromOnly("edge")),
			[]string{"allow internet -> http://a.example"},
		},
		{
			"by name, in other letters",
			join(class("edge", "example.com/edge"), proxy("edge", "p", "app: edge", "10.1.0.30"), front("edge", "app: edge", "hostname: lb-1.Example.net"), entry("web", "edge", "a.example", "hostname: LB-1.example.net"), fromOnly("ing")),
			[]string{"deny internet -> http://a.example"},
		},
		{
			"nobody publishes the address: the pods stay unknown",
			join(class("edge", "example.com/edge"), proxy("edge", "p", "app: edge", "10.1.0.30"), front("edge", "app: edge", "ip: 203.0.113.51"), entry("web", "edge", "a.example", "ip: 203.0.113.50"), fromOnly("edge")),
			[]string{"unknown internet -> http://a.example; name them with --controller edge"},
		},
		{
			"two controllers of one kind are told apart",
			join(class("public", "k8s.io/ingress-nginx"), class("inner", "k8s.io/ingress-nginx"),
				proxy("public", "p", nginx, "10.1.0.30"), front("public", nginx, "ip: 203.0.113.50"), proxy("inner", "p", nginx, "10.1.0.31"), front("inner", nginx, "ip: 10.9.9.9"),
				entry("web", "public", "a.example", "ip: 203.0.113.50"), entry("inner", "inner", "b.example", "ip: 10.9.9.9"), fromOnly("public")),
			[]string{"allow internet -> http://a.example", "deny internet -> http://b.example"},
		},
		{
			"what stands before the controller is not the controller",
			join(class("nginx", "k8s.io/ingress-nginx"), proxy("ing", "p", nginx, "10.1.0.30"), proxy("waf", "p", "app: waf", "10.1.0.31"), front("waf", "app: waf", "ip: 203.0.113.50"),
				entry("web", "nginx", "a.example", "ip: 203.0.113.50"), fromOnly("ing")),
			[]string{"allow internet -> http://a.example"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check(t, model.Options{}, join(webPod, service("a", "web", "selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]"), strings.TrimSuffix(tt.manifests, "---\n")), tt.lines...)
		})
	}
}

// TestIngressDefaults: what the ConfigMap of ingress-nginx says holds below the
// annotations of an Ingress (ING-12).
func TestIngressDefaults(t *testing.T) {
	const prefix = "nginx.ingress.kubernetes.io/"
	config := func(name, data string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: ing, name: " + name + "}\ndata: {" + data + "}\n"
	}
	// deployed is the controller with arguments of its own, before its pods are made.
	deployed := func(args string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\nspec: {controller: k8s.io/ingress-nginx}\n---\n" +
			"apiVersion: apps/v1\nkind: Deployment\nmetadata: {namespace: ing, name: edge}\nspec:\n  selector: {matchLabels: {app.kubernetes.io/name: ingress-nginx}}\n" +
			"  template: {metadata: {labels: {app.kubernetes.io/name: ingress-nginx}}, spec: {containers: [{name: c, args: [" + args + "], ports: [{name: http, containerPort: 80}]}]}}\n"
	}
	entry := func(annotations string) string {
		return ingress("web", annotations, "ingressClassName: nginx, rules: ["+at("a.example", "/", "Prefix", "web", "number: 80")+"]")
	}
	const list = "whitelist-source-range: 203.0.113.0/24"
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"the only clients, by the ConfigMap of the usual name",
			join(controller(""), balancer, config("ingress-nginx-controller", list), entry("")),
			[]string{"allow 203.0.113.7 -> http://a.example; only unless an Ingress says otherwise (ING-12)", "deny 8.8.8.8 -> http://a.example", "some internet -> http://a.example"},
		},
		{
			"an annotation goes before it",
			join(controller(""), balancer, config("ingress-nginx-controller", list), entry(prefix+"whitelist-source-range: 8.8.8.0/24")),
			[]string{"deny 203.0.113.7 -> http://a.example", "allow 8.8.8.8 -> http://a.example"},
		},
		{
			"clients that are turned away, by default and always",
			join(controller(""), balancer, config("ingress-nginx-controller", "denylist-source-range: 203.0.113.0/24, block-cidrs: 8.8.4.0/24"), entry(prefix+"denylist-source-range: 1.1.1.1")),
			[]string{"allow 203.0.113.7 -> http://a.example", "deny 1.1.1.1 -> http://a.example", "deny 8.8.4.4 -> http://a.example; clients in 8.8.4.0/24 away (ING-12)"},
		},
		{
			"the ConfigMap that the arguments name, in the namespace of the pod",
			join(deployed("/nginx-ingress-controller, '--configmap=$(POD_NAMESPACE)/mine'"), config("mine", list), config("ingress-nginx-controller", "whitelist-source-range: 8.8.8.0/24"), entry("")),
			[]string{"allow 203.0.113.7 -> http://a.example", "deny 8.8.8.8 -> http://a.example"},
		},
		{
			"in two words, with one dash",
			join(deployed("-configmap, ing/mine, --configmap-other=ing/x"), config("mine", list), entry("")),
			[]string{"deny 8.8.8.8 -> http://a.example"},
		},
		{
			"that of its workload, where the arguments do not tell",
			join(deployed("--election-id=configmap"), config("edge", list), entry("")),
			[]string{"deny 8.8.8.8 -> http://a.example"},
		},
		{
			"that of somebody else counts for nothing",
			join(controller(""), balancer, config("other", list), entry("")),
			[]string{"allow 8.8.8.8 -> http://a.example"},
		},
		{
			"a list that cannot be read leaves it open, but for an Ingress with its own",
			join(controller(""), balancer, config("ingress-nginx-controller", "whitelist-source-range: everybody"), entry(""),
				ingress("own", prefix+"whitelist-source-range: 8.8.8.0/24", "ingressClassName: nginx, rules: ["+at("b.example", "/", "Prefix", "web", "number: 80")+"]")),
			[]string{"unknown 8.8.8.8 -> http://a.example; cannot be read", "allow 8.8.8.8 -> http://b.example"},
		},
		{
			"behind nodes the controller is told the client by the PROXY protocol",
			join(controller(""), strings.Replace(balancer, "externalTrafficPolicy: Local, ", "", 1), config("ingress-nginx-controller", list+", use-proxy-protocol: 'true'"), entry("")),
			[]string{"allow 203.0.113.7 -> http://a.example", "deny 8.8.8.8 -> http://a.example"},
		},
		{
			"behind nodes it may see a node",
			join(controller(""), strings.Replace(balancer, "externalTrafficPolicy: Local, ", "", 1), config("ingress-nginx-controller", list), entry("")),
			[]string{"some 203.0.113.7 -> http://a.example; may see the address of a node"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, join(pods, tt.manifests), tt.lines...) })
	}
}

// TestUnknownController: whether a policy of its namespace selects the pods of a
// controller that the input does not hold is open, if it asks for labels (RT-1,
// ING-8).
func TestUnknownController(t *testing.T) {
	route := "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {namespace: a, name: web}\nspec: {host: a.example, to: {kind: Service, name: web}}\n"
	web := service("a", "web", "selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]")
	for spec, want := range map[string]string{
		"podSelector: {}, policyTypes: [Egress]":                                                       "deny internet -> http://a.example",
		"podSelector: {matchLabels: {app: router}}, policyTypes: [Egress]":                             "unknown internet -> http://a.example",
		"podSelector: {matchLabels: {app: router}}, policyTypes: [Ingress]":                            "allow internet -> http://a.example",
		"podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, policyTypes: [Egress]": "unknown internet -> http://a.example",
	} {
		t.Run(spec, func(t *testing.T) {
			check(t, model.Options{}, join(webPod, web, route, strings.TrimSuffix(policy("openshift-ingress", "p", spec), "---\n")), want)
		})
	}
}

// TestControllerClass: which class a controller serves, its arguments say (ING-2), and
// one that is ingress-nginx heeds its annotations whatever it is called (ING-12).
func TestControllerClass(t *testing.T) {
	const prefix = "nginx.ingress.kubernetes.io/"
	class := func(name, controller string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " + name + "}\nspec: {controller: " + controller + "}\n"
	}
	deployed := func(ns, labels, args string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {namespace: " + ns + ", name: edge}\nspec:\n  selector: {matchLabels: {" + labels + "}}\n" +
			"  template: {metadata: {labels: {" + labels + "}}, spec: {containers: [{name: c, args: [" + args + "], ports: [{name: http, containerPort: 80, hostPort: 80}]}]}}\n"
	}
	entry := func(name, class, host, annotations string) string {
		return ingress(name, annotations, class+"rules: ["+at(host, "/", "Prefix", "web", "number: 80")+"]")
	}
	fromOnly := func(ns string) string {
		return policy("a", "only", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "+ns+"}}}]}]")
	}
	const (
		labels = "app.kubernetes.io/name: ingress-nginx"
		list   = prefix + "whitelist-source-range: 203.0.113.0/24"
	)
	two := join(deployed("one", labels, "/nginx-ingress-controller"), deployed("two", labels, "/nginx-ingress-controller, --controller-class=k8s.io/inner, --ingress-class=inner"))
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"two of one label, each with its own class",
			join(two, class("nginx", "k8s.io/ingress-nginx"), class("inner", "k8s.io/inner"), entry("x", "ingressClassName: nginx, ", "a.example", ""), entry("yy", "ingressClassName: inner, ", "b.example", list), fromOnly("one")),
			[]string{"allow internet -> http://a.example", "deny 203.0.113.7 -> http://b.example; two/edge", "deny 8.8.8.8 -> http://b.example; 203.0.113.0/24 only"},
		},
		{
			"by the name of the class, where the input does not hold it",
			join(two, entry("x", "ingressClassName: nginx, ", "a.example", ""), entry("yy", "ingressClassName: inner, ", "b.example", ""), fromOnly("two")),
			[]string{"deny internet -> http://a.example; one/edge", "allow internet -> http://b.example"},
		},
		{
			"the default class is not that of one with another name",
			join(deployed("two", labels, "/nginx-ingress-controller, --controller-class=k8s.io/inner"), class("nginx", "k8s.io/ingress-nginx"), entry("x", "ingressClassName: nginx, ", "a.example", ""), fromOnly("two")),
			[]string{"unknown internet -> http://a.example; are not in the input"},
		},
		{
			"pods without a workload of their own keep to the label",
			join(two, "apiVersion: v1\nkind: Pod\nmetadata: {namespace: three, name: p, labels: {"+labels+"}}\nspec: {containers: [{name: c, ports: [{containerPort: 80, hostPort: 80}]}]}\n",
				class("nginx", "k8s.io/ingress-nginx"), entry("x", "ingressClassName: nginx, ", "a.example", ""), fromOnly("one")),
			[]string{"some internet -> http://a.example; three/p"},
		},
		{
			"HAProxy Ingress is told only the end of its name",
			join(deployed("one", "app.kubernetes.io/name: haproxy-ingress", "--controller-class=inner"), class("inner", "haproxy-ingress.github.io/controller/inner"), entry("x", "ingressClassName: inner, ", "a.example", list), fromOnly("one")),
			[]string{"allow 8.8.8.8 -> http://a.example; have no effect"},
		},
		{
			"a controller that is not known may heed the annotations or not",
			join(class("edge", "example.com/edge"), entry("x", "ingressClassName: edge, ", "a.example", list), entry("yy", "ingressClassName: edge, ", "b.example", ""),
				entry("z", "ingressClassName: edge, ", "c.example", prefix+"permanent-redirect: https://b.example"), entry("alone", "ingressClassName: edge, ", "d.example", prefix+"canary: 'true'")),
			[]string{
				"allow 203.0.113.7 -> http://a.example; are for k8s.io/ingress-nginx, and whether that is what IngressClass edge is run by (example.com/edge)", "unknown 8.8.8.8 -> http://a.example",
				"allow 8.8.8.8 -> http://b.example", "unknown 8.8.8.8 -> http://c.example", "unknown 8.8.8.8 -> http://d.example",
			},
		},
		{
			"nor is it known what it makes of a canary",
			join(class("edge", "example.com/edge"), entry("x", "ingressClassName: edge, ", "a.example", ""),
				ingress("canary", prefix+"canary: 'true'", "ingressClassName: edge, rules: ["+at("a.example", "/", "Prefix", "shut", "number: 80")+"]")),
			[]string{"unknown 8.8.8.8 -> http://a.example"},
		},
		{
			"one that is known heeds none of them",
			join(class("alb", "ingress.k8s.aws/alb"), entry("x", "ingressClassName: alb, ", "a.example", list)),
			[]string{"allow 8.8.8.8 -> http://a.example; have no effect"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, join(pods, tt.manifests), tt.lines...) })
	}
	t.Run("pods that the user names", func(t *testing.T) {
		manifests := join(pods, class("edge", "example.com/edge"), deployed("one", labels, "--x"), entry("x", "ingressClassName: edge, ", "a.example", list))
		m, _ := compile(t, clusterOf(t, manifests), model.Options{})
		a, err := route.New(m, route.Options{Controllers: map[string]expect.Peer{"edge": {Kind: expect.Named, Namespace: "one", Name: "edge", Text: "one/edge"}}})
		if err != nil {
			t.Fatal(err)
		}
		line, err := expect.ParseLine("deny 8.8.8.8 -> http://a.example", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := ask(t, m, a, line.Src[0], line.Dst[0], line.Ports[0]); got.Verdict != model.Denied {
			t.Error(describe(&got))
		}
	})
}
