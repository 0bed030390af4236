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
// have and that a door serves in both, and for those of all routes of a door by
// what its controller is told, in the order of doors and routes.
func requestShifts(before, after *Atlas) []RequestShift {
	var out []RequestShift
	differ := func(object string, old, now []model.RouteNote) {
		lacks := func(list []model.RouteNote, n model.RouteNote) bool {
			return !slices.ContainsFunc(list, func(m model.RouteNote) bool { return m.Text == n.Text })
		}
		for _, n := range old {
			if lacks(now, n) {
				out = append(out, RequestShift{object, n.Text, true, n.Origin})
			}
		}
		for _, n := range now {
			if lacks(old, n) {
				out = append(out, RequestShift{object, n.Text, false, n.Origin})
			}
		}
	}
	old, now := notesServed(before), notesServed(after)
	for _, key := range old.order {
		if list, ok := now.of[key]; ok {
			differ(key.String(), old.of[key], list)
		}
	}
	return out
}

// served are the notes of what doors serve: by route, and by door for what holds for
// all of its routes.
type served struct {
	of    map[objectKey][]model.RouteNote
	order []objectKey
}

// notesServed returns the notes that hold at the doors of an atlas, each text once.
func notesServed(a *Atlas) served {
	out := served{of: map[objectKey][]model.RouteNote{}}
	add := func(key objectKey, notes ...model.RouteNote) {
		list, ok := out.of[key]
		if !ok {
			out.order = append(out.order, key)
		}
		for _, n := range notes {
			if !slices.ContainsFunc(list, func(m model.RouteNote) bool { return m.Text == n.Text }) {
				list = append(list, n)
			}
		}
		out.of[key] = list
	}
	for _, d := range a.doors() {
		if d.name == "" {
			continue
		}
		key := objectKey{kind: d.name}
		add(key)
		if d.defaults != nil {
			add(key, d.defaults.Notes...)
		}
		for _, at := range d.entries {
			key := keyOf(at.route.Origin)
			add(key)
			if d.heeds(at.route) {
				add(key, at.route.Notes...)
			}
			add(key, at.entry.Notes...)
		}
	}
	return out
}

// String returns the object as model.Origin.Object writes it.
func (k objectKey) String() string {
	return model.Origin{Kind: k.kind, Namespace: k.namespace, Name: k.name}.Object()
}
