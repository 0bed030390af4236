package route

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// way is what clients outside dial: an entry on a port, or a publication of a
// Service.
type way struct {
	name string
	// host is that of the URL, or "" for any.
	host        string
	entry       *Entry
	port        uint16
	publication *Publication
}

// ways returns every way in under the name that it is dialled by, in the order
// of Openings. One name may stand for several, of which a request takes one.
func (a *Atlas) ways() (all []way, rivals map[string]int) {
	entries, rivals := a.rivals(a.Entries())
	for i := range entries {
		e := &entries[i]
		for _, port := range a.numbersOf(e) {
			for k, name := range e.dialled(port) {
				w := way{name: name, entry: e, port: port}
				if k < len(e.Hosts) {
					w.host = e.Hosts[k]
				}
				all = append(all, w)
			}
		}
	}
	published := a.Publications()
	for i := range published {
		p := &published[i]
		all = append(all, way{name: p.dialled(), publication: p})
	}
	return all, rivals
}

// dialled returns the URLs of an entry at a port, one for each host. What a
// request needs beyond host and the beginning of its path stands behind.
func (e *Entry) dialled(port uint16) []string {
	if l := e.choice.listener; l != nil && (l.Protocol == model.ListenTCP || l.Protocol == model.ListenUDP) {
		protocol := model.TCP
		if l.Protocol == model.ListenUDP {
			protocol = model.UDP
		}
		return []string{e.Door + " " + model.PortString(protocol, port, port)}
	}
	scheme, number := "http", ""
	if e.tls(port) {
		scheme = "https"
	}
	if port != map[string]uint16{"http": 80, "https": 443}[scheme] {
		number = ":" + strconv.Itoa(int(port))
	}
	path, behind := e.Path.Path, ""
	if path == "" {
		path = "/"
	}
	if e.Path.Form == model.PathExact || e.Path.Form == model.PathRegexp {
		behind = " (" + e.Path.Form.String() + ")"
	}
	if conditions := e.choice.entry.Conditions; len(conditions) > 0 {
		behind += " with " + strings.Join(conditions, ", ")
	}
	hosts := e.Hosts
	switch {
	case e.choice.entry.Unnamed:
		return []string{e.Route.Origin.Object() + ", a host that the input does not tell, " + scheme + " " + path + behind}
	case len(hosts) == 0:
		hosts = []string{"*"}
	}
	var out []string
	for _, h := range hosts {
		out = append(out, scheme+"://"+h+number+path+behind)
	}
	return out
}

// dialled returns the Service, how it is published, and the port.
func (p *Publication) dialled() string {
	name := p.Service.Namespace + "/svc/" + p.Service.Name
	if p.Number == 0 {
		return fmt.Sprintf("%s %s of %s, which the input does not tell", name, p.By, model.PortString(p.Port.Protocol, p.Port.Port, p.Port.Port))
	}
	return name + " " + p.By + " " + model.PortString(p.Port.Protocol, p.Number, p.Number)
}

// Dialled returns what clients dial: URLs, or the Service with how it is published
// and the ports.
func (o *Opening) Dialled() []string {
	var out []string
	for _, port := range o.Ports {
		if o.Entry != nil {
			out = append(out, o.Entry.dialled(port.First)...)
			continue
		}
		p := *o.Publication
		p.Number, p.By = port.First, strings.Join(o.By, " or ")
		out = append(out, p.dialled())
	}
	return out
}

// answer returns the verdict about clients at a way. It reports false for one
// that is told of with another.
func (c *crowd) answer(w *way, rivals map[string]int) (Answer, bool) {
	if w.entry != nil {
		return c.toEntry(w.entry, w.port, rivals)
	}
	return c.toPublished(w.publication), true
}

// elsewhere returns the verdict about the requests of a way in at the same door of
// another atlas, which has no entry just for them. It reports false where there is
// no such door, or no such requests can be made up.
func (c *crowd) elsewhere(w *way) (Answer, bool) {
	d, t, taken := c.a.takenElsewhere(w)
	if len(taken) == 0 {
		return Answer{}, false
	}
	return c.throughDoor(w.name, d, t, taken), true
}

// takenElsewhere returns the entries that take the requests of a way in of another
// atlas.
func (a *Atlas) takenElsewhere(w *way) (*door, target, []choice) {
	e := w.entry
	if e == nil || len(e.choice.entry.Conditions) > 0 || e.choice.entry.Unnamed || e.Path.Form == model.PathRegexp ||
		e.choice.listener != nil && (e.choice.listener.Protocol == model.ListenTCP || e.choice.listener.Protocol == model.ListenUDP) {
		return nil, target{}, nil
	}
	at := slices.IndexFunc(a.doors(), func(d *door) bool { return d.name == e.Door })
	if at < 0 {
		return nil, target{}, nil
	}
	t := target{request: request{host: w.host, port: w.port, tls: e.tls(w.port), path: e.Path.Path}}
	if e.Path.Form == model.PathPrefix { // the path itself may be another entry's
		t.path = strings.TrimSuffix(t.path, "/") + "/..."
	}
	return a.doors()[at], t, a.doors()[at].choose(t.request)
}

// toPublished returns the verdict about a publication.
func (c *crowd) toPublished(p *Publication) Answer {
	return c.judge("Service "+p.Service.Namespace+"/"+p.Service.Name, c.a.onNodes(p.Service), func(one client) []Walk {
		return []Walk{c.a.publishedWalk(one, p.Service, p.published)}
	})
}

// lists returns the prefixes by which a way tells its clients apart, before any
// policy does.
func (w *way) lists() []netip.Prefix {
	if w.publication != nil {
		return w.publication.Service.SourceRanges
	}
	return w.entry.door.lists(w.entry.Route)
}

// lists returns the prefixes by which a door, or a route there, tells clients apart.
func (d *door) lists(r *model.Route) []netip.Prefix {
	out := slices.Concat(r.Admits, r.Refuses)
	if all := d.defaults; all != nil {
		out = slices.Concat(out, all.Admits, all.Refuses, all.Blocks)
	}
	for _, s := range d.services {
		out = append(out, s.SourceRanges...)
	}
	return out
}

// cutAt cuts a range at the ends of prefixes.
func cutAt(r engine.AddrRange, prefixes []netip.Prefix) []engine.AddrRange {
	var starts []netip.Addr
	for _, p := range prefixes {
		starts = append(starts, p.Masked().Addr())
		if next := lastOf(p).Next(); next.IsValid() {
			starts = append(starts, next)
		}
	}
	slices.SortFunc(starts, netip.Addr.Compare)
	var out []engine.AddrRange
	for _, start := range slices.Compact(starts) {
		if start.Is4() == r.First.Is4() && r.First.Less(start) && start.Compare(r.Last) <= 0 {
			out = append(out, engine.AddrRange{First: r.First, Last: start.Prev()})
			r.First = start
		}
	}
	return append(out, r)
}
