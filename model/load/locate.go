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
	// root is nil if doc cannot be read.
	root *yamlv3.Node
}

// line is Locate.
func (l *locator) line(o model.Origin) int {
	if o.Doc == nil || o.Field == "" {
		return o.Line
	}
	if l.doc != o.Doc {
		l.doc, l.root = o.Doc, parse(o.Doc.Text)
	}
	if l.root == nil {
		return o.Line
	}
	if line, depth := lineOf(l.root, steps(under(o.Root, o.Field))); depth > len(steps(o.Root)) {
		return o.Doc.Line + line - 1
	}
	return o.Line
}

// parse returns the nodes of a text, with their lines, or nil.
func parse(text []byte) *yamlv3.Node {
	if looksJSON(text) {
		t := jsonTree{dec: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)), lines: lineCounter{text: text, line: 1}}
		return t.node()
	}
	var root yamlv3.Node
	if yamlv3.Unmarshal(text, &root) != nil || len(root.Content) == 0 {
		return nil
	}
	return root.Content[0]
}

// jsonTree makes the nodes of a JSON text.
type jsonTree struct {
	dec   *jsontext.Decoder
	lines lineCounter
}

// node returns the node of the next value, or nil if there is none.
func (t *jsonTree) node() *yamlv3.Node {
	token, err := t.dec.ReadToken()
	if err != nil {
		return nil
	}
	n := &yamlv3.Node{Kind: yamlv3.ScalarNode, Style: yamlv3.DoubleQuotedStyle, Line: t.lines.at(int(t.dec.InputOffset()))}
	switch token.Kind() {
	case '{':
		n.Kind = yamlv3.MappingNode
	case '[':
		n.Kind = yamlv3.SequenceNode
	default:
		n.Value = token.String()
		return n
	}
	for t.dec.PeekKind() != '}' && t.dec.PeekKind() != ']' {
		child := t.node()
		if child == nil {
			return nil
		}
		n.Content = append(n.Content, child)
	}
	if _, err := t.dec.ReadToken(); err != nil {
		return nil
	}
	return n
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
