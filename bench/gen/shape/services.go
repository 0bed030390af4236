package shape

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netreach/model"
	"netreach/model/selector"
)

// late are the labels that pods get when they are made: no Service selects by
// them.
var late = []string{"pod-template-hash", "controller-revision-hash", "pod-template-generation", "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"}

// serviceNetwork is where Services have their addresses.
var serviceNetwork = netip.MustParseAddr("10.240.0.1")

// name adds the Services and routes of the profile: a Service for each workload
// in turn, and then further ones, and routes that lead to the Services in turn.
// Every other route is an Ingress, the rest are HTTPRoutes.
func (b *builder) name() {
	first := make([]*model.Pod, len(b.cluster.Workloads))
	for i := range b.cluster.Pods {
		if p := &b.cluster.Pods[i]; first[p.Workload] == nil {
			first[p.Workload] = p
		}
	}
	names, addr := &b.cluster.Names, serviceNetwork
	for i := range b.Services {
		w := i % len(b.cluster.Workloads)
		names.Services = append(names.Services, service(&b.cluster.Workloads[w], first[w], i, addr))
		addr = addr.Next()
	}
	if len(names.Services) > 0 {
		for i := range b.Routes {
			names.Routes = append(names.Routes, route(&names.Services[i%len(names.Services)], i))
		}
	}
	slices.SortFunc(names.Services, func(x, y model.Service) int { return compareOrigins(x.Origin, y.Origin) })
	slices.SortFunc(names.Routes, func(x, y model.Route) int { return compareOrigins(x.Origin, y.Origin) })
}

func compareOrigins(a, b model.Origin) int {
	return slices.Compare([]string{a.Kind, a.Namespace, a.Name}, []string{b.Kind, b.Namespace, b.Name})
}

// service returns the i-th Service, which leads to the pods of a workload. One in
// ten is headless, one in twenty a load balancer.
func service(w *model.Workload, p *model.Pod, i int, addr netip.Addr) model.Service {
	s := model.Service{Namespace: w.Namespace, Name: "svc-" + strconv.Itoa(i), Selects: true, Families: []model.Family{model.IPv4}}
	s.Origin = model.Origin{Kind: "Service", Namespace: s.Namespace, Name: s.Name}
	switch {
	case i%10 == 3:
		s.Headless = true
	case i%20 == 7:
		s.Type, s.ClusterIPs = model.LoadBalancer, []netip.Addr{addr}
	default:
		s.ClusterIPs = []netip.Addr{addr}
	}
	for _, e := range p.Labels {
		if !slices.Contains(late, e.Key) {
			s.Pods.Requirements = append(s.Pods.Requirements, selector.Requirement{Key: e.Key, Op: selector.In, Values: []string{e.Value}})
		}
	}
	s.Pods = s.Pods.Canonical()
	for _, c := range p.Ports {
		if c.Name == "" || slices.ContainsFunc(s.Ports, func(p model.ServicePort) bool { return p.Name == c.Name }) {
			continue
		}
		s.Ports = append(s.Ports, servicePort(&s, c.Name, c.Protocol, model.Target{Name: c.Name}))
	}
	if len(s.Ports) == 0 {
		s.Ports = append(s.Ports, servicePort(&s, "main", model.TCP, model.Target{Number: 8080}))
	}
	return s
}

func servicePort(s *model.Service, name string, protocol model.Protocol, target model.Target) model.ServicePort {
	return model.ServicePort{
		Name: name, Protocol: protocol, Port: uint16(80 + len(s.Ports)), Target: target,
		Origin: s.Origin.At("spec.ports[" + strconv.Itoa(len(s.Ports)) + "]"),
	}
}

// route returns the i-th route, which leads two paths of a host to a Service.
func route(s *model.Service, i int) model.Route {
	r := model.Route{Kind: model.RouteHTTP}
	r.Origin = model.Origin{Kind: "HTTPRoute", Namespace: s.Namespace, Name: "route-" + strconv.Itoa(i)}
	entry, backend := "spec.rules[%].matches[0]", "spec.rules[%].backendRefs[0]"
	if i%2 == 0 {
		r.Kind, r.Origin.Kind, r.Class, r.For = model.RouteIngress, "Ingress", "nginx", "k8s.io/ingress-nginx"
		entry, backend = "spec.rules[0].http.paths[%]", "spec.rules[0].http.paths[%].backend"
	} else {
		r.Parents = []model.ParentRef{{Namespace: "ingress-nginx", Name: "public", Origin: r.Origin.At("spec.parentRefs[0]")}}
	}
	for k, path := range []string{"/api", "/"} {
		at := func(field string) model.Origin {
			return r.Origin.At(strings.Replace(field, "%", strconv.Itoa(k), 1))
		}
		r.Entries = append(r.Entries, model.Entry{
			Origin: at(entry), Hosts: []string{"h" + strconv.Itoa(i) + ".example.com"}, Paths: []model.PathMatch{{Path: path}},
			Backends: []model.Backend{{Origin: at(backend), Namespace: s.Namespace, Name: s.Name, Port: model.Target{Number: s.Ports[0].Port}, Weight: 1}},
		})
	}
	return r
}
