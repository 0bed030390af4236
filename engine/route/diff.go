package route

import (
	"errors"
	"net/netip"
	"slices"
	"sync"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// Diff is what changes by name between two clusters.
type Diff struct {
	// Flows are those of clients outside by the ways in.
	Flows []WayFlows
	// Services lead elsewhere for their clients in the cluster.
	Services []ServiceShift
	// Requests is what else becomes of the requests of routes.
	Requests []RequestShift
}

// Compare returns what changes by name between the two clusters of d: for clients
// outside at the ways in, by way, workload and port, and behind the Services. The
// edits and the causes of these changes that d does not know are added to it. The
// error is an *engine.PeerError about a peer of opts that neither cluster has.
//
// The cost is that of judging the ways that something edited may bear on, for
// either cluster, and of judging what changes again for each edit that may be its
// cause.
func Compare(d *engine.Diff, opts Options) (*Diff, error) {
	return compareWays(&comparer{d: d, endOf: map[engine.PeerID]int{}}, opts)
}

func compareWays(x *comparer, opts Options) (*Diff, error) {
	d := x.d
	matrices := [2]*engine.Matrix{d.Before, d.After}
	idle := true
	for _, m := range matrices {
		names := &m.Cluster().Names
		idle = idle && len(names.Services)+len(names.Routes) == 0
	}
	out := &Diff{}
	if idle {
		return out, nil
	}
	for i := range d.Workloads {
		for _, id := range d.Comparison.Ends[i].Peers {
			x.endOf[id] = i
		}
	}
	for side, m := range matrices {
		own, err := optionsOf(m, matrices[1-side], opts)
		if err != nil {
			return nil, err
		}
		if x.atlases[side], err = New(m, own); err != nil {
			return nil, err
		}
	}
	for i, a := range x.atlases {
		x.sides[i] = newSideways(a)
	}
	x.edits = editNames(&x.d.Before.Cluster().Names, &x.d.After.Cluster().Names)
	for _, e := range editAdmission(x.d.Before.Cluster(), x.d.After.Cluster()) {
		var known []int32
		for i := range d.Edits {
			if d.Edits[i].Kind == e.Kind && d.Edits[i].Object == e.Object {
				known = append(known, int32(i))
			}
		}
		if len(known) == 1 {
			e.id = known[0] // it says which label
		}
		x.edits = append(x.edits, e)
	}
	stir := stirred(x.d, x.edits)
	x.changes = x.changed(stir)
	x.attribute()
	for i := range x.changes {
		out.Flows = append(out.Flows, x.changes[i].WayFlows)
	}
	out.Services = x.led(stir)
	out.Requests = requestShifts(x.atlases[0], x.atlases[1])
	return out, nil
}

// optionsOf returns the options for one of two clusters: without controllers
// that only the other one has.
func optionsOf(m, other *engine.Matrix, opts Options) (Options, error) {
	out := Options{Controllers: map[string]expect.Peer{}}
	for class, p := range opts.Controllers {
		_, err := m.Resolve(p)
		if errors.Is(err, engine.ErrNoPeer) {
			if _, err := other.Resolve(p); err == nil {
				continue
			}
		}
		if err != nil {
			return out, err
		}
		out.Controllers[class] = p
	}
	return out, nil
}

// comparer compares the ways in of two clusters.
type comparer struct {
	d       *engine.Diff
	atlases [2]*Atlas
	sides   [2]*sideways
	endOf   map[engine.PeerID]int // the workloads of pods, as indices of ends
	edits   []nameEdit
	changes []wayChange
	// thorough tells that every way is judged, even if nothing can have changed
	// there.
	thorough bool
	// Of attribute.
	mixed  map[string]*sideways
	added  map[string]int32 // edits of d, by their words
	endsOf map[engine.PeerID][]int
}

// wayChange is a change with the clients by whom it is told.
type wayChange struct {
	WayFlows
	client client
	spot   spot
}

// spot is where a way leads to: pods of a workload, or what is none, and the port
// there.
type spot struct {
	way    string
	dst    int
	beyond string
	port   engine.PortRange
}

// outcome is what becomes of clients at a spot.
type outcome struct {
	client client
	mix    model.Mix
}

// sideways is the ways in of one atlas, by what they are dialled as.
type sideways struct {
	atlas  *Atlas
	byName map[string][]way
	names  []string
	rivals map[string]int
}

func newSideways(a *Atlas) *sideways {
	s := &sideways{atlas: a, byName: map[string][]way{}}
	all, rivals := a.ways()
	s.rivals = rivals
	for _, w := range all {
		if s.byName[w.name] == nil {
			s.names = append(s.names, w.name)
		}
		s.byName[w.name] = append(s.byName[w.name], w)
	}
	return s
}

// outcomes returns what becomes of the clients of a crowd at what a name leads to.
// Where there is no such name, but requests for it are taken by another entry, it is
// what becomes of them there.
func (x *comparer) outcomes(s *sideways, c *crowd, name string) map[spot][]outcome {
	out := map[spot][]outcome{}
	var answers []Answer
	for i := range s.byName[name] {
		if answer, told := c.answer(&s.byName[name][i], s.rivals); told {
			answers = append(answers, answer)
		}
	}
	if s.byName[name] == nil {
		if answer, ok := c.elsewhere(x.wayNamed(name)); ok {
			answers = append(answers, answer)
		}
	}
	for _, answer := range answers {
		for _, at := range answer.Arrivals() {
			for _, k := range x.spotsOf(s.atlas, name, at.Leg) {
				out[k] = append(out[k], outcome{at.client, at.Mix})
			}
		}
	}
	return out
}

// spotsOf returns where a leg ends.
func (x *comparer) spotsOf(a *Atlas, name string, l *Leg) []spot {
	var out []spot
	add := func(k spot) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, id := range a.Ends(l) {
		if end, ok := x.endOf[id]; ok {
			add(spot{way: name, dst: end, port: l.Port})
		} else {
			add(spot{way: name, dst: -1, beyond: l.Dst.Name, port: l.Port})
		}
	}
	if len(out) == 0 && l.Mix != denied && l.Text != "" {
		add(spot{way: name, dst: -1, beyond: l.Text, port: l.Port})
	}
	return out
}

// changed returns what changes at the ways in, without causes.
func (x *comparer) changed(s *stir) []wayChange {
	sides := x.sides
	names := slices.Clone(sides[1].names)
	for _, name := range sides[0].names {
		if sides[1].byName[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if !x.thorough {
		names = slices.DeleteFunc(names, func(name string) bool { return x.quiet(s, name) })
	}
	var out []wayChange
	for _, whole := range []expect.Peer{{Kind: expect.Internet, Text: "internet"}, {Kind: expect.Private, Text: "private"}} {
		// Of an address that is a Service's on one side nobody gains or loses a flow
		// (SVC-21).
		var ends [2]engine.End
		for i, a := range x.atlases {
			ends[i], _ = a.m.Resolve(whole) // an error says that there are none
		}
		common := slices.DeleteFunc(slices.Clone(ends[1].Peers), func(id engine.PeerID) bool {
			_, ok := slices.BinarySearch(ends[0].Peers, id)
			return !ok
		})
		if len(common) == 0 {
			continue
		}
		var crowds [2]*crowd
		for i, a := range x.atlases {
			crowds[i] = a.crowdOf(a.m.EndOf(ends[i].Name, slices.Clone(common)), whole)
		}
		for some := range slices.Chunk(names, atOnce) {
			// Each atlas belongs to one goroutine.
			var found [2][]map[spot][]outcome
			var wait sync.WaitGroup
			for i := range sides {
				wait.Go(func() {
					for _, name := range some {
						found[i] = append(found[i], x.outcomes(sides[i], crowds[i], name))
					}
				})
			}
			wait.Wait()
			for k, name := range some {
				out = append(out, x.atName(sides, crowds[1].whole, name, [2]map[spot][]outcome{found[0][k], found[1][k]})...)
			}
		}
	}
	return out
}

// atOnce is how many names are judged on both sides before they are compared.
const atOnce = 512

// atName returns what changes for clients at what is dialled by one name, from what
// was found on either side.
func (x *comparer) atName(sides [2]*sideways, whole client, name string, found [2]map[spot][]outcome) []wayChange {
	spots := map[spot]bool{}
	for i := range sides {
		if sides[i].byName[name] == nil {
			continue // that requests come elsewhere is told of by the names there
		}
		for k := range found[i] {
			spots[k] = true
		}
	}
	var lists []netip.Prefix
	for i := range sides {
		for k := range sides[i].byName[name] {
			lists = append(lists, sides[i].byName[name][k].lists()...)
		}
		if sides[i].byName[name] == nil {
			d, _, taken := x.atlases[i].takenElsewhere(x.wayNamed(name))
			for _, ch := range taken {
				lists = append(lists, d.lists(ch.route)...)
			}
		}
	}
	var out []wayChange
	for _, k := range sortedSpots(spots) {
		groups := partition(whole, found[0][k], found[1][k])
		for _, g := range groups {
			if len(lists) == 0 || !parted(g.verdicts[0]) && !parted(g.verdicts[1]) {
				out = append(out, x.change(k, g, whole)...)
				continue
			}
			// Lists of prefixes tell clients apart that no policy does.
			var parts []part
			for _, id := range g.client.Peers {
				for _, r := range x.atlases[1].ranges(id, g.client.asked) {
					for _, r := range cutAt(r, lists) {
						one := client{x.atlases[1].m.EndOf(r.String(), []engine.PeerID{id}), expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last}}
						p := part{client: one, ranges: []engine.AddrRange{r}}
						for i := range sides {
							p.verdicts[i] = x.verdict(sides[i], one, k)
						}
						parts = append(parts, p)
					}
				}
			}
			for _, g := range merged(parts) {
				out = append(out, x.change(k, g, whole)...)
			}
		}
	}
	return out
}

// verdict returns the verdict about one client at a spot.
func (x *comparer) verdict(s *sideways, c client, k spot) model.Verdict {
	var mix model.Mix
	one := s.atlas.crowdOf(c.End, c.asked)
	for _, o := range x.outcomes(s, one, k.way)[k] {
		mix = mix.Join(o.mix)
	}
	return mix.Verdict()
}

// wayNamed returns a way of that name, as the cluster after has it, or else the
// one before.
func (x *comparer) wayNamed(name string) *way {
	for _, s := range []*sideways{x.sides[1], x.sides[0]} {
		if list := s.byName[name]; len(list) > 0 {
			return &list[0]
		}
	}
	return nil
}
