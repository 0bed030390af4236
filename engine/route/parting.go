package route

import (
	"cmp"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// parted reports whether clients of whom a verdict is may fare differently.
func parted(v model.Verdict) bool { return v == model.Some || v == model.Unknown }

// part is clients that fare alike before, and alike after.
type part struct {
	client   client
	ranges   []engine.AddrRange // nil: all of the client's
	verdicts [2]model.Verdict
}

// partition cuts a crowd into parts by what becomes of its clients at a spot.
func partition(whole client, before, after []outcome) []part {
	sides := [][]outcome{before, after}
	all := part{client: whole}
	apart := false
	for i, list := range sides {
		var mix model.Mix
		for _, o := range list {
			apart = apart || len(o.client.Peers) != len(whole.Peers)
			mix = mix.Join(o.mix)
		}
		all.verdicts[i] = mix.Verdict()
	}
	if !apart {
		return []part{all}
	}
	var mixes [2]map[engine.PeerID]model.Mix
	for i, list := range sides {
		mixes[i] = map[engine.PeerID]model.Mix{}
		for _, o := range list {
			for _, id := range o.client.Peers {
				mixes[i][id] = mixes[i][id].Join(o.mix)
			}
		}
	}
	var parts []part
	for _, id := range whole.Peers {
		p := part{client: client{engine.End{Name: whole.Name, Outside: true, Peers: []engine.PeerID{id}}, whole.asked}}
		for i := range mixes {
			p.verdicts[i] = mixes[i][id].Verdict()
		}
		parts = append(parts, p)
	}
	return merged(parts)
}

// merged joins parts that fare alike.
func merged(parts []part) []part {
	var out []part
	for _, p := range parts {
		i := slices.IndexFunc(out, func(q part) bool { return q.verdicts == p.verdicts })
		if i < 0 {
			p.client.Peers = slices.Clone(p.client.Peers)
			out = append(out, p)
			continue
		}
		out[i].client.Peers = append(out[i].client.Peers, p.client.Peers...)
		out[i].ranges = append(out[i].ranges, p.ranges...)
	}
	return out
}

// change returns the change of a part of a crowd at a spot, if there is one.
func (x *comparer) change(k spot, p part, whole client) []wayChange {
	effect := engine.EffectOf(p.verdicts[0], p.verdicts[1])
	if effect == 0 {
		return nil
	}
	slices.Sort(p.client.Peers)
	p.client.Peers = slices.Compact(p.client.Peers)
	of := Clients{Whole: whole.asked.String()}
	a := x.atlases[1]
	var all []engine.AddrRange
	for _, id := range whole.Peers {
		all = append(all, a.m.Universe().Peer(id).Ranges...)
	}
	own := p.ranges
	if own == nil && len(p.client.Peers) < len(whole.Peers) {
		for _, id := range p.client.Peers {
			own = append(own, a.m.Universe().Peer(id).Ranges...)
		}
	}
	if own != nil {
		if rest := engine.RangesWithout(all, own); len(rest) > 0 {
			of.Ranges, of.Rest = engine.MergeRanges(own), rest
		}
	}
	if p.ranges != nil { // any of these clients tells
		r := p.ranges[0]
		p.client.asked = expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last}
		p.client.Peers = []engine.PeerID{a.m.Universe().AddrID(r.First)}
	}
	return []wayChange{{
		WayFlows: WayFlows{
			Clients: []Clients{of}, Way: k.way, Dst: k.dst, Beyond: k.beyond, way: x.wayNamed(k.way),
			Change: engine.Change{Before: p.verdicts[0], After: p.verdicts[1], Effect: effect, Ports: []engine.PortRange{k.port}},
		},
		client: p.client, spot: k,
	}}
}

// sortedSpots returns spots in an order that does not depend on the run.
func sortedSpots(of map[spot]bool) []spot {
	out := make([]spot, 0, len(of))
	for k := range of {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b spot) int {
		return cmp.Or(strings.Compare(a.way, b.way), cmp.Compare(a.dst, b.dst), strings.Compare(a.beyond, b.beyond),
			cmp.Compare(a.port.Protocol, b.port.Protocol), cmp.Compare(a.port.First, b.port.First))
	})
	return out
}
