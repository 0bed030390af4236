package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// without is a matrix without one rule, or without one policy: only the programs
// that hold it differ, and of these it works out the rows that are asked for.
type without struct {
	*withoutCache
	policy  int32
	rule    int32 // index into Policy.Rules, or wholePolicy
	made    [model.Directions]map[int32]*program
	rows    map[soloKey]value[*bitset.Set]
	changed [model.Directions]map[int32][]rowChange
}

// wholePolicy is the rule of a without that leaves out the policy.
const wholePolicy = -1

// withoutCache is what all withouts of one matrix share.
type withoutCache struct {
	m *Matrix
	// of holds by direction and policy the programs with the policy, ascending.
	of    [model.Directions][][]membership
	edges [model.Directions]map[int32][]int32
	solos map[soloKey]selection
	// isolating counts by direction and program the policies that certainly
	// isolate.
	isolating [model.Directions][]int32
}

// membership is a policy's part in a program.
type membership struct {
	program int32
	policy  *progPolicy
}

func newWithoutCache(m *Matrix) *withoutCache {
	c := &withoutCache{m: m, solos: map[soloKey]selection{}}
	for d := range model.Directions {
		c.of[d] = make([][]membership, len(m.cluster.Policies))
		c.edges[d] = map[int32][]int32{}
		c.isolating[d] = make([]int32, len(m.dirs[d].programs))
		for id := range m.dirs[d].programs {
			for pp := range m.dirs[d].programs[id].policies() {
				c.of[d][pp.policy] = append(c.of[d][pp.policy], membership{int32(id), pp})
				if pp.subject == FullMatch && m.cluster.Policies[pp.policy].Isolates[d] {
					c.isolating[d][id]++
				}
			}
		}
	}
	return c
}

// policies yields the policies of a program.
func (p *program) policies() func(yield func(*progPolicy) bool) {
	return func(yield func(*progPolicy) bool) {
		for i := range p.tiers {
			t := &p.tiers[i]
			for _, group := range append(slices.Clone(t.groups), t.unordered) {
				for k := range group {
					if !yield(&group[k]) {
						return
					}
				}
			}
		}
	}
}

// leave returns the matrix without a rule of a policy, or without the policy.
func (c *withoutCache) leave(policy, rule int32) *without {
	return &without{
		withoutCache: c, policy: policy, rule: rule, made: [model.Directions]map[int32]*program{{}, {}}, rows: map[soloKey]value[*bitset.Set]{},
		changed: [model.Directions]map[int32][]rowChange{{}, {}},
	}
}

// concerns returns the programs of a direction that hold what is left out.
func (w *without) concerns(d model.Direction) []membership {
	if w.rule != wholePolicy && w.m.cluster.Policies[w.policy].Rules[w.rule].Direction != d {
		return nil
	}
	return w.of[d][w.policy]
}

// member returns what is left out of a program, or nil.
func (w *without) member(d model.Direction, program int32) *progPolicy {
	list := w.concerns(d)
	i, ok := slices.BinarySearchFunc(list, program, func(m membership, id int32) int { return int(m.program - id) })
	if !ok {
		return nil
	}
	return list[i].policy
}

// starts returns the atoms at which a row may change. Where something is left out,
// these are all at which a rule begins or has ended to apply.
func (w *without) starts(d model.Direction, program int32) []int32 {
	if w.member(d, program) == nil {
		return w.m.starts(d, program)
	}
	return w.ruleStarts(d, program)
}

func (c *withoutCache) ruleStarts(d model.Direction, program int32) []int32 {
	edges, ok := c.edges[d][program]
	if !ok {
		edges = append(c.m.dirs[d].programs[program].ruleEdges(), 0, int32(c.m.u.ports.Of(model.SCTP, model.MinPort)))
		slices.Sort(edges)
		edges = slices.Compact(edges)
		for int(edges[len(edges)-1]) >= c.m.u.ports.Len() {
			edges = edges[:len(edges)-1]
		}
		c.edges[d][program] = edges
	}
	return edges
}

