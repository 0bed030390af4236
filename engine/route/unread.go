package route

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/model"
)

// unread says of each kind whose objects lead in and are not modelled that one of
// them may take a request.
func (a *Atlas) unread() []string {
	var out []string
	for _, all := range Unread(a.cluster) {
		if first := all[0]; !first.Decides {
			text := first.Origin.Object() + " of " + first.Group
			if n := len(all) - 1; n > 0 {
				text += fmt.Sprintf(" (and %d more)", n)
			}
			out = append(out, text+" is not read, and may lead there: "+model.Place(first.Origin.File, first.Origin.Line))
		}
	}
	return out
}

// Unread returns the objects of a cluster that lead in or decide who gets in and
// that are not modelled, by kind, in the order of Names.Unread. Each list is in the
// order of the text, and none is empty.
func Unread(c *model.Cluster) [][]model.Unread {
	var out [][]model.Unread
	for _, u := range c.Names.Unread {
		if n := len(out) - 1; n >= 0 && out[n][0].Group == u.Group && out[n][0].Origin.Kind == u.Origin.Kind {
			out[n] = append(out[n], u)
		} else {
			out = append(out, []model.Unread{u})
		}
	}
	for _, all := range out {
		ByPlace(all)
	}
	return out
}

// ByPlace sorts objects by where they stand.
func ByPlace(all []model.Unread) {
	slices.SortFunc(all, func(a, b model.Unread) int {
		return cmp.Or(strings.Compare(a.Origin.File, b.Origin.File), cmp.Compare(a.Origin.Line, b.Origin.Line))
	})
}
