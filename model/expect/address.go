package expect

import (
	"net/netip"
	"strconv"
	"strings"
)

// parseAddresses reads an address, a CIDR or a range of addresses. It reports
// false if text does not look like any of these, so that it may be a name.
func parseAddresses(text string) (Peer, bool, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return addresses(text, a, a)
	}
	if head, tail, ok := strings.Cut(text, "/"); ok {
		if a, err := netip.ParseAddr(head); err == nil {
			p, err := parseCIDR(text, a, tail)
			return p, true, err
		}
		if isDottedNumber(head) {
			return Peer{}, true, notAddress(text)
		}
		return Peer{}, false, nil
	}
	if head, tail, ok := strings.Cut(text, "-"); ok {
		if first, err := netip.ParseAddr(head); err == nil {
			last, err := netip.ParseAddr(tail)
			if err != nil {
				return Peer{}, true, peerError(text, strconv.Quote(tail)+" is not an address",
					"a range has an address at both ends, such as 10.0.0.1-10.0.0.9")
			}
			return addresses(text, first, last)
		}
	}
	if isDottedNumber(text) {
		return Peer{}, true, notAddress(text)
	}
	return Peer{}, false, nil
}

// addresses returns the range from first to last.
func addresses(text string, first, last netip.Addr) (Peer, bool, error) {
	if first.Zone() != "" || last.Zone() != "" {
		return Peer{}, true, peerError(text, "an address with a zone is not reachable from elsewhere", "drop what begins with %")
	}
	first, last = first.Unmap(), last.Unmap()
	if first.Is4() != last.Is4() {
		return Peer{}, true, peerError(text, "mixes IPv4 and IPv6", "write two ranges, one of each family")
	}
	if last.Less(first) {
		return Peer{}, true, peerError(text, first.String()+" is above "+last.String(),
			"swap the two ends: "+last.String()+"-"+first.String())
	}
	return Peer{Kind: Addresses, Text: text, First: first, Last: last}, true, nil
}

// parseCIDR reads a CIDR with the address a and the given prefix length. Host
// bits are refused: they are a slip, or mean one address and not a block.
func parseCIDR(text string, a netip.Addr, length string) (Peer, error) {
	if a.Zone() != "" {
		return Peer{}, peerError(text, "a block has no zone", "drop what begins with %")
	}
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > a.BitLen() || strconv.Itoa(n) != length {
		return Peer{}, peerError(text, strconv.Quote(length)+" is not a prefix length",
			"it runs from 0 to "+strconv.Itoa(a.BitLen())+", such as "+a.String()+"/"+strconv.Itoa(a.BitLen()))
	}
	if a.Is4In6() && n >= 96 {
		a, n = a.Unmap(), n-96
	}
	block := netip.PrefixFrom(a, n).Masked()
	if block.Addr() != a {
		return Peer{}, peerError(text, "the address has bits beyond the prefix length",
			"the block is "+block.String()+", the address alone is "+a.String())
	}
	return Peer{Kind: Addresses, Text: text, First: a, Last: lastAddr(block)}, nil
}

// lastAddr returns the last address of a masked prefix.
func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// isDottedNumber reports whether s is digits and dots: an address with a slip
// in it rather than a name.
func isDottedNumber(s string) bool {
	return strings.Contains(s, ".") && onlyOf(s, "0123456789.")
}

func notAddress(text string) error {
	return peerError(text, "is not an address", "an IPv4 address has four numbers from 0 to 255 without leading zeros, such as 10.0.0.7")
}

// addressText returns the shortest text of the range first to last: an
// address, a CIDR or "A-B".
func addressText(first, last netip.Addr) string {
	if first == last {
		return first.String()
	}
	for n := range first.BitLen() {
		if p := netip.PrefixFrom(first, n); p.Masked() == p && lastAddr(p) == last {
			return p.String()
		}
	}
	return first.String() + "-" + last.String()
}
