package render

import (
	"strings"
	"unicode/utf8"

	"netreach/engine"
	"netreach/model"
)

// column is one verdict of the table of an overview.
type column struct {
	verdict model.Verdict
	of      func(engine.PortCount) uint64
}

// columns returns the verdicts that an overview has a column for: allow and
// deny, and the others where they occur.
func (o *Overview) columns() []column {
	out := []column{
		{model.Allowed, func(c engine.PortCount) uint64 { return c.Allowed }},
		{model.Denied, func(c engine.PortCount) uint64 { return c.Denied }},
	}
	for _, other := range []column{
		{model.Unknown, func(c engine.PortCount) uint64 { return c.Unknown }},
		{model.Some, func(c engine.PortCount) uint64 { return c.Some }},
	} {
		for _, c := range o.counts() {
			if other.of(c) > 0 {
				out = append(out, other)
				break
			}
		}
	}
	return out
}

// Overview writes what the cluster holds, the pairs of pods by port and verdict,
// and the workloads that are open the widest.
func (t *terminal) Overview(o *Overview) error {
	for _, l := range o.facts() {
		t.line(l...)
	}
	t.line()
	columns := o.columns()
	header := []string{t.paint.bold("pairs of pods")}
	for _, c := range columns {
		header = append(header, t.paint.verdict(c.verdict, c.verdict.String()), "")
	}
	rows := [][]string{header}
	groups, more := o.groups()
	for i := range groups {
		row := []string{groups[i].label()}
		for _, c := range columns {
			n := c.of(groups[i].PortCount)
			row = append(row, thousands(n), share(n, o.Pairs))
		}
		rows = append(rows, row)
	}
	t.aligned(rows)
	t.comment(moreGroups(more))
	t.comment(leftOut(t.opts.forgiven()))
	if len(o.Exposed) == 0 {
		return t.err
	}
	t.line()
	rows = [][]string{{t.paint.bold("most exposed"), "pods", "", "internet"}}
	for _, e := range o.Exposed {
		rows = append(rows, []string{e.Workload, thousands(uint64(e.Sources)), share(uint64(e.Sources), uint64(o.Pods)), yes(e.Internet)})
	}
	t.aligned(rows)
	t.comment("what ingress rules admit on some port, whatever the egress rules of the sources")
	return t.err
}

// facts returns the lines that an overview begins with, each as words that are
// written one after another.
func (o *Overview) facts() [][]string {
	pods := uint64(o.Pods)
	isolated := func(d model.Direction) string {
		n := uint64(o.Isolated[d])
		return thousands(n) + " (" + share(n, pods) + ")"
	}
	return [][]string{
		{
			counted(o.Namespaces, "namespace", "namespaces"), ", ", counted(o.Workloads, "workload", "workloads"), ", ",
			counted(o.Pods, "pod", "pods"), ", ", counted(o.Policies, "policy", "policies"),
		},
		{"isolated pods: ", isolated(model.Ingress), " for ingress, ", isolated(model.Egress), " for egress"},
		{"ordered pairs of pods: ", thousands(o.Pairs)},
	}
}

// aligned writes rows in columns, the first to the left and the others to the
// right.
func (t *terminal) aligned(rows [][]string) {
	width := map[int]int{}
	for _, r := range rows {
		for k, word := range r {
			width[k] = max(width[k], visible(word))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for k, word := range r {
			space := strings.Repeat(" ", width[k]-visible(word))
			switch k {
			case 0:
				b.WriteString(word + space)
			default:
				b.WriteString("  " + space + word)
			}
		}
		t.line(b.String())
	}
}

// visible returns the columns that a word takes, without its colours.
func visible(word string) int {
	n := utf8.RuneCountInString(word)
	for _, code := range []string{green, red, yellow, bold, dim, reset} {
		n -= len(code) * strings.Count(word, code)
	}
	return n
}

// moreGroups says how many groups of ports are left out, or nothing.
func moreGroups(n int) string {
	if n == 0 {
		return ""
	}
	return "and " + thousands(uint64(n)) + " more; -o tsv lists all"
}

// counted returns "1 pod" or "3,000 pods".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(uint64(n)) + " " + many
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
