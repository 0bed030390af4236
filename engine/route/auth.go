package route

import (
	"fmt"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/expect"
)

// doorAuth is what a door asks whether a request may pass.
type doorAuth struct {
	door *door
	url  string
}

// authOf returns what a door asks about the requests of a route (ING-12).
func (d *door) authOf(r *model.Route) model.AuthRequest {
	switch {
	case !d.heeds(r):
		return model.AuthRequest{}
	case r.Auth.URL == "" && !r.NoDefaultAuth && d.defaults != nil:
		return d.defaults.Auth
	}
	return r.Auth
}

// auth returns the hop from a door to what it asks whether the requests of a route
// may pass, without which all of them fail (ING-12). It returns nil where nothing is
// asked, or something that is not in the cluster; of that the notes of the door tell.
func (a *Atlas) auth(d *door, r *model.Route) *Hop {
	asked := d.authOf(r)
	if asked.URL == "" {
		return nil
	}
	k := doorAuth{d, asked.URL}
	h, ok := a.auths[k]
	if !ok {
		h = a.authService(d, asked.URL)
		if h != nil {
			h.Legs, h.Notes = slices.Clip(h.Legs), slices.Clip(h.Notes)
		}
		a.auths[k] = h
	}
	if h == nil {
		return nil
	}
	out := *h
	out.Origin = asked.Origin
	if out.Verdict() != model.Allowed {
		out.note(asked.Origin, "where the controller gets no answer, the request fails (ING-12)")
	}
	return &out
}

// authService judges the way from a door to a URL, or returns nil if its host is
// no Service of the cluster.
func (a *Atlas) authService(d *door, url string) *Hop {
	peer := expect.Peer{Kind: expect.URL, Text: url}
	t, err := parseTarget(peer)
	if err != nil || d.pods.Outside {
		return nil
	}
	s, named := a.serviceNamed(t.host, "") // no search domains: nginx asks for the name as it is
	q := Question{Src: d.pods, Asked: expectNothing, Dst: peer}
	switch {
	case d.assumed != nil && s != nil:
		return a.authFromAssumed(d, t, s)
	case d.assumed != nil:
		return nil
	case t.addr.IsValid():
		if _, ok := a.ToAddress(q, t.addr, t.tcp()); !ok {
			return nil
		}
	case !named:
		return nil
	}
	answer, err := a.toURL(q)
	if err != nil {
		return nil
	}
	h := &Hop{Kind: Auth, Title: authTitle(d, t)}
	lost := false
	for i := range answer.Walks {
		w := &answer.Walks[i]
		h.Mix = h.Mix.Join(w.Mix)
		lost = lost || w.Mix == 0
		for k := range w.Hops {
			h.Legs = append(h.Legs, w.Hops[k].Legs...)
			for _, n := range w.Hops[k].Notes {
				h.note(n.Origin, n.Text)
			}
		}
	}
	if lost && h.Mix != 0 {
		h.Mix = h.Mix.Join(denied)
	}
	for _, text := range answer.Notes {
		h.note(model.Origin{}, text)
	}
	return h
}

// authFromAssumed judges the way to a Service from a door whose pods are not in the
// input.
func (a *Atlas) authFromAssumed(d *door, t target, s *model.Service) *Hop {
	h := &Hop{Kind: Auth, Title: authTitle(d, t)}
	if s.Type == model.ExternalName {
		h.say(open, "whether "+d.name+" reaches "+s.ExternalName+" is not known: its pods are not in the input")
		return h
	}
	var none Answer
	for _, p := range a.portsOf(&none, s, t.tcp()) {
		one := a.fromAssumed(d, s, p)
		h.Mix = h.Mix.Join(one.Mix)
		h.Legs = append(h.Legs, one.Legs...)
		for _, n := range one.Notes {
			h.note(n.Origin, n.Text)
		}
	}
	if h.Mix == 0 && len(h.Notes) == 0 {
		h.note(s.Origin, fmt.Sprintf("Service %s/%s has no port %d/tcp", s.Namespace, s.Name, t.port))
	}
	return h
}

func authTitle(d *door, t target) string {
	return fmt.Sprintf("from %s to %s %s, which it asks whether a request may pass", d.name, t.host, model.PortString(model.TCP, t.port, t.port))
}

// authNamespaces returns the namespaces of the pods that a door comes to when it asks
// whether a request may pass, those of the DNS included, and reports false if they
// are not known.
func (a *Atlas) authNamespaces(d *door, r *model.Route) ([]string, bool) {
	h := a.auth(d, r)
	if h == nil {
		return nil, true
	}
	t, err := parseTarget(expect.Peer{Kind: expect.URL, Text: d.authOf(r).URL})
	s, _ := a.serviceNamed(t.host, "")
	if err != nil || s == nil || !s.Selects {
		return nil, false
	}
	out := []string{s.Namespace}
	for i := range h.Legs {
		l := &h.Legs[i]
		for _, id := range l.Dst.Peers {
			if l.Matrix == nil {
				return nil, false
			}
			if p := l.Matrix.PodOf(id); p != nil && !slices.Contains(out, p.Namespace) {
				out = append(out, p.Namespace)
			}
		}
	}
	return out, true
}

// servedAuth says of a URL that a door asks that it is one of the ways in itself,
// which is not followed.
func (a *Atlas) servedAuth(h *Hop, d *door, r *model.Route) {
	asked := d.authOf(r)
	if asked.URL == "" {
		return
	}
	t, err := parseTarget(expect.Peer{Kind: expect.URL, Text: asked.URL})
	if err != nil {
		return
	}
	_, rest, _ := strings.Cut(t.host, ".")
	by, ok := a.hosts()[t.host]
	if !ok {
		by, ok = a.hosts()["*."+rest]
	}
	if ok {
		h.note(asked.Origin, fmt.Sprintf("%s is served by %s: whether the controller reaches it is not judged (ING-12)", t.host, by.name))
	}
}

// findHosts returns the doors by the hosts that they are for.
func (a *Atlas) findHosts() map[string]*door {
	out := map[string]*door{}
	for _, d := range a.doors() {
		for i := range d.entries {
			for _, host := range d.entries[i].hosts {
				if out[host] == nil {
					out[host] = d
				}
			}
		}
	}
	return out
}
