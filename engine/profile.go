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

func (p *profile) key() string {
	b := make([]byte, 0, 5*len(p.starts))
	for i, s := range p.starts {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(s)), byte(p.verdicts[i]))
	}
	return string(b)
}

// profiler computes and interns profiles. It belongs to one goroutine.
type profiler struct {
	m    *Matrix
	list []profile
	ids  map[string]int32
	memo map[flowKind]int32
}

// flowKind is what decides about a flow: the shapes of its ends and their
// relation.
type flowKind struct {
	src, dst int32
	rel      relation
}

func newProfiler(m *Matrix) *profiler {
	return &profiler{m: m, ids: map[string]int32{}, memo: map[flowKind]int32{}}
}

func (p *profiler) intern(pr profile) int32 {
	key := pr.key()
	id, ok := p.ids[key]
	if !ok {
		id = int32(len(p.list))
		p.ids[key] = id
		p.list = append(p.list, pr)
	}
	return id
}

// of returns the profile of a kind of flow.
func (p *profiler) of(k flowKind) int32 {
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
			out = append(out, p.ruleEdges()...)
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
func (p *program) ruleEdges() []int32 {
	var out []int32
	for f := range p.fragments() {
		for _, r := range f.atoms {
			out = append(out, r.lo, r.hi)
		}
	}
	return out
}
