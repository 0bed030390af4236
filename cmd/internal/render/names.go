package render

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"netreach/engine"
	"netreach/model/expect"
)

// Set is ends that together have a name of their own: the pods of a namespace
// as "ns/*", the addresses outside as "internet".
type Set struct {
	Name string
	// Ends are the members, as ascending indices of Table.Ends.
	Ends []int
}

// Rest is what is left of internet or private, in one family of addresses,
// beside the blocks that policies name: the largest part that is treated alike.
// People know it by that, and not by the ranges that it consists of.
type Rest struct {
	// End is the end that holds these addresses, perhaps among others.
	End int
	// Whole is "internet" or "private", and Family "IPv4" or "IPv6", or "" if the
	// whole has one family only.
	Whole, Family string
	// Ranges are the addresses, Except the others of the whole and family.
	Ranges, Except []engine.AddrRange
}

// other names a rest, or those of both families together.
func (r *Rest) other(family string) string { return restPrefix + qualified(family, r.Whole) }

func qualified(family, whole string) string {
	if family == "" {
		return whole
	}
	return family + " " + whole
}

// names returns the names of ends for a flow line, in the order of the ends.
// Members of a set stand under the set's name where all of it is there, a rest
// under its own, and ranges of addresses that follow on one another stand as
// one.
func (m *Matrix) names(ends []int) []string {
	type named struct {
		at   int // the first end that the name is for
		name string
	}
	var out []named
	var outside []int
	sets, rest := m.setsWithin(ends)
	for _, s := range sets {
		out = append(out, named{s.Ends[0], s.Name})
	}
	for _, i := range rest {
		if len(m.Ranges[i]) == 0 {
			out = append(out, named{i, m.Table.Ends[i].Name})
		} else {
			outside = append(outside, i)
		}
	}
	for _, name := range m.addresses(outside) {
		out = append(out, named{outside[0], name})
	}
	slices.SortStableFunc(out, func(a, b named) int { return cmp.Compare(a.at, b.at) })
	words := make([]string, len(out))
	for i, n := range out {
		words[i] = n.name
	}
	return words
}

// setIndex finds sets by their members.
type setIndex struct {
	of    map[int][]int32 // by end: the sets of several ends that it is in
	found []int32         // by set: members seen; all 0 between calls
}

// setsWithin returns the sets of which all members are among some ends, the first
// of m.Sets where they overlap, and the ends that are in none of them. It costs
// one step for each end and each set that it is in.
func (m *Matrix) setsWithin(ends []int) (sets []*Set, rest []int) {
	if m.index == nil {
		m.index = &setIndex{of: map[int][]int32{}, found: make([]int32, len(m.Sets))}
		for k, s := range m.Sets {
			for _, i := range s.Ends {
				if len(s.Ends) > 1 {
					m.index.of[i] = append(m.index.of[i], int32(k))
				}
			}
		}
	}
	var whole []int32
	for _, i := range ends {
		for _, k := range m.index.of[i] {
			if m.index.found[k]++; int(m.index.found[k]) == len(m.Sets[k].Ends) {
				whole = append(whole, k)
			}
		}
	}
	for _, i := range ends {
		for _, k := range m.index.of[i] {
			m.index.found[k] = 0
		}
	}
	if len(whole) == 0 {
		return nil, ends
	}
	slices.Sort(whole)
	taken := map[int]bool{}
	for _, k := range whole {
		s := &m.Sets[k]
		if slices.ContainsFunc(s.Ends, func(i int) bool { return taken[i] }) {
			continue
		}
		sets = append(sets, s)
		for _, i := range s.Ends {
			taken[i] = true
		}
	}
	for _, i := range ends {
		if !taken[i] {
			rest = append(rest, i)
		}
	}
	return sets, rest
}

// addresses names the addresses of ends outside: what is all of a family of
// internet or private, then rests, then ranges.
func (m *Matrix) addresses(ends []int) []string {
	key := listKey(ends)
	words, ok := m.addressed[key]
	if !ok {
		if m.addressed == nil {
			m.addressed = map[string][]string{}
		}
		words = m.addressWords(ends)
		m.addressed[key] = words
	}
	return words
}

