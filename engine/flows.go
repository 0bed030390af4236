package engine

import (
	"cmp"
	"slices"
)

// flowRows is what becomes of the flows between kinds of classes: for each
// source a row over the destinations. A cell is the number of a flow, see
// flowIDs; flows that are denied everywhere are in no run.
type flowRows struct {
	kinds [roles]*classKinds
	table runTable
	row   []int32 // by source: its row, or -1 if it was not asked for
}

// flowCache makes the rows of flows, and keeps them for other tables.
type flowCache struct {
	profilers []*profiler
	made      *flowIDs
	all       [roles]*classKinds
	known     *flowRows
	about     [roles][]int32 // what known is about
}

func newFlowCache(profilers ...*profiler) *flowCache { return &flowCache{profilers: profilers} }

func (c *flowCache) ids() *flowIDs {
	if c.made == nil {
		layers := make([]*sameness, len(c.profilers))
		for k, p := range c.profilers {
			layers[k] = newSameness(p)
		}
		c.made = newFlowIDs(layers)
	}
	return c.made
}

// kinds returns the kinds of classes by role.
func (c *flowCache) kinds() [roles]*classKinds {
	if c.all[asSource] == nil {
		for r := range roles {
			c.all[r] = classKindsOf(c.ids().layers, r)
		}
	}
	return c.all
}

// rows returns the rows of some sources over some destinations at least, given
// as ascending kinds of classes.
func (c *flowCache) rows(src, dst []int32) *flowRows {
	if c.known == nil || !within(src, c.about[asSource]) || !within(dst, c.about[asDestination]) {
		c.known, c.about = newFlowRows(c.ids(), c.kinds(), src, dst), [roles][]int32{src, dst}
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

// flowIDs numbers what the layers make of a flow. In one layer it is the number
// of the profile, in several that of a list of profiles. 0 is denied everywhere
// in every layer.
type flowIDs struct {
	layers []*sameness
	list   [][]int32 // of several layers
	ids    map[string]int32
	key    []byte
}

const deniedFlow int32 = 0

func newFlowIDs(layers []*sameness) *flowIDs {
	f := &flowIDs{layers: layers, ids: map[string]int32{}}
	f.of(make([]int32, len(layers))...)
	return f
}

// of returns the number of what the layers make of a flow, in their order.
func (f *flowIDs) of(profiles ...int32) int32 {
	if len(f.layers) == 1 {
		return profiles[0]
	}
	f.key = appendInt32s(f.key[:0], profiles)
	id, ok := f.ids[string(f.key)]
	if !ok {
		id = int32(len(f.list))
		f.ids[string(f.key)] = id
		f.list = append(f.list, slices.Clone(profiles))
	}
	return id
}

// profile returns what one layer makes of a flow.
func (f *flowIDs) profile(flow int32, layer int) int32 {
	if len(f.layers) == 1 {
		return flow
	}
	return f.list[flow][layer]
}

// stripSources is the number of sources whose ingress halves are at hand at a
// time.
const stripSources = 2048

// newFlowRows judges all flows from some sources to some destinations. A source
// costs one step for each destination that its egress admits, or for each whose
// ingress admits it, whichever are fewer.
func newFlowRows(ids *flowIDs, kinds [roles]*classKinds, sources, destinations []int32) *flowRows {
	f := &flowRows{kinds: kinds, row: none(kinds[asSource].len())}
	sheet := newSheet(kinds[asDestination].len())
	judges := make([]*rowJudge, len(ids.layers))
	for k, l := range ids.layers {
		judges[k] = newRowJudge(l, kinds, destinations)
	}
	// Sources of one egress program follow on one another within a strip.
	for strip := range slices.Chunk(sources, stripSources) {
		for _, j := range judges {
			j.prepare(strip)
		}
		order := slices.Clone(strip)
		slices.SortStableFunc(order, func(a, b int32) int {
			return cmp.Compare(judges[0].programOf(a), judges[0].programOf(b))
		})
		for _, s := range order {
			if len(judges) == 1 {
				judges[0].row(s, sheet)
			} else {
				joinRows(ids, judges, s, sheet)
			}
			f.row[s] = f.table.intern(sheet.take(deniedFlow))
		}
	}
	return f
}

// joinRows writes the flows of a source from what each layer makes of them.
func joinRows(ids *flowIDs, judges []*rowJudge, source int32, out *sheet) {
	rows := make([]runs, len(judges))
	for k, j := range judges {
		j.row(source, out)
		rows[k] = slices.Clone(out.take(deniedProfile))
	}
	profiles := make([]int32, len(judges))
	for _, r := range rows {
		for _, c := range r {
			for d := c.from; d < c.to; d++ {
				for k := range rows {
					profiles[k] = rows[k].at(d, deniedProfile)
				}
				out.set(d, ids.of(profiles...))
			}
		}
	}
}

// of returns the row of a source.
func (f *flowRows) of(source int32) runs { return f.table.rows[f.row[source]] }

// rowJudge makes the rows of one layer.
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
