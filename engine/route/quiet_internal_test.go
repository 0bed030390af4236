package route

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/selector"
)

// TestCompare_quiet: ways that are not looked at, because nothing edited bears on
// them, do not change, and neither do Services.
func TestCompare_quiet(t *testing.T) {
	for name, pair := range map[string]func(*testing.T, uint64) (*engine.Diff, Options){"ingresses": differingWorlds, "gateways": gatewayWorlds} {
		t.Run(name, func(t *testing.T) {
			spared, changes := 0, 0
			for seed := range uint64(150) {
				d, opts := pair(t, seed)
				quick := &comparer{d: d, endOf: map[engine.PeerID]int{}}
				got, err := compareWays(quick, opts)
				if err != nil {
					t.Fatal(err)
				}
				again, _ := pair(t, seed)
				full := &comparer{d: again, endOf: map[engine.PeerID]int{}, thorough: true}
				want, err := compareWays(full, opts)
				if err != nil {
					t.Fatal(err)
				}
				want.Services = full.led(&stir{everywhere: true})
				changes += len(want.Flows) + len(want.Services)
				sameWay := cmp.Comparer(func(x, y *way) bool { return x.name == y.name })
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(WayFlows{}), sameWay, cmp.Comparer(func(x, y netip.Addr) bool { return x == y })); diff != "" {
					t.Fatalf("seed %d: thorough is -, quick is +:\n%.3000s", seed, diff)
				}
				s := stirred(d, quick.edits)
				for _, name := range quick.sides[1].names {
					if quick.quiet(s, name) {
						spared++
					}
				}
			}
			t.Logf("%d changes, %d ways spared", changes, spared)
			if spared == 0 || changes == 0 {
				t.Error("every way is looked at, or nothing changes")
			}
		})
	}
}

// pick returns one of some values.
func pick[T any](rng *rand.Rand, l ...T) T { return l[rng.IntN(len(l))] }

