package engine

import "netreach/model"

// restCondition is that what no line is about is denied.
type restCondition struct {
	r *remainder
	// open holds the pairs of groups that are not, by their indices.
	open map[[2]int32]bool
	// sources and destinations by program.
	by [model.Directions]map[int32][]int32
}

func newRestCondition(c *Checker) *restCondition {
	x := &restCondition{r: newRemainder(c), open: map[[2]int32]bool{}}
	for d, groups := range [model.Directions][]restGroup{model.Egress: x.r.sources, model.Ingress: x.r.destinations} {
		x.by[d] = map[int32][]int32{}
		for i := range groups {
			for _, p := range c.m.programsOf(model.Direction(d), groups[i].shape) {
				x.by[d][p] = append(x.by[d][p], int32(i))
			}
		}
	}
	for i := range x.r.sources {
		for k := range x.r.destinations {
			if x.opens(i, k, c.profileOf) {
				x.open[[2]int32{int32(i), int32(k)}] = true
			}
		}
	}
	return x
}

// opens reports whether a pair of groups has flows that are left over and not
// denied.
func (x *restCondition) opens(i, k int, profileOf func(flowKind) *profile) bool {
	open := false
	x.r.checkPair(&x.r.sources[i], &x.r.destinations[k], profileOf, func(openFlow) bool {
		open = true
		return false
	})
	return open
}

func (x *restCondition) programs(d model.Direction) []int32 {
	out := make([]int32, 0, len(x.by[d]))
	for p := range x.by[d] {
		out = append(out, p)
	}
	return out
}

func (x *restCondition) metBefore() bool { return len(x.open) == 0 }

func (x *restCondition) metWithout(w *omission, programs *programList) bool {
	profileOf := w.profilesOf(x.r.c)
	again := map[[2]int32]bool{}
	for _, program := range programs[model.Egress] {
		for _, i := range x.by[model.Egress][program] {
			for k := range x.r.destinations {
				again[[2]int32{i, int32(k)}] = true
			}
		}
	}
	for _, program := range programs[model.Ingress] {
		for _, k := range x.by[model.Ingress][program] {
			for i := range x.r.sources {
				again[[2]int32{int32(i), k}] = true
			}
		}
	}
	for pair := range x.open {
		if !again[pair] {
			return false
		}
	}
	for pair := range again {
		if x.opens(int(pair[0]), int(pair[1]), profileOf) {
			return false
		}
	}
	return true
}
