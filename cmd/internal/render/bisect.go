package render

import (
	"slices"
	"strings"
	"time"

	"netreach/engine"
	"netreach/model"
)

// Bisection is where in a history a flow changes.
type Bisection struct {
	// Src, Dst and Port are the flow as it was asked about.
	Src, Dst, Port string
	// Before and After are the ends of the history.
	Before, After Moment
	// Turns are the changes that were found, in the order of the history. There is
	// none if the flow is at both ends what it is at the other.
	Turns []Turn
	// Skipped are the commits whose input could not be read.
	Skipped []Skip
	// Commits counts those of the lines that were searched, and Tried those that
	// were judged.
	Commits, Tried int
}

// Commit is what a person wants to know of a commit. The zero value is none.
type Commit struct {
	Hash, Author, Email string
	Date                time.Time
	Subject             string
}

// Moment is a commit and what is known of the flow there.
type Moment struct {
	// Name is what the user calls the commit.
	Name   string
	Commit Commit
	// Query is the answer, or nil if an end of the flow is not there; Absent then
	// says which.
	Query  *Query
	Absent string
}

// Turn is a change of the flow from one commit to the next.
type Turn struct {
	// Before is a parent of After.
	Before, After Moment
	// Merge is the commit that brought the change into the line of the history
	// that was asked about, where that is not the commit itself.
	Merge Commit
	// Among are the commits of which each may be the one that changed the flow, if
	// that is not certain: all but the last could not be read.
	Among []Commit
	// Note says what else is to know, or is empty.
	Note string
	// Diff is between the two commits, with the flows that were asked about. It is
	// nil if it is not known.
	Diff *Diff
}

// causes returns what changed the flow, each once.
func (t *Turn) causes() []engine.Cause {
	if t.Diff == nil {
		return nil
	}
	var ids []engine.CauseID
	for _, f := range t.Diff.Flows {
		if !slices.Contains(ids, f.Change.Cause) {
			ids = append(ids, f.Change.Cause)
		}
	}
	out := make([]engine.Cause, len(ids))
	for i, id := range ids {
		out[i] = t.Diff.Causes[id]
	}
	return out
}

// Skip is a commit that was passed over, and why.
type Skip struct {
	Commit Commit
	Reason string
}

// Absent is the word for a flow of which an end is not there.
const Absent = "absent"

// Bisect writes each change as git writes a commit, with the flow before and
// after it and why.
func (t *terminal) Bisect(b *Bisection) error {
	for i := range b.Turns {
		if i > 0 {
			t.line()
		}
		t.turn(b, &b.Turns[i])
	}
	if len(b.Turns) == 0 {
		t.moment(b, "", &b.After)
		t.comment("the same at " + b.Before.Name + " and at " + b.After.Name)
	}
	return t.err
}

// turn writes one change.
func (t *terminal) turn(b *Bisection, turn *Turn) {
	c := &turn.After.Commit
	t.line(t.paint.in(yellow, "commit "+c.Hash))
	if turn.Merge.Hash != "" {
		t.line("merged ", turn.Merge.Hash, "  ", turn.Merge.Subject)
	}
	t.line("author ", c.Author, " <", c.Email, ">")
	if !c.Date.IsZero() {
		t.line("date   ", c.Date.Format("2006-01-02 15:04:05 -0700"))
	}
	t.line()
	t.line("    ", c.Subject)
	t.line()
	if len(turn.Among) > 0 {
		t.line("it is this commit, or one of those before it that cannot be read:")
		for _, other := range turn.Among[:len(turn.Among)-1] {
			t.line("  ", short(other.Hash), "  ", other.Subject)
		}
		t.line()
	}
	t.moment(b, "before  ", &turn.Before)
	t.moment(b, "after   ", &turn.After)
	for _, c := range turn.causes() {
		t.cause(turn.Diff, c, "")
	}
	if turn.Note != "" {
		t.line("note: ", turn.Note)
	}
	q, where := turn.After.Query, &turn.After
	if q == nil {
		q, where = turn.Before.Query, &turn.Before
	}
	if q == nil || len(q.Why) == 0 {
		return
	}
	t.line()
	t.line("why, at ", short(where.Commit.Hash), ":")
	for i := range q.Why {
		t.why(q, &q.Why[i])
	}
	t.caveats(q.Caveats)
}

// moment writes what the flow is at a commit, behind a title.
func (t *terminal) moment(b *Bisection, title string, m *Moment) {
	if m.Query == nil {
		t.line(title, t.paint.dim(Absent), " ", b.Src, " -> ", b.Dst, " ", b.Port, t.paint.dim("   # "+m.Absent))
		return
	}
	q := m.Query
	t.flows(title, Flows{q.Answer.Verdict, []string{q.Src.Name}, []string{q.Dst.Name}, []string{q.Port.String()}})
	for _, f := range q.Flows {
		t.flows(strings.Repeat(" ", len(title))+"  ", f)
	}
}

// short returns the beginning of a hash.
func short(hash string) string { return hash[:min(len(hash), 10)] }

// Same reports whether a flow is at two moments the same, as far as a person who
// asked about it can tell.
func (m *Moment) Same(other *Moment) bool { return m.key() == other.key() }

// Verdict returns the verdict, or None if an end of the flow is not there.
func (m *Moment) Verdict() model.Verdict {
	if m.Query == nil {
		return model.None
	}
	return m.Query.Answer.Verdict
}

// key is the same for moments at which the flow is the same.
func (m *Moment) key() string {
	if m.Query == nil {
		return Absent
	}
	words := []string{m.Query.Answer.Verdict.String()}
	for _, f := range m.Query.Flows {
		words = append(words, f.Verdict.String(), strings.Join(f.Src, ","), strings.Join(f.Dst, ","), strings.Join(f.Ports, ","))
	}
	return strings.Join(words, " ")
}

// Bisect has no form.
func (dot) Bisect(*Bisection) error { return formless{"dot"}.no(BisectOf) }

// Bisect has no form.
func (tsv) Bisect(*Bisection) error { return formless{"tsv"}.no(BisectOf) }

// Bisect has no form.
func (commas) Bisect(*Bisection) error { return formless{"csv"}.no(BisectOf) }

// Bisect has no form.
func (markdown) Bisect(*Bisection) error { return formless{"md"}.no(BisectOf) }
