package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/expect"
	"netreach/scenarios"
)

// lineWorld is a cluster with what brute force needs to know of its peers.
type lineWorld struct {
	c       *model.Cluster
	o       model.Options
	u       *engine.Universe
	m       *engine.Matrix
	pods    map[engine.PeerID]*model.Pod
	nodes   map[engine.PeerID]*model.Node
	ports   []model.PortMatch
	strange map[[2]engine.PeerID]bool // no family in common
}

func newLineWorld(tb testing.TB, c *model.Cluster, o model.Options) *lineWorld {
	tb.Helper()
	return newLineWorldOf(tb, c, o, 0)
}

// newLineWorldOf is newLineWorld with sets of at most some flips; 0 is as usual.
func newLineWorldOf(tb testing.TB, c *model.Cluster, o model.Options, flips int) *lineWorld {
	tb.Helper()
	u, err := engine.NewUniverse(o, c)
	if err != nil {
		tb.Fatal(err)
	}
	u.SetFlips(flips)
	m, err := engine.Compile(u, 0)
	if err != nil {
		tb.Fatal(err)
	}
	w := &lineWorld{
		c: c, o: o, u: u, m: m, pods: map[engine.PeerID]*model.Pod{}, nodes: map[engine.PeerID]*model.Node{},
		ports: interestingPorts(c), strange: map[[2]engine.PeerID]bool{},
	}
	for _, p := range []uint16{53, 79, 80, 81, 85, 86, 90, 91, 100, 101} { // those that lines name
		w.ports = append(w.ports,
			model.PortMatch{Kind: model.PortRange, Protocol: model.TCP, First: p, Last: p},
			model.PortMatch{Kind: model.PortRange, Protocol: model.UDP, First: p, Last: p})
	}
	for _, e := range m.Pods() {
		for i := range c.Pods {
			p, peer := &c.Pods[i], u.Peer(e.Peers[0])
			if p.Namespace == peer.Namespace && p.Name == peer.Name && p.StandIn == (peer.Workload != "") &&
				(!p.StandIn || c.Workloads[p.Workload].Kind == peer.Workload) {
				w.pods[e.Peers[0]] = p
			}
		}
	}
	for i := range c.Nodes {
		if id, ok := u.NodeID(c.Nodes[i].Name); ok {
			w.nodes[id] = &c.Nodes[i]
		}
	}
	return w
}

func (w *lineWorld) outside(id engine.PeerID) bool { return w.u.Peer(id).Kind == engine.OutsidePeer }

// itself reports whether a flow is that of a single pod, or a node, with itself.
func (w *lineWorld) itself(src, dst engine.PeerID) bool {
	return src == dst && !w.outside(src) && (w.pods[src] == nil || w.pods[src].Weight == 1)
}

// ownNode reports whether a flow is one of a pod and its own node (NP-42).
func (w *lineWorld) ownNode(src, dst engine.PeerID) bool {
	node := func(id engine.PeerID) string {
		name := ""
		switch {
		case w.nodes[id] != nil:
			return w.nodes[id].Name
		case w.pods[id] != nil:
			name = w.pods[id].Node
		}
		if _, ok := w.u.NodeID(name); !ok {
			return ""
		}
		return name
	}
	like := func(id engine.PeerID) bool { return w.nodes[id] != nil || w.pods[id] != nil && w.pods[id].HostNetwork }
	subject := w.pods[dst] != nil && (!w.pods[dst].HostNetwork || w.o.Switches.HostNetworkPods != model.HostNetworkAsNode)
	return node(src) != "" && node(src) == node(dst) && (like(src) && subject || like(dst) && w.pods[src] != nil && !like(src))
}

// strangers reports whether two peers have no address family in common.
func (w *lineWorld) strangers(src, dst engine.PeerID) bool {
	key := [2]engine.PeerID{src, dst}
	v, ok := w.strange[key]
	if !ok {
		a := w.m.Judge(engine.End{Peers: []engine.PeerID{src}}, engine.End{Peers: []engine.PeerID{dst}}, model.PortMatch{})
		v = slices.ContainsFunc(a.Notes, func(n string) bool { return strings.Contains(n, "NP-53") })
		w.strange[key] = v
	}
	return v
}

// asked returns those of the interesting ports that a line is about on dst.
func (w *lineWorld) asked(l *expect.Line, dst engine.PeerID) []model.PortMatch {
	in := func(p, of model.PortMatch) bool {
		return p.Protocol == of.Protocol && of.First <= p.First && p.First <= of.Last
	}
	var out []model.PortMatch
	for _, p := range w.ports {
		matches := slices.ContainsFunc(l.Ports, func(m model.PortMatch) bool {
			switch m.Kind {
			case model.PortAny:
				return true
			case model.PortNamed:
				a := w.m.Judge(engine.End{Peers: []engine.PeerID{dst}}, engine.End{Peers: []engine.PeerID{dst}}, m)
				return slices.ContainsFunc(a.Segments, func(s engine.Segment) bool {
					return slices.ContainsFunc(s.Ports, func(r engine.PortRange) bool { return r.Protocol == p.Protocol && r.First == p.First })
				})
			case model.PortRange:
			}
			return in(p, m)
		})
		if matches && !slices.ContainsFunc(l.PortsExcept, func(m model.PortMatch) bool { return in(p, m) }) {
			out = append(out, p)
		}
	}
	return out
}

