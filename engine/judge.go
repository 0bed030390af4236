package engine

import (
	"fmt"
	"slices"

	"netreach/model"
)

// Segment is a maximal set of ports with one verdict.
type Segment struct {
	Verdict model.Verdict
	// Ports is ascending; nil means every port of every protocol.
	Ports []PortRange
}

// Answer is the verdict about all flows between two ends on some ports.
type Answer struct {
	Verdict model.Verdict
	// Segments are the parts by port: allow first, then some, unknown, deny.
	Segments []Segment
	// Witnesses holds one flow for each verdict that occurs among the members,
	// in the same order.
	Witnesses []Witness
	// Notes say what the verdict rests on beyond the rules.
	Notes []string
}

// Witness is one flow, with its verdict.
type Witness struct {
	Src, Dst PeerID
	Port     PortRange
	Verdict  model.Verdict
}

// Notes of an Answer.
const (
	noteNoFamily = "the two ends have no address family in common, so nothing connects them (NP-53)"
	noteItself   = "a pod always reaches itself (NP-43)"
	noteOutside  = "both ends are outside the cluster, where no policy decides"
)

// shapeGroup is the members of an end that are of one shape.
type shapeGroup struct {
	shape int32
	peers []PeerID // ascending
}

// groupShapes returns the members of an end by shape, in the order of their
// first member.
func (m *Matrix) groupShapes(e End) []shapeGroup {
	at := map[int32]int{}
	var out []shapeGroup
	for _, id := range e.Peers {
		if m.u.indexOf[m.ci][id] < 0 {
			continue
		}
		shape := m.u.shapeOf[id]
		i, ok := at[shape]
		if !ok {
			i = len(out)
			at[shape] = i
			out = append(out, shapeGroup{shape: shape})
		}
		out[i].peers = append(out[i].peers, id)
	}
	return out
}

// pair is one kind of flow between two ends, with an example.
type pair struct {
	kind     flowKind
	src, dst PeerID
}

// pairs returns every kind of flow between two ends that joins two different
// pods, each with an example. same reports that there were pairs of a pod with
// itself. Where an end is outside, it is judged towards each pod by the members
// that have a family in common with it, if there are any: internet means the
// internet of the pod's family.
func (m *Matrix) pairs(src, dst []shapeGroup) (out []pair, same bool) {
	same = m.eachPair(src, dst, func(p pair) { out = append(out, p) })
	return out, same
}

// eachPair is pairs, one after the other.
func (m *Matrix) eachPair(src, dst []shapeGroup, yield func(pair)) (same bool) {
	for i := range src {
		for j := range dst {
			a, b := &src[i], &dst[j]
			if !m.shapesMeet(a.shape, b.shape) &&
				(m.isOutside(a) && m.meetsAny(b.shape, src) || m.isOutside(b) && m.meetsAny(a.shape, dst)) {
				continue
			}
			if m.isOutside(a) != m.isOutside(b) { // on no node, and nobody in common
				yield(pair{flowKind{a.shape, b.shape, unrelated}, a.peers[0], b.peers[0]})
				continue
			}
			found, self := m.groupPairs(a, b)
			for _, p := range found {
				yield(p)
			}
			same = same || self
		}
	}
	return same
}

func (m *Matrix) isOutside(g *shapeGroup) bool { return m.u.peers[g.peers[0]].Kind == OutsidePeer }

// meetsAny reports whether a shape has a family in common with a member of an
// end that is outside.
func (m *Matrix) meetsAny(shape int32, groups []shapeGroup) bool {
	for i := range groups {
		if m.isOutside(&groups[i]) && m.shapesMeet(shape, groups[i].shape) {
			return true
		}
	}
	return false
}

func (m *Matrix) shapesMeet(a, b int32) bool {
	for _, x := range m.u.shapes[a] {
		for _, y := range m.u.shapes[b] {
			if m.meet(x, y) {
				return true
			}
		}
	}
	return false
}

