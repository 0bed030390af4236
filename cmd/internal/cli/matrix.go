package cli

import (
	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
)

func (s *session) matrix() *cobra.Command {
	var v view
	cmd := &cobra.Command{
		Use:   "matrix -f FILE",
		Short: "Show who reaches whom",
		Long: `matrix shows who reaches whom: each workload, and internet and private for the
addresses outside the cluster. What no line says is denied. Peers that reach the
same share a line; NAMESPACE/* stands for all of a namespace, */* for all pods.

With --port it looks at these ports only; on a terminal it then draws a table
for each of them. The formats tsv, csv and json have a row for every pair,
that of a peer with itself included, and none for two peers outside:

  src<TAB>dst<TAB>port<TAB>verdict

Without --port the row names the ports that are allowed, joined with commas, or
*, and everything else is denied. A row with the verdict some or unknown
follows where members of the two peers differ, or where the answer is open.

` + peersHelp,
		Example: `  netreach matrix -f manifests/
  netreach matrix -f manifests/ --to shop/db --port 5432
  netreach matrix -f manifests/ --by pod --port 80 --port 53/udp --external 8.8.8.8 -o tsv
  netreach matrix -f manifests/ --by namespace -o md`,
		Args: wantsNothing("peers go with --from and --to"),
		RunE: func(*cobra.Command, []string) error { return s.showMatrix(&v) },
	}
	v.register(cmd)
	s.completeView(cmd)
	return cmd
}

func (s *session) showMatrix(v *view) error {
	out, err := s.renderer(render.MatrixOf)
	if err != nil {
		return err
	}
	c, err := s.choose(v)
	if err != nil {
		return err
	}
	in, err := s.read()
	if err != nil {
		return err
	}
	m, err := in.look(c, render.Flat(s.flags.output))
	if err != nil {
		return err
	}
	if err := in.allSettled(m); err != nil {
		return err
	}
	return out.Matrix(m)
}

// allSettled returns the trouble of the first pair that is to be shown and
// cannot be judged for want of an address.
func (in *input) allSettled(m *render.Matrix) error {
	if !in.hasBlocks() {
		return nil // no verdict depends on an address
	}
	ports := m.Ports
	if len(ports) == 0 {
		ports = []model.PortMatch{{}}
	}
	unknown := func(i, j int, port model.PortMatch) error {
		return in.settled(in.matrix.Judge(m.Table.Ends[i], m.Table.Ends[j], port))
	}
	settled := func(c engine.CellID) bool {
		for _, s := range m.Table.Segments(c) {
			if s.Verdict == model.Unknown {
				return false
			}
		}
		return true
	}
	for _, g := range m.Table.Groups(render.Memo(settled)) {
		for _, i := range g.Src {
			for _, j := range g.Dst {
				if !m.Shows(i, j) {
					continue
				}
				for _, port := range ports {
					if err := unknown(i, j, port); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
