package bitset

import (
	"iter"
	"math/bits"
)

// words gives the words of a set one after the other.
type words struct {
	bulk  []uint64
	flips []int32
}

func (s *Sets) wordsOf(id ID) words { return words{s.bulks[s.sets[id].bulk].words, s.Flips(id)} }

// at returns the k-th word. It must be called in ascending order.
func (w *words) at(k int) uint64 {
	word := w.bulk[k]
	for len(w.flips) > 0 && int(w.flips[0]>>6) == k {
		word ^= 1 << (w.flips[0] & 63)
		w.flips = w.flips[1:]
	}
	return word
}

// Shared returns the members that a and b share, ascending, without making a set.
func (s *Sets) Shared(a, b ID) iter.Seq[int32] {
	if s.sets[a].bulk != 0 && s.sets[b].bulk == 0 {
		a, b = b, a
	}
	return s.joined(and, a, b)
}

// Beyond returns the members of a that are not in b, ascending, without making a
// set.
func (s *Sets) Beyond(a, b ID) iter.Seq[int32] { return s.joined(andNot, a, b) }

// joined returns what is left of a by an operator that leaves some of it.
func (s *Sets) joined(op operator, a, b ID) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		switch {
		case op == and && b == None, op == andNot && b == All:
			return
		case s.sets[a].bulk == 0:
			for _, i := range s.Flips(a) {
				if s.Has(b, i) == (op == and) && !yield(i) {
					return
				}
			}
			return
		}
		x, y := s.wordsOf(a), s.wordsOf(b)
		for k := range x.bulk {
			for w := op.word(x.at(k), y.at(k)); w != 0; w &= w - 1 {
				if !yield(int32(k*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// Intersects reports whether two sets share a member.
func (s *Sets) Intersects(a, b ID) bool {
	for range s.Shared(a, b) {
		return true
	}
	return false
}

// Once returns the members that exactly one of the given sets has. A set that is
// given twice counts twice.
func (s *Sets) Once(ids []ID) ID {
	once, more := make([]uint64, (s.n+63)/64), make([]uint64, (s.n+63)/64)
	for _, id := range ids {
		if s.sets[id].bulk == 0 {
			for _, i := range s.Flips(id) {
				bit := uint64(1) << (i & 63)
				more[i>>6] |= once[i>>6] & bit
				once[i>>6] |= bit
			}
			continue
		}
		w := s.wordsOf(id)
		for k := range once {
			word := w.at(k)
			more[k] |= once[k] & word
			once[k] |= word
		}
	}
	for k := range once {
		once[k] &^= more[k]
	}
	return s.ofWords(once)
}

// Hash returns a hash of the members below n. Equal sets have equal ones, whatever
// their IDs are.
func (s *Sets) Hash(id ID, n int) uint64 {
	h := uint64(n)
	w := s.wordsOf(id)
	for k := range w.bulk {
		word := w.at(k)
		if left := n - k*64; left < 64 {
			if left <= 0 {
				break
			}
			word &= 1<<left - 1
		}
		h = mix(h, word)
	}
	return h
}
