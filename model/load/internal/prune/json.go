package prune

import (
	"encoding/binary"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON appends to out the JSON of what counts of the object that begins at
// text[at:], which must be UTF-8. Assumed is what the object is if it does not
// say so. It returns where the object ends, and reports false if it is not one
// that it can read for certain.
func JSON(out, text []byte, at int, assumed Type, kinds Kinds) (json []byte, end int, ok bool) {
	for range 2 {
		s := jsonText{text: text, at: at, out: out}
		s.root = &root{kinds: kinds, assumed: assumed}
		if s.peek() != '{' || !s.object(nil) {
			return out, 0, false
		}
		if s.root.settled() {
			return s.out, s.at, jsontext.Value(s.out[len(out):]).IsValid()
		}
		assumed = s.root.found
	}
	return out, 0, false
}

// Items finds the items of a list: text must hold an object, and begin with it.
// It returns where the first item begins, and the indentation in front of it.
// It reports false if there is none within text.
func Items(text []byte) (blanks, first int, ok bool) {
	s := jsonText{text: text}
	s.blanks()
	for first := true; ; first = false {
		key, done, ok := s.member(first)
		if done || !ok {
			return 0, 0, false
		}
		if string(key) != "items" {
			if !s.skip() {
				return 0, 0, false
			}
			continue
		}
		if s.peek() != '[' {
			return 0, 0, false
		}
		s.at++
		blanks := s.at
		s.blanks()
		return blanks, s.at, s.peek() == '{'
	}
}

// Next passes over the comma behind an item of a list, and over blanks. It
// returns where the next item begins, and what stands there; 0 is the end.
func Next(text []byte, at int) (int, byte) {
	s := jsonText{text: text, at: at}
	s.blanks()
	return s.at, s.peek()
}

// jsonText scans tokens.
type jsonText struct {
	text  []byte
	at    int
	depth int
	root  *root
	names names
	out   []byte
}

// peek returns the byte at which the scan stands, or 0.
func (s *jsonText) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *jsonText) blanks() {
	const eight = 0x2020202020202020
	for s.at+8 <= len(s.text) && binary.LittleEndian.Uint64(s.text[s.at:]) == eight {
		s.at += 8
	}
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ':
			s.at++
			continue
		case '\n', '\r', '\t':
			s.at++
			for s.at+8 <= len(s.text) && binary.LittleEndian.Uint64(s.text[s.at:]) == eight {
				s.at += 8
			}
			continue
		}
		return
	}
}

// value reads a value of the given shape.
func (s *jsonText) value(shape *Shape) bool {
	if shape != nil {
		switch c := s.peek(); {
		case shape.kind == object && c == '{':
			return s.object(shape)
		case shape.kind == list && c == '[':
			return s.list(shape.elem)
		}
		from := s.at
		if !s.skip() {
			return false
		}
		s.out = append(s.out, s.text[from:s.at]...)
		return true
	}
	return s.skip()
}

// object reads an object of which some members count. The shape of the root
// comes from s.root.
func (s *jsonText) object(shape *Shape) bool {
	s.depth++
	top := s.depth == 1
	if s.depth > deepest {
		return false
	}
	s.out = append(s.out, '{')
	outer := s.names.begin()
	written := false
	for first := true; ; first = false {
		key, done, ok := s.member(first)
		if !ok {
			return false
		}
		if done {
			break
		}
		for _, c := range key {
			if c == '\\' {
				return false
			}
		}
		child, ok := shape.member(key)
		if top {
			child, ok = s.root.want(key)
		}
		if !ok || !s.names.add(key) {
			return false
		}
		if child == nil {
			if !s.skip() {
				return false
			}
			continue
		}
		if written {
			s.out = append(s.out, ',')
		}
		written = true
		s.out = append(append(append(s.out, '"'), key...), '"', ':')
		from := len(s.out)
		if !s.value(child) || top && !s.root.note(key, s.out[from:]) {
			return false
		}
	}
	s.names.end(outer)
	s.out = append(s.out, '}')
	s.depth--
	return true
}

