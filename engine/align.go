package engine

import (
	"cmp"
	"slices"
	"strings"

	"netreach/model"
)

// Align returns after with the pods renamed that stand in the place of one of
// before: a universe of the two then takes them for one peer each, although
// every rollout gives pods new names. Pods of a workload that keep their names
// keep them here, and of the others those with the same labels go together.
// Nothing else is changed, and neither cluster is.
func Align(before, after *model.Cluster) *model.Cluster {
	type workload struct{ kind, namespace, name string }
	of := func(c *model.Cluster, p *model.Pod) workload {
		w := &c.Workloads[p.Workload]
		return workload{w.Kind, w.Namespace, w.Name}
	}
	type podName struct{ namespace, name string }
	old, now := map[podName]workload{}, map[podName]bool{}
	for i := range before.Pods {
		if p := &before.Pods[i]; !p.StandIn {
			old[podName{p.Namespace, p.Name}] = of(before, p)
		}
	}
	var fresh []int
	for i := range after.Pods {
		p := &after.Pods[i]
		if p.StandIn {
			continue
		}
		now[podName{p.Namespace, p.Name}] = true
		if _, ok := old[podName{p.Namespace, p.Name}]; !ok {
			fresh = append(fresh, i)
		}
	}
	if len(fresh) == 0 {
		return after
	}
	free := map[workload][]int{}
	for i := range before.Pods {
		if p := &before.Pods[i]; !p.StandIn && !now[podName{p.Namespace, p.Name}] {
			w := of(before, p)
			free[w] = append(free[w], i)
		}
	}
	replaced := map[workload][]int{}
	for _, i := range fresh {
		w := of(after, &after.Pods[i])
		if len(free[w]) > 0 {
			replaced[w] = append(replaced[w], i)
		}
	}
	out := *after
	out.Pods = slices.Clone(after.Pods)
	for w, news := range replaced {
		for _, pair := range matchPods(before.Pods, free[w], after.Pods, news) {
			out.Pods[pair[1]].Name = before.Pods[pair[0]].Name
		}
	}
	return &out
}

// matchPods pairs pods of two lists: first those with the same labels, then the
// rest in the order of their names.
func matchPods(before []model.Pod, olds []int, after []model.Pod, news []int) [][2]int {
	var out [][2]int
	byLabels := map[string][]int{}
	for _, i := range olds {
		key := lastingLabels(&before[i])
		byLabels[key] = append(byLabels[key], i)
	}
	taken := map[int]bool{}
	var rest []int
	for _, i := range news {
		key := lastingLabels(&after[i])
		if list := byLabels[key]; len(list) > 0 {
			out = append(out, [2]int{list[0], i})
			byLabels[key], taken[list[0]] = list[1:], true
		} else {
			rest = append(rest, i)
		}
	}
	left := slices.DeleteFunc(slices.Clone(olds), func(i int) bool { return taken[i] })
	slices.SortStableFunc(left, func(a, b int) int { return cmp.Compare(before[a].Name, before[b].Name) })
	slices.SortStableFunc(rest, func(a, b int) int { return cmp.Compare(after[a].Name, after[b].Name) })
	for k := range min(len(left), len(rest)) {
		out = append(out, [2]int{left[k], rest[k]})
	}
	return out
}

// lastingLabels returns the labels of a pod without those that each rollout
// sets anew.
func lastingLabels(p *model.Pod) string {
	var b strings.Builder
	for _, l := range p.Labels {
		switch l.Key {
		case "pod-template-hash", "controller-revision-hash", "pod-template-generation":
			continue
		}
		b.WriteString(l.Key)
		b.WriteByte('=')
		b.WriteString(l.Value)
		b.WriteByte(',')
	}
	return b.String()
}
