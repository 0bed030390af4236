package load

import (
	"strconv"
	"strings"
)

// step is one step of a path: to the member of a mapping, or to the item of a
// list whose number it is.
type step struct {
	name string
	// index is -1 if the step cannot lead to an item.
	index int
}

// steps reads a path as strict.Member and strict.Item write it:
//
//	spec.ingress[0].from[1].podSelector.matchLabels["app.kubernetes.io/name"]
//
// Quotes in brackets may be left out where the name holds neither quotes nor
// brackets. What is not a path ends it.
func steps(path string) []step {
	var out []step
	for path != "" {
		switch {
		case path[0] == '.':
			path = path[1:]
		case strings.HasPrefix(path, `["`):
			quoted, err := strconv.QuotedPrefix(path[1:])
			if err != nil {
				return out
			}
			name, err := strconv.Unquote(quoted)
			rest, ok := strings.CutPrefix(path[1+len(quoted):], "]")
			if err != nil || !ok {
				return out
			}
			out, path = append(out, step{name, -1}), rest
		case path[0] == '[':
			name, rest, ok := strings.Cut(path[1:], "]")
			if !ok {
				return out
			}
			index, err := strconv.Atoi(name)
			if err != nil {
				index = -1
			}
			out, path = append(out, step{name, index}), rest
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			out, path = append(out, step{path[:end], -1}), path[end:]
		}
	}
	return out
}

// under returns the path of what stands at path in the value at root.
func under(root, path string) string {
	switch {
	case root == "":
		return path
	case path == "" || path[0] == '[':
		return root + path
	}
	return root + "." + path
}
