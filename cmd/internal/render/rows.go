package render

import (
	"iter"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// Row is a line of the flat forms: a pair with a maximal set of ports, joined
// with commas, and its verdict.
type Row struct {
	Src, Dst string
	tail
}

// tail is what follows the pair in a row.
type tail struct {
	Ports   string
	Verdict model.Verdict
}

// Rows yields the rows of the flat forms, by source, then destination, then
// port in the order in which the ports were asked for. On such a port a pair
// has one row. Without ports it has a row with the ports that are allowed, or
// with "*" if everything is denied; ports that are in no row are denied. Where
// some or unknown occur, a pair has one more row for each. Behind them are the
// rows of Entries, one for each port.
func (m *Matrix) Rows() iter.Seq[Row] {
	tails := perContent(m, func(j Judgement) []tail {
		if len(m.Ports) > 0 {
			return []tail{{j.Port.String(), j.Verdict}}
		}
		return openPorts(j)
	})
	return func(yield func(Row) bool) {
		for i, j := range m.cells() {
			row := Row{Src: m.Table.Ends[i].Name, Dst: m.Table.Ends[j.end].Name}
			for k := range m.ports() {
				for _, row.tail = range tails(i, j, k) {
					if !yield(row) {
						return
					}
				}
			}
		}
		for _, f := range m.Entries {
			if !yield(Row{f.Src, m.Table.Ends[f.Dst].Name, tail{f.Port.String(), f.Verdict}}) {
				return
			}
		}
	}
}

func openPorts(j Judgement) []tail {
	var tails []tail
	for _, s := range j.Parts {
		if s.Verdict != model.Denied && s.Verdict != model.None {
			tails = append(tails, tail{strings.Join(Ports(s.Ports), ","), s.Verdict})
		}
	}
	if tails == nil {
		return []tail{{"*", j.Verdict}}
	}
	return tails
}

// destination is an end with the content of the cell towards it.
type destination struct {
	end  int
	cell engine.CellID
}

// cells yields every pair that is shown with its content, by source and then by
// destination.
func (m *Matrix) cells() iter.Seq2[int, destination] {
	return func(yield func(int, destination) bool) {
		var row []engine.CellID
		for _, i := range m.Sources {
			row = m.Table.Row(i, row)
			for _, j := range m.Destinations {
				if m.shown(i, j) && !yield(i, destination{j, row[j]}) {
					return
				}
			}
		}
	}
}

// perContent returns a function that gives f of the judgement about a pair on
// the k-th port. It asks f once for each content and port, so that what a large
// matrix costs for a pair is to look that up. Only a name that is several ports
// on a destination is judged pair by pair.
func perContent[T any](m *Matrix, f func(Judgement) T) func(src int, dst destination, k int) T {
	type key struct {
		cell    engine.CellID
		numbers int
		k       int
	}
	type answer struct {
		known bool
		is    T
	}
	ports := m.ports()
	plain := make([][]answer, len(ports)) // by port that is no name, and cell
	named := map[key]T{}
	return func(src int, dst destination, k int) T {
		if ports[k].Kind != model.PortNamed {
			for int(dst.cell) >= len(plain[k]) {
				plain[k] = append(plain[k], answer{})
			}
			a := &plain[k][dst.cell]
			if !a.known {
				*a = answer{true, f(m.judgeCell(dst.cell, dst.end, ports[k]))}
			}
			return a.is
		}
		numbers := m.numbers(dst.end)
		if numbers < 0 {
			return f(m.Judge(src, dst.end, ports[k]))
		}
		at := key{dst.cell, numbers, k}
		v, ok := named[at]
		if !ok {
			v = f(m.judgeCell(dst.cell, dst.end, ports[k]))
			named[at] = v
		}
		return v
	}
}
