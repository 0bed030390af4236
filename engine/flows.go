package engine

import (
	"cmp"
	"slices"
)

// flowRows is what becomes of the flows between all kinds of classes: for each
// source a row over the destinations. A cell is the number of a flow, see
// flowIDs; flows that are denied everywhere are in no run.
type flowRows struct {
	src, dst *classKinds
	rows     runTable
	row      []int32 // by source: its row
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

// newFlowRows judges all flows. A source costs one step for each destination
// that its egress admits, or for each whose ingress admits it, whichever are
// fewer.
func newFlowRows(ids *flowIDs) *flowRows {
	f := &flowRows{src: classKindsOf(ids.layers, asSource), dst: classKindsOf(ids.layers, asDestination)}
	f.row = make([]int32, f.src.len())
	sheet := newSheet(f.dst.len())
	judges := make([]*rowJudge, len(ids.layers))
	for k, l := range ids.layers {
		judges[k] = newRowJudge(l, f)
	}
	several := make([]int32, len(judges))
	for from := 0; from < f.src.len(); from += stripSources {
		to := min(from+stripSources, f.src.len())
		for _, j := range judges {
			j.prepare(from, to)
		}
		// Sources of one egress program follow on one another.
		order := make([]int, 0, to-from)
		for s := from; s < to; s++ {
			order = append(order, s)
		}
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Compare(judges[0].programOf(a), judges[0].programOf(b))
		})
		for _, s := range order {
			if len(judges) == 1 {
				judges[0].row(int32(s), sheet)
				f.row[s] = f.rows.intern(sheet.take(deniedFlow))
				continue
			}
			rows := make([]runs, len(judges))
			for k, j := range judges {
				j.row(int32(s), sheet)
				rows[k] = slices.Clone(sheet.take(deniedProfile))
			}
			for _, r := range rows {
				for _, c := range r {
					for d := c.from; d < c.to; d++ {
						for k := range rows {
							several[k] = rows[k].at(d, deniedProfile)
						}
						sheet.set(d, ids.of(several...))
					}
				}
			}
			f.row[s] = f.rows.intern(sheet.take(deniedFlow))
		}
	}
	return f
}

// at returns the flow between two kinds of classes.
func (f *flowRows) at(src, dst int32) int32 { return f.rows.rows[f.row[src]].at(dst, deniedFlow) }

// rowJudge makes the rows of one layer.
type rowJudge struct {
	l               *sameness
	f               *flowRows
	egress, ingress *halver
	// admits holds, for each source of the strip, the ingress behaviours that
	// admit it, each with its half.
	from   int
	admits [][]peerHalf
	// members holds by ingress behaviour the destinations that have it.
	members [][]int32

	current *program // whose halves are in to and reach
	reach   []int32  // destinations that the egress admits
	to      []int32  // by destination: egress half
	by      []int32  // by ingress behaviour: half for the source at hand
}

func newRowJudge(l *sameness, f *flowRows) *rowJudge {
	in := asDestination.subject()
	j := &rowJudge{
		l: l, f: f, egress: newHalver(l, asSource.subject(), f.dst), ingress: newHalver(l, in, f.src),
		members: make([][]int32, len(l.programs[in])), by: make([]int32, len(l.programs[in])),
		to: make([]int32, f.dst.len()),
	}
	for d, first := range f.dst.first {
		b := l.behaviour[in][first]
		j.members[b] = append(j.members[b], int32(d))
	}
	return j
}

// prepare gathers the ingress halves for the sources from to to-1.
func (j *rowJudge) prepare(from, to int) {
	j.from = from
	j.admits = slices.Grow(j.admits[:0], to-from)[:to-from]
	for s := range j.admits {
		j.admits[s] = j.admits[s][:0]
	}
	j.ingress.only(from, to)
	for b, p := range j.l.programs[asDestination.subject()] {
		if len(j.members[b]) == 0 {
			continue
		}
		for _, h := range j.ingress.of(p) {
			if h.half != deniedProfile {
				s := int(j.f.src.of[h.class]) - from
				j.admits[s] = append(j.admits[s], peerHalf{int32(b), h.half})
			}
		}
	}
}

// programOf returns the egress behaviour of a source.
func (j *rowJudge) programOf(src int) int32 {
	return j.l.behaviour[asSource.subject()][j.f.src.first[src]]
}

// row writes the profiles of a source's flows that are not denied everywhere.
func (j *rowJudge) row(src int32, out *sheet) {
	class := int(j.f.src.first[src])
	p := j.l.programs[asSource.subject()][j.programOf(int(src))]
	if p != j.current {
		j.takeProgram(p)
	}
	admits := j.admits[int(src)-j.from]
	admitted := 0
	for _, a := range admits {
		j.by[a.class] = a.half
		admitted += len(j.members[a.class])
	}
	meets := func(dst int32) bool { return j.l.m.meet(int32(class), j.f.dst.first[dst]) }
	in := j.l.behaviour[asDestination.subject()]
	if len(j.reach) < admitted {
		for _, d := range j.reach {
			if half := j.by[in[j.f.dst.first[d]]]; half != deniedProfile && meets(d) {
				out.set(d, j.l.profiler.weaker(j.to[d], half))
			}
		}
	} else {
		for _, a := range admits {
			for _, d := range j.members[a.class] {
				if half := j.to[d]; half != deniedProfile && meets(d) {
					out.set(d, j.l.profiler.weaker(half, a.half))
				}
			}
		}
	}
	for _, a := range admits {
		j.by[a.class] = deniedProfile
	}
}

// takeProgram puts the egress halves of a program at hand.
func (j *rowJudge) takeProgram(p *program) {
	for _, d := range j.reach {
		j.to[d] = deniedProfile
	}
	j.reach = j.reach[:0]
	for _, h := range j.egress.of(p) {
		if h.half != deniedProfile {
			d := j.f.dst.of[h.class]
			j.reach = append(j.reach, d)
			j.to[d] = h.half
		}
	}
	j.current = p
}
