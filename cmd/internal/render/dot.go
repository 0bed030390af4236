package render

import (
	"io"

	"netreach/engine"
	"netreach/engine/graph"
	"netreach/model"
)

// Graph is the matrix as a graph.
type Graph struct {
	Graph *graph.Graph
	// Ports are the ports that were asked for; without any it is about all.
	Ports []model.PortMatch
}

// about returns the ports that were asked for in words: as those of an edge that
// is open on just these, if no name is among them.
func (g *Graph) about() []string {
	var words []string
	var ranges []engine.PortRange
	for _, p := range g.Ports {
		words = append(words, p.String())
		switch p.Kind {
		case model.PortAny:
			return nil
		case model.PortNamed:
		case model.PortRange:
			ranges = append(ranges, engine.PortRange{Protocol: p.Protocol, First: p.First, Last: p.Last})
		}
	}
	if len(ranges) < len(words) || len(ranges) == 0 {
		return words
	}
	return Ports(coalesce(ranges))
}

// dot writes pictures for Graphviz.
type dot struct {
	w    io.Writer
	opts Options
}

func newDOT(w io.Writer, opts Options) Renderer { return dot{w, opts} }

// Query has no form.
func (dot) Query(*Query) error { return &FormatError{Name: "dot", Verb: Can, Known: true} }

// Matrix has no form: its picture is the verb graph.
func (dot) Matrix(*Matrix) error { return &FormatError{Name: "dot", Verb: MatrixOf, Known: true} }

// Versus has no form.
func (dot) Versus(*Versus) error { return &FormatError{Name: "dot", Verb: VersusOf, Known: true} }

// comment writes a comment of the DOT language.
func (d dot) comment(text string) error {
	if text == "" {
		return nil
	}
	_, err := io.WriteString(d.w, "// "+text+"\n")
	return err
}

// Graph writes the graph in the DOT language.
func (d dot) Graph(g *Graph) error {
	if err := d.comment(leftOut(d.opts.forgiven())); err != nil {
		return err
	}
	out, err := graph.DOT(g.Graph, Ports, g.about()...)
	if err != nil {
		return err
	}
	_, err = d.w.Write(out)
	return err
}
