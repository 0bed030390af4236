package render

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"netreach/model"
)

// markdown writes tables for pull requests and documents.
type markdown struct {
	w    io.Writer
	opts Options
}

func newMarkdown(w io.Writer, opts Options) Renderer { return markdown{w, opts} }

// Query has no form: can answers with a line and its exit code.
func (markdown) Query(*Query) error { return &FormatError{Name: "md", Verb: Can, Known: true} }

// Matrix writes the flow lines as one table, or, by port, a truth table for
// each port.
func (d markdown) Matrix(m *Matrix) error {
	var entries []Flows
	for _, f := range m.Entries {
		entries = append(entries, Flows{f.Verdict, []string{f.Src}, []string{m.Label(f.Dst)}, []string{f.Port.String()}})
	}
	if len(m.Ports) == 0 {
		g := m.grouped()
		if err := d.flows(append(g.flows, entries...)); err != nil {
			return err
		}
		return d.paragraphs(append(m.legendOf(g.flows), m.Summary.String(), g.count.over(m.By), leftOut(d.opts.forgiven()))...)
	}
	for _, port := range m.Ports {
		if err := d.truth(m, port); err != nil {
			return err
		}
	}
	if len(entries) > 0 {
		if err := d.flows(entries); err != nil {
			return err
		}
	}
	return d.paragraphs(append(m.legendOfAll(), m.Summary.String(), leftOut(d.opts.forgiven()))...)
}

func (d markdown) flows(flows []Flows) error {
	tw := table.NewWriter()
	tw.AppendHeader(table.Row{"verdict", "from", "to", "ports"})
	for _, f := range flows {
		tw.AppendRow(table.Row{f.Verdict.String(), code(f.Src), code(f.Dst), code(f.Ports)})
	}
	return d.table(tw)
}

func (d markdown) truth(m *Matrix, port model.PortMatch) error {
	tw := table.NewWriter()
	header := table.Row{port.String()}
	for _, j := range m.Destinations {
		header = append(header, code([]string{m.Label(j)}))
	}
	tw.AppendHeader(header)
	for _, i := range m.Sources {
		row := table.Row{code([]string{m.Label(i)})}
		for _, j := range m.Destinations {
			word := ""
			if m.shown(i, j) {
				word = m.Judge(i, j, port).Verdict.String()
			}
			row = append(row, word)
		}
		tw.AppendRow(row)
	}
	return d.table(tw)
}

// Versus writes what changes as a table.
func (d markdown) Versus(v *Versus) error {
	shifts, counts := v.shifts()
	if len(shifts) > 0 {
		tw := table.NewWriter()
		tw.AppendHeader(table.Row{v.Before, v.After, "from", "to", "ports"})
		for _, s := range shifts {
			tw.AppendRow(table.Row{s.Before.String(), s.After.String(), code(s.Src), code(s.Dst), code(s.Ports)})
		}
		if err := d.table(tw); err != nil {
			return err
		}
	}
	return d.paragraphs(append(v.legend(shifts), counts.line(v), leftOut(d.opts.forgiven()))...)
}

func (d markdown) table(tw table.Writer) error { return d.raw(tw.RenderMarkdown() + "\n\n") }

func (d markdown) raw(text string) error {
	_, err := io.WriteString(d.w, text)
	return err
}

func (d markdown) paragraphs(lines ...string) error {
	for _, l := range lines {
		if l == "" {
			continue
		}
		if _, err := io.WriteString(d.w, l+".\n"); err != nil {
			return err
		}
	}
	return nil
}

// code marks names as code, so that "*" stays a star.
func code(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }

// Graph has no form.
func (markdown) Graph(*Graph) error { return &FormatError{Name: "md", Verb: GraphOf, Known: true} }
