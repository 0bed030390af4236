package engine

import (
	"slices"

	"netreach/model"
)

// omission is a matrix without one rule, or without one policy: only the programs
// that hold it differ, and of these it works out the rows that are asked for.
type omission struct {
	*omissions
	policy  int32
	rule    int32 // index into Policy.Rules, or wholePolicy
	made    [model.Directions]map[int32]*omittedProgram
	left    [model.Directions]map[int32]*progPolicy // by program: what is left out
	rows    map[omittedRow]bounds
	changed [model.Directions]map[int32][]rowChange
}

// wholePolicy is the rule of an omission that leaves out the policy.
const wholePolicy = -1

// omissions is what all omissions of one matrix share.
type omissions struct {
	m    *Matrix
	sets *peerSets
	// of holds by direction and policy the programs with the policy, ascending.
	of    [model.Directions][][]holder
	edges [model.Directions]map[int32][]int32
	solos map[soloKey][]selection // by run
	// isolating counts by direction and program the policies that certainly isolate,
	// and addUp tells whether the row of a program is the union of what its rules
	// allow.
	isolating [model.Directions][]int32
	addUp     [model.Directions][]bool
}

// holder is a program that holds a policy, as that entry.
type holder struct{ program, entry int32 }

func newOmissions(m *Matrix, sets *peerSets) *omissions {
	c := &omissions{m: m, sets: sets, solos: map[soloKey][]selection{}}
	for d := range model.Directions {
		s := &m.dirs[d]
		c.of[d] = make([][]holder, len(m.cluster.Policies))
		c.edges[d] = map[int32][]int32{}
		c.isolating[d], c.addUp[d] = make([]int32, len(s.programs)), make([]bool, len(s.programs))
		for id := range s.programs {
			c.addUp[d][id] = s.programs[id].addsUp
			for _, e := range s.programs[id].entries {
				policy := &s.digest.policies[e/2]
				c.of[d][e/2] = append(c.of[d][e/2], holder{int32(id), e})
				if e%2 == 0 && policy.isolates[d] {
					c.isolating[d][id]++
				}
				c.addUp[d][id] = c.addUp[d][id] && !policy.unordered
			}
		}
	}
	return c
}

// leave returns the matrix without a rule of a policy, or without the policy.
func (c *omissions) leave(policy, rule int32) *omission {
	return &omission{
		omissions: c, policy: policy, rule: rule, made: [model.Directions]map[int32]*omittedProgram{{}, {}},
		left: [model.Directions]map[int32]*progPolicy{{}, {}}, rows: map[omittedRow]bounds{},
		changed: [model.Directions]map[int32][]rowChange{{}, {}},
	}
}

// concerns returns the programs of a direction that hold what is left out.
func (w *omission) concerns(d model.Direction) []holder {
	if w.rule != wholePolicy && w.m.cluster.Policies[w.policy].Rules[w.rule].Direction != d {
		return nil
	}
	return w.of[d][w.policy]
}

// holds reports whether a program holds what is left out.
func (w *omission) holds(d model.Direction, program int32) bool {
	_, ok := w.holder(d, program)
	return ok
}

func (w *omission) holder(d model.Direction, program int32) (holder, bool) {
	list := w.concerns(d)
	i, ok := slices.BinarySearchFunc(list, program, func(h holder, id int32) int { return int(h.program - id) })
	if !ok {
		return holder{}, false
	}
	return list[i], true
}

// member returns the policy that is left out, or of which a rule is, as it is in a
// program. It is nil if that does not hold it.
func (w *omission) member(d model.Direction, program int32) *progPolicy {
	pp, ok := w.left[d][program]
	if ok {
		return pp
	}
	if h, held := w.holder(d, program); held {
		s := &w.m.dirs[d]
		one := s.policy(&s.programs[program], h.entry)
		pp = &one
	}
	w.left[d][program] = pp
	return pp
}

// starts returns the atoms at which a row may change. Where something is left out,
// these are all at which a rule begins or has ended to apply.
func (w *omission) starts(d model.Direction, program int32) []int32 {
	if !w.holds(d, program) {
		return w.m.starts(d, program)
	}
	return w.ruleStarts(d, program)
}

func (c *omissions) ruleStarts(d model.Direction, program int32) []int32 {
	edges, ok := c.edges[d][program]
	if !ok {
		edges = []int32{0, int32(c.m.u.ports.Of(model.SCTP, model.MinPort))}
		s := &c.m.dirs[d]
		for f := range s.fragmentsOf(&s.programs[program]) {
			for _, r := range f.atoms {
				edges = append(edges, r.lo, r.hi)
			}
		}
		slices.Sort(edges)
		edges = slices.Compact(edges)
		for int(edges[len(edges)-1]) >= c.m.u.ports.Len() {
			edges = edges[:len(edges)-1]
		}
		edges = slices.Clip(edges)
		c.edges[d][program] = edges
	}
	return edges
}

// omittedRow identifies a row of a program.
type omittedRow struct {
	d       model.Direction
	program int32
	run     int
}

