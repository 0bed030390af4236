// Package dns lowers the configuration of the cluster's DNS: the Corefile of
// CoreDNS and of NodeLocal DNSCache in a ConfigMap, and the older ConfigMap of
// kube-dns, to model.Corefile (DNS-8, DNS-9).
//
// A Corefile is read as far as it says which names are answered, which are
// handed on, and to whom. Plugins that answer or change questions by rules of
// their own are listed as overrides; the others do not bear on that.
package dns