func (m *Matrix) addressWords(ends []int) []string {
	left := map[engine.AddrRange]bool{}
	for _, i := range ends {
		for _, r := range m.Ranges[i] {
			left[r] = true
		}
	}
	drop := func(gone []engine.AddrRange) {
		for _, r := range gone {
			delete(left, r)
		}
	}
	var words []string
	for i := range m.Rests {
		r := &m.Rests[i]
		switch {
		case !slices.Contains(ends, r.End):
			continue
		case !slices.ContainsFunc(r.Except, func(a engine.AddrRange) bool { return !left[a] }):
			words = append(words, qualified(r.Family, r.Whole))
			drop(r.Except)
		default:
			words = append(words, r.other(r.Family))
		}
		drop(r.Ranges)
	}
	words = m.bothFamilies(words)
	for _, r := range engine.MergeRanges(slices.Collect(maps.Keys(left))) {
		words = append(words, r.String())
	}
	return words
}

// bothFamilies gives the rests of both families of a whole one name. A family of
// which no block is named may be among them.
func (m *Matrix) bothFamilies(words []string) []string {
	word := func(r *Rest) string {
		if len(r.Except) == 0 {
			return qualified(r.Family, r.Whole)
		}
		return r.other(r.Family)
	}
	for k := 1; k < len(m.Rests); k++ {
		four, six := &m.Rests[k-1], &m.Rests[k]
		i, j := slices.Index(words, word(four)), slices.Index(words, word(six))
		if four.Whole == six.Whole && i >= 0 && j >= 0 && len(four.Except)+len(six.Except) > 0 {
			words[i] = four.other("")
			words = slices.Delete(words, j, j+1)
		}
	}
	return words
}

// legend says what the names of rests stand for that occur among words.
func (m *Matrix) legend(words []string) []string {
	var lines []string
	for i := range m.Rests {
		r := &m.Rests[i]
		for _, family := range []string{"", r.Family} {
			if !slices.Contains(words, r.other(family)) {
				continue
			}
			var but []engine.AddrRange
			for _, o := range m.Rests {
				if o.Whole == r.Whole && (family == "" || o.Family == family) {
					but = append(but, o.Except...)
				}
			}
			line := r.other(family) + " is " + qualified(family, r.Whole) + " but " + rangeList(but)
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func rangeList(ranges []engine.AddrRange) string {
	merged := engine.MergeRanges(ranges)
	words := make([]string, len(merged))
	for i, r := range merged {
		words[i] = r.String()
	}
	return strings.Join(words, ", ")
}

// restPrefix begins the name of a rest.
const restPrefix = "other "

// spelled returns words in the language of flow lines: a rest is a set, which
// setsOf defines, and addresses in which there are pods or nodes stand without
// these.
func (m *Matrix) spelled(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if strings.HasPrefix(w, restPrefix) {
			out[i] = expect.SetName(restSet(w))
			continue
		}
		if family, whole, ok := strings.Cut(w, " "); ok {
			out[i] = strings.ToLower(family) + ":" + whole
			continue
		}
		p, err := expect.ParsePeer(w, "")
		if err == nil && p.Kind == expect.Addresses && p.First != p.Last && m.Inhabited != nil && m.Inhabited(engine.AddrRange{First: p.First, Last: p.Last}) {
			p.Outside = true
			out[i] = p.String()
		}
	}
	return out
}

// restSet returns the name of the set that a rest is.
func restSet(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

// legendOf says what the names of rests stand for that occur in flow lines.
func (m *Matrix) legendOf(flows []Flows) []string {
	var words []string
	for _, f := range flows {
		words = append(append(words, f.Src...), f.Dst...)
	}
	return m.legend(words)
}

// setsOf defines the rests that occur in flow lines as sets.
func (m *Matrix) setsOf(flows []Flows) []string {
	var sets []string
	for _, l := range m.legendOf(flows) {
		name, of, _ := strings.Cut(l, " is ")
		whole, but, _ := strings.Cut(of, " but ")
		sets = append(sets, expect.FormatSet(restSet(name), m.spelled([]string{whole}), strings.Split(but, ", ")))
	}
	return sets
}

// legendOfAll says what the names of rests stand for among the ends that are
// shown.
func (m *Matrix) legendOfAll() []string {
	var words []string
	for _, i := range m.Shown() {
		words = append(words, m.addresses([]int{i})...)
	}
	return m.legend(words)
}

// Label returns a short name of an end, for where there is no room for a list
// of ranges.
func (m *Matrix) Label(end int) string {
	if len(m.Ranges[end]) == 0 {
		return m.Table.Ends[end].Name
	}
	words := m.addresses([]int{end})
	if len(words) == 1 {
		return words[0]
	}
	return words[0] + " +" + strconv.Itoa(len(words)-1) + " more"
}
