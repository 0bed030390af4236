package engine

import (
	"maps"
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// batchCondition is that all flows of a batch have one verdict.
type batchCondition struct {
	checker *Checker
	flows   *flowSet
	batch   *portBatch
	// strangers tells that ends without a family in common fail it, whatever the
	// policies are.
	strangers bool
	// hit is what fails among the plain members, with the programs of both ends.
	failed          bool
	egress, ingress int32
	// single are the flows that are judged one by one, by the programs that they
	// depend on, and bad counts those that fail.
	single []coverFlow
	by     [model.Directions]map[int32][]int32
	bad    int
	// everybody holds by direction the members of the end that is the peer there.
	everybody [model.Directions]bitset.ID
}

type coverFlow struct {
	kind flowKind
	bad  bool
}

func newBatchCondition(c *Checker, p *flowSet, b *portBatch) *batchCondition {
	x := &batchCondition{checker: c, flows: p, batch: b}
	m := c.m
	if h, ok := c.search(p, b).find(); ok {
		x.failed = true
		x.egress, x.ingress = m.dirs[model.Egress].programOf[h.src], m.dirs[model.Ingress].programOf[h.dst]
	}
	for d := range model.Directions {
		x.by[d] = map[int32][]int32{}
	}
	seen := map[flowKind]bool{}
	c.pairwise(p, b, func(flow *groupFlow) bool {
		k := flow.kind
		if seen[k] {
			return true
		}
		seen[k] = true
		_, bad := c.otherwise(flow.profile, p.wanted, b)
		if bad {
			x.bad++
		}
		index := int32(len(x.single))
		x.single = append(x.single, coverFlow{k, bad})
		for d, shape := range [model.Directions]int32{model.Egress: k.src, model.Ingress: k.dst} {
			for _, program := range m.programsOf(model.Direction(d), shape) {
				x.by[d][program] = append(x.by[d][program], index)
			}
		}
		return true
	})
	if p.wanted == model.Allowed {
		c.strangers(p, b, func(_, _ *shapeGroup) { x.strangers = true })
	}
	for d, peers := range [model.Directions]*party{model.Egress: b.target, model.Ingress: p.source} {
		x.everybody[d] = c.sets.of[d].Or(peers.layers[0].all, peers.layers[1].all)
	}
	return x
}

// programsOf returns the programs of the members of a shape, each once.
func (m *Matrix) programsOf(d model.Direction, shape int32) []int32 {
	var out []int32
	for _, class := range m.u.shapes[shape] {
		if p := m.dirs[d].programOf[class]; !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// subjects returns the party whose members are the subjects in a direction.
func (x *batchCondition) subjects(d model.Direction) *party {
	if d == model.Egress {
		return x.flows.source
	}
	return x.batch.target
}

func (x *batchCondition) programs(d model.Direction) []int32 {
	var out []int32
	for k := range familyLayers {
		out = append(out, x.subjects(d).layers[k].programs...)
	}
	for p := range x.by[d] {
		out = append(out, p)
	}
	return out
}

func (x *batchCondition) metBefore() bool { return !x.strangers && !x.failed && x.bad == 0 }

func (x *batchCondition) metWithout(w *omission, programs *programList) bool {
	return !x.strangers && x.plainMet(w, programs) && x.singleMet(w, programs)
}

// singleMet judges the flows anew that are judged one by one.
func (x *batchCondition) singleMet(w *omission, programs *programList) bool {
	bad := x.bad
	var seen map[int32]bool
	for d := range model.Directions {
		for _, program := range programs[d] {
			for _, i := range x.by[d][program] {
				if seen[i] {
					continue
				}
				if seen == nil {
					seen = map[int32]bool{}
				}
				seen[i] = true
				flow := &x.single[i]
				if flow.bad {
					bad--
				}
				if _, now := x.checker.otherwise(w.profile(flow.kind), x.flows.wanted, x.batch); now {
					return false
				}
			}
		}
	}
	return bad == 0
}

// plainMet searches the flows between plain members again, as far as rows change
// for them.
func (x *batchCondition) plainMet(w *omission, programs *programList) bool {
	var affected [model.Directions]map[int32]bool
	some := false
	for d := range model.Directions {
		for _, program := range programs[d] {
			if x.differs(w, d, program) {
				if affected[d] == nil {
					affected[d] = map[int32]bool{}
				}
				affected[d][program] = true
				some = true
			}
		}
	}
	if !some {
		return !x.failed
	}
	touches := func(egress, ingress int32) bool {
		return affected[model.Egress][egress] || affected[model.Ingress][ingress]
	}
	if x.failed {
		if !touches(x.egress, x.ingress) {
			return false
		}
		s := x.checker.search(x.flows, x.batch)
		s.only = func(egress, ingress int32) bool { return !touches(egress, ingress) }
		if _, ok := s.find(); ok {
			return false
		}
	}
	// What fails now has an end of an affected program.
	for d := range model.Directions {
		if len(affected[d]) == 0 {
			continue
		}
		s := x.checker.search(x.flows, x.batch)
		s.rows = w
		if d == model.Egress {
			s.src = x.flows.source.of(affected[d], x.checker.sets.of[opposite(d)])
		} else {
			s.dst = x.batch.target.of(affected[d], x.checker.sets.of[opposite(d)])
		}
		if _, ok := s.find(); ok {
			return false
		}
	}
	return true
}

// of returns the plain members of a party that have one of some programs.
func (p *party) of(programs map[int32]bool, sets *bitset.Sets) *party {
	out := &party{}
	for k := range familyLayers {
		l := familyLayer{byProgram: map[int32]bitset.ID{}}
		var all []bitset.ID
		for _, program := range slices.Sorted(maps.Keys(programs)) {
			if some, ok := p.layers[k].byProgram[program]; ok {
				l.programs = append(l.programs, program)
				l.byProgram[program] = some
				all = append(all, some)
			}
		}
		l.all = sets.Union(all)
		out.layers[k] = l
	}
	return out
}

// differs reports whether the rows of a program change for a peer and a port of
// the batch.
func (x *batchCondition) differs(w *omission, d model.Direction, program int32) bool {
	for _, change := range w.changes(d, program) {
		asked := slices.ContainsFunc(x.batch.spans, func(span atomRange) bool {
			return span.lo < change.run.hi && change.run.lo < span.hi
		})
		if asked && w.sets.of[d].Intersects(change.peers, x.everybody[d]) {
			return true
		}
	}
	return false
}
