package workload

import (
	"github.com/go-json-experiment/json"

	"netreach/model"
	"netreach/model/lower/strict"
)

// Option changes how an object is read.
type Option func(*options)

type options struct{ searched bool }

// Searched says that the text holds no field whose name differs from one that
// counts only by case: the caller has looked for them.
func Searched() Option { return func(o *options) { o.searched = true } }

// read decodes text into obj, a pointer to a zero struct with meta in it, and
// returns what is wrong. After an error obj is not to be used.
//
// Fields that the struct does not name are skipped. One whose name is, apart
// from case, the name of a field that counts is a warning, since the API server
// skips it too; the server's own output cannot hold one, and is not searched.
func read(text []byte, schema *strict.Schema, obj any, meta *metadata, o model.Origin, opts []Option) []model.Diagnostic {
	var as options
	for _, opt := range opts {
		opt(&as)
	}
	if json.Unmarshal(text, obj) == nil && (as.searched || meta.UID != nil) {
		return nil
	}
	var ds []model.Diagnostic
	for _, p := range schema.Decode(text, obj, strict.UnknownAllowed()) {
		switch {
		case !p.Unknown:
			ds = append(ds, p.Diagnostic(model.Error, o))
		case p.Code == strict.MiscasedField:
			p.Text += " is ignored, here as in a cluster"
			ds = append(ds, p.Diagnostic(model.Warning, o))
		}
	}
	return ds
}

// failed reports whether ds holds an error.
func failed(ds []model.Diagnostic) bool {
	for _, d := range ds {
		if d.Severity == model.Error {
			return true
		}
	}
	return false
}
