package engine

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine/internal/atoms"
	"netreach/model"
	"netreach/model/expect"
)

// End is a set of peers under the name that a user gave or that a table
// prints.
type End struct {
	Name string
	// Outside tells that every member is an address outside.
	Outside bool
	// Weight is the number of pods and nodes in the end; 0 for outside.
	Weight int
	// Peers is ascending.
	Peers []PeerID
}

// end returns an end of the given peers, in any order.
func (m *Matrix) end(name string, peers []PeerID) End {
	slices.Sort(peers)
	e := End{Name: name, Peers: slices.Compact(peers), Outside: true}
	for _, id := range e.Peers {
		switch p := m.pod(id); {
		case p != nil:
			e.Weight += p.Weight
			e.Outside = false
		case m.u.peers[id].Kind == NodePeer:
			e.Weight++
			e.Outside = false
		}
	}
	return e
}

// podPeers returns the peers of the cluster's pods.
func (m *Matrix) podPeers() []PeerID {
	out := make([]PeerID, 0, len(m.cluster.Pods))
	for id := range m.u.pods {
		if m.pod(PeerID(id)) != nil {
			out = append(out, PeerID(id))
		}
	}
	return out
}

// Pods returns an end for each pod, by name. A pod is named "ns/name"; one that
// stands for a workload of the same name as another pod, "ns/kind/name".
func (m *Matrix) Pods() []End {
	var out []End
	for _, id := range m.podPeers() {
		out = append(out, m.end(m.PeerName(id), []PeerID{id}))
	}
	return out
}

// PeerName returns the name of a peer, as the language of peers has it: a pod is
// "ns/name", or "ns/kind/name" where that is not unique.
func (m *Matrix) PeerName(id PeerID) string {
	p := &m.u.peers[id]
	if p.Workload != "" && m.u.names().several[podKey{namespace: p.Namespace, name: p.Name}] {
		return p.Namespace + "/" + strings.ToLower(p.Workload) + "/" + p.Name
	}
	return p.String()
}

// Workloads returns an end for each workload, sorted by namespace, name and
// kind. A workload is named "ns/name", or "ns/kind/name" where that is not
// unique.
func (m *Matrix) Workloads() []End {
	members := make([][]PeerID, len(m.cluster.Workloads))
	for _, id := range m.podPeers() {
		w := m.pod(id).Workload
		members[w] = append(members[w], id)
	}
	var out []End
	for _, w := range m.workloadsByName() {
		if len(members[w]) > 0 {
			out = append(out, m.end(m.workloadName(w), members[w]))
		}
	}
	return out
}

func (m *Matrix) workloadsByName() []int {
	ws := m.cluster.Workloads
	order := make([]int, len(ws))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(strings.Compare(ws[a].Namespace, ws[b].Namespace), strings.Compare(ws[a].Name, ws[b].Name), strings.Compare(ws[a].Kind, ws[b].Kind))
	})
	return order
}

// workloadName returns the name under which the i-th workload prints.
func (m *Matrix) workloadName(i int) string {
	w := &m.cluster.Workloads[i]
	if len(m.workloadsNamed(w.Namespace, w.Name)) > 1 {
		return w.Namespace + "/" + strings.ToLower(w.Kind) + "/" + w.Name
	}
	return w.Namespace + "/" + w.Name
}

// nameWorkloads returns the workloads by name: see Matrix.byName.
func (m *Matrix) nameWorkloads() map[string][]int {
	byName := make(map[string][]int, len(m.cluster.Workloads))
	for i := range m.cluster.Workloads {
		w := &m.cluster.Workloads[i]
		key := w.Namespace + "/" + w.Name
		byName[key] = append(byName[key], i)
	}
	return byName
}

// workloadsNamed returns the indices of the workloads ns/name, of any kind.
func (m *Matrix) workloadsNamed(namespace, name string) []int {
	return m.byName()[namespace+"/"+name]
}

// Namespaces returns an end for each namespace that has a pod, named "ns/*".
func (m *Matrix) Namespaces() []End {
	members := map[string][]PeerID{}
	for _, id := range m.podPeers() {
		ns := m.u.peers[id].Namespace
		members[ns] = append(members[ns], id)
	}
	var out []End
	for _, ns := range sortedKeys(members) {
		out = append(out, m.end(ns+"/*", members[ns]))
	}
	return out
}

// Outside returns the addresses outside as ends: "internet" and "private"
// first, and behind each, where its members differ in some verdict, its parts:
// the largest ranges of one behaviour, named by CIDR or "A-B". Given other
// matrices of the universe, a part has one behaviour in each of them.
func (m *Matrix) Outside(others ...*Matrix) []End {
	behaviour := m.jointBehaviour(others...)
	var out []End
	for _, special := range []bool{false, true} {
		whole, parts := m.outsideParts(special, behaviour, others)
		out = append(out, whole)
		out = append(out, parts...)
	}
	return out
}

// jointBehaviour returns a signature for each class of addresses: that of its
// behaviour in this and in other matrices of the universe.
func (m *Matrix) jointBehaviour(others ...*Matrix) []uint64 {
	behaviour := m.outsideBehaviour()
	for _, o := range others {
		for class, h := range o.outsideBehaviour() {
			behaviour[class] = 31*behaviour[class] + h
		}
	}
	return behaviour
}

