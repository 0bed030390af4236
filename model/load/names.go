package load

import (
	"cmp"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/lower/dns"
	"netreach/model/lower/gateway"
	"netreach/model/lower/ingress"
	"netreach/model/lower/service"
)

// leaveOut reports what is wrong with an object that leads from a name to pods,
// and returns whether it can be used. No policy depends on such an object, so an
// error in it stops nobody from asking about pods: it becomes a warning, and
// whoever asks about the object itself is told.
func (r *reader) leaveOut(o model.Origin, ds []model.Diagnostic) bool {
	usable := true
	for _, d := range ds {
		if d.Severity == model.Error {
			d.Severity = model.Warning
			d.Hint = cmp.Or(d.Hint, explainHint(d.Origin))
			d = r.placed(d)
			if usable {
				r.leftOut = append(r.leftOut, d)
			}
			d.Text += "; nothing leads to pods by this " + o.Kind
			usable = false
			r.ds = append(r.ds, d)
			continue
		}
		r.ds = append(r.ds, r.placed(d))
	}
	return usable
}

// keepName is keep for an object that leads from a name to pods.
func keepName[T any](r *reader, c *collection[T], obj object, v T, ds []model.Diagnostic) {
	if r.leaveOut(obj.origin, ds) {
		put(r, c, obj.identity(), &v)
	}
}

// handWritten is about the largest text of a Service that a person writes.
const handWritten = 2 << 10

// service reads a Service. There are many in a dump, where their texts are large
// and nobody looks for the line of a port: only those that people write are kept.
func (r *reader) service(obj object) {
	if len(obj.origin.Doc.Text) <= handWritten {
		obj.origin.Doc = retained(obj.origin.Doc)
	} else {
		obj.origin = bulky(obj.origin)
	}
	s, ds := service.Read(obj.json, obj.origin, obj.pruned)
	keepName(r, &r.world.names.services, obj, s, ds)
}

func (r *reader) endpointSlice(obj object) {
	obj.origin = bulky(obj.origin)
	s, ok, ds := service.ReadSlice(obj.json, obj.origin, obj.pruned)
	if !ok {
		r.leaveOut(obj.origin, ds)
		return
	}
	keepName(r, &r.world.names.endpoints, obj, endpoints{obj.origin, []model.EndpointSlice{s}}, ds)
}

func (r *reader) endpoints(obj object) {
	obj.origin = bulky(obj.origin)
	s, ds := service.ReadEndpoints(obj.json, obj.origin, obj.pruned)
	keepName(r, &r.world.names.endpoints, obj, endpoints{obj.origin, s}, ds)
}

// configMap reads the few ConfigMaps that configure DNS or an ingress controller.
// Only theirs are worth keeping the text of.
func (r *reader) configMap(obj object) {
	if _, ok, _ := dns.Read(obj.json, obj.origin); ok {
		obj.origin.Doc = retained(obj.origin.Doc)
		f, _, ds := dns.Read(obj.json, obj.origin)
		keepName(r, &r.world.names.corefiles, obj, f, ds)
	}
	if _, ok, _ := ingress.ReadDefaults(obj.json, obj.origin); ok {
		obj.origin.Doc = retained(obj.origin.Doc)
		v, _, ds := ingress.ReadDefaults(obj.json, obj.origin)
		keepName(r, &r.world.names.defaults, obj, v, ds)
	}
}

func (r *reader) ingress(obj object) {
	obj.origin.Doc = retained(obj.origin.Doc)
	obj.group = "networking.k8s.io" // extensions was another name for it
	v, ds := ingress.Read(obj.json, obj.origin, obj.version != "v1", obj.pruned)
	keepName(r, &r.world.names.routes, obj, v, ds)
}

func (r *reader) openShiftRoute(obj object) {
	obj.origin.Doc = retained(obj.origin.Doc)
	v, ds := ingress.ReadRoute(obj.json, obj.origin, obj.pruned)
	keepName(r, &r.world.names.routes, obj, v, ds)
}

