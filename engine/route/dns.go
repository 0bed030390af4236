package route

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// name is a name that a client asks about.
type name struct {
	// fqdn ends in a dot. Namespace is that of the object it names within the
	// cluster, or "" for a name outside it.
	fqdn, namespace string
}

// String returns the name as people write it.
func (n name) String() string { return strings.TrimSuffix(n.fqdn, ".") }

// serviceName returns the name of a Service (DNS-3).
func (a *Atlas) serviceName(s *model.Service) name {
	return name{s.Name + "." + s.Namespace + ".svc." + a.dns().domain, s.Namespace}
}

// resolve returns the hops by which a client learns the address behind names, of
// which each is an alias of the next. A client that is no pod does not ask the
// cluster, and takes no hops.
func (a *Atlas) resolve(c client, names ...name) []Hop {
	a.asks.itself(c)
	p := a.pod(c.Peers[0])
	if p == nil {
		return nil
	}
	h := Hop{Kind: DNS, Title: "DNS for " + names[0].String()}
	forwards := a.question(&h, c, p, names)
	hops := []Hop{h}
	if h.Mix != 0 {
		hops = append(hops, forwards...)
	}
	return hops
}

// question judges how a pod asks for names, and returns what the cluster's DNS
// has to ask others for (DNS-1).
func (a *Atlas) question(h *Hop, c client, p *model.Pod, names []name) []Hop {
	r := a.dns()
	own := names[0].namespace != ""
	switch effectivePolicy(p) {
	case model.DNSClusterFirst, model.DNSClusterFirstWithHostNet:
	case model.DNSDefault:
		if own {
			h.note(p.Origin, "it asks its node's resolver, which knows no names of the cluster (DNS-1)")
			return nil
		}
		a.askOutside(h, c, nil, "its node's resolver")
		return nil
	case model.DNSNone:
		mine := false
		for _, s := range p.Nameservers {
			mine = mine || r.isMine(s)
		}
		switch {
		case mine:
		case len(p.Nameservers) == 0:
			h.note(p.Origin, "dnsPolicy None, and no nameserver (DNS-1)")
			return nil
		default:
			a.askOutside(h, c, p.Nameservers, "its own nameservers (DNS-1)")
			if own {
				h.Mix = h.Mix.And(open)
				h.note(p.Origin, "whether its own nameservers know names of the cluster is not in the input (DNS-1)")
			}
			return nil
		}
	}
	if len(r.caches) > 0 {
		a.askCache(h, c)
	} else {
		a.askPods(h, c)
	}
	return a.known(h, names)
}

// askOutside judges questions to servers outside: to certain addresses, of which
// one that can be reached is enough, or to one that is not known.
func (a *Atlas) askOutside(h *Hop, c client, servers []netip.Addr, what string) {
	if len(servers) == 0 {
		dst := a.m.AnywhereEnd(what)
		h.add(a.collapsed(a.leg(c.End, dst, model.UDP, dnsPort, nil)))
		return
	}
	var best model.Mix
	for _, s := range servers {
		dst := a.m.EndOf(s.String(), []engine.PeerID{a.m.Universe().AddrID(s)})
		l := a.leg(c.End, dst, model.UDP, dnsPort, nil)
		h.Legs = append(h.Legs, l)
		best = better(best, l.Mix)
	}
	h.Mix = best
	h.note(model.Origin{}, "it asks "+what)
}

// better returns the verdict of two ways of which a client takes whichever is
// open.
func better(m, n model.Mix) model.Mix {
	rank := func(x model.Mix) int {
		switch x.Verdict() {
		case model.Allowed:
			return 4
		case model.Unknown:
			return 3
		case model.Some:
			return 2
		case model.Denied:
			return 1
		case model.None:
		}
		return 0
	}
	if rank(n) > rank(m) {
		return n
	}
	return m
}

// askPods judges the questions of a pod to the DNS pods, over UDP and TCP
// (DNS-2, DNS-5).
func (a *Atlas) askPods(h *Hop, c client) {
	r := a.dns()
	if r.assumed != nil {
		a.askAssumed(h, c)
		return
	}
	if r.service != nil {
		h.Origin = r.service.Origin
	}
	udp, tcp := a.askOver(h, c, model.UDP, r.udp), a.askOver(h, c, model.TCP, r.tcp)
	h.overBoth(udp, tcp)
	if len(r.udp) == 0 {
		h.Notes = append(h.Notes, r.notReady...)
		h.note(h.Origin, "no DNS pod answers (SVC-11)")
	}
}

// askOver adds the legs to the DNS pods over one protocol.
func (a *Atlas) askOver(h *Hop, c client, protocol model.Protocol, all []endpoint) model.Mix {
	byPort := endpointsByPort(all)
	var mix model.Mix
	for _, port := range ports(byPort) {
		dst := a.m.EndOf("", byPort[port])
		dst.Name = a.podsName(dst.Peers)
		l := a.leg(c.End, dst, protocol, port, nil)
		h.Legs = append(h.Legs, l)
		mix = mix.Join(l.Mix)
	}
	return mix
}

