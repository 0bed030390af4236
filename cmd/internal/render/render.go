package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"netreach/model"
)

// Verb names what is to be rendered.
type Verb string

// The verbs that render.
const (
	Can        Verb = "can"
	Explain    Verb = "explain"
	MatrixOf   Verb = "matrix"
	VersusOf   Verb = "matrix --versus"
	OverviewOf Verb = "matrix --summary"
	GraphOf    Verb = "graph"
	DiffOf     Verb = "diff"
	BisectOf   Verb = "bisect"
	ExposedOf  Verb = "exposed"
	TestOf     Verb = "test"
	CoverageOf Verb = "test --coverage"
)

// Renderer writes results in one format. Each method writes one whole output.
// A format that has no form for a result returns ErrNoForm from its method, and
// Formats does not offer it.
type Renderer interface {
	// Query writes the verdict about one question, with its explanation if the
	// query holds one.
	Query(*Query) error
	// Matrix writes who reaches whom.
	Matrix(*Matrix) error
	// Versus writes what changes from one profile to another.
	Versus(*Versus) error
	// Diff writes what changes from one state of a cluster to another one.
	Diff(*Diff) error
	// Overview writes the matrix in numbers.
	Overview(*Overview) error
	// Graph writes the matrix as a graph.
	Graph(*Graph) error
	// Bisect writes the commits that changed a flow.
	Bisect(*Bisection) error
	// Exposed writes what clients outside reach.
	Exposed(*Exposed) error
	// Test writes what became of expectations.
	Test(*Tests) error
}

// Options say how to write.
type Options struct {
	// Color turns on ANSI colours.
	Color bool
	// Table allows a matrix by port to be a table of at most Width columns
	// instead of flow lines.
	Table bool
	Width int
	// Pairs has the JSON of a matrix list every pair, instead of blocks of them.
	Pairs bool
	// Dir is the working directory and Root the root of the repository that it is
	// in, as absolute paths with slashes. Either may be "".
	Dir, Root string
	// LeftOut returns what leniency left out of the input, which is not known before
	// that is read. Nil means nothing.
	LeftOut func() []model.Diagnostic
	// Locate returns the line of a part of an object, or 0. Nil means that the
	// line of the object itself is good enough.
	Locate func(model.Origin) int
}

// line returns the line of o, or 0 if it is not known.
func (o Options) line(origin model.Origin) int {
	if o.Locate != nil {
		if n := o.Locate(origin); n > 0 {
			return n
		}
	}
	return origin.Line
}

// format is a format with the verbs that it has a form for.
type format struct {
	name  string
	verbs []Verb
	open  func(io.Writer, Options) Renderer
}

// formats lists every format. The first one that has a verb is the verb's
// default.
func formats() []format {
	return []format{
		{"text", []Verb{Can, Explain, MatrixOf, VersusOf, OverviewOf, DiffOf, BisectOf, TestOf, CoverageOf, ExposedOf}, newText},
		{"dot", []Verb{GraphOf, DiffOf, ExposedOf}, newDOT},
		{"tsv", []Verb{MatrixOf, VersusOf, OverviewOf, DiffOf}, newTSV},
		{"csv", []Verb{MatrixOf, VersusOf, OverviewOf}, newCSV},
		{"json", []Verb{Can, Explain, MatrixOf, VersusOf, OverviewOf, GraphOf, DiffOf, BisectOf, TestOf, CoverageOf, ExposedOf}, newJSON},
		{"md", []Verb{MatrixOf, VersusOf, OverviewOf, DiffOf, ExposedOf}, newMarkdown},
		{"sarif", []Verb{DiffOf}, newSARIF},
		{"junit", []Verb{DiffOf, TestOf}, newJUnit},
		{"tap", []Verb{TestOf}, newTAP},
		{"github", []Verb{DiffOf, TestOf, CoverageOf}, newGitHub},
	}
}

// Formats returns the names of the formats that v has, its default first.
func Formats(v Verb) []string {
	var names []string
	for _, f := range formats() {
		if slices.Contains(f.verbs, v) {
			names = append(names, f.name)
		}
	}
	return names
}

// FormatError is a format that does not exist, or that the verb does not have.
type FormatError struct {
	Name  string
	Verb  Verb
	Known bool // the format exists for another verb
}

// Error says what is wrong.
func (e *FormatError) Error() string {
	if e.Known {
		return fmt.Sprintf("%s has no form in format %q", e.Verb, e.Name)
	}
	return fmt.Sprintf("no format %q", e.Name)
}

// Hint names the formats that the verb has.
func (e *FormatError) Hint() string {
	return fmt.Sprintf("formats of %s: %s", e.Verb, strings.Join(Formats(e.Verb), ", "))
}

// New returns the renderer of a format for the verb v. The empty name is the
// verb's default. The error is a *FormatError.
func New(name string, v Verb, w io.Writer, opts Options) (Renderer, error) {
	if name == "" {
		name = Formats(v)[0]
	}
	for _, f := range formats() {
		switch {
		case f.name != name:
			continue
		case !slices.Contains(f.verbs, v):
			return nil, &FormatError{Name: name, Verb: v, Known: true}
		}
		return f.open(w, opts), nil
	}
	return nil, &FormatError{Name: name, Verb: v}
}

// Outside is how finely a format shows the addresses outside the cluster.
type Outside int

// The ways to show the addresses outside.
const (
	// Alike shows internet and private, or in place of one whose members differ
	// an end for all its addresses that are treated alike. It is for people.
	Alike Outside = iota
	// Wholes shows internet and private, whether or not their members differ, so
	// that the rows of a table do not change with every block that a policy names.
	Wholes
	// EachRange shows internet and private, and behind one whose members differ
	// each of its ranges.
	EachRange
)

// OutsideIn returns how finely a format shows the addresses outside.
func OutsideIn(format string) Outside {
	switch format {
	case "tsv", "csv":
		return Wholes
	case "json":
		return EachRange
	}
	return Alike
}