func (r *reader) gatewayRoute(obj object) {
	obj.origin.Doc = retained(obj.origin.Doc)
	v, ds := gateway.ReadRoute(obj.json, obj.origin, obj.pruned)
	keepName(r, &r.world.names.routes, obj, v, ds)
}

func (r *reader) ingressClass(obj object) {
	c, ds := ingress.ReadClass(obj.json, bulky(obj.origin), obj.pruned)
	keepName(r, &r.world.names.classes, obj, c, ds)
}

func (r *reader) gatewayClass(obj object) {
	c, ds := gateway.ReadClass(obj.json, bulky(obj.origin), obj.pruned)
	keepName(r, &r.world.names.classes, obj, c, ds)
}

func (r *reader) gateway(obj object) {
	obj.origin.Doc = retained(obj.origin.Doc)
	g, ds := gateway.ReadGateway(obj.json, obj.origin, obj.pruned)
	keepName(r, &r.world.names.gateways, obj, g, ds)
}

func (r *reader) grant(obj object) {
	g, ds := gateway.ReadGrant(obj.json, bulky(obj.origin), obj.pruned)
	keepName(r, &r.world.names.grants, obj, g, ds)
}

// nameObjects are the objects that lead from names to pods, each once.
type nameObjects struct {
	services  collection[model.Service]
	endpoints collection[endpoints]
	routes    collection[model.Route]
	classes   collection[model.Class]
	gateways  collection[model.Gateway]
	grants    collection[model.Grant]
	corefiles collection[model.Corefile]
	defaults  collection[model.IngressDefaults]
}

// endpoints is what one object says of the endpoints of a Service.
type endpoints struct {
	origin model.Origin
	slices []model.EndpointSlice
}

func newNameObjects() nameObjects {
	return nameObjects{
		services: laterCounts((*world).servicesOf, func(s *model.Service) *model.Origin {
			s.Ports = placeless(s.Ports, func(p *model.ServicePort) { p.Origin = model.Origin{} })
			return &s.Origin
		}),
		endpoints: laterCounts((*world).endpointsOf, func(e *endpoints) *model.Origin {
			e.slices = placeless(e.slices, func(s *model.EndpointSlice) { s.Origin = model.Origin{} })
			return &e.origin
		}),
		routes:  laterCounts((*world).routesOf, placelessRoute),
		classes: laterCounts((*world).classesOf, func(c *model.Class) *model.Origin { return &c.Origin }),
		gateways: laterCounts((*world).gatewaysOf, func(g *model.Gateway) *model.Origin {
			g.Listeners = placeless(g.Listeners, func(l *model.Listener) { l.Origin = model.Origin{} })
			return &g.Origin
		}),
		grants: laterCounts((*world).grantsOf, func(g *model.Grant) *model.Origin { return &g.Origin }),
		corefiles: laterCounts((*world).corefilesOf, func(f *model.Corefile) *model.Origin {
			f.Servers = placeless(f.Servers, placelessServer)
			return &f.Origin
		}),
		defaults: laterCounts((*world).defaultsOf, func(d *model.IngressDefaults) *model.Origin {
			d.Auth.Origin = model.Origin{}
			d.Notes = placeless(d.Notes, func(n *model.RouteNote) { n.Origin = model.Origin{} })
			return &d.Origin
		}),
	}
}

// laterCounts returns a collection in which, of different objects of one name,
// the later one counts, with a warning.
func laterCounts[T any](of func(*world) *collection[T], origin func(*T) *model.Origin) collection[T] {
	c := newCollection(of, origin)
	c.laterCounts = true
	return c
}

// placeless returns a copy of a list without the origins of its parts, so that
// two objects that say the same at different places are equal.
func placeless[T any](list []T, forget func(*T)) []T {
	list = slices.Clone(list)
	for i := range list {
		forget(&list[i])
	}
	return list
}

