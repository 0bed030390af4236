package route

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// Walk answers a question about a Service or a URL. The error is an
// *engine.PeerError.
func (a *Atlas) Walk(q Question) (Answer, error) {
	switch q.Dst.Kind {
	case expect.Service:
		s := a.dialled(q.Dst.Namespace, q.Dst.Name)
		if s == nil {
			return Answer{}, a.noService(q.Dst)
		}
		return a.ToService(q, s), nil
	case expect.URL:
		return a.toURL(q)
	default:
		return Answer{}, &engine.PeerError{Peer: q.Dst, Err: engine.ErrUnsupported, Text: fmt.Sprintf("%q is no name of a Service and no URL", q.Dst.Text)}
	}
}

// noService says that there is no such Service, or that it cannot be used.
func (a *Atlas) noService(p expect.Peer) error {
	for _, d := range a.cluster.Names.LeftOut {
		if d.Origin.Kind == "Service" && d.Origin.Namespace == p.Namespace && d.Origin.Name == p.Name {
			return &engine.PeerError{Peer: p, Err: engine.ErrUnsupported, Text: fmt.Sprintf("%q cannot be used: %s:%d: %s", p.Text, d.Origin.File, d.Origin.Line, d.Text), Hint: d.Hint}
		}
	}
	e := &engine.PeerError{Peer: p, Err: engine.ErrNoPeer, Text: fmt.Sprintf("no Service %s/%s in the input", p.Namespace, p.Name)}
	for i := range a.cluster.Names.Services {
		if s := &a.cluster.Names.Services[i]; s.Namespace == p.Namespace || s.Name == p.Name {
			e.Candidates = append(e.Candidates, s.Namespace+"/svc/"+s.Name)
		}
	}
	switch {
	case len(a.cluster.Names.Services) == 0:
		e.Hint = "the input holds no Services: kubectl get services,endpointslices,pods -A -o yaml"
	case len(e.Candidates) > 0:
		e.Hint = "did you mean " + strings.Join(e.Candidates[:min(3, len(e.Candidates))], ", ") + "?"
	}
	return e
}

// target is a URL as parsed.
type target struct {
	request
	addr netip.Addr
	text string
}

// parseTarget reads a URL. The port is that of its scheme unless it has one, and
// the path "/".
func parseTarget(p expect.Peer) (target, error) {
	wrong := func(text string) error {
		return &engine.PeerError{Peer: p, Err: engine.ErrUnsupported, Text: fmt.Sprintf("%q: %s", p.Text, text), Hint: "such as https://shop.example.com/cart"}
	}
	u, err := url.Parse(p.Text)
	if err != nil {
		return target{}, wrong("not a URL")
	}
	t := target{text: p.Text, request: request{tls: u.Scheme == "https", host: strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), path: u.EscapedPath(), port: 80}}
	if t.tls {
		t.port = 443
	}
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return target{}, wrong(text + " is not a port")
		}
		t.port = uint16(n)
	}
	if t.path == "" {
		t.path = "/"
	}
	if addr, err := netip.ParseAddr(t.host); err == nil {
		t.addr = addr.Unmap()
	}
	return t, nil
}

// tcp returns the port of the URL as a match.
func (t target) tcp() model.PortMatch {
	return model.PortMatch{Kind: model.PortRange, Protocol: model.TCP, First: t.port, Last: t.port}
}

// toURL returns the verdict about the requests of a client for a URL: to a
// Service that its host names, or else to whatever door takes them.
func (a *Atlas) toURL(q Question) (Answer, error) {
	t, err := parseTarget(q.Dst)
	if err != nil {
		return Answer{}, err
	}
	switch {
	case q.Port.Kind == model.PortAny, q.Port.Kind == model.PortRange && q.Port.Protocol == model.TCP && q.Port.First == t.port && q.Port.Last == t.port:
	default:
		return Answer{}, &engine.PeerError{Peer: q.Dst, Err: engine.ErrUnsupported, Text: fmt.Sprintf("%q names its port already, and is asked about on %s", t.text, q.Port), Hint: "leave the port out, or write it in the URL"}
	}
	if t.addr.IsValid() {
		return a.toAddress(q, t), nil
	}
	out := Answer{Name: t.text}
	chosen := a.choices(t)
	for _, c := range a.clients(q.Src, q.Asked, a.doorsOnNodes()) {
		namespace := ""
		if p := a.pod(c.Peers[0]); p != nil {
			namespace = p.Namespace
		}
		if walks, is := a.recordWalks(&out, c, t); is {
			out.take(c, walks)
			continue
		}
		if s, is := a.serviceNamed(t.host, namespace); is && !c.Outside {
			switch {
			case s != nil:
				out.take(c, a.serviceWalks(&out, c, s, t.tcp(), 0))
			default:
				out.take(c, a.podWalks(&out, c, t))
			}
			continue
		}
		out.take(c, a.urlWalks(&out, c, t, chosen))
	}
	out.finish()
	return out, nil
}

