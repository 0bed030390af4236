package route

import (
	"netreach/model"
)

// editKey tells an edit from others.
type editKey struct {
	object objectKey
	entry  string
}

// mixNames returns the names of a cluster in which just some edits were made.
func mixNames(before, after *model.Names, made map[editKey]bool) model.Names {
	out := *before
	out.Services = mixObjects(before.Services, after.Services, func(s *model.Service) model.Origin { return s.Origin }, made)
	out.Slices = mixObjects(before.Slices, after.Slices, func(s *model.EndpointSlice) model.Origin { return s.Origin }, made)
	out.Classes = mixObjects(before.Classes, after.Classes, func(c *model.Class) model.Origin { return c.Origin }, made)
	out.Gateways = mixObjects(before.Gateways, after.Gateways, func(g *model.Gateway) model.Origin { return g.Origin }, made)
	out.Grants = mixObjects(before.Grants, after.Grants, func(g *model.Grant) model.Origin { return g.Origin }, made)
	out.Defaults = mixObjects(before.Defaults, after.Defaults, func(d *model.IngressDefaults) model.Origin { return d.Origin }, made)
	out.Routes = nil
	for _, v := range pairUp(before.Routes, after.Routes, routeOrigin) {
		if r, ok := mixRoute(v, made); ok {
			out.Routes = append(out.Routes, r)
		}
	}
	return out
}

func mixObjects[T any](before, after []T, origin func(*T) model.Origin, made map[editKey]bool) []T {
	var out []T
	for _, v := range pairUp(before, after, origin) {
		switch {
		case v.before == nil:
			if made[editKey{object: keyOf(origin(v.after))}] {
				out = append(out, *v.after)
			}
		case made[editKey{object: keyOf(origin(v.before))}]:
			if v.after != nil {
				out = append(out, *v.after)
			}
		default:
			out = append(out, *v.before)
		}
	}
	return out
}

// mixRoute returns a route in which just some edits were made, and whether it is
// there.
func mixRoute(v versions[model.Route], made map[editKey]bool) (model.Route, bool) {
	switch {
	case v.before == nil:
		return *v.after, made[editKey{object: keyOf(v.after.Origin)}]
	case v.after == nil:
		return *v.before, !made[editKey{object: keyOf(v.before.Origin)}]
	}
	key := keyOf(v.after.Origin)
	out := *v.before
	if made[editKey{object: key}] {
		out = *v.after
	}
	out.Entries = nil
	for _, p := range pairEntries(v.before.Entries, v.after.Entries) {
		is := made[editKey{key, p.key}]
		switch {
		case p.after != nil && (is || p.before != nil && meaning(*p.before) == meaning(*p.after)):
			out.Entries = append(out.Entries, *p.after)
		case p.before != nil && !is:
			out.Entries = append(out.Entries, *p.before)
		}
	}
	return out, true
}
