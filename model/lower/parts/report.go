// Package parts lowers what the policies of several dialects are made of: label
// selectors, protocols, ports and names. It checks them as the API server or,
// where that does not look, as every implementation does.
//
// Everything hangs on a Report, which gathers what is wrong with one object, so
// that all of its problems are told together.
package parts

import (
	"fmt"
	"slices"

	"netreach/model"
	"netreach/model/lower/strict"
)

// Report is what is wrong with one object.
type Report struct {
	// Origin is that of the object.
	Origin model.Origin
	// Diagnostics are in the order in which they were found.
	Diagnostics []model.Diagnostic
	// Unplaced leaves out where things stand: Member and Item return "". It is
	// for a first look at an object that is most likely flawless; if it is not,
	// it is looked at again.
	Unplaced bool
}

// Member is strict.Member.
func (r *Report) Member(path, name string) string {
	if r.Unplaced {
		return ""
	}
	return strict.Member(path, name)
}

// Item is strict.Item.
func (r *Report) Item(path string, i int) string {
	if r.Unplaced {
		return ""
	}
	return strict.Item(path, i)
}

// Errorf reports what makes the object unusable. Field is the path of the place;
// hint says what to do about it, or is empty.
func (r *Report) Errorf(field, code, hint, format string, args ...any) {
	r.add(model.Error, field, code, hint, fmt.Sprintf(format, args...))
}

// Warnf reports what the object may well not mean.
func (r *Report) Warnf(field, code, hint, format string, args ...any) {
	r.add(model.Warning, field, code, hint, fmt.Sprintf(format, args...))
}

func (r *Report) add(s model.Severity, field, code, hint, text string) {
	r.Diagnostics = append(r.Diagnostics, model.Diagnostic{
		Severity: s, Code: code, Origin: r.Origin.At(field), Text: text, Hint: hint,
	})
}

// Refused reports whether there was an error.
func (r *Report) Refused() bool {
	return slices.ContainsFunc(r.Diagnostics, func(d model.Diagnostic) bool { return d.Severity == model.Error })
}
