package route

import (
	"netreach/engine"
	"netreach/model"
)

// Entry is a way in: a host and a path at a door, with the backends behind it.
type Entry struct {
	// Door names what takes the connections, such as "IngressClass nginx".
	Door string
	// Route is the object, and Origin the part of it that is the entry.
	Route  *model.Route
	Origin model.Origin
	// Hosts are those that the door takes; none means every host. Path is the
	// condition on the path; its Path is "" where there is none.
	Hosts []string
	Path  model.PathMatch
	// Port is that of a Gateway's listener, or 0: the usual ports of the door.
	Port uint16

	door   *door
	choice choice
}

// Entries returns every entry of every door, in the order of doors, of their
// objects, and of the text. What no door serves is not among them: see
// Unserved.
func (a *Atlas) Entries() []Entry {
	var out []Entry
	for _, d := range a.doors() {
		for _, at := range d.entries {
			e := Entry{Door: d.name, Route: at.route, Origin: at.entry.Origin, Hosts: at.hosts, door: d}
			if at.listener != nil {
				e.Port = at.listener.Port
			}
			paths := at.entry.Paths
			if len(paths) == 0 {
				paths = []model.PathMatch{{}}
			}
			for _, p := range paths {
				e.Path = p
				e.choice = choice{attached: at, sure: surely, path: p, canary: at.route.Canary && d.heeds(at.route)}
				out = append(out, e)
			}
		}
	}
	return out
}

// Ports returns the ports on which an entry is reached from outside, as Opening has
// them.
func (a *Atlas) Ports(e *Entry) []engine.PortRange {
	protocol := model.TCP
	if l := e.choice.listener; l != nil && l.Protocol == model.ListenUDP {
		protocol = model.UDP
	}
	var out []engine.PortRange
	for _, n := range a.numbersOf(e) {
		out = append(out, engine.PortRange{Protocol: protocol, First: n, Last: n})
	}
	return out
}

// Unserved says of each route that no door serves why that is so.
func (a *Atlas) Unserved() []Note {
	var out []Note
	for _, d := range a.doors() {
		for _, u := range d.unattached {
			out = append(out, u.Note)
		}
	}
	return out
}

// Backends returns the hop from the door of an entry to its backends.
func (a *Atlas) Backends(e *Entry) Hop { return a.toBackends(e.door, e.choice) }

// Publication is a way by which a port of a Service is reached from outside the
// cluster by itself, without a door.
type Publication struct {
	Service *model.Service
	Port    *model.ServicePort
	// Number is the port that is dialled, or 0 where the input does not tell the
	// node port.
	Number uint16
	// By says how: "load balancer", "external address" or "node port".
	By string

	published publication
}

var viaNames = map[via]string{viaLoadBalancer: "load balancer", viaExternalIP: "external address", viaNodePort: "node port"}

// Publications returns the ways by which Services are published, in the order of
// the Services (SVC-2).
func (a *Atlas) Publications() []Publication {
	var out []Publication
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		for _, p := range publications(s) {
			out = append(out, Publication{s, p.port, p.number, viaNames[p.by], p})
		}
	}
	return out
}

// Doors returns the pods of each door by its name, and an end without peers for
// one whose pods are not in the input.
func (a *Atlas) Doors() map[string]engine.End {
	out := map[string]engine.End{}
	for _, d := range a.doors() {
		if d.name != "" {
			out[d.name] = d.pods
		}
	}
	return out
}
