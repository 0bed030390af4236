package parts

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
)

// Protocol returns the protocol of that name, which is TCP unless given (NP-29,
// NPV-2).
func (r *Report) Protocol(field string, p *corev1.Protocol) model.Protocol {
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
	r.Errorf(field, "protocol", Choice(string(*p), "TCP", "UDP", "SCTP"), "%q is not a protocol that a policy can name", *p)
	return model.TCP
}

// PortNumber returns n, which must be a port (NPV-3), or 0 if it is not.
func (r *Report) PortNumber(field string, n int32) uint16 {
	if n >= int32(model.MinPort) && n <= int32(model.MaxPort) {
		return uint16(n)
	}
	r.Errorf(field, "port-number", "ports are 1 to 65535", "%d is not a port", n)
	return 0
}

// PortNameHint says what the names of ports look like.
const PortNameHint = "up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports"

// PortName returns why name is no name of a port, or "" if it is one (NPV-4). A
// name that spells the number of a port is none, and the number is returned.
func PortName(name string) (why string, number uint16) {
	if usualPort(name) {
		return "", 0
	}
	wrong := validation.IsValidPortName(name)
	if len(wrong) == 0 {
		return "", 0
	}
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		number = uint16(n)
	}
	return reasons(wrong), number
}
