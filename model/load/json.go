package load

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of a JSON object, or one element of an array.
type member struct {
	name  string
	value jsontext.Value
	// offset is where value begins.
	offset int
}

// jsonValues calls yield for each of the JSON values in text, which may follow
// each other with or without blanks between them. It checks them completely:
// what reads them later need not.
func jsonValues(text []byte, yield func(value jsontext.Value, offset int)) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	for {
		value, err := dec.ReadValue()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		yield(value, int(dec.InputOffset())-len(value))
	}
}

// members returns the members of an object or the elements of an array that
// jsonValues or toJSON has approved, and nothing for another value. Names of
// array elements are their numbers.
func members(text jsontext.Value) iter.Seq[member] {
	return func(yield func(member) bool) {
		dec := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		open, err := dec.ReadToken()
		if err != nil || open.Kind() != '{' && open.Kind() != '[' {
			return
		}
		for i := 0; dec.PeekKind() != '}' && dec.PeekKind() != ']'; i++ {
			m := member{name: strconv.Itoa(i)}
			if open.Kind() == '{' {
				name, err := dec.ReadToken()
				if err != nil {
					return
				}
				m.name = name.String()
			}
			if m.value, err = dec.ReadValue(); err != nil {
				return
			}
			m.offset = int(dec.InputOffset()) - len(m.value)
			if !yield(m) {
				return
			}
		}
	}
}

// unquote returns the string that value holds, and whether it holds one.
func unquote(value jsontext.Value) (string, bool) {
	if value.Kind() != '"' {
		return "", false
	}
	s, err := jsontext.AppendUnquote(nil, value)
	return string(s), err == nil
}

// isNull reports whether value is absent or null.
func isNull(value jsontext.Value) bool { return value == nil || value.Kind() == 'n' }
