package render

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// Overview is the whole matrix in numbers. What is written of it depends on the
// cluster alone.
type Overview struct {
	engine.Summary
	// Ports are the ports that were asked for; without any, all of them.
	Ports []model.PortMatch
	// Top is how many groups of ports a form for people shows. The flat forms and
	// JSON have every range.
	Top int
}

// counts returns the counts of the ports that were asked for: maximal ranges
// of equal counts, in the order in which the ports were named.
func (o *Overview) counts() []engine.PortCount {
	if len(o.Ports) == 0 {
		return o.Summary.Ports
	}
	var out []engine.PortCount
	for _, port := range o.Ports {
		for _, c := range o.Summary.Ports {
			for _, s := range Clip([]engine.Segment{{Ports: []engine.PortRange{c.Ports}}}, port) {
				c.Ports = s.Ports[0]
				out = append(out, c)
			}
		}
	}
	return out
}

// countHeader names the columns of the flat forms. It is a contract.
func countHeader() []string { return []string{"port", "allow", "deny", "unknown", "some"} }

// countRows returns the rows of the flat forms.
func (o *Overview) countRows() [][]string {
	var out [][]string
	for _, c := range o.counts() {
		row := []string{c.Ports.String()}
		for _, n := range []uint64{c.Allowed, c.Denied, c.Unknown, c.Some} {
			row = append(row, strconv.FormatUint(n, 10))
		}
		out = append(out, row)
	}
	return out
}

// portGroup is the ports of a protocol that have the same counts.
type portGroup struct {
	engine.PortCount // with the first of the ranges
	ranges           []engine.PortRange
	size             int // number of ports
	// most tells that no group of the protocol is larger, and there are others.
	most bool
}

// label names the ports of a group.
func (g *portGroup) label() string {
	const shown = 3
	if g.most {
		return "other " + g.Ports.Protocol.String()
	}
	words := Ports(g.ranges)
	if len(words) <= shown+1 {
		return strings.Join(words, ", ")
	}
	return strings.Join(words[:shown], ", ") + " +" + thousands(uint64(len(words)-shown))
}

// groups returns the ports in groups, and how many more there are than Top.
// Where all ports are shown, the largest group of each protocol comes first: it
// is what the others deviate from, and they follow in the order in which they
// do so the most.
func (o *Overview) groups() (shown []portGroup, more int) {
	groups := groupCounts(o.counts())
	if len(groups) <= o.Top {
		return groups, 0
	}
	usual := map[model.Protocol]*portGroup{}
	several := map[model.Protocol]int{}
	for i := range groups {
		g := &groups[i]
		several[g.Ports.Protocol]++
		if u := usual[g.Ports.Protocol]; u == nil || g.size > u.size {
			usual[g.Ports.Protocol] = g
		}
	}
	deviation := func(g *portGroup) uint64 { return apart(g.PortCount, usual[g.Ports.Protocol].PortCount) }
	var rest []portGroup
	for i := range groups {
		g := &groups[i]
		if usual[g.Ports.Protocol] == g {
			first := *g
			first.most = several[g.Ports.Protocol] > 1 && len(o.Ports) == 0
			shown = append(shown, first)
		} else {
			rest = append(rest, *g)
		}
	}
	slices.SortStableFunc(rest, func(a, b portGroup) int { return cmp.Compare(deviation(&b), deviation(&a)) })
	n := min(len(rest), max(o.Top-len(shown), 0))
	return append(shown, rest[:n]...), len(rest) - n
}

// groupCounts joins the ranges of a protocol that have the same counts.
func groupCounts(counts []engine.PortCount) []portGroup {
	type key struct {
		protocol                       model.Protocol
		allowed, denied, unknown, some uint64
	}
	var out []portGroup
	at := map[key]int{}
	for _, c := range counts {
		k := key{c.Ports.Protocol, c.Allowed, c.Denied, c.Unknown, c.Some}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, portGroup{PortCount: c})
		}
		g := &out[i]
		g.ranges = coalesce(append(g.ranges, c.Ports))
		g.size += int(c.Ports.Last) - int(c.Ports.First) + 1
	}
	return out
}

// apart returns how many pairs have another verdict, at least.
func apart(a, b engine.PortCount) uint64 {
	n := uint64(0)
	for _, pair := range [][2]uint64{{a.Allowed, b.Allowed}, {a.Denied, b.Denied}, {a.Unknown, b.Unknown}, {a.Some, b.Some}} {
		n += max(pair[0], pair[1]) - min(pair[0], pair[1])
	}
	return n / 2
}

// thousands writes a number with a comma between every three digits.
func thousands(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// share writes n of total in percent. Only nothing is 0%, and only all is 100%.
func share(n, total uint64) string {
	switch {
	case n == 0 || total == 0:
		return "0%"
	case n == total:
		return "100%"
	}
	switch p := 100 * float64(n) / float64(total); {
	case p < 0.1:
		return "<0.1%"
	case p > 99.9:
		return ">99.9%"
	default:
		return strconv.FormatFloat(p, 'f', 1, 64) + "%"
	}
}
