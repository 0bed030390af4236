package route

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/selector"
)

// TestCompare holds what changes at the ways in of random pairs of clusters
// against every way judged by itself, on both sides, for every range of addresses
// outside that anything tells apart (SVC-17, SVC-19, ING-1, ING-12).
func TestCompare(t *testing.T) {
	changes, causes := 0, map[string]int{}
	for seed := range uint64(150) {
		d, opts := differingWorlds(t, seed)
		diff, err := Compare(d, opts)
		if err != nil {
			t.Fatal(err)
		}
		flows := diff.Flows
		changes += len(flows)
		ranges := everyRange(d)
		got := map[string][2]model.Verdict{}
		for i := range flows {
			f := &flows[i]
			for _, r := range ranges {
				if f.holds(r) {
					got[fmt.Sprint(r.AddrRange, " ", f.Way, " ", f.Dst, f.Beyond, " ", f.Change.Ports)] = [2]model.Verdict{f.Change.Before, f.Change.After}
				}
			}
			for _, e := range d.Causes[f.Change.Cause].Edits {
				causes[strings.Fields(d.Edits[e].Object)[0]]++
			}
			if f.Change.Effect != engine.EffectOf(f.Change.Before, f.Change.After) || f.Change.Effect == 0 {
				t.Fatalf("seed %d: %+v has the wrong effect", seed, f)
			}
		}
		want := oneByOne(t, d, opts, ranges)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d: one by one is -, compared is +:\n%.3000s", seed, diff)
		}
	}
	t.Logf("%d changes, by edits of %v", changes, causes)
	for _, kind := range []string{"Service", "Ingress"} {
		if causes[kind] == 0 {
			t.Errorf("no change is caused by an edit of a %s", kind)
		}
	}
}

// TestCompare_mirror: what opens one way closes the other way, and nothing changes
// between a cluster and itself.
func TestCompare_mirror(t *testing.T) {
	for seed := range uint64(80) {
		d, opts := differingWorlds(t, seed)
		back, err := engine.NewDiff(d.After, d.Before)
		if err != nil {
			t.Fatal(err)
		}
		same, err := engine.NewDiff(d.After, d.After)
		if err != nil {
			t.Fatal(err)
		}
		one, err := Compare(d, opts)
		if err != nil {
			t.Fatal(err)
		}
		other, err := Compare(back, opts)
		if err != nil {
			t.Fatal(err)
		}
		none, err := compareWays(&comparer{d: same, endOf: map[engine.PeerID]int{}, thorough: true}, opts)
		if err != nil || len(none.Flows)+len(none.Services) > 0 {
			t.Fatalf("seed %d: %v, %v between a cluster and itself", seed, none, err)
		}
		text := func(d *engine.Diff, list []WayFlows, turned bool) []string {
			var out []string
			for _, f := range list {
				v := [2]model.Verdict{f.Change.Before, f.Change.After}
				if turned {
					v[0], v[1] = v[1], v[0]
				}
				name := f.Beyond
				if f.Dst >= 0 {
					name = d.Comparison.Ends[f.Dst].Name
				}
				out = append(out, fmt.Sprint(f.Clients, f.Way, name, f.Change.Ports, v))
			}
			slices.Sort(out)
			return out
		}
		if diff := cmp.Diff(text(d, one.Flows, false), text(back, other.Flows, true)); diff != "" {
			t.Fatalf("seed %d: forward is -, backward turned is +:\n%s", seed, diff)
		}
	}
}

// TestMixNames: with no edit made the names are those before, with every edit
// those after.
func TestMixNames(t *testing.T) {
	for seed := range uint64(60) {
		d, _ := differingWorlds(t, seed)
		before, after := &d.Before.Cluster().Names, &d.After.Cluster().Names
		made := map[editKey]bool{}
		if diff := cmp.Diff(sortedMeanings(*before), sortedMeanings(mixNames(before, after, made))); diff != "" {
			t.Fatalf("seed %d: no edit made:\n%s", seed, diff)
		}
		for _, e := range editNames(before, after) {
			made[editKey{e.object, e.entry}] = true
		}
		if diff := cmp.Diff(sortedMeanings(*after), sortedMeanings(mixNames(before, after, made))); diff != "" {
			t.Fatalf("seed %d: every edit made:\n%s", seed, diff)
		}
	}
}

