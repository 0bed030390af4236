package engine

import (
	"net/netip"
	"slices"

	"go4.org/netipx"

	"netreach/model"
)

// PeerID identifies a peer within one Universe: pods first, then nodes, then
// the classes of addresses outside.
type PeerID int32

// PeerKind says what a peer is.
type PeerKind uint8

// The kinds of peers.
const (
	PodPeer PeerKind = iota
	NodePeer
	// OutsidePeer is a set of addresses outside the cluster that every rule
	// treats alike.
	OutsidePeer
)

// Peer describes one peer.
type Peer struct {
	Kind PeerKind
	// Namespace and Name identify a pod; Name alone a node.
	Namespace, Name string
	// Workload is the kind of the workload that a pod stands for, or "" for a
	// pod of the input.
	Workload string
	// Ranges are the addresses of an OutsidePeer.
	Ranges []AddrRange
}

// String returns the peer as netreach writes it.
func (p Peer) String() string {
	switch p.Kind {
	case PodPeer:
		return p.Namespace + "/" + p.Name
	case NodePeer:
		return "node:" + p.Name
	case OutsidePeer:
	}
	if len(p.Ranges) == 0 {
		return "nowhere"
	}
	return p.Ranges[0].String()
}

// AddrRange is the addresses First to Last, inclusive, of one family.
type AddrRange struct{ First, Last netip.Addr }

// String returns the range as an address, as a CIDR if it is one, or as "A-B".
func (r AddrRange) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	if p, ok := netipx.IPRangeFrom(r.First, r.Last).Prefix(); ok {
		return p.String()
	}
	return r.First.String() + "-" + r.Last.String()
}

// PortRange is the ports First to Last of one protocol, inclusive.
type PortRange struct {
	Protocol    model.Protocol
	First, Last uint16
}

// String returns the range as netreach writes ports: "80/tcp", "*/udp".
func (r PortRange) String() string { return model.PortString(r.Protocol, r.First, r.Last) }

// Match returns the range as a port match.
func (r PortRange) Match() model.PortMatch {
	return model.PortMatch{Kind: model.PortRange, Protocol: r.Protocol, First: r.First, Last: r.Last}
}

// Prefixes returns the few prefixes that make up the range, ascending.
func (r AddrRange) Prefixes() []netip.Prefix { return netipx.IPRangeFrom(r.First, r.Last).Prefixes() }

// MergeRanges returns disjoint ranges ascending, with those joined that touch.
func MergeRanges(ranges []AddrRange) []AddrRange {
	sorted := slices.Clone(ranges)
	slices.SortFunc(sorted, func(a, b AddrRange) int { return a.First.Compare(b.First) })
	var out []AddrRange
	for _, r := range sorted {
		if n := len(out) - 1; n >= 0 && out[n].Last.Next() == r.First {
			out[n].Last = r.Last
			continue
		}
		out = append(out, r)
	}
	return out
}

// RangesWithout returns what some disjoint ranges hold beyond others, each of
// which lies within one of them: ascending, and joined where they touch.
func RangesWithout(ranges, gone []AddrRange) []AddrRange {
	var out []AddrRange
	gone = MergeRanges(gone)
	for _, r := range MergeRanges(ranges) {
		at, done := r.First, false
		for _, g := range gone {
			if done || g.First.Is4() != r.First.Is4() || g.First.Less(r.First) || r.Last.Less(g.First) {
				continue
			}
			if at.Less(g.First) {
				out = append(out, AddrRange{at, g.First.Prev()})
			}
			at = g.Last.Next()
			done = !at.IsValid()
		}
		if !done && !r.Last.Less(at) {
			out = append(out, AddrRange{at, r.Last})
		}
	}
	return out
}
