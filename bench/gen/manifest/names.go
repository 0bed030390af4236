package manifest

import (
	"strconv"

	"netreach/model"
)

// serviceSpec writes the spec of a Service. With defaults it is as the API server
// has completed it.
func serviceSpec(t tree, s *model.Service, defaults bool) {
	t.object("spec")
	switch {
	case s.Headless:
		t.text("clusterIP", "None")
		if defaults {
			texts(t, "clusterIPs", "None")
		}
	default:
		t.text("clusterIP", s.ClusterIPs[0].String())
		if defaults {
			texts(t, "clusterIPs", s.ClusterIPs[0].String())
		}
	}
	if defaults {
		t.text("internalTrafficPolicy", "Cluster")
	}
	texts(t, "ipFamilies", "IPv4")
	if defaults {
		t.text("ipFamilyPolicy", "SingleStack")
	}
	t.list("ports")
	for i := range s.Ports {
		p := &s.Ports[i]
		t.object("")
		t.text("name", p.Name)
		t.token("port", strconv.Itoa(int(p.Port)))
		if defaults || p.Protocol != model.TCP {
			t.text("protocol", protocolName(p.Protocol))
		}
		if p.Target.Name != "" {
			t.text("targetPort", p.Target.Name)
		} else {
			t.token("targetPort", strconv.Itoa(int(p.Target.Number)))
		}
		t.endObject()
	}
	t.endList()
	t.object("selector")
	for _, q := range s.Pods.Requirements {
		t.text(q.Key, q.Values[0])
	}
	t.endObject()
	if defaults {
		t.text("sessionAffinity", "None")
	}
	if defaults || s.Type != model.ClusterIP {
		t.text("type", s.Type.String())
	}
	t.endObject()
}

// routeSpec writes the spec of an Ingress or an HTTPRoute.
func routeSpec(t tree, r *model.Route) {
	t.object("spec")
	defer t.endObject()
	if r.Kind == model.RouteIngress {
		t.text("ingressClassName", r.Class)
		t.list("rules")
		t.object("")
		t.text("host", r.Entries[0].Hosts[0])
		t.object("http")
		t.list("paths")
		for i := range r.Entries {
			b := &r.Entries[i].Backends[0]
			t.object("")
			t.object("backend")
			t.object("service")
			t.text("name", b.Name)
			t.object("port")
			t.token("number", strconv.Itoa(int(b.Port.Number)))
			t.endObject()
			t.endObject()
			t.endObject()
			t.text("path", r.Entries[i].Paths[0].Path)
			t.text("pathType", "Prefix")
			t.endObject()
		}
		t.endList()
		t.endObject()
		t.endObject()
		t.endList()
		return
	}
	texts(t, "hostnames", r.Entries[0].Hosts[0])
	t.list("parentRefs")
	textObject(t, "", "group", "gateway.networking.k8s.io", "kind", "Gateway", "name", r.Parents[0].Name, "namespace", r.Parents[0].Namespace)
	t.endList()
	t.list("rules")
	for i := range r.Entries {
		b := &r.Entries[i].Backends[0]
		t.object("")
		t.list("backendRefs")
		t.object("")
		t.text("kind", "Service")
		t.text("name", b.Name)
		t.token("port", strconv.Itoa(int(b.Port.Number)))
		t.token("weight", "1")
		t.endObject()
		t.endList()
		t.list("matches")
		t.object("")
		textObject(t, "path", "type", "PathPrefix", "value", r.Entries[i].Paths[0].Path)
		t.endObject()
		t.endList()
		t.endObject()
	}
	t.endList()
}

// routeVersion returns the apiVersion of a route.
func routeVersion(r *model.Route) string {
	if r.Kind == model.RouteIngress {
		return "networking.k8s.io/v1"
	}
	return "gateway.networking.k8s.io/v1"
}

// liveMeta writes the metadata of an object as the API server has it.
func (d *dump) liveMeta(apiVersion string, o model.Origin) {
	t, n := d.t, newNoise(o.Kind, o.Namespace, o.Name)
	begin(t, apiVersion, o.Kind)
	t.object("annotations")
	t.text("meta.helm.sh/release-name", o.Name)
	t.text("meta.helm.sh/release-namespace", o.Namespace)
	t.endObject()
	t.quoted("creationTimestamp", n.time(d.dawn, 1e6))
	textObject(t, "labels", "app.kubernetes.io/managed-by", "Helm")
	t.text("name", o.Name)
	t.text("namespace", o.Namespace)
	t.quoted("resourceVersion", n.number(8))
	t.text("uid", n.uid())
	t.endObject()
}

func (d *dump) service(s *model.Service) {
	d.liveMeta("v1", s.Origin)
	serviceSpec(d.t, s, true)
	d.t.object("status")
	d.t.object("loadBalancer")
	d.t.endObject()
	d.t.endObject()
	d.t.endObject()
}

func (d *dump) route(r *model.Route) {
	d.liveMeta(routeVersion(r), r.Origin)
	routeSpec(d.t, r)
	d.t.endObject()
}

func (s *stream) service(v *model.Service) {
	t, _ := s.document("v1", "Service", v.Namespace, v.Name)
	t.endObject()
	serviceSpec(t, v, false)
	t.endObject()
}

func (s *stream) route(r *model.Route) {
	t, _ := s.document(routeVersion(r), r.Origin.Kind, r.Origin.Namespace, r.Origin.Name)
	t.endObject()
	routeSpec(t, r)
	t.endObject()
}
