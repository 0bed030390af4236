package engine

import (
	"encoding/binary"
	"slices"

	"netreach/model"
)

// Comparison is two matrices of one universe against each other, between ends:
// two states of a cluster, or one cluster under different switches. Like a
// Table it judges cells when they are asked for, and belongs to one goroutine.
//
// An end may have members that only one of the clusters has. An end without any
// member in one of them is absent there.
type Comparison struct {
	Ends []End

	before, after *profiler
	groups        [][]jointGroup // by end
	kind          []int32        // by end: ends with the same set of shapes
	in            [][2]bool      // by end: which clusters have a member of it
	// alone marks ends that are not judged by kind, as in Table.
	alone []bool
	// crowded tells that some end tells the members of other ends of one kind
	// apart: it holds nodes, or shares members with others.
	crowded     bool
	memo        map[[2]int32]CellID // by kinds
	differences []difference
	ids         map[string]CellID
	key         []byte // scratch
	// causes finds the cause of each change, if that is wanted.
	causes *attribution
}

// Change is a set of ports on which the verdict about a pair of ends changes.
// Before and After are equal where they are some or unknown for other members
// than they were. None stands for an end that is absent.
type Change struct {
	Before, After model.Verdict
	// Effect says what becomes of the flows between members.
	Effect Effect
	// Cause is 0 unless the comparison is that of a Diff.
	Cause CauseID
	// Ports is ascending; nil means every port of every protocol.
	Ports []PortRange
}

// Effect is what a change does to flows. Members may differ, so that several
// hold.
type Effect uint8

// The effects.
const (
	// Opens: a flow is allowed that was not.
	Opens Effect = 1 << iota
	// Closes: a flow is not allowed any more, or certainly not.
	Closes
	// Unsettles: it becomes unknown whether a flow is allowed.
	Unsettles
	// Appears: flows of an end that is new, which are denied.
	Appears
	// Disappears: flows of an end that is gone, which were denied.
	Disappears
)

// EffectOf returns the effect of a change of one verdict, or 0 where it is none.
// The verdict None stands for an end that is absent.
func EffectOf(before, after model.Verdict) Effect {
	rank := [...]int{model.None: 0, model.Denied: 1, model.Unknown: 2, model.Some: 2, model.Allowed: 3}
	switch {
	case before == after:
		return 0
	case after == model.Unknown:
		return Unsettles
	case before == model.None && after == model.Denied:
		return Appears
	case before == model.Denied && after == model.None:
		return Disappears
	case before == model.Unknown && after == model.Some:
		return Opens | Closes
	case before == model.Some && after == model.Unknown:
		return Unsettles
	case rank[before] < rank[after]:
		return Opens
	}
	return Closes
}

// difference is how the verdict about a cell changes: run i holds from atom
// starts[i] to starts[i+1]-1.
type difference struct {
	starts []int32
	runs   []change
}

type change struct {
	before, after model.Verdict
	// effect is 0 where no flow changes.
	effect Effect
	cause  CauseID
}

// Compare returns the comparison of two matrices of one universe between ends.
func Compare(before, after *Matrix, ends []End) (*Comparison, error) {
	if before.u != after.u {
		return nil, ErrUniverse
	}
	c := &Comparison{
		Ends: ends, before: newProfiler(before), after: newProfiler(after),
		memo: map[[2]int32]CellID{}, ids: map[string]CellID{},
	}
	c.groupEnds()
	return c, nil
}

// Cell returns the content of cell (i, j).
func (c *Comparison) Cell(i, j int) CellID {
	if i == j || c.alone[i] || c.alone[j] {
		return c.judge(i, j)
	}
	key := [2]int32{c.kind[i], c.kind[j]}
	id, ok := c.memo[key]
	if !ok {
		id = c.judge(i, j)
		c.memo[key] = id
	}
	return id
}

// judge compares what the two matrices make of the flows of cell (i, j).
func (c *Comparison) judge(i, j int) CellID {
	if c.Ends[i].Outside && c.Ends[j].Outside {
		return c.intern(difference{})
	}
	kinds, same := c.kinds(i, j)
	var pairs [2]bool
	for _, k := range kinds {
		pairs[0], pairs[1] = pairs[0] || k.in[0], pairs[1] || k.in[1]
	}
	if same[0] && !pairs[0] || same[1] && !pairs[1] {
		// On one side there is only a pod with itself, whom nothing keeps from
		// itself (NP-43). More replicas are no change.
		return c.intern(difference{[]int32{0}, []change{{before: model.Allowed, after: model.Allowed}}})
	}
	return c.intern(c.join(i, j, kinds))
}

