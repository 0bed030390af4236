package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"netreach/model"
	"netreach/model/selector"
)

// policyEdits is a policy that is not the same in two clusters, and its edits.
type policyEdits struct {
	// before and after are its indices in the two clusters, or -1.
	before, after int32
	// whole is the edit that adds, removes or renames it, or -1.
	whole                     int32
	subject, isolation, place int32 // edits, or -1
	slots                     []ruleSlot
}

// ruleSlot is a rule in the merged order of two versions of a policy.
type ruleSlot struct {
	before, after int32 // indices of the rule, or -1
	edit          int32 // or -1 where the two are the same
}

// editPolicies pairs the policies of the two clusters by name, and those that are
// left by content, and compares each pair.
func (e *edits) editPolicies() {
	old, now := e.before.cluster.Policies, e.after.cluster.Policies
	type name struct{ kind, namespace, name string }
	nameOf := func(p *model.Policy) name { return name{p.Origin.Kind, p.Origin.Namespace, p.Origin.Name} }
	at := make(map[name]int, len(old))
	for i := range old {
		at[nameOf(&old[i])] = i
	}
	e.policyOf = [2][]int32{make([]int32, len(old)), make([]int32, len(now))}
	for side := range e.policyOf {
		for i := range e.policyOf[side] {
			e.policyOf[side][i] = -1
		}
	}
	kept := make([]bool, len(old))
	var fresh []int
	for i := range now {
		j, ok := at[nameOf(&now[i])]
		if !ok {
			fresh = append(fresh, i)
			continue
		}
		kept[j] = true
		e.comparePolicies(int32(j), int32(i))
	}
	gone := map[string][]int{}
	for i := range old {
		if !kept[i] {
			key := policyKey(&old[i])
			gone[key] = append(gone[key], i)
		}
	}
	for _, i := range fresh {
		key := policyKey(&now[i])
		if list := gone[key]; len(list) > 0 {
			gone[key] = list[1:]
			kept[list[0]] = true
			e.renamed(int32(list[0]), int32(i))
			continue
		}
		e.policy(policyEdits{before: -1, after: int32(i), subject: -1, isolation: -1, place: -1, whole: e.add(Edit{
			Kind: PolicyAdded, Object: now[i].Origin.Object(), Text: "added", After: origins(now[i].Origin),
		})})
	}
	for i := range old {
		if !kept[i] {
			e.policy(policyEdits{before: int32(i), after: -1, subject: -1, isolation: -1, place: -1, whole: e.add(Edit{
				Kind: PolicyRemoved, Object: old[i].Origin.Object(), Text: "removed", Before: origins(old[i].Origin),
			})})
		}
	}
}

func (e *edits) policy(p policyEdits) {
	id := int32(len(e.policies))
	e.policies = append(e.policies, p)
	if p.before >= 0 {
		e.policyOf[0][p.before] = id
	}
	if p.after >= 0 {
		e.policyOf[1][p.after] = id
	}
}

func (e *edits) renamed(before, after int32) {
	old, now := e.before.cluster.Policies[before].Origin, e.after.cluster.Policies[after].Origin
	p := policyEdits{before: before, after: after, subject: -1, isolation: -1, place: -1, whole: e.add(Edit{
		Kind: PolicyRenamed, Object: now.Object(), Text: "renamed, was " + old.Object(), Before: origins(old), After: origins(now),
	})}
	for i := range e.after.cluster.Policies[after].Rules {
		p.slots = append(p.slots, ruleSlot{-1, int32(i), -1})
	}
	e.policy(p)
}

