package netpol

import (
	"strconv"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"netreach/model"
	"netreach/model/lower/parts"
)

// port lowers one entry of a rule's ports.
func (l *lowering) port(field string, p *networkingv1.NetworkPolicyPort) model.PortMatch {
	proto := l.Protocol(l.Member(field, "protocol"), p.Protocol)
	portField, endField := l.Member(field, "port"), l.Member(field, "endPort")
	switch {
	case p.Port == nil:
		if p.EndPort != nil { // NPV-5
			l.Errorf(endField, "port-range", "give the first port of the range as port", "%d ends a range without port", *p.EndPort)
		}
		return model.AllPorts(proto) // NP-30
	case p.Port.Type == intstr.String:
		if p.EndPort != nil { // NPV-5
			l.Errorf(endField, "port-range", "give port as a number, or leave out endPort", "%d ends a range that begins with the port name %q", *p.EndPort, p.Port.StrVal)
		}
		l.portName(portField, p.Port.StrVal)
		return model.PortMatch{Kind: model.PortNamed, Protocol: proto, Name: p.Port.StrVal} // NP-31
	}
	m := model.PortMatch{Kind: model.PortRange, Protocol: proto, First: l.PortNumber(portField, p.Port.IntVal)}
	m.Last = m.First
	if p.EndPort != nil { // NP-32
		m.EndPort, m.Last = true, l.PortNumber(endField, *p.EndPort)
		if *p.EndPort < p.Port.IntVal { // NPV-5
			l.Errorf(endField, "port-range", "swap the two values, or leave out endPort for a single port", "%d is below port %d", *p.EndPort, p.Port.IntVal)
		}
	}
	return m
}

// portName checks a port's name (NPV-4).
func (l *lowering) portName(field, name string) {
	why, number := parts.PortName(name)
	if why == "" {
		return
	}
	hint := parts.PortNameHint
	if number != 0 {
		hint = "write " + strconv.Itoa(int(number)) + " without quotes for the port of that number"
	}
	l.Errorf(field, "port-name", hint, "%q is not a port name: %s", name, why)
}
