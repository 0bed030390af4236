package route

import (
	"slices"
	"strings"

	"netreach/engine"
)

// suspects returns the edits of objects that what becomes of clients may rest on
// at what is dialled by a name.
func (x *comparer) suspects(name string) []int {
	if len(x.edits) == 0 {
		return nil
	}
	touched := map[objectKey]bool{}
	grants, slicesOf := map[string]bool{}, map[nameKey]bool{}
	var hosts, paths []string
	routes, every, strewn := false, false, false
	var service func(namespace, name string)
	service = func(namespace, name string) {
		key := objectKey{"Service", namespace, name}
		if touched[key] {
			return
		}
		touched[key] = true
		slicesOf[nameKey{namespace, name}] = true
		for _, a := range x.atlases { // an alias of another one
			if s := a.Service(namespace, name); s != nil && s.ExternalName != "" {
				if parts := strings.Split(s.ExternalName, "."); len(parts) > 1 {
					service(parts[1], parts[0])
				}
			}
		}
	}
	for _, a := range x.atlases {
		for _, w := range x.real(a).byName[name] {
			if w.publication != nil {
				service(w.publication.Service.Namespace, w.publication.Service.Name)
				continue
			}
			routes = true
			hosts = append(hosts, w.entry.Hosts...)
			every = every || len(w.entry.Hosts) == 0
			paths = append(paths, w.entry.Path.Path)
			strewn = strewn || !plain(w.entry.Path) || w.entry.choice.entry.Fallback
			for _, s := range w.entry.door.services {
				service(s.Namespace, s.Name)
			}
			for _, b := range w.entry.choice.entry.Backends {
				service(b.Namespace, b.Name)
				grants[b.Namespace] = true
			}
		}
	}
	var out []int
	for i := range x.edits {
		e := &x.edits[i]
		bears := touched[e.object]
		switch e.object.kind {
		case "Service":
		case "EndpointSlice", "Endpoints":
			bears = slicesOf[e.services[0]] || slicesOf[e.services[1]]
		case "ReferenceGrant":
			bears = grants[e.object.namespace]
		case "IngressClass", "GatewayClass", "Gateway", "Namespace":
			bears = routes
		default: // routes
			bears = routes && (every || len(e.hosts) == 0 || slices.ContainsFunc(e.hosts, func(h string) bool { return shares(h, hosts) })) &&
				(strewn || len(e.paths) == 0 || slices.ContainsFunc(e.paths, func(p string) bool {
					return slices.ContainsFunc(paths, func(q string) bool { return underPath(p, q) || underPath(q, p) })
				}))
		}
		if bears {
			out = append(out, i)
		}
	}
	return out
}

// shares reports whether requests for a host may be those for one of others: they
// are the same, or one has a wildcard that takes in the other.
func shares(host string, others []string) bool {
	return slices.ContainsFunc(others, func(o string) bool {
		for _, p := range [][2]string{{host, o}, {o, host}} {
			if suffix, ok := strings.CutPrefix(p[0], "*"); ok && strings.HasSuffix(p[1], suffix) {
				return true
			}
		}
		return host == o
	})
}

// nearby returns the edits that may concern a way for reasons that no flow shows:
// of the policies, labels and pods of its namespaces, or else of the whole cluster.
func (x *comparer) nearby(c *wayChange) []int32 {
	namespaces := map[string]bool{}
	if c.Dst >= 0 {
		namespaces[x.d.Workloads[c.Dst].Namespace] = true
	}
	for i, s := range x.sides {
		for k := range s.byName[c.Way] {
			list, _ := s.byName[c.Way][k].namespaces(x.atlases[i])
			for _, ns := range list {
				namespaces[ns] = true
			}
		}
	}
	var out, rest []int32
	for i := range x.d.Edits {
		e := &x.d.Edits[i]
		at := slices.Concat(e.After, e.Before)
		namespace := ""
		if len(at) > 0 {
			namespace = at[0].Namespace
		}
		if e.Kind == engine.NamespaceLabel {
			_, namespace, _ = strings.Cut(e.Object, " ")
		}
		switch {
		case namespaces[namespace]:
			out = append(out, int32(i))
		case namespace == "":
			rest = append(rest, int32(i))
		}
	}
	if len(out) > 0 {
		return out
	}
	return rest
}