// row returns a row as it is without the rule or policy.
func (w *omission) row(d model.Direction, program int32, atom int) bounds {
	row := w.m.row(d, program, atom)
	if !w.holds(d, program) {
		return row
	}
	at := run(w.ruleStarts(d, program), atom)
	key := omittedRow{d, program, at}
	now, ok := w.rows[key]
	if ok {
		return now
	}
	if w.addsUp(d, program) {
		lost := w.lost(d, program, at)
		now = bounds{w.sets.of[d].AndNot(row.lo, lost.certain), w.sets.of[d].AndNot(row.hi, lost.possible)}
	} else {
		e := evaluation[rowID]{
			algebra: sets{w.sets.of[d]}, tiers: w.m.cluster.Tiers, switches: &w.m.switches,
			atom: atom, sctp: w.m.u.isSCTP(atom),
		}
		p := w.program(d, program)
		now = bounds(e.program(p.tiers, p.concerned))
	}
	w.rows[key] = now
	return now
}

// omittedProgram is a program without what is left out, but without rows.
type omittedProgram struct {
	program
	tiers []progTier
}

func (w *omission) program(d model.Direction, program int32) *omittedProgram {
	p, ok := w.made[d][program]
	if !ok {
		p = w.filtered(d, &w.m.dirs[d].programs[program])
		w.made[d][program] = p
	}
	return p
}

func (w *omission) filtered(d model.Direction, p *program) *omittedProgram {
	s := &w.m.dirs[d]
	out := &omittedProgram{program: program{class: p.class}}
	for _, e := range p.entries {
		if e/2 != w.policy || w.rule != wholePolicy {
			out.entries = append(out.entries, e)
		}
	}
	out.tiers = s.tiers(&out.program)
	for _, e := range out.entries {
		out.concerned = out.concerned || s.digest.policies[e/2].isolates[d] || w.hasRules(d, e/2)
	}
	for i := range out.tiers {
		t := &out.tiers[i]
		out.isolated = max(out.isolated, t.isolates)
		for _, group := range append(slices.Clone(t.groups), t.unordered) {
			for k := range group {
				if pp := &group[k]; pp.policy == w.policy {
					pp.fragments = slices.DeleteFunc(pp.fragments, func(f fragment) bool { return f.rule == w.rule })
				}
			}
		}
	}
	return out
}

// hasRules reports whether a policy has a rule of a direction that is not left
// out.
func (w *omission) hasRules(d model.Direction, policy int32) bool {
	return slices.ContainsFunc(w.m.dirs[d].rules[policy], func(r rule) bool { return policy != w.policy || r.index != w.rule })
}

// concernsKind reports whether a kind of flow is judged by a program that holds
// what is left out.
func (w *omission) concernsKind(k flowKind) bool {
	for d, shape := range [model.Directions]int32{model.Egress: k.src, model.Ingress: k.dst} {
		for _, class := range w.m.u.shapes[shape] {
			if w.holds(model.Direction(d), w.m.dirs[d].programOf[class]) {
				return true
			}
		}
	}
	return false
}

// profile returns the profile of a kind of flow.
func (w *omission) profile(k flowKind) *profile {
	starts := []int32{0}
	for _, class := range w.m.u.shapes[k.src] {
		program := w.m.dirs[model.Egress].programOf[class]
		starts = append(starts, w.starts(model.Egress, program)...)
		if k.rel&toOwnNode != 0 {
			starts = append(starts, w.ruleStarts(model.Egress, program)...)
		}
	}
	for _, class := range w.m.u.shapes[k.dst] {
		starts = append(starts, w.starts(model.Ingress, w.m.dirs[model.Ingress].programOf[class])...)
	}
	slices.Sort(starts)
	var pr profile
	for _, start := range slices.Compact(starts) {
		pr.add(start, w.verdict(k, int(start)))
	}
	return &pr
}

// verdict judges each pair of members that share a family, as Matrix does.
func (w *omission) verdict(k flowKind, atom int) model.Verdict {
	var mix model.Mix
	for _, a := range w.m.u.shapes[k.src] {
		for _, b := range w.m.u.shapes[k.dst] {
			if !w.m.meet(a, b) {
				continue
			}
			i := w.directed(model.Ingress, b, a, k.rel, atom)
			e := w.directed(model.Egress, a, b, k.rel, atom)
			switch {
			case e.lo && i.lo:
				mix = mix.With(model.Allowed)
			case e.hi && i.hi:
				mix = mix.With(model.Unknown)
			default:
				mix = mix.With(model.Denied)
			}
		}
	}
	if mix == 0 {
		return model.Denied // no common family
	}
	return mix.Verdict()
}

// directed judges one direction of a flow.
func (w *omission) directed(d model.Direction, subject, peer int32, rel relation, atom int) value[bool] {
	program := w.m.dirs[d].programOf[subject]
	if !w.holds(d, program) {
		return w.m.directed(d, subject, peer, rel, atom)
	}
	if rel == unrelated {
		row := w.row(d, program, atom)
		return value[bool]{w.sets.of[d].Has(row.lo, peer), w.sets.of[d].Has(row.hi, peer)}
	}
	p := w.program(d, program)
	return w.m.walk(d, &p.program, p.tiers, peer, rel, atom)
}
