package ingress

import (
	"net/netip"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

type metadata struct {
	Annotations       map[string]string `json:"annotations"`
	CreationTimestamp jsontext.Value    `json:"creationTimestamp"`
	UID               jsontext.Value    `json:"uid"`
}

// created returns when the object was made, or "".
func (m *metadata) created() string {
	if m.CreationTimestamp.Kind() != '"' {
		return ""
	}
	return strings.Trim(string(m.CreationTimestamp), `"`)
}

type ingressObject struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		ClassName      *string  `json:"ingressClassName"`
		DefaultBackend *backend `json:"defaultBackend"`
		Backend        *backend `json:"backend"` // v1beta1
		TLS            []struct {
			Hosts []string `json:"hosts"`
		} `json:"tls"`
		Rules []rule `json:"rules"`
	} `json:"spec"`
	Status struct {
		LoadBalancer struct {
			Ingress []struct {
				IP       string `json:"ip"`
				Hostname string `json:"hostname"`
			} `json:"ingress"`
		} `json:"loadBalancer"`
	} `json:"status"`
}

type rule struct {
	Host string `json:"host"`
	HTTP struct {
		Paths []path `json:"paths"`
	} `json:"http"`
}

type path struct {
	Path     string  `json:"path"`
	PathType *string `json:"pathType"`
	Backend  backend `json:"backend"`
}

