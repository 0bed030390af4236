package expect

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"netreach/model"
)

// CodeSyntax is the code of the diagnostics that ParseFile returns.
const CodeSyntax = "flow-syntax"

// ParseFile reads a file of lines, with comments from "#" to the end of the row
// and with empty rows. It returns the lines that it could read and an error
// diagnostic for each other one, located in the file of the given name. A set
// may be used anywhere in the file, but in another set only further down. The
// error is about reading r.
func ParseFile(r io.Reader, file, namespace string) ([]Line, []model.Diagnostic, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", file, err)
	}
	s := scope{namespace: namespace, sets: map[string]*Set{}}
	var problems []model.Diagnostic
	var others []statement
	for _, st := range statements(string(text)) {
		if !isDefinition(st.words) {
			others = append(others, st)
		} else if err := s.define(st.words, st.text()); err != nil {
			problems = append(problems, diagnostic(err, file))
		}
	}
	var lines []Line
	for _, st := range others {
		line, err := s.line(st.words, st.text())
		if err != nil {
			problems = append(problems, diagnostic(err, file))
			continue
		}
		line.Number, line.Comment = st.words[0].row, st.comment
		lines = append(lines, line)
	}
	slices.SortStableFunc(problems, func(a, b model.Diagnostic) int { return cmp.Compare(a.Origin.Line, b.Origin.Line) })
	return lines, problems, nil
}

// statement is the words of a line that may go on over several rows.
type statement struct {
	words   []word
	comment string // the first one
}

func (s *statement) text() string {
	texts := make([]string, len(s.words))
	for i, w := range s.words {
		texts[i] = w.text
	}
	return strings.Join(texts, " ")
}

// statements cuts a file into statements. A row that ends in a comma, or in "="
// or "->", goes on in the next one that is not empty.
func statements(text string) []statement {
	var out []statement
	open := false
	row := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		row++
		line, comment := cutComment(line)
		found := words(line, row)
		if len(found) == 0 {
			continue
		}
		if !open {
			out = append(out, statement{})
		}
		st := &out[len(out)-1]
		st.words = append(st.words, found...)
		st.comment = cmp.Or(st.comment, comment)
		last := found[len(found)-1].text
		open = strings.HasSuffix(last, ",") || last == arrow || last == "=" && isDefinition(st.words)
	}
	return out
}

// cutComment cuts off a comment: a "#" that begins the line or follows a space.
// Other ones belong to a URL.
func cutComment(row string) (rest, comment string) {
	for i := range len(row) {
		if row[i] == '#' && (i == 0 || row[i-1] == ' ' || row[i-1] == '\t') {
			return row[:i], strings.TrimSpace(row[i+1:])
		}
	}
	return row, ""
}

func diagnostic(err error, file string) model.Diagnostic {
	d := model.Diagnostic{Severity: model.Error, Code: CodeSyntax, Origin: model.Origin{File: file}, Text: err.Error()}
	if syntax, ok := errors.AsType[*SyntaxError](err); ok {
		d.Origin.Line, d.Origin.Column, d.Hint = syntax.Row, syntax.Column, syntax.Hint
	}
	return d
}
