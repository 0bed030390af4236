package route

import (
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// controllers are the pods of usual ingress controllers, by the name that their
// class gives (ING-2): labels of which any will do. Some have no pods in a cluster,
// or none of their own.
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
	"ingress.k8s.aws/alb":                        nil,
	"azure/application-gateway":                  nil,
	"cilium.io/ingress-controller":               nil,
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
	ingress := d.kind == model.RouteIngress && d.gateway == nil
	if ingress {
		peers = a.podsTold(d)
	}
	for _, label := range controllers[d.controller] {
		if len(peers) == 0 {
			peers = slices.DeleteFunc(a.podsLabelled("", label), func(id engine.PeerID) bool {
				class := a.workload(id).ControllerClass
				return class != "" && !isController(class, d.controller)
			})
		}
	}
	if ingress {
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

// podsTold returns the pods whose arguments say that they serve a class of Ingresses:
// by the controller that it names, or by its name if the input does not hold it
// (ING-2). With them are those that are known by the label of the controller and of
// which the input does not hold the arguments.
func (a *Atlas) podsTold(d *door) []engine.PeerID {
	var out []engine.PeerID
	told := false
	for i := range a.cluster.Pods {
		p := &a.cluster.Pods[i]
		w := &a.cluster.Workloads[p.Workload]
		serves := isController(w.ControllerClass, d.controller)
		if d.class == nil {
			serves = "IngressClass "+w.IngressClass == d.name
		}
		if serves && p.Weight > 0 && w.Kind != "Job" && w.Kind != "CronJob" {
			out, told = append(out, a.peers[i]), true
		}
	}
	if !told {
		return nil
	}
	for _, label := range controllers[d.controller] {
		for _, id := range a.podsLabelled("", label) {
			if w := a.workload(id); w.ControllerClass == "" && w.IngressClass == "" {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// isController reports whether a controller that is told its name is the one that a
// class names. HAProxy Ingress is told only what comes after its own name.
func isController(told, named string) bool {
	const haproxy = "haproxy-ingress.github.io/controller/"
	return told != "" && (told == named || haproxy+strings.TrimPrefix(told, "/") == named)
}

// workload returns the workload of a pod.
func (a *Atlas) workload(pod engine.PeerID) *model.Workload {
	return &a.cluster.Workloads[a.pod(pod).Workload]
}

// isNginx returns whether a door is run by ingress-nginx, which any name of a
// controller may stand for: where neither that nor its pods tell, what its Ingresses
// are annotated with counts if it has no name at all, and perhaps if it has one
// (ING-12).
func (a *Atlas) isNginx(d *door) sureness {
	if d.kind != model.RouteIngress {
		return never
	}
	if _, known := controllers[d.controller]; known {
		if d.controller == nginx {
			return surely
		}
		return never
	}
	other := false
	for _, id := range d.pods.Peers {
		p := a.pod(id)
		if p == nil {
			continue
		}
		carries := func(label string) bool {
			key, value, _ := strings.Cut(label, "=")
			got, ok := p.Labels.Get(key)
			return ok && got == value
		}
		// Others are told no name with a domain.
		if slices.ContainsFunc(controllers[nginx], carries) || strings.Index(a.workload(id).ControllerClass, "/") > 0 {
			return surely
		}
		for _, labels := range controllers {
			other = other || slices.ContainsFunc(labels, carries)
		}
	}
	switch {
	case other:
		return never
	case d.controller == "":
		return surely
	}
	return perhaps
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