// toAddress returns the verdict about requests to an address: that of a Service,
// or else of whoever has it.
func (a *Atlas) toAddress(q Question, t target) Answer {
	if out, ok := a.ToAddress(q, t.addr, t.tcp()); ok {
		return out
	}
	out := Answer{Name: t.text}
	q = a.dialling(&out, q, t.addr)
	dst := a.m.EndOf(t.addr.String(), []engine.PeerID{a.m.Universe().AddrID(t.addr)})
	for _, c := range a.clients(q.Src, q.Asked, true) {
		w := Walk{Title: t.addr.String(), Hops: []Hop{{Kind: Backend, Title: t.addr.String()}}}
		w.Hops[0].add(a.leg(c.End, dst, model.TCP, t.port, nil))
		out.take(c, []Walk{w})
	}
	out.finish()
	return out
}

// podWalks returns the walk to the name of a pod below a headless Service
// (DNS-4).
func (a *Atlas) podWalks(out *Answer, c client, t target) []Walk {
	host := strings.TrimSuffix(strings.TrimSuffix(t.host, ".svc."+strings.TrimSuffix(a.dns().domain, ".")), ".svc")
	parts := strings.Split(host, ".")
	if len(parts) == 3 {
		if s := a.services[nameKey{parts[2], parts[1]}]; s != nil && s.Headless {
			var peers []engine.PeerID
			for _, i := range a.podsIn[s.Namespace] {
				if p := &a.cluster.Pods[i]; s.Pods.Matches(p.Labels) && a.hasHostname(p, parts[0], s.Name) {
					peers = append(peers, a.peers[i])
				}
			}
			if len(peers) > 0 {
				dst := a.m.EndOf(a.m.PeersName(peers), peers)
				w := Walk{Title: "pod " + t.host, Origin: s.Origin, Hops: a.resolve(c, name{t.host + ".", s.Namespace})}
				h := Hop{Kind: Backend, Title: "pod behind headless Service " + s.Namespace + "/" + s.Name, Origin: s.Origin}
				h.add(a.leg(c.End, dst, model.TCP, t.port, s.Families))
				w.Hops = append(w.Hops, h)
				return []Walk{w}
			}
		}
	}
	out.note(fmt.Sprintf("no Service and no pod of the cluster has the name %s (DNS-4)", t.host))
	return nil
}

// hasHostname reports whether a pod has a name of its own below a headless
// Service: that of a StatefulSet has its own, and one that stands for a
// StatefulSet has that of each replica.
func (a *Atlas) hasHostname(p *model.Pod, host, subdomain string) bool {
	if p.Hostname == host && p.Subdomain == subdomain {
		return true
	}
	w := &a.cluster.Workloads[p.Workload]
	if w.Kind != "StatefulSet" {
		return false
	}
	if !p.StandIn {
		return p.Name == host
	}
	text, ok := strings.CutPrefix(host, p.Name+"-")
	n, err := strconv.Atoi(text)
	return ok && err == nil && n >= 0 && n < p.Weight
}

// doorsOnNodes reports whether a door runs on the network of nodes, so that it
// matters on which node a client is.
func (a *Atlas) doorsOnNodes() bool {
	for _, d := range a.doors() {
		for _, id := range d.pods.Peers {
			if p := a.pod(id); p != nil && p.HostNetwork {
				return true
			}
		}
	}
	return false
}

// urlWalks returns the walks of a client to a URL, through each door that takes
// it.
func (a *Atlas) urlWalks(out *Answer, c client, t target, chosen []chosen) []Walk {
	var walks []Walk
	for _, at := range chosen {
		door := a.enter(c, at.door, t)
		resolved := a.resolve(c, name{fqdn: t.host + "."})
		for _, ch := range at.choices {
			walks = append(walks, a.entryWalk(c, at.door, t, ch, resolved, door))
		}
	}
	if walks = append(walks, a.balancerWalks(c, t, len(walks) > 0)...); len(walks) > 0 {
		return walks
	}
	out.note("no Ingress, Gateway or Route takes " + t.text + " (ING-10)")
	if !c.Outside {
		h := a.abroad(c, t.host, t.tcp(), model.Origin{})
		out.note("were it a name outside the cluster, the connection itself would be " + h.Verdict().String() + " for " + c.Name)
	}
	for _, d := range a.doors() {
		for _, u := range d.unattached {
			if takes(u.route, t.host) {
				out.note(u.Text)
			}
		}
	}
	for _, n := range a.unread() {
		out.note(n)
	}
	for _, l := range a.cluster.Names.LeftOut {
		if l.Origin.Kind != "Service" && l.Origin.Kind != "EndpointSlice" && l.Origin.Kind != "Endpoints" {
			out.note(fmt.Sprintf("%s was left out: %s:%d: %s", l.Origin.Object(), l.Origin.File, l.Origin.Line, l.Text))
		}
	}
	return nil
}

