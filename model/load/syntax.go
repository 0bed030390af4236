package load

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	yamlv3 "go.yaml.in/yaml/v3"
)

// The codes of texts that are neither YAML nor JSON.
const (
	codeSyntax    = "syntax"
	codeDuplicate = "duplicate-key"
)

// syntaxError is why a text cannot be read. Its line counts from 1 at the
// beginning of the text.
type syntaxError struct {
	line             int
	code, text, hint string
}

const helmHint = "is this a template? helm template RELEASE CHART | netreach ... -f -"

// yamlErrors returns what err, an error of the YAML parser, says about text.
func yamlErrors(text []byte, err error) []syntaxError {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if list, ok := strings.CutPrefix(message, "unmarshal errors:\n"); ok {
		var out []syntaxError
		for line := range strings.Lines(list) {
			out = append(out, unmarshalError(text, strings.TrimSpace(line)))
		}
		return out
	}
	problem := linePrefix.ReplaceAllString(message, "")
	s := syntaxError{line: yamlLine(text, problem, err), code: codeSyntax, text: "not valid YAML: " + problem}
	switch {
	case strings.HasPrefix(problem, "invalid map key"), strings.HasPrefix(problem, "unsupported map key"):
		s.text = "not valid YAML: a key must be text, and not a mapping, a list or null"
		s.hint = "put the key or the value in quotes"
	default:
		s.hint = yamlHint(problem)
	}
	if bytes.Contains(text, []byte("{{")) {
		s.hint = helmHint
	}
	return []syntaxError{s}
}

var (
	linePrefix   = regexp.MustCompile(`^line \d+: `)
	lineNumber   = regexp.MustCompile(`line (\d+): `)
	duplicateKey = regexp.MustCompile(`^key (.*) already set in map$`)
	infinity     = regexp.MustCompile(`(?i)[-+]?\.(inf|nan)\b`)
)

// beginsObject reports whether a line of text, counted from 1, holds a key that
// stands at the top of every object.
func beginsObject(text []byte, line int) bool {
	lines := bytes.SplitN(text, []byte("\n"), line+1)
	if line < 1 || line > len(lines) {
		return false
	}
	for _, key := range []string{"apiVersion:", "kind:", "metadata:", "spec:"} {
		if bytes.HasPrefix(lines[line-1], []byte(key)) {
			return true
		}
	}
	return false
}

// unmarshalError reads one of several errors about the content of text.
func unmarshalError(text []byte, message string) syntaxError {
	s := syntaxError{line: 1, code: codeSyntax, hint: "write plain values, without tags"}
	if m := lineNumber.FindStringSubmatch(message); m != nil {
		s.line, _ = strconv.Atoi(m[1])
	}
	message = linePrefix.ReplaceAllString(message, "")
	s.text = "not valid YAML: " + message
	if m := duplicateKey.FindStringSubmatch(message); m != nil {
		s.code, s.text = codeDuplicate, "the key "+m[1]+" is given more than once in one mapping"
		s.hint = "only one of them would count: merge them"
		if beginsObject(text, s.line) {
			s.hint = "if another object begins here, --- is missing before it"
		}
		if bytes.Contains(text, []byte("<<:")) {
			s.hint = "only one of them would count; a merge with << gives keys too"
		}
	}
	return s
}

// yamlHint says what to do about a problem that the YAML parser names.
func yamlHint(problem string) string {
	for _, h := range []struct{ problem, hint string }{
		{"tab character", "indent with spaces: YAML allows no tabs there"},
		{"cannot start any token", "put values that begin with @, ` or % in quotes, and indent with spaces, not tabs"},
		{"mapping values are not allowed", "put a value that holds \": \" in quotes, and check the indentation"},
		{"unexpected end of stream", "close the quote that is opened here"},
		{"expected ':'", "is this a key without a colon, or text with too little indentation?"},
		{"expected key", "check the indentation: keys of one mapping stand in one column"},
		{"',' or", "close the bracket that is opened here, and separate what it holds by commas"},
		{"'-' indicator", "check the indentation: entries of one list stand in one column"},
		{"anchor", "define the anchor with & before the alias that uses it"},
		{"excessive aliasing", "write the values out instead of using aliases of aliases"},
		{"escape", "write a backslash twice, or use single quotes"},
		{"control characters", "remove the character, or escape it in double quotes"},
		{"UTF-8", "save the file as UTF-8"},
		{"exceeded max depth", "no Kubernetes object is nested that deeply"},
		{"incompatible YAML document", "drop the %YAML line, or write %YAML 1.1"},
		{"unsupported value", "write a finite number"},
		{" as a !!", "drop the tag, or correct the value"},
	} {
		if strings.Contains(problem, h.problem) {
			return h.hint
		}
	}
	return "check the indentation, the quotes and the brackets here and on the line before"
}

