package engine

import (
	"encoding/binary"
	"slices"

	"netreach/model"
)

// CauseID identifies a cause of a Diff. 0 is none.
type CauseID int32

// Cause is the edits that make a change.
type Cause struct {
	// Edits are indices of Diff.Edits, ascending.
	Edits []int32
	// Each tells that each of several edits is enough by itself. Otherwise it
	// takes all of them together.
	Each bool
	// Open tells that it was not found out which of the edits it takes.
	Open bool
}

// mostHypotheses bounds how many kinds of flow with several possible causes are
// examined. Beyond it the causes of a flow stay open.
const mostHypotheses = 3000

// attribution finds the causes of changes. What may be a cause of a change is
// every edit of a policy that concerns the end whose rules differ, and every edit
// of the two ends. Where that is one edit, it is the cause, as there is nothing
// else that differs. Where there are several, hypotheses tell.
type attribution struct {
	*edits
	c         *Comparison
	workloads []Workload
	list      []Cause
	ids       map[string]CauseID
	// ofPrograms holds the edits of policies that may bear on a program, by
	// direction and the programs of both sides.
	ofPrograms map[[3]int32][]int32
	edgesOf    map[[3]int32][]int32
	memo       map[string]CauseID
	otherEnds  map[int]bool // by end: see others
	asked      int
}

func newAttribution(c *Comparison, e *edits, workloads []Workload) *attribution {
	return &attribution{
		edits: e, c: c, workloads: workloads, list: []Cause{{}}, ids: map[string]CauseID{},
		ofPrograms: map[[3]int32][]int32{}, edgesOf: map[[3]int32][]int32{}, otherEnds: map[int]bool{}, memo: map[string]CauseID{},
	}
}

// intern returns the ID of a cause.
func (x *attribution) intern(edits []int32, each, open bool) CauseID {
	edits = slices.Clone(edits)
	slices.Sort(edits)
	edits = slices.Compact(edits)
	if len(edits) < 2 {
		each = false
	}
	key := appendInt32s(nil, edits)
	if each {
		key = append(key, 'e')
	}
	if open {
		key = append(key, 'o')
	}
	id, ok := x.ids[string(key)]
	if !ok {
		id = CauseID(len(x.list))
		x.ids[string(key)] = id
		x.list = append(x.list, Cause{edits, each, open})
	}
	return id
}

// join returns the cause that several causes are together.
func (x *attribution) join(ids []CauseID) CauseID {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	switch len(ids) {
	case 0:
		return 0
	case 1:
		return ids[0]
	}
	var edits []int32
	each, open := true, false
	for _, id := range ids {
		cause := &x.list[id]
		edits = append(edits, cause.Edits...)
		each = each && (len(cause.Edits) == 1 || cause.Each)
		open = open || cause.Open
	}
	// Of different flows of one pair, each has a cause of its own.
	return x.intern(edits, each, open)
}

// ofWhole returns the cause of a change of the whole that no pair of peers shows
// which both clusters have.
func (x *attribution) ofWhole(i, j int) CauseID {
	var edits []int32
	for _, end := range []int{i, j} {
		if end >= len(x.workloads) {
			continue // outside
		}
		w := &x.workloads[end]
		if w.Before < 0 || w.After < 0 {
			// What two new ends do to one another stands with the source.
			return x.intern([]int32{x.edits.workloads[end]}, false, false)
		}
	}
	// An end of which no pod comes, goes or moves is no cause, but where there is
	// no other.
	for _, bears := range []func(int) bool{x.others, x.comesOrGoes} {
		for _, end := range []int{i, j} {
			if end < len(x.workloads) && bears(end) {
				edits = append(edits, x.otherPods(end, &x.workloads[end], x.c.groups[end]))
			}
		}
		if len(edits) > 0 {
			break
		}
	}
	edits = slices.Compact(edits)
	return x.intern(edits, false, len(edits) > 1)
}

