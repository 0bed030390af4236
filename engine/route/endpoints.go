package route

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// endpoint is an address behind a Service, for one of its ports.
type endpoint struct {
	peer engine.PeerID
	// addr is that of a slice, or the zero Addr.
	addr netip.Addr
	port uint16
	// node is where it runs, or "" if the input does not tell. Everywhere marks
	// one that runs on every node.
	node       string
	everywhere bool
	// ready, serving and terminating are as SVC-7 has them.
	ready, serving, terminating bool
}

// usable is what is behind a port of a Service, and what is to be known about it.
type usable struct {
	endpoints []endpoint
	notes     []Note
}

// endpoints returns what is behind a port of a Service: the usable endpoints
// (SVC-10), and what is to be known about them. They are not to be changed.
func (a *Atlas) endpoints(s *model.Service, p *model.ServicePort) ([]endpoint, []Note) {
	u, ok := a.found[p]
	if !ok {
		u.endpoints, u.notes = a.usable(s, p)
		u.notes = slices.Clip(u.notes)
		a.found[p] = u
	}
	return u.endpoints, u.notes
}

func (a *Atlas) usable(s *model.Service, p *model.ServicePort) (usable []endpoint, notes []Note) {
	all, notes := a.candidates(s, p)
	for _, e := range all {
		if e.ready {
			usable = append(usable, e)
		}
	}
	if len(usable) > 0 {
		return usable, notes
	}
	for _, e := range all {
		if e.serving && e.terminating {
			usable = append(usable, e)
		}
	}
	if len(usable) > 0 {
		return usable, append(notes, Note{Text: "all endpoints are about to end; those that still answer are used (SVC-10)"})
	}
	if n := len(all); n > 0 {
		notes = append(notes, Note{Text: count(n, "pod") + " behind it, and none is ready (SVC-11)"})
	}
	return nil, notes
}

// candidates returns every endpoint of a port, ready or not: those that slices
// list, if the input holds any, or else the pods that the selector picks
// (SVC-13).
func (a *Atlas) candidates(s *model.Service, p *model.ServicePort) ([]endpoint, []Note) {
	listed, found := a.listed(s, p)
	if !s.Selects {
		var notes []Note
		if !found {
			notes = append(notes, Note{Text: "no selector, and no EndpointSlice in the input (SVC-13)", Origin: s.Origin})
		}
		return listed, notes
	}
	picked, notes := a.picked(s, p)
	if !found {
		return picked, notes
	}
	if !sameEndpoints(listed, picked) {
		notes = append(notes, Note{Text: "its EndpointSlices list other endpoints than its selector picks, and count (SVC-13)", Origin: s.Origin})
	}
	return listed, notes
}

// picked returns the pods that the selector of a Service picks (SVC-3, SVC-4).
func (a *Atlas) picked(s *model.Service, p *model.ServicePort) (out []endpoint, notes []Note) {
	nameless := 0
	for _, i := range a.podsIn[s.Namespace] {
		pod := &a.cluster.Pods[i]
		switch {
		case !s.Pods.Matches(pod.Labels) || pod.Weight == 0:
			continue
		case pod.Readiness == model.NotReady && len(pod.Addresses) == 0:
			continue // it has no address yet (SVC-4)
		case !inFamilies(s, pod.Addresses):
			continue
		}
		port, ok := targetOf(s, p, pod)
		if !ok {
			nameless++
			continue
		}
		ready := a.isReady(pod)
		out = append(out, endpoint{
			peer: a.peers[i], port: port, node: pod.Node, everywhere: pod.StandIn && a.cluster.Workloads[pod.Workload].Kind == "DaemonSet",
			ready: ready && !pod.Terminating || s.PublishNotReady, serving: ready, terminating: pod.Terminating, // SVC-7, SVC-9
		})
	}
	if nameless > 0 {
		notes = append(notes, Note{Text: fmt.Sprintf("%s without a %s port named %q: left out (SVC-5)", count(nameless, "pod"), p.Protocol, p.Target.Name), Origin: p.Origin})
	}
	return out, notes
}

// isReady reports whether a pod is ready, as far as the input tells (SVC-7).
func (a *Atlas) isReady(p *model.Pod) bool {
	return p.Readiness == model.Ready || p.Readiness == model.ReadyUnsaid && !a.m.Options().Switches.RequireReady
}

// isUsable reports whether a Service that publishes only what is ready would lead
// to a pod.
func (a *Atlas) isUsable(p *model.Pod) bool { return p.Weight > 0 && !p.Terminating && a.isReady(p) }

// countUsable counts the usable pods of each workload.
func (a *Atlas) countUsable() []int {
	out := make([]int, len(a.cluster.Workloads))
	for i := range a.cluster.Pods {
		if p := &a.cluster.Pods[i]; a.isUsable(p) {
			out[p.Workload]++
		}
	}
	return out
}

