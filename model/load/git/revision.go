package git

import (
	"fmt"
	"strconv"
	"strings"
)

// Revision is a commit, or the state before the first one.
type Revision struct {
	// Name is what the user wrote, or says what it is.
	Name string
	// Hash names the commit; "" is the state before the first one.
	Hash string
}

// String returns the name, and the beginning of the hash if that says more.
func (r Revision) String() string {
	if r.Hash == "" || strings.HasPrefix(r.Hash, r.Name) {
		return r.Name
	}
	return fmt.Sprintf("%s (%.10s)", r.Name, r.Hash)
}

// Head returns the commit that the index is compared with: HEAD, or nothing in a
// repository without a commit.
func (r *Repository) Head() (Revision, error) {
	rev, err := r.Resolve("HEAD")
	if err == nil {
		return rev, nil
	}
	if !r.unborn() {
		return rev, err
	}
	return Revision{Name: "before the first commit"}, nil
}

// unborn reports whether HEAD is a branch without a commit.
func (r *Repository) unborn() bool {
	branch, err := r.run("symbolic-ref", "-q", "HEAD")
	if err != nil {
		return false
	}
	_, err = r.run("show-ref", "--verify", "--quiet", "--", strings.TrimSuffix(branch, "\n"))
	return err != nil
}

// Resolve returns the commit that a user names, as git does, except that a name
// with several meanings is an error. The error is an *Error.
func (r *Repository) Resolve(name string) (Revision, error) {
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, "\x00\n") {
		return Revision{}, &Error{Text: strconv.Quote(name) + " is no revision", Hint: "a revision is a branch, a tag, a commit, or like HEAD~1"}
	}
	hash, complaint, err := r.verify(name)
	if err == nil && strings.Contains(complaint, "is ambiguous") {
		return Revision{}, &Error{
			Text: fmt.Sprintf("%q is ambiguous: there is more than one ref of this name", name),
			Hint: fmt.Sprintf("write which: refs/heads/%s is the branch, refs/tags/%s the tag", name, name),
		}
	}
	if err != nil {
		return Revision{}, r.unknown(name, complaint, err)
	}
	// A tag may be an object of its own. It is asked for apart, since what follows
	// ":/" or "HEAD:" would be taken for a part of it.
	object := hash
	if hash, complaint, err = r.verify(object + "^{commit}"); err != nil {
		// A hash in full is taken for an object, whether or not there is one.
		if _, missing := r.run("cat-file", "-e", object); missing != nil {
			return Revision{}, r.unknown(name, complaint, err)
		}
		return Revision{}, &Error{Text: fmt.Sprintf("%q is not a commit", name), Hint: "name the commit; what is to be read of it comes after --", Err: err}
	}
	return Revision{Name: name, Hash: hash}, nil
}

// unknown says why a revision is none.
func (r *Repository) unknown(name, complaint string, err error) error {
	e := &Error{Text: fmt.Sprintf("no revision %q", name), Err: err}
	switch {
	case strings.Contains(complaint, "is ambiguous"):
		e.Text, e.Hint = fmt.Sprintf("%q is ambiguous: more than one object begins like this", name), "write more digits of the commit"
		return e
	case !strings.Contains(complaint, "single revision"):
		return r.failed("rev-parse", complaint, err)
	case r.outdated():
		e.Text, e.Hint = "git is older than 2.30, and cannot be told what is a revision and what an option", "update git"
	case r.unborn():
		e.Hint = "the repository has no commit on this branch yet"
	case r.shallow:
		e.Text += " in this clone, which is shallow"
		e.Hint = "fetch the rest: git fetch --unshallow, or git fetch origin REVISION (GitHub: actions/checkout with fetch-depth: 0; GitLab: GIT_DEPTH: 0)"
	default:
		e.Hint = "git log --oneline --all lists those that there are; a branch that only the server has is origin/NAME, after git fetch"
	}
	return e
}

// verify returns the hash of what name stands for, and what git says beside it.
func (r *Repository) verify(name string) (hash, complaint string, err error) {
	cmd := r.command("rev-parse", "--verify", "--end-of-options", name)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	return strings.TrimSpace(out.String()), said.String(), err
}

// outdated reports whether git is older than 2.30, which does not know how to
// tell revisions from options.
func (r *Repository) outdated() bool {
	out, err := r.run("version")
	words := strings.SplitN(strings.TrimPrefix(out, "git version "), ".", 3)
	if err != nil || len(words) < 3 {
		return false
	}
	major, _ := strconv.Atoi(words[0])
	minor, _ := strconv.Atoi(words[1])
	return major < 2 || major == 2 && minor < 30
}

// Range is what a user wrote for --git.
type Range struct {
	Before Revision
	// After is nil if the range names one revision only.
	After *Revision
	// Remark says what is uncertain about the range, or is empty.
	Remark string
}

// Range reads A..B, A...B (from where B left A), or one revision. What is left
// out of a range is HEAD. The error is an *Error.
func (r *Repository) Range(text string) (Range, error) {
	from, to, ok := strings.Cut(text, "..")
	if !ok {
		one, err := r.Resolve(text)
		return Range{Before: one}, err
	}
	to, forked := strings.CutPrefix(to, ".")
	if from == "" && to == "" {
		return Range{}, &Error{Text: strconv.Quote(text) + " names no revision", Hint: "a range is A..B, or A...B from where B left A"}
	}
	if strings.Contains(to, "..") {
		return Range{}, &Error{Text: strconv.Quote(text) + " is not a range: it has more than two ends", Hint: "a range is A..B, or A...B from where B left A"}
	}
	for _, end := range []*string{&from, &to} {
		if *end == "" {
			*end = "HEAD"
		}
	}
	before, err := r.Resolve(from)
	if err != nil {
		return Range{}, err
	}
	after, err := r.Resolve(to)
	if err != nil {
		return Range{}, err
	}
	out := Range{Before: before, After: &after}
	if forked {
		out.Before, out.Remark, err = r.fork(before, after)
	}
	return out, err
}

// fork returns where b left a.
func (r *Repository) fork(a, b Revision) (base Revision, remark string, err error) {
	bases, err := r.mergeBases(a.Hash, b.Hash)
	if err != nil {
		return base, "", err
	}
	if len(bases) == 0 {
		e := &Error{Text: fmt.Sprintf("%s and %s have no commit in common", a.Name, b.Name), Hint: fmt.Sprintf("compare them directly: %s..%s", a.Name, b.Name)}
		if r.shallow {
			e.Text += " in this clone, which is shallow"
			e.Hint = "fetch the rest: git fetch --unshallow (GitHub: actions/checkout with fetch-depth: 0; GitLab: GIT_DEPTH: 0)"
		}
		return base, "", e
	}
	switch {
	case len(bases) > 1:
		remark = fmt.Sprintf("%s and %s have %d commits where they parted: taking %.10s", a.Name, b.Name, len(bases), bases[0])
	case r.shallow && bases[0] != a.Hash:
		remark = fmt.Sprintf("the clone is shallow, so that %.10s may not be the last commit that %s and %s have in common", bases[0], a.Name, b.Name)
	}
	return Revision{Name: fmt.Sprintf("%.10s", bases[0]), Hash: bases[0]}, remark, nil
}

// mergeBases returns the best common ancestors of two commits, the one that git
// takes first.
func (r *Repository) mergeBases(a, b string) ([]string, error) {
	cmd := r.command("merge-base", "--all", a, b)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil && said.Len() > 0 {
		return nil, r.failed("merge-base", said.String(), err)
	}
	return strings.Fields(out.String()), nil
}
