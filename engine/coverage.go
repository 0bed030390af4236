package engine

import (
	"slices"

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
