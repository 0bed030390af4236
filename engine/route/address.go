package route

import (
	"fmt"
	"net/netip"
	"slices"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// ToAddress returns the verdict about the connections from a client to an
// address on some ports, if it is one at which a Service is dialled: its own, an
// external one, that of its load balancer, or that of a node on a node port. No
// name is asked for, and policy never sees that address (SVC-20, SVC-21). It
// returns false if no Service has the address, or none of a node has the port;
// and for an external address on a port that no Service takes there, since the
// address is then whoever else has it (SVC-23).
func (a *Atlas) ToAddress(q Question, addr netip.Addr, asked model.PortMatch) (Answer, bool) {
	out := Answer{Name: addr.String()}
	q = a.dialling(&out, q, addr)
	at := a.servicesAt(addr, asked)
	for _, d := range at {
		out.note(fmt.Sprintf("%s is an address of Service %s/%s: policy sees the pods behind it, and never the address (SVC-21)", addr, d.service.Namespace, d.service.Name))
		if d.by == viaExternalIP && (asked.Kind != model.PortRange || asked.First != asked.Last) {
			out.note(fmt.Sprintf("on ports that no Service takes, %s is itself: ask about each of them (SVC-23)", addr))
		}
		for _, c := range a.clients(q.Src, q.Asked, d.service.InternalLocal || a.onNodes(d.service)) {
			out.take(c, a.addressWalks(&out, c, d.service, d.by, asked))
		}
	}
	if len(at) > 0 {
		out.finish()
		return out, true
	}
	if id, ok := a.nodeAt(addr); ok && asked.Kind == model.PortRange {
		return a.toNodePort(q, id, asked, addr)
	}
	return Answer{}, false
}

// dialling returns a question with those clients outside that may dial an address:
// who has addresses of its family (SVC-24). Those in the cluster stay.
func (a *Atlas) dialling(out *Answer, q Question, addr netip.Addr) Question {
	if q.Src.Outside && q.Asked.Kind != expect.Addresses {
		all := netip.PrefixFrom(addr, 0).Masked()
		q.Asked = expect.Peer{Kind: expect.Addresses, Text: q.Src.Name, First: all.Addr(), Last: lastOf(all), Outside: true}
	}
	other := q.Asked.Kind == expect.Addresses && q.Asked.First.BitLen() != addr.BitLen()
	peers := slices.DeleteFunc(slices.Clone(q.Src.Peers), func(id engine.PeerID) bool {
		return a.m.Universe().Peer(id).Kind == engine.OutsidePeer && (other || len(a.ranges(id, q.Asked)) == 0)
	})
	switch len(peers) {
	case 0:
		out.note(fmt.Sprintf("%s has no %s address, and nobody there dials %s (SVC-24)", q.Src.Name, model.FamilyOf(addr), addr))
	case len(q.Src.Peers):
		return q
	}
	q.Src = a.m.EndOf(q.Src.Name, peers)
	return q
}

// dialled is a Service, and how it is dialled at some address.
type dialled struct {
	service *model.Service
	by      via
}

// servicesAt returns the Services that take connections at an address on some
// ports. Several may share an address. Where none takes these ports it is the
// first one whose address it is and nobody else's, which then has no such port.
func (a *Atlas) servicesAt(addr netip.Addr, asked model.PortMatch) []dialled {
	var out []dialled
	var owner *dialled
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		by, ok := a.dialledAt(s, addr)
		if !ok {
			continue
		}
		if slices.ContainsFunc(s.Ports, func(p model.ServicePort) bool { return fits(asked, &p, p.Port) }) {
			out = append(out, dialled{inFamilyOf(s, addr), by})
		} else if owner == nil && by != viaExternalIP {
			owner = &dialled{s, by}
		}
	}
	if len(out) == 0 && owner != nil {
		out = append(out, *owner)
	}
	return out
}

// inFamilyOf returns a Service as it is at an address: what it leads to has
// addresses of the same family (SVC-24).
func inFamilyOf(s *model.Service, addr netip.Addr) *model.Service {
	family := model.FamilyOf(addr)
	if len(s.Families) == 1 && s.Families[0] == family {
		return s
	}
	one := *s
	one.Families = []model.Family{family}
	one.Ports = slices.Clone(s.Ports) // what is found behind a port is kept by the port
	return &one
}

// dialledAt returns how a Service is dialled at an address.
func (a *Atlas) dialledAt(s *model.Service, addr netip.Addr) (via, bool) {
	switch {
	case slices.Contains(s.ClusterIPs, addr):
		return viaClusterIP, true
	case slices.Contains(s.Published, addr):
		return viaLoadBalancer, true
	case slices.Contains(s.ExternalIPs, addr):
		return viaExternalIP, true
	}
	return 0, false
}

