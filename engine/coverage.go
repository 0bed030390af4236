package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
	"netreach/model/expect"
)

// LineRef is a line of one of several files: the number of its checker, and of its
// demand there.
type LineRef struct{ File, Line int }

// Covered is a policy, or one of its rules, with the lines that depend on it: that
// hold with it and not without, or the other way round.
type Covered struct {
	Policy *model.Policy
	// Rule is nil for the policy as a whole.
	Rule  *model.Rule
	Lines []LineRef
}

// Cover leaves out every policy and every rule, one at a time, and returns for each
// which lines change: the policies in the order of the cluster, each before its
// rules. What nothing can depend on, because it applies to no pod, is there too.
//
// No cluster is compiled anew. Only the programs that hold a rule change without
// it, and only lines with subjects of these programs are looked at, and of those
// only where the rows of these programs change for them.
func Cover(m *Matrix, files []*Checker) []Covered {
	sets := newPeerSets(m)
	c := &coverage{m: m, omissions: newOmissions(m, sets)}
	for d := range model.Directions {
		c.touched[d] = map[int32][]int32{}
	}
	for file, checker := range files {
		own := *checker
		own.sets = sets
		for line := range checker.demands {
			c.add(LineRef{file, line}, &own)
		}
	}
	var out []Covered
	for i := range m.cluster.Policies {
		p := &m.cluster.Policies[i]
		out = append(out, Covered{Policy: p, Lines: c.changed(c.omissions.leave(int32(i), wholePolicy))})
		for k := range p.Rules {
			out = append(out, Covered{Policy: p, Rule: &p.Rules[k], Lines: c.changed(c.omissions.leave(int32(i), int32(k)))})
		}
	}
	return out
}

// coverage is the conditions of all lines by the programs that they touch.
type coverage struct {
	m          *Matrix
	omissions  *omissions
	lines      []coverLine
	conditions []coverCondition
	touched    [model.Directions]map[int32][]int32 // program -> indices of conditions, ascending
}

// coverLine is a line. It holds if none of its conditions is unmet.
type coverLine struct {
	ref   LineRef
	unmet int
}

// coverCondition is a condition of a line.
type coverCondition struct {
	condition
	line int32
	met  bool
}

// condition is a part of what a line demands.
type condition interface {
	// programs returns the programs that it depends on.
	programs(d model.Direction) []int32
	// metBefore reports whether it is met with all policies.
	metBefore() bool
	// metWithout reports whether it is met without something. The programs are those
	// of its own that hold it.
	metWithout(w *omission, programs *programList) bool
}

// programList is programs by direction.
type programList [model.Directions][]int32

// add takes in a line.
func (c *coverage) add(ref LineRef, checker *Checker) {
	var conditions []condition
	d := &checker.demands[ref.Line]
	switch {
	case d.Form == expect.Rest:
		conditions = append(conditions, newRestCondition(checker))
	case d.Form == expect.Only, d.Verdict == model.Allowed, d.Verdict == model.Denied:
		for _, p := range checker.flowSets(d) {
			for i := range p.batches {
				conditions = append(conditions, newBatchCondition(checker, p, &p.batches[i]))
			}
		}
	default:
		_, items := checker.items(d)
		for i := range items {
			conditions = append(conditions, &itemCondition{checker: checker, item: &items[i], wanted: d.Verdict, each: d.Each})
		}
	}
	line := coverLine{ref: ref}
	for _, cond := range conditions {
		met := cond.metBefore()
		if !met {
			line.unmet++
		}
		index := int32(len(c.conditions))
		c.conditions = append(c.conditions, coverCondition{cond, int32(len(c.lines)), met})
		for d := range model.Directions {
			programs := cond.programs(d)
			slices.Sort(programs)
			for _, p := range slices.Compact(programs) {
				c.touched[d][p] = append(c.touched[d][p], index)
			}
		}
	}
	c.lines = append(c.lines, line)
}

