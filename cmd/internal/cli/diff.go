package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/near"
)

// differing are the flags of diff.
type differing struct {
	failOn      []string
	ignore      string
	controllers []string
}

func (s *session) diff() *cobra.Command {
	var f differing
	var of revisions
	cmd := &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Show which flows a change opens or closes",
		Long: `diff compares two states of a cluster and shows which flows the change opens,
which it closes, and of which it becomes unknown whether they are allowed. BEFORE
and AFTER are files or directories, or - for standard input.

Flows stand below what causes them: the policy, rule, label or workload that was
changed, by file and line on either side. A cause is what the verdict turns on.
Where several edits concern a flow, each is tried by itself: "by each of these"
means that one of them is enough, "by these together" that it takes all. Policies
that were edited without any flow changing are named as having no effect. Where
flows are unknown before and after because of domain names, the effect of an edit
about these is unknown, and counts as that.

What one state does not have is absent there. The flows of a new workload count as
opened if they are allowed, and those of one that is gone as closed if they were:
else the workload stands among the peers that are added or removed, and nowhere
else. Pods are compared as parts of their workloads: other names, or another
number of them, are no change by themselves. A line "some → some" is about a pair
of workloads of which other pods are allowed than before, or other addresses of a
pod that has several.

Nodes stand as node:NAME. Flows between pods and nodes are compared as far as both
states have them; those between a pod and its own node, which nothing keeps from
it, are left out.

Ways in are compared as well: what becomes of clients outside that dial a URL of
an Ingress, Gateway or Route, or a Service that is published, and which workloads
they come to. "internet via https://app.example.com/api" is such a source, and
"outside" is internet and private together. What causes a change there may be a
Service, an entry of a route, or whatever else is on the way; --controller says
which pods serve a class. Services that lead elsewhere in the cluster, to other pods
or ports, are named and count for nothing: who reaches these is what the flows say.
So is what else becomes of the requests of a route, such as that they need a password,
unless --fail-on requests asks for it.

The exit code is 0 if nothing changes, 1 if something does, 2 for trouble.
--fail-on narrows what counts: opened, closed, unknown, any (the default; peers
that come or go are a change too), requests, none. It does not depend on -o.

--ignore names a file of flows that are accepted: they are neither shown nor
counted. Each line ends in the last day on which it holds, and in a reason:

  allow shop/web -> shop/db 5432/tcp  # until 2027-01-31: moves to the new database

allow accepts that flows open, deny that they close, unknown that they become so.
Peers are whole workloads. A name that neither state has is a warning. A way in is
accepted by what is dialled: allow internet -> https://app.example.com/api.

The format tsv has a row for each pair and each maximal set of ports that change
alike, with the words allow, deny, unknown, absent, and some where pods of the two
workloads differ:

  src<TAB>dst<TAB>ports<TAB>before<TAB>after

Addresses outside stand there as the largest ranges that change alike. md is the
body of a comment on a pull request, sarif is for code scanning, github writes
annotations, dot draws what opens in green and what closes in red, and with both
lines a pair of which some flows open and others close.`,
		Example: `  netreach diff before/ after/
  netreach diff main.yaml branch.yaml --fail-on opened,unknown --ignore accepted.txt
  kubectl get pods,ns,nodes,netpol -A -o yaml | netreach diff - manifests/ -o md`,
		Args: wants(2, 2, "two states: BEFORE AFTER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case of.given():
				return s.diffRevisions(cmd, f, of, args)
			case s.globals.Changed("filename"):
				return usage(cmd, "the two states are arguments: netreach diff BEFORE AFTER", "diff does not read -f")
			case args[0] == "-" && args[1] == "-":
				return usage(cmd, "it can be read once", "standard input is named twice")
			}
			return s.showDiff(f, side{name: args[0], files: args[:1]}, side{name: args[1], files: args[1:]})
		},
	}
	of.extend(cmd)
	cmd.Flags().StringSliceVar(&f.failOn, "fail-on", []string{"any"}, "`WHAT` makes the exit code 1: opened, closed, unknown, any, requests, none; repeatable")
	controllerFlag(cmd, &f.controllers)
	cmd.Flags().StringVar(&f.ignore, "ignore", "", "`FILE` of accepted flows, which are not shown")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", words(outcomes()...)) // the flag exists
	return cmd
}

