package graph

import (
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/encoding"
	"gonum.org/v1/gonum/graph/encoding/dot"

	"netreach/engine"
	"netreach/model"
)

// maxPorts is the number of ports that an edge's label spells out; the tooltip
// spells out all of them.
const maxPorts = 3

// DOT returns g in the DOT language: one box for each namespace, a node for
// each end, an edge for each flow with its ports as the label. The function
// ports writes a set of ports as words. Same graph, same bytes.
//
// An edge is solid where all members of both ends may use its ports, dashed
// where only some may, and dotted where that is unknown. A node without edges is
// grey.
//
// The ports that the picture is about, in words as of ports, stand in its title,
// and then no more on the edges that have just these. Without any it is about
// all ports.
func DOT(g *Graph, ports func([]engine.PortRange) []string, about ...string) ([]byte, error) {
	out, err := dot.Marshal(&picture{Graph: g, ports: ports, about: about}, "netreach", "", "  ")
	if err != nil {
		return nil, err
	}
	return append(out, '\n'), nil
}

// picture is a Graph as the encoder wants it: with attributes, and with
// subgraphs that become boxes.
type picture struct {
	*Graph
	ports func([]engine.PortRange) []string
	about []string
}

// attributes is a list of DOT attributes in the order in which it is written.
type attributes []encoding.Attribute

// Attributes returns the list.
func (a attributes) Attributes() []encoding.Attribute { return a }

// DOTAttributers returns the attributes of the whole picture and the defaults
// of its nodes and edges.
func (p *picture) DOTAttributers() (whole, node, edge encoding.Attributer) {
	page := attributes{
		{Key: "rankdir", Value: "LR"},
		{Key: "newrank", Value: "true"}, // the older ranking fails on cycles through boxes
		{Key: "fontname", Value: "Helvetica"},
		{Key: "nodesep", Value: "0.35"},
		{Key: "ranksep", Value: "1.1"},
	}
	if len(p.about) > 0 {
		page = append(page, attributes{{Key: "label", Value: "on " + strings.Join(p.about, ", ")}, {Key: "labelloc", Value: "t"}}...)
	}
	boxes := attributes{
		{Key: "shape", Value: "box"},
		{Key: "style", Value: "rounded,filled"},
		{Key: "fillcolor", Value: "white"},
		{Key: "color", Value: "#5b6b7b"},
		{Key: "fontname", Value: "Helvetica"},
		{Key: "fontsize", Value: "11"},
	}
	arrows := attributes{
		{Key: "color", Value: "#3b6ea5"},
		{Key: "fontname", Value: "Helvetica"},
		{Key: "fontsize", Value: "9"},
		{Key: "arrowsize", Value: "0.7"},
	}
	return page, boxes, arrows
}

// Structure returns a subgraph for each namespace, sorted by name.
func (p *picture) Structure() []dot.Graph {
	members := map[string][]graph.Node{}
	var names []string
	for _, n := range p.nodes {
		ns := n.(*Node).Namespace
		if ns == "" {
			continue
		}
		if members[ns] == nil {
			names = append(names, ns)
		}
		members[ns] = append(members[ns], bare{n.(*Node)})
	}
	slices.Sort(names)
	boxes := make([]dot.Graph, len(names))
	for i, ns := range names {
		boxes[i] = &box{Graph: &Graph{}, namespace: ns, members: members[ns]}
	}
	return boxes
}

// Nodes returns the nodes with their attributes.
func (p *picture) Nodes() graph.Nodes {
	list := make([]graph.Node, len(p.nodes))
	for i, n := range p.nodes {
		id := n.ID()
		list[i] = drawn{n.(*Node), len(p.out[id]) == 0 && len(p.in[id]) == 0}
	}
	return nodes(list)
}

// From returns the destinations of a node under the names of the picture.
func (p *picture) From(id int64) graph.Nodes {
	list := make([]graph.Node, len(p.out[id]))
	for i, e := range p.out[id] {
		list[i] = bare{e.to}
	}
	return nodes(list)
}

// Edge returns the edge with its attributes.
func (p *picture) Edge(u, v int64) graph.Edge {
	return line{Edge: p.find(u, v), ports: p.ports, about: p.about}
}

// box is the subgraph of a namespace: nodes only, because the picture draws
// the edges.
type box struct {
	*Graph    // empty
	namespace string
	members   []graph.Node
}

// DOTID returns the name of the subgraph. Graphviz draws a box around a
// subgraph whose name begins with "cluster".
func (b *box) DOTID() string { return "cluster_" + b.namespace }

