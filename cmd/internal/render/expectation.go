package render

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"netreach/engine"
	"netreach/model"
)

// Tests is what became of files of expectations.
type Tests struct {
	Files []TestFile
	// Verbose shows the lines that hold, too, where a form leaves them out.
	Verbose bool
	// NotEnforced and Tiered are as in Query, for the explanations.
	NotEnforced, Tiered bool
	// LeftOut is what leniency left out of the input.
	LeftOut []model.Diagnostic
	// Coverage is nil unless it was asked for.
	Coverage *Coverage
}

// TestFile is the lines of one file, in their order.
type TestFile struct {
	Name  string
	Lines []TestLine
}

// TestLine is one expectation and what became of it.
type TestLine struct {
	// Number is where it begins in its file, from 1.
	Number int
	// Text is the line in netreach's own spelling, Comment what stands behind it.
	Text, Comment string
	Holds         bool
	// Verdict is what the line demands, and Form in which form.
	Verdict string
	// Pairs and Failing count pairs of peers; both are 0 where the verdict is about
	// the sides as a whole.
	Pairs, Failing uint64
	// Got is the verdict about the sides as a whole, where that is not as demanded.
	Got model.Verdict
	// Else tells that the flow is somebody's whom "only" does not name.
	Else bool
	// Example is a flow that is not as demanded, or nil.
	Example *Example
	// Parts say of a name who fares how, where clients or ports differ. Ways are those
	// that are not as demanded, each with the hops that decide.
	Parts []Flows
	Ways  []Way
	// Opened are the flows that "deny everything else" found.
	Opened []Flows
	// Elapsed is how long the check took.
	Elapsed time.Duration
}

// Example is one flow with its explanation.
type Example struct {
	Src, Dst, Port string
	Verdict        model.Verdict
	Why            Why
}

// String returns the example as a flow line.
func (e *Example) String() string {
	return e.Verdict.String() + " " + e.flow()
}

// flow returns the example without its verdict.
func (e *Example) flow() string {
	text := e.Src + " -> " + e.Dst
	if e.Port == (model.PortMatch{Kind: model.PortAny}).String() && strings.Contains(e.Dst, "://") {
		return text // a URL names its port itself
	}
	return text + " " + e.Port
}

// count returns how many lines hold, and how many do not.
func (f *TestFile) count() (hold, fail int) {
	for i := range f.Lines {
		if f.Lines[i].Holds {
			hold++
		}
	}
	return hold, len(f.Lines) - hold
}

func (t *Tests) count() (hold, fail int) {
	for i := range t.Files {
		h, f := t.Files[i].count()
		hold, fail = hold+h, fail+f
	}
	return hold, fail
}

// place returns where a line stands, as "file:line".
func (f *TestFile) place(l *TestLine) string { return model.Place(f.Name, l.Number) }

// title returns the line with its comment.
func (l *TestLine) title() string {
	if l.Comment == "" {
		return l.Text
	}
	return l.Text + "   # " + l.Comment
}

// summary says in one line how a line fails.
func (l *TestLine) summary() string {
	example := ""
	if l.Example != nil {
		example = l.Example.String()
	}
	switch {
	case len(l.Opened) > 0:
		return count(len(l.Opened), "block") + " of flows that no line is about, such as " + example
	case l.Pairs == 0:
		text := "it is " + l.Got.String()
		if reason := l.reason(); reason != "" {
			return text + ": " + reason
		}
		if l.Example != nil && l.Got != l.Example.Verdict {
			text += ", for example " + example
		} else if l.Example != nil {
			text += ": " + example
		}
		return text
	case l.Else:
		return example + ", which the line does not name; " + l.ratio()
	}
	return example + "; " + l.ratio()
}

// reason says in a line who fares how at a name or, where no flow and no client
// makes the difference, what decides.
func (l *TestLine) reason() string {
	var words []string
	for i := range l.Parts {
		f := &l.Parts[i]
		text := f.Verdict.String()
		if !slices.Equal(f.Src, l.Parts[0].Src) || !slices.Equal(l.Parts[len(l.Parts)-1].Src, f.Src) {
			text += " " + strings.Join(Few(f.Src), ", ")
		}
		if !slices.Equal(f.Ports, l.Parts[0].Ports) || !slices.Equal(l.Parts[len(l.Parts)-1].Ports, f.Ports) {
			text += " " + strings.Join(Few(f.Ports), ", ")
		}
		words = append(words, text)
	}
	if len(words) > 0 || l.Example != nil || len(l.Ways) == 0 {
		return strings.Join(words, "; ")
	}
	for _, h := range l.Ways[0].Hops {
		words = append(words, h.Reasons()...)
	}
	return strings.Join(words, "; ")
}

