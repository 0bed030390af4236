package expect

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"netreach/model"
)

// CodeSyntax is the code of the diagnostics that ParseFile returns.
const CodeSyntax = "flow-syntax"

// ParseFile reads a file of flow lines: one a line, with comments from "#" to
// the end of the line and with empty lines. It returns the lines that it could
// read and an error diagnostic for each other one, located in the file of the
// given name. The error is about reading r.
func ParseFile(r io.Reader, file, namespace string) ([]Line, []model.Diagnostic, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", file, err)
	}
	var lines []Line
	var problems []model.Diagnostic
	number := 0
	for row := range strings.SplitSeq(strings.TrimPrefix(string(text), "\ufeff"), "\n") {
		number++
		row = strings.TrimSpace(cutComment(row))
		if row == "" {
			continue
		}
		line, err := ParseLine(row, namespace)
		if err != nil {
			problems = append(problems, diagnostic(err, file, number))
			continue
		}
		line.Number = number
		lines = append(lines, line)
	}
	return lines, problems, nil
}

// cutComment cuts off a comment: a "#" that begins the line or follows a space.
// Other ones belong to a URL.
func cutComment(row string) string {
	for i := range len(row) {
		if row[i] == '#' && (i == 0 || row[i-1] == ' ' || row[i-1] == '\t') {
			return row[:i]
		}
	}
	return row
}

func diagnostic(err error, file string, line int) model.Diagnostic {
	d := model.Diagnostic{
		Severity: model.Error,
		Code:     CodeSyntax,
		Origin:   model.Origin{File: file, Line: line},
		Text:     err.Error(),
	}
	if syntax, ok := errors.AsType[*SyntaxError](err); ok {
		d.Hint = syntax.Hint
	}
	return d
}
