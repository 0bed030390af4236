package render

import "strings"

// caveats writes which points that are up to the implementation an answer rests
// on.
func (t *terminal) caveats(caveats []Caveat) {
	for i, c := range caveats {
		if i == 0 {
			t.line()
		}
		t.line("  ", t.paint.bold("caveat:"), " ", c.String())
	}
}

// String returns the caveat as a sentence.
func (c Caveat) String() string {
	points := "implementations differ in whether " + strings.Join(c.Points, ", and in whether ")
	if len(c.Otherwise) == 0 {
		return "it rests on " + strings.Join(c.Settings, " or ") + ", of which one is enough; " + points
	}
	var others []string
	for _, o := range c.Otherwise {
		others = append(others, "with "+o.Value+" it is "+o.Verdict.String())
	}
	return "it rests on " + strings.Join(c.Settings, "") + ", " + strings.Join(others, ", ") + "; " + points
}
