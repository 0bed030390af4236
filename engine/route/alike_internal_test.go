package route

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/selector"
)

// TestCrowd holds how clients fare together against judging each part of them by
// itself: through published Services, and through doors whose pods are in
// the input or not.
func TestCrowd(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 31))
	merged, apart, copied, inside := 0, 0, 0, 0
	for range 250 {
		c, o := worlds.Random(rng, 5)
		publish(rng, c)
		a := atlasOf(t, c, o)
		for _, asked := range []expect.Peer{{Kind: expect.Internet}, {Kind: expect.Private}, addressed("0.0.0.0/0"), addressed("10.0.0.0/8"), {Kind: expect.AllPods, Namespace: "*"}} {
			src, err := a.m.Resolve(asked)
			if err != nil {
				continue
			}
			crowd := a.crowdOf(src, asked)
			compare := func(what string, walks func(client) []Walk) {
				got := crowd.judge(what, false, walks)
				if src.Outside && got.Verdict != model.Some && got.Verdict != model.Unknown {
					return // one verdict for all: see Matrix.JudgeThrough
				}
				parts := a.clients(src, asked, false)
				want := Answer{Name: what}
				for _, part := range parts {
					want.take(part, walks(part))
				}
				want.finish()
				if got.Verdict != want.Verdict {
					t.Fatalf("%s -> %s: %s, one by one it is %s\n%s", src.Name, what, got.Verdict, want.Verdict, worlds.Describe(c, o))
				}
				together := len(got.Walks) == 1
				for _, w := range want.Walks {
					at := slices.IndexFunc(got.Walks, func(g Walk) bool { return together || slices.Contains(g.client.Peers, w.client.Peers[0]) })
					if at < 0 {
						t.Fatalf("%s -> %s: no walk of %s", src.Name, what, w.Client)
					}
					if x, y := written(&got.Walks[at]), written(&w); x != y {
						t.Fatalf("%s -> %s: got\n%swant\n%s%s", src.Name, what, x, y, worlds.Describe(c, o))
					}
				}
				switch {
				case len(parts) > 1 && together && !src.Outside:
					inside++
				case len(parts) > 1 && together:
					merged++
				case len(parts) > 1 && src.Outside:
					apart++
					copied += len(want.Walks) - len(got.Walks)
				}
			}
			all := a.Publications()
			for i := range all {
				p := &all[i]
				if !src.Outside {
					break // clients in the cluster do not come by these
				}
				compare(fmt.Sprint(p.Service.Name, " by ", p.By), func(c client) []Walk { return []Walk{a.publishedWalk(c, p.Service, p.published)} })
			}
			entries := a.Entries()
			for i := range entries {
				e := &entries[i]
				for _, port := range a.numbersOf(e) {
					compare(fmt.Sprint(e.Origin.Name, " on ", port), func(c client) []Walk {
						to := target{request: request{port: port, path: e.Path.Path}}
						return []Walk{a.entryWalk(c, e.door, to, e.choice, nil, a.enter(c, e.door, to))}
					})
				}
			}
		}
	}
	t.Logf("%d of clients outside that fare alike, %d of pods, %d of others, with %d parts among them that fare as another one", merged, inside, apart, copied)
	if merged < 100 || inside < 100 || apart < 100 || copied < 100 {
		t.Error("too few of some sort")
	}
}

func addressed(prefix string) expect.Peer {
	p := netip.MustParsePrefix(prefix)
	return expect.Peer{Kind: expect.Addresses, Text: prefix, First: p.Addr(), Last: lastOf(p)}
}

// written returns a walk as text, without who comes.
func written(w *Walk) string {
	var b strings.Builder
	fmt.Fprintln(&b, w.Title, w.Port, w.Verdict(), w.Mix, w.Share, w.Rival)
	for i := range w.Hops {
		h := &w.Hops[i]
		fmt.Fprintln(&b, " ", h.Kind, h.Title, h.Mix, h.Notes)
		for k := range h.Legs {
			l := &h.Legs[k]
			fmt.Fprintln(&b, "   ", l.Dst, l.Port, l.Mix, l.Itself, l.Text)
		}
	}
	return b.String()
}

// publish adds Services that are published in all ways, and Ingresses for two
// classes: the pods of one are in the cluster.
func publish(rng *rand.Rand, c *model.Cluster) {
	some := func(all ...string) []netip.Prefix {
		var out []netip.Prefix
		for _, p := range all {
			if rng.IntN(3) == 0 {
				out = append(out, netip.MustParsePrefix(p))
			}
		}
		return out
	}
	prefixes := []string{"203.0.113.0/24", "8.8.0.0/16", "0.0.0.0/1", "10.0.0.0/9", "2001:db8::/32"}
	for n, ns := range c.Namespaces {
		s := model.Service{
			Namespace: ns.Name, Name: fmt.Sprint("s", n), Selects: true, Type: []model.ServiceType{model.LoadBalancer, model.NodePort}[rng.IntN(2)],
			ExternalLocal: rng.IntN(2) == 0, SourceRanges: some(prefixes...),
		}
		if rng.IntN(2) == 0 {
			s.Pods = selector.Equal("app", "x")
		}
		s.Origin = model.Origin{Kind: "Service", Namespace: s.Namespace, Name: s.Name}
		for k, target := range []model.Target{{Number: 80}, {Name: "http"}}[:1+rng.IntN(2)] {
			s.Ports = append(s.Ports, model.ServicePort{Name: fmt.Sprint("p", k), Port: uint16(80 + k), Target: target, Protocol: model.TCP, NodePort: uint16(30080 + k)})
		}
		c.Names.Services = append(c.Names.Services, s)
		for _, class := range []string{"known", "unknown"} {
			r := model.Route{Kind: model.RouteIngress, Class: class, ClassByAnnotation: true, Restricted: rng.IntN(3) == 0, Admits: some(prefixes...), Refuses: some(prefixes...)}
			r.Origin = model.Origin{Kind: "Ingress", Namespace: ns.Name, Name: class}
			r.Entries = []model.Entry{{Origin: r.Origin, Backends: []model.Backend{{Namespace: ns.Name, Name: s.Name, Port: model.Target{Number: 80}, Weight: 1, Origin: r.Origin}}}}
			c.Names.Routes = append(c.Names.Routes, r)
		}
	}
	c.Names.Classes = []model.Class{{Name: "known", Controller: "k8s.io/ingress-nginx"}, {Name: "unknown", Controller: "example.com/none"}}
	for i := range c.Pods {
		if rng.IntN(4) == 0 {
			c.Pods[i].Labels = c.Pods[i].Labels.With("app.kubernetes.io/name", "ingress-nginx")
		}
	}
	slices.SortFunc(c.Names.Services, func(x, y model.Service) int { return strings.Compare(x.Namespace+"/"+x.Name, y.Namespace+"/"+y.Name) })
}
