package prune

import "bytes"

// longestKey is less than what the YAML parser takes.
const longestKey = 1000

// key returns the key at the token, without quotes, and where the text behind
// its colon begins. A quoted key that holds escapes is returned with a backslash
// in it, whatever it says.
func (s *yaml) key() (key []byte, quoted bool, after int, ok bool) {
	i := s.at
	if n := usualKey(s.text[i:]); n > 0 {
		return s.text[i : i+n], false, i + n + 1, true
	}
	switch c := s.text[i]; {
	case c == '"' || c == '\'':
		at, escaped, ok := closing(s.text, i+1, s.end, c)
		if !ok || at < 0 || at-i > longestKey || !s.colon(at+1) {
			return nil, false, 0, false
		}
		if escaped {
			return []byte(`\`), true, at + 2, true
		}
		return s.text[i+1 : at], true, at + 2, true
	case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '/' || c == '.' || c == '$' || c == '(':
	default:
		return nil, false, 0, false
	}
	for j := i + 1; j < s.end && j-i < longestKey; j++ {
		switch s.text[j] {
		case ':':
			if s.colon(j) {
				return s.text[i:j], false, j + 1, s.text[j-1] != ' '
			}
		case '#':
			if s.text[j-1] == ' ' {
				return nil, false, 0, false
			}
		}
	}
	return nil, false, 0, false
}

// usualKey returns the length of the key that text begins with, if it is of the
// most usual form, and otherwise 0.
func usualKey(text []byte) int {
	i := 0
	for i < len(text) && i < longestKey && isKeyByte[text[i]] {
		i++
	}
	if i > 0 && i+1 < len(text) && text[i] == ':' && (text[i+1] == ' ' || text[i+1] == '\n') && isLetter(text[0]) {
		return i
	}
	return 0
}

// isKeyByte tells of what the most usual keys are made.
var isKeyByte = func() (is [256]bool) {
	for c := range is {
		is[c] = isWordByte(byte(c)) || c == '.' || c == '/' || c == '-' || c == '_'
	}
	return is
}()

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isWordByte(c byte) bool { return isLetter(c) || '0' <= c && c <= '9' }

// colon reports whether the colon of a key stands at i.
func (s *yaml) colon(i int) bool {
	return i < s.end && s.text[i] == ':' && (i+1 == s.end || s.text[i+1] == ' ')
}

// plainKey reports whether a plain key is one of JSON too: null is not, and
// some numbers are not either.
func plainKey(key []byte) bool {
	const longestNumber = 15
	switch c := key[0]; {
	case c == '.':
		return len(key) == 1 || key[1] != 'i' && key[1] != 'I' && key[1] != 'n' && key[1] != 'N'
	case '0' <= c && c <= '9':
		return len(key) <= longestNumber || classify(key) == word
	}
	return len(key) != len("null") || !bytes.EqualFold(key, []byte("null"))
}
