// Package bitset holds sets of small integers that resemble each other: the
// rows of a reachability matrix, and the selections that rows are made of.
//
// Most such sets are either small, or one of a few large sets with a few members
// more or less. So a set is a *bulk*, a bit for each number, and a short list of
// *flips*: the numbers that are the other way round than the bulk says. The
// bulks are kept once, and so are the sets: equal numbers mean equal sets.
package bitset

import (
	"iter"
	"maps"
	"math/bits"
	"slices"
)

// ID is the number of a set within its Sets.
type ID int32

// Every Sets has these two: the empty set, and the set of all members.
const (
	None ID = 0
	All  ID = 1
)

// Sets is sets of the numbers 0 to Len-1. What makes sets is for one goroutine;
// once no more are made, everything else is safe for concurrent use.
type Sets struct {
	n     int
	limit int       // the most flips of a set
	bulks []bulk    // bulk 0 holds nothing, bulk 1 everything
	sets  []set     // by ID
	flips []int32   // of all sets
	index []ID      // open addressing by hash; 0 is free, since None is not in it
	known hashIndex // bulks by the hash of their words

	memo   map[operands]ID
	unions map[string]ID
	// scratch
	merged []int32
	lists  []int32
	key    []byte
	words  []uint64
	parts  []int32
}

// set is a bulk and flips[off:off+n].
type set struct{ bulk, off, n int32 }

// bulk is a set as words: i is in it if bit i%64 of words[i/64] is set.
type bulk struct{ words []uint64 }

func (b *bulk) has(i int32) bool { return b.words[i>>6]>>(i&63)&1 != 0 }

// hashIndex finds what has a hash.
type hashIndex map[uint64][]int32

// Sets with fewest numbers still take this many flips, and those with many a
// share of them.
const (
	fewestFlips = 24
	flipShare   = 256
)

// New returns the Sets of the numbers 0 to n-1. A set has at most limit flips; 0
// leaves that to New.
func New(n, limit int) *Sets {
	if limit == 0 {
		limit = max(fewestFlips, n/flipShare)
	}
	s := &Sets{n: n, limit: limit, known: hashIndex{}, memo: map[operands]ID{}, unions: map[string]ID{}}
	none := make([]uint64, (n+63)/64)
	all := make([]uint64, len(none))
	for i := range all {
		all[i] = ^uint64(0)
	}
	if extra := n % 64; extra != 0 {
		all[len(all)-1] = 1<<extra - 1
	}
	s.bulks = []bulk{{none}, {all}}
	// As a rule there are about as many sets as numbers, and some flips in each.
	s.sets = append(make([]set, 0, 2*n+2), set{bulk: 0}, set{bulk: 1})
	s.flips = make([]int32, 0, 8*n)
	s.index = make([]ID, max(1024, 1<<bits.Len(uint(4*n))))
	return s
}

// Extend returns Sets that hold the same sets under the same IDs, and can make
// more of them without a change to s.
func (s *Sets) Extend() *Sets {
	return &Sets{
		n: s.n, limit: s.limit, bulks: slices.Clip(s.bulks), sets: slices.Clip(s.sets), flips: slices.Clip(s.flips),
		index: slices.Clone(s.index), known: maps.Clone(s.known), memo: maps.Clone(s.memo), unions: maps.Clone(s.unions),
	}
}

// Len returns how many numbers may be members.
func (s *Sets) Len() int { return s.n }

// Count returns how many sets there are: their IDs are below it.
func (s *Sets) Count() int { return len(s.sets) }

// Has reports whether i is in a set. It does not allocate.
func (s *Sets) Has(id ID, i int32) bool {
	r := s.sets[id]
	in := r.bulk == 1
	if r.bulk > 1 {
		in = s.bulks[r.bulk].has(i)
	}
	return r.n > 0 && contains(s.flips[r.off:r.off+r.n], i) != in || r.n == 0 && in
}

// contains reports whether i is in an ascending list.
func contains(list []int32, i int32) bool {
	for len(list) > 8 {
		half := len(list) / 2
		if list[half] <= i {
			list = list[half:]
		} else {
			list = list[:half]
		}
	}
	return slices.Contains(list, i)
}

// Bulk returns the number of a set's bulk; 0 holds nothing, 1 everything.
func (s *Sets) Bulk(id ID) int { return int(s.sets[id].bulk) }

// Bulks returns how many bulks there are.
func (s *Sets) Bulks() int { return len(s.bulks) }

// BulkWords returns a bulk as words. They must not be changed.
func (s *Sets) BulkWords(bulk int) []uint64 { return s.bulks[bulk].words }

// InBulk reports whether i is in a bulk.
func (s *Sets) InBulk(bulk int, i int32) bool { return s.bulks[bulk].has(i) }

// Flips returns, ascending, the numbers that are in a set but not in its bulk,
// or the other way round. They must not be changed.
func (s *Sets) Flips(id ID) []int32 {
	r := s.sets[id]
	return s.flips[r.off : r.off+r.n : r.off+r.n]
}

