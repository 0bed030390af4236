package render

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// Versus is what changes in a matrix from one profile to another.
type Versus struct {
	// Before and After name the profiles.
	Before, After string
	// Matrix says which ends and ports are shown.
	Matrix *Matrix
	// Comparison is between the ends of Matrix.Table.
	Comparison *engine.Comparison
}

// Shift is a block of flows whose verdict changes alike. Before and After are
// the same where they are some or unknown for other members.
type Shift struct {
	Before, After model.Verdict
	Src, Dst      []string
	Ports         []string
}

// Shifted counts the pairs of ends of which some flow changes.
type Shifted struct {
	// Pairs and Changed count pairs within the cluster, a single pod with itself
	// left out.
	Pairs, Changed int
	// Outside counts the pairs that change with addresses outside, as these are
	// cut.
	Outside int
}

// line says the counts in words.
func (s Shifted) line(v *Versus) string {
	words := fmt.Sprintf("%s against %s: pairs between %ss that change: %d of %d", v.Before, v.After, v.Matrix.By, s.Changed, s.Pairs)
	if s.Outside > 0 {
		words += ", and some with addresses outside"
	}
	return words
}

// changes returns the changes of a content on the ports that were asked for.
func (v *Versus) changes(c engine.CellID) []engine.Change {
	all := v.Comparison.Changes(c)
	if len(v.Matrix.Ports) == 0 {
		return all
	}
	var out []engine.Change
	for _, one := range all {
		var ports []engine.PortRange
		for _, asked := range v.Matrix.Ports {
			for _, s := range Clip([]engine.Segment{{Ports: one.Ports}}, asked) {
				if s.Ports == nil {
					s.Ports = everyPort()
				}
				ports = append(ports, s.Ports...)
			}
		}
		if len(ports) == 0 {
			continue
		}
		if one.Ports = coalesce(ports); slices.Equal(one.Ports, everyPort()) {
			one.Ports = nil
		}
		out = append(out, one)
	}
	return out
}

// rank orders changes: what opens first, then what closes, then what is less
// clear.
func rank(before, after model.Verdict) int {
	switch {
	case before == model.Denied && after == model.Allowed:
		return 0
	case before == model.Allowed && after == model.Denied:
		return 1
	}
	return 2 + int(before)*8 + int(after)
}

// shifts returns what changes as blocks, few and large, and the counts. The cost
// follows the blocks that the engine cuts the comparison into.
func (v *Versus) shifts() ([]Shift, Shifted) {
	m := v.Matrix
	src, _ := m.split(m.Sources)
	dst, _ := m.split(m.Destinations)
	counts := Shifted{Pairs: m.count(src, dst)}
	type alike struct {
		engine.Change
		blocks []block
	}
	var kinds []*alike
	at := map[string]*alike{}
	for _, g := range v.Comparison.Groups() {
		changes := v.changes(g.Cell)
		if len(changes) == 0 {
			continue
		}
		parts := m.cut(block{src: g.Src, dst: g.Dst})
		for _, b := range parts {
			inside, beyond := m.split(b.src)
			within, outside := m.split(b.dst)
			counts.Changed += m.count(inside, within)
			counts.Outside += len(inside)*len(outside) + len(beyond)*len(within)
		}
		for _, c := range changes {
			key := c.Before.String() + " " + c.After.String() + " " + strings.Join(Ports(c.Ports), ",")
			if at[key] == nil {
				at[key] = &alike{Change: c}
				kinds = append(kinds, at[key])
			}
			at[key].blocks = append(at[key].blocks, parts...)
		}
	}
	var shifts []Shift
	slices.SortStableFunc(kinds, func(a, b *alike) int {
		return cmp.Compare(rank(a.Before, a.After), rank(b.Before, b.After))
	})
	for _, k := range kinds {
		for _, b := range m.join(k.blocks, false) {
			shifts = append(shifts, Shift{k.Before, k.After, m.names(b.src), m.names(b.dst), Ports(k.Ports)})
		}
	}
	return shifts, counts
}

// legend says what the names of rests stand for that occur in shifts.
func (v *Versus) legend(shifts []Shift) []string {
	var words []string
	for _, s := range shifts {
		words = append(append(words, s.Src...), s.Dst...)
	}
	return v.Matrix.legend(words)
}

// rows yields what changes pair by pair, in the order of Matrix.Rows.
func (v *Versus) rows() iter.Seq[Shift] {
	return func(yield func(Shift) bool) {
		m := v.Matrix
		for i, j := range m.pairs() {
			src, dst := []string{m.Table.Ends[i].Name}, []string{m.Table.Ends[j].Name}
			for _, c := range v.changes(v.Comparison.Cell(i, j)) {
				if !yield(Shift{c.Before, c.After, src, dst, Ports(c.Ports)}) {
					return
				}
			}
		}
	}
}

// versusHeader names the columns of the flat forms. It is a contract.
func versusHeader() []string { return []string{"src", "dst", "port", "before", "after"} }

// cells returns a shift of one pair as a row of the flat forms.
func (s Shift) cells() []string {
	return []string{s.Src[0], s.Dst[0], strings.Join(s.Ports, ","), s.Before.String(), s.After.String()}
}
