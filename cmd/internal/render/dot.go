package render

import (
	"io"

	"netreach/engine/graph"
)

// Graph is the matrix as a graph.
type Graph struct{ Graph *graph.Graph }

// dot writes pictures for Graphviz.
type dot struct{ w io.Writer }

func newDOT(w io.Writer, _ Options) Renderer { return dot{w} }

// Query has no form.
func (dot) Query(*Query) error { return &FormatError{Name: "dot", Verb: Can, Known: true} }

// Matrix has no form: its picture is the verb graph.
func (dot) Matrix(*Matrix) error { return &FormatError{Name: "dot", Verb: MatrixOf, Known: true} }

// Versus has no form.
func (dot) Versus(*Versus) error { return &FormatError{Name: "dot", Verb: VersusOf, Known: true} }

// Graph writes the graph in the DOT language.
func (d dot) Graph(g *Graph) error {
	out, err := graph.DOT(g.Graph, Ports)
	if err != nil {
		return err
	}
	_, err = d.w.Write(out)
	return err
}
