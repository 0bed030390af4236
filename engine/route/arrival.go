package route

import (
	"netreach/engine"
	"netreach/model"
)

// Arrival is what becomes of a client on the whole way to some pods.
type Arrival struct {
	// Leg is the last step, to the pods.
	Leg *Leg
	// Mix is the verdicts about all steps together.
	Mix model.Mix

	client client
}

// Clients returns who comes, as peers of the atlas' matrix, ascending.
func (x *Arrival) Clients() []engine.PeerID { return x.client.Peers }

// Arrivals returns where the walks of an answer lead, in their order.
func (a *Answer) Arrivals() []Arrival {
	var out []Arrival
	for i := range a.Walks {
		w := &a.Walks[i]
		before := allowed
		for k := range w.Hops {
			h := &w.Hops[k]
			if h.Kind != Backend {
				before = before.And(h.Mix)
				continue
			}
			var lost model.Mix
			for j := range h.Legs {
				if h.Legs[j].Lost {
					lost = lost.Join(h.Legs[j].Mix)
				}
			}
			for j := range h.Legs {
				l := &h.Legs[j]
				if l.Aside {
					continue
				}
				mix := before.And(l.Mix.Join(lost))
				if l.before != 0 {
					mix = mix.And(l.before)
				}
				if w.Doubtful && mix != denied && mix != 0 {
					mix = open // it may be another way that gets the requests
				}
				out = append(out, Arrival{&h.Legs[j], mix, w.client})
			}
		}
	}
	return out
}

// Ends returns the peers at the end of a leg. A leg of a small world, which has
// peers of its own, ends at those of the same pods.
func (a *Atlas) Ends(l *Leg) []engine.PeerID {
	if l.Matrix == nil || l.Matrix == a.m {
		return l.Dst.Peers
	}
	own := a.byName()
	var out []engine.PeerID
	for _, id := range l.Dst.Peers {
		if p := l.Matrix.PodOf(id); p != nil {
			if peer, ok := own[podNameOf(p)]; ok {
				out = append(out, peer)
			}
		}
	}
	return out
}

// podName tells pods apart. One that stands for a workload may have the name of a
// pod.
type podName struct {
	namespace, name, kind string
	standIn               bool
}

func podNameOf(p *model.Pod) podName {
	return podName{p.Namespace, p.Name, p.Origin.Kind, p.StandIn}
}

func (a *Atlas) podsByName() map[podName]engine.PeerID {
	out := make(map[podName]engine.PeerID, len(a.cluster.Pods))
	for i := range a.cluster.Pods {
		out[podNameOf(&a.cluster.Pods[i])] = a.peers[i]
	}
	return out
}
