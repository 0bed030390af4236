package engine

import (
	"slices"
	"strings"

	"netreach/model"
)

// EffectUnknown returns the edits of rules that name domains, and of policies that
// have such rules, where it is unknown on both sides whether flows to addresses
// outside are allowed. Which addresses a name stands for is not in the input, so
// that an edit may open or close some of these flows while their verdicts stay
// unknown. Edits of one object follow on one another.
func (d *Diff) EffectUnknown() []Edit {
	out := make([]Edit, len(d.named))
	for i, e := range d.named {
		out[i] = d.Edits[e]
	}
	slices.SortStableFunc(out, func(a, b Edit) int { return strings.Compare(a.Object, b.Object) })
	return out
}

// editsOfNames returns the edits of EffectUnknown, ascending.
func (d *Diff) editsOfNames() []int32 {
	ofPolicy := map[int32][]int32{}
	for i := range d.edits.policies {
		if list := d.edits.ofNames(&d.edits.policies[i]); len(list) > 0 {
			ofPolicy[int32(i)] = list
		}
	}
	if len(ofPolicy) == 0 {
		return nil
	}
	sides := [2]*side{&d.Before.dirs[model.Egress], &d.After.dirs[model.Egress]}
	seen := map[[2]int32]bool{}
	var out []int32
	for class := range int32(d.Before.u.podClasses) {
		pair := [2]int32{sides[0].programOf[class], sides[1].programOf[class]}
		if seen[pair] || d.Before.absent(int(class)) || d.After.absent(int(class)) {
			continue
		}
		seen[pair] = true
		var edits []int32
		for k, s := range sides {
			for _, entry := range s.programs[pair[k]].entries {
				if id := d.edits.policyOf[k][entry/2]; id >= 0 {
					edits = append(edits, ofPolicy[id]...)
				}
			}
		}
		if len(edits) > 0 && d.staysUnknown(&sides[0].programs[pair[0]], &sides[1].programs[pair[1]]) {
			out = append(out, edits...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// staysUnknown reports whether two programs of one subject, for egress, both leave
// open on some port whether an address outside is let through.
func (d *Diff) staysUnknown(before, after *program) bool {
	starts := slices.Concat(before.starts, after.starts)
	slices.Sort(starts)
	s, t := &d.Before.dirs[model.Egress], &d.After.dirs[model.Egress]
	for _, start := range slices.Compact(starts) {
		a, b := before.rows[run(before.starts, int(start))], after.rows[run(after.starts, int(start))]
		if a.lo == a.hi || b.lo == b.hi {
			continue
		}
		for class := d.Before.u.outside; class < d.Before.u.classes; class++ {
			v, w := s.through(a, int32(class)), t.through(b, int32(class))
			if v.hi && !v.lo && w.hi && !w.lo {
				return true
			}
		}
	}
	return false
}

// ofNames returns the edits of a policy that may matter to rules that name domains:
// those of such rules, of others whose order among them counts, and of the policy
// that has them.
func (e *edits) ofNames(p *policyEdits) []int32 {
	var rules [2][]model.Rule
	ordered := false
	for side, i := range []int32{p.before, p.after} {
		if i < 0 {
			continue
		}
		policy := &[]*Matrix{e.before, e.after}[side].cluster.Policies[i]
		rules[side] = policy.Rules
		ordered = ordered || !onlyAllows(policy)
	}
	if !slices.ContainsFunc(rules[0], names) && !slices.ContainsFunc(rules[1], names) {
		return nil
	}
	var out []int32
	for _, edit := range []int32{p.whole, p.subject, p.isolation, p.place} {
		if edit >= 0 && (e.list[edit].Kind != PolicyRenamed || e.names) {
			out = append(out, edit)
		}
	}
	for _, s := range p.slots {
		if s.edit < 0 {
			continue
		}
		for side, i := range []int32{s.before, s.after} {
			if i >= 0 && rules[side][i].Direction == model.Egress && (ordered || names(rules[side][i])) {
				out = append(out, s.edit)
			}
		}
	}
	return out
}

// names reports whether a rule names domains, which only egress can.
func names(r model.Rule) bool {
	return r.Direction == model.Egress && slices.ContainsFunc(r.Peers, func(p model.Peer) bool { return p.Kind == model.PeerNames })
}
