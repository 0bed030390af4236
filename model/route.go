package model

import (
	"net/netip"

	"netreach/model/selector"
)

// Route is an object that takes requests for names and hands them to Services:
// an Ingress, a route of the Gateway API, or an OpenShift Route. What the kinds
// share is in Entries; how a route gets its clients is what differs.
type Route struct {
	Origin Origin
	// Kind is that of Origin, as one of a few.
	Kind RouteKind
	// Class is the name of the class of an Ingress, or "" if it names none
	// (ING-2). ClassByAnnotation tells that only the older annotation names it,
	// which controllers take without an object of that name.
	Class             string
	ClassByAnnotation bool
	// Published are the addresses, and PublishedNames the names, at which the
	// controller of an Ingress says that it is reached (ING-2).
	Published      []netip.Addr
	PublishedNames []string
	// Parents are what a route of the Gateway API asks to be attached to (GW-2).
	Parents []ParentRef
	// Entries are in the order of the text.
	Entries []Entry
	// For names the controller whose annotations the fields below and those notes
	// of entries come from; another controller knows nothing of them. It is ""
	// where every controller does.
	For string
	// Canary marks an Ingress that only adds backends to the entries of others
	// with the same host and path (ING-12).
	Canary bool
	// Admits, if Restricted, are the only clients; Refuses are clients that are
	// turned away (ING-12, RT-2). They are compared with the address that the
	// controller sees.
	Restricted      bool
	Admits, Refuses []netip.Prefix
	// Auth is what is asked whether a request may pass. NoDefaultAuth tells that
	// nothing is where only IngressDefaults names it (ING-12).
	Auth          AuthRequest
	NoDefaultAuth bool
	// Password tells that clients are asked for one, and AnyWillDo that who passes
	// that or Auth gets in also where the lists above keep it out.
	Password, AnyWillDo bool
	// Notes say what else stands in the way of a request, or happens to it.
	Notes []RouteNote
	// Created is the time of creation as the API writes it, which sorts as text,
	// or "" if the input does not tell (ING-13, GW-7).
	Created string
}

// AuthRequest is what a controller asks whether a request may pass, and must reach
// for any to pass.
type AuthRequest struct {
	// URL is as it stands in the text, or "" where nothing is asked.
	URL    string
	Origin Origin
}

// IngressDefaults is what the ConfigMap of an ingress controller says for all
// Ingresses that it serves, below their annotations (ING-12).
type IngressDefaults struct {
	Namespace, Name string
	// Admits, if Restricted, and Refuses are as in Route, and hold for Ingresses
	// that have no such list of their own.
	Restricted      bool
	Admits, Refuses []netip.Prefix
	// Blocks are clients that are turned away whatever an Ingress says.
	Blocks []netip.Prefix
	// These tell of each list that there is one that cannot be read.
	UnreadAdmits, UnreadRefuses, UnreadBlocks bool
	// RealClient tells that the controller is told the client's own address,
	// whatever led the client there.
	RealClient bool
	// Auth is as in Route, and holds for Ingresses without one of their own.
	Auth   AuthRequest
	Notes  []RouteNote
	Origin Origin
}

// Unread is an object of a kind that is not modelled, and that leads clients into the
// cluster or decides who gets in.
type Unread struct {
	Origin Origin
	// Group is that of its API.
	Group string
	// Decides tells that it decides who gets in where something else leads. Else it
	// leads in by itself.
	Decides bool
	// Digest is the same for two objects that say the same.
	Digest string
}

// RouteKind is a kind of Route.
type RouteKind uint8

// The kinds.
const (
	RouteIngress RouteKind = iota
	RouteHTTP
	RouteGRPC
	RouteTLS
	RouteTCP
	RouteUDP
	RouteOpenShift
)

var routeKindNames = [...]string{
	RouteIngress: "Ingress", RouteHTTP: "HTTPRoute", RouteGRPC: "GRPCRoute", RouteTLS: "TLSRoute",
	RouteTCP: "TCPRoute", RouteUDP: "UDPRoute", RouteOpenShift: "Route",
}

// String returns the kind as the API spells it.
func (k RouteKind) String() string { return routeKindNames[k] }

// RouteNote is something about a route that changes no verdict about
// connections but that a client meets, such as authentication.
type RouteNote struct {
	Text   string
	Origin Origin
	// Conditional tells that only some requests get through, such as those with
	// credentials.
	Conditional bool
	// Answers tells that the request never gets to a backend, such as a redirect
	// that is all there is.
	Answers bool
}

