package load

import (
	"cmp"
	"slices"
	"strings"

	"netreach/model"
)

func (r *reader) warn(o model.Origin, code, text, hint string) {
	r.ds = append(r.ds, r.placed(model.Diagnostic{Severity: model.Warning, Code: code, Origin: o, Text: text, Hint: hint}))
}

// refuse reports an error that leniency does not forgive.
func (r *reader) refuse(o model.Origin, code, text, hint string) {
	r.ds = append(r.ds, r.placed(model.Diagnostic{Severity: model.Error, Code: code, Origin: o, Text: text, Hint: hint}))
}

// syntax reports why doc cannot be read.
func (r *reader) syntax(doc model.Document, errs ...syntaxError) {
	for _, e := range errs {
		r.refuse(model.Origin{File: doc.File, Line: doc.Line + e.line - 1}, e.code, e.text, e.hint)
	}
}

// judge reports what is wrong with the object at o, and returns whether the
// object can be used. An object with errors cannot: it stops the program, or,
// with leniency, is left out.
func (r *reader) judge(o model.Origin, ds []model.Diagnostic) bool {
	usable := true
	for _, d := range ds {
		if d.Severity == model.Error {
			usable = false
			d.Hint = cmp.Or(d.Hint, explainHint(d.Origin))
			if r.lenient {
				d.Severity, d.Forgiven = model.Warning, true
			}
		}
		r.ds = append(r.ds, r.placed(d))
	}
	if !usable && r.lenient {
		r.warn(o.At(""), "left-out", "left out, since it cannot be evaluated: verdicts that depend on it may be wrong", "correct it, and run without --lenient")
	}
	return usable
}

// explainHint says where the field of an object is described.
func explainHint(o model.Origin) string {
	path := []string{strings.ToLower(o.Kind)}
	for _, s := range steps(o.Field) {
		if s.index < 0 {
			path = append(path, s.name)
		}
		if s.name == "labels" || s.name == "matchLabels" {
			break // what is below are keys of the user's own
		}
	}
	return "kubectl explain " + strings.Join(path, ".")
}

// placed returns d with the line of its field. It lets go of the document, since
// that may be large.
func (r *reader) placed(d model.Diagnostic) model.Diagnostic {
	d.Origin.Line = r.located.line(d.Origin)
	d.Origin.Doc, d.Origin.Root = nil, ""
	return d
}

func (r *reader) failed() bool {
	return slices.ContainsFunc(r.ds, func(d model.Diagnostic) bool { return d.Severity == model.Error })
}
