package load

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/load/internal/prune"
)

// itemType returns what the items of list h inherit.
func (h head) itemType() prune.Type {
	apiVersion, _ := unquote(h.apiVersion)
	kind, _ := unquote(h.kind)
	return prune.Type{APIVersion: apiVersion, Kind: strings.TrimSuffix(kind, "List")}
}

// item reads an item of a list.
func (b *batch) item(json jsontext.Value, pruned bool, doc model.Document, of prune.Type) {
	// Only one document is at work at a time, and nobody keeps its address.
	b.doc, b.located = doc, locator{}
	b.value(value{
		json: json, pruned: pruned, doc: &b.doc, line: doc.Line, source: b.source,
		listed: true, apiVersion: of.APIVersion, kind: of.Kind, depth: 1,
	})
}

// isListOf reports whether the list with the head list is one whose items
// inherit what was assumed. It reports false also if there is something to say
// about the list.
func (r *reader) isListOf(list head, assumed prune.Type) bool {
	fork := r.fork()
	apiVersion, kind, ok := fork.listHead(value{doc: &model.Document{}, line: 1}, list)
	return ok && list.isList() && len(fork.ds) == 0 && prune.Type{APIVersion: apiVersion, Kind: kind} == assumed
}

// itemsKey ends what comes before the items of a list in YAML.
const itemsKey = "items:"

// yamlItems is the layout of a list in YAML as kubectl writes it, and most
// people.
func yamlItems(text []byte) (layout, bool) {
	key, begin, ok := itemsLine(text)
	if !ok {
		return layout{}, false
	}
	at := begin + contentAt(text[begin:])
	indent := len(text[at:]) - len(bytes.TrimLeft(text[at:], " "))
	line := text[at:lineEnd(text, at)]
	colon := bytes.IndexByte(line, ':')
	if colon < 0 || !bytes.HasPrefix(line[indent:], []byte("- ")) {
		return layout{}, false
	}
	docs := split("", text[:begin])
	if len(docs) != 1 || canEndEarly(docs[0].Text) {
		return layout{}, false
	}
	out, errs := documentToJSON(docs[0].Text)
	if errs != nil {
		return layout{}, false
	}
	assumed := inherits(headOf(out))
	mark := append([]byte("\n"), line[:colon+1]...)
	return layout{
		start: at, mark: mark, next: len(mark) - 1,
		read: func(b *batch, w window) bool { return b.yamlItems(w, indent, assumed) },
		closed: func(r *reader, head, tail []byte) bool {
			list, ok := yamlHead(head, tail, key)
			return ok && r.isListOf(list, assumed)
		},
	}, true
}

// yamlHead returns the head of a list without its items. The line "items:"
// stands at key. That it is where it seems to be is proved by a mark in the
// place of the items.
func yamlHead(start, tail []byte, key int) (head, bool) {
	mark := "cut"
	for bytes.Contains(start, []byte(mark)) || bytes.Contains(tail, []byte(mark)) {
		mark += "."
	}
	key += len(itemsKey)
	text := append(bytes.Clone(start[:key]), " "+mark...)
	text = append(append(text, start[key:]...), tail...)
	docs := split("", text)
	if len(docs) != 1 || canEndEarly(docs[0].Text) {
		return head{}, false
	}
	out, errs := documentToJSON(docs[0].Text)
	if errs != nil {
		return head{}, false
	}
	list := headOf(out)
	if found, _ := unquote(list.items); found != mark {
		return head{}, false
	}
	list.items = jsontext.Value("[]")
	return list, true
}