// comparePolicies compares two versions of a policy part by part.
func (e *edits) comparePolicies(before, after int32) {
	old, now := &e.before.cluster.Policies[before], &e.after.cluster.Policies[after]
	if samePolicy(old, now) {
		return
	}
	p := policyEdits{before: before, after: after, whole: -1, subject: -1, isolation: -1, place: -1}
	edit := func(kind EditKind, field, text string) int32 {
		return e.add(Edit{Kind: kind, Object: now.Origin.Object(), Text: text, Before: origins(old.Origin.At(field)), After: origins(now.Origin.At(field))})
	}
	differs := false
	if podSetKey(&old.Subject) != podSetKey(&now.Subject) {
		differs = true
		p.subject = edit(PolicySubject, subjectField(now), fmt.Sprintf("now selects %s, before %s", now.Subject, old.Subject))
	}
	if old.Isolates != now.Isolates {
		differs = true
		p.isolation = edit(PolicyIsolation, "spec.policyTypes", fmt.Sprintf("now isolates %s, before %s", isolationText(now), isolationText(old)))
	}
	if old.Tier != now.Tier || old.Order != now.Order || old.Unordered != now.Unordered {
		differs = true
		text := fmt.Sprintf("priority %s → %s", orderText(old.Order), orderText(now.Order))
		if old.Tier != now.Tier {
			text = fmt.Sprintf("tier %s → %s", old.Tier, now.Tier)
		}
		p.place = edit(PolicyPlace, "spec.priority", text)
	}
	slots, ruled := e.compareRules(old, now)
	p.slots = slots
	if differs || ruled {
		e.policy(p)
	}
}

// onlyAllows reports whether a policy has no rules but such that allow, so that
// their order is of no account.
func onlyAllows(p *model.Policy) bool {
	return !slices.ContainsFunc(p.Rules, func(r model.Rule) bool { return r.Action != model.Allow })
}

// samePolicy reports whether two policies are literally the same, as most are,
// their places in files apart.
func samePolicy(a, b *model.Policy) bool {
	return a.Tier == b.Tier && a.Order == b.Order && a.Unordered == b.Unordered && a.Isolates == b.Isolates && samePods(&a.Subject, &b.Subject) &&
		slices.EqualFunc(a.Rules, b.Rules, func(x, y model.Rule) bool {
			return x.Direction == y.Direction && x.Action == y.Action && slices.Equal(x.Ports, y.Ports) && slices.EqualFunc(x.Peers, y.Peers, samePeer)
		})
}

func samePods(a, b *model.PodSet) bool {
	return a.Namespace == b.Namespace && sameSelector(a.Namespaces, b.Namespaces) && sameSelector(a.Pods, b.Pods)
}

func sameSelector(a, b selector.Selector) bool {
	return slices.EqualFunc(a.Requirements, b.Requirements, func(x, y selector.Requirement) bool {
		return x.Key == y.Key && x.Op == y.Op && slices.Equal(x.Values, y.Values)
	})
}

func samePeer(a, b model.Peer) bool {
	return a.Kind == b.Kind && a.Everyone == b.Everyone && samePods(&a.Pods, &b.Pods) && a.Block.CIDR == b.Block.CIDR &&
		slices.Equal(a.Block.Except, b.Block.Except) && sameSelector(a.Nodes, b.Nodes) && slices.Equal(a.Names, b.Names)
}

func subjectField(p *model.Policy) string {
	if p.Tier == model.TierNetworkPolicy {
		return "spec.podSelector"
	}
	return "spec.subject"
}

func orderText(order float64) string { return strconv.FormatFloat(order, 'g', -1, 64) }

func isolationText(p *model.Policy) string {
	var words []string
	for d := range model.Directions {
		if p.Isolates[d] {
			words = append(words, d.String())
		}
	}
	if words == nil {
		return "nothing"
	}
	return strings.Join(words, " and ")
}

