package engine

import (
	"cmp"
	"math/bits"
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// exposed returns the n workloads that are open the widest.
func (m *Matrix) exposed(n int) []Exposure {
	if n <= 0 || len(m.cluster.Workloads) == 0 {
		return nil
	}
	ingress := &m.dirs[model.Ingress]
	a := newIntake(m)
	byProgram := make([]admitted, len(ingress.programs))
	for i := range ingress.programs {
		byProgram[i] = a.of(&ingress.programs[i])
	}
	all := make([]Exposure, len(m.cluster.Workloads))
	seen := make([]int32, len(all))
	for id := range m.u.pods {
		p := m.pod(PeerID(id))
		if p == nil {
			continue
		}
		e := &all[p.Workload]
		for _, class := range m.u.shapes[m.u.shapeOf[id]] {
			program := ingress.programOf[class]
			if seen[p.Workload] == program+1 {
				continue // the pod before was the same
			}
			seen[p.Workload] = program + 1
			e.Sources = max(e.Sources, byProgram[program].pods)
			e.Internet = e.Internet || byProgram[program].internet
		}
	}
	return m.widest(all, n)
}

// widest returns the n widest open of all exposures, which are by workload and
// have no names yet.
func (m *Matrix) widest(all []Exposure, n int) []Exposure {
	order := make([]int32, len(all))
	for w := range order {
		order[w] = int32(w)
	}
	width := func(a, b int32) int {
		return cmp.Or(compareBool(all[b].Internet, all[a].Internet), cmp.Compare(all[b].Sources, all[a].Sources))
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(width(a, b), cmp.Compare(a, b)) })
	// Names decide among those that are as wide as the last.
	wide := min(n, len(order))
	for wide < len(order) && width(order[wide-1], order[wide]) == 0 {
		wide++
	}
	out := make([]Exposure, wide)
	for i, w := range order[:wide] {
		out[i] = all[w]
		out[i].Workload = m.workloadName(int(w))
	}
	slices.SortFunc(out, func(a, b Exposure) int {
		return cmp.Or(compareBool(b.Internet, a.Internet), cmp.Compare(b.Sources, a.Sources), cmp.Compare(a.Workload, b.Workload))
	})
	return out[:min(n, len(out))]
}

// admitted is what a program lets in on some port.
type admitted struct {
	pods     int
	internet bool
}

// intake finds what programs let in, each distinct union of rows once.
type intake struct {
	m     *Matrix
	sets  *bitset.Sets // those of the ingress, and the unions
	known map[bitset.ID]admitted
	union []bitset.ID // scratch

	weight []uint64          // by class: its pods, as often as they have members in it
	slices [][]uint64        // by bit of a weight: the classes that have it
	public []uint64          // the classes of addresses of the internet
	pods   []uint64          // by shape
	shapes map[int32][]int32 // by class: the shapes of several members that it is one of
	mixed  []int32           // the shapes of several members
	bulks  []bulkSums        // by bulk
}

// bulkSums is what a bulk holds.
type bulkSums struct {
	known  bool
	pods   uint64
	public int // classes
}

func newIntake(m *Matrix) *intake {
	words := (m.u.classes + 63) / 64
	a := &intake{
		m: m, sets: m.dirs[model.Ingress].sets.Extend(), known: map[bitset.ID]admitted{}, weight: make([]uint64, m.u.classes),
		public: make([]uint64, words), pods: make([]uint64, len(m.u.shapes)), shapes: map[int32][]int32{},
	}
	for _, s := range m.shapes() {
		classes := m.u.shapes[s.shape]
		a.pods[s.shape] = s.weight
		for _, class := range classes {
			a.weight[class] += s.weight
			if len(classes) > 1 {
				a.shapes[class] = append(a.shapes[class], s.shape)
			}
		}
		if len(classes) > 1 {
			a.mixed = append(a.mixed, s.shape)
		}
	}
	for class, w := range a.weight {
		for ; w != 0; w &= w - 1 {
			bit := bits.TrailingZeros64(w)
			for len(a.slices) <= bit {
				a.slices = append(a.slices, make([]uint64, words))
			}
			a.slices[bit][class/64] |= 1 << (class % 64)
		}
	}
	for _, id := range m.outsideEnd(false).Peers {
		for _, class := range m.u.shapes[m.u.shapeOf[id]] {
			a.public[class/64] |= 1 << (class % 64)
		}
	}
	return a
}

// of returns what a program certainly lets in on some port.
func (a *intake) of(p *program) admitted {
	a.union = a.union[:0]
	for _, b := range p.rows {
		a.union = append(a.union, b.lo)
	}
	slices.Sort(a.union)
	row := a.sets.Union(slices.Compact(a.union))
	out, ok := a.known[row]
	if !ok {
		out = a.sum(row)
		a.known[row] = out
	}
	return out
}

// sum counts what is in a row: what is in its bulk, and then its flips.
func (a *intake) sum(row bitset.ID) admitted {
	bulk := a.sets.Bulk(row)
	s := a.bulk(bulk)
	touched := map[int32]bool{} // shapes of several members of which one is flipped
	for _, class := range a.sets.Flips(row) {
		sign, one := uint64(1), 1
		if a.sets.InBulk(bulk, class) {
			sign, one = minus(1), -1
		}
		s.pods += sign * a.weight[class]
		if a.public[class/64]>>(class%64)&1 != 0 {
			s.public += one
		}
		for _, shape := range a.shapes[class] {
			touched[shape] = true
		}
	}
	for shape := range touched {
		classes := a.m.u.shapes[shape]
		before := a.twice(shape, func(k int) bool { return a.sets.InBulk(bulk, classes[k]) })
		after := a.twice(shape, func(k int) bool { return a.sets.Has(row, classes[k]) })
		s.pods += before - after
	}
	return admitted{int(s.pods), s.public > 0}
}

// bulk counts what is in a bulk.
func (a *intake) bulk(bulk int) bulkSums {
	for len(a.bulks) <= bulk {
		a.bulks = append(a.bulks, bulkSums{})
	}
	s := &a.bulks[bulk]
	if s.known {
		return *s
	}
	s.known = true
	words := a.sets.BulkWords(bulk)
	for bit, slice := range a.slices {
		s.pods += uint64(shared(words, slice)) << bit
	}
	s.public = shared(words, a.public)
	for _, shape := range a.mixed {
		n := uint64(0)
		for _, class := range a.m.u.shapes[shape] {
			n += words[class/64] >> (class % 64) & 1
		}
		if n > 1 {
			s.pods -= (n - 1) * a.pods[shape]
		}
	}
	return *s
}

// shared returns how many members two sets of words share.
func shared(a, b []uint64) int {
	n := 0
	b = b[:len(a)]
	for i, w := range a {
		n += bits.OnesCount64(w & b[i])
	}
	return n
}

// twice returns by how much the weights by class count the pods of a shape too
// much, given which of its members are in a set (NP-53).
func (a *intake) twice(shape int32, in func(k int) bool) uint64 {
	n := uint64(0)
	for k := range a.m.u.shapes[shape] {
		if in(k) {
			n++
		}
	}
	return max(n, 1)*a.pods[shape] - a.pods[shape]
}