// yamlItems reads a window of items with dashes in the column indent.
func (b *batch) yamlItems(w window, indent int, assumed prune.Type) bool {
	text, line := w.text, w.line
	for pos := 0; pos < len(text); {
		dash := pos + indent
		if dash+2 > len(text) || len(bytes.TrimLeft(text[pos:dash], " ")) > 0 || text[dash] != '-' || text[dash+1] != ' ' {
			b.tail = bytes.Clone(text[pos:])
			return w.last && isPlainKey(text[pos])
		}
		at := dash + 1
		for at < len(text) && text[at] == ' ' {
			at++
		}
		if at == len(text) || !isPlainKey(text[at]) {
			return false
		}
		out, end, ok := b.memo.pruner.YAML(text, at, at-pos, assumed)
		text[dash] = ' ' // the item becomes a document
		if !ok {
			end = itemEnd(text, at, at-pos)
			whole, valid := itemToJSON(text[pos:end])
			if !valid {
				return false
			}
			out = whole
		}
		b.item(out, ok, model.Document{File: b.source.name, Line: line, Text: text[pos:end]}, assumed)
		line += bytes.Count(text[pos:end], []byte("\n"))
		pos = end
	}
	return true
}

// itemToJSON converts an item in the ordinary way.
func itemToJSON(text []byte) ([]byte, bool) {
	if oddBreaks(text) || bytes.Contains(text, []byte("\n%")) {
		return nil, false
	}
	out, errs := toJSON(text)
	return out, errs == nil && out[0] == '{'
}

// itemEnd returns where the first line begins behind the one at pos that is
// indented less than the column.
func itemEnd(text []byte, pos, column int) int {
	for pos = lineEnd(text, pos); pos < len(text); pos = lineEnd(text, pos) {
		line := text[pos:lineEnd(text, pos)]
		rest := bytes.TrimLeft(line, " ")
		indent := len(line) - len(rest)
		rest = bytes.TrimRight(rest, " \t\r\n")
		if len(rest) > 0 && rest[0] != '#' && indent < column {
			return pos
		}
	}
	return len(text)
}

// jsonItems is the layout of a list in JSON.
func jsonItems(text []byte) (layout, bool) {
	at := len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
	blanks, first, ok := prune.Items(text[at:])
	if !ok {
		return layout{}, false
	}
	blanks, first = blanks+at, first+at
	colon := bytes.IndexByte(text[first:], ':')
	list, ok := jsonHead(text[:blanks], []byte("}"))
	if !ok || colon < 0 {
		return layout{}, false
	}
	assumed := inherits(list)
	next := text[blanks : first+colon+1]
	return layout{
		start: blanks, mark: append([]byte("},"), next...), next: len(next),
		read: func(b *batch, w window) bool { return b.jsonItems(w, assumed) },
		closed: func(r *reader, head, tail []byte) bool {
			list, ok := jsonHead(head, tail)
			return ok && r.isListOf(list, assumed)
		},
	}, true
}

// jsonHead returns the head of a list without its items.
func jsonHead(start, tail []byte) (head, bool) {
	var list head
	n := 0
	text := append(append(bytes.Clone(start), ']'), tail...)
	err := jsonValues(text, func(v jsontext.Value, _ int) {
		list = headOf(v)
		n++
	})
	return list, err == nil && n == 1
}

// jsonItems reads a window of items, and of the commas between and behind them.
func (b *batch) jsonItems(w window, assumed prune.Type) bool {
	if !utf8.Valid(w.text) {
		return false
	}
	lines := lineCounter{text: w.text, line: w.line}
	for pos := 0; ; {
		at, c := prune.Next(w.text, pos)
		if c == 0 {
			return !w.last && pos > 0
		}
		out, end, ok := b.memo.pruner.JSON(w.text, at, assumed)
		if !ok {
			whole, valid := firstJSON(w.text[at:])
			if !valid {
				return false
			}
			out, end = whole, at+len(whole)
		}
		b.item(out, ok, model.Document{File: b.source.name, Line: lines.at(at), Text: w.text[at:end]}, assumed)
		at, c = prune.Next(w.text, end)
		switch {
		case c == ',':
			pos = at + 1
		case c == ']' && w.last:
			b.tail = bytes.Clone(w.text[at+1:])
			return true
		default:
			return false
		}
	}
}

// firstJSON returns the value that text begins with.
func firstJSON(text []byte) (jsontext.Value, bool) {
	out, err := jsontext.NewDecoder(bytes.NewBuffer(text)).ReadValue()
	return out, err == nil
}