// groupPairs returns the kinds of flow between two groups. Where neither is of
// nodes the first pair of different pods stands for all.
func (m *Matrix) groupPairs(a, b *shapeGroup) (out []pair, self bool) {
	return m.groupPairsOn(a, b, func() map[int32][]PeerID { return m.byNode(b.peers) })
}

// byNode returns peers by their node, without those that have none.
func (m *Matrix) byNode(peers []PeerID) map[int32][]PeerID {
	out := map[int32][]PeerID{}
	for _, q := range peers {
		if n := m.nodeOf[q]; n >= 0 {
			out[n] = append(out[n], q)
		}
	}
	return out
}

// groupPairsOn is groupPairs, given how to find the peers of b by node.
func (m *Matrix) groupPairsOn(a, b *shapeGroup, peersByNode func() map[int32][]PeerID) (out []pair, self bool) {
	var byNode map[int32][]PeerID
	fromNodes, toNodes := m.isNodeLike(a.peers[0]), m.isNodeLike(b.peers[0])
	onNodes := fromNodes || toNodes
	if onNodes {
		byNode = peersByNode()
	}
	var seen [fromOwnNode | toOwnNode + 1]bool
	take := func(p, q PeerID, rel relation) {
		if !seen[rel] {
			seen[rel] = true
			out = append(out, pair{flowKind{a.shape, b.shape, rel}, p, q})
		}
	}
	for _, p := range a.peers {
		if len(out) == 2 && fromNodes != toNodes {
			break // there are no more relations, and nobody in common
		}
		if _, shared := slices.BinarySearch(b.peers, p); shared && m.itself(p) {
			self = true
		}
		near := byNode[m.nodeOf[p]]
		for _, q := range near {
			if p != q || !m.itself(p) {
				take(p, q, m.relation(p, q))
				break
			}
		}
		if seen[unrelated] {
			if !onNodes {
				break
			}
			continue
		}
		for _, q := range b.peers {
			if p == q && m.itself(p) {
				continue
			}
			if rel := m.relation(p, q); rel == unrelated {
				take(p, q, rel)
				break
			}
		}
	}
	return out, self
}

// Judge returns the verdict about the flows from src to dst on the ports that
// match. Pairs of a pod with itself are left out, unless nothing else remains:
// an end with itself is judged between two different pods if it has two. For an
// end outside, members without a family in common with the other end are left
// out likewise.
func (m *Matrix) Judge(src, dst End, port model.PortMatch) Answer {
	if len(src.Peers) == 0 || len(dst.Peers) == 0 {
		return Answer{}
	}
	if src.Outside && dst.Outside {
		return Answer{Notes: []string{noteOutside}}
	}
	j := judge{m: m, profiler: newProfiler(m), verdicts: make([]model.Mix, m.u.ports.Len()), asked: port, done: map[judged]bool{}, named: map[int32][]PortRange{}}
	destinations := m.groupShapes(dst)
	if port.Kind == model.PortNamed {
		destinations = m.groupByNumbers(destinations, nameOf(port))
	}
	pairs, same := m.pairs(m.groupShapes(src), destinations)
	for _, p := range pairs {
		j.add(p.src, p.dst, j.profiler.of(p.kind))
	}
	if len(pairs) == 0 && same {
		j.notes = append(j.notes, noteItself)
		for _, id := range src.Peers {
			if _, ok := slices.BinarySearch(dst.Peers, id); ok {
				j.add(id, id, j.profiler.uniform(model.Allowed))
			}
		}
	}
	for _, p := range pairs {
		if !m.shapesMeet(p.kind.src, p.kind.dst) {
			j.notes = append(j.notes, noteNoFamily)
			break
		}
	}
	return j.answer(dst)
}

