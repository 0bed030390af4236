package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// exposure is what the flags of exposed choose.
type exposure struct {
	from, to, controllers []string
}

func (s *session) exposed() *cobra.Command {
	var x exposure
	cmd := &cobra.Command{
		Use:   "exposed -f FILE",
		Short: "List what can be reached from outside, by which ways",
		Long: `exposed lists every way into the cluster, with what becomes of clients there: the
hosts and paths of Ingresses, Gateways and Routes, by what takes their
connections, the Services that load balancers, external addresses and node ports
publish, and the workloads that policy lets clients dial directly. Below each way
stands what is in the way, or happens on it: source ranges, authentication, the
policies that deny. The ways that are open stand first.

Clients are the internet, or what --from names. A workload that is open only
because no policy isolates it is one of a group. Whether addresses of pods are
routed outside the cluster is not in the input: what is dialled directly is what
no policy prevents. That clients can ask DNS for a host is taken for granted: can
and explain judge that too. Clients in the cluster, with --from, dial Services by
name: can says what becomes of them there, and exposed does not list it. Ports of
nodes that lead to pods (hostPort) are named, and not judged.

` + peersHelp + `

Exit code: 0, or 2 if there is no answer.`,
		Example: `  netreach exposed -f manifests/
  netreach exposed -f manifests/ --to shop/db
  netreach exposed -f manifests/ --from 203.0.113.7 --from private
  netreach exposed -f manifests/ -o md
  netreach exposed -f manifests/ -o dot | dot -Tsvg > exposed.svg
  kubectl get pods,ns,nodes,netpol,svc,endpointslices,ing,ingressclass -A -o yaml | netreach exposed -f -`,
		Args: wantsNothing("peers go with --from and --to"),
		RunE: func(*cobra.Command, []string) error { return s.showExposed(&x) },
	}
	f := cmd.Flags()
	f.StringArrayVar(&x.from, "from", nil, "clients to ask about, `PEER`; repeatable (default internet)")
	f.StringArrayVar(&x.to, "to", nil, "show only what leads to `PEER`; repeatable")
	controllerFlag(cmd, &x.controllers)
	peers := func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return s.peerNames(typed), noFiles
	}
	_ = cmd.RegisterFlagCompletionFunc("from", peers) // as in completeGlobals
	_ = cmd.RegisterFlagCompletionFunc("to", peers)
	return cmd
}

func (s *session) showExposed(x *exposure) error {
	out, err := s.renderer(render.ExposedOf)
	if err != nil {
		return err
	}
	if len(x.from) == 0 {
		x.from = []string{"internet"}
	}
	c, err := s.choose(&view{by: "workload", from: x.from, to: x.to})
	if err != nil {
		return err
	}
	controllers, err := s.controllers(x.controllers)
	if err != nil {
		return err
	}
	in, err := s.read()
	if err != nil {
		return err
	}
	if n := &in.cluster.Names; len(n.Services)+len(n.Routes) == 0 {
		s.hint("the input holds no Services, Ingresses or routes: kubectl get svc,endpointslices,ing,ingressclass -A -o yaml")
	}
	if err := checkControllers(controllers, in.cluster); err != nil {
		return err
	}
	s.unread(in.cluster)
	waiting := s.progress("judging")
	defer waiting.end()
	doc, err := in.exposed(route.Options{Controllers: controllers}, c)
	if err != nil {
		return err
	}
	return out.Exposed(doc)
}

// exposed returns what clients reach of some peers, or of all. What they dial by
// name and what they dial directly have nothing in common but the matrix, which
// anybody may read, and are found side by side.
func (in *input) exposed(opts route.Options, c choice) (*render.Exposed, error) {
	doc := &render.Exposed{Clients: make([]render.Exposure, len(c.from))}
	var wait sync.WaitGroup
	var err error
	wait.Go(func() {
		for i := range c.from {
			if err = in.dialled(&doc.Clients[i], c.from[i], c.to); err != nil {
				return
			}
		}
	})
	failed := in.addWays(doc, opts, c)
	wait.Wait()
	return doc, cmp.Or(failed, err)
}