// compareRules merges the rules of two versions of a policy: those that are the
// same stand in their order, or anyhow where the order is of no account. A rule
// that is the same at another place is moved; what is left over on both sides
// between two that stand is changed.
func (e *edits) compareRules(old, now *model.Policy) (slots []ruleSlot, differs bool) {
	a, b := ruleKeys(old), ruleKeys(now)
	free := onlyAllows(old) && onlyAllows(now)
	for _, m := range matchRules(a, b, free) {
		slots = append(slots, ruleSlot{m[0], m[1], -1})
	}
	ofRule := func(i int32, p *model.Policy) []model.Origin {
		if i < 0 {
			return nil
		}
		return origins(p.Rules[i].Origin)
	}
	add := func(s *ruleSlot, kind EditKind, text string) {
		s.edit = e.add(Edit{Kind: kind, Object: now.Origin.Object(), Text: text, Before: ofRule(s.before, old), After: ofRule(s.after, now)})
	}
	// Moved: the same rule, once gone and once new.
	for i := range slots {
		for j := range slots {
			s, t := &slots[i], &slots[j]
			if s.after < 0 && s.edit < 0 && t.before < 0 && t.edit < 0 && a[s.before] == b[t.after] {
				whole := ruleSlot{s.before, t.after, -1}
				add(&whole, RuleMoved, fmt.Sprintf("%s moved, was %s", field(now, t.after), field(old, s.before)))
				s.edit, t.edit = whole.edit, whole.edit
				differs = true
			}
		}
	}
	// Changed: one gone and one new of one direction, with nothing that stands
	// between them.
	for i := 0; i < len(slots); i++ {
		s := &slots[i]
		if s.after >= 0 || s.edit >= 0 {
			continue
		}
		j := slices.IndexFunc(slots, func(t ruleSlot) bool {
			return t.before < 0 && t.edit < 0 && old.Rules[s.before].Direction == now.Rules[t.after].Direction
		})
		if j < 0 || !free && !nothingStands(slots, i, j) {
			continue
		}
		s.after = slots[j].after
		text := field(now, s.after) + " changed"
		if was := field(old, s.before); was != field(now, s.after) {
			text += ", was " + was
		}
		add(s, RuleChanged, text)
		slots = slices.Delete(slots, j, j+1)
		if j < i {
			i--
		}
		differs = true
	}
	for i := range slots {
		s := &slots[i]
		switch {
		case s.edit >= 0 || s.before >= 0 && s.after >= 0:
			continue
		case s.after < 0:
			add(s, RuleRemoved, field(old, s.before)+" removed")
		default:
			add(s, RuleAdded, field(now, s.after)+" added")
		}
		differs = true
	}
	return slots, differs
}

// nothingStands reports whether no rule that both versions have lies between two
// slots.
func nothingStands(slots []ruleSlot, i, j int) bool {
	for _, s := range slots[min(i, j)+1 : max(i, j)] {
		if s.before >= 0 && s.after >= 0 {
			return false
		}
	}
	return true
}

// field names a rule of a policy as its manifest does: "ingress[0]".
func field(p *model.Policy, rule int32) string {
	r := &p.Rules[rule]
	name := strings.TrimPrefix(r.Origin.Field, "spec.")
	if name == "" {
		name = fmt.Sprintf("%s rule", r.Direction)
	}
	if r.Name != "" {
		name += " " + strconv.Quote(r.Name)
	}
	return name
}

// matchRules merges two lists of rules into pairs, with -1 where one has no
// partner: a longest common subsequence, or any equal ones if free.
func matchRules(a, b []string, free bool) [][2]int32 {
	var out [][2]int32
	if free {
		left := map[string][]int32{}
		for i, key := range a {
			left[key] = append(left[key], int32(i))
		}
		gone := make([]bool, len(a))
		for j, key := range b {
			if list := left[key]; len(list) > 0 {
				out = append(out, [2]int32{list[0], int32(j)})
				left[key], gone[list[0]] = list[1:], true
			} else {
				out = append(out, [2]int32{-1, int32(j)})
			}
		}
		for i := range a {
			if !gone[i] {
				out = append(out, [2]int32{int32(i), -1})
			}
		}
		return out
	}
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, [2]int32{int32(i), int32(j)})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			out = append(out, [2]int32{int32(i), -1})
			i++
		default:
			out = append(out, [2]int32{-1, int32(j)})
			j++
		}
	}
	return out
}
