package strict

import (
	"strconv"
	"strings"
)

// Member returns the path of the member name of the mapping at path. A name
// that is not made of letters, digits, '_' and '-' alone is quoted, so that the
// path can be read back: spec.podSelector.matchLabels["app.kubernetes.io/name"].
func Member(path, name string) string {
	switch {
	case !plain(name):
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

// Item returns the path of the i-th item of the list at path, counted from 0.
func Item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func plain(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	}) < 0
}
