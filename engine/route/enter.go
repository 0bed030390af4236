package route

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// servicesOf returns the Services that lead to the pods of a door.
func (a *Atlas) servicesOf(d *door) []*model.Service {
	var out []*model.Service
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		if !s.Selects {
			continue
		}
		for _, id := range d.pods.Peers {
			if p := a.pod(id); p != nil && p.Namespace == s.Namespace && s.Pods.Matches(p.Labels) {
				out = append(out, s)
				break
			}
		}
	}
	return out
}

// enter returns the hop from a client to the pods of a door: through a Service
// that publishes them, or a port of their nodes (ING-1, ING-7).
func (a *Atlas) enter(c client, d *door, t target) Hop {
	h := Hop{Kind: Door, Title: d.name, Origin: d.origin}
	if d.assumed != nil {
		h.Mix = allowed
		h.note(d.origin, fmt.Sprintf("the pods of %s are not in the input, and are taken to be open: name them with --controller %s", d.name, d.controllerPeer()))
		return h
	}
	var mixes []model.Mix
	var elsewhere []string
	for _, s := range d.services {
		for _, p := range publications(s) {
			if p.port.Protocol != t.protocol || p.number != t.port {
				at := "a node port that the input does not tell"
				if p.number != 0 {
					at = model.PortString(p.port.Protocol, p.number, p.number)
				}
				elsewhere = append(elsewhere, at)
				continue
			}
			front := a.frontDoor(c, s, p)
			back := a.backends(c, s, p.port, p.by)
			h.Title = d.name + " by " + front.Title
			h.Legs = append(h.Legs, back.Legs...)
			for _, n := range append(front.Notes, back.Notes...) {
				h.note(n.Origin, n.Text)
			}
			mixes = append(mixes, front.Mix.And(back.Mix))
		}
	}
	l, others := a.onHosts(c, d, t.protocol, t.port)
	elsewhere = append(elsewhere, others...)
	if len(l) > 0 {
		h.Title = d.name + " on the port of its nodes"
		h.Legs = append(h.Legs, l...)
		var m model.Mix
		for i := range l {
			m = m.Join(l[i].Mix)
		}
		mixes = append(mixes, m)
	}
	for _, m := range mixes {
		h.Mix = h.Mix.Join(m)
	}
	switch {
	case len(mixes) > 0:
	case len(elsewhere) > 0:
		slices.Sort(elsewhere)
		h.note(d.origin, fmt.Sprintf("%s is published on %s, and not on %s", d.name, strings.Join(slices.Compact(elsewhere), ", "), model.PortString(t.protocol, t.port, t.port)))
	default:
		h.note(d.origin, "nothing in the input publishes "+d.name+", which is taken to be published on "+strconv.Itoa(int(t.port)))
		a.unpublished(&h, c, d, t.protocol, t.port)
	}
	return h
}

// unpublished adds the legs to the pods of a door of which nothing says how they
// are published: on what a Service that leads to them has behind the port, or
// else on the port itself if they declare it.
func (a *Atlas) unpublished(h *Hop, c client, d *door, protocol model.Protocol, port uint16) {
	for _, s := range d.services {
		for i := range s.Ports {
			if p := &s.Ports[i]; p.Protocol == protocol && p.Port == port {
				all, _ := a.endpoints(s, p)
				a.legs(h, c.End, s, p, all, "")
			}
		}
	}
	if len(h.Legs) > 0 {
		return
	}
	declared := slices.ContainsFunc(d.pods.Peers, func(id engine.PeerID) bool {
		p := a.pod(id)
		return p != nil && slices.ContainsFunc(p.Ports, func(x model.ContainerPort) bool { return x.Protocol == protocol && x.Port == port })
	})
	if declared {
		h.add(a.leg(c.End, d.pods, protocol, port, nil))
		return
	}
	h.Mix = allowed
	h.note(d.origin, "on which port of its pods is not in the input, and so the way to them is not judged")
}

