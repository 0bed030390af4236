package route

import (
	"cmp"
	"net/netip"
	"slices"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// Part is clients of a question of whom there is one verdict on some ports.
type Part struct {
	Verdict model.Verdict
	// Names are the clients outside, and Peers those in the cluster.
	Names []string
	Peers []engine.PeerID
	// Ports are those of a Service that the part is about; none means all that was
	// asked about.
	Ports []engine.PortRange
}

// Parts cuts a question whose answer mixes verdicts into parts of one verdict each,
// those that let clients in first: by client, at what policies and lists of
// prefixes tell apart, and by port where a name of a Service or an address stands
// for several. judge answers a question over this Atlas. There are no parts where
// that leaves one verdict. The cost is an answer for the whole, and one for each sort
// of those clients that fare differently among themselves.
func (a *Atlas) Parts(q Question, judge func(Question) Answer) []Part {
	asked := inquiry{every: true}
	a.asks = &asked
	whole := judge(q)
	a.asks = nil
	byPort := q.Dst.Kind != expect.URL && slices.ContainsFunc(whole.Walks, func(w Walk) bool { return w.Port != whole.Walks[0].Port })
	kinds := a.sorts(q, &whole, slices.Concat(asked.within...))
	var ports []engine.PortRange
	found := map[engine.PortRange]map[model.Verdict][]int{} // kinds, by port and verdict
	for i := range kinds {
		answer := kinds[i].answer
		if answer == nil {
			one := judge(kinds[i].question)
			answer = &one
		}
		for port, verdict := range answer.byPort(byPort) {
			if found[port] == nil {
				found[port] = map[model.Verdict][]int{}
				ports = append(ports, port)
			}
			found[port][verdict] = append(found[port][verdict], i)
		}
	}
	slices.SortFunc(ports, func(x, y engine.PortRange) int {
		return cmp.Or(cmp.Compare(x.Protocol, y.Protocol), cmp.Compare(x.First, y.First))
	})
	var out []Part
	var members [][]int // by part: its kinds
	for _, v := range []model.Verdict{model.Allowed, model.Some, model.Unknown, model.Denied, model.None} {
		first := len(out)
		for _, port := range ports {
			these := found[port][v]
			if len(these) == 0 {
				continue
			}
			k := slices.IndexFunc(members[first:], func(m []int) bool { return slices.Equal(m, these) })
			if k < 0 {
				k = len(out) - first
				out, members = append(out, Part{Verdict: v}), append(members, these)
			}
			if port != (engine.PortRange{}) {
				out[first+k].Ports = append(out[first+k].Ports, port)
			}
		}
	}
	if len(out) < 2 {
		return nil
	}
	a.nameParts(q, out, members, kinds)
	return out
}

// byPort returns the verdict about the walks of each port, or about all together
// under no port.
func (a *Answer) byPort(apart bool) map[engine.PortRange]model.Verdict {
	if !apart || len(a.Walks) == 0 {
		return map[engine.PortRange]model.Verdict{{}: a.Verdict}
	}
	of := map[engine.PortRange]Answer{}
	for i := range a.Walks {
		one := of[a.Walks[i].Port]
		one.Walks = append(one.Walks, a.Walks[i])
		of[a.Walks[i].Port] = one
	}
	out := map[engine.PortRange]model.Verdict{}
	for port, one := range of {
		one.finish()
		out[port] = one.Verdict
	}
	return out
}

// sort is clients of a question that nothing tells apart which is asked on the
// way: all of its ranges or peers, with their answer, or a question about some of
// them.
type sort struct {
	answer   *Answer
	question Question
	ranges   []engine.AddrRange
	peers    []engine.PeerID
}

// sorts cuts the clients of an answer: those whose ways mix verdicts by where they
// stand towards some prefixes, and by the family of their addresses.
func (a *Atlas) sorts(q Question, whole *Answer, prefixes []netip.Prefix) []sort {
	var out []sort
	for i := 0; i < len(whole.Walks); {
		c := whole.Walks[i].client
		n := i + 1
		for n < len(whole.Walks) && sameEnd(whole.Walks[n].client.End, c.End) {
			n++
		}
		walks := whole.Walks[i:n]
		i = n
		if slices.ContainsFunc(walks, func(w Walk) bool { return w.Mix != model.Mix(0).With(w.Verdict()) || w.Verdict() == model.Some }) {
			out = append(out, a.cut(q, c, prefixes)...)
			continue
		}
		s := sort{answer: &Answer{Walks: walks}}
		s.answer.finish()
		for _, id := range c.Peers {
			if a.m.Universe().Peer(id).Kind == engine.OutsidePeer {
				s.ranges = append(s.ranges, a.ranges(id, c.asked)...)
			} else {
				s.peers = append(s.peers, id)
			}
		}
		out = append(out, s)
	}
	return out
}

// cut cuts a client by where its members stand towards some prefixes, and by the
// family of their addresses.
func (a *Atlas) cut(q Question, c client, prefixes []netip.Prefix) []sort {
	var out []sort
	at := map[string]int{}
	const inside = ^model.Family(0) // of who is no address outside
	add := func(family model.Family, within func(netip.Prefix) bool) *sort {
		key := []byte{byte(family)}
		for _, p := range prefixes {
			if within(p) {
				key = append(key, 1)
			} else {
				key = append(key, 0)
			}
		}
		i, ok := at[string(key)]
		if !ok {
			i = len(out)
			at[string(key)] = i
			out = append(out, sort{})
		}
		return &out[i]
	}
	for _, id := range c.Peers {
		if a.m.Universe().Peer(id).Kind != engine.OutsidePeer {
			own := a.addresses(id)
			s := add(inside, func(p netip.Prefix) bool { return slices.ContainsFunc(own, p.Contains) })
			s.peers = append(s.peers, id)
			continue
		}
		for _, r := range a.ranges(id, c.asked) {
			for _, r := range cutAt(r, prefixes) {
				s := add(model.FamilyOf(r.First), func(p netip.Prefix) bool { return p.Contains(r.First) })
				if len(s.ranges) == 0 {
					s.question = q
					s.question.Src = a.m.EndOf(r.String(), []engine.PeerID{id})
					s.question.Asked = expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last, Outside: true}
				}
				s.ranges = append(s.ranges, r)
			}
		}
	}
	for i := range out {
		if s := &out[i]; len(s.peers) > 0 {
			s.question = q
			s.question.Src = a.m.EndOf(a.m.PeersName(s.peers), s.peers)
		}
	}
	return out
}

// nameParts says whom parts are about. Parts about different ports overlap, so that
// each is named beside the rest of the clients.
func (a *Atlas) nameParts(q Question, parts []Part, members [][]int, kinds []sort) {
	for i := range parts {
		p := &parts[i]
		var own, others []engine.AddrRange
		for k := range kinds {
			if !slices.Contains(members[i], k) {
				others = append(others, kinds[k].ranges...)
				continue
			}
			own = append(own, kinds[k].ranges...)
			p.Peers = append(p.Peers, kinds[k].peers...)
		}
		slices.Sort(p.Peers)
		if q.Src.Outside {
			p.Names = outsideNames(q.Src.Name, [][]engine.AddrRange{own, others})[0]
			continue
		}
		for _, r := range engine.MergeRanges(own) {
			p.Names = append(p.Names, r.String())
		}
	}
}
