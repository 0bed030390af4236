package engine

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"netreach/engine/internal/atoms"
	"netreach/model"
	"netreach/model/expect"
)

// Opening is flows that no line is about and that are not denied: from every
// source to every destination. Sources and destinations are names of workloads and
// addresses outside, as a Lock writes them.
type Opening struct {
	// Verdict is that of some pair of pods at least.
	Verdict  model.Verdict
	Src, Dst []string
	// Ports is as in Segment.
	Ports []PortRange
	// Witness is one of the flows.
	Witness Witness
}

// rest checks "deny everything else": whether all flows between pods, and between
// pods and internet or private, are denied that no other line of the file is
// about. Nodes are no part of it, as they are none of a matrix. A pod with itself
// is left out.
//
// Peers of one shape that the same lines are about are looked at together, so that
// the cost follows the number of such groups, squared.
func (c *Checker) rest() Finding {
	r := newRemainder(c)
	f := Finding{Holds: true}
	r.check(c.profileOf, func(o openFlow) bool {
		f.Holds = false
		r.open.add(o)
		return true
	})
	f.Opened = r.open.blocks()
	for i := range f.Opened { // a flow between pods says more than one with an address
		w := &f.Opened[i].Witness
		if f.Witness == nil || c.m.betweenPods(w) && !c.m.betweenPods(f.Witness) {
			f.Witness = w
		}
	}
	return f
}

func (m *Matrix) betweenPods(w *Witness) bool {
	return m.u.peers[w.Src].Kind == PodPeer && m.u.peers[w.Dst].Kind == PodPeer
}

// remainder is what the lines of a file leave over.
type remainder struct {
	c     *Checker
	lines []*Demand // the other lines of the file
	// sources and destinations are the peers, cut by the lines that are about them.
	sources, destinations []restGroup
	open                  openings
}

// restGroup is peers of one shape that the same lines are about.
type restGroup struct {
	shapeGroup
	lines  []int // ascending
	ranges []AddrRange
	// ports holds, for destinations, the ports that each of the lines is about.
	ports [][]PortRange
}

// newRemainder sorts all peers.
func newRemainder(c *Checker) *remainder {
	r := &remainder{c: c, open: openings{
		m: c.m, pairs: map[openPair]map[model.Verdict]*openPorts{}, wholes: c.m.familyWords(),
	}}
	for i := range c.demands {
		if c.demands[i].Form != expect.Rest {
			r.lines = append(r.lines, &c.demands[i])
		}
	}
	src, dst := make([]Side, len(r.lines)), make([]Side, len(r.lines))
	for i, d := range r.lines {
		src[i], dst[i] = d.source(), d.destination()
	}
	r.sources, r.destinations = r.groups(src), r.groups(dst)
	r.resolvePorts()
	return r
}

// groups cuts the pods, internet and private by the sides that they are part of.
func (r *remainder) groups(sides []Side) []restGroup {
	m := r.c.m
	in := make([][]int, m.u.pods)
	for i, s := range sides {
		for _, id := range s.inside {
			if int(id) < m.u.pods {
				in[id] = append(in[id], i)
			}
		}
	}
	at := map[string]int{}
	var out []restGroup
	add := func(id PeerID, lines []int, ranges ...AddrRange) {
		key := binary.LittleEndian.AppendUint32(nil, uint32(m.u.shapeOf[id]))
		for _, l := range lines {
			key = binary.LittleEndian.AppendUint32(key, uint32(l))
		}
		k, ok := at[string(key)]
		if !ok {
			k = len(out)
			at[string(key)] = k
			out = append(out, restGroup{shapeGroup: shapeGroup{shape: m.u.shapeOf[id]}, lines: lines})
		}
		g := &out[k]
		if n := len(g.peers); n == 0 || g.peers[n-1] != id {
			g.peers = append(g.peers, id)
		}
		g.ranges = append(g.ranges, ranges...)
	}
	for _, id := range m.podPeers() {
		add(id, in[id])
	}
	for _, cell := range r.cells(sides) {
		add(m.u.outsidePeer(cell.Class), cell.lines, AddrRange{cell.From, cell.To})
	}
	return out
}

// cell is addresses outside that the same sides hold.
type cell struct {
	atoms.Range
	lines []int
}

