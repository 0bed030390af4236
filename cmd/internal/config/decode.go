package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"netreach/model"
	"netreach/model/near"
)

// Codes of the diagnostics.
const (
	CodeSyntax = "config-syntax"
	CodeField  = "config-field"
	CodeType   = "config-type"
	CodeValue  = "config-value"
)

// decoder reads one file.
type decoder struct {
	file     *File
	dir      string // of the file
	problems []model.Diagnostic
}

// problem reports an error in the value of a field.
func (d *decoder) problem(line int, field, code, text, hint string) {
	d.problems = append(d.problems, model.Diagnostic{
		Severity: model.Error, Code: code, Text: text, Hint: hint,
		Origin: model.Origin{File: d.file.Name, Line: line, Field: field},
	})
}

// document reads the whole text: one document that is a mapping, or nothing at
// all.
func (d *decoder) document(text []byte) {
	in := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := in.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return // empty, or comments only
	case err != nil:
		d.syntax(err)
		return
	}
	switch err := in.Decode(&second); {
	case err == nil:
		d.problem(second.Line, "", CodeSyntax, "a second document begins here", "put everything into one document, without a line ---")
		return
	case !errors.Is(err, io.EOF):
		d.syntax(err)
		return
	}
	root := resolve(doc.Content[0])
	if root.ShortTag() == "!!null" {
		return
	}
	all := fields()
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.name
	}
	d.mapping(root, "", func(key, value *yaml.Node) {
		for _, f := range all {
			if f.name == key.Value {
				f.read(d, f.name, value)
				return
			}
		}
		d.problem(key.Line, "", CodeField, "no field "+strconv.Quote(key.Value), near.Hint(key.Value, names, "fields: "+strings.Join(names, ", ")))
	})
}

// located finds the line in the errors of the YAML parser.
var located = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (d *decoder) syntax(err error) {
	text, line := err.Error(), 0
	if m := located.FindStringSubmatch(text); m != nil {
		text = strings.TrimPrefix(text, m[0])
		line, _ = strconv.Atoi(m[1]) // "" is the first line
	}
	if strings.HasPrefix(text, "did not find expected") {
		line++ // there the parser counts from 0
	}
	d.problem(max(1, line), "", CodeSyntax, "not YAML: "+text, "check the indentation, the quotes and the brackets here and on the line before")
}

// mapping calls each for every field of n.
func (d *decoder) mapping(n *yaml.Node, field string, each func(key, value *yaml.Node)) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		d.mistyped(n, field, "a mapping", `write "name: value"`)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolve(n.Content[i]), n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.problem(key.Line, field, CodeField, "the name of a field is a word", "")
		case seen[key.Value]:
			d.problem(key.Line, field, CodeField, strconv.Quote(key.Value)+" stands there twice", "keep one of the two")
		default:
			seen[key.Value] = true
			each(key, value)
		}
	}
}

// list calls each for every item of n.
func (d *decoder) list(n *yaml.Node, field string, each func(item *yaml.Node, field string)) {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		d.mistyped(n, field, "a list", `put "- " before it, or brackets around it`)
		return
	}
	for i, item := range n.Content {
		each(item, field+"["+strconv.Itoa(i)+"]")
	}
}

// text returns the string that n is, or reports that it is none.
func (d *decoder) text(n *yaml.Node, field string) (string, bool) {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && n.Value != "" && n.ShortTag() != "!!null" {
			hint = "quote it: " + strconv.Quote(n.Value)
		}
		d.mistyped(n, field, "a string", hint)
		return "", false
	}
	if n.Value == "" {
		d.problem(n.Line, field, CodeValue, "is empty", "leave the field out to say nothing")
		return "", false
	}
	return n.Value, true
}

// boolean returns the boolean that n is, or reports that it is none.
func (d *decoder) boolean(n *yaml.Node, field string) bool {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		d.mistyped(n, field, "true or false", "")
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

func (d *decoder) mistyped(n *yaml.Node, field, wants, hint string) {
	if n.ShortTag() == "!!null" {
		hint = "leave the field out to say nothing"
	}
	text := "is " + describe(n) + ", not " + wants
	if field == "" {
		text = "the file " + text
	}
	d.problem(n.Line, field, CodeType, text, hint)
}

// describe says what a value is.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode, yaml.DocumentNode, yaml.AliasNode:
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!bool":
		return "the boolean " + n.Value
	case "!!int", "!!float":
		return "the number " + n.Value
	case "!!str":
		return "the string " + strconv.Quote(n.Value)
	}
	return "a value of type " + n.ShortTag()
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
