package engine

import (
	"fmt"
	"slices"

	"go4.org/netipx"

	"netreach/engine/internal/atoms"
	"netreach/model/expect"
)

// Side is a set of peers as one side of a line names it: pods and nodes, and
// addresses outside to the single address, which the peers of a universe are too
// coarse for. The zero value is empty.
type Side struct {
	inside  []PeerID // ascending
	outside *netipx.IPSet
}

// Side returns the peers that p names, or a *PeerError.
func (m *Matrix) Side(p expect.Peer) (Side, error) {
	switch p.Kind {
	case expect.Defined:
		return NewFinder(m).Side(p)
	case expect.Internet, expect.Private:
		s := m.wordSide(p.Kind == expect.Private, p.Family)
		if len(s.outside.Ranges()) == 0 {
			return Side{}, &PeerError{
				Peer: p, Err: ErrNoPeer, Text: fmt.Sprintf("%q: no address or block of the input is of this family", p.Text),
				Hint: "drop it, as nothing can be said about these addresses",
			}
		}
		return s, nil
	case expect.Addresses:
		if p.Outside {
			return m.outsideSide(p)
		}
	case expect.Named, expect.AllPods, expect.Selected, expect.NodeName, expect.Service, expect.URL:
	}
	e, err := m.Resolve(p)
	switch {
	case err != nil:
		return Side{}, err
	case len(e.Peers) == 0 && p.First == p.Last:
		return Side{}, m.nobodyAt(p)
	}
	s := Side{inside: slices.DeleteFunc(slices.Clone(e.Peers), func(id PeerID) bool { return m.u.peers[id].Kind == OutsidePeer })}
	// A single address is a pod, a node, or itself.
	if p.Kind == expect.Addresses && (p.First != p.Last || len(s.inside) == 0) {
		s.outside = m.rangeSide(p).outside
	}
	return s, nil
}

// rangeSide returns the addresses of a range that anybody outside may have. One by
// itself was asked for as it is.
func (m *Matrix) rangeSide(p expect.Peer) Side {
	return Side{outside: ipSet(func(b *netipx.IPSetBuilder) {
		for _, r := range m.u.addrs.Between(p.First, p.Last) {
			if p.First == p.Last || !m.isKnown(r) {
				b.AddRange(netipx.IPRangeFrom(r.From, r.To))
			}
		}
	})}
}

// familyWords returns internet and private, each of IPv4 and of IPv6.
func (m *Matrix) familyWords() (words [2][2]Side) {
	for k, special := range []bool{false, true} {
		words[k] = [2]Side{m.wordSide(special, 4), m.wordSide(special, 6)}
	}
	return words
}

// wordSide returns internet or private, or the part of it of one family.
func (m *Matrix) wordSide(special bool, family uint8) Side {
	return Side{outside: ipSet(func(b *netipx.IPSetBuilder) {
		for _, r := range m.outsideRanges(special) {
			if family == 0 || r.From.Is6() == (family == 6) {
				b.AddRange(netipx.IPRangeFrom(r.From, r.To))
			}
		}
	})}
}

// outsideSide returns a range without the addresses of pods, nodes and Services that
// a block names by themselves: nobody outside has these.
func (m *Matrix) outsideSide(p expect.Peer) (Side, error) {
	if p.First == p.Last && m.u.peers[m.u.AddrID(p.First)].Kind != OutsidePeer {
		return Side{}, &PeerError{
			Peer: p, Err: ErrNoPeer, Text: fmt.Sprintf("%q: this is the address of %s", p.Text, m.u.peers[m.u.AddrID(p.First)]),
			Hint: "drop outside: to mean that",
		}
	}
	if p.First == p.Last && m.Nobody(p.First) {
		return Side{}, m.nobodyAt(p)
	}
	return m.rangeSide(p), nil
}

// Everyone returns all pods and nodes of the cluster, and internet and private.
func (m *Matrix) Everyone() Side {
	s := m.wordSide(false, 0).With(m.wordSide(true, 0))
	s.inside = append(m.podPeers(), m.nodePeers()...)
	return s
}

// nodePeers returns the nodes of the cluster.
func (m *Matrix) nodePeers() []PeerID {
	var out []PeerID
	for id := m.u.pods; id < m.u.pods+m.u.nodes; id++ {
		if m.node(PeerID(id)) != nil {
			out = append(out, PeerID(id))
		}
	}
	return out
}

// ipSet returns the addresses that fill adds.
func ipSet(fill func(*netipx.IPSetBuilder)) *netipx.IPSet {
	var b netipx.IPSetBuilder
	fill(&b)
	set, err := b.IPSet()
	if err != nil {
		panic("bug: a range that is none: " + err.Error())
	}
	return set
}

// With returns the peers of s or t.
func (s Side) With(t Side) Side { return together([]Side{s, t}) }

// Without returns the peers of s that are not of t.
func (s Side) Without(t Side) Side {
	out := Side{outside: s.outside}
	for _, id := range s.inside {
		if _, ok := slices.BinarySearch(t.inside, id); !ok {
			out.inside = append(out.inside, id)
		}
	}
	if s.outside != nil && t.outside != nil {
		out.outside = ipSet(func(b *netipx.IPSetBuilder) { b.AddSet(s.outside); b.RemoveSet(t.outside) })
	}
	return out
}

// Outside returns the addresses outside of the side, ascending.
func (s Side) Outside() []AddrRange {
	if s.outside == nil {
		return nil
	}
	var out []AddrRange
	for _, r := range s.outside.Ranges() {
		out = append(out, AddrRange{r.From(), r.To()})
	}
	return out
}

// Has reports whether a pod or node is of the side.
func (s Side) Has(id PeerID) bool {
	_, ok := slices.BinarySearch(s.inside, id)
	return ok
}

// Empty reports whether the side has no peer.
func (s Side) Empty() bool {
	return len(s.inside) == 0 && (s.outside == nil || len(s.outside.Ranges()) == 0)
}

// Overlaps reports whether the sides have a peer in common.
func (s Side) Overlaps(t Side) bool {
	for _, id := range s.inside {
		if _, ok := slices.BinarySearch(t.inside, id); ok {
			return true
		}
	}
	return s.outside != nil && t.outside != nil && s.outside.Overlaps(t.outside)
}

// ranges returns the addresses outside, cut so that each range is of one class.
func (m *Matrix) ranges(s Side) []atoms.Range {
	if s.outside == nil {
		return nil
	}
	var out []atoms.Range
	for _, r := range s.outside.Ranges() {
		out = append(out, m.u.addrs.Between(r.From(), r.To())...)
	}
	return out
}

// peers returns the peers of a side, ascending.
func (m *Matrix) peers(s Side) []PeerID {
	out := slices.Clone(s.inside)
	for _, r := range m.ranges(s) {
		out = append(out, m.u.outsidePeer(r.Class))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SideEnd returns a side as an end of the given name.
func (m *Matrix) SideEnd(name string, s Side) End { return m.end(name, m.peers(s)) }

// RangesOf returns the addresses outside that a peer of a side stands for there.
func (m *Matrix) RangesOf(s Side, id PeerID) []AddrRange {
	var out []AddrRange
	for _, r := range m.ranges(s) {
		if m.u.outsidePeer(r.Class) == id {
			out = append(out, AddrRange{r.From, r.To})
		}
	}
	return out
}
