package load

import (
	"cmp"
	"slices"
	"strings"

	"netreach/model"
)

// cluster closes the world: it places every pod in its workload, lets one pod
// stand for a workload without any, and adds the namespaces and nodes that
// objects name but nothing declares. It reports what that leaves open.
func (r *reader) cluster() *model.Cluster {
	p := r.world.place()
	c := &model.Cluster{
		Workloads: p.workloads,
		Pods:      p.pods,
		Tiers:     tiers(r.world.policies.all),
		Policies:  slices.Clone(r.world.policies.all),
		Names:     r.allNames(),
	}
	slices.SortFunc(c.Policies, func(a, b model.Policy) int { return compareOrigins(a.Origin, b.Origin) })
	c.Nodes = r.world.allNodes(c.Pods)
	c.Namespaces = r.world.allNamespaces(c)
	weighStandIns(c, p.perNode)
	r.remarks(c)
	return c
}

func compareOrigins(a, b model.Origin) int {
	return cmp.Or(
		strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.Namespace, b.Namespace),
		strings.Compare(a.Name, b.Name),
	)
}

// allNodes returns the nodes that are declared, and those that pods name.
func (w *world) allNodes(pods []model.Pod) []model.Node {
	out := slices.Clone(w.nodes.all)
	known := map[string]bool{"": true}
	for _, n := range out {
		known[n.Name] = true
	}
	for _, p := range pods {
		if !known[p.Node] {
			known[p.Node] = true
			out = append(out, model.Node{Name: p.Node, Origin: implied("Node", p.Node, p.Origin)})
		}
	}
	slices.SortFunc(out, func(a, b model.Node) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// allNamespaces returns the namespaces that are declared, and those that an
// object lies in; these have only the name label (NP-27, NP-28).
func (w *world) allNamespaces(c *model.Cluster) []model.Namespace {
	out := slices.Clone(w.namespaces.all)
	known := map[string]bool{"": true} // of what lies in no namespace
	for _, n := range out {
		known[n.Name] = true
	}
	add := func(name string, by model.Origin) {
		if !known[name] {
			known[name] = true
			out = append(out, model.Namespace{
				Name:   name,
				Labels: model.Labels{{Key: model.NameLabel, Value: name}},
				Origin: implied("Namespace", name, by),
			})
		}
	}
	for _, wl := range c.Workloads {
		add(wl.Namespace, wl.Origin)
	}
	for _, p := range c.Policies {
		add(p.Origin.Namespace, p.Origin)
	}
	slices.SortFunc(out, func(a, b model.Namespace) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// implied returns the origin of an object that nothing declares, and that the
// object at by implies.
func implied(kind, name string, by model.Origin) model.Origin {
	return model.Origin{Kind: kind, Name: name, File: by.File, Line: by.Line}
}

// weighStandIns gives the stand-ins of workloads that run on every node the
// number of nodes as weight.
func weighStandIns(c *model.Cluster, perNode map[int]bool) {
	for i := range c.Pods {
		if p := &c.Pods[i]; p.StandIn && perNode[p.Workload] {
			p.Weight = max(1, len(c.Nodes))
			c.Workloads[p.Workload].Replicas = p.Weight
		}
	}
}
