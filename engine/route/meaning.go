package route

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"netreach/model"
)

// meaning writes all that a part of the model says, without where it stands, so
// that two parts are the same if and only if their meanings are.
func meaning(v any) string {
	var b strings.Builder
	writeMeaning(&b, reflect.ValueOf(v))
	return b.String()
}

func writeMeaning(b *strings.Builder, v reflect.Value) {
	if v.Type() == reflect.TypeFor[model.Origin]() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		writeMeaning(b, v.Elem())
	case reflect.Struct:
		if text, ok := stringOf(v); ok {
			fmt.Fprintf(b, "%q", text)
			return
		}
		b.WriteByte('{')
		for _, f := range v.Fields() {
			writeMeaning(b, f)
			b.WriteByte(';')
		}
		b.WriteByte('}')
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(b, "%d[", v.Len())
		for i := range v.Len() {
			writeMeaning(b, v.Index(i))
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		fmt.Fprintf(b, "%#v", v)
	}
}

// stringOf returns what a value from outside the model, such as an address, says
// of itself.
func stringOf(v reflect.Value) (string, bool) {
	if strings.HasPrefix(v.Type().PkgPath(), "netreach/") || !v.CanInterface() {
		return "", false
	}
	s, ok := reflect.TypeAssert[fmt.Stringer](v)
	if !ok {
		return "", false
	}
	return s.String(), true
}

// differing returns the names of the fields in which two structs of one type
// differ, in the order of their declaration, without those that skip names.
func differing(before, after any, skip ...string) []string {
	x, y := reflect.ValueOf(before), reflect.ValueOf(after)
	var out []string
	for field, v := range x.Fields() {
		var p, q strings.Builder
		writeMeaning(&p, v)
		writeMeaning(&q, y.FieldByIndex(field.Index))
		if p.String() != q.String() && !slices.Contains(skip, field.Name) {
			out = append(out, field.Name)
		}
	}
	return out
}

// valueOf returns the value of a field of a struct in words, or "" where it has
// none or is more than a word or a list of words.
func valueOf(v any, field string) string {
	of := reflect.ValueOf(v).FieldByName(field)
	if text, ok := reflect.TypeAssert[fmt.Stringer](of); ok && of.Kind() != reflect.Struct {
		return text.String()
	}
	switch of.Kind() {
	case reflect.String:
		return of.String()
	case reflect.Slice:
		var words []string
		for i := range of.Len() {
			text, ok := reflect.TypeAssert[fmt.Stringer](of.Index(i))
			if !ok {
				return ""
			}
			words = append(words, text.String())
		}
		return strings.Join(words, ", ")
	default:
		return ""
	}
}
