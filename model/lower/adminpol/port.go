package adminpol

import (
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// lower lowers an item of ports (ANP-12).
func (p Port) lower(l *lowering, field string) model.PortMatch {
	var m model.PortMatch
	l.exactlyOne("port", field, "write portNumber: {port: 80}, for example", "write them as items of their own", []member{
		{"portNumber", p.PortNumber != nil}, {"portRange", p.PortRange != nil}, {"namedPort", p.NamedPort != nil},
	})
	if n := p.PortNumber; n != nil {
		place := strict.Member(field, "portNumber")
		m.Kind, m.Protocol = model.PortRange, l.protocol(strict.Member(place, "protocol"), n.Protocol)
		m.First = l.portNumber(strict.Member(place, "port"), n.Port)
		m.Last = m.First
	}
	if r := p.PortRange; r != nil {
		place := strict.Member(field, "portRange")
		m.Kind, m.Protocol = model.PortRange, l.protocol(strict.Member(place, "protocol"), r.Protocol)
		m.First, m.Last = l.portNumber(strict.Member(place, "start"), r.Start), l.portNumber(strict.Member(place, "end"), r.End)
		// The documentation demands a start below the end, and the API server does
		// not look. Where they are equal the meaning is plain.
		if end := strict.Member(place, "end"); m.First > m.Last && m.Last != 0 {
			l.unchecked(end, func() { l.Errorf(end, "port-range", "swap the two values", "%d is below start %d", m.Last, m.First) })
		}
	}
	if p.NamedPort != nil {
		m = l.namedPort(strict.Member(field, "namedPort"), *p.NamedPort, "write portNumber: {port: %d}")
	}
	return m
}

// lower lowers an item of protocols (CNP-20).
func (p Protocol) lower(l *lowering, field string) model.PortMatch {
	var m model.PortMatch
	l.exactlyOne("protocol", field, "write tcp: {destinationPort: {number: 80}}, for example", "write them as items of their own", []member{
		{"tcp", p.TCP != nil}, {"udp", p.UDP != nil}, {"sctp", p.SCTP != nil}, {"destinationNamedPort", p.DestinationNamedPort != nil},
	})
	for protocol, ports := range [model.Protocols]*ProtocolPorts{model.TCP: p.TCP, model.UDP: p.UDP, model.SCTP: p.SCTP} {
		if ports != nil {
			m = l.protocolPorts(field, model.Protocol(protocol), ports)
		}
	}
	if p.DestinationNamedPort != nil {
		m = l.namedPort(strict.Member(field, "destinationNamedPort"), *p.DestinationNamedPort, "write tcp: {destinationPort: {number: %d}}")
	}
	return m
}

// protocolPorts lowers what an item says of one protocol. If it says nothing of
// ports, that reads as all of them, and is taken so, although the API server
// refuses it (CNP-21).
func (l *lowering) protocolPorts(item string, protocol model.Protocol, p *ProtocolPorts) model.PortMatch {
	field := strict.Member(item, protocol.String())
	if p.DestinationPort == nil {
		l.Warnf(field, "all-ports", "write destinationPort: {range: {start: 1, end: 65535}}, since the API server refuses the policy without it",
			"no destinationPort is given, and all ports of %s are taken to be meant", protocol)
		return model.AllPorts(protocol)
	}
	field = strict.Member(field, "destinationPort")
	number, ports := p.DestinationPort.Number, p.DestinationPort.Range
	l.exactlyOne("port", field, "write number: 80, for example", "write them as items of their own", []member{
		{"number", number != nil}, {"range", ports != nil},
	})
	m := model.PortMatch{Kind: model.PortRange, Protocol: protocol}
	if number != nil {
		m.First = l.portNumber(strict.Member(field, "number"), number)
		m.Last = m.First
	}
	if ports != nil {
		place := strict.Member(field, "range")
		m.First, m.Last = l.portNumber(strict.Member(place, "start"), ports.Start), l.portNumber(strict.Member(place, "end"), ports.End)
		switch {
		case m.First == 0 || m.Last == 0:
		case m.First == m.Last:
			l.Errorf(strict.Member(place, "end"), "port-range", "write number: "+strconv.Itoa(int(m.First))+" for a single port", "%d is not above start %d", m.Last, m.First)
		case m.First > m.Last:
			l.Errorf(strict.Member(place, "end"), "port-range", "swap the two values", "%d is below start %d", m.Last, m.First)
		}
	}
	return m
}

// portNumber returns the port, which must be given, or 0 if there is none.
func (l *lowering) portNumber(field string, n *int32) uint16 {
	if n == nil {
		l.Errorf(field, "required", "ports are 1 to 65535", "the number is missing")
		return 0
	}
	return l.PortNumber(field, *n)
}

// protocol returns the protocol, which is TCP unless given (ANP-12). The API
// server lets any word pass.
func (l *lowering) protocol(field string, p *corev1.Protocol) model.Protocol {
	var out model.Protocol
	l.unchecked(field, func() { out = l.Protocol(field, p) })
	return out
}

// namedPort lowers the name of a port, which stands for the number and protocol
// that it has on each destination pod (ANP-12, CNP-22). The API server lets any
// name pass; byNumber is the hint, with a verb, to write a number instead.
func (l *lowering) namedPort(field, name, byNumber string) model.PortMatch {
	if name == "" {
		// The model gives this name to ports that have none.
		l.unchecked(field, func() { l.Errorf(field, "port-name", parts.PortNameHint, "the name is missing") })
		return model.PortMatch{}
	}
	if why, number := parts.PortName(name); why != "" {
		hint := parts.PortNameHint
		if number != 0 {
			hint = fmt.Sprintf(byNumber, number)
		}
		l.Warnf(field, "port-name", hint, "%q matches nothing, since no port can have that name: %s", name, why)
	}
	return model.PortMatch{Kind: model.PortNamed, Name: name, AnyProtocol: true}
}
