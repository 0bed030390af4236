package worlds

import (
	"math/rand/v2"
	"net/netip"
	"slices"

	"netreach/engine/internal/oracle"
	"netreach/model"
)

// Change makes another cluster of a cluster, in which every old flow has its
// old verdict.
type Change struct {
	Name string
	// Make leaves c as it is. Where there is nothing to change, it returns a
	// plain copy.
	Make func(c *model.Cluster, rng *rand.Rand) Changed
}

// Changed is a cluster that was made of another one.
type Changed struct {
	Cluster *model.Cluster
	pods    map[*model.Pod]*model.Pod
	nodes   map[*model.Node]*model.Node
}

// Flow returns a flow of the old cluster as a flow of the new one.
func (c Changed) Flow(f oracle.Flow) oracle.Flow {
	f.Src, f.Dst = c.end(f.Src), c.end(f.Dst)
	return f
}

func (c Changed) end(e oracle.End) oracle.End {
	switch {
	case e.Pod != nil:
		return oracle.End{Pod: c.pods[e.Pod]}
	case e.Node != nil:
		return oracle.End{Node: c.nodes[e.Node]}
	}
	return e
}

// Changes returns all changes.
func Changes() []Change {
	return []Change{
		{"shuffle objects", ShuffleObjects},
		{"duplicate a policy", DuplicatePolicy},
		{"split a range", SplitRange},
		{"rename a namespace", RenameNamespace},
		{"add an unrelated pod", AddUnrelatedPod},
	}
}

// finish puts the changed copy of old in order and maps the old objects. New
// pods and nodes must stand behind the old ones.
func finish(old, c *model.Cluster) Changed {
	pods, nodes := arrange(c)
	out := Changed{Cluster: c, pods: map[*model.Pod]*model.Pod{}, nodes: map[*model.Node]*model.Node{}}
	for i := range old.Pods {
		out.pods[&old.Pods[i]] = &c.Pods[pods[i]]
	}
	for i := range old.Nodes {
		out.nodes[&old.Nodes[i]] = &c.Nodes[nodes[i]]
	}
	return out
}

// renamePolicy gives p and its rules another name.
func renamePolicy(p *model.Policy, namespace, name string) {
	p.Origin.Namespace, p.Origin.Name = namespace, name
	for i := range p.Rules {
		p.Rules[i].Origin.Namespace, p.Rules[i].Origin.Name = namespace, name
	}
}

// DuplicatePolicy adds a copy of one policy under another name.
func DuplicatePolicy(old *model.Cluster, rng *rand.Rand) Changed {
	c := clone(old)
	if len(c.Policies) > 0 {
		p := clone(old).Policies[rng.IntN(len(c.Policies))]
		renamePolicy(&p, p.Origin.Namespace, one(rng.IntN, "", "z-")+"copy-of-"+p.Origin.Name)
		c.Policies = append(c.Policies, p)
	}
	return finish(old, c)
}

// SplitRange makes two ranges of one. Ranges by endPort stay as they are, since
// a switch may cut them down to their first port (NP-32).
func SplitRange(old *model.Cluster, rng *rand.Rand) Changed {
	c := clone(old)
	type place struct {
		rule *model.Rule
		port int
	}
	var places []place
	for i := range c.Policies {
		for j := range c.Policies[i].Rules {
			r := &c.Policies[i].Rules[j]
			for k, m := range r.Ports {
				if m.Kind == model.PortRange && m.First < m.Last && !m.EndPort {
					places = append(places, place{r, k})
				}
			}
		}
	}
	if len(places) > 0 {
		p := places[rng.IntN(len(places))]
		m := &p.rule.Ports[p.port]
		upper := *m
		// Near the lower end, where other rules have their ports, or anywhere.
		m.Last = m.First + uint16(rng.IntN(min(int(m.Last-m.First), one(rng.IntN, 90, 1<<16))))
		upper.First = m.Last + 1
		p.rule.Ports = append(p.rule.Ports, upper)
	}
	return finish(old, c)
}