// others reports whether pods of an end are in one cluster only, or on different
// nodes in the two.
func (x *attribution) others(end int) bool {
	is, ok := x.otherEnds[end]
	if !ok {
		groups := x.c.groups[end]
		is = slices.ContainsFunc(groups, func(g jointGroup) bool { return g.in[0] != g.in[1] }) || len(x.moved(groups)) > 0
		x.otherEnds[end] = is
	}
	return is
}

// comesOrGoes reports whether pods of an end are in one cluster only, or may have
// moved between nodes.
func (x *attribution) comesOrGoes(end int) bool {
	for k := range x.c.groups[end] {
		if g := &x.c.groups[end][k]; g.in[0] != g.in[1] || x.c.placed(g) {
			return true
		}
	}
	return false
}

// ofFlow returns the cause of the change of a kind of flow that both clusters
// have, at a port atom, from v to w.
func (x *attribution) ofFlow(k *jointKind, atom int, v, w model.Verdict) CauseID {
	before, after := x.before, x.after
	// The directions that differ, each for a pair of members.
	type directed struct {
		dir           model.Direction
		subject, peer int32
	}
	var differ []directed
	possible := x.ofEnds(k)
	edited := len(possible) > 0
	for _, s := range before.u.shapes[k.src] {
		for _, d := range before.u.shapes[k.dst] {
			for dir := range model.Directions {
				subject, peer := s, d
				if dir == model.Ingress {
					subject, peer = d, s
				}
				a := before.directed(dir, subject, peer, k.rel[0], atom)
				b := after.directed(dir, subject, peer, k.rel[1], atom)
				if a == b {
					continue
				}
				possible = append(possible, x.ofProgram(x.programs(dir, subject))...)
				differ = append(differ, directed{dir, subject, peer})
			}
		}
	}
	slices.Sort(possible)
	possible = slices.Compact(possible)
	if len(possible) < 2 {
		return x.intern(possible, false, len(possible) == 0)
	}
	key := []byte{byte(v), byte(w)}
	for _, d := range differ {
		programs := x.programs(d.dir, d.subject)
		key = appendInt32s(key, programs[:])
		key = x.appendMatches(key, d.dir, d.subject, d.peer, atom)
	}
	if edited {
		key = binary.LittleEndian.AppendUint32(key, uint32(k.src))
		key = binary.LittleEndian.AppendUint32(key, uint32(k.dst))
	}
	key = append(key, byte(k.rel[0]), byte(k.rel[1]))
	id, ok := x.memo[string(key)]
	if !ok {
		id = x.examine(k, atom, v, w, possible)
		x.memo[string(key)] = id
	}
	return id
}

// ofEnds returns the edits of the two ends of a flow.
func (x *attribution) ofEnds(k *jointKind) []int32 {
	var out []int32
	for i, id := range []PeerID{k.p, k.q} {
		for _, l := range x.shapes[[]int32{k.src, k.dst}[i]] {
			out = append(out, l.edit)
		}
		for _, l := range x.namespaces[x.before.u.peers[id].Namespace] {
			out = append(out, l.edit)
		}
	}
	return out
}

// programs returns the programs of a class on both sides, behind the direction.
func (x *attribution) programs(d model.Direction, subject int32) [3]int32 {
	return [3]int32{int32(d), x.before.dirs[d].programOf[subject], x.after.dirs[d].programOf[subject]}
}

