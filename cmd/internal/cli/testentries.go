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
	// crowds are internet and private, as far as there are such addresses.
	crowds []crowdIn
}

// crowdIn is internet or private, with what becomes of it at every way in.
type crowdIn struct {
	client   expect.Peer
	side     engine.Side
	openings []route.Opening
}

func (in *input) waysIn(controllers map[string]expect.Peer) (*waysIn, error) {
	atlas, err := route.New(in.matrix, route.Options{Controllers: controllers})
	if err != nil {
		return nil, err
	}
	w := &waysIn{in: in, atlas: atlas}
	for _, p := range []expect.Peer{{Kind: expect.Internet, Text: "internet"}, {Kind: expect.Private, Text: "private"}} {
		side, err := in.matrix.Side(p)
		if err != nil {
			continue // there is none
		}
		end, err := in.resolve(p)
		if err != nil {
			return nil, err
		}
		w.crowds = append(w.crowds, crowdIn{p, side, atlas.Openings(end, p)})
	}
	return w, nil
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
	for i := range w.crowds {
		c := &w.crowds[i]
		if !c.side.Overlaps(src) {
			continue
		}
		all := c.side.Without(src).Empty()
		for k := range c.openings {
			o := &c.openings[k]
			for _, x := range o.Answer.Arrivals() {
				verdict := x.Mix.Verdict()
				if verdict == model.Denied || verdict == model.None || found != nil && verdict != model.Allowed || !w.ends(x.Leg, dst, l) {
					continue
				}
				one := &passage{c.client, o, x}
				if !all {
					var err error
					if one, err = w.among(l, src, dst, one); err != nil {
						return nil, err
					}
				}
				if one == nil {
					continue
				}
				if found = one; one.arrival.Mix.Verdict() == model.Allowed {
					return found, nil
				}
			}
		}
	}
	return found, nil
}

// among returns somebody of a side who gets through as others of the clients of a
// passage do, or nil. Where clients fare alike anyone of the side does; else those of
// the side are asked about, range by range.
func (w *waysIn) among(l *expect.Line, src, dst engine.Side, p *passage) (*passage, error) {
	for _, id := range p.arrival.Clients() {
		for _, r := range w.in.matrix.RangesOf(src, id) {
			client := expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last, Outside: true}
			if p.arrival.Mix.Verdict() == model.Allowed {
				return &passage{client, p.opening, p.arrival}, nil
			}
			end, err := w.in.resolve(client)
			if err != nil {
				return nil, err
			}
			answer := w.atlas.Again(p.opening, end, client)
			for _, x := range answer.Arrivals() {
				if v := x.Mix.Verdict(); v != model.Denied && v != model.None && w.ends(x.Leg, dst, l) {
					return &passage{client, p.opening, x}, nil
				}
			}
		}
	}
	return nil, nil //nolint:nilnil // nobody
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
