package engine

import (
	"encoding/binary"
	"slices"

	"netreach/model"
)

// Through is the verdict about the flows from one end to backends that a name
// leads to, on one port of the backends.
type Through struct {
	// Mix is the verdicts that occur.
	Mix model.Mix
	// Witnesses holds one flow for each verdict, in the order of answers. That of
	// a client with itself is among them only if there is no other.
	Witnesses []Witness
	// Itself is the verdicts of clients that are led to themselves, which Mix
	// holds too (SVC-25).
	Itself model.Mix
}

// Grouped is an end whose members are gathered by what policy can tell of them,
// for whoever asks about it many times.
type Grouped struct {
	End
	groups []shapeGroup
}

// Group returns an end as Grouped.
func (m *Matrix) Group(e End) Grouped { return Grouped{e, m.groupShapes(e)} }

// JudgeThrough judges the flows from the members of src to those of dst on a
// port, as Judge does, but that a client which is led to itself is subject to
// policy like any other (NP-44, CNP-24), as the switch HairpinViaService has it.
// Families, unless it is empty, are the only ones that count (SVC-24).
func (m *Matrix) JudgeThrough(src, dst End, protocol model.Protocol, port uint16, families []model.Family) Through {
	return m.JudgeGrouped(m.Group(src), dst, protocol, port, families)
}

// JudgeGrouped is JudgeThrough from an end that is grouped already.
func (m *Matrix) JudgeGrouped(src Grouped, dst End, protocol model.Protocol, port uint16, families []model.Family) Through {
	var out Through
	if len(src.Peers) == 0 || len(dst.Peers) == 0 || src.Outside && dst.Outside {
		return out
	}
	atom := m.u.ports.Of(protocol, port)
	asked := PortRange{protocol, port, port}
	var witnesses [model.Some + 1]Witness
	see := func(a, b PeerID, v model.Verdict) {
		if witnesses[v].Verdict == model.None {
			witnesses[v] = Witness{a, b, asked, v}
			out.Mix = out.Mix.With(v)
		}
	}
	m.eachPair(src.groups, m.groupShapes(dst), func(p pair) {
		see(p.src, p.dst, m.overFamilies(p.kind, atom, families))
	})
	if !src.Outside && !dst.Outside {
		for _, id := range src.Peers {
			if _, led := slices.BinarySearch(dst.Peers, id); !led || m.pod(id) == nil || m.u.indexOf[m.ci][id] < 0 {
				continue
			}
			v := m.hairpin(id, atom, families)
			out.Itself = out.Itself.With(v)
			see(id, id, v)
		}
	}
	for _, v := range verdictOrder {
		if witnesses[v].Verdict != model.None {
			out.Witnesses = append(out.Witnesses, witnesses[v])
		}
	}
	return out
}

// AlikeThrough numbers clients outside by how they fare towards backends on a
// port, judged as JudgeThrough does: those of one number have the same verdict
// towards each member of dst. Numbers count from 0, in the order of the clients
// that are the first to have them.
func (m *Matrix) AlikeThrough(clients []Grouped, dst End, protocol model.Protocol, port uint16, families []model.Family) []int {
	atom := m.u.ports.Of(protocol, port)
	backends := m.groupShapes(dst)
	kinds := map[string]int{}
	out := make([]int, len(clients))
	var key []byte
	take := func(p pair) {
		key = binary.LittleEndian.AppendUint32(key, uint32(p.kind.dst))
		key = append(key, byte(m.overFamilies(p.kind, atom, families)))
	}
	for i := range clients {
		key = key[:0]
		m.eachPair(clients[i].groups, backends, take)
		kind, ok := kinds[string(key)]
		if !ok {
			kind = len(kinds)
			kinds[string(key)] = kind
		}
		out[i] = kind
	}
	return out
}

// overFamilies judges a kind of flow over some address families.
func (m *Matrix) overFamilies(k flowKind, atom int, families []model.Family) model.Verdict {
	if len(families) != 1 {
		return m.shapeVerdict(k.src, k.dst, k.rel, atom)
	}
	var mix model.Mix
	for _, a := range m.u.shapes[k.src] {
		for _, b := range m.u.shapes[k.dst] {
			if m.meet(a, b) && m.meetOver(a, b, families) {
				mix = mix.With(m.classVerdict(a, b, k.rel, atom))
			}
		}
	}
	if mix == 0 {
		return model.Denied // no common family (NP-53)
	}
	return mix.Verdict()
}

// meetOver reports whether two classes may have addresses of one of some families:
// of any, unless it is a single one that counts.
func (m *Matrix) meetOver(a, b int32, families []model.Family) bool {
	if len(families) != 1 {
		return true
	}
	want := fam4
	if families[0] == model.IPv6 {
		want = fam6
	}
	return m.ground.attr(int(a)).fam.meets(want) && m.ground.attr(int(b)).fam.meets(want)
}

// hairpin judges a pod that a Service leads back to itself: by the policies of
// both directions, of which the switch may leave out those that are NetworkPolicies.
func (m *Matrix) hairpin(id PeerID, atom int, families []model.Family) model.Verdict {
	shape := m.u.shapeOf[id]
	v := m.overFamilies(flowKind{shape, shape, unrelated}, atom, families)
	if v == model.Allowed || m.switches.HairpinViaService == model.Yes {
		return v
	}
	others := m.hairpinByOthers(shape, atom, families)
	if m.switches.HairpinViaService == model.No || others == v {
		return others
	}
	return model.Unknown
}

// hairpinByOthers judges such a pod by the tiers of ClusterNetworkPolicy alone,
// which decide whatever becomes of NetworkPolicies (CNP-24).
func (m *Matrix) hairpinByOthers(shape int32, atom int, families []model.Family) model.Verdict {
	var mix model.Mix
	for _, a := range m.u.shapes[shape] {
		for _, b := range m.u.shapes[shape] {
			if m.meet(a, b) && m.meetOver(a, b, families) {
				egress, ingress := m.besideNetworkPolicy(model.Egress, a, b, atom), m.besideNetworkPolicy(model.Ingress, b, a, atom)
				mix = mix.Join(egress.And(ingress))
			}
		}
	}
	if mix == 0 {
		return model.Denied // no common family (NP-53)
	}
	return mix.Verdict()
}

// besideNetworkPolicy judges one direction without the tier of NetworkPolicies.
func (m *Matrix) besideNetworkPolicy(d model.Direction, subject, peer int32, atom int) model.Mix {
	s := &m.dirs[d]
	p := &s.programs[s.programOf[subject]]
	tiers := slices.DeleteFunc(slices.Clone(s.tiers(p)), func(t progTier) bool { return m.cluster.Tiers[t.tier].Name == model.TierNetworkPolicy })
	var out model.Mix
	switch v := m.evaluate(s, p, tiers, peer, atom, NoMatch); {
	case v.lo:
		return out.With(model.Allowed)
	case v.hi:
		return out.With(model.Unknown)
	}
	return out.With(model.Denied)
}
