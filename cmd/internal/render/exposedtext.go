package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"netreach/engine/route"
	"netreach/model"
)

// Exposed writes a block for each door, with a line for each way in and what
// clients meet there below it, and one for what is dialled directly.
func (t *terminal) Exposed(e *Exposed) error {
	for i := range e.Clients {
		if i > 0 {
			t.line()
		}
		t.exposure(&e.Clients[i])
	}
	for _, text := range append(unservedWords(e.Unserved), e.hostPorts()) {
		t.comment(text)
	}
	t.comment(leftOut(t.opts.forgiven()))
	return t.err
}

func (t *terminal) exposure(x *Exposure) {
	for _, d := range x.doorways() {
		t.line(t.paint.bold(d.title))
		for _, o := range d.common {
			t.line("  ", o.Text(), t.place(o.Origin))
		}
		names, ports := 0, 0
		for _, w := range d.ways {
			names = max(names, utf8.RuneCountInString(w.how()))
			ports = max(ports, utf8.RuneCountInString(strings.Join(w.Ports, ", ")))
		}
		for _, w := range d.ways {
			dialled := strings.Join(w.Ports, ", ")
			t.line("  ", t.paint.verdict(w.Verdict, word(w.Verdict)), w.how(), spaces(names, w.how()), "  ", dialled, spaces(ports, dialled), " -> ", w.leads(), t.place(w.Object))
			for _, o := range d.own(w) {
				t.line("           ", o.Text(), t.place(o.Origin))
			}
		}
		t.line()
	}
	t.line(t.paint.bold("Directly, at the address of a pod"))
	if len(x.Bare) > 0 {
		t.line("  ", t.paint.verdict(model.Allowed, word(model.Allowed)), x.From, " -> ", strings.Join(Few(x.Direct.names(x.Bare)), ", "), " *")
		t.line("           ", x.bareText())
	}
	flows := x.flows
	for _, f := range flows {
		f.Src, f.Dst = Few(f.Src), Few(f.Dst)
		t.flows("  ", f)
	}
	if len(x.Bare)+len(flows) == 0 {
		t.line("  nothing")
	}
	t.line()
	for _, l := range x.closing(flows) {
		t.comment(l)
	}
}

// bareText says of the workloads that are bare how many there are.
func (x *Exposure) bareText() string {
	return "no policy isolates them: " + count(len(x.Bare), "workload") + ", " + count(x.BarePods, "pod")
}

// hostPorts says that ports of nodes lead to pods, which is not judged.
func (e *Exposed) hostPorts() string {
	if len(e.HostPorts) == 0 {
		return ""
	}
	return "not judged: ports of nodes that lead to pods (hostPort, NP-54): " + strings.Join(Few(e.HostPorts), ", ")
}

// unservedWords says of routes that nothing serves them, or of the first of many.
func unservedWords(notes []route.Note) []string {
	const shown = 8
	var out []string
	for i, n := range notes {
		if more := len(notes) - i; i == shown && more > 1 {
			return append(out, fmt.Sprintf("not served: %d others, which -o json lists", more))
		}
		out = append(out, "not served: "+n.Text)
	}
	return out
}

// spaces fills a column up.
func spaces(width int, s string) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// Exposed writes a table for each door.
func (d markdown) Exposed(e *Exposed) error {
	for i := range e.Clients {
		if err := d.exposure(&e.Clients[i]); err != nil {
			return err
		}
	}
	return d.paragraphs(append(unservedWords(e.Unserved), e.hostPorts(), leftOut(d.opts.forgiven()))...)
}

func (d markdown) exposure(x *Exposure) error {
	var b strings.Builder
	b.WriteString("## Open to " + x.From + "\n\n")
	cell := func(s string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s) }
	for _, door := range x.doorways() {
		b.WriteString("### " + door.title + "\n\n")
		for _, o := range door.common {
			b.WriteString("- " + o.Text() + "\n")
		}
		if len(door.common) > 0 {
			b.WriteString("\n")
		}
		b.WriteString("| verdict | way in | ports | leads to | on the way |\n|---|---|---|---|---|\n")
		for _, w := range door.ways {
			var met []string
			for _, o := range door.own(w) {
				met = append(met, o.Text())
			}
			b.WriteString("| " + strings.Join([]string{w.Verdict.String(), code([]string{cell(w.how())}), cell(strings.Join(w.Ports, ", ")), cell(w.leads()), cell(strings.Join(met, "; "))}, " | ") + " |\n")
		}
		b.WriteString("\n")
	}
	b.WriteString("### Directly, at the address of a pod\n\n")
	flows := x.flows
	if len(x.Bare)+len(flows) == 0 {
		b.WriteString("Nothing.\n\n")
	} else {
		b.WriteString("| verdict | from | to | ports | why |\n|---|---|---|---|---|\n")
		if len(x.Bare) > 0 {
			b.WriteString("| " + strings.Join([]string{"allow", code([]string{x.From}), code(Few(x.Direct.names(x.Bare))), "`*`", x.bareText()}, " | ") + " |\n")
		}
		for _, f := range flows {
			b.WriteString("| " + strings.Join([]string{f.Verdict.String(), code(Few(f.Src)), code(Few(f.Dst)), code(f.Ports), "policies let it through"}, " | ") + " |\n")
		}
		b.WriteString("\n")
	}
	if err := d.raw(b.String()); err != nil {
		return err
	}
	if err := d.paragraphs(x.closing(flows)...); err != nil {
		return err
	}
	return d.raw("\n")
}
