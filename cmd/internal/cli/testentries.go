package cli

import (
	"slices"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// waysIn tells whether clients outside come to pods by the ways in: by a URL, or by
// a Service that is published.
type waysIn struct {
	in    *input
	atlas *route.Atlas
	// whole are internet and private, and their names.
	whole map[expect.PeerKind]engine.Side
	asked map[string][]route.Opening
}

func (in *input) waysIn(controllers map[string]expect.Peer) (*waysIn, error) {
	atlas, err := route.New(in.matrix, route.Options{Controllers: controllers})
	if err != nil {
		return nil, err
	}
	w := &waysIn{in: in, atlas: atlas, whole: map[expect.PeerKind]engine.Side{}, asked: map[string][]route.Opening{}}
	for _, kind := range []expect.PeerKind{expect.Internet, expect.Private} {
		if s, err := in.matrix.Side(expect.Peer{Kind: kind}); err == nil { // else there is none
			w.whole[kind] = s
		}
	}
	return w, nil
}

// clients returns the addresses outside that a side holds as peers to ask about:
// internet and private where it holds all of them, and ranges.
func (w *waysIn) clients(side engine.Side) []expect.Peer {
	var out []expect.Peer
	for _, p := range []expect.Peer{{Kind: expect.Internet, Text: "internet"}, {Kind: expect.Private, Text: "private"}} {
		if whole, ok := w.whole[p.Kind]; ok && whole.Without(side).Empty() {
			out = append(out, p)
			side = side.Without(whole)
		}
	}
	for _, r := range side.Outside() {
		out = append(out, expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last, Outside: true})
	}
	return out
}

// openings returns what becomes of clients at every way in.
func (w *waysIn) openings(client expect.Peer) ([]route.Opening, error) {
	all, ok := w.asked[client.String()]
	if !ok {
		end, err := w.in.resolve(client)
		if err != nil {
			return nil, err
		}
		all = w.atlas.Openings(end, client)
		w.asked[client.String()] = all
	}
	return all, nil
}

// breach looks for a way in by which somebody gets where a line says that nobody
// does: one whom it denies, or whom an only line does not name. It makes the line
// fail with that example.
func (w *waysIn) breach(l *expect.Line, d *engine.Demand, line *render.TestLine) error {
	src, dst := d.Sides()
	switch {
	case !line.Holds:
		return nil
	case l.Form == expect.Only:
		src = w.in.matrix.Everyone().Without(src)
	case l.Form != expect.Flow || l.Verdict != model.Denied:
		return nil
	}
	found, err := w.wayThrough(l, src, dst)
	if found == nil || err != nil {
		return err
	}
	line.Holds, line.Pairs, line.Failing, line.Got, line.Else = false, 0, 0, found.arrival.Mix.Verdict(), l.Form == expect.Only
	leg := found.arrival.Leg
	line.Example = &render.Example{
		Src: found.client.String() + " via " + found.opening.Dialled()[0], Dst: leg.Dst.Name, Port: leg.Port.String(), Verdict: line.Got,
	}
	explained := &render.WayLeg{Leg: *leg}
	if err := w.in.explainLeg(explained); err != nil {
		return err
	}
	for _, why := range explained.Why {
		if why.Verdict != model.Denied {
			line.Example.Why = why
		}
	}
	return nil
}

// passage is somebody who gets to some pods, or may, by a way in.
type passage struct {
	client  expect.Peer
	opening *route.Opening
	arrival route.Arrival
}

// wayThrough finds who gets from one side to another by a way in: one that is open
// to all whom it is asked about, if there is one. It returns nil if there is none
// at all.
func (w *waysIn) wayThrough(l *expect.Line, src, dst engine.Side) (*passage, error) {
	var found *passage
	for _, client := range w.clients(src) {
		all, err := w.openings(client)
		if err != nil {
			return nil, err
		}
		for i := range all {
			for _, x := range all[i].Answer.Arrivals() {
				verdict := x.Mix.Verdict()
				if verdict == model.Denied || verdict == model.None || found != nil && verdict != model.Allowed || !w.ends(x.Leg, dst, l) {
					continue
				}
				found = &passage{client, &all[i], x}
				if verdict == model.Allowed {
					return found, nil
				}
			}
		}
	}
	return found, nil
}

// ends reports whether a leg ends at a peer of a side, on a port that a line is
// about.
func (w *waysIn) ends(leg *route.Leg, side engine.Side, l *expect.Line) bool {
	return slices.ContainsFunc(w.atlas.Ends(leg), func(id engine.PeerID) bool {
		return side.Has(id) && w.onPort(id, leg.Port, l.Ports, len(l.Ports) == 0) && !w.onPort(id, leg.Port, l.PortsExcept, false)
	})
}

// onPort reports whether a port of a pod is among some; none means otherwise.
func (w *waysIn) onPort(id engine.PeerID, port engine.PortRange, list []model.PortMatch, otherwise bool) bool {
	if len(list) == 0 {
		return otherwise
	}
	return slices.ContainsFunc(list, func(p model.PortMatch) bool { return w.in.matches(id, port, p) })
}