// list reads a list of which all items count.
func (s *jsonText) list(elem *Shape) bool {
	s.depth++
	if s.depth > deepest {
		return false
	}
	s.out = append(s.out, '[')
	for first := true; ; first = false {
		done, ok := s.separator(first, ']')
		if !ok {
			return false
		}
		if done {
			break
		}
		if !first {
			s.out = append(s.out, ',')
		}
		if !s.value(elem) {
			return false
		}
	}
	s.out = append(s.out, ']')
	s.depth--
	return true
}

// separator passes over the opening bracket or the comma in front of a member
// or an item. At the closing bracket it goes behind it, and reports that all is
// done.
func (s *jsonText) separator(first bool, closing byte) (done, ok bool) {
	if first {
		s.at++ // the opening bracket
	}
	s.blanks()
	c := s.peek()
	if c == closing {
		s.at++
		return true, true
	}
	if first {
		return false, true
	}
	if c != ',' {
		return false, false
	}
	s.at++
	s.blanks()
	return false, true
}

// member goes to the value of the next member, and returns its name as it is
// written.
func (s *jsonText) member(first bool) (key []byte, done, ok bool) {
	if done, ok := s.separator(first, '}'); done || !ok {
		return nil, done, ok
	}
	from := s.at + 1
	if s.peek() != '"' || !s.string() {
		return nil, false, false
	}
	key = s.text[from : s.at-1]
	s.blanks()
	if s.peek() != ':' {
		return nil, false, false
	}
	s.at++
	s.blanks()
	return key, false, true
}

// skip passes over a value.
func (s *jsonText) skip() bool {
	switch c := s.peek(); {
	case c == '"':
		return s.string()
	case c == '{' || c == '[':
		return s.skipCollection(c)
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	return false
}

func (s *jsonText) skipCollection(open byte) bool {
	s.depth++
	if s.depth > deepest {
		return false
	}
	for first := true; ; first = false {
		var done, ok bool
		if open == '{' {
			_, done, ok = s.member(first)
		} else {
			done, ok = s.separator(first, ']')
		}
		if !ok {
			return false
		}
		if done {
			s.depth--
			return true
		}
		if !s.skip() {
			return false
		}
	}
}

func (s *jsonText) literal(word string) bool {
	if len(s.text)-s.at < len(word) || string(s.text[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

// string passes over a string.
func (s *jsonText) string() bool {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
	)
	i := s.at + 1
	for {
		for i+8 <= len(s.text) {
			x := binary.LittleEndian.Uint64(s.text[i:])
			quote, slash := x^'"'*ones, x^'\\'*ones
			// The lowest byte that is marked is one to look at.
			if marks := ((x-0x20*ones)&^x | (quote-ones)&^quote | (slash-ones)&^slash) & high; marks != 0 {
				i += bits.TrailingZeros64(marks) / 8
				break
			}
			i += 8
		}
		if i >= len(s.text) {
			return false
		}
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			return true
		case c == '\\':
			n := jsonEscape(s.text[i:])
			if n == 0 {
				return false
			}
			i += n
		case c < 0x20:
			return false
		default:
			i++
		}
	}
}

// jsonEscape returns the length of the escape sequence that s begins with, or 0
// if it is none, or part of a character.
func jsonEscape(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) > 2 && (s[2] == 'd' || s[2] == 'D') {
			return 0
		}
		return hexadecimal(s, 4)
	}
	return 0
}

// number passes over a number.
func (s *jsonText) number() bool {
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else if !s.digits() {
		return false
	}
	if s.peek() == '.' {
		s.at++
		if !s.digits() {
			return false
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		return s.digits()
	}
	return true
}

// digits passes over at least one digit.
func (s *jsonText) digits() bool {
	from := s.at
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.at++
	}
	return s.at > from
}
