package parts

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	netutils "k8s.io/utils/net"
)

// CIDRHint says how to write what text, which is no CIDR, seems to mean.
func CIDRHint(text string) string {
	if ip := netutils.ParseIPSloppy(text); ip != nil {
		a := Addr(ip)
		return "write " + netip.PrefixFrom(a, a.BitLen()).String() + " for the one address"
	}
	if host, length, ok := strings.Cut(text, "/"); ok {
		n, err := strconv.ParseUint(length, 10, 32)
		switch ip := netutils.ParseIPSloppy(host); {
		case ip != nil && err == nil && int(n) > Addr(ip).BitLen():
			return "the length is at most " + strconv.Itoa(Addr(ip).BitLen())
		case ip != nil && err != nil:
			return "write the length as a number of bits, such as /24"
		}
	}
	return "write address/length, such as 10.0.0.0/8 or 2001:db8::/32"
}

// Addr returns ip as an address that is never IPv4-mapped (NP-38).
func Addr(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}

// Prefix returns n as a prefix without host bits. A network within
// ::ffff:0:0/96 has at least 96 bits in its mask, and becomes one of IPv4.
func Prefix(n *net.IPNet) netip.Prefix {
	ones, bits := n.Mask.Size()
	addr := Addr(n.IP)
	return netip.PrefixFrom(addr, ones-(bits-addr.BitLen()))
}