// Entry is a way in: requests for a host and a path, and the backends that get
// them.
type Entry struct {
	Origin Origin
	// Hosts are alternatives; none means every host.
	Hosts []string
	// Paths are alternatives; none means every path.
	Paths []PathMatch
	// Conditions say in words what else a request must have, such as a header. A
	// request that lacks it goes elsewhere.
	Conditions []string
	// TLS says what becomes of TLS at this entry. NoPlain tells that it takes TLS
	// only.
	TLS     TLSMode
	NoPlain bool
	// Backends are the Services that get the requests. None with Answered means
	// that the entry answers by itself.
	Backends []Backend
	Answered string
	// Mirrors are Services that get copies of the requests.
	Mirrors []Backend
	// Unnamed tells that it has a host which the input does not tell, so that no
	// URL is known to lead to it.
	Unnamed bool
	// Fallback marks a default backend: it gets what nothing else matches.
	Fallback bool
	// Notes are those of this entry alone.
	Notes []RouteNote
}

// TLSMode is what becomes of TLS.
type TLSMode uint8

// The modes. Terminated is the one by which a path can be told.
const (
	NoTLS TLSMode = iota
	Terminated
	Passthrough
)

// HostForm says how many labels a leading "*." stands for.
type HostForm uint8

// The forms (ING-3, GW-3).
const (
	OneLabel HostForm = iota
	ManyLabels
)

// PathForm says how a path matches.
type PathForm uint8

// The forms (ING-4).
const (
	// PathPrefix matches by whole elements.
	PathPrefix PathForm = iota
	PathExact
	// PathLoose is up to the controller: a prefix, or a regular expression.
	PathLoose
	// PathRegexp is a regular expression.
	PathRegexp
)

var pathFormNames = [...]string{PathPrefix: "Prefix", PathExact: "Exact", PathLoose: "ImplementationSpecific", PathRegexp: "RegularExpression"}

// String returns the form as the API spells it.
func (f PathForm) String() string { return pathFormNames[f] }

// PathMatch is a condition on the path of a request.
type PathMatch struct {
	Form PathForm
	Path string
}

// Backend is a Service that an entry names.
type Backend struct {
	Origin          Origin
	Namespace, Name string
	// Port is that of the Service, by number or by name. The zero Target means
	// the ports of the Service, of which it then has one.
	Port Target
	// TargetPort tells that Port may also be what the Service aims at (RT-1).
	TargetPort bool
	// Weight is 0 for a backend that gets nothing.
	Weight int
	// Other says what it is if it is no Service: its kind and name, which we do
	// not follow.
	Other string
}

// ParentRef is what a route wants to be attached to (GW-2).
type ParentRef struct {
	Origin          Origin
	Namespace, Name string
	// Section is the name of a listener, or ""; Port its port, or 0.
	Section string
	Port    uint16
	// Other names a parent that is no Gateway, such as a Service, or is empty.
	Other string
}

// Class is an IngressClass or a GatewayClass.
type Class struct {
	Name, Controller string
	// Gateways tells that it is a GatewayClass.
	Gateways bool
	// Default marks the class of those that name none.
	Default bool
	Origin  Origin
}

// Gateway is a Gateway of the Gateway API.
type Gateway struct {
	Namespace, Name, Class string
	Labels                 Labels
	Listeners              []Listener
	Origin                 Origin
}

// ListenerProtocol is what a listener speaks.
type ListenerProtocol uint8

// The protocols. Others are refused or not followed.
const (
	ListenHTTP ListenerProtocol = iota
	ListenHTTPS
	ListenTLS
	ListenTCP
	ListenUDP
	// ListenOther is an extension of an implementation.
	ListenOther
)

var listenerProtocolNames = [...]string{ListenHTTP: "HTTP", ListenHTTPS: "HTTPS", ListenTLS: "TLS", ListenTCP: "TCP", ListenUDP: "UDP", ListenOther: "other"}

// String returns the protocol as the API spells it.
func (p ListenerProtocol) String() string { return listenerProtocolNames[p] }

// RoutesFrom says which namespaces a listener takes routes of.
type RoutesFrom uint8

// The choices.
const (
	FromSame RoutesFrom = iota
	FromAll
	FromSelector
	FromNone
)

// Listener is a port of a Gateway.
type Listener struct {
	Name     string
	Port     uint16
	Protocol ListenerProtocol
	// Hostname is "" for every host.
	Hostname    string
	Passthrough bool
	From        RoutesFrom
	// Namespaces belongs to FromSelector.
	Namespaces selector.Selector
	// Kinds are the kinds of route that it takes; nil means those that go with
	// its protocol. OtherKinds are such that are not modelled.
	Kinds  []RouteKind
	Origin Origin
}

// Grant is a ReferenceGrant: it lets routes of other namespaces name Services
// of its own (GW-5).
type Grant struct {
	Namespace, Name string
	From            []GrantFrom
	// To holds the names of Services; "" stands for all of them.
	To     []string
	Origin Origin
}

// GrantFrom is whom a Grant is for.
type GrantFrom struct {
	Kind      RouteKind
	Namespace string
}
