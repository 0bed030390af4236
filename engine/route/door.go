package route

import (
	"cmp"
	"fmt"
	"net/netip"
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
		a.findDefaults(d)
		d.services = a.servicesOf(d)
	}
	return out
}

// controllers are the pods of usual ingress controllers, by the name that their
// class gives (ING-2): labels of which any will do.
var controllers = map[string][]string{
	nginx:                                        {"app.kubernetes.io/name=ingress-nginx"},
	"nginx.org/ingress-controller":               {"app.kubernetes.io/name=nginx-ingress", "app=nginx-ingress"},
	"traefik.io/ingress-controller":              {"app.kubernetes.io/name=traefik", "app=traefik"},
	"haproxy-ingress.github.io/controller":       {"app.kubernetes.io/name=haproxy-ingress"},
	"haproxy.org/ingress-controller":             {"app.kubernetes.io/name=kubernetes-ingress"},
	"ingress-controllers.konghq.com/kong":        {"app.kubernetes.io/name=kong", "app.kubernetes.io/name=ingress"},
	"projectcontour.io/ingress-controller":       {"app.kubernetes.io/component=envoy", "app=envoy"},
	"projectcontour.io/gateway-controller":       {"app.kubernetes.io/component=envoy", "app=envoy"},
	"istio.io/ingress-controller":                {"istio=ingressgateway", "app=istio-ingressgateway"},
	"istio.io/gateway-controller":                {"istio=ingressgateway", "app=istio-ingressgateway"},
	"gateway.nginx.org/nginx-gateway-controller": {"app.kubernetes.io/name=nginx-gateway", "app.kubernetes.io/name=nginx-gateway-fabric"},
	"traefik.io/gateway-controller":              {"app.kubernetes.io/name=traefik", "app=traefik"},
}

// classControllers are the controllers that usual names of classes mean, where
// the input does not hold the class.
var classControllers = map[string]string{
	"nginx": nginx, "traefik": "traefik.io/ingress-controller", "haproxy": "haproxy-ingress.github.io/controller",
	"kong": "ingress-controllers.konghq.com/kong", "contour": "projectcontour.io/ingress-controller", "istio": "istio.io/ingress-controller",
}

// Labels by which the pods of a Gateway, and of an OpenShift router, are known.
var (
	gatewayLabels = []string{"gateway.networking.k8s.io/gateway-name", "gateway.envoyproxy.io/owning-gateway-name", "istio.io/gateway-name"}
	routerLabel   = "ingresscontroller.operator.openshift.io/deployment-ingresscontroller"
)

// findPods finds the pods of a door: those that the user named, or that carry
// the labels that such pods do.
func (a *Atlas) findPods(d *door) {
	for _, k := range d.keys() {
		if e, ok := a.controllers[k]; ok {
			d.pods, d.assumed = e, nil
			return
		}
	}
	var peers []engine.PeerID
	if d.gateway != nil {
		peers = a.gatewayPods(d.gateway)
	} else if d.kind == model.RouteOpenShift {
		peers = a.podsLabelled("", routerLabel)
	}
	for _, label := range controllers[d.controller] {
		if len(peers) == 0 {
			peers = a.podsLabelled("", label)
		}
	}
	if d.kind == model.RouteIngress && d.gateway == nil {
		peers = a.podsPublishing(d, peers)
	}
	if len(peers) == 0 {
		if d.assumed == nil {
			d.assumed = &assumedPod{}
		}
		return
	}
	d.assumed = nil
	d.pods = a.m.EndOf(a.m.PeersName(peers), peers)
}

// podsPublishing returns the pods behind the Services whose address or name stands
// in the status of Ingresses of a door, which their controller writes (ING-2). Of
// pods that are known by their labels it returns those among them, which tells two
// controllers of one kind apart; if none is among them, something else stands
// before the controller, and they are all returned.
func (a *Atlas) podsPublishing(d *door, labelled []engine.PeerID) []engine.PeerID {
	addrs, hosts := map[netip.Addr]bool{}, map[string]bool{}
	for _, e := range d.entries {
		for _, x := range e.route.Published {
			addrs[x] = true
		}
		for _, x := range e.route.PublishedNames {
			hosts[x] = true
		}
	}
	if len(addrs)+len(hosts) == 0 {
		return labelled
	}
	var out []engine.PeerID
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		published := slices.ContainsFunc(slices.Concat(s.Published, s.ExternalIPs, s.ClusterIPs), func(x netip.Addr) bool { return addrs[x] }) ||
			slices.ContainsFunc(s.PublishedNames, func(x string) bool { return hosts[x] })
		if !s.Selects || !published {
			continue
		}
		for _, i := range a.podsIn[s.Namespace] {
			if p := &a.cluster.Pods[i]; p.Weight > 0 && s.Pods.Matches(p.Labels) && (len(labelled) == 0 || slices.Contains(labelled, a.peers[i])) {
				out = append(out, a.peers[i])
			}
		}
	}
	if len(out) == 0 {
		return labelled
	}
	return out
}

// podsLabelled returns the pods of a namespace, or of all, with a label: "key" or
// "key=value". Pods that only run a controller's jobs and webhooks are none.
func (a *Atlas) podsLabelled(namespace, label string) []engine.PeerID {
	key, value, exact := strings.Cut(label, "=")
	var out []engine.PeerID
	for i := range a.cluster.Pods {
		p := &a.cluster.Pods[i]
		if namespace != "" && p.Namespace != namespace || p.Weight == 0 {
			continue
		}
		if kind := a.cluster.Workloads[p.Workload].Kind; kind == "Job" || kind == "CronJob" {
			continue
		}
		if c, ok := p.Labels.Get("app.kubernetes.io/component"); ok && (c == "default-backend" || c == "admission-webhook") {
			continue
		}
		if v, ok := p.Labels.Get(key); ok && (!exact || v == value) {
			out = append(out, a.peers[i])
		}
	}
	return out
}

// gatewayPods returns the pods that are labelled with the name of a Gateway, or
// that a workload named after it has (GW-1).
func (a *Atlas) gatewayPods(g *model.Gateway) []engine.PeerID {
	for _, label := range gatewayLabels {
		for _, ns := range []string{g.Namespace, ""} {
			if peers := a.podsLabelled(ns, label+"="+g.Name); len(peers) > 0 {
				return peers
			}
		}
	}
	var out []engine.PeerID
	for _, i := range a.podsIn[g.Namespace] {
		w := &a.cluster.Workloads[a.cluster.Pods[i].Workload]
		if (w.Name == g.Name || w.Name == g.Name+"-"+g.Class) && (w.Kind == "Deployment" || w.Kind == "DaemonSet") && a.cluster.Pods[i].Weight > 0 {
			out = append(out, a.peers[i])
		}
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
			doors[name] = &door{name: name, kind: model.RouteIngress, controller: controller}
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
