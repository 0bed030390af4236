package adminpol

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	netutils "k8s.io/utils/net"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// networks lowers CIDRs. They match pods and nodes as well as addresses outside
// (ANP-15, CNP-15).
func (l *lowering) networks(peer, place string, cidrs []string) []model.Peer {
	field := strict.Member(peer, "networks")
	l.checkSet(field, mostNetworks, cidrs)
	var out []model.Peer
	for i, text := range cidrs {
		if prefix, ok := l.cidr(strict.Item(field, i), text); ok {
			out = append(out, model.Peer{
				Kind: model.PeerBlock, Field: strict.Item(strict.Member(place, "networks"), i), Block: model.Block{CIDR: prefix}, Everyone: true,
			})
		}
	}
	return out
}

// checkSet checks that a list is neither empty nor too long and holds nothing
// twice (ANP-19, CNP-27).
func (l *lowering) checkSet(field string, most int, items []string) {
	switch n := len(items); {
	case n == 0:
		l.Errorf(field, "required", "name one, or remove the peer", "at least one item is required")
	case n > most:
		l.Errorf(field, "too-many", "spread them over several peers", "%d items, but at most %d", n, most)
	}
	seen := map[string]bool{}
	for i, item := range items {
		if seen[item] {
			l.Errorf(strict.Item(field, i), "duplicate-item", "remove one of the two", "%q stands in the list already", item)
		}
		seen[item] = true
	}
}

// cidr reads a CIDR as the API server does for this field: leading zeros and
// IPv4-mapped addresses are refused, host bits are not.
func (l *lowering) cidr(field, text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		hint, wrong := parts.CIDRHint(text), "is not a CIDR"
		if _, n, err := netutils.ParseCIDRSloppy(text); err == nil {
			hint, wrong = "write "+parts.Prefix(n).String(), "has leading zeros"
		}
		l.Errorf(field, "cidr", hint, "%q %s", text, wrong)
		return netip.Prefix{}, false
	}
	masked := prefix.Masked()
	switch n := utf8.RuneCountInString(text); {
	case prefix.Addr().Is4In6():
		hint := "write it as an IPv4 address"
		if bits := prefix.Bits() - 96; bits >= 0 {
			hint = "write " + netip.PrefixFrom(prefix.Addr().Unmap(), bits).Masked().String()
		}
		l.Errorf(field, "cidr", hint, "%q is an IPv4 address written as IPv6", text)
		return netip.Prefix{}, false
	case n > longestCIDR:
		l.Errorf(field, "cidr", "write "+masked.String(), "%q has %d characters, but at most %d are allowed", text, n, longestCIDR)
		return netip.Prefix{}, false
	case prefix != masked:
		single := netip.PrefixFrom(prefix.Addr(), prefix.Addr().BitLen())
		l.Warnf(field, "cidr-host-bits", "write "+masked.String()+", or "+single.String()+" for the one address",
			"%s has bits set beyond its length, and is read as %s", text, masked)
	}
	return masked, true
}

// domainNames returns the names in lower case and without the dot at the end,
// which makes no difference (ANP-16, CNP-18).
func (l *lowering) domainNames(field string, written []string) []string {
	l.checkSet(field, mostDomainNames, written)
	out := make([]string, 0, len(written))
	for i, name := range written {
		if !isDomainName(name) {
			l.Errorf(strict.Item(field, i), "domain-name", "write a name of at least two labels, such as www.example.com, or *.example.com for all names below it",
				"%q is not a domain name", name)
		}
		out = append(out, strings.ToLower(strings.TrimSuffix(name, ".")))
	}
	return out
}

// isDomainName reports whether the API server takes name: at least two labels,
// perhaps "*." before them and a dot behind.
func isDomainName(name string) bool {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "*."), ".")
	labels := 0
	for label := range strings.SplitSeq(name, ".") {
		if !isDomainLabel(label) {
			return false
		}
		labels++
	}
	return labels > 1
}

// isDomainLabel reports whether the API server takes label within a domain name.
// It is lax about the first character: by a slip in its pattern, an underscore
// and the other characters between Z and a pass.
func isDomainLabel(label string) bool {
	alphanumeric := func(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' }
	for i := range len(label) {
		switch c := label[i]; {
		case alphanumeric(c), i == 0 && 'Z' < c && c < 'a', i > 0 && i < len(label)-1 && (c == '-' || c == '_'):
		default:
			return false
		}
	}
	return label != ""
}
