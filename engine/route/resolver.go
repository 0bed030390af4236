package route

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// resolver is the DNS of the cluster: its Service, the pods behind that, and
// what they are told to answer.
type resolver struct {
	// service is nil if the input holds none.
	service *model.Service
	// pods are the DNS pods by the port that they are asked on. Without any in the
	// input, assumed is one that looks as they do.
	udp, tcp []endpoint
	assumed  *model.Pod
	notReady []Note
	// caches are the pods of NodeLocal DNSCache, as indices, and cacheAddrs the
	// addresses on each node at which they are asked.
	caches     []int
	cacheAddrs []netip.Addr
	// file is what the pods are told, and cacheFile what the caches are told; nil
	// if the input does not tell.
	file, cacheFile *model.Corefile
	// domain is that of the cluster, with a dot at its end.
	domain string
}

const (
	dnsPort      = 53
	kubeSystem   = "kube-system"
	usualDomain  = "cluster.local."
	dnsLabel     = "k8s-app"
	dnsLabelled  = "kube-dns"
	cacheLabel   = "node-local-dns"
	openShiftDNS = "openshift-dns"
)

// linkLocalCache is where NodeLocal DNSCache is asked by convention (DNS-7).
var linkLocalCache = netip.MustParseAddr("169.254.20.10")

// dnsServices are the usual names of the Service, the most usual first.
var dnsServices = []nameKey{
	{kubeSystem, "kube-dns"}, {openShiftDNS, "dns-default"}, {kubeSystem, "coredns"}, {kubeSystem, "rke2-coredns-rke2-coredns"},
}

// findResolver finds the DNS of the cluster.
func (a *Atlas) findResolver() *resolver {
	r := &resolver{domain: usualDomain}
	for _, k := range dnsServices {
		if s := a.services[k]; s != nil {
			r.service = s
			break
		}
	}
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		if v, _ := s.Labels.Get(dnsLabel); r.service == nil && s.Namespace == kubeSystem && v == dnsLabelled {
			r.service = s
		}
	}
	a.findDNSPods(r)
	for i := range a.cluster.Pods {
		if v, _ := a.cluster.Pods[i].Labels.Get(dnsLabel); v == cacheLabel && a.cluster.Pods[i].Weight > 0 {
			r.caches = append(r.caches, i)
		}
	}
	a.findCorefiles(r)
	if len(r.caches) > 0 {
		r.findCacheAddrs()
	}
	return r
}

// findDNSPods finds the pods that answer: those behind the Service, or with the
// label that they carry, or else what such a pod looks like (DNS-2).
func (a *Atlas) findDNSPods(r *resolver) {
	if s := r.service; s != nil {
		for i := range s.Ports {
			p := &s.Ports[i]
			if p.Port != dnsPort {
				continue
			}
			found, notes := a.endpoints(s, p)
			r.notReady = append(r.notReady, notes...)
			switch p.Protocol {
			case model.UDP:
				r.udp = found
			case model.TCP:
				r.tcp = found
			case model.SCTP, model.Protocols:
			}
		}
		if len(r.udp)+len(r.tcp) > 0 || len(r.notReady) > 0 {
			return
		}
	}
	for i := range a.cluster.Pods {
		p := &a.cluster.Pods[i]
		if v, _ := p.Labels.Get(dnsLabel); p.Namespace == kubeSystem && v == dnsLabelled && p.Weight > 0 {
			e := endpoint{peer: a.peers[i], port: dnsPort, node: p.Node, ready: true}
			r.udp, r.tcp = append(r.udp, e), append(r.tcp, e)
		}
	}
	if len(r.udp) > 0 {
		return
	}
	r.assumed = &model.Pod{
		Namespace: kubeSystem, Name: "coredns", Labels: model.Labels{{Key: dnsLabel, Value: dnsLabelled}}, Weight: 1, StandIn: true, Workload: -1,
		Ports: []model.ContainerPort{{Name: "dns", Protocol: model.UDP, Port: dnsPort}, {Name: "dns-tcp", Protocol: model.TCP, Port: dnsPort}},
	}
	if s := r.service; s != nil {
		r.assumed.Namespace = s.Namespace
		if s.Selects {
			r.assumed.Labels = labelsOf(s)
		}
	}
}

