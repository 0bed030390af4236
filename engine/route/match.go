package route

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"netreach/model"
)

// request is what a client asks a door for.
type request struct {
	tls      bool
	host     string
	protocol model.Protocol
	port     uint16
	path     string
}

// hostMatches reports whether a host, which may itself begin with "*.", is one
// that a pattern takes (ING-3, GW-3).
func hostMatches(pattern, host string, form model.HostForm) bool {
	if pattern == host {
		return true
	}
	suffix, wild := strings.CutPrefix(pattern, "*")
	if !wild {
		return false
	}
	head, ok := strings.CutSuffix(host, suffix)
	return ok && head != "" && (form == model.ManyLabels || head != "*" && !strings.Contains(head, "."))
}

// sureness is whether a request matches.
type sureness uint8

const (
	never sureness = iota
	perhaps
	surely
)

// pathMatches returns whether a path is one that a condition takes (ING-4).
// Nginx takes loose paths for prefixes of text.
func pathMatches(m model.PathMatch, path string, nginx bool) sureness {
	switch m.Form {
	case model.PathExact:
		if m.Path == path {
			return surely
		}
		return never
	case model.PathPrefix:
		if underPath(path, m.Path) {
			return surely
		}
		return never
	case model.PathLoose:
		switch {
		case underPath(path, m.Path), nginx && strings.HasPrefix(path, m.Path):
			return surely
		case nginx && !strings.ContainsAny(m.Path, special), !strings.Contains(strings.ToLower(path), strings.ToLower(literal(m.Path))):
			return never
		}
		return perhaps
	case model.PathRegexp:
		re, err := regexp.Compile("(?i)^" + m.Path)
		switch {
		case err != nil:
			return perhaps
		case re.MatchString(path):
			return surely
		}
		return never
	}
	return never
}

// special are the characters that mean something in a pattern, of whatever
// language.
const special = `*[](){}|\?+^$`

// literal returns the plain text at the beginning of a pattern. Every path that the
// pattern takes holds it, whether the pattern is read as a prefix, as a glob or as a
// regular expression.
func literal(pattern string) string {
	i := strings.IndexAny(pattern, special)
	switch {
	case i < 0:
		return pattern
	case strings.Contains(pattern, "|"):
		return ""
	case i > 0 && strings.ContainsRune("*?{", rune(pattern[i])): // what stands before may be absent
		i--
	}
	return pattern[:i]
}

