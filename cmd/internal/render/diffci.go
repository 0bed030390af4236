package render

import (
	"strings"

	"netreach/engine"
	"netreach/model"
)

// Diff writes an annotation for each cause, at the line of its first edit: an
// error if it makes the run fail, else a warning. Policies that were edited to no
// effect are notices.
func (g github) Diff(d *Diff) error {
	if err := g.leftOut(d.LeftOut); err != nil {
		return err
	}
	for _, c := range d.consequences() {
		a := annotation{level: annotateWarning, title: d.headline(&c), text: strings.Join(d.story(&c, mostLines), "\n")}
		if d.Fails(c.effect) {
			a.level = annotateError
		}
		a.file, a.line = d.firstPlace(d.editsOf(c.cause))
		if err := g.annotate(a); err != nil {
			return err
		}
	}
	for _, e := range d.EffectUnknown() {
		a := annotation{level: annotateWarning, title: "effect unknown", text: namedEdit(&e)}
		if d.Fails(engine.Unsettles) {
			a.level = annotateError
		}
		a.file, a.line = d.firstPlace([]engine.Edit{e})
		if err := g.annotate(a); err != nil {
			return err
		}
	}
	for _, e := range d.requestEdits() {
		a := annotation{level: annotateWarning, title: "what becomes of requests", text: e.Object + ": " + e.Text}
		if d.FailsRequests {
			a.level = annotateError
		}
		a.file, a.line = d.firstPlace([]engine.Edit{e})
		if err := g.annotate(a); err != nil {
			return err
		}
	}
	for _, e := range d.unchanged() {
		a := annotation{level: annotateNotice, title: "no effect", text: e.Object + " " + e.Text}
		a.file, a.line = d.firstPlace([]engine.Edit{e})
		if err := g.annotate(a); err != nil {
			return err
		}
	}
	if len(d.consequences())+len(d.unchanged())+len(d.EffectUnknown())+len(d.Requests) == 0 {
		return g.annotate(annotation{level: annotateNotice, title: "netreach", text: d.totals().line()})
	}
	return nil
}

// firstPlace returns where the first edit stands that has a place on the side
// after, or else on the side before.
func (d *Diff) firstPlace(edits []engine.Edit) (file string, line int) {
	for _, side := range []int{1, 0} {
		for _, e := range edits {
			list := e.Before
			if side == 1 {
				list = e.After
			}
			for _, o := range list {
				if o.File != "" && o.File != "-" {
					return o.File, d.Line(side, o)
				}
			}
		}
	}
	return "", 0
}

// firstPlace is that of d, relative to the working directory.
func (j junit) firstPlace(d *Diff, edits []engine.Edit) (file string, line int) {
	file, line = d.firstPlace(edits)
	return j.opts.fromDir(file), line
}

// Diff writes a case for each cause, which fails if it makes the run fail, and
// one that holds all of the summary.
func (j junit) Diff(d *Diff) error {
	suite := junitSuite{Name: "netreach diff " + model.FileName(d.Before) + " " + model.FileName(d.After)}
	for _, c := range d.consequences() {
		edits := d.editsOf(c.cause)
		of := junitCase{Name: effectText(c.effect), ClassName: "diff"}
		if len(edits) > 0 {
			of.Name += " by " + edits[0].Object + " " + edits[0].Text
		}
		if len(edits) > 1 {
			of.Name += ", and " + count(len(edits)-1, "more edit")
		}
		of.File, of.Line = j.firstPlace(d, edits)
		text := strings.Join(d.story(&c, mostLines), "\n")
		if d.Fails(c.effect) {
			of.Failure = &junitFailure{Message: d.headline(&c), Type: effectWord(c.effect), Text: text}
		} else {
			of.SystemOut = d.headline(&c) + "\n" + text
		}
		suite.Cases = append(suite.Cases, of)
	}
	for _, c := range d.comings() {
		for _, e := range d.editsOf(c.cause) {
			of := junitCase{Name: e.Object + " " + e.Text, ClassName: "diff", SystemOut: "none of its flows is allowed"}
			of.File, of.Line = j.firstPlace(d, []engine.Edit{e})
			if d.Fails(c.effect) {
				of.Failure = &junitFailure{Message: "the peers are not the same", Type: effectWord(c.effect), Text: "none of its flows is allowed"}
				of.SystemOut = ""
			}
			suite.Cases = append(suite.Cases, of)
		}
	}
	for _, e := range d.EffectUnknown() {
		of := junitCase{Name: "effect unknown: " + e.Object + " " + e.Text, ClassName: "diff", SystemOut: namedEdit(&e)}
		of.File, of.Line = d.firstPlace([]engine.Edit{e})
		if d.Fails(engine.Unsettles) {
			of.Failure = &junitFailure{Message: "the effect of an edit is unknown", Type: effectWord(engine.Unsettles), Text: of.SystemOut}
			of.SystemOut = ""
		}
		suite.Cases = append(suite.Cases, of)
	}
	for _, e := range d.requestEdits() {
		of := junitCase{Name: e.Object + ": " + e.Text, ClassName: "diff", SystemOut: "what becomes of requests"}
		of.File, of.Line = j.firstPlace(d, []engine.Edit{e})
		if d.FailsRequests {
			of.Failure = &junitFailure{Message: "what becomes of requests is not the same", Type: "requests", Text: of.Name}
			of.SystemOut = ""
		}
		suite.Cases = append(suite.Cases, of)
	}
	suite.Cases = append(suite.Cases, junitCase{
		Name: "summary", ClassName: "diff", SystemOut: strings.Join(append([]string{d.totals().line()}, d.summary()...), "\n"),
	})
	return j.write(junitSuites{Name: "netreach", Suites: []junitSuite{suite}})
}
