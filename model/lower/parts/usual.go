package parts

import "strings"

// The names and labels of nearly all objects are of a plain form, which is
// told much faster than by the regular expressions of the API server. What is
// usual is valid; what is not may be valid all the same.

const longestUsual = 63

// UsualLabel reports whether key and value are those of a usual label.
func UsualLabel(key, value string) bool { return UsualValue(value) && UsualKey(key) }

// UsualKey reports whether s is a usual key of a label, with a prefix or
// without.
func UsualKey(s string) bool {
	i := strings.IndexByte(s, '/')
	return i < 0 && usualWord(s) || i >= 0 && i <= longestUsual && UsualNames(s[:i]) && usualWord(s[i+1:])
}

// UsualValue reports whether s is a usual value of a label, which may be empty.
func UsualValue(s string) bool { return s == "" || usualWord(s) }

// UsualName reports whether s is lower-case letters and digits, with dashes
// between them, and at most as long as any name may be.
func UsualName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && (c != '-' || i == 0 || i == len(s)-1) {
			return false
		}
	}
	return s != "" && len(s) <= longestUsual
}

// UsualNames reports whether s is usual names with a dot between each two, at
// most as many as a name with dots may hold.
func UsualNames(s string) bool {
	const longest = 253
	whole := len(s)
	for {
		i := strings.IndexByte(s, '.')
		if i < 0 {
			return UsualName(s) && whole <= longest
		}
		if !UsualName(s[:i]) {
			return false
		}
		s = s[i+1:]
	}
}

// usualWord reports whether s is letters and digits, with dashes, dots and
// underscores between them, and is at most as long as the key or the value of a
// label without a prefix may be.
func usualWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || i == len(s)-1 || c != '-' && c != '.' && c != '_') {
			return false
		}
	}
	return s != "" && len(s) <= longestUsual
}

// usualPort reports whether s is a usual name of a port: letters, with digits
// behind them and single dashes between them.
func usualPort(s string) bool {
	const longest = 15
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && (c != '-' || i == len(s)-1 || s[i-1] == '-')) {
			return false
		}
	}
	return s != "" && len(s) <= longest
}
