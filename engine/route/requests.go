package route

import (
	"slices"

	"netreach/model"
)

// RequestShift is something that becomes of the requests of a route, such as that
// they need a password, and did not before, or the other way round. No flow changes
// by it.
type RequestShift struct {
	// Object is the route, Text what becomes of requests, and Gone tells that this is
	// so no more.
	Object string
	Text   string
	Gone   bool
	// Origin is where it says so: before if Gone, else after.
	Origin model.Origin
}

// requestShifts returns what changes for the requests of routes that both clusters
// have, in the order of the routes.
func requestShifts(before, after *model.Names) []RequestShift {
	var out []RequestShift
	for _, v := range pairUp(before.Routes, after.Routes, routeOrigin) {
		if v.before == nil || v.after == nil {
			continue
		}
		old, now := notesOf(v.before), notesOf(v.after)
		lacks := func(list []model.RouteNote, n model.RouteNote) bool {
			return !slices.ContainsFunc(list, func(m model.RouteNote) bool { return m.Text == n.Text })
		}
		for _, n := range old {
			if lacks(now, n) {
				out = append(out, RequestShift{v.before.Origin.Object(), n.Text, true, n.Origin})
			}
		}
		for _, n := range now {
			if lacks(old, n) {
				out = append(out, RequestShift{v.after.Origin.Object(), n.Text, false, n.Origin})
			}
		}
	}
	return out
}

// notesOf returns the notes of a route and of its entries, each text once.
func notesOf(r *model.Route) []model.RouteNote {
	out := slices.Clone(r.Notes)
	for i := range r.Entries {
		for _, n := range r.Entries[i].Notes {
			if !slices.ContainsFunc(out, func(m model.RouteNote) bool { return m.Text == n.Text }) {
				out = append(out, n)
			}
		}
	}
	return out
}
