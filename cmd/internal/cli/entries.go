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
	g := gathered{in: in, m: m, endsOf: map[engine.PeerID][]int{}, at: map[flowKey]int{}}
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
	m      *render.Matrix
	endsOf map[engine.PeerID][]int
	at     map[flowKey]int
	flows  []render.EntryFlow
	mixes  []model.Mix
}

// add adds the flows of an answer: to each destination that a walk leads to what
// becomes of all hops before, and of the last step to it.
func (g *gathered) add(name string, a *route.Answer) {
	for i := range a.Walks {
		before := model.Mix(0).With(model.Allowed)
		for k := range a.Walks[i].Hops {
			h := &a.Walks[i].Hops[k]
			if h.Kind != route.Backend {
				before = before.And(h.Mix)
				continue
			}
			for j := range h.Legs {
				l := &h.Legs[j]
				seen := map[int]bool{}
				for _, id := range g.in.ends(l) {
					for _, end := range g.endsOf[id] {
						if !seen[end] && g.wants(id, l.Port) {
							g.join(flowKey{name, end, l.Port}, before.And(l.Mix))
							seen[end] = true
						}
					}
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
	for _, p := range g.m.Ports {
		switch p.Kind {
		case model.PortAny:
			return true
		case model.PortRange:
			if p.Protocol == port.Protocol && p.First <= port.First && port.First <= p.Last {
				return true
			}
		case model.PortNamed:
			pod := g.in.matrix.PodOf(id)
			if pod != nil && slices.ContainsFunc(pod.Ports, func(c model.ContainerPort) bool {
				return c.Name == p.Name && c.Protocol == p.Protocol && c.Protocol == port.Protocol && c.Port == port.First
			}) {
				return true
			}
		}
	}
	return len(g.m.Ports) == 0
}
