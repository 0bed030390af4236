package expect

import "strings"

// The longest names that the API server takes.
const (
	maxLabelName  = 63  // a DNS label; also a label's value and the name in its key
	maxSubdomain  = 253 // most objects' names; also the prefix of a label's key
	maxPortName   = 15
	lowerAndDigit = "abcdefghijklmnopqrstuvwxyz0123456789"
)

func isLowerOrDigit(c byte) bool { return strings.IndexByte(lowerAndDigit, c) >= 0 }

func isAlphanumeric(c byte) bool { return isLowerOrDigit(c) || 'A' <= c && c <= 'Z' }

// isLabelName reports whether s can be the name of a namespace: a DNS label.
func isLabelName(s string) bool {
	if s == "" || len(s) > maxLabelName || !isLowerOrDigit(s[0]) || !isLowerOrDigit(s[len(s)-1]) {
		return false
	}
	return onlyOf(s, lowerAndDigit+"-")
}

// isObjectName reports whether s can be the name of a pod, a workload, a
// Service or a node: a DNS subdomain (NPV-1).
func isObjectName(s string) bool {
	if len(s) > maxSubdomain {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || !isLowerOrDigit(part[0]) || !isLowerOrDigit(part[len(part)-1]) || !onlyOf(part, lowerAndDigit+"-") {
			return false
		}
	}
	return true
}

// isKind reports whether s can be a kind: letters and digits, a letter first.
func isKind(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) || i == 0 && '0' <= s[i] && s[i] <= '9' {
			return false
		}
	}
	return s != ""
}

// isLabelKey reports whether s is a qualified name, [prefix/]name (NPV-10).
func isLabelKey(s string) bool {
	if prefix, name, ok := strings.Cut(s, "/"); ok {
		return isObjectName(prefix) && name != "" && isLabelText(name)
	}
	return s != "" && isLabelText(s)
}

// isLabelText reports whether s can be a label's value (NPV-10); an empty one
// can (SEL-3).
func isLabelText(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > maxLabelName || !isAlphanumeric(s[0]) || !isAlphanumeric(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// isPortName reports whether s can be the name of a container's port (NPV-4).
func isPortName(s string) bool {
	if s == "" || len(s) > maxPortName || strings.Contains(s, "--") || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return onlyOf(s, lowerAndDigit+"-") && !onlyOf(s, "0123456789-")
}

// onlyOf reports whether s has no other characters than those of set.
func onlyOf(s, set string) bool {
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) < 0 {
			return false
		}
	}
	return true
}