// overBoth sets the verdict of a hop whose questions go over UDP, and again over
// TCP where the answer is large: without UDP there is no answer, and without TCP
// none that is large (DNS-6).
func (h *Hop) overBoth(udp, tcp model.Mix) {
	h.Mix = udp
	if udp != denied && udp != 0 && tcp != udp {
		h.note(model.Origin{}, "over TCP it is "+tcp.Verdict().String()+": names with large answers fail (DNS-6)")
	}
	if udp == denied && tcp != denied && tcp != 0 {
		h.note(model.Origin{}, "over TCP it is "+tcp.Verdict().String()+", but questions go over UDP first (DNS-2)")
	}
}

// askAssumed judges the questions of a pod to DNS pods that are not in the input:
// to one that looks as they do.
func (a *Atlas) askAssumed(h *Hop, c client) {
	r := a.dns()
	pods := append(a.podsOf(c), *r.assumed)
	w, err := a.beside(pods, func(cl *model.Cluster) { withNamespace(cl, r.assumed.Namespace) })
	if err != nil {
		h.say(open, err.Error())
		return
	}
	n := len(pods) - 1
	src := w.EndOf(c.Name, append([]engine.PeerID(nil), w.peers[:n]...))
	dst := w.EndOf("the cluster's DNS", []engine.PeerID{w.peers[n]})
	mixes := [2]model.Mix{}
	for i, protocol := range []model.Protocol{model.UDP, model.TCP} {
		t := w.JudgeThrough(src, dst, protocol, dnsPort, nil)
		h.Legs = append(h.Legs, Leg{
			Matrix: w.Matrix, Src: src, Dst: dst, Port: engine.PortRange{Protocol: protocol, First: dnsPort, Last: dnsPort}, Mix: t.Mix, Witnesses: t.Witnesses,
		})
		mixes[i] = t.Mix
	}
	h.overBoth(mixes[0], mixes[1])
	h.note(model.Origin{}, fmt.Sprintf("the DNS pods are not in the input: judged as pods with %s in namespace %s, on port 53 (DNS-2)", r.assumed.Labels, r.assumed.Namespace))
}

// askCache judges the questions of a pod to NodeLocal DNSCache, which listens on
// addresses of the pod's own node (DNS-7), and those of the cache to the DNS
// pods, from the network of the node and over TCP.
func (a *Atlas) askCache(h *Hop, c client) {
	r := a.dns()
	h.Title += " from NodeLocal DNSCache"
	h.Origin = a.cluster.Pods[r.caches[0]].Origin
	var mix model.Mix
	for _, addr := range r.cacheAddrs {
		if model.FamilyOf(addr) == model.IPv6 && len(r.cacheAddrs) > 1 {
			continue
		}
		l, err := a.ownNode(c, addr)
		if err != nil {
			h.say(open, err.Error())
			return
		}
		h.Legs = append(h.Legs, l)
		mix = mix.Join(l.Mix)
	}
	if mix.Verdict() == model.Some {
		mix = open
		h.note(model.Origin{}, "which of these addresses it asks is up to the kubelet's --cluster-dns (DNS-7)")
	}
	h.Mix = mix
	h.note(model.Origin{}, "the cache is on the pod's own node: rules that name the DNS pods do not match it (DNS-7)")
	if r.assumed != nil || len(r.tcp) == 0 {
		h.note(model.Origin{}, "what the cache itself asks is not judged: the DNS pods are not in the input")
		return
	}
	before := h.Mix
	var nodes []engine.PeerID
	for _, i := range r.caches {
		nodes = append(nodes, a.peers[i])
	}
	up := a.askOver(h, client{End: a.m.EndOf("NodeLocal DNSCache", nodes)}, model.TCP, r.tcp)
	h.Mix = before.And(up)
}

// ownNode judges a question to an address of the pod's own node: in a world
// where the node has it.
func (a *Atlas) ownNode(c client, addr netip.Addr) (Leg, error) {
	const here = "node-local-dns"
	pods := a.podsOf(c)
	for i := range pods {
		pods[i].Node = here
	}
	w, err := a.beside(pods, func(cl *model.Cluster) {
		cl.Nodes = []model.Node{{Name: here, Addresses: []netip.Addr{addr}, Declared: true}}
		if node := a.node(c); node != "" {
			for i := range a.cluster.Nodes {
				if a.cluster.Nodes[i].Name == node {
					cl.Nodes[0].Labels = a.cluster.Nodes[i].Labels
				}
			}
		}
	})
	if err != nil {
		return Leg{}, err
	}
	src := w.EndOf(c.Name, append([]engine.PeerID(nil), w.peers...))
	id, ok := w.Universe().NodeID(here)
	if !ok {
		panic("bug: no node " + here + " in its world")
	}
	dst := w.EndOf(addr.String()+" on its own node", []engine.PeerID{id})
	t := w.JudgeThrough(src, dst, model.UDP, dnsPort, nil)
	return Leg{
		Matrix: w.Matrix, Src: src, Dst: dst, Port: engine.PortRange{Protocol: model.UDP, First: dnsPort, Last: dnsPort}, Mix: t.Mix, Witnesses: t.Witnesses,
	}, nil
}

