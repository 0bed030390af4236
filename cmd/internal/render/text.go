package render

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"netreach/model/expect"
)

// terminal writes for people. It keeps the first error of its writer and writes
// nothing after it.
type terminal struct {
	w     io.Writer
	opts  Options
	paint paint
	err   error
}

func newText(w io.Writer, opts Options) Renderer {
	return &terminal{w: w, opts: opts, paint: paint{opts.Color}}
}

// line writes its words one after another, and a newline.
func (t *terminal) line(words ...string) {
	if t.err != nil {
		return
	}
	_, t.err = io.WriteString(t.w, strings.TrimRight(strings.Join(words, ""), " ")+"\n")
}

// flows writes one flow line.
func (t *terminal) flows(indent string, f Flows) {
	t.line(indent, t.paint.line(f.Verdict, expect.FormatLine(f.Verdict, f.Src, f.Dst, f.Ports)))
}

// Query writes the verdict as a flow line, its parts indented below, what it
// rests on, and the traces.
func (t *terminal) Query(q *Query) error {
	t.flows("", Flows{q.Answer.Verdict, []string{q.Src.Name}, []string{q.Dst.Name}, []string{q.Port.String()}})
	if !q.saidByWays() {
		for _, f := range q.Flows {
			f.Src = Few(f.Src)
			t.flows("  ", f)
		}
	}
	t.ways(q)
	for _, n := range q.Answer.Notes {
		t.line("  note: ", n)
	}
	if text := leftOut(t.opts.forgiven()); text != "" {
		t.line("  note: ", text)
	}
	for i := range q.Why {
		t.why(q, &q.Why[i])
	}
	t.caveats(q.Caveats)
	return t.err
}

// Matrix writes flow lines for what is not denied, and a summary as comments: a file
// of expectations that hold. By port and on a terminal it writes a table for each
// port, if that fits.
func (t *terminal) Matrix(m *Matrix) error {
	var words, legend, sets []string
	say := func(list *[]string, lines []string) {
		for _, l := range lines {
			if !slices.Contains(*list, l) {
				*list = append(*list, l)
			}
		}
	}
	if len(m.Ports) == 0 {
		g := m.grouped()
		t.lines(m, g.flows)
		words = append(words, g.count.over(m.By))
		say(&sets, m.setsOf(g.flows))
	}
	for i, port := range m.Ports {
		if i > 0 {
			t.line()
		}
		g := m.groupedOn(port)
		if t.opts.Table && t.table(m, port) {
			say(&legend, m.legendOfAll())
		} else {
			t.lines(m, g.flows)
			say(&sets, m.setsOf(g.flows))
		}
		words = append(words, g.count.on(port, m.By))
	}
	if len(m.Entries) > 0 {
		t.line()
		t.comment("ways in from the internet, and the pods behind them:")
		for _, f := range m.Entries {
			t.comment("  " + expect.FormatLine(f.Verdict, []string{f.Src}, []string{m.Label(f.Dst)}, []string{f.Port.String()}))
		}
	}
	t.line()
	for _, s := range sets {
		t.line(s)
	}
	for _, w := range slices.Concat(legend, []string{m.Summary.String()}, words, []string{leftOut(t.opts.forgiven())}) {
		t.comment(w)
	}
	return t.err
}

func (t *terminal) lines(m *Matrix, flows []Flows) {
	for _, f := range flows {
		f.Src, f.Dst = m.spelled(f.Src), m.spelled(f.Dst)
		t.flows("", f)
	}
	if len(flows) == 0 {
		t.comment("nothing is allowed")
	}
}

// Versus writes a line for each block of flows that change alike, and a summary
// as a comment.
func (t *terminal) Versus(v *Versus) error {
	shifts, counts := v.shifts()
	width := 0
	for _, s := range shifts {
		width = max(width, utf8.RuneCountInString(shifted(s)))
	}
	for _, s := range shifts {
		before, after := t.paint.verdict(s.Before, s.Before.String()), t.paint.verdict(s.After, s.After.String())
		space := strings.Repeat(" ", width-utf8.RuneCountInString(shifted(s)))
		t.line(before, shiftArrow, after, space, "  ", strings.Join(s.Src, ", "), " -> ", strings.Join(s.Dst, ", "), " ", strings.Join(s.Ports, ", "))
	}
	if len(shifts) == 0 {
		t.comment("nothing changes")
	}
	t.line()
	for _, l := range append(v.legend(shifts), counts.line(v), leftOut(t.opts.forgiven())) {
		t.comment(l)
	}
	return t.err
}

// shiftArrow stands between a verdict and what becomes of it.
const shiftArrow = " → "

func shifted(s Shift) string { return s.Before.String() + shiftArrow + s.After.String() }

// comment writes a line that readers of flow lines pass over.
func (t *terminal) comment(s string) {
	if s != "" {
		t.line(t.paint.dim("# " + s))
	}
}

// Graph has no form.
func (*terminal) Graph(*Graph) error { return &FormatError{Name: "text", Verb: GraphOf, Known: true} }

// count returns "1 pod" or "3 pods".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
