package prune

import "bytes"

// scalar reads a value that begins at the token, and is no block collection.
// Column is that of the collection around it. It goes to the line behind it.
func (s *yaml) scalar(column int, shape *Shape) bool {
	switch c := s.text[s.at]; c {
	case '"', '\'':
		return s.quoted(column, shape)
	case '|', '>':
		return s.blockText(column, shape)
	case '{', '[':
		if !s.flow(shape) || !s.rest(s.at) {
			return false
		}
		s.next()
		return true
	}
	return s.plain(column, shape)
}

// rest reports whether nothing but blanks and a comment stand at i and behind
// it in the line.
func (s *yaml) rest(i int) bool {
	from := i
	for i < s.end && s.text[i] == ' ' {
		i++
	}
	return i == s.end || s.text[i] == '#' && i > from
}

// quoted reads a quoted text. One that counts must end in its line and have no
// escapes.
func (s *yaml) quoted(column int, shape *Shape) bool {
	quote, from := s.text[s.at], s.at+1
	if end := simpleEnd(s.text, s.at); shape != nil && end > from && s.text[end-1] == quote {
		if !s.keepText(shape, s.text[from:end-1]) {
			return false
		}
		s.next()
		return true
	}
	at, escaped, ok := closing(s.text, from, s.end, quote)
	if !ok || shape != nil && (at < 0 || escaped || !s.keepText(shape, s.text[from:at])) {
		return false
	}
	for at < 0 {
		pos := s.end + 1
		if pos >= len(s.text) {
			return false
		}
		i := pos
		s.end = lineEnd(s.text, pos)
		for i < s.end && s.text[i] == ' ' {
			i++
		}
		if i < s.end && i-pos <= column {
			return false
		}
		if at, _, ok = closing(s.text, i, s.end, quote); !ok {
			return false
		}
	}
	if !s.rest(at + 1) {
		return false
	}
	s.next()
	return true
}

// keepText writes a text, if the shape takes one.
func (s *yaml) keepText(shape *Shape, value []byte) bool {
	if shape.kind != text && shape.kind != scalar && shape.kind != everything {
		return false
	}
	var ok bool
	s.out, ok = appendText(s.out, value)
	return ok
}

// blockText reads a text that begins with | or >, and ends where the lines are
// indented less than its first one. One that counts must begin with | or |-.
func (s *yaml) blockText(column int, shape *Shape) bool {
	i := s.at + 1
	chomp := byte(0)
	if i < s.end && (s.text[i] == '+' || s.text[i] == '-') {
		chomp = s.text[i]
		i++
	}
	if !s.rest(i) || shape != nil && (s.text[s.at] != '|' || chomp == '+') {
		return false
	}
	indent, blank := 0, 0
	pos := s.end + 1
	from := min(pos, len(s.text))
	for pos < len(s.text) {
		i := pos
		for i < len(s.text) && s.text[i] == ' ' {
			i++
		}
		if i == len(s.text) || s.text[i] == '\n' {
			if indent == 0 {
				blank = max(blank, i-pos)
			}
			pos = i + 1
			continue
		}
		if indent == 0 && i-pos > column {
			// Longer lines of blanks before it would set the indentation.
			if indent = i - pos; blank > indent {
				return false
			}
		}
		if indent == 0 || i-pos < indent {
			break
		}
		pos = lineEnd(s.text, i) + 1
	}
	if shape != nil && (indent == 0 || pos > len(s.text) || !s.keepLines(shape, s.text[from:pos], indent, chomp == 0)) {
		return false
	}
	s.end = pos - 1
	s.next()
	return true
}

