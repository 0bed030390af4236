package engine

import (
	"math/rand/v2"
	"testing"

	"netreach/engine/internal/bitset"
)

// TestSplitByAll holds the partition by many rows against that by one after the
// other, and against what the rows hold.
func TestSplitByAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 32))
	shared := 0
	for range 300 {
		n := 1 + rng.IntN(120)
		sets := bitset.New(n, 1+rng.IntN(20))
		rows := []bitset.ID{}
		seen := map[bitset.ID]bool{}
		bulks := map[int]bool{}
		add := func(row bitset.ID) {
			if !seen[row] {
				seen[row] = true
				rows = append(rows, row)
				if bulks[sets.Bulk(row)] {
					shared++
				}
				bulks[sets.Bulk(row)] = true
			}
		}
		for range 1 + rng.IntN(4) {
			var members []int32
			for i := range int32(n) {
				if rng.IntN(3) > 0 {
					members = append(members, i)
				}
			}
			row := sets.Of(members)
			add(row)
			for range rng.IntN(4) {
				add(sets.Flip(row, []int32{int32(rng.IntN(n))}))
			}
		}
		got, want := newPartition(n), newPartition(n)
		got.splitByAll(sets, rows)
		for _, row := range rows {
			want.splitBy(sets, row)
		}
		for x := range n {
			for y := range x {
				alike := true
				for _, row := range rows {
					alike = alike && sets.Has(row, int32(x)) == sets.Has(row, int32(y))
				}
				if a, b := got.of[x] == got.of[y], want.of[x] == want.of[y]; a != alike || b != alike {
					t.Fatalf("%d and %d of %d: alike %v, together %v, one by one %v", x, y, n, alike, a, b)
				}
			}
		}
	}
	if shared < 100 {
		t.Errorf("only %d rows share a bulk", shared)
	}
}