// cells cuts internet and private at the borders of sides.
func (r *remainder) cells(sides []Side) []cell {
	m := r.c.m
	outside := m.wordSide(false, 0).With(m.wordSide(true, 0))
	var cuts []netip.Addr
	for _, s := range sides {
		if s.outside == nil {
			continue
		}
		for _, rg := range s.outside.Ranges() {
			cuts = append(cuts, rg.From())
			if next := rg.To().Next(); next.IsValid() {
				cuts = append(cuts, next)
			}
		}
	}
	slices.SortFunc(cuts, netip.Addr.Compare)
	cuts = slices.Compact(cuts)
	var out []cell
	for _, rg := range m.ranges(outside) {
		for rg.From.IsValid() {
			one := cell{Range: rg}
			at, found := slices.BinarySearchFunc(cuts, rg.From, netip.Addr.Compare)
			if found {
				at++
			}
			if at < len(cuts) && cuts[at].BitLen() == rg.From.BitLen() && cuts[at].Compare(rg.To) <= 0 {
				one.To = cuts[at].Prev()
			}
			for i, s := range sides {
				if s.outside != nil && s.outside.Contains(one.From) {
					one.lines = append(one.lines, i)
				}
			}
			out = append(out, one)
			if one.To == rg.To {
				break
			}
			rg.From = one.To.Next()
		}
	}
	return out
}

// resolvePorts finds the ports that each line has on each destination. A group
// whose members a named port is not the same on is cut.
func (r *remainder) resolvePorts() {
	m := r.c.m
	var out []restGroup
	for _, g := range r.destinations {
		parts := []restGroup{g}
		for _, l := range g.lines {
			d := r.lines[l]
			var next []restGroup
			for _, p := range parts {
				left := p.peers
				for _, b := range m.batches(p.peers, d.Ports, d.PortsExcept) {
					one := p
					one.peers = b.dst
					one.ports = append(slices.Clone(p.ports), b.ports)
					next = append(next, one)
					left = slices.DeleteFunc(slices.Clone(left), func(id PeerID) bool {
						_, ok := slices.BinarySearch(b.dst, id)
						return ok
					})
				}
				if len(left) > 0 { // the line is about none of their ports
					one := p
					one.peers = left
					one.ports = append(slices.Clone(p.ports), nil)
					next = append(next, one)
				}
			}
			parts = next
		}
		out = append(out, parts...)
	}
	r.destinations = out
}

// openFlow is flows of one kind, on ports that no line is about, that are not
// denied.
type openFlow struct {
	a, b    *restGroup
	pair    pair
	verdict model.Verdict
	ports   []PortRange
}

// check calls f with what is left over and not denied, until f returns false.
func (r *remainder) check(profileOf func(flowKind) *profile, f func(openFlow) bool) {
	for i := range r.sources {
		for k := range r.destinations {
			if !r.checkPair(&r.sources[i], &r.destinations[k], profileOf, f) {
				return
			}
		}
	}
}

// checkPair is check for two groups. It reports whether f never returned false.
func (r *remainder) checkPair(a, b *restGroup, profileOf func(flowKind) *profile, f func(openFlow) bool) bool {
	m := r.c.m
	if m.isOutside(&a.shapeGroup) && m.isOutside(&b.shapeGroup) || !m.shapesMeet(a.shape, b.shape) {
		return true
	}
	var covered []PortRange
	known := false
	pairs, _ := m.groupPairs(&a.shapeGroup, &b.shapeGroup)
	for _, p := range pairs {
		pr := profileOf(p.kind)
		for n, v := range pr.verdicts {
			if v == model.Denied || v == model.None {
				continue
			}
			if !known {
				covered, known = coveredBy(a, b), true
			}
			end := m.u.ports.Len()
			if n+1 < len(pr.starts) {
				end = int(pr.starts[n+1])
			}
			if left := without(m.portsOf(int(pr.starts[n]), end), covered); len(left) > 0 && !f(openFlow{a, b, p, v, left}) {
				return false
			}
		}
	}
	return true
}

// portsOf returns the ports of the atoms lo to hi-1.
func (m *Matrix) portsOf(lo, hi int) []PortRange {
	var out []PortRange
	for atom := lo; atom < hi; atom++ {
		out = appendRange(out, m.atomRange(atom))
	}
	return out
}

// coveredBy returns the ports that lines about both groups are about.
func coveredBy(a, b *restGroup) []PortRange {
	var out []PortRange
	i := 0
	for k, l := range b.lines {
		for i < len(a.lines) && a.lines[i] < l {
			i++
		}
		if i < len(a.lines) && a.lines[i] == l {
			out = append(out, b.ports[k]...)
		}
	}
	return unite(out)
}