// judge gathers the verdicts about a set of flows.
type judge struct {
	m         *Matrix
	profiler  *profiler
	asked     model.PortMatch
	verdicts  []model.Mix // by port atom, empty where not asked
	witnesses [5]*Witness // by verdict
	done      map[judged]bool
	named     map[int32][]PortRange // by atom: the numbers that the asked name has there
	notes     []string
}

// judged is a profile over the ports that were asked for: those of one
// destination, where it is a name that stands for other numbers elsewhere.
type judged struct {
	profile int32
	numbers string
}

// add adds the flows of one kind, with src to dst as an example.
func (j *judge) add(src, dst PeerID, profile int32) {
	key := judged{profile: profile}
	if j.asked.Kind == model.PortNamed {
		key.numbers = numbersKey(j.m.portNumbers(nameOf(j.asked), dst))
	}
	if j.done[key] {
		return
	}
	j.done[key] = true
	for _, asked := range j.ranges(dst) {
		lo, hi := j.m.u.ports.Range(asked.Protocol, asked.First, asked.Last)
		for atom := lo; atom < hi; atom++ {
			v := j.profiler.list[profile].at(atom)
			j.verdicts[atom] = j.verdicts[atom].With(v)
			if j.witnesses[v] == nil {
				j.witnesses[v] = &Witness{src, dst, j.m.clip(atom, asked), v}
			}
		}
	}
}

// ranges returns the ports that were asked for, of flows to dst.
func (j *judge) ranges(dst PeerID) []PortRange {
	switch j.asked.Kind {
	case model.PortAny:
	case model.PortRange:
		return []PortRange{{j.asked.Protocol, j.asked.First, j.asked.Last}}
	case model.PortNamed:
		var out []PortRange
		for _, n := range sortedNumbers(j.m.portNumbers(nameOf(j.asked), dst)) {
			r := PortRange{n.protocol, n.port, n.port}
			out = append(out, r)
			atom := int32(j.m.u.ports.Of(n.protocol, n.port))
			if !slices.Contains(j.named[atom], r) {
				j.named[atom] = append(j.named[atom], r)
			}
		}
		return out
	}
	return everyPort
}

var everyPort = []PortRange{
	{model.TCP, model.MinPort, model.MaxPort}, {model.UDP, model.MinPort, model.MaxPort}, {model.SCTP, model.MinPort, model.MaxPort},
}

// portNumbers returns what a named port is on a peer. Every declared port
// counts here, whether or not a rule names it.
func (m *Matrix) portNumbers(name portName, dst PeerID) map[portNumber]Match {
	p := m.pod(dst)
	if p == nil {
		return nil
	}
	return resolvePorts(p.Ports, name, model.Yes, FullMatch)
}

// groupByNumbers parts groups of one shape further, by what a named port is on
// their members: a name that no rule uses is not part of a shape.
func (m *Matrix) groupByNumbers(groups []shapeGroup, name portName) []shapeGroup {
	var out []shapeGroup
	for _, g := range groups {
		at := map[string]int{}
		for _, id := range g.peers {
			key := numbersKey(m.portNumbers(name, id))
			i, ok := at[key]
			if !ok {
				i = len(out)
				at[key] = i
				out = append(out, shapeGroup{shape: g.shape})
			}
			out[i].peers = append(out[i].peers, id)
		}
	}
	return out
}

// Numbers returns what a named port is on the members of an end, and whether it
// is the same on all of them. Else it is what it is on one of them.
func (m *Matrix) Numbers(e End, port model.PortMatch) (numbers []PortRange, same bool) {
	key := ""
	for k, id := range e.Peers {
		on := m.portNumbers(nameOf(port), id)
		if k > 0 && numbersKey(on) != key {
			return numbers, false
		}
		if k == 0 {
			key = numbersKey(on)
			for _, n := range sortedNumbers(on) {
				numbers = append(numbers, PortRange{n.protocol, n.port, n.port})
			}
		}
	}
	return numbers, true
}

