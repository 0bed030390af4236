package route

import (
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// Question is what Walk answers: whether a client may open connections to a name.
type Question struct {
	Src engine.End
	// Asked is how the user named Src.
	Asked expect.Peer
	Dst   expect.Peer
	Port  model.PortMatch
}

// ToService returns the verdict about the connections from a client to a Service,
// on the ports of the Service that match. A client within the cluster dials its
// name; one outside the addresses at which it is published.
func (a *Atlas) ToService(q Question, s *model.Service) Answer {
	out := Answer{Name: "Service " + s.Namespace + "/" + s.Name}
	for _, c := range a.clients(q.Src, q.Asked, s.InternalLocal || a.onNodes(s)) {
		out.take(c, a.serviceWalks(&out, c, s, q.Port, 0))
	}
	out.finish()
	return out
}

// take adds the walks of a client, whose name it puts before their titles if it
// is one of several.
func (a *Answer) take(c client, walks []Walk) {
	for i := range walks {
		walks[i].Client, walks[i].From, walks[i].client = c.Name, c.End, c
		walks[i].finish()
	}
	a.Walks = append(a.Walks, walks...)
}

// onNodes reports whether a Service leads to what uses the network of nodes, so
// that it matters on which node a client is (NP-42, SVC-27).
func (a *Atlas) onNodes(s *model.Service) bool {
	for i := range s.Ports {
		all, _ := a.endpoints(s, &s.Ports[i])
		for _, e := range all {
			if p := a.pod(e.peer); p == nil || p.HostNetwork {
				return true
			}
		}
	}
	return false
}

// deepestAlias is how many names may stand for each other.
const deepestAlias = 8

// serviceWalks returns the walks of a client to a Service, by its name or, from
// outside, by the addresses at which it is published.
func (a *Atlas) serviceWalks(out *Answer, c client, s *model.Service, asked model.PortMatch, depth int) []Walk {
	if s.Type == model.ExternalName {
		return []Walk{a.alias(out, c, s, asked, depth)}
	}
	if c.Outside {
		return a.published(out, c, s, asked)
	}
	resolved := a.resolve(c, a.serviceName(s))
	var walks []Walk
	for _, p := range a.portsOf(out, s, asked) {
		w := Walk{Title: title(s, p), Origin: s.Origin, Port: engine.PortRange{Protocol: p.Protocol, First: p.Port, Last: p.Port}}
		w.Hops = append(slices.Clone(resolved), a.backends(c, s, p, viaClusterIP))
		walks = append(walks, w)
	}
	a.unfamiliar(out, s, asked, walks)
	return walks
}

// portsOf returns the ports of a Service that match (SVC-6). A headless one has
// every port that its pods have (SVC-8).
func (a *Atlas) portsOf(out *Answer, s *model.Service, asked model.PortMatch) []*model.ServicePort {
	var found []*model.ServicePort
	for i := range s.Ports {
		p := &s.Ports[i]
		switch asked.Kind {
		case model.PortAny:
			found = append(found, p)
		case model.PortRange:
			if p.Protocol == asked.Protocol && asked.First <= p.Port && p.Port <= asked.Last {
				found = append(found, p)
			}
		case model.PortNamed:
			if p.Protocol == asked.Protocol && p.Name == asked.Name {
				found = append(found, p)
			}
		}
	}
	if !s.Headless || len(found) > 0 {
		return found
	}
	if asked.Kind == model.PortRange && asked.First == asked.Last {
		out.note(fmt.Sprintf("a headless Service translates no ports: %s is that of the pods (SVC-8)", asked))
		return []*model.ServicePort{{Protocol: asked.Protocol, Port: asked.First, Target: model.Target{Number: asked.First}, Origin: s.Origin}}
	}
	// The ports that its pods declare.
	any := &model.ServicePort{Port: model.MinPort, Target: model.Target{Number: model.MinPort}, Origin: s.Origin}
	all, _ := a.candidates(s, any)
	for _, e := range all {
		pod := a.pod(e.peer)
		if pod == nil {
			continue
		}
		for _, c := range pod.Ports {
			fits := asked.Kind == model.PortAny || c.Protocol == asked.Protocol &&
				(asked.Kind == model.PortNamed && c.Name == asked.Name || asked.Kind == model.PortRange && asked.First <= c.Port && c.Port <= asked.Last)
			if fits && !slices.ContainsFunc(found, func(p *model.ServicePort) bool { return p.Protocol == c.Protocol && p.Port == c.Port }) {
				found = append(found, &model.ServicePort{Name: c.Name, Protocol: c.Protocol, Port: c.Port, Target: model.Target{Number: c.Port}, Origin: s.Origin})
			}
		}
	}
	return found
}

// unfamiliar says that a Service does not have the port that was asked for.
func (a *Atlas) unfamiliar(out *Answer, s *model.Service, asked model.PortMatch, walks []Walk) {
	if len(walks) > 0 {
		return
	}
	var has []string
	for i := range s.Ports {
		has = append(has, model.PortString(s.Ports[i].Protocol, s.Ports[i].Port, s.Ports[i].Port))
	}
	text := fmt.Sprintf("Service %s/%s has no port %s", s.Namespace, s.Name, asked)
	if len(has) > 0 {
		text += "; it has " + strings.Join(has, ", ")
	}
	out.note(text + " (SVC-6)")
	for i := range s.Ports {
		p := &s.Ports[i]
		switch {
		case asked.Kind != model.PortRange || asked.First != asked.Last:
		case p.NodePort == asked.First:
			out.note(fmt.Sprintf("%d is the node port of %s: it is dialled at a node (SVC-18)", p.NodePort, model.PortString(p.Protocol, p.Port, p.Port)))
		case p.Target.Number == asked.First && p.Target.Number != p.Port:
			out.note(fmt.Sprintf("%d is the port of the pods, behind %s (SVC-20)", p.Target.Number, model.PortString(p.Protocol, p.Port, p.Port)))
		}
	}
}

// alias returns the walk to an ExternalName Service: that to the name which it
// stands for (SVC-12).
func (a *Atlas) alias(out *Answer, c client, s *model.Service, asked model.PortMatch, depth int) Walk {
	w := Walk{Title: "Service " + s.Namespace + "/" + s.Name + ", an alias of " + s.ExternalName, Origin: s.Origin}
	own := a.serviceName(s)
	if c.Outside {
		out.note("an ExternalName Service is a name within the cluster only (SVC-12)")
		w.Hops = []Hop{{Kind: DNS, Title: "DNS for " + own.String(), Origin: s.Origin}}
		return w
	}
	// An alias is followed as it stands: nothing completes its name.
	if strings.HasSuffix(s.ExternalName, ".svc."+strings.TrimSuffix(a.dns().domain, ".")) {
		target, _ := a.serviceNamed(s.ExternalName, "")
		w.Hops = a.resolve(c, own)
		switch {
		case target == nil || depth >= deepestAlias:
			w.Hops = append(w.Hops, Hop{Kind: Backend, Title: "no Service " + s.ExternalName, Origin: s.Origin})
			return w
		}
		ways := a.serviceWalks(out, c, target, asked, depth+1)
		if len(ways) == 0 {
			w.Hops = append(w.Hops, Hop{Kind: Backend, Title: "no such port", Origin: target.Origin})
			return w
		}
		all := Hop{Kind: Backend, Title: "Service " + target.Namespace + "/" + target.Name, Origin: target.Origin}
		for i := range ways {
			ways[i].finish()
			all.Mix = all.Mix.Join(ways[i].Mix)
			for _, h := range ways[i].Hops {
				if h.Kind == Backend {
					all.Legs, all.Notes = append(all.Legs, h.Legs...), append(all.Notes, h.Notes...)
				}
			}
		}
		w.Hops = append(w.Hops, all)
		return w
	}
	w.Hops = append(a.resolve(c, own, name{fqdn: s.ExternalName + "."}), a.abroad(c, s.ExternalName, asked, s.Origin))
	return w
}

// abroad returns the hop to a name outside the cluster, whose address the input
// does not hold: it is open unless all addresses outside fare alike.
func (a *Atlas) abroad(c client, host string, asked model.PortMatch, o model.Origin) Hop {
	h := Hop{Kind: Backend, Title: host + ", outside the cluster", Origin: o}
	if asked.Kind == model.PortNamed {
		h.note(o, host+" gives no name to its ports")
		return h
	}
	dst := a.m.AnywhereEnd(host)
	j := a.m.Judge(c.End, dst, asked)
	l := Leg{Matrix: a.m, Src: c.End, Dst: dst, Witnesses: j.Witnesses, Mix: model.Mix(0).With(j.Verdict)}
	if asked.Kind == model.PortRange {
		l.Port = engine.PortRange{Protocol: asked.Protocol, First: asked.First, Last: asked.Last}
	}
	if j.Verdict == model.Some {
		l.Mix = open
		h.note(o, "it depends on the address of "+host+", which is not in the input (SVC-12)")
	}
	h.add(l)
	return h
}

// serviceNamed returns the Service that a host names (DNS-3), and whether it is
// a name of that form at all: it then is nil if there is no such Service. A name
// without namespace lies in the given one.
func (a *Atlas) serviceNamed(host, namespace string) (*model.Service, bool) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	domain := strings.TrimSuffix(a.dns().domain, ".")
	rest, full := strings.CutSuffix(host, ".svc."+domain)
	if !full {
		rest, full = strings.CutSuffix(host, ".svc")
	}
	svc, ns, ok := strings.Cut(rest, ".")
	switch {
	case full:
		if i := strings.LastIndexByte(rest, '.'); i >= 0 && strings.Contains(ns, ".") {
			// the name of a pod below a headless Service
			return nil, true
		}
		return a.dialled(ns, svc), true
	case ok && !strings.Contains(ns, "."):
		s := a.dialled(ns, svc)
		return s, s != nil
	case !ok && namespace != "":
		s := a.services[nameKey{namespace, svc}]
		return s, s != nil
	}
	return nil, false
}
