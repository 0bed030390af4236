package workload

import (
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
// returns what is wrong. After an error obj is not to be used. The server's own
// output is not searched for fields that are named in another case.
func read(text []byte, schema *strict.Schema, obj any, meta *metadata, o model.Origin, opts []Option) []model.Diagnostic {
	var as options
	for _, opt := range opts {
		opt(&as)
	}
	return schema.Slim(text, obj, o, func() bool { return as.searched || meta.UID != nil })
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
