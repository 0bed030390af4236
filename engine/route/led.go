package route

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// ServiceShift is a port of a Service that leads elsewhere than before: for those
// who dial it in the cluster, other pods answer, or other ports of them.
type ServiceShift struct {
	// Service is "ns/svc/name".
	Service string
	Port    engine.PortRange
	// Before and After are workloads with ports, such as "shop/web 8080/tcp", sorted.
	// None means that it leads nowhere. Gone tells that there is no such Service, or
	// no such port, any more.
	Before, After []string
	Gone          bool
	// Origins are where the port, or the Service, stands on either side.
	Origins [2]model.Origin
}

// led returns the ports of Services that lead elsewhere, of the Services of the
// cluster before, in their order.
func (x *comparer) led(s *stir) []ServiceShift {
	var out []ServiceShift
	before, after := x.atlases[0], x.atlases[1]
	for i := range before.cluster.Names.Services {
		old := &before.cluster.Names.Services[i]
		now := after.Service(old.Namespace, old.Name)
		if now != nil && old.Selects && !s.in(before.namespacesBehind(old)) && !s.in(after.namespacesBehind(now)) {
			continue
		}
		for k := range old.Ports {
			p := &old.Ports[k]
			shift := ServiceShift{
				Service: old.Namespace + "/svc/" + old.Name, Port: engine.PortRange{Protocol: p.Protocol, First: p.Port, Last: p.Port},
				Before: x.targets(before, old, p), Origins: [2]model.Origin{portOrigin(old, p), {}},
			}
			var q *model.ServicePort
			if now != nil {
				if at := slices.IndexFunc(now.Ports, func(q model.ServicePort) bool { return q.Port == p.Port && q.Protocol == p.Protocol }); at >= 0 {
					q = &now.Ports[at]
				}
			}
			if shift.Gone = q == nil; !shift.Gone {
				shift.After, shift.Origins[1] = x.targets(after, now, q), portOrigin(now, q)
			}
			if shift.Gone && len(shift.Before) > 0 || !shift.Gone && !slices.Equal(shift.Before, shift.After) {
				out = append(out, shift)
			}
		}
	}
	return out
}

// portOrigin returns where a port of a Service stands, or else the Service.
func portOrigin(s *model.Service, p *model.ServicePort) model.Origin {
	if p.Origin.Kind != "" {
		return p.Origin
	}
	return s.Origin
}

// targets returns what a port of a Service leads to.
func (x *comparer) targets(a *Atlas, s *model.Service, p *model.ServicePort) []string {
	if s.Type == model.ExternalName {
		return []string{cmp.Or(s.ExternalName, "nowhere")}
	}
	var out []string
	all, _ := a.endpoints(s, p)
	for _, e := range all {
		name := a.m.PeerName(e.peer)
		if end, ok := x.endOf[e.peer]; ok {
			name = x.d.Comparison.Ends[end].Name
		} else if ranges := a.m.Universe().Peer(e.peer).Ranges; len(ranges) > 0 {
			name = e.addr.String()
		}
		out = append(out, fmt.Sprintf("%s %s", name, model.PortString(p.Protocol, e.port, e.port)))
	}
	slices.SortFunc(out, strings.Compare)
	return slices.Compact(out)
}
