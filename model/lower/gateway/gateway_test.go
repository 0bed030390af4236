package gateway_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"netreach/model"
	"netreach/model/lower/gateway"
	"netreach/model/selector"
)

func origin(kind string) model.Origin {
	return model.Origin{Kind: kind, Namespace: "shop", Name: "web", File: "a.yaml", Line: 1}
}

var exact = cmp.Options{cmp.Comparer(func(_, _ model.Origin) bool { return true }), cmpopts.EquateEmpty()}

func say(ds []model.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Severity.String()+" "+d.Origin.Field+" ["+d.Code+"]")
	}
	return out
}

// GW-1, GW-2: listeners, and whose routes each takes.
func TestReadGateway(t *testing.T) {
	got, ds := gateway.ReadGateway([]byte(`{"spec": {"gatewayClassName": "nginx", "listeners": [
		{"name": "http", "port": 80, "protocol": "HTTP"},
		{"name": "https", "port": 443, "protocol": "HTTPS", "hostname": "*.Example.com", "allowedRoutes": {"namespaces": {"from": "All"}, "kinds": [{"kind": "GRPCRoute"}]}},
		{"name": "tls", "port": 8443, "protocol": "TLS", "tls": {"mode": "Passthrough"}, "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"a": "b"}}}}}]}}`), origin("Gateway"), false)
	want := model.Gateway{Namespace: "shop", Name: "web", Class: "nginx", Listeners: []model.Listener{
		{Name: "http", Port: 80},
		{Name: "https", Port: 443, Protocol: model.ListenHTTPS, Hostname: "*.example.com", From: model.FromAll, Kinds: []model.RouteKind{model.RouteGRPC}},
		{
			Name: "tls", Port: 8443, Protocol: model.ListenTLS, Passthrough: true, From: model.FromSelector,
			Namespaces: selector.Selector{Requirements: []selector.Requirement{{Key: "a", Op: selector.In, Values: []string{"b"}}}},
		},
	}}
	if diff := cmp.Diff(want, got, exact); diff != "" || len(ds) > 0 {
		t.Error(diff, ds)
	}
}

func TestReadRoute(t *testing.T) {
	web := model.Backend{Namespace: "shop", Name: "web", Port: model.Target{Number: 80}, Weight: 1}
	tests := []struct {
		name, kind, spec string
		want             model.Route
	}{
		{
			"each match is an entry; weights, other namespaces and mirrors (GW-4, GW-5)", "HTTPRoute",
			`{"parentRefs": [{"name": "gw", "namespace": "infra", "sectionName": "http"}], "hostnames": ["A.example"], "rules": [
				{"matches": [{"path": {"value": "/a"}}, {"path": {"type": "Exact", "value": "/b"}, "method": "GET", "headers": [{"name": "x", "value": "1"}]}],
				 "filters": [{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "copy", "port": 80}}}],
				 "backendRefs": [{"name": "web", "port": 80}, {"name": "old", "namespace": "legacy", "port": 81, "weight": 0}]}]}`,
			model.Route{
				Kind: model.RouteHTTP, Parents: []model.ParentRef{{Namespace: "infra", Name: "gw", Section: "http"}},
				Entries: []model.Entry{
					{
						Hosts: []string{"a.example"}, Paths: []model.PathMatch{{Path: "/a"}}, Backends: []model.Backend{web, {Namespace: "legacy", Name: "old", Port: model.Target{Number: 81}}},
						Mirrors: []model.Backend{{Namespace: "shop", Name: "copy", Port: model.Target{Number: 80}, Weight: 1}},
					},
					{
						Hosts: []string{"a.example"}, Paths: []model.PathMatch{{Form: model.PathExact, Path: "/b"}}, Conditions: []string{"method GET", "header x: 1"},
						Backends: []model.Backend{web, {Namespace: "legacy", Name: "old", Port: model.Target{Number: 81}}},
						Mirrors:  []model.Backend{{Namespace: "shop", Name: "copy", Port: model.Target{Number: 80}, Weight: 1}},
					},
				},
			},
		},
		{
			"a redirect asks no backend, and a rule without matches takes everything (GW-4)", "HTTPRoute",
			`{"rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]}]}`,
			model.Route{Kind: model.RouteHTTP, Entries: []model.Entry{{Paths: []model.PathMatch{{Path: "/"}}, Answered: "a redirect"}}},
		},
		{
			"a gRPC method is a path (GW-8)", "GRPCRoute",
			`{"rules": [{"matches": [{"method": {"service": "a.B", "method": "C"}}, {"method": {"service": "a.B"}}, {}], "backendRefs": [{"name": "web", "port": 80}]}]}`,
			model.Route{Kind: model.RouteGRPC, Entries: []model.Entry{
				{Paths: []model.PathMatch{{Form: model.PathExact, Path: "/a.B/C"}}, Backends: []model.Backend{web}},
				{Paths: []model.PathMatch{{Path: "/a.B"}}, Backends: []model.Backend{web}},
				{Paths: []model.PathMatch{{Path: "/"}}, Backends: []model.Backend{web}},
			}},
		},
		{
			"a TLSRoute goes by its host (GW-8)", "TLSRoute",
			`{"hostnames": ["a.example"], "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]}`,
			model.Route{Kind: model.RouteTLS, Entries: []model.Entry{{Hosts: []string{"a.example"}, TLS: model.Passthrough, Backends: []model.Backend{web}}}},
		},
		{
			"a TCPRoute by nothing at all (GW-8)", "TCPRoute",
			`{"rules": [{"backendRefs": [{"name": "web", "port": 80}]}]}`,
			model.Route{Kind: model.RouteTCP, Entries: []model.Entry{{Backends: []model.Backend{web}}}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ds := gateway.ReadRoute([]byte(`{"spec": `+tt.spec+`}`), origin(tt.kind), false)
			if diff := cmp.Diff(tt.want, got, exact); diff != "" || len(ds) > 0 {
				t.Error(diff, ds)
			}
		})
	}
}

