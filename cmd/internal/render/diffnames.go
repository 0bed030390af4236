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
	if n == len(list) {
		return words
	}
	key := listKey(list[n:])
	outside, ok := d.outside[key]
	if !ok {
		if d.outside == nil {
			d.outside = map[string][]string{}
		}
		outside = d.shortest(list[n:])
		d.outside[key] = outside
	}
	return append(words, outside...)
}

// shortest names ends outside in as few words as it takes.
func (d *Diff) shortest(outside []int) []string { return shortestParts(d.wholes(outside)) }

// shortestParts names parts of the outside in as few words as it takes.
func shortestParts(wholes []partOfWhole) []string {
	// Each whole by itself, as what it lacks if that is shorter.
	var apart []string
	cost := 0
	for _, whole := range wholes {
		switch {
		case whole.rest == nil:
			apart = append(apart, whole.name)
			cost++
		case len(whole.rest) < len(whole.ranges):
			apart = append(apart, whole.name+" (not "+strings.Join(rangeWords(whole.rest), ", ")+")")
			cost += 1 + len(whole.rest)
		default:
			apart = append(apart, rangeWords(whole.ranges)...)
			cost += len(whole.ranges)
		}
	}
	if together := rangesOf(wholes); len(together) < cost && len(together) > 0 {
		return together
	}
	return apart
}

// exactly names a list of ends outside for a machine: each word is a peer of the
// flow language.
func (d *Diff) exactly(outside []int) []string { return rangesOf(d.wholes(outside)) }

// rangesOf names parts by their largest ranges, and a whole by its name.
func rangesOf(parts []partOfWhole) []string {
	var words []string
	var ranges []engine.AddrRange
	for _, p := range parts {
		if p.rest == nil {
			words = append(words, p.name)
		} else {
			ranges = append(ranges, p.ranges...)
		}
	}
	return append(words, rangeWords(engine.MergeRanges(ranges))...)
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
			p.ranges, p.rest = engine.MergeRanges(p.ranges), engine.MergeRanges(p.rest)
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
	return change, strings.Join(d.from(&s), ", ") + " -> " + strings.Join(shortened(s.destinations(d.ends)), ", ") + " " + strings.Join(shortened(Ports(s.ports)), ", ")
}
