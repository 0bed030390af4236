// Package strict decodes the JSON of a policy into a Go struct and reports
// everything that keeps it from meaning what it says: unknown, misspelt,
// mis-cased and duplicate fields, and values of the wrong type (VAL-1, VAL-2).
//
//	JSON --walk against the type's shape--> problems
//	     --decode, only if nothing speaks against it--> struct
//
// The walk does not stop at the first problem. It names values as they stand
// in YAML, never as Go types, since that is what the user wrote. Field names
// are case-sensitive, and null is the same as absent, as it is to the API
// server. Below the top-level fields metadata and status unknown and duplicate
// fields pass, because dumps of other versions hold fields that ours lacks;
// values of the wrong type do not pass there either.
//
// Types that decode themselves, such as metav1.Time, are tried one by one and
// are otherwise opaque, except for intstr.IntOrString. What a well-typed value
// means, and whether it is in range, is for the lower packages to say.
package strict

import (
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
)

// The codes of the problems.
const (
	// Syntax: the text is not JSON.
	Syntax = "syntax"
	// UnknownField: no field of that name exists in that place.
	UnknownField = "unknown-field"
	// MiscasedField: the name of a field, but for the case of its letters.
	MiscasedField = "miscased-field"
	// DuplicateField: the same field twice in one mapping.
	DuplicateField = "duplicate-field"
	// WrongType: a value of another type than the field holds.
	WrongType = "wrong-type"
	// BadValue: a value of the right type that the field cannot hold.
	BadValue = "bad-value"
)

// Problem is one thing that is wrong with the text.
type Problem struct {
	// Field is the path of the place, as Member and Item write it; "" is the
	// whole object.
	Field string
	// Code is one of the codes of this package.
	Code string
	// Text and Hint are as in model.Diagnostic.
	Text, Hint string
	// Unknown marks a field that is not known, also a mis-cased one. Only with
	// UnknownAllowed is the rest decoded nevertheless.
	Unknown bool
}

// Diagnostic returns p as a diagnostic of severity s about the object at o.
func (p Problem) Diagnostic(s model.Severity, o model.Origin) model.Diagnostic {
	return model.Diagnostic{Severity: s, Code: p.Code, Origin: o.At(p.Field), Text: p.Text, Hint: p.Hint}
}

// Option changes what Decode accepts.
type Option func(*options)

type options struct{ unknownAllowed bool }

// UnknownAllowed lets Decode go on where the only problems are unknown fields.
// They are still reported, and they are left out of the result: the API server
// does the same when it is told not to be strict.
func UnknownAllowed() Option { return func(o *options) { o.unknownAllowed = true } }

// Decode decodes text into the struct that into points to. It returns every
// problem in the order of the text; unless there are none, or only unknown
// fields and these are allowed, it leaves the struct alone. Decode computes the
// schema of the struct anew; Schema.Decode does not.
func Decode(text []byte, into any, opts ...Option) []Problem {
	return SchemaOf(into).Decode(text, into, opts...)
}

// Schema is what the JSON of one Go struct may hold. It is immutable.
type Schema struct {
	typ  reflect.Type
	root *shape
}

// SchemaOf returns the schema of the struct that sample is or points to.
func SchemaOf(sample any) *Schema {
	t := deref(reflect.TypeOf(sample))
	return &Schema{t, shapes{}.of(t)}
}

// Decode is the function Decode, for a pointer to a struct of the type of s.
func (s *Schema) Decode(text []byte, into any, opts ...Option) []Problem {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.Type().Elem() != s.typ {
		panic(fmt.Sprintf("bug: decoding into %T by the schema of %v", into, s.typ))
	}
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	w := walker{}
	w.document(text, s.root)
	for _, p := range w.problems {
		if !p.Unknown || !o.unknownAllowed {
			return w.problems
		}
	}
	// The walk lets duplicate names pass only below metadata and status.
	fresh := reflect.New(s.typ)
	if err := json.Unmarshal(text, fresh.Interface(), jsontext.AllowDuplicateNames(true)); err != nil {
		return append(w.problems, Problem{Code: BadValue, Text: "cannot be decoded: " + err.Error()})
	}
	v.Elem().Set(fresh.Elem())
	return w.problems
}
