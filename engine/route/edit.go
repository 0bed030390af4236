package route

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// nameEdit is an edit of an object that ways in rest on. An edit of a route is
// that of one of its entries, or of what these have in common.
type nameEdit struct {
	engine.Edit
	object objectKey
	// entry is what tells an entry from others of its route, or "" where the edit
	// is about the rest of the object, or all of it.
	entry string
	hosts []string // of a route or entry; none means every host
	// paths are those of the same, and nil where not all of them are plain.
	paths []string
	// services are those that an edited slice belongs to, before and after.
	services [2]nameKey
	// id is the number of the edit in the engine's Diff, or -1 where it is not
	// there yet.
	id int32
}

// objectKey names an object.
type objectKey struct{ kind, namespace, name string }

func keyOf(o model.Origin) objectKey { return objectKey{o.Kind, o.Namespace, o.Name} }

// versions is one object in two clusters: nil where it is not.
type versions[T any] struct{ before, after *T }

// pairUp returns the objects of two clusters by name: those of the cluster before
// in their order, then those that only the other one has.
func pairUp[T any](before, after []T, origin func(*T) model.Origin) []versions[T] {
	// An object may have several parts, such as the subsets of an Endpoints object.
	type part struct {
		objectKey
		number int
	}
	at := make(map[part]int, len(before))
	out := make([]versions[T], 0, len(before))
	parts := map[objectKey]int{}
	for i := range before {
		key := keyOf(origin(&before[i]))
		at[part{key, parts[key]}] = len(out)
		parts[key]++
		out = append(out, versions[T]{before: &before[i]})
	}
	clear(parts)
	for i := range after {
		key := keyOf(origin(&after[i]))
		k, ok := at[part{key, parts[key]}]
		parts[key]++
		if ok {
			out[k].after = &after[i]
		} else {
			out = append(out, versions[T]{after: &after[i]})
		}
	}
	return out
}

// fields are the paths in the API of fields of the model that are called otherwise
// there.
var fields = map[string]string{
	"Pods": "spec.selector", "Selects": "spec.selector", "ClusterIPs": "spec.clusterIP", "Headless": "spec.clusterIP", "Families": "spec.ipFamilies",
	"SourceRanges": "spec.loadBalancerSourceRanges", "Published": "status.loadBalancer", "PublishedNames": "status.loadBalancer",
	"InternalLocal": "spec.internalTrafficPolicy", "ExternalLocal": "spec.externalTrafficPolicy", "NoNodePorts": "spec.allocateLoadBalancerNodePorts",
	"PublishNotReady": "spec.publishNotReadyAddresses", "Class": "spec.ingressClassName", "ClassByAnnotation": "spec.ingressClassName",
	"Parents": "spec.parentRefs", "Labels": "metadata.labels", "Created": "metadata.creationTimestamp", "Endpoints": "endpoints",
	"Inward": "metadata.annotations", "For": "metadata.annotations", "Canary": "metadata.annotations", "Restricted": "metadata.annotations",
	"Admits": "metadata.annotations", "Refuses": "metadata.annotations", "Notes": "metadata.annotations",
}

// longestValue is how long the values of a field may be that an edit spells out.
const longestValue = 60

// changesOf says how two states of an object differ, and where that stands: the
// path of the field if it is one, or "".
func changesOf(before, after any, skip ...string) (text, path string) {
	var paths, words, wordsOf []string
	for _, name := range differing(before, after, skip...) {
		at, ok := fields[name]
		if _, is := before.(model.IngressDefaults); is {
			at, ok = "data", true
		}
		if !ok {
			at = "spec." + strings.ToLower(name[:1]) + name[1:]
		}
		if _, is := before.(model.Gateway); is && name == "Class" {
			at = "spec.gatewayClassName"
		}
		x, y := valueOf(before, name), valueOf(after, name)
		word := strings.TrimPrefix(at, "spec.")
		switch name {
		case "Restricted", "Admits":
			word = "clients let in"
			x, y = letIn(before), letIn(after)
		case "Refuses":
			word = "clients turned away"
		case "Notes":
			word = "what becomes of requests"
		}
		if slices.Contains(wordsOf, word) {
			continue
		}
		wordsOf = append(wordsOf, word)
		if x == y || len(x)+len(y) > longestValue {
			word += " changed"
		} else {
			word += ": " + cmp.Or(x, "none") + " → " + cmp.Or(y, "none")
		}
		words = append(words, word)
		if !slices.Contains(paths, at) {
			paths = append(paths, at)
		}
	}
	if len(paths) == 1 {
		path = paths[0]
	}
	return strings.Join(words, ", "), path
}

