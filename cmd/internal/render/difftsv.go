package render

import (
	"cmp"
	"io"
	"iter"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// diffHeader names the columns of the flat form. It is a contract.
func diffHeader() []string { return []string{"src", "dst", "ports", "before", "after"} }

// diffRow is a pair with a maximal set of ports on which its verdict changes
// alike.
type diffRow struct {
	src, dst, ports string
	before, after   model.Verdict
}

// Diff writes a header and a row for each pair and each change of its verdict.
func (t tsv) Diff(d *Diff) error {
	if _, err := io.WriteString(t.w, strings.Join(diffHeader(), "\t")+"\n"); err != nil {
		return err
	}
	for r := range d.rows() {
		if _, err := io.WriteString(t.w, r.src+"\t"+r.dst+"\t"+r.ports+"\t"+diffWord(r.before)+"\t"+diffWord(r.after)+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// shift is a change without its cause.
type shift struct {
	before, after model.Verdict
	ports         string
}

// rows yields what changes pair by pair, sources and destinations in the order
// of the ends. Addresses outside stand as the largest ranges that change alike.
func (d *Diff) rows() iter.Seq[diffRow] {
	return func(yield func(diffRow) bool) {
		bySource := make([][]int, len(d.Comparison.Ends))
		for n, f := range d.Flows {
			for _, i := range f.Src {
				bySource[i] = append(bySource[i], n)
			}
		}
		ends := d.Comparison.Ends
		n := len(d.Workloads)
		for i := range n {
			pairs := d.pairsOf(i, bySource[i])
			outside := map[shift][]int{}
			var order []shift
			for _, p := range pairs {
				for _, s := range p.shifts {
					if p.end >= n {
						if outside[s] == nil {
							order = append(order, s)
						}
						outside[s] = append(outside[s], p.end)
						continue
					}
					if !yield(diffRow{ends[i].Name, ends[p.end].Name, s.ports, s.before, s.after}) {
						return
					}
				}
			}
			for _, s := range order {
				for _, name := range d.exactly(outside[s]) {
					if !yield(diffRow{ends[i].Name, name, s.ports, s.before, s.after}) {
						return
					}
				}
			}
		}
		// From outside, by destination: the parts that change alike towards it.
		type inward struct {
			dst int
			shift
		}
		parts := map[inward][]int{}
		var order []inward
		for i := n; i < len(ends); i++ {
			for _, p := range d.pairsOf(i, bySource[i]) {
				for _, s := range p.shifts {
					k := inward{p.end, s}
					if parts[k] == nil {
						order = append(order, k)
					}
					parts[k] = append(parts[k], i)
				}
			}
		}
		slices.SortStableFunc(order, func(a, b inward) int {
			return cmp.Or(cmp.Compare(parts[a][0], parts[b][0]), cmp.Compare(a.dst, b.dst))
		})
		for _, k := range order {
			for _, name := range d.exactly(parts[k]) {
				if !yield(diffRow{name, ends[k.dst].Name, k.ports, k.before, k.after}) {
					return
				}
			}
		}
		for r := range d.namedRows() {
			if !yield(r) {
				return
			}
		}
	}
}

// namedRows yields what changes between workloads and nodes, and by ways in, by
// source and destination. Blocks that differ in their cause only are one row.
func (d *Diff) namedRows() iter.Seq[diffRow] {
	ports := map[diffRow][]engine.PortRange{}
	var shifts []shiftedFlows
	for _, f := range d.NodeFlows {
		shifts = append(shifts, nodeShift(f))
	}
	for _, s := range append(shifts, wayShifts(d.Ways)...) {
		for _, src := range s.sources(d.words) {
			for _, dst := range s.destinations(d.words) {
				of := s.ports
				if len(of) == 0 {
					of = everyPort()
				}
				row := diffRow{src: src, dst: dst, before: s.before, after: s.after}
				ports[row] = append(ports[row], of...)
			}
		}
	}
	rows := make([]diffRow, 0, len(ports))
	for row, list := range ports {
		list = coalesce(list)
		words := Ports(list)
		if slices.Equal(list, everyPort()) {
			words = Ports(nil)
		}
		row.ports = strings.Join(words, ",")
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b diffRow) int {
		return cmp.Or(cmp.Compare(a.src, b.src), cmp.Compare(a.dst, b.dst), cmp.Compare(a.ports, b.ports), cmp.Compare(a.before, b.before))
	})
	return slices.Values(rows)
}

// pairShifts is the changes of one pair.
type pairShifts struct {
	end    int // the destination
	shifts []shift
}

// pairsOf returns the changes of the flows from one end, given the blocks that it
// is a source of, by destination. Blocks that differ in their cause only are one.
func (d *Diff) pairsOf(src int, blocks []int) []pairShifts {
	type change struct{ before, after model.Verdict }
	by := map[int]map[change][]engine.PortRange{}
	var dsts []int
	for _, n := range blocks {
		f := &d.Flows[n]
		ports := f.Change.Ports
		if len(ports) == 0 {
			ports = everyPort()
		}
		for _, j := range f.Dst {
			if src == j && d.Comparison.Itself(src, j) {
				continue
			}
			if by[j] == nil {
				by[j] = map[change][]engine.PortRange{}
				dsts = append(dsts, j)
			}
			k := change{f.Change.Before, f.Change.After}
			by[j][k] = append(by[j][k], ports...)
		}
	}
	slices.Sort(dsts)
	out := make([]pairShifts, len(dsts))
	for n, j := range dsts {
		out[n].end = j
		var firsts []engine.PortRange
		for k, ports := range by[j] {
			ports = coalesce(ports)
			words := Ports(ports)
			if slices.Equal(ports, everyPort()) {
				words = Ports(nil)
			}
			at, _ := slices.BinarySearchFunc(firsts, ports[0], func(a, b engine.PortRange) int {
				return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.First, b.First))
			})
			firsts = slices.Insert(firsts, at, ports[0])
			out[n].shifts = slices.Insert(out[n].shifts, at, shift{k.before, k.after, strings.Join(words, ",")})
		}
	}
	return out
}
