package bitset

import (
	"encoding/binary"
	"slices"
)

// operator is what two sets are joined by.
type operator uint8

const (
	and operator = iota
	or
	andNot
)

func (o operator) bit(a, b bool) bool {
	switch o {
	case and:
		return a && b
	case or:
		return a || b
	case andNot:
		return a && !b
	}
	return false
}

func (o operator) word(a, b uint64) uint64 {
	switch o {
	case and:
		return a & b
	case or:
		return a | b
	case andNot:
		return a &^ b
	}
	return 0
}

// operands is an operation on two bulks.
type operands struct {
	op   operator
	a, b int32
}

// And returns the members that a and b share.
func (s *Sets) And(a, b ID) ID {
	switch {
	case a == b || b == All:
		return a
	case a == All:
		return b
	case a == None || b == None:
		return None
	}
	return s.join(and, a, b)
}

// Or returns the members of either.
func (s *Sets) Or(a, b ID) ID {
	switch {
	case a == b || b == None:
		return a
	case a == None:
		return b
	case a == All || b == All:
		return All
	}
	return s.join(or, a, b)
}

// AndNot returns the members of a that are not in b.
func (s *Sets) AndNot(a, b ID) ID {
	switch {
	case a == b || a == None || b == All:
		return None
	case b == None:
		return a
	}
	return s.join(andNot, a, b)
}

// join joins two sets: their bulks, of which the result is remembered, and then
// one by one what any of the three has flipped.
func (s *Sets) join(op operator, a, b ID) ID {
	base := s.joinBulks(operands{op, s.sets[a].bulk, s.sets[b].bulk})
	x, y, z := s.Flips(a), s.Flips(b), s.Flips(base)
	inA, inB, in := &s.bulks[s.sets[a].bulk], &s.bulks[s.sets[b].bulk], &s.bulks[s.sets[base].bulk]
	out := s.merged[:0]
	for len(x) > 0 || len(y) > 0 || len(z) > 0 {
		i := int32(-1)
		for _, list := range [3][]int32{x, y, z} {
			if len(list) > 0 && (i < 0 || list[0] < i) {
				i = list[0]
			}
		}
		p, q := inA.has(i), inB.has(i)
		if len(x) > 0 && x[0] == i {
			p, x = !p, x[1:]
		}
		if len(y) > 0 && y[0] == i {
			q, y = !q, y[1:]
		}
		if len(z) > 0 && z[0] == i {
			z = z[1:]
		}
		if op.bit(p, q) != in.has(i) {
			out = append(out, i)
		}
	}
	s.merged = out
	return s.intern(s.sets[base].bulk, out)
}

func (s *Sets) joinBulks(k operands) ID {
	id, ok := s.memo[k]
	if ok {
		return id
	}
	words := s.blank()
	a, b := s.bulks[k.a].words, s.bulks[k.b].words
	for i := range words {
		words[i] = k.op.word(a[i], b[i])
	}
	id = s.ofWords(words)
	s.memo[k] = id
	return id
}

// Flip returns a set in which the given numbers, each named once, are the other
// way round. It may sort them.
func (s *Sets) Flip(id ID, numbers []int32) ID {
	if len(numbers) == 0 {
		return id
	}
	slices.Sort(numbers)
	flips := s.Flips(id)
	out := s.merged[:0]
	for len(flips) > 0 && len(numbers) > 0 {
		switch a, b := flips[0], numbers[0]; {
		case a < b:
			out, flips = append(out, a), flips[1:]
		case a > b:
			out, numbers = append(out, b), numbers[1:]
		default:
			flips, numbers = flips[1:], numbers[1:]
		}
	}
	out = append(append(out, flips...), numbers...)
	s.merged = out
	return s.intern(s.sets[id].bulk, out)
}

// Union returns the members of any of the given sets.
func (s *Sets) Union(ids []ID) ID {
	switch len(ids) {
	case 0:
		return None
	case 1:
		return ids[0]
	}
	// The bulks, each once, and all flips.
	parts, list := s.parts[:0], s.merged[:0]
	plain := true // sets with a bulk have no flips
	for _, id := range ids {
		r := s.sets[id]
		if id == All {
			return All
		}
		if r.bulk != 0 && !slices.Contains(parts, r.bulk) {
			parts = append(parts, r.bulk)
		}
		plain = plain && (r.bulk == 0 || r.n == 0)
		list = append(list, s.flips[r.off:r.off+r.n]...)
	}
	s.parts, s.merged = parts, list
	if plain && len(list) > 4*s.limit {
		return s.unionOfMany(parts, list)
	}
	base := s.unionOfBulks(parts)
	list = append(list, s.Flips(base)...)
	sortShort(list)
	s.merged = list
	list = slices.Compact(list)
	in, b := s.sets[base].bulk, &s.bulks[s.sets[base].bulk]
	out := list[:0]
	for _, i := range list {
		has := false
		if plain && s.sets[base].n == 0 {
			has = true // every flip is that of a small set
		} else {
			for _, id := range ids {
				if has = s.Has(id, i); has {
					break
				}
			}
		}
		if has != (in != 0 && b.has(i)) {
			out = append(out, i)
		}
	}
	return s.intern(in, out)
}

// unionOfMany returns the union of bulks and of many single members.
func (s *Sets) unionOfMany(parts, members []int32) ID {
	words := s.blank()
	for _, p := range parts {
		for i, w := range s.bulks[p].words {
			words[i] |= w
		}
	}
	for _, i := range members {
		words[i>>6] |= 1 << (i & 63)
	}
	return s.ofWords(words)
}

// sortShort sorts lists that are short as a rule, and often sorted.
func sortShort(list []int32) {
	if len(list) > 24 {
		slices.Sort(list)
		return
	}
	for i := 1; i < len(list); i++ {
		x := list[i]
		k := i
		for ; k > 0 && list[k-1] > x; k-- {
			list[k] = list[k-1]
		}
		list[k] = x
	}
}

// unionOfBulks returns the union of bulks. It may sort them.
func (s *Sets) unionOfBulks(parts []int32) ID {
	switch len(parts) {
	case 0:
		return None
	case 1:
		return s.intern(parts[0], nil)
	}
	slices.Sort(parts)
	key := s.key[:0]
	for _, p := range parts {
		key = binary.LittleEndian.AppendUint32(key, uint32(p))
	}
	s.key = key
	if id, ok := s.unions[string(key)]; ok {
		return id
	}
	id := s.unionOfMany(parts, nil)
	s.unions[string(key)] = id
	return id
}