// letIn returns the only clients of a route, or of all routes of a controller.
func letIn(v any) string {
	switch v := v.(type) {
	case model.Route:
		if v.Restricted {
			return cmp.Or(valueOf(v, "Admits"), "nobody")
		}
	case model.IngressDefaults:
		if v.Restricted {
			return cmp.Or(valueOf(v, "Admits"), "nobody")
		}
	}
	return "everyone"
}

// editNames returns the edits between two clusters of what ways in rest on.
func editNames(before, after *model.Names) []nameEdit {
	var out []nameEdit
	out = append(out, editObjects(before.Services, after.Services, func(s *model.Service) model.Origin { return s.Origin })...)
	for _, v := range pairUp(before.Slices, after.Slices, func(s *model.EndpointSlice) model.Origin { return s.Origin }) {
		if e, ok := editObject(v, func(s *model.EndpointSlice) model.Origin { return s.Origin }); ok {
			for i, s := range []*model.EndpointSlice{v.before, v.after} {
				if s != nil {
					e.services[i] = nameKey{s.Namespace, s.Service}
				}
			}
			out = append(out, e)
		}
	}
	out = append(out, editObjects(before.Classes, after.Classes, func(c *model.Class) model.Origin { return c.Origin })...)
	out = append(out, editObjects(before.Gateways, after.Gateways, func(g *model.Gateway) model.Origin { return g.Origin })...)
	out = append(out, editObjects(before.Grants, after.Grants, func(g *model.Grant) model.Origin { return g.Origin })...)
	out = append(out, editObjects(before.Defaults, after.Defaults, func(d *model.IngressDefaults) model.Origin { return d.Origin })...)
	for _, v := range pairUp(before.Routes, after.Routes, routeOrigin) {
		out = append(out, editRoute(v)...)
	}
	return out
}

func routeOrigin(r *model.Route) model.Origin { return r.Origin }

// editObjects returns the edits of objects of one kind.
func editObjects[T any](before, after []T, origin func(*T) model.Origin) []nameEdit {
	var out []nameEdit
	for _, v := range pairUp(before, after, origin) {
		if e, ok := editObject(v, origin); ok {
			out = append(out, e)
		}
	}
	return out
}

// editObject returns the edit of one object, if there is one.
func editObject[T any](v versions[T], origin func(*T) model.Origin, skip ...string) (nameEdit, bool) {
	switch {
	case v.before == nil:
		o := origin(v.after)
		return nameEdit{Edit: engine.Edit{Kind: engine.ObjectAdded, Object: o.Object(), Text: coming(o, "added"), After: []model.Origin{o}}, object: keyOf(o), id: -1}, true
	case v.after == nil:
		o := origin(v.before)
		return nameEdit{Edit: engine.Edit{Kind: engine.ObjectRemoved, Object: o.Object(), Text: coming(o, "removed"), Before: []model.Origin{o}}, object: keyOf(o), id: -1}, true
	}
	text, path := changesOf(*v.before, *v.after, skip...)
	if text == "" {
		return nameEdit{}, false
	}
	o := origin(v.after)
	return nameEdit{Edit: engine.Edit{
		Kind: engine.ObjectChanged, Object: o.Object(), Text: text,
		Before: []model.Origin{origin(v.before).At(path)}, After: []model.Origin{o.At(path)},
	}, object: keyOf(o), id: -1}, true
}

// coming says that an object comes or goes. A ConfigMap may be there and say
// nothing that counts.
func coming(o model.Origin, word string) string {
	if o.Kind == "ConfigMap" {
		return "with defaults for Ingresses " + word
	}
	return word
}

