package load

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of a JSON object, or one element of an array.
type member struct {
	// name is that of a member, and index the number of an element.
	name  []byte
	index int
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
// jsonValues or toJSON has approved, and nothing for another value.
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
				m.name = unquoted(text[at:end])
				at = skipBlanks(text, skipBlanks(text, end)+1) // behind the colon
			} else {
				m.index = i
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
			at = textEnd(text, at)
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

// textEnd returns where the text ends that begins at text[at:].
func textEnd(text []byte, at int) int {
	for at++; ; at++ {
		at += bytes.IndexByte(text[at:], '"')
		slashes := 0
		for text[at-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return at + 1
		}
	}
}

// unquote returns the string that value holds, and whether it holds one.
func unquote(value jsontext.Value) (string, bool) {
	if value.Kind() != '"' {
		return "", false
	}
	return string(unquoted(value)), true
}

// unquote is the function unquote for what is often the same.
func (r *reader) unquote(value jsontext.Value) (string, bool) {
	if value.Kind() != '"' {
		return "", false
	}
	return r.memo.words.Of(unquoted(value)), true
}

// unquoted returns what the text value says.
func unquoted(value jsontext.Value) []byte {
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	s, _ := jsontext.AppendUnquote(nil, value) // a text that was approved
	return s
}

// isNull reports whether value is absent or null.
func isNull(value jsontext.Value) bool { return value == nil || value.Kind() == 'n' }