// Each returns the members of a set that are at least from, ascending.
func (s *Sets) Each(id ID, from int) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		flips := s.Flips(id)
		at, _ := slices.BinarySearch(flips, int32(from))
		flips = flips[at:]
		if s.sets[id].bulk == 0 {
			for _, i := range flips {
				if !yield(i) {
					return
				}
			}
			return
		}
		words := s.bulks[s.sets[id].bulk].words
		for k := from / 64; k < len(words); k++ {
			w := words[k]
			if k == from/64 {
				w &= ^uint64(0) << (from % 64)
			}
			for len(flips) > 0 && int(flips[0]>>6) == k {
				w ^= 1 << (flips[0] & 63)
				flips = flips[1:]
			}
			for ; w != 0; w &= w - 1 {
				if !yield(int32(k*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// Within returns the members of a set that are in a mask as well, ascending. i is
// in the mask if bit i%64 of mask[i/64] is set.
func (s *Sets) Within(id ID, mask []uint64) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		flips := s.Flips(id)
		if s.sets[id].bulk == 0 {
			for _, i := range flips {
				if mask[i>>6]>>(i&63)&1 != 0 && !yield(i) {
					return
				}
			}
			return
		}
		for k, w := range s.bulks[s.sets[id].bulk].words {
			for len(flips) > 0 && int(flips[0]>>6) == k {
				w ^= 1 << (flips[0] & 63)
				flips = flips[1:]
			}
			for w &= mask[k]; w != 0; w &= w - 1 {
				if !yield(int32(k*64 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// Size returns the number of members of a set.
func (s *Sets) Size(id ID) int {
	n, bulk := 0, s.sets[id].bulk
	for _, w := range s.bulks[bulk].words {
		n += bits.OnesCount64(w)
	}
	for _, i := range s.Flips(id) {
		if s.bulks[bulk].has(i) {
			n--
		} else {
			n++
		}
	}
	return n
}

// Of returns the set of the given members, in any order. It may sort them, and
// spoils the list if it names one twice.
func (s *Sets) Of(members []int32) ID {
	if !slices.IsSorted(members) {
		slices.Sort(members)
	}
	members = slices.Compact(members)
	if len(members) <= s.limit {
		return s.intern(0, members)
	}
	words := s.blank()
	for _, i := range members {
		words[i>>6] |= 1 << (i & 63)
	}
	return s.ofWords(words)
}

// Range returns the set of lo to hi-1.
func (s *Sets) Range(lo, hi int) ID {
	members := s.lists[:0]
	for i := lo; i < hi; i++ {
		members = append(members, int32(i))
	}
	s.lists = members
	return s.Of(members)
}

// blank returns words without members.
func (s *Sets) blank() []uint64 {
	if s.words == nil {
		s.words = make([]uint64, (s.n+63)/64)
	}
	clear(s.words)
	return s.words
}

// ofWords returns the set that words hold. Sets that lack little of everything
// or nothing have the bulk of that.
func (s *Sets) ofWords(words []uint64) ID {
	count := 0
	for _, w := range words {
		count += bits.OnesCount64(w)
	}
	base := 0
	switch {
	case count <= s.limit:
	case s.n-count <= s.limit:
		base = 1
	default:
		return s.intern(s.bulk(words), nil)
	}
	flips := s.lists[:0]
	for k, w := range words {
		for w ^= s.bulks[base].words[k]; w != 0; w &= w - 1 {
			flips = append(flips, int32(k*64+bits.TrailingZeros64(w)))
		}
	}
	s.lists = flips
	return s.intern(int32(base), flips)
}

// bulk returns the number of the bulk with the given words.
func (s *Sets) bulk(words []uint64) int32 {
	h := uint64(len(words))
	for _, w := range words {
		h = mix(h, w)
	}
	for _, b := range s.known[h] {
		if slices.Equal(s.bulks[b].words, words) {
			return b
		}
	}
	b := int32(len(s.bulks))
	s.bulks = append(s.bulks, bulk{slices.Clone(words)})
	s.known[h] = append(slices.Clip(s.known[h]), b) // others may share it: see Extend
	return b
}

// intern returns the set with a bulk and flips, which it copies.
func (s *Sets) intern(bulk int32, flips []int32) ID {
	if len(flips) > s.limit {
		words := s.blank()
		copy(words, s.bulks[bulk].words)
		for _, i := range flips {
			words[i>>6] ^= 1 << (i & 63)
		}
		return s.ofWords(words)
	}
	switch {
	case bulk == 0 && len(flips) == 0 || bulk == 1 && len(flips) == s.n:
		return None
	case bulk == 1 && len(flips) == 0 || bulk == 0 && len(flips) == s.n:
		return All
	}
	mask := uint64(len(s.index) - 1)
	for at := hash(bulk, flips) & mask; ; at = (at + 1) & mask {
		id := s.index[at]
		if id == None {
			break
		}
		if s.sets[id].bulk == bulk && slices.Equal(s.Flips(id), flips) {
			return id
		}
	}
	id := ID(len(s.sets))
	s.sets = append(s.sets, set{bulk, int32(len(s.flips)), int32(len(flips))})
	s.flips = append(s.flips, flips...)
	if len(s.sets) > len(s.index)/2 {
		s.index = make([]ID, 2*len(s.index))
		for other := All + 1; other <= id; other++ {
			s.place(other)
		}
	} else {
		s.place(id)
	}
	return id
}

// place enters a set into the index.
func (s *Sets) place(id ID) {
	mask := uint64(len(s.index) - 1)
	at := hash(s.sets[id].bulk, s.Flips(id)) & mask
	for s.index[at] != None {
		at = (at + 1) & mask
	}
	s.index[at] = id
}

func hash(bulk int32, flips []int32) uint64 {
	h := uint64(uint32(bulk)) + 1
	for _, i := range flips {
		h = mix(h, uint64(uint32(i)))
	}
	return h ^ h>>32
}

func mix(h, x uint64) uint64 {
	h = (h ^ x) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}
