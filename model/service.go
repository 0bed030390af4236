package model

import (
	"net/netip"

	"netreach/model/selector"
)

// ServiceType says how far a Service reaches (SVC-2).
type ServiceType uint8

// The types. Each of the first three includes those before it.
const (
	ClusterIP ServiceType = iota
	NodePort
	LoadBalancer
	// ExternalName is an alias in DNS and nothing else (SVC-12).
	ExternalName
)

var serviceTypeNames = [...]string{ClusterIP: "ClusterIP", NodePort: "NodePort", LoadBalancer: "LoadBalancer", ExternalName: "ExternalName"}

// String returns the type as the API spells it.
func (t ServiceType) String() string { return serviceTypeNames[t] }

// Family is an address family.
type Family uint8

// The families.
const (
	IPv4 Family = iota
	IPv6
)

// String returns "IPv4" or "IPv6".
func (f Family) String() string {
	if f == IPv6 {
		return "IPv6"
	}
	return "IPv4"
}

// FamilyOf returns the family of an address. An IPv4-mapped IPv6 address is
// IPv4 (NP-38).
func FamilyOf(a netip.Addr) Family {
	if a.Unmap().Is4() {
		return IPv4
	}
	return IPv6
}

// Service is a name with ports that stands for pods, or for a name elsewhere.
// No policy knows of it (SVC-1).
type Service struct {
	Namespace, Name string
	Labels          Labels
	Type            ServiceType
	// Headless Services have no address of their own: their name stands for the
	// addresses of their endpoints (SVC-8).
	Headless bool
	// ClusterIPs is empty if the input does not tell.
	ClusterIPs []netip.Addr
	// Families is what the Service is to have addresses of; empty if the input
	// does not tell (SVC-24).
	Families []Family
	// Selects tells whether the Service has a selector; one without does not
	// select everything but nothing (SVC-3). Pods is the selector.
	Selects bool
	Pods    selector.Selector
	Ports   []ServicePort
	// ExternalName is the name that an ExternalName Service is an alias of.
	ExternalName string
	// ExternalIPs are addresses at which the nodes accept traffic (SVC-23).
	ExternalIPs []netip.Addr
	// SourceRanges are the only clients of the load balancer; empty means
	// everyone (SVC-19).
	SourceRanges []netip.Prefix
	// Published are the addresses, and PublishedNames the names, at which the
	// load balancer is known to listen.
	Published      []netip.Addr
	PublishedNames []string
	// InternalLocal and ExternalLocal are the traffic policies Local (SVC-14,
	// SVC-15).
	InternalLocal, ExternalLocal bool
	// NoNodePorts tells that a load balancer goes without node ports (SVC-19).
	NoNodePorts bool
	// PublishNotReady counts every endpoint as ready (SVC-9).
	PublishNotReady bool
	// Inward names the annotation that keeps the load balancer out of the reach
	// of the internet, or is empty.
	Inward string
	Origin Origin
}

// ServicePort is a port of a Service.
type ServicePort struct {
	Name     string
	Protocol Protocol
	Port     uint16
	// Target is the port of the pods behind it.
	Target Target
	// NodePort is 0 if the input does not tell (SVC-18).
	NodePort uint16
	Origin   Origin
}

// Match returns the port as a port match.
func (p *ServicePort) Match() PortMatch {
	return PortMatch{Kind: PortRange, Protocol: p.Protocol, First: p.Port, Last: p.Port}
}

// Target is a port by number, or by a name that each pod resolves (SVC-5).
type Target struct {
	Number uint16
	Name   string
}

// EndpointSlice lists addresses behind a Service: an EndpointSlice, or one
// subset of an Endpoints object (SVC-13).
type EndpointSlice struct {
	Namespace string
	// Service is the name of the Service that it belongs to.
	Service string
	// Legacy marks a subset of an Endpoints object.
	Legacy    bool
	Ports     []EndpointPort
	Endpoints []Endpoint
	Origin    Origin
}

// EndpointPort is a port of the endpoints of a slice. Its name is that of the
// Service's port. A slice without a port number is for all ports.
type EndpointPort struct {
	Name     string
	Protocol Protocol
	Port     uint16
}

// Endpoint is one address of a slice.
type Endpoint struct {
	Address netip.Addr
	Ready   bool
	// Serving endpoints answer, though they may be about to end; Terminating
	// ones are about to (SVC-10).
	Serving, Terminating bool
	Node                 string
	// PodNamespace and Pod name the pod that it is, if it says so.
	PodNamespace, Pod string
}
