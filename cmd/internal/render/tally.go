package render

import (
	"fmt"
	"strings"

	"netreach/model"
)

// tally counts the pairs within the cluster by verdict. A single pod with
// itself does not count: no policy decides about it.
type tally struct {
	total int
	by    map[model.Verdict]int
}

// newTally returns the tally of a matrix in which everything is denied.
func (m *Matrix) newTally() tally {
	src, _ := m.split(m.Sources)
	dst, _ := m.split(m.Destinations)
	t := tally{by: map[model.Verdict]int{}}
	t.total = m.count(src, dst)
	t.by[model.Denied] = t.total
	return t
}

// count returns the number of pairs of two lists, without those of a single
// pod with itself.
func (m *Matrix) count(src, dst []int) int {
	n := len(src) * len(dst)
	for _, i := range common(src, dst) {
		if m.Table.Itself(i, i) {
			n--
		}
	}
	return n
}

// add moves the pairs of a block from deny to its verdict.
func (t *tally) add(m *Matrix, b block) {
	src, _ := m.split(b.src)
	dst, _ := m.split(b.dst)
	n := m.count(src, dst)
	t.by[b.verdict] += n
	t.by[model.Denied] -= n
}

// over says the tally in words, for all ports.
func (t tally) over(by string) string {
	if t.total == 0 {
		return ""
	}
	words := fmt.Sprintf("%s between %ss: %d open on every port, %d on some, %d on none", count(t.total, "pair"), by,
		t.by[model.Allowed], t.by[model.Some], t.by[model.Denied])
	if n := t.by[model.Unknown]; n > 0 {
		words += fmt.Sprintf(", %d unknown", n)
	}
	return words
}

// on says the tally in words, for one port.
func (t tally) on(port model.PortMatch, by string) string {
	if t.total == 0 {
		return ""
	}
	var words []string
	for _, v := range []model.Verdict{model.Allowed, model.Some, model.Unknown, model.None, model.Denied} {
		if n := t.by[v]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, v))
		}
	}
	return fmt.Sprintf("%s: %s between %ss: %s", port, count(t.total, "pair"), by, strings.Join(words, ", "))
}
