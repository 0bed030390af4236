package prune

import (
	"bytes"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// kind says what a Shape takes.
type kind uint8

const (
	// everything is kept as it is.
	everything kind = iota
	// scalar is a single value of any type.
	scalar
	text
	boolean
	whole
	list
	// mapping has arbitrary keys and values of one shape.
	mapping
	// object has members of which some count.
	object
)

// Shape names what counts of a value. The nil Shape names nothing. Shapes are
// immutable.
type Shape struct {
	kind kind
	// elem belongs to list and mapping.
	elem *Shape
	// members belong to object.
	members []member
}

type member struct {
	name  string
	shape *Shape
}

// Everything returns the shape of a value of which everything counts.
func Everything() *Shape { return &Shape{kind: everything} }

// typeShape is the shape of apiVersion and kind.
var typeShape = &Shape{kind: text}

// ShapeOf returns the shape of values that are decoded into the type t and
// into each of the others. Types other than structs, maps with string keys,
// slices, text, booleans and whole numbers are kept as they are.
func ShapeOf(t reflect.Type, others ...reflect.Type) *Shape {
	s := shapeOf(t)
	for _, o := range others {
		s = s.with(shapeOf(o))
	}
	return s
}

func shapeOf(t reflect.Type) *Shape {
	if t == reflect.TypeFor[jsontext.Value]() {
		return &Shape{kind: scalar}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.String:
		return &Shape{kind: text}
	case reflect.Bool:
		return &Shape{kind: boolean}
	case reflect.Int64:
		return &Shape{kind: whole}
	case reflect.Slice:
		return &Shape{kind: list, elem: shapeOf(t.Elem())}
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return &Shape{kind: mapping, elem: shapeOf(t.Elem())}
		}
	case reflect.Struct:
		s := &Shape{kind: object}
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || f.Anonymous || !f.IsExported() {
				return Everything()
			}
			s.members = append(s.members, member{name, shapeOf(f.Type)})
		}
		return s
	default:
	}
	return Everything()
}

// with returns the shape that names what s and o name.
func (s *Shape) with(o *Shape) *Shape {
	if s.kind != object || o.kind != object {
		if s.kind == o.kind && s.elem == nil && o.elem == nil {
			return s
		}
		return Everything()
	}
	out := &Shape{kind: object, members: append([]member(nil), s.members...)}
next:
	for _, m := range o.members {
		for i := range out.members {
			if out.members[i].name == m.name {
				out.members[i].shape = out.members[i].shape.with(m.shape)
				continue next
			}
		}
		out.members = append(out.members, m)
	}
	return out
}

// member returns the shape of the member key of s. It reports false if it
// cannot be told whether the key is that of a member that counts, or only
// resembles it.
func (s *Shape) member(key []byte) (*Shape, bool) {
	switch {
	case s == nil:
		return nil, true
	case s.kind == everything:
		return s, true
	case s.kind == mapping:
		return s.elem, true
	case s.kind != object:
		return nil, false
	}
	for i := range s.members {
		m := &s.members[i]
		if len(m.name) != len(key) || m.name[0]|0x20 != key[0]|0x20 {
			continue
		}
		if string(key) == m.name {
			return m.shape, true
		}
		if bytes.EqualFold(key, []byte(m.name)) {
			return nil, false // the user is to be told
		}
	}
	for _, c := range key {
		if c >= 0x80 {
			return nil, false // may resemble one too
		}
	}
	return nil, true
}

// item returns the shape of the items of s.
func (s *Shape) item() (*Shape, bool) {
	switch {
	case s == nil || s.kind == everything:
		return s, true
	case s.kind == list:
		return s.elem, true
	}
	return nil, false
}

// takesMembers reports whether s takes a mapping.
func (s *Shape) takesMembers() bool {
	return s == nil || s.kind == everything || s.kind == mapping || s.kind == object
}
