package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/model"
	"netreach/model/load/git"
)

func (s *session) bisect() *cobra.Command {
	var text string
	var all bool
	cmd := &cobra.Command{
		Use:   "bisect SRC DST [PORT] --git A..B [-- PATH...]",
		Short: "Find the commit that opened or closed a flow",
		Long: `bisect finds the commit between A and B that changed the verdict about a flow: that
which made it what it is at B or, if it was allowed at A, that which ended that.
An end of the flow that a commit does not have makes it absent there. The answer
has the commit, the flow before and after it, and why.

It follows the line from A to B, through the first parent of each commit that
descends from A, and halves it. Where a merge brought the change, it goes on in
the line that was merged. Both the commit that is found and the one before it were
judged, so that the answer holds whatever the history; where the flow changed
more than once, it is one of the changes, and --all lists them all. Commits whose
input cannot be read are passed over, with a warning.

After -- come the files and directories to read, as you would name them with -f;
without any, those of the configuration file, or else the working directory.
A...B begins where B left A. The repository is only read.

` + questionHelp + `

Exit code: 0 if a change was found, 1 if the verdict is the same at A and at B (with
--all: if it never changed), 2 if there is no answer.`,
		Example: `  # who opened the database to the web tier since the release?
  netreach bisect shop/web shop/db 5432 --git v1.4..HEAD -- manifests/

  # everything that happened to the flow since then
  netreach bisect shop/web shop/db 5432 --git v1.4.. --all -- manifests/`,
		Args: func(cmd *cobra.Command, args []string) error {
			words, _ := beforeDash(cmd, args)
			return wants(2, 3, "a source, a destination and perhaps a port, and paths after --")(cmd, words)
		},
		ValidArgsFunction: s.completeQuestion,
		RunE: func(cmd *cobra.Command, args []string) error {
			words, paths := beforeDash(cmd, args)
			return s.showBisect(cmd, words, text, paths, all)
		},
	}
	cmd.Flags().StringVar(&text, "git", "", "the `REVISIONS` to search between, A..B")
	cmd.Flags().BoolVar(&all, "all", false, "list every change on the way, and not just one")
	_ = cmd.RegisterFlagCompletionFunc("git", words()) // as in completeGlobals
	return cmd
}

// beforeDash cuts the arguments at "--".
func beforeDash(cmd *cobra.Command, args []string) (before, after []string) {
	if at := cmd.ArgsLenAtDash(); at >= 0 {
		return args[:at], args[at:]
	}
	return args, nil
}

// showBisect answers bisect.
func (s *session) showBisect(cmd *cobra.Command, words []string, text string, paths []string, all bool) error {
	out, err := s.renderer(render.BisectOf)
	if err != nil {
		return err
	}
	asked, err := s.question(words)
	if err != nil {
		return err
	}
	if text == "" {
		return usage(cmd, "such as --git v1.4..HEAD", "bisect wants to know where to search: --git A..B")
	}
	if paths, err = s.pathsOf(cmd, paths); err != nil {
		return err
	}
	repo, err := s.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	chosen, err := repo.Range(text)
	if err != nil {
		return err
	}
	if chosen.After == nil {
		return usage(cmd, fmt.Sprintf("--git %s.. ends at HEAD", text), "--git %s is one revision, and bisect searches between two", text)
	}
	if err := s.remarkRange(chosen); err != nil {
		return err
	}
	h, err := s.history(repo, asked, paths)
	if err != nil {
		return err
	}
	b, err := h.bisect(chosen, all)
	if err != nil {
		return err
	}
	b.Src, b.Dst, b.Port = words[0], words[1], asked.port.String()
	if len(b.Turns) == 0 {
		s.code = exitNo
	}
	if err := s.remarkSkipped(b); err != nil {
		return err
	}
	return out.Bisect(b)
}

// remarkRange warns of what is uncertain about a range.
func (s *session) remarkRange(r git.Range) error {
	if r.Remark == "" {
		return nil
	}
	return s.diagnose("range", []model.Diagnostic{{Code: "range", Text: r.Remark}})
}

// remarkSkipped says what was passed over, and how much was judged.
func (s *session) remarkSkipped(b *render.Bisection) error {
	var problems []model.Diagnostic
	for _, one := range b.Skipped {
		problems = append(problems, model.Diagnostic{
			Code: "commit-skipped", Text: fmt.Sprintf("commit %.10s (%s) is passed over: %s", one.Commit.Hash, one.Commit.Subject, one.Reason),
		})
	}
	if err := s.diagnose("history", problems); err != nil {
		return err
	}
	if !s.flags.quiet {
		fmt.Fprintf(s.env.Stderr, "netreach: %d of %s judged\n", b.Tried, commits(b.Commits))
	}
	return nil
}

