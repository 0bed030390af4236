package render

import (
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"netreach/model"
)

// defaultWidth is the width of a terminal that does not tell its own.
const defaultWidth = 100

// table writes the matrix on one port as a truth table, sources down and
// destinations across, and reports whether it could: a table that is wider than
// the terminal is written with numbers for destinations and signs for verdicts,
// and one that is too wide even so is not written.
func (t *terminal) table(m *Matrix, port model.PortMatch) bool {
	if len(m.Sources) == 0 || len(m.Destinations) == 0 {
		return false
	}
	width := t.opts.Width
	if width <= 0 {
		width = defaultWidth
	}
	switch {
	case m.tableWidth(false) <= width:
		t.draw(m, port, false)
	case m.tableWidth(true) <= width:
		t.draw(m, port, true)
		t.comment("+ allow   . deny   ~ some   ? unknown   0 none")
	default:
		return false
	}
	return true
}

// tableWidth returns the columns that a table takes on a terminal.
func (m *Matrix) tableWidth(narrow bool) int {
	const separator = 3
	first := 0
	for _, i := range m.Sources {
		first = max(first, len(m.label(i, narrow)))
	}
	w := first + separator
	for k, j := range m.Destinations {
		if narrow {
			w += len(strconv.Itoa(k+1)) + separator
		} else {
			w += max(len(m.Label(j)), len("unknown")) + separator
		}
	}
	return w + 1
}

// label returns what stands before a row: in a narrow table with the number of
// its column, if it has one.
func (m *Matrix) label(src int, narrow bool) string {
	name := m.Label(src)
	if !narrow {
		return name
	}
	for k, j := range m.Destinations {
		if j == src {
			return strconv.Itoa(k+1) + " " + name
		}
	}
	return name
}

func (t *terminal) draw(m *Matrix, port model.PortMatch, narrow bool) {
	tw := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	tw.SetStyle(style)
	header := table.Row{t.paint.bold(port.String())}
	for k, j := range m.Destinations {
		name := m.Label(j)
		if narrow {
			name = strconv.Itoa(k + 1)
		}
		header = append(header, name)
	}
	tw.AppendHeader(header)
	for _, i := range m.Sources {
		row := table.Row{m.label(i, narrow)}
		for _, j := range m.Destinations {
			row = append(row, t.cell(m, i, j, port, narrow))
		}
		tw.AppendRow(row)
	}
	t.line(tw.Render())
	if narrow && !sameEnds(m) {
		for k, j := range m.Destinations {
			t.comment(strconv.Itoa(k+1) + " " + m.Label(j))
		}
	}
}

// sameEnds reports whether every destination is a source too, and so has its
// number in front of its row.
func sameEnds(m *Matrix) bool { return len(common(m.Sources, m.Destinations)) == len(m.Destinations) }

func (t *terminal) cell(m *Matrix, src, dst int, port model.PortMatch, narrow bool) string {
	if !m.shown(src, dst) {
		return ""
	}
	v := m.Judge(src, dst, port).Verdict
	word := v.String()
	if narrow {
		word = map[model.Verdict]string{
			model.Allowed: "+", model.Denied: ".", model.Some: "~", model.Unknown: "?", model.None: "0",
		}[v]
	}
	return t.paint.verdict(v, word)
}