// GW-4, and what the resource definitions demand.
func TestReadRoute_refused(t *testing.T) {
	tests := []struct{ spec, want string }{
		{`{"rules": [{"backendRefs": [{"name": "web"}]}]}`, "error spec.rules[0].backendRefs[0].port [backend-port]"},
		{`{"rules": [{"backendRefs": [{"port": 80}]}]}`, "error spec.rules[0].backendRefs[0].name [backend]"},
		{`{"rules": [{"backendRefs": [{"name": "web", "port": 80, "weight": -1}]}]}`, "error spec.rules[0].backendRefs[0].weight [weight]"},
		{`{"rules": [{"backendRefs": [{"name": "b", "kind": "Bucket", "group": "x.example"}]}]}`, "warning spec.rules[0].backendRefs[0] [backend-kind]"},
		{`{"rules": [{"matches": [{"path": {"value": "a"}}]}]}`, "error spec.rules[0].matches[0].path.value [path]"},
		{`{"rules": [{"matches": [{"path": {"type": "Prefix"}}]}]}`, "error spec.rules[0].matches[0].path.type [path-type]"},
		{`{"hostnames": ["a..example"]}`, "error spec.hostnames[0] [host]"},
		{`{"parentRefs": [{"name": "web", "kind": "Service", "group": ""}]}`, "warning spec.parentRefs[0] [parent-kind]"},
	}
	for _, tt := range tests {
		_, ds := gateway.ReadRoute([]byte(`{"spec": `+tt.spec+`}`), origin("HTTPRoute"), false)
		if got := say(ds); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %q, want %q", tt.spec, got, tt.want)
		}
	}
	for _, tt := range []struct{ spec, want string }{
		{`{"listeners": [{"name": "a", "port": 80, "protocol": "HTTP"}]}`, "error spec.gatewayClassName [gateway-class]"},
		{`{"gatewayClassName": "x"}`, "error spec.listeners [listener]"},
		{`{"gatewayClassName": "x", "listeners": [{"name": "a", "port": 0, "protocol": "HTTP"}]}`, "error spec.listeners[0].port [port-number]"},
		{`{"gatewayClassName": "x", "listeners": [{"name": "a", "port": 80}]}`, "error spec.listeners[0].protocol [protocol]"},
		{`{"gatewayClassName": "x", "listeners": [{"name": "a", "port": 80, "protocol": "QUIC"}]}`, "warning spec.listeners[0].protocol [protocol]"},
		{`{"gatewayClassName": "x", "listeners": [{"name": "a", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "Selector"}}}]}`, "error spec.listeners[0].allowedRoutes.namespaces.selector [selector-missing]"},
	} {
		_, ds := gateway.ReadGateway([]byte(`{"spec": `+tt.spec+`}`), origin("Gateway"), false)
		if got := say(ds); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %q, want %q", tt.spec, got, tt.want)
		}
	}
}

// GW-5: only routes and Services count.
func TestReadGrant(t *testing.T) {
	got, ds := gateway.ReadGrant([]byte(`{"spec": {"from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "a"}, {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "b"}],
		"to": [{"group": "", "kind": "Service", "name": "web"}, {"group": "", "kind": "Service"}, {"group": "", "kind": "Secret"}]}}`), origin("ReferenceGrant"), false)
	want := model.Grant{Namespace: "shop", Name: "web", From: []model.GrantFrom{{Kind: model.RouteHTTP, Namespace: "a"}}, To: []string{"web", ""}}
	if diff := cmp.Diff(want, got, exact); diff != "" || len(ds) > 0 {
		t.Error(diff, ds)
	}
}
