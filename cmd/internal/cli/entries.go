package cli

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// addEntries adds to a matrix what clients of the internet reach through the
// ways in: each is a source, under the URL or the Service that they dial.
func (in *input) addEntries(m *render.Matrix, controllers map[string]expect.Peer) error {
	atlas, err := route.New(in.matrix, route.Options{Controllers: controllers})
	if err != nil {
		return err
	}
	internet := expect.Peer{Kind: expect.Internet, Text: "internet"}
	src, err := in.resolve(internet)
	if err != nil {
		return err
	}
	g := gathered{in: in, atlas: atlas, m: m, endsOf: map[engine.PeerID][]int{}, at: map[flowKey]int{}}
	for _, j := range m.Destinations {
		if e := m.Table.Ends[j]; !e.Outside {
			for _, id := range e.Peers {
				g.endsOf[id] = append(g.endsOf[id], j)
			}
		}
	}
	for _, o := range atlas.Openings(src, internet) {
		for _, name := range entryNames(&o) {
			g.add(name, &o.Answer)
		}
	}
	for i := range g.flows {
		g.flows[i].Verdict = g.mixes[i].Verdict()
	}
	slices.SortFunc(g.flows, func(a, b render.EntryFlow) int {
		return cmp.Or(strings.Compare(a.Src, b.Src), cmp.Compare(a.Dst, b.Dst), cmp.Compare(a.Port.Protocol, b.Port.Protocol), cmp.Compare(a.Port.First, b.Port.First))
	})
	m.Entries = g.flows
	return nil
}

// entryNames returns what clients dial: a URL for each host, or ns/svc/name. What
// does not speak TCP has no URL, and the name of its door.
func entryNames(o *route.Opening) []string {
	switch {
	case o.Publication != nil:
		return []string{o.Title()}
	case len(o.Ports) > 0 && o.Ports[0].Protocol != model.TCP:
		return []string{o.Entry.Door + " " + o.Ports[0].String()}
	}
	on := func(n uint16) bool {
		return slices.ContainsFunc(o.Ports, func(p engine.PortRange) bool { return p.First == n })
	}
	scheme, port := "http://", ""
	switch {
	case on(443):
		scheme = "https://"
	case !on(80) && len(o.Ports) > 0 && o.Ports[0].First != 0:
		port = ":" + strconv.Itoa(int(o.Ports[0].First))
	}
	hosts := o.Entry.Hosts
	if len(hosts) == 0 {
		hosts = []string{"*"}
	}
	var out []string
	for _, h := range hosts {
		out = append(out, scheme+h+port+cmp.Or(o.Entry.Path.Path, "/"))
	}
	return out
}

// flowKey is what flows of entries are told apart by.
type flowKey struct {
	src  string
	dst  int
	port engine.PortRange
}

// gathered is the flows from entries to the destinations of a matrix.
type gathered struct {
	in     *input
	atlas  *route.Atlas
	m      *render.Matrix
	endsOf map[engine.PeerID][]int
	at     map[flowKey]int
	flows  []render.EntryFlow
	mixes  []model.Mix
}

// add adds the flows of an answer, by what becomes of clients on the whole way.
func (g *gathered) add(name string, a *route.Answer) {
	for _, x := range a.Arrivals() {
		seen := map[int]bool{}
		for _, id := range g.atlas.Ends(x.Leg) {
			for _, end := range g.endsOf[id] {
				if !seen[end] && g.wants(id, x.Leg.Port) {
					g.join(flowKey{name, end, x.Leg.Port}, x.Mix)
					seen[end] = true
				}
			}
		}
	}
}

func (g *gathered) join(key flowKey, mix model.Mix) {
	i, ok := g.at[key]
	if !ok {
		i = len(g.flows)
		g.at[key] = i
		g.flows = append(g.flows, render.EntryFlow{Src: key.src, Dst: key.dst, Port: key.port})
		g.mixes = append(g.mixes, 0)
	}
	g.mixes[i] = g.mixes[i].Join(mix)
}

// wants reports whether a port of a pod is among those that the matrix is about.
func (g *gathered) wants(id engine.PeerID, port engine.PortRange) bool {
	return len(g.m.Ports) == 0 || slices.ContainsFunc(g.m.Ports, func(p model.PortMatch) bool { return g.in.matches(id, port, p) })
}

// matches reports whether a port of a pod is one that was asked for.
func (in *input) matches(id engine.PeerID, port engine.PortRange, asked model.PortMatch) bool {
	switch asked.Kind {
	case model.PortRange:
		return asked.Protocol == port.Protocol && asked.First <= port.First && port.First <= asked.Last
	case model.PortNamed:
		pod := in.matrix.PodOf(id)
		return pod != nil && slices.ContainsFunc(pod.Ports, func(c model.ContainerPort) bool {
			return c.Name == asked.Name && c.Protocol == asked.Protocol && c.Protocol == port.Protocol && c.Port == port.First
		})
	case model.PortAny:
	}
	return true
}
