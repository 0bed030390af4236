package gateway

import (
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// group is that of the Gateway API.
const group = "gateway.networking.k8s.io"

type metadata struct {
	Labels            map[string]string `json:"labels"`
	CreationTimestamp jsontext.Value    `json:"creationTimestamp"`
	UID               jsontext.Value    `json:"uid"`
}

type classObject struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		ControllerName string `json:"controllerName"`
	} `json:"spec"`
}

type gatewayObject struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		Class     string     `json:"gatewayClassName"`
		Listeners []listener `json:"listeners"`
	} `json:"spec"`
}

type listener struct {
	Name     string `json:"name"`
	Hostname string `json:"hostname"`
	Port     *int64 `json:"port"`
	Protocol string `json:"protocol"`
	TLS      struct {
		Mode string `json:"mode"`
	} `json:"tls"`
	AllowedRoutes struct {
		Namespaces struct {
			From     string                `json:"from"`
			Selector *metav1.LabelSelector `json:"selector"`
		} `json:"namespaces"`
		Kinds []routeKind `json:"kinds"`
	} `json:"allowedRoutes"`
}

type routeKind struct {
	Group *string `json:"group"`
	Kind  string  `json:"kind"`
}

type routeObject struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		ParentRefs []parentRef `json:"parentRefs"`
		Hostnames  []string    `json:"hostnames"`
		Rules      []rule      `json:"rules"`
	} `json:"spec"`
}

type parentRef struct {
	Group       *string `json:"group"`
	Kind        *string `json:"kind"`
	Namespace   *string `json:"namespace"`
	Name        string  `json:"name"`
	SectionName string  `json:"sectionName"`
	Port        *int64  `json:"port"`
}

// rule is that of every kind of route.
type rule struct {
	Matches     []match      `json:"matches"`
	Filters     []filter     `json:"filters"`
	BackendRefs []backendRef `json:"backendRefs"`
}

type match struct {
	Path *struct {
		Type  string  `json:"type"`
		Value *string `json:"value"`
	} `json:"path"`
	// Method is a word in an HTTPRoute, and a mapping in a GRPCRoute.
	Method      methodMatch  `json:"method"`
	Headers     []valueMatch `json:"headers"`
	QueryParams []valueMatch `json:"queryParams"`
}

type valueMatch struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type filter struct {
	Type          string `json:"type"`
	RequestMirror *struct {
		BackendRef backendRef `json:"backendRef"`
	} `json:"requestMirror"`
	ExtensionRef *struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"extensionRef"`
}

type backendRef struct {
	Group     *string `json:"group"`
	Kind      *string `json:"kind"`
	Namespace *string `json:"namespace"`
	Name      string  `json:"name"`
	Port      *int64  `json:"port"`
	Weight    *int64  `json:"weight"`
}

type grantObject struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		From []struct {
			Group     string `json:"group"`
			Kind      string `json:"kind"`
			Namespace string `json:"namespace"`
		} `json:"from"`
		To []struct {
			Group string  `json:"group"`
			Kind  string  `json:"kind"`
			Name  *string `json:"name"`
		} `json:"to"`
	} `json:"spec"`
}

var (
	classSchema   = strict.SchemaOf(classObject{})
	gatewaySchema = strict.SchemaOf(gatewayObject{})
	routeSchema   = strict.SchemaOf(routeObject{})
	grantSchema   = strict.SchemaOf(grantObject{})
)

// RouteKind returns the kind of route of a name, if it is one of the Gateway
// API.
func RouteKind(kind string) (model.RouteKind, bool) {
	for k := model.RouteHTTP; k <= model.RouteUDP; k++ {
		if k.String() == kind {
			return k, true
		}
	}
	return 0, false
}

// Slim returns the type that objects of a kind are decoded into, as
// workload.Slim does, or nil.
func Slim(kind string) reflect.Type {
	switch kind {
	case "GatewayClass":
		return reflect.TypeFor[classObject]()
	case "Gateway":
		return reflect.TypeFor[gatewayObject]()
	case "ReferenceGrant":
		return reflect.TypeFor[grantObject]()
	}
	if _, ok := RouteKind(kind); ok {
		return reflect.TypeFor[routeObject]()
	}
	return nil
}

// read decodes an object. Searched is as in service.Read.
func read(r *parts.Report, schema *strict.Schema, text []byte, obj any, meta *metadata, searched bool) bool {
	r.Diagnostics = schema.Slim(text, obj, r.Origin, func() bool { return searched || meta.UID != nil })
	return !r.Refused()
}

// created returns when the object was made, or "".
func (m *metadata) created() string {
	if m.CreationTimestamp.Kind() != '"' {
		return ""
	}
	return strings.Trim(string(m.CreationTimestamp), `"`)
}

// or returns what p points to, or what holds without it.
func or(p *string, otherwise string) string {
	if p == nil {
		return otherwise
	}
	return *p
}
