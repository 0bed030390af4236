package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/graph"
)

// crowded is the number of edges beyond which a picture says nothing more.
const crowded = 300

func (s *session) graph() *cobra.Command {
	var v view
	cmd := &cobra.Command{
		Use:   "graph -f FILE",
		Short: "Draw who reaches whom, for Graphviz",
		Long: `graph draws who reaches whom: a box for each namespace, a node for each workload
and for the addresses outside, and an edge for each flow that is not denied,
with its ports. An edge is pale where every port is open, dashed where only some
members of a peer may use the ports, and dotted where that is unknown. A workload
without flows is grey. What a workload does with itself is left out.

With --entries the ways in from the internet are nodes too: URLs, and the Services
ns/svc/name that are published. An edge goes to the pods behind, on their ports.

With --port the picture is about these ports only, and its title names them.

` + peersHelp + "\n\n" + portsHelp,
		Example: `  netreach graph -f manifests/ | dot -Tsvg > reach.svg
  netreach graph -f manifests/ --by namespace
  netreach graph -f manifests/ --entries --to shop/web
  netreach graph -f manifests/ --to shop/db --port 5432`,
		Args: wantsNothing("peers go with --from and --to"),
		RunE: func(*cobra.Command, []string) error { return s.draw(&v) },
	}
	v.register(cmd)
	s.completeView(cmd)
	return cmd
}

func (s *session) draw(v *view) error {
	out, err := s.renderer(render.GraphOf)
	if err != nil {
		return err
	}
	m, in, c, err := s.viewed(v)
	if err != nil {
		return err
	}
	var focused []int
	if len(c.from) > 0 {
		focused = append(focused, m.Sources...)
	}
	if len(c.to) > 0 {
		focused = append(focused, m.Destinations...)
	}
	g := in.graphOf(m, focused)
	if n := g.Len(); n > crowded && !s.flags.quiet {
		fmt.Fprintf(s.env.Stderr, "netreach: hint: a picture of %d edges is hard to read; narrow it with --by namespace, --from, --to or --port\n", n)
	}
	return out.Graph(&render.Graph{Graph: g, Ports: c.ports})
}

// graphOf returns the graph of a matrix. Under a focus it holds the ends in
// focus and those that they have an edge with.
func (in *input) graphOf(m *render.Matrix, focused []int) *graph.Graph {
	drawn := map[int]bool{}
	for _, i := range focused {
		drawn[i] = true
	}
	for _, i := range m.Sources {
		for _, j := range m.Destinations {
			if len(focused) > 0 && i != j && m.Shows(i, j) && graph.Open(m.On(i, j)) != nil {
				drawn[i], drawn[j] = true, true
			}
		}
	}
	var at []int
	var ends []engine.End
	for _, i := range m.Shown() {
		if len(focused) == 0 || drawn[i] {
			at = append(at, i)
			e := m.Table.Ends[i]
			e.Name = m.Label(i)
			ends = append(ends, e)
		}
	}
	inside := len(ends)
	flows := map[[2]string][]engine.Segment{}
	for _, f := range m.Entries {
		key := [2]string{f.Src, m.Label(f.Dst)}
		if len(ends) == inside || ends[len(ends)-1].Name != f.Src {
			ends = append(ends, engine.End{Name: f.Src, Outside: true})
		}
		flows[key] = append(flows[key], engine.Segment{Verdict: f.Verdict, Ports: []engine.PortRange{f.Port}})
	}
	return graph.New(in.universe, ends, func(i, j int) []engine.Segment {
		if i >= inside || j >= inside {
			return flows[[2]string{ends[i].Name, ends[j].Name}]
		}
		if !m.Shows(at[i], at[j]) {
			return nil
		}
		return m.On(at[i], at[j])
	})
}
