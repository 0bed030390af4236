package engine

import (
	"slices"

	"netreach/model"
)

// Weight says how much a set of flows is.
type Weight struct {
	// Pairs counts pairs of workloads, PodPairs those of their pods: a pod with
	// itself is none.
	Pairs, PodPairs int
	// Out counts the pods of which flows to addresses outside change, In those of
	// which flows from there do.
	Out, In int
	// Nodes counts pairs of a workload and a node, each once for each direction.
	Nodes int
	// Ways counts pairs of a way in from outside and a workload that it leads to,
	// of which the engine knows nothing.
	Ways int
}

// WeighNodes returns the weight of blocks of flows between pods and nodes.
func WeighNodes(flows []NodeFlows) Weight {
	type pair struct {
		workload int
		node     string
		toNodes  bool
	}
	seen := map[pair]bool{}
	for _, f := range flows {
		for _, i := range f.Workloads {
			for _, n := range f.Nodes {
				seen[pair{i, n, f.ToNodes}] = true
			}
		}
	}
	return Weight{Nodes: len(seen)}
}

// Weigh returns the weight of blocks. Pairs that stand in several blocks, on
// other ports, count once.
func (d *Diff) Weigh(flows []ChangedFlows) Weight {
	var w Weight
	out, in := map[int]int{}, map[int]int{}
	byBlock := map[int][]ChangedFlows{}
	var order []int
	for _, f := range flows {
		if byBlock[f.Block] == nil {
			order = append(order, f.Block)
		}
		byBlock[f.Block] = append(byBlock[f.Block], f)
		side := f.Change.Effect.side()
		d.outsideWeights(f.Src, f.Dst, side, out)
		d.outsideWeights(f.Dst, f.Src, side, in)
	}
	for _, n := range out {
		w.Out += n
	}
	for _, n := range in {
		w.In += n
	}
	for _, block := range order {
		pairs, podPairs := d.weighBlock(byBlock[block])
		w.Pairs += pairs
		w.PodPairs += podPairs
	}
	return w
}

// side returns the cluster in which the flows are that an effect is about.
func (e Effect) side() int {
	if e&(Opens|Unsettles|Appears) == 0 {
		return 0
	}
	return 1
}

func (d *Diff) outsideWeights(inside, others []int, side int, into map[int]int) {
	if len(others) == 0 || !d.Comparison.Ends[others[len(others)-1]].Outside {
		return // those outside come last
	}
	for _, i := range inside {
		if !d.Comparison.Ends[i].Outside {
			into[i] = max(into[i], d.weight(i, side))
		}
	}
}

// weighBlock weighs blocks that may share pairs.
func (d *Diff) weighBlock(flows []ChangedFlows) (pairs, podPairs int) {
	same := !slices.ContainsFunc(flows, func(f ChangedFlows) bool {
		return !slices.Equal(f.Src, flows[0].Src) || !slices.Equal(f.Dst, flows[0].Dst)
	})
	if same {
		for _, f := range flows {
			podPairs = max(podPairs, d.podPairs(f))
		}
		return d.pairs(flows[0]), podPairs
	}
	byPair := map[[2]int]int{}
	for _, f := range flows {
		for _, i := range f.Src {
			for _, j := range f.Dst {
				one := ChangedFlows{Src: []int{i}, Dst: []int{j}, Change: f.Change}
				if d.pairs(one) > 0 {
					byPair[[2]int{i, j}] = max(byPair[[2]int{i, j}], d.podPairs(one))
				}
			}
		}
	}
	for _, n := range byPair {
		podPairs += n
	}
	return len(byPair), podPairs
}

// pairs counts the pairs of workloads of a block.
func (d *Diff) pairs(f ChangedFlows) int {
	src, dst := d.inside(f.Src), d.inside(f.Dst)
	n := len(src) * len(dst)
	for _, i := range src {
		if _, ok := slices.BinarySearch(dst, i); ok && d.Comparison.Itself(i, i) {
			n--
		}
	}
	return n
}

// inside returns the ends of a list that are workloads: those outside come last.
func (d *Diff) inside(ends []int) []int {
	n, _ := slices.BinarySearch(ends, len(d.Workloads))
	return ends[:n]
}

// weight returns the number of pods of a workload on one side.
func (d *Diff) weight(end, side int) int {
	n := 0
	for k := range d.Comparison.groups[end] {
		n += d.groupWeight(&d.Comparison.groups[end][k], side)
	}
	return n
}

func (d *Diff) groupWeight(g *jointGroup, side int) int {
	if !g.in[side] {
		return 0
	}
	m, n := d.Comparison.sides()[side], 0
	for _, id := range g.peers {
		if p := m.pod(id); p != nil {
			n += p.Weight
		}
	}
	return n
}

// podPairs counts the pairs of pods of a block whose flows change.
func (d *Diff) podPairs(f ChangedFlows) int {
	src, dst := d.inside(f.Src), d.inside(f.Dst)
	side := f.Change.Effect.side()
	mixed := f.Change.Before == model.Some || f.Change.After == model.Some
	if mixed {
		n := 0
		for _, i := range src {
			for _, j := range dst {
				n += d.changedPairs(i, j, side, f.Change)
			}
		}
		return n
	}
	from, to, self := 0, 0, 0
	for _, i := range src {
		w := d.weight(i, side)
		from += w
		if _, ok := slices.BinarySearch(dst, i); ok {
			self += w
		}
	}
	for _, j := range dst {
		to += d.weight(j, side)
	}
	return from*to - self
}

// changedPairs counts the pairs of pods of two workloads whose flows change as a
// change of some of them says.
func (d *Diff) changedPairs(i, j, side int, change Change) int {
	c := d.Comparison
	proto, port := model.TCP, model.MinPort
	if len(change.Ports) > 0 {
		proto, port = change.Ports[0].Protocol, change.Ports[0].First
	}
	atom := c.before.m.u.ports.Of(proto, port)
	kinds, _ := c.kinds(i, j)
	n := 0
	for _, k := range kinds {
		var verdicts [2]model.Verdict
		for s, p := range []*profiler{c.before, c.after} {
			if k.in[s] {
				verdicts[s] = p.list[p.of(flowKind{k.src, k.dst, k.rel[s]})].at(atom)
			}
		}
		effect := EffectOf(verdicts[0], verdicts[1])
		if k.paired && verdicts[0] == verdicts[1] && mixed(verdicts[0]) {
			effect = c.ofMembers(&k, atom)
		}
		if k.in[side] && effect&change.Effect != 0 {
			n += d.kindPairs(i, j, side, &k)
		}
	}
	return n
}

// kindPairs counts the pairs of pods of two workloads that are of one kind.
func (d *Diff) kindPairs(i, j, side int, k *jointKind) int {
	c := d.Comparison
	at := func(end int, shape int32) *jointGroup {
		groups := c.groups[end]
		return &groups[slices.IndexFunc(groups, func(g jointGroup) bool { return g.shape == shape })]
	}
	a, b := at(i, k.src), at(j, k.dst)
	m := c.sides()[side]
	n := d.groupWeight(a, side) * d.groupWeight(b, side)
	if i == j && a == b {
		n -= d.groupWeight(a, side)
	}
	if !a.nodes[side] && !b.nodes[side] {
		return n
	}
	related := 0
	for _, p := range a.peers {
		for _, q := range b.onNode(side, m)[m.nodeOf[p]] {
			if m.nodeOf[p] >= 0 && p != q {
				related += m.pod(p).Weight * m.pod(q).Weight
			}
		}
	}
	if k.rel[side] == unrelated {
		return n - related
	}
	return related
}