// yamlLine returns the line of a problem that the YAML parser found in text.
func yamlLine(text []byte, problem string, err error) int {
	var line int
	switch {
	// Where something is opened and never closed, its beginning is what the
	// user must find. Version 3 of the parser reports it, except on the first
	// line, so that one is put before it.
	case strings.Contains(problem, "unexpected end of stream"), strings.Contains(problem, "expected ':'"):
		line = contextLine(text) - 1
	case strings.Contains(problem, "',' or"):
		line = contextLine(text)
	// The next have no line at all.
	case strings.Contains(problem, "control characters"), strings.Contains(problem, "UTF-8"):
		line = lineAt(text, badRune(text))
	case strings.Contains(problem, "map key"):
		line = lineOfNode(text, isOddKey)
	case strings.Contains(problem, "anchor '"):
		_, name, _ := strings.Cut(problem, "anchor '")
		name, _, _ = strings.Cut(name, "'")
		line = lineAt(text, bytes.Index(text, []byte("*"+name)))
	case strings.Contains(problem, "unsupported value"):
		line = lineAt(text, firstIndex(infinity, text))
	case strings.Contains(problem, " as a !!"):
		line = lineAt(text, bytes.Index(text, []byte(problem[strings.LastIndex(problem, "!!"):])))
	default:
		line = problemLine(err)
	}
	return min(max(1, line), lineAt(text, len(bytes.TrimRight(text, " \t\r\n"))))
}

func firstIndex(re *regexp.Regexp, text []byte) int {
	if at := re.FindIndex(text); at != nil {
		return at[0]
	}
	return -1
}

// contextLine returns the line that version 3 of the parser reports for text
// with an empty line before it.
func contextLine(text []byte) int {
	var n yamlv3.Node
	return errorLine(yamlv3.Unmarshal(append([]byte("\n"), text...), &n))
}

// problemLine returns the line of what the YAML parser stumbled on. It counts
// from 0 where it does not scan, and does not tell the line 0.
func problemLine(err error) int {
	if strings.Contains(err.Error(), "did not find expected") {
		return errorLine(err) + 1
	}
	return errorLine(err)
}

// errorLine returns the line that err names, or 0.
func errorLine(err error) int {
	if err == nil {
		return 0
	}
	m := lineNumber.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// lineAt returns the line of the byte at offset in text.
func lineAt(text []byte, offset int) int {
	if offset < 0 {
		return 1
	}
	return 1 + bytes.Count(text[:min(offset, len(text))], []byte("\n"))
}

// badRune returns the offset of the first character that YAML does not allow,
// or -1.
func badRune(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1,
			r < 0x20 && r != '\t' && r != '\n' && r != '\r',
			r >= 0x7f && r < 0xa0 && r != 0x85,
			r == 0xfeff || r == 0xfffe || r == 0xffff:
			return i
		}
		i += size
	}
	return -1
}

// lineOfNode returns the line of the first node of text that is as wanted, or 1.
func lineOfNode(text []byte, wanted func(parent *yamlv3.Node, i int) bool) int {
	var root yamlv3.Node
	if yamlv3.Unmarshal(text, &root) != nil {
		return 1
	}
	return max(1, findNode(&root, wanted))
}

func findNode(n *yamlv3.Node, wanted func(parent *yamlv3.Node, i int) bool) int {
	for i, c := range n.Content {
		if wanted(n, i) {
			return c.Line
		}
		if line := findNode(c, wanted); line > 0 {
			return line
		}
	}
	return 0
}

// isOddKey reports whether the i-th child of n is a key that is not a scalar,
// or null.
func isOddKey(n *yamlv3.Node, i int) bool {
	return n.Kind == yamlv3.MappingNode && i%2 == 0 &&
		(n.Content[i].Kind == yamlv3.MappingNode || n.Content[i].Kind == yamlv3.SequenceNode || n.Content[i].Tag == "!!null")
}

// jsonError returns what err, an error of the JSON decoder, says about text.
func jsonError(text []byte, err error) syntaxError {
	s := syntaxError{line: lineAt(text, len(bytes.TrimRight(text, " \t\r\n"))), code: codeSyntax}
	serr, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		s.text, s.hint = "not valid JSON: the text ends early", "is the file cut off? write it anew"
	case !ok:
		s.text, s.hint = "not valid JSON: "+err.Error(), "check the text with another JSON tool"
	case errors.Is(err, jsontext.ErrDuplicateName):
		s.line, s.code = lineAt(text, int(serr.ByteOffset)), codeDuplicate
		s.text = "the key " + strconv.Quote(serr.JSONPointer.LastToken()) + " is given more than once in one object"
		s.hint = "only one of them would count: merge them"
	default:
		s.line = lineAt(text, int(serr.ByteOffset))
		s.text = "not valid JSON: " + serr.Err.Error()
		s.hint = "check the commas, quotes and brackets here and on the line before"
	}
	if bytes.Contains(text, []byte("{{")) && s.code == codeSyntax {
		s.hint = helmHint
	}
	return s
}
