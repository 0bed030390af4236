package prune

import (
	"encoding/binary"
	"math/bits"
)

// Most lines of a dump belong to what does not count. They are passed over here,
// by the same grammar as in yaml.go, but eight bytes at a time, and without
// looking for the end of a line before what stands in it was seen. Whatever is
// not of the most usual form goes to the functions there.
//
// s.end need not be that of the line here, and is not afterwards; it is wherever
// one of those functions is called.

// skipCollection passes over the collection that begins at the token.
func (s *yaml) skipCollection() bool {
	if s.skipDash() > 0 {
		return s.skipSequence(s.column)
	}
	after, ok := s.skipKey()
	return ok && s.skipMapping(s.column, after)
}

// skipMapping passes over the mapping whose keys stand in the given column, and
// the value of whose first key begins at after.
func (s *yaml) skipMapping(column, after int) bool {
	if s.depth++; s.depth > deepest {
		return false
	}
	for {
		s.at = after
		if !s.skipValue(column) || s.column > column {
			return false
		}
		if s.column < column {
			s.depth--
			return true
		}
		var ok bool
		if after, ok = s.skipKey(); !ok {
			return false
		}
	}
}

// skipKey returns where the text begins behind the colon of the key at the
// token.
func (s *yaml) skipKey() (after int, ok bool) {
	text := s.text[s.at:]
	if n := usualKey(text); n > 0 && (text[0]|0x20 != 'n' || plainKey(text[:n])) {
		return s.at + n + 1, true
	}
	s.end = lineEnd(s.text, s.at)
	key, quoted, after, ok := s.key()
	return after, ok && (quoted || plainKey(key))
}

// skipValue passes over what stands behind the colon of a key in the given
// column.
func (s *yaml) skipValue(column int) bool {
	for s.at < len(s.text) && s.text[s.at] == ' ' {
		s.at++
	}
	if !s.lineIsOver() {
		return s.skipScalar(column)
	}
	s.skipLine()
	switch {
	case s.column > column:
		return s.skipCollection()
	case s.column == column && s.skipDash() > 0:
		return s.skipSequence(column)
	}
	return true
}

// lineIsOver reports whether the line ends here, or with a comment.
func (s *yaml) lineIsOver() bool {
	return s.at == len(s.text) || s.text[s.at] == '\n' || s.text[s.at] == '#'
}

// skipLine goes to the next line of content.
func (s *yaml) skipLine() {
	pos := s.at
	if pos < len(s.text) && s.text[pos] != '\n' {
		pos = lineEnd(s.text, pos)
	}
	s.skipTo(pos + 1)
}

// skipDash returns how far the text of a list's item is from the dash at the
// token, or 0 if that is none.
func (s *yaml) skipDash() int {
	text := s.text[s.at:]
	if len(text) == 0 || text[0] != '-' {
		return 0
	}
	n := 1
	for n < len(text) && text[n] == ' ' {
		n++
	}
	if n == 1 && n < len(text) && text[n] != '\n' {
		return 0
	}
	return n
}

// skipSequence passes over the list whose dashes stand in the given column.
func (s *yaml) skipSequence(column int) bool {
	if s.depth++; s.depth > deepest {
		return false
	}
	for s.column == column {
		n := s.skipDash()
		if n == 0 {
			break
		}
		s.at += n
		s.column += n
		if !s.skipItem(column) || s.column > column {
			return false
		}
	}
	s.depth--
	return true
}

// skipItem passes over what stands behind a dash in the given column.
func (s *yaml) skipItem(column int) bool {
	if s.lineIsOver() {
		s.skipLine()
		return s.column <= column || s.skipCollection()
	}
	if s.skipDash() > 0 {
		return s.skipSequence(s.column)
	}
	if after, ok := s.skipKey(); ok {
		return s.skipMapping(s.column, after)
	}
	return s.skipScalar(column)
}

// skipScalar passes over a value that is no block collection. Column is that of
// the collection around it.
func (s *yaml) skipScalar(column int) bool {
	line := s.place
	if end := simpleEnd(s.text, s.at); end >= 0 {
		if s.skipTo(end + 1); s.column <= column {
			return true
		}
		s.place = line // the text goes on, or that line is wrong
	}
	s.end = lineEnd(s.text, s.at)
	return s.scalar(column, nil)
}

// simpleEnd returns where the line ends of which the rest from i on is a single
// value of the most usual form, or -1.
func simpleEnd(text []byte, i int) int {
	switch c := text[i]; {
	case c == '"' || c == '\'':
		if i = find(text, i+1, c, '\\'); i == len(text) || text[i] != c {
			return -1
		}
		i++ // behind the closing quote, or before the second of two
	case isWordByte(c) || c == '/' || c == '-' && i+1 < len(text) && (isWordByte(text[i+1]) || text[i+1] == '-'):
		for {
			i = find(text, i, ':', '#')
			if i+1 >= len(text) || text[i] == '\n' || text[i+1] == ' ' || text[i+1] == '\n' || text[i-1] == ' ' {
				break
			}
			i++
		}
	}
	if i < len(text) && text[i] == '\n' {
		return i
	}
	return -1
}

// find returns the offset of the first line break in text[i:], or of one of two
// other bytes before it, or the length of text.
func find(text []byte, i int, a, b byte) int {
	const high = 0x80 * ones
	as, bs := uint64(a)*ones, uint64(b)*ones
	for ; i+8 <= len(text); i += 8 {
		x := binary.LittleEndian.Uint64(text[i:])
		p, q, r := x^as, x^bs, x^'\n'*ones
		// The lowest byte that is marked is one of them.
		if marks := ((p-ones)&^p | (q-ones)&^q | (r-ones)&^r) & high; marks != 0 {
			return i + bits.TrailingZeros64(marks)/8
		}
	}
	for i < len(text) && text[i] != a && text[i] != b && text[i] != '\n' {
		i++
	}
	return i
}
