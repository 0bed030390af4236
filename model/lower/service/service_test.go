package service_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"netreach/model"
	"netreach/model/lower/service"
	"netreach/model/selector"
)

func origin(kind string) model.Origin {
	return model.Origin{Kind: kind, Namespace: "shop", Name: "web", File: "a.yaml", Line: 1}
}

// exact compares values with the origins left out.
var exact = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmp.Comparer(func(_, _ model.Origin) bool { return true }),
	cmpopts.EquateEmpty(),
}

func say(ds []model.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Severity.String()+" "+d.Origin.Field+" ["+d.Code+"]")
	}
	return out
}

func is(key, value string) selector.Selector {
	return selector.Selector{Requirements: []selector.Requirement{{Key: key, Op: selector.In, Values: []string{value}}}}
}

func port(name string, n uint16, target model.Target) model.ServicePort {
	return model.ServicePort{Name: name, Port: n, Target: target}
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, json string
		want       model.Service
	}{
		{
			"the defaults: ClusterIP, TCP, and a target that is the port (VAL-3, SVC-2, SVC-5, SVC-6)",
			`{"spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}`,
			model.Service{Selects: true, Pods: is("app", "web"), Ports: []model.ServicePort{port("", 80, model.Target{Number: 80})}},
		},
		{
			"targets by number and by name (SVC-5)",
			`{"spec": {"ports": [{"name": "a", "port": 80, "targetPort": 8080}, {"name": "b", "port": 81, "targetPort": "http"}, {"name": "c", "port": 80, "protocol": "UDP", "targetPort": 0}]}}`,
			model.Service{Ports: []model.ServicePort{
				port("a", 80, model.Target{Number: 8080}), port("b", 81, model.Target{Name: "http"}),
				{Name: "c", Protocol: model.UDP, Port: 80, Target: model.Target{Number: 80}},
			}},
		},
		{
			"no selector, and an empty one, select nothing (SVC-3)",
			`{"spec": {"selector": {}, "ports": [{"port": 80}]}}`,
			model.Service{Ports: []model.ServicePort{port("", 80, model.Target{Number: 80})}},
		},
		{
			"a headless Service may go without ports (SVC-8)",
			`{"spec": {"clusterIP": "None", "selector": {"app": "web"}, "publishNotReadyAddresses": true}}`,
			model.Service{Headless: true, Selects: true, Pods: is("app", "web"), PublishNotReady: true},
		},
		{
			"an alias has no selector and no address of its own (SVC-3, SVC-12)",
			`{"spec": {"type": "ExternalName", "externalName": "db.example.com.", "selector": {"app": "web"}, "clusterIP": ""}}`,
			model.Service{Type: model.ExternalName, ExternalName: "db.example.com"},
		},
		{
			"families follow the addresses where nothing else is said (SVC-24)",
			`{"spec": {"clusterIPs": ["10.96.0.1", "fd00::1"], "ports": [{"port": 80}]}}`,
			model.Service{
				ClusterIPs: []netip.Addr{netip.MustParseAddr("10.96.0.1"), netip.MustParseAddr("fd00::1")},
				Families:   []model.Family{model.IPv4, model.IPv6}, Ports: []model.ServicePort{port("", 80, model.Target{Number: 80})},
			},
		},
		{
			"what a load balancer is (SVC-15, SVC-18, SVC-19, SVC-23)",
			`{"metadata": {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}},
			  "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "internalTrafficPolicy": "Cluster", "loadBalancerSourceRanges": ["10.1.2.3/8", " 192.0.2.0/24"],
			           "externalIPs": ["203.0.113.1"], "allocateLoadBalancerNodePorts": false, "ports": [{"port": 80, "nodePort": 30080}]},
			  "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}, {"hostname": "LB.example.com"}]}}}`,
			model.Service{
				Type: model.LoadBalancer, ExternalLocal: true, NoNodePorts: true, Inward: "service.beta.kubernetes.io/aws-load-balancer-scheme",
				SourceRanges: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.0/24")},
				ExternalIPs:  []netip.Addr{netip.MustParseAddr("203.0.113.1")},
				Published:    []netip.Addr{netip.MustParseAddr("203.0.113.9")}, PublishedNames: []string{"lb.example.com"},
				Ports: []model.ServicePort{{Port: 80, NodePort: 30080, Target: model.Target{Number: 80}}},
			},
		},
		{
			"the older form of source ranges counts where the field is empty (SVC-19)",
			`{"metadata": {"annotations": {"service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8, 192.0.2.0/24"}}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}`,
			model.Service{
				Type: model.LoadBalancer, SourceRanges: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.0/24")},
				Ports: []model.ServicePort{port("", 80, model.Target{Number: 80})},
			},
		},
		{
			"only local endpoints (SVC-14)",
			`{"spec": {"internalTrafficPolicy": "Local", "ports": [{"port": 80}]}}`,
			model.Service{InternalLocal: true, Ports: []model.ServicePort{port("", 80, model.Target{Number: 80})}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Namespace, tt.want.Name = "shop", "web"
			got, ds := service.Read([]byte(tt.json), origin("Service"), false)
			if diff := cmp.Diff(tt.want, got, exact); diff != "" || len(ds) > 0 {
				t.Error(diff, ds)
			}
		})
	}
}

