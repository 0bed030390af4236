// Package bitset holds sets of small integers, as the engine uses them for
// classes of peers: immutable once built, compared by content, cheap where they
// are sparse and where they are full.
//
// A Set is a sorted list of chunks of 512 bits. Absent chunks cost nothing, and
// all full chunks are one and the same, so that both a handful of pods and
// everybody-but-a-handful are small. Sets of one universe have the same
// capacity; a set does not know it, and Full and Complement are told.
package bitset

import (
	"iter"
	"math/bits"
	"slices"
)

// ChunkBits is the number of members that one chunk covers.
const ChunkBits = 512

const chunkWords = ChunkBits / 64

type chunk [chunkWords]uint64

// fullChunk is the one chunk in which every bit is set. It is never written.
var fullChunk = func() *chunk {
	var c chunk
	for i := range c {
		c[i] = ^uint64(0)
	}
	return &c
}()

// Set is an immutable set of integers from 0. The zero value is empty, and nil
// is an empty set, too.
type Set struct {
	keys   []int32 // chunk numbers, ascending
	chunks []*chunk
}

// Empty reports whether s has no member.
func (s *Set) Empty() bool { return s == nil || len(s.keys) == 0 }

// Has reports whether i is a member. It costs a binary search over the chunks
// and does not allocate.
func (s *Set) Has(i int) bool {
	if s == nil {
		return false
	}
	key := int32(i / ChunkBits)
	lo, hi := 0, len(s.keys)
	// Rows are often complete from chunk 0 on, and then the first guess hits.
	if int(key) < hi && s.keys[key] == key {
		lo = int(key)
	} else {
		for lo < hi {
			mid := int(uint(lo+hi) / 2)
			if s.keys[mid] < key {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		if lo == len(s.keys) || s.keys[lo] != key {
			return false
		}
	}
	i %= ChunkBits
	return s.chunks[lo][i/64]&(1<<(i%64)) != 0
}

// HasRange reports whether every integer from lo to hi-1 is a member.
func (s *Set) HasRange(lo, hi int) bool {
	for lo < hi {
		if s == nil {
			return false
		}
		k, ok := slices.BinarySearch(s.keys, int32(lo/ChunkBits))
		if !ok {
			return false
		}
		end := min(hi, (lo/ChunkBits+1)*ChunkBits)
		if s.chunks[k] == fullChunk {
			lo = end
			continue
		}
		for ; lo < end; lo++ {
			if !s.Has(lo) {
				return false
			}
		}
	}
	return true
}

// Count returns the number of members.
func (s *Set) Count() int {
	if s == nil {
		return 0
	}
	n := 0
	for _, c := range s.chunks {
		if c == fullChunk {
			n += ChunkBits
			continue
		}
		for _, w := range c {
			n += bits.OnesCount64(w)
		}
	}
	return n
}

// All returns the members in ascending order.
func (s *Set) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		if s == nil {
			return
		}
		for k, c := range s.chunks {
			base := int(s.keys[k]) * ChunkBits
			for j, w := range c {
				for ; w != 0; w &= w - 1 {
					if !yield(base + j*64 + bits.TrailingZeros64(w)) {
						return
					}
				}
			}
		}
	}
}

// From returns the members that are at least i, in ascending order.
func (s *Set) From(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		if s == nil {
			return
		}
		first, _ := slices.BinarySearch(s.keys, int32(i/ChunkBits))
		rest := Set{s.keys[first:], s.chunks[first:]}
		for m := range rest.All() {
			if m >= i && !yield(m) {
				return
			}
		}
	}
}

// Words writes the members below 64*len(dst) into dst as bits: member i is bit
// i%64 of dst[i/64]. Words without members are left as they are.
func (s *Set) Words(dst []uint64) {
	if s == nil {
		return
	}
	for k, c := range s.chunks {
		base := int(s.keys[k]) * chunkWords
		if base >= len(dst) {
			return
		}
		copy(dst[base:], c[:])
	}
}

// Weigh returns the sum of the weights of the members. slices[b] has bit i set,
// as Words does it, if the weight of i has bit b set; members beyond its end
// weigh nothing.
func (s *Set) Weigh(slices [][]uint64) uint64 {
	if s == nil {
		return 0
	}
	total := uint64(0)
	for b, slice := range slices {
		n := 0
		for k, c := range s.chunks {
			base := int(s.keys[k]) * chunkWords
			if base >= len(slice) {
				break
			}
			part := slice[base:min(base+chunkWords, len(slice))]
			for j, w := range part {
				n += bits.OnesCount64(w & c[j])
			}
		}
		total += uint64(n) << b
	}
	return total
}

