package strict

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// walker reads one document against a shape and collects the problems. Its
// methods return an error only for what is not JSON, which ends the walk.
type walker struct {
	dec      *jsontext.Decoder
	steps    []step
	problems []Problem
}

// step leads from a mapping or a list to what it holds: a member unless index
// is 0 or more. The path is written out only where there is a problem.
type step struct {
	name  string
	index int
}

func (w *walker) document(text []byte, root *shape) {
	w.dec = jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
	err := w.top(root)
	if err == nil {
		return
	}
	p := Problem{Field: w.path(), Code: Syntax, Text: "not JSON: the text ends early"}
	if serr, ok := errors.AsType[*jsontext.SyntacticError](err); ok && !errors.Is(err, io.ErrUnexpectedEOF) {
		p.Text = "not JSON: " + serr.Err.Error() + " at byte " + strconv.FormatInt(serr.ByteOffset, 10)
	}
	w.problems = append(w.problems, p)
}

func (w *walker) top(root *shape) error {
	if w.dec.PeekKind() == 'n' {
		w.report(WrongType, "must be "+root.wants()+", found null", "")
	}
	if err := w.value(root, false); err != nil {
		return err
	}
	if w.dec.PeekKind() != 0 {
		w.report(Syntax, "not JSON: more text follows the first value", "")
		return nil
	}
	if _, err := w.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// value reads one value. Below metadata and status it is lax.
func (w *walker) value(s *shape, lax bool) error {
	found := w.dec.PeekKind()
	switch {
	case found == 'n' || found == 0 || s.kind == anything:
		return w.dec.SkipValue()
	case s.kind == opaque:
		return w.opaque(s)
	case s.kind == object && found == '{':
		return w.members(lax, func(name string) *shape { return w.field(s, name, lax) })
	case s.kind == mapping && found == '{':
		return w.members(lax, func(string) *shape { return s.elem })
	case s.kind == list && found == '[':
		return w.items(s, lax)
	}
	raw, err := w.dec.ReadValue()
	if err != nil {
		return err
	}
	switch {
	case found == '0' && s.takes(found):
		if text, hint := s.misfit(string(raw)); text != "" {
			w.report(BadValue, text, hint)
		}
	case !s.takes(found):
		w.report(WrongType, "must be "+s.wants()+", found "+describe(found, raw), s.remedy(found, raw))
	}
	return nil
}

// members reads a mapping whose member of a given name has the shape that
// shapeOf returns; nil skips the member.
func (w *walker) members(lax bool, shapeOf func(name string) *shape) error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	top := len(w.steps) == 0
	seen := map[string]bool{}
	for w.dec.PeekKind() != '}' {
		tok, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		name := tok.String()
		w.steps = append(w.steps, step{name, -1})
		s := shapeOf(name)
		if s != nil && seen[name] && !lax {
			w.report(DuplicateField, strconv.Quote(short(name))+" is given more than once", "only one of them would count: merge them")
		}
		seen[name] = true
		if s == nil {
			err = w.dec.SkipValue()
		} else {
			err = w.value(s, lax || top && neverStrict(name))
		}
		if err != nil {
			return err
		}
		w.steps = w.steps[:len(w.steps)-1]
	}
	_, err := w.dec.ReadToken()
	return err
}

// field returns the shape of a field of s, or nil, and then reports the field
// unless that is not called for.
func (w *walker) field(s *shape, name string, lax bool) *shape {
	f, ok := s.fields[name]
	if top := len(w.steps) == 1; !ok && !lax && (!top || !neverStrict(name)) {
		w.unknown(s, name)
	}
	return f
}

// neverStrict reports whether unknown fields are of no account below the
// top-level field name.
func neverStrict(name string) bool { return name == "metadata" || name == "status" }

func (w *walker) items(s *shape, lax bool) error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; w.dec.PeekKind() != ']'; i++ {
		w.steps = append(w.steps, step{"", i})
		if err := w.value(s.elem, lax); err != nil {
			return err
		}
		w.steps = w.steps[:len(w.steps)-1]
	}
	_, err := w.dec.ReadToken()
	return err
}

// opaque lets the type decode the value, to see whether it can.
func (w *walker) opaque(s *shape) error {
	found := w.dec.PeekKind()
	raw, err := w.dec.ReadValue()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, reflect.New(s.typ).Interface(), jsontext.AllowDuplicateNames(true)); err != nil {
		if serr, ok := errors.AsType[*json.SemanticError](err); ok && serr.Err != nil {
			err = serr.Err
		}
		w.report(BadValue, describe(found, raw)+" cannot be read: "+err.Error(), "")
	}
	return nil
}

func (w *walker) report(code, text, hint string) {
	w.problems = append(w.problems, Problem{Field: w.path(), Code: code, Text: text, Hint: hint})
}

func (w *walker) unknown(s *shape, name string) {
	p := Problem{Field: w.path(), Code: UnknownField, Text: "unknown field " + strconv.Quote(short(name)), Unknown: true}
	switch meant, miscased := nearest(name, s.names); {
	case miscased:
		p.Code = MiscasedField
		p.Hint = "did you mean " + strconv.Quote(meant) + "? field names are case-sensitive"
	case meant != "":
		p.Hint = "did you mean " + strconv.Quote(meant) + "?"
	default:
		p.Hint = "the fields here are " + enumerate(s.names)
	}
	w.problems = append(w.problems, p)
}

func (w *walker) path() string {
	p := ""
	for _, s := range w.steps {
		if s.index < 0 {
			p = Member(p, s.name)
		} else {
			p = Item(p, s.index)
		}
	}
	return p
}
