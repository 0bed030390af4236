package engine

import (
	"cmp"
	"maps"
	"slices"

	"go4.org/netipx"

	"netreach/model"
	"netreach/model/expect"
)

// Demand is a line of a file with its peers found: what it demands of a cluster.
type Demand struct {
	Form    expect.Form
	Verdict model.Verdict
	// Src and Dst hold a side for each peer that the line lists. SrcExcept and
	// DstExcept are left out of each of them, PortsExcept of the ports.
	Src, Dst             []Side
	SrcExcept, DstExcept Side
	Ports, PortsExcept   []model.PortMatch
	Each                 bool // as in expect.Line
}

// Sides returns all peers of the two sides of a demand.
func (d *Demand) Sides() (src, dst Side) { return d.source(), d.destination() }

// source and destination return all peers of a side of the line.
func (d *Demand) source() Side      { return together(d.Src).Without(d.SrcExcept) }
func (d *Demand) destination() Side { return together(d.Dst).Without(d.DstExcept) }

// together returns the peers of all sides.
func together(sides []Side) Side {
	if len(sides) == 1 {
		return sides[0]
	}
	var all Side
	var outside []*netipx.IPSet
	for _, s := range sides {
		all.inside = append(all.inside, s.inside...)
		if s.outside != nil {
			outside = append(outside, s.outside)
		}
	}
	slices.Sort(all.inside)
	all.inside = slices.Compact(all.inside)
	switch len(outside) {
	case 0:
	case 1:
		all.outside = outside[0]
	default:
		all.outside = ipSet(func(b *netipx.IPSetBuilder) {
			for _, set := range outside {
				b.AddSet(set)
			}
		})
	}
	return all
}

// Finding is what became of a demand.
type Finding struct {
	// Holds tells that the cluster is as demanded.
	Holds bool
	// Nothing says why there is nothing to judge, where that is so: then the
	// demand neither holds nor fails, unless it is that there is nothing.
	Nothing string
	// Pairs counts the pairs of pods, nodes and sets of addresses that were judged,
	// and Failing those that are not as demanded on some port. Where the verdict is
	// about the set as a whole both are 0.
	Pairs, Failing uint64
	// Witness is a flow that is not as demanded, or nil.
	Witness *Witness
	// Else tells of Only that the witness is of somebody else: one who may open
	// connections and is not named.
	Else bool
	// Verdict is the verdict about the set that is not as demanded.
	Verdict model.Verdict
	// Skipped is the number of destinations that have none of the ports, all of
	// which the line names by a name: they are left out.
	Skipped int
	// Opened are the flows that no line is about and that are not denied: of Rest.
	Opened []Opening
}

// Checker checks the demands of one file against a matrix. It belongs to one
// goroutine.
type Checker struct {
	m        *Matrix
	demands  []Demand
	profiler *profiler
	sets     *peerSets
	everyone Side
}

// NewChecker returns a checker of the lines of one file: what a Rest demands
// depends on the others.
func NewChecker(m *Matrix, demands []Demand) *Checker {
	return &Checker{m: m, demands: demands, profiler: newProfiler(m), sets: newPeerSets(m), everyone: m.Everyone()}
}

// Check returns what becomes of the i-th demand. Allow and deny, and only, are
// judged over every pair of members on every port; a pair of a pod with itself is
// left out unless there is no other, and a pair outside as in Judge. Cost follows
// the programs of the two sides; where the demand fails, it follows the kinds of
// peers for the count.
func (c *Checker) Check(i int) Finding {
	d := &c.demands[i]
	switch {
	case d.Form == expect.Rest:
		return c.rest()
	case d.Form == expect.Only, d.Verdict == model.Allowed, d.Verdict == model.Denied:
		sets := c.flowSets(d)
		f := c.uniform(sets)
		if f.Nothing == nothingNamed && len(d.PortsExcept) > 0 {
			f.Nothing = nothingLeft
		}
		f.Skipped = len(sets[0].dst) - destinationsOf(sets[0].batches)
		return f
	}
	return c.mixed(c.items(d))
}

