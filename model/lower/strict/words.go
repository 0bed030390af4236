package strict

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model/near"
)

// takes reports whether s takes a JSON value of kind k.
func (s *shape) takes(k jsontext.Kind) bool {
	switch s.kind {
	case text:
		return k == '"'
	case boolean:
		return k == 't' || k == 'f'
	case whole, decimal:
		return k == '0'
	case wholeOrText:
		return k == '0' || k == '"'
	case list:
		return k == '['
	case mapping, object:
		return k == '{'
	case anything, opaque:
	}
	return true
}

// wants says what s takes.
func (s *shape) wants() string {
	switch s.kind {
	case text:
		return "a string"
	case boolean:
		return "true or false"
	case whole:
		return "a whole number"
	case decimal:
		return "a number"
	case wholeOrText:
		return "a whole number or a string"
	case list:
		return "a list"
	case mapping, object:
		return "a mapping"
	case anything, opaque:
	}
	return "a value"
}

// describe says what a value is, as it stands in YAML.
func describe(k jsontext.Kind, raw jsontext.Value) string {
	switch k {
	case 't', 'f':
		return "the boolean " + string(raw)
	case '0':
		return "the number " + short(string(raw))
	case '"':
		return "the string " + strconv.Quote(short(unquote(raw)))
	case '[':
		return "a list"
	case '{':
		return "a mapping"
	default:
		return "null"
	}
}

// remedy says how to write a value of kind k so that s takes it, if that can be
// told.
func (s *shape) remedy(k jsontext.Kind, raw jsontext.Value) string {
	switch {
	case s.takes('"') && k == 't':
		return "quote it: YAML reads y, yes, on, true as booleans"
	case s.takes('"') && k == 'f':
		return "quote it: YAML reads n, no, off, false as booleans"
	case s.kind == text && k == '0':
		return "quote it: YAML reads 1, 1.0, 0x10, 1e3 as numbers"
	case s.kind == list:
		return `put "- " before it to make it an item of a list`
	case s.takes('{') && k == '[':
		return `leave out the "- "`
	case s.takes('{'):
		return `write "name: value"`
	case k == '"' && s.kind == boolean:
		if v := unquote(raw); v == "true" || v == "false" {
			return "write " + v + " without quotes"
		}
	case k == '"' && s.kind == whole:
		v := unquote(raw)
		if _, err := strconv.ParseInt(v, 10, s.bits); err == nil {
			return "write " + v + " without quotes"
		}
	}
	return ""
}

// misfit says why the number is not one that s holds, and what to do about it;
// it returns "" if it is.
func (s *shape) misfit(number string) (text, hint string) {
	n, err := strconv.ParseFloat(number, 64)
	low, high := -math.MaxFloat64, math.MaxFloat64
	switch {
	case s.kind == decimal:
	case s.signed:
		_, err = strconv.ParseInt(number, 10, s.bits)
		low, high = -math.Ldexp(1, s.bits-1), math.Ldexp(1, s.bits-1)-1
	default:
		_, err = strconv.ParseUint(number, 10, s.bits)
		low, high = 0, math.Ldexp(1, s.bits)-1
	}
	switch {
	case err == nil:
		return "", ""
	case errors.Is(err, strconv.ErrRange) || n < low || n > high:
		return short(number) + " is out of range", ""
	case n != math.Trunc(n):
		return short(number) + " is not a whole number", ""
	case n == 0:
		n = 0 // not -0
	}
	return short(number) + " is not written as a whole number", "write " + strconv.FormatFloat(n, 'f', -1, 64)
}

// nearest returns the name that name may have been meant to be, or "", and
// whether only the case of letters differs.
func nearest(name string, names []string) (meant string, miscased bool) {
	// One slip for each three letters, and one in any case.
	best := max(1, len(name)/3) + 1
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return n, true
		}
		if d := near.Distance(strings.ToLower(name), strings.ToLower(n)); d < best && d < len(n) {
			best, meant = d, n
		}
	}
	return meant, false
}

// enumerate returns the names as "a, b and c".
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func unquote(raw jsontext.Value) string {
	b, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return string(raw)
	}
	return string(b)
}

// short cuts off what is too long to read.
func short(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "..."
}
