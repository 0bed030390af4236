// Package near guesses what a user meant who wrote a name that does not exist.
package near

import "strings"

// Hint returns a hint that names what the user may have meant among the
// known names, or otherwise if nothing is near.
func Hint(typed string, known []string, otherwise string) string {
	if best := Name(typed, known); best != "" {
		return "did you mean " + best + "?"
	}
	return otherwise
}

// Name returns what the user may have meant among the known names, or "" if nothing
// is near.
func Name(typed string, known []string) string {
	best, least := "", 1+max(2, len(typed)/3)
	for _, name := range known {
		d := Distance(strings.ToLower(typed), strings.ToLower(name))
		if strings.HasPrefix(name, typed) && typed != "" {
			d = min(d, 1)
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// Distance returns how many letters must be inserted, left out, replaced or
// swapped with their neighbour to turn a into b. Names far apart in length, such
// as those of a hostile input, are not compared: they are as far as the longer
// one is long.
func Distance(a, b string) int {
	if d := len(a) - len(b); d > len(b) || -d > len(a) {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	before, above := make([]int, len(b)+1), make([]int, len(b)+1)
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, above[j]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
