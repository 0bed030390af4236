package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// mostEdges is how many edges a picture of workloads has before it becomes one of
// namespaces: beyond that nobody can read it, and Graphviz takes minutes.
const mostEdges = 150

// The colours of what opens and of what closes.
const (
	openedColor = "#1a7f37"
	closedColor = "#cf222e"
)

// edgeStyle returns the colours of an effect, which differ in style too. What
// opens and closes has two parallel lines.
func edgeStyle(e engine.Effect) (color, style string) {
	switch effectWord(e) {
	case "mixed":
		return openedColor + ":" + closedColor, "solid"
	case "opened":
		return openedColor, "solid"
	case "closed":
		return closedColor, "dashed"
	}
	return "#d4760a", "dotted"
}

// drawnEdge is the changes of one pair of nodes that have one effect.
type drawnEdge struct {
	src, dst string
	effect   engine.Effect
	labels   []string
	pairs    int
}

// Diff writes the flows that change in the DOT language: green and solid where
// they open, red and dashed where they close, both where some open and others close,
// orange and dotted where they become unknown. There is a box for each namespace. Where there are too many edges to
// look at, the nodes are the namespaces.
func (d dot) Diff(of *Diff) error {
	p := diffPicture{d: of, at: map[string]int{}, nodes: map[string][]string{}}
	for _, c := range of.consequences() {
		for _, s := range c.shifts {
			p.count += max(len(s.src), len(s.srcNames), len(s.ways)) * max(len(s.dst), len(s.dstNames))
		}
	}
	for _, c := range of.consequences() {
		for _, s := range c.shifts {
			p.add(&c, s)
		}
	}
	_, err := io.WriteString(d.w, p.text())
	return err
}

type diffPicture struct {
	d     *Diff
	count int
	edges []drawnEdge
	at    map[string]int
	nodes map[string][]string // by namespace; "" is outside
}

// add adds the edges of a block.
func (p *diffPicture) add(c *consequence, s shiftedFlows) {
	label := strings.Join(shortened(Ports(s.ports)), ", ")
	srcs, dsts := s.sources(p.named), s.destinations(p.named)
	for _, name := range s.named() {
		if !slices.Contains(p.nodes[""], name) {
			p.nodes[""] = append(p.nodes[""], name)
		}
	}
	for _, src := range srcs {
		for _, dst := range dsts {
			if p.node(src) == "" && p.node(dst) == "" {
				continue // both outside
			}
			effect := c.effect
			key := src + "\x00" + dst + "\x00" + effectWord(effect)
			i, ok := p.at[key]
			if !ok {
				i = len(p.edges)
				p.at[key] = i
				p.edges = append(p.edges, drawnEdge{src: src, dst: dst, effect: effect})
			}
			p.edges[i].pairs++
			if !slices.Contains(p.edges[i].labels, label) {
				p.edges[i].labels = append(p.edges[i].labels, label)
			}
		}
	}
}

// named returns the nodes of ends: workloads, or their namespaces where the
// picture is too large, and the addresses outside as one node.
func (p *diffPicture) named(ends []int) []string {
	n, _ := slices.BinarySearch(ends, len(p.d.Workloads))
	var out []string
	for _, i := range ends[:n] {
		name := p.d.Comparison.Ends[i].Name
		if p.count > mostEdges {
			name = p.d.Workloads[i].Namespace + "/*"
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if outside := p.d.ends(ends[n:]); len(outside) > 0 {
		out = append(out, strings.Join(shortened(outside), "\n"))
	}
	for _, name := range out {
		if ns := p.node(name); !slices.Contains(p.nodes[ns], name) {
			p.nodes[ns] = append(p.nodes[ns], name)
		}
	}
	return out
}

// node returns the namespace of a node, or "" for one outside: a name with a
// namespace begins with letters that no address does.
func (p *diffPicture) node(name string) string {
	ns, _, ok := strings.Cut(name, "/")
	if !ok || strings.ContainsAny(ns, ".:(\n ") || strings.HasPrefix(name, "internet") || strings.HasPrefix(name, "private") {
		return ""
	}
	return ns
}

func (p *diffPicture) text() string {
	var b strings.Builder
	b.WriteString("digraph \"netreach diff\" {\n")
	title := model.FileName(p.d.Before) + " → " + model.FileName(p.d.After) + "\n" + p.d.totals().line()
	if text := leftOut(p.d.LeftOut); text != "" {
		title += "\n" + text
	}
	fmt.Fprintf(&b, "  graph [rankdir=LR, newrank=true, fontname=\"Helvetica\", nodesep=0.35, ranksep=1.1, labelloc=t, label=%s];\n", quote(title))
	b.WriteString("  node [shape=box, style=\"rounded,filled\", fillcolor=white, color=\"#5b6b7b\", fontname=\"Helvetica\", fontsize=11];\n")
	b.WriteString("  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n")
	coming := map[string]string{}
	for _, peer := range p.d.Added {
		coming[peer.Name] = " [color=\"" + openedColor + "\", penwidth=2]"
	}
	for _, peer := range p.d.Removed {
		coming[peer.Name] = " [color=\"" + closedColor + "\", style=\"rounded,dashed\"]"
	}
	var namespaces []string
	for ns := range p.nodes {
		namespaces = append(namespaces, ns)
	}
	slices.Sort(namespaces)
	for _, ns := range namespaces {
		slices.Sort(p.nodes[ns])
		indent := "  "
		if ns != "" {
			fmt.Fprintf(&b, "  subgraph %s {\n    label=%s; style=\"rounded\"; color=\"#b8c4d0\"; fontname=\"Helvetica\";\n", quote("cluster_"+ns), quote(ns))
			indent = "    "
		}
		for _, name := range p.nodes[ns] {
			fmt.Fprintf(&b, "%s%s%s;\n", indent, quote(name), coming[name])
		}
		if ns != "" {
			b.WriteString("  }\n")
		}
	}
	for _, e := range p.edges {
		color, style := edgeStyle(e.effect)
		label := strings.Join(shortened(e.labels), ", ")
		if p.count > mostEdges && e.pairs > 1 {
			label = count(e.pairs, "block")
		}
		font, _, mixed := strings.Cut(color, ":")
		if mixed {
			label = effectText(e.effect) + ": " + label
		}
		fmt.Fprintf(&b, "  %s -> %s [color=%q, fontcolor=%q, style=%s, label=%s];\n", quote(e.src), quote(e.dst), color, font, style, quote(label))
	}
	b.WriteString("}\n")
	return b.String()
}

// quote returns a string of the DOT language.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
