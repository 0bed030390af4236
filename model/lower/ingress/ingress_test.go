package ingress_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"netreach/model"
	"netreach/model/lower/ingress"
)

func origin(kind string) model.Origin {
	return model.Origin{Kind: kind, Namespace: "shop", Name: "web", File: "a.yaml", Line: 1}
}

var exact = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b model.Origin) bool { return a.Field == b.Field || a.Field == "" || b.Field == "" }),
	cmpopts.EquateEmpty(),
}

func say(ds []model.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Severity.String()+" "+d.Origin.Field+" ["+d.Code+"]")
	}
	return out
}

func to(name string, port model.Target) []model.Backend {
	return []model.Backend{{Namespace: "shop", Name: name, Port: port, Weight: 1}}
}

func at(field string) model.Origin { return model.Origin{Field: field} }

func TestRead(t *testing.T) {
	tests := []struct {
		name, json string
		want       model.Route
	}{
		{
			"hosts, paths and their types, and both forms of port (ING-3, ING-4, ING-5)",
			`{"spec": {"ingressClassName": "nginx", "rules": [{"host": "shop.example.com", "http": {"paths": [
				{"path": "/api", "pathType": "Prefix", "backend": {"service": {"name": "api", "port": {"number": 80}}}},
				{"path": "/x", "pathType": "Exact", "backend": {"service": {"name": "api", "port": {"name": "http"}}}},
				{"pathType": "ImplementationSpecific", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}}`,
			model.Route{Class: "nginx", Entries: []model.Entry{
				{Origin: at("spec.rules[0].http.paths[0]"), Hosts: []string{"shop.example.com"}, Paths: []model.PathMatch{{Form: model.PathPrefix, Path: "/api"}}, Backends: to("api", model.Target{Number: 80})},
				{Origin: at("spec.rules[0].http.paths[1]"), Hosts: []string{"shop.example.com"}, Paths: []model.PathMatch{{Form: model.PathExact, Path: "/x"}}, Backends: to("api", model.Target{Name: "http"})},
				{Origin: at("spec.rules[0].http.paths[2]"), Hosts: []string{"shop.example.com"}, Paths: []model.PathMatch{{Form: model.PathLoose, Path: "/"}}, Backends: to("web", model.Target{Number: 80})},
			}},
		},
		{
			"a default backend, which a rule without paths is for too (ING-10)",
			`{"spec": {"defaultBackend": {"service": {"name": "rest", "port": {"number": 1}}}, "rules": [{"host": "a.example"}]}}`,
			model.Route{Entries: []model.Entry{
				{Origin: at("spec.rules[0]"), Hosts: []string{"a.example"}, Backends: to("rest", model.Target{Number: 1}), Fallback: true},
				{Origin: at("spec.defaultBackend"), Backends: to("rest", model.Target{Number: 1}), Fallback: true},
			}},
		},
		{
			"the class of old, and TLS for the hosts that it covers (ING-2, ING-11)",
			`{"metadata": {"annotations": {"kubernetes.io/ingress.class": "nginx"}}, "spec": {"tls": [{"hosts": ["*.example"]}], "rules": [
				{"host": "a.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "w", "port": {"number": 1}}}}]}},
				{"host": "a.b.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "w", "port": {"number": 1}}}}]}}]}}`,
			model.Route{Class: "nginx", ClassByAnnotation: true, Entries: []model.Entry{
				{Hosts: []string{"a.example"}, TLS: model.Terminated, Paths: []model.PathMatch{{Path: "/"}}, Backends: to("w", model.Target{Number: 1})},
				{Hosts: []string{"a.b.example"}, Paths: []model.PathMatch{{Path: "/"}}, Backends: to("w", model.Target{Number: 1})},
			}},
		},
		{
			"who gets in, and what a client meets (ING-12)",
			`{"metadata": {"annotations": {"nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8, 192.0.2.7", "nginx.ingress.kubernetes.io/denylist-source-range": "10.9.0.0/16",
				"nginx.ingress.kubernetes.io/auth-type": "basic", "nginx.ingress.kubernetes.io/auth-url": "http://a.example", "nginx.ingress.kubernetes.io/satisfy": "any", "nginx.ingress.kubernetes.io/enable-global-auth": "false",
				"nginx.ingress.kubernetes.io/limit-rps": "10", "nginx.ingress.kubernetes.io/use-regex": "true", "nginx.ingress.kubernetes.io/ssl-redirect": "false"}},
			  "spec": {"rules": [{"http": {"paths": [{"path": "/a.*", "pathType": "ImplementationSpecific", "backend": {"service": {"name": "w", "port": {"number": 1}}}}]}}]}}`,
			model.Route{
				Restricted: true, Admits: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")}, Refuses: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")},
				Auth: model.AuthRequest{URL: "http://a.example"}, NoDefaultAuth: true, Password: true, AnyWillDo: true,
				Notes: []model.RouteNote{
					{Text: "asks for a password (auth-type basic)", Conditional: true},
					{Text: "asks http://a.example whether a request may pass, and must reach it", Conditional: true},
					{Text: "limits the rate to 10 requests a second"},
				},
				Entries: []model.Entry{{Paths: []model.PathMatch{{Form: model.PathRegexp, Path: "/a.*"}}, Backends: to("w", model.Target{Number: 1})}},
			},
		},
		{
			"where its controller says that it is reached (ING-2)",
			`{"spec": {"defaultBackend": {"service": {"name": "w", "port": {"number": 1}}}}, "status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}, {"hostname": "LB.example.net."}]}}}`,
			model.Route{
				Published: []netip.Addr{netip.MustParseAddr("203.0.113.7")}, PublishedNames: []string{"lb.example.net"},
				Entries: []model.Entry{{Backends: to("w", model.Target{Number: 1}), Fallback: true}},
			},
		},
		{
			"a canary of weight 0 that nothing else chooses gets nothing (ING-12)",
			`{"metadata": {"annotations": {"nginx.ingress.kubernetes.io/canary": "true", "nginx.ingress.kubernetes.io/canary-weight": "0"}},
			  "spec": {"rules": [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "w", "port": {"number": 1}}}}]}}]}}`,
			model.Route{
				Canary: true, Notes: []model.RouteNote{{Text: "sends 0% of the requests to the canary"}},
				Entries: []model.Entry{{Paths: []model.PathMatch{{Path: "/"}}, Backends: []model.Backend{{Namespace: "shop", Name: "w", Port: model.Target{Number: 1}}}}},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.For = ingress.Nginx
			got, ds := ingress.Read([]byte(tt.json), origin("Ingress"), false, false)
			if diff := cmp.Diff(tt.want, got, exact); diff != "" || len(ds) > 0 {
				t.Error(diff, ds)
			}
		})
	}
}