// ofProgram returns the edits of the policies that a program has on either side.
func (x *attribution) ofProgram(pair [3]int32) []int32 {
	if out, ok := x.ofPrograms[pair]; ok {
		return out
	}
	var out []int32
	d := model.Direction(pair[0])
	for side, m := range []*Matrix{x.before, x.after} {
		for _, entry := range m.dirs[d].programs[pair[1+side]].entries {
			if id := x.policyOf[side][entry/2]; id >= 0 {
				out = append(out, x.ofPolicy(&x.policies[id], d)...)
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	x.ofPrograms[pair] = out
	return out
}

// ofPolicy returns the edits of a policy that may matter in direction d.
func (x *attribution) ofPolicy(p *policyEdits, d model.Direction) []int32 {
	var out []int32
	for _, edit := range []int32{p.whole, p.subject, p.isolation, p.place} {
		if edit >= 0 && (x.edits.list[edit].Kind != PolicyRenamed || x.names) {
			out = append(out, edit)
		}
	}
	for _, s := range p.slots {
		if s.edit < 0 {
			continue
		}
		of := model.Direction(0)
		if s.before >= 0 {
			of = x.before.cluster.Policies[p.before].Rules[s.before].Direction
		} else {
			of = x.after.cluster.Policies[p.after].Rules[s.after].Direction
		}
		if of == d {
			out = append(out, s.edit)
		}
	}
	return out
}

// edges returns the atoms at which the cause of a change of a kind of flow may be
// another one: where rules begin and end to apply, if several edits bear on it.
func (x *attribution) edges(k *jointKind) []int32 {
	var out []int32
	for _, s := range x.before.u.shapes[k.src] {
		out = x.appendEdges(out, model.Egress, s)
	}
	for _, d := range x.before.u.shapes[k.dst] {
		out = x.appendEdges(out, model.Ingress, d)
	}
	return out
}

func (x *attribution) appendEdges(out []int32, d model.Direction, subject int32) []int32 {
	pair := x.programs(d, subject)
	if len(x.ofProgram(pair)) == 0 {
		return out
	}
	edges, ok := x.edgesOf[pair]
	if !ok {
		for side, m := range []*Matrix{x.before, x.after} {
			s := &m.dirs[d]
			for f := range s.fragmentsOf(&s.programs[pair[1+side]]) {
				for _, r := range f.atoms {
					edges = append(edges, r.lo, r.hi)
				}
			}
		}
		slices.Sort(edges)
		edges = slices.DeleteFunc(slices.Compact(edges), func(atom int32) bool { return int(atom) >= x.before.u.ports.Len() })
		x.edgesOf[pair] = edges
	}
	return append(out, edges...)
}

// appendMatches appends which rules of the two programs match a peer at an atom.
// Peers that have not been edited and are matched alike share their causes.
func (x *attribution) appendMatches(key []byte, d model.Direction, subject, peer int32, atom int) []byte {
	for _, m := range []*Matrix{x.before, x.after} {
		s := &m.dirs[d]
		for f := range s.fragmentsOf(&s.programs[s.programOf[subject]]) {
			match := byte('0')
			switch {
			case !f.covers(atom):
			case s.sets.Has(f.peers.certain, peer):
				match = '2'
			case s.sets.Has(f.peers.possible, peer):
				match = '1'
			}
			key = append(key, match)
		}
		key = append(key, '|')
	}
	return key
}

// examine finds out which of the possible edits make the change.
func (x *attribution) examine(k *jointKind, atom int, v, w model.Verdict, possible []int32) CauseID {
	if x.asked++; x.asked > mostHypotheses {
		return x.intern(possible, false, true)
	}
	protocol, port, _ := x.before.u.ports.Bounds(atom)
	h := hypothesis{e: x.edits, src: k.p, dst: k.q, shapes: [2]int32{k.src, k.dst}, protocol: protocol, port: port, policies: x.candidates(k.p, k.q)}
	// Where the verdict stays the same, it is the members that change.
	type outcome struct {
		verdict model.Verdict
		members string
	}
	gives := func(made []int32) outcome {
		verdict, members, err := h.verdict(made)
		switch {
		case err != nil:
			return outcome{}
		case v != w:
			return outcome{verdict: verdict}
		}
		return outcome{verdict, members}
	}
	none, all := gives(nil), gives(possible)
	if none.verdict != v || all.verdict != w || none == all {
		return x.intern(possible, false, true) // something else bears on it
	}
	var single []int32
	for _, edit := range possible {
		if gives([]int32{edit}) == all {
			single = append(single, edit)
		}
	}
	if len(single) > 0 {
		return x.intern(single, true, false)
	}
	// None is enough alone: leave out what is not needed.
	needed := slices.Clone(possible)
	for _, edit := range slices.Backward(possible) {
		without := slices.DeleteFunc(slices.Clone(needed), func(e int32) bool { return e == edit })
		if gives(without) == all {
			needed = without
		}
	}
	return x.intern(needed, false, false)
}
