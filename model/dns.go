package model

import "net/netip"

// DNSPolicy says whom a pod asks for names (DNS-1).
type DNSPolicy uint8

// The policies. The zero value is what the API server fills in.
const (
	DNSClusterFirst DNSPolicy = iota
	DNSClusterFirstWithHostNet
	DNSDefault
	DNSNone
)

var dnsPolicyNames = [...]string{DNSClusterFirst: "ClusterFirst", DNSClusterFirstWithHostNet: "ClusterFirstWithHostNet", DNSDefault: "Default", DNSNone: "None"}

// String returns the policy as the API spells it.
func (p DNSPolicy) String() string { return dnsPolicyNames[p] }

// Corefile is the configuration of a DNS server of the cluster: that of
// CoreDNS, of NodeLocal DNSCache, or of the older kube-dns in the same form
// (DNS-8, DNS-9).
type Corefile struct {
	Namespace, Name string
	Servers         []DNSServer
	// Imports are the lines that take in server blocks from elsewhere, which are not
	// followed.
	Imports []string
	// Custom tells that the input holds the ConfigMap coredns-custom beside it, whose
	// files are taken in by "import custom/*.server" and the like. It is not followed
	// either.
	Custom bool
	Origin Origin
}

// DNSServer is one server block.
type DNSServer struct {
	// Zones are lower case and end in a dot; "." is every name.
	Zones []string
	Port  uint16
	// Binds are the addresses that it listens on; none means all.
	Binds []netip.Addr
	// Cluster is what answers for the names of the cluster, or nil.
	Cluster *DNSCluster
	// Forwards are in the order of the text.
	Forwards []DNSForward
	// Overrides are what may answer, or change a question, before that.
	Overrides []DNSOverride
	Origin    Origin
}

// DNSCluster is the kubernetes plugin of a server block.
type DNSCluster struct {
	Zones []string
	// Fallthrough are the zones whose unknown names go on to the next plugin;
	// "." is all of them.
	Fallthrough []string
	// Namespaces, if any, are the only ones that it knows. Selective tells that
	// it knows only objects or namespaces with certain labels.
	Namespaces []string
	Selective  bool
	// Pods says whether it knows names that are made of the addresses of pods.
	Pods   PodNames
	Origin Origin
}

// PodNames is what a DNS makes of a name such as 10-1-0-5.shop.pod.cluster.local
// (DNS-4).
type PodNames uint8

// The answers.
const (
	// PodNamesUnsaid: the input does not tell.
	PodNamesUnsaid PodNames = iota
	PodNamesNone
	// PodNamesAny: the address that the name is made of, whoever has it.
	PodNamesAny
	// PodNamesVerified: that address, if a pod of the namespace has it.
	PodNamesVerified
)

// DNSForward is a forward plugin: names under Zone go to the addresses.
type DNSForward struct {
	Zone string
	To   []netip.AddrPort
	// Files are names of files such as /etc/resolv.conf, which name the servers
	// that the DNS pod itself asks.
	Files []string
	// TCP tells that it asks over TCP only.
	TCP bool
	// Origin is that of the block that it stands in.
	Origin Origin
}

// DNSOverride is a plugin that may answer by itself.
type DNSOverride struct {
	// Plugin is its name, and Text its line.
	Plugin, Text string
	// Zones are the names that it is about: those under one of them. Exact tells
	// that it is about just these names.
	Zones []string
	Exact bool
}