// onHosts returns the legs from a client to pods of a door that take a port of
// their nodes: with hostNetwork, where no policy applies (ING-9), or as a
// hostPort (NP-54). It also returns the other ports that they take.
func (a *Atlas) onHosts(c client, d *door, protocol model.Protocol, port uint16) (legs []Leg, others []string) {
	var direct []engine.PeerID
	mapped := map[uint16][]engine.PeerID{}
	for _, id := range d.pods.Peers {
		p := a.pod(id)
		if p == nil {
			continue
		}
		for _, x := range p.Ports {
			switch {
			case x.Protocol != protocol:
			case p.HostNetwork && x.Port == port:
				direct = append(direct, id)
			case !p.HostNetwork && x.HostPort == port:
				mapped[x.Port] = append(mapped[x.Port], id)
			case p.HostNetwork:
				others = append(others, model.PortString(protocol, x.Port, x.Port))
			case x.HostPort != 0:
				others = append(others, model.PortString(protocol, x.HostPort, x.HostPort))
			}
		}
	}
	if len(direct) > 0 {
		legs = append(legs, a.leg(c.End, a.m.EndOf(a.m.PeersName(direct), direct), protocol, port, nil))
	}
	for _, n := range ports(mapped) {
		dst := a.m.EndOf(a.m.PeersName(mapped[n]), mapped[n])
		mode := a.m.Options().Switches.ExternalSNAT
		if !c.Outside || mode != model.SNATNode {
			legs = append(legs, a.leg(c.End, dst, protocol, n, nil))
		}
		if c.Outside && mode != model.SNATNever {
			legs = append(legs, a.throughNode(func(src engine.End) []Leg {
				l := a.leg(src, dst, protocol, n, nil)
				l.Text = "with the address of a node"
				return []Leg{l}
			})...)
		}
	}
	return legs, others
}

// toBackends returns the hop from a door to what an entry names: the Services
// that get its requests, by weight (ING-5, GW-4, RT-1).
func (a *Atlas) toBackends(d *door, ch choice) Hop {
	k := doorEntry{d, ch.entry}
	h, ok := a.behind[k]
	if !ok {
		h = a.entryBackends(d, ch)
		h.Legs, h.Notes = slices.Clip(h.Legs), slices.Clip(h.Notes)
		a.behind[k] = h
	}
	return h
}

func (a *Atlas) entryBackends(d *door, ch choice) Hop {
	e := ch.entry
	h := Hop{Kind: Backend, Title: "from " + d.name + " to " + backendNames(e), Origin: e.Origin}
	for _, n := range e.Notes {
		h.note(n.Origin, n.Text)
	}
	if d.heeds(ch.route) {
		for _, n := range answering(ch.route.Notes) {
			h.note(n.Origin, "the controller "+n.Text) // as at the door
		}
	}
	switch {
	case e.Answered != "":
		h.note(e.Origin, "it answers with "+e.Answered+", and asks no backend")
		return h
	case len(answering(ch.route.Notes)) > 0 && d.heeds(ch.route):
		return h
	case len(e.Backends) == 0:
		h.note(e.Origin, "it names no backend: requests get an error")
		return h
	}
	type share struct {
		text string
		mix  model.Mix
	}
	var shares []share
	for i := range e.Backends {
		b := &e.Backends[i]
		if b.Weight == 0 {
			h.note(b.Origin, "Service "+b.Namespace+"/"+b.Name+" has weight 0 and gets no requests")
			continue
		}
		one := Hop{Kind: Backend}
		a.toBackend(&one, d, ch.route, b)
		h.Legs = append(h.Legs, one.Legs...)
		for _, n := range one.Notes {
			h.note(n.Origin, n.Text)
		}
		shares = append(shares, share{b.Namespace + "/" + b.Name, one.Mix})
	}
	lost := 0
	for _, s := range shares {
		h.Mix = h.Mix.Join(s.mix)
		if s.mix == 0 {
			lost++
		}
	}
	if lost > 0 && lost < len(shares) {
		h.say(denied, "a part of the requests fails: a backend leads nowhere")
	}
	if len(answering(ch.route.Notes)) > 0 && d.doubts(ch.route) {
		h.Mix = h.Mix.And(open)
	}
	for i := range e.Mirrors {
		h.note(e.Mirrors[i].Origin, "copies of requests go to Service "+e.Mirrors[i].Namespace+"/"+e.Mirrors[i].Name+" (GW-4)")
	}
	return h
}

// answering returns the notes that say that no backend is asked.
func answering(notes []model.RouteNote) []model.RouteNote {
	var out []model.RouteNote
	for _, n := range notes {
		if n.Answers {
			out = append(out, n)
		}
	}
	return out
}

