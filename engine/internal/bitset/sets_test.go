package bitset_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"netreach/engine/internal/bitset"
)

// members is a set as a map, to check against.
type members map[int32]bool

func (m members) sorted() []int32 {
	out := []int32{}
	for i, in := range m {
		if in {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}

// check compares a set with what it should hold, by every way to ask.
func check(t *rapid.T, s *bitset.Sets, name string, id bitset.ID, want members) {
	list := want.sorted()
	for i := range int32(s.Len()) {
		if s.Has(id, i) != want[i] {
			t.Fatalf("%s: Has(%d) = %v", name, i, !want[i])
		}
	}
	got := []int32{}
	for i := range s.Each(id, 0) {
		got = append(got, i)
	}
	if !slices.Equal(got, list) {
		t.Fatalf("%s: members %v, want %v", name, got, list)
	}
	from := rapid.IntRange(0, s.Len()).Draw(t, "from")
	at, _ := slices.BinarySearch(list, int32(from))
	got = got[:0]
	for i := range s.Each(id, from) {
		got = append(got, i)
	}
	if !slices.Equal(got, list[at:]) {
		t.Fatalf("%s: members from %d %v, want %v", name, from, got, list[at:])
	}
	for i := range int32(s.Len()) {
		flipped := slices.Contains(s.Flips(id), i)
		if in := s.InBulk(s.Bulk(id), i); (in != flipped) != want[i] {
			t.Fatalf("%s: %d is in the bulk: %v, and flipped: %v", name, i, in, flipped)
		}
	}
	mask, both := make([]uint64, (s.Len()+63)/64), []int32{}
	for i := range int32(s.Len()) {
		if i%3 != 1 {
			mask[i/64] |= 1 << (i % 64)
			if want[i] {
				both = append(both, i)
			}
		}
	}
	if got := slices.AppendSeq([]int32{}, s.Within(id, mask)); !slices.Equal(got, both) || s.Size(id) != len(list) {
		t.Fatalf("%s: members within the mask %v, want %v; %d members, want %d", name, got, both, s.Size(id), len(list))
	}
	if len(list) == 0 && id != bitset.None || len(list) == s.Len() && s.Len() > 0 && id != bitset.All {
		t.Fatalf("%s: nothing or everything under ID %d", name, id)
	}
}

// draw makes a set of some ranges and some single members.
func draw(t *rapid.T, s *bitset.Sets) (bitset.ID, members) {
	want := members{}
	for range rapid.IntRange(0, 2).Draw(t, "ranges") {
		lo := rapid.IntRange(0, s.Len()).Draw(t, "lo")
		hi := rapid.IntRange(lo, s.Len()).Draw(t, "hi")
		for i := lo; i < hi; i++ {
			want[int32(i)] = true
		}
	}
	for range rapid.IntRange(0, 30).Draw(t, "singles") {
		i := rapid.Int32Range(0, int32(s.Len()-1)).Draw(t, "single")
		want[i] = !want[i]
	}
	list := want.sorted()
	if len(list) > 1 && rapid.Bool().Draw(t, "unsorted") {
		list[0], list[1] = list[1], list[0]
		list = append(list, list[0])
	}
	return s.Of(list), want
}

// TestSets_algebra checks every operation member by member against maps, on
// sets of few and of many flips.
func TestSets_algebra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := bitset.New(rapid.SampledFrom([]int{1, 2, 7, 63, 64, 65, 200, 300}).Draw(t, "numbers"), rapid.IntRange(0, 5).Draw(t, "limit"))
		ids, want := []bitset.ID{bitset.None, bitset.All}, []members{{}, {}}
		for i := range int32(s.Len()) {
			want[1][i] = true
		}
		add := func(name string, id bitset.ID, w members) {
			check(t, s, name, id, w)
			ids, want = append(ids, id), append(want, w)
		}
		for range rapid.IntRange(1, 3).Draw(t, "sets") {
			id, w := draw(t, s)
			add("drawn", id, w)
		}
		pick := func() int { return rapid.IntRange(0, len(ids)-1).Draw(t, "operand") }
		for range rapid.IntRange(1, 12).Draw(t, "operations") {
			a, b := pick(), pick()
			and, or, andNot := members{}, members{}, members{}
			for i := range int32(s.Len()) {
				and[i] = want[a][i] && want[b][i]
				or[i] = want[a][i] || want[b][i]
				andNot[i] = want[a][i] && !want[b][i]
			}
			if s.Intersects(ids[a], ids[b]) != (len(and.sorted()) > 0) {
				t.Fatal("Intersects disagrees with And")
			}
			if got := slices.AppendSeq([]int32{}, s.Shared(ids[a], ids[b])); !slices.Equal(got, and.sorted()) {
				t.Fatalf("shared %v, want %v", got, and.sorted())
			}
			if got := slices.AppendSeq([]int32{}, s.Beyond(ids[a], ids[b])); !slices.Equal(got, andNot.sorted()) {
				t.Fatalf("beyond %v, want %v", got, andNot.sorted())
			}
			n := rapid.IntRange(0, s.Len()).Draw(t, "n")
			below := func(w members) []int32 {
				return slices.DeleteFunc(w.sorted(), func(i int32) bool { return int(i) >= n })
			}
			if (s.Hash(ids[a], n) == s.Hash(ids[b], n)) != slices.Equal(below(want[a]), below(want[b])) {
				t.Fatalf("hashes of the members below %d of %v and %v", n, want[a].sorted(), want[b].sorted())
			}
			switch rapid.IntRange(0, 5).Draw(t, "operation") {
			case 0:
				add("and", s.And(ids[a], ids[b]), and)
			case 1:
				add("or", s.Or(ids[a], ids[b]), or)
			case 2:
				add("andnot", s.AndNot(ids[a], ids[b]), andNot)
			case 4:
				list := rapid.SliceOfDistinct(rapid.Int32Range(0, int32(s.Len()-1)), rapid.ID).Draw(t, "flipped")
				other := maps.Clone(want[a])
				for _, i := range list {
					other[i] = !other[i]
				}
				add("flip", s.Flip(ids[a], list), other)
			case 3:
				union, list := members{}, []bitset.ID{}
				for range rapid.IntRange(0, 5).Draw(t, "united") {
					k := pick()
					list = append(list, ids[k])
					for i, in := range want[k] {
						union[i] = union[i] || in
					}
				}
				add("union", s.Union(list), union)
			case 5:
				count, once, list := map[int32]int{}, members{}, []bitset.ID{}
				for range rapid.IntRange(0, 5).Draw(t, "counted") {
					k := pick()
					list = append(list, ids[k])
					for _, i := range want[k].sorted() {
						count[i]++
						once[i] = count[i] == 1
					}
				}
				add("once", s.Once(list), once)
			}
		}
		lo := rapid.IntRange(0, s.Len()).Draw(t, "lo")
		hi := rapid.IntRange(lo, s.Len()).Draw(t, "hi")
		w := members{}
		for i := lo; i < hi; i++ {
			w[int32(i)] = true
		}
		add("range", s.Range(lo, hi), w)

		// More sets on top change nothing below.
		more := s.Extend()
		before := s.Count()
		for range 3 {
			draw(t, more)
			more.Union([]bitset.ID{ids[pick()], ids[pick()]})
		}
		if s.Count() != before {
			t.Fatal("Extend wrote into what it extends")
		}
		for i, id := range ids {
			check(t, s, "below", id, want[i])
			check(t, more, "above", id, want[i])
		}
	})
}

