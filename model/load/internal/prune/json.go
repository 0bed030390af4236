package prune

import "bytes"

// JSON returns the JSON of what counts of the object that begins at text[at:],
// which must be UTF-8, until it is called again. Assumed is what the object is
// if it does not say so. It returns where the object ends, and reports false if
// it is not one that it can read for certain.
func (p *Pruner) JSON(text []byte, at int, assumed Type) (json []byte, end int, ok bool) {
	for range 2 {
		s := jsonText{text: text, at: at, out: p.out[:0]}
		s.root, s.names.all = p.root(assumed), p.names[:0]
		ok := s.peek() == '{' && s.object(nil)
		p.out, p.names, p.last = s.out, s.names.all, s.root.found
		if !ok || s.root.settled() {
			return s.out, s.at, ok
		}
		assumed = s.root.found
	}
	return nil, 0, false
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
	root  root
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
		if !s.keep() {
			return false
		}
		s.out = append(s.out, s.text[from:s.at]...)
		return true
	}
	return s.skip()
}

// keep passes over a value in which no name may come twice.
func (s *jsonText) keep() bool {
	switch c := s.peek(); c {
	case '{':
		return s.keepCollection('}')
	case '[':
		return s.keepCollection(']')
	}
	return s.skip()
}

func (s *jsonText) keepCollection(closing byte) bool {
	s.depth++
	if s.depth > deepest {
		return false
	}
	outer := s.names.begin()
	for first := true; ; first = false {
		var key []byte
		var done, ok bool
		if closing == '}' {
			key, done, ok = s.member(first)
		} else {
			done, ok = s.separator(first, closing)
		}
		if !ok {
			return false
		}
		if done {
			s.names.end(outer)
			s.depth--
			return true
		}
		if closing == '}' && (bytes.IndexByte(key, '\\') >= 0 || !s.names.add(key)) {
			return false
		}
		if !s.keep() {
			return false
		}
	}
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
		if bytes.IndexByte(key, '\\') >= 0 {
			return false
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
