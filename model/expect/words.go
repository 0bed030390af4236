package expect

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is what stands between spaces, with its place.
type word struct {
	text        string
	row, column int
}

// words cuts a row of a file into words.
func words(text string, row int) []word {
	var out []word
	column, start, begin := 0, -1, 0
	for i, r := range text {
		column++
		switch space := unicode.IsSpace(r); {
		case space && start >= 0:
			out = append(out, word{text[start:i], row, begin})
			start = -1
		case !space && start < 0:
			start, begin = i, column
		}
	}
	if start >= 0 {
		out = append(out, word{text[start:], row, begin})
	}
	return out
}

// reader takes words off a line from the left.
type reader struct {
	words []word
	end   word // stands behind the last
	text  string
}

// newReader returns a reader of a line that consists of some words.
func newReader(words []word, text string) *reader {
	r := &reader{words: words, text: text, end: word{row: 1, column: 1}}
	if n := len(words); n > 0 {
		last := words[n-1]
		r.end = word{row: last.row, column: last.column + utf8.RuneCountInString(last.text)}
	}
	return r
}

// next returns the next word, or the empty one behind the last.
func (r *reader) next() word {
	if len(r.words) == 0 {
		return r.end
	}
	return r.words[0]
}

// take takes the next word off if it is text.
func (r *reader) take(text string) bool {
	if len(r.words) == 0 || r.words[0].text != text {
		return false
	}
	r.words = r.words[1:]
	return true
}

// list takes the first list off: all words up to the first that has no comma at
// its end. A comma that nothing follows leaves an empty item behind, which is no
// peer and no port.
func (r *reader) list() []word {
	var out []word
	more := true
	for more && len(r.words) > 0 && r.words[0].text != arrow {
		item := r.words[0]
		item.text, more = strings.CutSuffix(item.text, ",")
		out = append(out, item)
		r.words = r.words[1:]
	}
	if more && len(out) > 0 {
		out = append(out, word{row: r.next().row, column: r.next().column})
	}
	return out
}

// error returns an error about the line, at the next word.
func (r *reader) error(problem, hint string) error {
	return at(lineError(r.text, problem, hint), r.next())
}