// editRoute returns the edits of a route: one for each entry that both states of
// it do not have alike, and one for the rest.
func editRoute(v versions[model.Route]) []nameEdit {
	hosts := hostsOf(v.before, v.after)
	if v.before == nil || v.after == nil {
		e, _ := editObject(v, routeOrigin)
		e.hosts, e.paths = hosts, pathsOf(entriesOf(v.before, v.after)...)
		return []nameEdit{e}
	}
	var out []nameEdit
	if e, ok := editObject(v, routeOrigin, "Entries"); ok {
		e.hosts = hosts
		out = append(out, e)
	}
	for _, p := range pairEntries(v.before.Entries, v.after.Entries) {
		e := nameEdit{object: keyOf(v.after.Origin), entry: p.key, id: -1}
		e.Object = v.after.Origin.Object()
		switch {
		case p.before == nil:
			e.Kind, e.Text, e.After, e.hosts = engine.ObjectChanged, requestsOf(p.after)+" added", []model.Origin{p.after.Origin}, p.after.Hosts
		case p.after == nil:
			e.Kind, e.Text, e.Before, e.hosts = engine.ObjectChanged, requestsOf(p.before)+" removed", []model.Origin{p.before.Origin}, p.before.Hosts
		default:
			if meaning(*p.before) == meaning(*p.after) {
				continue
			}
			e.Kind, e.Text, e.hosts = engine.ObjectChanged, requestsOf(p.after)+": "+entryChange(p.before, p.after), p.after.Hosts
			e.Before, e.After = []model.Origin{p.before.Origin}, []model.Origin{p.after.Origin}
		}
		e.paths = pathsOf(p.before, p.after)
		out = append(out, e)
	}
	return out
}

func entriesOf(routes ...*model.Route) []*model.Entry {
	var out []*model.Entry
	for _, r := range routes {
		for i := 0; r != nil && i < len(r.Entries); i++ {
			out = append(out, &r.Entries[i])
		}
	}
	return out
}

// pathsOf returns the paths of entries, or none if one has none or one that is no
// plain prefix and no whole path.
func pathsOf(entries ...*model.Entry) []string {
	var out []string
	for _, e := range entries {
		switch {
		case e == nil:
			continue
		case len(e.Paths) == 0 || e.Fallback || e.TLS == model.Passthrough:
			return nil
		}
		for _, p := range e.Paths {
			if !plain(p) {
				return nil
			}
			out = append(out, p.Path)
		}
	}
	return out
}

func plain(p model.PathMatch) bool {
	return p.Form == model.PathPrefix || p.Form == model.PathExact
}

// hostsOf returns the hosts of all entries of routes, or none if one has none.
func hostsOf(routes ...*model.Route) []string {
	var out []string
	for _, r := range routes {
		if r == nil {
			continue
		}
		for i := range r.Entries {
			if len(r.Entries[i].Hosts) == 0 {
				return nil
			}
			out = append(out, r.Entries[i].Hosts...)
		}
	}
	return out
}

// requestsOf names an entry within its route, by the requests that it takes.
func requestsOf(e *model.Entry) string {
	hosts := e.Hosts
	if len(hosts) == 0 {
		hosts = []string{"*"}
	}
	var words []string
	for _, h := range hosts {
		if len(e.Paths) == 0 {
			words = append(words, h)
		}
		for _, p := range e.Paths {
			words = append(words, h+p.Path)
		}
	}
	text := strings.Join(words, ", ")
	if e.Fallback {
		text = "default backend"
	}
	if len(e.Conditions) > 0 {
		text += " with " + strings.Join(e.Conditions, ", ")
	}
	return text
}

// entryChange says how two states of an entry differ.
func entryChange(before, after *model.Entry) string {
	x, y := backendNames(before), backendNames(after)
	if x != y {
		return x + " → " + y
	}
	var words []string
	for _, name := range differing(*before, *after) {
		words = append(words, strings.ToLower(name[:1])+name[1:])
	}
	return strings.Join(words, ", ") + " changed"
}

// entryVersions is one entry in two states of a route.
type entryVersions struct {
	key           string
	before, after *model.Entry
}

// pairEntries returns the entries of two states of a route by what requests they
// take: in the order of the state after, then those that only the other one has.
func pairEntries(before, after []model.Entry) []entryVersions {
	keyed := func(list []model.Entry) ([]string, map[string]*model.Entry) {
		var keys []string
		of := map[string]*model.Entry{}
		for i := range list {
			e := &list[i]
			key := fmt.Sprint(e.Hosts, "\n", meaning(e.Paths), "\n", e.Conditions, "\n", e.Fallback)
			for of[key] != nil { // the same requests twice
				key += "'"
			}
			keys, of[key] = append(keys, key), e
		}
		return keys, of
	}
	old, was := keyed(before)
	now, is := keyed(after)
	var out []entryVersions
	for _, k := range now {
		out = append(out, entryVersions{k, was[k], is[k]})
	}
	for _, k := range old {
		if is[k] == nil {
			out = append(out, entryVersions{k, was[k], nil})
		}
	}
	return out
}
