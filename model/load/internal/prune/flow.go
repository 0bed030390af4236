package prune

import "bytes"

// flow reads a collection in brackets at the token, all of it in this line, and
// goes to the byte behind it.
func (s *yaml) flow(shape *Shape) bool {
	if s.depth++; s.depth > deepest {
		return false
	}
	defer func() { s.depth-- }()
	if s.text[s.at] == '{' {
		return s.flowMapping(shape)
	}
	return s.flowSequence(shape)
}

func (s *yaml) flowMapping(shape *Shape) bool {
	if !shape.takesMembers() {
		return false
	}
	s.open(shape != nil, '{')
	s.at++
	outer := s.names.begin()
	defer s.names.end(outer)
	for first, written := true, true; ; first = false {
		if done, ok := s.flowNext('}', first); done || !ok {
			s.open(shape != nil && ok, '}')
			return ok
		}
		key, quoted, after, ok := s.key()
		if !ok || !quoted && (!plainKey(key) || !flowWord(key)) {
			return false
		}
		child, ok := shape.member(key)
		if !ok {
			return false
		}
		if child != nil {
			if !quoted && classify(key) != word || bytes.IndexByte(key, '\\') >= 0 {
				return false
			}
			if !s.names.add(key) || !s.name(key, &written) {
				return false
			}
		}
		s.at = after
		s.skipBlanks()
		if !s.flowValue(child) {
			return false
		}
	}
}

func (s *yaml) flowSequence(shape *Shape) bool {
	elem, ok := shape.item()
	if !ok {
		return false
	}
	s.open(shape != nil, '[')
	s.at++
	for first := true; ; first = false {
		if done, ok := s.flowNext(']', first); done || !ok {
			s.open(shape != nil && ok, ']')
			return ok
		}
		if !first && shape != nil {
			s.out = append(s.out, ',')
		}
		if !s.flowValue(elem) {
			return false
		}
	}
}

// open writes a bracket, if what it belongs to is kept.
func (s *yaml) open(kept bool, bracket byte) {
	if kept {
		s.out = append(s.out, bracket)
	}
}

// flowNext goes to the next entry of a collection, or behind its closing
// bracket.
func (s *yaml) flowNext(bracket byte, first bool) (done, ok bool) {
	s.skipBlanks()
	if s.at == s.end {
		return false, false
	}
	if s.text[s.at] == bracket {
		s.at++
		return true, true
	}
	if first {
		return false, true
	}
	if s.text[s.at] != ',' {
		return false, false
	}
	s.at++
	s.skipBlanks()
	return false, s.at < s.end && s.text[s.at] != bracket
}

// flowValue reads a value in a collection in brackets.
func (s *yaml) flowValue(shape *Shape) bool {
	if s.at == s.end {
		return false
	}
	from := s.at
	switch c := s.text[s.at]; c {
	case '{', '[':
		return s.flow(shape)
	case '"', '\'':
		at, escaped, ok := closing(s.text, from+1, s.end, c)
		if !ok || at < 0 || shape != nil && (escaped || !s.keepText(shape, s.text[from+1:at])) {
			return false
		}
		s.at = at + 1
	default:
		for s.at < s.end && isFlowWord(s.text[s.at]) {
			s.at++
		}
		value := s.text[from:s.at]
		if !flowWord(value) || !finite(value) || shape != nil && !s.keepPlain(shape, value) {
			return false
		}
	}
	return s.flowEnds()
}

// flowEnds reports whether the value in front of the token ends there.
func (s *yaml) flowEnds() bool {
	i := s.at
	for i < s.end && s.text[i] == ' ' {
		i++
	}
	return i < s.end && (s.text[i] == ',' || s.text[i] == ']' || s.text[i] == '}')
}

// flowWord reports whether s is a plain text that means the same within
// brackets as without.
func flowWord(s []byte) bool {
	for _, c := range s {
		if !isFlowWord(c) {
			return false
		}
	}
	return len(s) > 0 && s[0] != '-' && s[0] != '@'
}

func isFlowWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '/' || c == '-' || c == '@'
}
