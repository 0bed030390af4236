package cli

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/near"
)

// controllers parses the values of --controller: CLASS=PEER.
func (s *session) controllers(values []string) (map[string]expect.Peer, error) {
	out := map[string]expect.Peer{}
	for _, v := range values {
		class, text, ok := strings.Cut(v, "=")
		if !ok || class == "" || text == "" {
			return nil, troublef("such as nginx=ingress-nginx/app.kubernetes.io/name=ingress-nginx", "--controller %s: wants CLASS=PEER", v)
		}
		p, err := expect.ParsePeer(text, s.flags.namespace)
		if err != nil {
			return nil, err
		}
		out[class] = p
	}
	return out, nil
}

// controllersIn is controllers, for classes that must be in some of the clusters.
func (s *session) controllersIn(values []string, clusters ...*model.Cluster) (map[string]expect.Peer, error) {
	out, err := s.controllers(values)
	if err != nil {
		return nil, err
	}
	return out, checkControllers(out, clusters...)
}

// checkControllers refuses a class that none of the clusters has: what is said of it
// would have no effect.
func checkControllers(controllers map[string]expect.Peer, clusters ...*model.Cluster) error {
	if len(controllers) == 0 {
		return nil
	}
	var known []string
	for _, c := range clusters {
		known = append(known, route.Classes(c)...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, class := range slices.Sorted(maps.Keys(controllers)) {
		if slices.Contains(known, class) {
			continue
		}
		text := fmt.Sprintf("--controller %s=%s: nothing in the input is of class %q", class, controllers[class].Text, class)
		if len(known) == 0 {
			return troublef("kubectl get ing,ingressclass,gateways,gatewayclasses -A -o yaml", "%s: it holds no Ingresses, Gateways or Routes", text)
		}
		return troublef(near.Hint(class, known, "ingress stands for no class, and openshift for Routes"), "%s; there is %s", text, strings.Join(render.Few(known), ", "))
	}
	return nil
}

// byName answers a question whose destination is a name, or an address at which
// a Service is dialled. It returns nil for one that is neither.
func (in *input) byName(q question, src engine.End, why bool) (*render.Query, error) {
	atlas, err := route.New(in.matrix, route.Options{Controllers: q.controllers})
	if err != nil {
		return nil, err
	}
	answer, ok, err := in.walkOver(atlas, q, asking(q, src))
	if err != nil || !ok {
		return nil, err
	}
	out := &render.Query{
		Src: src, Dst: engine.End{Name: q.dst.String()}, Port: q.port,
		Answer:      engine.Answer{Verdict: answer.Verdict, Notes: answer.Notes},
		NotEnforced: in.implementation.switches.NotEnforced, Tiered: in.tiered(),
	}
	if out.NotEnforced {
		out.Answer.Notes = append(out.Answer.Notes, "nothing enforces policies (enforced=false)")
	}
	out.Ways = in.ways(answer.Walks)
	out.Flows = in.partsByName(atlas, q, src, &answer)
	in.named = &named{question: q, answer: answer}
	if !why {
		return out, nil
	}
	for i := range out.Ways {
		for k := range out.Ways[i].Hops {
			for j := range out.Ways[i].Hops[k].Legs {
				if err := in.explainLeg(&out.Ways[i].Hops[k].Legs[j]); err != nil {
					return nil, err
				}
			}
		}
	}
	out.Caveats, err = in.caveats(out)
	return out, err
}

// named is the question about a name that was asked last, and its answer.
type named struct {
	question
	answer route.Answer
}

// asking puts a question to an Atlas.
func asking(q question, src engine.End) route.Question {
	return route.Question{Src: src, Asked: q.src, Dst: q.dst, Port: q.port}
}

// walk answers a question about a name over a matrix. It returns false for a
// destination that leads nowhere but to itself.
func (in *input) walk(m *engine.Matrix, q question, src engine.End) (route.Answer, bool, error) {
	atlas, err := route.New(m, route.Options{Controllers: q.controllers})
	if err != nil {
		return route.Answer{}, false, err
	}
	return in.walkOver(atlas, q, asking(q, src))
}

// walkOver answers a question about a name over an Atlas, as walk does.
func (in *input) walkOver(atlas *route.Atlas, q question, asked route.Question) (route.Answer, bool, error) {
	switch q.dst.Kind {
	case expect.Service, expect.URL:
		out, err := atlas.Walk(asked)
		return out, err == nil, err
	case expect.Addresses:
		if q.dst.First == q.dst.Last {
			out, ok := atlas.ToAddress(asked, q.dst.First, q.port)
			return out, ok, nil
		}
	case expect.NodeName:
		if id, ok := in.universe.NodeID(q.dst.Name); ok {
			out, ok := atlas.ToNodePort(asked, id, q.port)
			return out, ok, nil
		}
	case expect.Defined, expect.Named, expect.AllPods, expect.Selected, expect.Internet, expect.Private:
	}
	return route.Answer{}, false, nil
}

// partsByName cuts an answer about a name so that each part has one verdict, as
// far as clients or ports make the difference.
func (in *input) partsByName(atlas *route.Atlas, q question, src engine.End, answer *route.Answer) []render.Flows {
	if answer.Verdict != model.Some && answer.Verdict != model.Unknown {
		return nil
	}
	var out []render.Flows
	for _, p := range atlas.Parts(asking(q, src), func(asked route.Question) route.Answer {
		one, _, _ := in.walkOver(atlas, q, asked) // about a part of those of whom it is answered already
		return one
	}) {
		f := render.Flows{Verdict: p.Verdict, Src: slices.Clone(p.Names), Dst: []string{q.dst.String()}, Ports: render.Ports(p.Ports)}
		if len(p.Peers) > 0 {
			names := in.crowd(p.Peers)
			if len(names) == 0 { // nodes
				names = []string{in.matrix.PeersName(p.Peers)}
			}
			f.Src = append(f.Src, names...)
		}
		if len(p.Ports) == 0 {
			f.Ports = []string{q.port.String()}
		}
		out = append(out, f)
	}
	return out
}

// ways returns the walks of an answer, with those that differ in their client
// alone as one.
func (in *input) ways(walks []route.Walk) []render.Way {
	var out []render.Way
	var clients [][]engine.PeerID // by way
	at := map[string]int{}
	var key []byte
	for i := range walks {
		w := &walks[i]
		if len(walks) > 1 {
			key = wayKey(key[:0], w)
			if k, ok := at[string(key)]; ok {
				out[k].Clients = append(out[k].Clients, w.Client)
				clients[k] = append(clients[k], w.From.Peers...)
				continue
			}
			at[string(key)] = len(out)
		}
		way := render.Way{Walk: *w, Clients: []string{w.Client}}
		for k := range w.Hops {
			hop := render.WayHop{Hop: w.Hops[k]}
			for j := range w.Hops[k].Legs {
				hop.Legs = append(hop.Legs, render.WayLeg{Leg: w.Hops[k].Legs[j]})
			}
			way.Hops = append(way.Hops, hop)
		}
		out = append(out, way)
		clients = append(clients, slices.Clip(w.From.Peers))
	}
	for k := range out {
		if out[k].Many() {
			out[k].Who = in.crowd(clients[k])
		}
	}
	return out
}

// crowd says who some pods are together: the namespaces and workloads that they
// are all pods of, then how many they are of others. It says nothing of others
// than pods.
func (in *input) crowd(ids []engine.PeerID) []string {
	within := map[engine.PeerID]bool{}
	for _, id := range ids {
		if in.matrix.PodOf(id) == nil {
			return nil
		}
		within[id] = true
	}
	count := func(e engine.End) int {
		n := 0
		for _, id := range e.Peers {
			if within[id] {
				n++
			}
		}
		return n
	}
	var out, parts []string
	for _, e := range in.matrix.Namespaces() {
		if n := count(e); n > 0 && n == len(e.Peers) {
			out = append(out, e.Name)
			for _, id := range e.Peers {
				delete(within, id)
			}
		}
	}
	for _, e := range in.matrix.Workloads() {
		switch n := count(e); {
		case n == 0:
		case n == len(e.Peers):
			out = append(out, e.Name)
		default:
			parts = append(parts, fmt.Sprintf("%s (%d of %d pods)", e.Name, n, len(e.Peers)))
		}
	}
	return append(out, parts...)
}

// wayKey appends what tells walks apart that differ in more than their client.
func wayKey(key []byte, w *route.Walk) []byte {
	text := func(s string) { key = append(append(key, s...), 0) }
	port := func(p engine.PortRange) {
		key = append(key, byte(p.Protocol), byte(p.First>>8), byte(p.First), byte(p.Last>>8), byte(p.Last))
	}
	text(w.Title)
	port(w.Port)
	key = append(key, byte(w.Mix))
	for i := range w.Hops {
		h := &w.Hops[i]
		text(h.Title)
		key = append(key, byte(h.Kind), byte(h.Mix))
		key = binary.AppendUvarint(binary.AppendUvarint(key, uint64(len(h.Legs))), uint64(len(h.Notes)))
		for j := range h.Legs {
			l := &h.Legs[j]
			text(l.Dst.Name)
			port(l.Port)
			key = append(key, byte(l.Mix))
			text(l.Text)
		}
		for _, n := range h.Notes {
			text(n.Text)
		}
	}
	return key
}

// explainLeg explains a flow of a leg for each verdict that occurs.
func (in *input) explainLeg(l *render.WayLeg) error {
	for _, w := range l.Witnesses {
		t := l.Matrix.ExplainThrough(w.Src, w.Dst, w.Port.Protocol, w.Port.First, l.Families)
		if w.Src == w.Dst && t.Verdict != w.Verdict {
			continue // a pod that is led to itself, which policy does not decide; the walk says so
		}
		why := render.Why{Trace: t, Src: subjectOf(l, w.Src, l.Src), Dst: subjectOf(l, w.Dst, l.Dst)}
		if l.Matrix == in.matrix {
			var err error
			if why.Settle, err = in.settles(&t); err != nil {
				return err
			}
		}
		l.Why = append(l.Why, why)
	}
	return nil
}

// subjectOf describes a member of an end of a leg. An address outside goes by the
// name of the end, with where it lies if that is what tells the flows apart.
func subjectOf(l *render.WayLeg, id engine.PeerID, e engine.End) render.Subject {
	p := l.Matrix.Universe().Peer(id)
	s := render.Subject{Name: p.String(), EngineName: p.String(), Unfiltered: unfiltered(p.Kind)}
	switch {
	case len(e.Peers) > 1 && len(l.Witnesses) > 1 && p.Kind == engine.OutsidePeer:
		s.Name = e.Name + " in " + p.String()
	case len(e.Peers) == 1 || p.Kind == engine.OutsidePeer:
		s.Name = e.Name
	}
	return s
}

// unfiltered says why no policy applies to a peer of a kind, where none does.
func unfiltered(k engine.PeerKind) string {
	switch k {
	case engine.NodePeer:
		return "it is a node"
	case engine.OutsidePeer:
		return "it is outside the cluster"
	case engine.PodPeer:
	}
	return "it uses its node's network"
}

// sameWalks reports whether a name leads to the same verdicts under another
// matrix.
func (in *input) sameWalks(m *engine.Matrix, src engine.End) (bool, error) {
	other, ok, err := in.walk(m, in.named.question, src)
	if err != nil || !ok || other.Verdict != in.named.answer.Verdict || len(other.Walks) != len(in.named.answer.Walks) {
		return false, err
	}
	for i := range other.Walks {
		if other.Walks[i].Mix != in.named.answer.Walks[i].Mix {
			return false, nil
		}
	}
	return true, nil
}
