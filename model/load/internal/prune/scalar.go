package prune

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// printable reports whether the text holds only characters that YAML reads as
// they look: no tabs, carriage returns or other control characters, and no
// line breaks but \n.
func printable(text []byte) bool {
	const four = 4 * 8
	i := 0
	for i < len(text) {
		for ; i+four <= len(text); i += four {
			odd := oddBytes(text[i:]) | oddBytes(text[i+8:]) | oddBytes(text[i+16:]) | oddBytes(text[i+24:])
			if odd&(0x80*ones) != 0 {
				break
			}
		}
		for end := min(i+four, len(text)); i < end; {
			c := text[i]
			if c < utf8.RuneSelf {
				if c != '\n' && (c < 0x20 || c == 0x7f) {
					return false
				}
				i++
				continue
			}
			r, size := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError || r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfffe && r <= 0xffff {
				return false
			}
			i += size
		}
	}
	return true
}

// ones times a byte is eight of it.
const ones = 0x0101010101010101

// oddBytes has the highest bit of one of eight bytes set if any of those that
// text begins with is no printable ASCII character and no line break.
func oddBytes(text []byte) uint64 {
	// In none of the sums a byte carries into the next, unless it is beyond
	// ASCII and so is marked anyway.
	x := binary.LittleEndian.Uint64(text)
	printable := x + 0x60*ones
	other := x ^ '\n'*ones + 0x7f*ones // than a line break
	return x | other&^printable | (x + ones)
}

// class says what a plain scalar is to YAML 1.1.
type class uint8

const (
	// doubtful scalars are left to the real parser.
	doubtful class = iota
	word
	number
	truth
	null
)

// classify returns the class of a plain scalar, which is not empty. It knows
// only the usual forms: everything that is odd is doubtful.
func classify(s []byte) class {
	switch c := s[0]; {
	case '0' <= c && c <= '9':
		return classifyDigits(s)
	case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		return classifyWord(s)
	case c == '/' || c == '_' || c == '$' || c == '(':
		return word
	}
	return doubtful
}

func classifyWord(s []byte) class {
	const longestWord = 5 // false
	if len(s) > longestWord {
		return word
	}
	switch string(s) {
	case "true", "false":
		return truth
	case "null":
		return null
	}
	for _, w := range [...]string{"y", "n", "t", "f", "yes", "no", "on", "off", "true", "false", "null"} {
		if len(w) == len(s) && bytes.EqualFold(s, []byte(w)) {
			return doubtful
		}
	}
	return word
}

// classifyDigits returns the class of a plain scalar that begins with a digit:
// a whole number in its shortest form, text that no form of a number can hold,
// or doubtful.
func classifyDigits(s []byte) class {
	const longestNumber = 15
	digits, points, dashes := 0, 0, 0
	for i, c := range s {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c == '.':
			points++
		case c == '-':
			dashes++
		case c == 'e' || c == 'E' || c == 'x' || c == 'X' || c == 'o' || c == 'O' || c == '_' || c == '+':
		case 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
			// A digit of 0x10, or the b of 0b10.
			if s[0] != '0' {
				return word
			}
		case i > 0:
			return word
		}
	}
	switch {
	case points > 1 || dashes > 1:
		return word
	case digits == len(s) && len(s) <= longestNumber && (s[0] != '0' || len(s) == 1):
		return number
	}
	return doubtful
}

// appendText appends text as a JSON string, escaped as encoding/json does. The
// text is printable ASCII.
func appendText(out, text []byte) ([]byte, bool) {
	out, ok := appendEscaped(append(out, '"'), text)
	return append(out, '"'), ok
}

func appendEscaped(out, text []byte) ([]byte, bool) {
	from := 0
	for i, c := range text {
		if isBare[c] {
			continue
		}
		out = append(out, text[from:i]...)
		from = i + 1
		switch {
		case c >= 0x7f || c < 0x20:
			return out, false
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c == '<':
			out = append(out, `\u003c`...)
		case c == '>':
			out = append(out, `\u003e`...)
		case c == '&':
			out = append(out, `\u0026`...)
		}
	}
	return append(out, text[from:]...), true
}

// isBare tells of the bytes that need no escape.
var isBare = func() (bare [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		bare[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return bare
}()

// closing returns where a quoted text, of which text[i:end] is to be read, has
// its closing quote, or -1 if it goes on in the next line. Escaped tells that
// it holds escapes. It reports false for an escape that YAML does not know.
func closing(text []byte, i, end int, quote byte) (at int, escaped, ok bool) {
	if quote == '\'' {
		for i < end {
			j := bytes.IndexByte(text[i:end], '\'')
			if j < 0 {
				return -1, escaped, true
			}
			i += j
			if i+1 == end || text[i+1] != '\'' {
				return i, escaped, true
			}
			escaped = true
			i += 2
		}
		return -1, escaped, true
	}
	for i < end {
		switch text[i] {
		case '"':
			return i, escaped, true
		case '\\':
			escaped = true
			n := escape(text[i:end])
			if n == 0 {
				return 0, true, false
			}
			i += n
		default:
			i++
		}
	}
	return -1, escaped, true
}

// escape returns the length of the escape sequence that s begins with, or 0 if
// it is not one that is known for certain. A backslash at the end of a line is.
func escape(s []byte) int {
	if len(s) == 1 {
		return 1
	}
	switch s[1] {
	case '0', 'a', 'b', 't', 'n', 'v', 'f', 'r', 'e', ' ', '"', '\'', '\\', 'N', '_', 'L', 'P':
		return 2
	case 'x':
		return hexadecimal(s, 2)
	case 'u':
		if len(s) > 2 && (s[2] == 'd' || s[2] == 'D') {
			return 0 // perhaps half a character
		}
		return hexadecimal(s, 4)
	}
	return 0
}

func hexadecimal(s []byte, digits int) int {
	if len(s) < 2+digits {
		return 0
	}
	for _, c := range s[2 : 2+digits] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return 0
		}
	}
	return 2 + digits
}
