package engine

import (
	"sync"

	"netreach/model"
)

// Summary is the whole matrix in numbers, over ordered pairs of pods, each
// replica of a pod that stands for several counted as a pod. A pod with itself
// is one of the pairs, and always allowed (NP-43). Addresses outside and nodes
// are not counted.
type Summary struct {
	Pods, Workloads, Namespaces, Policies int
	// Isolated is the number of pods that are isolated, by direction.
	Isolated [model.Directions]int
	// Pairs is the number of ordered pairs.
	Pairs uint64
	// Ports holds the counts, for maximal ranges of ports with equal counts, in
	// the order of protocols and ports.
	Ports []PortCount
	// Exposed lists the workloads whose ingress admits the most, the widest open
	// first.
	Exposed []Exposure
}

// PortCount is how many pairs of pods have each verdict on each port of a
// range. The counts add up to Summary.Pairs.
type PortCount struct {
	Ports PortRange
	// Some counts pairs of which the address families differ (NP-53).
	Allowed, Denied, Unknown, Some uint64
}

// Exposure is a workload with what its ingress rules certainly admit on some
// port, as far as they go: whether the sources' egress lets them is another
// question.
type Exposure struct {
	Workload string
	// Internet tells whether some address of the internet is admitted.
	Internet bool
	// Sources is the number of pods that are admitted, to the pod of the workload
	// that admits the most.
	Sources int
}

// Summary returns the matrix in numbers, with at most exposed workloads. Its
// cost follows the number of rows and the places where they change from port to
// port, not the number of pairs; only pairs with a pod of several addresses are
// counted kind by kind.
func (m *Matrix) Summary(exposed int) Summary {
	var wait sync.WaitGroup
	var own []ownNodePair
	wait.Go(func() { own = m.ownNodePairs() })
	s := Summary{
		Pods: int(weightOfAll(m.shapes())), Namespaces: len(m.ground.nsOf),
		Workloads: len(m.cluster.Workloads), Policies: len(m.cluster.Policies),
		Isolated: [model.Directions]int{model.Egress: m.Isolated(model.Egress), model.Ingress: m.Isolated(model.Ingress)},
	}
	wait.Wait()
	s.Pairs = uint64(s.Pods) * uint64(s.Pods)
	wait.Go(func() { s.Exposed = m.exposed(exposed) })
	counts := m.counts(own)
	for atom := range counts {
		counts[atom].Ports = m.atomRange(atom)
		s.Ports = appendCount(s.Ports, counts[atom])
	}
	wait.Wait()
	return s
}

// appendCount appends c, or lets the last range go on if c has its counts.
func appendCount(cs []PortCount, c PortCount) []PortCount {
	if n := len(cs) - 1; n >= 0 && cs[n].Ports.Protocol == c.Ports.Protocol {
		last := cs[n].Ports
		cs[n].Ports = c.Ports
		if cs[n] == c {
			cs[n].Ports.First = last.First
			return cs
		}
		cs[n].Ports = last
	}
	return append(cs, c)
}
