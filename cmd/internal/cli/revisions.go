package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netreach/model"
	"netreach/model/load"
	"netreach/model/load/git"
)

const revisionsHelp = `With --git both states come from a git repository, which is only read: A..B is two
revisions, A...B is B and the commit where it left A (what a pull request shows),
and a single revision is compared with the work tree, new files included and
ignored ones not. What is left out of a range is HEAD. --staged compares with what
is staged: HEAD, or the revision of --git. After -- come the files and directories
to read, as you would name them with -f; without any, those of the configuration
file, or else the working directory. One that is there in one state only is new or
gone with all that is in it.`

const revisionsExample = `  # what a branch changes, as a pull request shows it
  netreach diff --git main...HEAD -- manifests/

  # what is changed and not yet committed; what is staged
  netreach diff --git HEAD -- manifests/
  netreach diff --staged -- manifests/`

// revisions are the flags that choose states of a repository.
type revisions struct {
	text   string
	staged bool
	cmd    *cobra.Command
}

// extend lets a verb that compares two states take them from a repository.
func (f *revisions) extend(cmd *cobra.Command) {
	f.cmd = cmd
	cmd.Use += " | " + cmd.Name() + " --git A..B [-- PATH...]"
	cmd.Long += "\n\n" + revisionsHelp
	cmd.Example += "\n\n" + revisionsExample
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if f.given() {
			return nil // they are paths
		}
		return check(cmd, args)
	}
	cmd.Flags().StringVar(&f.text, "git", "", "compare `REVISIONS` of this git repository: A..B, A...B, or A with the work tree")
	cmd.Flags().BoolVar(&f.staged, "staged", false, "compare what is staged in git, with HEAD or with --git A")
	_ = cmd.RegisterFlagCompletionFunc("git", words()) // as in completeGlobals
}

// given reports whether the states are those of a repository.
func (f *revisions) given() bool { return f.cmd.Flags().Changed("git") || f.staged }

// diffRevisions shows what changes from one state of the repository to another
// one.
func (s *session) diffRevisions(cmd *cobra.Command, f differing, of revisions, paths []string) error {
	paths, err := s.pathsOf(cmd, paths)
	if err != nil {
		return err
	}
	repo, err := s.repository()
	if err != nil {
		return err
	}
	defer repo.Close()
	trees, err := s.trees(cmd, repo, of)
	if err != nil {
		return err
	}
	sides, err := s.sides(trees, paths)
	if err != nil {
		return err
	}
	return s.showDiff(f, sides[0], sides[1])
}

// repository opens the repository that the working directory is in.
func (s *session) repository() (*git.Repository, error) {
	return git.Open(context.Background(), s.env.Dir)
}

// pathsOf returns what is to be read of each state.
func (s *session) pathsOf(cmd *cobra.Command, paths []string) ([]string, error) {
	if s.globals.Changed("filename") {
		return nil, usage(cmd, "name what is to be read after --", "-f does not go with revisions of a repository")
	}
	if len(paths) == 0 {
		paths = s.flags.files
	}
	if slices.Contains(paths, "-") {
		return nil, usage(cmd, "", "standard input is in no revision")
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	return paths, nil
}

// trees returns the two states that the flags choose.
func (s *session) trees(cmd *cobra.Command, repo *git.Repository, of revisions) ([2]*git.Tree, error) {
	var out [2]*git.Tree
	var chosen git.Range
	var err error
	if cmd.Flags().Changed("git") {
		chosen, err = repo.Range(of.text)
	} else {
		chosen.Before, err = repo.Head()
	}
	if err != nil {
		return out, err
	}
	if err := s.remarkRange(chosen); err != nil {
		return out, err
	}
	if out[0], err = repo.Tree(chosen.Before); err != nil {
		return out, err
	}
	switch {
	case of.staged && chosen.After != nil:
		return out, usage(cmd, "name one revision: --staged --git "+chosen.Before.Name, "--staged compares with one revision, and %s is two", of.text)
	case of.staged:
		out[1], err = repo.Index()
	case chosen.After != nil:
		out[1], err = repo.Tree(*chosen.After)
	default:
		out[1], err = repo.WorkTree()
	}
	return out, err
}

// sides returns the two states as far as they are at paths. A path is left out of
// a state in which there is nothing to read at it, if there is in the other one.
// Where both hold the same, there is no need to read it: both are empty.
func (s *session) sides(trees [2]*git.Tree, paths []string) ([2]side, error) {
	var out [2]side
	for i, t := range trees {
		t.SkipSubmodules = s.flags.lenient
		out[i] = side{name: t.Name, fs: t}
	}
	same := true
	for _, p := range paths {
		var at [2]git.Below
		for i, t := range trees {
			var err error
			if at[i], err = t.Below(p, load.IsManifest); err != nil {
				return out, unreadable(p, err)
			}
		}
		same = same && at[0].Digest == at[1].Digest && at[0].Digest != ""
		if !at[0].Exists && !at[1].Exists {
			return out, troublef("paths are relative to the working directory", "no %q in %s, and none in %s", p, trees[0].Name, trees[1].Name)
		}
		nowhere := !s.hasInput(at[0]) && !s.hasInput(at[1])
		same = same && !nowhere
		for i := range out {
			if at[i].Exists && (nowhere || s.hasInput(at[i])) {
				out[i].files = append(out[i].files, p)
			}
		}
		if err := s.remarkSubmodules(append(at[0].Submodules, at[1].Submodules...)); err != nil {
			return out, err
		}
	}
	if same {
		out[0].files, out[1].files = nil, nil
	}
	return out, nil
}

// unreadable says of an error what could not be read.
func unreadable(name string, err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		err = of.Err
	}
	return fmt.Errorf("reading %s: %w", name, err)
}

// hasInput reports whether there is something to read, or to complain of.
func (s *session) hasInput(b git.Below) bool {
	return b.Files > 0 || len(b.Submodules) > 0 && !s.flags.lenient
}

// remarkSubmodules warns of submodules that are passed over.
func (s *session) remarkSubmodules(names []string) error {
	if !s.flags.lenient {
		return nil // reading them is an error
	}
	slices.Sort(names)
	var problems []model.Diagnostic
	for _, name := range slices.Compact(names) {
		problems = append(problems, model.Diagnostic{
			Code: "submodule-skipped", Forgiven: true, Origin: model.Origin{File: strings.TrimSuffix(name, "/")},
			Text: "a submodule, whose files are left out", Hint: "compare its revisions by themselves, in its own directory",
		})
	}
	return s.diagnose("input", problems)
}
