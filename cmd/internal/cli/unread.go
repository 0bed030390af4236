package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// codeUnread is that of warnings about objects that are not modelled.
const codeUnread = "unread-kind"

// unread warns, once for each kind, of objects that lead in or decide who gets in
// and that are not modelled. It is for questions about the ways in: to others they
// are nothing.
func (s *session) unread(c *model.Cluster) {
	var out []model.Diagnostic
	for _, all := range route.Unread(c) {
		out = append(out, unreadKind(all, ""))
	}
	_ = s.diagnose("input", out) // warnings stop nobody
}

// unreadAbout is unread for a question whose destination may be a URL.
func (s *session) unreadAbout(c *model.Cluster, dst expect.Peer) {
	if dst.Kind == expect.URL {
		s.unread(c)
	}
}

// unreadFor is unread for files of expectations, if they ask about the ways in or
// about URLs.
func (s *session) unreadFor(c *model.Cluster, files []expectations, entries bool) {
	toURL := func(l expect.Line) bool {
		return slices.ContainsFunc(l.Dst, func(p expect.Peer) bool { return p.Kind == expect.URL })
	}
	if entries || slices.ContainsFunc(files, func(f expectations) bool { return slices.ContainsFunc(f.lines, toURL) }) {
		s.unread(c)
	}
}

// unreadKind is a warning about the objects of a kind. Changed says how many of them
// a change touches, or is "".
func unreadKind(all []model.Unread, changed string) model.Diagnostic {
	first := all[0]
	d := model.Diagnostic{Severity: model.Warning, Code: codeUnread, Origin: first.Origin, Text: first.Origin.Kind + " of " + first.Group + " is not read"}
	if n := len(all) - 1; n == 1 {
		d.Text += ", nor is 1 more"
	} else if n > 1 {
		d.Text += fmt.Sprintf(", nor are %d more", n)
	}
	if first.Decides {
		d.Text += ": whom such objects let in or keep out is missing from the answer"
		d.Hint = "requests may fare otherwise at what heeds them; the hops before and behind it are judged all the same"
	} else {
		d.Text += ": the ways in that such objects make are missing from the answer"
		d.Hint = "ask hop by hop: from outside to the pods of the controller, and from those to the pods behind it"
	}
	d.Text += changed
	return d
}

// unreadChanges warns as unread does of both states, and says what differs.
func (s *session) unreadChanges(before, after *model.Cluster) {
	key := func(u model.Unread) string { return u.Group + "\n" + u.Origin.Object() }
	was := map[string]string{}
	for _, u := range before.Names.Unread {
		was[key(u)] = u.Digest
	}
	kindOf := func(u model.Unread) string { return u.Group + "\n" + u.Origin.Kind }
	type changes struct {
		all                     []model.Unread
		added, removed, altered int
	}
	kinds := map[string]*changes{}
	of := func(u model.Unread) *changes {
		c := kinds[kindOf(u)]
		if c == nil {
			c = &changes{}
			kinds[kindOf(u)] = c
		}
		return c
	}
	for _, u := range after.Names.Unread {
		c := of(u)
		c.all = append(c.all, u)
		switch digest, ok := was[key(u)]; {
		case !ok:
			c.added++
		case digest != u.Digest:
			c.altered++
		}
		delete(was, key(u))
	}
	for _, u := range before.Names.Unread {
		if _, gone := was[key(u)]; gone {
			c := of(u)
			c.all = append(c.all, u)
			c.removed++
		}
	}
	var out []model.Diagnostic
	for _, c := range kinds {
		var words []string
		for _, w := range []struct {
			n    int
			word string
		}{{c.added, "added"}, {c.removed, "removed"}, {c.altered, "changed"}} {
			if w.n > 0 {
				words = append(words, fmt.Sprintf("%d %s", w.n, w.word))
			}
		}
		text := ""
		if len(words) > 0 {
			text = "; " + strings.Join(words, ", ") + " between the two states, with an effect that is not known"
		}
		route.ByPlace(c.all)
		out = append(out, unreadKind(c.all, text))
	}
	slices.SortFunc(out, func(a, b model.Diagnostic) int {
		return cmp.Or(strings.Compare(a.Origin.File, b.Origin.File), cmp.Compare(a.Origin.Line, b.Origin.Line), strings.Compare(a.Text, b.Text))
	})
	_ = s.diagnose("input", out) // warnings stop nobody
}