// flowSet is flows that are all to have one verdict.
type flowSet struct {
	wanted model.Verdict
	// others tells that they are those of somebody else than the line names. Then
	// pairs of a pod and its own node are left out (NP-42).
	others   bool
	src, dst []PeerID
	source   *party
	batches  []portBatch
}

// flowSets returns the flows of a demand for allow or deny, or of only.
func (c *Checker) flowSets(d *Demand) []*flowSet {
	dst := c.m.peers(d.destination())
	source := d.source()
	out := []*flowSet{c.flowSet(c.m.peers(source), dst, d, d.Verdict)}
	if d.Form == expect.Only {
		others := c.flowSet(c.m.peers(c.everyone.Without(source)), dst, d, model.Denied)
		others.others = true
		out = append(out, others)
	}
	return out
}

func (c *Checker) flowSet(src, dst []PeerID, d *Demand, wanted model.Verdict) *flowSet {
	p := &flowSet{wanted: wanted, src: src, dst: dst, source: c.m.party(src, model.Egress, c.sets), batches: c.m.batches(dst, d.Ports, d.PortsExcept)}
	for i := range p.batches {
		b := &p.batches[i]
		b.target = c.m.party(b.dst, model.Ingress, c.sets)
		b.selves = c.m.selves(p.source, b.target)
	}
	return p
}

// portBatch is flows to destinations on the same ports.
type portBatch struct {
	dst   []PeerID
	ports []PortRange // ascending
	spans []atomRange // the atoms of these ports, ascending
	// Of a flowSet: the destinations sorted, and the classes of a pod alone with itself.
	target *party
	selves map[int32]bool
}

// batches groups destinations by what the ports are on them. Destinations that
// have none of them are left out.
func (m *Matrix) batches(dst []PeerID, ports, except []model.PortMatch) []portBatch {
	var named []portName
	var fixed []PortRange
	for _, p := range ports {
		switch p.Kind {
		case model.PortAny:
			fixed = append(fixed, everyPort...)
		case model.PortRange:
			fixed = append(fixed, PortRange{p.Protocol, p.First, p.Last})
		case model.PortNamed:
			named = append(named, nameOf(p))
		}
	}
	var left []PortRange
	for _, e := range except {
		left = append(left, PortRange{e.Protocol, e.First, e.Last})
	}
	at := map[string]int{}
	var out []portBatch
	for _, id := range dst {
		var key []byte
		numbers := map[portNumber]Match{}
		for _, name := range named {
			maps.Copy(numbers, m.portNumbers(name, id))
		}
		key = append(key, numbersKey(numbers)...)
		k, ok := at[string(key)]
		if !ok {
			k = len(out)
			at[string(key)] = k
			ranges := slices.Clone(fixed)
			for n := range numbers {
				ranges = append(ranges, PortRange{n.protocol, n.port, n.port})
			}
			ranges = without(unite(ranges), left)
			b := portBatch{ports: ranges}
			for _, r := range ranges {
				lo, hi := m.u.ports.Range(r.Protocol, r.First, r.Last)
				b.spans = append(b.spans, atomRange{int32(lo), int32(hi)})
			}
			if len(b.spans) > 0 {
				b.spans = joinAtoms(b.spans)
			}
			out = append(out, b)
		}
		out[k].dst = append(out[k].dst, id)
	}
	return slices.DeleteFunc(out, func(b portBatch) bool { return len(b.ports) == 0 })
}

// unite sorts ranges of ports and joins those that overlap or touch.
func unite(ranges []PortRange) []PortRange {
	slices.SortFunc(ranges, func(a, b PortRange) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.First, b.First))
	})
	var out []PortRange
	for _, r := range ranges {
		if n := len(out) - 1; n >= 0 && out[n].Protocol == r.Protocol && int(r.First) <= int(out[n].Last)+1 {
			out[n].Last = max(out[n].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// asked returns the ports of an atom that a batch is about: the first range of
// them.
func (b *portBatch) asked(m *Matrix, atom int) PortRange {
	whole := m.atomRange(atom)
	for _, r := range b.ports {
		if r.Protocol == whole.Protocol && r.First <= whole.Last && whole.First <= r.Last {
			return m.clip(atom, r)
		}
	}
	return whole
}
