package engine

import (
	"cmp"
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
	groups := m.groupShapes(m.end("", m.podPeers()))
	weight := m.classWeights(groups)
	twice := m.newRepeats(groups)
	slices64 := make([][]uint64, 0, 64)
	for _, w := range weightSlices(weight) {
		slices64 = append(slices64, w)
	}
	var public bitset.Builder
	for class := m.u.outside; class < m.u.classes; class++ {
		if !m.u.addrs.Special(int(m.ground.attr(class).addr)) {
			public.Add(class)
		}
	}
	internet := public.Set()
	type admits struct {
		pods     int
		internet bool
	}
	byProgram := make([]admits, len(ingress.programs))
	var union bitset.Builder
	for i := range ingress.programs {
		rows := ingress.programs[i].rows
		admitted := ingress.rows[rows[0].lo]
		if len(rows) > 1 {
			for _, row := range rows {
				union.AddSet(ingress.rows[row.lo])
			}
			admitted = union.Set()
		}
		pods := admitted.Weigh(slices64) - twice.in(admitted)
		byProgram[i] = admits{int(pods), admitted.Intersects(internet)}
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
	for w := range all {
		all[w].Workload = m.workloadName(w)
	}
	slices.SortFunc(all, func(a, b Exposure) int {
		return cmp.Or(compareBool(b.Internet, a.Internet), cmp.Compare(b.Sources, a.Sources), cmp.Compare(a.Workload, b.Workload))
	})
	return all[:min(n, len(all))]
}

// classWeights returns the number of pods of each class.
func (m *Matrix) classWeights(groups []shapeGroup) []uint64 {
	out := make([]uint64, m.u.classes)
	for i := range groups {
		for _, class := range m.u.shapes[groups[i].shape] {
			out[class] += m.weightOf(groups[i].peers)
		}
	}
	return out
}

// repeats are the pods of several members, which weights by class count as
// often as they have members in a set (NP-53).
type repeats struct {
	classes *bitset.Set // those of members but the first
	pods    map[int][]repeat
}

// repeat is pods that have members in earlier classes, too.
type repeat struct {
	earlier []int32
	pods    uint64
}

func (m *Matrix) newRepeats(groups []shapeGroup) *repeats {
	r := &repeats{pods: map[int][]repeat{}}
	var b bitset.Builder
	for i := range groups {
		classes := m.u.shapes[groups[i].shape]
		for k := 1; k < len(classes); k++ {
			b.Add(int(classes[k]))
			r.pods[int(classes[k])] = append(r.pods[int(classes[k])], repeat{classes[:k], m.weightOf(groups[i].peers)})
		}
	}
	r.classes = b.Set()
	return r
}

// in returns how much the weights of the classes in s count too much.
func (r *repeats) in(s *bitset.Set) uint64 {
	if !s.Intersects(r.classes) {
		return 0
	}
	n := uint64(0)
	for class := range s.And(r.classes).All() {
		for _, p := range r.pods[class] {
			if slices.ContainsFunc(p.earlier, func(c int32) bool { return s.Has(int(c)) }) {
				n += p.pods
			}
		}
	}
	return n
}