// gatewayNames returns randomNames with a Gateway, HTTPRoutes of several namespaces,
// OpenShift Routes, grants, and slices that list pods of any namespace.
func gatewayNames(rng *rand.Rand, c *model.Cluster) model.Names {
	out := randomNames(rng, c)
	var nss []string
	for _, n := range c.Namespaces {
		nss = append(nss, n.Name)
	}
	out.Classes = append(out.Classes, model.Class{Name: "gc", Controller: "x", Gateways: true, Origin: model.Origin{Kind: "GatewayClass", Name: "gc"}})
	gwns := pick(rng, nss...)
	g := model.Gateway{Namespace: gwns, Name: "gw", Class: "gc", Origin: model.Origin{Kind: "Gateway", Namespace: gwns, Name: "gw"}}
	for i := range 1 + rng.IntN(2) {
		g.Listeners = append(g.Listeners, model.Listener{
			Name: fmt.Sprint("l", i), Port: pick(rng, uint16(80), 8080), Hostname: pick(rng, "", "a.example", "*.example"),
			From: pick(rng, model.FromSame, model.FromAll, model.FromSelector), Namespaces: selector.Equal("pub", "y"), Origin: model.Origin{Kind: "Gateway", Namespace: gwns, Name: "gw"},
		})
	}
	out.Gateways = append(out.Gateways, g)
	for _, ns := range nss {
		for k := range rng.IntN(3) {
			name := fmt.Sprint("h", k)
			r := model.Route{
				Kind: model.RouteHTTP, Origin: model.Origin{Kind: "HTTPRoute", Namespace: ns, Name: name}, Created: pick(rng, "", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"),
				Parents: []model.ParentRef{{Namespace: gwns, Name: "gw"}},
			}
			for range 1 + rng.IntN(2) {
				r.Entries = append(r.Entries, gatewayEntry(rng, ns, name, nss))
			}
			out.Routes = append(out.Routes, r)
		}
		if rng.IntN(3) == 0 {
			e := gatewayEntry(rng, ns, "os", []string{ns})
			e.TLS = pick(rng, model.NoTLS, model.Terminated, model.Passthrough)
			out.Routes = append(out.Routes, model.Route{Kind: model.RouteOpenShift, Origin: model.Origin{Kind: "Route", Namespace: ns, Name: "os"}, Entries: []model.Entry{e}})
		}
		if rng.IntN(2) == 0 {
			out.Grants = append(out.Grants, model.Grant{Namespace: ns, Name: "g", From: []model.GrantFrom{{Kind: model.RouteHTTP, Namespace: pick(rng, nss...)}}, To: []string{pick(rng, "", "s0", "s1")}, Origin: model.Origin{Kind: "ReferenceGrant", Namespace: ns, Name: "g"}})
		}
	}
	for i := range out.Routes {
		r := &out.Routes[i]
		if r.Kind == model.RouteIngress {
			r.Created = pick(rng, "", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")
			r.Canary = rng.IntN(5) == 0
		}
	}
	for i := range out.Services {
		if rng.IntN(3) == 0 {
			out.Slices = append(out.Slices, randomSlice(rng, c, &out.Services[i]))
		}
	}
	return out
}

// randomSlice lists a few pods behind a Service.
func randomSlice(rng *rand.Rand, c *model.Cluster, s *model.Service) model.EndpointSlice {
	es := model.EndpointSlice{Namespace: s.Namespace, Service: s.Name, Ports: []model.EndpointPort{{Name: "p", Port: 80}}, Origin: model.Origin{Kind: "EndpointSlice", Namespace: s.Namespace, Name: s.Name + "-x"}}
	for range rng.IntN(3) {
		p := &c.Pods[rng.IntN(len(c.Pods))]
		for _, a := range p.Addresses {
			es.Endpoints = append(es.Endpoints, model.Endpoint{Address: a, Ready: true, Serving: true, Node: p.Node})
		}
	}
	return es
}

// gatewayEntry is an entry as only a Gateway has them.
func gatewayEntry(rng *rand.Rand, ns, name string, nss []string) model.Entry {
	e := randomEntry(rng, ns)
	e.Origin = model.Origin{Kind: "HTTPRoute", Namespace: ns, Name: name, Field: "spec.rules[0]"}
	e.Paths[0].Form = pick(rng, model.PathPrefix, model.PathPrefix, model.PathExact, model.PathRegexp)
	if rng.IntN(4) == 0 {
		e.Hosts = nil
	}
	if rng.IntN(4) == 0 {
		e.Conditions = []string{"header x"}
	}
	e.Backends[0].Namespace = pick(rng, nss...)
	return e
}

// gatewayWorlds returns a random cluster with ways in of all sorts, and one that a few
// edits make of it.
func gatewayWorlds(t *testing.T, seed uint64) (*engine.Diff, Options) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 77))
	c, o := worldOfIPv4(rng, 2+int(seed%3))
	for i := range c.Namespaces {
		if rng.IntN(2) == 0 {
			c.Namespaces[i].Labels = c.Namespaces[i].Labels.With("pub", "y")
		}
	}
	// the controller pods of nginx and of the gateway
	for i := range c.Pods {
		if rng.IntN(4) == 0 {
			c.Pods[i].Labels = c.Pods[i].Labels.With(pick(rng, "app.kubernetes.io/name", "gateway.networking.k8s.io/gateway-name"), pick(rng, "ingress-nginx", "gw"))
		}
	}
	c.Names = gatewayNames(rng, c)
	after := worlds.Copy(c)
	after.Names = c.Names
	after.Names.Services, after.Names.Routes = slices.Clone(c.Names.Services), slices.Clone(c.Names.Routes)
	after.Names.Slices, after.Names.Gateways = slices.Clone(c.Names.Slices), slices.Clone(c.Names.Gateways)
	after.Names.Grants, after.Names.Classes = slices.Clone(c.Names.Grants), slices.Clone(c.Names.Classes)
	for range 1 + rng.IntN(2) {
		switch rng.IntN(9) {
		case 0:
			after.Names = editedNames(rng, c, after.Names)
		case 1:
			n := &after.Namespaces[rng.IntN(len(after.Namespaces))]
			n.Labels = n.Labels.With("pub", pick(rng, "y", "n"))
		case 2:
			if len(after.Policies) > 0 {
				at := rng.IntN(len(after.Policies))
				after.Policies = slices.Delete(after.Policies, at, at+1)
			}
		case 3:
			p := &after.Pods[rng.IntN(len(after.Pods))]
			p.Labels = p.Labels.With("app", pick(rng, "x", "y", "a"))
		case 4:
			p := &after.Pods[rng.IntN(len(after.Pods))]
			p.Readiness = pick(rng, model.Ready, model.NotReady)
		case 5:
			if n := len(after.Names.Grants); n > 0 {
				at := rng.IntN(n)
				after.Names.Grants = slices.Delete(after.Names.Grants, at, at+1)
			}
		case 6:
			if n := len(after.Names.Slices); n > 0 {
				es := &after.Names.Slices[rng.IntN(n)]
				if es.Service != "x" {
					*es = randomSlice(rng, c, &model.Service{Namespace: es.Namespace, Name: es.Service})
				}
			}
		case 7:
			l := slices.Clone(after.Names.Gateways[0].Listeners)
			l[0].From = pick(rng, model.FromSame, model.FromAll, model.FromSelector)
			l[0].Hostname = pick(rng, "", "a.example", "*.example")
			after.Names.Gateways[0].Listeners = l
		case 8:
			p := &after.Pods[rng.IntN(len(after.Pods))]
			p.Labels = p.Labels.With("app.kubernetes.io/name", pick(rng, "ingress-nginx", "z"))
		}
	}
	return diffOf(t, o, c, after), Options{Controllers: map[string]expect.Peer{}}
}
