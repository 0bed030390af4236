package render

import (
	"slices"
	"strings"

	"netreach/engine"
)

// ends names a list of ends for a person: workloads as in any flow line, then the
// addresses outside.
func (d *Diff) ends(list []int) []string {
	n, _ := slices.BinarySearch(list, len(d.Workloads))
	words := d.Matrix.names(list[:n])
	for _, whole := range d.wholes(list[n:]) {
		switch {
		case whole.rest == nil:
			words = append(words, whole.name)
		case len(whole.rest) < len(whole.ranges):
			words = append(words, whole.name+" (not "+strings.Join(rangeWords(whole.rest), ", ")+")")
		default:
			words = append(words, rangeWords(whole.ranges)...)
		}
	}
	return words
}

// exactly names a list of ends outside for a machine: each word is a peer of the
// flow language.
func (d *Diff) exactly(outside []int) []string {
	var words []string
	for _, whole := range d.wholes(outside) {
		if whole.rest == nil {
			words = append(words, whole.name)
		} else {
			words = append(words, rangeWords(whole.ranges)...)
		}
	}
	return words
}

// partOfWhole is what a list of ends holds of internet or private: ranges, beside
// the rest. Without rest it is all of it.
type partOfWhole struct {
	name         string
	ranges, rest []engine.AddrRange
}

// wholes gathers ends outside by what they are parts of.
func (d *Diff) wholes(outside []int) []partOfWhole {
	var out []partOfWhole
	for _, name := range []string{"internet", "private"} {
		p := partOfWhole{name: name}
		all, found := true, false
		for k, part := range d.Outside {
			if part.Whole != name {
				continue
			}
			if _, ok := slices.BinarySearch(outside, len(d.Workloads)+k); ok {
				found = true
				p.ranges = append(p.ranges, part.Range)
			} else {
				all = false
				p.rest = append(p.rest, part.Range)
			}
		}
		if !found {
			continue
		}
		if !all {
			p.ranges, p.rest = mergeRanges(p.ranges), mergeRanges(p.rest)
		}
		out = append(out, p)
	}
	return out
}

func rangeWords(ranges []engine.AddrRange) []string {
	words := make([]string, len(ranges))
	for i, r := range ranges {
		words[i] = r.String()
	}
	return words
}

// line returns a block as words: what changes, from whom, to whom, on which
// ports.
func (d *Diff) line(s shiftedFlows) (change, flow string) {
	change = diffWord(s.before) + shiftArrow + diffWord(s.after)
	return change, strings.Join(shortened(d.ends(s.src)), ", ") + " -> " + strings.Join(shortened(d.ends(s.dst)), ", ") + " " + strings.Join(shortened(Ports(s.ports)), ", ")
}