// changed returns the lines that hold no longer, or hold now.
func (c *coverage) changed(w *omission) []LineRef {
	touched := map[int32]*programList{}
	for d := range model.Directions {
		for _, holder := range w.concerns(d) {
			for _, i := range c.touched[d][holder.program] {
				if touched[i] == nil {
					touched[i] = new(programList)
				}
				touched[i][d] = append(touched[i][d], holder.program)
			}
		}
	}
	var lines []int32
	unmet := map[int32]int{}
	for i, programs := range touched {
		cond := &c.conditions[i]
		met := cond.metWithout(w, programs)
		if met == cond.met {
			continue
		}
		if _, seen := unmet[cond.line]; !seen {
			lines = append(lines, cond.line)
			unmet[cond.line] = c.lines[cond.line].unmet
		}
		if met {
			unmet[cond.line]--
		} else {
			unmet[cond.line]++
		}
	}
	slices.Sort(lines)
	var out []LineRef
	for _, i := range lines {
		if (unmet[i] == 0) != (c.lines[i].unmet == 0) {
			out = append(out, c.lines[i].ref)
		}
	}
	return out
}

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
		for _, program := range p.layers[k].programs {
			if programs[program] {
				l.programs = append(l.programs, program)
				l.byProgram[program] = p.layers[k].byProgram[program]
				all = append(all, l.byProgram[program])
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
		if !w.sets.of[d].Intersects(change.peers, x.everybody[d]) {
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

// itemCondition is that the verdict about an item is the one that is wanted.
type itemCondition struct {
	checker *Checker
	item    *item
	wanted  model.Verdict
	each    bool
}

func (x *itemCondition) programs(d model.Direction) []int32 {
	var out []int32
	if d == model.Egress {
		for _, g := range x.item.src {
			out = append(out, x.checker.m.programsOf(d, g.shape)...)
		}
		return out
	}
	for _, groups := range x.item.groups {
		for _, g := range groups {
			out = append(out, x.checker.m.programsOf(d, g.shape)...)
		}
	}
	return out
}

func (x *itemCondition) metBefore() bool { return x.met(x.checker.profileOf) }

func (x *itemCondition) metWithout(w *omission, _ *programList) bool {
	return x.met(w.profilesOf(x.checker))
}

// profilesOf returns the profiles of flows without what is left out.
func (w *omission) profilesOf(c *Checker) func(flowKind) *profile {
	return func(k flowKind) *profile {
		if w.concernsKind(k) {
			return w.profile(k)
		}
		return c.profileOf(k)
	}
}

func (x *itemCondition) met(profileOf func(flowKind) *profile) bool {
	mix, _, same := x.checker.mixOf(x.item, x.wanted, profileOf)
	return mix.is(x.wanted, x.each) || mix.all == 0 && same
}

// restCondition is that what no line is about is denied.
type restCondition struct {
	r *remainder
	// open holds the pairs of groups that are not, by their indices.
	open map[[2]int32]bool
	// sources and destinations by program.
	by [model.Directions]map[int32][]int32
}

func newRestCondition(c *Checker) *restCondition {
	x := &restCondition{r: newRemainder(c), open: map[[2]int32]bool{}}
	for d, groups := range [model.Directions][]restGroup{model.Egress: x.r.sources, model.Ingress: x.r.destinations} {
		x.by[d] = map[int32][]int32{}
		for i := range groups {
			for _, p := range c.m.programsOf(model.Direction(d), groups[i].shape) {
				x.by[d][p] = append(x.by[d][p], int32(i))
			}
		}
	}
	for i := range x.r.sources {
		for k := range x.r.destinations {
			if x.opens(i, k, c.profileOf) {
				x.open[[2]int32{int32(i), int32(k)}] = true
			}
		}
	}
	return x
}

// opens reports whether a pair of groups has flows that are left over and not
// denied.
func (x *restCondition) opens(i, k int, profileOf func(flowKind) *profile) bool {
	open := false
	x.r.checkPair(&x.r.sources[i], &x.r.destinations[k], profileOf, func(openFlow) bool {
		open = true
		return false
	})
	return open
}

func (x *restCondition) programs(d model.Direction) []int32 {
	out := make([]int32, 0, len(x.by[d]))
	for p := range x.by[d] {
		out = append(out, p)
	}
	return out
}

func (x *restCondition) metBefore() bool { return len(x.open) == 0 }

func (x *restCondition) metWithout(w *omission, programs *programList) bool {
	profileOf := w.profilesOf(x.r.c)
	again := map[[2]int32]bool{}
	for _, program := range programs[model.Egress] {
		for _, i := range x.by[model.Egress][program] {
			for k := range x.r.destinations {
				again[[2]int32{i, int32(k)}] = true
			}
		}
	}
	for _, program := range programs[model.Ingress] {
		for _, k := range x.by[model.Ingress][program] {
			for i := range x.r.sources {
				again[[2]int32{int32(i), k}] = true
			}
		}
	}
	for pair := range x.open {
		if !again[pair] {
			return false
		}
	}
	for pair := range again {
		if x.opens(int(pair[0]), int(pair[1]), profileOf) {
			return false
		}
	}
	return true
}
