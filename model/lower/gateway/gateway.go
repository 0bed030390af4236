package gateway

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
	"netreach/model/selector"
)

// ReadClass reads a GatewayClass (GW-1).
func ReadClass(text []byte, o model.Origin, searched bool) (model.Class, []model.Diagnostic) {
	var obj classObject
	r := parts.Report{Origin: o}
	read(&r, classSchema, text, &obj, &obj.Metadata, searched)
	return model.Class{Name: o.Name, Controller: obj.Spec.ControllerName, Gateways: true, Origin: o}, r.Diagnostics
}

// ReadGateway reads a Gateway. Searched is as in service.Read. After an Error it
// is not to be used.
func ReadGateway(text []byte, o model.Origin, searched bool) (model.Gateway, []model.Diagnostic) {
	var obj gatewayObject
	r := parts.Report{Origin: o}
	if !read(&r, gatewaySchema, text, &obj, &obj.Metadata, searched) {
		return model.Gateway{}, r.Diagnostics
	}
	g := model.Gateway{Namespace: o.Namespace, Name: o.Name, Class: obj.Spec.Class, Labels: selector.FromMap(obj.Metadata.Labels), Origin: o}
	if g.Class == "" {
		r.Errorf("spec.gatewayClassName", "gateway-class", "name a GatewayClass", "the class is missing")
	}
	if len(obj.Spec.Listeners) == 0 {
		r.Errorf("spec.listeners", "listener", "add a listener with name, port and protocol", "the Gateway has no listeners")
	}
	names := map[string]bool{}
	for i := range obj.Spec.Listeners {
		at := strict.Item("spec.listeners", i)
		l := lowerListener(&r, at, &obj.Spec.Listeners[i])
		if names[l.Name] {
			r.Errorf(at+".name", "listener", "name it otherwise", "a second listener is named %q", l.Name)
		}
		names[l.Name] = true
		g.Listeners = append(g.Listeners, l)
	}
	return g, r.Diagnostics
}

var listenerProtocols = map[string]model.ListenerProtocol{
	"HTTP": model.ListenHTTP, "HTTPS": model.ListenHTTPS, "TLS": model.ListenTLS, "TCP": model.ListenTCP, "UDP": model.ListenUDP,
}

func lowerListener(r *parts.Report, at string, in *listener) model.Listener {
	l := model.Listener{Name: in.Name, Origin: r.Origin.At(at), Passthrough: in.TLS.Mode == "Passthrough"}
	if in.Name == "" {
		r.Errorf(at+".name", "listener", "name the listener", "the name is missing")
	}
	var known bool
	if l.Protocol, known = listenerProtocols[in.Protocol]; !known {
		l.Protocol = model.ListenOther
		if in.Protocol == "" {
			r.Errorf(at+".protocol", "protocol", "write HTTP, HTTPS, TLS, TCP or UDP", "the protocol is missing")
		} else {
			r.Warnf(at+".protocol", "protocol", "the Gateway API has HTTP, HTTPS, TLS, TCP and UDP", "%q is not followed: what comes in by this listener is unknown", in.Protocol)
		}
	}
	if in.Port == nil {
		r.Errorf(at+".port", "port-missing", "write the port on which it listens", "the number is missing")
	} else {
		l.Port = number(r, at+".port", *in.Port)
	}
	l.Hostname = hostname(r, at+".hostname", in.Hostname)
	switch ns := in.AllowedRoutes.Namespaces; ns.From {
	case "", "Same":
	case "All":
		l.From = model.FromAll
	case "None":
		l.From = model.FromNone
	case "Selector":
		l.From = model.FromSelector
		if ns.Selector == nil {
			r.Errorf(at+".allowedRoutes.namespaces.selector", "selector-missing", "write the selector, or from: All", "from: Selector needs one")
		} else {
			l.Namespaces = r.Selector(at+".allowedRoutes.namespaces.selector", ns.Selector)
		}
	default:
		r.Errorf(at+".allowedRoutes.namespaces.from", "routes-from", parts.Choice(ns.From, "Same", "All", "Selector", "None"), "%q is no choice of namespaces", ns.From)
	}
	if len(in.AllowedRoutes.Kinds) > 0 {
		l.Kinds = []model.RouteKind{}
	}
	for _, k := range in.AllowedRoutes.Kinds {
		if kind, ok := RouteKind(k.Kind); ok && or(k.Group, group) == group {
			l.Kinds = append(l.Kinds, kind)
		}
	}
	return l
}

// number reads the number of a port, and returns 0 for what is none.
func number(r *parts.Report, field string, n int64) uint16 {
	if n < int64(model.MinPort) || n > int64(model.MaxPort) {
		r.Errorf(field, "port-number", "ports are 1 to 65535", "%d is not a port", n)
		return 0
	}
	return uint16(n)
}

// hostname reads a host, whose first label may be "*" (GW-3).
func hostname(r *parts.Report, field, text string) string {
	lower := strings.ToLower(text)
	wrong := validation.IsDNS1123Subdomain(lower)
	if strings.Contains(lower, "*") {
		wrong = validation.IsWildcardDNS1123Subdomain(lower)
	}
	if text != "" && len(wrong) > 0 {
		r.Errorf(field, "host", "write a name such as shop.example.com, or *.example.com", "%q is not a host", text)
	}
	return lower
}

// ReadGrant reads a ReferenceGrant (GW-5). What it grants to others than routes,
// and for others than Services, is of no account.
func ReadGrant(text []byte, o model.Origin, searched bool) (model.Grant, []model.Diagnostic) {
	var obj grantObject
	r := parts.Report{Origin: o}
	if !read(&r, grantSchema, text, &obj, &obj.Metadata, searched) {
		return model.Grant{}, r.Diagnostics
	}
	g := model.Grant{Namespace: o.Namespace, Name: o.Name, Origin: o}
	for _, f := range obj.Spec.From {
		if kind, ok := RouteKind(f.Kind); ok && f.Group == group {
			g.From = append(g.From, model.GrantFrom{Kind: kind, Namespace: f.Namespace})
		}
	}
	for _, t := range obj.Spec.To {
		if t.Group == "" && t.Kind == "Service" {
			g.To = append(g.To, or(t.Name, ""))
		}
	}
	return g, r.Diagnostics
}