// RenameNamespace gives one namespace another name throughout: in objects, in
// policies, and in selectors on the automatic label (NP-28).
func RenameNamespace(old *model.Cluster, rng *rand.Rand) Changed {
	c := clone(old)
	from := c.Namespaces[rng.IntN(len(c.Namespaces))].Name
	to := one(rng.IntN, "0-", "zz-") + from
	for mentions(c, to) {
		to += "-0"
	}
	renamed := func(name *string) {
		if *name == from {
			*name = to
		}
	}
	for i := range c.Namespaces {
		n := &c.Namespaces[i]
		renamed(&n.Name)
		n.Origin.Name = n.Name
		n.Labels = n.Labels.With(model.NameLabel, n.Name)
	}
	for i := range c.Workloads {
		renamed(&c.Workloads[i].Namespace)
		renamed(&c.Workloads[i].Origin.Namespace)
	}
	for i := range c.Pods {
		renamed(&c.Pods[i].Namespace)
		renamed(&c.Pods[i].Origin.Namespace)
	}
	for i := range c.Policies {
		p := &c.Policies[i]
		namespace := p.Origin.Namespace
		renamed(&namespace)
		renamePolicy(p, namespace, p.Origin.Name)
	}
	eachPodSet(c, func(s *model.PodSet) {
		renamed(&s.Namespace)
		for _, r := range s.Namespaces.Requirements {
			for i := range r.Values {
				if r.Key == model.NameLabel {
					renamed(&r.Values[i])
				}
			}
		}
	})
	return finish(old, c)
}

// mentions reports whether a namespace or a selector of namespaces has the
// name.
func mentions(c *model.Cluster, name string) bool {
	found := slices.ContainsFunc(c.Namespaces, func(n model.Namespace) bool { return n.Name == name })
	eachPodSet(c, func(s *model.PodSet) {
		for _, r := range s.Namespaces.Requirements {
			found = found || slices.Contains(r.Values, name)
		}
		found = found || s.Namespace == name
	})
	return found
}

// eachPodSet calls f for every set of pods in the policies of c.
func eachPodSet(c *model.Cluster, f func(*model.PodSet)) {
	for i := range c.Policies {
		f(&c.Policies[i].Subject)
		for _, r := range c.Policies[i].Rules {
			for j := range r.Peers {
				f(&r.Peers[j].Pods)
			}
		}
	}
}

// AddUnrelatedPod adds a pod, in an old namespace or a new one. Policies may
// select it: no flow between others is its concern. If it has addresses, they
// are of families that the cluster has already, 10.200.0.200 and
// fd00:200::200, so that flows with these two outside are no longer that.
func AddUnrelatedPod(old *model.Cluster, rng *rand.Rand) Changed {
	c := clone(old)
	d := drawing{choose: rng.IntN, cluster: c}
	ns := "new"
	if mentions(c, ns) || rng.IntN(2) == 0 {
		ns = one(rng.IntN, c.Namespaces...).Name
	} else {
		l := d.labels("env", "team").With(model.NameLabel, ns)
		c.Namespaces = append(c.Namespaces, model.Namespace{
			Name: ns, Labels: l, Declared: true, Origin: model.Origin{Kind: "Namespace", Name: ns},
		})
	}
	p := model.Pod{
		Namespace: ns, Name: one(rng.IntN, "0-", "zz-") + "unrelated", Weight: 1,
		Labels: d.labels("app", "role"), Ports: d.containerPorts(),
	}
	p.Origin = model.Origin{Kind: "Pod", Namespace: ns, Name: p.Name}
	if other := one(rng.IntN, c.Pods...); rng.IntN(2) == 0 && !other.HostNetwork {
		for _, a := range other.Addresses {
			if a.Is4() {
				p.Addresses = append(p.Addresses, netip.MustParseAddr("10.200.0.200"))
			} else {
				p.Addresses = append(p.Addresses, netip.MustParseAddr("fd00:200::200"))
			}
		}
	}
	p.Workload = d.workload("Pod", ns, p.Name, 1)
	c.Pods = append(c.Pods, p)
	return finish(old, c)
}
