package model

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// FileName returns the name of a file as it is printed: as it is, or as a string
// of Go if a character of it cannot be seen. A newline in a name would otherwise
// begin a line of its own, which a reader of the output takes for one of ours.
func FileName(name string) string {
	if utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return name
	}
	return strconv.Quote(name)
}

// Place returns where something stands, as "file:line", or the file alone if the
// line is 0. Without a file it is "".
func Place(file string, line int) string {
	if file == "" || line <= 0 {
		return FileName(file)
	}
	return FileName(file) + ":" + strconv.Itoa(line)
}
