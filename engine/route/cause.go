package route

import (
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// Bounds of how many states between the two clusters are looked at to find causes:
// as many as hold mostMixed objects together, and some at least, some at most.
// Beyond that causes stay open.
const (
	mostMixed   = 4_000_000
	leastStates = 12
	mostStates  = 150
)

// attribute finds the cause of each change. What may be one is every edit of an
// object that the way rests on, and all that was edited of policies and pods,
// which is one suspect here. Which of them it takes is found out by making some of
// the edits and not the others.
func (x *comparer) attribute() {
	if len(x.changes) == 0 {
		return
	}
	x.mixed, x.added = map[string]*sideways{}, map[string]int32{}
	for i := range x.changes {
		c := &x.changes[i]
		c.Change.Cause = x.causeOf(c)
	}
}

// causeOf returns the cause of a change.
func (x *comparer) causeOf(c *wayChange) engine.CauseID {
	suspects := x.suspects(c.Way)
	if len(suspects) == 0 {
		edits, each, open := x.ofPods(c)
		return x.cause(edits, each, open)
	}
	overrun := false
	suffices := func(made []int, matrix int) bool {
		s := x.between(made, matrix)
		if s == nil {
			overrun = true
			return false
		}
		return x.verdict(s, c.client, c.spot) == c.Change.After
	}
	if !suffices(suspects, 1) { // something else bears on it, or it is not to be found out
		pods, _, _ := x.ofPods(c)
		return x.cause(append(x.ids(suspects), pods...), false, true)
	}
	byNames, byPods := suffices(suspects, 0), suffices(nil, 1)
	var edits []int32
	each, open := false, false
	switch {
	case byNames && byPods:
		made, alone := fewest(suspects, func(made []int) bool { return suffices(made, 0) })
		var ofEach bool
		edits, ofEach, open = x.ofPods(c)
		each = (alone || len(made) == 1) && (ofEach || len(edits) == 1)
		open = open || !each
		edits = append(x.ids(made), edits...)
	case byNames:
		var made []int
		made, each = fewest(suspects, func(made []int) bool { return suffices(made, 0) })
		edits = x.ids(made)
	case byPods:
		edits, each, open = x.ofPods(c)
	default:
		made := needed(suspects, func(made []int) bool { return suffices(made, 1) })
		edits, _, open = x.ofPods(c)
		edits = append(x.ids(made), edits...)
	}
	if overrun {
		return x.cause(x.ids(suspects), false, true)
	}
	return x.cause(edits, each, open)
}

// fewest returns those of some edits of which each suffices by itself, or else
// few that suffice together.
func fewest(edits []int, suffice func([]int) bool) (few []int, each bool) {
	for _, e := range edits {
		if suffice([]int{e}) {
			few = append(few, e)
		}
	}
	if len(few) > 0 {
		return few, len(few) > 1
	}
	return needed(edits, suffice), false
}

// needed returns edits that suffice together, and of which none can be spared.
func needed(edits []int, suffice func([]int) bool) []int {
	left := slices.Clone(edits)
	for _, e := range edits {
		without := slices.DeleteFunc(slices.Clone(left), func(x int) bool { return x == e })
		if suffice(without) {
			left = without
		}
	}
	return left
}

// between returns the ways in of the policies and pods of one cluster, by the names
// of the cluster before with some edits made, or nil if too many such states were
// looked at.
func (x *comparer) between(made []int, matrix int) *sideways {
	key := fmt.Sprint(made, matrix)
	if s, ok := x.mixed[key]; ok {
		return s
	}
	c := x.atlases[matrix].cluster
	objects := 1 + len(c.Pods) + len(c.Names.Services) + len(c.Names.Routes)
	if len(x.mixed) >= min(max(mostMixed/objects, leastStates), mostStates) {
		return nil
	}
	set := map[editKey]bool{}
	for _, e := range made {
		set[editKey{x.edits[e].object, x.edits[e].entry}] = true
	}
	cluster := *c
	cluster.Names = mixNames(&x.d.Before.Cluster().Names, &x.d.After.Cluster().Names, set)
	if slices.ContainsFunc(x.edits, func(e nameEdit) bool { return e.object.kind == "Namespace" }) {
		cluster.Namespaces = mixNamespaces(c.Namespaces, x.d.Before.Cluster().Namespaces, x.d.After.Cluster().Namespaces, set)
	}
	s := newSideways(newAtlas(x.atlases[matrix].m, &cluster, x.atlases[matrix].controllers))
	x.mixed[key] = s
	return s
}

// suspects returns the edits of objects that what becomes of clients may rest on
// at what is dialled by a name.
func (x *comparer) suspects(name string) []int {
	if len(x.edits) == 0 {
		return nil
	}
	touched := map[objectKey]bool{}
	grants, slicesOf := map[string]bool{}, map[nameKey]bool{}
	var hosts, paths []string
	routes, every, strewn := false, false, false
	var service func(namespace, name string)
	service = func(namespace, name string) {
		key := objectKey{"Service", namespace, name}
		if touched[key] {
			return
		}
		touched[key] = true
		slicesOf[nameKey{namespace, name}] = true
		for _, a := range x.atlases { // an alias of another one
			if s := a.Service(namespace, name); s != nil && s.ExternalName != "" {
				if parts := strings.Split(s.ExternalName, "."); len(parts) > 1 {
					service(parts[1], parts[0])
				}
			}
		}
	}
	for _, a := range x.atlases {
		for _, w := range x.real(a).byName[name] {
			if w.publication != nil {
				service(w.publication.Service.Namespace, w.publication.Service.Name)
				continue
			}
			routes = true
			hosts = append(hosts, w.entry.Hosts...)
			every = every || len(w.entry.Hosts) == 0
			paths = append(paths, w.entry.Path.Path)
			strewn = strewn || !plain(w.entry.Path) || w.entry.choice.entry.Fallback
			for _, s := range w.entry.door.services {
				service(s.Namespace, s.Name)
			}
			for _, b := range w.entry.choice.entry.Backends {
				service(b.Namespace, b.Name)
				grants[b.Namespace] = true
			}
		}
	}
	var out []int
	for i := range x.edits {
		e := &x.edits[i]
		bears := touched[e.object]
		switch e.object.kind {
		case "Service":
		case "EndpointSlice", "Endpoints":
			bears = slicesOf[e.services[0]] || slicesOf[e.services[1]]
		case "ReferenceGrant":
			bears = grants[e.object.namespace]
		case "IngressClass", "GatewayClass", "Gateway", "Namespace":
			bears = routes
		default: // routes
			bears = routes && (every || len(e.hosts) == 0 || slices.ContainsFunc(e.hosts, func(h string) bool { return shares(h, hosts) })) &&
				(strewn || len(e.paths) == 0 || slices.ContainsFunc(e.paths, func(p string) bool {
					return slices.ContainsFunc(paths, func(q string) bool { return underPath(p, q) || underPath(q, p) })
				}))
		}
		if bears {
			out = append(out, i)
		}
	}
	return out
}

// shares reports whether requests for a host may be those for one of others: they
// are the same, or one has a wildcard that takes in the other.
func shares(host string, others []string) bool {
	return slices.ContainsFunc(others, func(o string) bool {
		for _, p := range [][2]string{{host, o}, {o, host}} {
			if suffix, ok := strings.CutPrefix(p[0], "*"); ok && strings.HasSuffix(p[1], suffix) {
				return true
			}
		}
		return host == o
	})
}

// real returns the ways in of one of the two clusters.
func (x *comparer) real(a *Atlas) *sideways {
	if a == x.atlases[0] {
		return x.sides[0]
	}
	return x.sides[1]
}

// ids returns the numbers of edits of objects in the engine's Diff.
func (x *comparer) ids(edits []int) []int32 {
	out := make([]int32, len(edits))
	for i, e := range edits {
		of := &x.edits[e]
		if of.id < 0 {
			of.id = x.d.AddEdit(of.Edit)
		}
		out[i] = of.id
	}
	return out
}

// cause returns the number of a cause in the engine's Diff.
func (x *comparer) cause(edits []int32, each, open bool) engine.CauseID {
	return x.d.AddCause(engine.Cause{Edits: edits, Each: each, Open: open})
}

// ofPods returns the edits of policies and pods by which a way leads elsewhere, or
// is closed or opened: those of the flows of its steps, or else those of the pods
// at its end.
func (x *comparer) ofPods(c *wayChange) (edits []int32, each, open bool) {
	seen := map[engine.CauseID]bool{}
	var found []engine.CauseID
	for _, a := range x.atlases {
		s := x.real(a)
		for i := range s.byName[c.Way] {
			answer, _ := a.crowdOf(c.client.End, c.client.asked).answer(&s.byName[c.Way][i], s.rivals)
			for k := range answer.Walks {
				for _, h := range answer.Walks[k].Hops {
					for j := range h.Legs {
						for _, id := range x.causesOf(&h.Legs[j]) {
							if !seen[id] {
								seen[id] = true
								found = append(found, id)
							}
						}
					}
				}
			}
		}
	}
	switch {
	case len(found) == 1:
		cause := &x.d.Causes[found[0]]
		return cause.Edits, cause.Each, cause.Open
	case len(found) > 1:
		for _, id := range found {
			edits = append(edits, x.d.Causes[id].Edits...)
		}
		return edits, false, true
	}
	for _, end := range append([]int{c.Dst}, x.doorEnds(c.Way)...) {
		if end < 0 {
			continue
		}
		if e, ok := x.backendEdit(end); ok {
			key := e.Object + "\x00" + e.Text
			id, ok := x.added[key]
			if !ok {
				id = x.d.AddEdit(e)
				x.added[key] = id
			}
			edits = append(edits, id)
		}
	}
	if len(edits) == 0 {
		return x.nearby(c), false, true
	}
	return edits, false, len(edits) != 1
}

// doorEnds returns the workloads of the doors that a way leads through.
func (x *comparer) doorEnds(name string) []int {
	var out []int
	for _, s := range x.sides {
		for _, w := range s.byName[name] {
			if w.entry == nil {
				continue
			}
			for _, id := range w.entry.door.pods.Peers {
				if end, ok := x.endOf[id]; ok && !slices.Contains(out, end) {
					out = append(out, end)
				}
			}
		}
	}
	return out
}

// causesOf returns the causes of what changes of the flows of a leg.
func (x *comparer) causesOf(l *Leg) []engine.CauseID {
	if l.Matrix != x.d.Before && l.Matrix != x.d.After {
		return nil
	}
	var out []engine.CauseID
	overlaps := func(ports []engine.PortRange) bool {
		return len(ports) == 0 || slices.ContainsFunc(ports, func(p engine.PortRange) bool {
			return p.Protocol == l.Port.Protocol && p.First <= l.Port.Last && l.Port.First <= p.Last
		})
	}
	sources, destinations := x.endsAt(l.Src.Peers), x.endsAt(l.Dst.Peers)
	among := func(list, ends []int) bool { // both ascending
		return slices.ContainsFunc(ends, func(i int) bool {
			_, ok := slices.BinarySearch(list, i)
			return ok
		})
	}
	for i := range x.d.Flows {
		if f := &x.d.Flows[i]; among(f.Dst, destinations) && overlaps(f.Change.Ports) && among(f.Src, sources) {
			out = append(out, f.Change.Cause)
		}
	}
	u := x.d.After.Universe()
	for i := range x.d.NodeFlows {
		f := &x.d.NodeFlows[i]
		if f.ToNodes || !among(f.Workloads, destinations) || !overlaps(f.Change.Ports) {
			continue
		}
		if slices.ContainsFunc(l.Src.Peers, func(id engine.PeerID) bool {
			p := u.Peer(id)
			return p.Kind == engine.NodePeer && slices.Contains(f.Nodes, p.Name)
		}) {
			out = append(out, f.Change.Cause)
		}
	}
	return out
}

// endsAt returns the ends of the comparison that have some of the peers as
// members, ascending.
func (x *comparer) endsAt(peers []engine.PeerID) []int {
	if x.endsOf == nil {
		x.endsOf = map[engine.PeerID][]int{}
		for i, e := range x.d.Comparison.Ends {
			for _, id := range e.Peers {
				x.endsOf[id] = append(x.endsOf[id], i)
			}
		}
	}
	var out []int
	for _, id := range peers {
		out = append(out, x.endsOf[id]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// backendEdit returns what was edited of a workload that bears on the Services that
// its pods are behind, or on what they let in as a controller.
func (x *comparer) backendEdit(end int) (engine.Edit, bool) {
	w := &x.d.Workloads[end]
	before, after := x.d.Before.Cluster(), x.d.After.Cluster()
	switch {
	case w.Before < 0:
		o := after.Workloads[w.After].Origin
		return engine.Edit{Kind: engine.WorkloadAdded, Object: objectOf(&after.Workloads[w.After]), Text: "added", After: []model.Origin{o}}, true
	case w.After < 0:
		o := before.Workloads[w.Before].Origin
		return engine.Edit{Kind: engine.WorkloadRemoved, Object: objectOf(&before.Workloads[w.Before]), Text: "removed", Before: []model.Origin{o}}, true
	}
	var words []string
	old, now := &before.Workloads[w.Before], &after.Workloads[w.After]
	for _, arg := range []struct{ name, old, now string }{
		{"--configmap", old.Config, now.Config}, {"--controller-class", old.ControllerClass, now.ControllerClass}, {"--ingress-class", old.IngressClass, now.IngressClass},
	} {
		if arg.old != arg.now {
			words = append(words, fmt.Sprintf("%s: %s → %s", arg.name, orNone(arg.old), orNone(arg.now)))
		}
	}
	pods := [2][]*model.Pod{}
	for i, c := range []*model.Cluster{before, after} {
		for k := range c.Pods {
			if index := []int{w.Before, w.After}[i]; c.Pods[k].Workload == index {
				pods[i] = append(pods[i], &c.Pods[k])
			}
		}
	}
	of := func(what string, say func(*model.Pod) string) {
		var texts [2]string
		for i := range pods {
			var list []string
			for _, p := range pods[i] {
				list = append(list, say(p))
			}
			slices.Sort(list)
			texts[i] = strings.Join(slices.Compact(list), " and ")
		}
		if texts[0] != texts[1] {
			words = append(words, fmt.Sprintf("%s: %s → %s", what, orNone(texts[0]), orNone(texts[1])))
		}
	}
	if x.selectedOtherwise(end, pods) {
		of("labels", func(p *model.Pod) string { return labelsText(p.Labels) })
	}
	of("ports", func(p *model.Pod) string { return portsText(p) })
	of("readiness", func(p *model.Pod) string { return readinessText(p) })
	if len(words) == 0 {
		return engine.Edit{}, false
	}
	return engine.Edit{
		Kind: engine.PodBackend, Object: objectOf(&after.Workloads[w.After]), Text: strings.Join(words, ", "),
		Before: []model.Origin{before.Workloads[w.Before].Origin}, After: []model.Origin{after.Workloads[w.After].Origin},
	}, true
}

// selectedOtherwise reports whether some Service of the namespace of pods selects
// others of them in one state than in the other one, or labels by which controllers
// are known differ.
func (x *comparer) selectedOtherwise(end int, pods [2][]*model.Pod) bool {
	if len(pods[0]) == 0 || len(pods[1]) == 0 {
		return false
	}
	matches := func(s *model.Service, p *model.Pod) bool { return s.Pods.Matches(p.Labels) }
	for _, a := range x.atlases {
		for i := range a.cluster.Names.Services {
			s := &a.cluster.Names.Services[i]
			if s.Selects && s.Namespace == pods[0][0].Namespace && matches(s, pods[0][0]) != matches(s, pods[1][0]) {
				return true
			}
		}
	}
	known := func(p *model.Pod) string {
		var words []string
		for _, l := range p.Labels {
			if strings.HasPrefix(l.Key, "app.kubernetes.io/") || l.Key == "app" || l.Key == "istio" || slices.Contains(gatewayLabels, l.Key) || l.Key == routerLabel {
				words = append(words, l.Key+"="+l.Value)
			}
		}
		return strings.Join(words, ",")
	}
	isDoor := slices.ContainsFunc(x.sides[:], func(s *sideways) bool {
		return slices.ContainsFunc(s.atlas.doors(), func(d *door) bool {
			return slices.ContainsFunc(d.pods.Peers, func(id engine.PeerID) bool {
				of, ok := x.endOf[id]
				return ok && of == end
			})
		})
	})
	return isDoor && known(pods[0][0]) != known(pods[1][0])
}

func objectOf(w *model.Workload) string {
	return model.Origin{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name}.Object()
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func labelsText(labels model.Labels) string {
	var words []string
	for _, l := range labels {
		if l.Key == "pod-template-hash" || l.Key == "controller-revision-hash" || l.Key == "pod-template-generation" {
			continue
		}
		words = append(words, l.Key+"="+l.Value)
	}
	return strings.Join(words, ",")
}

func portsText(p *model.Pod) string {
	var words []string
	for _, c := range p.Ports {
		text := model.PortString(c.Protocol, c.Port, c.Port)
		if c.Name != "" {
			text = c.Name + "=" + text
		}
		words = append(words, text)
	}
	return strings.Join(words, ",")
}

func readinessText(p *model.Pod) string {
	switch {
	case p.Terminating:
		return "about to end"
	case p.Readiness == model.NotReady:
		return "not ready"
	}
	return "ready"
}

// nearby returns the edits that may concern a way for reasons that no flow shows:
// of the policies, labels and pods of its namespaces, or else of the whole cluster.
func (x *comparer) nearby(c *wayChange) []int32 {
	namespaces := map[string]bool{}
	if c.Dst >= 0 {
		namespaces[x.d.Workloads[c.Dst].Namespace] = true
	}
	for i, s := range x.sides {
		for k := range s.byName[c.Way] {
			list, _ := s.byName[c.Way][k].namespaces(x.atlases[i])
			for _, ns := range list {
				namespaces[ns] = true
			}
		}
	}
	var out, rest []int32
	for i := range x.d.Edits {
		e := &x.d.Edits[i]
		at := slices.Concat(e.After, e.Before)
		namespace := ""
		if len(at) > 0 {
			namespace = at[0].Namespace
		}
		if e.Kind == engine.NamespaceLabel {
			_, namespace, _ = strings.Cut(e.Object, " ")
		}
		switch {
		case namespaces[namespace]:
			out = append(out, int32(i))
		case namespace == "":
			rest = append(rest, int32(i))
		}
	}
	if len(out) > 0 {
		return out
	}
	return rest
}
