package engine

import "iter"

// policies returns the indices of the policies of a program.
func (p *program) policies() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i := range p.tiers {
			t := &p.tiers[i]
			for _, group := range t.groups {
				for k := range group {
					if !yield(group[k].policy) {
						return
					}
				}
			}
			for k := range t.unordered {
				if !yield(t.unordered[k].policy) {
					return
				}
			}
		}
	}
}
