package strict

import (
	"github.com/go-json-experiment/json"

	"netreach/model"
)

// Slim decodes text into obj, a pointer to a zero struct of the type of s that
// names only the fields that count, and returns what is wrong with the object at
// o. After an error obj is not to be used.
//
// Fields that the struct does not name are skipped without a look. One whose
// name is, apart from case, the name of a field that counts is a warning, since
// the API server skips it too. Searched tells, once the text is decoded, that
// there is none of these.
func (s *Schema) Slim(text []byte, obj any, o model.Origin, searched func() bool) []model.Diagnostic {
	if json.Unmarshal(text, obj) == nil && searched() {
		return nil
	}
	var ds []model.Diagnostic
	for _, p := range s.Decode(text, obj, UnknownAllowed()) {
		switch {
		case !p.Unknown:
			ds = append(ds, p.Diagnostic(model.Error, o))
		case p.Code == MiscasedField:
			p.Text += " is ignored, here as in a cluster"
			ds = append(ds, p.Diagnostic(model.Warning, o))
		}
	}
	return ds
}
