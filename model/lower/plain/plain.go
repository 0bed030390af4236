// Package plain reads JSON that is written in the usual way, at the speed of a
// scan and without reflection:
//
//	JSON that is known to be valid --Reader--> values, or "not plain"
//
// It is for the objects that come in tens of thousands. A Reader gives up, and
// says so, at anything out of the ordinary: a value of another type than was
// asked for, null, a text with escapes, a number that is not a small whole one.
// The caller then reads the text in the ordinary way, which tells what is wrong
// with it, if anything is. So a reader of plain text decides nothing: it must
// return what the ordinary way returns, or nothing, and tests hold it to that.
package plain

import "bytes"

// Reader reads one JSON text from its beginning to its end. The text must be
// valid JSON in which no object holds a name twice. All methods of a Reader that
// has given up return zero values, so that OK need be asked only at the end:
//
//	for r.Object(); r.More(); {
//		switch string(r.Name()) {
//		case "port":
//			port = r.Whole()
//		default:
//			r.Odd()
//		}
//	}
//	return port, r.OK()
type Reader struct {
	text  []byte
	at    int
	words *Words
	// fresh tells that a collection was opened and nothing of it read.
	fresh, odd bool
}

// NewReader returns a reader of text, which takes the strings that it returns
// from words.
func NewReader(text []byte, words *Words) Reader { return Reader{text: text, words: words} }

// OK reports whether everything that was asked for was there, and nothing is
// left.
func (r *Reader) OK() bool {
	r.blanks()
	return !r.odd && r.at == len(r.text)
}

// Odd gives up: the text holds something that its caller does not expect.
func (r *Reader) Odd() { r.odd = true }

func (r *Reader) blanks() {
	for r.at < len(r.text) && r.text[r.at] <= ' ' {
		r.at++
	}
}

// peek returns the byte that the next token begins with, or 0.
func (r *Reader) peek() byte {
	r.blanks()
	if r.at == len(r.text) || r.odd {
		return 0
	}
	return r.text[r.at]
}

// expect passes over the byte c.
func (r *Reader) expect(c byte) bool {
	if r.peek() != c {
		r.odd = true
		return false
	}
	r.at++
	return true
}

// Object enters an object, whose members More then goes through.
func (r *Reader) Object() { r.fresh = r.expect('{') }

// List enters a list, whose items More then goes through.
func (r *Reader) List() { r.fresh = r.expect('[') }

// More goes to the next member of an object, or item of a list, and reports
// whether there is one. If there is none it leaves the collection. The caller
// must read all of each value before it asks for the next.
func (r *Reader) More() bool {
	c := r.peek()
	fresh := r.fresh
	r.fresh = false
	switch {
	case c == '}' || c == ']':
		r.at++
		return false
	case fresh:
		return c != 0
	case c == ',':
		r.at++
		return true
	}
	r.odd = true
	return false
}

// Name reads the name of a member, up to its value.
func (r *Reader) Name() []byte {
	name := r.Bytes()
	r.expect(':')
	return name
}

// TextName is Name for names that are kept.
func (r *Reader) TextName() string { return r.words.Of(r.Name()) }

// Bytes reads a text. What it returns is a part of the Reader's own.
func (r *Reader) Bytes() []byte {
	if !r.expect('"') {
		return nil
	}
	rest := r.text[r.at:]
	n := bytes.IndexByte(rest, '"')
	if n < 0 || bytes.IndexByte(rest[:n], '\\') >= 0 {
		r.odd = true
		return nil
	}
	r.at += n + 1
	return rest[:n:n]
}

// Text reads a text.
func (r *Reader) Text() string { return r.words.Of(r.Bytes()) }

// Bool reads true or false.
func (r *Reader) Bool() bool {
	c := r.peek()
	for _, word := range [...]string{"true", "false"} {
		if c == word[0] && len(r.text)-r.at >= len(word) && string(r.text[r.at:r.at+len(word)]) == word {
			r.at += len(word)
			return c == 't'
		}
	}
	r.odd = true
	return false
}

// Whole reads a whole number of at most nine digits, that is not negative.
func (r *Reader) Whole() int {
	const longest = 9
	c := r.peek()
	from, n := r.at, 0
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' && r.at-from <= longest {
		n = 10*n + int(r.text[r.at]-'0')
		r.at++
	}
	digits := r.at - from
	if digits == 0 || digits > longest || digits > 1 && c == '0' || r.odd || r.continues() {
		r.odd = true
		return 0
	}
	return n
}

// continues reports whether the number before this byte goes on.
func (r *Reader) continues() bool {
	if r.at == len(r.text) {
		return false
	}
	c := r.text[r.at]
	return c == '.' || c == 'e' || c == 'E'
}

// IsText reports whether the next value is a text.
func (r *Reader) IsText() bool { return r.peek() == '"' }

// Skip passes over a value of any type.
func (r *Reader) Skip() {
	depth := 0
	for {
		switch c := r.peek(); c {
		case 0:
			r.odd = true
			return
		case '"':
			r.at = textEnd(r.text, r.at)
		case '{', '[':
			depth++
			r.at++
		case '}', ']':
			depth--
			r.at++
		case ',', ':':
			r.at++
		default:
			for r.at < len(r.text) && isWord(r.text[r.at]) {
				r.at++
			}
		}
		if depth <= 0 {
			return
		}
	}
}

// isWord reports whether c is part of a number, or of true, false or null.
func isWord(c byte) bool { return c > ' ' && c != ',' && c != '}' && c != ']' }

// textEnd returns where the text ends that begins at text[at].
func textEnd(text []byte, at int) int {
	for i := at + 1; ; {
		n := bytes.IndexByte(text[i:], '"')
		if n < 0 {
			return len(text)
		}
		i += n + 1
		slashes := 0
		for text[i-2-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}

// Last is the value that was read last in some place, with its text. Where the
// next one is the same text it need not be read again.
type Last[T any] struct {
	text  []byte
	value T
}

// Read returns the value that r stands at, an object or a list: the one that it
// returned last if that was written in the same way, and otherwise what read
// makes of it. Nobody may change it.
func (l *Last[T]) Read(r *Reader, read func(*Reader) T) T {
	r.blanks()
	if rest := r.text[r.at:]; !r.odd && len(l.text) > 0 && bytes.HasPrefix(rest, l.text) {
		r.at += len(l.text)
		return l.value
	}
	from := r.at
	v := read(r)
	if !r.odd {
		l.text, l.value = append(l.text[:0], r.text[from:r.at]...), v
	}
	return v
}

// Words are strings that were met before. Nil keeps none. They are not for
// several goroutines.
type Words struct {
	// recent holds some of all, found without leaving the processor's cache.
	recent [1 << recentBits]string
	all    map[string]string
}

const recentBits = 10

// NewWords returns words that hold no string yet.
func NewWords() *Words { return &Words{all: map[string]string{}} }

// Of returns the string that text is: the same one for the same text.
func (w *Words) Of(text []byte) string {
	switch {
	case len(text) == 0:
		return ""
	case w == nil:
		return string(text)
	}
	recent := &w.recent[place(text)]
	if *recent == string(text) {
		return *recent
	}
	s, ok := w.all[string(text)]
	if !ok {
		s = string(text)
		w.all[s] = s
	}
	*recent = s
	return s
}

// place returns where text is among the recent words. The ends and the middle
// are where words differ.
func place(text []byte) uint32 {
	n := len(text)
	h := uint32(n)<<24 ^ uint32(text[0])<<16 ^ uint32(text[n/2])<<8 ^ uint32(text[n-1])
	return h * 0x9e3779b1 >> (32 - recentBits)
}
