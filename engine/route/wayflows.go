package route

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// WayFlows is flows of clients outside by a way in that change alike and by one
// cause.
type WayFlows struct {
	// Clients are parts of internet or of private, in that order.
	Clients []Clients
	// Way is what they dial: a URL, or "ns/svc/name load balancer 443/tcp".
	Way string
	// Dst is an index of Workloads of the engine's Diff, or -1 for what is none,
	// which Beyond names.
	Dst    int
	Beyond string
	// Change is on the port of the pods. Its verdicts are None where one cluster
	// does not have the way, or has it lead elsewhere.
	Change engine.Change

	way *way
}

// DialledAs reports whether the way is what a peer names: the URL, without
// anything behind it, or the Service, on one of some ports; none means any.
func (f *WayFlows) DialledAs(p expect.Peer, ports []model.PortMatch) bool {
	switch {
	case p.Kind == expect.URL && f.way.entry != nil:
		u, err := url.Parse(p.Text)
		if err != nil {
			return false
		}
		tls := f.way.entry.tls(f.way.port)
		port, scheme := uint16(80), "http"
		if tls {
			port, scheme = 443, "https"
		}
		if text := u.Port(); text != "" {
			n, err := strconv.ParseUint(text, 10, 16)
			if err != nil {
				return false
			}
			port = uint16(n)
		}
		// The path is a pattern, so that its text counts as it is.
		_, path, _ := strings.Cut(strings.TrimPrefix(p.Text, u.Scheme+"://"), "/")
		host := strings.ToLower(u.Hostname())
		return u.Scheme == scheme && port == f.way.port && (host == strings.ToLower(f.way.host) || host == "*" && f.way.host == "") &&
			"/"+path == cmp.Or(f.way.entry.Path.Path, "/")
	case p.Kind == expect.Service && f.way.publication != nil:
		of := f.way.publication
		return of.Service.Namespace == p.Namespace && of.Service.Name == p.Name &&
			(len(ports) == 0 || slices.ContainsFunc(ports, func(m model.PortMatch) bool { return fits(m, of.Port, of.Number) }))
	}
	return false
}

// Clients is a part of the addresses outside.
type Clients struct {
	// Whole is "internet" or "private".
	Whole string
	// Ranges is nil where the part is the whole; Rest is then nil, too, and else
	// what the part lacks of the whole.
	Ranges, Rest []engine.AddrRange
}