// addressWalks returns the walks of a client to an address of a Service.
func (a *Atlas) addressWalks(out *Answer, c client, s *model.Service, by via, asked model.PortMatch) []Walk {
	if c.Outside && by == viaClusterIP {
		out.note("the address is one within the cluster, which nobody outside reaches (SVC-2)")
		return nil
	}
	var walks []Walk
	for i := range s.Ports {
		p := &s.Ports[i]
		if !fits(asked, p, p.Port) {
			continue
		}
		w := Walk{Title: title(s, p), Origin: s.Origin, Port: engine.PortRange{Protocol: p.Protocol, First: p.Port, Last: p.Port}}
		if by != viaClusterIP {
			w.Hops = append(w.Hops, a.frontDoor(c, s, publication{by, p, p.Port}))
		}
		w.Hops = append(w.Hops, a.backends(c, s, p, by))
		walks = append(walks, w)
	}
	a.unfamiliar(out, s, asked, walks)
	return walks
}

// nodeAt returns the node that has an address.
func (a *Atlas) nodeAt(addr netip.Addr) (engine.PeerID, bool) {
	id := a.m.Universe().AddrID(addr)
	return id, a.m.NodeOf(id) != nil
}

// ToNodePort returns the verdict about the connections from a client to a port
// of a node, if that is the node port of a Service (SVC-18).
func (a *Atlas) ToNodePort(q Question, node engine.PeerID, asked model.PortMatch) (Answer, bool) {
	return a.toNodePort(q, node, asked, netip.Addr{})
}

// toNodePort is ToNodePort for one address of the node, or for any if that is
// invalid.
func (a *Atlas) toNodePort(q Question, node engine.PeerID, asked model.PortMatch, addr netip.Addr) (Answer, bool) {
	n := a.m.NodeOf(node)
	if n == nil || asked.Kind != model.PortRange || asked.First != asked.Last {
		return Answer{}, false
	}
	out := Answer{Name: "node " + n.Name}
	if addr.IsValid() {
		q = a.dialling(&out, q, addr)
	}
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		if addr.IsValid() && s.Type != model.ClusterIP {
			s = inFamilyOf(s, addr)
		}
		for _, p := range publications(s) {
			if p.by != viaNodePort || p.number != asked.First || p.port.Protocol != asked.Protocol {
				continue
			}
			for _, c := range a.clients(q.Src, q.Asked, a.onNodes(s)) {
				w := Walk{Title: title(s, p.port), Origin: s.Origin, Port: engine.PortRange{Protocol: asked.Protocol, First: p.number, Last: p.number}}
				front := a.frontDoor(c, s, p)
				front.Title = "node " + n.Name + ", " + asked.String()
				w.Hops = []Hop{front, a.atNode(c, s, p.port, n.Name)}
				out.take(c, []Walk{w})
			}
			out.finish()
			return out, true
		}
	}
	return Answer{}, false
}

// atNode returns the hop from a node port of a certain node to the pods behind
// it. With traffic policy Local only those on that node count (SVC-15), and the
// client is not hidden; with Cluster policy may see that node (SVC-17).
func (a *Atlas) atNode(c client, s *model.Service, p *model.ServicePort, node string) Hop {
	h := Hop{Kind: Backend, Title: title(s, p), Origin: p.Origin}
	all, notes := a.endpoints(s, p)
	h.Notes = notes
	if len(all) == 0 {
		a.noEndpoints(&h, c, s)
		return h
	}
	if p := a.pod(c.Peers[0]); p != nil && !p.HostNetwork {
		h.note(s.Origin, "a pod that dials another node leaves for that node's address first; its egress is judged at the backend only (SVC-15)")
	}
	if !s.ExternalLocal {
		if mode := a.m.Options().Switches.ExternalSNAT; mode != model.SNATNode {
			a.legs(&h, c.End, s, p, all, "with the client's address")
		}
		if a.m.Options().Switches.ExternalSNAT != model.SNATNever {
			if id, ok := a.m.Universe().NodeID(node); ok {
				a.legs(&h, a.m.EndOf("node "+node, []engine.PeerID{id}), s, p, all, "with the address of the node")
			}
		}
		return h
	}
	var near, adrift []endpoint
	for _, e := range all {
		switch {
		case e.node == node || e.everywhere:
			near = append(near, e)
		case e.node == "":
			adrift = append(adrift, e)
		}
	}
	switch {
	case len(near) > 0:
		a.legs(&h, c.End, s, p, near, "")
	case len(adrift) > 0:
		a.legs(&h, c.End, s, p, adrift, "if it is on the node")
		if h.Verdict() != model.Denied {
			h.Mix = open
		}
	default:
		h.say(denied, "externalTrafficPolicy Local, and no endpoint on node "+node+": dropped (SVC-15)")
	}
	return h
}
