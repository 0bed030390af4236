package route

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// recordWalks returns the walks of a client in the cluster to a host that the DNS
// knows by another record than that of a Service: SRV, or the name that is made of a
// pod's address (DNS-4). It returns false for every other host.
func (a *Atlas) recordWalks(out *Answer, c client, t target) ([]Walk, bool) {
	if c.Outside {
		return nil, false
	}
	if rest, ok := a.below(t.host, "svc"); ok {
		if labels := strings.Split(rest, "."); len(labels) == 4 && strings.HasPrefix(labels[0], "_") && strings.HasPrefix(labels[1], "_") {
			return a.srvWalks(out, c, labels), true
		}
	}
	if rest, ok := a.below(t.host, "pod"); ok {
		if addr, namespace, ok := addressName(rest); ok {
			return a.addressNameWalks(out, c, t, addr, namespace), true
		}
	}
	return nil, false
}

// below returns what stands before ".KIND" or ".KIND.DOMAIN" in a host.
func (a *Atlas) below(host, kind string) (string, bool) {
	host = strings.TrimSuffix(host, "."+strings.TrimSuffix(a.dns().domain, "."))
	return strings.CutSuffix(host, "."+kind)
}

// addressName reads "10-1-0-5.shop", the name of an address in a namespace.
func addressName(text string) (netip.Addr, string, bool) {
	dashed, namespace, ok := strings.Cut(text, ".")
	if !ok || strings.Contains(namespace, ".") {
		return netip.Addr{}, "", false
	}
	for _, by := range []string{".", ":"} {
		if addr, err := netip.ParseAddr(strings.ReplaceAll(dashed, "-", by)); err == nil {
			return addr.Unmap(), namespace, true
		}
	}
	return netip.Addr{}, "", false
}

// srvWalks returns the walk to what an SRV record leads to: the port of a Service by
// name and protocol, or, for a headless one, that of each pod behind it.
func (a *Atlas) srvWalks(out *Answer, c client, labels []string) []Walk {
	s := a.services[nameKey{labels[3], labels[2]}]
	if s == nil {
		out.note(fmt.Sprintf("there is no Service %s/%s (DNS-4)", labels[3], labels[2]))
		return nil
	}
	for i := range s.Ports {
		p := &s.Ports[i]
		if p.Name != labels[0][1:] || !strings.EqualFold(p.Protocol.String(), labels[1][1:]) {
			continue
		}
		fqdn := strings.Join(labels, ".") + ".svc." + a.dns().domain
		w := Walk{Title: title(s, p), Origin: s.Origin, Port: engine.PortRange{Protocol: p.Protocol, First: p.Port, Last: p.Port}, Hops: a.resolve(c, name{fqdn, s.Namespace})}
		out.note("an SRV record names the port, and that of the URL does not count (DNS-4)")
		if !s.Headless {
			w.Hops = append(w.Hops, a.backends(c, s, p, viaClusterIP))
			return []Walk{w}
		}
		h := Hop{Kind: Backend, Title: title(s, p) + ", on the ports of its pods", Origin: p.Origin}
		all, notes := a.endpoints(s, p)
		if h.Notes = notes; len(all) == 0 {
			a.noEndpoints(&h, c, s)
		}
		var targets []endpoint
		for _, e := range all {
			e.port = p.Target.Number
			if pod := a.pod(e.peer); pod != nil {
				var ok bool
				if e.port, ok = containerPort(p.Target, p.Protocol, pod); !ok {
					continue // SVC-5
				}
			}
			targets = append(targets, e)
		}
		a.legs(&h, c.End, s, p, targets, "")
		w.Hops = append(w.Hops, h)
		return []Walk{w}
	}
	out.note(fmt.Sprintf("Service %s/%s has no %s port of the name %q (DNS-4)", s.Namespace, s.Name, labels[1][1:], labels[0][1:]))
	return nil
}

// addressNameWalks returns the walk to an address by the name that is made of it, if
// the DNS is told to know such names.
func (a *Atlas) addressNameWalks(out *Answer, c client, t target, addr netip.Addr, namespace string) []Walk {
	r := a.dns()
	rest, _ := a.below(t.host, "pod")
	n := name{rest + ".pod." + r.domain, namespace}
	w := Walk{Title: "address " + addr.String(), Port: engine.PortRange{Protocol: model.TCP, First: t.port, Last: t.port}, Hops: a.resolve(c, n)}
	if k := len(w.Hops) - 1; k >= 0 {
		a.knowsAddress(&w.Hops[k], n, addr)
	}
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		by, ok := a.dialledAt(s, addr)
		if !ok {
			continue
		}
		var walks []Walk
		for _, one := range a.addressWalks(out, c, s, by, t.tcp()) {
			one.Hops = append(slices.Clone(w.Hops), one.Hops...)
			walks = append(walks, one)
		}
		return walks
	}
	dst := a.m.EndOf("", []engine.PeerID{a.m.Universe().AddrID(addr)})
	if dst.Name = addr.String(); !dst.Outside {
		dst.Name = a.m.PeersName(dst.Peers)
	}
	h := Hop{Kind: Backend, Title: addr.String()}
	h.add(a.leg(c.End, dst, model.TCP, t.port, nil))
	w.Hops = append(w.Hops, h)
	return []Walk{w}
}

// knowsAddress judges whether the DNS of the cluster knows a name that is made of an
// address, and takes away what the hop says if it does not.
func (a *Atlas) knowsAddress(h *Hop, n name, addr netip.Addr) {
	r := a.dns()
	x := r.ask(r.file, n.fqdn, n.namespace)
	declared := slices.ContainsFunc(a.cluster.Namespaces, func(ns model.Namespace) bool { return ns.Name == n.namespace })
	switch {
	case h.Mix == 0 || x.cluster == nil:
	case !declared:
		h.Mix = 0
		h.note(x.cluster.Origin, "there is no namespace "+n.namespace+" (DNS-4)")
	case x.cluster.Pods == model.PodNamesUnsaid:
		h.Mix = h.Mix.And(open)
		h.note(model.Origin{}, "whether the DNS knows names of addresses is up to its option pods, which is not in the input (DNS-4)")
	case x.cluster.Pods == model.PodNamesNone:
		h.Mix = 0
		h.note(x.cluster.Origin, "the DNS knows no names of addresses: its option pods is not insecure or verified (DNS-4)")
	case x.cluster.Pods == model.PodNamesVerified:
		i, ok := a.byAddr()[addr]
		if !ok || a.cluster.Pods[i].Namespace != n.namespace {
			h.Mix = 0
			h.note(x.cluster.Origin, fmt.Sprintf("no pod of namespace %s has %s, and the DNS verifies that (DNS-4)", n.namespace, addr))
		}
	}
}
