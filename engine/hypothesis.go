package engine

import (
	"net/netip"
	"slices"

	"netreach/model"
	"netreach/model/selector"
)

// hypothesis asks of one flow what its verdict would be if only some edits had
// been made. It makes clusters of two pods, and of the policies that may concern
// them, and compiles these like any other: what a verdict would be is never
// guessed.
type hypothesis struct {
	e        *edits
	src, dst PeerID
	shapes   [2]int32
	protocol model.Protocol
	port     uint16
	// policies may concern the flow, in either cluster.
	policies []policyVersions
}

// policyVersions is a policy in both clusters: indices, or -1.
type policyVersions struct{ before, after int32 }

// candidates returns the policies of the namespaces of a flow's ends, and of the
// whole cluster.
func (e *edits) candidates(src, dst PeerID) []policyVersions {
	var out []policyVersions
	seen := map[string]bool{}
	for _, ns := range []string{"", e.before.u.peers[src].Namespace, e.before.u.peers[dst].Namespace} {
		if !seen[ns] {
			seen[ns] = true
			out = append(out, e.byNamespace()[ns]...)
		}
	}
	return out
}

// byNamespace returns the policies of both clusters by the namespace of their
// subjects; "" is any.
func (e *edits) byNamespace() map[string][]policyVersions {
	if e.located != nil {
		return e.located
	}
	e.located = map[string][]policyVersions{}
	type name struct{ kind, namespace, name string }
	nameOf := func(p *model.Policy) name { return name{p.Origin.Kind, p.Origin.Namespace, p.Origin.Name} }
	old, now := e.before.cluster.Policies, e.after.cluster.Policies
	at := make(map[name]int32, len(old))
	for i := range old {
		at[nameOf(&old[i])] = int32(i)
	}
	add := func(p *model.Policy, v policyVersions) {
		e.located[p.Subject.Namespace] = append(e.located[p.Subject.Namespace], v)
	}
	taken := make([]bool, len(old))
	for i := range now {
		v := policyVersions{-1, int32(i)}
		if id := e.policyOf[1][i]; id >= 0 {
			v.before = e.policies[id].before
		} else {
			v.before = at[nameOf(&now[i])]
		}
		if v.before >= 0 {
			taken[v.before] = true
		}
		add(&now[i], v)
	}
	for i := range old {
		if !taken[i] {
			add(&old[i], policyVersions{int32(i), -1})
		}
	}
	return e.located
}

// verdict returns the verdict about the flow if just these edits are made, and
// how it is made up: what identifies the verdicts of all pairs of members.
func (h *hypothesis) verdict(made []int32) (verdict model.Verdict, members string, err error) {
	before, after := h.e.before, h.e.after
	c := &model.Cluster{Tiers: before.cluster.Tiers}
	if len(after.cluster.Tiers) > len(c.Tiers) {
		c.Tiers = after.cluster.Tiers
	}
	ends := []PeerID{h.src, h.dst}
	if h.src == h.dst {
		ends = ends[:1]
	}
	for k, id := range ends {
		h.addPod(c, id, h.shapes[k], made)
	}
	h.addFamilies(c)
	for _, v := range h.policies {
		if p, ok := h.policy(v, made); ok {
			c.Policies = append(c.Policies, p)
		}
	}
	u, err := NewUniverse(model.Options{Switches: before.switches, PodCIDRs: before.u.opts.PodCIDRs}, c)
	if err != nil {
		return model.None, "", err
	}
	m, err := Compile(u, 0)
	if err != nil {
		return model.None, "", err
	}
	src, dst := h.peer(u, h.src), h.peer(u, h.dst)
	return m.Verdict(src, dst, h.protocol, h.port), m.memberVerdicts(src, dst, u.ports.Of(h.protocol, h.port)), nil
}

// memberVerdicts identifies the verdicts of all pairs of members of two peers.
func (m *Matrix) memberVerdicts(src, dst PeerID, atom int) string {
	var key []byte
	for _, a := range m.u.shapes[m.u.shapeOf[src]] {
		for _, b := range m.u.shapes[m.u.shapeOf[dst]] {
			v := model.Denied
			if m.meet(a, b) {
				v = m.classVerdict(a, b, m.relation(src, dst), atom)
			}
			key = append(key, byte(v))
		}
	}
	return string(key)
}

// peer returns the peer of the small universe that stands for one of the large.
func (h *hypothesis) peer(u *Universe, id PeerID) PeerID {
	p := &h.e.before.u.peers[id]
	switch p.Kind {
	case PodPeer:
		found := u.names().pods[p.key()]
		return found
	case NodePeer:
		found, _ := u.NodeID(p.Name)
		return found
	case OutsidePeer:
	}
	// The first address may be that of a pod.
	for _, r := range p.Ranges {
		for a, tries := r.First, 0; a.IsValid() && a.Compare(r.Last) <= 0 && tries < 4; a, tries = a.Next(), tries+1 {
			if found := u.AddrID(a); u.peers[found].Kind == OutsidePeer {
				return found
			}
		}
	}
	return u.AddrID(p.Ranges[0].First)
}

