package git_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"netreach/model/load/git"
	"netreach/model/load/git/gittest"
)

// forked makes
//
//	main   1 --- 2 --- 4 --- M
//	side    \--- 3 ---------/
func forked(t *testing.T) (*gittest.Repo, map[string]string) {
	t.Helper()
	repo := gittest.New(t)
	h := map[string]string{}
	for i, where := range []string{"main", "main", "side", "main"} {
		n := fmt.Sprint(i + 1)
		switch n {
		case "3":
			repo.Git("checkout", "--quiet", "-b", "side", h["1"])
		case "4":
			repo.Git("checkout", "--quiet", "main")
		}
		repo.Write(n+".yaml", fmt.Sprintf(pod, where+n))
		h[n] = repo.Commit(n)
	}
	repo.Git("merge", "--quiet", "--no-ff", "-m", "merge side", "side")
	h["M"] = repo.Git("rev-parse", "HEAD")
	return repo, h
}

func TestRange(t *testing.T) {
	repo, h := forked(t)
	repo.Git("tag", "v1", h["2"])
	repo.Git("tag", "-a", "-m", "annotated", "v2", h["4"])
	r := open(t, repo, "")
	for _, test := range []struct{ text, before, after string }{
		{"v1..side", "2", "3"},
		{"v1...side", "1", "3"},
		{"side...v1", "1", "2"},
		{"v2..", "4", "M"},
		{"..v2", "M", "4"},
		{"v2...", "4", "M"},
		{"...side", "3", "3"},
		{"main", "M", ""},
		{"HEAD~1..HEAD^2", "4", "3"},
		{h["1"][:8] + ".." + h["2"], "1", "2"},
		{":/merge..v1", "M", "2"},
	} {
		got, err := r.Range(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if got.Before.Hash != h[test.before] || (got.After == nil) != (test.after == "") || got.After != nil && got.After.Hash != h[test.after] {
			t.Errorf("%s: %+v", test.text, got)
		}
		if got.Remark != "" {
			t.Errorf("%s: %s", test.text, got.Remark)
		}
	}
}

// A range that cannot be read says what is wrong and what to do.
func TestRange_errors(t *testing.T) {
	repo, h := forked(t)
	repo.Git("tag", "twice", h["1"])
	repo.Git("branch", "twice", h["2"])
	repo.Git("checkout", "--quiet", "--orphan", "stranger")
	repo.Commit("without history")
	repo.Git("checkout", "--quiet", "main")
	blob := repo.Git("rev-parse", "HEAD:1.yaml")
	pwned := filepath.Join(t.TempDir(), "pwned")
	r := open(t, repo, "")
	for _, test := range []struct{ text, want, hint string }{
		{"nope..main", `no revision "nope"`, "git log --oneline --all"},
		{"main..nope", `no revision "nope"`, "git fetch"},
		{"main...nope", `no revision "nope"`, "git fetch"},
		{"", `"" is no revision`, "a revision is"},
		{"..", `".." names no revision`, "A..B"},
		{"...", `"..." names no revision`, "A..B"},
		{"twice..main", `"twice" is ambiguous`, "refs/heads/twice is the branch, refs/tags/twice the tag"},
		{"main...stranger", "main and stranger have no commit in common", "main..stranger"},
		{blob, "is not a commit", "name the commit"},
		{"HEAD:1.yaml", "is not a commit", "after --"},
		// what looks like an option is never one
		{"--upload-pack=touch " + pwned, "is no revision", "a revision is"},
		{"--output=" + pwned + "..main", "is no revision", "a revision is"},
		{"main..--output=" + pwned, "is no revision", "a revision is"},
		{"-h", "is no revision", "a revision is"},
		{"$(touch " + pwned + ")", "no revision", "git log"},
		{"main\n--all", "is no revision", "a revision is"},
	} {
		_, err := r.Range(test.text)
		var e *git.Error
		if !errors.As(err, &e) || !strings.Contains(e.Text, test.want) || !strings.Contains(e.Hint, test.hint) {
			t.Errorf("%q: %v, hint %q", test.text, err, hint(err))
		}
	}
	if _, err := os.Stat(pwned); err == nil {
		t.Error("a revision was run")
	}
	if refs := repo.Git("status", "--porcelain"); refs != "" {
		t.Error(refs)
	}
}

func hint(err error) string {
	if e, ok := errors.AsType[*git.Error](err); ok {
		return e.Hint
	}
	return ""
}

// A clone that lacks history says how to get it.
func TestRange_shallow(t *testing.T) {
	repo, h := forked(t)
	clone := filepath.Join(t.TempDir(), "clone")
	repo.Git("clone", "--quiet", "--depth=1", "file://"+repo.Dir, clone)
	r, err := git.Open(t.Context(), clone)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if !r.Shallow() {
		t.Error("the clone is shallow")
	}
	for _, text := range []string{"HEAD~1..HEAD", h["1"] + "..HEAD", h["1"] + "...HEAD"} {
		if _, err := r.Range(text); err == nil || !strings.Contains(err.Error(), "shallow") || !strings.Contains(hint(err), "git fetch --unshallow") || !strings.Contains(hint(err), "fetch-depth: 0") {
			t.Errorf("%s: %v, %s", text, err, hint(err))
		}
	}
	// two commits without their history have nothing in common
	repo.Git("-C", clone, "fetch", "--quiet", "--depth=1", "origin", "side:refs/heads/side")
	if _, err := r.Range("side...HEAD"); err == nil || !strings.Contains(err.Error(), "in this clone, which is shallow") {
		t.Error(err)
	}
	if _, err := r.Range("side..HEAD"); err != nil {
		t.Error(err)
	}
}

// A partial clone lacks contents, and nothing is fetched.
func TestTree_partial(t *testing.T) {
	repo, _ := forked(t)
	repo.Git("config", "uploadpack.allowFilter", "true")
	clone := filepath.Join(t.TempDir(), "clone")
	repo.Git("clone", "--quiet", "--no-checkout", "--filter=blob:none", "file://"+repo.Dir, clone)
	r, err := git.Open(t.Context(), clone)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	before := fingerprint(t, clone)
	if got := pods(t, tree(t, r, "HEAD"), "1.yaml"); !strings.Contains(got, "git fetch --refetch --no-filter") && !strings.Contains(got, "partial") {
		t.Error(got)
	}
	if fingerprint(t, clone) != before {
		t.Error("something was fetched")
	}
}

func TestOpen_errors(t *testing.T) {
	gittest.Hermetic(t)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	if _, err := git.Open(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not in a git repository") || hint(err) == "" {
		t.Error(err, hint(err))
	}
	repo := gittest.New(t)
	if _, err := git.Open(t.Context(), filepath.Join(repo.Dir, "nowhere")); err == nil {
		t.Error("a directory that does not exist is opened")
	}
	real, err := filepath.EvalSymlinks(repo.Dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
	if _, err := git.Open(t.Context(), repo.Dir); err == nil || !strings.Contains(err.Error(), "does not trust") || !strings.Contains(hint(err), "safe.directory "+real) {
		t.Error(err, hint(err))
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := git.Open(t.Context(), repo.Dir); err == nil || err.Error() != "git is not installed, or not in PATH" {
		t.Error(err)
	}
}

// A bare repository has revisions only; a linked work tree has an index of its
// own.
func TestOpen_bareAndLinked(t *testing.T) {
	repo, _ := forked(t)
	bare := filepath.Join(t.TempDir(), "bare.git")
	repo.Git("clone", "--quiet", "--bare", repo.Dir, bare)
	r, err := git.Open(t.Context(), bare)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := pods(t, tree(t, r, "main"), "."); got != "main1 main2 main4 side3" {
		t.Error(got)
	}
	for _, err := range []error{second(r.Index()), second(r.WorkTree())} {
		if err == nil || !strings.Contains(err.Error(), "no work tree") {
			t.Error(err)
		}
	}
	linked := filepath.Join(t.TempDir(), "linked")
	repo.Git("worktree", "add", "--quiet", linked, "side")
	if err := os.WriteFile(filepath.Join(linked, "new.yaml"), fmt.Appendf(nil, pod, "new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err = git.Open(t.Context(), linked); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	if got := pods(t, work, "."); got != "main1 new side3" {
		t.Error(got)
	}
	if got := pods(t, tree(t, r, "HEAD"), "."); got != "main1 side3" {
		t.Error(got)
	}
}

func second(_ *git.Tree, err error) error { return err }

// Before the first commit there is nothing, and that is a state to compare with.
func TestHead_unborn(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("a.yaml", fmt.Sprintf(pod, "a"))
	repo.Git("add", ".")
	r := open(t, repo, "")
	rev, err := r.Head()
	if err != nil {
		t.Fatal(err)
	}
	empty, err := r.Tree(rev)
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := empty.ReadDir("."); len(entries) > 0 || err != nil {
		t.Error(entries, err)
	}
	if _, err := r.Range("HEAD"); err == nil || !strings.Contains(hint(err), "no commit") {
		t.Error(err, hint(err))
	}
}

func TestLine(t *testing.T) {
	repo, h := forked(t)
	r := open(t, repo, "")
	for _, test := range []struct {
		a, b string
		want []string
	}{
		{"1", "M", []string{"1", "2", "4", "M"}},
		{"2", "M", []string{"2", "4", "M"}},
		{"3", "M", []string{"3", "M"}},
		{"1", "3", []string{"1", "3"}},
		{"2", "2", []string{"2"}},
		{"3", "4", nil},
		{"M", "1", nil},
	} {
		got, ok, err := r.Line(h[test.a], h[test.b])
		if err != nil || ok != (test.want != nil) {
			t.Errorf("%s to %s: %v %v", test.a, test.b, ok, err)
		}
		var names []string
		for _, hash := range got.Hashes {
			for name := range h {
				if h[name] == hash {
					names = append(names, name)
				}
			}
		}
		if !slices.Equal(names, test.want) {
			t.Errorf("%s to %s: %q, want %q", test.a, test.b, names, test.want)
		}
	}
	c, err := r.Describe(h["M"])
	if err != nil || c.Subject != "merge side" || c.Author != "Ann Author" || c.Email != "ann@example.com" || c.Date.IsZero() || !slices.Equal(c.Parents, []string{h["4"], h["3"]}) {
		t.Error(c, err)
	}
}

// A few digits that several objects begin with are no name.
func TestRange_ambiguousDigits(t *testing.T) {
	repo := gittest.New(t)
	var blobs strings.Builder
	for i := range 2000 {
		text := fmt.Sprint(i)
		fmt.Fprintf(&blobs, "blob\ndata %d\n%s\n", len(text), text)
	}
	repo.Feed(strings.NewReader(blobs.String()), "fast-import", "--quiet")
	repo.Commit("one")
	seen := map[string]bool{}
	for hash := range strings.FieldsSeq(repo.Git("cat-file", "--batch-check=%(objectname)", "--batch-all-objects")) {
		digits := hash[:4]
		if !seen[digits] {
			seen[digits] = true
			continue
		}
		_, err := open(t, repo, "").Range(digits)
		if err == nil || !strings.Contains(err.Error(), "more than one object begins like this") || !strings.Contains(hint(err), "more digits") {
			t.Error(err, hint(err))
		}
		return
	}
	t.Fatal("of 2,000 objects no two begin with the same four digits")
}

// An old git is named as the trouble, and not the revision.
func TestRange_oldGit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for git is a shell script")
	}
	repo := gittest.New(t)
	repo.Commit("one")
	r := open(t, repo, "")
	bin := t.TempDir()
	old := `#!/bin/sh
case "$*" in
*rev-parse*) echo "fatal: Needed a single revision" >&2; exit 128 ;;
*version*) echo "git version 2.25.1" ;;
esac
`
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte(old), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	if _, err := r.Range("HEAD"); err == nil || !strings.Contains(err.Error(), "git is older than 2.30") {
		t.Error(err)
	}
}
