package load

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
	yamlv3 "go.yaml.in/yaml/v3"

	"netreach/model"
)

// Locate returns the line of o.Field in its file. If the text holds no such
// field it returns the line of the nearest part around it that the text holds;
// without o.Doc, the line of the object. It reads the whole document, and so is
// for those few origins that a person gets to see.
func Locate(o model.Origin) int {
	var l locator
	return l.line(o)
}

// Located returns o with the line of its field instead of the object's.
func Located(o model.Origin) model.Origin {
	o.Line = Locate(o)
	return o
}

// locator finds lines, and remembers the document that it looked at last.
type locator struct {
	doc *model.Document
	// root is nil if doc is JSON.
	root *yamlv3.Node
}

// line is Locate.
func (l *locator) line(o model.Origin) int {
	if o.Doc == nil || o.Field == "" {
		return o.Line
	}
	if l.doc != o.Doc {
		l.read(o.Doc)
	}
	path := steps(under(o.Root, o.Field))
	least := len(steps(o.Root))
	if l.root == nil {
		if offset, depth := offsetOf(o.Doc.Text, path); depth > least {
			return o.Doc.Line + bytes.Count(o.Doc.Text[:offset], []byte("\n"))
		}
		return o.Line
	}
	if line, depth := lineOf(l.root, path); depth > least {
		return o.Doc.Line + line - 1
	}
	return o.Line
}

func (l *locator) read(doc *model.Document) {
	l.doc, l.root = doc, nil
	if looksJSON(doc.Text) {
		return
	}
	var root yamlv3.Node
	if yamlv3.Unmarshal(doc.Text, &root) == nil && len(root.Content) > 0 {
		l.root = root.Content[0]
	}
}

// lineOf walks along path as far as n reaches. It returns the line of the last
// node, and how many steps lead to it.
func lineOf(n *yamlv3.Node, path []step) (line, depth int) {
	line = n.Line
	for i, s := range path {
		at, next := child(n, s, 0)
		if next == nil {
			return line, i
		}
		line, n = at, next
	}
	return line, len(path)
}

// mostMerges bounds the search through merges of merges, which can be circular
// in a text that nobody has converted yet.
const mostMerges = 20

// child returns the node that s leads to, and its line: that of the key in a
// mapping. Keys that a merge brings in are found where they are written.
func child(n *yamlv3.Node, s step, merges int) (line int, next *yamlv3.Node) {
	for n.Kind == yamlv3.AliasNode {
		n = n.Alias
	}
	if n.Kind == yamlv3.SequenceNode {
		if s.index >= 0 && s.index < len(n.Content) {
			return n.Content[s.index].Line, n.Content[s.index]
		}
		return 0, nil
	}
	if n.Kind != yamlv3.MappingNode {
		return 0, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Value == s.name || jsonKey(key) == s.name {
			return key.Line, n.Content[i+1]
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "<<" && merges < mostMerges {
			if line, next := merged(n.Content[i+1], s, merges+1); next != nil {
				return line, next
			}
		}
	}
	return 0, nil
}

// merged is child for the value of a merge key: a mapping, or several.
func merged(n *yamlv3.Node, s step, merges int) (line int, next *yamlv3.Node) {
	for n.Kind == yamlv3.AliasNode {
		n = n.Alias
	}
	if n.Kind != yamlv3.SequenceNode {
		return child(n, s, merges)
	}
	for _, c := range n.Content {
		if line, next := child(c, s, merges); next != nil {
			return line, next
		}
	}
	return 0, nil
}

// offsetOf walks along path in a JSON text as far as it reaches. It returns
// where the last member begins, at its name, and how many steps lead to it.
func offsetOf(text jsontext.Value, path []step) (offset, depth int) {
	base := 0
	for i, s := range path {
		next, ok := memberAt(text, s)
		if !ok {
			return offset, i
		}
		offset = base + next.nameOffset
		base, text = base+next.offset, next.value
	}
	return offset, len(path)
}

func memberAt(text jsontext.Value, s step) (member, bool) {
	if text.Kind() == '[' && s.index < 0 {
		return member{}, false
	}
	for m := range members(text) {
		if m.name == s.name {
			return m, true
		}
	}
	return member{}, false
}