// addPod adds an end of the flow, a node or a pod with its namespace and node, as it is with the
// edits made.
func (h *hypothesis) addPod(c *model.Cluster, id PeerID, shape int32, made []int32) {
	e := h.e
	h.addNode(c, e.before.node(id), made)
	old, now := e.before.pod(id), e.after.pod(id)
	if old == nil || now == nil {
		return // outside
	}
	pod := *old
	node := nodeNamed(e.before.cluster, old.Node)
	for _, l := range e.shapes[shape] {
		if !slices.Contains(made, l.edit) {
			continue
		}
		switch l.kind {
		case PodLabel:
			pod.Labels = l.apply(pod.Labels)
		case PodPorts:
			pod.Ports = now.Ports
		case NodeLabel, NodeAddresses: // of its node
		default:
			pod.Addresses, pod.HostNetwork, pod.Node, pod.LateLabels = now.Addresses, now.HostNetwork, now.Node, now.LateLabels
			if node = nodeNamed(e.before.cluster, now.Node); node == nil {
				node = nodeNamed(e.after.cluster, now.Node)
			}
		}
	}
	w := &e.before.cluster.Workloads[old.Workload]
	pod.Workload = len(c.Workloads)
	pod.Weight = max(old.Weight, now.Weight)
	c.Workloads = append(c.Workloads, model.Workload{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name, Replicas: 1})
	c.Pods = append(c.Pods, pod)
	slices.SortFunc(c.Pods, func(a, b model.Pod) int {
		return comparePeers(Peer{Namespace: a.Namespace, Name: a.Name}, Peer{Namespace: b.Namespace, Name: b.Name})
	})
	h.addNode(c, node, made)
	if namespaceNamed(c, pod.Namespace) != nil {
		return
	}
	ns := *namespaceNamed(e.before.cluster, pod.Namespace)
	for _, l := range e.namespaces[pod.Namespace] {
		if slices.Contains(made, l.edit) {
			ns.Labels = l.apply(ns.Labels)
		}
	}
	c.Namespaces = append(c.Namespaces, ns)
	slices.SortFunc(c.Namespaces, func(a, b model.Namespace) int { return comparePeers(Peer{Name: a.Name}, Peer{Name: b.Name}) })
}

// addNode adds a node as it is with the edits made, unless it is nil or there.
func (h *hypothesis) addNode(c *model.Cluster, n *model.Node, made []int32) {
	if n = h.e.node(n, made); n != nil && nodeNamed(c, n.Name) == nil {
		c.Nodes = append(c.Nodes, *n)
		slices.SortFunc(c.Nodes, func(a, b model.Node) int { return comparePeers(Peer{Name: a.Name}, Peer{Name: b.Name}) })
	}
}

// apply returns labels with the edit made.
func (l *labelEdit) apply(labels model.Labels) model.Labels {
	if l.after != nil {
		return labels.With(l.key, *l.after)
	}
	return slices.DeleteFunc(slices.Clone(labels), func(x selector.Label) bool { return x.Key == l.key })
}

// addFamilies adds a pod that is no part of the flow, so that pods without an
// address float in the families of the whole input.
func (h *hypothesis) addFamilies(c *model.Cluster) {
	const nobody = "~" // no namespace has such a name, and it sorts last
	var addrs []netip.Addr
	for _, f := range h.e.before.u.floating.families {
		switch f {
		case fam4:
			addrs = append(addrs, netip.AddrFrom4([4]byte{192, 0, 0, 8}))
		case fam6:
			addrs = append(addrs, netip.AddrFrom16([16]byte{0: 0x01, 15: 1}))
		case famAny:
		}
	}
	if len(addrs) == 0 {
		return
	}
	c.Pods = append(c.Pods, model.Pod{Namespace: nobody, Name: nobody, Addresses: addrs, Weight: 1, Workload: len(c.Workloads)})
	c.Workloads = append(c.Workloads, model.Workload{Kind: "Pod", Namespace: nobody, Name: nobody, Replicas: 1})
	c.Namespaces = append(c.Namespaces, model.Namespace{Name: nobody})
}

// policy returns a policy as it is with the edits made, and whether it is there.
func (h *hypothesis) policy(v policyVersions, made []int32) (model.Policy, bool) {
	e := h.e
	id := int32(-1)
	switch {
	case v.after >= 0:
		id = e.policyOf[1][v.after]
	case v.before >= 0:
		id = e.policyOf[0][v.before]
	}
	if id < 0 {
		return e.before.cluster.Policies[v.before], true
	}
	p := &e.policies[id]
	is := func(edit int32) bool { return edit >= 0 && slices.Contains(made, edit) }
	switch {
	case p.before < 0:
		return e.after.cluster.Policies[p.after], is(p.whole)
	case p.after < 0:
		return e.before.cluster.Policies[p.before], !is(p.whole)
	case p.whole >= 0: // renamed
		if is(p.whole) {
			return e.after.cluster.Policies[p.after], true
		}
		return e.before.cluster.Policies[p.before], true
	}
	old, now := &e.before.cluster.Policies[p.before], &e.after.cluster.Policies[p.after]
	out := *old
	if is(p.subject) {
		out.Subject = now.Subject
	}
	if is(p.isolation) {
		out.Isolates = now.Isolates
	}
	if is(p.place) {
		out.Tier, out.Order, out.Unordered = now.Tier, now.Order, now.Unordered
	}
	out.Rules = nil
	for _, s := range p.slots {
		switch {
		case s.edit < 0 && s.after >= 0 || s.after >= 0 && is(s.edit):
			out.Rules = append(out.Rules, now.Rules[s.after])
		case s.before >= 0 && !is(s.edit):
			out.Rules = append(out.Rules, old.Rules[s.before])
		}
	}
	return out, true
}

func nodeNamed(c *model.Cluster, name string) *model.Node {
	i, ok := slices.BinarySearchFunc(c.Nodes, name, func(n model.Node, name string) int { return comparePeers(Peer{Name: n.Name}, Peer{Name: name}) })
	if !ok {
		return nil
	}
	return &c.Nodes[i]
}

func namespaceNamed(c *model.Cluster, name string) *model.Namespace {
	i, ok := slices.BinarySearchFunc(c.Namespaces, name, func(n model.Namespace, name string) int {
		return comparePeers(Peer{Name: n.Name}, Peer{Name: name})
	})
	if !ok {
		return nil
	}
	return &c.Namespaces[i]
}
