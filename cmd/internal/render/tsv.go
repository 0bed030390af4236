package render

import (
	"io"
	"strings"
)

// flatHeader names the columns of the flat forms. It is a contract.
func flatHeader() []string { return []string{"src", "dst", "port", "verdict"} }

type tsv struct{ w io.Writer }

func newTSV(w io.Writer, _ Options) Renderer { return tsv{w} }

// Query has no form: can answers with its exit code.
func (tsv) Query(*Query) error { return &FormatError{Name: "tsv", Verb: Can, Known: true} }

// Matrix writes the header and the rows with tabs between the columns. No name,
// port or verdict holds a tab.
func (t tsv) Matrix(m *Matrix) error {
	h := flatHeader()
	line := append([]byte(nil), h[0]+"\t"+h[1]+"\t"+h[2]+"\t"+h[3]+"\n"...)
	if _, err := t.w.Write(line); err != nil {
		return err
	}
	for r := range m.Rows() {
		line = append(line[:0], r.Src...)
		line = append(line, '\t')
		line = append(line, r.Dst...)
		line = append(line, '\t')
		line = append(line, r.Ports...)
		line = append(line, '\t')
		line = append(line, r.Verdict.String()...)
		line = append(line, '\n')
		if _, err := t.w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// Versus writes a header and a row for each pair and each change of its verdict.
func (t tsv) Versus(v *Versus) error {
	if _, err := io.WriteString(t.w, strings.Join(versusHeader(), "\t")+"\n"); err != nil {
		return err
	}
	for s := range v.rows() {
		if _, err := io.WriteString(t.w, strings.Join(s.cells(), "\t")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// Graph has no form.
func (tsv) Graph(*Graph) error { return &FormatError{Name: "tsv", Verb: GraphOf, Known: true} }
