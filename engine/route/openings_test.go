package route_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
	"netreach/scenarios"
)

// conditional reports whether some way of an answer is for some requests only,
// or depends on an order that the input does not tell.
func conditional(a *route.Answer) bool {
	for i := range a.Walks {
		for k := range a.Walks[i].Hops {
			if slices.ContainsFunc(a.Walks[i].Hops[k].Notes, func(n route.Note) bool { return strings.HasPrefix(n.Text, "only requests with") }) {
				return true
			}
		}
	}
	return false
}

// idle reports whether an answer is about an object whose host and path another
// one serves.
func idle(a *route.Answer) bool {
	return slices.ContainsFunc(a.Notes, func(n string) bool {
		return strings.Contains(n, "an older object is for the same host") || strings.Contains(n, "a canary that gets no requests")
	})
}

// What an opening says is what a client is told who asks for its URL, or for the
// published Service, though the two go different ways.
func TestOpenings_agreeWithQuestions(t *testing.T) {
	urls, services := 0, 0
	for _, name := range scenarios.Names() {
		m, a := atlas(t, name, model.Options{})
		for _, who := range []string{"internet", "private", "203.0.113.7", "192.168.77.0/24"} {
			src, err := expect.ParsePeer(who, "")
			if err != nil {
				t.Fatal(err)
			}
			end, err := m.Resolve(src)
			if err != nil {
				t.Fatal(err)
			}
			if !end.Outside {
				t.Fatalf("%s: %s is in the cluster", name, who)
			}
			check := func(o *route.Opening, text string, port model.PortMatch) bool {
				dst, err := expect.ParsePeer(text, "")
				if err != nil {
					t.Fatal(err)
				}
				want := ask(t, m, a, src, dst, port)
				if conditional(&want) {
					return false
				}
				if o.Answer.Verdict != want.Verdict {
					t.Errorf("%s: %s -> %s: an opening says %s, the question %s\n%s\n%s", name, who, text, o.Answer.Verdict, want.Verdict, describe(&o.Answer), describe(&want))
				}
				return true
			}
			for _, o := range a.Openings(end, src) {
				for _, p := range o.Ports {
					switch {
					case o.Entry != nil && (p.First == 80 || p.First == 443) && o.Entry.Path.Form <= model.PathExact && !conditional(&o.Answer) && !idle(&o.Answer):
						scheme := map[uint16]string{80: "http", 443: "https"}[p.First]
						below := ""
						if o.Entry.Path.Form == model.PathPrefix {
							below = "any"
						}
						for _, host := range o.Entry.Hosts {
							if !strings.HasPrefix(host, "*") && check(&o, scheme+"://"+host+path.Join("/", o.Entry.Path.Path, below), model.PortMatch{}) {
								urls++
							}
						}
					case o.Publication != nil && slices.Equal(o.By, []string{"load balancer"}) && len(o.Publication.Service.ExternalIPs) == 0:
						s := o.Publication.Service
						if check(&o, s.Namespace+"/svc/"+s.Name, p.Match()) {
							services++
						}
					}
				}
			}
		}
	}
	if urls == 0 || services == 0 {
		t.Error("nothing was compared")
	}
	t.Logf("%d URLs, %d Services", urls, services)
}

// openings writes the openings for a client down, a line each.
func openings(t *testing.T, text, who string) []string {
	t.Helper()
	m, a := compile(t, clusterOf(t, text), model.Options{})
	src, err := expect.ParsePeer(who, "")
	if err != nil {
		t.Fatal(err)
	}
	end, err := m.Resolve(src)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range a.Openings(end, src) {
		line := fmt.Sprint(o.Answer.Verdict, " ", o.Title(), " ", strings.Join(o.By, "+"))
		for _, p := range o.Ports {
			line += " " + p.String()
		}
		clients := map[string]bool{}
		for i := range o.Answer.Walks {
			clients[o.Answer.Walks[i].Client] = true
		}
		out = append(out, strings.Join(strings.Fields(line), " ")+fmt.Sprintf(" (%d)", len(clients)))
	}
	return out
}

// created gives an object a time of creation.
func created(object string, year int) string {
	return strings.Replace(object, "metadata: {", fmt.Sprintf("metadata: {creationTimestamp: '%d-01-02T00:00:00Z', ", year), 1)
}

// udpGateway is a Gateway for UDP, with its pods, and what is behind it.
var udpGateway = join("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {namespace: a, name: gw}\nspec: {gatewayClassName: c, listeners: [{name: dns, port: 53, protocol: UDP}]}\n",
	"apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: UDPRoute\nmetadata: {namespace: a, name: names}\nspec: {parentRefs: [{name: gw}], rules: [{backendRefs: [{name: names, port: 53}]}]}\n",
	"apiVersion: v1\nkind: Pod\nmetadata: {namespace: a, name: gw, labels: {gateway.networking.k8s.io/gateway-name: gw}}\nspec: {containers: [{name: c, ports: [{containerPort: 5353, protocol: UDP, hostPort: 0}]}]}\nstatus: {podIP: 10.1.0.40}\n",
	pod("a", "names", "status: {podIP: 10.1.0.41}"),
	service("a", "names", "selector: {app: names}, ports: [{name: udp, port: 53, targetPort: 5300, protocol: UDP}, {name: tcp, port: 53, targetPort: 5300}]"))

