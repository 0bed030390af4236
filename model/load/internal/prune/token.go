package prune

import (
	"encoding/binary"
	"math/bits"
)

// blanks passes over blanks and line breaks.
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
	const high = 0x80 * ones
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
