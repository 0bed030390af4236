package route

import (
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// via is how a client comes to a Service.
type via uint8

// The ways. What leads through a node may hide the client (SVC-17).
const (
	viaClusterIP via = iota
	viaExternalIP
	viaLoadBalancer
	viaNodePort
	// viaEndpoints is how a controller comes: it knows the endpoints itself, and so
	// no traffic policy applies (ING-1).
	viaEndpoints
)

// backends returns the hop from a client to the pods behind a port of a Service.
// Policy is judged at the pods and their port (SVC-20), for every backend that
// may be chosen (SVC-16, SVC-22).
func (a *Atlas) backends(c client, s *model.Service, p *model.ServicePort, by via) Hop {
	h := Hop{Kind: Backend, Title: title(s, p), Origin: portOrigin(s, p)}
	all, notes := a.endpoints(s, p)
	h.Notes = notes
	if len(all) == 0 {
		a.noEndpoints(&h, c, s)
		return h
	}
	switch {
	case by == viaClusterIP && s.InternalLocal && !s.Headless:
		a.localBackends(&h, c, s, p, all)
		return h
	case c.Outside && by != viaClusterIP && by != viaEndpoints:
		a.fromOutside(&h, c, s, p, all, by)
		return h
	}
	a.legs(&h, c.End, s, p, all, "")
	return h
}

// title names a port of a Service.
func title(s *model.Service, p *model.ServicePort) string {
	return "Service " + s.Namespace + "/" + s.Name + " " + model.PortString(p.Protocol, p.Port, p.Port)
}

// legs adds a leg for each set of backends that share a port and fare alike.
func (a *Atlas) legs(h *Hop, src engine.End, s *model.Service, p *model.ServicePort, all []endpoint, text string) {
	byPort := map[uint16][]engine.PeerID{}
	var ports []uint16
	for _, e := range all {
		if _, ok := byPort[e.port]; !ok {
			ports = append(ports, e.port)
		}
		byPort[e.port] = append(byPort[e.port], e.peer)
	}
	slices.Sort(ports)
	for _, port := range ports {
		dst := a.m.EndOf("", byPort[port])
		dst.Name = a.backendsName(all, dst.Peers)
		l := a.leg(src, dst, p.Protocol, port, s.Families)
		l.Text = text
		if l.Itself != 0 {
			text := "a pod that is led back to itself: " + l.Itself.Verdict().String()
			if a.m.Options().Switches.HairpinViaService == model.Yes {
				text += ", as policy has it"
			}
			h.note(s.Origin, text+" (SVC-25, NP-44, CNP-24)")
		}
		if l.Verdict() == model.Some && len(dst.Peers) > 1 {
			a.split(h, l, all)
		} else {
			h.add(l)
		}
	}
}

// leg judges the flows between two ends.
func (a *Atlas) leg(src, dst engine.End, protocol model.Protocol, port uint16, families []model.Family) Leg {
	if src.Outside && dst.Outside {
		return Leg{Mix: allowed, Text: dst.Name + ": outside the cluster, where no policy decides"}
	}
	a.asks.flows(src, dst, protocol, port, families)
	t := a.m.JudgeGrouped(a.group(src), dst, protocol, port, families)
	return Leg{
		Matrix: a.m, Src: src, Dst: dst, Port: engine.PortRange{Protocol: protocol, First: port, Last: port},
		Families: families, Mix: t.Mix, Witnesses: t.Witnesses, Itself: t.Itself,
	}
}

// split adds a leg whose backends differ as one leg for each way in which they
// fare.
func (a *Atlas) split(h *Hop, whole Leg, all []endpoint) {
	type group struct {
		mix   model.Mix
		peers []engine.PeerID
	}
	var groups []group
	for _, part := range a.m.Alike(whole.Dst) {
		mix := a.m.JudgeGrouped(a.group(whole.Src), part, whole.Port.Protocol, whole.Port.First, whole.Families).Mix
		i := slices.IndexFunc(groups, func(g group) bool { return g.mix == mix })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group{mix: mix})
		}
		groups[i].peers = append(groups[i].peers, part.Peers...)
	}
	for _, g := range groups {
		dst := a.m.EndOf("", g.peers)
		dst.Name = a.backendsName(all, dst.Peers)
		l := a.leg(whole.Src, dst, whole.Port.Protocol, whole.Port.First, whole.Families)
		l.Text = whole.Text
		h.add(l)
	}
}

// noEndpoints says why a Service leads nowhere, or that it is not known where it
// leads.
func (a *Atlas) noEndpoints(h *Hop, c client, s *model.Service) {
	known := s.Selects || len(a.slices) > 0
	switch {
	case s == a.api, nameKey{s.Namespace, s.Name} == apiService && !known:
		a.apiServer(h, c, s)
	case !known:
		h.say(open, "its endpoints are not in the input: kubectl get endpointslices -A -o yaml")
	default:
		h.note(s.Origin, "no usable endpoint: a connection is refused whatever the policies say (SVC-11)")
	}
}