// The versions before v1 named a backend in other words, and needed no type of
// path.
func TestRead_old(t *testing.T) {
	text := `{"spec": {"backend": {"serviceName": "rest", "servicePort": "http"}, "rules": [{"host": "a.example", "http": {"paths": [{"path": "/a", "backend": {"serviceName": "w", "servicePort": 80}}]}}]}}`
	got, ds := ingress.Read([]byte(text), origin("Ingress"), true, false)
	want := model.Route{For: ingress.Nginx, Entries: []model.Entry{
		{Hosts: []string{"a.example"}, Paths: []model.PathMatch{{Form: model.PathLoose, Path: "/a"}}, Backends: to("w", model.Target{Number: 80})},
		{Backends: to("rest", model.Target{Name: "http"}), Fallback: true},
	}}
	if diff := cmp.Diff(want, got, exact); diff != "" || len(ds) > 0 {
		t.Error(diff, ds)
	}
	if _, ds := ingress.Read([]byte(text), origin("Ingress"), false, false); len(ds) == 0 {
		t.Error("v1 takes the words of v1beta1")
	}
}

// ING-5, ING-10, ING-14.
func TestRead_refused(t *testing.T) {
	const good = `{"service": {"name": "w", "port": {"number": 80}}}`
	path := func(p, form, backend string) string {
		return `{"rules": [{"http": {"paths": [{"path": "` + p + `", "pathType": "` + form + `", "backend": ` + backend + `}]}}]}`
	}
	tests := []struct{ spec, want string }{
		{`{}`, "error spec [ingress-empty]"},
		{`{"rules": [{"http": {"paths": [{"path": "/", "backend": ` + good + `}]}}]}`, "error spec.rules[0].http.paths[0].pathType [path-type]"},
		{path("/", "prefix", good), "error spec.rules[0].http.paths[0].pathType [path-type]"},
		{path("a", "Prefix", good), "error spec.rules[0].http.paths[0].path [path]"},
		{path("/a//b", "Prefix", good), "error spec.rules[0].http.paths[0].path [path]"},
		{path("/a/../b", "Exact", good), "error spec.rules[0].http.paths[0].path [path]"},
		{path("/a%2Fb", "Exact", good), "error spec.rules[0].http.paths[0].path [path]"},
		{path("/", "Prefix", `{}`), "error spec.rules[0].http.paths[0].backend [backend]"},
		{path("/", "Prefix", `{"service": {"name": "w", "port": {}}}`), "error spec.rules[0].http.paths[0].backend.service.port [backend-port]"},
		{path("/", "Prefix", `{"service": {"name": "w", "port": {"name": "a", "number": 1}}}`), "error spec.rules[0].http.paths[0].backend.service.port [backend-port]"},
		{path("/", "Prefix", `{"service": {"name": "w", "port": {"number": 1}}, "resource": {"kind": "B", "name": "b"}}`), "error spec.rules[0].http.paths[0].backend [backend]"},
		{path("/", "Prefix", `{"resource": {"kind": "B", "name": "b"}}`), "warning spec.rules[0].http.paths[0].backend.resource [backend-kind]"},
		{`{"defaultBackend": ` + good + `, "rules": [{"host": "10.0.0.1"}]}`, "error spec.rules[0].host [host]"},
		{`{"defaultBackend": ` + good + `, "rules": [{"host": "a.*.example"}]}`, "error spec.rules[0].host [host]"},
		{`{"defaultBackend": ` + good + `, "rules": [{"host": "*a.example"}]}`, "error spec.rules[0].host [host]"},
		{`{"defaultBackend": ` + good + `, "rules": [{"host": "A.example"}]}`, "warning spec.rules[0].host [host]"},
		{`{"defaultBackend": ` + good + `, "ingressClassName": "No"}`, "error spec.ingressClassName [object-name]"},
	}
	for _, tt := range tests {
		_, ds := ingress.Read([]byte(`{"spec": `+tt.spec+`}`), origin("Ingress"), false, false)
		if got := say(ds); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: %q, want %q", tt.spec, got, tt.want)
		}
	}
}

