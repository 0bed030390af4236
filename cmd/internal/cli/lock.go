package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/model/expect"
	"netreach/model/near"
)

func (s *session) lock() *cobra.Command {
	var by, write, check string
	cmd := &cobra.Command{
		Use:   "lock -f FILE",
		Short: "Write who reaches whom as a file of expectations",
		Long: `lock writes the present matrix as a file of expectations, to be kept in the
repository: a line for whatever is not denied between workloads, internet and
private, and a last line that denies everything else. netreach test holds a cluster
against it, and fails if a flow is opened or closed or becomes unknown, if a new
workload can reach or be reached, or if a workload is gone.

The file is made to be read as a diff. Workloads that reach the same, or are reached
alike, are a set with a name. It holds neither times nor names of files, and does not
depend on the order of the input. Of a workload whose pods differ, or where address
families do, the verdict is some, and test demands that it stays some: that others of
the pods or the other family are allowed than before is not seen. Such lines have a
comment above them. --by pod locks each pod by itself. Ways in, by URL or Service, are
not in it: write lines about them by hand, or see netreach diff.

With --write it writes the file only if all went well. With --check it compares a
file with what it would write, and lists the lines that differ: this finds whether
the file is up to date, whereas test finds whether the cluster is as the file says.

Exit code: 0 if done, 1 if --check finds a difference, 2 if there is trouble.`,
		Example: `  netreach lock -f manifests/ > reach.lock
  netreach lock -f manifests/ --write reach.lock
  netreach test reach.lock -f manifests/
  netreach lock -f manifests/ --check reach.lock`,
		Args: wantsNothing("the file goes with --write or --check"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.noFormat(cmd, args); err != nil {
				return err
			}
			if write != "" && check != "" {
				return usage(cmd, "", "--write and --check contradict each other")
			}
			return s.runLock(by, write, check)
		},
	}
	cmd.Flags().StringVar(&by, "by", "workload", "what stands for one peer: pod or workload")
	cmd.Flags().StringVar(&write, "write", "", "write to `FILE` instead of standard output")
	cmd.Flags().StringVar(&check, "check", "", "compare with `FILE`, and exit with 1 if it differs")
	_ = cmd.RegisterFlagCompletionFunc("by", words(lockViews()...)) // the flag exists
	return cmd
}

func lockViews() []string { return []string{"pod", "workload"} }

func (s *session) runLock(by, write, check string) error {
	if !slices.Contains(lockViews(), by) {
		return troublef(near.Hint(by, lockViews(), "it is pod or workload"), "--by %s: no such view", by)
	}
	in, err := s.read()
	if err != nil {
		return err
	}
	ends := in.matrix.Workloads()
	if by == "pod" {
		ends = in.matrix.Pods()
	}
	lock := &render.Lock{Lock: in.matrix.Lock(ends), By: by, LeftOut: s.forgiven}
	switch {
	case write != "":
		return s.writeLock(write, lock)
	case check != "":
		return s.checkLock(check, lock)
	}
	return lock.Write(s.out)
}

// writeLock writes a lock into a file.
func (s *session) writeLock(name string, lock *render.Lock) error {
	if s.env.WriteFile == nil {
		return errors.New("nothing can be written here")
	}
	var text bytes.Buffer
	if err := lock.Write(&text); err != nil {
		return err
	}
	if err := s.env.WriteFile(name, text.Bytes()); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	return nil
}

// checkLock compares a lock with a file.
func (s *session) checkLock(name string, lock *render.Lock) error {
	var want strings.Builder
	if err := lock.Write(&want); err != nil {
		return err
	}
	f, err := s.env.FS.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return &trouble{text: fmt.Sprintf("--check %s: no such file", name), hints: []string{"netreach lock --write " + name + " makes it"}, err: err}
		}
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	if err := s.isLock(name, text); err != nil {
		return err
	}
	differences := render.LockDifferences(string(text), want.String())
	if len(differences) == 0 {
		return nil
	}
	s.code = exitNo
	for _, d := range differences {
		fmt.Fprintln(s.out, d)
	}
	s.hint("netreach lock --write " + name + " brings it up to date")
	return nil
}

// isLock reports an error if a text is none that lock writes: it cannot be read, or
// does not end in denying everything else.
func (s *session) isLock(name string, text []byte) error {
	const hint = "name the file that netreach lock --write wrote"
	lines, problems, err := expect.ParseFile(bytes.NewReader(text), name, s.flags.namespace)
	switch {
	case err != nil:
		return err
	case len(problems) > 0:
		return troublef(hint, "--check %s: not a lock: %s", name, strings.SplitN(problems[0].String(), "\n", 2)[0])
	case len(lines) == 0 || lines[len(lines)-1].Form != expect.Rest:
		return troublef(hint, "--check %s: not a lock: its last line is not %q", name, expect.Line{Form: expect.Rest}.String())
	}
	return nil
}