func TestRead_refused(t *testing.T) {
	tests := []struct{ spec, want string }{
		{`{}`, "error spec.ports [port-missing]"},
		{`{"type": "clusterIP", "ports": [{"port": 80}]}`, "error spec.type [service-type]"},
		{`{"type": "ExternalName"}`, "error spec.externalName [external-name]"},
		{`{"type": "ExternalName", "externalName": "no name"}`, "error spec.externalName [external-name]"},
		{`{"clusterIP": "None", "type": "NodePort", "ports": [{"port": 80}]}`, "error spec.clusterIP [service-type]"},
		{`{"clusterIP": "none", "ports": [{"port": 80}]}`, "error spec.clusterIP [address]"},
		{`{"ports": [{"port": 0}]}`, "error spec.ports[0].port [port-number]"},
		{`{"ports": [{"port": 70000}]}`, "error spec.ports[0].port [port-number]"},
		{`{"ports": [{}]}`, "error spec.ports[0].port [port-missing]"},
		{`{"ports": [{"port": 80, "protocol": "tcp"}]}`, "error spec.ports[0].protocol [protocol]"},
		{`{"ports": [{"port": 80, "targetPort": "8080"}]}`, "error spec.ports[0].targetPort [port-name]"},
		{`{"ports": [{"port": 80, "targetPort": 65536}]}`, "error spec.ports[0].targetPort [port-number]"},
		{`{"ports": [{"port": 80, "nodePort": 30080}]}`, "error spec.ports[0].nodePort [service-type]"},
		{`{"ports": [{"name": "a", "port": 80}, {"port": 81}]}`, "warning spec.ports[1].name [port-name]"},
		{`{"ports": [{"name": "a", "port": 80}, {"name": "a", "port": 81}]}`, "error spec.ports[1].name [port-name]"},
		{`{"ports": [{"name": "a", "port": 80}, {"name": "b", "port": 80}]}`, "error spec.ports[1].port [port-number]"},
		{`{"ports": [{"port": 80}], "internalTrafficPolicy": "local"}`, "error spec.internalTrafficPolicy [traffic-policy]"},
		{`{"ports": [{"port": 80}], "externalTrafficPolicy": "Local"}`, "error spec.externalTrafficPolicy [traffic-policy]"},
		{`{"ports": [{"port": 80}], "loadBalancerSourceRanges": ["10.0.0.0/8"]}`, "error spec.loadBalancerSourceRanges [service-type]"},
		{`{"type": "LoadBalancer", "ports": [{"port": 80}], "loadBalancerSourceRanges": ["10.0.0.1"]}`, "error spec.loadBalancerSourceRanges[0] [cidr]"},
		{`{"ports": [{"port": 80}], "externalIPs": ["x"]}`, "error spec.externalIPs[0] [address]"},
		{`{"ports": [{"port": 80}], "ipFamilies": ["ipv4"]}`, "error spec.ipFamilies[0] [ip-family]"},
		{`{"ports": {"port": 80}}`, "error spec.ports [wrong-type]"},
		{`{"ports": [{"port": 80}], "Selector": {"app": "web"}}`, "warning spec.Selector [miscased-field]"},
	}
	for _, tt := range tests {
		_, ds := service.Read([]byte(`{"spec": `+tt.spec+`}`), origin("Service"), false)
		if got := say(ds); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %q, want %q", tt.spec, got, tt.want)
		}
	}
}