// ratio says how many pairs fail.
func (l *TestLine) ratio() string {
	verb := " pairs fail"
	if l.Failing == 1 {
		verb = " pairs fails"
	}
	return strconv.FormatUint(l.Failing, 10) + " of " + strconv.FormatUint(l.Pairs, 10) + verb
}

// Failing lines show this many blocks of opened flows at most in forms for
// people.
const mostOpened = 20

// story writes the whole of a failing line in the text form, without what stands
// above it: the flows that were opened, or an example, and its explanation.
func (t *terminal) story(tests *Tests, l *TestLine, indent string) {
	for i, f := range l.Opened {
		if i == mostOpened {
			t.line(indent, "and ", strconv.Itoa(len(l.Opened)-i), " more")
			break
		}
		t.flows(indent, f)
	}
	if l.Example == nil {
		t.deciding(l, indent)
		return
	}
	e := l.Example
	inner := &terminal{w: &strings.Builder{}, opts: t.opts, paint: t.paint}
	q := &Query{
		Src: engine.End{Name: e.Src}, Dst: engine.End{Name: e.Dst}, Port: portOf(e), Why: []Why{e.Why},
		NotEnforced: tests.NotEnforced, Tiered: tests.Tiered,
	}
	inner.why(q, &e.Why)
	t.line(indent, t.paint.bold("why "+e.flow()+" is "), t.paint.verdict(e.Verdict, e.Verdict.String()), ":")
	for row := range strings.Lines(inner.w.(*strings.Builder).String()) { //nolint:forcetypeassert // made above
		row = strings.TrimRight(row, "\n")
		if row == "" {
			t.line()
			continue
		}
		t.line(indent, row)
	}
}

// deciding writes what decides about a name where no flow does: the hops, with
// what is to be known about them.
func (t *terminal) deciding(l *TestLine, indent string) {
	const shown = 3
	for i := range l.Ways {
		w := &l.Ways[i]
		if more := len(l.Ways) - i; i == shown && more > 1 {
			t.line(indent, "and ", count(more, "other way"))
			return
		}
		t.line(indent, t.paint.verdict(w.Verdict(), word(w.Verdict())), w.clients(), " by ", w.Title, t.place(w.Origin))
		for k := range w.Hops {
			t.hop(&Query{}, w, &w.Hops[k], indent+"  ", false)
		}
	}
}

func portOf(e *Example) model.PortMatch {
	return model.PortMatch{Kind: model.PortRange, Protocol: e.Why.Protocol, First: e.Why.Port, Last: e.Why.Port}
}

// plainStory returns the story of a failing line without colours.
func plainStory(tests *Tests, l *TestLine, opts Options) string {
	var b strings.Builder
	t := &terminal{w: &b, opts: opts}
	t.story(tests, l, "")
	return b.String()
}

// Test writes each file with its failing lines and their stories, and a summary
// as a comment.
func (t *terminal) Test(tests *Tests) error {
	for i := range tests.Files {
		f := &tests.Files[i]
		for k := range f.Lines {
			l := &f.Lines[k]
			switch {
			case !l.Holds:
				t.line(t.paint.in(red, "FAIL"), "  ", f.place(l), ": ", l.title())
				t.line("      ", l.summary())
				t.story(tests, l, "      ")
				t.line()
			case tests.Verbose:
				t.line(t.paint.in(green, "ok"), "    ", f.place(l), ": ", l.title())
			}
		}
	}
	if len(tests.Files) > 1 {
		for i := range tests.Files {
			hold, fail := tests.Files[i].count()
			t.comment(model.FileName(tests.Files[i].Name) + ": " + outcome(hold, fail))
		}
	}
	hold, fail := tests.count()
	t.comment(count(hold+fail, "expectation") + ": " + outcome(hold, fail))
	t.comment(leftOut(tests.LeftOut))
	if tests.Coverage != nil {
		t.coverage(tests.Coverage)
	}
	return t.err
}

func outcome(hold, fail int) string {
	switch {
	case fail == 0 && hold == 1:
		return "it holds"
	case fail == 0:
		return "all hold"
	case fail == 1:
		return strconv.Itoa(hold) + " hold, 1 fails"
	}
	return strconv.Itoa(hold) + " hold, " + strconv.Itoa(fail) + " fail"
}