// addWays adds the ways in to each sort of clients.
func (in *input) addWays(doc *render.Exposed, opts route.Options, c choice) error {
	atlas, err := route.New(in.matrix, opts)
	if err != nil {
		return err
	}
	if len(c.to) == 0 {
		doc.Unserved, doc.HostPorts = atlas.Unserved(), in.hostPorts()
	}
	for i, from := range c.from {
		if err := in.exposedTo(&doc.Clients[i], atlas, from, c.to); err != nil {
			return err
		}
	}
	return nil
}

// hostPorts returns the workloads whose pods take ports of their nodes, with these
// ports. Pods in their node's network have all of theirs there, and are listed among
// what is dialled directly.
func (in *input) hostPorts() []string {
	var out []string
	for _, e := range in.matrix.Workloads() {
		var ports []string
		for _, id := range e.Peers {
			p := in.matrix.PodOf(id)
			if p == nil || p.HostNetwork {
				continue
			}
			for _, x := range p.Ports {
				text := model.PortString(x.Protocol, x.HostPort, x.HostPort)
				if x.HostPort != 0 && !slices.Contains(ports, text) {
					ports = append(ports, text)
				}
			}
		}
		if len(ports) > 0 {
			out = append(out, e.Name+" "+strings.Join(ports, " "))
		}
	}
	return out
}

// exposedTo adds the ways in that lead to some peers, or to any.
func (in *input) exposedTo(out *render.Exposure, atlas *route.Atlas, from expect.Peer, to []expect.Peer) error {
	src, err := in.resolve(from)
	if err != nil {
		return err
	}
	out.From, out.Inside = src.Name, !src.Outside
	if from.Kind == expect.Addresses {
		out.From = from.String()
	}
	wanted := map[engine.PeerID]bool{}
	for _, p := range to {
		e, err := in.resolve(p)
		if err != nil {
			return err
		}
		if e.Outside {
			return troublef("can says whether a peer reaches addresses outside", "--to %s: it is outside the cluster, and no way in leads there", p.Text)
		}
		for _, id := range e.Peers {
			wanted[id] = true
		}
		out.To = append(out.To, e.Name)
	}
	doors := atlas.Doors()
	for _, o := range atlas.Openings(src, from) {
		if len(to) == 0 || leadsTo(atlas, &o.Answer, wanted) {
			out.Ways = append(out.Ways, in.wayIn(&o, doors))
		}
	}
	return nil
}

// dialled finds what clients reach at the addresses of pods.
func (in *input) dialled(x *render.Exposure, from expect.Peer, to []expect.Peer) error {
	m, err := in.look(choice{by: "workload", from: []expect.Peer{from}, to: to, inward: len(to) == 0}, render.Alike)
	if err != nil {
		return err
	}
	if len(to) == 0 { // clients do not dial addresses outside
		m.Destinations = slices.DeleteFunc(m.Destinations, func(j int) bool { return m.Table.Ends[j].Outside })
		m.Table.Only(m.Sources, m.Destinations)
	}
	x.Direct = m
	in.bare(x)
	x.Gather()
	return nil
}

// bare takes the workloads that are open on every port, and that no policy
// isolates, out of those that are listed, since there may be very many.
func (in *input) bare(x *render.Exposure) {
	m := x.Direct
	open := render.Memo(func(c engine.CellID) bool {
		all := m.Table.Segments(c)
		return len(all) > 0 && !slices.ContainsFunc(all, func(s engine.Segment) bool { return s.Verdict != model.Allowed })
	})
	var listed []int
	for _, j := range m.Destinations {
		e := m.Table.Ends[j]
		isBare := !e.Outside && !in.matrix.IsolatesAny(model.Ingress, e)
		for _, i := range m.Sources {
			isBare = isBare && (e.Outside && m.Table.Ends[i].Outside || open(m.Table.Cell(i, j)))
		}
		if isBare {
			x.Bare = append(x.Bare, j)
			x.BarePods += e.Weight
		} else {
			listed = append(listed, j)
		}
	}
	x.Shown = len(m.Destinations)
	m.Destinations = listed
	m.Table.Only(m.Sources, listed)
}