func placelessRoute(v *model.Route) *model.Origin {
	backend := func(b *model.Backend) { b.Origin = model.Origin{} }
	note := func(n *model.RouteNote) { n.Origin = model.Origin{} }
	v.Parents = placeless(v.Parents, func(p *model.ParentRef) { p.Origin = model.Origin{} })
	v.Auth.Origin = model.Origin{}
	v.Notes = placeless(v.Notes, note)
	v.Entries = placeless(v.Entries, func(e *model.Entry) {
		e.Origin = model.Origin{}
		e.Backends, e.Mirrors, e.Notes = placeless(e.Backends, backend), placeless(e.Mirrors, backend), placeless(e.Notes, note)
	})
	return &v.Origin
}

func placelessServer(s *model.DNSServer) {
	s.Origin = model.Origin{}
	s.Forwards = placeless(s.Forwards, func(f *model.DNSForward) { f.Origin = model.Origin{} })
	if s.Cluster != nil {
		c := *s.Cluster
		c.Origin = model.Origin{}
		s.Cluster = &c
	}
}

func (w *world) servicesOf() *collection[model.Service]   { return &w.names.services }
func (w *world) endpointsOf() *collection[endpoints]      { return &w.names.endpoints }
func (w *world) routesOf() *collection[model.Route]       { return &w.names.routes }
func (w *world) classesOf() *collection[model.Class]      { return &w.names.classes }
func (w *world) gatewaysOf() *collection[model.Gateway]   { return &w.names.gateways }
func (w *world) grantsOf() *collection[model.Grant]       { return &w.names.grants }
func (w *world) corefilesOf() *collection[model.Corefile] { return &w.names.corefiles }

func (w *world) defaultsOf() *collection[model.IngressDefaults] { return &w.names.defaults }

// allNames returns the names of the cluster, sorted.
func (r *reader) allNames() model.Names {
	n := &r.world.names
	out := model.Names{
		Services: n.services.all, Routes: n.routes.all, Classes: n.classes.all, Gateways: n.gateways.all,
		Grants: n.grants.all, Corefiles: n.corefiles.all, Defaults: n.defaults.all, LeftOut: model.SortDiagnostics(r.leftOut), Unread: r.allUnread(),
	}
	for _, e := range n.endpoints.all {
		out.Slices = append(out.Slices, e.slices...)
	}
	slices.SortFunc(out.Services, func(a, b model.Service) int { return compareOrigins(a.Origin, b.Origin) })
	slices.SortStableFunc(out.Slices, func(a, b model.EndpointSlice) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Service, b.Service), compareOrigins(a.Origin, b.Origin))
	})
	slices.SortFunc(out.Routes, func(a, b model.Route) int { return compareOrigins(a.Origin, b.Origin) })
	slices.SortFunc(out.Classes, func(a, b model.Class) int { return compareOrigins(a.Origin, b.Origin) })
	slices.SortFunc(out.Gateways, func(a, b model.Gateway) int { return compareOrigins(a.Origin, b.Origin) })
	slices.SortFunc(out.Grants, func(a, b model.Grant) int { return compareOrigins(a.Origin, b.Origin) })
	out.Corefiles = withCustom(out.Corefiles)
	slices.SortFunc(out.Corefiles, func(a, b model.Corefile) int { return compareOrigins(a.Origin, b.Origin) })
	slices.SortFunc(out.Defaults, func(a, b model.IngressDefaults) int { return compareOrigins(a.Origin, b.Origin) })
	return out
}

// withCustom takes out the ConfigMaps that others are added to by, and says of these
// that there is one.
func withCustom(files []model.Corefile) []model.Corefile {
	custom := map[string]bool{}
	var out []model.Corefile
	for _, f := range files {
		if f.Name == dns.CustomName && len(f.Servers) == 0 {
			custom[f.Namespace] = true
		} else {
			out = append(out, f)
		}
	}
	for i := range out {
		out[i].Custom = custom[out[i].Namespace]
	}
	return out
}