// An unreadable list of clients lets nobody in (ING-12).
func TestRead_unreadableList(t *testing.T) {
	got, ds := ingress.Read([]byte(`{"metadata": {"annotations": {"nginx.ingress.kubernetes.io/allowlist-source-range": "10.0.0.0/8, office"}},
		"spec": {"defaultBackend": {"service": {"name": "w", "port": {"number": 80}}}}}`), origin("Ingress"), false, false)
	if !got.Restricted || len(got.Admits) > 0 || len(ds) != 1 || !strings.Contains(ds[0].Text, `"office"`) {
		t.Errorf("%+v %v", got, ds)
	}
}

// ING-2.
func TestReadClass(t *testing.T) {
	got, ds := ingress.ReadClass([]byte(`{"metadata": {"annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}, "spec": {"controller": "k8s.io/ingress-nginx"}}`), origin("IngressClass"), false)
	if !got.Default || got.Controller != "k8s.io/ingress-nginx" || got.Gateways || len(ds) > 0 {
		t.Errorf("%+v %v", got, ds)
	}
}

// RT-1, RT-2.
func TestReadRoute(t *testing.T) {
	got, ds := ingress.ReadRoute([]byte(`{"metadata": {"annotations": {"haproxy.router.openshift.io/ip_whitelist": "10.0.0.0/8 192.0.2.1"}},
		"spec": {"host": "www.apps.example", "path": "/a", "wildcardPolicy": "Subdomain", "port": {"targetPort": "http"}, "tls": {"termination": "passthrough"},
		"to": {"kind": "Service", "name": "a", "weight": 0}, "alternateBackends": [{"kind": "Service", "name": "b"}]}}`), origin("Route"), false)
	want := model.Route{
		Kind: model.RouteOpenShift, Restricted: true, Admits: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.1/32")},
		Entries: []model.Entry{{
			Hosts: []string{"*.apps.example"}, Paths: []model.PathMatch{{Path: "/a"}}, TLS: model.Passthrough, NoPlain: true,
			Backends: []model.Backend{
				{Namespace: "shop", Name: "a", Port: model.Target{Name: "http"}, TargetPort: true},
				{Namespace: "shop", Name: "b", Port: model.Target{Name: "http"}, TargetPort: true, Weight: 100},
			},
		}},
	}
	if diff := cmp.Diff(want, got, exact); diff != "" || len(ds) > 0 {
		t.Error(diff, ds)
	}
	if _, ds := ingress.ReadRoute([]byte(`{"spec": {"host": "a.example", "to": {"kind": "Deployment", "name": "a"}}}`), origin("Route"), false); len(ds) != 1 || ds[0].Origin.Field != "spec.to.kind" {
		t.Errorf("another kind: %v", ds)
	}
}

