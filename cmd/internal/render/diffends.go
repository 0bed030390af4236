package render

import (
	"slices"

	"netreach/engine"
)

// nodeShift returns a block of flows between pods and nodes.
func nodeShift(f engine.NodeFlows) shiftedFlows {
	s := shiftedFlows{before: f.Change.Before, after: f.Change.After, ports: f.Change.Ports}
	var nodes []string
	for _, n := range f.Nodes {
		nodes = append(nodes, "node:"+n)
	}
	if f.ToNodes {
		s.src, s.dstNames = f.Workloads, nodes
	} else {
		s.srcNames, s.dst = nodes, f.Workloads
	}
	return s
}

// sources names the sources of a block as name names ends.
func (s *shiftedFlows) sources(name func([]int) []string) []string {
	switch {
	case s.ways != nil:
		return s.dialled()
	case s.srcNames != nil:
		return s.srcNames
	}
	return name(s.src)
}

// destinations names the destinations of a block as name names ends.
func (s *shiftedFlows) destinations(name func([]int) []string) []string {
	if s.dstNames != nil {
		return s.dstNames
	}
	return name(s.dst)
}

// named returns the ends of a block that are no ends of the comparison.
func (s *shiftedFlows) named() []string {
	if s.ways != nil {
		return append(s.dialled(), s.dstNames...)
	}
	return slices.Concat(s.srcNames, s.dstNames)
}
