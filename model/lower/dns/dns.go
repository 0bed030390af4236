package dns

import (
	"net/netip"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

type configMap struct {
	Data struct {
		Corefile    jsontext.Value `json:"Corefile"`
		StubDomains jsontext.Value `json:"stubDomains"`
		Upstream    jsontext.Value `json:"upstreamNameservers"`
	} `json:"data"`
}

// Slim returns the type that a ConfigMap is decoded into. Its values are scalars
// of any type: a ConfigMap that is not for us may hold what it likes.
func Slim() reflect.Type { return reflect.TypeFor[configMap]() }

// The ConfigMap of kube-dns.
const (
	legacyNamespace = "kube-system"
	legacyName      = "kube-dns"
	clusterDomain   = "cluster.local."
	dnsPort         = 53
)

// CustomName is the name of the ConfigMap by which k3s and others let a Corefile be
// added to. Read gives a Corefile without servers for it.
const CustomName = "coredns-custom"

// Read reads a ConfigMap. It gives ok false, and says nothing, for one that does
// not configure DNS.
func Read(text []byte, o model.Origin) (file model.Corefile, ok bool, ds []model.Diagnostic) {
	var obj configMap
	if json.Unmarshal(text, &obj, jsontext.AllowDuplicateNames(true)) != nil {
		return model.Corefile{}, false, nil
	}
	r := parts.Report{Origin: o}
	file = model.Corefile{Namespace: o.Namespace, Name: o.Name, Origin: o}
	corefile, given := unquote(obj.Data.Corefile)
	switch {
	case given:
		p := parser{Report: &r, file: &file}
		p.servers(corefile)
	case o.Namespace == legacyNamespace && o.Name == legacyName:
		legacy(&r, &file, obj.Data.StubDomains, obj.Data.Upstream)
	case o.Name == CustomName:
		return file, true, nil
	default:
		return model.Corefile{}, false, nil
	}
	if len(file.Servers) == 0 && len(file.Imports) > 0 {
		r.Warnf("data.Corefile", "corefile-import", "put server blocks into it", "the Corefile only takes in others, which is not followed, and so it is not used")
	}
	return file, len(file.Servers) > 0, r.Diagnostics
}

// legacy reads the ConfigMap of kube-dns (DNS-9): it answers for the cluster,
// stub domains have servers of their own, and the rest goes upstream.
func legacy(r *parts.Report, file *model.Corefile, stubs, upstream jsontext.Value) {
	main := model.DNSServer{
		Zones: []string{"."}, Port: dnsPort, Origin: r.Origin,
		Cluster: &model.DNSCluster{Zones: []string{clusterDomain}, Origin: r.Origin, Pods: model.PodNamesAny},
	}
	forward := model.DNSForward{Zone: ".", Origin: r.Origin.At("data.upstreamNameservers")}
	var servers []string
	if text, ok := unquote(upstream); ok && json.Unmarshal([]byte(text), &servers) != nil {
		r.Warnf("data.upstreamNameservers", "dns-config", `write a list in JSON, such as ["10.0.0.53"]`, "cannot be read, and is ignored")
	}
	for _, s := range servers {
		if a, ok := server(s); ok {
			forward.To = append(forward.To, a)
		}
	}
	if len(forward.To) == 0 {
		forward.Files = []string{"/etc/resolv.conf"}
	}
	main.Forwards = []model.DNSForward{forward}
	file.Servers = append(file.Servers, main)
	domains := map[string][]string{}
	if text, ok := unquote(stubs); ok && json.Unmarshal([]byte(text), &domains) != nil {
		r.Warnf("data.stubDomains", "dns-config", `write a mapping in JSON, such as {"corp.example": ["10.0.0.53"]}`, "cannot be read, and is ignored")
	}
	for _, zone := range sorted(domains) {
		f := model.DNSForward{Zone: fqdn(zone), Origin: r.Origin.At("data.stubDomains")}
		for _, s := range domains[zone] {
			if a, ok := server(s); ok {
				f.To = append(f.To, a)
			}
		}
		file.Servers = append(file.Servers, model.DNSServer{Zones: []string{f.Zone}, Port: dnsPort, Forwards: []model.DNSForward{f}, Origin: f.Origin})
	}
}

// server reads an address, with a port or on the usual one.
func server(text string) (netip.AddrPort, bool) {
	for _, scheme := range []string{"dns://", "tls://"} {
		if rest, ok := strings.CutPrefix(text, scheme); ok {
			text = rest
			if scheme == "tls://" && !strings.Contains(rest, "]:") && strings.Count(rest, ":") != 1 {
				if a, err := netip.ParseAddr(rest); err == nil {
					return netip.AddrPortFrom(a.Unmap(), 853), true
				}
			}
		}
	}
	text, _, _ = strings.Cut(text, "%")
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.AddrPortFrom(a.Unmap(), dnsPort), true
	}
	p, err := netip.ParseAddrPort(text)
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port()), err == nil
}

// fqdn returns a name in lower case with a dot at its end.
func fqdn(name string) string {
	name = strings.ToLower(name)
	if strings.HasSuffix(name, ".") {
		return name
	}
	return name + "."
}

func unquote(v jsontext.Value) (string, bool) {
	if v.Kind() != '"' {
		return "", false
	}
	out, err := jsontext.AppendUnquote(nil, v)
	return string(out), err == nil
}

// at returns the field of the Corefile.
func (p *parser) at() string { return strict.Member("data", "Corefile") }