func TestOpenings(t *testing.T) {
	const prefix = "nginx.ingress.kubernetes.io/"
	web := "rules: [" + at("a.example", "/", "Prefix", "web", "number: 80") + "]"
	tests := []struct {
		name, manifests, from string
		want                  []string
	}{
		{
			"an entry on all ports of its door, the Service of the door, and the pods of a canary with their main entry (ING-12, SVC-2)",
			join(pods, controller(""), balancer, ingress("web", "", web),
				ingress("canary", prefix+"canary: 'true', "+prefix+"canary-weight: '5'", "rules: ["+at("a.example", "/", "Prefix", "shut", "number: 80")+"]")),
			"internet",
			[]string{"some a.example/ 80/tcp 443/tcp (1)", "allow ing/svc/nginx load balancer+node port 80/tcp 0/tcp (1)", "allow ing/svc/nginx load balancer+node port 443/tcp 0/tcp (1)"},
		},
		{
			"of two for one host and path the older one counts, and the other one is listed (ING-13)",
			join(pods, controller(""), created(ingress("old", "", web), 2023), created(ingress("young", "", "rules: ["+at("a.example", "/", "Prefix", "shut", "number: 80")+"]"), 2024)),
			"internet",
			[]string{"allow a.example/ 80/tcp 443/tcp (1)", "none a.example/ 80/tcp 443/tcp (0)"},
		},
		{
			"which of two is older is not in the input (ING-13)",
			join(pods, controller(""), ingress("old", "", web), ingress("young", "", "rules: ["+at("a.example", "/", "Prefix", "shut", "number: 80")+"]")),
			"internet",
			[]string{"unknown a.example/ 80/tcp 443/tcp (1)"},
		},
		{
			"clients are told apart where source ranges or policies do (SVC-19)",
			join(webPod, service("a", "lb", "type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: [203.0.113.0/24], allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"),
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/25}}]}]")),
			"internet",
			[]string{"some a/svc/lb load balancer 80/tcp (2)"},
		},
		{
			"nobody gets in where ranges and policies admit different clients",
			join(webPod, service("a", "lb", "type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: [198.51.100.0/24], allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"),
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/25}}]}]")),
			"internet",
			[]string{"deny a/svc/lb load balancer 80/tcp (2)"},
		},
		{
			"a door that only node ports publish (SVC-18)",
			join(pods, controller(""), service("ing", "nginx", "type: NodePort, selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]"), ingress("web", "", web)),
			"internet",
			[]string{"allow a.example/ 30080/tcp (1)", "allow ing/svc/nginx node port 30080/tcp (1)"},
		},
		{
			"clients in the cluster come by the entries only",
			join(pods, controller(""), balancer, ingress("web", "", web)),
			"a/cli",
			[]string{"allow a.example/ 80/tcp 443/tcp (1)"},
		},
		{
			"a Route without TLS is for plain requests, one with TLS for the others (RT-2)",
			join(pods, "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {namespace: a, name: plain}\nspec: {host: p.example, to: {kind: Service, name: web}}\n",
				"apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {namespace: a, name: edge}\nspec: {host: e.example, tls: {termination: edge}, to: {kind: Service, name: web}}\n"),
			"internet",
			[]string{"allow e.example 443/tcp (1)", "allow p.example 80/tcp (1)"},
		},
		{
			"a UDPRoute is judged on the port of its listener, over UDP on both sides of the Gateway (GW-2, GW-8)",
			join(udpGateway, service("a", "edge", "type: LoadBalancer, externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false, selector: {gateway.networking.k8s.io/gateway-name: gw}, ports: [{name: dns, port: 53, targetPort: 5353, protocol: UDP}]"),
				policy("a", "gw", "podSelector: {matchLabels: {gateway.networking.k8s.io/gateway-name: gw}}, ingress: [{ports: [{port: 5353, protocol: UDP}], from: [{ipBlock: {cidr: 203.0.113.0/24}}]}], egress: [{ports: [{port: 5300, protocol: UDP}]}], policyTypes: [Ingress, Egress]")),
			"internet",
			[]string{"some * 53/udp (2)", "some a/svc/edge load balancer 53/udp (2)"},
		},
		{
			"the same port over TCP is another one",
			join(udpGateway, service("a", "edge", "type: LoadBalancer, externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false, selector: {gateway.networking.k8s.io/gateway-name: gw}, ports: [{name: dns, port: 53, targetPort: 5353, protocol: TCP}]")),
			"internet",
			[]string{"none * 53/udp (1)", "allow a/svc/edge load balancer 53/tcp (1)"},
		},
		{
			"a policy that admits the Gateway over TCP only",
			join(udpGateway, service("a", "edge", "type: LoadBalancer, externalTrafficPolicy: Local, allocateLoadBalancerNodePorts: false, selector: {gateway.networking.k8s.io/gateway-name: gw}, ports: [{name: dns, port: 53, targetPort: 5353, protocol: UDP}]"),
				policy("a", "names", "podSelector: {matchLabels: {app: names}}, ingress: [{ports: [{port: 5300}]}]")),
			"internet",
			[]string{"deny * 53/udp (1)", "allow a/svc/edge load balancer 53/udp (1)"},
		},
		{
			"a backend that has the port over TCP only, and a Gateway on the ports of its nodes",
			join(strings.ReplaceAll(udpGateway, "hostPort: 0", "hostPort: 53"), service("a", "names", "selector: {app: names}, ports: [{port: 53, targetPort: 5300}]")),
			"internet",
			[]string{"none * 53/udp (1)"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := openings(t, tt.manifests, tt.from)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}
