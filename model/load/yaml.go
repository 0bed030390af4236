package load

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// documentToJSON converts the one document that text holds to JSON. What stands
// beyond the end of the document would be lost, and is an error.
func documentToJSON(text []byte) ([]byte, []syntaxError) {
	if bytes.HasPrefix(text, []byte("...")) {
		return nil, []syntaxError{{1, codeSyntax, "not valid YAML: text on the line that ends a document", "begin a new document with a line `---`"}}
	}
	out, errs := toJSON(text)
	if errs == nil && (canEndEarly(text) || out[0] != '{') {
		if line := secondDocument(text); line > 0 {
			return nil, []syntaxError{{
				line, codeSyntax, "not valid YAML: this text stands outside of the document that begins before it",
				"give the lines of one mapping the same indentation, and separate documents by a line `---`",
			}}
		}
	}
	return out, errs
}

// toJSON converts text to JSON as kubectl does: scalars are those of YAML 1.1,
// and a key may not come twice. The caller has seen to it that text is one
// document.
func toJSON(text []byte) ([]byte, []syntaxError) {
	out, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, yamlErrors(text, err)
	}
	if problem, ok := collidingKeys(text); ok {
		return nil, []syntaxError{problem}
	}
	return out, nil
}

// canEndEarly reports whether the document in text may end before text does,
// although it is a mapping. A block mapping that begins at the first column
// cannot, unless a line looks like a directive.
func canEndEarly(text []byte) bool {
	at := contentAt(text)
	return at < len(text) && !isPlainKey(text[at]) || oddBreaks(text) || bytes.Contains(text, []byte("\n%"))
}

// isPlainKey reports whether a mapping that begins with c is a block mapping.
func isPlainKey(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '"' || c == '\''
}

// secondDocument returns the line on which text holds more than its first
// document, or 0.
func secondDocument(text []byte) int {
	dec := yamlv3.NewDecoder(bytes.NewReader(text))
	for n := 0; ; n++ {
		var doc yamlv3.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return 0
		case err != nil:
			return max(1, problemLine(err))
		case n > 0:
			return doc.Line
		}
	}
}

// oddKey finds keys that YAML 1.1 may read as something else than strings.
var oddKey = regexp.MustCompile(`(?im)(?:^|[\s{,?])(?:true|false|yes|no|on|off|y|n|[-+]?[.0-9][-+.:\w]*)[ \t]*:(?:\s|$)`)

// collidingKeys reports two keys of one mapping that are different in YAML and
// the same in JSON, such as 1 and "1": it would be left to chance which counts.
func collidingKeys(text []byte) (syntaxError, bool) {
	if !oddKey.Match(text) {
		return syntaxError{}, false
	}
	var root yamlv3.Node
	if yamlv3.Unmarshal(text, &root) != nil {
		return syntaxError{}, false
	}
	return collisionIn(&root)
}

func collisionIn(n *yamlv3.Node) (syntaxError, bool) {
	if n.Kind == yamlv3.MappingNode {
		seen := map[string]bool{}
		for i := 0; i < len(n.Content); i += 2 {
			key := jsonKey(n.Content[i])
			if seen[key] && key != "<<" {
				return syntaxError{
					line: n.Content[i].Line, code: codeDuplicate, text: "the key " + key + " is given more than once: as text, and as a number or boolean",
					hint: "put keys in quotes, and drop one of the two",
				}, true
			}
			seen[key] = true
		}
	}
	for _, c := range n.Content {
		if problem, ok := collisionIn(c); ok {
			return problem, true
		}
	}
	return syntaxError{}, false
}

// jsonKey returns what the key n becomes in JSON.
func jsonKey(n *yamlv3.Node) string {
	if n.Kind == yamlv3.AliasNode {
		n = n.Alias
	}
	if n.Kind != yamlv3.ScalarNode || n.Style != 0 {
		return n.Value
	}
	if !oddKey.MatchString(n.Value + ":") {
		return n.Value
	}
	out, err := yaml.YAMLToJSON([]byte(n.Value + ": x"))
	if err != nil {
		return n.Value
	}
	key, _, _ := strings.Cut(strings.TrimPrefix(string(out), `{"`), `"`)
	return key
}
