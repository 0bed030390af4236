package render

import (
	"cmp"
	"slices"

	"netreach/engine"
)

// Set is ends that together have a name of their own: the pods of a namespace
// as "ns/*", the addresses outside as "internet".
type Set struct {
	Name string
	// Ends are the members, as ascending indices of Table.Ends.
	Ends []int
}

// names returns the names of ends for a flow line, in the order of the ends.
// Members of a set stand under the set's name where all of it is there, and
// ranges of addresses that follow on one another stand as one.
func (m *Matrix) names(ends []int) []string {
	type named struct {
		at   int // the first end that the name is for
		name string
	}
	var out []named
	var ranges []engine.AddrRange
	atRanges := 0
	rest := ends
	for _, s := range m.Sets {
		if len(s.Ends) > 1 && len(common(rest, s.Ends)) == len(s.Ends) {
			out = append(out, named{s.Ends[0], s.Name})
			rest = slices.DeleteFunc(slices.Clone(rest), func(i int) bool {
				_, ok := slices.BinarySearch(s.Ends, i)
				return ok
			})
		}
	}
	for _, i := range rest {
		if len(m.Ranges[i]) == 0 {
			out = append(out, named{i, m.Table.Ends[i].Name})
			continue
		}
		if ranges == nil {
			atRanges = i
		}
		ranges = append(ranges, m.Ranges[i]...)
	}
	for _, r := range mergeRanges(ranges) {
		out = append(out, named{atRanges, r.String()})
	}
	slices.SortStableFunc(out, func(a, b named) int { return cmp.Compare(a.at, b.at) })
	words := make([]string, len(out))
	for i, n := range out {
		words[i] = n.name
	}
	return words
}

// mergeRanges sorts disjoint ranges of addresses and joins those that touch.
func mergeRanges(ranges []engine.AddrRange) []engine.AddrRange {
	slices.SortFunc(ranges, func(a, b engine.AddrRange) int { return a.First.Compare(b.First) })
	var out []engine.AddrRange
	for _, r := range ranges {
		if n := len(out) - 1; n >= 0 && out[n].Last.Next() == r.First {
			out[n].Last = r.Last
			continue
		}
		out = append(out, r)
	}
	return out
}
