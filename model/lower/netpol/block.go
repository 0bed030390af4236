package netpol

import (
	"net"
	"net/netip"

	networkingv1 "k8s.io/api/networking/v1"
	netutils "k8s.io/utils/net"

	"netreach/model"
	"netreach/model/lower/parts"
)

// block lowers an ipBlock (NP-35, NPV-8, NPV-9).
func (l *lowering) block(field string, b *networkingv1.IPBlock) model.Block {
	whole, ok := l.cidr(l.Member(field, "cidr"), b.CIDR)
	block := model.Block{CIDR: whole.prefix}
	for i, text := range b.Except {
		place := l.Item(l.Member(field, "except"), i)
		part, partOK := l.cidr(place, text)
		switch {
		case !ok || !partOK:
		case !whole.covers(part):
			l.Errorf(place, "except-outside", "each except must be a part of cidr, and smaller than it", "%s is not a part of %s", text, b.CIDR)
		case part.prefix.Bits() < whole.prefix.Bits():
			// Larger than it looks to the API server, being IPv4-mapped: the
			// part of it that counts is the whole block.
			block.Except = append(block.Except, whole.prefix)
		default:
			block.Except = append(block.Except, part.prefix)
		}
	}
	return block
}

// cidr is a CIDR in the two ways that it is looked at: as the API server
// compares it, and as it matches addresses.
type cidr struct {
	net *net.IPNet
	// prefix is masked and never IPv4-mapped.
	prefix netip.Prefix
}

// covers reports whether the API server lets part be an except of c: by its
// first address and the lengths as they are written.
func (c cidr) covers(part cidr) bool {
	ones, _ := c.net.Mask.Size()
	partOnes, _ := part.net.Mask.Size()
	return c.net.Contains(part.net.IP) && ones < partOnes
}

// cidr reads a CIDR as leniently as the API server does for this field: with
// host bits, leading zeros, which do not make a number octal, and IPv4-mapped
// addresses, which are IPv4 (NP-38). All of these are warned of.
func (l *lowering) cidr(field, text string) (cidr, bool) {
	if text == "" {
		l.Errorf(field, "cidr", "write address/length, such as 10.0.0.0/8 or 2001:db8::/32", "the CIDR is missing")
		return cidr{}, false
	}
	ip, ipnet, err := netutils.ParseCIDRSloppy(text)
	if err != nil {
		l.Errorf(field, "cidr", parts.CIDRHint(text), "%q is not a CIDR", text)
		return cidr{}, false
	}
	c := cidr{ipnet, parts.Prefix(ipnet)}
	const since = "; Kubernetes 1.36 and later refuse it in new objects"
	hint := "write " + c.prefix.String()
	if strictly, err := netip.ParsePrefix(text); err != nil {
		l.Warnf(field, "cidr-leading-zeros", hint+since, "%s has leading zeros, and is read as %s", text, c.prefix)
	} else if strictly.Addr().Is4In6() {
		l.Warnf(field, "cidr-mapped", hint+since, "%s is an IPv4 address written as IPv6, and is read as %s", text, c.prefix)
	}
	if !ip.Equal(ipnet.IP) {
		single := netip.PrefixFrom(parts.Addr(ip), parts.Addr(ip).BitLen())
		l.Warnf(field, "cidr-host-bits", hint+", or "+single.String()+" for the one address"+since,
			"%s has bits set beyond its length, and is read as %s", text, c.prefix)
	}
	return c, true
}
