package load

import (
	"bytes"
	"io"
	"io/fs"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/load/internal/prune"
	"netreach/model/lower/plain"
	"netreach/model/lower/strict"
	"netreach/model/lower/workload"
)

// reader is the state of one call of Read.
type reader struct {
	fs        fs.FS
	stdin     io.Reader
	namespace string
	lenient   bool
	// reference turns the fast paths off, and window is the size of windows.
	reference bool
	window    int
	// forked readers read a part of the input, and keep what they read.
	forked bool
	kept   []kept
	memo   *memo
	// progress belongs to the reader that is not forked.
	progress *progress

	// seen counts the values that are not null.
	seen int
	ds   []model.Diagnostic
	// leftOut are those of ds that keep an object from being used that leads from
	// a name to pods.
	leftOut []model.Diagnostic
	unread  []model.Unread
	located locator
	world   *world
}

// memo is what objects share with those that were read before them.
type memo struct {
	words  *plain.Words
	pods   *workload.PlainPods
	pruner *prune.Pruner
	// file is a buffer for small files.
	file []byte
}

func newMemo() *memo {
	words := plain.NewWords()
	return &memo{words: words, pods: workload.NewPlainPods(words), pruner: prune.New(shapeOf)}
}

// value is a JSON value that is an object of the cluster, or a list of them, or
// is found to be neither.
type value struct {
	// json is the value. It is checked: reading it cannot fail.
	json jsontext.Value
	// pruned tells that json holds only what counts, and that no other name
	// resembles one of those that do.
	pruned bool
	// doc is the text that the value was read from, and root its path in it. The
	// text may be part of a much larger one.
	doc  *model.Document
	root string
	// line is where the value begins in the file.
	line int
	// listed tells that the value is an item of a list; apiVersion and kind are
	// then those of the list's items, or "".
	listed           bool
	apiVersion, kind string
	// depth is the number of lists around the value.
	depth  int
	source source
}

// origin returns the origin of what the value is, of which nothing is known
// yet.
func (v value) origin() model.Origin {
	return model.Origin{File: v.source.name, Line: v.line, Doc: v.doc, Root: v.root}
}

// documents reads all the documents of a source.
func (r *reader) documents(s source, text []byte) {
	done := 0
	for _, doc := range split(s.name, text) {
		r.document(s, doc)
		done += len(doc.Text)
		r.progress.at(int64(done), int64(len(text)))
	}
}

// document reads one document.
func (r *reader) document(s source, doc model.Document) {
	if looksJSON(doc.Text) {
		r.jsonDocument(s, doc)
	} else {
		r.yamlDocument(s, doc)
	}
}

// jsonDocument reads JSON values, one after the other.
func (r *reader) jsonDocument(s source, doc model.Document) {
	lines := lineCounter{text: doc.Text, line: doc.Line}
	err := jsonValues(doc.Text, func(v jsontext.Value, offset int) {
		r.jsonValue(value{source: s, json: v, line: lines.at(offset)})
	})
	if err != nil {
		r.syntax(doc, jsonError(doc.Text, err))
	}
}

// jsonValue reads a value of a JSON text: the value is its own document.
func (r *reader) jsonValue(v value) {
	v.doc = &model.Document{File: v.source.name, Line: v.line, Text: v.json}
	r.value(v)
}

// yamlDocument reads one YAML document, item by item if it is a list that can be
// cut.
func (r *reader) yamlDocument(s source, doc model.Document) {
	if !r.reference {
		if out, ok := pruned(r.memo.pruner, doc, prune.Type{}); ok {
			r.value(value{source: s, json: out, pruned: true, doc: &doc, line: doc.Line})
			return
		}
	}
	if r.yamlList(s, doc) {
		return
	}
	out, errs := documentToJSON(doc.Text)
	if errs != nil {
		r.syntax(doc, errs...)
		return
	}
	r.value(value{source: s, json: out, doc: &doc, line: doc.Line})
}

// yamlList reads a list item by item. It reports false, and has done nothing, if
// the document is to be read as one.
func (r *reader) yamlList(s source, doc model.Document) bool {
	list, items, ok := cutItems(doc, !r.reference)
	if !ok {
		return false
	}
	apiVersion, kind, ok := r.listHead(value{source: s, doc: &doc, line: doc.Line}, list)
	r.seen++
	for _, item := range items {
		if ok {
			item.source, item.listed, item.apiVersion, item.kind, item.depth = s, true, apiVersion, kind, 1
			r.value(item)
		}
	}
	return true
}

// value reads what should be an object or a list.
func (r *reader) value(v value) {
	switch {
	case v.json.Kind() == 'n' && !v.listed:
		return // an empty document
	case v.json.Kind() != '{':
		r.seen++
		r.notObject(v)
		return
	}
	r.seen++
	h := headOf(v.json)
	if !h.isList() {
		r.object(v, h)
		return
	}
	if apiVersion, kind, ok := r.listHead(v, h); ok {
		r.items(v, h, apiVersion, kind)
	}
}

// deepestList is how many lists may stand in each other. One in another is what
// people do by accident.
const deepestList = 10

// items reads the items of list v.
func (r *reader) items(v value, h head, apiVersion, kind string) {
	if v.depth == deepestList {
		r.refuse(v.origin(), "list-nested", "a list in a list in a list, and so on without end", "put the items into one list")
		return
	}
	isJSON := looksJSON(v.doc.Text)
	lines := lineCounter{text: v.json, line: v.line}
	for m := range members(h.items) {
		item := value{source: v.source, json: m.value, listed: true, apiVersion: apiVersion, kind: kind, depth: v.depth + 1}
		if isJSON {
			item.line = lines.at(h.itemsOffset + m.offset)
			r.jsonValue(item)
			continue
		}
		item.doc, item.root = v.doc, under(v.root, strict.Item("items", m.index))
		item.line = r.located.line(model.Origin{Doc: v.doc, Line: v.line, Field: item.root})
		r.value(item)
	}
}

// lineCounter tells lines of offsets that only ever grow.
type lineCounter struct {
	text   []byte
	offset int
	line   int
}

func (c *lineCounter) at(offset int) int {
	c.line += bytes.Count(c.text[c.offset:offset], []byte("\n"))
	c.offset = offset
	return c.line
}
