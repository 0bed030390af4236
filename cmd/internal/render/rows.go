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
// some or unknown occur, a pair has one more row for each.
func (m *Matrix) Rows() iter.Seq[Row] {
	tails := perContent(m, func(j Judgement) []tail {
		if len(m.Ports) > 0 {
			return []tail{{j.Port.String(), j.Verdict}}
		}
		return openPorts(j)
	})
	return func(yield func(Row) bool) {
		for i, j := range m.pairs() {
			row := Row{Src: m.Table.Ends[i].Name, Dst: m.Table.Ends[j].Name}
			for k := range m.ports() {
				for _, row.tail = range tails(i, j, k) {
					if !yield(row) {
						return
					}
				}
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

// perContent returns a function that gives f of the judgement about a pair on
// the k-th port. It asks f once for each content and port, so that what a large
// matrix costs for a pair is to look that up. Only a named port is judged pair
// by pair.
func perContent[T any](m *Matrix, f func(Judgement) T) func(src, dst, k int) T {
	type key struct {
		cell engine.CellID
		k    int
	}
	known := map[key]T{}
	ports := m.ports()
	return func(src, dst, k int) T {
		if ports[k].Kind == model.PortNamed {
			return f(m.Judge(src, dst, ports[k]))
		}
		at := key{m.Table.Cell(src, dst), k}
		v, ok := known[at]
		if !ok {
			v = f(m.Judge(src, dst, ports[k]))
			known[at] = v
		}
		return v
	}
}
