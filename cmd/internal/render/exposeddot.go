package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"netreach/model"
)

// mostWays is how many ways in a picture shows: those that are open the widest.
const mostWays = 60

// Exposed writes a picture in the DOT language, from left to right: the clients,
// what takes their connections, the entries, the pods. What is closed is red and
// dashed, what some clients or requests get through is orange, and unknown is
// dotted.
func (d dot) Exposed(e *Exposed) error {
	if err := d.comment(leftOut(d.opts.forgiven())); err != nil {
		return err
	}
	p := exposedPicture{nodes: map[string]bool{}, edges: map[string]bool{}}
	p.text.WriteString("digraph \"netreach exposed\" {\n")
	p.text.WriteString("  graph [rankdir=LR, fontname=\"Helvetica\", nodesep=0.3, ranksep=1.0];\n")
	p.text.WriteString("  node [shape=box, style=\"rounded,filled\", fillcolor=white, color=\"#5b6b7b\", fontname=\"Helvetica\", fontsize=11];\n")
	p.text.WriteString("  edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n")
	for i := range e.Clients {
		p.exposure(&e.Clients[i])
	}
	p.text.WriteString("}\n")
	_, err := io.WriteString(d.w, p.text.String())
	return err
}

type exposedPicture struct {
	text  strings.Builder
	nodes map[string]bool
	edges map[string]bool
}

// node writes a node, once.
func (p *exposedPicture) node(id, label, attributes string) {
	if !p.nodes[id] {
		p.nodes[id] = true
		fmt.Fprintf(&p.text, "  %s [label=%s%s];\n", quote(id), quote(label), attributes)
	}
}

// edge writes an edge, once.
func (p *exposedPicture) edge(from, to string, v model.Verdict, label string) {
	line := fmt.Sprintf("  %s -> %s [%s, label=%s];\n", quote(from), quote(to), openStyle(v), quote(label))
	if !p.edges[line] {
		p.edges[line] = true
		p.text.WriteString(line)
	}
}

// openStyle draws a verdict.
func openStyle(v model.Verdict) string {
	switch v {
	case model.Allowed:
		return `color="#1a7f37"`
	case model.Some:
		return `color="#d4760a"`
	case model.Unknown:
		return `color="#d4760a", style=dotted`
	case model.Denied, model.None:
	}
	return `color="#cf222e", style=dashed`
}

func (p *exposedPicture) exposure(x *Exposure) {
	const client, way = `, shape=ellipse, fillcolor="#eef3f8"`, `, shape=note, fillcolor="#fbfbf3"`
	from := "client " + x.From
	p.node(from, x.From, client)
	left := mostWays
	for _, d := range x.doorways() {
		for _, w := range d.ways {
			if left--; left < 0 {
				continue
			}
			by, via := from, "way "+x.From+" "+d.title+" "+w.how()+strings.Join(w.Ports, ",")
			if w.Door != "" {
				by = "door " + d.title
				p.node(by, strings.ReplaceAll(d.title, ", ", "\n"), `, fillcolor="#e8eef4"`)
				p.edge(from, by, d.ways[0].Verdict, "")
			}
			p.node(via, strings.ReplaceAll(w.how(), ", ", "\n"), way)
			p.edge(by, via, w.Verdict, strings.Join(w.Ports, ", "))
			for _, t := range w.Targets {
				v := t.Verdict
				if w.Verdict != model.Some && openRank(w.Verdict) > openRank(v) {
					v = w.Verdict
				}
				p.node(t.Name, strings.ReplaceAll(t.Name, ", ", "\n"), "")
				p.edge(via, t.Name, v, t.Port)
			}
		}
	}
	if left < 0 {
		more := "more " + x.From
		p.node(more, count(-left, "other way")+" in", way)
		p.edge(from, more, model.Some, "")
	}
	if len(x.Bare) > 0 {
		id := "bare " + x.From
		p.node(id, count(len(x.Bare), "workload")+"\nthat no policy isolates:\n"+strings.Join(Few(x.Direct.names(x.Bare)), "\n"), "")
		p.edge(from, id, model.Allowed, "directly, *")
	}
	for _, f := range x.flows {
		for _, name := range Few(f.Dst) {
			p.node(name, name, "")
			src := from
			if !slices.Equal(f.Src, []string{x.From}) {
				src = "client " + strings.Join(f.Src, ", ")
				p.node(src, strings.Join(Few(f.Src), "\n"), client)
			}
			p.edge(src, name, f.Verdict, "directly, "+strings.Join(Few(f.Ports), ", "))
		}
	}
}
