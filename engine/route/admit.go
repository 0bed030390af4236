package route

import (
	"fmt"
	"net/netip"
	"slices"

	"netreach/engine"
	"netreach/model"
)

// admit judges what a door lets in by the client's address, and perhaps by what it
// asks: auth is the hop to that, or nil. It returns that hop where the client needs
// it, and adds what else a
// client meets there (ING-12, RT-2). The rules are those of the route itself, or for
// a canary of the one whose requests it shares.
func (a *Atlas) admit(h *Hop, c client, d *door, r, rules *model.Route, auth *Hop) *Hop {
	if d.doubts(r) {
		a.admitPerhaps(h, c, d, r)
		return auth
	}
	if !d.heeds(r) {
		if len(r.Notes) > 0 || r.Restricted || len(r.Refuses) > 0 {
			h.note(r.Origin, "its annotations are for "+r.For+", which does not serve it, and have no effect")
		}
		return auth
	}
	if d.anyWillDo(rules) {
		auth = a.admitEither(h, c, d, rules, auth)
	} else {
		a.admitByList(h, c, d, rules)
	}
	a.servedAuth(h, d, rules)
	notes := r.Notes
	if d.defaults != nil {
		notes = slices.Concat(notes, d.defaults.Notes)
	}
	for _, n := range notes {
		h.note(n.Origin, "the controller "+n.Text)
	}
	return auth
}

// anyWillDo reports whether a client that is asked for something gets in by that as
// well as by its address (ING-12).
func (d *door) anyWillDo(r *model.Route) bool {
	return r.AnyWillDo && d.heeds(r) && (r.Password || d.authOf(r).URL != "")
}

// admitEither judges what a door lets in by the client's address or by what it asks:
// a client that a list of the only ones holds is not asked, and any other may pass,
// which is not in the input.
func (a *Atlas) admitEither(h *Hop, c client, d *door, r *model.Route, auth *Hop) *Hop {
	list := Hop{Mix: allowed}
	a.admitByList(&list, c, d, r)
	for _, n := range list.Notes {
		h.note(n.Origin, n.Text)
	}
	mix := perhapsNot(list.Mix)
	if list.Mix != allowed {
		h.note(r.Origin, "who passes what the controller asks gets in from anywhere (satisfy: any): whether clients do that its lists keep out is not in the input (ING-12)")
	}
	only := r.Restricted || d.defaults != nil && (d.defaults.Restricted || d.defaults.UnreadAdmits)
	switch {
	case auth == nil || !only || list.Mix == denied:
	case list.Mix == allowed:
		auth = nil
	default: // some are asked
		asked := open.And(auth.Mix)
		if auth.Mix == 0 {
			asked = denied
		}
		mix, auth = mix&^open|asked, nil
	}
	h.Mix = h.Mix.And(mix)
	return auth
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
