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
	c := &coverage{m: m, cache: newWithoutCache(m)}
	for d := range model.Directions {
		c.touched[d] = map[int32][]int32{}
	}
	for file, checker := range files {
		for line := range checker.demands {
			c.add(LineRef{file, line}, checker)
		}
	}
	var out []Covered
	for i := range m.cluster.Policies {
		p := &m.cluster.Policies[i]
		out = append(out, Covered{Policy: p, Lines: c.changed(c.cache.leave(int32(i), wholePolicy))})
		for k := range p.Rules {
			out = append(out, Covered{Policy: p, Rule: &p.Rules[k], Lines: c.changed(c.cache.leave(int32(i), int32(k)))})
		}
	}
	return out
}

// coverage is the lines of all files by the programs that they touch.
type coverage struct {
	m       *Matrix
	cache   *withoutCache
	lines   []*coverLine
	touched [model.Directions]map[int32][]int32 // program -> indices of lines, ascending
}

// coverLine is a line, and what decides whether it holds. It holds if all its
// conditions do.
type coverLine struct {
	ref        LineRef
	holds      bool
	conditions []condition
}

// condition is a part of what a line demands.
type condition interface {
	// programs returns the programs that it depends on.
	programs(d model.Direction) []int32
	// met reports whether it is met: with all policies for a nil argument.
	met(w *without) bool
}

// add takes in a line.
func (c *coverage) add(ref LineRef, checker *Checker) {
	line := &coverLine{ref: ref}
	d := &checker.demands[ref.Line]
	switch {
	case d.Form == expect.Rest:
		line.conditions = append(line.conditions, newRestCondition(checker))
	case d.Form == expect.Only, d.Verdict == model.Allowed, d.Verdict == model.Denied:
		for _, p := range checker.parts(d) {
			for i := range p.batches {
				line.conditions = append(line.conditions, newBatchCondition(checker, p, &p.batches[i]))
			}
		}
	default:
		_, items := checker.items(d)
		for i := range items {
			line.conditions = append(line.conditions, &itemCondition{checker: checker, item: &items[i], wanted: d.Verdict})
		}
	}
	line.holds = line.met(nil)
	index := int32(len(c.lines))
	c.lines = append(c.lines, line)
	for d := range model.Directions {
		seen := map[int32]bool{}
		for _, cond := range line.conditions {
			for _, p := range cond.programs(d) {
				if !seen[p] {
					seen[p] = true
					c.touched[d][p] = append(c.touched[d][p], index)
				}
			}
		}
	}
}

func (l *coverLine) met(w *without) bool {
	for _, c := range l.conditions {
		if !c.met(w) {
			return false
		}
	}
	return true
}

// changed returns the lines that hold no longer, or hold now.
func (c *coverage) changed(w *without) []LineRef {
	var candidates []int32
	for d := range model.Directions {
		for _, member := range w.concerns(d) {
			candidates = append(candidates, c.touched[d][member.program]...)
		}
	}
	slices.Sort(candidates)
	var out []LineRef
	for _, i := range slices.Compact(candidates) {
		if l := c.lines[i]; l.met(w) != l.holds {
			out = append(out, l.ref)
		}
	}
	return out
}

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

func (x *batchCondition) met(w *without) bool {
	switch {
	case x.strangers:
		return false
	case w == nil:
		return !x.failed && x.bad == 0
	}
	return x.plainMet(w) && x.meetingsMet(w)
}

// meetingsMet judges the flows anew that are judged one by one.
func (x *batchCondition) meetingsMet(w *without) bool {
	bad := x.bad
	var seen map[int32]bool
	for d := range model.Directions {
		for _, member := range w.concerns(d) {
			for _, i := range x.by[d][member.program] {
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
func (x *batchCondition) plainMet(w *without) bool {
	var affected [model.Directions]map[int32]bool
	some := false
	for d := range model.Directions {
		for _, member := range w.concerns(d) {
			if x.has(d, member.program) && x.differs(w, d, member.program) {
				if affected[d] == nil {
					affected[d] = map[int32]bool{}
				}
				affected[d][member.program] = true
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

// has reports whether a plain subject has a program.
func (x *batchCondition) has(d model.Direction, program int32) bool {
	p := x.subjects(d)
	return p.layers[0].byProgram[program] != nil || p.layers[1].byProgram[program] != nil
}

// differs reports whether the rows of a program change for a peer and a port of
// the batch.
func (x *batchCondition) differs(w *without, d model.Direction, program int32) bool {
	for _, span := range x.batch.spans {
		same := eachRun(span, w.starts(d, program), func(run atomRange) bool {
			certain, possible := x.checker.m.row(d, program, int(run.lo))
			nowCertain, nowPossible := w.row(d, program, int(run.lo))
			return !x.differ(d, certain, nowCertain) && (certain == possible && nowCertain == nowPossible || !x.differ(d, possible, nowPossible))
		})
		if !same {
			return true
		}
	}
	return false
}

func (x *batchCondition) differ(d model.Direction, before, after *bitset.Set) bool {
	peers := x.everybody[d]
	return peers.Intersects(before.AndNot(after)) || peers.Intersects(after.AndNot(before))
}

// itemCondition is that the verdict about an item is the one that is wanted.
type itemCondition struct {
	checker *Checker
	item    *item
	wanted  model.Verdict
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

func (x *itemCondition) met(w *without) bool {
	profileOf := x.checker.profileOf
	if w != nil {
		profileOf = func(k flowKind) *profile {
			if w.concernsKind(k) {
				return w.profile(k)
			}
			return x.checker.profileOf(k)
		}
	}
	mix, _, same := x.checker.mixOf(x.item, x.wanted, profileOf)
	return mix.Verdict() == x.wanted || mix == 0 && same
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

func (x *restCondition) met(w *without) bool {
	if w == nil {
		return len(x.open) == 0
	}
	profileOf := func(k flowKind) *profile {
		if w.concernsKind(k) {
			return w.profile(k)
		}
		return x.r.c.profileOf(k)
	}
	again := map[[2]int32]bool{}
	for _, member := range w.concerns(model.Egress) {
		for _, i := range x.by[model.Egress][member.program] {
			for k := range x.r.destinations {
				again[[2]int32{i, int32(k)}] = true
			}
		}
	}
	for _, member := range w.concerns(model.Ingress) {
		for _, k := range x.by[model.Ingress][member.program] {
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
