package engine

import (
	"encoding/binary"
	"slices"

	"netreach/model"
)

// What a class does as a source is decided by its egress program and by the
// ingress rows that it lies in, what it does as a destination by its ingress
// program and by the egress rows that it lies in. Classes that agree in these
// are of one kind, for one of the two roles: no flow tells them apart.

// role is the part that a class plays in a flow.
type role int

const (
	asSource role = iota
	asDestination
	roles
)

// subject returns the direction whose programs a class has in a role.
func (r role) subject() model.Direction {
	if r == asSource {
		return model.Egress
	}
	return model.Ingress
}

// peer returns the direction in whose rows a class lies in a role.
func (r role) peer() model.Direction { return opposite(r.subject()) }

// sameness is what tells classes of a matrix apart.
type sameness struct {
	m        *Matrix
	profiler *profiler
	// behaviour holds by direction and class the number of its program, where
	// programs with the same rows on the same ports count as one, and programs
	// one program for each.
	behaviour [model.Directions][]int32
	programs  [model.Directions][]*program
	// seen holds by direction and class the part of classes that lie in the same
	// rows.
	seen [model.Directions][]int32
}

func newSameness(p *profiler) *sameness {
	l := &sameness{m: p.m, profiler: p}
	n := p.m.u.classes
	for d := range model.Directions {
		s := &p.m.dirs[d]
		ids := map[string]int32{}
		of := make([]int32, len(s.programs))
		var key []byte
		for i := range s.programs {
			pr := &s.programs[i]
			key = key[:0]
			for k, start := range pr.starts {
				key = binary.LittleEndian.AppendUint32(key, uint32(start))
				key = binary.LittleEndian.AppendUint32(key, uint32(pr.rows[k].lo))
				key = binary.LittleEndian.AppendUint32(key, uint32(pr.rows[k].hi))
			}
			id, ok := ids[string(key)]
			if !ok {
				id = int32(len(l.programs[d]))
				ids[string(key)] = id
				l.programs[d] = append(l.programs[d], pr)
			}
			of[i] = id
		}
		l.behaviour[d] = make([]int32, n)
		for class, pr := range s.programOf {
			l.behaviour[d][class] = of[pr]
		}
		parts := newPartition(n)
		parts.splitByAll(s.sets, s.distinctRows())
		l.seen[d] = parts.of
	}
	return l
}

// familyCode returns the family of a class, or -1 where its members are not in
// the cluster.
func (l *sameness) familyCode(class int) int32 {
	a := l.m.ground.attr(class)
	if a.kind == attrAbsent {
		return -1
	}
	return int32(a.fam)
}

// classKinds is the kinds of classes for one role.
type classKinds struct {
	of []int32 // by class
	// first holds by kind its first class; ascending.
	first []int32
}

func (k *classKinds) len() int { return len(k.first) }

// classKindsOf returns the kinds of classes for a role.
func classKindsOf(l *sameness, r role) *classKinds {
	u := l.m.u
	k := &classKinds{of: make([]int32, u.classes)}
	ids := map[string]int32{}
	var key []byte
	for class := range u.classes {
		key = key[:0]
		key = binary.LittleEndian.AppendUint32(key, uint32(l.familyCode(class)))
		key = binary.LittleEndian.AppendUint32(key, uint32(l.behaviour[r.subject()][class]))
		key = binary.LittleEndian.AppendUint32(key, uint32(l.seen[r.peer()][class]))
		if class >= u.outside {
			key = append(key, 1)
		}
		id, ok := ids[string(key)]
		if !ok {
			id = int32(len(k.first))
			ids[string(key)] = id
			k.first = append(k.first, int32(class))
		}
		k.of[class] = id
	}
	return k
}

// half is what one direction says of a flow on every port: a profile, by number.
// The profile of the flow is the weaker of its two halves at each port.

// halver computes the halves of one direction.
type halver struct {
	l    *sameness
	side *side
	// masks holds by class the rows that let it through, certainly in the low half
	// and possibly in the high half; 0 between calls.
	masks  []uint64
	list   []int32 // classes with a mask
	kinds  *classKinds
	firsts []uint64 // the classes that stand for their kind, as bits
	known  map[uint64]int32
	rows   []bounds // scratch: see distinct
	at     []int
	out    []peerHalf
}

// peerHalf is a class that a program lets through on some port, and the half
// towards it.
type peerHalf struct{ class, half int32 }

// maxMask is the number of rows that a mask has room for.
const maxMask = 32

// newHalver returns a halver towards kinds of classes. Which of them, only tells.
func newHalver(l *sameness, d model.Direction, kinds *classKinds) *halver {
	h := &halver{l: l, side: &l.m.dirs[d], kinds: kinds, masks: make([]uint64, l.m.u.classes), known: map[uint64]int32{}}
	return h
}

