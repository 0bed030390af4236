package model

import "strconv"

// Protocol is a transport protocol that policy can name (NP-1). Others are not
// modelled (NP-2).
type Protocol uint8

// The protocols, in the order of every table and every output.
const (
	TCP Protocol = iota
	UDP
	SCTP
	// Protocols is the number of protocols.
	Protocols
)

var protocolNames = [...]string{TCP: "tcp", UDP: "udp", SCTP: "sctp"}

// String returns the protocol in lower case, as netreach writes it.
func (p Protocol) String() string {
	if p >= Protocols {
		return "protocol " + strconv.Itoa(int(p))
	}
	return protocolNames[p]
}

// The bounds of a destination port. No connection goes to port 0.
const (
	MinPort uint16 = 1
	MaxPort uint16 = 65535
)

// PortKind says how a PortMatch matches.
type PortKind uint8

// The kinds of PortMatch.
const (
	// PortAny matches every port of every protocol (NP-20).
	PortAny PortKind = iota
	// PortRange matches the ports First to Last of Protocol.
	PortRange
	// PortNamed matches what Name resolves to on the destination pod (NP-31).
	PortNamed
)

// PortMatch is one entry of a rule's ports.
type PortMatch struct {
	Kind     PortKind
	Protocol Protocol
	// First and Last are inclusive and belong to PortRange (NP-32). All ports of
	// a protocol are MinPort to MaxPort (NP-30).
	First, Last uint16
	// EndPort tells that Last came from an endPort field, which some
	// implementations ignore (NP-32).
	EndPort bool
	// Name belongs to PortNamed.
	Name string
	// AnyProtocol belongs to PortNamed: the name is looked up whatever the
	// port's protocol is, and that protocol counts (ANP-12).
	AnyProtocol bool
}

// AllPorts returns the match of every port of p.
func AllPorts(p Protocol) PortMatch {
	return PortMatch{Kind: PortRange, Protocol: p, First: MinPort, Last: MaxPort}
}

// String returns the match as netreach writes ports: "*", "80/tcp",
// "8000-8100/udp", "*/sctp", "http/tcp", "http".
func (m PortMatch) String() string {
	switch m.Kind {
	case PortAny:
		return "*"
	case PortNamed:
		if m.AnyProtocol {
			return m.Name
		}
		return m.Name + "/" + m.Protocol.String()
	case PortRange:
	}
	return PortString(m.Protocol, m.First, m.Last)
}

// PortString returns the ports first to last of p as netreach writes them.
func PortString(p Protocol, first, last uint16) string {
	switch {
	case first <= MinPort && last == MaxPort:
		return "*/" + p.String()
	case first == last:
		return strconv.Itoa(int(first)) + "/" + p.String()
	}
	return strconv.Itoa(int(first)) + "-" + strconv.Itoa(int(last)) + "/" + p.String()
}
