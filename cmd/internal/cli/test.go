package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/near"
)

// Codes of the diagnostics about expectations.
const (
	codePeer    = "expectation-peer"
	codeEmpty   = "expectation-empty"
	codeNothing = "expectation-nothing"
	codeSkipped = "expectation-skipped"
)

// expectationSuffix is how files of expectations end that a directory is searched
// for.
const expectationSuffix = ".txt"

func (s *session) test() *cobra.Command {
	var t testRun
	cmd := &cobra.Command{
		Use:   "test FILE... -f FILE",
		Short: "Hold a cluster against a file of expectations",
		Long: `test reads files of expectations and says which of them the cluster does not
meet, each with a flow that is not as demanded and the reason. A FILE may be - for
standard input, or a directory, in which it reads every *.txt file.

  deny  */* except payments/* -> payments/db *      # cardholder data
  only  shop/api, shop/admin -> shop/db 5432/tcp    # nobody else, from anywhere
  allow shop/web -> shop/api http

Every line is judged over all members of both sides, all ports and both address
families: allow holds only if every pair of members is allowed on every port, deny
only if none is, and unknown meets neither. A destination may be a Service (ns/svc/name) or a URL, which
is judged over every hop, as netreach can does. netreach help expectations has the
language. The output of matrix is a file of expectations, too, and netreach lock
writes one that nothing can be added to.

With --entries, lines that deny something to internet, private or addresses outside,
and only lines, fail if a way in leads there nevertheless: a URL of an Ingress, Gateway
or Route, or a Service that is published. Without it they are about the addresses of
pods alone, as the policies of these pods see them.

A line that is about no peer at all is no line that holds: it is an error, as is a
file without expectations.

With --coverage it leaves out every policy, and every rule, one at a time, and says
which lines are not what they were without it. What no line depends on stands first:
it could be deleted, and no expectation would notice.

Exit code: 0 if all hold, 1 if one fails or less is covered than --fail-under says,
2 if there is no answer.`,
		Example: `  netreach test expect.txt -f manifests/
  netreach test policies/tests/ -f manifests/ --verbose
  netreach test expect.txt -f dump.yaml -o junit > report.xml
  netreach test expect.txt -f manifests/ --coverage --fail-under 80
  helm template ./chart | netreach test expect.txt -f -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(cmd, "", "test wants files of expectations, or - for standard input")
			}
			t.coverage = t.coverage || cmd.Flags().Changed(failUnder)
			return s.runTest(args, t)
		},
	}
	cmd.Flags().BoolVarP(&t.verbose, "verbose", "v", false, "show the expectations that hold, too")
	cmd.Flags().BoolVar(&t.entries, "entries", false, "what is denied outside must not be reached by a URL or published Service, either")
	controllerFlag(cmd, &t.controllers)
	cmd.Flags().BoolVar(&t.coverage, "coverage", false, "say which policies and rules no expectation depends on")
	cmd.Flags().Float64Var(&t.least, failUnder, 0, "with --coverage, exit with 1 if less than `PERCENT` of them are covered")
	return cmd
}

const failUnder = "fail-under"

// testRun is what test is asked for beside its files.
type testRun struct {
	verbose, coverage, entries bool
	least                      float64
	controllers                []string
}

// expectations is one file as read.
type expectations struct {
	name  string
	lines []expect.Line
	// demands are those of the lines that are not about names, and at holds for each
	// the index of its line.
	demands []engine.Demand
	at      []int
}

func (s *session) runTest(names []string, t testRun) error {
	if t.least < 0 || t.least > 100 {
		return troublef("it is a share in per cent, from 0 to 100", "--%s %v: not a share", failUnder, t.least)
	}
	verb := render.TestOf
	if t.coverage {
		verb = render.CoverageOf
	}
	out, err := s.renderer(verb)
	if err != nil {
		return err
	}
	files, err := s.expectations(names)
	if err != nil {
		return err
	}
	in, err := s.read()
	if err != nil {
		return err
	}
	tests := &render.Tests{Verbose: t.verbose, NotEnforced: in.implementation.switches.NotEnforced, Tiered: in.tiered(), LeftOut: s.forgiven}
	var problems []model.Diagnostic
	for i := range files {
		problems = append(problems, in.demand(&files[i])...)
	}
	if err := s.diagnose("expectations", problems); err != nil {
		return err
	}
	var ways *waysIn
	controllers, err := s.controllersIn(t.controllers, in.cluster)
	switch {
	case err != nil:
		return err
	case t.entries:
		if ways, err = in.waysIn(controllers); err != nil {
			return err
		}
	}
	s.unreadFor(in.cluster, files, t.entries)
	for i := range files {
		f, found, err := s.testFile(in, &files[i], ways, controllers)
		if err != nil {
			return err
		}
		problems = append(problems, found...)
		tests.Files = append(tests.Files, f)
	}
	if err := s.diagnose("expectations", problems); err != nil {
		return err
	}
	for i := range tests.Files {
		if slices.ContainsFunc(tests.Files[i].Lines, func(l render.TestLine) bool { return !l.Holds }) {
			s.code = exitNo
		}
	}
	if t.coverage {
		if err := s.diagnose("expectations", in.uncounted(files)); err != nil {
			return err
		}
		tests.Coverage = in.coverage(files, t.least)
		if tests.Coverage.Missed() {
			s.code = exitNo
		}
	}
	return out.Test(tests)
}

// coverage says which policies and rules the lines of files depend on.
func (in *input) coverage(files []expectations, least float64) *render.Coverage {
	checkers := make([]*engine.Checker, len(files))
	for i := range files {
		checkers[i] = engine.NewChecker(in.matrix, files[i].demands)
	}
	c := &render.Coverage{Least: least}
	for _, part := range engine.Cover(in.matrix, checkers) {
		p := render.CoveredPart{Origin: part.Policy.Origin}
		if part.Rule != nil {
			p.Origin, p.Rule = part.Rule.Origin, part.Rule.Name
		}
		for _, l := range part.Lines {
			p.Lines = append(p.Lines, render.LinePlace{File: files[l.File].name, Line: files[l.File].lines[files[l.File].at[l.Line]].Number})
		}
		c.Parts = append(c.Parts, p)
	}
	return c
}

// tiered reports whether the cluster has policies beside NetworkPolicies.
func (in *input) tiered() bool {
	return slices.ContainsFunc(in.cluster.Policies, func(p model.Policy) bool { return p.Tier != model.TierNetworkPolicy })
}

// demand finds the peers of a file's lines, and says which do not exist.
func (in *input) demand(f *expectations) []model.Diagnostic {
	var problems []model.Diagnostic
	finder := engine.NewFinder(in.matrix)
	for i := range f.lines {
		l := &f.lines[i]
		wrong := func(row int, code, text, hint string) {
			problems = append(problems, model.Diagnostic{
				Severity: model.Error, Code: code, Origin: model.Origin{File: f.name, Line: row}, Text: text, Hint: hint,
			})
		}
		if in.leadsByName(l) {
			if text, hint := demandNames(l, in.isName); text != "" {
				wrong(l.Number, codePeer, text, hint)
			}
			problems = append(problems, in.demandSources(f, l)...)
			continue
		}
		d, missing := finder.Demand(l)
		for _, m := range missing {
			row := l.Number
			if m.Peer.Set != nil { // the definition is what to mend
				row = m.Peer.Set.Number
			}
			err := in.hinted(m.Err)
			wrong(row, codePeer, err.Error(), strings.Join(hints(err), "; "))
		}
		if src, dst := d.Sides(); len(missing) == 0 && l.Form != expect.Rest {
			for _, side := range []struct {
				name  string
				empty bool
			}{{"source", src.Empty()}, {"destination", dst.Empty()}} {
				if side.empty {
					wrong(l.Number, codeEmpty, fmt.Sprintf("%q: nobody is left as %s", l, side.name), "what except names is all that stands before it")
				}
			}
		}
		f.demands, f.at = append(f.demands, d), append(f.at, i)
	}
	return model.SortDiagnostics(problems)
}

// testFile checks the lines of a file.
func (s *session) testFile(in *input, f *expectations, ways *waysIn, controllers map[string]expect.Peer) (render.TestFile, []model.Diagnostic, error) {
	out := render.TestFile{Name: f.name}
	var problems []model.Diagnostic
	checker := engine.NewChecker(in.matrix, f.demands)
	next := 0 // demand
	for i := range f.lines {
		l := &f.lines[i]
		if in.leadsByName(l) {
			line, found, err := s.testName(in, f, l, controllers)
			if err != nil {
				return out, nil, err
			}
			out.Lines, problems = append(out.Lines, line), append(problems, found...)
			continue
		}
		begin := s.now()
		d := &f.demands[next]
		found := checker.Check(next)
		next++
		line := render.TestLine{
			Number: l.Number, Text: l.String(), Comment: l.Comment, Holds: found.Holds, Verdict: lineWord(l),
			Pairs: found.Pairs, Failing: found.Failing, Got: found.Verdict, Else: found.Else, Elapsed: s.now().Sub(begin),
		}
		if found.Nothing != "" {
			problems = append(problems, model.Diagnostic{
				Severity: model.Error, Code: codeNothing, Origin: model.Origin{File: f.name, Line: l.Number},
				Text: fmt.Sprintf("%q: %s", l, found.Nothing), Hint: in.portHint(l),
			})
		}
		if found.Skipped > 0 && found.Nothing == "" {
			problems = append(problems, model.Diagnostic{
				Severity: model.Warning, Code: codeSkipped, Origin: model.Origin{File: f.name, Line: l.Number},
				Text: fmt.Sprintf("%q: %d of the destinations have no port of that name, and are left out", l, found.Skipped),
			})
		}
		for _, o := range found.Opened {
			line.Opened = append(line.Opened, render.Flows{Verdict: o.Verdict, Src: o.Src, Dst: o.Dst, Ports: render.Ports(o.Ports)})
		}
		var err error
		if line.Example, err = in.exampleOf(d, &found); err != nil {
			return out, nil, err
		}
		if ways != nil {
			if err := ways.breach(l, d, &line); err != nil {
				return out, nil, err
			}
		}
		out.Lines = append(out.Lines, line)
	}
	return out, problems, nil
}

// portHint names a port that may have been meant, or says why a line that is about
// nothing is an error.
func (in *input) portHint(l *expect.Line) string {
	var names []string
	for i := range in.cluster.Pods {
		for _, p := range in.cluster.Pods[i].Ports {
			if p.Name != "" {
				names = append(names, p.Name)
			}
		}
	}
	for _, p := range l.Ports {
		if p.Kind == model.PortNamed {
			if slices.Contains(names, p.Name) {
				continue // it is a name, of another pod or protocol
			}
			if hint := near.Hint(p.Name, names, ""); hint != "" {
				return hint
			}
		}
	}
	return "a line that is about nothing would hold whatever the policies are; the verdict none says that this is meant"
}

// lineWord returns what a line demands, for readers that group by it.
func lineWord(l *expect.Line) string {
	switch l.Form {
	case expect.Only:
		return "only"
	case expect.Rest:
		return "everything else"
	case expect.Flow:
	}
	return l.Verdict.String()
}

// exampleOf explains the witness of a finding, or returns nil.
func (in *input) exampleOf(d *engine.Demand, found *engine.Finding) (*render.Example, error) {
	w := found.Witness
	if w == nil || found.Holds {
		return nil, nil //nolint:nilnil // there is none
	}
	src, dst := d.Sides()
	if found.Else || d.Form == expect.Rest {
		src = in.matrix.Everyone().Without(src)
	}
	if d.Form == expect.Rest {
		dst = src
	}
	t := in.matrix.Explain(w.Src, w.Dst, w.Port.Protocol, in.example(*w))
	why := render.Why{Trace: t, Src: in.memberOf(w.Src, src), Dst: in.memberOf(w.Dst, dst)}
	settle, err := in.settles(&t)
	if err != nil {
		return nil, err
	}
	why.Settle = settle
	return &render.Example{
		Src: in.exampleName(w.Src, why.Src.Name), Dst: in.exampleName(w.Dst, why.Dst.Name), Port: model.PortString(t.Protocol, t.Port, t.Port), Verdict: t.Verdict, Why: why,
	}, nil
}

// exampleName returns the name of an end of an example as a line would have it:
// addresses alone would hold the pods and nodes among them, too.
func (in *input) exampleName(id engine.PeerID, name string) string {
	p, err := expect.ParsePeer(name, "")
	if err == nil && p.Kind == expect.Addresses && p.First != p.Last && in.universe.Peer(id).Kind == engine.OutsidePeer {
		p.Outside = true
		return p.String()
	}
	return name
}

// memberOf describes a member of a side. One outside is named by addresses that
// the side has.
func (in *input) memberOf(id engine.PeerID, side engine.Side) render.Subject {
	subject := in.subject(id, expect.Peer{}, engine.End{})
	if ranges := in.matrix.RangesOf(side, id); len(ranges) > 0 {
		subject.Name = ranges[0].String()
	}
	return subject
}

// now returns the time, or always the same one if the process tells none.
func (s *session) now() time.Time {
	if s.env.Now == nil {
		return time.Time{}
	}
	return s.env.Now()
}