// uniform counts the pairs of a line, and those that are not as wanted.
func (w *lineWorld) uniform(l *expect.Line, src, dst []engine.PeerID, wanted model.Verdict, noOverlays bool) (pairs, failing uint64) {
	for _, s := range src {
		for _, d := range dst {
			ports := w.asked(l, d)
			switch {
			case len(ports) == 0, w.itself(s, d), w.outside(s) && w.outside(d), noOverlays && w.ownNode(s, d):
				continue
			case w.strangers(s, d):
				other := func(id, to engine.PeerID) bool { return w.outside(id) && !w.strangers(id, to) }
				if w.outside(s) && slices.ContainsFunc(src, func(x engine.PeerID) bool { return other(x, d) }) ||
					w.outside(d) && slices.ContainsFunc(dst, func(x engine.PeerID) bool { return other(x, s) && len(w.asked(l, x)) > 0 }) {
					continue
				}
			}
			pairs++
			if slices.ContainsFunc(ports, func(p model.PortMatch) bool { return w.m.Verdict(s, d, p.Protocol, p.First) != wanted }) {
				failing++
			}
		}
	}
	return pairs, failing
}

// line draws a line about peers that exist.
func (w *lineWorld) line(rng *rand.Rand) string {
	var names []string
	for _, ends := range [][]engine.End{w.m.Pods(), w.m.Workloads(), w.m.Namespaces()} {
		for _, e := range ends {
			names = append(names, e.Name)
		}
	}
	names = append(names, "*/*", "*/*", "*/app=a", "*/!app", "internet", "private", "internet", "private", "ipv4:internet", "ipv6:private", "0.0.0.0/0", "outside:10.0.0.0/8", "node:*")
	for _, n := range w.c.Nodes {
		names = append(names, "node:"+n.Name)
	}
	for _, p := range w.c.Policies {
		for _, r := range p.Rules {
			for _, peer := range r.Peers {
				if peer.Kind == model.PeerBlock {
					names = append(names, peer.Block.CIDR.String(), "outside:"+peer.Block.CIDR.String())
				}
			}
		}
	}
	side := func() string {
		var out []string
		for range 1 + rng.IntN(3) {
			out = append(out, names[rng.IntN(len(names))])
		}
		text := strings.Join(out, ", ")
		if rng.IntN(3) == 0 {
			text += " except " + names[rng.IntN(len(names))]
		}
		return text
	}
	ports := []string{"*", "*", "80", "80, 53/udp", "1-100/tcp", "*/udp", "http", "*/sctp", "* except 80", "80-90 except 81-85"}
	verdicts := []string{"allow", "deny", "only", "unknown", "some", "none"}
	return verdicts[rng.IntN(len(verdicts))] + " " + side() + " -> " + side() + " " + ports[rng.IntN(len(ports))]
}