// TestSets_once checks that a set made twice in one way is one set.
func TestSets_once(t *testing.T) {
	s := bitset.New(5000, 0)
	a, b := s.Range(100, 4000), s.Of([]int32{7, 3000, 4999})
	for range 2 {
		first := []bitset.ID{s.Or(a, b), s.And(a, b), s.AndNot(a, b), s.Union([]bitset.ID{a, b, s.Range(4100, 4900)})}
		count := s.Count()
		again := []bitset.ID{s.Or(a, b), s.And(a, b), s.AndNot(a, b), s.Union([]bitset.ID{s.Range(4100, 4900), b, a})}
		if !slices.Equal(first, again) || s.Count() != count {
			t.Fatalf("%v, then %v", first, again)
		}
	}
}

// TestSets_noAllocs keeps the point query free of allocation.
func TestSets_noAllocs(t *testing.T) {
	s := bitset.New(10_000, 0)
	a := s.Or(s.Range(100, 6000), s.Of([]int32{7, 9000}))
	if n := testing.AllocsPerRun(100, func() {
		if !s.Has(a, 600) || !s.Has(a, 9000) || s.Has(a, 9001) || s.Has(a, 8) {
			t.Fatal("wrong members")
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkSets_Has(b *testing.B) {
	s := bitset.New(50_000, 0)
	id := s.Or(s.Range(20_000, 50_000), s.Of([]int32{3, 7, 700, 900, 1000, 2000, 3000, 4000, 5000, 6000, 7000}))
	b.ReportAllocs()
	for i := int32(0); b.Loop(); i++ {
		s.Has(id, i%50_000)
	}
}

func BenchmarkSets_Union(b *testing.B) {
	s := bitset.New(50_000, 0)
	ids := []bitset.ID{s.Range(20_000, 50_000), s.Of([]int32{3, 7, 700}), s.Of([]int32{900, 1000, 25_000})}
	b.ReportAllocs()
	for b.Loop() {
		s.Union(ids)
	}
}