// labelsOf returns the labels that the selector of a Service demands.
func labelsOf(s *model.Service) model.Labels {
	var out model.Labels
	for _, q := range s.Pods.Requirements {
		out = out.With(q.Key, q.Values[0])
	}
	return out
}

// findCorefiles finds what the DNS pods, and the caches, are told.
func (a *Atlas) findCorefiles(r *resolver) {
	where := kubeSystem
	if r.service != nil {
		where = r.service.Namespace
	}
	rank := func(name string) int {
		switch {
		case name == "coredns":
			return 3
		case name == "dns-default":
			return 2
		case strings.Contains(name, "coredns"):
			return 1
		}
		return 0
	}
	for i := range a.cluster.Names.Corefiles {
		f := &a.cluster.Names.Corefiles[i]
		switch {
		case strings.Contains(f.Name, "node-local-dns") || strings.Contains(f.Name, "nodelocaldns"):
			r.cacheFile = f
		case f.Namespace == where && (r.file == nil || rank(f.Name) > rank(r.file.Name)):
			r.file = f
		}
	}
	if r.file == nil {
		return
	}
	for i := range r.file.Servers {
		c := r.file.Servers[i].Cluster
		if c == nil {
			continue
		}
		for _, z := range c.Zones {
			if z != "." && !strings.HasSuffix(z, ".arpa.") {
				r.domain = z
				return
			}
		}
	}
}

// findNeeds judges the way of the DNS pods to the API server, which tells them the
// names of the cluster. Without it they know what they have learnt before, and no
// more: that is worth knowing, and changes no answer (DNS-10, SVC-26).
func (a *Atlas) findNeeds() []Note {
	r := a.dns()
	if r.assumed != nil {
		return nil
	}
	m, src, err := a.dnsPods()
	if err != nil || len(src.Peers) == 0 || !m.IsolatesAny(model.Egress, src) {
		return nil
	}
	port := &model.ServicePort{Protocol: model.TCP, Port: 443}
	s := a.dialled(apiService.namespace, apiService.name)
	for i := range s.Ports {
		if s.Ports[i].Port == port.Port {
			port = &s.Ports[i]
		}
	}
	api := a.backends(client{End: src}, s, port, viaClusterIP)
	text := src.Name + " may not reach the API server, and learns of no name that is new (DNS-10, SVC-26)"
	switch api.Verdict() {
	case model.Allowed, model.None:
		return nil
	case model.Denied:
	case model.Some, model.Unknown:
		text = "it is not certain that " + src.Name + " reaches the API server, without which it learns of no name that is new (DNS-10, SVC-26)"
	}
	return []Note{{Text: text}}
}

// findCacheAddrs finds where the caches are asked (DNS-7).
func (r *resolver) findCacheAddrs() {
	if r.cacheFile != nil {
		for i := range r.cacheFile.Servers {
			for _, addr := range r.cacheFile.Servers[i].Binds {
				if !slices.Contains(r.cacheAddrs, addr) {
					r.cacheAddrs = append(r.cacheAddrs, addr)
				}
			}
		}
	}
	if len(r.cacheAddrs) == 0 {
		r.cacheAddrs = []netip.Addr{linkLocalCache}
		if r.service != nil {
			r.cacheAddrs = append(r.cacheAddrs, r.service.ClusterIPs...)
		}
	}
}

// isMine reports whether an address is one at which the cluster's DNS is asked.
func (r *resolver) isMine(a netip.Addr) bool {
	return slices.Contains(r.cacheAddrs, a) || a == linkLocalCache || r.service != nil && slices.Contains(r.service.ClusterIPs, a)
}

// resolverKey tells pods apart that ask different servers for names.
func resolverKey(p *model.Pod) string {
	return fmt.Sprint(effectivePolicy(p), p.HostNetwork, p.Nameservers)
}

