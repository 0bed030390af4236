package render

import "time"

// BisectDocument is the JSON form of bisect.
type BisectDocument struct {
	Head
	// Src, Dst and Port are the flow as it was asked about.
	Src  string `json:"src"`
	Dst  string `json:"dst"`
	Port string `json:"port"`
	// Before and After are the ends of the history.
	Before MomentDocument `json:"before"`
	After  MomentDocument `json:"after"`
	// Commits counts those of the lines that were searched, merged ones included,
	// and Tried those that were judged.
	Commits int `json:"commits"`
	Tried   int `json:"tried"`
	// Changes are the commits that changed the flow, in the order of the history.
	Changes []TurnDocument `json:"changes"`
	// Skipped are the commits whose input could not be read.
	Skipped []SkipDocument `json:"skipped"`
}

// CommitDocument is a commit.
type CommitDocument struct {
	Hash    string `json:"hash"`
	Author  string `json:"author"`
	Email   string `json:"email"`
	Date    string `json:"date,omitempty"` // RFC 3339
	Subject string `json:"subject"`
}

// MomentDocument is what a flow is at a commit.
type MomentDocument struct {
	// Name is what the user calls the commit; absent if they did not name it.
	Name string `json:"name,omitempty"`
	Hash string `json:"hash"`
	// Verdict is a verdict, or "absent" where an end of the flow is not there;
	// Absent then says which.
	Verdict string          `json:"verdict"`
	Absent  string          `json:"absent,omitempty"`
	Parts   []FlowsDocument `json:"parts"`
	// Traces explain the flow; at the commits of a change only.
	Traces []TraceDocument `json:"traces,omitempty"`
}

// TurnDocument is a commit that changed the flow.
type TurnDocument struct {
	Commit CommitDocument `json:"commit"`
	// Merge is the commit that brought the change into the line of the history;
	// absent where that is the commit itself.
	Merge *CommitDocument `json:"merge,omitempty"`
	// Among are the commits of which each may have changed the flow, Commit the last
	// of them; empty if it is certain.
	Among  []CommitDocument `json:"among"`
	Before MomentDocument   `json:"before"`
	After  MomentDocument   `json:"after"`
	// Causes are what changed the flow.
	Causes []CauseDocument `json:"causes"`
	Note   string          `json:"note,omitempty"`
}

// SkipDocument is a commit that was passed over.
type SkipDocument struct {
	Commit CommitDocument `json:"commit"`
	Reason string         `json:"reason"`
}

// Bisect writes a BisectDocument.
func (o object) Bisect(b *Bisection) error {
	d := BisectDocument{
		Head: Head{Schema, "bisect"}, Src: b.Src, Dst: b.Dst, Port: b.Port,
		Before: o.moment(&b.Before), After: o.moment(&b.After), Commits: b.Commits, Tried: b.Tried,
		Changes: []TurnDocument{}, Skipped: []SkipDocument{},
	}
	for i := range b.Turns {
		turn := &b.Turns[i]
		one := TurnDocument{
			Commit: commitOf(turn.After.Commit), Among: []CommitDocument{}, Causes: []CauseDocument{},
			Before: o.moment(&turn.Before), After: o.moment(&turn.After), Note: turn.Note,
		}
		if turn.Merge.Hash != "" {
			merge := commitOf(turn.Merge)
			one.Merge = &merge
		}
		for _, c := range turn.causes() {
			one.Causes = append(one.Causes, turn.Diff.causeDocument(c))
		}
		for _, c := range turn.Among {
			one.Among = append(one.Among, commitOf(c))
		}
		d.Changes = append(d.Changes, one)
	}
	for _, s := range b.Skipped {
		d.Skipped = append(d.Skipped, SkipDocument{commitOf(s.Commit), s.Reason})
	}
	return o.indented(d)
}

func commitOf(c Commit) CommitDocument {
	d := CommitDocument{Hash: c.Hash, Author: c.Author, Email: c.Email, Subject: c.Subject}
	if !c.Date.IsZero() {
		d.Date = c.Date.Format(time.RFC3339)
	}
	return d
}

func (o object) moment(m *Moment) MomentDocument {
	d := MomentDocument{Name: m.Name, Hash: m.Commit.Hash, Verdict: Absent, Absent: m.Absent, Parts: []FlowsDocument{}}
	if m.Query == nil {
		return d
	}
	d.Verdict = m.Query.Answer.Verdict.String()
	for _, f := range m.Query.Flows {
		d.Parts = append(d.Parts, FlowsDocument{f.Verdict.String(), f.Src, f.Dst, f.Ports})
	}
	for i := range m.Query.Why {
		d.Traces = append(d.Traces, o.trace(&m.Query.Why[i]))
	}
	return d
}
