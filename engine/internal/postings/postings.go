// Package postings finds the members of a universe that a label selector
// matches, without looking at all of them.
//
// An Index lists the members by label and by key. A query takes the requirement
// with the fewest members, or the window of the question if that is smaller,
// and checks the other requirements on these alone.
package postings

import (
	"slices"

	"netreach/model/selector"
)

// Index is the postings of members 0 to n-1, of which each has one label set.
// It is read-only once built.
type Index struct {
	labels  []selector.Labels // by member
	byLabel map[selector.Label][]int32
	byKey   map[string][]int32
}

// New returns the index of members with the given label sets.
func New(labels []selector.Labels) *Index {
	x := &Index{labels: labels, byLabel: map[selector.Label][]int32{}, byKey: map[string][]int32{}}
	for i, set := range labels {
		for _, l := range set {
			x.byLabel[l] = append(x.byLabel[l], int32(i))
			x.byKey[l.Key] = append(x.byKey[l.Key], int32(i))
		}
	}
	return x
}

// Append appends the members from lo to hi-1 that s matches, in ascending order.
func (x *Index) Append(dst []int32, s selector.Selector, lo, hi int) []int32 {
	cost, lists := x.cheapest(s, lo, hi)
	if cost == hi-lo {
		for i := lo; i < hi; i++ {
			if s.Matches(x.labels[i]) {
				dst = append(dst, int32(i))
			}
		}
		return dst
	}
	first := len(dst)
	for _, list := range lists {
		for _, i := range list {
			if s.Matches(x.labels[i]) {
				dst = append(dst, i)
			}
		}
	}
	if len(lists) > 1 {
		// The values of one key exclude each other, so the lists are disjoint.
		slices.Sort(dst[first:])
	}
	return dst
}

// Cost returns how many members from lo to hi-1 Append would look at.
func (x *Index) Cost(s selector.Selector, lo, hi int) int {
	cost, _ := x.cheapest(s, lo, hi)
	return cost
}

// cheapest returns the lists of the requirement with the fewest members, or the
// number of all, if none has fewer.
func (x *Index) cheapest(s selector.Selector, lo, hi int) (cost int, lists [][]int32) {
	cost = hi - lo
	if cost <= fewMembers {
		return cost, nil
	}
	for _, r := range s.Requirements {
		if n, candidates := x.candidates(r, lo, hi); n < cost && n >= 0 {
			cost, lists = n, candidates
		}
	}
	return cost, lists
}

// fewMembers are looked at without asking the lists.
const fewMembers = 8

// candidates returns the lists of members within lo to hi-1 of which r needs
// one, and their number; -1 if r does not narrow by a list.
func (x *Index) candidates(r selector.Requirement, lo, hi int) (cost int, lists [][]int32) {
	switch r.Op {
	case selector.In:
		values := slices.Clone(r.Values)
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			if l := within(x.byLabel[selector.Label{Key: r.Key, Value: v}], lo, hi); len(l) > 0 {
				lists = append(lists, l)
				cost += len(l)
			}
		}
		return cost, lists
	case selector.Exists:
		l := within(x.byKey[r.Key], lo, hi)
		return len(l), [][]int32{l}
	case selector.NotIn, selector.DoesNotExist:
	}
	return -1, nil
}

func within(list []int32, lo, hi int) []int32 {
	from, _ := slices.BinarySearch(list, int32(lo))
	to, _ := slices.BinarySearch(list, int32(hi))
	return list[from:to]
}
