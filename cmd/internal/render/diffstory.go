package render

import (
	"fmt"

	"netreach/engine"
)

// editsOf returns the edits of a cause.
func (d *Diff) editsOf(c engine.Cause) []engine.Edit {
	out := make([]engine.Edit, len(c.Edits))
	for i, e := range c.Edits {
		out[i] = d.Edits[e]
	}
	return out
}

// headline says in one line what a cause does and how much that is.
func (d *Diff) headline(c *consequence) string {
	line := effectText(c.effect) + ": " + weightText(c.weight)
	if example := d.example(c); c.weight.Pairs+c.weight.Nodes+c.weight.Ways > 1 {
		line += ", such as " + example[0] + " -> " + example[1] + " " + example[2]
	}
	return line
}

// example returns one flow of a consequence: source, destination and port.
func (d *Diff) example(c *consequence) [3]string {
	s := c.shifts[0]
	if s.srcNames != nil || s.dstNames != nil {
		return [3]string{s.sources(d.words)[0], s.destinations(d.words)[0], Ports(s.ports)[0]}
	}
	src, dst := s.src[0], s.dst[0]
	if src == dst && len(s.dst) > 1 {
		dst = s.dst[1]
	} else if src == dst && len(s.src) > 1 {
		src = s.src[1]
	}
	return [3]string{d.words([]int{src})[0], d.words([]int{dst})[0], Ports(s.ports)[0]}
}

// story says in lines by what edits, and to which flows. At most most lines are
// about flows, and one more says how many are left out.
func (d *Diff) story(c *consequence, most int) []string {
	var out []string
	edits := d.editsOf(c.cause)
	if len(edits) != 1 || c.cause.Open {
		out = append(out, lead(c.cause))
	}
	for i := range edits {
		line := edits[i].Object + " " + edits[i].Text + at(d.places(&edits[i]))
		if len(edits) == 1 && !c.cause.Open {
			line = how(c.cause) + " " + line
		}
		out = append(out, line)
	}
	for i, s := range c.shifts {
		if i == most {
			out = append(out, fmt.Sprintf("and %s of flows", count(len(c.shifts)-most, "more line")))
			break
		}
		change, flow := d.line(s)
		out = append(out, change+"  "+flow)
	}
	return out
}
