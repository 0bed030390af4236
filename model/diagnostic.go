package model

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Severity says what a diagnostic does to the exit code.
type Severity uint8

// The severities. An error stops with exit 2.
const (
	Warning Severity = iota
	Error
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Diagnostic is something in the input that the user must know: what we could
// not read, do not model, or read differently than it looks.
type Diagnostic struct {
	Severity Severity
	// Code is a stable name in kebab case: "port-range".
	Code   string
	Origin Origin
	// Text says what is wrong, without capital and full stop; it quotes what
	// the user wrote.
	Text string
	// Hint says what to do about it, or is empty.
	Hint string
	// Forgiven tells that it is an error but for leniency: something that decides
	// verdicts was left out, so that these may be wrong.
	Forgiven bool
}

// String returns the diagnostic as two lines at most, without newline at the
// end:
//
//	db.yaml:14: NetworkPolicy shop/db: spec.ingress[0].ports[1].endPort: 80 is below port 8080   [port-range]
//	         hint: swap the two values, or drop endPort for a single port
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.Origin.File != "" {
		b.WriteString(Place(d.Origin.File, d.Origin.Line))
		if d.Origin.Line > 0 && d.Origin.Column > 0 {
			b.WriteByte(':')
			b.WriteString(strconv.Itoa(d.Origin.Column))
		}
		b.WriteString(": ")
	}
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	if o := d.Origin.Object(); o != "" {
		b.WriteString(o)
		b.WriteString(": ")
	}
	if d.Origin.Field != "" {
		b.WriteString(d.Origin.Field)
		b.WriteString(": ")
	}
	b.WriteString(d.Text)
	b.WriteString("   [")
	b.WriteString(d.Code)
	b.WriteByte(']')
	if d.Hint != "" {
		b.WriteString("\n         hint: ")
		b.WriteString(d.Hint)
	}
	return b.String()
}

// SortDiagnostics sorts by file, line, column, object, field and code, and drops exact
// repetitions.
func SortDiagnostics(ds []Diagnostic) []Diagnostic {
	slices.SortStableFunc(ds, compareDiagnostics)
	return slices.CompactFunc(ds, func(a, b Diagnostic) bool {
		return compareDiagnostics(a, b) == 0 && a.Text == b.Text && a.Severity == b.Severity
	})
}

func compareDiagnostics(a, b Diagnostic) int {
	return cmp.Or(
		strings.Compare(a.Origin.File, b.Origin.File),
		cmp.Compare(a.Origin.Line, b.Origin.Line),
		cmp.Compare(a.Origin.Column, b.Origin.Column),
		strings.Compare(a.Origin.Object(), b.Origin.Object()),
		strings.Compare(a.Origin.Field, b.Origin.Field),
		strings.Compare(a.Code, b.Code),
	)
}