// showDiff shows what changes from one side to another one.
func (s *session) showDiff(f differing, before, after side) error {
	fails, requests, err := f.fails()
	if err != nil {
		return err
	}
	out, err := s.renderer(render.DiffOf)
	if err != nil {
		return err
	}
	var accepted []acceptance
	if f.ignore != "" {
		if accepted, err = s.acceptances(f.ignore); err != nil {
			return err
		}
	}
	controllers, err := s.controllers(f.controllers)
	if err != nil {
		return err
	}
	p, err := s.compare(before, after)
	if err != nil {
		return err
	}
	if err := checkControllers(controllers, p.clusters[:]...); err != nil {
		return err
	}
	s.unreadChanges(p.clusters[0], p.clusters[1])
	waiting := s.progress("comparing")
	change, err := engine.NewDiff(p.matrices[0], p.matrices[1], cuts(accepted)...)
	names := &route.Diff{}
	if err == nil {
		names, err = route.Compare(change, route.Options{Controllers: controllers})
	}
	waiting.end()
	if err != nil {
		return err
	}
	d := p.rendered(change)
	d.Fails, d.FailsRequests, d.LeftOut = fails, requests, s.forgiven
	d.Ways, d.Services, d.Requests = names.Flows, names.Services, names.Requests
	if err = s.accept(p, d, accepted); err != nil {
		return err
	}
	if slices.ContainsFunc(d.Flows, func(f engine.ChangedFlows) bool { return fails(f.Change.Effect) }) ||
		slices.ContainsFunc(d.NodeFlows, func(f engine.NodeFlows) bool { return fails(f.Change.Effect) }) ||
		slices.ContainsFunc(d.Ways, func(f route.WayFlows) bool { return fails(f.Change.Effect) }) ||
		fails(engine.Unsettles) && len(d.EffectUnknown()) > 0 || requests && len(d.Requests) > 0 {
		s.code = exitNo
	}
	s.hint(p.addresses(d))
	return out.Diff(d)
}

// mostLooked bounds how many blocks are looked at for a hint.
const mostLooked = 20

// addresses returns a hint if flows are unknown for want of an address.
func (p *pair) addresses(d *render.Diff) string {
	ends := d.Comparison.Ends
	looked := 0
	for _, f := range d.Flows {
		for side, verdict := range []model.Verdict{f.Change.Before, f.Change.After} {
			if verdict != model.Unknown || looked == mostLooked {
				continue
			}
			looked++
			m := p.matrices[side]
			in := &input{cluster: m.Cluster(), implementation: p.implementation, universe: m.Universe(), matrix: m}
			if hint := in.addressesFor(m.Judge(ends[f.Src[0]], ends[f.Dst[0]], model.PortMatch{})); hint != "" {
				return hint
			}
		}
	}
	return ""
}

func outcomes() []string { return []string{"opened", "closed", "unknown", "any", "requests", "none"} }

// failures are the words of --fail-on with the effects that they mean.
func failures() map[string]engine.Effect {
	return map[string]engine.Effect{
		"opened": engine.Opens, "closed": engine.Closes, "unknown": engine.Unsettles,
		"any": engine.Opens | engine.Closes | engine.Unsettles | engine.Appears | engine.Disappears, "none": 0,
	}
}

// fails returns what --fail-on asks for: effects of flows, and whether what becomes
// of requests counts.
func (f *differing) fails() (effects func(engine.Effect) bool, requests bool, err error) {
	known := outcomes()
	var all engine.Effect
	for _, word := range f.failOn {
		effect, ok := failures()[word]
		if word == "requests" {
			requests = true
		} else if !ok {
			return nil, false, troublef(near.Hint(word, known, "it is "+strings.Join(known, ", ")), "--fail-on %s: no such outcome", word)
		}
		all |= effect
	}
	return func(e engine.Effect) bool { return e&all != 0 }, requests, nil
}

// rendered returns a diff as it is shown.
func (p *pair) rendered(change *engine.Diff) *render.Diff {
	d := &render.Diff{Before: p.names[0], After: p.names[1], Diff: change, Flows: change.Flows, Line: p.line}
	ends := change.Comparison.Ends
	l := look{m: &render.Matrix{By: "workload", Ranges: map[int][]engine.AddrRange{}}, at: map[string]int{}}
	namespaces := make([]string, len(change.Workloads))
	for i := range change.Workloads {
		w := &change.Workloads[i]
		namespaces[i] = w.Namespace
		switch {
		case w.Before < 0:
			d.Added = append(d.Added, render.ComingPeer{Name: ends[i].Name, Kind: w.Kind, Pods: ends[i].Weight, Origin: p.clusters[1].Workloads[w.After].Origin})
		case w.After < 0:
			d.Removed = append(d.Removed, render.ComingPeer{Name: ends[i].Name, Kind: w.Kind, Pods: ends[i].Weight, Origin: p.clusters[0].Workloads[w.Before].Origin})
		}
	}
	l.sets(namespaces)
	d.Matrix = l.m
	d.Matrix.Table = p.matrices[0].Table(ends)
	for i := range ends {
		d.Matrix.Sources = append(d.Matrix.Sources, i)
	}
	d.Matrix.Destinations = d.Matrix.Sources
	return d
}
