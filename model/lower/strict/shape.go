package strict

import (
	"encoding"
	stdjson "encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// kind says what JSON a shape takes.
type kind uint8

const (
	// anything is not looked into.
	anything kind = iota
	// opaque types decode themselves.
	opaque
	text
	boolean
	whole
	decimal
	// wholeOrText is intstr.IntOrString.
	wholeOrText
	list
	// mapping has arbitrary keys and values of one shape.
	mapping
	// object has the fields of a struct.
	object
)

// shape is what the JSON of one Go type may hold. Shapes of recursive types
// refer to themselves.
type shape struct {
	kind kind
	// elem belongs to list and mapping.
	elem *shape
	// fields and their sorted names belong to object.
	fields map[string]*shape
	names  []string
	// bits and signed belong to whole.
	bits   int
	signed bool
	// typ belongs to opaque.
	typ reflect.Type
}

// shapes holds the shapes of the types that were met so far.
type shapes map[reflect.Type]*shape

func (m shapes) of(t reflect.Type) *shape {
	t = deref(t)
	if s, ok := m[t]; ok {
		return s
	}
	s := &shape{}
	m[t] = s
	switch {
	case t == reflect.TypeFor[intstr.IntOrString]():
		s.kind, s.bits, s.signed = wholeOrText, 32, true
		return s
	case decodesItself(t):
		s.kind, s.typ = opaque, t
		return s
	}
	switch t.Kind() {
	case reflect.String:
		s.kind = text
	case reflect.Bool:
		s.kind = boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		s.kind, s.bits, s.signed = whole, t.Bits(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		s.kind, s.bits = whole, t.Bits()
	case reflect.Float32, reflect.Float64:
		s.kind = decimal
	case reflect.Struct:
		s.kind, s.fields = object, map[string]*shape{}
		m.addFields(s.fields, t)
		for name := range s.fields {
			s.names = append(s.names, name)
		}
		slices.Sort(s.names)
	case reflect.Map:
		s.kind, s.elem = mapping, m.of(t.Elem())
	case reflect.Slice:
		s.kind, s.elem = list, m.of(t.Elem())
	case reflect.Interface:
		s.kind = anything
	default:
		s.kind, s.typ = opaque, t
	}
	if plainBytes := t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8; plainBytes ||
		t.Kind() == reflect.Map && (t.Key().Kind() != reflect.String || decodesItself(t.Key())) {
		*s = shape{kind: opaque, typ: t} // base64, or keys that are more than text
	}
	return s
}

// addFields adds the JSON fields of struct t that fields does not hold yet. A
// struct that is embedded without a name of its own lends its fields; its
// embedder's fields go before them.
func (m shapes) addFields(fields map[string]*shape, t reflect.Type) {
	var embedded []reflect.Type
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		switch ft := deref(f.Type); {
		case tag == "-" || !f.IsExported():
		case f.Anonymous && name == "" && ft.Kind() == reflect.Struct:
			embedded = append(embedded, ft)
		default:
			if name == "" {
				name = f.Name
			}
			if _, ok := fields[name]; !ok {
				fields[name] = m.of(f.Type)
			}
		}
	}
	for _, e := range embedded {
		m.addFields(fields, e)
	}
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func decodesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[stdjson.Unmarshaler]()) ||
		p.Implements(reflect.TypeFor[json.UnmarshalerFrom]()) ||
		p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
