package route

import (
	"fmt"
	"slices"

	"netreach/engine"
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
