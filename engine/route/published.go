package route

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// publication is one way by which a port of a Service is reached from outside
// the cluster (SVC-2).
type publication struct {
	by   via
	port *model.ServicePort
	// number is where a client dials: the port of the Service, or its node port,
	// which is 0 where it is not known (SVC-18).
	number uint16
}

// publications returns the ways by which a Service is published.
func publications(s *model.Service) []publication {
	var out []publication
	for i := range s.Ports {
		p := &s.Ports[i]
		if s.Type == model.LoadBalancer {
			out = append(out, publication{viaLoadBalancer, p, p.Port})
		}
		if len(s.ExternalIPs) > 0 {
			out = append(out, publication{viaExternalIP, p, p.Port})
		}
		if s.Type == model.NodePort || s.Type == model.LoadBalancer && !s.NoNodePorts {
			out = append(out, publication{viaNodePort, p, p.NodePort})
		}
	}
	return out
}

// published returns the walks of a client outside to a Service. One asks for a
// port of the Service, as the load balancer or an external address has it, or
// for a node port; a Service that has only node ports is reached there whatever
// port of it was named.
func (a *Atlas) published(out *Answer, c client, s *model.Service, asked model.PortMatch) []Walk {
	all := publications(s)
	if len(all) == 0 {
		out.note(fmt.Sprintf("Service %s/%s is not published outside the cluster: it is a %s (SVC-2)", s.Namespace, s.Name, describeType(s)))
		return nil
	}
	front := slices.ContainsFunc(all, func(p publication) bool { return p.by != viaNodePort })
	var walks []Walk
	aside := false
	for _, p := range all {
		byNode := p.by == viaNodePort
		dialled, named := fits(asked, p.port, p.number), fits(asked, p.port, p.port.Port)
		asNodePort := dialled && !named && p.number != 0
		switch {
		case byNode && front && !asNodePort:
			aside = aside || named
			continue
		case !dialled && (!byNode || !named):
			continue
		}
		walks = append(walks, a.publishedWalk(c, s, p))
	}
	if aside {
		out.note(fmt.Sprintf("Service %s/%s has node ports too, which are not what was asked about and which no source range protects (SVC-19)", s.Namespace, s.Name))
	}
	a.unfamiliar(out, s, asked, walks)
	return walks
}

func describeType(s *model.Service) string {
	if s.Headless {
		return "headless Service"
	}
	return s.Type.String()
}

// fits reports whether a port at which a port of a Service is dialled was asked
// for.
func fits(asked model.PortMatch, p *model.ServicePort, number uint16) bool {
	switch asked.Kind {
	case model.PortAny:
		return true
	case model.PortRange:
		return p.Protocol == asked.Protocol && asked.First <= number && number <= asked.Last
	case model.PortNamed:
	}
	return p.Protocol == asked.Protocol && p.Name == asked.Name
}

// publishedWalk returns the walk of a client to a Service by one of the ways in
// which it is published.
func (a *Atlas) publishedWalk(c client, s *model.Service, p publication) Walk {
	w := Walk{
		Title: title(s, p.port), Origin: s.Origin,
		Port: engine.PortRange{Protocol: p.port.Protocol, First: p.number, Last: p.number},
	}
	w.Hops = []Hop{a.frontDoor(c, s, p), a.backends(c, s, p.port, p.by)}
	return w
}

// frontDoor returns the hop from a client to the address at which a Service is
// published.
func (a *Atlas) frontDoor(c client, s *model.Service, p publication) Hop {
	h := Hop{Kind: Door, Origin: s.Origin}
	port := model.PortString(p.port.Protocol, p.number, p.number)
	reach := allowed
	switch p.by {
	case viaLoadBalancer:
		h.Title = "load balancer of Service " + s.Namespace + "/" + s.Name + ", " + port
		if len(s.Published)+len(s.PublishedNames) == 0 {
			h.note(s.Origin, "the load balancer has no status yet, and counts as published (SVC-19)")
		} else {
			h.Title += " at " + strings.Join(publishedAt(s), ", ")
		}
		if s.Inward != "" {
			h.note(s.Origin.At("metadata.annotations"), s.Inward+" keeps it out of the reach of the internet; whether a client there gets to it is not known")
			reach = a.inward(c)
		}
		if len(s.SourceRanges) > 0 {
			h.Mix = reach.And(a.within(c, s.SourceRanges))
			at := s.Origin.At("spec.loadBalancerSourceRanges")
			h.note(at, fmt.Sprintf("only clients in %s are let in (SVC-19)", join(s.SourceRanges)))
			if !c.Outside && h.Mix != allowed {
				h.Mix = not(not(h.Mix).And(open)) // denied becomes open
				h.note(at, "whether that holds for clients within the cluster is up to the proxy: kube-proxy turns them away, others lead them to the pods (SVC-19)")
			}
			return h
		}
	case viaExternalIP:
		var texts []string
		for _, ip := range s.ExternalIPs {
			texts = append(texts, ip.String())
		}
		h.Title = "external address " + strings.Join(texts, ", ") + ", " + port + " (SVC-23)"
	case viaNodePort:
		h.Title = "any node, " + port
		if p.number == 0 {
			h.Title = "any node, on a port that is not in the input"
		}
	case viaClusterIP, viaEndpoints:
	}
	h.Mix = reach
	return h
}

// inward returns whether a client gets to a load balancer that is kept out of the
// reach of the internet: of one there it is open.
func (a *Atlas) inward(c client) model.Mix {
	if !c.Outside {
		return allowed
	}
	var private []netip.Prefix
	for _, id := range a.otherNodes().Peers {
		for _, r := range a.m.Universe().Peer(id).Ranges {
			private = append(private, r.Prefixes()...)
		}
	}
	return not(not(a.within(c, private)).And(open)) // denied becomes open
}

// publishedAt returns where the load balancer of a Service is known to listen.
func publishedAt(s *model.Service) []string {
	var out []string
	for _, a := range s.Published {
		out = append(out, a.String())
	}
	return append(out, s.PublishedNames...)
}

func join(prefixes []netip.Prefix) string {
	var out []string
	for _, p := range prefixes {
		out = append(out, p.String())
	}
	return strings.Join(out, ", ")
}