// numbersKey returns the numbers as a map key.
func numbersKey(numbers map[portNumber]Match) string {
	var key []byte
	for _, n := range sortedNumbers(numbers) {
		key = append(key, byte(n.protocol), byte(n.port>>8), byte(n.port))
	}
	return string(key)
}

// clip returns the ports of an atom that lie in a range.
func (m *Matrix) clip(atom int, in PortRange) PortRange {
	p, first, last := m.u.ports.Bounds(atom)
	return PortRange{p, max(first, in.First), min(last, in.Last)}
}

// order of verdicts in an answer.
var verdictOrder = []model.Verdict{model.Allowed, model.Some, model.Unknown, model.Denied}

func (j *judge) answer(dst End) Answer {
	a := Answer{Notes: j.notes}
	var pr profile
	var all model.Mix
	for atom, mix := range j.verdicts {
		pr.add(int32(atom), mix.Verdict())
		all |= mix
	}
	a.Verdict = all.Verdict()
	a.Segments = j.m.segments(&pr, func(atom int) []PortRange {
		switch j.asked.Kind {
		case model.PortNamed:
			return j.named[int32(atom)]
		case model.PortRange:
			return []PortRange{j.m.clip(atom, PortRange{j.asked.Protocol, j.asked.First, j.asked.Last})}
		case model.PortAny:
		}
		return []PortRange{j.m.atomRange(atom)}
	})
	for _, v := range verdictOrder {
		if w := j.witnesses[v]; w != nil {
			a.Witnesses = append(a.Witnesses, *w)
		}
	}
	if j.asked.Kind == model.PortNamed {
		a.Notes = append(a.Notes, j.m.nameNotes(j.asked, dst)...)
	}
	return a
}

// nameNotes says which destinations do not have a named port.
func (m *Matrix) nameNotes(port model.PortMatch, dst End) []string {
	without := 0
	for _, id := range dst.Peers {
		if len(m.portNumbers(nameOf(port), id)) == 0 {
			without++
		}
	}
	switch {
	case without == 0:
		return nil
	case without == len(dst.Peers):
		return []string{fmt.Sprintf("%s has no %s port named %q", dst.Name, port.Protocol, port.Name)}
	}
	return []string{fmt.Sprintf("%d of %d pods have no %s port named %q and are left out", without, len(dst.Peers), port.Protocol, port.Name)}
}

// atomRange returns the ports of an atom.
func (m *Matrix) atomRange(atom int) PortRange {
	p, first, last := m.u.ports.Bounds(atom)
	return PortRange{p, first, last}
}

// segments returns the parts of a profile by verdict, in the order of answers;
// ports tells which ports of an atom are meant. Parts with nothing to judge are
// left out.
func (m *Matrix) segments(p *profile, ports func(atom int) []PortRange) []Segment {
	byVerdict := map[model.Verdict][]PortRange{}
	for i, v := range p.verdicts {
		end := m.u.ports.Len()
		if i+1 < len(p.starts) {
			end = int(p.starts[i+1])
		}
		if v == model.None {
			continue
		}
		for atom := int(p.starts[i]); atom < end; atom++ {
			for _, r := range ports(atom) {
				byVerdict[v] = appendRange(byVerdict[v], r)
			}
		}
	}
	var out []Segment
	for _, v := range verdictOrder {
		if rs := byVerdict[v]; len(rs) > 0 {
			if slices.Equal(rs, everyPort) {
				rs = nil
			}
			out = append(out, Segment{v, rs})
		}
	}
	return out
}

// appendRange appends r, or lets the last range go on if r follows it.
func appendRange(rs []PortRange, r PortRange) []PortRange {
	if n := len(rs) - 1; n >= 0 && rs[n].Protocol == r.Protocol && rs[n].Last != model.MaxPort && rs[n].Last+1 == r.First {
		rs[n].Last = r.Last
		return rs
	}
	return append(rs, r)
}