// backend is one of both forms: service belongs to v1, the names in one word to
// v1beta1.
type backend struct {
	Service *struct {
		Name string `json:"name"`
		Port struct {
			Name   string `json:"name"`
			Number int64  `json:"number"`
		} `json:"port"`
	} `json:"service"`
	Resource *struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"resource"`
	ServiceName string              `json:"serviceName"`
	ServicePort *intstr.IntOrString `json:"servicePort"`
}

var ingressSchema = strict.SchemaOf(ingressObject{})

// Slim returns the type that objects of a kind are decoded into, as
// workload.Slim does, or nil.
func Slim(kind string) reflect.Type {
	switch kind {
	case "Ingress":
		return reflect.TypeFor[ingressObject]()
	case "IngressClass":
		return reflect.TypeFor[classObject]()
	case "Route":
		return reflect.TypeFor[routeObject]()
	}
	return nil
}

// Read reads an Ingress, of networking.k8s.io/v1 or, with old, of a version
// before it: these name a backend in other words, and need no pathType. Searched
// is as in service.Read. After an Error the Ingress is not to be used.
func Read(text []byte, o model.Origin, old, searched bool) (model.Route, []model.Diagnostic) {
	var obj ingressObject
	r := parts.Report{Origin: o}
	r.Diagnostics = ingressSchema.Slim(text, &obj, o, func() bool { return searched || obj.Metadata.UID != nil })
	if r.Refused() {
		return model.Route{}, r.Diagnostics
	}
	l := lowering{Report: &r, old: old, out: model.Route{Kind: model.RouteIngress, Origin: o, Created: obj.Metadata.created()}}
	l.class(&obj)
	var fallback *model.Backend
	field, given := "spec.defaultBackend", obj.Spec.DefaultBackend
	if old && given == nil {
		field, given = "spec.backend", obj.Spec.Backend
	}
	if given != nil {
		fallback = l.backend(field, given)
	}
	if len(obj.Spec.Rules) == 0 && given == nil { // ING-10
		l.Errorf("spec", "ingress-empty", "add rules, or a defaultBackend", "neither rules nor a default backend")
	}
	for i := range obj.Spec.Rules {
		l.rule(strict.Item("spec.rules", i), &obj.Spec.Rules[i], fallback)
	}
	if fallback != nil { // ING-10
		l.out.Entries = append(l.out.Entries, model.Entry{Origin: o.At(field), Backends: []model.Backend{*fallback}, Fallback: true})
	}
	for i, t := range obj.Spec.TLS { // ING-11
		for j, host := range t.Hosts {
			l.host(strict.Item(strict.Item("spec.tls", i)+".hosts", j), host)
			for k := range l.out.Entries {
				if e := &l.out.Entries[k]; len(e.Hosts) == 0 || covers(host, e.Hosts[0]) {
					e.TLS = model.Terminated
				}
			}
		}
	}
	l.nginx(obj.Metadata.Annotations)
	l.published(&obj)
	return l.out, r.Diagnostics
}

// published reads where the controller says that it is reached (ING-2).
func (l *lowering) published(obj *ingressObject) {
	for i, p := range obj.Status.LoadBalancer.Ingress {
		if p.IP != "" {
			a, err := netip.ParseAddr(p.IP)
			if err != nil {
				l.Warnf(strict.Item("status.loadBalancer.ingress", i)+".ip", "address", "write an IPv4 or IPv6 address", "%q is not an IP address, and is ignored", p.IP)
				continue
			}
			l.out.Published = append(l.out.Published, a.Unmap())
		}
		if p.Hostname != "" {
			l.out.PublishedNames = append(l.out.PublishedNames, strings.ToLower(strings.TrimSuffix(p.Hostname, ".")))
		}
	}
}

// lowering is the state of reading one object.
type lowering struct {
	*parts.Report
	old bool
	out model.Route
}

// classAnnotation is how an Ingress named its class before it had a field.
const classAnnotation = "kubernetes.io/ingress.class"

// class reads the class, which the field names or else the annotation (ING-2).
func (l *lowering) class(obj *ingressObject) {
	old, annotated := obj.Metadata.Annotations[classAnnotation]
	switch name := obj.Spec.ClassName; {
	case name == nil:
		l.out.Class, l.out.ClassByAnnotation = old, annotated
	case len(validation.IsDNS1123Subdomain(*name)) > 0:
		l.Errorf("spec.ingressClassName", "object-name", "name an IngressClass", "%q is not a name for an IngressClass", *name)
	default:
		l.out.Class = *name
		if annotated && old != *name {
			l.Warnf(strict.Member("metadata.annotations", classAnnotation), "ingress-class", "drop the annotation",
				"%q differs from ingressClassName %q, which counts: the API server refuses to create it so", old, *name)
		}
	}
}

// rule reads a rule. One without paths is for the default backend.
func (l *lowering) rule(at string, in *rule, fallback *model.Backend) {
	var hosts []string
	if in.Host != "" {
		l.host(at+".host", in.Host)
		hosts = []string{strings.ToLower(in.Host)}
	}
	if len(in.HTTP.Paths) == 0 {
		e := model.Entry{Origin: l.Origin.At(at), Hosts: hosts, Fallback: true}
		if fallback != nil {
			e.Backends = []model.Backend{*fallback}
		}
		l.out.Entries = append(l.out.Entries, e)
	}
	for i := range in.HTTP.Paths {
		field, p := strict.Item(at+".http.paths", i), &in.HTTP.Paths[i]
		e := model.Entry{Origin: l.Origin.At(field), Hosts: hosts, Paths: []model.PathMatch{l.path(field, p)}}
		if b := l.backend(field+".backend", &p.Backend); b != nil {
			e.Backends = []model.Backend{*b}
		}
		l.out.Entries = append(l.out.Entries, e)
	}
}

// host checks a host: a DNS name, whose first label may be "*" (ING-3, ING-14).
func (l *lowering) host(field, host string) {
	const hint = "write a name such as shop.example.com, or *.example.com"
	_, err := netip.ParseAddr(host)
	switch lower := strings.ToLower(host); {
	case err == nil:
		l.Errorf(field, "host", hint, "%q is an address, not a name", host)
	case strings.Contains(host, "*") && len(validation.IsWildcardDNS1123Subdomain(lower)) > 0,
		!strings.Contains(host, "*") && len(validation.IsDNS1123Subdomain(lower)) > 0:
		l.Errorf(field, "host", hint, "%q is not a host", host)
	case lower != host:
		l.Warnf(field, "host", "write "+lower, "%q is not in lower case, as the API server demands; it is read as if it were", host)
	}
}

// path reads the condition on the path (ING-4, ING-14).
func (l *lowering) path(at string, in *path) model.PathMatch {
	p := model.PathMatch{Form: model.PathLoose, Path: in.Path}
	switch {
	case in.PathType == nil && l.old:
	case in.PathType == nil:
		l.Errorf(at+".pathType", "path-type", "write Prefix, Exact or ImplementationSpecific", "the path has no type")
	case *in.PathType == "Prefix":
		p.Form = model.PathPrefix
	case *in.PathType == "Exact":
		p.Form = model.PathExact
	case *in.PathType == "ImplementationSpecific":
	default:
		l.Errorf(at+".pathType", "path-type", parts.Choice(*in.PathType, "Prefix", "Exact", "ImplementationSpecific"), "%q is not a type of path", *in.PathType)
	}
	switch {
	case in.Path == "" && p.Form == model.PathLoose:
		p.Path = "/"
	case !strings.HasPrefix(in.Path, "/"):
		l.Errorf(at+".path", "path", `begin it with "/"`, "%q is not an absolute path", in.Path)
	case p.Form != model.PathLoose && oddPath(in.Path) != "":
		l.Errorf(at+".path", "path", "write the path as clients ask for it", "%q holds %q, which no path may", in.Path, oddPath(in.Path))
	}
	return p
}

// oddPath returns what the API server does not take in a path, or "".
func oddPath(path string) string {
	for _, odd := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(path, odd) {
			return odd
		}
	}
	for _, odd := range []string{"/.", "/.."} {
		if strings.HasSuffix(path, odd) {
			return odd
		}
	}
	return ""
}

// backend reads a backend, which names a port of a Service of the Ingress's
// namespace (ING-5), or returns nil.
func (l *lowering) backend(at string, in *backend) *model.Backend {
	b := model.Backend{Origin: l.Origin.At(at), Namespace: l.Origin.Namespace, Weight: 1}
	switch {
	case l.old && in.Resource == nil && in.ServiceName != "":
		b.Name = in.ServiceName
		if p := in.ServicePort; p != nil && p.Type == intstr.Int {
			b.Port.Number = l.PortNumber(at+".servicePort", p.IntVal)
		} else if p != nil {
			b.Port.Name = p.StrVal
		}
	case in.Service == nil && in.Resource == nil:
		hint := "write service: {name: NAME, port: {number: 80}}"
		if in.ServiceName != "" {
			hint = "serviceName and servicePort belong to v1beta1; " + hint
		}
		l.Errorf(at, "backend", hint, "the backend names no Service")
		return nil
	case in.Service != nil && in.Resource != nil:
		l.Errorf(at, "backend", "remove one of the two", "a backend is a service or a resource, not both")
		return nil
	case in.Resource != nil:
		b.Other = in.Resource.Kind + " " + in.Resource.Name
		l.Warnf(at+".resource", "backend-kind", "ask about the pods behind it", "%s is not followed: what is behind it is unknown", b.Other)
		return &b
	default:
		b.Name = in.Service.Name
		l.port(at+".service.port", in.Service.Port.Name, in.Service.Port.Number, &b.Port)
	}
	if len(validation.IsDNS1123Label(b.Name)) > 0 {
		l.Errorf(at, "backend", "name a Service", "%q is not a name for a Service", b.Name)
	}
	return &b
}

func (l *lowering) port(at, name string, n int64, out *model.Target) {
	switch {
	case name != "" && n != 0:
		l.Errorf(at, "backend-port", "remove one of the two", "a port has a name or a number, not both")
	case name == "" && n == 0:
		l.Errorf(at, "backend-port", "write name or number", "the port of the Service is missing")
	case n < 0 || n > int64(model.MaxPort):
		l.Errorf(at+".number", "port-number", "ports are 1 to 65535", "%d is not a port", n)
	default:
		*out = model.Target{Name: name, Number: uint16(n)}
	}
}

// covers reports whether a host in tls is the host of a rule, or takes it in.
func covers(tls, host string) bool {
	tls = strings.ToLower(tls)
	if tls == host {
		return true
	}
	suffix, wild := strings.CutPrefix(tls, "*")
	label, _, _ := strings.Cut(host, ".")
	return wild && host == label+suffix && label != "*"
}
