package engine

import (
	"cmp"
	"slices"
)

// flowRows is what becomes of the flows between kinds of classes: for each
// source a row over the destinations. A cell is the number of a profile; flows
// that are denied everywhere are in no run.
type flowRows struct {
	kinds [roles]*classKinds
	table runTable
	row   []int32 // by source: its row, or -1 if it was not asked for
}

// flowCache makes the rows of flows, and keeps them for other tables.
type flowCache struct {
	profiler *profiler
	made     *sameness
	all      [roles]*classKinds
	known    *flowRows
	about    [roles][]int32 // what known is about
}

func newFlowCache(p *profiler) *flowCache { return &flowCache{profiler: p} }

func (c *flowCache) sameness() *sameness {
	if c.made == nil {
		c.made = newSameness(c.profiler)
	}
	return c.made
}

// kinds returns the kinds of classes by role.
func (c *flowCache) kinds() [roles]*classKinds {
	if c.all[asSource] == nil {
		for r := range roles {
			c.all[r] = classKindsOf(c.sameness(), r)
		}
	}
	return c.all
}

// rows returns the rows of some sources over some destinations at least, given
// as ascending kinds of classes.
func (c *flowCache) rows(src, dst []int32) *flowRows {
	if c.known == nil || !within(src, c.about[asSource]) || !within(dst, c.about[asDestination]) {
		c.known, c.about = newFlowRows(c.sameness(), c.kinds(), src, dst), [roles][]int32{src, dst}
	}
	return c.known
}

// within reports whether an ascending list is part of another one.
func within(a, b []int32) bool {
	for _, x := range a {
		at, ok := slices.BinarySearch(b, x)
		if !ok {
			return false
		}
		b = b[at+1:]
	}
	return true
}

// stripSources is the number of sources whose ingress halves are at hand at a
// time.
const stripSources = 2048

// newFlowRows judges all flows from some sources to some destinations. A source
// costs one step for each destination that its egress admits, or for each whose
// ingress admits it, whichever are fewer.
func newFlowRows(l *sameness, kinds [roles]*classKinds, sources, destinations []int32) *flowRows {
	f := &flowRows{kinds: kinds, row: none(kinds[asSource].len())}
	sheet := newSheet(kinds[asDestination].len())
	judge := newRowJudge(l, kinds, destinations)
	// Sources of one egress program follow on one another within a strip.
	for strip := range slices.Chunk(sources, stripSources) {
		judge.prepare(strip)
		order := slices.Clone(strip)
		slices.SortStableFunc(order, func(a, b int32) int {
			return cmp.Compare(judge.programOf(a), judge.programOf(b))
		})
		for _, s := range order {
			judge.row(s, sheet)
			f.row[s] = f.table.intern(sheet.take(deniedProfile))
		}
	}
	return f
}

// of returns the row of a source.
func (f *flowRows) of(source int32) runs { return f.table.rows[f.row[source]] }

// rowJudge makes the rows.
type rowJudge struct {
	l               *sameness
	kinds           [roles]*classKinds
	egress, ingress *halver
	// admits holds, for each source of the strip, the ingress behaviours that
	// admit it.
	admits [][]admission
	place  []int32 // by source: its place in the strip
	// members holds by ingress behaviour the destinations that have it.
	members [][]int32

	current int32   // the egress behaviour whose halves are in to and reach, or -1
	reach   []int32 // destinations that the egress admits
	to      []int32 // by destination: egress half
	by      []int32 // by ingress behaviour: half for the source at hand
}

// admission is an ingress behaviour with its half towards a source.
type admission struct{ behaviour, half int32 }

func newRowJudge(l *sameness, kinds [roles]*classKinds, destinations []int32) *rowJudge {
	in, dst := asDestination.subject(), kinds[asDestination]
	j := &rowJudge{
		l: l, kinds: kinds, egress: newHalver(l, asSource.subject(), dst), ingress: newHalver(l, in, kinds[asSource]),
		place:   make([]int32, kinds[asSource].len()),
		members: make([][]int32, len(l.programs[in])), by: make([]int32, len(l.programs[in])),
		current: -1, to: make([]int32, dst.len()),
	}
	j.egress.only(destinations)
	for _, d := range destinations {
		b := l.behaviour[in][dst.first[d]]
		j.members[b] = append(j.members[b], d)
	}
	return j
}

// prepare gathers the ingress halves for some sources.
func (j *rowJudge) prepare(sources []int32) {
	j.admits = slices.Grow(j.admits[:0], len(sources))[:len(sources)]
	for at, s := range sources {
		j.admits[at] = j.admits[at][:0]
		j.place[s] = int32(at)
	}
	j.ingress.only(sources)
	for b, p := range j.l.programs[asDestination.subject()] {
		if len(j.members[b]) == 0 {
			continue
		}
		for _, h := range j.ingress.of(p) {
			if h.half != deniedProfile {
				at := j.place[j.kinds[asSource].of[h.class]]
				j.admits[at] = append(j.admits[at], admission{int32(b), h.half})
			}
		}
	}
}

// programOf returns the egress behaviour of a source.
func (j *rowJudge) programOf(source int32) int32 {
	return j.l.behaviour[asSource.subject()][j.kinds[asSource].first[source]]
}

// row writes the profiles of a source's flows that are not denied everywhere.
func (j *rowJudge) row(source int32, out *sheet) {
	j.takeProgram(j.programOf(source))
	admits := j.admits[j.place[source]]
	admitted := 0
	for _, a := range admits {
		j.by[a.behaviour] = a.half
		admitted += len(j.members[a.behaviour])
	}
	class, first := j.kinds[asSource].first[source], j.kinds[asDestination].first
	in := j.l.behaviour[asDestination.subject()]
	if len(j.reach) < admitted {
		for _, d := range j.reach {
			if half := j.by[in[first[d]]]; half != deniedProfile && j.l.m.meet(class, first[d]) {
				out.set(d, j.l.profiler.weaker(j.to[d], half))
			}
		}
	} else {
		for _, a := range admits {
			for _, d := range j.members[a.behaviour] {
				if half := j.to[d]; half != deniedProfile && j.l.m.meet(class, first[d]) {
					out.set(d, j.l.profiler.weaker(half, a.half))
				}
			}
		}
	}
	for _, a := range admits {
		j.by[a.behaviour] = deniedProfile
	}
}

// takeProgram puts the egress halves of a behaviour at hand.
func (j *rowJudge) takeProgram(behaviour int32) {
	if behaviour == j.current {
		return
	}
	for _, d := range j.reach {
		j.to[d] = deniedProfile
	}
	j.reach = j.reach[:0]
	for _, h := range j.egress.of(j.l.programs[asSource.subject()][behaviour]) {
		if h.half != deniedProfile {
			d := j.kinds[asDestination].of[h.class]
			j.reach = append(j.reach, d)
			j.to[d] = h.half
		}
	}
	j.current = behaviour
}
