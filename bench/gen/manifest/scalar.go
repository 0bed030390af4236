package manifest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// style is a way to write a string in YAML.
type style uint8

const (
	plain style = iota
	single
	double
	literal
)

func (s style) quote() string {
	switch s {
	case single:
		return "'"
	case double:
		return `"`
	case plain, literal:
	}
	return ""
}

// styleOf returns the style that kubectl writes a string in: plain unless that
// would be something else or something other than a string.
func styleOf(s string) style {
	if s == "" {
		return double
	}
	l := look(s)
	switch {
	case l.breaks && !l.special && !l.blankAtBreak && s[len(s)-1] != ' ':
		return literal
	case l.breaks, l.special, otherwise(s):
		return double
	case l.indicator || s[0] == ' ' || s[len(s)-1] == ' ' || strings.HasPrefix(s, "---") || strings.HasPrefix(s, "..."):
		return single
	}
	return plain
}

// features are what bears on the style of a string.
type features struct {
	breaks       bool // line breaks
	special      bool // characters that need an escape
	blankAtBreak bool // a blank before a line break
	indicator    bool // characters that mean something where they stand
}

func look(s string) features {
	var f features
	switch s[0] {
	case '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		f.indicator = true
	case '?', '-':
		f.indicator = len(s) == 1 || blank(s[1])
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			f.breaks = true
			f.blankAtBreak = f.blankAtBreak || i > 0 && s[i-1] == ' '
		case c < ' ' || c > '~':
			f.special = true
		case c == ':':
			f.indicator = f.indicator || i+1 == len(s) || blank(s[i+1])
		case c == '#':
			f.indicator = f.indicator || i > 0 && blank(s[i-1])
		}
	}
	return f
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// otherwise reports whether YAML 1.1 would read the plain string as null, a
// boolean, a number or a time.
func otherwise(s string) bool {
	switch c := s[0]; {
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		return numeric(s)
	case strings.IndexByte("yYnNtTfFoO~", c) < 0 || len(s) > len("false"):
		return false
	}
	return slices.Contains([]string{
		"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
		"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
		"~", "null", "Null", "NULL",
	}, s)
}

// numeric reports whether YAML 1.1 would read the plain string as a number, of
// base 60 too, or as a time.
func numeric(s string) bool {
	dots := 0
	for i := range len(s) {
		if s[i] == '.' {
			dots++
		}
		if dots > 1 || strings.IndexByte(numerals, s[i]) < 0 {
			return false // most of what comes here: addresses and hashes
		}
	}
	switch s {
	case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
		return true
	}
	if sexagesimal(s) || timestamp(s) {
		return true
	}
	digits := strings.ReplaceAll(s, "_", "")
	if s[0] == '.' {
		digits = s
	}
	if !strings.ContainsAny(digits[:min(len(digits), 4)], "0123456789") {
		return false
	}
	if _, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return true
	}
	if _, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return true
	}
	if strings.ContainsAny(digits, "xXpPiInN") {
		return false // Go's own floating point, or none
	}
	_, err := strconv.ParseFloat(digits, 64)
	return err == nil
}

// numerals are all characters that numbers and times are written with.
const numerals = "0123456789abcdefABCDEFxXoO_+-.:tTzZniNI "

// timestamp reports whether s is one of the times that need quotes.
func timestamp(s string) bool {
	if len(s) < 8 || s[4] != '-' {
		return false
	}
	for _, format := range []string{"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999", "2006-1-2"} {
		if _, err := time.Parse(format, s); err == nil {
			return true
		}
	}
	return false
}

// sexagesimal reports whether s looks like a number of base 60, such as 12:30.
func sexagesimal(s string) bool {
	s = strings.TrimLeft(s[:1], "+-") + s[1:]
	if s == "" || s[0] < '0' || s[0] > '9' || !strings.Contains(s, ":") {
		return false
	}
	parts := strings.Split(s, ":")
	for i, p := range parts {
		if i == len(parts)-1 {
			p, _, _ = strings.Cut(p, ".")
		}
		if p == "" || strings.Trim(p, "0123456789_") != "" || i > 0 && (len(p) > 2 || len(p) == 2 && p[0] > '5') {
			return false
		}
	}
	return true
}

// appendScalar appends s in the style that it needs on one line, as a key or as
// a short value.
func appendScalar(b []byte, s string) []byte {
	style := styleOf(s)
	if style == literal {
		style = double
	}
	return appendStyled(b, s, style)
}

// appendStyled appends s in a flow style, without breaking lines.
func appendStyled(b []byte, s string, style style) []byte {
	if style == plain {
		return append(b, s...)
	}
	quote := style.quote()
	b = append(b, quote...)
	for i := range len(s) {
		b = appendStyledByte(b, s[i], style)
	}
	return append(b, quote...)
}

// The characters that have an escape of one letter, and these.
const (
	escaped = "\x00\a\b\t\n\v\f\r\x1b"
	escapes = "0abtnvfre"
)

// appendStyledByte appends one character with the escapes of the style.
func appendStyledByte(b []byte, c byte, style style) []byte {
	switch {
	case style == single && c == '\'':
		return append(b, '\'', '\'')
	case style != double:
		return append(b, c)
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case strings.IndexByte(escaped, c) >= 0:
		return append(b, '\\', escapes[strings.IndexByte(escaped, c)])
	case c < ' ' || c == 0x7f:
		const hex = "0123456789ABCDEF"
		return append(b, '\\', 'x', hex[c>>4], hex[c&0xf])
	}
	return append(b, c)
}