// SVC-13: nil conditions are ready, only the first address counts, and FQDN
// slices are ignored.
func TestReadSlice(t *testing.T) {
	got, ok, ds := service.ReadSlice([]byte(`{"metadata": {"labels": {"kubernetes.io/service-name": "web"}}, "addressType": "IPv4",
		"ports": [{"name": "http", "port": 8080}],
		"endpoints": [{"addresses": ["10.0.0.1", "10.0.0.2"], "nodeName": "n1", "targetRef": {"kind": "Pod", "name": "web-1"}},
		              {"addresses": ["10.0.0.3"], "conditions": {"ready": false, "serving": true, "terminating": true}}]}`), origin("EndpointSlice"), false)
	want := model.EndpointSlice{
		Namespace: "shop", Service: "web", Ports: []model.EndpointPort{{Name: "http", Port: 8080}},
		Endpoints: []model.Endpoint{
			{Address: netip.MustParseAddr("10.0.0.1"), Ready: true, Serving: true, Node: "n1", PodNamespace: "shop", Pod: "web-1"},
			{Address: netip.MustParseAddr("10.0.0.3"), Serving: true, Terminating: true},
		},
	}
	if diff := cmp.Diff(want, got, exact); diff != "" || !ok || len(ds) > 0 {
		t.Error(diff, ok, ds)
	}
	_, ok, ds = service.ReadSlice([]byte(`{"metadata": {"labels": {"kubernetes.io/service-name": "web"}}, "addressType": "FQDN", "endpoints": [{"addresses": ["db.example.com"]}]}`), origin("EndpointSlice"), false)
	if got := say(ds); ok || len(got) != 1 || got[0] != "warning addressType [endpoint-names]" {
		t.Errorf("names: %v %q", ok, got)
	}
	_, ok, ds = service.ReadSlice([]byte(`{"metadata": {"labels": {"kubernetes.io/service-name": "web"}}, "addressType": "IPv4", "endpoints": [{"addresses": ["fd00::1"]}]}`), origin("EndpointSlice"), false)
	if got := say(ds); len(got) != 1 || got[0] != "error endpoints[0].addresses[0] [address]" {
		t.Errorf("another family: %v %q", ok, got)
	}
}

// SVC-13: an Endpoints object belongs to the Service of its name.
func TestReadEndpoints(t *testing.T) {
	got, ds := service.ReadEndpoints([]byte(`{"subsets": [{"addresses": [{"ip": "192.0.2.1"}], "notReadyAddresses": [{"ip": "192.0.2.2"}], "ports": [{"port": 5432}]}]}`), origin("Endpoints"), false)
	want := []model.EndpointSlice{{
		Namespace: "shop", Service: "web", Legacy: true, Ports: []model.EndpointPort{{Port: 5432}},
		Endpoints: []model.Endpoint{{Address: netip.MustParseAddr("192.0.2.1"), Ready: true, Serving: true}, {Address: netip.MustParseAddr("192.0.2.2")}},
	}}
	if diff := cmp.Diff(want, got, exact); diff != "" || len(ds) > 0 {
		t.Error(diff, ds)
	}
}
