package route

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// door is what takes connections from clients and opens others to backends: an
// ingress controller, a Gateway, a router.
type door struct {
	// name says what it is, such as "IngressClass nginx".
	name   string
	origin model.Origin
	// kind is that of its routes; for a Gateway it is RouteHTTP whatever they are.
	kind model.RouteKind
	// controller is what an IngressClass or GatewayClass says runs it, or "".
	controller string
	// class is its IngressClass, or nil if the input does not hold it.
	class *model.Class
	// nginx tells whether that is ingress-nginx, whatever it is called: surely, perhaps
	// or not (ING-12).
	nginx sureness
	// pods are those that run it. Without any, assumed is what is known of them.
	pods    engine.End
	assumed *assumedPod
	// services lead to the pods.
	services []*model.Service
	// entries are attached to it.
	entries []attached
	// unattached are other routes that ask for it.
	unattached []unattached
	gateway    *model.Gateway
	// defaults are what its controller is told for all Ingresses, or nil.
	defaults *model.IngressDefaults
}

// assumedPod is what is known of the pods of a door that are not in the input.
type assumedPod struct {
	// namespace is theirs, with labels in pairs, or "" if not even that is known.
	namespace string
	labels    []string
}

// attached is an entry of a route at a door.
type attached struct {
	route *model.Route
	entry *model.Entry
	// hosts are those of the entry that the door takes; none means every host.
	hosts []string
	// listener is that of a Gateway, or nil.
	listener *model.Listener
}

// unattached says why a route is not attached to a door that it asks for.
type unattached struct {
	Note
	route *model.Route
}

// takes reports whether a route is for a host, or for all of them.
func takes(r *model.Route, host string) bool {
	form := model.ManyLabels
	if r.Kind == model.RouteIngress {
		form = model.OneLabel
	}
	return slices.ContainsFunc(r.Entries, func(e model.Entry) bool { return hostRank(e.Hosts, host, form) >= 0 })
}

// findDoors finds the doors, and attaches every route to those that serve it.
func (a *Atlas) findDoors() []*door {
	out := slices.Concat(a.ingressDoors(), a.gatewayDoors(), a.routerDoors())
	for _, d := range out {
		a.findPods(d)
		d.nginx = a.isNginx(d)
		a.findDefaults(d)
		d.services = a.servicesOf(d)
	}
	return out
}

// ingressDoors returns a door for each class of Ingresses (ING-2).
func (a *Atlas) ingressDoors() []*door {
	names := &a.cluster.Names
	classes := map[string]*model.Class{}
	var defaults []*model.Class
	for i := range names.Classes {
		if c := &names.Classes[i]; !c.Gateways {
			classes[c.Name] = c
			if c.Default {
				defaults = append(defaults, c)
			}
		}
	}
	doors := map[string]*door{}
	open := func(name string, c *model.Class, controller string) *door {
		if doors[name] == nil {
			doors[name] = &door{name: name, kind: model.RouteIngress, controller: controller, class: c}
			if c != nil {
				doors[name].origin = c.Origin
			}
		}
		return doors[name]
	}
	nowhere := &door{name: "", kind: model.RouteIngress}
	for i := range names.Routes {
		r := &names.Routes[i]
		if r.Kind != model.RouteIngress {
			continue
		}
		d := nowhere
		switch c := classes[r.Class]; {
		case c != nil:
			d = open("IngressClass "+c.Name, c, c.Controller)
		case r.Class != "" && (r.ClassByAnnotation || len(classes) == 0):
			d = open("IngressClass "+r.Class, nil, classControllers[r.Class])
		case r.Class != "":
			nowhere.unattached = append(nowhere.unattached, unattached{Note{fmt.Sprintf("%s names the class %q, and there is no such IngressClass: no controller serves it (ING-2)", r.Origin.Object(), r.Class), r.Origin}, r})
		case len(defaults) == 1:
			d = open("IngressClass "+defaults[0].Name, defaults[0], defaults[0].Controller)
		case len(classes) == 0:
			d = open("an ingress controller", nil, "")
		default:
			nowhere.unattached = append(nowhere.unattached, unattached{Note{fmt.Sprintf("%s names no class, and %s is the default: no controller serves it (ING-2)", r.Origin.Object(), noneOrSeveral(len(defaults))), r.Origin}, r})
		}
		if d == nowhere {
			continue
		}
		for k := range r.Entries {
			d.entries = append(d.entries, attached{route: r, entry: &r.Entries[k], hosts: r.Entries[k].Hosts})
		}
	}
	var out []*door
	for _, d := range doors {
		out = append(out, d)
	}
	slices.SortFunc(out, func(x, y *door) int { return cmp.Compare(x.name, y.name) })
	if len(nowhere.unattached) > 0 {
		out = append(out, nowhere)
	}
	return out
}

func noneOrSeveral(n int) string {
	if n == 0 {
		return "no IngressClass"
	}
	return "more than one IngressClass"
}

// routerDoors returns the router of OpenShift, if there are Routes for it (RT-1).
func (a *Atlas) routerDoors() []*door {
	d := &door{name: "the OpenShift router", kind: model.RouteOpenShift, assumed: &assumedPod{
		namespace: "openshift-ingress",
		labels:    []string{"network.openshift.io/policy-group", "ingress", "policy-group.network.openshift.io/ingress", ""},
	}}
	for i := range a.cluster.Names.Routes {
		if r := &a.cluster.Names.Routes[i]; r.Kind == model.RouteOpenShift {
			for k := range r.Entries {
				d.entries = append(d.entries, attached{route: r, entry: &r.Entries[k], hosts: r.Entries[k].Hosts})
			}
		}
	}
	if len(d.entries) == 0 {
		return nil
	}
	return []*door{d}
}

// keys returns the names by which the user can say who runs a door, the best one
// first.
func (d *door) keys() []string {
	class, ok := strings.CutPrefix(d.name, "IngressClass ")
	switch {
	case d.gateway != nil:
		return []string{d.gateway.Namespace + "/" + d.gateway.Name, d.gateway.Class}
	case d.kind == model.RouteOpenShift:
		return []string{"openshift", d.name}
	case ok:
		return []string{class}
	}
	return []string{"ingress", d.name} // of no class
}

// controllerPeer is how the user names the pods of a door, for hints.
func (d *door) controllerPeer() string { return d.keys()[0] + "=NAMESPACE/LABEL=VALUE" }