// TestEditNames_fields: every field of Names is compared, or is known to bear on
// no way in.
func TestEditNames_fields(t *testing.T) {
	compared := []string{"Services", "Slices", "Routes", "Classes", "Gateways", "Grants", "Defaults"}
	// Clients outside do not ask the cluster's DNS, and what is not modelled bears on no
	// verdict: that it differs is said beside the comparison.
	apart := []string{"Corefiles", "LeftOut", "Unread"}
	of := reflect.TypeFor[model.Names]()
	for field := range of.Fields() {
		if name := field.Name; !slices.Contains(compared, name) && !slices.Contains(apart, name) {
			t.Errorf("%s is not compared", name)
		}
	}
}

func sortedMeanings(n model.Names) []string {
	var out []string
	for i := range n.Services {
		out = append(out, meaning(n.Services[i]))
	}
	for i := range n.Routes {
		r := n.Routes[i]
		r.Entries = slices.Clone(r.Entries)
		slices.SortFunc(r.Entries, func(a, b model.Entry) int { return strings.Compare(meaning(a), meaning(b)) })
		out = append(out, meaning(r))
	}
	for i := range n.Classes {
		out = append(out, meaning(n.Classes[i]))
	}
	slices.Sort(out)
	return out
}

// wholeRange is a range of addresses of one peer outside.
type wholeRange struct {
	engine.AddrRange
	id    engine.PeerID
	whole string
}

// holds reports whether a range is among the clients.
func (f *WayFlows) holds(r wholeRange) bool {
	return slices.ContainsFunc(f.Clients, func(c Clients) bool {
		return c.Whole == r.whole && (c.Ranges == nil || slices.ContainsFunc(c.Ranges, func(x engine.AddrRange) bool {
			return x.First.Compare(r.First) <= 0 && r.Last.Compare(x.Last) <= 0
		}))
	})
}

// everyRange returns the addresses outside, cut wherever anything tells them apart.
func everyRange(d *engine.Diff) []wholeRange {
	var lists []netip.Prefix
	for _, m := range []*engine.Matrix{d.Before, d.After} {
		for _, s := range m.Cluster().Names.Services {
			lists = append(lists, s.SourceRanges...)
		}
		for _, r := range m.Cluster().Names.Routes {
			lists = append(append(lists, r.Admits...), r.Refuses...)
		}
	}
	var out []wholeRange
	for whole, kind := range map[string]expect.PeerKind{"internet": expect.Internet, "private": expect.Private} {
		end, err := d.After.Resolve(expect.Peer{Kind: kind, Text: whole})
		if err != nil {
			continue
		}
		for _, id := range end.Peers {
			for _, r := range d.After.Universe().Peer(id).Ranges {
				if r.First.Is6() {
					continue // the pods have no such addresses
				}
				for _, r := range cutAt(r, lists) {
					out = append(out, wholeRange{r, id, whole})
				}
			}
		}
	}
	return out
}

// oneByOne judges every way in for every range on both sides, and returns what
// changes.
func oneByOne(t *testing.T, d *engine.Diff, opts Options, ranges []wholeRange) map[string][2]model.Verdict {
	t.Helper()
	found := map[string]*[2]model.Mix{}
	x := comparer{d: d, endOf: map[engine.PeerID]int{}}
	for i := range d.Workloads {
		for _, id := range d.Comparison.Ends[i].Peers {
			x.endOf[id] = i
		}
	}
	has := [2]map[string]bool{{}, {}} // names
	var atlases [2]*Atlas
	at := func(side int, name string, r wholeRange, answer *Answer, only map[string]bool) {
		for _, at := range answer.Arrivals() {
			for _, k := range x.spotsOf(atlases[side], name, at.Leg) {
				key := fmt.Sprint(r.AddrRange, " ", name, " ", k.dst, k.beyond, " ", []engine.PortRange{k.port})
				if only != nil && !only[key] {
					continue
				}
				if found[key] == nil {
					found[key] = &[2]model.Mix{}
				}
				found[key][side] = found[key][side].Join(at.Mix)
			}
		}
	}
	for side, m := range []*engine.Matrix{d.Before, d.After} {
		a, err := New(m, opts)
		if err != nil {
			t.Fatal(err)
		}
		atlases[side] = a
		for _, r := range ranges {
			asked := expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last}
			for _, o := range a.Openings(m.EndOf(r.String(), []engine.PeerID{r.id}), asked) {
				for _, port := range o.Ports {
					var names []string
					if o.Entry != nil {
						names = o.Entry.dialled(port.First)
					} else {
						for _, by := range o.By {
							p := *o.Publication
							p.By, p.Number = by, port.First
							if slices.ContainsFunc(a.Publications(), func(q Publication) bool { return q.Service == p.Service && q.dialled() == p.dialled() }) {
								names = append(names, p.dialled())
							}
						}
					}
					for _, name := range names {
						has[side][name] = true
						at(side, name, r, &o.Answer, nil)
					}
				}
			}
		}
	}
	// Where no entry is just for a URL, the requests may be another one's.
	told := map[string]bool{}
	for key := range found {
		told[key] = true
	}
	for side := range has {
		for name := range has[1-side] {
			if has[side][name] || !strings.HasPrefix(name, "http") {
				continue
			}
			dst := expect.Peer{Kind: expect.URL, Text: strings.TrimSuffix(strings.Replace(name, "*", "zzz", 1), "/") + "/..."}
			for _, r := range ranges {
				asked := expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last}
				answer, err := atlases[side].Walk(Question{Src: atlases[side].m.EndOf(r.String(), []engine.PeerID{r.id}), Asked: asked, Dst: dst})
				if err != nil {
					t.Fatal(err)
				}
				at(side, name, r, &answer, told)
			}
		}
	}
	out := map[string][2]model.Verdict{}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		v := [2]model.Verdict{found[key][0].Verdict(), found[key][1].Verdict()}
		if engine.EffectOf(v[0], v[1]) != 0 {
			out[key] = v
		}
	}
	return out
}