// leadsTo reports whether a walk ends at some of the peers.
func leadsTo(atlas *route.Atlas, a *route.Answer, wanted map[engine.PeerID]bool) bool {
	return slices.ContainsFunc(a.Arrivals(), func(x route.Arrival) bool {
		return slices.ContainsFunc(atlas.Ends(x.Leg), func(id engine.PeerID) bool { return wanted[id] })
	})
}

// wayIn describes an opening.
func (in *input) wayIn(o *route.Opening, doors map[string]engine.End) render.WayIn {
	w := render.WayIn{Name: o.Title(), Verdict: o.Answer.Verdict, Ways: in.ways(o.Answer.Walks)}
	for _, p := range o.Ports {
		w.Ports = append(w.Ports, numbered(p))
	}
	switch {
	case o.Entry != nil:
		w.Door, w.Hosts, w.Object = o.Entry.Door, o.Entry.Hosts, o.Entry.Origin
		if e := doors[w.Door]; len(e.Peers) > 0 {
			w.DoorPods = e.Name
		}
		if w.Path = o.Entry.Path.Path; w.Path != "" {
			w.PathType = o.Entry.Path.Form.String()
		}
		if text := o.Entry.Share(); text != "" && len(o.Answer.Walks) > 0 {
			w.Meet(render.Obstacle{Lead: text})
		}
	default:
		w.By, w.Object = o.By, o.Publication.Service.Origin
	}
	for _, n := range o.Answer.Notes {
		w.Meet(render.Obstacle{Lead: n})
	}
	if text := fares(w.Ways); text != "" {
		w.Meet(render.Obstacle{Lead: text})
	}
	for i := range w.Ways {
		in.onTheWay(&w, &w.Ways[i])
	}
	slices.SortStableFunc(w.Targets, func(a, b render.Target) int { return strings.Compare(a.Name, b.Name) })
	return w
}

// numbered writes a port that clients dial.
func numbered(p engine.PortRange) string {
	if p.First == 0 {
		return "a node port that the input does not tell"
	}
	return p.String()
}

// fares says which clients fare how, or the first of many, or nothing where they
// are all alike.
func fares(ways []render.Way) string {
	if !slices.ContainsFunc(ways, func(w render.Way) bool { return !slices.Equal(w.Clients, ways[0].Clients) }) {
		return ""
	}
	var words []string
	for i := range ways {
		words = append(words, ways[i].Verdict().String()+" "+strings.Join(render.Few(ways[i].Clients), ", "))
	}
	return strings.Join(words, "; ")
}

// onTheWay adds the pods that a way leads to, and what clients meet on it.
func (in *input) onTheWay(w *render.WayIn, way *render.Way) {
	for i := range way.Hops {
		h := &way.Hops[i]
		for k := range h.Legs {
			l := &h.Legs[k]
			if h.Kind == route.Backend && !l.Aside {
				w.AddTarget(l)
			}
			if l.Verdict() == model.Allowed {
				continue
			}
			w.Meet(in.denial(&l.Leg))
		}
		for _, n := range h.Notes {
			w.Meet(render.Obstacle{Lead: n.Text, Origin: n.Origin})
		}
	}
}

// denial says in a line why a leg is not open, with the policy that matters.
func (in *input) denial(l *route.Leg) render.Obstacle {
	at := slices.IndexFunc(l.Witnesses, func(w engine.Witness) bool { return w.Verdict == model.Denied })
	if at < 0 {
		at = slices.IndexFunc(l.Witnesses, func(w engine.Witness) bool { return w.Verdict != model.Allowed })
	}
	if at < 0 || l.Witnesses[at].Src == l.Witnesses[at].Dst {
		return render.Obstacle{Lead: l.Text}
	}
	w := l.Witnesses[at]
	t := l.Matrix.Explain(w.Src, w.Dst, w.Port.Protocol, w.Port.First)
	for i := range t.Flows {
		for _, d := range []*engine.DirectionTrace{&t.Flows[i].Egress, &t.Flows[i].Ingress} {
			if d.Verdict != model.Allowed {
				return render.Denial(d, l.Src.Name, l.Dst.Name, w.Port)
			}
		}
	}
	return render.Obstacle{Lead: fmt.Sprintf("%s -> %s %s: %s", l.Src.Name, l.Dst.Name, w.Port, l.Verdict())}
}
