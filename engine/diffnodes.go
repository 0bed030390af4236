package engine

import (
	"encoding/binary"
	"slices"
	"strings"

	"netreach/model"
)

// NodeFlows is a block of flows between pods and nodes that change alike and by
// one cause: between every workload and every node.
type NodeFlows struct {
	// Workloads are indices of Diff.Workloads, ascending.
	Workloads []int
	// Nodes are names, sorted.
	Nodes []string
	// ToNodes tells that the pods are the sources.
	ToNodes bool
	Change  Change
}

// compareNodes returns what changes of the flows between pods and nodes that both
// clusters have. A pod and its own node are left out: nothing keeps the node from
// it (NP-42).
//
// Like Comparison.Groups it looks only where the rows of a pod differ at a node.
func (d *Diff) compareNodes() []NodeFlows {
	c := d.Comparison
	u := c.before.m.u
	n := nodeComparison{c: c, columnsOf: make([][]int32, u.classes)}
	var ids []PeerID
	for id := u.pods; id < u.pods+u.nodes; id++ {
		ids = append(ids, PeerID(id))
	}
	for _, g := range c.groupJoint(End{Peers: ids}) {
		if !g.in[0] || !g.in[1] {
			continue
		}
		column := int32(len(n.groups))
		for _, class := range u.shapes[g.shape] {
			n.columnsOf[class] = append(n.columnsOf[class], column)
		}
		n.all = append(n.all, column)
		if !c.sameFamilies(&g) {
			n.loose = append(n.loose, column)
		}
		n.groups = append(n.groups, g)
	}
	if len(n.groups) == 0 {
		return nil
	}
	var out []NodeFlows
	for _, dir := range []model.Direction{model.Egress, model.Ingress} {
		n.differs = newRowComparer(&c.before.m.dirs[dir], &c.after.m.dirs[dir], n.columnsOf)
		out = append(out, n.direction(dir, len(d.Workloads))...)
	}
	return out
}

// nodeComparison compares the flows between workloads and nodes. A column is the
// nodes of one shape.
type nodeComparison struct {
	c         *Comparison
	groups    []jointGroup // by column
	columnsOf [][]int32    // by class
	differs   *rowComparer
	// loose are the columns of nodes whose families change, so that rows alone do
	// not tell; all is every column.
	loose, all []int32
}

// direction compares the flows of one direction, as the pods see it, of the first
// ends, which are the workloads.
func (n *nodeComparison) direction(dir model.Direction, workloads int) []NodeFlows {
	// Workloads with the same changes at the same nodes are one block.
	at := map[string]int{}
	type block struct {
		cell      CellID
		nodes     []string
		workloads []int
	}
	var blocks []block
	for i := range workloads {
		byCell := map[CellID][]string{}
		var cells []CellID
		for _, column := range n.touched(dir, i) {
			kinds, nodes := n.kinds(dir, i, column)
			if len(kinds) == 0 {
				continue
			}
			cell := n.c.intern(n.c.join(i, i, kinds))
			if !n.c.Changed(cell) {
				continue
			}
			if byCell[cell] == nil {
				cells = append(cells, cell)
			}
			byCell[cell] = append(byCell[cell], nodes...)
		}
		for _, cell := range cells {
			nodes := byCell[cell]
			slices.Sort(nodes)
			key := string(binary.LittleEndian.AppendUint32(nil, uint32(cell))) + strings.Join(nodes, "\x00")
			k, ok := at[key]
			if !ok {
				k = len(blocks)
				at[key] = k
				blocks = append(blocks, block{cell: cell, nodes: nodes})
			}
			blocks[k].workloads = append(blocks[k].workloads, i)
		}
	}
	var out []NodeFlows
	for _, b := range blocks {
		for _, change := range n.c.Changes(b.cell) {
			out = append(out, NodeFlows{b.workloads, b.nodes, dir == model.Egress, change})
		}
	}
	return out
}

// touched returns the columns at which the flows of a workload may change,
// ascending.
func (n *nodeComparison) touched(dir model.Direction, workload int) []int32 {
	before, after := n.c.before.m, n.c.after.m
	var out []int32
	for k := range n.c.groups[workload] {
		g := &n.c.groups[workload][k]
		if !g.in[0] || !g.in[1] {
			continue
		}
		if !n.c.sameFamilies(g) {
			return n.all
		}
		out = append(out, n.loose...)
		for _, class := range before.u.shapes[g.shape] {
			out = append(out, n.differs.between(before.dirs[dir].programOf[class], after.dirs[dir].programOf[class])...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// kinds returns the kinds of flows between the pods of a workload and the nodes of
// a column that both clusters have, and those of the nodes that some such pod is
// not on.
func (n *nodeComparison) kinds(dir model.Direction, workload int, column int32) (kinds []jointKind, nodes []string) {
	node := &n.groups[column]
	named := make([]bool, len(node.peers))
	for k := range n.c.groups[workload] {
		g := &n.c.groups[workload][k]
		if !g.in[0] || !g.in[1] {
			continue
		}
		found := false
		for x, q := range node.peers {
			at := slices.IndexFunc(g.peers, func(p PeerID) bool { return n.apart(p, q) })
			if at < 0 {
				continue
			}
			named[x] = true
			if found {
				continue
			}
			found = true
			kind := jointKind{src: g.shape, dst: node.shape, in: [2]bool{true, true}, paired: true, p: g.peers[at], q: q}
			if dir == model.Ingress {
				kind.src, kind.dst, kind.p, kind.q = kind.dst, kind.src, kind.q, kind.p
			}
			kinds = append(kinds, kind)
		}
	}
	for x, is := range named {
		if is {
			nodes = append(nodes, n.c.before.m.u.peers[node.peers[x]].Name)
		}
	}
	return kinds, nodes
}

// apart reports whether a pod is on another node than this one in both clusters.
func (n *nodeComparison) apart(pod, node PeerID) bool {
	for _, m := range n.c.sides() {
		if m.nodeOf[pod] == m.nodeOf[node] {
			return false
		}
	}
	return true
}
