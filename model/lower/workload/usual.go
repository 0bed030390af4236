package workload

import "strings"

// The names and labels of nearly all objects are of a plain form, which is
// told much faster than by the regular expressions of the API server.

const longestUsual = 63

// isUsualKey reports whether s is a usual key of a label, with a prefix or
// without.
func isUsualKey(s string) bool {
	prefix, name, ok := strings.Cut(s, "/")
	if !ok {
		return isUsual(s)
	}
	for part := range strings.SplitSeq(prefix, ".") {
		if !isUsualName(part) {
			return false
		}
	}
	return len(prefix) <= longestUsual && isUsual(name)
}

// isUsualName reports whether s is lower-case letters and digits, with dashes
// between them, and at most as long as any name may be.
func isUsualName(s string) bool {
	return isUsual(s) && !hasOther(s)
}

// hasOther reports whether s holds anything but lower-case letters, digits and
// dashes.
func hasOther(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return true
		}
	}
	return false
}

// isUsual reports whether s is letters and digits, with dashes, dots and
// underscores between them, and is at most as long as the key or the value of a
// label without a prefix may be.
func isUsual(s string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || i == len(s)-1 || c != '-' && c != '.' && c != '_') {
			return false
		}
	}
	return s != "" && len(s) <= longestUsual
}
