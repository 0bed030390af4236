package engine

import (
	"netreach/model/expect"
)

// Finder finds the peers of lines. It looks for each peer once, however many lines
// name it. It belongs to one goroutine.
type Finder struct {
	m     *Matrix
	peers map[string]found
	sets  map[*expect.Set]found
}

type found struct {
	side Side
	err  error
}

// NewFinder returns a finder of the peers of a matrix.
func NewFinder(m *Matrix) *Finder {
	return &Finder{m: m, peers: map[string]found{}, sets: map[*expect.Set]found{}}
}

// NotFound is a peer of a line that does not exist. Err is a *PeerError about it, or
// about a peer in the set that it is.
type NotFound struct {
	Peer expect.Peer
	Err  error
}

// Demand finds the peers of a line, and returns those that do not exist, in the
// order of the line.
func (f *Finder) Demand(l *expect.Line) (Demand, []NotFound) {
	d := Demand{Form: l.Form, Verdict: l.Verdict, Ports: l.Ports, PortsExcept: l.PortsExcept, Each: l.Each}
	var missing []NotFound
	find := func(peers []expect.Peer) []Side {
		out := make([]Side, len(peers))
		for i, p := range peers {
			var err error
			if out[i], err = f.Side(p); err != nil {
				missing = append(missing, NotFound{p, err})
			}
		}
		return out
	}
	d.Src, d.SrcExcept = find(l.Src), together(find(l.SrcExcept))
	d.Dst, d.DstExcept = find(l.Dst), together(find(l.DstExcept))
	return d, missing
}

// Side returns the peers that p names, or a *PeerError.
func (f *Finder) Side(p expect.Peer) (Side, error) {
	if p.Kind == expect.Defined {
		one, ok := f.sets[p.Set]
		if !ok {
			one.side, one.err = f.set(p.Set)
			f.sets[p.Set] = one
		}
		return one.side, one.err
	}
	one, ok := f.peers[p.String()]
	if !ok {
		one.side, one.err = f.m.Side(p)
		f.peers[p.String()] = one
	}
	return one.side, one.err
}

// set returns the peers of a set that a file defines. The error is about the first
// that does not exist.
func (f *Finder) set(set *expect.Set) (Side, error) {
	var sides [2][]Side
	for i, peers := range [][]expect.Peer{set.Peers, set.Except} {
		for _, p := range peers {
			s, err := f.Side(p)
			if err != nil {
				return Side{}, err
			}
			sides[i] = append(sides[i], s)
		}
	}
	return together(sides[0]).Without(together(sides[1])), nil
}