func backendNames(e *model.Entry) string {
	var out []string
	for i := range e.Backends {
		b := &e.Backends[i]
		switch {
		case b.Other != "":
			out = append(out, b.Other)
		case b.Weight > 0:
			out = append(out, "Service "+b.Namespace+"/"+b.Name+" "+portName(b.Port))
		}
	}
	if len(out) == 0 {
		return "no backend"
	}
	return strings.Join(out, ", ")
}

func portName(t model.Target) string {
	switch {
	case t.Name != "":
		return t.Name
	case t.Number != 0:
		return strconv.Itoa(int(t.Number))
	}
	return ""
}

// toBackend judges the way from a door to one Service.
func (a *Atlas) toBackend(h *Hop, d *door, r *model.Route, b *model.Backend) {
	if b.Other != "" {
		h.say(open, b.Other+" is not followed")
		return
	}
	if why := a.granted(r, b); why != "" {
		h.note(b.Origin, why)
		return
	}
	s := a.services[nameKey{b.Namespace, b.Name}]
	if s == nil {
		h.note(b.Origin, fmt.Sprintf("there is no Service %s/%s: requests get an error (ING-5)", b.Namespace, b.Name))
		return
	}
	protocol := model.TCP
	if r.Kind == model.RouteUDP { // GW-8
		protocol = model.UDP
	}
	if s.Type == model.ExternalName {
		a.toAlias(h, d, s, b, protocol)
		return
	}
	found := backendPorts(s, b, protocol)
	if len(found) == 0 {
		h.note(b.Origin, fmt.Sprintf("Service %s/%s has no port %s: requests get an error (ING-5)", b.Namespace, b.Name, portName(b.Port)))
		for i := range s.Ports {
			if s.Ports[i].Target == b.Port {
				h.note(b.Origin, fmt.Sprintf("%s is what port %d of the Service aims at, which is the one to name; some controllers take it nevertheless", portName(b.Port), s.Ports[i].Port))
			}
		}
		return
	}
	for _, p := range found {
		var hop Hop
		if d.assumed != nil {
			hop = a.fromAssumed(d, s, p)
		} else {
			hop = a.backends(client{End: d.pods}, s, p, viaEndpoints)
		}
		h.Mix = h.Mix.Join(hop.Mix)
		h.Legs = append(h.Legs, hop.Legs...)
		for _, n := range hop.Notes {
			h.note(n.Origin, n.Text)
		}
	}
}

// backendPorts returns the ports of a Service that a backend means: by number or
// name of the Service's port (ING-5), and for OpenShift also by what it aims at
// (RT-1), and of the protocol that the door speaks. A headless Service is aimed at by its target, as a controller that
// knows the endpoints does.
func backendPorts(s *model.Service, b *model.Backend, protocol model.Protocol) []*model.ServicePort {
	var out []*model.ServicePort
	for i := range s.Ports {
		p := &s.Ports[i]
		if p.Protocol != protocol {
			continue
		}
		same := b.Port == (model.Target{}) || b.Port.Name != "" && b.Port.Name == p.Name || b.Port.Number != 0 && b.Port.Number == p.Port && !b.TargetPort ||
			b.TargetPort && (b.Port == p.Target || b.Port.Number != 0 && b.Port.Number == p.Port)
		if same {
			out = append(out, p)
		}
	}
	return out
}

// toAlias judges the way from a door to a name outside the cluster (ING-5).
func (a *Atlas) toAlias(h *Hop, d *door, s *model.Service, b *model.Backend, protocol model.Protocol) {
	if d.assumed != nil {
		h.say(open, "whether "+d.name+" reaches "+s.ExternalName+" is not known: its pods are not in the input")
		return
	}
	asked := model.PortMatch{Kind: model.PortAny}
	if b.Port.Number != 0 {
		asked = model.PortMatch{Kind: model.PortRange, Protocol: protocol, First: b.Port.Number, Last: b.Port.Number}
	}
	var mix model.Mix
	for _, c := range a.clients(d.pods, expectNothing, false) {
		var out Answer
		w := a.alias(&out, c, s, asked, 0)
		w.finish()
		mix = mix.Join(w.Mix)
		before := allowed
		for _, hop := range w.Hops {
			for _, l := range hop.Legs {
				l.Aside, l.before = hop.Kind != Backend, before
				h.Legs = append(h.Legs, l)
			}
			before = before.And(hop.Mix)
			for _, n := range hop.Notes {
				h.note(n.Origin, n.Text)
			}
		}
	}
	h.Mix = mix
}
