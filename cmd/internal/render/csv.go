package render

import (
	"encoding/csv"
	"io"
)

type commas struct{ w io.Writer }

func newCSV(w io.Writer, _ Options) Renderer { return commas{w} }

// Query has no form: can answers with its exit code.
func (commas) Query(*Query) error { return &FormatError{Name: "csv", Verb: Can, Known: true} }

// Matrix writes the rows of tsv as RFC 4180 has them, with quotes where a list
// of ports holds a comma.
func (c commas) Matrix(m *Matrix) error {
	w := csv.NewWriter(c.w)
	if err := w.Write(flatHeader()); err != nil {
		return err
	}
	for r := range m.Rows() {
		if err := w.Write([]string{r.Src, r.Dst, r.Ports, r.Verdict.String()}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// Versus writes the rows of tsv likewise.
func (c commas) Versus(v *Versus) error {
	w := csv.NewWriter(c.w)
	if err := w.Write(versusHeader()); err != nil {
		return err
	}
	for s := range v.rows() {
		if err := w.Write(s.cells()); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// Graph has no form.
func (commas) Graph(*Graph) error { return &FormatError{Name: "csv", Verb: GraphOf, Known: true} }

// Diff has no form.
func (commas) Diff(*Diff) error { return &FormatError{Name: "csv", Verb: DiffOf, Known: true} }
