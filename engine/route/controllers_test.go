package route_test

import (
	"strings"
	"testing"

	"netreach/model"
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
