package parts

import "strings"

// Choice is the hint for a word that is none of those allowed, of which there
// are at least two.
func Choice(word string, allowed ...string) string {
	for _, a := range allowed {
		if strings.EqualFold(a, strings.TrimSpace(word)) {
			return "write " + a + ": case matters"
		}
	}
	last := len(allowed) - 1
	return "write " + strings.Join(allowed[:last], ", ") + " or " + allowed[last]
}

// reasons joins what the validation functions say, without their examples and
// regular expressions.
func reasons(wrong []string) string {
	for i, w := range wrong {
		w, _, _ = strings.Cut(w, " (e.g.")
		wrong[i], _, _ = strings.Cut(w, " (regex")
	}
	return strings.Join(wrong, "; ")
}
