package render

import (
	"strings"

	"netreach/model"
)

// paint colours words for a terminal. The zero value writes them as they are.
type paint struct{ on bool }

// The ANSI colours in use. Allow and deny differ in brightness too, and the
// word always stands beside the colour.
const (
	green  = "\x1b[32m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	reset  = "\x1b[0m"
)

func (p paint) in(color, s string) string {
	if !p.on || s == "" {
		return s
	}
	return color + s + reset
}

func (p paint) bold(s string) string { return p.in(bold, s) }
func (p paint) dim(s string) string  { return p.in(dim, s) }

// verdict colours s as the verdict v.
func (p paint) verdict(v model.Verdict, s string) string {
	switch v {
	case model.Allowed:
		return p.in(green, s)
	case model.Denied:
		return p.in(red, s)
	case model.Some, model.Unknown:
		return p.in(yellow, s)
	case model.None:
	}
	return s
}

// line colours the verdict that a flow line begins with.
func (p paint) line(v model.Verdict, line string) string {
	return p.verdict(v, v.String()) + strings.TrimPrefix(line, v.String())
}