// controlPlane marks the nodes that the API server runs on.
const controlPlane = "node-role.kubernetes.io/control-plane"

// apiServer adds the leg to the API server, which listens on addresses of its
// hosts, usually on 6443 (SVC-26).
func (a *Atlas) apiServer(h *Hop, c client, s *model.Service) {
	h.Notes = nil
	dst := a.m.AnywhereEnd("the API server")
	where := "anywhere outside"
	var hosts []engine.PeerID
	for i, id := range a.m.NodePeers() {
		if _, ok := a.cluster.Nodes[i].Labels.Get(controlPlane); ok {
			hosts = append(hosts, id)
		}
	}
	if len(hosts) > 0 {
		dst, where = a.m.EndOf("the API server", hosts), "on the nodes of the control plane"
	}
	h.note(s.Origin, "the API server's addresses are not in the input: taken to be "+where+", on 6443/tcp (SVC-26)")
	h.add(a.collapsed(a.leg(c.End, dst, model.TCP, apiPort, nil)))
}

// collapsed returns a leg to one of several places, of which it is not known
// which: where they differ its verdict is open.
func (a *Atlas) collapsed(l Leg) Leg {
	if l.Verdict() == model.Some {
		l.Mix = open
	}
	return l
}

// localBackends adds the backends on the client's own node, as traffic policy
// Local has it (SVC-14).
func (a *Atlas) localBackends(h *Hop, c client, s *model.Service, p *model.ServicePort, all []endpoint) {
	node := a.node(c)
	var near, everywhere, adrift []endpoint
	for _, e := range all {
		switch {
		case e.everywhere:
			everywhere = append(everywhere, e)
		case e.node == "":
			adrift = append(adrift, e)
		case e.node == node:
			near = append(near, e)
		}
	}
	near = append(near, everywhere...)
	switch {
	case len(near) > 0:
		h.note(s.Origin, "internalTrafficPolicy Local: only endpoints on the client's own node count (SVC-14)")
		a.legs(h, c.End, s, p, near, "")
	case node == "" || len(adrift) > 0:
		a.legs(h, c.End, s, p, all, "if it is on the client's node")
		if h.Verdict() != model.Denied {
			h.Mix = open
		}
		h.note(s.Origin, "internalTrafficPolicy Local: whether an endpoint is on the client's node is not in the input (SVC-14)")
	default:
		h.say(denied, fmt.Sprintf("internalTrafficPolicy Local, and no endpoint on node %s: dropped, whatever the policies say (SVC-14)", node))
	}
}

// fromOutside adds the backends for a client outside that comes through a node
// or a load balancer (SVC-15, SVC-17).
func (a *Atlas) fromOutside(h *Hop, c client, s *model.Service, p *model.ServicePort, all []endpoint, by via) {
	if s.ExternalLocal {
		h.note(s.Origin, "externalTrafficPolicy Local: the client's address is kept (SVC-15)")
		a.legs(h, c.End, s, p, all, "")
		if idle := a.idleNodes(all); by == viaNodePort && len(idle) > 0 {
			h.add(Leg{Mix: denied, Lost: true, Text: fmt.Sprintf("externalTrafficPolicy Local, and no endpoint on %s: dropped there (SVC-15)", strings.Join(idle, ", "))})
		}
		return
	}
	mode := a.m.Options().Switches.ExternalSNAT
	if mode != model.SNATNode {
		text := "with the client's address"
		if mode == model.SNATNever {
			text = ""
		}
		a.legs(h, c.End, s, p, all, text)
	}
	if mode != model.SNATNever {
		a.fromNode(h, s, p, all)
	}
	if mode == model.SNATEither {
		h.note(s.Origin, "externalTrafficPolicy Cluster: policy may see the client's address or that of a node; both are judged (SVC-17)")
	}
}

// fromNode adds the backends for a client that is hidden behind the address of a
// node.
func (a *Atlas) fromNode(h *Hop, s *model.Service, p *model.ServicePort, all []endpoint) {
	legs, ok := a.byNodes[p] // whoever the client is
	if !ok {
		legs = a.throughNode(func(src engine.End) []Leg {
			var legs Hop
			a.legs(&legs, src, s, p, all, "with the address of a node")
			return legs.Legs
		})
		a.byNodes[p] = legs
	}
	for _, l := range legs {
		if l.Verdict() == model.Some {
			h.note(s.Origin, "it depends on the node: one that runs a backend always reaches it (NP-42)")
		}
		h.add(l)
	}
}

// idleNodes returns the known nodes that have none of the endpoints, if it is
// known where all of these are.
func (a *Atlas) idleNodes(all []endpoint) []string {
	busy := map[string]bool{}
	for _, e := range all {
		if e.everywhere || e.node == "" {
			return nil
		}
		busy[e.node] = true
	}
	var out []string
	for i := range a.cluster.Nodes {
		if name := a.cluster.Nodes[i].Name; !busy[name] {
			out = append(out, name)
		}
	}
	return out
}
