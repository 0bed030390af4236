package ingress_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/lower/ingress"
)

// ING-12.
func TestReadDefaults(t *testing.T) {
	prefixes := func(texts ...string) (out []netip.Prefix) {
		for _, p := range texts {
			out = append(out, netip.MustParsePrefix(p))
		}
		return out
	}
	tests := []struct {
		name, json string
		want       model.IngressDefaults
		ok         bool
		ds         []string
	}{
		{
			"lists of clients", `{"data": {"whitelist-source-range": "10.0.0.0/8, 192.0.2.7", "denylist-source-range": "10.9.0.0/16", "block-cidrs": "10.8.0.0/16"}}`,
			model.IngressDefaults{Restricted: true, Admits: prefixes("10.0.0.0/8", "192.0.2.7/32"), Refuses: prefixes("10.9.0.0/16"), Blocks: prefixes("10.8.0.0/16")},
			true, nil,
		},
		{
			"what a client meets, and what says nothing of it",
			`{"data": {"global-auth-url": "http://auth.example/check", "force-ssl-redirect": "true", "allow-snippet-annotations": "false", "ssl-redirect": "false", "use-proxy-protocol": "true"}}`,
			model.IngressDefaults{RealClient: true, Auth: model.AuthRequest{URL: "http://auth.example/check"}, Notes: []model.RouteNote{
				{Text: "asks http://auth.example/check whether a request may pass, and must reach it (global-auth-url)", Conditional: true},
				{Text: "answers plain HTTP with a redirect to HTTPS, which must be reachable too (force-ssl-redirect)"},
			}},
			true, nil,
		},
		{
			"configuration that is not judged", `{"data": {"allow-snippet-annotations": true, "http-snippet": "deny all;", "use-forwarded-headers": "true"}}`,
			model.IngressDefaults{Notes: []model.RouteNote{
				{Text: "takes configuration from annotations, which is not judged (allow-snippet-annotations)"},
				{Text: "believes what a request says of its client's address (use-forwarded-headers)"},
				{Text: "has configuration of its own (http-snippet), which is not judged"},
			}},
			true, nil,
		},
		{
			"lists that cannot be read", `{"data": {"whitelist-source-range": "10.0.0.0/8, all", "denylist-source-range": "x", "block-cidrs": "y"}}`,
			model.IngressDefaults{UnreadAdmits: true, UnreadRefuses: true, UnreadBlocks: true},
			true,
			[]string{"warning data.whitelist-source-range [cidr]", "warning data.denylist-source-range [cidr]", "warning data.block-cidrs [cidr]"},
		},
		{"none of that", `{"data": {"hsts": "true", "ssl-redirect": "false", "whitelist-source-range": "", "block-cidrs": 5}}`, model.IngressDefaults{}, false, nil},
		{"anything", `{"data": 5}`, model.IngressDefaults{}, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, ds := ingress.ReadDefaults([]byte(tt.json), origin("ConfigMap"))
			if tt.ok {
				tt.want.Namespace, tt.want.Name = "shop", "web"
			} else {
				got = model.IngressDefaults{}
			}
			if diff := cmp.Diff(tt.want, got, exact); diff != "" || ok != tt.ok {
				t.Error(ok, diff)
			}
			if diff := cmp.Diff(tt.ds, say(ds)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
