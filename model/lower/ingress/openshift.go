package ingress

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

type routeObject struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		Host              string        `json:"host"`
		Path              string        `json:"path"`
		To                routeTarget   `json:"to"`
		AlternateBackends []routeTarget `json:"alternateBackends"`
		Port              *struct {
			TargetPort *intstr.IntOrString `json:"targetPort"`
		} `json:"port"`
		TLS *struct {
			Termination                   string `json:"termination"`
			InsecureEdgeTerminationPolicy string `json:"insecureEdgeTerminationPolicy"`
		} `json:"tls"`
		WildcardPolicy string `json:"wildcardPolicy"`
	} `json:"spec"`
}

type routeTarget struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Weight *int64 `json:"weight"`
}

var routeSchema = strict.SchemaOf(routeObject{})

// allowAnnotations name the only clients of an OpenShift Route (RT-2).
var allowAnnotations = []string{"haproxy.router.openshift.io/ip_allowlist", "haproxy.router.openshift.io/ip_whitelist"}

// usualWeight is that of a backend that gives none.
const usualWeight = 100

// ReadRoute reads an OpenShift Route (RT-1, RT-2). After an Error it is not to
// be used.
func ReadRoute(text []byte, o model.Origin, searched bool) (model.Route, []model.Diagnostic) {
	var obj routeObject
	r := parts.Report{Origin: o}
	r.Diagnostics = routeSchema.Slim(text, &obj, o, func() bool { return searched || obj.Metadata.UID != nil })
	if r.Refused() {
		return model.Route{}, r.Diagnostics
	}
	l := lowering{Report: &r, out: model.Route{Kind: model.RouteOpenShift, Origin: o, Created: obj.Metadata.created()}}
	e := model.Entry{Origin: o.At("spec")}
	switch host := strings.ToLower(obj.Spec.Host); host {
	case "":
		r.Warnf("spec.host", "host", "write the host, or read a dump of what runs", "no host: the router gives it one, and no URL leads to it here")
		e.Unnamed = true
	default:
		l.host("spec.host", host)
		if _, rest, ok := strings.Cut(host, "."); ok && obj.Spec.WildcardPolicy == "Subdomain" {
			host = "*." + rest
		}
		e.Hosts = []string{host}
	}
	if obj.Spec.Path != "" {
		if !strings.HasPrefix(obj.Spec.Path, "/") {
			r.Errorf("spec.path", "path", `begin it with "/"`, "%q is not an absolute path", obj.Spec.Path)
		}
		e.Paths = []model.PathMatch{{Form: model.PathPrefix, Path: obj.Spec.Path}}
	}
	if t := obj.Spec.TLS; t != nil {
		switch t.Termination {
		case "edge", "reencrypt", "":
			e.TLS = model.Terminated
		case "passthrough":
			e.TLS = model.Passthrough
		default:
			r.Errorf("spec.tls.termination", "tls", parts.Choice(t.Termination, "edge", "reencrypt", "passthrough"), "%q is not a way to end TLS", t.Termination)
		}
		e.NoPlain = t.InsecureEdgeTerminationPolicy != "Redirect" && t.InsecureEdgeTerminationPolicy != "Allow"
		if t.InsecureEdgeTerminationPolicy == "Redirect" {
			e.Notes = append(e.Notes, model.RouteNote{Text: "answers plain HTTP with a redirect to HTTPS, which must be reachable too", Origin: o.At("spec.tls")})
		}
	}
	l.target("spec.to", obj.Spec.To, &e)
	for i, t := range obj.Spec.AlternateBackends {
		l.target(strict.Item("spec.alternateBackends", i), t, &e)
	}
	if p := obj.Spec.Port; p != nil && p.TargetPort != nil {
		for i := range e.Backends {
			b := &e.Backends[i]
			b.TargetPort = true
			if p.TargetPort.Type == intstr.Int {
				b.Port.Number = r.PortNumber("spec.port.targetPort", p.TargetPort.IntVal)
			} else {
				b.Port.Name = p.TargetPort.StrVal
			}
		}
	}
	for _, name := range allowAnnotations {
		if text := strings.TrimSpace(obj.Metadata.Annotations[name]); text != "" && !l.out.Restricted {
			l.out.Restricted = true
			l.out.Admits = l.prefixes(strict.Member("metadata.annotations", name), strings.Join(strings.Fields(text), ","), "nobody is let in")
		}
	}
	l.out.Entries = []model.Entry{e}
	return l.out, r.Diagnostics
}

// target adds a backend.
func (l *lowering) target(at string, t routeTarget, e *model.Entry) {
	b := model.Backend{Origin: l.Origin.At(at), Namespace: l.Origin.Namespace, Name: t.Name, Weight: usualWeight}
	switch {
	case t.Kind != "" && t.Kind != "Service":
		l.Errorf(at+".kind", "backend", "write Service", "%q is not what a Route leads to", t.Kind)
	case t.Name == "":
		l.Errorf(at+".name", "backend", "name a Service", "the name is missing")
	case t.Weight != nil && (*t.Weight < 0 || *t.Weight > 256):
		l.Errorf(at+".weight", "weight", "weights are 0 to 256", "%d is not a weight", *t.Weight)
	case t.Weight != nil:
		b.Weight = int(*t.Weight)
	}
	e.Backends = append(e.Backends, b)
}
