package worlds

import (
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

type requirement = selector.Requirement

// Copy returns a copy of c that a test may write to, but for its labels and what
// selectors hold: these are to be replaced only.
func Copy(c *model.Cluster) *model.Cluster { return clone(c) }

// clone returns a copy of c that shares nothing which a change writes to.
// Labels are shared: they are only ever replaced.
func clone(c *model.Cluster) *model.Cluster {
	out := *c
	out.Namespaces = slices.Clone(c.Namespaces)
	out.Nodes = slices.Clone(c.Nodes)
	for i := range out.Nodes {
		out.Nodes[i].Addresses = slices.Clone(out.Nodes[i].Addresses)
	}
	out.Workloads = slices.Clone(c.Workloads)
	out.Pods = slices.Clone(c.Pods)
	for i := range out.Pods {
		out.Pods[i].Addresses = slices.Clone(out.Pods[i].Addresses)
		out.Pods[i].Ports = slices.Clone(out.Pods[i].Ports)
	}
	out.Tiers = slices.Clone(c.Tiers)
	out.Policies = slices.Clone(c.Policies)
	for i := range out.Policies {
		p := &out.Policies[i]
		p.Subject = clonePods(p.Subject)
		p.Rules = slices.Clone(p.Rules)
		for j := range p.Rules {
			p.Rules[j] = cloneRule(p.Rules[j])
		}
	}
	return &out
}

func cloneRule(r model.Rule) model.Rule {
	r.Ports = slices.Clone(r.Ports)
	r.Peers = slices.Clone(r.Peers)
	for i := range r.Peers {
		p := &r.Peers[i]
		p.Pods = clonePods(p.Pods)
		p.Nodes = cloneSelector(p.Nodes)
		p.Block.Except = slices.Clone(p.Block.Except)
		p.Names = slices.Clone(p.Names)
	}
	return r
}

func clonePods(s model.PodSet) model.PodSet {
	s.Namespaces, s.Pods = cloneSelector(s.Namespaces), cloneSelector(s.Pods)
	return s
}

func cloneSelector(s selector.Selector) selector.Selector {
	s.Requirements = slices.Clone(s.Requirements)
	for i := range s.Requirements {
		s.Requirements[i].Values = slices.Clone(s.Requirements[i].Values)
	}
	return s
}
