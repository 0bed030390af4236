package load

import (
	"bytes"

	"netreach/model"
)

// split cuts text into documents at lines that begin with "---" or "...",
// which nothing within a YAML document or a JSON value can contain. Documents
// begin at their first line of content; those without any are left out. Text
// that stands on the line of a marker belongs to the document after it.
func split(file string, text []byte) []model.Document {
	var out []model.Document
	emit := func(chunk []byte, line int) {
		at := contentAt(chunk)
		if at == len(chunk) && !oddBreaks(chunk) {
			return
		}
		if oddBreaks(chunk[:at]) {
			at = 0
		}
		out = append(out, model.Document{
			File: file, Line: line + bytes.Count(chunk[:at], []byte("\n")), Text: chunk[at:],
		})
	}
	start, startLine := 0, 1
	for pos, line := 0, 1; pos < len(text); line++ {
		next := len(text)
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			next = pos + i + 1
		}
		head, rest := text[start:pos], text[pos:next]
		switch {
		case !isMarker(rest):
		case rest[0] == '-' && isDirectives(head):
			// The marker ends directives, and not a document.
		default:
			emit(head, startLine)
			start, startLine = pos, line
			if contentAt(rest[3:]) == len(rest)-3 {
				start, startLine = next, line+1
			}
		}
		pos = next
	}
	emit(text[start:], startLine)
	return out
}

// isMarker reports whether a line begins with a document marker.
func isMarker(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("---")) && !bytes.HasPrefix(line, []byte("...")) {
		return false
	}
	return len(line) == 3 || bytes.IndexByte([]byte(" \t\r\n"), line[3]) >= 0
}

// contentAt returns the offset of the first line that is neither blank nor a
// comment, or len(text).
func contentAt(text []byte) int {
	for pos := 0; pos < len(text); {
		next := len(text)
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			next = pos + i + 1
		}
		if line := bytes.TrimLeft(text[pos:next], " \t\r\n"); len(line) > 0 && line[0] != '#' {
			return pos
		}
		pos = next
	}
	return len(text)
}

// isDirectives reports whether the lines of content in text are directives, and
// there is one.
func isDirectives(text []byte) bool {
	at := contentAt(text)
	if at == len(text) {
		return false
	}
	for ; at < len(text); at += contentAt(text[at:]) {
		if text[at] != '%' {
			return false
		}
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			return true
		}
		at += i + 1
	}
	return true
}

// oddBreaks reports whether text holds line breaks of YAML that are none to the
// rest of the world: a lone carriage return, NEL, LS or PS.
func oddBreaks(text []byte) bool {
	for pos := 0; ; {
		i := bytes.IndexByte(text[pos:], '\r')
		if i < 0 {
			break
		}
		pos += i + 1
		if pos == len(text) || text[pos] != '\n' {
			return true
		}
	}
	return bytes.Contains(text, []byte("\u0085")) ||
		bytes.Contains(text, []byte("\u2028")) || bytes.Contains(text, []byte("\u2029"))
}

// looksJSON reports whether text is to be read as JSON. A YAML flow mapping
// with bare keys is not.
func looksJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	rest := bytes.TrimLeft(text[1:], " \t\r\n")
	if len(rest) == 0 {
		return true
	}
	if text[0] == '[' {
		return bytes.IndexByte([]byte(`{["]-0123456789tfn`), rest[0]) >= 0
	}
	return rest[0] == '"' || rest[0] == '}'
}
