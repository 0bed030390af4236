package route

import (
	"maps"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/selector"
)

// expectNothing stands for what nobody has asked about by name.
var expectNothing expect.Peer

// fromAssumed returns the hop to the pods behind a Service from a door whose
// pods are not in the input: from a pod of which only the namespace may be
// known. What a rule demands of its labels, or of those of its namespace, is
// open.
func (a *Atlas) fromAssumed(d *door, s *model.Service, p *model.ServicePort) Hop {
	h := Hop{Kind: Backend, Title: title(s, p), Origin: p.Origin}
	all, notes := a.endpoints(s, p)
	h.Notes = notes
	if len(all) == 0 {
		a.noEndpoints(&h, client{End: a.m.AnywhereEnd(d.name)}, s)
		return h
	}
	byPort := map[uint16][]engine.PeerID{}
	namespaces := map[string]bool{}
	for _, e := range all {
		pod := a.pod(e.peer)
		if pod == nil {
			h.say(open, "an endpoint is no pod of the input")
			continue
		}
		byPort[e.port] = append(byPort[e.port], e.peer)
		namespaces[pod.Namespace] = true
	}
	w, err := a.withUnknown(d.assumed, slices.Sorted(maps.Keys(namespaces)))
	if err != nil {
		h.say(open, err.Error())
		return h
	}
	src := w.EndOf("the pods of "+d.name, []engine.PeerID{w.unknown})
	for _, port := range ports(byPort) {
		own := a.m.EndOf("", byPort[port]).Peers
		peers := make([]engine.PeerID, len(own))
		for i, id := range own {
			peers[i] = w.at[id]
		}
		dst := w.EndOf(a.podsName(own), peers)
		t := w.JudgeThrough(src, dst, p.Protocol, port, s.Families)
		h.add(Leg{
			Matrix: w.Matrix, Src: src, Dst: dst, Port: engine.PortRange{Protocol: p.Protocol, First: port, Last: port}, Mix: t.Mix, Witnesses: t.Witnesses,
		})
	}
	if h.Verdict() == model.Unknown {
		h.note(d.origin, "whether its policies admit "+d.name+" depends on the pods that run it, which are not in the input")
	}
	return h
}

// unknownWorld is a small world of all pods of some namespaces, and of a
// controller of which only its namespace may be known.
type unknownWorld struct {
	world
	unknown engine.PeerID
	// at holds the peers of the world by those of the atlas.
	at map[engine.PeerID]engine.PeerID
}

// withUnknown returns the world of some namespaces and a controller. One is made
// for all Services there: which other pods it holds is nothing to a flow.
func (a *Atlas) withUnknown(known *assumedPod, namespaces []string) (*unknownWorld, error) {
	key := known.namespace + "\n" + strings.Join(namespaces, "\n")
	if w := a.unknowns[key]; w != nil {
		return w, nil
	}
	var pods []model.Pod
	var own []engine.PeerID
	for _, ns := range namespaces {
		for _, i := range a.podsIn[ns] {
			pods, own = append(pods, a.cluster.Pods[i]), append(own, a.peers[i])
		}
	}
	small, err := a.besideUnknown(known, pods)
	if err != nil {
		return nil, err
	}
	w := &unknownWorld{small, small.peers[len(pods)], make(map[engine.PeerID]engine.PeerID, len(own))}
	for i, id := range own {
		w.at[id] = small.peers[i]
	}
	a.unknowns[key] = w
	return w, nil
}

// besideUnknown makes a world of pods, and of a controller as the last of them.
func (a *Atlas) besideUnknown(known *assumedPod, pods []model.Pod) (world, error) {
	unknown := model.Pod{Namespace: assumedNamespace, Name: unknownController, Weight: 1, StandIn: true, Workload: -1}
	if known.namespace != "" {
		unknown.Namespace = known.namespace
	}
	return a.beside(append(pods, unknown), func(c *model.Cluster) {
		withNamespace(c, unknown.Namespace, known.labels...)
		c.Policies = blurred(c.Policies, known)
		i := slices.IndexFunc(c.Pods, func(p model.Pod) bool { return p.Namespace == unknown.Namespace && p.Name == unknown.Name })
		c.Pods[i].LateLabels = keysOf(c.Policies)
	})
}

// assumedNamespace is where a controller of which nothing is known is. No
// manifest can name it.
const assumedNamespace = "controller..unknown"

// unknownController is its name, which no manifest can have either.
const unknownController = "controller..unknown"

// openKey is a label of which it is open whether such a controller has it.
const openKey = "netreach.invalid/open"

// blurred returns policies in which every peer that names namespaces by labels,
// or one namespace, demands openKey as well, so that whether it matches a
// controller of an unknown namespace is open.
func blurred(policies []model.Policy, known *assumedPod) []model.Policy {
	if known.namespace != "" {
		return policies
	}
	out := slices.Clone(policies)
	for i := range out {
		rules := slices.Clone(out[i].Rules)
		for k := range rules {
			peers := rules[k].Peers
			if rules[k].Direction != model.Ingress {
				continue
			}
			peers = slices.Clone(peers)
			for j := range peers {
				p := &peers[j]
				if p.Kind == model.PeerPods && (p.Pods.Namespace != "" || !p.Pods.Namespaces.Everything()) {
					q := p.Pods.Pods.Requirements
					p.Pods.Pods = selector.Selector{Requirements: append(slices.Clone(q), selector.Requirement{Key: openKey, Op: selector.Exists})}.Canonical()
					p.Pods.Namespace, p.Pods.Namespaces = "", selector.Selector{}
				}
			}
			rules[k].Peers = peers
		}
		out[i].Rules = rules
	}
	return out
}

// keysOf returns the label keys that the subjects and peers of policies name, and
// openKey.
func keysOf(policies []model.Policy) []string {
	keys := map[string]bool{openKey: true}
	for i := range policies {
		for _, q := range policies[i].Subject.Pods.Requirements {
			keys[q.Key] = true
		}
		for _, r := range policies[i].Rules {
			for _, p := range r.Peers {
				for _, q := range p.Pods.Pods.Requirements {
					keys[q.Key] = true
				}
			}
		}
	}
	var out []string
	for k := range keys {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