// known judges whether the DNS knows names, of which each is an alias of the
// next, and returns the hops to the servers that it asks in turn (DNS-8, DNS-9).
func (a *Atlas) known(h *Hop, names []name) []Hop {
	r := a.dns()
	var out []Hop
	for _, n := range names {
		x := r.ask(r.file, n.fqdn, n.namespace)
		if len(x.open) > 0 {
			h.Mix = h.Mix.And(open)
			h.note(x.server.Origin, fmt.Sprintf("whether the Corefile's %q answers for %s is not known (DNS-8)", strings.Join(x.open, `", "`), n))
		}
		a.imported(h, n)
		switch {
		case x.nothing != "":
			h.Mix = 0
			h.note(originOf(x.server), fmt.Sprintf("%s is not known: %s (DNS-8)", n, x.nothing))
			return nil
		case x.cluster != nil:
			h.Notes = append(h.Notes, a.needs()...)
		case x.forward != nil:
			out = append(out, a.forward(n, x))
		}
	}
	return out
}

// imported notes what the Corefile takes in from elsewhere (DNS-8).
func (a *Atlas) imported(h *Hop, n name) {
	file := a.dns().file
	if file == nil {
		return
	}
	var lines []string
	nothing := false
	for _, line := range file.Imports {
		if takesNothing(file, line) {
			nothing = true
		} else {
			lines = append(lines, line)
		}
	}
	for i := range file.Servers {
		nothing = nothing || slices.ContainsFunc(file.Servers[i].Overrides, func(o model.DNSOverride) bool { return takesNothing(file, o.Text) })
	}
	if nothing {
		h.note(file.Origin, fmt.Sprintf("the Corefile takes in the files of ConfigMap %s/coredns-custom, which is not in the input: taken to be none (DNS-8)", file.Namespace))
	}
	if len(lines) > 0 {
		h.note(file.Origin, fmt.Sprintf("the Corefile's %q is not followed, and may hold a server block for %s (DNS-8)", strings.Join(lines, `", "`), n))
	}
}

func originOf(s *model.DNSServer) model.Origin {
	if s == nil {
		return model.Origin{}
	}
	return s.Origin
}

// forward returns the hop from the DNS pods to the servers that they ask for a
// name. One that they can reach is enough.
func (a *Atlas) forward(n name, x answer) Hop {
	f := x.forward
	h := Hop{Kind: Forward, Title: "the DNS forwards " + n.String(), Origin: f.Origin}
	if x.zone != "" && x.zone != "." {
		h.Title += ", in zone " + strings.TrimSuffix(x.zone, ".")
	}
	m, src, err := a.dnsPods()
	if err != nil {
		h.say(open, err.Error())
		return h
	}
	protocol := model.UDP
	if f.TCP {
		protocol = model.TCP
	}
	leg := func(dst engine.End, port uint16) Leg {
		t := m.JudgeThrough(src, dst, protocol, port, nil)
		return Leg{Matrix: m, Src: src, Dst: dst, Port: engine.PortRange{Protocol: protocol, First: port, Last: port}, Mix: t.Mix, Witnesses: t.Witnesses}
	}
	var best model.Mix
	for _, to := range f.To {
		dst := m.EndOf(to.Addr().String(), []engine.PeerID{m.Universe().AddrID(to.Addr())})
		l := leg(dst, to.Port())
		h.Legs = append(h.Legs, l)
		best = better(best, l.Mix)
	}
	for _, file := range f.Files {
		l := a.collapsed(leg(m.AnywhereEnd("the servers in "+file), dnsPort))
		h.Legs = append(h.Legs, l)
		best = better(best, l.Mix)
	}
	h.Mix = best
	if len(f.To)+len(f.Files) > 1 {
		h.note(f.Origin, "one of these servers is enough (DNS-8)")
	}
	return h
}

// dnsPods returns the DNS pods as clients, and the matrix that they are in.
func (a *Atlas) dnsPods() (*engine.Matrix, engine.End, error) {
	r := a.dns()
	if r.assumed != nil {
		w, err := a.beside([]model.Pod{*r.assumed}, func(c *model.Cluster) { withNamespace(c, r.assumed.Namespace) })
		if err != nil {
			return nil, engine.End{}, err
		}
		return w.Matrix, w.EndOf("the cluster's DNS", w.peers), nil
	}
	var peers []engine.PeerID
	for _, e := range append(r.udp, r.tcp...) {
		peers = append(peers, e.peer)
	}
	end := a.m.EndOf("", peers)
	end.Name = a.podsName(end.Peers)
	return a.m, end, nil
}