// A misspelt annotation that would decide who gets in is said to do nothing (ING-12),
// and no other one is.
func TestRead_misspelt(t *testing.T) {
	tests := map[string]string{
		"nginx.ingress.kubernetes.io/whitelist-source-ranges":    "nginx.ingress.kubernetes.io/whitelist-source-range",
		"nginx.ingress.kubernetes.io/Whitelist-Source-Range":     "nginx.ingress.kubernetes.io/whitelist-source-range",
		"nginx.ingress.kubernetes.io/allow-list-source-range":    "nginx.ingress.kubernetes.io/allowlist-source-range",
		"nginx.ingress.kubernetes.io/blacklist-source-range":     "nginx.ingress.kubernetes.io/denylist-source-range",
		"nginx.ingress.kubernetes.io/auth-uri":                   "nginx.ingress.kubernetes.io/auth-url",
		"nginx.ingress.kubernetes.io/auth-tls-secert":            "nginx.ingress.kubernetes.io/auth-tls-secret",
		"nginx.ingress.kubernetes.io/canary-wieght":              "nginx.ingress.kubernetes.io/canary-weight",
		"nginx.ingress.kubernetes.io/satisfies":                  "nginx.ingress.kubernetes.io/satisfy",
		"nginx.ingress.kubernetes.io/auth-tls-verify-client":     "",
		"nginx.ingress.kubernetes.io/limit-whitelist":            "",
		"nginx.ingress.kubernetes.io/proxy-ssl-secrets":          "", // what it is near decides nothing
		"nginx.ingress.kubernetes.io/something-else-altogether":  "",
		"example.com/whitelist-source-ranges":                    "",
		"nginx.ingress.kubernetes.io/permanent-redirect-code":    "",
		"nginx.ingress.kubernetes.io/global-rate-limit-unheared": "",
	}
	for key, want := range tests {
		_, ds := ingress.Read([]byte(`{"metadata": {"annotations": {"`+key+`": "x"}}, "spec": {"defaultBackend": {"service": {"name": "w", "port": {"number": 1}}}}}`), origin("Ingress"), false, false)
		got := ""
		for _, d := range ds {
			got += d.Severity.String() + " [" + d.Code + "] " + d.Hint
		}
		if want != "" {
			want = "warning [annotation] did you mean " + want + "?"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}
