package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// batchCondition is that all flows of a batch have one verdict.
type batchCondition struct {
	checker *Checker
	part    *part
	batch   *portBatch
	// strangers tells that ends without a family in common fail it, whatever the
	// policies are.
	strangers bool
	// hit is what fails among the plain members, with the programs of both ends.
	failed          bool
	egress, ingress int32
	// meetings are the flows that are judged one by one, by the programs that they
	// depend on, and bad counts those that fail.
	meetings []coverMeeting
	by       [model.Directions]map[int32][]int32
	bad      int
	// everybody holds by direction the members of the end that is the peer there.
	everybody [model.Directions]*bitset.Set
}

type coverMeeting struct {
	kind flowKind
	bad  bool
}

func newBatchCondition(c *Checker, p *part, b *portBatch) *batchCondition {
	x := &batchCondition{checker: c, part: p, batch: b}
	m := c.m
	if h, ok := p.search(m, b).find(); ok {
		x.failed = true
		x.egress, x.ingress = m.dirs[model.Egress].programOf[h.src], m.dirs[model.Ingress].programOf[h.dst]
	}
	for d := range model.Directions {
		x.by[d] = map[int32][]int32{}
	}
	seen := map[flowKind]bool{}
	c.pairwise(p, b, func(meet *meeting) bool {
		k := meet.kind
		if seen[k] {
			return true
		}
		seen[k] = true
		_, bad := c.otherwise(meet.profile, p.wanted, b)
		if bad {
			x.bad++
		}
		index := int32(len(x.meetings))
		x.meetings = append(x.meetings, coverMeeting{k, bad})
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
	x.everybody[model.Egress] = b.target.layers[0].all.Or(b.target.layers[1].all)
	x.everybody[model.Ingress] = p.source.layers[0].all.Or(p.source.layers[1].all)
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
		return x.part.source
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

func (x *batchCondition) metWithout(w *without, programs *programList) bool {
	return !x.strangers && x.plainMet(w, programs) && x.meetingsMet(w, programs)
}

// meetingsMet judges the flows anew that are judged one by one.
func (x *batchCondition) meetingsMet(w *without, programs *programList) bool {
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
				meet := &x.meetings[i]
				if meet.bad {
					bad--
				}
				if _, now := x.checker.otherwise(w.profile(meet.kind), x.part.wanted, x.batch); now {
					return false
				}
			}
		}
	}
	return bad == 0
}

// plainMet searches the flows between plain members again, as far as rows change
// for them.
func (x *batchCondition) plainMet(w *without, programs *programList) bool {
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
		s := x.part.search(x.checker.m, x.batch)
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
		s := x.part.search(x.checker.m, x.batch)
		s.rows = w
		if d == model.Egress {
			s.src = x.part.source.of(affected[d])
		} else {
			s.dst = x.batch.target.of(affected[d])
		}
		if _, ok := s.find(); ok {
			return false
		}
	}
	return true
}

// of returns the plain members of a party that have one of some programs.
func (p *party) of(programs map[int32]bool) *party {
	out := &party{}
	for k := range familyLayers {
		l := familyLayer{byProgram: map[int32]*bitset.Set{}}
		for _, program := range p.layers[k].programs {
			if programs[program] {
				l.programs = append(l.programs, program)
				l.byProgram[program] = p.layers[k].byProgram[program]
				l.all = l.all.Or(l.byProgram[program])
			}
		}
		out.layers[k] = l
	}
	return out
}

// differs reports whether the rows of a program change for a peer and a port of
// the batch.
func (x *batchCondition) differs(w *without, d model.Direction, program int32) bool {
	for _, change := range w.changes(d, program) {
		if !change.peers.Intersects(x.everybody[d]) {
			continue
		}
		for _, span := range x.batch.spans {
			if span.lo < change.run.hi && change.run.lo < span.hi {
				return true
			}
		}
	}
	return false
}