// outsideEnd returns the end "internet", or "private" for the special space, as
// outsideRanges has them.
func (m *Matrix) outsideEnd(special bool, others ...*Matrix) End {
	name := "internet"
	if special {
		name = "private"
	}
	var peers []PeerID
	for _, r := range m.outsideRanges(special, others...) {
		peers = append(peers, m.u.outsidePeer(r.Class))
	}
	return m.end(name, peers)
}

// outsideRanges returns the ranges of internet, or of private. IPv6 is part of
// them only where the input knows of IPv6. What pods, nodes and Services have is
// not; given other matrices of the universe, only if it is so in each of them.
func (m *Matrix) outsideRanges(special bool, others ...*Matrix) []atoms.Range {
	return slices.DeleteFunc(m.u.addrs.Ranges(), func(r atoms.Range) bool {
		return m.u.addrs.Special(r.Class) != special || r.From.Is6() && !m.u.hasIPv6 ||
			m.isKnown(r) && !slices.ContainsFunc(others, func(o *Matrix) bool { return !o.isKnown(r) })
	})
}

// outsideParts returns internet or private, and its parts of one behaviour and
// family, of which there is one where nothing differs.
func (m *Matrix) outsideParts(special bool, behaviour []uint64, others []*Matrix) (whole End, parts []End) {
	uniform := m.uniformRanges(special, behaviour, others...)
	if differs(uniform, behaviour) {
		for _, r := range uniform {
			parts = append(parts, m.end(r.String(), r.peers))
		}
	}
	return m.outsideEnd(special, others...), parts
}

// uniformRange is a range of addresses outside that have one behaviour.
type uniformRange struct {
	AddrRange
	class int // one of its address classes
	peers []PeerID
}

// uniformRanges returns the largest ranges of one behaviour that internet or
// private consists of, ascending.
func (m *Matrix) uniformRanges(special bool, behaviour []uint64, others ...*Matrix) []uniformRange {
	var out []uniformRange
	for _, r := range m.outsideRanges(special, others...) {
		peer := m.u.outsidePeer(r.Class)
		if n := len(out) - 1; n >= 0 && behaviour[r.Class] == behaviour[out[n].class] && out[n].Last.Next() == r.From {
			out[n].Last = r.To
			out[n].peers = append(out[n].peers, peer)
		} else {
			out = append(out, uniformRange{AddrRange{r.From, r.To}, r.Class, []PeerID{peer}})
		}
	}
	return out
}

// differs reports whether ranges have more than one behaviour.
func differs(ranges []uniformRange, behaviour []uint64) bool {
	return slices.ContainsFunc(ranges, func(r uniformRange) bool { return behaviour[r.class] != behaviour[ranges[0].class] })
}

// outsideBehaviour returns a signature for each class of addresses: equal where
// every row of the matrix treats two alike.
func (m *Matrix) outsideBehaviour() []uint64 {
	out := make([]uint64, m.u.addrs.Len())
	mark := func(class int32, h uint64) { out[m.ground.attr(int(class)).addr] ^= h }
	for d := range model.Directions {
		s := &m.dirs[d]
		// Rows with one bulk mark it together, and then their flips one by one.
		bulks := make([]uint64, s.sets.Bulks())
		for _, id := range s.distinctRows() {
			h := atoms.Word(2*uint64(id) + uint64(d))
			bulks[s.sets.Bulk(id)] ^= h
			for _, class := range slices.Backward(s.sets.Flips(id)) {
				if int(class) < m.u.outside {
					break
				}
				mark(class, h)
			}
		}
		for bulk, h := range bulks {
			if h == 0 {
				continue
			}
			for class := m.u.outside; class < m.u.classes; class++ {
				if s.sets.InBulk(bulk, int32(class)) {
					mark(int32(class), h)
				}
			}
		}
	}
	return out
}

// addrEnd returns the end of the addresses first to last: the pods and nodes
// that have one of them, and the addresses outside.
//
// One address that nobody has is an end without members.
func (m *Matrix) addrEnd(name string, first, last netip.Addr) End {
	if first == last && !m.Nobody(first) {
		return m.end(name, []PeerID{m.u.AddrID(first)})
	}
	e := m.rangeOutside(name, first, last)
	var known []PeerID
	for a, id := range m.u.owners() {
		if first.Compare(a) <= 0 && a.Compare(last) <= 0 {
			known = append(known, id)
		}
	}
	if len(known) == 0 {
		return e
	}
	return m.end(name, append(known, e.Peers...))
}

// External returns the end of an address, a CIDR or a range as a place outside
// the cluster, as a user adds one to a matrix: the pods and nodes that have an
// address of a range are not members of it. One single address of a pod or node
// means that pod or node, and one that nobody has is a *PeerError.
func (m *Matrix) External(p expect.Peer) (End, error) {
	if p.Kind == expect.Addresses && p.First != p.Last {
		return m.rangeOutside(p.Text, p.First, p.Last), nil
	}
	e, err := m.Resolve(p)
	if err == nil && len(e.Peers) == 0 {
		return End{}, m.nobodyAt(p)
	}
	return e, err
}

func (m *Matrix) rangeOutside(name string, first, last netip.Addr) End {
	var peers []PeerID
	for _, r := range m.u.addrs.Between(first, last) {
		if !m.isKnown(r) {
			peers = append(peers, m.u.outsidePeer(r.Class))
		}
	}
	return m.end(name, peers)
}

// podsWhere returns the peers of the pods for which keep holds.
func (m *Matrix) podsWhere(keep func(*model.Pod) bool) []PeerID {
	var out []PeerID
	for _, id := range m.podPeers() {
		if keep(m.pod(id)) {
			out = append(out, id)
		}
	}
	return out
}
