// Package graph shows a matrix as a gonum graph.Directed, so that gonum's
// algorithms (paths, components, closure) and its DOT encoder work on it.
//
// The nodes are the ends of a table, numbered as there. An edge runs from a
// source to a destination where at least one port is not denied; it carries
// the ports. An edge both ways is two edges. What an end does with itself is
// left out, because a loop changes neither a path nor a component. So are
// pairs of two ends outside, about which policy says nothing.
//
// A Graph is immutable and all its iterators run in ascending order of node.
// One edge does not follow from two others: a path is a way that somebody
// could take who controls each stop, not a flow that the network forwards.
package graph

import (
	"cmp"
	"iter"
	"slices"

	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/iterator"

	"netreach/engine"
	"netreach/model"
)

// Graph is the directed graph of who reaches whom.
type Graph struct {
	nodes []graph.Node
	// out and in hold the edges by source and by destination, each sorted by
	// the other end. They share the edges.
	out, in [][]*Edge
}

// Node is an end of the table.
type Node struct {
	id int64
	// End is the end as the table holds it.
	End engine.End
	// Namespace is the namespace that all members of the end lie in, or "" if
	// there is none such.
	Namespace string
}

// ID returns the end's index in the table.
func (n *Node) ID() int64 { return n.id }

// Edge is a flow that is not wholly denied.
type Edge struct {
	from, to *Node
	// Segments holds the ports by verdict, without those that are denied.
	Segments []engine.Segment
}

// From returns the source.
func (e *Edge) From() graph.Node { return e.from }

// To returns the destination.
func (e *Edge) To() graph.Node { return e.to }

// Ends returns the source and the destination as the table holds them.
func (e *Edge) Ends() (src, dst engine.End) { return e.from.End, e.to.End }

// ReversedEdge returns the edge in the other direction with the same ports. It
// need not be an edge of the graph.
func (e *Edge) ReversedEdge() graph.Edge {
	return &Edge{from: e.to, to: e.from, Segments: e.Segments}
}

// New returns the graph of the ends. The function parts says by port what
// flows from one end to the other, both given by index; it is called once for
// each pair. The universe is the one that the ends belong to.
func New(u *engine.Universe, ends []engine.End, parts func(src, dst int) []engine.Segment) *Graph {
	g := &Graph{
		nodes: make([]graph.Node, len(ends)),
		out:   make([][]*Edge, len(ends)),
		in:    make([][]*Edge, len(ends)),
	}
	for i, e := range ends {
		g.nodes[i] = &Node{id: int64(i), End: e, Namespace: namespace(u, e)}
	}
	for i := range ends {
		for j := range ends {
			if i == j || ends[i].Outside && ends[j].Outside {
				continue
			}
			segments := Open(parts(i, j))
			if len(segments) == 0 {
				continue
			}
			e := &Edge{from: g.node(i), to: g.node(j), Segments: segments}
			g.out[i] = append(g.out[i], e)
			g.in[j] = append(g.in[j], e)
		}
	}
	return g
}

// Of returns the graph of a whole table, over all ports.
func Of(u *engine.Universe, t *engine.Table) *Graph {
	return New(u, t.Ends, func(i, j int) []engine.Segment { return t.Segments(t.Cell(i, j)) })
}

// Open returns the segments on which something may flow; nil if there are none.
func Open(segments []engine.Segment) []engine.Segment {
	var out []engine.Segment
	for _, s := range segments {
		if s.Verdict != model.Denied && s.Verdict != model.None {
			out = append(out, s)
		}
	}
	return out
}

// namespace returns the one namespace of all members of e, or "".
func namespace(u *engine.Universe, e engine.End) string {
	name := ""
	for i, id := range e.Peers {
		p := u.Peer(id)
		if p.Kind != engine.PodPeer || i > 0 && p.Namespace != name {
			return ""
		}
		name = p.Namespace
	}
	return name
}

func (g *Graph) node(i int) *Node { return g.nodes[i].(*Node) }

// has reports whether id is a node.
func (g *Graph) has(id int64) bool { return id >= 0 && id < int64(len(g.nodes)) }

// Node returns the node with the given ID, or nil.
func (g *Graph) Node(id int64) graph.Node {
	if !g.has(id) {
		return nil
	}
	return g.nodes[id]
}

// Nodes returns all nodes.
func (g *Graph) Nodes() graph.Nodes { return nodes(g.nodes) }

// From returns the nodes that id reaches directly.
func (g *Graph) From(id int64) graph.Nodes {
	if !g.has(id) {
		return graph.Empty
	}
	to := make([]graph.Node, len(g.out[id]))
	for i, e := range g.out[id] {
		to[i] = e.to
	}
	return nodes(to)
}

// To returns the nodes that reach id directly.
func (g *Graph) To(id int64) graph.Nodes {
	if !g.has(id) {
		return graph.Empty
	}
	from := make([]graph.Node, len(g.in[id]))
	for i, e := range g.in[id] {
		from[i] = e.from
	}
	return nodes(from)
}

func nodes(list []graph.Node) graph.Nodes {
	if len(list) == 0 {
		return graph.Empty
	}
	return iterator.NewOrderedNodes(list)
}

// find returns the edge from one node to another, or nil.
func (g *Graph) find(from, to int64) *Edge {
	if !g.has(from) {
		return nil
	}
	i, ok := slices.BinarySearchFunc(g.out[from], to, func(e *Edge, id int64) int { return cmp.Compare(e.to.id, id) })
	if !ok {
		return nil
	}
	return g.out[from][i]
}

// HasEdgeFromTo reports whether u reaches v directly.
func (g *Graph) HasEdgeFromTo(u, v int64) bool { return g.find(u, v) != nil }

// HasEdgeBetween reports whether one of x and y reaches the other directly.
func (g *Graph) HasEdgeBetween(x, y int64) bool { return g.find(x, y) != nil || g.find(y, x) != nil }

// Edge returns the *Edge from u to v, or nil.
func (g *Graph) Edge(u, v int64) graph.Edge {
	if e := g.find(u, v); e != nil {
		return e
	}
	return nil
}

// All yields the nodes.
func (g *Graph) All() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for i := range g.nodes {
			if !yield(g.node(i)) {
				return
			}
		}
	}
}

// Edges yields the edges, by source and then by destination.
func (g *Graph) Edges() iter.Seq[*Edge] {
	return func(yield func(*Edge) bool) {
		for _, es := range g.out {
			for _, e := range es {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// Len returns the number of edges.
func (g *Graph) Len() int {
	n := 0
	for _, es := range g.out {
		n += len(es)
	}
	return n
}
