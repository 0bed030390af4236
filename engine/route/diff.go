package route

import (
	"cmp"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// WayFlows is flows of clients outside by a way in that change alike and by one
// cause.
type WayFlows struct {
	// Clients are parts of internet or of private, in that order.
	Clients []Clients
	// Way is what they dial: a URL, or "ns/svc/name load balancer 443/tcp".
	Way string
	// Dst is an index of Workloads of the engine's Diff, or -1 for what is none,
	// which Beyond names.
	Dst    int
	Beyond string
	// Change is on the port of the pods. Its verdicts are None where one cluster
	// does not have the way, or has it lead elsewhere.
	Change engine.Change

	way *way
}

// DialledAs reports whether the way is what a peer names: the URL, without
// anything behind it, or the Service, on one of some ports; none means any.
func (f *WayFlows) DialledAs(p expect.Peer, ports []model.PortMatch) bool {
	switch {
	case p.Kind == expect.URL && f.way.entry != nil:
		u, err := url.Parse(p.Text)
		if err != nil {
			return false
		}
		tls := f.way.entry.tls(f.way.port)
		port, scheme := uint16(80), "http"
		if tls {
			port, scheme = 443, "https"
		}
		if text := u.Port(); text != "" {
			n, err := strconv.ParseUint(text, 10, 16)
			if err != nil {
				return false
			}
			port = uint16(n)
		}
		// The path is a pattern, so that its text counts as it is.
		_, path, _ := strings.Cut(strings.TrimPrefix(p.Text, u.Scheme+"://"), "/")
		host := strings.ToLower(u.Hostname())
		return u.Scheme == scheme && port == f.way.port && (host == strings.ToLower(f.way.host) || host == "*" && f.way.host == "") &&
			"/"+path == cmp.Or(f.way.entry.Path.Path, "/")
	case p.Kind == expect.Service && f.way.publication != nil:
		of := f.way.publication
		return of.Service.Namespace == p.Namespace && of.Service.Name == p.Name &&
			(len(ports) == 0 || slices.ContainsFunc(ports, func(m model.PortMatch) bool { return fits(m, of.Port, of.Number) }))
	}
	return false
}

// Clients is a part of the addresses outside.
type Clients struct {
	// Whole is "internet" or "private".
	Whole string
	// Ranges is nil where the part is the whole; Rest is then nil, too, and else
	// what the part lacks of the whole.
	Ranges, Rest []engine.AddrRange
}

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
// edits and the causes of these changes that d does not know are added to it. The error is an
// *engine.PeerError about a peer of opts that neither cluster has.
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

// parted reports whether clients of whom a verdict is may fare differently.
func parted(v model.Verdict) bool { return v == model.Some || v == model.Unknown }

// verdict returns the verdict about one client at a spot.
func (x *comparer) verdict(s *sideways, c client, k spot) model.Verdict {
	var mix model.Mix
	one := s.atlas.crowdOf(c.End, c.asked)
	for _, o := range x.outcomes(s, one, k.way)[k] {
		mix = mix.Join(o.mix)
	}
	return mix.Verdict()
}

// part is clients that fare alike before, and alike after.
type part struct {
	client   client
	ranges   []engine.AddrRange // nil: all of the client's
	verdicts [2]model.Verdict
}

// partition cuts a crowd into parts by what becomes of its clients at a spot.
func partition(whole client, before, after []outcome) []part {
	sides := [][]outcome{before, after}
	all := part{client: whole}
	apart := false
	for i, list := range sides {
		var mix model.Mix
		for _, o := range list {
			apart = apart || len(o.client.Peers) != len(whole.Peers)
			mix = mix.Join(o.mix)
		}
		all.verdicts[i] = mix.Verdict()
	}
	if !apart {
		return []part{all}
	}
	var mixes [2]map[engine.PeerID]model.Mix
	for i, list := range sides {
		mixes[i] = map[engine.PeerID]model.Mix{}
		for _, o := range list {
			for _, id := range o.client.Peers {
				mixes[i][id] = mixes[i][id].Join(o.mix)
			}
		}
	}
	var parts []part
	for _, id := range whole.Peers {
		p := part{client: client{engine.End{Name: whole.Name, Outside: true, Peers: []engine.PeerID{id}}, whole.asked}}
		for i := range mixes {
			p.verdicts[i] = mixes[i][id].Verdict()
		}
		parts = append(parts, p)
	}
	return merged(parts)
}

// merged joins parts that fare alike.
func merged(parts []part) []part {
	var out []part
	for _, p := range parts {
		i := slices.IndexFunc(out, func(q part) bool { return q.verdicts == p.verdicts })
		if i < 0 {
			p.client.Peers = slices.Clone(p.client.Peers)
			out = append(out, p)
			continue
		}
		out[i].client.Peers = append(out[i].client.Peers, p.client.Peers...)
		out[i].ranges = append(out[i].ranges, p.ranges...)
	}
	return out
}

// change returns the change of a part of a crowd at a spot, if there is one.
func (x *comparer) change(k spot, p part, whole client) []wayChange {
	effect := engine.EffectOf(p.verdicts[0], p.verdicts[1])
	if effect == 0 {
		return nil
	}
	slices.Sort(p.client.Peers)
	p.client.Peers = slices.Compact(p.client.Peers)
	of := Clients{Whole: whole.asked.String()}
	a := x.atlases[1]
	var all []engine.AddrRange
	for _, id := range whole.Peers {
		all = append(all, a.m.Universe().Peer(id).Ranges...)
	}
	own := p.ranges
	if own == nil && len(p.client.Peers) < len(whole.Peers) {
		for _, id := range p.client.Peers {
			own = append(own, a.m.Universe().Peer(id).Ranges...)
		}
	}
	if own != nil {
		if rest := engine.RangesWithout(all, own); len(rest) > 0 {
			of.Ranges, of.Rest = engine.MergeRanges(own), rest
		}
	}
	if p.ranges != nil { // any of these clients tells
		r := p.ranges[0]
		p.client.asked = expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last}
		p.client.Peers = []engine.PeerID{a.m.Universe().AddrID(r.First)}
	}
	return []wayChange{{
		WayFlows: WayFlows{
			Clients: []Clients{of}, Way: k.way, Dst: k.dst, Beyond: k.beyond, way: x.wayNamed(k.way),
			Change: engine.Change{Before: p.verdicts[0], After: p.verdicts[1], Effect: effect, Ports: []engine.PortRange{k.port}},
		},
		client: p.client, spot: k,
	}}
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

// sortedSpots returns spots in an order that does not depend on the run.
func sortedSpots(of map[spot]bool) []spot {
	out := make([]spot, 0, len(of))
	for k := range of {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b spot) int {
		return cmp.Or(strings.Compare(a.way, b.way), cmp.Compare(a.dst, b.dst), strings.Compare(a.beyond, b.beyond),
			cmp.Compare(a.port.Protocol, b.port.Protocol), cmp.Compare(a.port.First, b.port.First))
	})
	return out
}