// effectivePolicy returns whom a pod asks: with hostNetwork, ClusterFirst is like
// Default (DNS-1).
func effectivePolicy(p *model.Pod) model.DNSPolicy {
	switch {
	case p.DNSPolicy == model.DNSClusterFirst && p.HostNetwork:
		return model.DNSDefault
	case p.DNSPolicy == model.DNSClusterFirstWithHostNet:
		return model.DNSClusterFirst
	}
	return p.DNSPolicy
}

// answer is what a server makes of a name.
type answer struct {
	// cluster is what answers for a name of the cluster, or nil.
	cluster *model.DNSCluster
	// forward is whom else the server asks, or nil.
	forward *model.DNSForward
	// nothing says why there is no answer, or is empty.
	nothing string
	// open says what may answer instead.
	open []string
	// server is the block that takes the name, and zone that of its zones which
	// does.
	server *model.DNSServer
	zone   string
}

// ask returns what a server that is told file makes of a name (DNS-8). Without a
// file it is told what is usual.
func (r *resolver) ask(file *model.Corefile, name, namespace string) answer {
	if file == nil {
		if under(name, r.domain) {
			return answer{cluster: &model.DNSCluster{Zones: []string{r.domain}}}
		}
		return answer{forward: &model.DNSForward{Zone: ".", Files: []string{"/etc/resolv.conf"}}}
	}
	var out answer
	for i := range file.Servers {
		s := &file.Servers[i]
		for _, z := range s.Zones {
			if under(name, z) && (out.server == nil || len(z) > len(out.zone)) {
				out.server, out.zone = s, z
			}
		}
	}
	if out.server == nil {
		out.nothing = "no server block is for it"
		return out
	}
	for _, o := range out.server.Overrides {
		if takesNothing(file, o.Text) {
			continue
		}
		if slices.ContainsFunc(o.Zones, func(z string) bool { return name == z || !o.Exact && under(name, z) }) {
			out.open = append(out.open, o.Text)
		}
	}
	if c := out.server.Cluster; c != nil && slices.ContainsFunc(c.Zones, func(z string) bool { return under(name, z) }) {
		hidden := len(c.Namespaces) > 0 && namespace != "" && !slices.Contains(c.Namespaces, namespace)
		falls := slices.ContainsFunc(c.Fallthrough, func(z string) bool { return under(name, z) })
		known := namespace != ""
		switch {
		case known && !hidden:
			out.cluster = c
			if c.Selective {
				out.open = append(out.open, "kubernetes, which knows objects with certain labels only")
			}
			return out
		case !falls && hidden:
			out.nothing = "the DNS is told to know other namespaces only"
			return out
		case !falls:
			out.nothing = "the DNS answers for its zone, and knows no such name"
			return out
		}
	}
	for i := range out.server.Forwards {
		if f := &out.server.Forwards[i]; under(name, f.Zone) && (out.forward == nil || len(f.Zone) > len(out.forward.Zone)) {
			out.forward = f
		}
	}
	if out.forward == nil {
		out.nothing = "its server block forwards it to nobody"
	}
	return out
}

// under reports whether a name is a zone, or lies in it. Both end in a dot.
func under(name, zone string) bool {
	return zone == "." || name == zone || strings.HasSuffix(name, "."+zone)
}

// endpointsByPort groups DNS pods by the port on which they are asked.
func endpointsByPort(all []endpoint) map[uint16][]engine.PeerID {
	out := map[uint16][]engine.PeerID{}
	for _, e := range all {
		out[e.port] = append(out[e.port], e.peer)
	}
	return out
}

// ports returns the keys of a map, ascending.
func ports[V any](m map[uint16]V) []uint16 {
	var out []uint16
	for p := range m {
		out = append(out, p)
	}
	slices.SortFunc(out, cmp.Compare[uint16])
	return out
}

// customFiles is how a Corefile takes in the files of the ConfigMap coredns-custom.
var customFiles = regexp.MustCompile(`^import (\S*/)?custom/\*\S*$`)

// takesNothing reports whether a line of a Corefile takes in files of a ConfigMap
// that the input does not hold, and which is not there then: the pattern matches
// nothing.
func takesNothing(file *model.Corefile, line string) bool {
	return !file.Custom && customFiles.MatchString(line)
}
