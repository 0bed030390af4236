package cli

import (
	"net/netip"
	"slices"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// parts cuts an answer so that each part has one verdict: by port where the
// members of both ends agree, else by members too. An answer of one verdict has
// no parts.
func (in *input) parts(q question, src, dst engine.End, a engine.Answer) []render.Flows {
	differ := slices.ContainsFunc(a.Segments, func(s engine.Segment) bool { return s.Verdict == model.Some })
	switch {
	case !differ && len(a.Segments) < 2:
		return nil
	case !differ:
		return render.ByPort(src.Name, dst.Name, a.Segments)
	}
	sources, destinations := in.members(q.src, src), in.members(q.dst, dst)
	ends := slices.Concat(sources, destinations)
	m := &render.Matrix{
		Table: in.matrix.Table(ends), Ports: []model.PortMatch{q.port}, Ranges: map[int][]engine.AddrRange{},
	}
	in.answers(m, ends)
	for i, e := range ends {
		if r, ok := rangeOf(e); ok && e.Outside {
			m.Ranges[i] = []engine.AddrRange{r}
		}
	}
	for i := range sources {
		m.Sources = append(m.Sources, i)
	}
	for j := range destinations {
		m.Destinations = append(m.Destinations, len(sources)+j)
	}
	if parts := m.Parts(q.port); len(parts) > 1 {
		return parts
	}
	return nil // one pair of pods, whose address families differ
}

// members cuts an end into what a person would name: the workloads of a set,
// the pods of a workload, the nodes, the ranges of addresses that are treated
// alike.
func (in *input) members(p expect.Peer, e engine.End) []engine.End {
	if e.Outside {
		return in.ranges(p, e)
	}
	var out []engine.End
	rest := e.Peers
	take := func(ends []engine.End) {
		for _, w := range ends {
			if subset(w.Peers, rest) {
				out = append(out, w)
				rest = slices.DeleteFunc(slices.Clone(rest), func(id engine.PeerID) bool {
					_, ok := slices.BinarySearch(w.Peers, id)
					return ok
				})
			}
		}
	}
	if take(in.matrix.Workloads()); len(out) == 1 && len(rest) == 0 {
		out, rest = nil, e.Peers
	}
	take(in.matrix.Pods())
	for _, id := range rest {
		out = append(out, engine.End{Name: in.universe.Peer(id).String(), Weight: 1, Peers: []engine.PeerID{id}})
	}
	return out
}

func subset(a, b []engine.PeerID) bool {
	for _, id := range a {
		if _, ok := slices.BinarySearch(b, id); !ok {
			return false
		}
	}
	return len(a) > 0
}

// ranges cuts an end outside into ranges of addresses, as far as p names them,
// in ascending order.
func (in *input) ranges(p expect.Peer, e engine.End) []engine.End {
	type part struct {
		engine.AddrRange
		id engine.PeerID
	}
	var parts []part
	for _, id := range e.Peers {
		for _, r := range in.universe.Peer(id).Ranges {
			if p.Kind == expect.Addresses {
				r.First, r.Last = later(r.First, p.First), earlier(r.Last, p.Last)
			}
			if r.First.BitLen() == r.Last.BitLen() && !r.Last.Less(r.First) {
				parts = append(parts, part{r, id})
			}
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return a.First.Compare(b.First) })
	ends := make([]engine.End, len(parts))
	for i, part := range parts {
		ends[i] = engine.End{Name: part.String(), Outside: true, Peers: []engine.PeerID{part.id}}
	}
	return ends
}

func later(a, b netip.Addr) netip.Addr {
	if a.Less(b) {
		return b
	}
	return a
}

func earlier(a, b netip.Addr) netip.Addr {
	if b.Less(a) {
		return b
	}
	return a
}
