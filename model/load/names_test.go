package load_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/load"
)

// What leads from names to pods is read, each object with the place where it
// stands.
func TestRead_names(t *testing.T) {
	c := mustRead(t, docs(
		"apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: x}\nspec:\n  ports:\n  - port: 80\n",
		"apiVersion: v1\nkind: Endpoints\nmetadata: {name: web, namespace: x}\nsubsets: [{addresses: [{ip: 10.0.0.1}]}]\n",
		"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-1, namespace: x, labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\n",
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: x}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n",
		"apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: j, namespace: x}\nspec: {backend: {serviceName: web, servicePort: 80}}\n",
		"apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: c}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: x}\nspec: {gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: x}\nspec: {}\n",
		"apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: x}\nspec: {}\n",
		"apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: o, namespace: x}\nspec: {host: a.example, to: {kind: Service, name: web}}\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coredns, namespace: kube-system}\ndata:\n  Corefile: |\n    . {\n      forward . 10.0.0.53\n    }\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: kube-system}\ndata: {a: b}\n",
	))
	var got []string
	add := func(o model.Origin) { got = append(got, o.Object()) }
	n := &c.Names
	for _, s := range n.Services {
		add(s.Origin)
	}
	for _, s := range n.Slices {
		add(s.Origin)
	}
	for _, r := range n.Routes {
		add(r.Origin)
	}
	for _, k := range n.Classes {
		add(k.Origin)
	}
	for _, g := range n.Gateways {
		add(g.Origin)
	}
	for _, g := range n.Grants {
		add(g.Origin)
	}
	for _, f := range n.Corefiles {
		add(f.Origin)
	}
	want := []string{
		"Service x/web", "EndpointSlice x/web-1", "Endpoints x/web", "HTTPRoute x/r", "Ingress x/i", "Ingress x/j", "Route x/o",
		"GatewayClass c", "IngressClass c", "Gateway x/g", "ReferenceGrant x/g", "ConfigMap kube-system/coredns",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if line := load.Locate(n.Services[0].Ports[0].Origin); line != 6 {
		t.Errorf("the port stands on line %d", line)
	}
}

// Whatever is wrong with an object that leads from a name to pods is a warning:
// no policy depends on it, and so nobody is kept from asking about pods. Who asks
// about the object is told.
func TestRead_namesLeftOut(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
		left       int
	}{
		{
			"refused by the API server", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 0}]}\n",
			[]string{"a.yaml:4: warning Service default/web spec.ports[0].port [port-number]"},
			1,
		},
		{
			"of the wrong shape", "apiVersion: v1\nkind: Service\nmetadata: 5\nspec: [whatever]\n",
			[]string{"a.yaml:3: warning Service metadata [wrong-type]"},
			1,
		},
		{
			"without a name", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {}\n",
			[]string{"a.yaml:1: warning Ingress metadata.name [object-name]"},
			1,
		},
		{
			"of a version that we do not know", "apiVersion: gateway.networking.k8s.io/v9\nkind: Gateway\nmetadata: {name: g}\n",
			[]string{"a.yaml:1: warning Gateway default/g apiVersion [api-version]"},
			1,
		},
		{
			"twice, differently (VAL-5)", docs("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 1}]}\n", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 2}]}\n"),
			[]string{"a.yaml:6: warning Service default/web  [duplicate]"},
			0,
		},
		{
			"one page of a list", "apiVersion: v1\nkind: ServiceList\nmetadata: {continue: abc}\nitems: []\n",
			[]string{"a.yaml:3: warning ServiceList metadata.continue [list-partial]"},
			0,
		},
		{"a ConfigMap may hold anything", "apiVersion: v1\nkind: ConfigMap\nmetadata: 5\ndata: 6\n", nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, ds := readText(t, load.Options{}, tt.text)
			if diff := cmp.Diff(tt.want, lines(ds)); diff != "" || c == nil {
				t.Fatalf("%s%q", diff, ds)
			}
			if len(c.Names.LeftOut) != tt.left {
				t.Errorf("left out: %v", c.Names.LeftOut)
			}
			if slices.ContainsFunc(c.Names.LeftOut, func(d model.Diagnostic) bool { return strings.Contains(d.Text, "nothing leads") || d.Hint == "" }) {
				t.Errorf("left out: %v", c.Names.LeftOut)
			}
		})
	}
}

// The ConfigMap of an ingress controller is kept, and its workload says that it is
// its own, also where the pods are in the input (ING-12).
func TestRead_ingressDefaults(t *testing.T) {
	for _, args := range []string{"[/nginx-ingress-controller, --configmap=$(POD_NAMESPACE)/conf]", "\n          - \"--configmap=\\\n            ing/conf\"", "[--v, 5, --configmap, ing/conf]"} {
		c := mustRead(t, docs(
			"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf, namespace: ing}\ndata:\n  proxy-body-size: 8m\n  whitelist-source-range: 10.0.0.0/8\n",
			"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: ing}\ndata: {proxy-body-size: 8m}\n",
			"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: edge, namespace: ing}\nspec:\n  template:\n    metadata: {labels: {app: edge}}\n    spec:\n      containers:\n        - name: c\n          args: "+args+"\n",
			"apiVersion: v1\nkind: Pod\nmetadata: {name: edge-1, namespace: ing, labels: {app: edge}, ownerReferences: [{kind: DaemonSet, name: edge, controller: true, apiVersion: apps/v1, uid: x}]}\nspec: {containers: [{name: c}]}\n",
		))
		if got := c.Names.Defaults; len(got) != 1 || got[0].Name != "conf" || len(got[0].Admits) != 1 {
			t.Errorf("defaults: %+v", got)
		}
		if len(c.Workloads) != 1 || c.Workloads[0].Config != "ing/conf" || c.Workloads[0].Replicas != 1 {
			t.Errorf("args %q: %+v", args, c.Workloads)
		}
	}
}
