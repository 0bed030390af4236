package route

import (
	"fmt"
	"net/netip"
	"slices"

	"netreach/engine"
	"netreach/model"
)

// admit judges what a door lets in by the client's address, and adds what else a
// client meets there (ING-12, RT-2). The rules are those of the route itself, or for
// a canary of the one whose requests it shares.
func (a *Atlas) admit(h *Hop, c client, d *door, r, rules *model.Route) {
	if d.doubts(r) {
		a.admitPerhaps(h, c, d, r)
		return
	}
	if !d.heeds(r) {
		if len(r.Notes) > 0 || r.Restricted || len(r.Refuses) > 0 {
			h.note(r.Origin, "its annotations are for "+r.For+", which does not serve it, and have no effect")
		}
		return
	}
	a.admitByList(h, c, d, rules)
	for _, n := range a.servedAuth(d, rules) {
		h.note(n.Origin, n.Text)
	}
	notes := r.Notes
	if d.defaults != nil {
		notes = slices.Concat(notes, d.defaults.Notes)
	}
	for _, n := range notes {
		h.note(n.Origin, "the controller "+n.Text)
	}
}

// admitPerhaps judges what a door lets in of which it is not known whether it heeds
// the annotations of a route: whom they keep out may get in or not.
func (a *Atlas) admitPerhaps(h *Hop, c client, d *door, r *model.Route) {
	if !r.Restricted && len(r.Refuses) == 0 && !r.Canary && len(r.Notes) == 0 {
		return
	}
	h.note(r.Origin, fmt.Sprintf("its annotations are for %s, and whether that is what %s is run by (%s) is not in the input: what they say is open (ING-2, ING-12); "+
		"name its pods with --controller %s", r.For, d.name, d.controller, d.controllerPeer()))
	list := Hop{Mix: allowed}
	a.admitByList(&list, c, d, r)
	h.Mix = h.Mix.And(perhapsNot(list.Mix))
	for _, n := range list.Notes {
		h.note(n.Origin, n.Text+", if so")
	}
	for _, n := range r.Notes {
		h.note(n.Origin, "the controller "+n.Text+", if so")
	}
}

// perhapsNot returns what is open where m denies.
func perhapsNot(m model.Mix) model.Mix {
	if m.Join(denied) != m {
		return m
	}
	out := open
	if m.Join(allowed) == m {
		out = out.Join(allowed)
	}
	return out
}

// not turns allowed and denied round.
func not(m model.Mix) model.Mix {
	var out model.Mix
	for _, v := range []model.Verdict{model.Allowed, model.Denied, model.Unknown} {
		one := model.Mix(0).With(v)
		if m.Join(one) != m {
			continue
		}
		switch v {
		case model.Allowed:
			out = out.Join(denied)
		case model.Denied:
			out = out.Join(allowed)
		default:
			out = out.Join(one)
		}
	}
	return out
}

// seen returns whether the address that a door sees of a client lies in one of
// the prefixes. Through a node or load balancer with traffic policy Cluster it
// may see that of a node (SVC-17), unless the PROXY protocol tells it (ING-12).
func (a *Atlas) seen(h *Hop, c client, d *door, prefixes []netip.Prefix) model.Mix {
	m := a.within(c, prefixes)
	if !c.Outside || len(d.pods.Peers) == 0 || a.m.Options().Switches.ExternalSNAT == model.SNATNever || d.defaults != nil && d.defaults.RealClient {
		return m
	}
	for _, s := range d.services {
		if !s.ExternalLocal && len(publications(s)) > 0 {
			var n model.Mix
			for _, l := range a.throughNode(func(src engine.End) []Leg { return []Leg{{Mix: a.within(client{End: src}, prefixes)}} }) {
				n = n.Join(l.Mix)
			}
			if n != m {
				h.note(s.Origin, "with externalTrafficPolicy Cluster the controller may see the address of a node instead of the client's (SVC-17)")
			}
			return m.Join(n)
		}
	}
	return m
}
