package render

import "netreach/engine"

// nodeShift returns a block of flows between pods and nodes.
func nodeShift(f engine.NodeFlows) shiftedFlows {
	s := shiftedFlows{before: f.Change.Before, after: f.Change.After, ports: f.Change.Ports}
	for _, n := range f.Nodes {
		s.nodes = append(s.nodes, "node:"+n)
	}
	if f.ToNodes {
		s.src = f.Workloads
	} else {
		s.dst = f.Workloads
	}
	return s
}

// sources names the sources of a block as name names ends.
func (s *shiftedFlows) sources(name func([]int) []string) []string {
	if s.src == nil {
		return s.nodes
	}
	return name(s.src)
}

// destinations names the destinations of a block as name names ends.
func (s *shiftedFlows) destinations(name func([]int) []string) []string {
	if s.dst == nil {
		return s.nodes
	}
	return name(s.dst)
}