// podsName names what a Service leads to: a workload where it is all of its
// pods, or all that are usable, or else the first few pods.
func (a *Atlas) podsName(ids []engine.PeerID) string {
	others := map[int]bool{} // workloads of which pods are among them that are not usable
	for _, id := range ids {
		if p := a.pod(id); p != nil && !a.isUsable(p) {
			others[p.Workload] = true
		}
	}
	return a.m.PeersNameWhere(ids, func(w, n int) bool {
		return n == a.cluster.Workloads[w].Replicas || !others[w] && n == a.usablePods()[w]
	})
}

// targetOf returns the port of a pod that a Service's port leads to (SVC-5). A
// headless Service translates nothing (SVC-8).
func targetOf(s *model.Service, p *model.ServicePort, pod *model.Pod) (uint16, bool) {
	if s.Headless {
		return p.Port, true
	}
	return containerPort(p.Target, p.Protocol, pod)
}

// containerPort returns the port of a pod that a target means: its number, or
// the first port of that name and protocol, in containers and then in native
// sidecars.
func containerPort(t model.Target, protocol model.Protocol, pod *model.Pod) (uint16, bool) {
	if t.Name == "" {
		return t.Number, true
	}
	for _, sidecar := range []bool{false, true} {
		for _, c := range pod.Ports {
			if c.Name == t.Name && c.Protocol == protocol && c.Sidecar == sidecar {
				return c.Port, true
			}
		}
	}
	return 0, false
}

// inFamilies reports whether a pod may have an address of a family of the
// Service (SVC-24). One whose addresses are not known may.
func inFamilies(s *model.Service, addrs []netip.Addr) bool {
	if len(s.Families) == 0 || len(addrs) == 0 {
		return true
	}
	return slices.ContainsFunc(addrs, func(a netip.Addr) bool { return slices.Contains(s.Families, model.FamilyOf(a)) })
}

// listed returns the endpoints that slices list, or else an Endpoints object,
// and whether the input holds any of them. Ports are matched by name (SVC-13).
func (a *Atlas) listed(s *model.Service, p *model.ServicePort) (out []endpoint, found bool) {
	all := a.slices[nameKey{s.Namespace, s.Name}]
	legacy := !slices.ContainsFunc(all, func(e *model.EndpointSlice) bool { return !e.Legacy })
	for _, slice := range all {
		if slice.Legacy != legacy {
			continue
		}
		found = true
		port, ok := slicePort(s, p, slice)
		if !ok {
			continue
		}
		for i := range slice.Endpoints {
			e := &slice.Endpoints[i]
			if len(s.Families) > 0 && !slices.Contains(s.Families, model.FamilyOf(e.Address)) {
				continue
			}
			out = append(out, endpoint{
				peer: a.endpointPeer(e), addr: e.Address, port: port, node: e.Node,
				ready: e.Ready || s.PublishNotReady, serving: e.Serving, terminating: e.Terminating,
			})
		}
	}
	return out, found
}

// slicePort returns the port of the endpoints of a slice that belongs to a port
// of the Service.
func slicePort(s *model.Service, p *model.ServicePort, slice *model.EndpointSlice) (uint16, bool) {
	if s.Headless {
		return p.Port, true
	}
	for _, e := range slice.Ports {
		if e.Name == p.Name && e.Protocol == p.Protocol {
			if e.Port == 0 {
				return p.Port, true // all ports
			}
			return e.Port, true
		}
	}
	return 0, false
}

// endpointPeer returns whom an endpoint is: the pod that it names or whose
// address it is, or else whoever has the address.
func (a *Atlas) endpointPeer(e *model.Endpoint) engine.PeerID {
	if i, ok := a.byAddr()[e.Address]; ok {
		return a.peers[i]
	}
	if e.Pod != "" {
		if id, ok := a.m.Universe().PodID(e.PodNamespace, e.Pod); ok && a.pod(id) != nil {
			return id
		}
	}
	return a.m.Universe().AddrID(e.Address)
}

// backendsName names peers among endpoints for a person. One outside the cluster
// has the address that a slice lists, and not the whole range of addresses that
// fare as it does.
func (a *Atlas) backendsName(all []endpoint, peers []engine.PeerID) string {
	const shown = 3
	var names []string
	within := slices.DeleteFunc(slices.Clone(peers), func(id engine.PeerID) bool { return a.m.Universe().Peer(id).Kind == engine.OutsidePeer })
	if len(within) == len(peers) {
		return a.podsName(peers)
	}
	for _, e := range all {
		if name := e.addr.String(); slices.Contains(peers, e.peer) && !slices.Contains(within, e.peer) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if more := len(names) - shown; more > 1 {
		names = append(names[:shown], fmt.Sprintf("%d more addresses", more))
	}
	if len(within) > 0 {
		names = append([]string{a.podsName(within)}, names...)
	}
	return strings.Join(names, ", ")
}

// sameEndpoints reports whether two lists hold the same peers and ports.
func sameEndpoints(x, y []endpoint) bool {
	keys := func(list []endpoint) []string {
		var out []string
		for _, e := range list {
			out = append(out, fmt.Sprint(e.peer, " ", e.port))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return slices.Equal(keys(x), keys(y))
}

// count returns "1 pod" or "3 pods".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
