package gateway

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// ReadRoute reads an HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute, of
// kind o.Kind. Each match of a rule becomes an entry of its own, since it has
// its own conditions. After an Error the route is not to be used.
func ReadRoute(text []byte, o model.Origin, searched bool) (model.Route, []model.Diagnostic) {
	var obj routeObject
	r := parts.Report{Origin: o}
	if !read(&r, routeSchema, text, &obj, &obj.Metadata, searched) {
		return model.Route{}, r.Diagnostics
	}
	kind, _ := RouteKind(o.Kind)
	l := lowering{Report: &r, out: model.Route{Kind: kind, Origin: o, Created: obj.Metadata.created()}}
	for i := range obj.Spec.ParentRefs {
		l.parent(strict.Item("spec.parentRefs", i), &obj.Spec.ParentRefs[i])
	}
	if kind != model.RouteTCP && kind != model.RouteUDP {
		for i, text := range obj.Spec.Hostnames {
			l.hosts = append(l.hosts, hostname(&r, strict.Item("spec.hostnames", i), text))
		}
	}
	if len(obj.Spec.Rules) == 0 && kind == model.RouteHTTP {
		obj.Spec.Rules = []rule{{}} // the API server fills in a rule that matches everything
	}
	for i := range obj.Spec.Rules {
		l.rule(strict.Item("spec.rules", i), &obj.Spec.Rules[i])
	}
	return l.out, r.Diagnostics
}

// lowering is the state of reading one route.
type lowering struct {
	*parts.Report
	hosts []string
	out   model.Route
}

// parent reads what the route asks to be attached to (GW-2).
func (l *lowering) parent(at string, in *parentRef) {
	p := model.ParentRef{
		Origin: l.Origin.At(at), Namespace: or(in.Namespace, l.Origin.Namespace), Name: in.Name, Section: in.SectionName,
	}
	if g, kind := or(in.Group, group), or(in.Kind, "Gateway"); g != group || kind != "Gateway" {
		p.Other = kind + " " + in.Name
		if g == "" || kind == "Service" {
			l.Warnf(at, "parent-kind", "", "%s is no Gateway: what a mesh makes of this route is not followed", p.Other)
		} else {
			l.Warnf(at, "parent-kind", "", "%s is no Gateway, and is not followed", p.Other)
		}
	}
	if in.Name == "" {
		l.Errorf(at+".name", "parent", "name a Gateway", "the name is missing")
	}
	if in.Port != nil {
		p.Port = number(l.Report, at+".port", *in.Port)
	}
	l.out.Parents = append(l.out.Parents, p)
}

// rule reads a rule, as one entry for each of its matches.
func (l *lowering) rule(at string, in *rule) {
	e := model.Entry{Origin: l.Origin.At(at), Hosts: l.hosts}
	if l.out.Kind == model.RouteTLS {
		e.TLS = model.Passthrough
	}
	for i := range in.Filters {
		l.filter(strict.Item(at+".filters", i), &in.Filters[i], &e)
	}
	for i := range in.BackendRefs {
		e.Backends = append(e.Backends, l.backend(strict.Item(at+".backendRefs", i), &in.BackendRefs[i]))
	}
	if l.out.Kind != model.RouteHTTP && l.out.Kind != model.RouteGRPC {
		l.out.Entries = append(l.out.Entries, e)
		return
	}
	matches := in.Matches
	if len(matches) == 0 {
		matches = []match{{}}
	}
	for i := range matches {
		one := e
		if len(in.Matches) > 0 {
			one.Origin = l.Origin.At(strict.Item(at+".matches", i))
		}
		l.match(one.Origin.Field, &matches[i], &one)
		l.out.Entries = append(l.out.Entries, one)
	}
}