// check holds a finding against brute force.
func (w *lineWorld) check(t *testing.T, l *expect.Line, d *engine.Demand, got engine.Finding) {
	t.Helper()
	src, dst := d.Sides()
	from, to := w.m.SideEnd("", src).Peers, w.m.SideEnd("", dst).Peers
	fail := func(format string, args ...any) {
		t.Helper()
		witness := ""
		if x := got.Witness; x != nil {
			witness = fmt.Sprintf("\nwitness %s -> %s %s %s", w.u.Peer(x.Src), w.u.Peer(x.Dst), x.Port, x.Verdict)
		}
		t.Fatalf("%s: %s\ngot %+v%s\n%s", l, fmt.Sprintf(format, args...), got, witness, worlds.Describe(w.c, w.o))
	}
	if l.Form != expect.Only && l.Verdict != model.Allowed && l.Verdict != model.Denied {
		w.checkItems(t, l, d, got)
		return
	}
	pairs, failing := w.uniform(l, from, to, l.Verdict, false)
	if pairs == 0 { // nothing, or pods with themselves
		itself := slices.ContainsFunc(from, func(id engine.PeerID) bool {
			return slices.Contains(to, id) && w.itself(id, id) && len(w.asked(l, id)) > 0
		})
		if (got.Nothing == "") != itself || itself && l.Form == expect.Flow && got.Holds != (l.Verdict == model.Allowed) {
			fail("there is nothing but pods with themselves: %v", itself)
		}
		if l.Form == expect.Flow || !itself {
			return
		}
		for _, id := range from { // they reach themselves
			if slices.Contains(to, id) {
				pairs++
			}
		}
	}
	if l.Form == expect.Only {
		others := w.m.SideEnd("", w.m.Everyone().Without(src)).Peers
		more, opened := w.uniform(l, others, to, model.Denied, true)
		if got.Else != (failing == 0 && opened > 0) {
			fail("%d fail, and %d of the others", failing, opened)
		}
		pairs, failing = pairs+more, failing+opened
	}
	if got.Nothing != "" || got.Pairs != pairs || got.Failing != failing || got.Holds != (failing == 0) {
		fail("%d of %d pairs fail", failing, pairs)
	}
	if (got.Witness == nil) != got.Holds {
		fail("witness")
	}
	if x := got.Witness; x != nil {
		wanted := l.Verdict
		if got.Else {
			wanted = model.Denied
		}
		v := w.m.Verdict(x.Src, x.Dst, x.Port.Protocol, x.Port.First)
		if v == wanted || v != x.Verdict || x.Src == x.Dst && w.itself(x.Src, x.Dst) {
			fail("the witness is %s", v)
		}
		if !slices.ContainsFunc(to, func(id engine.PeerID) bool { return id == x.Dst }) || !got.Else && !slices.Contains(from, x.Src) {
			fail("the witness is of somebody else")
		}
	}
}

// checkItems holds a finding about unknown, some or none against Judge, item by
// item.
func (w *lineWorld) checkItems(t *testing.T, l *expect.Line, d *engine.Demand, got engine.Finding) {
	t.Helper()
	if len(l.PortsExcept) > 0 {
		return // Judge takes one range of ports
	}
	holds := true
	var all model.Mix
	itself := false
	for _, s := range d.Src {
		for _, t := range d.Dst {
			src, dst := w.m.SideEnd("", s.Without(d.SrcExcept)), w.m.SideEnd("", t.Without(d.DstExcept))
			if len(src.Peers) == 0 || len(dst.Peers) == 0 {
				continue
			}
			for _, p := range l.Ports {
				a := w.m.Judge(src, dst, p)
				if a.Verdict != model.None && slices.ContainsFunc(a.Notes, func(n string) bool { return strings.Contains(n, "NP-43") }) {
					itself = true
					continue
				}
				all = all.With(a.Verdict)
				holds = holds && a.Verdict == l.Verdict
			}
		}
	}
	switch {
	case all == 0 && itself:
		holds = false
	case all == 0:
		holds = l.Verdict == model.None
	}
	if got.Holds != holds || (got.Nothing != "") != (all == 0 && !itself && l.Verdict != model.None) {
		t.Fatalf("%s: %v by item, got %+v\n%s", l, holds, got, worlds.Describe(w.c, w.o))
	}
}

// parsed returns a line with its peers found, or false if one does not exist.
func (w *lineWorld) parsed(t *testing.T, text string) (expect.Line, engine.Demand, bool) {
	t.Helper()
	l, err := expect.ParseLine(text, "")
	if err != nil {
		t.Fatal(err)
	}
	d, errs := engine.NewFinder(w.m).Demand(&l)
	src, dst := d.Sides()
	return l, d, len(errs) == 0 && !src.Empty() && !dst.Empty()
}

// TestChecker holds every finding about random lines against brute force over
// pairs of peers and ports: whether the line holds, both counts, and the witness.
func TestChecker(t *testing.T) {
	lines, holds := 0, 0
	rng := rand.New(rand.NewPCG(7, 11))
	for n := range 200 {
		c, o := worlds.Random(rng, 2+n%12)
		w := newLineWorldOf(t, c, o, n%3) // of every three worlds two have bulks
		for range 20 {
			text := w.line(rng)
			l, d, ok := w.parsed(t, text)
			if !ok {
				continue
			}
			got := engine.NewChecker(w.m, []engine.Demand{d}).Check(0)
			w.check(t, &l, &d, got)
			lines++
			if got.Holds {
				holds++
			}
		}
	}
	t.Logf("%d lines, of which %d hold", lines, holds)
	if lines < 1500 || holds < lines/20 {
		t.Errorf("%d lines, of which %d hold: too few to mean something", lines, holds)
	}
}

// TestChecker_Scenarios: every expect.txt holds as a file of lines.
func TestChecker_Scenarios(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			_, _, m := readScenario(t, name)
			lines := readExpectations(t, name)
			demands := demandsOf(t, m, lines)
			c := engine.NewChecker(m, demands)
			for i := range lines {
				if f := c.Check(i); !f.Holds {
					t.Errorf("%s:%d: %s: %+v", scenarios.Expect, lines[i].Number, &lines[i], f)
				}
			}
		})
	}
}
