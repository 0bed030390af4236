package dns_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"netreach/model"
	"netreach/model/lower/dns"
)

var exact = cmp.Options{
	cmp.Comparer(func(_, _ model.Origin) bool { return true }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

func read(t *testing.T, name string, data map[string]string) (model.Corefile, bool, []model.Diagnostic) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		t.Fatal(err)
	}
	return dns.Read(text, model.Origin{Kind: "ConfigMap", Namespace: "kube-system", Name: name})
}

func to(addrs ...string) []netip.AddrPort {
	var out []netip.AddrPort
	for _, a := range addrs {
		out = append(out, netip.MustParseAddrPort(a))
	}
	return out
}

// DNS-8: blocks, zones, what answers for the cluster, and where names go.
func TestRead(t *testing.T) {
	got, ok, ds := read(t, "coredns", map[string]string{"Corefile": `
.:53 {
    errors # a comment
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    hosts {
        10.0.0.9 db.corp.example DB2.corp.example
        fallthrough
    }
    rewrite name exact old.example new.example
    forward . /etc/resolv.conf {
        max_concurrent 1000
    }
}
corp.example, other.example:1053 {
    forward . 10.0.0.53 10.0.0.54:5353 dns://10.0.0.55 {
        force_tcp
    }
}
lab.example {
    bind 169.254.20.10 10.96.0.10
    kubernetes {
        namespaces a b
        fallthrough
    }
}
tls://secure.example {
    forward . 10.0.0.1
}
`})
	main := []string{"."}
	want := []model.DNSServer{
		{
			Zones: main, Port: 53,
			Cluster:  &model.DNSCluster{Zones: []string{"cluster.local.", "in-addr.arpa.", "ip6.arpa."}, Pods: model.PodNamesAny, Fallthrough: []string{"in-addr.arpa.", "ip6.arpa."}},
			Forwards: []model.DNSForward{{Zone: ".", Files: []string{"/etc/resolv.conf"}}},
			Overrides: []model.DNSOverride{
				{Plugin: "hosts", Text: "hosts", Zones: []string{"db.corp.example.", "db2.corp.example."}, Exact: true},
				{Plugin: "rewrite", Text: "rewrite name exact old.example new.example", Zones: []string{"old.example."}, Exact: true},
			},
		},
		{
			Zones: []string{"corp.example.", "other.example."}, Port: 1053,
			Forwards: []model.DNSForward{{Zone: ".", To: to("10.0.0.53:53", "10.0.0.54:5353", "10.0.0.55:53"), TCP: true}},
		},
		{
			Zones: []string{"lab.example."}, Port: 53, Binds: []netip.Addr{netip.MustParseAddr("169.254.20.10"), netip.MustParseAddr("10.96.0.10")},
			Cluster: &model.DNSCluster{Zones: []string{"lab.example."}, Pods: model.PodNamesNone, Fallthrough: []string{"."}, Namespaces: []string{"a", "b"}},
		},
		{Port: 53, Forwards: []model.DNSForward{{Zone: ".", To: to("10.0.0.1:53")}}},
	}
	if diff := cmp.Diff(want, got.Servers, exact); diff != "" || !ok || len(ds) > 0 {
		t.Error(diff, ok, ds)
	}
}

// A snippet is taken in where it is imported; a file that is imported is not
// known, and may answer anything in its block.
func TestRead_import(t *testing.T) {
	got, _, ds := read(t, "coredns", map[string]string{"Corefile": "(up) {\n  forward . 10.0.0.53\n}\n. {\n  import up\n  import /etc/coredns/custom/*.override\n}\nimport /etc/coredns/custom/*.server\n"})
	want := []model.DNSServer{{
		Zones: []string{"."}, Port: 53, Forwards: []model.DNSForward{{Zone: ".", To: to("10.0.0.53:53")}},
		Overrides: []model.DNSOverride{{Plugin: "import", Text: "import /etc/coredns/custom/*.override", Zones: []string{"."}}},
	}}
	if diff := cmp.Diff(want, got.Servers, exact); diff != "" || len(ds) > 0 || !slices.Equal(got.Imports, []string{"import /etc/coredns/custom/*.server"}) {
		t.Error(diff, ds, got.Imports)
	}
	// Nothing is left of one that only takes in others.
	if _, ok, ds := read(t, "coredns", map[string]string{"Corefile": "import /etc/coredns/*.server\n"}); ok || len(ds) != 1 || ds[0].Code != "corefile-import" {
		t.Error(ok, ds)
	}
}

// DNS-9: the older form.
func TestRead_legacy(t *testing.T) {
	got, ok, ds := read(t, "kube-dns", map[string]string{"stubDomains": `{"corp.example": ["10.0.0.53"]}`, "upstreamNameservers": `["8.8.8.8"]`})
	want := []model.DNSServer{
		{Zones: []string{"."}, Port: 53, Cluster: &model.DNSCluster{Zones: []string{"cluster.local."}, Pods: model.PodNamesAny}, Forwards: []model.DNSForward{{Zone: ".", To: to("8.8.8.8:53")}}},
		{Zones: []string{"corp.example."}, Port: 53, Forwards: []model.DNSForward{{Zone: "corp.example.", To: to("10.0.0.53:53")}}},
	}
	if diff := cmp.Diff(want, got.Servers, exact); diff != "" || !ok || len(ds) > 0 {
		t.Error(diff, ok, ds)
	}
}

// Other ConfigMaps are none of our business, whatever they hold.
func TestRead_others(t *testing.T) {
	if _, ok, ds := read(t, "settings", map[string]string{"a": "b"}); ok || len(ds) > 0 {
		t.Error(ok, ds)
	}
	for _, text := range []string{`{"data": 5}`, `{"data": {"Corefile": 5}}`, `{"data": null}`} {
		if _, ok, ds := dns.Read([]byte(text), model.Origin{}); ok || len(ds) > 0 {
			t.Errorf("%s: %v %v", text, ok, ds)
		}
	}
	for _, text := range []string{". {\n forward . 1.1.1.1\n", "}\n", ". { forward . 1.1.1.1 }\n"} {
		if _, ok, ds := read(t, "coredns", map[string]string{"Corefile": text}); ok || len(ds) != 1 || ds[0].Code != "corefile" {
			t.Errorf("%q: %v %v", text, ok, ds)
		}
	}
}