// Nodes returns the members of the namespace.
func (b *box) Nodes() graph.Nodes { return nodes(b.members) }

// DOTAttributers returns the attributes of the box.
func (b *box) DOTAttributers() (whole, node, edge encoding.Attributer) {
	return attributes{
		{Key: "label", Value: b.namespace},
		{Key: "labeljust", Value: "l"},
		{Key: "style", Value: "rounded,filled"},
		{Key: "fillcolor", Value: "#f3f5f7"},
		{Key: "color", Value: "#c5ccd3"},
	}, nil, nil
}

// bare is a node by its name alone.
type bare struct{ *Node }

// DOTID returns the name of the end, which is unique in the table.
func (b bare) DOTID() string { return b.End.Name }

// drawn is a node with its attributes.
type drawn struct {
	*Node
	alone bool // it has no edges
}

// DOTID returns the name of the end.
func (d drawn) DOTID() string { return d.End.Name }

// Attributes labels the node with its name, without the namespace that stands
// on the box, and with the number of its pods.
func (d drawn) Attributes() []encoding.Attribute {
	label := d.End.Name
	if d.Namespace != "" {
		label = strings.TrimPrefix(label, d.Namespace+"/")
	}
	tooltip := d.End.Name
	if !d.End.Outside {
		tooltip += ": " + members(d.End.Weight)
	}
	if d.End.Weight > 1 {
		label += "\n" + members(d.End.Weight)
	}
	list := attributes{{Key: "label", Value: label}, {Key: "tooltip", Value: tooltip}}
	if d.End.Outside {
		list = append(list, encoding.Attribute{Key: "shape", Value: "ellipse"}, encoding.Attribute{Key: "fillcolor", Value: "#fdf3dc"})
	}
	if d.alone {
		list[0].Value += "\nno flows shown"
		list = append(list, attributes{{Key: "color", Value: pale}, {Key: "fontcolor", Value: faint}}...)
		if !d.End.Outside {
			list = append(list, encoding.Attribute{Key: "fillcolor", Value: "#e9ecef"})
		}
	}
	return list
}

func members(n int) string {
	if n == 1 {
		return "1 pod"
	}
	return strconv.Itoa(n) + " pods"
}

// line is an edge with its attributes.
type line struct {
	*Edge
	ports func([]engine.PortRange) []string
	about []string
}

// Attributes labels the edge with its ports.
func (l line) Attributes() []encoding.Attribute {
	var short, full []string
	style := ""
	for _, s := range l.Segments {
		ports := l.ports(s.Ports)
		full = append(full, s.Verdict.String()+" "+strings.Join(ports, ", "))
		switch n := len(ports); {
		case slices.Equal(ports, l.about):
			ports = nil // the title says it
		case n > maxPorts+1:
			ports = append(slices.Clip(ports[:maxPorts]), "+"+strconv.Itoa(n-maxPorts)+" more")
		}
		words := strings.Join(ports, "\n")
		if s.Verdict != model.Allowed {
			words = strings.TrimSpace(s.Verdict.String() + " " + words)
		}
		if words != "" {
			short = append(short, words)
		}
		switch {
		case s.Verdict == model.Unknown:
			style = "dotted"
		case s.Verdict == model.Some && style == "":
			style = "dashed"
		}
	}
	tooltip := l.from.End.Name + " -> " + l.to.End.Name + ": " + strings.Join(full, "; ")
	list := attributes{{Key: "tooltip", Value: tooltip}}
	if len(short) > 0 {
		list = attributes{
			{Key: "label", Value: strings.Join(short, "\n")},
			{Key: "tooltip", Value: tooltip},
			{Key: "labeltooltip", Value: tooltip},
		}
	}
	if style != "" {
		list = append(list, encoding.Attribute{Key: "style", Value: style})
	}
	if l.everything() {
		list = append(list, attributes{{Key: "color", Value: pale}, {Key: "fontcolor", Value: pale}, {Key: "weight", Value: "0"}}...)
	}
	return list
}

// pale is the colour of edges that are open on every port: where no policy
// restricts anything they are many, and hide the others.
const pale = "#aab7c4"

// faint is the colour of names that have no edge.
const faint = "#7a858f"

// everything reports whether the edge is open on every port for all members.
func (l line) everything() bool {
	return len(l.Segments) == 1 && l.Segments[0].Verdict == model.Allowed && len(l.Segments[0].Ports) == 0
}
