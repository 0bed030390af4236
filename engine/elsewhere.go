package engine

import (
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

// strays finds the policies that would select a pod if they stood in its
// namespace: a common mistake (NP-9). A policy is found by the labels that its
// selector demands; equal selectors are tested once.
type strays struct {
	selectors []straySelector
	// byLabel holds the selectors that demand one of some values of a key, under
	// each of them, and others those that demand no value.
	byLabel map[selector.Label][]int32
	others  []int32
}

// straySelector is a selector with the policies that have it for a subject, as
// ascending indices into Cluster.Policies.
type straySelector struct {
	pods     selector.Selector
	policies []int32
}

// newStrays returns the strays among the policies that isolate in direction d.
// A policy for all pods of its namespace is none.
func newStrays(c *model.Cluster, d model.Direction) *strays {
	s := &strays{byLabel: map[selector.Label][]int32{}}
	ids := map[string]int32{}
	for i := range c.Policies {
		p := &c.Policies[i]
		if !p.Isolates[d] || p.Subject.Namespace == "" || p.Subject.Pods.Everything() {
			continue
		}
		key := p.Subject.Pods.String()
		id, ok := ids[key]
		if !ok {
			id = int32(len(s.selectors))
			ids[key] = id
			s.selectors = append(s.selectors, straySelector{pods: p.Subject.Pods})
			s.index(id, p.Subject.Pods)
		}
		s.selectors[id].policies = append(s.selectors[id].policies, int32(i))
	}
	return s
}

// index lists a selector under what one of its requirements demands.
func (s *strays) index(id int32, pods selector.Selector) {
	for _, r := range pods.Requirements {
		if r.Op == selector.In {
			for _, v := range r.Values {
				label := selector.Label{Key: r.Key, Value: v}
				s.byLabel[label] = append(s.byLabel[label], id)
			}
			return
		}
	}
	s.others = append(s.others, id)
}

// of returns the strays of a pod, in the order of the policies.
func (s *strays) of(c *model.Cluster, p *model.Pod) []*model.Policy {
	var found []int32
	test := func(ids []int32) {
		for _, id := range ids {
			if one := &s.selectors[id]; one.pods.Matches(p.Labels) {
				for _, i := range one.policies {
					if c.Policies[i].Subject.Namespace != p.Namespace {
						found = append(found, i)
					}
				}
			}
		}
	}
	for _, label := range p.Labels {
		test(s.byLabel[label])
	}
	test(s.others)
	slices.Sort(found)
	var out []*model.Policy
	for _, i := range slices.Compact(found) {
		out = append(out, &c.Policies[i])
	}
	return out
}

// elsewhere returns the strays of a peer, or nothing for one that is no pod. The
// index is made when it is first asked for.
func (m *Matrix) elsewhere(d model.Direction, id PeerID) []*model.Policy {
	p := m.pod(id)
	if p == nil {
		return nil
	}
	return m.strays[d]().of(m.cluster, p)
}