// match reads the conditions on a request: its path, which for gRPC is
// "/service/method", and the rest in words.
func (l *lowering) match(at string, in *match, e *model.Entry) {
	p := model.PathMatch{Form: model.PathPrefix, Path: "/"}
	switch {
	case l.out.Kind == model.RouteGRPC:
		p = l.grpc(at+".method", in.Method.GRPC)
	case in.Path != nil:
		p.Path = or(in.Path.Value, "/")
		switch in.Path.Type {
		case "", "PathPrefix":
		case "Exact":
			p.Form = model.PathExact
		case "RegularExpression":
			p.Form = model.PathRegexp
		default:
			l.Errorf(at+".path.type", "path-type", parts.Choice(in.Path.Type, "PathPrefix", "Exact", "RegularExpression"), "%q is not a type of path", in.Path.Type)
		}
		if p.Form != model.PathRegexp && !strings.HasPrefix(p.Path, "/") {
			l.Errorf(at+".path.value", "path", `begin it with "/"`, "%q is not an absolute path", p.Path)
		}
	}
	e.Paths = []model.PathMatch{p}
	if in.Method.HTTP != "" {
		e.Conditions = append(e.Conditions, "method "+in.Method.HTTP)
	}
	for _, h := range in.Headers {
		e.Conditions = append(e.Conditions, "header "+h.Name+": "+h.Value)
	}
	for _, q := range in.QueryParams {
		e.Conditions = append(e.Conditions, "query "+q.Name+"="+q.Value)
	}
}

func (l *lowering) grpc(at string, m grpcMethod) model.PathMatch {
	switch {
	case m.Type == "RegularExpression":
		return model.PathMatch{Form: model.PathRegexp, Path: "/" + m.Service + "/" + m.Method}
	case m.Type != "" && m.Type != "Exact":
		l.Errorf(at+".type", "path-type", parts.Choice(m.Type, "Exact", "RegularExpression"), "%q is not a type of method match", m.Type)
	case m.Service != "" && m.Method != "":
		return model.PathMatch{Form: model.PathExact, Path: "/" + m.Service + "/" + m.Method}
	case m.Service != "":
		return model.PathMatch{Form: model.PathPrefix, Path: "/" + m.Service}
	case m.Method != "":
		return model.PathMatch{Form: model.PathRegexp, Path: "/[^/]+/" + m.Method}
	}
	return model.PathMatch{Form: model.PathPrefix, Path: "/"}
}

// filter reads the filters that change where requests go (GW-4).
func (l *lowering) filter(at string, in *filter, e *model.Entry) {
	switch in.Type {
	case "RequestRedirect":
		e.Answered = "a redirect"
	case "RequestMirror":
		if in.RequestMirror != nil {
			e.Mirrors = append(e.Mirrors, l.backend(at+".requestMirror.backendRef", &in.RequestMirror.BackendRef))
		}
	case "ExtensionRef":
		text := "a filter of an extension is not followed"
		if in.ExtensionRef != nil {
			text = in.ExtensionRef.Kind + " " + in.ExtensionRef.Name + ", a filter, is not followed"
		}
		e.Notes = append(e.Notes, model.RouteNote{Text: text, Origin: l.Origin.At(at), Conditional: true})
	}
}

// backend reads a Service that gets requests (GW-4).
func (l *lowering) backend(at string, in *backendRef) model.Backend {
	b := model.Backend{Origin: l.Origin.At(at), Namespace: or(in.Namespace, l.Origin.Namespace), Name: in.Name, Weight: 1}
	if g, kind := or(in.Group, ""), or(in.Kind, "Service"); g != "" || kind != "Service" {
		b.Other = kind + " " + in.Name
		l.Warnf(at, "backend-kind", "ask about the pods behind it", "%s is not followed: what is behind it is unknown", b.Other)
	}
	switch {
	case in.Name == "":
		l.Errorf(at+".name", "backend", "name a Service", "the name is missing")
	case b.Other == "" && len(validation.IsDNS1123Label(in.Name)) > 0:
		l.Errorf(at+".name", "backend", "name a Service", "%q is not a name for a Service", in.Name)
	}
	if in.Port != nil {
		b.Port.Number = number(l.Report, at+".port", *in.Port)
	} else if b.Other == "" {
		l.Errorf(at+".port", "backend-port", "write the port of the Service", "the port of the Service is missing")
	}
	if in.Weight != nil {
		b.Weight = int(max(0, min(*in.Weight, 1_000_000)))
		if *in.Weight < 0 || *in.Weight > 1_000_000 {
			l.Errorf(at+".weight", "weight", "weights are 0 to 1000000", "%d is not a weight", *in.Weight)
		}
	}
	return b
}