// underPath reports whether a path is a prefix or lies below it, by whole
// elements; a slash at the end of the prefix is of no account.
func underPath(path, prefix string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// choice is an entry that gets a request.
type choice struct {
	attached
	// sure is perhaps where it is not known whether it does; conditional tells that
	// it gets only requests with more than this one says.
	sure        sureness
	conditional bool
	// canary marks one that shares the requests of another, and rival one of
	// several of which only one counts (ING-13).
	canary, rival bool
	// main is the route of which a canary shares the requests: what lets clients in
	// there decides.
	main *model.Route
	// doubtful marks one of which it is not known whether the door knows that it is a
	// canary, and so whether it gets anything by itself.
	doubtful bool
	// younger are routes for the same host and path that get nothing, as this one
	// is older (ING-13, GW-7).
	younger []*model.Route
	path    model.PathMatch
}

// choose returns the entries of a door that get a request: the one that goes
// before all others, and those that may take its place.
func (d *door) choose(r request) []choice {
	var all []choice
	form := model.OneLabel
	if d.gateway != nil {
		form = model.ManyLabels
	}
	best := -1
	for _, at := range d.entries {
		if !d.listens(&at, r) {
			continue
		}
		rank := hostRank(at.hosts, r.host, form)
		if rank < 0 || at.entry.Fallback && len(at.hosts) == 0 {
			continue
		}
		switch {
		case rank > best:
			best, all = rank, nil
		case rank < best:
			continue
		}
		all = append(all, d.match(at, r)...)
	}
	all = slices.DeleteFunc(all, func(c choice) bool { return c.sure == never })
	slices.SortStableFunc(all, compareChoices)
	taken := d.take(all)
	if len(taken) > 0 && slices.ContainsFunc(taken, func(c choice) bool { return c.sure == surely && !c.conditional }) {
		return taken
	}
	for _, at := range d.entries { // ING-10
		if at.entry.Fallback && len(at.hosts) == 0 && d.listens(&at, r) && len(at.entry.Backends) > 0 {
			return append(taken, choice{attached: at, sure: surely})
		}
	}
	return taken
}

// listens reports whether an entry takes requests of that kind at all.
func (d *door) listens(at *attached, r request) bool {
	if at.entry.Unnamed {
		return false
	}
	if l := at.listener; l != nil {
		if l.Port != r.port || (l.Protocol == model.ListenUDP) != (r.protocol == model.UDP) {
			return false
		}
		switch l.Protocol {
		case model.ListenHTTP:
			return !r.tls
		case model.ListenHTTPS, model.ListenTLS:
			return r.tls
		case model.ListenTCP, model.ListenUDP:
			return true
		case model.ListenOther:
		}
		return false
	}
	if at.route.Kind == model.RouteOpenShift {
		return r.tls && at.entry.TLS != model.NoTLS || !r.tls && !at.entry.NoPlain
	}
	return true
}

// hostRank returns how closely hosts are those of a request: more for an exact
// one than for a wildcard, for a longer wildcard than for a shorter one, 0 for
// every host, and less than 0 if they are not.
func hostRank(hosts []string, host string, form model.HostForm) int {
	const exact = 1 << 16
	if len(hosts) == 0 {
		return 0
	}
	best := -1
	for _, h := range hosts {
		switch {
		case h == host:
			return exact
		case hostMatches(h, host, form):
			best = max(best, len(h))
		}
	}
	return best
}

// match returns how an entry matches the path of a request.
func (d *door) match(at attached, r request) []choice {
	e := at.entry
	c := choice{attached: at, sure: surely, conditional: len(e.Conditions) > 0}
	if len(e.Paths) == 0 || e.TLS == model.Passthrough && r.tls {
		return []choice{c}
	}
	var out []choice
	for _, p := range e.Paths {
		one := c
		one.path, one.sure = p, pathMatches(p, r.path, d.nginx == surely)
		out = append(out, one)
	}
	return out
}

// compareChoices puts the choice first that goes before the other: an exact path,
// a longer one, one with more conditions, the older route (ING-4, GW-7). For
// Ingresses length goes first.
func compareChoices(x, y choice) int {
	fallback := func(c choice) int {
		if c.entry.Fallback {
			return 1
		}
		return 0
	}
	exact := func(c choice) int {
		if c.path.Form == model.PathExact {
			return 0
		}
		return 1
	}
	byLength := cmp.Compare(len(y.path.Path), len(x.path.Path))
	byForm := cmp.Compare(exact(x), exact(y))
	if x.listener == nil {
		byForm, byLength = byLength, byForm
	}
	return cmp.Or(
		cmp.Compare(fallback(x), fallback(y)), byForm, byLength,
		cmp.Compare(len(y.entry.Conditions), len(x.entry.Conditions)),
		compareCreated(x.route, y.route),
	)
}

// compareCreated puts the older of two routes first, if it is known of both when
// they were made.
func compareCreated(x, y *model.Route) int {
	if x.Created == "" || y.Created == "" {
		return 0
	}
	return cmp.Compare(x.Created, y.Created)
}

// take returns the first of the choices that gets every such request, with those
// before it, and those that share its requests or its place.
func (d *door) take(all []choice) []choice {
	var out, canaries []choice
	for _, c := range all {
		if weighs := slices.ContainsFunc(c.entry.Backends, func(b model.Backend) bool { return b.Weight > 0 }); weighs && c.route.Canary && d.heeds(c.route) {
			c.canary = true
			canaries = append(canaries, c)
		}
	}
	settled := false
	var first choice
	for _, c := range all {
		same := settled && c.route != first.route && c.path == first.path && len(c.entry.Conditions) == len(first.entry.Conditions) && c.sure == surely
		c.doubtful = c.route.Canary && d.doubts(c.route)
		switch {
		case c.route.Canary && d.heeds(c.route):
			continue
		case same && !c.doubtful && !first.doubtful && compareCreated(first.route, c.route) < 0:
			out[len(out)-1].younger = append(out[len(out)-1].younger, c.route)
			continue
		case same:
			c.rival = true
			out[len(out)-1].rival = true
			out = append(out, c)
			continue
		case settled:
			continue
		}
		out = append(out, c)
		if c.sure == surely && !c.conditional {
			settled, first = true, c
		}
	}
	if len(out) == 0 {
		return nil // a canary is never the only one (ING-12)
	}
	for _, c := range canaries {
		if i := slices.IndexFunc(out, func(o choice) bool { return o.path == c.path && slices.Equal(o.hosts, c.hosts) }); i >= 0 {
			c.main = out[i].route
			out = append(out, c)
		}
	}
	return out
}

// heeds reports whether a door knows the annotations of a route.
func (d *door) heeds(r *model.Route) bool { return r.For == "" || d.nginx == surely }

// doubts reports whether it is not known if a door knows the annotations of a route.
func (d *door) doubts(r *model.Route) bool { return r.For != "" && d.nginx == perhaps }
