package load

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/load/internal/prune"
)

// cutting is a YAML list that was cut at its items.
type cutting struct {
	// header is the text of the list on the same lines, with mark in place of
	// its items.
	header []byte
	mark   string
	items  []model.Document
}

// cut cuts a list in the layout of kubectl and of most people: a block mapping
// at the first column with a block sequence below a line "items:". It reports
// false for anything else.
//
// The cut looks at indentation alone, and so is a guess. cutToJSON proves it by
// converting each part: a part that begins or ends within a quoted text or a
// flow collection is not a whole document and fails. If the line "items:" itself
// stands within a text, the header lacks the mark that was put in its place.
// Aliases that refer to another part fail too.
//
// Small parts are what bounds the memory that the YAML parser takes, and they
// give each item its own text and line.
func cut(doc model.Document) (cutting, bool) {
	if canEndEarly(doc.Text) {
		return cutting{}, false
	}
	head, begin, ok := itemsLine(doc.Text)
	if !ok {
		return cutting{}, false
	}
	c := cutter{doc: doc, indent: -1}
	line := doc.Line + bytes.Count(doc.Text[:begin], []byte("\n"))
	pos := begin
	for pos < len(doc.Text) {
		next := lineEnd(doc.Text, pos)
		more, ok := c.line(pos, doc.Text[pos:next], line)
		if !ok {
			return cutting{}, false
		}
		if !more {
			break
		}
		pos, line = next, line+1
	}
	c.end(pos)
	if c.indent < 0 {
		c.first = pos
	}
	mark := "cut"
	for bytes.Contains(doc.Text, []byte(mark)) {
		mark += "."
	}
	return cutting{c.header(head, pos, mark), mark, c.items}, true
}

// itemsLine returns the offsets of the first line "items:" and of the one after
// it.
func itemsLine(text []byte) (start, end int, ok bool) {
	for pos := 0; pos < len(text); {
		next := lineEnd(text, pos)
		rest, ok := bytes.CutPrefix(text[pos:next], []byte("items:"))
		if ok && contentAt(rest) == len(rest) && !bytes.HasPrefix(rest, []byte("#")) {
			return pos, next, true
		}
		pos = next
	}
	return 0, 0, false
}

func lineEnd(text []byte, pos int) int {
	if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	return len(text)
}

// cutToJSON cuts a list and converts its parts: the list without items, and
// each item. It reports false if doc is no list, or cannot be cut; the caller
// must then read it as one.
func cutToJSON(doc model.Document) (list head, items []value, ok bool) { return cutItems(doc, false) }

// cutItems is cutToJSON, which with fast leaves out what does not count of the
// items.
func cutItems(doc model.Document, fast bool) (list head, items []value, ok bool) {
	parts, ok := cut(doc)
	if !ok {
		return head{}, nil, false
	}
	out, errs := documentToJSON(parts.header)
	if errs != nil {
		return head{}, nil, false
	}
	list = headOf(out)
	if mark, _ := unquote(list.items); mark != parts.mark || !list.isList() {
		return head{}, nil, false
	}
	list.items = jsontext.Value("[]")
	var assumed prune.Type
	assumed.APIVersion, _ = unquote(list.apiVersion)
	assumed.Kind, _ = unquote(list.kind)
	assumed.Kind = strings.TrimSuffix(assumed.Kind, "List")
	pruner := prune.New(shapeOf)
	items = make([]value, len(parts.items))
	for i := range parts.items {
		item := &parts.items[i]
		item.Text = undash(item.Text)
		if fast {
			if out, ok := pruned(pruner, *item, assumed); ok {
				items[i] = value{json: bytes.Clone(out), pruned: true, doc: item, line: item.Line}
				continue
			}
		}
		out, errs := toJSON(item.Text)
		if errs != nil || out[0] != '{' { // only a mapping ends where its text does
			return head{}, nil, false
		}
		items[i] = value{json: out, doc: item, line: item.Line}
	}
	return list, items, true
}

type cutter struct {
	doc model.Document
	// indent is the column of the dashes, or -1 before the first.
	indent int
	// content is the column of the current item's first key.
	content int
	// start is where the current item begins, on line startLine, and first where
	// the first one does.
	start, startLine, first int
	items                   []model.Document
}

// line takes in the line at offset pos. It reports whether the line belongs to
// the items, and whether the cut can go on.
func (c *cutter) line(pos int, line []byte, number int) (more, ok bool) {
	text := bytes.TrimLeft(line, " ")
	column := len(line) - len(text)
	text = bytes.TrimRight(text, " \t\r\n")
	switch {
	case len(text) == 0 || text[0] == '#':
		return true, true
	case c.indent >= 0 && column >= c.content:
		return true, true
	case (c.indent < 0 || column == c.indent) && bytes.HasPrefix(text, []byte("- ")):
		c.end(pos)
		inner := bytes.TrimLeft(text[1:], " ")
		if c.indent < 0 {
			c.first = pos
		}
		c.indent, c.start, c.startLine = column, pos, number
		c.content = column + len(text) - len(inner)
		return true, isPlainKey(inner[0])
	}
	// What is indented less than an item ends the list, but only at the first
	// column does it belong to the mapping that holds it.
	return false, column == 0 && isPlainKey(text[0])
}

// end ends the current item at offset pos.
func (c *cutter) end(pos int) {
	if c.indent < 0 {
		return
	}
	c.items = append(c.items, model.Document{File: c.doc.File, Line: c.startLine, Text: c.doc.Text[c.start:pos]})
}

// header returns the document with mark in place of the items, which end at end,
// on the line "items:" at head, and with as many line breaks.
func (c *cutter) header(head, end int, mark string) []byte {
	text := c.doc.Text
	key := head + len("items:")
	out := append(bytes.Clone(text[:key]), " "+mark...)
	out = append(out, text[key:c.first]...)
	out = append(out, bytes.Repeat([]byte("\n"), bytes.Count(text[c.first:end], []byte("\n")))...)
	return append(out, text[end:]...)
}

// undash returns the text of an item as a document of its own, with a blank in
// place of its dash.
func undash(item []byte) []byte {
	out := bytes.Clone(item)
	out[bytes.IndexByte(out, '-')] = ' '
	return out
}
