package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
)

// summary is what matrix --summary adds to a view.
type summary struct {
	wanted bool
	top    int
}

func (y *summary) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&y.wanted, "summary", false, "count the pairs of pods by port and verdict instead")
	f.IntVar(&y.top, "top", 10, "with --summary, show `N` groups of ports and N workloads")
}

// showSummary shows the whole matrix in numbers.
func (s *session) showSummary(cmd *cobra.Command, v *view, y summary) error {
	out, err := s.renderer(render.OverviewOf)
	if err != nil {
		return err
	}
	for _, name := range []string{"by", "from", "to", "external", "versus"} {
		if cmd.Flags().Changed(name) {
			return usage(cmd, "drop one of the two", "--summary is about all pairs of pods, and takes no --%s", name)
		}
	}
	if !y.wanted {
		return usage(cmd, "", "--top goes with --summary")
	}
	if y.top < 0 {
		return usage(cmd, "", "--top %d: not a number of lines", y.top)
	}
	c, err := s.choose(v)
	if err != nil {
		return err
	}
	for _, p := range c.ports {
		if p.Kind == model.PortNamed {
			return troublef("give its number, such as 80 or 53/udp", "--port %s: with --summary a port has no name, as each pod may give it another number", p)
		}
	}
	in, err := s.read()
	if err != nil {
		return err
	}
	waiting := s.progress("counting")
	o := render.Overview{Summary: in.matrix.Summary(y.top), Ports: c.ports, Top: y.top}
	waiting.end()
	if slices.ContainsFunc(o.Summary.Ports, func(c engine.PortCount) bool { return c.Unknown > 0 }) {
		s.hint("some verdicts are unknown; netreach explain says of a flow what would settle it")
	}
	return out.Overview(&o)
}
