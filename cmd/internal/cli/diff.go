package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
)

func (s *session) diff() *cobra.Command {
	var of revisions
	cmd := &cobra.Command{
		Use:   "diff BEFORE AFTER | diff --git A..B [-- PATH...]",
		Short: "Show which flows a change opens or closes",
		Long: `diff compares two states of a cluster, each a file or a directory, and shows
which flows the change opens and which it closes.

` + revisionsHelp,
		Example: `  netreach diff before/ after/

` + revisionsExample,
		Args: of.orArgs(wants(2, 2, "two states: BEFORE AFTER")),
		RunE: func(cmd *cobra.Command, args []string) error {
			if of.given() {
				return s.diffRevisions(cmd, of, args)
			}
			return s.showDiff(side{name: args[0], files: args[:1]}, side{name: args[1], files: args[1:]})
		},
	}
	of.flags(cmd)
	return cmd
}

// showDiff shows what changes from one side to another one.
func (s *session) showDiff(before, after side) error {
	p, err := s.compare(before, after)
	if err != nil {
		return err
	}
	inside, _ := engine.JointWorkloads(p.matrices[0], p.matrices[1])
	ends := append(inside, p.matrices[0].Outside(p.matrices[1])...)
	c, err := engine.Compare(p.matrices[0], p.matrices[1], ends)
	if err != nil {
		return err
	}
	for _, g := range c.Groups() {
		s.code = exitNo
		for _, i := range g.Src {
			for _, j := range g.Dst {
				for _, change := range c.Changes(g.Cell) {
					fmt.Fprintln(s.out, strings.Join([]string{ends[i].Name, ends[j].Name, strings.Join(render.Ports(change.Ports), ","), change.Before.String(), change.After.String()}, "\t"))
				}
			}
		}
	}
	return nil
}
