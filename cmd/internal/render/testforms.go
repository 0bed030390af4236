package render

import (
	"path"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// Test has no form.
func (dot) Test(*Tests) error { return &FormatError{Name: "dot", Verb: TestOf, Known: true} }

// Test has no form.
func (tsv) Test(*Tests) error { return &FormatError{Name: "tsv", Verb: TestOf, Known: true} }

// Test has no form.
func (commas) Test(*Tests) error { return &FormatError{Name: "csv", Verb: TestOf, Known: true} }

// Test has no form.
func (markdown) Test(*Tests) error { return &FormatError{Name: "md", Verb: TestOf, Known: true} }

// Test has no form.
func (f formless) Test(*Tests) error { return f.no(TestOf) }

// TestsDocument is the JSON form of test.
type TestsDocument struct {
	Head
	// Hold and Fail count the lines of all files.
	Hold  int                `json:"hold"`
	Fail  int                `json:"fail"`
	Files []TestFileDocument `json:"files"`
	// LeftOut is what --lenient left out of the input.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
	// Coverage is there if it was asked for.
	Coverage *CoverageDocument `json:"coverage,omitempty"`
}

// TestFileDocument is one file of expectations.
type TestFileDocument struct {
	File  string             `json:"file"`
	Lines []TestLineDocument `json:"lines"`
}

// TestLineDocument is one expectation and what became of it.
type TestLineDocument struct {
	Line    int    `json:"line"`
	Text    string `json:"text"`
	Comment string `json:"comment,omitempty"`
	Holds   bool   `json:"holds"`
	// Pairs is the number of pairs of peers that were judged, and Failing of those
	// that are not as demanded; absent where the verdict is about the sides as a
	// whole.
	Pairs   uint64 `json:"pairs,omitempty"`
	Failing uint64 `json:"failing,omitempty"`
	// Verdict is that about the sides as a whole, where it is not as demanded.
	Verdict string `json:"verdict,omitempty"`
	// Else tells that the example is somebody's whom "only" does not name.
	Else bool `json:"else,omitempty"`
	// Example is a flow that is not as demanded, with its explanation.
	Example *TraceDocument `json:"example,omitempty"`
	// Parts say of a name who fares how, where clients or ports differ.
	Parts []FlowsDocument `json:"parts,omitempty"`
	// Ways are those of a name that are not as demanded, each with the hops that
	// decide.
	Ways []WayDocument `json:"ways,omitempty"`
	// Opened are the flows that "deny everything else" found.
	Opened []FlowsDocument `json:"opened,omitempty"`
}

// Test writes a TestsDocument.
func (o object) Test(t *Tests) error {
	d := TestsDocument{Head: Head{Schema, "test"}, Files: []TestFileDocument{}, LeftOut: o.leftOut(t.LeftOut)}
	d.Hold, d.Fail = t.count()
	for i := range t.Files {
		file := TestFileDocument{File: t.Files[i].Name, Lines: []TestLineDocument{}}
		for k := range t.Files[i].Lines {
			l := &t.Files[i].Lines[k]
			line := TestLineDocument{
				Line: l.Number, Text: l.Text, Comment: l.Comment, Holds: l.Holds, Pairs: l.Pairs, Failing: l.Failing, Else: l.Else,
			}
			if !l.Holds && l.Pairs == 0 && len(l.Opened) == 0 {
				line.Verdict = l.Got.String()
			}
			if l.Example != nil {
				trace := o.trace(&l.Example.Why)
				trace.Src, trace.Dst = l.Example.Src, l.Example.Dst
				line.Example = &trace
			}
			for _, f := range l.Parts {
				line.Parts = append(line.Parts, FlowsDocument{f.Verdict.String(), f.Src, f.Dst, f.Ports})
			}
			for i := range l.Ways {
				line.Ways = append(line.Ways, o.way(&l.Ways[i]))
			}
			for _, f := range l.Opened {
				line.Opened = append(line.Opened, FlowsDocument{f.Verdict.String(), f.Src, f.Dst, f.Ports})
			}
			file.Lines = append(file.Lines, line)
		}
		d.Files = append(d.Files, file)
	}
	if t.Coverage != nil {
		d.Coverage = o.coverage(t.Coverage)
	}
	return o.indented(d)
}

// Test writes a suite for each file and a case for each line.
func (j junit) Test(t *Tests) error {
	if t.Coverage != nil {
		return j.no(CoverageOf)
	}
	d := junitSuites{Name: "netreach test"}
	for i := range t.Files {
		f := &t.Files[i]
		suite := junitSuite{Name: f.Name, File: fileOf(f.Name), SystemOut: leftOut(t.LeftOut)}
		for k := range f.Lines {
			l := &f.Lines[k]
			c := junitCase{Name: l.title(), ClassName: className(f.Name), File: fileOf(f.Name), Line: l.Number, Time: junitTime(l.Elapsed)}
			if !l.Holds {
				c.Failure = &junitFailure{
					Message: l.summary(), Type: l.Verdict,
					Text: f.place(l) + ": " + l.title() + "\n" + l.summary() + "\n\n" + plainStory(t, l, j.opts),
				}
			}
			suite.Cases = append(suite.Cases, c)
		}
		d.Suites = append(d.Suites, suite)
	}
	return j.write(d)
}

// fileOf returns the name of a file, or nothing for standard input.
func fileOf(name string) string {
	if name == "-" {
		return ""
	}
	return name
}

// className is a file's name as readers group cases by: they cut at dots.
func className(name string) string {
	if name == "-" {
		return "stdin"
	}
	return strings.ReplaceAll(strings.TrimSuffix(path.Clean(name), path.Ext(name)), ".", "_")
}

// Test writes an annotation for each line that fails, and for each rule or policy
// that decided about its example.
func (g github) Test(t *Tests) error {
	if err := g.leftOut(t.LeftOut); err != nil {
		return err
	}
	for i := range t.Files {
		f := &t.Files[i]
		for k := range f.Lines {
			l := &f.Lines[k]
			if l.Holds {
				continue
			}
			as := []annotation{{
				level: annotateError, file: fileOf(f.Name), line: l.Number, title: "expectation fails: " + l.title(),
				text: l.summary() + "\n\n" + plainStory(t, l, g.opts),
			}}
			for _, d := range l.deciders() {
				if d.File != "" && d.File != "-" {
					as = append(as, annotation{
						level: annotateWarning, file: d.File, line: g.opts.line(d), title: "decides against an expectation",
						text: part(d) + ": " + l.Example.String() + "\n" + f.place(l) + ": " + l.title(),
					})
				}
			}
			if l.Example == nil {
				as = append(as, g.deciding(f, l)...)
			}
			if err := g.annotate(as...); err != nil {
				return err
			}
		}
	}
	if t.Coverage != nil {
		if err := g.coverage(t.Coverage); err != nil {
			return err
		}
	}
	hold, fail := t.count()
	return g.annotate(annotation{level: annotateNotice, title: "netreach test", text: count(hold+fail, "expectation") + ": " + outcome(hold, fail)})
}

// deciding returns an annotation for each object by which a way leads that is not
// as demanded, where no flow is to blame.
func (g github) deciding(f *TestFile, l *TestLine) []annotation {
	var out []annotation
	seen := map[string]bool{}
	for i := range l.Ways {
		w := &l.Ways[i]
		if w.Origin.File == "" || w.Origin.File == "-" || seen[w.Origin.Object()] {
			continue
		}
		seen[w.Origin.Object()] = true
		var words []string
		for k := range w.Hops {
			words = append(words, w.Hops[k].Reasons()...)
		}
		out = append(out, annotation{
			level: annotateWarning, file: w.Origin.File, line: g.opts.line(w.Origin), title: "decides against an expectation",
			text: w.Title + ": " + strings.Join(words, "; ") + "\n" + f.place(l) + ": " + l.title(),
		})
	}
	return out
}

// part names a rule of a policy, or a policy.
func part(o model.Origin) string {
	if o.Field == "" {
		return o.Object()
	}
	return strings.TrimPrefix(o.Field, "spec.") + " of " + o.Object()
}

// deciders returns the rules that decided about the example of a line, or where
// none did the policies that isolate its ends, as far as they made it what it is.
func (l *TestLine) deciders() []model.Origin {
	if l.Example == nil {
		return nil
	}
	var out []model.Origin
	for i := range l.Example.Why.Flows {
		flow := &l.Example.Why.Flows[i]
		if flow.Overlay == engine.Itself || flow.Verdict != l.Example.Why.Verdict {
			continue
		}
		for _, d := range []*engine.DirectionTrace{&flow.Egress, &flow.Ingress} {
			if d.Verdict == flow.Verdict {
				out = append(out, deciders(d)...)
			}
		}
	}
	seen := map[string]bool{}
	var once []model.Origin
	for _, o := range out {
		if key := o.Object() + " " + o.Field; !seen[key] {
			seen[key] = true
			once = append(once, o)
		}
	}
	return once
}

func deciders(d *engine.DirectionTrace) []model.Origin {
	var rules, policies []model.Origin
	for i := range d.Tiers {
		tt := &d.Tiers[i]
		if tt.Outcome == engine.NotReached {
			break
		}
		for k := range tt.Policies {
			p := &tt.Policies[k]
			if tt.Outcome == engine.ByIsolation && p.Policy.Isolates[d.Direction] {
				policies = append(policies, p.Policy.Origin)
			}
			for n := range p.Rules {
				if p.Rules[n].Decided {
					rules = append(rules, p.Rules[n].Rule.Origin)
				}
			}
		}
	}
	return append(rules, policies...)
}
