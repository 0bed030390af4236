package postings_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"netreach/engine/internal/postings"
	"netreach/model/selector"
)

// TestIndex_Append checks the postings against asking every member (SEL-1 to
// SEL-7).
func TestIndex_Append(t *testing.T) {
	key := rapid.SampledFrom([]string{"a", "b", "c"})
	value := rapid.SampledFrom([]string{"", "1", "2", "3"})
	rapid.Check(t, func(t *rapid.T) {
		members := make([]selector.Labels, rapid.IntRange(0, 40).Draw(t, "members"))
		for i := range members {
			members[i] = selector.FromMap(rapid.MapOf(key, value).Draw(t, "labels"))
		}
		var s selector.Selector
		for range rapid.IntRange(0, 3).Draw(t, "requirements") {
			r := selector.Requirement{Key: key.Draw(t, "key"), Op: selector.Op(rapid.IntRange(0, 3).Draw(t, "op"))}
			if r.Op == selector.In || r.Op == selector.NotIn {
				r.Values = rapid.SliceOfN(value, 1, 3).Draw(t, "values")
			}
			s.Requirements = append(s.Requirements, r)
		}
		lo := rapid.IntRange(0, len(members)).Draw(t, "lo")
		hi := rapid.IntRange(lo, len(members)).Draw(t, "hi")
		want := []int32{7}
		for i := lo; i < hi; i++ {
			if s.Matches(members[i]) {
				want = append(want, int32(i))
			}
		}
		if got := postings.New(members).Append([]int32{7}, s, lo, hi); !slices.Equal(got, want) {
			t.Fatalf("%v in %v[%d:%d] = %v, want %v", s, members, lo, hi, got, want)
		}
	})
}
