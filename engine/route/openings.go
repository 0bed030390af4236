package route

import (
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// Opening is a way in: an entry of a door, or a published port of a Service, on
// ports on which the same becomes of every client.
type Opening struct {
	// Entry and Publication tell which; the other one is nil.
	Entry       *Entry
	Publication *Publication
	// By says how a Service is published, as Publication.By does: in several ways
	// where they make no difference.
	By []string
	// Ports are those that are dialled. The number 0 stands for one that the input
	// does not tell.
	Ports []engine.PortRange
	// Answer is the verdict about the clients. Its walks are told apart by client
	// only where clients differ.
	Answer Answer
}

// Openings returns every way in, with what becomes of the clients of an end
// there: the entries in the order of Entries, and for clients outside the
// Services in that of Publications. Clients outside are first judged as one, and
// part by part only where that leaves the verdict open, so that the cost follows
// the ways in, not the addresses that policies tell apart.
func (a *Atlas) Openings(src engine.End, asked expect.Peer) []Opening {
	l := openings{at: map[string][]int{}}
	crowd := a.crowdOf(src, asked)
	entries, rivals := a.rivals(a.Entries())
	for i := range entries {
		e := &entries[i]
		key := fmt.Sprint(e.Door, "\n", e.Origin.Object(), e.Origin.Field, "\n", e.Hosts, e.Path)
		for _, port := range a.numbersOf(e) {
			o := Opening{Entry: e, Ports: []engine.PortRange{{Protocol: model.TCP, First: port, Last: port}}}
			if l := e.choice.listener; l != nil && l.Protocol == model.ListenUDP {
				o.Ports[0].Protocol = model.UDP
			}
			var listed bool
			if o.Answer, listed = crowd.toEntry(e, port, rivals); listed {
				l.add(key, o)
			}
		}
	}
	if !src.Outside {
		return l.list
	}
	all := a.Publications()
	for i := range all {
		p := &all[i]
		n := p.Number
		l.add(p.Service.Namespace+"/"+p.Service.Name, Opening{
			Publication: p, By: []string{p.By}, Ports: []engine.PortRange{{Protocol: p.Port.Protocol, First: n, Last: n}},
			Answer: crowd.toPublished(p),
		})
	}
	return l.list
}

// openings are those so far, and at by key those of one way in, of which only
// the ports or the way of publishing differ.
type openings struct {
	list []Opening
	at   map[string][]int
}

// add adds an opening, or its ports to one of the same way in where the same
// becomes of clients.
func (l *openings) add(key string, o Opening) {
	for _, i := range l.at[key] {
		x := &l.list[i]
		if !sameOutcome(&x.Answer, &o.Answer) {
			continue
		}
		for _, by := range o.By {
			if !slices.Contains(x.By, by) {
				x.By = append(x.By, by)
			}
		}
		if !slices.Contains(x.Ports, o.Ports[0]) {
			x.Ports = append(x.Ports, o.Ports[0])
		}
		return
	}
	l.at[key] = append(l.at[key], len(l.list))
	l.list = append(l.list, o)
}

// sameOutcome reports whether two answers lead the same clients to the same pods
// with the same verdicts, whatever they dial.
func sameOutcome(x, y *Answer) bool {
	return x.Verdict == y.Verdict && slices.Equal(x.Notes, y.Notes) && slices.EqualFunc(x.Walks, y.Walks, func(v, w Walk) bool {
		return v.Client == w.Client && v.Mix == w.Mix && slices.EqualFunc(v.Hops, w.Hops, func(g, h Hop) bool {
			if g.Kind != h.Kind || g.Mix != h.Mix {
				return false
			}
			return g.Kind != Backend || slices.EqualFunc(g.Legs, h.Legs, func(l, m Leg) bool {
				return l.Mix == m.Mix && l.Port == m.Port && l.Text == m.Text && l.Dst.Name == m.Dst.Name && slices.Equal(l.Dst.Peers, m.Dst.Peers)
			})
		})
	})
}

// crowd is clients, of whom it is asked again and again.
type crowd struct {
	a     *Atlas
	whole client
	// parts are the clients one by one, by byNode: see clients.
	parts   map[bool][]client
	grouped map[bool][]engine.Grouped // only of clients outside
}

func (a *Atlas) crowdOf(src engine.End, asked expect.Peer) *crowd {
	return &crowd{a: a, whole: client{src, asked}, parts: map[bool][]client{}, grouped: map[bool][]engine.Grouped{}}
}

// judge returns the verdict about the walks of the clients. What a hop makes of
// several clients is the mix of what it makes of each, so that one verdict about
// all of them holds for every one, and clients outside that differ in nothing that
// was asked about them fare as one. Clients in the cluster may differ in more, such
// as their node, and fare as one where nothing at all was asked about them.
func (c *crowd) judge(name string, byNode bool, walks func(client) []Walk) Answer {
	out := Answer{Name: name}
	var asked inquiry
	if c.whole.Outside {
		asked = c.a.listen(c.whole, func() { out.take(c.whole, walks(c.whole)) })
		if out.finish(); out.Verdict != model.Some && out.Verdict != model.Unknown {
			return out
		}
	}
	parts, ok := c.parts[byNode]
	if !ok {
		parts = c.a.clients(c.whole.End, c.whole.asked, byNode)
		c.parts[byNode] = parts
		for _, part := range parts {
			if !c.whole.Outside {
				break
			}
			c.grouped[byNode] = append(c.grouped[byNode], c.a.m.Group(part.End))
		}
	}
	switch {
	case c.whole.Outside:
		kinds := asked.kinds(c.a, parts, c.grouped[byNode])
		if slices.Max(kinds) == 0 {
			return out
		}
		parts = gathered(c.a, parts, kinds)
		if len(parts) > 1 {
			c.a.nameOutside(c.whole.End, parts)
		}
	case len(parts) > 1 && !slices.ContainsFunc(parts, func(p client) bool { return p.Outside }):
		var made []Walk
		asked = c.a.listen(parts[0], func() { made = walks(parts[0]) })
		if asked.isEmpty() {
			out.take(c.whole, made)
			out.finish()
			return out
		}
	}
	out = Answer{Name: name, Walks: make([]Walk, 0, len(parts))}
	for _, part := range parts {
		out.take(part, walks(part))
	}
	out.finish()
	return out
}

// toEntry returns the verdict about an entry on a port, together with the
// canaries that share its requests and with the rivals of which one counts. It reports false for a canary and
// for a rival that are told of with another.
func (c *crowd) toEntry(e *Entry, port uint16, rivals map[string]int) (Answer, bool) {
	name := e.Route.Origin.Object()
	t := target{request: request{port: port, tls: e.tls(port), path: e.Path.Path}}
	if l := e.choice.listener; l != nil && l.Protocol == model.ListenUDP { // GW-8
		t.protocol = model.UDP
	}
	choices := []choice{e.choice}
	if len(e.Hosts) == 1 && e.rivalKey(e.Hosts[0]) != "" && (rivals[e.rivalKey(e.Hosts[0])] > 1 || e.choice.canary) {
		t.host = e.Hosts[0]
		if e.Path.Form == model.PathPrefix { // the path itself may be another entry's
			t.path = strings.TrimSuffix(t.path, "/") + "/..."
		}
		taken := e.door.choose(t.request)
		main := slices.ContainsFunc(taken, func(o choice) bool { return !o.canary })
		choices = slices.DeleteFunc(taken, func(o choice) bool { return o.entry != e.choice.entry && !o.canary && !o.rival })
		counts := slices.ContainsFunc(choices, func(o choice) bool { return o.entry == e.choice.entry })
		switch none := (Answer{Name: name, Verdict: model.None}); {
		case e.choice.canary && !main:
			none.note("a canary gets a part of the requests of another entry, and there is none for its host and path (ING-12)")
			return none, true
		case e.choice.canary && !counts:
			none.note("a canary that gets no requests: its weight is 0, or no other entry for its host and path shares them (ING-12)")
			return none, true
		case !counts:
			none.note("an older object is for the same host and path, and takes the requests (ING-13, GW-7)")
			return none, true
		case e.choice.canary:
			return Answer{}, false
		}
		rival := func(o choice) bool { return o.rival }
		if first := slices.IndexFunc(choices, rival); first >= 0 && choices[first].entry != e.choice.entry &&
			slices.ContainsFunc(choices, func(o choice) bool { return o.rival && o.entry == e.choice.entry }) {
			return Answer{}, false
		}
	}
	return c.throughDoor(name, e.door, t, choices), true
}

// Again returns the verdict about other clients at a way in that Openings returned,
// on the first of its ports.
func (a *Atlas) Again(o *Opening, src engine.End, asked expect.Peer) Answer {
	c := a.crowdOf(src, asked)
	if o.Publication != nil {
		return c.toPublished(o.Publication)
	}
	_, rivals := a.rivals(a.Entries())
	answer, _ := c.toEntry(o.Entry, o.Ports[0].First, rivals)
	return answer
}

// throughDoor returns the verdict about requests at a door, of which some entries
// share or contest them.
func (c *crowd) throughDoor(name string, d *door, t target, choices []choice) Answer {
	return c.judge(name, c.a.doorsOnNodes(), func(one client) []Walk {
		door := c.a.enter(one, d, t)
		var walks []Walk
		for _, ch := range choices {
			walks = append(walks, c.a.entryWalk(one, d, t, ch, nil, door))
		}
		return walks
	})
}

// tls reports whether requests on a port are taken to be encrypted.
func (e *Entry) tls(port uint16) bool {
	if l := e.choice.listener; l != nil {
		return l.Protocol == model.ListenHTTPS || l.Protocol == model.ListenTLS
	}
	return port == 443
}

// rivalKey is what entries have in common that share requests, or of which only
// one counts. It is "" for an entry that is no plain host and path.
func (e *Entry) rivalKey(host string) string {
	if len(e.choice.entry.Conditions) > 0 || e.Path.Form != model.PathExact && e.Path.Form != model.PathPrefix {
		return ""
	}
	return fmt.Sprint(e.Door, "\n", host, "\n", e.Path, "\n", e.Port)
}

// rivals counts the entries by what they have in common. One with several hosts
// that has rivals for some of them becomes one for each host.
func (a *Atlas) rivals(entries []Entry) ([]Entry, map[string]int) {
	count := map[string]int{}
	for i := range entries {
		for _, host := range entries[i].Hosts {
			count[entries[i].rivalKey(host)]++
		}
	}
	delete(count, "")
	var out []Entry
	for i := range entries {
		e := entries[i]
		if len(e.Hosts) < 2 || !e.choice.canary && !slices.ContainsFunc(e.Hosts, func(host string) bool { return count[e.rivalKey(host)] > 1 }) {
			out = append(out, e)
			continue
		}
		for _, host := range e.Hosts {
			one := e
			one.Hosts = []string{host}
			out = append(out, one)
		}
	}
	return out, count
}

// numbersOf returns the ports on which an entry is reached from outside: that of
// its listener, or those on which its door is published, of which 80 and 443 are
// for requests where they are among them. What nothing publishes is taken to be
// on these two.
func (a *Atlas) numbersOf(e *Entry) []uint16 {
	if e.Port != 0 {
		return []uint16{e.Port}
	}
	out := a.publishedOn(e.door)
	usual := func(n uint16) bool { return n == 80 || n == 443 }
	if slices.ContainsFunc(out, usual) {
		out = slices.DeleteFunc(out, func(n uint16) bool { return !usual(n) })
	}
	if len(out) == 0 {
		out = []uint16{80, 443}
	}
	at := &e.choice.attached
	return slices.DeleteFunc(out, func(n uint16) bool {
		passed := at.entry.TLS == model.Passthrough && n == 80
		return passed || usual(n) && at.listener == nil && !at.entry.Unnamed && !e.door.listens(at, request{port: n, tls: n == 443})
	})
}

// publishedOn returns the ports at which a door is dialled, or the node ports of
// one that has only those.
func (a *Atlas) publishedOn(d *door) []uint16 {
	var front, nodes []uint16
	for _, s := range d.services {
		for _, p := range publications(s) {
			switch {
			case p.port.Protocol != model.TCP:
			case p.by == viaNodePort:
				nodes = append(nodes, p.number)
			default:
				front = append(front, p.number)
			}
		}
	}
	for _, id := range d.pods.Peers {
		p := a.pod(id)
		if p == nil {
			continue
		}
		for _, x := range p.Ports {
			switch {
			case x.Protocol != model.TCP:
			case p.HostNetwork:
				front = append(front, x.Port)
			case x.HostPort != 0:
				front = append(front, x.HostPort)
			}
		}
	}
	if len(front) == 0 {
		front = nodes
	}
	slices.Sort(front)
	return slices.Compact(front)
}

// Title names an opening for a person: host and path, or the Service.
func (o *Opening) Title() string {
	if o.Publication != nil {
		s := o.Publication.Service
		return s.Namespace + "/svc/" + s.Name
	}
	e := o.Entry
	switch {
	case e.choice.entry.Unnamed:
		return "a host that the input does not tell" + e.Path.Path
	case len(e.Hosts) == 0:
		return "*" + e.Path.Path
	}
	names := make([]string, len(e.Hosts))
	for i, h := range e.Hosts {
		names[i] = h + e.Path.Path
	}
	return strings.Join(names, ", ")
}

// Share says of an entry that gets only some of the requests for its host and
// path why that is so, or is "".
func (e *Entry) Share() string {
	switch {
	case e.choice.canary:
		return "a canary: it gets a part of the requests for its host and path (ING-12)"
	case e.choice.entry.Fallback:
		return "the default backend: it gets what no other entry takes (ING-10)"
	}
	return ""
}
