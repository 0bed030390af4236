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
		at := skipBlanks(text, 0)
		if at == len(text) || text[at] != '{' && text[at] != '[' {
			return
		}
		isObject := text[at] == '{'
		for i := 0; ; i++ {
			at = skipBlanks(text, at+1) // behind the bracket or comma
			if text[at] == '}' || text[at] == ']' {
				return
			}
			var m member
			if isObject {
				end := valueEnd(text, at)
				m.name, _ = unquote(text[at:end])
				at = skipBlanks(text, skipBlanks(text, end)+1) // behind the colon
			} else {
				m.name = strconv.Itoa(i)
			}
			end := valueEnd(text, at)
			m.value, m.offset = text[at:end:end], at
			if !yield(m) {
				return
			}
			if at = skipBlanks(text, end); text[at] != ',' {
				return
			}
		}
	}
}

func skipBlanks(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}

// valueEnd returns where the value ends that begins at text[at:]. What it
// passes over is known to be JSON.
func valueEnd(text []byte, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			for at++; text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
			at++
		case '{', '[':
			depth++
			at++
		case '}', ']':
			if depth == 0 {
				return at // a number or word ends before it
			}
			depth--
			at++
		case ',', ':', ' ', '\n', '\r', '\t':
			if depth == 0 {
				return at
			}
			at++
			continue
		default:
			at++
			continue
		}
		if depth == 0 {
			return at
		}
	}
	return at
}

// unquote returns the string that value holds, and whether it holds one.
func unquote(value jsontext.Value) (string, bool) {
	if value.Kind() != '"' {
		return "", false
	}
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), true
	}
	s, err := jsontext.AppendUnquote(nil, value)
	return string(s), err == nil
}

// isNull reports whether value is absent or null.
func isNull(value jsontext.Value) bool { return value == nil || value.Kind() == 'n' }
