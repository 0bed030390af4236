package route

import (
	"slices"

	"netreach/engine"
	"netreach/model"
)

// stir is what differs between two clusters, as far as it may bear on a way in:
// the namespaces in which anything was edited, or all of them. A flow is decided
// by its two ends and by the policies of their namespaces, so that nothing can
// change at a way of which all namespaces are as they were, those of listed
// endpoints among them, and on which no edit of a name bears.
type stir struct {
	everywhere bool
	// dns tells that the cluster's DNS answers otherwise.
	dns        bool
	namespaces map[string]bool
}

// stirred returns what differs between the clusters of d. edits are those of names.
func stirred(d *engine.Diff, edits []nameEdit) *stir {
	s := &stir{namespaces: map[string]bool{}}
	before, after := d.Before.Cluster(), d.After.Cluster()
	s.everywhere = meaning(before.Tiers) != meaning(after.Tiers) || meaning(before.Nodes) != meaning(after.Nodes) || !slices.Equal(addressFamilies(before), addressFamilies(after))
	s.dns = meaning(before.Names.Corefiles) != meaning(after.Names.Corefiles)
	for i := range d.Edits {
		e := &d.Edits[i]
		if !e.Kind.OfPolicy() {
			continue // by namespace, below
		}
		for _, o := range slices.Concat(e.Before, e.After) {
			s.everywhere = s.everywhere || o.Namespace == ""
			s.namespaces[o.Namespace] = true
		}
	}
	for i := range edits {
		s.everywhere = s.everywhere || edits[i].object.namespace == ""
		s.namespaces[edits[i].object.namespace] = true
	}
	s.compareNamespaces(before, after)
	s.comparePods(before, after)
	return s
}

// in reports whether anything differs in one of some namespaces.
func (s *stir) in(namespaces []string) bool {
	return s.everywhere || slices.ContainsFunc(namespaces, func(ns string) bool { return s.namespaces[ns] })
}

func (s *stir) compareNamespaces(before, after *model.Cluster) {
	labels := map[string]string{}
	for i := range before.Namespaces {
		labels[before.Namespaces[i].Name] = meaning(before.Namespaces[i].Labels)
	}
	for i := range after.Namespaces {
		n := &after.Namespaces[i]
		if was, ok := labels[n.Name]; !ok || was != meaning(n.Labels) {
			s.namespaces[n.Name] = true
		}
		delete(labels, n.Name)
	}
	for gone := range labels {
		s.namespaces[gone] = true
	}
}

// comparePods takes in the namespaces of pods that are not the same in both
// clusters.
func (s *stir) comparePods(before, after *model.Cluster) {
	old := make(map[podName]*model.Pod, len(before.Pods))
	for i := range before.Pods {
		old[podNameOf(&before.Pods[i])] = &before.Pods[i]
	}
	for i := range after.Pods {
		p := &after.Pods[i]
		n := podNameOf(p)
		if was := old[n]; was == nil || !samePod(was, p) || before.Workloads[was.Workload].Kind != after.Workloads[p.Workload].Kind {
			s.namespaces[p.Namespace] = true
		}
		delete(old, n)
	}
	for gone := range old {
		s.namespaces[gone.namespace] = true
	}
}

// samePod reports whether two pods are the same to policies and Services.
func samePod(p, q *model.Pod) bool {
	return p.Node == q.Node && p.HostNetwork == q.HostNetwork && p.Weight == q.Weight && p.Readiness == q.Readiness && p.Terminating == q.Terminating &&
		slices.Equal(p.Labels, q.Labels) && slices.Equal(p.Addresses, q.Addresses) && slices.Equal(p.LateLabels, q.LateLabels) &&
		slices.EqualFunc(p.Ports, q.Ports, func(a, b model.ContainerPort) bool { return a == b })
}

// quiet reports whether nothing can change at what is dialled by a name.
func (x *comparer) quiet(s *stir, name string) bool {
	if s.everywhere {
		return false
	}
	before, after := x.sides[0].byName[name], x.sides[1].byName[name]
	if len(before) != len(after) {
		return false
	}
	for i := range before {
		if !sameDoor(&before[i], &after[i]) {
			return false
		}
		for side, w := range []*way{&before[i], &after[i]} {
			namespaces, ok := w.namespaces(x.atlases[side])
			if !ok || s.dns && w.entry != nil && w.entry.door.authOf(w.entry.Route).URL != "" || s.in(namespaces) {
				return false
			}
		}
	}
	return len(x.suspects(name)) == 0
}

// sameDoor reports whether two ways lead through the same pods.
func sameDoor(v, w *way) bool {
	if v.entry == nil || w.entry == nil {
		return v.entry == w.entry
	}
	d, e := v.entry.door, w.entry.door
	return v.port == w.port && d.nginx == e.nginx && slices.Equal(d.pods.Peers, e.pods.Peers) && (d.assumed == nil) == (e.assumed == nil) &&
		meaning(d.defaults) == meaning(e.defaults)
}

// namespaces returns those of all pods that a way may come to, and reports false
// if they are not known: what has no selector may lead anywhere.
func (w *way) namespaces(a *Atlas) ([]string, bool) {
	if w.publication != nil {
		s := w.publication.Service
		return a.namespacesBehind(s), s.Selects
	}
	e := w.entry
	out := []string{e.Route.Origin.Namespace}
	for _, id := range e.door.pods.Peers {
		if p := a.pod(id); p != nil && !slices.Contains(out, p.Namespace) {
			out = append(out, p.Namespace)
		}
	}
	if e.door.assumed != nil {
		out = append(out, e.door.assumed.namespace)
	}
	asked, ok := a.authNamespaces(e.door, e.Route)
	if !ok {
		return nil, false
	}
	out = append(out, asked...)
	for _, b := range e.choice.entry.Backends {
		s := a.services[nameKey{b.Namespace, b.Name}]
		if s != nil && !s.Selects {
			return nil, false
		}
		out = append(out, b.Namespace)
		if s != nil {
			out = append(out, a.namespacesBehind(s)...)
		}
	}
	for _, s := range e.door.services {
		out = append(out, a.namespacesBehind(s)...)
	}
	return out, true
}

// namespacesBehind returns the namespace of a Service that has a selector, and those
// of pods that its slices list beside the ones that the selector picks (SVC-13).
func (a *Atlas) namespacesBehind(s *model.Service) []string {
	out := []string{s.Namespace}
	for _, slice := range a.slices[nameKey{s.Namespace, s.Name}] {
		for i := range slice.Endpoints {
			if p := a.pod(a.endpointPeer(&slice.Endpoints[i])); p != nil && !slices.Contains(out, p.Namespace) {
				out = append(out, p.Namespace)
			}
		}
	}
	return out
}
