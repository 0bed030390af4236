package render

import (
	"slices"
	"strings"

	"netreach/model"
)

// LeftOutDocument is something that decides verdicts and was left out of the
// input, as --lenient says: these may be wrong.
type LeftOutDocument struct {
	PlaceDocument
	Text string `json:"text"`
}

// leftOut says in a sentence what leniency left out, each object once, or
// nothing.
func leftOut(problems []model.Diagnostic) string {
	var names []string
	for _, d := range problems {
		name := d.Origin.Object()
		if name == "" {
			name = model.Place(d.Origin.File, d.Origin.Line)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return ""
	}
	return "verdicts may be wrong, since --lenient left out all or parts of: " + strings.Join(shortened(names), ", ")
}

// forgiven returns what leniency left out.
func (o Options) forgiven() []model.Diagnostic {
	if o.LeftOut == nil {
		return nil
	}
	return o.LeftOut()
}

// leftOutTitle is the title of what leftOut says.
const leftOutTitle = "netreach --lenient"

// leftOut returns what leniency left out, in the order of the input.
func (o object) leftOut(problems []model.Diagnostic) []LeftOutDocument {
	var out []LeftOutDocument
	for _, d := range problems {
		out = append(out, LeftOutDocument{o.place(d.Origin), d.Text})
	}
	return out
}

// leftOut writes an annotation of the run about what leniency left out.
func (g github) leftOut(problems []model.Diagnostic) error {
	if text := leftOut(problems); text != "" {
		return g.annotate(annotation{level: annotateWarning, title: leftOutTitle, text: text})
	}
	return nil
}