func commits(n int) string {
	if n == 1 {
		return "1 commit"
	}
	return fmt.Sprintf("%d commits", n)
}

// turnError says that a change cannot be told from those that cannot be read.
func (h *history) turnError(t *turn) error {
	e := &trouble{text: fmt.Sprintf("the flow changes in one of %d commits, and all but the last cannot be read", len(t.among))}
	for _, hash := range t.among {
		c, err := h.describe(hash)
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%.10s  %s", c.Hash, c.Subject)
		if st := h.states[hash]; st != nil && st.err != nil {
			line += ": " + oneLine(st.err.Error())
		}
		e.hints = append(e.hints, line)
	}
	if !h.s.flags.lenient {
		e.hints = append(e.hints, "--lenient goes on without what cannot be judged; what cannot be read stays so")
	}
	return e
}

// bisect looks for the changes between two commits.
func (h *history) bisect(r git.Range, all bool) (*render.Bisection, error) {
	line, ok, err := h.repo.Line(r.Before.Hash, r.After.Hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		hint := fmt.Sprintf("%s...%s begins where the two parted", r.Before.Name, r.After.Name)
		if h.repo.Shallow() {
			hint = "the clone is shallow: git fetch --unshallow fetches the rest of the history"
		}
		return nil, troublef(hint, "%s does not descend from %s", r.After, r.Before)
	}
	var ends [2]*state
	for i, rev := range []git.Revision{r.Before, *r.After} {
		if ends[i], err = h.at(rev.Hash); err != nil {
			return nil, err
		}
		if ends[i].err != nil {
			return nil, &trouble{text: fmt.Sprintf("at %s: %s", rev, ends[i].err), hints: hints(ends[i].err), err: ends[i].err}
		}
	}
	if ends[0].moment.Query == nil && ends[1].moment.Query == nil && !all {
		return nil, troublef("netreach matrix lists the peers that there are; --all looks at every commit between the two",
			"%s: %s, and at %s: %s", r.Before, ends[0].moment.Absent, r.After, ends[1].moment.Absent)
	}
	var turns []turn
	switch {
	case all:
		turns, err = h.every(line)
	case !ends[0].moment.Same(&ends[1].moment):
		isNew := since(ends[0], ends[1])
		var one turn
		if one, err = h.search(line, isNew); err == nil && len(one.among) > 0 {
			err = h.turnError(&one)
		}
		turns = []turn{one}
	}
	if err != nil {
		return nil, err
	}
	h.searches(line)
	return h.bisection(r, turns)
}

// since returns what tells the commits after a change from those before it: they
// are as the last one is or, if the flow was allowed at first, they are not.
func since(first, last *state) func(*state) bool {
	if first.moment.Verdict() == model.Allowed {
		return func(st *state) bool { return !st.moment.Same(&first.moment) }
	}
	return func(st *state) bool { return st.moment.Same(&last.moment) }
}

// bisection describes what was found.
func (h *history) bisection(r git.Range, turns []turn) (*render.Bisection, error) {
	out := &render.Bisection{}
	var err error
	for _, end := range []struct {
		to  *render.Moment
		rev git.Revision
	}{{&out.Before, r.Before}, {&out.After, *r.After}} {
		if *end.to, err = h.moment(end.rev.Hash, false); err != nil {
			return nil, err
		}
		end.to.Name = end.rev.Name
	}
	for _, t := range turns {
		found := render.Turn{Note: t.note}
		if found.Before, err = h.moment(t.before, true); err != nil {
			return nil, err
		}
		if found.After, err = h.moment(t.after, true); err != nil {
			return nil, err
		}
		if found.Diff, err = h.diff(t.before, t.after); err != nil {
			return nil, err
		}
		if t.merge != "" {
			if found.Merge, err = h.describe(t.merge); err != nil {
				return nil, err
			}
		}
		for _, hash := range t.among {
			c, err := h.describe(hash)
			if err != nil {
				return nil, err
			}
			found.Among = append(found.Among, c)
		}
		out.Turns = append(out.Turns, found)
	}
	for _, hash := range h.skipped {
		c, err := h.describe(hash)
		if err != nil {
			return nil, err
		}
		out.Skipped = append(out.Skipped, render.Skip{Commit: c, Reason: oneLine(h.states[hash].err.Error())})
	}
	slices.SortStableFunc(out.Skipped, func(a, b render.Skip) int { return a.Commit.Date.Compare(b.Commit.Date) })
	out.Tried, out.Commits = h.tried, len(h.searched)
	return out, nil
}
