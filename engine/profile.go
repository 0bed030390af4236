package engine

import (
	"encoding/binary"
	"slices"

	"netreach/model"
)

// A profile is the verdict about one kind of flow at every port atom: verdict i
// holds from atom starts[i] to starts[i+1]-1. An empty profile has nothing to
// judge.
type profile struct {
	starts   []int32
	verdicts []model.Verdict
}

// at returns the verdict at an atom.
func (p *profile) at(atom int) model.Verdict {
	if len(p.starts) == 0 {
		return model.None
	}
	i, ok := slices.BinarySearch(p.starts, int32(atom))
	if !ok {
		i--
	}
	return p.verdicts[i]
}

// add appends a run, unless it goes on with the verdict of the last.
func (p *profile) add(start int32, v model.Verdict) {
	if n := len(p.verdicts); n > 0 && p.verdicts[n-1] == v {
		return
	}
	p.starts = append(p.starts, start)
	p.verdicts = append(p.verdicts, v)
}

// appendKey appends what identifies a profile.
func (p *profile) appendKey(b []byte) []byte {
	for i, s := range p.starts {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(s)), byte(p.verdicts[i]))
	}
	return b
}

// profiler computes and interns profiles. It belongs to one goroutine.
type profiler struct {
	m    *Matrix
	list []profile
	ids  map[string]int32
	memo map[flowKind]int32
	met  map[uint64]int32 // by two profiles: the weaker of both, see weaker

	scratch profile
	key     []byte
}

// flowKind is what decides about a flow: the shapes of its ends and their
// relation.
type flowKind struct {
	src, dst int32
	rel      relation
}

// The first profiles of every profiler.
const (
	deniedProfile  int32 = iota // denied at every port
	allowedProfile              // allowed at every port
)

func newProfiler(m *Matrix) *profiler {
	p := &profiler{m: m, ids: map[string]int32{}, memo: map[flowKind]int32{}}
	p.uniform(model.Denied)
	p.uniform(model.Allowed)
	return p
}

// intern returns the number of a profile, of which it keeps a copy.
func (p *profiler) intern(pr profile) int32 {
	p.key = pr.appendKey(p.key[:0])
	id, ok := p.ids[string(p.key)]
	if !ok {
		id = int32(len(p.list))
		p.ids[string(p.key)] = id
		p.list = append(p.list, profile{slices.Clone(pr.starts), slices.Clone(pr.verdicts)})
	}
	return id
}

// of returns the profile of a kind of flow.
func (p *profiler) of(k flowKind) int32 {
	a, b := p.m.u.shapes[k.src], p.m.u.shapes[k.dst]
	if len(a) == 1 && len(b) == 1 && k.rel == unrelated {
		return p.intern(p.plain(a[0], b[0])) // cheaper than to remember
	}
	if id, ok := p.memo[k]; ok {
		return id
	}
	var pr profile
	for _, start := range p.m.edges(k) {
		pr.add(start, p.m.shapeVerdict(k.src, k.dst, k.rel, int(start)))
	}
	id := p.intern(pr)
	p.memo[k] = id
	return id
}

// plain returns the profile of the flows between single members of two classes:
// it walks the runs of both programs side by side. It is valid until the next
// call.
func (p *profiler) plain(src, dst int32) profile {
	pr := &p.scratch
	pr.starts, pr.verdicts = pr.starts[:0], pr.verdicts[:0]
	if !p.m.meet(src, dst) {
		pr.add(0, model.Denied)
		return *pr
	}
	es, is := &p.m.dirs[model.Egress], &p.m.dirs[model.Ingress]
	e, i := &es.programs[es.programOf[src]], &is.programs[is.programOf[dst]]
	end := int32(p.m.u.ports.Len())
	for x, y, at := 0, 0, int32(0); at < end; {
		out, in := es.through(e.rows[x], dst), is.through(i.rows[y], src)
		v := model.Denied
		switch {
		case out.lo && in.lo:
			v = model.Allowed
		case out.hi && in.hi:
			v = model.Unknown
		}
		pr.add(at, v)
		nextX, nextY := end, end
		if x+1 < len(e.starts) {
			nextX = e.starts[x+1]
		}
		if y+1 < len(i.starts) {
			nextY = i.starts[y+1]
		}
		at = min(nextX, nextY)
		if at == nextX {
			x++
		}
		if at == nextY {
			y++
		}
	}
	return *pr
}

// through returns whether a row lets a peer through, certainly and possibly.
func (s *side) through(b bounds, peer int32) value[bool] {
	v := value[bool]{lo: s.sets.Has(b.lo, peer)}
	v.hi = v.lo
	if b.hi != b.lo {
		v.hi = s.sets.Has(b.hi, peer)
	}
	return v
}

// uniform returns the profile that has verdict v at every port.
func (p *profiler) uniform(v model.Verdict) int32 {
	return p.intern(profile{[]int32{0}, []model.Verdict{v}})
}

// join returns the profile of a set, from those of its members.
func (p *profiler) join(ids []int32) int32 {
	switch len(ids) {
	case 0:
		return p.intern(profile{})
	case 1:
		return ids[0]
	}
	var starts []int32
	for _, id := range ids {
		starts = append(starts, p.list[id].starts...)
	}
	slices.Sort(starts)
	var pr profile
	for _, start := range slices.Compact(starts) {
		var mix model.Mix
		for _, id := range ids {
			mix = mix.With(p.list[id].at(int(start)))
		}
		pr.add(start, mix.Verdict())
	}
	return p.intern(pr)
}

// edges returns the atoms at which the verdict about a kind of flow may change,
// ascending, 0 first.
func (m *Matrix) edges(k flowKind) []int32 {
	out := []int32{0}
	for _, a := range m.u.shapes[k.src] {
		e := &m.dirs[model.Egress]
		p := &e.programs[e.programOf[a]]
		out = append(out, p.starts...)
		if k.rel&toOwnNode != 0 {
			// The way to the own node is judged rule by rule, not by rows.
			out = append(out, ruleEdges(e.tiers(p))...)
		}
	}
	for _, b := range m.u.shapes[k.dst] {
		i := &m.dirs[model.Ingress]
		out = append(out, i.programs[i.programOf[b]].starts...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	for len(out) > 0 && int(out[len(out)-1]) >= m.u.ports.Len() {
		out = out[:len(out)-1]
	}
	return out
}

// ruleEdges returns the atoms at which a rule begins or has ended to apply.
func ruleEdges(tiers []progTier) []int32 {
	var out []int32
	for f := range fragments(tiers) {
		for _, r := range f.atoms {
			out = append(out, r.lo, r.hi)
		}
	}
	return out
}
