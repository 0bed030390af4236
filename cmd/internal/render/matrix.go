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
	// Numbers returns what a named port is on the members of an end, and whether
	// it is the same on all of them. It may be nil where no port is named.
	Numbers func(end int, port model.PortMatch) (numbers []engine.PortRange, same bool)
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
	// Entries are flows from ways in, which are no ends, by name and destination.
	Entries []EntryFlow

	index     *setIndex           // made when a name is first asked for
	addressed map[string][]string // names of lists of ends outside
	numbered  map[int]int         // by end, see numbers
	classes   map[string]int      // what named ports are -> number
}

// EntryFlow is what the internet reaches through a way in: an end, on the port of
// its pods.
type EntryFlow struct {
	Src     string
	Dst     int
	Port    engine.PortRange
	Verdict model.Verdict
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
	if port.Kind == model.PortNamed && m.numbers(dst) < 0 {
		a := m.Named(src, dst, port)
		return Judgement{port, a.Verdict, a.Segments}
	}
	return m.judgeCell(m.Table.Cell(src, dst), dst, port)
}

// judgeCell judges a cell of which dst is the destination. A named port has one
// number there, or none: see numbers.
func (m *Matrix) judgeCell(c engine.CellID, dst int, port model.PortMatch) Judgement {
	on := port
	if port.Kind == model.PortNamed {
		numbers, _ := m.Numbers(dst, port)
		if len(numbers) == 0 {
			return Judgement{Port: port}
		}
		on = numbers[0].Match()
	}
	return Judgement{port, m.Table.Verdict(c, on), Clip(m.Table.Segments(c), on)}
}

// named reports whether a port that was asked for is a name.
func (m *Matrix) named() bool {
	return slices.ContainsFunc(m.Ports, func(p model.PortMatch) bool { return p.Kind == model.PortNamed })
}

// numbers tells ends apart by what the named ports are on them that were asked
// for. It is negative where a name is several things on an end; then each pair is
// a question of its own.
func (m *Matrix) numbers(end int) int {
	if !m.named() {
		return 0
	}
	if n, ok := m.numbered[end]; ok {
		return n
	}
	if m.numbered == nil {
		m.numbered, m.classes = map[int]int{}, map[string]int{}
	}
	var key []byte
	several := false
	for _, port := range m.Ports {
		if port.Kind != model.PortNamed {
			continue
		}
		numbers, same := m.Numbers(end, port)
		several = several || !same || len(numbers) > 1
		for _, n := range numbers {
			key = append(key, n.String()...)
		}
		key = append(key, ';')
	}
	class, ok := m.classes[string(key)]
	if !ok {
		class = len(m.classes)
		m.classes[string(key)] = class
	}
	if several {
		class = -1
	}
	m.numbered[end] = class
	return class
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
