package engine

import (
	"slices"

	"netreach/engine/internal/bitset"
)

// partition is the classes of a universe in parts: two are in one part as long
// as no row that it was split by tells them apart.
type partition struct {
	of    []int32 // by class: its part
	sizes []int32 // by part

	hits    []int32 // by part: members of the row at hand; all 0 between rows
	next    []int32 // by part with hits: where these go
	touched []int32
	members []int32
}

// newPartition returns the partition of n classes into one part.
func newPartition(n int) *partition {
	return &partition{of: make([]int32, n), sizes: []int32{int32(n)}, hits: make([]int32, 1), next: make([]int32, 1)}
}

// splitBy splits each part into what a row holds of it and the rest. It costs
// one step for each class in the row, or outside it, whichever are fewer.
func (p *partition) splitBy(sets *bitset.Sets, row bitset.ID) {
	p.members = p.members[:0]
	if n := int32(len(p.of)); sets.Size(row) > int(n)/2 {
		for c := range n {
			if !sets.Has(row, c) {
				p.members = append(p.members, c)
			}
		}
	} else {
		p.members = slices.AppendSeq(p.members, sets.Each(row, 0))
	}
	p.split(p.members)
}

// splitByAll splits by many rows, each named once. Of those that share a bulk
// only the first costs as much as in splitBy: classes that it does not tell apart
// are told apart by another one where the flips of the two are.
func (p *partition) splitByAll(sets *bitset.Sets, rows []bitset.ID) {
	first := map[int]bitset.ID{}
	var apart []int32
	for _, row := range rows {
		f, ok := first[sets.Bulk(row)]
		if !ok {
			first[sets.Bulk(row)] = row
			p.splitBy(sets, row)
			continue
		}
		apart = apart[:0]
		x, y := sets.Flips(f), sets.Flips(row)
		for len(x) > 0 && len(y) > 0 {
			switch {
			case x[0] == y[0]:
				x, y = x[1:], y[1:]
			case x[0] < y[0]:
				apart, x = append(apart, x[0]), x[1:]
			default:
				apart, y = append(apart, y[0]), y[1:]
			}
		}
		p.split(append(append(apart, x...), y...))
	}
}

// split splits each part into what is among the members and the rest.
func (p *partition) split(members []int32) {
	p.touched = p.touched[:0]
	for _, c := range members {
		part := p.of[c]
		if p.hits[part] == 0 {
			p.touched = append(p.touched, part)
		}
		p.hits[part]++
	}
	for _, part := range p.touched {
		p.next[part] = part
		if p.hits[part] < p.sizes[part] {
			p.next[part] = int32(len(p.sizes))
			p.sizes = append(p.sizes, p.hits[part])
			p.hits, p.next = append(p.hits, 0), append(p.next, 0)
			p.sizes[part] -= p.hits[part]
		}
	}
	for _, c := range members {
		p.of[c] = p.next[p.of[c]]
	}
	for _, part := range p.touched {
		p.hits[part] = 0
	}
}
