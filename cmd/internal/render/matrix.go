package render

import (
	"iter"
	"slices"

	"netreach/engine"
	"netreach/model"
)

// Matrix is what is to be shown of a matrix: a choice of sources, destinations
// and ports.
type Matrix struct {
	// By says what the ends are: "pod", "workload" or "namespace".
	By    string
	Table *engine.Table
	// Sources and Destinations are indices into Table.Ends, ascending.
	Sources, Destinations []int
	// Ports are the ports that were asked for. Without any, each pair is shown
	// with all its ports.
	Ports []model.PortMatch
	// Named judges one pair, given by index, on a named port: its number is the
	// destination's affair, so that the table cannot tell.
	Named func(src, dst int, port model.PortMatch) engine.Answer
	// Namespace returns the namespace that all members of an end lie in, or "".
	Namespace func(end int) string
	// Sets are the sets that have a name of their own, the larger ones first.
	Sets []Set
	// Ranges holds, by end, the addresses of ends outside whose name is a list of
	// them. In a flow line they stand merged with those of other ends.
	Ranges map[int][]engine.AddrRange
	// Rests are the rests among the ends outside that have Ranges, those of one
	// whole behind one another.
	Rests []Rest
	// Inhabited tells whether a pod or node has an address in a range, so that the
	// range is not only outside. Nil means that none has.
	Inhabited func(engine.AddrRange) bool
	Summary   Summary
}

// Summary counts what the matrix is about.
type Summary struct {
	Namespaces, Workloads, Pods int
	// Isolated is the number of pods that a policy isolates, by Direction.
	Isolated [model.Directions]int
}

// String returns the summary as a line.
func (s Summary) String() string {
	return count(s.Workloads, "workload") + " with " + count(s.Pods, "pod") + " in " + count(s.Namespaces, "namespace") +
		"; isolated for ingress: " + count(s.Isolated[model.Ingress], "pod") + ", for egress: " + count(s.Isolated[model.Egress], "pod")
}

// Judgement is the verdict about a pair on one of the ports that were asked for.
type Judgement struct {
	Port    model.PortMatch
	Verdict model.Verdict
	// Parts are the verdicts by port. There is one where all ports agree.
	Parts []engine.Segment
}

// shown reports whether the pair of a source and a destination is part of the
// matrix: policy says nothing about two ends outside.
func (m *Matrix) shown(src, dst int) bool {
	return !m.Table.Ends[src].Outside || !m.Table.Ends[dst].Outside
}

// Shows reports whether the pair is part of the matrix.
func (m *Matrix) Shows(src, dst int) bool {
	_, source := slices.BinarySearch(m.Sources, src)
	_, destination := slices.BinarySearch(m.Destinations, dst)
	return source && destination && m.shown(src, dst)
}

// On returns the verdicts about one pair by port, on all the ports that were
// asked for together.
func (m *Matrix) On(src, dst int) []engine.Segment {
	var parts []engine.Segment
	for _, port := range m.ports() {
		parts = append(parts, m.Judge(src, dst, port).Parts...)
	}
	return union(parts)
}

// Judge judges one pair, given by index, on a port.
func (m *Matrix) Judge(src, dst int, port model.PortMatch) Judgement {
	if port.Kind == model.PortNamed {
		a := m.Named(src, dst, port)
		return Judgement{port, a.Verdict, a.Segments}
	}
	c := m.Table.Cell(src, dst)
	return Judgement{port, m.Table.Verdict(c, port), Clip(m.Table.Segments(c), port)}
}

// ports returns the ports of the rows: "*" if none were asked for.
func (m *Matrix) ports() []model.PortMatch {
	if len(m.Ports) == 0 {
		return []model.PortMatch{{Kind: model.PortAny}}
	}
	return m.Ports
}

// pairs yields every pair that is shown, by source and then by destination.
func (m *Matrix) pairs() iter.Seq2[int, int] {
	return func(yield func(src, dst int) bool) {
		for _, i := range m.Sources {
			for _, j := range m.Destinations {
				if m.shown(i, j) && !yield(i, j) {
					return
				}
			}
		}
	}
}

// Shown returns the sources and destinations, ascending, each once.
func (m *Matrix) Shown() []int {
	out := slices.Concat(m.Sources, m.Destinations)
	slices.Sort(out)
	return slices.Compact(out)
}
