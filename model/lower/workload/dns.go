package workload

import (
	"fmt"
	"net/netip"

	"netreach/model"
	"netreach/model/lower/strict"
)

type dnsConfig struct {
	Nameservers []string `json:"nameservers"`
}

// resolver says in pod whom it asks for names (DNS-1). What is wrong there does
// not bear on who reaches whom by address, and so is a warning.
func resolver(pod *model.Pod, s podSpec, field string, o model.Origin) []model.Diagnostic {
	var ds []model.Diagnostic
	warn := func(at, code, text, hint string) {
		ds = append(ds, model.Diagnostic{Severity: model.Warning, Code: code, Origin: o.At(at), Text: text, Hint: hint})
	}
	switch s.DNSPolicy {
	case "", "ClusterFirst":
	case "ClusterFirstWithHostNet":
		pod.DNSPolicy = model.DNSClusterFirstWithHostNet
	case "Default":
		pod.DNSPolicy = model.DNSDefault
	case "None":
		pod.DNSPolicy = model.DNSNone
	default:
		warn(field+".dnsPolicy", "dns-policy", fmt.Sprintf("%q is not a DNS policy, and is ignored", s.DNSPolicy),
			"write ClusterFirst, ClusterFirstWithHostNet, Default or None")
	}
	for i, text := range s.DNSConfig.Nameservers {
		at := strict.Item(field+".dnsConfig.nameservers", i)
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			warn(at, "address", fmt.Sprintf("%q is not an IP address, and is ignored", text), "write an IPv4 or IPv6 address")
			continue
		}
		pod.Nameservers = append(pod.Nameservers, a.Unmap())
	}
	return ds
}