// join returns the difference over flows of these kinds.
func (c *Comparison) join(i, j int, kinds []jointKind) difference {
	type profiles struct {
		before, after *profile // nil where there is no such flow
		paired        bool
		// folded tells that the verdicts may be those of several pairs of members,
		// of which one may change for another.
		folded bool
	}
	list := make([]profiles, len(kinds))
	starts := []int32{0}
	for n, k := range kinds {
		var ids [2]int32
		for side, p := range []*profiler{c.before, c.after} {
			if k.in[side] {
				ids[side] = p.of(flowKind{k.src, k.dst, k.rel[side]})
			}
		}
		if k.in[0] {
			list[n].before = &c.before.list[ids[0]]
			starts = append(starts, list[n].before.starts...)
		}
		if k.in[1] {
			list[n].after = &c.after.list[ids[1]]
			starts = append(starts, list[n].after.starts...)
		}
		if list[n].paired = k.paired; !k.paired {
			continue
		}
		if c.causes != nil {
			starts = append(starts, c.causes.edges(&k)...)
		}
		if list[n].folded = c.folded(&k, list[n].before, list[n].after); list[n].folded {
			for side, m := range c.sides() {
				starts = append(starts, m.edges(flowKind{k.src, k.dst, k.rel[side]})...)
			}
		}
	}
	slices.Sort(starts)
	var d difference
	for _, start := range slices.Compact(starts) {
		var before, after model.Mix
		var effect Effect
		var causes []CauseID
		for n, p := range list {
			v, w := model.None, model.None
			if p.before != nil {
				v = p.before.at(int(start))
			}
			if p.after != nil {
				w = p.after.at(int(start))
			}
			if p.paired {
				v, w = c.withServed(&kinds[n], v, w)
			}
			if p.before != nil {
				before = before.With(v)
			}
			if p.after != nil {
				after = after.With(w)
			}
			e := EffectOf(v, w)
			if p.folded && v == w && mixed(v) {
				e = c.ofMembers(&kinds[n], int(start))
			}
			if p.paired && e != 0 {
				effect |= e
				if c.causes != nil {
					causes = append(causes, c.causes.ofFlow(&kinds[n], int(start), v, w))
				}
			}
		}
		run := change{before: before.Verdict(), after: after.Verdict(), effect: effect}
		if effect == 0 {
			// Where no pair changes that both sides have, what comes and goes may
			// still change the whole.
			if run.effect = EffectOf(run.before, run.after); run.effect != 0 && c.causes != nil {
				causes = append(causes, c.causes.ofWhole(i, j))
			}
		}
		if len(causes) > 0 {
			run.cause = c.causes.join(causes)
		}
		if n := len(d.runs); n > 0 && d.runs[n-1] == run {
			continue
		}
		d.starts = append(d.starts, start)
		d.runs = append(d.runs, run)
	}
	return d
}

// mixed reports whether a verdict may be that of flows that differ.
func mixed(v model.Verdict) bool { return v == model.Some || v == model.Unknown }

// folded reports whether the verdicts about a kind of flow do not tell all that
// changes: a pair of several members, addresses of one family each, that may
// have the same mixed verdict on both sides for other members (NP-53).
func (c *Comparison) folded(k *jointKind, before, after *profile) bool {
	u := c.before.m.u
	return len(u.shapes[k.src])*len(u.shapes[k.dst]) > 1 && slices.ContainsFunc(before.verdicts, mixed) && slices.ContainsFunc(after.verdicts, mixed)
}

// ofMembers returns what becomes of the flows between the members of a kind at an
// atom, member pair by member pair.
func (c *Comparison) ofMembers(k *jointKind, atom int) Effect {
	u := c.before.m.u
	var effect Effect
	for _, a := range u.shapes[k.src] {
		for _, b := range u.shapes[k.dst] {
			var verdicts [2]model.Verdict
			for side, m := range c.sides() {
				// Without a common family nothing gets through.
				if verdicts[side] = model.Denied; m.meet(a, b) {
					verdicts[side] = m.classVerdict(a, b, k.rel[side], atom)
				}
			}
			effect |= EffectOf(verdicts[0], verdicts[1])
		}
	}
	return effect
}

func (c *Comparison) intern(d difference) CellID {
	key := c.key[:0]
	for i, start := range d.starts {
		key = binary.LittleEndian.AppendUint32(key, uint32(start))
		key = append(key, byte(d.runs[i].before), byte(d.runs[i].after), byte(d.runs[i].effect))
		key = binary.LittleEndian.AppendUint32(key, uint32(d.runs[i].cause))
	}
	c.key = key
	id, ok := c.ids[string(key)]
	if !ok {
		id = CellID(len(c.differences))
		c.ids[string(key)] = id
		c.differences = append(c.differences, d)
	}
	return id
}

// Itself is as in Table: in both clusters, as far as they have the pod.
func (c *Comparison) Itself(i, j int) bool {
	if len(c.Ends[i].Peers) != 1 || !slices.Equal(c.Ends[i].Peers, c.Ends[j].Peers) {
		return false
	}
	id := c.Ends[i].Peers[0]
	return c.before.m.itself(id) && c.after.m.itself(id)
}

// Changed reports whether the verdict about some flow of a content changes.
func (c *Comparison) Changed(id CellID) bool {
	return slices.ContainsFunc(c.differences[id].runs, func(r change) bool { return r.effect != 0 })
}

// Changes returns the ports on which the verdict of a content changes, in the
// order of their first port.
func (c *Comparison) Changes(id CellID) []Change {
	d := &c.differences[id]
	m := c.before.m
	var out []Change
	for i, run := range d.runs {
		if run.effect == 0 {
			continue
		}
		at := slices.IndexFunc(out, func(o Change) bool {
			return o.Before == run.before && o.After == run.after && o.Effect == run.effect && o.Cause == run.cause
		})
		if at < 0 {
			at = len(out)
			out = append(out, Change{Before: run.before, After: run.after, Effect: run.effect, Cause: run.cause})
		}
		end := m.u.ports.Len()
		if i+1 < len(d.starts) {
			end = int(d.starts[i+1])
		}
		for atom := int(d.starts[i]); atom < end; atom++ {
			out[at].Ports = appendRange(out[at].Ports, m.atomRange(atom))
		}
	}
	for i := range out {
		if slices.Equal(out[i].Ports, everyPort) {
			out[i].Ports = nil
		}
	}
	return out
}