// differingWorlds returns a random cluster with ways in, and one that a few edits
// make of it.
func differingWorlds(t *testing.T, seed uint64) (*engine.Diff, Options) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 61))
	c, o := worldOfIPv4(rng, 2+int(seed%3))
	c.Names = randomNames(rng, c)
	after := worlds.Copy(c)
	after.Names = editedNames(rng, c, c.Names)
	if rng.IntN(2) == 0 && len(after.Policies) > 0 {
		at := rng.IntN(len(after.Policies))
		after.Policies = slices.Delete(after.Policies, at, at+1)
	}
	if rng.IntN(4) == 0 {
		p := &after.Pods[rng.IntN(len(after.Pods))]
		p.Labels = p.Labels.With("app", []string{"x", "y", "a"}[rng.IntN(3)])
	}
	d := diffOf(t, o, c, after)
	opts := Options{Controllers: map[string]expect.Peer{}}
	if p := c.Pods[0]; seed%3 > 0 && !p.StandIn {
		opts.Controllers["nginx"] = expect.Peer{Kind: expect.Named, Namespace: p.Namespace, Name: c.Workloads[p.Workload].Name}
	}
	if _, err := d.Before.Resolve(opts.Controllers["nginx"]); err != nil {
		opts.Controllers = nil
	}
	return d, opts
}

// randomNames returns published Services and Ingresses over them.
func randomNames(rng *rand.Rand, c *model.Cluster) model.Names {
	var out model.Names
	for n, ns := range c.Namespaces {
		for k := range 1 + rng.IntN(2) {
			s := model.Service{
				Namespace: ns.Name, Name: fmt.Sprint("s", k), Selects: rng.IntN(8) > 0, ExternalLocal: rng.IntN(2) == 0, NoNodePorts: rng.IntN(2) == 0,
				Type:   []model.ServiceType{model.ClusterIP, model.NodePort, model.LoadBalancer}[rng.IntN(3)],
				Origin: model.Origin{Kind: "Service", Namespace: ns.Name, Name: fmt.Sprint("s", k)},
			}
			if rng.IntN(2) == 0 {
				s.Pods = selector.Equal("app", "x")
			}
			if s.Type == model.LoadBalancer && rng.IntN(2) == 0 {
				s.SourceRanges = somePrefixes(rng)
			}
			s.Ports = []model.ServicePort{{Name: "p", Port: 80, Target: model.Target{Number: 80}, NodePort: uint16(30000 + 10*n + k)}}
			out.Services = append(out.Services, s)
		}
		if rng.IntN(4) > 0 {
			out.Routes = append(out.Routes, randomRoute(rng, ns.Name))
		}
	}
	out.Classes = []model.Class{{Name: "nginx", Controller: "k8s.io/ingress-nginx", Origin: model.Origin{Kind: "IngressClass", Name: "nginx"}}}
	// That slices are read at all tells that a Service without any has none.
	out.Slices = []model.EndpointSlice{{Namespace: "elsewhere", Service: "x", Origin: model.Origin{Kind: "EndpointSlice", Namespace: "elsewhere", Name: "x"}}}
	return out
}

