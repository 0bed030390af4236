package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"netreach/engine"
	"netreach/model"
)

// mostCauses is how many causes a text spells out.
const mostCauses = 200

// mostLines is how many blocks of flows stand below a cause.
const mostLines = 12

// Diff writes what changes cause by cause, what opens first, and a summary as
// comments. Where nothing was edited it writes nothing.
func (t *terminal) Diff(d *Diff) error {
	all := d.consequences()
	for i := range all {
		if i == mostCauses {
			t.line(t.paint.dim("and " + count(len(all)-i, "more cause") + "; -o json has all"))
			t.line()
			break
		}
		t.consequence(d, &all[i])
	}
	summary := d.summary()
	if len(d.Flows)+len(d.NodeFlows)+len(d.Ways) > 0 || len(summary) > 0 || len(d.Edits) > 0 {
		t.comment(d.totals().line())
	}
	for _, line := range summary {
		t.comment(line)
	}
	return t.err
}

func (t *terminal) consequence(d *Diff, c *consequence) {
	word := effectText(c.effect)
	t.line(t.paint.bold(t.paint.verdict(effectColor(c.effect), word)), strings.TrimPrefix(d.headline(c), word))
	t.cause(d, c.cause, "  ")
	shown := c.shifts[:min(len(c.shifts), mostLines)]
	width := 0
	for _, s := range shown {
		change, _ := d.line(s)
		width = max(width, utf8.RuneCountInString(change))
	}
	for _, s := range shown {
		change, flow := d.line(s)
		painted := t.paint.verdict(s.before, diffWord(s.before)) + shiftArrow + t.paint.verdict(s.after, diffWord(s.after))
		t.line("    ", painted, strings.Repeat(" ", width-utf8.RuneCountInString(change)+2), flow)
	}
	if more := len(c.shifts) - len(shown); more > 0 {
		t.line("    ", t.paint.dim(fmt.Sprintf("and %s; -o json has all, -o tsv pair by pair", count(more, "more line"))))
	}
	t.line()
}

// cause writes the edits that a change comes from.
func (t *terminal) cause(d *Diff, c engine.Cause, indent string) {
	if len(c.Edits) != 1 || c.Open {
		t.line(indent, lead(c))
		indent += "  "
	} else {
		indent += how(c) + " "
	}
	for _, e := range c.Edits {
		t.line(indent, d.Edits[e].Object, " ", d.Edits[e].Text, t.paint.dim(at(d.places(&d.Edits[e]))))
	}
}

// effectColor returns the verdict whose colour an effect has.
func effectColor(e engine.Effect) model.Verdict {
	switch effectRank(e) {
	case 0:
		return model.Allowed
	case 1:
		return model.Denied
	}
	return model.Unknown
}