// keepLines writes the lines of a text without their indentation. Empty ones
// count only if they stand between others, and those of blanks are doubtful.
// With clip the last line break counts too.
func (s *yaml) keepLines(shape *Shape, lines []byte, indent int, clip bool) bool {
	if shape.kind != text && shape.kind != scalar && shape.kind != everything {
		return false
	}
	s.out = append(s.out, '"')
	breaks := 0
	for len(lines) > 0 {
		end := bytes.IndexByte(lines, '\n')
		line := lines[:end]
		lines = lines[end+1:]
		if len(line) > 0 {
			if len(bytes.TrimLeft(line, " ")) == 0 {
				return false
			}
			for range breaks {
				s.out = append(s.out, '\\', 'n')
			}
			breaks = 0
			var ok bool
			if s.out, ok = appendEscaped(s.out, line[indent:]); !ok {
				return false
			}
		}
		breaks++
	}
	if clip {
		s.out = append(s.out, '\\', 'n')
	}
	s.out = append(s.out, '"')
	return true
}

// plain reads a text without quotes, which may go on in lines that are indented
// more than the column. One that counts must end in its line.
func (s *yaml) plain(column int, shape *Shape) bool {
	if end := simpleEnd(s.text, s.at); shape != nil && end > s.at && s.text[end-1] != ' ' {
		if !s.keepPlain(shape, s.text[s.at:end]) {
			return false
		}
		s.next()
		return s.column <= column
	}
	if !s.plainStart() {
		return false
	}
	value, comment, ok := s.plainLine()
	if !ok || shape != nil && !s.keepPlain(shape, value) || shape == nil && !finite(value) {
		return false
	}
	for {
		end := s.end
		s.next()
		if s.column <= column {
			return true
		}
		if shape != nil || comment || bytes.IndexByte(s.text[end:s.start], '#') >= 0 {
			return false
		}
		if _, comment, ok = s.plainLine(); !ok {
			return false
		}
	}
}

// plainStart reports whether a plain text can begin at the token.
func (s *yaml) plainStart() bool {
	switch c := s.text[s.at]; c {
	case '?', ',', ']', '}', '#', '&', '*', '!', '%', '@', '`', '=':
		return false
	case '<':
		return s.at+1 == s.end || s.text[s.at+1] != '<'
	case '-', ':':
		return s.at+1 < s.end && s.text[s.at+1] != ' '
	}
	return true
}

// plainLine returns the part of a plain text that stands in this line, from the
// token on, and whether a comment is behind it.
func (s *yaml) plainLine() (value []byte, comment, ok bool) {
	value = s.text[s.at:s.end]
	for i := 0; ; i++ {
		n := bytes.IndexByte(value[i:], '#')
		if n < 0 {
			break
		}
		if i += n; i > 0 && value[i-1] == ' ' {
			value, comment = value[:i], true
			break
		}
	}
	for i := 0; ; i++ {
		n := bytes.IndexByte(value[i:], ':')
		if n < 0 {
			break
		}
		if i += n; i+1 == len(value) || value[i+1] == ' ' {
			return nil, false, false // a key, where none can be
		}
	}
	return bytes.TrimRight(value, " "), comment, true
}

// finite reports whether JSON can hold the plain text s: infinity and NaN are
// no numbers to it.
func finite(s []byte) bool {
	if s[0] == '-' || s[0] == '+' {
		s = s[1:]
	}
	return len(s) < 2 || s[0] != '.' || s[1] != 'i' && s[1] != 'I' && s[1] != 'n' && s[1] != 'N'
}

// keepPlain writes a plain text, if it is for certain what the shape takes.
func (s *yaml) keepPlain(shape *Shape, value []byte) bool {
	c := classify(value)
	switch shape.kind {
	case everything, scalar:
	case text:
		if c != word && c != null {
			return false
		}
	case boolean:
		if c != truth && c != null {
			return false
		}
	case whole:
		if c != number && c != null {
			return false
		}
	case list, mapping, object:
		if c != null {
			return false
		}
	}
	switch c {
	case word:
		var ok bool
		s.out, ok = appendText(s.out, value)
		return ok
	case number, truth, null:
		s.out = append(s.out, value...)
		return true
	case doubtful:
	}
	return false
}