func somePrefixes(rng *rand.Rand) []netip.Prefix {
	all := []string{"10.0.0.0/8", "10.1.0.0/16", "203.0.113.0/24", "203.0.112.0/20", "0.0.0.0/1", "192.168.7.0/24"}
	var out []netip.Prefix
	for range 1 + rng.IntN(2) {
		out = append(out, netip.MustParsePrefix(all[rng.IntN(len(all))]))
	}
	return out
}

func randomRoute(rng *rand.Rand, namespace string) model.Route {
	r := model.Route{
		Kind: model.RouteIngress, Class: []string{"nginx", "nginx", "nginx", "lost"}[rng.IntN(4)],
		Origin: model.Origin{Kind: "Ingress", Namespace: namespace, Name: "r"},
	}
	if rng.IntN(4) == 0 {
		r.For, r.Restricted, r.Admits = "k8s.io/ingress-nginx", true, somePrefixes(rng)
	}
	for range 1 + rng.IntN(3) {
		r.Entries = append(r.Entries, randomEntry(rng, namespace))
	}
	return r
}

func randomEntry(rng *rand.Rand, namespace string) model.Entry {
	return model.Entry{
		Origin: model.Origin{Kind: "Ingress", Namespace: namespace, Name: "r", Field: "spec.rules[0]"},
		Hosts:  []string{[]string{"a.example", "b.example", "*.example"}[rng.IntN(3)]},
		Paths:  []model.PathMatch{{Form: model.PathPrefix, Path: []string{"/", "/x", "/x/y"}[rng.IntN(3)]}},
		Backends: []model.Backend{{
			Namespace: namespace, Name: fmt.Sprint("s", rng.IntN(2)), Port: model.Target{Number: 80}, Weight: 1,
		}},
	}
}

// editedNames returns names after one edit, or two.
func editedNames(rng *rand.Rand, c *model.Cluster, of model.Names) model.Names {
	out := of
	out.Services, out.Routes = slices.Clone(of.Services), slices.Clone(of.Routes)
	for range 1 + rng.IntN(2) {
		switch s := &out.Services[rng.IntN(len(out.Services))]; rng.IntN(7) {
		case 0:
			s.Type = []model.ServiceType{model.ClusterIP, model.NodePort, model.LoadBalancer}[rng.IntN(3)]
		case 1:
			if s.Type == model.LoadBalancer {
				s.SourceRanges = somePrefixes(rng)
			}
		case 2:
			s.Pods, s.Selects = selector.Equal("app", "y"), true
		case 3:
			if len(out.Services) > 1 {
				at := rng.IntN(len(out.Services))
				out.Services = slices.Delete(out.Services, at, at+1)
			}
		case 4:
			ns := c.Namespaces[rng.IntN(len(c.Namespaces))].Name
			out.Routes = slices.DeleteFunc(out.Routes, func(r model.Route) bool { return r.Origin.Namespace == ns })
			if rng.IntN(3) > 0 {
				out.Routes = append(out.Routes, randomRoute(rng, ns))
			}
		default:
			if len(out.Routes) > 0 {
				r := &out.Routes[rng.IntN(len(out.Routes))]
				r.Entries = slices.Clone(r.Entries)
				if at := rng.IntN(len(r.Entries)); rng.IntN(2) == 0 {
					r.Entries[at] = randomEntry(rng, r.Origin.Namespace)
				} else {
					r.Entries = append(r.Entries, randomEntry(rng, r.Origin.Namespace))
				}
			}
		}
	}
	return out
}

// worldOfIPv4 returns a random cluster without IPv6.
func worldOfIPv4(rng *rand.Rand, size int) (*model.Cluster, model.Options) {
	c, o := worlds.Random(rng, size)
	for i := range c.Pods {
		c.Pods[i].Addresses = slices.DeleteFunc(c.Pods[i].Addresses, netip.Addr.Is6)
	}
	for i := range c.Nodes {
		c.Nodes[i].Addresses = slices.DeleteFunc(c.Nodes[i].Addresses, netip.Addr.Is6)
	}
	o.PodCIDRs = slices.DeleteFunc(o.PodCIDRs, func(p netip.Prefix) bool { return p.Addr().Is6() })
	return c, o
}

// diffOf compares two clusters.
func diffOf(t *testing.T, o model.Options, before, after *model.Cluster) *engine.Diff {
	t.Helper()
	u, err := engine.NewUniverse(o, before, after)
	if err != nil {
		t.Fatal(err)
	}
	var m [2]*engine.Matrix
	for i := range m {
		if m[i], err = engine.Compile(u, i); err != nil {
			t.Fatal(err)
		}
	}
	d, err := engine.NewDiff(m[0], m[1])
	if err != nil {
		t.Fatal(err)
	}
	return d
}
