package route

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/model"
)

// gatewayDoors returns a door for each Gateway, with the routes that are
// attached to its listeners.
func (a *Atlas) gatewayDoors() []*door {
	names := &a.cluster.Names
	classes := map[string]*model.Class{}
	for i := range names.Classes {
		if c := &names.Classes[i]; c.Gateways {
			classes[c.Name] = c
		}
	}
	doors := map[nameKey]*door{}
	unserved := map[nameKey]*model.Gateway{}
	var out []*door
	for i := range names.Gateways {
		g := &names.Gateways[i]
		_, named := a.controllers[g.Class]
		if !named {
			_, named = a.controllers[g.Namespace+"/"+g.Name]
		}
		if len(classes) > 0 && classes[g.Class] == nil && !named {
			unserved[nameKey{g.Namespace, g.Name}] = g
			continue
		}
		d := &door{name: "Gateway " + g.Namespace + "/" + g.Name, kind: model.RouteHTTP, origin: g.Origin, gateway: g}
		if c := classes[g.Class]; c != nil {
			d.controller = c.Controller
		}
		doors[nameKey{g.Namespace, g.Name}] = d
		out = append(out, d)
	}
	nowhere := &door{kind: model.RouteHTTP}
	for i := range names.Routes {
		r := &names.Routes[i]
		if r.Kind == model.RouteIngress || r.Kind == model.RouteOpenShift {
			continue
		}
		if len(r.Parents) == 0 {
			nowhere.unattached = append(nowhere.unattached, unattached{Note{r.Origin.Object() + " names no parent, and so is attached to nothing (GW-2)", r.Origin}, r})
		}
		for k := range r.Parents {
			p := &r.Parents[k]
			d, g := doors[nameKey{p.Namespace, p.Name}], unserved[nameKey{p.Namespace, p.Name}]
			switch {
			case p.Other != "":
			case g != nil:
				nowhere.unattached = append(nowhere.unattached, unattached{Note{fmt.Sprintf("%s asks for %s of class %q, and there is no such GatewayClass: no controller serves it (GW-1)", r.Origin.Object(), g.Origin.Object(), g.Class), g.Origin}, r})
			case d == nil:
				nowhere.unattached = append(nowhere.unattached, unattached{Note{fmt.Sprintf("%s asks for Gateway %s/%s, which is not in the input (GW-2)", r.Origin.Object(), p.Namespace, p.Name), p.Origin}, r})
			default:
				a.attach(d, r, p)
			}
		}
	}
	if len(nowhere.unattached) > 0 {
		out = append(out, nowhere)
	}
	return out
}

// attach attaches a route to the listeners of a Gateway that take it (GW-2).
func (a *Atlas) attach(d *door, r *model.Route, p *model.ParentRef) {
	var why []string
	taken := false
	for i := range d.gateway.Listeners {
		l := &d.gateway.Listeners[i]
		if p.Section != "" && p.Section != l.Name || p.Port != 0 && p.Port != l.Port {
			continue
		}
		if reason := a.refuses(d.gateway, l, r); reason != "" {
			why = append(why, "listener "+l.Name+" "+reason)
			continue
		}
		for k := range r.Entries {
			e := &r.Entries[k]
			hosts, ok := intersect(l.Hostname, e.Hosts)
			if !ok {
				why = append(why, "listener "+l.Name+" is for "+l.Hostname+" (GW-3)")
				break
			}
			d.entries = append(d.entries, attached{route: r, entry: e, hosts: hosts, listener: l})
			taken = true
		}
	}
	if taken || len(r.Entries) == 0 {
		return
	}
	if len(why) == 0 {
		why = []string{"it has no such listener: " + p.Section}
		if p.Port != 0 {
			why[0] = fmt.Sprintf("it has no such listener: %s on port %d", cmp.Or(p.Section, "any"), p.Port)
		}
	}
	d.unattached = append(d.unattached, unattached{Note{fmt.Sprintf("%s is not attached to %s: %s", r.Origin.Object(), d.name, strings.Join(slices.Compact(why), "; ")), p.Origin}, r})
}

// refuses returns why a listener does not take a route, or "" (GW-2).
func (a *Atlas) refuses(g *model.Gateway, l *model.Listener, r *model.Route) string {
	namespace := r.Origin.Namespace
	switch l.From {
	case model.FromSame:
		if namespace != g.Namespace {
			return "takes routes of its own namespace only (GW-2)"
		}
	case model.FromNone:
		return "takes no routes (GW-2)"
	case model.FromSelector:
		i := slices.IndexFunc(a.cluster.Namespaces, func(n model.Namespace) bool { return n.Name == namespace })
		if i < 0 || !l.Namespaces.Matches(a.cluster.Namespaces[i].Labels) {
			return "takes routes of namespaces with " + l.Namespaces.String() + " (GW-2)"
		}
	case model.FromAll:
	}
	kinds := l.Kinds
	if kinds == nil {
		kinds = usualKinds(l.Protocol)
	}
	if !slices.Contains(kinds, r.Kind) {
		return "takes no " + r.Kind.String() + " (GW-2)"
	}
	return ""
}

// usualKinds returns the kinds of route that go with a protocol (GW-2).
func usualKinds(p model.ListenerProtocol) []model.RouteKind {
	switch p {
	case model.ListenHTTP, model.ListenHTTPS:
		return []model.RouteKind{model.RouteHTTP, model.RouteGRPC}
	case model.ListenTLS:
		return []model.RouteKind{model.RouteTLS, model.RouteTCP}
	case model.ListenTCP:
		return []model.RouteKind{model.RouteTCP}
	case model.ListenUDP:
		return []model.RouteKind{model.RouteUDP}
	case model.ListenOther:
	}
	return nil
}

// intersect returns the hosts that both a listener and a route take (GW-3): none
// on either side means every host, and "*." stands for one or more labels.
func intersect(listener string, hosts []string) ([]string, bool) {
	if listener == "" {
		return hosts, true
	}
	if len(hosts) == 0 {
		return []string{listener}, true
	}
	var out []string
	for _, h := range hosts {
		switch {
		case hostMatches(listener, h, model.ManyLabels):
			out = append(out, h)
		case hostMatches(h, listener, model.ManyLabels):
			out = append(out, listener)
		}
	}
	return out, len(out) > 0
}

// granted returns why a route may not name a backend of another namespace, or ""
// (GW-5).
func (a *Atlas) granted(r *model.Route, b *model.Backend) string {
	if b.Namespace == r.Origin.Namespace {
		return ""
	}
	for _, g := range a.grants[b.Namespace] {
		from := slices.Contains(g.From, model.GrantFrom{Kind: r.Kind, Namespace: r.Origin.Namespace})
		if from && (slices.Contains(g.To, "") || slices.Contains(g.To, b.Name)) {
			return ""
		}
	}
	return fmt.Sprintf("no ReferenceGrant in namespace %s lets %ss of namespace %s name Service %s: requests get an error (GW-5)",
		b.Namespace, r.Kind, r.Origin.Namespace, b.Name)
}