// row returns a row as it is without the rule or policy.
func (w *without) row(d model.Direction, program int32, atom int) (certain, possible *bitset.Set) {
	certain, possible = w.m.row(d, program, atom)
	pp := w.member(d, program)
	switch {
	case pp == nil:
		return certain, possible
	case w.addsUp(d, program, pp):
		lost := w.lost(d, program, pp, atom)
		return certain.AndNot(lost.certain), possible.AndNot(lost.possible)
	}
	key := soloKey{d, program, w.runStart(d, program, atom), true}
	v, ok := w.rows[key]
	if !ok {
		e := evaluation[*bitset.Set]{
			algebra: sets{w.m.ground.everyone.certain, new(bitset.Builder)}, tiers: w.m.cluster.Tiers, switches: &w.m.switches,
			atom: atom, sctp: w.m.u.isSCTP(atom),
		}
		v = e.program(w.program(d, program))
		w.rows[key] = v
	}
	return v.lo, v.hi
}

// runStart returns the first atom of the run in which no rule of a program begins
// or ends.
func (c *withoutCache) runStart(d model.Direction, program int32, atom int) int32 {
	starts := c.ruleStarts(d, program)
	at, found := slices.BinarySearch(starts, int32(atom))
	if !found {
		at--
	}
	return starts[at]
}

// program returns a program without what is left out, but without rows.
func (w *without) program(d model.Direction, program int32) *program {
	p, ok := w.made[d][program]
	if !ok {
		p = w.filtered(d, &w.m.dirs[d].programs[program])
		w.made[d][program] = p
	}
	return p
}

func (w *without) filtered(d model.Direction, p *program) *program {
	out := &program{}
	for i := range p.tiers {
		t := progTier{tier: p.tiers[i].tier}
		keep := func(group []progPolicy) []progPolicy {
			var kept []progPolicy
			for _, pp := range group {
				if pp.policy == w.policy {
					if w.rule == wholePolicy {
						continue
					}
					pp.fragments = slices.DeleteFunc(slices.Clone(pp.fragments), func(f fragment) bool { return f.rule == w.rule })
				}
				policy := &w.m.cluster.Policies[pp.policy]
				if policy.Isolates[d] {
					t.isolates = max(t.isolates, pp.subject)
				}
				if policy.Isolates[model.Directions-1-d] && w.m.switches.BaselinePerDirection != model.Yes {
					t.beyond = max(t.beyond, pp.subject)
				}
				out.concerned = out.concerned || policy.Isolates[d] || w.hasRules(d, pp.policy)
				kept = append(kept, pp)
			}
			return kept
		}
		for _, group := range p.tiers[i].groups {
			if kept := keep(group); len(kept) > 0 {
				t.groups = append(t.groups, kept)
			}
		}
		t.unordered = keep(p.tiers[i].unordered)
		out.isolated = max(out.isolated, t.isolates)
		if len(t.groups)+len(t.unordered) > 0 {
			out.tiers = append(out.tiers, t)
		}
	}
	return out
}

// hasRules reports whether a policy has a rule of a direction that is not left
// out.
func (w *without) hasRules(d model.Direction, policy int32) bool {
	for i := range w.m.cluster.Policies[policy].Rules {
		if w.m.cluster.Policies[policy].Rules[i].Direction == d && (policy != w.policy || int32(i) != w.rule) {
			return true
		}
	}
	return false
}

// concernsKind reports whether a kind of flow is judged by a program that holds
// what is left out.
func (w *without) concernsKind(k flowKind) bool {
	for _, class := range w.m.u.shapes[k.src] {
		if w.member(model.Egress, w.m.dirs[model.Egress].programOf[class]) != nil {
			return true
		}
	}
	for _, class := range w.m.u.shapes[k.dst] {
		if w.member(model.Ingress, w.m.dirs[model.Ingress].programOf[class]) != nil {
			return true
		}
	}
	return false
}

// profile returns the profile of a kind of flow.
func (w *without) profile(k flowKind) *profile {
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
func (w *without) verdict(k flowKind, atom int) model.Verdict {
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
func (w *without) directed(d model.Direction, subject, peer int32, rel relation, atom int) value[bool] {
	program := w.m.dirs[d].programOf[subject]
	if w.member(d, program) == nil {
		return w.m.directed(d, subject, peer, rel, atom)
	}
	if rel == unrelated {
		certain, possible := w.row(d, program, atom)
		return value[bool]{certain.Has(int(peer)), possible.Has(int(peer))}
	}
	return w.m.walk(d, w.program(d, program), int(peer), rel, atom)
}