// Equal reports whether s and t have the same members.
func (s *Set) Equal(t *Set) bool {
	if s == t {
		return true
	}
	if s.Empty() || t.Empty() {
		return s.Empty() && t.Empty()
	}
	if !slices.Equal(s.keys, t.keys) {
		return false
	}
	for i, c := range s.chunks {
		if c != t.chunks[i] && *c != *t.chunks[i] {
			return false
		}
	}
	return true
}

// Hash returns a hash of the members, the same in every run.
func (s *Set) Hash() uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	if s == nil {
		return h
	}
	for i, c := range s.chunks {
		h = mix(h ^ uint64(s.keys[i]))
		if c == fullChunk {
			h = mix(h + 1)
			continue
		}
		for _, w := range c {
			h = (h ^ w) * 0xff51afd7ed558ccd
			h ^= h >> 32
		}
	}
	return h
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Of returns the set of the given members, in any order.
func Of(members ...int) *Set {
	var b Builder
	for _, m := range members {
		b.Add(m)
	}
	return b.Set()
}

// Range returns the set of lo to hi-1.
func Range(lo, hi int) *Set {
	var b Builder
	b.AddRange(lo, hi)
	return b.Set()
}

// And returns the members that s and t share.
func (s *Set) And(t *Set) *Set {
	if s == t {
		return s
	}
	if s.Empty() || t.Empty() {
		return nil
	}
	var out Set
	for i, j := 0, 0; i < len(s.keys) && j < len(t.keys); {
		switch a, b := s.keys[i], t.keys[j]; {
		case a < b:
			i++
		case a > b:
			j++
		default:
			out.put(a, andChunk(s.chunks[i], t.chunks[j]))
			i++
			j++
		}
	}
	return out.orNil()
}

func andChunk(a, b *chunk) *chunk {
	switch {
	case a == fullChunk || a == b:
		return b
	case b == fullChunk:
		return a
	}
	c := new(chunk)
	for i := range c {
		c[i] = a[i] & b[i]
	}
	return c
}

// Or returns the members of either.
func (s *Set) Or(t *Set) *Set {
	switch {
	case s == t || t.Empty():
		return s
	case s.Empty():
		return t
	}
	var b Builder
	b.AddSet(s)
	b.AddSet(t)
	return b.Set()
}

// AndNot returns the members of s that are not in t.
func (s *Set) AndNot(t *Set) *Set {
	if s.Empty() || t.Empty() {
		return s
	}
	if s == t {
		return nil
	}
	var out Set
	j := 0
	for i, key := range s.keys {
		for j < len(t.keys) && t.keys[j] < key {
			j++
		}
		a := s.chunks[i]
		if j == len(t.keys) || t.keys[j] != key {
			out.put(key, a)
			continue
		}
		b := t.chunks[j]
		if b == fullChunk {
			continue
		}
		c := new(chunk)
		for k := range c {
			c[k] = a[k] &^ b[k]
		}
		out.put(key, c)
	}
	return out.orNil()
}

// Intersects reports whether s and t share a member. It does not allocate.
func (s *Set) Intersects(t *Set) bool {
	if s.Empty() || t.Empty() {
		return false
	}
	for i, j := 0, 0; i < len(s.keys) && j < len(t.keys); {
		switch a, b := s.keys[i], t.keys[j]; {
		case a < b:
			i++
		case a > b:
			j++
		default:
			for k, w := range s.chunks[i] {
				if w&t.chunks[j][k] != 0 {
					return true
				}
			}
			i++
			j++
		}
	}
	return false
}

// put appends chunk c under key, which must be larger than every key before,
// unless c is empty; a full chunk becomes the shared one.
func (s *Set) put(key int32, c *chunk) {
	if c != fullChunk {
		or, and := uint64(0), ^uint64(0)
		for _, w := range c {
			or |= w
			and &= w
		}
		switch {
		case or == 0:
			return
		case and == ^uint64(0):
			c = fullChunk
		}
	}
	s.keys = append(s.keys, key)
	s.chunks = append(s.chunks, c)
}

func (s *Set) orNil() *Set {
	if len(s.keys) == 0 {
		return nil
	}
	return s
}
