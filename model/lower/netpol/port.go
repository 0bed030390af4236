package netpol

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/strict"
)

// port lowers one entry of a rule's ports.
func (l *lowering) port(field string, p *networkingv1.NetworkPolicyPort) model.PortMatch {
	proto := l.protocol(strict.Member(field, "protocol"), p.Protocol)
	portField, endField := strict.Member(field, "port"), strict.Member(field, "endPort")
	switch {
	case p.Port == nil:
		if p.EndPort != nil { // NPV-5
			l.errorf(endField, "port-range", "give the first port of the range as port", "%d ends a range without port", *p.EndPort)
		}
		return model.AllPorts(proto) // NP-30
	case p.Port.Type == intstr.String:
		if p.EndPort != nil { // NPV-5
			l.errorf(endField, "port-range", "give port as a number, or leave out endPort", "%d ends a range that begins with the port name %q", *p.EndPort, p.Port.StrVal)
		}
		l.portName(portField, p.Port.StrVal)
		return model.PortMatch{Kind: model.PortNamed, Protocol: proto, Name: p.Port.StrVal} // NP-31
	}
	m := model.PortMatch{Kind: model.PortRange, Protocol: proto, First: l.portNumber(portField, p.Port.IntVal)}
	m.Last = m.First
	if p.EndPort != nil { // NP-32
		m.EndPort, m.Last = true, l.portNumber(endField, *p.EndPort)
		if *p.EndPort < p.Port.IntVal { // NPV-5
			l.errorf(endField, "port-range", "swap the two values, or leave out endPort for a single port", "%d is below port %d", *p.EndPort, p.Port.IntVal)
		}
	}
	return m
}

// protocol returns the protocol, which is TCP unless given (NP-29, NPV-2).
func (l *lowering) protocol(field string, p *corev1.Protocol) model.Protocol {
	if p == nil {
		return model.TCP
	}
	switch *p {
	case corev1.ProtocolTCP:
		return model.TCP
	case corev1.ProtocolUDP:
		return model.UDP
	case corev1.ProtocolSCTP:
		return model.SCTP
	}
	l.errorf(field, "protocol", choice(string(*p), "TCP", "UDP", "SCTP"), "%q is not a protocol that a policy can name", *p)
	return model.TCP
}

// portNumber returns n, which must be a port (NPV-3).
func (l *lowering) portNumber(field string, n int32) uint16 {
	if n >= int32(model.MinPort) && n <= int32(model.MaxPort) {
		return uint16(n)
	}
	l.errorf(field, "port-number", "ports are 1 to 65535", "%d is not a port", n)
	return 0
}

// portName checks a port's name (NPV-4).
func (l *lowering) portName(field, name string) {
	wrong := validation.IsValidPortName(name)
	if len(wrong) == 0 {
		return
	}
	hint := "up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports"
	if n, err := strconv.ParseUint(name, 10, 16); err == nil && n > 0 {
		hint = "write " + strconv.FormatUint(n, 10) + " without quotes for the port of that number"
	}
	l.errorf(field, "port-name", hint, "%q is not a port name: %s", name, reasons(wrong))
}
