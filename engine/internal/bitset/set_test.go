package bitset_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"netreach/engine/internal/bitset"
)

// TestSetAlgebra checks every operation member by member against maps.
func TestSetAlgebra(t *testing.T) {
	const universe = 3 * bitset.ChunkBits / 2
	draw := func(t *rapid.T, name string) (*bitset.Set, map[int]bool) {
		want := map[int]bool{}
		var b bitset.Builder
		for range rapid.IntRange(0, 3).Draw(t, name+" ranges") {
			lo := rapid.IntRange(0, universe-1).Draw(t, "lo")
			hi := rapid.IntRange(lo, universe).Draw(t, "hi")
			b.AddRange(lo, hi)
			for i := lo; i < hi; i++ {
				want[i] = true
			}
		}
		for range rapid.IntRange(0, 20).Draw(t, name+" members") {
			i := rapid.IntRange(0, universe-1).Draw(t, "i")
			b.Add(i)
			want[i] = true
		}
		return b.Set(), want
	}
	check := func(t *rapid.T, name string, s *bitset.Set, want func(int) bool) {
		var members []int
		for i := range universe {
			if want(i) {
				members = append(members, i)
			}
			if s.Has(i) != want(i) {
				t.Fatalf("%s: Has(%d) = %v", name, i, s.Has(i))
			}
		}
		if got := slices.Collect(s.All()); !slices.Equal(got, members) {
			t.Fatalf("%s: members %v, want %v", name, got, members)
		}
		if s.Count() != len(members) || s.Empty() != (len(members) == 0) {
			t.Fatalf("%s: Count %d, Empty %v, want %d members", name, s.Count(), s.Empty(), len(members))
		}
		if same := bitset.Of(members...); !same.Equal(s) || same.Hash() != s.Hash() {
			t.Fatalf("%s: not equal to the set of its own members", name)
		}
		words, weight := make([]uint64, universe/64), uint64(0)
		s.Words(words)
		for i := range universe {
			if words[i/64]>>(i%64)&1 != 0 != want(i) {
				t.Fatalf("%s: Words has %d = %v", name, i, !want(i))
			}
			if want(i) && i%3 == 0 {
				weight += 5
			}
		}
		thirds := make([]uint64, universe/64)
		for i := 0; i < universe; i += 3 {
			thirds[i/64] |= 1 << (i % 64)
		}
		// Every third member weighs 5: bits 0 and 2.
		if got := s.Weigh([][]uint64{thirds, nil, thirds}); got != weight {
			t.Fatalf("%s: weight %d, want %d", name, got, weight)
		}
		lo, hi := rapid.IntRange(0, universe).Draw(t, "range"), rapid.IntRange(0, universe).Draw(t, "range end")
		all := true
		for i := lo; i < hi; i++ {
			all = all && want(i)
		}
		if s.HasRange(lo, hi) != all {
			t.Fatalf("%s: HasRange(%d, %d) = %v", name, lo, hi, !all)
		}
		at := rapid.IntRange(0, universe).Draw(t, "from")
		from, _ := slices.BinarySearch(members, at)
		if got := slices.Collect(s.From(at)); !slices.Equal(got, members[from:]) {
			t.Fatalf("%s: From(%d) = %v, want %v", name, at, got, members[from:])
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, wantA := draw(t, "a")
		b, wantB := draw(t, "b")
		check(t, "a", a, func(i int) bool { return wantA[i] })
		check(t, "and", a.And(b), func(i int) bool { return wantA[i] && wantB[i] })
		check(t, "or", a.Or(b), func(i int) bool { return wantA[i] || wantB[i] })
		check(t, "andnot", a.AndNot(b), func(i int) bool { return wantA[i] && !wantB[i] })
		check(t, "a again", a, func(i int) bool { return wantA[i] })
		if a.Intersects(b) != !a.And(b).Empty() {
			t.Fatal("Intersects disagrees with And")
		}
		equal := true
		for i := range universe {
			equal = equal && wantA[i] == wantB[i]
		}
		if a.Equal(b) != equal {
			t.Fatalf("Equal = %v, want %v", a.Equal(b), equal)
		}
	})
}

// TestBuilder_reuse checks that a set does not change when its builder goes on.
func TestBuilder_reuse(t *testing.T) {
	var b bitset.Builder
	b.AddRange(0, 2*bitset.ChunkBits)
	b.Add(2000)
	first := b.Set()
	b.Add(7)
	second := b.Set()
	if first.Count() != 2*bitset.ChunkBits+1 || !slices.Equal(slices.Collect(second.All()), []int{7}) {
		t.Fatalf("first %d members, second %v", first.Count(), slices.Collect(second.All()))
	}
}

// TestSet_noAllocs keeps the point query free of allocation.
func TestSet_noAllocs(t *testing.T) {
	s := bitset.Of(3, 600, 9000)
	other := bitset.Of(9000)
	if n := testing.AllocsPerRun(100, func() {
		if !s.Has(600) || s.Has(601) || !s.Intersects(other) {
			t.Fatal("wrong members")
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkSet_Has(b *testing.B) {
	var bld bitset.Builder
	for i := range 50 {
		bld.Add(i * 1000)
	}
	s := bld.Set()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Has(i % 50_000)
	}
}
