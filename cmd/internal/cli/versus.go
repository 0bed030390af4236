package cli

import (
	"net/netip"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
)

// showVersus shows what changes from the profile of --cni to another one.
func (s *session) showVersus(v *view, name string) error {
	out, err := s.renderer(render.VersusOf)
	if err != nil {
		return err
	}
	c, err := s.choose(v)
	if err != nil {
		return err
	}
	for _, p := range c.ports {
		if p.Kind == model.PortNamed {
			return troublef("give its number, such as 80 or 53/udp", "--port %s: with --versus a port has no name, as each pod may give it another number", p)
		}
	}
	after, err := s.implementationOf("--versus", name, nil)
	if err != nil {
		return err
	}
	before, err := s.implementation()
	if err != nil {
		return err
	}
	cluster, prefixes, err := s.cluster()
	if err != nil {
		return err
	}
	waiting := s.progress("comparing")
	in, m, comparison, err := compareUnder(cluster, prefixes, before, after, c, render.OutsideIn(s.flags.output))
	hint := ""
	if err == nil {
		hint = in.addressesBetween(m, comparison)
	}
	waiting.end()
	if err != nil {
		return err
	}
	s.hint(hint)
	return out.Versus(&render.Versus{Before: before.name, After: after.name, Matrix: m, Comparison: comparison})
}

// compareUnder compiles a cluster for two implementations, and compares what a
// choice is about.
func compareUnder(cluster *model.Cluster, prefixes []netip.Prefix, before, after implementation, c choice, outside render.Outside) (*input, *render.Matrix, *engine.Comparison, error) {
	// The universe is made without switches, so that it tells apart whatever
	// either profile does.
	u, err := engine.NewUniverse(model.Options{PodCIDRs: prefixes}, cluster)
	if err != nil {
		return nil, nil, nil, err
	}
	in := &input{cluster: cluster, implementation: before, universe: u}
	if in.matrix, err = in.under(before.switches); err != nil {
		return nil, nil, nil, err
	}
	in.versus = &input{cluster: cluster, implementation: after, universe: u}
	if in.versus.matrix, err = in.versus.under(after.switches); err != nil {
		return nil, nil, nil, err
	}
	m, err := in.look(c, outside)
	if err != nil {
		return nil, nil, nil, err
	}
	comparison, err := engine.Compare(in.matrix, in.versus.matrix, m.Table.Ends)
	return in, m, comparison, err
}

// addressesBetween is addressesOf for what changes.
func (in *input) addressesBetween(m *render.Matrix, c *engine.Comparison) string {
	if !in.hasBlocks() {
		return ""
	}
	for _, g := range c.Groups() {
		i, j, ok := firstShown(m, g)
		if !ok {
			continue
		}
		for _, change := range c.Changes(g.Cell) {
			for side, verdict := range []model.Verdict{change.Before, change.After} {
				if verdict != model.Unknown {
					continue
				}
				of := []*input{in, in.versus}[side]
				if hint := of.addressesFor(of.matrix.Judge(m.Table.Ends[i], m.Table.Ends[j], model.PortMatch{})); hint != "" {
					return hint
				}
			}
		}
	}
	return ""
}