// only limits the halver to some of its kinds.
func (h *halver) only(kinds []int32) {
	h.firsts = make([]uint64, (h.l.m.u.classes+63)/64)
	for _, k := range kinds {
		first := h.kinds.first[k]
		h.firsts[first/64] |= 1 << (first % 64)
	}
}

// of returns the halves of a program, in any order. It is valid until the next
// call.
func (h *halver) of(p *program) []peerHalf {
	h.out, h.list = h.out[:0], h.list[:0]
	rows := h.distinct(p)
	long := len(rows) > maxMask
	mark := func(row rowID, bit uint64) {
		for class := range h.side.sets.Within(row, h.firsts) {
			if h.masks[class] == 0 {
				h.list = append(h.list, class)
			}
			h.masks[class] |= bit
		}
	}
	certain := uint64(0) // rows of one bound: what is possible is certain
	for k, b := range rows {
		if long {
			k = 0 // which rows is asked class by class
		}
		mark(b.hi, 1<<(maxMask+k))
		if b.lo == b.hi {
			certain |= 1 << k
		} else {
			mark(b.lo, 1<<k)
		}
	}
	clear(h.known)
	last, lastHalf := uint64(0), int32(0)
	for _, class := range h.list {
		mask := h.masks[class]
		h.masks[class] = 0
		if long {
			h.out = append(h.out, peerHalf{class, h.walk(p, class)})
			continue
		}
		mask |= mask >> maxMask & certain
		if mask != last {
			half, ok := h.known[mask]
			if !ok {
				half = h.fromMask(p, mask)
				h.known[mask] = half
			}
			last, lastHalf = mask, half
		}
		h.out = append(h.out, peerHalf{class, lastHalf})
	}
	return h.out
}

// distinct returns the rows of a program, each once, and puts the place of each
// run's row in at.
func (h *halver) distinct(p *program) []bounds {
	h.rows, h.at = h.rows[:0], h.at[:0]
	for _, b := range p.rows {
		k := slices.Index(h.rows, b)
		if k < 0 {
			k = len(h.rows)
			h.rows = append(h.rows, b)
		}
		h.at = append(h.at, k)
	}
	return h.rows
}

// fromMask returns the half of a program from a mask of its rows.
func (h *halver) fromMask(p *program, mask uint64) int32 {
	pr := &h.l.profiler.scratch
	pr.starts, pr.verdicts = pr.starts[:0], pr.verdicts[:0]
	for i, start := range p.starts {
		k := h.at[i]
		pr.add(start, oneWay(value[bool]{mask>>k&1 != 0, mask>>(maxMask+k)&1 != 0}))
	}
	return h.l.profiler.intern(*pr)
}

// walk is fromMask for a program of many rows.
func (h *halver) walk(p *program, class int32) int32 {
	pr := &h.l.profiler.scratch
	pr.starts, pr.verdicts = pr.starts[:0], pr.verdicts[:0]
	for k, start := range p.starts {
		pr.add(start, oneWay(h.side.through(p.rows[k], class)))
	}
	return h.l.profiler.intern(*pr)
}

// oneWay is the verdict of one direction.
func oneWay(v value[bool]) model.Verdict {
	switch {
	case v.lo:
		return model.Allowed
	case v.hi:
		return model.Unknown
	}
	return model.Denied
}

// weaker returns the profile that has at each port the weaker of two verdicts.
func (p *profiler) weaker(a, b int32) int32 {
	switch {
	case a == b || a == deniedProfile || b == allowedProfile:
		return a
	case b == deniedProfile || a == allowedProfile:
		return b
	}
	key := uint64(min(a, b))<<32 | uint64(max(a, b))
	if id, ok := p.met[key]; ok {
		return id
	}
	x, y := &p.list[a], &p.list[b]
	pr := &p.scratch
	pr.starts, pr.verdicts = pr.starts[:0], pr.verdicts[:0]
	for i, j := 0, 0; i < len(x.starts) && j < len(y.starts); {
		pr.add(max(x.starts[i], y.starts[j]), weakerVerdict(x.verdicts[i], y.verdicts[j]))
		nextX, nextY := i+1 < len(x.starts), j+1 < len(y.starts)
		switch {
		case nextX && nextY && x.starts[i+1] == y.starts[j+1]:
			i, j = i+1, j+1
		case nextX && (!nextY || x.starts[i+1] < y.starts[j+1]):
			i++
		default:
			j++
		}
	}
	id := p.intern(*pr)
	if p.met == nil {
		p.met = map[uint64]int32{}
	}
	p.met[key] = id
	return id
}

func weakerVerdict(a, b model.Verdict) model.Verdict {
	switch {
	case a == model.Denied || b == model.Denied:
		return model.Denied
	case a == model.Unknown || b == model.Unknown:
		return model.Unknown
	}
	return model.Allowed
}