// chosen are the entries of a door that get a request.
type chosen struct {
	door    *door
	choices []choice
}

// choices returns the doors that take a request, with what it comes to there.
func (a *Atlas) choices(t target) []chosen {
	var out []chosen
	for _, d := range a.doors() {
		if c := d.choose(t.request); len(c) > 0 {
			out = append(out, chosen{d, c})
		}
	}
	return out
}

// balancerWalks returns the walks to Services whose load balancer has the host
// for its name. One that leads to a door that takes the request is not asked.
func (a *Atlas) balancerWalks(c client, t target, taken bool) []Walk {
	var walks []Walk
	if taken {
		return nil
	}
	for i := range a.cluster.Names.Services {
		s := &a.cluster.Names.Services[i]
		if !slices.Contains(s.PublishedNames, t.host) {
			continue
		}
		for k := range s.Ports {
			if p := &s.Ports[k]; fits(t.tcp(), p, p.Port) {
				w := a.publishedWalk(c, s, publication{viaLoadBalancer, p, p.Port})
				w.Hops = append(a.resolve(c, name{fqdn: t.host + "."}), w.Hops...)
				walks = append(walks, w)
			}
		}
	}
	return walks
}

// entryWalk returns the walk of a client through a door to one entry.
func (a *Atlas) entryWalk(c client, d *door, t target, ch choice, resolved []Hop, door Hop) Walk {
	r, e := ch.route, ch.entry
	w := Walk{Title: r.Origin.Object(), Origin: e.Origin, Port: engine.PortRange{Protocol: t.protocol, First: t.port, Last: t.port}, Share: true, Rival: ch.rival, Doubtful: ch.sure == perhaps || ch.doubtful && !ch.rival}
	if where := entryName(ch); where != "" {
		w.Title += ", " + where
	}
	if ch.canary {
		w.Title += ", a canary"
	}
	door.Notes = append([]Note(nil), door.Notes...)
	rules := r
	if ch.main != nil {
		rules = ch.main
	}
	var auth *Hop
	if e.TLS != model.Passthrough {
		auth = a.auth(d, rules)
	}
	auth = a.admit(&door, c, d, r, rules, auth)
	w.Hops = append(append(w.Hops, resolved...), door)
	if auth != nil {
		w.Hops = append(w.Hops, *auth)
	}
	h := a.toBackends(d, ch)
	for _, c := range e.Conditions {
		h.note(e.Origin, "only requests with "+c)
	}
	if ch.sure == perhaps {
		h.note(e.Origin, fmt.Sprintf("whether path %q takes %s is up to the controller (ING-4)", ch.path.Path, t.path))
	}
	if ch.rival {
		h.note(r.Origin, "several objects are for this host and path, and the oldest counts: which that is is not in the input (ING-13)")
	}
	for _, y := range ch.younger {
		rule := "ING-13"
		if y.Kind != model.RouteIngress {
			rule = "GW-7"
		}
		h.note(y.Origin, y.Origin.Object()+" is for the same host and path, is younger, and gets nothing ("+rule+")")
	}
	if t.tls && d.kind == model.RouteIngress && e.TLS == model.NoTLS && !ch.canary && !d.hasCertificate(t.host) {
		h.note(e.Origin, "no tls for this host: the controller answers HTTPS with a certificate of its own, if at all (ING-11)")
	}
	if e.TLS == model.Passthrough {
		h.note(e.Origin, "TLS is passed through to the pods, and no path is looked at (ING-11)")
	}
	w.Hops = append(w.Hops, h)
	return w
}

// hasCertificate reports whether some entry of a door terminates TLS for a host:
// what it gives a certificate for is the host, whichever entry gets the request.
func (d *door) hasCertificate(host string) bool {
	return slices.ContainsFunc(d.entries, func(at attached) bool {
		return at.entry.TLS != model.NoTLS && hostRank(at.hosts, host, model.OneLabel) > 0
	})
}

// entryName names an entry by its hosts and its path.
func entryName(ch choice) string {
	out := strings.Join(ch.hosts, ", ")
	if ch.path.Path != "" {
		out += ch.path.Path
	}
	if ch.entry.Fallback {
		return "default backend"
	}
	return out
}
