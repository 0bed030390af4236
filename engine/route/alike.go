package route

import (
	"net/netip"
	"slices"

	"netreach/engine"
	"netreach/model"
)

// inquiry is all that is asked about some clients while their walks are made:
// what a flow of theirs comes to, and whether their addresses lie in some
// prefixes. Everything else on a walk is the same for whoever comes from outside;
// more is asked about the pods and nodes of the cluster.
type inquiry struct {
	clients engine.End
	through []through
	within  [][]netip.Prefix
	more    bool
	// every tells that it is about any client, of whom only the prefixes are taken
	// down.
	every bool
}

// isEmpty reports whether nothing was asked.
func (q *inquiry) isEmpty() bool { return len(q.through)+len(q.within) == 0 && !q.more }

// through is a question about the flows to some backends on a port.
type through struct {
	dst      engine.End
	protocol model.Protocol
	port     uint16
	families []model.Family
}

// listen returns what is asked about clients while f runs.
func (a *Atlas) listen(c client, f func()) inquiry {
	q := inquiry{clients: c.End}
	a.asks = &q
	f()
	a.asks = nil
	return q
}

// about reports whether an end is that of the clients.
func (q *inquiry) about(e engine.End) bool {
	return q != nil && sameEnd(q.clients, e)
}

// sameEnd reports whether two ends share their list of peers.
func sameEnd(x, y engine.End) bool {
	return len(x.Peers) > 0 && len(x.Peers) == len(y.Peers) && &x.Peers[0] == &y.Peers[0]
}

// flows takes a question down that a leg asks.
func (q *inquiry) flows(src, dst engine.End, protocol model.Protocol, port uint16, families []model.Family) {
	if q.about(src) {
		q.through = append(q.through, through{dst, protocol, port, families})
	}
}

// addresses takes a question down about where clients are.
func (q *inquiry) addresses(c client, prefixes []netip.Prefix) {
	if q.about(c.End) || q != nil && q.every {
		q.within = append(q.within, prefixes)
	}
}

// itself takes down that who exactly the clients are is asked about.
func (q *inquiry) itself(c client) {
	if q.about(c.End) {
		q.more = true
	}
}

// kinds numbers parts of the clients, which are also given as grouped: those of
// one number have the same answers.
// Numbers count from 0, in the order of the parts that are the first to have
// them.
func (q *inquiry) kinds(a *Atlas, parts []client, grouped []engine.Grouped) []int {
	out := make([]int, len(parts))
	for _, t := range q.through {
		refine(out, a.m.AlikeThrough(grouped, t.dst, t.protocol, t.port, t.families))
	}
	for _, prefixes := range q.within {
		mixes := make([]int, len(parts))
		for i := range parts {
			mixes[i] = int(a.within(parts[i], prefixes))
		}
		refine(out, mixes)
	}
	return out
}

// refine gives numbers anew to things that have two numbers each, those of one
// number in both the same.
func refine(kinds, other []int) {
	numbers := map[[2]int]int{}
	for i, k := range kinds {
		key := [2]int{k, other[i]}
		n, ok := numbers[key]
		if !ok {
			n = len(numbers)
			numbers[key] = n
		}
		kinds[i] = n
	}
}

// gathered returns parts of clients outside with those of one kind as one, in the
// order of the parts that are the first of their kind.
func gathered(a *Atlas, parts []client, kinds []int) []client {
	peers := make([][]engine.PeerID, slices.Max(kinds)+1)
	for i, k := range kinds {
		peers[k] = append(peers[k], parts[i].Peers...)
	}
	out := make([]client, len(peers))
	for k := range out {
		out[k] = client{a.m.EndOf(parts[0].Name, peers[k]), parts[0].asked}
	}
	return out
}
