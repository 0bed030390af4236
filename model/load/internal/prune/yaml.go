package prune

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// YAML returns the JSON of what counts of a block mapping, until it is called
// again. The mapping begins at text[at:], in the given column, and its other
// lines follow. Assumed is what the object is if it does not say so.
//
// End is where the first line begins that does not belong to the mapping: one of
// content that is indented less, or the end. YAML reports false if the mapping
// is not one that it can read for certain.
func (p *Pruner) YAML(text []byte, at, column int, assumed Type) (json []byte, end int, ok bool) {
	if at >= len(text) {
		return nil, 0, false
	}
	for range 2 {
		s := yaml{text: text, place: place{start: at, at: at, column: column, end: lineEnd(text, at)}, out: p.out[:0]}
		s.root, s.names.all = p.root(assumed), p.names[:0]
		ok := s.mapping(column, nil) && printable(text[at:s.start])
		p.out, p.names, p.last = s.out, s.names.all, s.root.found
		if !ok || s.root.settled() {
			return s.out, s.start, ok
		}
		assumed = s.root.found
	}
	return nil, 0, false
}

// yaml scans lines of content. It stands at one: the token at text[at:end] is
// in the given column, and nothing but indentation, dashes and keys are before
// it. At the end of the text the column is -1.
type yaml struct {
	text []byte
	place
	depth int
	root  root
	names names
	out   []byte
}

// place is where the scan stands.
type place struct {
	// start is where the line begins.
	start, at, end, column int
}

// lineEnd returns the offset of the line break behind i, or the end.
func lineEnd(text []byte, i int) int {
	if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(text)
}

// next goes to the next line of content.
func (s *yaml) next() {
	s.skipTo(s.end + 1)
	s.end = lineEnd(s.text, s.at)
}

// skipTo goes to the first line of content that begins at pos or behind it, and
// leaves its end to be found.
func (s *yaml) skipTo(pos int) {
	for pos < len(s.text) {
		i := indented(s.text, pos)
		switch {
		case i == len(s.text):
			pos = i
		case s.text[i] == '\n':
			pos = i + 1
		case s.text[i] == '#':
			pos = lineEnd(s.text, i) + 1
		default:
			s.start, s.at, s.column = pos, i, i-pos
			return
		}
	}
	s.start, s.at, s.column = len(s.text), len(s.text), -1
}

// indented returns the offset of the first byte in text[i:] that is no blank.
func indented(text []byte, i int) int {
	const blanks = 0x2020202020202020
	for ; i+8 <= len(text); i += 8 {
		if x := binary.LittleEndian.Uint64(text[i:]) ^ blanks; x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	for i < len(text) && text[i] == ' ' {
		i++
	}
	return i
}

// dash reports whether the token is the dash of a list's item.
func (s *yaml) dash() bool {
	return s.at < s.end && s.text[s.at] == '-' && (s.at+1 == s.end || s.text[s.at+1] == ' ')
}

// block reads the collection that begins at the token.
func (s *yaml) block(shape *Shape) bool {
	if s.dash() {
		return s.sequence(s.column, shape)
	}
	return s.mapping(s.column, shape)
}

// mapping reads the mapping whose keys stand in the given column. The shape of
// the object itself comes from s.root.
func (s *yaml) mapping(column int, shape *Shape) bool {
	s.depth++
	top := s.depth == 1
	if s.depth > deepest || !shape.takesMembers() {
		return false
	}
	s.out = append(s.out, '{')
	outer := s.names.begin()
	first, ended := true, true // whether s.end is that of this line
	for s.column == column {
		if !ended && usualKey(s.text[s.at:]) == 0 {
			s.end, ended = lineEnd(s.text, s.at), true
		}
		key, quoted, after, ok := s.key()
		if !ok || !quoted && !plainKey(key) {
			return false
		}
		child, ok := shape.member(key)
		if top {
			child, ok = s.root.want(key)
		}
		if !ok {
			return false
		}
		s.at = after
		if child == nil {
			if !s.skipValue(column) || s.column > column {
				return false
			}
			ended = false
			continue
		}
		if !ended {
			s.end, ended = lineEnd(s.text, s.at), true
		}
		if !quoted && classify(key) != word || bytes.IndexByte(key, '\\') >= 0 {
			return false
		}
		if !s.names.add(key) || !s.name(key, &first) {
			return false
		}
		from := len(s.out)
		if !s.value(column, child) || s.column > column {
			return false
		}
		if top && !s.root.note(key, s.out[from:]) {
			return false
		}
	}
	if !ended {
		s.end = lineEnd(s.text, s.at)
	}
	s.names.end(outer)
	s.out = append(s.out, '}')
	s.depth--
	return true
}

// name writes the key of a member.
func (s *yaml) name(key []byte, first *bool) bool {
	if !*first {
		s.out = append(s.out, ',')
	}
	*first = false
	var ok bool
	s.out, ok = appendText(s.out, key)
	s.out = append(s.out, ':')
	return ok
}

// value reads what stands behind the colon of a key in the given column.
func (s *yaml) value(column int, shape *Shape) bool {
	s.skipBlanks()
	if s.at < s.end && s.text[s.at] != '#' {
		return s.scalar(column, shape)
	}
	s.next()
	switch {
	case s.column > column:
		return s.block(shape)
	case s.column == column && s.dash():
		return s.sequence(column, shape)
	}
	s.null()
	return true
}

func (s *yaml) skipBlanks() {
	for s.at < s.end && s.text[s.at] == ' ' {
		s.at++
	}
}

func (s *yaml) null() { s.out = append(s.out, "null"...) }

// sequence reads the list whose dashes stand in the given column.
func (s *yaml) sequence(column int, shape *Shape) bool {
	s.depth++
	elem, ok := shape.item()
	if s.depth > deepest || !ok {
		return false
	}
	s.out = append(s.out, '[')
	for first := true; s.column == column && s.dash(); {
		if !first {
			s.out = append(s.out, ',')
		}
		first = false
		dash := s.at
		s.at++
		s.skipBlanks()
		s.column += s.at - dash
		if !s.item(column, elem) || s.column > column {
			return false
		}
	}
	s.out = append(s.out, ']')
	s.depth--
	return true
}

// item reads what stands behind a dash in the given column.
func (s *yaml) item(column int, shape *Shape) bool {
	if s.at == s.end || s.text[s.at] == '#' {
		s.next()
		if s.column > column {
			return s.block(shape)
		}
		s.null()
		return true
	}
	if s.dash() {
		return s.sequence(s.column, shape)
	}
	if _, _, _, ok := s.key(); ok {
		return s.mapping(s.column, shape)
	}
	return s.scalar(column, shape)
}
