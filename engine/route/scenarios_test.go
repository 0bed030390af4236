package route_test

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"

	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
	"netreach/scenarios"
)

// atlas reads a scenario.
func atlas(t *testing.T, name string, opts model.Options) (*engine.Matrix, *route.Atlas) {
	t.Helper()
	cluster, diagnostics, err := load.Read(load.Options{FS: scenarios.FS}, path.Join(name, scenarios.Manifests))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		t.Log(d)
	}
	return compile(t, cluster, opts)
}

func compile(t *testing.T, cluster *model.Cluster, opts model.Options) (*engine.Matrix, *route.Atlas) {
	t.Helper()
	u, err := engine.NewUniverse(opts, cluster)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, err := route.New(m, route.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m, a
}

// ask answers one line's question, which is about a name or about an address of
// a Service.
func ask(t *testing.T, m *engine.Matrix, a *route.Atlas, src, dst expect.Peer, port model.PortMatch) route.Answer {
	t.Helper()
	end, err := m.Resolve(src)
	if err != nil {
		t.Fatalf("%s: %v", src.Text, err)
	}
	q := route.Question{Src: end, Asked: src, Dst: dst, Port: port}
	if dst.Kind == expect.Addresses {
		out, ok := a.ToAddress(q, dst.First, port)
		if !ok {
			t.Fatalf("%s is no address of a Service", dst.Text)
		}
		return out
	}
	out, err := a.Walk(q)
	if err != nil {
		t.Fatalf("%s: %v", dst.Text, err)
	}
	return out
}

// TestScenarios holds the answers by name to what was worked out by hand.
func TestScenarios(t *testing.T) {
	flows, files := 0, 0
	for _, name := range scenarios.Names() {
		file := path.Join(name, scenarios.ByName)
		f, err := scenarios.FS.Open(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		files++
		t.Run(name, func(t *testing.T) {
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			lines, problems, err := expect.ParseFile(f, file, "")
			if err != nil || len(problems) > 0 {
				t.Fatal(err, problems)
			}
			m, a := atlas(t, name, model.Options{})
			for _, line := range lines {
				for _, src := range line.Src {
					for _, dst := range line.Dst {
						for _, port := range line.Ports {
							flows++
							got := ask(t, m, a, src, dst, port)
							explained(t, &got)
							if got.Verdict != line.Verdict {
								t.Errorf("%s:%d: %s %s -> %s %s, want %s\n%s", scenarios.ByName, line.Number, got.Verdict, src.Text, dst.Text, port, line.Verdict, describe(&got))
							}
						}
					}
				}
			}
		})
	}
	if files == 0 {
		t.Error("no scenario has expectations by name")
	}
	t.Logf("%d answers in %d scenarios", flows, files)
}

// explained demands that the explanation of every flow of an answer comes to the
// flow's verdict, that of a pod which is led back to itself included.
func explained(t *testing.T, a *route.Answer) {
	t.Helper()
	for i := range a.Walks {
		for k := range a.Walks[i].Hops {
			for _, l := range a.Walks[i].Hops[k].Legs {
				for _, w := range l.Witnesses {
					if trace := l.Matrix.ExplainThrough(w.Src, w.Dst, w.Port.Protocol, w.Port.First, l.Families); trace.Verdict != w.Verdict {
						t.Errorf("%s -> %s %s is %s, and explained as %s", l.Src.Name, l.Dst.Name, w.Port, w.Verdict, trace.Verdict)
					}
				}
			}
		}
	}
}

// describe writes an answer down.
func describe(a *route.Answer) string {
	var b strings.Builder
	for _, n := range a.Notes {
		b.WriteString("  note: " + n + "\n")
	}
	for i := range a.Walks {
		w := &a.Walks[i]
		b.WriteString("  " + w.Verdict().String() + " " + w.Client + " by " + w.Title + "\n")
		for k := range w.Hops {
			h := &w.Hops[k]
			b.WriteString("    " + h.Verdict().String() + " " + h.Kind.String() + ": " + h.Title + "\n")
			for j := range h.Legs {
				l := &h.Legs[j]
				b.WriteString("      " + l.Verdict().String() + " " + l.Src.Name + " -> " + l.Dst.Name + " " + l.Port.String() + " " + l.Text + "\n")
			}
			for _, n := range h.Notes {
				b.WriteString("      note: " + n.Text + "\n")
			}
		}
	}
	return b.String()
}
