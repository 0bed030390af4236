package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"netreach/model"
)

// Coverage is which policies and rules expectations depend on.
type Coverage struct {
	Parts []CoveredPart
	// Least is the share that is demanded, in per cent, or 0.
	Least float64
}

// CoveredPart is a policy as a whole, or one of its rules.
type CoveredPart struct {
	Origin model.Origin
	// Rule is the rule's own name, where it has one.
	Rule string
	// Lines are the expectations that change without it, in the order of the files.
	Lines []LinePlace
}

// LinePlace is where an expectation stands.
type LinePlace struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

func (p LinePlace) String() string { return model.Place(p.File, p.Line) }

// Covered counts the parts that some line depends on.
func (c *Coverage) Covered() int {
	n := 0
	for i := range c.Parts {
		if len(c.Parts[i].Lines) > 0 {
			n++
		}
	}
	return n
}

// Percent is the share of the parts that are covered. Without a part nothing is
// missing.
func (c *Coverage) Percent() float64 {
	if len(c.Parts) == 0 {
		return 100
	}
	return 100 * float64(c.Covered()) / float64(len(c.Parts))
}

// Missed reports whether less is covered than is demanded.
func (c *Coverage) Missed() bool { return c.Percent() < c.Least }

// String returns the summary as a line.
func (c *Coverage) String() string {
	text := fmt.Sprintf("expectations depend on %d of %s and rules: %s", c.Covered(), policies(len(c.Parts)), percent(c.Percent()))
	if c.Missed() {
		text += ", less than " + percent(c.Least)
	}
	return text
}

func policies(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return strconv.Itoa(n) + " policies"
}

// percent rounds down, so that 100% is all.
func percent(p float64) string {
	return strconv.FormatFloat(float64(int(p*10))/10, 'f', -1, 64) + "%"
}

// name says what a part is.
func (p *CoveredPart) name() string {
	if p.Origin.Field == "" {
		return p.Origin.Object()
	}
	name := strings.TrimPrefix(p.Origin.Field, "spec.")
	if p.Rule != "" {
		name += " " + strconv.Quote(p.Rule)
	}
	return name + " of " + p.Origin.Object()
}

// uncoveredFirst returns the parts, those that no line depends on first.
func (c *Coverage) uncoveredFirst() []CoveredPart {
	out := slices.Clone(c.Parts)
	slices.SortStableFunc(out, func(a, b CoveredPart) int { return cmp.Compare(min(1, len(a.Lines)), min(1, len(b.Lines))) })
	return out
}

// A part names this many of its lines at most in the text form.
const mostOfPart = 8

// coverage writes the parts, those that no line depends on first.
func (t *terminal) coverage(c *Coverage) {
	t.line()
	for _, p := range c.uncoveredFirst() {
		if len(p.Lines) == 0 {
			t.line(t.paint.in(yellow, "nothing depends on"), "  ", p.name(), t.place(p.Origin))
			continue
		}
		var words []string
		for _, l := range p.Lines[:min(mostOfPart, len(p.Lines))] {
			words = append(words, l.String())
		}
		text := strings.Join(words, ", ")
		if more := len(p.Lines) - mostOfPart; more > 0 {
			text += " and " + strconv.Itoa(more) + " more"
		}
		t.line("covered             ", p.name(), t.place(p.Origin), " by ", text)
	}
	t.comment(c.String())
}

// CoverageDocument is the JSON form of test --coverage.
type CoverageDocument struct {
	Covered int     `json:"covered"`
	Parts   int     `json:"parts"`
	Percent float64 `json:"percent"`
	// Policies holds each policy as a whole, whose field is absent, and each rule.
	// Those that no line depends on stand first.
	Policies []CoveredDocument `json:"policies"`
}

// CoveredDocument is a policy or a rule with the lines that depend on it.
type CoveredDocument struct {
	PlaceDocument
	Rule  string      `json:"rule,omitempty"`
	Lines []LinePlace `json:"lines"`
}

func (o object) coverage(c *Coverage) *CoverageDocument {
	d := &CoverageDocument{c.Covered(), len(c.Parts), c.Percent(), []CoveredDocument{}}
	for _, p := range c.uncoveredFirst() {
		lines := p.Lines
		if lines == nil {
			lines = []LinePlace{}
		}
		d.Policies = append(d.Policies, CoveredDocument{o.place(p.Origin), p.Rule, lines})
	}
	return d
}

// coverage writes an annotation for each part that no line depends on, and one of
// the whole, which is an error if less is covered than is demanded.
func (g github) coverage(c *Coverage) error {
	for _, p := range c.uncoveredFirst() {
		if len(p.Lines) > 0 || p.Origin.File == "" || p.Origin.File == "-" {
			continue
		}
		err := g.annotate(annotation{
			level: annotateWarning, file: p.Origin.File, line: g.opts.line(p.Origin), title: "no expectation depends on this",
			text: p.name() + ": without it every expectation is as it is",
		})
		if err != nil {
			return err
		}
	}
	level := annotateNotice
	if c.Missed() {
		level = annotateError
	}
	return g.annotate(annotation{level: level, title: "netreach test --coverage", text: c.String()})
}
